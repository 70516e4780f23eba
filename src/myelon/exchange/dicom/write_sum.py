"""The EQD2 sum of courses as an RT Dose object for other systems, marked as what it is."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from myelon.errors import DicomError
from myelon.exchange.dicom.dataset import RTDOSE, RTPLAN, open_dataset
from myelon.exchange.dicom.write import fill_grid, to_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from myelon.dose.grid import DoseGrid

_COPIED = (
    "SpecificCharacterSet", "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientComments",
    "StudyInstanceUID", "StudyID", "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName",
    "FrameOfReferenceUID", "PositionReferenceIndicator",
)  # fmt: skip
DOSE_COMMENT = "EQD2 sum of courses, not physical dose; for research"
"""Within the 64 characters of a DoseComment; the whole of it stands in ImageComments."""


def write_dose_sum(
    grid: DoseGrid, doses: Sequence[Path], plans: Sequence[Path], *, description: str, comment: str, at: datetime
) -> bytes:
    """An RT Dose of effective dose in Gy over several plans.

    Args:
        grid: The sum in EQD2.
        doses: Dose files of the courses, in time order: the last one lends patient, study and frame of reference.
        plans: Their plans, where received; they are referenced.
        description: Series description.
        comment: What the values are: α/β, courses, how they were added.
        at: When it is made.

    Raises:
        DicomError: Doses of different patients, or the grid is not a sum in EQD2.
    """
    if grid.unit != "EQD2":
        raise DicomError(f"grid is in {grid.unit}, not EQD2", todo="Convert it first")
    sources = [open_dataset(path, RTDOSE) for path in doses]
    if len({str(s.get("PatientID", "")) for s in sources}) > 1:
        raise DicomError("dose files of different patients", todo="Give the courses of one patient")
    source, data = sources[-1], Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = RTDOSE
    for name in _COPIED:
        setattr(data, name, source.get(name, "ISO_IR 192" if name == "SpecificCharacterSet" else ""))
    seed = hashlib.sha256(grid.values.tobytes() + comment.encode()).digest()
    data.SOPInstanceUID = UID(f"2.25.{int.from_bytes(seed[:16], 'big')}")
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.SeriesInstanceUID = UID(f"2.25.{int.from_bytes(seed[16:], 'big')}")
    data.SeriesNumber, data.InstanceNumber = 1, 1
    data.Modality, data.Manufacturer = "RTDOSE", "Myelon"
    data.SeriesDescription = description[:64]
    data.InstanceCreationDate = data.ContentDate = data.SeriesDate = f"{at:%Y%m%d}"
    data.InstanceCreationTime = data.ContentTime = data.SeriesTime = f"{at:%H%M%S}"
    fill_grid(data, grid)
    data.DoseType, data.DoseSummationType = "EFFECTIVE", "MULTI_PLAN"
    data.DoseComment, data.ImageComments = DOSE_COMMENT, comment
    data.ReferencedRTPlanSequence = [_referenced(open_dataset(path, RTPLAN)) for path in plans]
    return to_bytes(data)


def _referenced(plan: Dataset) -> Dataset:
    row = Dataset()
    row.ReferencedSOPClassUID, row.ReferencedSOPInstanceUID = RTPLAN, plan.SOPInstanceUID
    return row
