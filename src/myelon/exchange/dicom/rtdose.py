"""RT Dose → dose grid. Any orientation; frame offsets ascending, descending, relative or absolute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from myelon.dose.grid import DoseGrid
from myelon.errors import DicomError
from myelon.exchange.dicom.dataset import RTDOSE, numbers, open_dataset, pixels, required

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

WHOLE_PLAN = {"PLAN", "MULTI_PLAN", "PLAN_OVERVIEW"}
"""DoseSummationType values whose dose is a whole plan's total."""
PART_OF_PLAN = {"FRACTION", "BEAM", "BRACHY", "CONTROL_POINT", "FRACTION_SESSION", "BEAM_SESSION",
                "BRACHY_SESSION", "CONTROL_POINT_SESSION", "RECORD"}  # fmt: skip
MOST_VOXELS = 512 * 512 * 1000
_SAME_MM = 1e-3


def read_rtdose(path: Path, *, fractions: int | None = None) -> DoseGrid:
    """Read an RT Dose object.

    Args:
        path: The file.
        fractions: Number of fractions that the dose is the total of (from RT Plan or by hand).

    Returns:
        Dose in Gy (``unit`` says when it is effective dose), frames in ascending order along their normal.

    Raises:
        DicomError: Not RT Dose, relative units, a part of a plan or an unknown summation type, no pixels,
            geometry missing or impossible.
    """
    dataset = open_dataset(path, RTDOSE)
    where = path.name
    unit = _unit(dataset, where)
    orientation = numbers(required(dataset, "ImageOrientationPatient", where), 6, "ImageOrientationPatient", where)
    origin = numbers(required(dataset, "ImagePositionPatient", where), 3, "ImagePositionPatient", where)
    spacing = numbers(required(dataset, "PixelSpacing", where), 2, "PixelSpacing", where)
    along_columns, along_rows = orientation[:3], orientation[3:]
    lengths = np.linalg.norm(along_columns), np.linalg.norm(along_rows)
    if np.any(spacing <= 0) or min(lengths) < 0.5:
        raise DicomError("PixelSpacing or orientation is impossible", where=where, todo="Export the dose again")
    along_columns, along_rows = along_columns / lengths[0], along_rows / lengths[1]
    normal = np.cross(along_columns, along_rows)
    values = _values(dataset, where)
    offsets = _offsets(dataset, len(values), float(origin @ normal), where)
    if len(values) == 1:
        values, offsets = _single_frame(dataset, values, where)
    order = np.argsort(offsets, kind="stable")
    first = offsets[order[0]]
    return DoseGrid(
        np.ascontiguousarray(values[order]),
        origin + first * normal,
        along_columns * spacing[1],
        along_rows * spacing[0],
        normal,
        offsets[order] - first,
        str(required(dataset, "FrameOfReferenceUID", where)),
        fractions,
        unit,
        where,
        str(dataset.get("PatientID", "")),
    )


def _unit(dataset: Dataset, where: str) -> str:
    """The unit of a whole plan's absolute dose; effective dose is kept apart, so that no model converts it."""
    units = str(required(dataset, "DoseUnits", where)).upper()
    if units != "GY":
        raise DicomError(f"DoseUnits is {units}, not GY", where=where, todo="Export the dose in absolute units")
    kind = str(dataset.get("DoseType", "")).upper()
    if kind not in {"PHYSICAL", "EFFECTIVE"}:
        raise DicomError(f"DoseType is {kind or 'missing'}", where=where, todo="Export physical or effective dose")
    summation = str(required(dataset, "DoseSummationType", where)).upper()
    if summation in PART_OF_PLAN:
        raise DicomError(
            f"DoseSummationType is {summation}: a part of a plan", where=where, todo="Export the dose of the whole plan"
        )
    if summation not in WHOLE_PLAN:
        raise DicomError(
            f"DoseSummationType {summation!r} is unknown", where=where, todo="Export with DoseSummationType PLAN"
        )
    return "Gy" if kind == "PHYSICAL" else "Gy (effective)"


def _values(dataset: Dataset, where: str) -> NDArray[np.float32]:
    rows, columns = int(dataset.get("Rows", 0) or 0), int(dataset.get("Columns", 0) or 0)
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    if not 0 < rows * columns * frames <= MOST_VOXELS:
        raise DicomError(f"{columns} × {rows} × {frames} voxels", where=where, todo="Export a grid of sensible size")
    stated = str(required(dataset, "DoseGridScaling", where))
    try:
        scaling = float(stated)
    except ValueError as error:
        raise DicomError("DoseGridScaling is not a number", where=where, todo="Export the dose again") from error
    if not np.isfinite(scaling) or scaling <= 0:
        raise DicomError(f"DoseGridScaling is {scaling:g}", where=where, todo="Export the dose again")
    stored = pixels(dataset, where)
    if stored.size != rows * columns * frames:
        raise DicomError(
            f"{stored.size} values for {columns} × {rows} × {frames} voxels", where=where, todo="Export again"
        )
    if stored.min() < 0:
        raise DicomError(
            "holds doses below 0", where=where, todo="Its integers may have run over: export with another scaling"
        )
    return (stored.reshape(frames, rows, columns).astype(np.float64) * scaling).astype(np.float32)


def _single_frame(
    dataset: Dataset, values: NDArray[np.float32], where: str
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """One frame as two equal ones inside its thickness: it reaches as far as it says, and no further."""
    stated = required(dataset, "SliceThickness", where)
    thickness = float(numbers([stated], 1, "SliceThickness", where)[0])
    if thickness <= 0:
        raise DicomError("a single frame without thickness", where=where, todo="Export every frame of the dose")
    return np.concatenate([values, values]), np.array([-thickness / 4.0, thickness / 4.0])


def _offsets(dataset: Dataset, frames: int, height: float, where: str) -> NDArray[np.float64]:
    """Distance of each frame from ImagePositionPatient along the normal.

    PS3.3 C.8.8.3.2: offsets start at 0 and are relative, or start at the position itself and are absolute.
    """
    if frames == 1:
        return np.zeros(1)
    raw = numbers(required(dataset, "GridFrameOffsetVector", where), frames, "GridFrameOffsetVector", where)
    if abs(raw[0]) > _SAME_MM:
        z = float(numbers(dataset.ImagePositionPatient, 3, "ImagePositionPatient", where)[2])
        if min(abs(raw[0] - z), abs(raw[0] - height)) > _SAME_MM:
            raise DicomError(
                "GridFrameOffsetVector starts neither at 0 nor at the image position", where=where, todo="Export again"
            )
        raw = (raw - raw[0]) * (1.0 if abs(raw[0] - height) <= _SAME_MM else np.sign(height * z))
    steps = np.diff(raw)
    if np.any(steps == 0) or np.any(np.sign(steps) != np.sign(steps[0])):
        raise DicomError("frames do not follow one direction", where=where, todo="Export the dose again")
    return raw
