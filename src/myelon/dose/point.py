"""The dose at one point: what each course gave there, and where in its grid that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.dose.reirradiation import CORD_ALPHA_BETA_GY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.dose.grid import DoseGrid
    from myelon.dose.structure import Structure

_STEP_MM, _MOST_POINTS = 0.8, 60_000
_WITHIN = 0.995
"""The rim is taken just inside the contour, so that the point found lies in the structure."""


class CoursePoint(NamedTuple):
    """One course at a point; None where its grid does not reach."""

    physical_gy: float | None
    fractions: int | None
    eqd2_gy: float | None
    eqd2_other_gy: float | None
    voxel: tuple[int, int, int] | None
    """Nearest voxel: frame, row, column, each from 0 in the order the grid is held (frames ascending); None where a
    registration says nothing."""


class PointDose(NamedTuple):
    """Every course at a point, and their sum where all reach."""

    point_mm: tuple[float, float, float]
    courses: tuple[CoursePoint, ...]
    eqd2_gy: float | None
    eqd2_other_gy: float | None
    other_alpha_beta_gy: float


def point_dose(grids: Sequence[DoseGrid], point_mm: Sequence[float], other_alpha_beta_gy: float = 3.0) -> PointDose:
    """The dose of every course at a point, converted voxel by voxel and then taken there.

    Args:
        grids: Physical dose of each course, all in one frame of reference.
        point_mm: LPS.
        other_alpha_beta_gy: Printed beside α/β 2.

    Raises:
        DoseError: A course lacks its fractions.
    """
    point = np.asarray([point_mm], dtype=float)
    courses = tuple(_course(grid, point, other_alpha_beta_gy) for grid in grids)
    both = ([c.eqd2_gy for c in courses], [c.eqd2_other_gy for c in courses])
    totals = [None if any(v is None for v in values) else float(sum(v or 0.0 for v in values)) for values in both]
    x, y, z = (float(v) for v in point[0])
    return PointDose((x, y, z), courses, totals[0], totals[1], other_alpha_beta_gy)


def _course(grid: DoseGrid, point: NDArray[np.float64], other: float) -> CoursePoint:
    part = grid.around(point, 0.0)
    values = [g.at(point)[0] for g in (part, part.to_eqd2(CORD_ALPHA_BETA_GY), part.to_eqd2(other))]
    known = [float(v) if np.isfinite(v) else None for v in values]
    column, row, distance = grid.coordinates(point)[0]
    if not np.isfinite([column, row, distance]).all():
        return CoursePoint(None, grid.fractions, None, None, None)
    frame = int(np.argmin(np.abs(grid.frame_offsets_mm - distance)))
    return CoursePoint(known[0], grid.fractions, known[1], known[2], (frame, round(float(row)), round(float(column))))


def hottest_point(structure: Structure, grids: Sequence[DoseGrid]) -> tuple[float, float, float] | None:
    """Where the sum in EQD2 at α/β 2 is greatest in a structure, to a millimetre; None where nothing is known."""
    from myelon.dose.sampling import sample_sum  # noqa: PLC0415  # numba loads only where dose is sampled
    from myelon.dose.uncertainty import lattice  # noqa: PLC0415  # scipy loads only where it is used

    points, within = lattice(structure, "slab", _STEP_MM, margin_mm=_STEP_MM, single_plane_mm=grids[0].spacing_mm[2])
    inner = points[within.ravel()]
    rim = [
        np.column_stack([p.mean(axis=0) + _WITHIN * (p - p.mean(axis=0)), np.full(len(p), plane)]) @ structure.axes
        for plane, group in zip(structure.planes_mm, structure.polygons, strict=True)
        for p in group
    ]
    every = np.vstack([inner[:: max(1, len(inner) // _MOST_POINTS)], *rim])
    converted = [g.around(every, 0.0).to_eqd2(CORD_ALPHA_BETA_GY) for g in grids]
    total = sample_sum(converted, every)
    if not np.isfinite(total).any():
        return None
    x, y, z = (float(v) for v in every[int(np.nanargmax(total))])
    return x, y, z


def contains(structure: Structure, point_mm: Sequence[float]) -> bool:
    """Whether a point lies in a structure, by the slab of the contour plane that stands for it."""
    from myelon.dose.interpolation import inside  # noqa: PLC0415  # only where a point is asked

    u, v, w = structure.axes @ np.asarray(point_mm, dtype=float)
    for slab in structure.slabs("slab"):
        if slab.low_mm <= w < slab.high_mm:
            return bool(inside(slab.polygons, np.array([u]), np.array([v]))[0, 0])
    return False
