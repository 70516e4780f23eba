"""The words of the field: spine levels, organs, markers, drugs, sources. No logic beyond their order."""
