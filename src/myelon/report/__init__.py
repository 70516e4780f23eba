"""Figures, drawn once on the server for page, paper and file. Look: design/LANGUAGE."""
