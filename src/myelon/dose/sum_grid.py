"""The sum of courses as one grid, for other systems: EQD2 at the voxel centres of the last course."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from myelon.dose.bed import check_alpha_beta
from myelon.errors import DoseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.dose.grid import DoseGrid


def sum_grid(grids: Sequence[DoseGrid], alpha_beta_gy: float) -> DoseGrid:
    """EQD2 of the sum on the grid of the last course, cut to the box in which every course is known.

    A dose file has no way to say that a voxel is unknown: what is not known everywhere is cut away, never written as 0.

    Args:
        grids: Physical dose of each course, all in one frame of reference.
        alpha_beta_gy: α/β.

    Raises:
        DoseError: No grid, fractions that are not known, or grids that do not meet.
    """
    from myelon.dose.sampling import eqd2_on  # noqa: PLC0415  # numba loads only where dose is sampled

    if not grids:
        raise DoseError("no course to add", todo="Give at least one dose grid")
    check_alpha_beta(alpha_beta_gy)
    last = grids[-1]
    total = eqd2_on(last, grids, alpha_beta_gy)
    box = _known_box(np.isfinite(total))
    first = [s.start for s in box]
    return replace(
        last,
        values=np.ascontiguousarray(total[box]),
        origin_mm=last.origin_mm
        + first[2] * last.column_step_mm
        + first[1] * last.row_step_mm
        + last.frame_offsets_mm[first[0]] * last.frame_normal,
        frame_offsets_mm=last.frame_offsets_mm[box[0]] - last.frame_offsets_mm[first[0]],
        fractions=None,
        unit="EQD2",
        label="EQD2 sum",
    )


def _known_box(known: NDArray[np.bool_]) -> tuple[slice, slice, slice]:
    """A box of known voxels: from all of the grid, the face with the greatest unknown share is cut until none is left.

    Raises:
        DoseError: Nothing is left.
    """
    bounds = [[0, size] for size in known.shape]
    while True:
        box = (slice(*bounds[0]), slice(*bounds[1]), slice(*bounds[2]))
        part = known[box]
        if min(part.shape) < 2:
            raise DoseError("the dose grids do not meet", todo="Give courses whose grids overlap")
        if part.all():
            return box
        faces = [
            (1.0 - float(np.take(part, at, axis=axis).mean()), axis, end)
            for axis in range(3)
            for end, at in ((0, 0), (1, -1))
        ]
        _, axis, end = max(faces)
        bounds[axis][end] += 1 if end == 0 else -1
