"""What the sum of courses would be if: another place of the earlier ones, another α/β, recovery, a further course.

Nothing of it is stored, and nothing of it is a plan: a further course is taken as even over the organ, or as the last
course's distribution at another prescription. Recovery is a second figure that no limit is compared with: the limits of
HyTEC, Sahgal and Nieder were fitted on undiscounted sums (RADIOBIOLOGY §3.3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from myelon.dose.accumulate import Accumulation
from myelon.dose.bed import check_alpha_beta, eqd2
from myelon.dose.dvh import dvh
from myelon.dose.ends import cut_off
from myelon.dose.grid import DoseGrid
from myelon.dose.interval import Interval
from myelon.dose.recovery import SCHEMES, Scheme
from myelon.dose.reirradiation import CORD_ALPHA_BETA_GY, OrganDose, evaluate, organ_dose
from myelon.errors import DoseError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from myelon.dose.bed import Prescription
    from myelon.dose.dvh import DVH
    from myelon.dose.reirradiation import Reirradiation
    from myelon.dose.structure import Structure
    from myelon.dose.uncertainty import Uncertainty

Shape = Literal["even", "like the last course"]
FARTHEST_SHIFT_MM = 50.0
READ_WITHIN_MM = 40.0
"""How far around a structure the doses are kept: the readings of its uncertainty move them."""


@dataclass(frozen=True)
class Assumed:
    """What is assumed instead of what is known.

    Attributes:
        alpha_beta_gy: Printed beside α/β 2, at which the rules are judged.
        shift_mm: Shift of every course but the last one given, in LPS.
        scheme: Recovery, an id of `SCHEMES`.
        planned: A further course; None for the courses as given.
        shape: How the further course lies in the organ.
        interval: From the end of the last course to the start of the planned one; without one, of the last two.
    """

    alpha_beta_gy: float = 3.0
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scheme: str = "none"
    planned: Prescription | None = None
    shape: Shape = "even"
    interval: Interval | None = None

    def __post_init__(self) -> None:
        """Check what was assumed.

        Raises:
            DoseError: An α/β, shift, scheme or shape that cannot be.
        """
        check_alpha_beta(self.alpha_beta_gy)
        if not all(abs(s) <= FARTHEST_SHIFT_MM for s in self.shift_mm):
            raise DoseError(
                f"a shift of {self.shift_mm} mm", todo=f"Give at most {FARTHEST_SHIFT_MM:g} mm along an axis"
            )
        if self.scheme not in SCHEMES:
            raise DoseError(f"recovery scheme {self.scheme[:40]!r}", todo="Use " + ", ".join(SCHEMES))
        if self.shape not in {"even", "like the last course"}:
            raise DoseError(f"shape {self.shape[:40]!r}", todo="Say “even” or “like the last course”")


class Recovered(NamedTuple):
    """The sum with a recovery scheme: a figure beside, compared with no limit."""

    scheme: Scheme
    shares: tuple[float, ...]
    """Recovered share of each course but the last, on the shortest reading of the time since."""
    discounted_eqd2: float
    """EQD2 of the sum at α/β 2 with each earlier course less its share."""

    @property
    def tolerance_factor(self) -> float:
        """The other meaning: what a tolerance would have grown to, by the time since the last earlier course."""
        return 1.0 + (self.shares[-1] if self.shares else 0.0)


@dataclass(frozen=True)
class WhatIf:
    """The assessment under assumptions."""

    assumed: Assumed
    courses: tuple[Prescription, ...]
    judged: Reirradiation
    recovered: Recovered | None
    curves: tuple[DVH, ...]
    """EQD2 at α/β 2 of the organ: the sum, then each course; empty without dose files."""


def what_if(
    courses: Sequence[Prescription],
    intervals: Sequence[Interval],
    assumed: Assumed,
    *,
    organ: str = "spinal_cord",
    grids: Sequence[DoseGrid] = (),
    structures: Mapping[str, Structure] | None = None,
    needs_model: str = "",
    converted: Sequence[bool] = (),
    at_most_gy: Sequence[float | None] = (),
    at_least_gy: Sequence[float | None] = (),
    reached: Sequence[bool] = (),
    withheld: str = "",
    planned_reached: bool = True,
    sure: bool = True,
    computed: Computed | None = None,
) -> WhatIf:
    """Judge the courses under assumptions, by voxel where there are dose files.

    Args:
        courses: Prescriptions of the courses given, in time order.
        intervals: End-to-start intervals between them.
        assumed: What is assumed.
        organ: Organ at the level.
        grids: Physical dose of each course in the frame of the last one; none for prescriptions.
        structures: ``SpinalCord`` and, where contoured, ``ThecalSac``, in that frame.
        needs_model: As for `evaluate`.
        converted: For each course, whether its dose may be converted; all, where nothing is given.
        at_most_gy: For each course an isodose that the organ lies outside of, where one was read.
        at_least_gy: For each course an isodose that it lies inside of, where one was read.
        reached: For each course, whether the organ is known to have had its prescription.
        withheld: As for `evaluate`.
        planned_reached: The same for the planned course; an even one is assumed over the organ itself.
        sure: Whether the rules for a sum by voxel are judged at its 95th percentile; else as registered.
        computed: What was computed of the same grids before; kept by whoever holds them.

    Raises:
        DoseError: No course, or numbers that do not match.
    """
    if not courses:
        raise DoseError("no course to start from", todo="Record one course with its dose")
    everything, gaps = list(courses), list(intervals)
    if assumed.planned is not None:
        everything.append(assumed.planned)
        gaps.append(assumed.interval or Interval(None, None))
    elif assumed.interval is not None and gaps:
        gaps[-1] = assumed.interval
    if grids and structures and "SpinalCord" in structures:
        kept = computed or Computed()
        judged, curves = _by_voxel(
            everything, gaps, assumed, organ, grids, structures, needs_model, withheld, kept, sure=sure
        )
    else:
        most = [*(at_most_gy or [None] * len(courses)), *[None] * (len(everything) - len(courses))]
        least = [*(at_least_gy or [None] * len(courses)), *[None] * (len(everything) - len(courses))]
        known = [*(reached or [False] * len(courses)), *[planned_reached] * (len(everything) - len(courses))]
        convert = [*(converted or [True] * len(courses)), *[True] * (len(everything) - len(courses))]
        doses = [
            OrganDose.from_prescriptions(everything, ab, most, reached=known, converted=convert, at_least_gy=least)
            for ab in (CORD_ALPHA_BETA_GY, assumed.alpha_beta_gy)
        ]
        judged = evaluate(
            everything, gaps, organ=organ, dose=doses[0], alternative=doses[1], needs_model=needs_model,
            withheld=withheld,
        )  # fmt: skip
        curves = ()
    recovered = _recovered(
        everything,
        gaps,
        assumed,
        judged.dose.course_eqd2,
        grids if curves else (),
        structures or {},
        computed or Computed(),
    )
    return WhatIf(assumed, tuple(everything), judged, recovered, curves)


def _by_voxel(
    courses: Sequence[Prescription],
    intervals: Sequence[Interval],
    assumed: Assumed,
    organ: str,
    grids: Sequence[DoseGrid],
    structures: Mapping[str, Structure],
    needs_model: str,
    withheld: str,
    kept: Computed,
    *,
    sure: bool,
) -> tuple[Reirradiation, tuple[DVH, ...]]:
    """The rules at their 95th percentile, at α/β 2; the other α/β as registered.

    An even course is summed as one of no dose, which is kept, and its dose is added to what was found: so every printed
    schedule costs no more than the first.
    """
    found = {}
    even = assumed.planned if assumed.planned is not None and assumed.shape == "even" else None
    for name in (n for n in ("SpinalCord", "ThecalSac") if n in structures):
        placed = _placed_courses(structures[name], grids, assumed, courses, kept)
        summed = placed if even is None else (*placed[:-1], kept.scaled(kept.even(structures[name]), 0.0, 1))
        one, other = (_sum(structures[name], summed, ab, kept) for ab in (CORD_ALPHA_BETA_GY, assumed.alpha_beta_gy))
        spread = kept.sure(structures[name], summed, one.total) if sure and len(placed) > 1 else None
        if even is not None:
            more, more_other = (eqd2(even.total_gy, even.fractions, s.alpha_beta_gy) for s in (one, other))
            one, other = one.with_last(more), other.with_last(more_other)
            spread = spread.plus(more) if spread is not None else None
        part = cut_off(structures[name], [kept.eqd2(g, CORD_ALPHA_BETA_GY) for g in placed])
        found[name] = (organ_dose(one, sure=spread, part_why=part), organ_dose(other, part_why=part), one)
    cord, cord_other, sums = found["SpinalCord"]
    sac = found["ThecalSac"][:2] if "ThecalSac" in found else None
    judged = evaluate(
        courses,
        intervals,
        organ=organ,
        dose=cord,
        alternative=cord_other,
        thecal_sac=sac,
        needs_model=needs_model,
        withheld=withheld,
    )
    return judged, (sums.total, *sums.courses)


def _recovered(
    courses: Sequence[Prescription],
    intervals: Sequence[Interval],
    assumed: Assumed,
    by_prescription: Sequence[float],
    grids: Sequence[DoseGrid],
    structures: Mapping[str, Structure],
    kept: Computed,
) -> Recovered | None:
    """Each earlier course less what recovered by the start of the last one.

    The time since a course is the sum of the gaps after it: the courses' own lengths may not be known.
    """
    scheme = SCHEMES[assumed.scheme]
    if scheme.id == "none" or not intervals:
        return None
    shares = []
    for n in range(len(intervals)):
        known = [i.least_days for i in intervals[n:] if i.least_days is not None]
        shares.append(scheme.least_share(Interval(sum(known), None)) if known else 0.0)
    left_shares = [1.0 - share for share in (*shares, 0.0)]
    if grids:
        cord = structures["SpinalCord"]
        placed = _placed_courses(cord, grids, assumed, courses, kept)
        each = [kept.eqd2(g, CORD_ALPHA_BETA_GY) for g in placed]
        left = [replace(g, values=(g.values * k).astype(np.float32)) for g, k in zip(each, left_shares, strict=True)]
        total = dvh(cord, left).max_gy
    else:
        each_gy = by_prescription
        total = sum(dose * k for dose, k in zip(each_gy, left_shares, strict=True))
    return Recovered(scheme, tuple(shares), total)


# ── doses around a structure ────────────────────────────────────────────────────────────────────────────


def _placed_courses(
    structure: Structure, grids: Sequence[DoseGrid], assumed: Assumed, courses: Sequence[Prescription], kept: Computed
) -> tuple[DoseGrid, ...]:
    """Physical dose of every course around the structure, the planned one last."""
    still = (0.0, 0.0, 0.0)
    last = len(grids) - 1
    placed = [kept.placed(g, structure, assumed.shift_mm if n < last else still) for n, g in enumerate(grids)]
    if assumed.planned is not None:
        planned = assumed.planned
        if assumed.shape == "even":
            placed.append(kept.scaled(kept.even(structure), planned.total_gy, planned.fractions))
        else:
            placed.append(kept.scaled(placed[-1], planned.total_gy / courses[last].total_gy, planned.fractions))
    return tuple(placed)


def _sum(structure: Structure, placed: tuple[DoseGrid, ...], alpha_beta_gy: float, kept: Computed) -> Accumulation:
    each = tuple(kept.eqd2(g, alpha_beta_gy) for g in placed)
    return Accumulation(
        structure.name, alpha_beta_gy, tuple(kept.curve(structure, (g,)) for g in each), kept.curve(structure, each)
    )


class Computed:
    """What was computed of the grids and structures of one case; it goes when the case is let go.

    Grids and structures are compared by identity: the object keeps those it was made of.
    """

    def __init__(self) -> None:
        self.placed = lru_cache(maxsize=32)(_placed)
        self.scaled = lru_cache(maxsize=32)(_scaled)
        self.even = lru_cache(maxsize=8)(_even)
        self.eqd2 = lru_cache(maxsize=64)(_eqd2)
        self.curve = lru_cache(maxsize=128)(_curve)
        self.sure = lru_cache(maxsize=32)(_sure)


def _placed(grid: DoseGrid, structure: Structure, shift_mm: tuple[float, float, float]) -> DoseGrid:
    """The part of a course that the structure and its readings need, shifted."""
    if any(shift_mm):
        shift = np.eye(4)
        shift[:3, 3] = shift_mm
        grid = grid.moved(shift, grid.frame_of_reference)
    return grid.around(structure.points(), structure.reach_mm + READ_WITHIN_MM)


def _scaled(grid: DoseGrid, factor: float, fractions: int) -> DoseGrid:
    return replace(grid, values=(grid.values * factor).astype(np.float32), fractions=fractions)


def _even(structure: Structure) -> DoseGrid:
    """One Gy everywhere around a structure."""
    return DoseGrid.even(structure.points(), structure.reach_mm + READ_WITHIN_MM, structure.frame_of_reference)


def _eqd2(grid: DoseGrid, alpha_beta_gy: float) -> DoseGrid:
    return grid.to_eqd2(alpha_beta_gy)


def _curve(structure: Structure, grids: tuple[DoseGrid, ...]) -> DVH:
    return dvh(structure, grids)


def _sure(structure: Structure, placed: tuple[DoseGrid, ...], nominal: DVH) -> Uncertainty:
    from myelon.dose.uncertainty import uncertainty  # noqa: PLC0415  # scipy loads only where doses are summed

    return uncertainty(structure, placed, CORD_ALPHA_BETA_GY, nominal=nominal, search=False)
