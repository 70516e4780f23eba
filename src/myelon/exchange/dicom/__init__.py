"""DICOM in and out: RT Structure Set, RT Dose, RT Plan and CT, as grids, contours and plans."""

from myelon.exchange.dicom.folder import DicomFolder, one_of, scan
from myelon.exchange.dicom.images import read_images
from myelon.exchange.dicom.rtdose import read_rtdose
from myelon.exchange.dicom.rtplan import PlanSummary, read_rtplan
from myelon.exchange.dicom.rtstruct import StructureSet, read_rtstruct

__all__ = [
    "DicomFolder",
    "PlanSummary",
    "StructureSet",
    "one_of",
    "read_images",
    "read_rtdose",
    "read_rtplan",
    "read_rtstruct",
    "scan",
]
