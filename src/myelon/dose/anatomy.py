"""From contours to anatomy: how far a target reaches, how near the cord is, what it takes of the canal.

Measured on axial planes of the target, on a lattice of half a millimetre; each answer says what it rests on. The ESCC
grade and the WBB zones are suggestions: a person accepts them, and until then nothing rests on them. They are not made
where the anatomy was changed (laminectomy, hardware) unless a person says that the contours hold it.

ESCC: Bilsky 2010. WBB zones: counter-clockwise from the left half of the spinous process on an axial image seen from
the feet (the convention of the Spine Oncology Study Group, as paper 004 draws it). INSTRUMENTS.md, `escc_2010`,
`wbb_1997`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.dose.dvh import dvh
from myelon.dose.grid import DoseGrid
from myelon.dose.interpolation import inside
from myelon.errors import DoseError
from myelon.terms.levels import Level, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from myelon.dose.structure import Structure

CELL_MM = 0.5
CONTACT_MM = 1.0
"""Surfaces nearer than this touch: about the width of a drawn line and a pixel of planning CT."""
LEAST_AREA_MM2 = 4.0
"""A zone or layer with less of the target in it is left out: it may be the edge of a line."""
DEEP_SHARE = 0.5
"""Bone nearer to the canal than this share of its depth is deep (layer C): Myelon's convention, not published."""
INTRAMEDULLARY_SHARE = 0.5
_AXIAL = 0.999
_RAYS = 180
_VERTEBRA = re.compile(r"^(?:VB|Vertebra|Vert)[ _-]*([CTLS])0?(\d{1,2})$", re.IGNORECASE)


class LevelFinding(NamedTuple):
    """One vertebra that the target reaches."""

    level: Level
    canal_share: float | None
    """Greatest share of the canal that the target takes on a plane; None where the canal is not contoured."""
    zones: tuple[int, ...]
    """Suggested WBB zones; none where the canal, from whose middle they radiate, is not contoured."""
    layers: tuple[str, ...]
    """Suggested WBB layers that can be told from what is contoured."""
    open_layers: str
    """Which layers cannot be told, and why; or ""."""


class Grade(NamedTuple):
    """A suggested ESCC grade: one, or those that contours cannot tell apart."""

    grades: tuple[str, ...]
    height_mm: float | None
    why: str


@dataclass(frozen=True)
class Anatomy:
    """What the contours of one target say."""

    target: str
    volume_cc: float
    extent_mm: tuple[float, float, float]
    """Right–left, front–back, head–feet; head–feet with the end caps."""
    longest_axial_mm: float
    longest_axial_height_mm: float
    longest_mm: float
    levels: Span | None
    levels_why: str
    cord_distance_mm: float | None
    """Between the surfaces; 0 where they overlap; None without a contour of the cord."""
    cord_share: float | None
    """Share of the target that lies in the cord."""
    per_level: tuple[LevelFinding, ...]
    escc: Grade | None
    withheld: str
    """Why no grade and no zones are suggested; or ""."""

    @property
    def touches_cord(self) -> bool | None:
        """Whether target and cord touch, within `CONTACT_MM`."""
        return None if self.cord_distance_mm is None else self.cord_distance_mm <= CONTACT_MM


def anatomy(structures: Mapping[str, Structure], target: str = "GTV", *, altered: str = "") -> Anatomy:
    """Measure a target among its neighbours.

    Args:
        structures: By TG-263 name: the target, and ``SpinalCord``, ``ThecalSac``, ``SpinalCanal``, ``VB_…`` as far as
            they are contoured; all in one frame of reference, on axial planes.
        target: Name of the target.
        altered: Why the anatomy is not what it was (an operation), so that grade and zones are not suggested; or "".

    Raises:
        DoseError: No such target, or contours that are not axial.
    """
    if target not in structures:
        raise DoseError(f"no structure {target[:40]!r}", where="contours", todo="It has " + ", ".join(structures))
    shape = structures[target]
    if abs(shape.axes[2, 2]) < _AXIAL:
        raise DoseError("contours are not axial", where=target, todo="Contour on axial planes")
    vertebrae = vertebrae_of(structures)
    slabs = shape.slabs("slab")
    points = shape.points()
    bottom, top = _heights(shape)
    planes = list(_planes(structures, shape))
    areas = np.array([p.target.sum() for p in planes]) * CELL_MM**2
    thickness = np.array([s.high_mm - s.low_mm for s in slabs])
    widths = [_widest(s.polygons) for s in slabs]
    span, why = _levels(vertebrae, shape)
    withheld = altered
    cord_share = None
    if "SpinalCord" in structures:
        in_cord = np.array([(p.target & p.cord).sum() for p in planes]) * CELL_MM**2
        cord_share = float((in_cord * thickness).sum() / max((areas * thickness).sum(), 1e-9))
    if not withheld and cord_share is not None and cord_share > INTRAMEDULLARY_SHARE:
        withheld = f"{cord_share:.0%} of the target lies in the cord: ESCC and WBB are made for tumours outside it"
    return Anatomy(
        target,
        dvh(shape, [DoseGrid.even(points, shape.reach_mm + 5.0, shape.frame_of_reference)]).total_cc,
        (float(np.ptp(points[:, 0])), float(np.ptp(points[:, 1])), float(top - bottom)),
        max(widths),
        planes[int(np.argmax(widths))].height_mm,
        _longest(points, bottom, top),
        span,
        why,
        _distance(shape, structures.get("SpinalCord"), planes),
        cord_share,
        _per_level(planes, vertebrae, zones=not withheld),
        None if withheld else _escc(planes, structures),
        withheld,
    )


# ── planes ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class _Plane:
    """One axial plane of the target as lattices of cells; a lattice without a contour there is all False."""

    height_mm: float
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    target: NDArray[np.bool_]
    cord: NDArray[np.bool_]
    sac: NDArray[np.bool_]
    canal: NDArray[np.bool_]
    bone: NDArray[np.bool_]


def _planes(structures: Mapping[str, Structure], target: Structure) -> Iterator[_Plane]:
    """Every contour plane of the target with its neighbours there."""
    bones = vertebrae_of(structures).values()
    near = [structures[n] for n in ("SpinalCord", "ThecalSac", "SpinalCanal") if n in structures]
    for slab in target.slabs("slab"):
        height = slab.plane_mm * float(np.sign(target.axes[2, 2]))
        groups = [_outlines(s, height) for s in (target, *near, *bones)]
        every = np.vstack([p for group in groups for p in group])
        low, high = every.min(axis=0) - 2 * CELL_MM, every.max(axis=0) + 2 * CELL_MM
        x, y = (np.arange(low[a], high[a] + CELL_MM, CELL_MM) for a in (0, 1))

        empty = np.zeros((len(y), len(x)), dtype=bool)
        bone = empty.copy()
        for body in bones:
            bone |= inside(_outlines(body, height), x, y)
        cord, sac, canal = (
            inside(_outlines(structures[n], height), x, y) if n in structures else empty
            for n in ("SpinalCord", "ThecalSac", "SpinalCanal")
        )
        yield _Plane(height, x, y, inside(_outlines(target, height), x, y), cord, sac, canal, bone)


def _outlines(structure: Structure, height_mm: float) -> list[NDArray[np.float64]]:
    """Polygons of a structure in LPS x and y at a height; none where it is not contoured."""
    along = height_mm * float(np.sign(structure.axes[2, 2]))
    slab = next((s for s in structure.slabs("slab") if s.low_mm <= along < s.high_mm), None)
    if slab is None or abs(structure.axes[2, 2]) < _AXIAL:
        return []
    return [(np.column_stack([p, np.full(len(p), slab.plane_mm)]) @ structure.axes)[:, :2] for p in slab.polygons]


def vertebrae_of(structures: Mapping[str, Structure]) -> dict[Level, Structure]:
    """Contoured vertebrae by level: VB_T08, VB_L1, Vertebra_C7."""
    found = {}
    for name, structure in structures.items():
        match = _VERTEBRA.match(name)
        code = f"{match[1].upper()}{int(match[2])}" if match else ""
        if code in Level.__members__:
            found[Level[code]] = structure
    return found


def _heights(structure: Structure) -> tuple[float, float]:
    slabs = structure.slabs("slab")
    sign = float(np.sign(structure.axes[2, 2]))
    ends = (slabs[0].low_mm * sign, slabs[-1].high_mm * sign)
    return min(ends), max(ends)


def _levels(vertebrae: Mapping[Level, Structure], target: Structure) -> tuple[Span | None, str]:
    if not vertebrae:
        return None, "no vertebra is contoured"
    bottom, top = _heights(target)
    bounds = {level: _heights(s) for level, s in vertebrae.items()}
    reached = [level for level, (low, high) in bounds.items() if low < top - 1e-6 and high > bottom + 1e-6]
    if not reached:
        return None, "it lies at no contoured vertebra"
    lowest, highest = min(b[0] for b in bounds.values()), max(b[1] for b in bounds.values())
    beyond = bottom < lowest - CONTACT_MM or top > highest + CONTACT_MM
    why = "heights of the contoured vertebrae" + ("; it goes on where none is contoured" if beyond else "")
    return Span(min(reached), max(reached)), why


# ── sizes ───────────────────────────────────────────────────────────────────────────────────────────────


def _widest(polygons: Sequence[NDArray[np.float64]]) -> float:
    """Longest diameter of one part of the target on one plane."""
    return max(_diameter(p) for p in polygons)


def _diameter(points: NDArray[np.float64]) -> float:
    from scipy.spatial.distance import pdist  # noqa: PLC0415  # scipy loads only where it is used

    return float(pdist(points).max()) if len(points) > 1 else 0.0


def _longest(points: NDArray[np.float64], bottom: float, top: float) -> float:
    """Longest diameter in any direction, the end caps included."""
    from scipy.spatial import ConvexHull, QhullError  # noqa: PLC0415  # as above

    low, high = points[:, 2] <= points[:, 2].min() + 1e-6, points[:, 2] >= points[:, 2].max() - 1e-6
    capped = points.copy()
    capped[low, 2], capped[high, 2] = bottom, top
    every = np.vstack([points, capped])
    try:
        every = every[ConvexHull(every).vertices]
    except QhullError:  # flat, or a line
        every = np.unique(every, axis=0)[:4000]
    return _diameter(every)


def _distance(target: Structure, cord: Structure | None, planes: Sequence[_Plane]) -> float | None:
    """Between the surfaces of target and cord; 0 where they overlap."""
    if cord is None:
        return None
    if any((p.target & p.cord).any() for p in planes):
        return 0.0
    from scipy.spatial import cKDTree  # noqa: PLC0415  # scipy loads only where it is used

    nearest, _ = cKDTree(_surface(cord)).query(_surface(target))
    return float(nearest.min())


def _surface(structure: Structure) -> NDArray[np.float64]:
    """Contours at every cell, at the middle and the edges of their slabs."""
    rows = []
    for slab in structure.slabs("slab"):
        for polygon in slab.polygons:
            for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
                count = max(1, int(np.ceil(np.linalg.norm(end - start) / CELL_MM)))
                share = np.arange(count)[:, None] / count
                ring = start + share * (end - start)
                rows += [np.column_stack([ring, np.full(count, w)]) for w in (slab.low_mm, slab.plane_mm, slab.high_mm)]
    return np.asarray(np.vstack(rows) @ structure.axes)


# ── canal, grade, zones ─────────────────────────────────────────────────────────────────────────────────


def _per_level(
    planes: Sequence[_Plane], vertebrae: Mapping[Level, Structure], *, zones: bool
) -> tuple[LevelFinding, ...]:
    found = []
    for level, body in sorted(vertebrae.items()):
        low, high = _heights(body)
        here = [p for p in planes if low <= p.height_mm < high and p.target.any()]
        if not here:
            continue
        shares = [(p.target & p.canal).sum() / p.canal.sum() for p in here if p.canal.any()]
        share = float(max(shares)) if shares else None
        if not zones or not shares:
            found.append(LevelFinding(level, share, (), (), "" if shares else "the canal is not contoured"))
            continue
        counts, layers, arch = np.zeros(12), dict.fromkeys("ABCDE", 0.0), False
        for plane in here:
            in_zone, in_layer, unbacked = _wbb(plane)
            counts = np.maximum(counts, in_zone)
            layers = {k: max(v, in_layer[k]) for k, v in layers.items()}
            arch |= unbacked
        found.append(
            LevelFinding(
                level,
                share,
                tuple(int(z) + 1 for z in np.nonzero(counts >= LEAST_AREA_MM2)[0]),
                tuple(k for k, area in layers.items() if area >= LEAST_AREA_MM2),
                "A, B or C behind the canal: the arch is not contoured" if arch else "",
            )
        )
    return tuple(found)


def _wbb(plane: _Plane) -> tuple[NDArray[np.float64], dict[str, float], bool]:
    """Areas of the target in each zone and layer of a plane, mm², and whether some lies where no bone is contoured."""
    x, y = np.meshgrid(plane.x, plane.y)
    if not plane.canal.any():
        return np.zeros(12), dict.fromkeys("ABCDE", 0.0), False
    left, back = x - x[plane.canal].mean(), y - y[plane.canal].mean()
    angle = np.degrees(np.arctan2(left, back)) % 360.0  # 0 at the spinous process, growing to the patient's left
    zone = np.minimum((angle // 30.0).astype(np.intp), 11)
    cell = CELL_MM**2
    outside = plane.target & ~plane.canal
    in_zone = np.bincount(zone[outside], minlength=12).astype(np.float64) * cell
    radius, ray = np.hypot(left, back), np.minimum((angle * _RAYS / 360.0).astype(np.intp), _RAYS - 1)
    bone = plane.bone & ~plane.canal
    inner, outer = np.full(_RAYS, np.inf), np.zeros(_RAYS)
    np.minimum.at(inner, ray[bone], radius[bone])
    np.maximum.at(outer, ray[bone], radius[bone])
    has_bone = outer > 0
    depth = np.where(has_bone[ray], (radius - inner[ray]) / np.maximum(outer[ray] - inner[ray], CELL_MM), np.nan)
    in_bone = outside & bone
    deep = in_bone & (depth < DEEP_SHARE)
    beside = outside & ~bone
    boneless = np.bincount(zone[bone], minlength=12) == 0
    unbacked = beside & boneless[zone]
    in_canal = plane.target & plane.canal
    areas = {
        "A": beside & ~unbacked,
        "B": in_bone & ~deep,
        "C": deep,
        "D": in_canal & ~plane.sac,
        "E": in_canal & plane.sac,
    }
    sums = {name: float(cells.sum()) * cell for name, cells in areas.items()}
    return in_zone, sums, bool(unbacked.sum() * cell >= LEAST_AREA_MM2)


def _escc(planes: Sequence[_Plane], structures: Mapping[str, Structure]) -> Grade:
    """The grade of the worst plane; only what cord, sac and canal contours can tell."""
    missing = [n for n in ("SpinalCord", "ThecalSac", "SpinalCanal") if n not in structures]
    if missing:
        return Grade((), None, f"{', '.join(missing)} not contoured")
    graded = [(_plane_grade(p), p.height_mm) for p in planes if p.canal.any()]
    if not graded:
        return Grade((), None, "the canal is not contoured at the target")
    (grades, why), height = max(graded, key=lambda row: row[0][0])
    return Grade(grades, height if grades != ("0",) else None, why)


def _plane_grade(plane: _Plane) -> tuple[tuple[str, ...], str]:
    from scipy.ndimage import distance_transform_edt  # noqa: PLC0415  # scipy loads only where it is used

    cell = CELL_MM**2
    if (plane.target & plane.canal).sum() * cell < LEAST_AREA_MM2:
        return ("0",), "less than 4 mm² of the target lies in the canal on any plane"
    away = distance_transform_edt(~plane.target) * CELL_MM
    from_sac = float(away[plane.sac].min()) if plane.sac.any() else np.inf
    from_cord = float(away[plane.cord].min()) if plane.cord.any() else np.inf
    if from_sac > CONTACT_MM:
        return ("1a",), f"in the canal, {from_sac:.1f} mm from the thecal sac"
    if from_cord > CONTACT_MM:
        return ("1b",), f"touches the thecal sac, {from_cord:.1f} mm from the cord"
    free = (plane.sac & ~plane.cord & ~plane.target).sum() / max(plane.sac.sum(), 1)
    if free > 0:
        return ("1c", "2"), (
            f"touches the cord; {free:.0%} of the sac is free: whether the cord is compressed, contours do not say"
        )
    return ("3",), "touches the cord, and nothing of the sac is free"
