"""CT slices → a volume in Hounsfield units, for pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from myelon.errors import DicomError
from myelon.exchange.dicom.dataset import CT, numbers, open_dataset, pixels, required

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_SAME_MM = 0.05


@dataclass(frozen=True, eq=False)
class CtVolume:
    """Hounsfield units, shape (slices, rows, columns), slices ascending along z; axial and unrotated."""

    values: NDArray[np.int16]
    origin_mm: NDArray[np.float64]
    spacing_mm: tuple[float, float, float]
    frame_of_reference: str


def read_ct(paths: Sequence[Path]) -> CtVolume:
    """Read the slices of one axial series.

    Raises:
        DicomError: No slice, not CT, rotated, or slices that do not fit together.
    """
    if not paths:
        raise DicomError("no CT slice", todo="Give the files of one axial series")
    rows = []
    for path in paths:
        data = open_dataset(path, CT)
        orientation = numbers(required(data, "ImageOrientationPatient", path.name), 6, "orientation", path.name)
        if np.abs(orientation - [1, 0, 0, 0, 1, 0]).max() > 1e-3:
            raise DicomError("slice is rotated", where=path.name, todo="Give an axial, supine series")
        position = numbers(required(data, "ImagePositionPatient", path.name), 3, "position", path.name)
        spacing = numbers(required(data, "PixelSpacing", path.name), 2, "PixelSpacing", path.name)
        slope, intercept = float(data.get("RescaleSlope", 1)), float(data.get("RescaleIntercept", 0))
        image = (pixels(data, path.name).astype(np.float64) * slope + intercept).astype(np.int16)
        rows.append((position, spacing, image, str(data.get("FrameOfReferenceUID", ""))))
    rows.sort(key=lambda row: row[0][2])
    steps = np.diff([row[0][2] for row in rows])
    if len({row[2].shape for row in rows}) > 1 or (len(steps) and np.ptp(steps) > _SAME_MM):
        raise DicomError("slices differ in size or spacing", where=paths[0].name, todo="Give one series")
    step = float(steps[0]) if len(steps) else 1.0
    spacing = rows[0][1]
    return CtVolume(
        np.stack([row[2] for row in rows]), rows[0][0], (float(spacing[1]), float(spacing[0]), step), rows[0][3]
    )
