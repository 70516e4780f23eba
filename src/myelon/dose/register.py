"""Registration of two CTs of one spine, by bone, in a box around the vertebrae that matter.

A spine bends between two scans: only what lies in the box is asked to fit (RADIOBIOLOGY §6: vertebra-local, at most
three vertebrae). The measure is mutual information of bone-windowed HU, over a pyramid, by SimpleITK; the same images
give the same transform (to a hundredth of a millimetre). An affine or a deformable fit starts from the rigid one. How
good it is stands beside it; a person looks at the picture and accepts it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from myelon.dose.warp import Field, Warp
from myelon.errors import DoseError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from myelon.dose.volume import Volume
    from myelon.dose.warp import Stretch

Kind = Literal["rigid", "affine", "deformable"]
KINDS: tuple[Kind, ...] = ("rigid", "affine", "deformable")

BONE_HU = (100.0, 1200.0)
"""Below and above, HU are cut: soft tissue moves, and metal would lead."""
SAMPLES, SEED, MOST_STEPS, LEAST_STEP = 40_000, 20261, 80, 2e-3
"""Voxels that the measure is taken on, at most; least step of the search, in mm at the edge of the image."""
_PYRAMID = ((2, 1.0), (1, 0.0))
"""Shrink factor and smoothing in mm of each level of a fine search."""
_COARSE_MM = 3.0
_COARSELY = ((1, 0.0),), 3_000
"""Voxels of the images that coarse searches are made on: smoothed and shrunk once for all of them."""
_LEAST_CELLS = 12
SEEN_MM = 50.0
"""Around the box, as it lies before the search."""
STEP_MM, MOST_PLACES = 10.0, 10
_NEAR_MM = (-30.0, -20.0, -10.0, 10.0, 20.0, 30.0)
"""Along the body: vertebrae look alike, and a search settles on the nearest one. Without a start the search looks at
every step that the moving image shows, and fits from the likeliest; with one, these are the others that the fit is
compared with."""
ANOTHER_MM = 8.0
"""A fit whose box lies this far from the best one is another fit."""
CLEAR_BY, CONSISTENT_MM, LEAST_CORRELATION = 0.03, 3.0, 0.6
"""What a fit is doubted below, above and below: how much better it is than another, there and back, bone. Myelon's
conventions: right and wrong fits of six head-and-neck and one abdominal CT lay on their two sides."""
_APART = "the two CTs do not overlap around these vertebrae"
_LET_OVERLAP = "Give vertebrae that both CTs show, and the contours of both: vertebrae of one name lead the search"
LEAST_SHOWN = 0.8
"""Share of the box that both images show, below which a fit is doubted. Myelon's convention: of a phantom's CT cut at
eleven places, wrong fits without another doubt showed 0.56; right ones at the end of the image showed 0.87."""
_BONE_HU, _LEAST_BONE = 180.0, 0.02
_EVERY, _SCREENED, _LEAST_SHARED = 4, 8, 0.2
_ALL_HU = (-1000.0, 1200.0)
KNOTS_MM, OFFSETS_EVERY_MM = 25.0, 3.0
"""Between the knots of the B-spline of a deformable fit; between the offsets that are kept of it."""
_SPLINE_STEPS, _SPLINE_SAMPLES, _SPLINE_PYRAMID = 20, 10_000, ((2, 1.0),)


@dataclass(frozen=True, eq=False)
class Registered:
    """A registration and how good it is.

    Attributes:
        kind: Rigid, affine or deformable.
        warp: From a point of the fixed image to the point of the moving one that lies there.
        correlation_before: Of bone-windowed HU in the box, as the images came.
        correlation: The same after the registration.
        likeness: Correlation of all HU in all that the images share, after the rigid fit: it tells one vertebra from
            the next.
        runner_up: Likeness of the best other rigid fit, such as a vertebra away; None where all came to this one.
        shown: Share of the box that the moving image shows, by the fit.
        inconsistency_mm: Greatest distance, at the corners of the box, between the rigid fit and the inverse of the
            one that is found when fixed and moving change places: a bound on trust, not on truth.
        stretch: Least and greatest change of volume in the box; 1 for a rigid fit.
        box_mm: Lowest and highest corner of the box in the fixed image, LPS.
    """

    kind: Kind
    warp: Warp
    correlation_before: float
    correlation: float
    likeness: float
    runner_up: float | None
    shown: float
    inconsistency_mm: float
    stretch: Stretch
    box_mm: tuple[NDArray[np.float64], NDArray[np.float64]]

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why the fit may be wrong; empty is no proof that it is right."""
        found = []
        if self.runner_up is not None and self.likeness - self.runner_up < CLEAR_BY:
            found.append("another fit is as good: the images may be a vertebra off")
        if self.likeness < 0:
            found.append("the images share too little to tell one vertebra from the next")
        if self.shown < LEAST_SHOWN:
            found.append(f"the moving CT shows only {self.shown:.0%} of the box around the vertebrae")
        if self.inconsistency_mm > CONSISTENT_MM:
            found.append(f"there and back differ by {self.inconsistency_mm:.1f} mm")
        if self.correlation < LEAST_CORRELATION:
            found.append(f"bone agrees little: correlation {self.correlation:.2f}")
        if self.stretch.folded_share > 0:
            found.append("the deformation folds over itself")
        return tuple(found)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """4 × 4 from the moving image into the fixed one, without the offsets of a deformable fit."""
        return np.asarray(np.linalg.inv(self.warp.after @ self.warp.before))


def register(
    fixed: Volume,
    moving: Volume,
    box_mm: tuple[Sequence[float], Sequence[float]],
    *,
    kind: Kind = "rigid",
    start: NDArray[np.float64] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Registered:
    """Find what brings the moving image onto the fixed one in a box.

    Args:
        fixed: CT in whose frame the sum will be.
        moving: CT of the other course.
        box_mm: Lowest and highest corner of the box in the fixed image, LPS mm. A deformable fit is known only here.
        kind: Rigid; affine, which also stretches and shears; deformable, a B-spline on the affine fit.
        start: 4 × 4 from the moving image into the fixed one, such as `between_named` gives, to stay with; without one
            the middles of the images, and the place along the spine with the greatest likeness.
        progress: Called with a line before each step.

    Raises:
        DoseError: A box outside the image or too small, no bone in it, or a moving image that does not show it.
    """
    low, high = (np.asarray(corner, dtype=float) for corner in box_mm)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise DoseError("the box is no box", todo="Give two corners in mm")
    fixed, moving = fixed.upright(), moving.upright()
    first = _middles(fixed, moving) if start is None else np.asarray(start, dtype=float)
    part = _with_bone(_cut(fixed, low, high, "fixed"), "fixed")
    box = _corners(low, high)
    places = _along_the_spine(part, moving, first) if start is None else _NEAR_MM
    likely = sorted(places, key=lambda by: _likeness(fixed, moving, _along(first, by), _SCREENED), reverse=True)[
        :MOST_PLACES
    ]
    progress(f"rigid: coarse fits from the {len(likely)} likeliest of {len(places)} places along the spine")
    coarse = _coarse(part), _coarse(moving)
    fits = [fit for by in likely if (fit := _search(*coarse, _along(first, by), *_COARSELY)) is not None]
    fits.sort(key=lambda fit: _likeness(fixed, moving, fit), reverse=True)
    if start is not None:
        fits.insert(0, first)
    progress("rigid: the best of them, finely")
    matrix = _finely(part, moving, fits[0] if fits else first)
    progress("rigid: the best other one, finely")
    runner_up = _runner_up(fixed, moving, part, matrix, fits[1:])
    progress("rigid: the way back")
    there = _apply(np.asarray(np.linalg.inv(matrix)), box)
    inverse = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    other = _with_bone(_cut(moving, there.min(axis=0), there.max(axis=0), "moving"), "moving")
    back = _finely(other, fixed, inverse)
    near = _seen(moving, part, matrix)
    gone = _apply(back, box) - there
    if kind == "affine":
        progress("affine: from the rigid fit")
        warp = _affine(part, near, inverse)
    elif kind == "deformable":
        progress("deformable: a B-spline on the affine fit")
        warp = _deformed(part, near, _affine(part, near, inverse).after)
    else:
        warp = Warp(after=inverse)
    return Registered(
        kind,
        warp,
        _correlation(part, moving, Warp(after=np.asarray(np.linalg.inv(first)))),
        _correlation(part, moving, warp),
        _likeness(fixed, moving, matrix),
        runner_up,
        _shown(part, moving, warp),
        float(np.linalg.norm(gone, axis=1).max()),
        warp.stretch(low, high),
        (low, high),
    )


def _runner_up(
    fixed: Volume,
    moving: Volume,
    part: Volume,
    matrix: NDArray[np.float64],
    fits: Sequence[NDArray[np.float64]],
) -> float | None:
    """Likeness of the best coarse fit that, made fine, does not come to the same."""
    box = _box(part)

    def apart(fit: NDArray[np.float64]) -> bool:
        gone = _apply(fit @ np.asarray(np.linalg.inv(matrix)), box) - box
        return bool(np.linalg.norm(gone, axis=1).min() > ANOTHER_MM)

    for fit in (f for f in fits if apart(f)):
        try:
            fine = _finely(part, moving, fit, _PYRAMID[:1])
        except DoseError:  # that far on the images share no bone
            continue
        if apart(fine):
            return _likeness(fixed, moving, fine)
    return None


def between_named(
    fixed: Mapping[str, NDArray[np.float64]], moving: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """A start: the shift that brings vertebrae onto those of the same name, each given by its contour points.

    Raises:
        DoseError: No name in common.
    """
    shared = [name for name in fixed if name in moving]
    if not shared:
        raise DoseError("no vertebra is contoured in both", todo="Contour one by the same name, or start without names")
    matrix = np.eye(4)
    matrix[:3, 3] = np.mean([_centre(fixed[n]) - _centre(moving[n]) for n in shared], axis=0)
    return matrix


def _centre(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((points.min(axis=0) + points.max(axis=0)) / 2.0)


def _seen(moving: Volume, part: Volume, start: NDArray[np.float64]) -> Volume:
    """What a search of a part may come to see of an image: smoothing the rest would only take time."""
    points = _apply(np.asarray(np.linalg.inv(start)), _box(part))
    return _cut(moving, points.min(axis=0) - SEEN_MM, points.max(axis=0) + SEEN_MM, "moving")


def _along_the_spine(part: Volume, moving: Volume, first: NDArray[np.float64]) -> tuple[float, ...]:
    """Every shift along the body, a step apart, that brings the middle of a part into the moving image."""
    middle = float(_apply(np.asarray(np.linalg.inv(first)), _middle(part)[None])[0, 2])
    low = float(moving.origin_mm[2])
    high = low + (moving.values.shape[0] - 1) * moving.spacing_mm[2]
    steps = range(int(np.floor((middle - high) / STEP_MM)), int(np.ceil((middle - low) / STEP_MM)) + 1)
    return tuple(STEP_MM * n for n in steps)


def _along(start: NDArray[np.float64], by_mm: float) -> NDArray[np.float64]:
    moved = start.copy()
    moved[2, 3] += by_mm
    return moved


def _method(part: Volume, pyramid: Sequence[tuple[int, float]], samples: int = SAMPLES) -> Any:  # noqa: ANN401  # of the library
    """Mutual information of bone over a pyramid, on a sample that is the same every time."""
    sitk: Any = import_module("SimpleITK")  # slow to import, and only here; its types are none
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(40)
    method.SetMetricSamplingStrategy(method.RANDOM)
    shares = [min(1.0, samples * shrink**3 / part.values.size) for shrink, _ in pyramid]
    method.SetMetricSamplingPercentagePerLevel(shares, SEED)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetShrinkFactorsPerLevel([shrink for shrink, _ in pyramid])
    method.SetSmoothingSigmasPerLevel([sigma for _, sigma in pyramid])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    return method


def _by_descent(method: Any) -> None:  # noqa: ANN401  # of the library
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=1.0, minStep=LEAST_STEP, numberOfIterations=MOST_STEPS, gradientMagnitudeTolerance=1e-8
    )
    method.SetOptimizerScalesFromPhysicalShift()


def _search(
    part: Volume,
    moving: Volume,
    start: NDArray[np.float64],
    pyramid: Sequence[tuple[int, float]],
    samples: int = SAMPLES,
) -> NDArray[np.float64] | None:
    """The rigid transform of the moving image onto a part of the fixed one; None where the search leaves the image."""
    sitk: Any = import_module("SimpleITK")
    transform, inverse = sitk.Euler3DTransform(), np.asarray(np.linalg.inv(start))
    transform.SetMatrix(inverse[:3, :3].ravel().tolist(), 1e-6)
    try:
        found = _fitted(part, moving, transform, inverse, pyramid, samples)
    except DoseError:
        return None
    return np.asarray(np.linalg.inv(found), dtype=np.float64)


def _finely(
    part: Volume, moving: Volume, start: NDArray[np.float64], pyramid: Sequence[tuple[int, float]] = _PYRAMID
) -> NDArray[np.float64]:
    """The same from a start, on what a fine search may come to see.

    Raises:
        DoseError: The images do not overlap where the search starts, or no longer where it leads.
    """
    found = _search(part, _seen(moving, part, start), start, pyramid)
    if found is None:
        raise DoseError(_APART, todo=_LET_OVERLAP)
    return found


def _affine(part: Volume, moving: Volume, inverse: NDArray[np.float64]) -> Warp:
    """From the fixed image into the moving one, with stretch and shear."""
    sitk: Any = import_module("SimpleITK")
    transform = sitk.AffineTransform(3)
    transform.SetMatrix(inverse[:3, :3].ravel().tolist())
    return Warp(after=_fitted(part, moving, transform, inverse, _PYRAMID))


def _fitted(
    part: Volume,
    moving: Volume,
    transform: Any,  # noqa: ANN401  # of the library, turned as it starts
    inverse: NDArray[np.float64],
    pyramid: Sequence[tuple[int, float]],
    samples: int = SAMPLES,
) -> NDArray[np.float64]:
    """A matrix of the library's own direction, from the fixed image into the moving one, from a start."""
    method = _method(part, pyramid, samples)
    _by_descent(method)
    centre = _middle(part)
    transform.SetCenter(centre.tolist())
    transform.SetTranslation((_apply(inverse, centre[None])[0] - centre).tolist())
    method.SetInitialTransform(transform, inPlace=True)
    _execute(method, part, moving)
    found = np.eye(4)
    found[:3, :3] = np.array(transform.GetMatrix()).reshape(3, 3)
    found[:3, 3] = np.array(transform.GetTranslation()) + centre - found[:3, :3] @ centre
    return found


def _execute(method: Any, part: Volume, moving: Volume) -> None:  # noqa: ANN401  # of the library
    """Search.

    Raises:
        DoseError: The library gives up: too few points of the box lie in the moving image.
    """
    try:
        method.Execute(_image(part), _image(moving))
    except RuntimeError as error:
        raise DoseError(_APART, todo=_LET_OVERLAP) from error


def _deformed(part: Volume, moving: Volume, after: NDArray[np.float64]) -> Warp:
    """From the fixed image into the moving one: offsets by a B-spline in the box, then the affine fit."""
    sitk: Any = import_module("SimpleITK")
    fixed = _image(part)
    size = (np.array(part.values.shape[::-1]) - 1) * np.array(part.spacing_mm)
    knots = [int(max(2, round(float(s) / KNOTS_MM))) for s in size]
    spline = sitk.BSplineTransformInitializer(fixed, knots, 3)
    affine = sitk.AffineTransform(3)
    affine.SetMatrix(after[:3, :3].ravel().tolist())
    affine.SetTranslation(after[:3, 3].tolist())
    method = _method(part, _SPLINE_PYRAMID, _SPLINE_SAMPLES)
    method.SetOptimizerAsLBFGSB(gradientConvergenceTolerance=1e-6, numberOfIterations=_SPLINE_STEPS)
    method.SetMovingInitialTransform(affine)
    method.SetInitialTransform(spline, inPlace=True)
    _execute(method, part, moving)
    counts = np.ceil(size / OFFSETS_EVERY_MM).astype(int) + 1
    spacing = size / (counts - 1)
    found = sitk.TransformToDisplacementField(
        spline, sitk.sitkVectorFloat64, counts.tolist(), [float(v) for v in part.origin_mm], spacing.tolist()
    )
    vectors = sitk.GetArrayFromImage(found).astype(np.float32)
    x, y, z = (float(s) for s in spacing)
    return Warp(offsets=Field(vectors, part.origin_mm, (x, y, z)), after=after)


def _image(volume: Volume) -> Any:  # noqa: ANN401  # an image of the library
    sitk: Any = import_module("SimpleITK")
    image = sitk.GetImageFromArray(np.clip(volume.values.astype(np.float32), *BONE_HU))
    image.SetOrigin([float(v) for v in volume.origin_mm])
    image.SetSpacing(volume.spacing_mm)
    return image


def _coarse(volume: Volume) -> Volume:
    """An image of bone with voxels of about three millimetres, smoothed before."""
    sitk: Any = import_module("SimpleITK")
    factors = [max(1, int(_COARSE_MM / s)) for s in volume.spacing_mm]
    image = sitk.Shrink(sitk.SmoothingRecursiveGaussian(_image(volume), _COARSE_MM / 2.0), factors)
    x, y, z = (float(s) for s in image.GetSpacing())
    values = sitk.GetArrayFromImage(image).astype(np.float32)
    return replace(volume, values=values, origin_mm=np.array(image.GetOrigin()), spacing_mm=(x, y, z))


def _cut(volume: Volume, low: NDArray[np.float64], high: NDArray[np.float64], which: str) -> Volume:
    """The voxels of a box.

    Raises:
        DoseError: Too few of them.
    """
    spacing = np.array(volume.spacing_mm)
    size = np.array(volume.values.shape[::-1])
    first = np.clip(np.floor((low - volume.origin_mm) / spacing), 0, size).astype(int)
    last = np.clip(np.ceil((high - volume.origin_mm) / spacing) + 1, 0, size).astype(int)
    if (last - first).min() < _LEAST_CELLS:
        raise DoseError(f"the {which} CT shows too little of the box around the vertebrae", todo=_LET_OVERLAP)
    values: NDArray[np.int16] | NDArray[np.float32] = volume.values[
        first[2] : last[2], first[1] : last[1], first[0] : last[0]
    ]
    return replace(volume, values=values.copy(), origin_mm=volume.origin_mm + first * spacing)


def _with_bone(part: Volume, which: str) -> Volume:
    """The same.

    Raises:
        DoseError: It shows no bone, or hardly any.
    """
    if (part.values > _BONE_HU).mean() < _LEAST_BONE:
        raise DoseError(
            f"no bone of the {which} CT in the box, or hardly any", todo="Give vertebrae that both CTs show"
        )
    return part


def _correlation(part: Volume, moving: Volume, warp: Warp) -> float:
    """Of bone-windowed HU where the images overlap."""
    return _compared(part, moving, warp, every=1, window=BONE_HU)


def _likeness(fixed: Volume, moving: Volume, matrix: NDArray[np.float64], every: int = _EVERY) -> float:
    """Of all HU over the whole overlap: outline, lung and airways differ where vertebrae look alike."""
    return _compared(fixed, moving, Warp(after=np.asarray(np.linalg.inv(matrix))), every=every, window=_ALL_HU)


def _compared(fixed: Volume, moving: Volume, warp: Warp, *, every: int, window: tuple[float, float]) -> float:
    """Correlation where the images overlap; −1 where they hardly do, or one is the same everywhere."""
    there = warp.apply(_points(fixed, every))
    inside = _inside(moving, there)
    shared = inside.sum() * every**3 * np.prod(fixed.spacing_mm)
    if shared < _LEAST_SHARED * min(np.prod(v.spacing_mm) * v.values.size for v in (fixed, moving)):
        return -1.0
    one = np.clip(fixed.values[::every, ::every, ::every].ravel()[inside].astype(float), *window)
    other = np.clip(moving.at(there[inside]), *window)
    return float(np.corrcoef(one, other)[0, 1]) if np.ptp(one) and np.ptp(other) else -1.0


def _shown(part: Volume, moving: Volume, warp: Warp) -> float:
    """Share of the voxels of the box that lie in the moving image."""
    return float(_inside(moving, warp.apply(_points(part, _EVERY))).mean())


def _inside(volume: Volume, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    size = (np.array(volume.values.shape[::-1]) - 1) * np.array(volume.spacing_mm)
    return np.asarray(np.all((points >= volume.origin_mm) & (points <= volume.origin_mm + size), axis=1))


def _points(volume: Volume, every: int) -> NDArray[np.float64]:
    """Places of every so many-th voxel along each axis, n × 3 in LPS mm."""
    z, y, x = np.meshgrid(*(np.arange(0, n, every) for n in volume.values.shape), indexing="ij")
    points = volume.origin_mm + np.stack([x, y, z], axis=-1) * np.array(volume.spacing_mm)
    return np.asarray(points.reshape(-1, 3))


def _middles(fixed: Volume, moving: Volume) -> NDArray[np.float64]:
    matrix = np.eye(4)
    matrix[:3, 3] = _middle(fixed) - _middle(moving)
    return matrix


def _middle(volume: Volume) -> NDArray[np.float64]:
    size = np.array(volume.values.shape[::-1])
    return np.asarray(volume.origin_mm + (size - 1) * np.array(volume.spacing_mm) / 2.0)


def _box(volume: Volume) -> NDArray[np.float64]:
    size = np.array(volume.values.shape[::-1])
    return _corners(volume.origin_mm, volume.origin_mm + (size - 1) * np.array(volume.spacing_mm))


def _corners(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])


def _apply(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(points @ matrix[:3, :3].T + matrix[:3, 3])
