"""Where courses overlap by isodose, and how near a structure lies to the edge of a dose grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.dose.grid import DoseGrid
    from myelon.dose.structure import Structure

SHARES = (0.2, 0.5, 0.8, 0.95)
"""Shares of each course's prescription; which of them defines an overlap is for the report to say (ESTRO/EORTC)."""
STEP_MM = 2.0
_AT_ONCE = 2_000_000


class IsodoseOverlap(NamedTuple):
    """The volume in which every course gives at least a share of its own prescription."""

    share: float
    volume_cc: float


def isodose_overlaps(
    grids: Sequence[DoseGrid], prescribed_gy: Sequence[float], shares: Sequence[float] = SHARES
) -> tuple[IsodoseOverlap, ...]:
    """Overlap of all courses at each share, by cells of 2 mm along the axes of the last grid.

    Args:
        grids: Physical dose of each course, all in one frame of reference.
        prescribed_gy: Prescription of each.
        shares: Shares of the prescription.
    """
    from myelon.dose.sampling import sample_sum  # noqa: PLC0415  # numba loads only where dose is sampled

    last = grids[-1]
    frames, rows, columns = last.values.shape
    along, down = last.column_step_mm / last.spacing_mm[0], last.row_step_mm / last.spacing_mm[1]
    u = np.arange(STEP_MM / 2, (columns - 1) * last.spacing_mm[0], STEP_MM)
    v = np.arange(STEP_MM / 2, (rows - 1) * last.spacing_mm[1], STEP_MM)
    plane = (last.origin_mm + v[:, None, None] * down + u[None, :, None] * along).reshape(-1, 3)
    heights = np.arange(STEP_MM / 2, float(last.frame_offsets_mm[-1]), STEP_MM) if frames > 1 else np.zeros(1)
    counts = np.zeros(len(shares))
    at_once = max(1, _AT_ONCE // len(plane))
    for start in range(0, len(heights), at_once):
        part = heights[start : start + at_once]
        points = (plane[None, :, :] + part[:, None, None] * last.frame_normal).reshape(-1, 3)
        least = np.full(len(points), np.inf)
        for grid, total in zip(grids, prescribed_gy, strict=True):
            least = np.minimum(least, np.nan_to_num(sample_sum([grid], points), nan=0.0) / total)
        counts += [(least >= share).sum() for share in shares]
    cell = STEP_MM**3 / 1000.0
    return tuple(IsodoseOverlap(s, float(n) * cell) for s, n in zip(shares, counts, strict=True))


def near_edge(structure: Structure, grids: Sequence[DoseGrid]) -> float:
    """Share of a structure's contour points that lie within a voxel of the edge of a dose grid, or outside it."""
    points = structure.points()
    near = np.zeros(len(points), dtype=bool)
    for grid in grids:
        frames, rows, columns = grid.values.shape
        column, row, height = grid.coordinates(points).T
        within = (column >= 1) & (column <= columns - 2) & (row >= 1) & (row <= rows - 2)  # False where not known
        if frames > 1:
            within &= (height >= grid.frame_offsets_mm[1]) & (height <= grid.frame_offsets_mm[-2])
        near |= ~within
    return float(near.mean())
