"""Shapes between two contoured planes, by blending their signed distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from contourpy import contour_generator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FINEST_MM, COARSEST_MM = 0.2, 2.0
CELLS_ACROSS = 160
"""Cells over the wider side of both shapes."""
_LEAST_AREA_MM2 = 1e-3


def planes_between(
    below: Sequence[NDArray[np.float64]], above: Sequence[NDArray[np.float64]], shares: Sequence[float]
) -> list[tuple[NDArray[np.float64], ...]]:
    """Polygons at each share of the way from one plane to the next.

    Args:
        below: Closed polygons of the lower plane in (u, v) mm, combined by even-odd.
        above: Those of the upper plane.
        shares: Shares of the way, each between 0 and 1.

    Returns:
        The polygons of each; empty where the shape has vanished.
    """
    points = np.vstack([*below, *above])
    low, high = points.min(axis=0), points.max(axis=0)
    cell = float(np.clip(float((high - low).max()) / CELLS_ACROSS, FINEST_MM, COARSEST_MM))
    u, v = (np.arange(low[i] - 2 * cell, high[i] + 3 * cell, cell) for i in (0, 1))
    one, other = (signed_distance(polygons, u, v) for polygons in (below, above))
    found = []
    for share in shares:
        lines = contour_generator(u, v, (1.0 - share) * one + share * other).lines(0.0)
        closed = [np.asarray(line[:-1], dtype=np.float64) for line in lines if len(line) > 3]
        found.append(tuple(p for p in closed if abs(_area(p)) > _LEAST_AREA_MM2))
    return found


def signed_distance(
    polygons: Sequence[NDArray[np.float64]], u: NDArray[np.float64], v: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distance to the outline at each point of a grid in mm, positive inside; shape (len(v), len(u))."""
    grid_u, grid_v = np.meshgrid(u, v)
    nearest = np.full(grid_u.shape, np.inf)
    for polygon in polygons:
        for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            along = end - start
            length = float(along @ along)
            if length == 0.0:
                continue
            share = np.clip(((grid_u - start[0]) * along[0] + (grid_v - start[1]) * along[1]) / length, 0.0, 1.0)
            square = (grid_u - start[0] - share * along[0]) ** 2 + (grid_v - start[1] - share * along[1]) ** 2
            np.minimum(nearest, square, out=nearest)
    return np.asarray(np.where(inside(polygons, u, v), 1.0, -1.0) * np.sqrt(nearest))


def inside(
    polygons: Sequence[NDArray[np.float64]], u: NDArray[np.float64], v: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether each point of a grid lies in the polygons by even-odd; shape (len(v), len(u))."""
    found = np.zeros((len(v), len(u)), dtype=bool)
    for polygon in polygons:
        for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            rows = np.nonzero((start[1] <= v) != (end[1] <= v))[0]
            for row in rows:
                found[row] ^= u < start[0] + (v[row] - start[1]) * (end[0] - start[0]) / (end[1] - start[1])
    return found


def _area(polygon: NDArray[np.float64]) -> float:
    x, y = polygon[:, 0], polygon[:, 1]
    return float(0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
