"""Contours of one structure put together: which lie on one plane, which repeat another, which are holes or overlap.

DICOM PS3.3 C.8.8.6.3: only CLOSEDPLANAR_XOR combines by exclusive-or. A CLOSED_PLANAR contour inside another is read as
a hole (by convention), one written twice counts once, and contours that overlap without nesting are one area.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SAME_PLANE_MM = 0.01
"""Contours closer than this always lie on one plane."""
NARROWEST_STEP_MM = 0.2
"""No scanner puts planes closer than this: smaller steps are the rounding of written coordinates."""
SAME_PLANE_SHARE = 0.1
"""Contours closer than this share of the usual step between planes lie on one plane."""
REPEATED_WITHIN_MM = 0.2
"""Two contours whose outlines lie nowhere farther apart are one contour written twice."""
MOSTLY_HOLLOW = 0.5
"""Above this share of an outline that is hole, a person is told: it may be a contour drawn twice, no ring."""
_COMPARED_POINTS = 1500
"""Of outlines with more points only so many are compared with others."""
_PER_MM = 1e5
"""Clipper works on whole numbers."""


class Planes(NamedTuple):
    """Contours sorted into planes."""

    heights: NDArray[np.float64]
    members: tuple[tuple[int, ...], ...]
    """For each plane the contours on it, by their place in the list that was given."""
    joined_mm: float
    """Greatest distance of contours that were taken as one plane, where it is more than `SAME_PLANE_MM`; else 0."""


class Combined(NamedTuple):
    """The contours of one plane, so that even-odd reads them rightly, and what was done to them."""

    polygons: tuple[NDArray[np.float64], ...]
    repeated: int
    """Contours left out because they were written twice."""
    united: int
    """Contours that overlap others."""
    hollow: float
    """Share of the outlines that is hole."""


def planes_of(heights: Sequence[float]) -> Planes:
    """Sort contours into planes by their distance along the normal.

    >>> planes_of([0.0, 3.02, 3.0, 6.0]).members
    ((0,), (2, 1), (3,))
    """
    order = np.argsort(heights, kind="stable")
    at = np.asarray(heights, dtype=float)[order]
    within = _one_plane_within(np.diff(at))
    starts = [0]
    for n in range(1, len(at)):
        if at[n] - at[starts[-1]] > within:
            starts.append(n)
    groups = [tuple(int(i) for i in order[a:b]) for a, b in zip(starts, [*starts[1:], len(at)], strict=True)]
    middles = np.array([float(np.median([heights[i] for i in g])) for g in groups])
    widest = max(float(np.ptp([heights[i] for i in g])) for g in groups)
    return Planes(middles, tuple(groups), widest if widest > SAME_PLANE_MM else 0.0)


def _one_plane_within(steps: NDArray[np.float64]) -> float:
    """How far apart contours of one plane may lie: relative to the usual step, so that rounding parts nothing."""
    wide = steps[steps > NARROWEST_STEP_MM]
    if not len(wide):
        return SAME_PLANE_MM
    usual = float(np.median(wide))
    return max(SAME_PLANE_SHARE * usual, min(NARROWEST_STEP_MM, 0.25 * usual))


def combine(contours: Sequence[tuple[NDArray[np.float64], bool]]) -> Combined:
    """Put the contours of one plane together.

    Args:
        contours: Closed polygons in (u, v) mm, each with whether it combines by exclusive-or.
    """
    if len(contours) == 1 or any(xor for _, xor in contours):
        return Combined(tuple(p for p, _ in contours), 0, 0, 0.0)
    kept: list[NDArray[np.float64]] = []
    for polygon in sorted((p for p, _ in contours), key=_size, reverse=True):  # of near-equal ones the greater stays
        if not any(_repeats(polygon, other) for other in kept):
            kept.append(polygon)
    crossing = {i for pair in combinations(range(len(kept)), 2) if _cross(kept[pair[0]], kept[pair[1]]) for i in pair}
    repeated = len(contours) - len(kept)
    if not crossing:
        return Combined(tuple(kept), repeated, 0, _hollow(kept))
    polygons = _united(kept)
    return Combined(polygons, repeated, len(crossing), _hollow(polygons))


def _hollow(polygons: Sequence[NDArray[np.float64]]) -> float:
    solid = sum(abs(_signed(p)) for n, p in enumerate(polygons) if _depth(n, polygons) % 2 == 0)
    return 1.0 - area_mm2(polygons) / solid if len(polygons) > 1 and solid > 0 else 0.0


def area_mm2(polygons: Sequence[NDArray[np.float64]]) -> float:
    """Area of polygons by their outlines: those inside an odd number of others are holes.

    >>> square = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    >>> area_mm2([square, square / 2 + 1.0])
    12.0
    """
    return float(sum((-1) ** _depth(n, polygons) * abs(_signed(p)) for n, p in enumerate(polygons)))


def _signed(polygon: NDArray[np.float64]) -> float:
    u, v = (polygon - polygon[0]).T
    return 0.5 * float(u @ np.roll(v, -1) - v @ np.roll(u, -1))


def _depth(n: int, polygons: Sequence[NDArray[np.float64]]) -> int:
    return sum(_inside(polygons[n], other) for m, other in enumerate(polygons) if m != n)


def _inside(polygon: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether most points of a polygon lie in another; the two do not cross."""
    if not _near(polygon, other):
        return False
    return bool(_contained(_thinned(polygon), _thinned(other)).mean() > 0.5)


def _thinned(polygon: NDArray[np.float64]) -> NDArray[np.float64]:
    """A polygon with no more points than are compared."""
    return polygon[:: -(-len(polygon) // _COMPARED_POINTS)]


def _contained(points: NDArray[np.float64], polygon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether points lie in a polygon, by even-odd."""
    (u0, v0), (u1, v1) = polygon.T, np.roll(polygon, -1, axis=0).T
    u, v = points[:, :1], points[:, 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        at = u0 + (v - v0) / (v1 - v0) * (u1 - u0)
    return np.asarray((((v0 <= v) != (v1 <= v)) & (at > u)).sum(axis=1) % 2 == 1)


def _size(polygon: NDArray[np.float64]) -> tuple[float, list[list[float]]]:
    """Area, then the points: an order that does not depend on how the contours were written."""
    return area_mm2([polygon]), polygon.tolist()


def _near(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether the boxes of two polygons meet."""
    low, high = np.maximum(one.min(axis=0), other.min(axis=0)), np.minimum(one.max(axis=0), other.max(axis=0))
    return bool((low <= high).all())


def _repeats(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two polygons are one contour, perhaps with other points on the same outline."""
    for a, b in ((one.min(axis=0), other.min(axis=0)), (one.max(axis=0), other.max(axis=0))):
        if (np.abs(a - b) > REPEATED_WITHIN_MM).any():
            return False
    one, other = _thinned(one), _thinned(other)
    return _farthest(one, other) <= REPEATED_WITHIN_MM and _farthest(other, one) <= REPEATED_WITHIN_MM


def _farthest(points: NDArray[np.float64], polygon: NDArray[np.float64]) -> float:
    """Greatest distance of points from the outline of a polygon."""
    along = np.roll(polygon, -1, axis=0) - polygon
    square = np.maximum((along**2).sum(axis=1), 1e-18)
    away = points[:, None, :] - polygon[None, :, :]
    share = np.clip((away * along).sum(axis=2) / square, 0.0, 1.0)
    distance = np.sqrt(((away - share[..., None] * along) ** 2).sum(axis=2)).min(axis=1)
    return float(distance.max())


def _cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether the outlines of two polygons cross; touching is no crossing."""
    if not _near(one, other):
        return False
    one, other = _thinned(one), _thinned(other)
    p, r = one[:, None, :], (np.roll(one, -1, axis=0) - one)[:, None, :]
    q, s = other[None, :, :], (np.roll(other, -1, axis=0) - other)[None, :, :]
    turn = r[..., 0] * s[..., 1] - r[..., 1] * s[..., 0]
    away = q - p
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (away[..., 0] * s[..., 1] - away[..., 1] * s[..., 0]) / turn
        w = (away[..., 0] * r[..., 1] - away[..., 1] * r[..., 0]) / turn
    inner = 1e-9
    return bool(((turn != 0) & (t > inner) & (t < 1 - inner) & (w > inner) & (w < 1 - inner)).any())


def _united(polygons: Sequence[NDArray[np.float64]]) -> tuple[NDArray[np.float64], ...]:
    """The union of polygons less those that lie wholly inside others and are holes."""
    import pyclipper as clip  # noqa: PLC0415  # loaded only where contours overlap

    def union(parts: Sequence[NDArray[np.float64]]) -> Any:  # noqa: ANN401  # paths of Clipper
        """Each polygon is read by even-odd on its own (a keyhole encloses nothing), then all are united."""
        whole = [np.rint(part * _PER_MM).astype(np.int64).tolist() for part in parts]
        paths = [path for one in whole for path in clip.SimplifyPolygon(one, clip.PFT_EVENODD)]
        return run(clip.CT_UNION, paths, [])

    def run(kind: int, subject: Any, other: Any) -> Any:  # noqa: ANN401  # as above
        clipper = clip.Pyclipper()
        clipper.AddPaths(subject, clip.PT_SUBJECT, True)  # noqa: FBT003  # Clipper's own arguments have no names
        if other:
            clipper.AddPaths(other, clip.PT_CLIP, True)  # noqa: FBT003  # as above
        return clipper.Execute(kind, clip.PFT_NONZERO, clip.PFT_NONZERO)

    holes = [_hole(p, polygons) for p in polygons]
    solid = union([p for p, hole in zip(polygons, holes, strict=True) if not hole])
    if any(holes):
        solid = run(clip.CT_DIFFERENCE, solid, union([p for p, hole in zip(polygons, holes, strict=True) if hole]))
    return tuple(np.array(path, dtype=float) / _PER_MM for path in solid)


def _hole(polygon: NDArray[np.float64], polygons: Sequence[NDArray[np.float64]]) -> bool:
    """Whether a polygon lies inside an odd number of others and crosses none."""
    others = [other for other in polygons if other is not polygon]
    if any(_cross(polygon, other) for other in others):
        return False
    return sum(_inside(polygon, other) for other in others) % 2 == 1
