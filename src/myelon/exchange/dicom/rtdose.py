"""RT Dose → dose grid. Any orientation; frame offsets ascending, descending, relative or absolute."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.dose.agreement import Named
from myelon.dose.dvh import HIGHEST_GY
from myelon.dose.grid import DoseGrid
from myelon.errors import DicomError, DoseError
from myelon.exchange.dicom.dataset import (
    BROKEN,
    RTDOSE,
    named_uids,
    note_of,
    numbers,
    open_dataset,
    patient_of,
    pixels,
    required,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

WHOLE_PLAN = {"PLAN", "MULTI_PLAN", "PLAN_OVERVIEW"}
"""DoseSummationType values whose dose is a whole plan's total."""
PART_OF_PLAN = {"FRACTION", "BEAM", "BRACHY", "CONTROL_POINT", "FRACTION_SESSION", "BEAM_SESSION",
                "BRACHY_SESSION", "CONTROL_POINT_SESSION", "RECORD"}  # fmt: skip
MOST_VOXELS = 512 * 512 * 1000
_SAME_MM = 1e-3


class DoseObject(NamedTuple):
    """An RT Dose as a grid, and what the file says beside it."""

    grid: DoseGrid
    named: Named
    """The object, its patient, the plan and the structure set that it names."""
    step_gy: float
    """Dose that one stored integer stands for."""
    summation: str
    beams: tuple[tuple[int, int], ...] = ()
    """Fraction group and number of each beam, where it is of beams."""
    note: str = ""

    @property
    def greatest_gy(self) -> float:
        """Greatest dose of the grid."""
        return float(self.grid.values.max())


def read_rtdose(path: Path, *, fractions: int | None = None) -> DoseGrid:
    """The grid of an RT Dose object, as `read_dose_object`.

    Raises:
        DicomError: As there.
    """
    return read_dose_object(path, fractions=fractions).grid


def read_dose_object(path: Path, *, fractions: int | None = None) -> DoseObject:
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
    return _read(path, fractions, parts=False)


def read_dose_parts(paths: Sequence[Path], *, fractions: int | None = None) -> DoseObject:
    """One RT Dose of a whole plan, or the doses of all beams of one plan, added at their common voxels.

    Raises:
        DicomError: As `read_dose_object`; several objects that are not of different beams of one plan, or whose voxels
            differ.
    """
    if len(paths) == 1:
        return read_dose_object(paths[0], fractions=fractions)
    parts = [_read(path, fractions, parts=True) for path in paths]
    first = parts[0]
    for part in parts:
        where = part.grid.label
        if part.summation != "BEAM":
            raise DicomError(
                f"DoseSummationType is {part.summation}", where=where, todo="Several files are added only beam by beam"
            )
        if part.named.plans != first.named.plans or not part.beams:
            raise DicomError("beams of different plans, or of none", where=where, todo="Give the beams of one plan")
        if part.grid.unit != first.grid.unit or not _same_voxels(part.grid, first.grid):
            raise DicomError("beams on different voxels", where=where, todo="Export the beams on one grid")
    beams = [beam for part in parts for beam in part.beams]
    if len(set(beams)) < len(beams):
        raise DicomError("a beam is given twice", where=first.grid.label, todo="Give each beam once")
    total = np.sum([p.grid.values.astype(np.float64) for p in parts], axis=0).astype(np.float32)
    return first._replace(
        grid=replace(first.grid, values=total), step_gy=max(p.step_gy for p in parts), summation="PLAN",
        beams=tuple(beams), note="; ".join(dict.fromkeys(p.note for p in parts if p.note)),
    )  # fmt: skip


def _same_voxels(one: DoseGrid, other: DoseGrid) -> bool:
    return one.values.shape == other.values.shape and all(
        np.allclose(getattr(one, name), getattr(other, name), atol=_SAME_MM)
        for name in ("origin_mm", "column_step_mm", "row_step_mm", "frame_normal", "frame_offsets_mm")
    )


def _read(path: Path, fractions: int | None, *, parts: bool) -> DoseObject:
    dataset = open_dataset(path, RTDOSE)
    where = path.name
    unit = _unit(dataset, where, parts=parts)
    orientation = numbers(required(dataset, "ImageOrientationPatient", where), 6, "ImageOrientationPatient", where)
    origin = numbers(required(dataset, "ImagePositionPatient", where), 3, "ImagePositionPatient", where)
    spacing = numbers(required(dataset, "PixelSpacing", where), 2, "PixelSpacing", where)
    along_columns, along_rows = orientation[:3], orientation[3:]
    lengths = np.linalg.norm(along_columns), np.linalg.norm(along_rows)
    if np.any(spacing <= 0) or min(lengths) < 0.5:
        raise DicomError("PixelSpacing or orientation is impossible", where=where, todo="Export the dose again")
    along_columns, along_rows = along_columns / lengths[0], along_rows / lengths[1]
    normal = np.cross(along_columns, along_rows)
    values, step_gy = _values(dataset, where)
    offsets = _offsets(dataset, len(values), float(origin @ normal), where)
    if len(values) == 1:
        values, offsets = _single_frame(dataset, values, where)
    order = np.argsort(offsets, kind="stable")
    first = offsets[order[0]]
    try:
        grid = DoseGrid(
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
            patient_of(dataset).id,
        )
    except DoseError as error:
        raise DicomError(error.what, where=where, todo=error.todo) from error
    named = Named(
        "dose", text_of(dataset, "SOPInstanceUID"), patient_of(dataset),
        named_uids(dataset, "ReferencedRTPlanSequence"), named_uids(dataset, "ReferencedStructureSetSequence"),
    )  # fmt: skip
    summation = str(dataset.get("DoseSummationType", "")).upper()
    return DoseObject(grid, named, step_gy, summation, _beams(dataset), note_of(dataset))


def _beams(dataset: Dataset) -> tuple[tuple[int, int], ...]:
    """Fraction group and beam number of each beam that a dose of beams is of."""
    try:
        return tuple(
            (int(group.ReferencedFractionGroupNumber), int(beam.ReferencedBeamNumber))
            for plan in dataset.get("ReferencedRTPlanSequence") or []
            for group in plan.get("ReferencedFractionGroupSequence") or []
            for beam in group.get("ReferencedBeamSequence") or []
        )
    except BROKEN:
        return ()


def _unit(dataset: Dataset, where: str, *, parts: bool) -> str:
    """The unit of a whole plan's absolute dose; effective dose is kept apart, so that no model converts it."""
    units = str(required(dataset, "DoseUnits", where)).upper()
    if units != "GY":
        raise DicomError(f"DoseUnits is {units}, not GY", where=where, todo="Export the dose in absolute units")
    kind = str(dataset.get("DoseType", "")).upper()
    if kind not in {"PHYSICAL", "EFFECTIVE"}:
        raise DicomError(f"DoseType is {kind or 'missing'}", where=where, todo="Export physical or effective dose")
    summation = str(required(dataset, "DoseSummationType", where)).upper()
    if summation in PART_OF_PLAN and not (parts and summation == "BEAM"):
        raise DicomError(
            f"DoseSummationType is {summation}: a part of a plan", where=where, todo="Export the dose of the whole plan"
        )
    if summation not in WHOLE_PLAN and not parts:
        raise DicomError(
            f"DoseSummationType {summation!r} is unknown", where=where, todo="Export with DoseSummationType PLAN"
        )
    return "Gy" if kind == "PHYSICAL" else "Gy (effective)"


def _values(dataset: Dataset, where: str) -> tuple[NDArray[np.float32], float]:
    """Dose in Gy, and what one stored integer stands for."""
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
    if not float(stored.max()) * scaling <= HIGHEST_GY:
        raise DicomError(
            f"greatest dose {float(stored.max()) * scaling:.3g} Gy (DoseGridScaling {stated[:20]})", where=where,
            todo="DoseGridScaling may be cut off: export the dose again",
        )  # fmt: skip
    return (stored.reshape(frames, rows, columns).astype(np.float64) * scaling).astype(np.float32), scaling


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
