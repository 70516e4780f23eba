"""Dose of several courses in one organ: radiobiology, grids, DVH, sum, verdicts.

Kernels take and return arrays and numbers; they know no record, no DICOM, no clock. Coordinates are LPS in mm.
"""
