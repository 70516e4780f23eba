"""A CT volume: Hounsfield units on an axial, unrotated grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

AIR_HU = -1024.0


@dataclass(frozen=True, eq=False)
class Volume:
    """HU, shape (slices, rows, columns), slices ascending; first voxel and spacing (column, row, slice) in LPS mm."""

    values: NDArray[np.int16]
    origin_mm: NDArray[np.float64]
    spacing_mm: tuple[float, float, float]

    def at(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Trilinear HU at LPS points of shape (…, 3); air outside."""
        index = ((np.asarray(points_mm) - self.origin_mm) / np.array(self.spacing_mm))[..., ::-1]
        top = np.array(self.values.shape) - 1
        inside = np.all((index >= 0) & (index <= top), axis=-1)
        low = np.clip(np.floor(index).astype(np.intp), 0, np.maximum(top - 1, 0))
        part = np.clip(index - low, 0.0, 1.0)
        result = np.zeros(index.shape[:-1])
        for corner in range(8):
            offset = np.array([(corner >> 2) & 1, (corner >> 1) & 1, corner & 1])
            weight = np.prod(np.where(offset == 1, part, 1.0 - part), axis=-1)
            at = np.minimum(low + offset, top)
            result += weight * self.values[at[..., 0], at[..., 1], at[..., 2]]
        return np.where(inside, result, AIR_HU)
