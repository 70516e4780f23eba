"""RT Structure Set → structures. Contour bytes are parsed by numpy: pydicom's own parsing costs as much as a DVH."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from myelon.dose.structure import Structure
from myelon.errors import DicomError, DoseError
from myelon.exchange.dicom.dataset import RTSTRUCT, open_dataset

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

_CONTOUR_DATA = 0x30060050
CLOSED = {"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"}


@dataclass(frozen=True, eq=False)
class StructureSet:
    """The structures of a file, and the ROIs that are none, each with the reason."""

    structures: dict[str, Structure]
    unusable: dict[str, str]
    frame_of_reference: str
    patient: str = ""
    """Identifier; only compared, never shown."""

    def get(self, name: str) -> Structure:
        """A structure by its ROI name.

        Raises:
            DicomError: No such ROI, or it encloses nothing.
        """
        if name in self.structures:
            return self.structures[name]
        if name in self.unusable:
            raise DicomError(self.unusable[name], where=f"ROI {name!r}", todo="Contour it, or leave it out")
        raise DicomError(
            f"no ROI {name!r}", where="structure set", todo="Its ROIs are: " + ", ".join(sorted(self.structures))
        )


def read_rtstruct(path: Path, *, rois: Iterable[str] | None = None) -> StructureSet:
    """Read an RT Structure Set.

    Args:
        path: The file.
        rois: Names to read; all when None.

    Raises:
        DicomError: Not RT Structure Set, or broken beyond single ROIs.
    """
    dataset = open_dataset(path, RTSTRUCT)
    wanted = None if rois is None else set(rois)
    names: dict[int, str] = {}
    frames: dict[int, str] = {}
    contours: dict[int, Dataset] = {}
    try:
        for row in dataset.get("StructureSetROISequence") or []:
            number = int(row.ROINumber)
            names[number] = str(row.get("ROIName", "")) or f"ROI {number}"
            frames[number] = str(row.get("ReferencedFrameOfReferenceUID", ""))
        for row in dataset.get("ROIContourSequence") or []:
            contours[int(row.ReferencedROINumber)] = row
    except (TypeError, ValueError, AttributeError) as error:
        raise DicomError("ROI list cannot be read", where=path.name, todo="Export the structures again") from error
    shared = {name for name, count in Counter(names.values()).items() if count > 1}
    if not names:
        raise DicomError("no ROI in the structure set", where=path.name, todo="Export the structures again")
    structures: dict[str, Structure] = {}
    unusable: dict[str, str] = {}
    for number, plain in names.items():
        name = f"{plain} (ROI {number})" if plain in shared else plain
        if wanted is not None and name not in wanted and plain not in wanted:
            continue
        try:
            closed, left_out = _contours(contours.get(number))
            structure = Structure.from_contours(name, closed, frame_of_reference=frames[number])
        except (DicomError, DoseError) as error:
            unusable[name] = error.what
            continue
        if left_out:
            notes = (*structure.warnings, f"{left_out} open or point contours left out")
            structure = Structure(name, structure.axes, structure.planes_mm, structure.polygons, frames[number], notes)
        structures[name] = structure
    for plain in shared:
        twins = ", ".join(f"{plain} (ROI {number})" for number, name in names.items() if name == plain)
        unusable[plain] = f"several ROIs bear this name: choose one of {twins}"
    frame = next(iter(frames.values()), "")
    return StructureSet(structures, unusable, frame, str(dataset.get("PatientID", "")))


def _contours(row: Dataset | None) -> tuple[list[NDArray[np.float64]], int]:
    """Closed contours, and how many others there were."""
    closed: list[NDArray[np.float64]] = []
    others = 0
    for item in (row.get("ContourSequence") if row is not None else None) or []:
        if str(item.get("ContourGeometricType", "")).upper() not in CLOSED:
            others += 1
            continue
        closed.append(_points(item))
    if not closed:
        raise DicomError(f"{others} open or point contours only" if others else "has no contour")
    return closed, others


def _points(item: Dataset) -> NDArray[np.float64]:
    raw = item.get_item(_CONTOUR_DATA)
    value = getattr(raw, "value", None)
    if isinstance(value, bytes):
        numbers = np.fromstring(value.decode("ascii", "replace").strip("\x00 "), dtype=np.float64, sep="\\")
    else:
        numbers = np.array([float(v) for v in (value if value is not None else [])], dtype=np.float64)
    if numbers.size == 0 or numbers.size % 3 or not np.isfinite(numbers).all():
        raise DicomError(f"contour data of {numbers.size} numbers is not a list of points")
    return numbers.reshape(-1, 3)
