"""An image in patient space: CT, MR or PET, in any orientation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

AIR_HU = -1024.0
_ALONG = 1e-6
_MOST_VOXELS = 512 * 512 * 600


@dataclass(frozen=True, eq=False)
class Volume:
    """Values at voxel centres.

    Attributes:
        values: Shape (slices, rows, columns), slices in ascending order along the third axis.
        origin_mm: Centre of the first voxel, LPS.
        spacing_mm: Between columns, rows and slices.
        axes: Unit vectors along columns, rows and slices, as rows, LPS.
        modality: DICOM modality: CT, MR, PT.
        unit: HU, BQML, or "" where the numbers have none, as in MR.
        frame_of_reference: UID.
        outside: What lies around the image.
    """

    values: NDArray[np.int16] | NDArray[np.float32]
    origin_mm: NDArray[np.float64]
    spacing_mm: tuple[float, float, float]
    axes: NDArray[np.float64] = field(default_factory=lambda: np.eye(3))
    modality: str = "CT"
    unit: str = "HU"
    frame_of_reference: str = ""
    outside: float = AIR_HU

    def at(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Trilinear values at LPS points of shape (…, 3); `outside` around the image and where a point is NaN."""
        from scipy.ndimage import map_coordinates  # noqa: PLC0415  # scipy loads only where an image is looked at

        points = np.asarray(points_mm, dtype=np.float64)
        index = ((points.reshape(-1, 3) - self.origin_mm) @ self.axes.T / np.array(self.spacing_mm))[:, ::-1]
        inside = np.all((index >= 0) & (index <= np.array(self.values.shape) - 1), axis=1)
        places = np.where(inside[:, None], index, 0.0).T
        found = map_coordinates(self.values, places, order=1, output=np.float64, mode="nearest")
        return np.asarray(np.where(inside, found, self.outside).reshape(points.shape[:-1]))

    @property
    def corners_mm(self) -> NDArray[np.float64]:
        """Centres of the eight outermost voxels, LPS."""
        size = (np.array(self.values.shape[::-1]) - 1) * np.array(self.spacing_mm)
        ends = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]) * size
        return np.asarray(self.origin_mm + ends @ self.axes)

    def upright(self) -> Volume:
        """The image on a grid along LPS: itself where it lies so, resampled at its finest spacing where it does not."""
        if np.abs(self.axes - np.eye(3)).max() < _ALONG:
            return self
        low, high = self.corners_mm.min(axis=0), self.corners_mm.max(axis=0)
        step = max(min(self.spacing_mm), float((np.prod(high - low) / _MOST_VOXELS) ** (1 / 3)))
        x, y, z = (np.arange(a, b + step / 2, step) for a, b in zip(low, high, strict=True))
        plane = np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1)[..., ::-1]
        values = np.stack(
            [self.at(np.concatenate([plane, np.full((*plane.shape[:2], 1), height)], axis=-1)) for height in z]
        )
        kind = self.values.dtype
        return Volume(
            np.rint(values).astype(np.int16) if kind == np.int16 else values.astype(np.float32),
            low, (step, step, step), np.eye(3), self.modality, self.unit, self.frame_of_reference, self.outside,
        )  # fmt: skip
