"""RT Structure Set → structures. Contour bytes are parsed by numpy: pydicom's own parsing costs as much as a DVH."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from myelon.dose.agreement import Named, PatientFacts
from myelon.dose.structure import Structure
from myelon.errors import DicomError, DoseError
from myelon.exchange.dicom.dataset import RTSTRUCT, note_of, open_dataset, patient_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
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
    named: Named = field(default_factory=lambda: Named("structure set", "", PatientFacts()))
    """The object and its patient."""
    numbers: dict[int, str] = field(default_factory=dict)
    """ROI number → name."""
    rois: tuple[str, ...] = ()
    """Every ROI name of the file, whether it was asked for or not."""
    note: str = ""

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
            f"no ROI {name!r}", where="structure set", todo="Its ROIs are: " + ", ".join(sorted(self.rois))
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
    listed = _listed(dataset, path.name)
    shared = {name for name, count in Counter(listed.names.values()).items() if count > 1}
    structures: dict[str, Structure] = {}
    unusable = {name: why for several, why in listed.clashes() for name in several}
    for number, plain in listed.names.items():
        name = f"{plain} (ROI {number})" if plain in shared else plain
        if number in listed.clashing or (wanted is not None and name not in wanted and plain not in wanted):
            continue
        try:
            structures[name] = _structure(name, listed.contours.get(number, []), listed.frames[number])
        except (DicomError, DoseError) as error:
            unusable[name] = error.what
        except ValueError as error:  # what numpy or pydicom say of a value that is broken
            unusable[name] = f"its contours (3006,0040) cannot be read ({type(error).__name__})"
    for plain in shared:
        twins = ", ".join(f"{plain} (ROI {number})" for number, name in listed.names.items() if name == plain)
        unusable[plain] = f"several ROIs bear this name: choose one of {twins}"
    frame = next(iter(listed.frames.values()), "")
    named = Named("structure set", text_of(dataset, "SOPInstanceUID"), patient_of(dataset))
    every = tuple(dict.fromkeys([*listed.names.values(), *(n for names in listed.clashing.values() for n in names)]))
    usable = {number: name for number, name in listed.names.items() if number not in listed.clashing}
    return StructureSet(structures, unusable, frame, named, usable, every, note_of(dataset))


class _Listed(NamedTuple):
    """The ROIs of a file by number: names, frames of reference and the items that hold their contours."""

    names: dict[int, str]
    frames: dict[int, str]
    contours: dict[int, list[Dataset]]
    clashing: dict[int, list[str]]
    """Numbers that several ROIs bear, with their names."""

    def clashes(self) -> Iterator[tuple[list[str], str]]:
        """Names that bear one number, and what is wrong with them."""
        for number, several in self.clashing.items():
            both = " and ".join(several)
            yield several, f"ROI number {number} is borne by {both}: whose contours these are is not known"


def _listed(dataset: Dataset, where: str) -> _Listed:
    listed = _Listed({}, {}, {}, {})
    try:
        for row in dataset.get("StructureSetROISequence") or []:
            number = int(row.ROINumber)
            name = str(row.get("ROIName", "")) or f"ROI {number}"
            if number in listed.names:
                listed.clashing.setdefault(number, [listed.names[number]]).append(name)
                continue
            listed.names[number] = name
            listed.frames[number] = str(row.get("ReferencedFrameOfReferenceUID", ""))
        for row in dataset.get("ROIContourSequence") or []:
            listed.contours.setdefault(int(row.ReferencedROINumber), []).append(row)
    except (TypeError, ValueError, AttributeError) as error:
        raise DicomError("ROI list cannot be read", where=where, todo="Export the structures again") from error
    if not listed.names:
        raise DicomError("no ROI in the structure set", where=where, todo="Export the structures again")
    return listed


def _structure(name: str, rows: Sequence[Dataset], frame: str) -> Structure:
    closed, xor, left_out = _contours(rows)
    structure = Structure.from_contours(name, closed, frame_of_reference=frame, xor=xor)
    notes = []
    if left_out:
        notes.append(f"{left_out} open or point contours left out")
    if len(rows) > 1:
        notes.append(f"its contours stand in {len(rows)} items of the file: joined")
    return replace(structure, warnings=(*structure.warnings, *notes)) if notes else structure


def _contours(rows: Iterable[Dataset]) -> tuple[list[NDArray[np.float64]], list[bool], int]:
    """Closed contours, whether each combines by exclusive-or, and how many others there were."""
    closed: list[NDArray[np.float64]] = []
    xor: list[bool] = []
    others = 0
    for item in (item for row in rows for item in row.get("ContourSequence") or []):
        kind = str(item.get("ContourGeometricType", "")).upper()
        if kind not in CLOSED:
            others += 1
            continue
        closed.append(_points(item))
        xor.append(kind == "CLOSEDPLANAR_XOR")
    if not closed:
        raise DicomError(f"{others} open or point contours only" if others else "has no contour")
    return closed, xor, others


def _points(item: Dataset) -> NDArray[np.float64]:
    raw = item.get_item(_CONTOUR_DATA)
    value = getattr(raw, "value", None)
    try:
        numbers = _numbers(value)
    except (TypeError, ValueError) as error:
        raise DicomError("its contour data (3006,0050) hold something that is not a number") from error
    if numbers.size == 0 or numbers.size % 3 or not np.isfinite(numbers).all():
        raise DicomError(f"contour data of {numbers.size} numbers is not a list of points")
    return numbers.reshape(-1, 3)


def _numbers(value: object) -> NDArray[np.float64]:
    if not isinstance(value, bytes):
        return np.array([float(v) for v in cast("Iterable[str]", value if value is not None else [])], dtype=np.float64)
    text = value.decode("ascii", "replace").strip("\x00 ")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # numpy stops at what is no number, and only warns
        try:
            found = np.fromstring(text, dtype=np.float64, sep="\\")
        except DeprecationWarning as error:
            raise ValueError("not a number") from error
    if text and len(found) != text.count("\\") + 1:
        raise ValueError("not a number")
    return found
