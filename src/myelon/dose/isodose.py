"""Isodose lines on a plane, as polylines in mm."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.dose.grid import DoseGrid


class Plane(NamedTuple):
    """A rectangle of patient space: corner and directions in LPS mm, size in mm."""

    corner_mm: NDArray[np.float64]
    right: NDArray[np.float64]
    down: NDArray[np.float64]
    width_mm: float
    height_mm: float

    def points(self, step_mm: float) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Distances to the right and down, and the points of the lattice, shape (rows, columns, 3)."""
        x = np.arange(0.0, self.width_mm + step_mm / 2, step_mm)
        y = np.arange(0.0, self.height_mm + step_mm / 2, step_mm)
        lattice = self.corner_mm + y[:, None, None] * self.down + x[None, :, None] * self.right
        return x, y, lattice


def dose_on(plane: Plane, grids: Sequence[DoseGrid], step_mm: float) -> NDArray[np.float64]:
    """Sum of grids on a plane, shape (rows, columns); NaN outside any of them."""
    from myelon.dose.sampling import sample_sum  # noqa: PLC0415  # numba loads only where dose is sampled

    _, _, lattice = plane.points(step_mm)
    return sample_sum(grids, lattice.reshape(-1, 3)).reshape(lattice.shape[:2])


def isodose_lines(
    plane: Plane, grids: Sequence[DoseGrid], levels_gy: Sequence[float], *, step_mm: float = 1.0
) -> dict[float, list[NDArray[np.float64]]]:
    """Lines of equal dose: level → polylines of shape (n, 2), mm to the right and down on the plane.

    The dose outside a grid is unknown: no line is drawn through it.
    """
    from contourpy import contour_generator  # noqa: PLC0415  # compiled; only where a picture is drawn

    x, y, _ = plane.points(step_mm)
    dose = np.ma.masked_invalid(dose_on(plane, grids, step_mm))
    generator = contour_generator(x, y, dose)
    return {level: [np.asarray(line) for line in generator.lines(level)] for level in levels_gy}
