"""How sure a sum of courses is: the earlier doses shifted and turned, and searched around every point.

The structures lie in the frame of the last course, which stays where it is; each earlier course was brought there by a
registration that may be wrong. Two readings, side by side (RADIOBIOLOGY §6, DOSE §0.5):

- random shifts and turns of each earlier course: nominal, 95th percentile, and the worst of six shifts along an axis;
- a search: at each point of the structure the highest earlier dose within an ellipsoid, only among points of the
  structure, and without that restriction beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.ndimage import maximum_filter

from myelon.dose.dvh import dvh
from myelon.dose.interpolation import inside
from myelon.dose.sampling import sample_sum
from myelon.errors import DoseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.dose.dvh import DVH
    from myelon.dose.grid import DoseGrid
    from myelon.dose.structure import EndCaps, Structure

SHIFT_MM, TURN_DEGREES, COUNT, SEED = 2.0, 1.0, 100, 20261
"""Defaults of RADIOBIOLOGY §6; the seed is fixed so that a number is the same tomorrow."""
SEARCH_MM = 3.0
"""Half axis of the ellipsoid (RADAR, DOSE §0.5)."""
METRICS = ("max", "D0.03cc", "D0.1cc")
_FARTHEST = 8.0
"""Standard deviations that the grids are kept for."""
_POINTS, _FINEST_MM, _COARSEST_MM = 12_000, 0.7, 2.0
"""The readings are taken on a lattice of about so many points; only their differences from the nominal one are used."""


class Spread(NamedTuple):
    """One metric of the sum in EQD2: as registered, its 95th percentile, and the worst shift along an axis."""

    metric: str
    nominal: float
    p95: float
    worst_axis: float


class Search(NamedTuple):
    """Hottest sums in EQD2 with the earlier courses searched within an ellipsoid."""

    metric: str
    in_structure: float
    unrestricted: float


@dataclass(frozen=True)
class Uncertainty:
    """What the sum in a structure may be, and how that was found."""

    structure: str
    alpha_beta_gy: float
    spreads: tuple[Spread, ...]
    searches: tuple[Search, ...]
    shift_mm: float
    turn_degrees: float
    search_mm: float
    count: int
    seed: int
    least_covered_share: float
    """Smallest share of the structure that lay inside every moved grid."""

    def nominal(self, metric: str) -> float:
        """A metric as registered."""
        return next(s.nominal for s in self.spreads if s.metric == metric)

    def p95(self, metric: str) -> float:
        """The 95th percentile of a metric."""
        return next(s.p95 for s in self.spreads if s.metric == metric)

    def plus(self, even_gy: float) -> Uncertainty:
        """The same with one more dose, the same everywhere in the structure: no place of it changes a reading."""
        return replace(
            self,
            spreads=tuple(Spread(m, *(gy + even_gy for gy in readings)) for m, *readings in self.spreads),
            searches=tuple(Search(m, *(gy + even_gy for gy in found)) for m, *found in self.searches),
        )


def uncertainty(
    structure: Structure,
    grids: Sequence[DoseGrid],
    alpha_beta_gy: float,
    *,
    shift_mm: float = SHIFT_MM,
    turn_degrees: float = TURN_DEGREES,
    count: int = COUNT,
    seed: int = SEED,
    search_mm: float = SEARCH_MM,
    end_caps: EndCaps = "slab",
    nominal: DVH | None = None,
    search: bool = True,
) -> Uncertainty:
    """Spread and search of the sum of courses in a structure.

    Args:
        structure: In the frame of the last course.
        grids: Physical dose of each course in that frame, in time order.
        alpha_beta_gy: α/β of the structure.
        shift_mm: Standard deviation of the shift along each axis.
        turn_degrees: Standard deviation of the turn about each axis, through the middle of the structure.
        count: Number of readings.
        seed: Of the random numbers.
        search_mm: Half axis of the ellipsoid.
        end_caps: As for the DVH.
        nominal: The curve of the sum as registered, where it was computed before.
        search: Whether to search too, which takes about as long as the readings.

    Raises:
        DoseError: Fewer than two courses, or settings that cannot be.
    """
    if len(grids) < 2:
        raise DoseError("one course has no registration", where=structure.name, todo="Give the doses of two courses")
    if not (shift_mm >= 0 and turn_degrees >= 0 and search_mm > 0 and count >= 1):
        raise DoseError(
            f"shift {shift_mm:g} mm, turn {turn_degrees:g}°, search {search_mm:g} mm, {count} readings",
            todo="Give numbers from 0, a search above 0 and at least one reading",
        )
    contour = structure.points()
    middle = contour.mean(axis=0)
    arm = float(np.linalg.norm(contour - middle, axis=1).max())
    farthest = structure.reach_mm + search_mm + _FARTHEST * (shift_mm + np.radians(turn_degrees) * arm)
    converted = [g.around(contour, farthest).to_eqd2(alpha_beta_gy) for g in grids]
    nominal = dvh(structure, converted, end_caps=end_caps) if nominal is None else nominal
    metrics = [m for m in METRICS if nominal.metric(m).value is not None]
    step = float(np.clip((1000.0 * nominal.total_cc / _POINTS) ** (1 / 3), _FINEST_MM, _COARSEST_MM))
    step = search_mm / max(round(search_mm / step), 1)  # so that the search reaches as far as it says
    points, within = lattice(structure, end_caps, step, margin_mm=search_mm, single_plane_mm=grids[0].spacing_mm[2])
    inner = points[within.ravel()]
    last = sample_sum(converted[-1:], inner)
    rng = np.random.default_rng(seed)

    def summed(transforms: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        return last + sample_sum(converted[:-1], inner, transforms)

    earlier = len(grids) - 1
    still = summed([np.eye(4)] * earlier)
    readings = [
        summed([_placed(middle, rng.normal(0, shift_mm, 3), rng.normal(0, turn_degrees, 3)) for _ in range(earlier)])
        for _ in range(count)
    ]
    along = [
        summed([_placed(middle, shift_mm * sign * axis, np.zeros(3))] * earlier)
        for axis in np.eye(3)
        for sign in (1, -1)
    ]
    spreads = []
    for metric in metrics:
        exact, base = nominal.metric(metric).value or 0.0, _hottest(still, metric, step)
        p95 = float(np.percentile([_hottest(r, metric, step) for r in readings], 95))
        worst = max(_hottest(r, metric, step) for r in along)
        spreads.append(Spread(metric, exact, exact + p95 - base, exact + worst - base))
    return Uncertainty(
        structure.name,
        alpha_beta_gy,
        tuple(spreads),
        _searched(converted, points, within, step, search_mm, spreads) if search else (),
        shift_mm,
        turn_degrees,
        search_mm,
        count,
        seed,
        float(min(np.isfinite(r).mean() for r in (still, *readings, *along))),
    )


def _hottest(doses: NDArray[np.float64], metric: str, step_mm: float) -> float:
    """A metric of equal voxels; a dose that is not known counts as none."""
    known = np.where(np.isnan(doses), 0.0, doses)
    rank = 1 if metric == "max" else max(int(np.ceil(float(metric[1:-2]) * 1000.0 / step_mm**3 - 1e-9)), 1)
    place = max(len(known) - rank, 0)
    return float(np.partition(known, place)[place])


def _placed(
    middle: NDArray[np.float64], shift: NDArray[np.float64], degrees: NDArray[np.float64]
) -> NDArray[np.float64]:
    """A turn about the middle, then a shift, as a 4 × 4 transform."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    placed = np.eye(4)
    placed[:3, :3] = about_z @ about_y @ about_x
    placed[:3, 3] = middle - placed[:3, :3] @ middle + shift
    return placed


# ── search ──────────────────────────────────────────────────────────────────────────────────────────────


def _searched(
    converted: Sequence[DoseGrid],
    points: NDArray[np.float64],
    within: NDArray[np.bool_],
    step_mm: float,
    search_mm: float,
    spreads: Sequence[Spread],
) -> tuple[Search, ...]:
    """The earlier courses at their highest within reach of each lattice point, the last one where it is."""
    reach = int(np.ceil(search_mm / step_mm))
    steps = np.arange(-reach, reach + 1) * step_mm
    w, v, u = np.meshgrid(steps, steps, steps, indexing="ij")
    ellipsoid = u**2 + v**2 + w**2 <= search_mm**2 + 1e-9
    *before, last = (_sampled(grid, points, within.shape) for grid in converted)
    still = (last + sum(before))[within]
    totals = []
    for kept_in in (True, False):
        total = last.copy()
        for anywhere in before:
            earlier = np.where(within, anywhere, 0.0) if kept_in else anywhere
            total += maximum_filter(earlier, footprint=ellipsoid, mode="constant", cval=0.0)
        totals.append(total[within])
    return tuple(
        Search(
            s.metric, *(s.nominal + _hottest(t, s.metric, step_mm) - _hottest(still, s.metric, step_mm) for t in totals)
        )
        for s in spreads
    )


def _sampled(grid: DoseGrid, points: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Dose at the lattice; 0 outside the grid, where a search finds nothing."""
    return np.nan_to_num(sample_sum([grid], points), nan=0.0).reshape(shape)


@lru_cache(maxsize=8)
def lattice(
    structure: Structure, end_caps: EndCaps, step_mm: float, *, margin_mm: float, single_plane_mm: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Points on a cubic lattice around a structure, and which of them lie in it.

    Returns:
        LPS points in mm, shape (n, 3), and whether each is inside, shape (planes, rows, columns).
    """
    slabs = structure.slabs(end_caps, single_plane_mm=single_plane_mm)
    every = np.vstack([p for s in slabs for p in s.polygons])
    (u0, v0), (u1, v1) = every.min(axis=0) - margin_mm, every.max(axis=0) + margin_mm
    u, v = np.arange(u0, u1 + step_mm, step_mm), np.arange(v0, v1 + step_mm, step_mm)
    w = np.arange(slabs[0].low_mm - margin_mm, slabs[-1].high_mm + margin_mm + step_mm, step_mm) + step_mm / 2.0
    within = np.zeros((len(w), len(v), len(u)), dtype=bool)
    for slab in slabs:
        rows = (w >= slab.low_mm) & (w < slab.high_mm)
        if rows.any():
            within[rows] = inside(slab.polygons, u, v)
    grid_w, grid_v, grid_u = np.meshgrid(w, v, u, indexing="ij")
    local = np.column_stack([grid_u.ravel(), grid_v.ravel(), grid_w.ravel()])
    return local @ structure.axes, within
