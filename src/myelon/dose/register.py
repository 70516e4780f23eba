"""Rigid registration of two CTs of one spine, by bone, in a box around the vertebrae that matter.

A spine bends between two scans: only what lies in the box is asked to fit (RADIOBIOLOGY §6: vertebra-local, at most
three vertebrae). The measure is mutual information of bone-windowed HU, over a pyramid, by SimpleITK; the same images
give the same transform (to a hundredth of a millimetre). How good it is stands beside it; a person looks at the picture
and accepts it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from myelon.errors import DoseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.dose.volume import Volume

BONE_HU = (100.0, 1200.0)
"""Below and above, HU are cut: soft tissue moves, and metal would lead."""
SAMPLES, SEED, MOST_STEPS, LEAST_STEP = 40_000, 20261, 80, 2e-3
"""Voxels that the measure is taken on, at most; least step of the search, in mm at the edge of the image."""
_PYRAMID = ((4, 2.0), (2, 1.0), (1, 0.0))
"""Shrink factor and smoothing in mm of each level."""
_LEAST_CELLS = 12
SEEN_MM = 50.0
"""Around the box, as it lies before the search."""
_STARTS_MM = (-30.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0)
"""Along the body: vertebrae look alike, and one search may settle on the neighbour."""
ANOTHER_MM = 8.0
"""A fit whose box lies this far from the best one is another fit."""
CLEAR_BY = 0.03
"""How much better than another fit the likeness must be; below, the images may be a vertebra off."""
_EVERY, _LEAST_SHARED = 4, 0.2
_ALL_HU = (-1000.0, 1200.0)


@dataclass(frozen=True, eq=False)
class Registered:
    """A rigid transform and how good it is.

    Attributes:
        matrix: 4 × 4, LPS mm, from the moving image into the fixed one.
        correlation_before: Of bone-windowed HU in the box, as the images came.
        correlation: The same after the transform.
        likeness: Correlation of all HU in all that the images share: it tells one vertebra from the next.
        runner_up: Likeness of the best other fit, such as a vertebra away; None where every start came to this one.
        inconsistency_mm: Greatest distance, at the corners of the box, between this transform and the inverse of the
            one that is found when fixed and moving change places: a bound on trust, not on truth.
        box_mm: Lowest and highest corner of the box in the fixed image, LPS.
    """

    matrix: NDArray[np.float64]
    correlation_before: float
    correlation: float
    likeness: float
    runner_up: float | None
    inconsistency_mm: float
    box_mm: tuple[NDArray[np.float64], NDArray[np.float64]]

    @property
    def clear(self) -> bool:
        """Whether no other fit comes near: else the images may be a vertebra off."""
        return self.runner_up is None or self.likeness - self.runner_up >= CLEAR_BY


def register_rigid(
    fixed: Volume,
    moving: Volume,
    box_mm: tuple[Sequence[float], Sequence[float]],
    start: NDArray[np.float64] | None = None,
) -> Registered:
    """Find the rigid transform of the moving image onto the fixed one in a box.

    Args:
        fixed: CT in whose frame the sum will be.
        moving: CT of the other course.
        box_mm: Lowest and highest corner of the box in the fixed image, LPS mm.
        start: 4 × 4 from the moving image into the fixed one to start from; the middles of the images when None.

    Raises:
        DoseError: A box outside the image or too small, or no bone in it.
    """
    low, high = (np.asarray(corner, dtype=float) for corner in box_mm)
    first = _middles(fixed, moving) if start is None else np.asarray(start, dtype=float)
    part = _cut(fixed, low, high)
    box = _corners(low, high)
    near = _around(moving, _apply(np.asarray(np.linalg.inv(first)), box))
    fits = [_search(part, near, _along(first, by), _PYRAMID[:1]) for by in _STARTS_MM]
    scores = [_likeness(fixed, moving, fit) for fit in fits]
    best = int(np.argmax(scores))
    matrix = _search(part, near, fits[best], _PYRAMID)
    others = [
        score
        for fit, score in zip(fits, scores, strict=True)
        if np.linalg.norm(_apply(fit @ np.asarray(np.linalg.inv(matrix)), box) - box, axis=1).min() > ANOTHER_MM
    ]
    there = _apply(np.asarray(np.linalg.inv(matrix)), box)
    inverse = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    back = _search(_cut(moving, there.min(axis=0), there.max(axis=0)), _around(fixed, box), inverse, _PYRAMID[1:])
    gone = _apply(back, box) - there
    return Registered(
        matrix,
        _correlation(part, moving, first),
        _correlation(part, moving, matrix),
        scores[best],
        max(others, default=None),
        float(np.linalg.norm(gone, axis=1).max()),
        (low, high),
    )


def _around(volume: Volume, points: NDArray[np.float64]) -> Volume:
    """What a search may come to see of an image: smoothing the rest would only take time."""
    return _cut(volume, points.min(axis=0) - SEEN_MM, points.max(axis=0) + SEEN_MM)


def _along(start: NDArray[np.float64], by_mm: float) -> NDArray[np.float64]:
    moved = start.copy()
    moved[2, 3] += by_mm
    return moved


def _search(
    part: Volume, moving: Volume, start: NDArray[np.float64], pyramid: Sequence[tuple[int, float]]
) -> NDArray[np.float64]:
    """The transform of the moving image onto a part of the fixed one."""
    sitk: Any = import_module("SimpleITK")  # slow to import, and only here; its types are none
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(40)
    method.SetMetricSamplingStrategy(method.RANDOM)
    shares = [min(1.0, SAMPLES * shrink**3 / part.values.size) for shrink, _ in pyramid]
    method.SetMetricSamplingPercentagePerLevel(shares, SEED)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=1.0, minStep=LEAST_STEP, numberOfIterations=MOST_STEPS, gradientMagnitudeTolerance=1e-8
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([shrink for shrink, _ in pyramid])
    method.SetSmoothingSigmasPerLevel([sigma for _, sigma in pyramid])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    transform = sitk.Euler3DTransform()
    centre = _middle(part)
    transform.SetCenter(centre.tolist())
    inverse = np.asarray(np.linalg.inv(start))  # the library maps points of the fixed image into the moving one
    transform.SetMatrix(inverse[:3, :3].ravel().tolist(), 1e-6)
    transform.SetTranslation((_apply(inverse, centre[None])[0] - centre).tolist())
    method.SetInitialTransform(transform, inPlace=True)
    method.Execute(_image(part), _image(moving))
    found = np.eye(4)
    found[:3, :3] = np.array(transform.GetMatrix()).reshape(3, 3)
    found[:3, 3] = np.array(transform.GetTranslation()) + centre - found[:3, :3] @ centre
    return np.asarray(np.linalg.inv(found), dtype=np.float64)


def _image(volume: Volume) -> Any:  # noqa: ANN401  # an image of the library
    sitk: Any = import_module("SimpleITK")
    image = sitk.GetImageFromArray(np.clip(volume.values.astype(np.float32), *BONE_HU))
    image.SetOrigin([float(v) for v in volume.origin_mm])
    image.SetSpacing(volume.spacing_mm)
    return image


def _cut(volume: Volume, low: NDArray[np.float64], high: NDArray[np.float64]) -> Volume:
    """The voxels of a box.

    Raises:
        DoseError: Too few of them, or no bone.
    """
    from myelon.dose.volume import Volume as Cut  # noqa: PLC0415  # a runtime need of this function alone

    spacing = np.array(volume.spacing_mm)
    size = np.array(volume.values.shape[::-1])
    first = np.clip(np.floor((low - volume.origin_mm) / spacing).astype(int), 0, size)
    last = np.clip(np.ceil((high - volume.origin_mm) / spacing).astype(int) + 1, 0, size)
    if (last - first).min() < _LEAST_CELLS:
        raise DoseError("the box has too little of the image", todo="Give a box of whole vertebrae inside the CT")
    values = volume.values[first[2] : last[2], first[1] : last[1], first[0] : last[0]]
    if not (values > BONE_HU[0]).any():
        raise DoseError("no bone in the box", todo="Give a box around vertebrae")
    return Cut(np.ascontiguousarray(values), volume.origin_mm + first * spacing, volume.spacing_mm)


def _correlation(part: Volume, moving: Volume, matrix: NDArray[np.float64]) -> float:
    """Of bone-windowed HU where the images overlap."""
    return _compared(part, moving, matrix, every=1, window=BONE_HU)


def _likeness(fixed: Volume, moving: Volume, matrix: NDArray[np.float64]) -> float:
    """Of all HU over the whole overlap: outline, lung and airways differ where vertebrae look alike."""
    return _compared(fixed, moving, matrix, every=_EVERY, window=_ALL_HU)


def _compared(
    fixed: Volume, moving: Volume, matrix: NDArray[np.float64], *, every: int, window: tuple[float, float]
) -> float:
    """Correlation where the images overlap; −1 where they hardly do."""
    z, y, x = np.meshgrid(*(np.arange(0, n, every) for n in fixed.values.shape), indexing="ij")
    points = fixed.origin_mm + np.stack([x, y, z], axis=-1) * np.array(fixed.spacing_mm)
    there = _apply(np.asarray(np.linalg.inv(matrix)), points.reshape(-1, 3))
    size = (np.array(moving.values.shape[::-1]) - 1) * np.array(moving.spacing_mm)
    inside = np.all((there >= moving.origin_mm) & (there <= moving.origin_mm + size), axis=1)
    if inside.mean() < _LEAST_SHARED:
        return -1.0
    one = np.clip(fixed.values[::every, ::every, ::every].ravel()[inside].astype(float), *window)
    return float(np.corrcoef(one, np.clip(moving.at(there[inside]), *window))[0, 1])


def _middles(fixed: Volume, moving: Volume) -> NDArray[np.float64]:
    matrix = np.eye(4)
    matrix[:3, 3] = _middle(fixed) - _middle(moving)
    return matrix


def _middle(volume: Volume) -> NDArray[np.float64]:
    size = np.array(volume.values.shape[::-1])
    return np.asarray(volume.origin_mm + (size - 1) * np.array(volume.spacing_mm) / 2.0)


def _corners(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])


def _apply(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(points @ matrix[:3, :3].T + matrix[:3, 3])
