"""The Dice coefficient of two contoured structures, in the frame of one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from myelon.dose.structure import Structure
    from myelon.dose.warp import Warp

_CELL_MM, _AROUND_MM = 1.0, 8.0


def dice(
    one: Structure, other: Structure, warp: Warp, box_mm: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> float | None:
    """Twice the common volume of two contoured structures over the sum of both, in a box, by cells of a millimetre.

    Args:
        one: In the frame of the box.
        other: In the frame that the warp leads to.
        warp: From the frame of the box into that of the other.
        box_mm: Lowest and highest corner.

    Returns:
        0 to 1; None where neither lies in the box.
    """
    points = one.points()
    low = np.maximum(points.min(axis=0) - _AROUND_MM, box_mm[0])
    high = np.minimum(points.max(axis=0) + _AROUND_MM, box_mm[1])
    if np.any(high <= low):
        return None
    axes = [np.arange(a + _CELL_MM / 2, b, _CELL_MM) for a, b in zip(low, high, strict=True)]
    cells = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    here, there = _within(one, cells), _within(other, warp.apply(cells))
    total = int(here.sum() + there.sum())
    return 2.0 * float((here & there).sum()) / total if total else None


def _within(structure: Structure, points_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether points lie in a structure, each by the slab of the contour plane that stands for it."""
    from matplotlib.path import Path  # noqa: PLC0415  # matplotlib loads only where contours are compared

    local = points_mm @ structure.axes.T
    result = np.zeros(len(local), dtype=bool)
    for slab in structure.slabs("slab"):
        rows = np.flatnonzero((local[:, 2] >= slab.low_mm) & (local[:, 2] < slab.high_mm))
        for polygon in slab.polygons:  # even-odd, as everywhere: a hole is a contour in a contour
            result[rows] ^= Path(polygon).contains_points(local[rows, :2])
    return result
