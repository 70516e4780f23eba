"""Slices of CT, MR or PET → an image in patient space, in any orientation."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pydicom
from pydicom.uid import UID, MRImageStorage, PositronEmissionTomographyImageStorage

from myelon.dose.volume import AIR_HU, Volume
from myelon.errors import DicomError
from myelon.exchange.dicom.dataset import BROKEN, CT, numbers, open_any, pixels, required

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

MR, PT = MRImageStorage, PositronEmissionTomographyImageStorage
IMAGES = {CT: "CT", MR: "MR", PT: "PT"}
_SAME_MM, _SAME_AXES = 0.05, 1e-3
_NOT_EVEN = 0.01
"""Slices may differ in spacing by so much of it, and no less than `_SAME_MM`."""


class Slice(NamedTuple):
    """One image and where it lies."""

    position_mm: NDArray[np.float64]
    axes: NDArray[np.float64]
    """Rows: along columns, along rows, normal."""
    spacing_mm: NDArray[np.float64]
    """Between columns, between rows."""
    values: NDArray[np.float64]
    modality: str
    unit: str
    frame_of_reference: str
    series: str
    patient: str


def read_series(paths: Sequence[Path]) -> dict[str, tuple[Volume, str]]:
    """Images by series instance UID, each with its patient's identifier, in the order of the files.

    Raises:
        DicomError: No slice, not CT, MR or PET, slices that do not fit together, or of two patients.
    """
    if not paths:
        raise DicomError("no image slice", todo="Give the files of a series")
    groups: dict[str, list[Slice]] = {}
    for path in paths:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # values that are too long and the like: none of them is looked at
            row = _slice(path)
        groups.setdefault(row.series, []).append(row)
    if len({row.patient for rows in groups.values() for row in rows}) > 1:
        raise DicomError("slices of different patients", where=paths[0].name, todo="Give one patient's series")
    return {series: (_stacked(rows, paths[0].name), rows[0].patient) for series, rows in groups.items()}


def read_images(paths: Sequence[Path]) -> Volume:
    """The one image of some files.

    Raises:
        DicomError: As `read_series`, or several series.
    """
    found = read_series(paths)
    if len(found) > 1:
        raise DicomError(f"slices of {len(found)} series", where=paths[0].name, todo="Give the slices of one series")
    return next(iter(found.values()))[0]


def frames_of(paths: Sequence[Path]) -> set[str]:
    """Frames of reference of some slices, by their heads alone; a file that cannot be read has none."""
    found = set()
    for path in paths:
        try:
            head = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["FrameOfReferenceUID"])
            found.add(str(head.get("FrameOfReferenceUID", "")))
        except BROKEN:
            continue
    return found - {""}


def _slice(path: Path) -> Slice:
    data, where = open_any(path), path.name
    kind = UID(str(data.get("SOPClassUID", "")))
    if kind not in IMAGES:
        name = kind.name if kind else "an object without SOP Class UID"
        raise DicomError(f"is {name}, not an image", where=where, todo="Give CT, MR or PET slices, one a file")
    across, down = numbers(required(data, "ImageOrientationPatient", where), 6, "orientation", where).reshape(2, 3)
    axes = np.stack([across, down, np.cross(across, down)])
    if np.abs(axes @ axes.T - np.eye(3)).max() > _SAME_AXES:
        raise DicomError("rows and columns are not at right angles", where=where, todo="Export the slice again")
    spacing = numbers(required(data, "PixelSpacing", where), 2, "PixelSpacing", where)
    if spacing.min() <= 0:
        raise DicomError("PixelSpacing is not positive", where=where, todo="Export the slice again")
    values = pixels(data, where)
    if values.ndim != 2:
        raise DicomError("is no single grey image", where=where, todo="Export one grey slice a file")
    slope, intercept = (_number(data, k, d, where) for k, d in (("RescaleSlope", 1.0), ("RescaleIntercept", 0.0)))
    return Slice(
        numbers(required(data, "ImagePositionPatient", where), 3, "position", where),
        axes,
        spacing[::-1],
        values.astype(np.float64) * slope + intercept,
        IMAGES[kind],
        {"CT": "HU", "MR": ""}.get(IMAGES[kind], str(data.get("Units", ""))),
        str(data.get("FrameOfReferenceUID", "")),
        str(data.get("SeriesInstanceUID", "")),
        str(data.get("PatientID", "")),
    )


def _number(data: Dataset, keyword: str, default: float, where: str) -> float:
    value = data.get(keyword)
    return default if value in {None, ""} else float(numbers([value], 1, keyword, where)[0])


def _stacked(rows: list[Slice], where: str) -> Volume:
    first = rows[0]
    if any(np.abs(r.axes - first.axes).max() > _SAME_AXES for r in rows):
        raise DicomError("slices of different orientations", where=where, todo="Give one stack of parallel slices")
    if len({r.values.shape for r in rows}) > 1 or any(
        np.abs(r.spacing_mm - first.spacing_mm).max() > 1e-4 for r in rows
    ):
        raise DicomError("slices differ in size or spacing", where=where, todo="Give one series")
    rows = sorted(rows, key=lambda r: float(r.position_mm @ first.axes[2]))
    heights = np.array([float(r.position_mm @ first.axes[2]) for r in rows])
    steps = np.diff(heights)
    if len(steps) and (steps.min() < _SAME_MM or np.ptp(steps) > max(_SAME_MM, _NOT_EVEN * float(steps.mean()))):
        raise DicomError("slices differ in size or spacing", where=where, todo="Give one series without gaps")
    aside = np.stack([r.position_mm for r in rows]) @ first.axes[:2].T
    if np.ptp(aside, axis=0).max() > _SAME_MM:
        raise DicomError("slices are not above each other", where=where, todo="Give one series without gantry tilt")
    whole = np.stack([r.values for r in rows])
    values = np.rint(whole).astype(np.int16) if first.modality == "CT" else whole.astype(np.float32)
    step = float(steps.mean()) if len(steps) else 1.0
    across, down = (float(s) for s in first.spacing_mm)
    return Volume(
        values, rows[0].position_mm, (across, down, step), first.axes, first.modality, first.unit,
        first.frame_of_reference, AIR_HU if first.modality == "CT" else 0.0,
    )  # fmt: skip
