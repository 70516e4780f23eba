"""Where the contours of an organ end: whether the dose goes on rising beyond them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.dose.grid import DoseGrid
    from myelon.dose.structure import Structure

_STEP_MM = 1.0
BEYOND_MM, BEYOND_SHARE = 20.0, 0.02
"""How far beyond the ends of a structure the dose is looked up, and how much higher it must be there to count."""


def cut_off(structure: Structure, grids: Sequence[DoseGrid]) -> str:
    """Why the maximum of a structure may not be that of the organ: its contours end where the dose still rises; or "".

    The organ goes on beyond its contours. The sum is looked up in the end contours moved on by up to `BEYOND_MM`; where
    it is higher there than anywhere in the structure, the contours were cut off.

    Args:
        structure: Contours of an organ that goes on, such as the cord.
        grids: EQD2 of each course, in the frame of the structure.
    """
    most, beyond = higher_beyond(structure, grids, BEYOND_MM)
    if beyond <= most * (1.0 + BEYOND_SHARE):
        return ""
    return (
        f"the contours of {structure.name} end where the dose still rises: {beyond:.1f} Gy EQD2 within "
        f"{BEYOND_MM:g} mm beyond them, {most:.1f} inside"
    )


def higher_beyond(structure: Structure, grids: Sequence[DoseGrid], beyond_mm: float) -> tuple[float, float]:
    """Greatest summed dose at the contours of a structure, and in its end contours moved on along its normal.

    Args:
        structure: Contours of an organ that goes on beyond them, such as the cord.
        grids: Doses to add, in one unit, in the frame of the structure.
        beyond_mm: How far the ends are moved.

    Returns:
        Both in the unit of the grids; 0 where nothing is known. Points outside a grid are not known, and not counted.
    """
    from myelon.dose.sampling import sample_sum  # noqa: PLC0415  # numba loads only where dose is sampled

    normal = structure.axes[2]
    inside = sample_sum(grids, np.vstack([structure.points(), _centres(structure)]))
    beyond = []
    for end, way in ((0, -1.0), (-1, 1.0)):
        outline = np.vstack(structure.polygons[end])
        outline = np.vstack([outline, outline.mean(axis=0), 0.5 * (outline + outline.mean(axis=0))])
        at = np.column_stack([outline, np.full(len(outline), structure.planes_mm[end])]) @ structure.axes
        steps = np.arange(_STEP_MM, beyond_mm + _STEP_MM / 2, _STEP_MM)
        moved = at[None, :, :] + way * steps[:, None, None] * normal
        beyond.append(sample_sum(grids, moved.reshape(-1, 3)))
    return _greatest(inside), _greatest(np.concatenate(beyond))


def _centres(structure: Structure) -> NDArray[np.float64]:
    rows = [
        [*polygon.mean(axis=0), plane]
        for plane, polygons in zip(structure.planes_mm, structure.polygons, strict=True)
        for polygon in polygons
    ]
    return np.asarray(np.array(rows) @ structure.axes)


def _greatest(doses: NDArray[np.float64]) -> float:
    known = doses[np.isfinite(doses)]
    return float(known.max()) if len(known) else 0.0
