"""Re-irradiation of one organ: sums, the Nieder score, and each rule of Nieder 2006 and HyTEC 2021.

The limits were fitted on undiscounted sums: no recovery is credited (RADIOBIOLOGY §3.3). HyTEC limits are for
a thecal sac point maximum after stereotactic re-irradiation of 1 to 5 fractions; Nieder's for the cord.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from myelon.dose.bed import LQ_VALID_TO_GY_PER_FRACTION, Prescription, bed, eqd2_of_bed
from myelon.dose.dvh import WHOLLY_COVERED
from myelon.dose.interval import Interval
from myelon.dose.limits import LIMITS, Limit
from myelon.dose.nieder import NiederScore, nieder_score
from myelon.dose.verdict import Basis, Outcome, Verdict, compare, outcome_between
from myelon.errors import DoseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.dose.accumulate import Accumulation
    from myelon.dose.dvh import DVH
    from myelon.dose.uncertainty import Uncertainty
    from myelon.terms.levels import Span

CORD_ALPHA_BETA_GY = 2.0
LUMBAR_ALPHA_BETA_GY = 4.0
HYTEC_MOST_FRACTIONS = 5
ORGANS = ("spinal_cord", "conus", "cauda_equina", "thecal_sac")
_CORD = {"spinal_cord", "conus"}


@dataclass(frozen=True)
class OrganDose:
    """What an organ had from each course and in sum, as BED at one α/β, and between which bounds that is known."""

    course_bed: tuple[float, ...]
    """NaN for a course that is not converted (carbon ions)."""
    cumulative_bed: float
    alpha_beta_gy: float
    structure: str
    metric: str
    basis: Basis
    reached: tuple[bool, ...] = ()
    """For each course, whether the organ had at least this: else its dose is an upper figure (a prescription beside
    it, an isodose that it lies outside of). Empty: every course."""
    least_bed: tuple[float, ...] = ()
    """For each course, what the organ is known to have had at least; 0 where nothing is. Empty: as `reached` says."""
    part_why: str = ""
    """Why the values are of a part of the structure only, so that all of it may have had more; or ""."""
    covered_share: float = 1.0
    """Share of the structure inside every dose grid."""
    p95_bed: float | None = None
    """95th percentile of the sum under an uncertain registration; None where there is none."""
    p95_covered_share: float = 1.0
    """Smallest share of the structure inside every dose grid in any of its readings."""

    @property
    def complete(self) -> bool:
        """Whether the dose is known in the whole structure."""
        return not self.part_why and self.covered_share > WHOLLY_COVERED and math.isfinite(self.cumulative_bed)

    @property
    def partly(self) -> str:
        """What is known of only a part; or ""."""
        if self.part_why:
            return self.part_why
        return "" if self.complete else f"{self.covered_share:.1%} of the {self.structure} lies in every dose grid"

    @property
    def course_reached(self) -> tuple[bool, ...]:
        """For each course, whether the organ had at least its dose."""
        return self.reached or (True,) * len(self.course_bed)

    @property
    def exact(self) -> bool:
        """Whether every value is neither an upper nor a lower figure."""
        return self.complete and all(self.course_reached)

    @property
    def least_sum_bed(self) -> float:
        """What the sum has at least: the courses that the organ is known to have had."""
        if all(self.course_reached):
            return self.decisive_bed
        return float(sum(b for b in self.course_least if math.isfinite(b)))

    @property
    def course_least(self) -> tuple[float, ...]:
        """For each course, the BED that the organ had at least; 0 where nothing is known."""
        if self.least_bed:
            return self.least_bed
        return tuple(b if sure else 0.0 for b, sure in zip(self.course_bed, self.course_reached, strict=True))

    @property
    def decisive_bed(self) -> float:
        """BED of the sum that a limit is compared with: the 95th percentile, never less than as registered."""
        return max(self.cumulative_bed, self.p95_bed or 0.0)

    @property
    def decisive_eqd2(self) -> float:
        """The same as EQD2."""
        return eqd2_of_bed(self.decisive_bed, self.alpha_beta_gy)

    @classmethod
    def from_prescriptions(
        cls,
        courses: Sequence[Prescription],
        alpha_beta_gy: float,
        at_most_gy: Sequence[float | None] = (),
        *,
        reached: Sequence[bool] = (),
        converted: Sequence[bool] = (),
        at_least_gy: Sequence[float | None] = (),
    ) -> OrganDose:
        """The organ dose if the organ had the prescription, point for point.

        Args:
            courses: Prescriptions.
            alpha_beta_gy: α/β.
            at_most_gy: For each course the dose of an isodose that the organ lies outside of, where one was read.
            reached: For each course, whether the organ is known to have had it: the target contains the organ, or the
                technique spares nothing. False where not known; none is, where nothing is given.
            converted: For each course, whether its dose may be converted; all, where nothing is given.
            at_least_gy: For each course the dose of an isodose that the organ lies inside of, or of a target that
                contains it, where one was read: it had no less, prescription or not.
        """
        most = at_most_gy or [None] * len(courses)
        least = at_least_gy or [None] * len(courses)
        doses = [max(c.total_gy if m is None else m, g or 0.0) for c, m, g in zip(courses, most, least, strict=True)]
        kept = converted or [True] * len(courses)
        beds = tuple(
            float(bed(d, c.fractions, alpha_beta_gy)) if k else math.nan
            for d, c, k in zip(doses, courses, kept, strict=True)
        )
        sure = tuple(
            r and m is None for r, m in zip(reached or [False] * len(courses), most, strict=True)
        )  # an isodose that the organ lies outside of is no dose that it had
        at_least = tuple(
            b if s else float(bed(g, c.fractions, alpha_beta_gy)) if g is not None and k else 0.0
            for b, s, g, c, k in zip(beds, sure, least, courses, kept, strict=True)
        )
        within = all(g is None or g <= c.total_gy for g, c in zip(least, courses, strict=True))
        if within and all(m is None for m in most):
            words = ("not contoured", "prescribed total", Basis.PRESCRIPTION)
        else:
            words = ("read off isodoses", "isodose or prescription", Basis.ISODOSES)
        return cls(beds, sum(beds), alpha_beta_gy, *words, reached=sure, least_bed=at_least)

    @property
    def course_eqd2(self) -> tuple[float, ...]:
        """EQD2 of each course."""
        return tuple(eqd2_of_bed(b, self.alpha_beta_gy) for b in self.course_bed)

    @property
    def cumulative_eqd2(self) -> float:
        """EQD2 of the sum."""
        return eqd2_of_bed(self.cumulative_bed, self.alpha_beta_gy)


@dataclass(frozen=True)
class Reirradiation:
    """The whole assessment, at the rules' own α/β and at the alternative, always both."""

    courses: tuple[Prescription, ...]
    intervals: tuple[Interval, ...]
    organ: str
    dose: OrganDose
    alternative: OrganDose
    nieder: NiederScore | None
    nieder_alternative: NiederScore | None
    """At α/β 4 in the lumbar cord, for which Nieder 2006 used it; None at every other α/β."""
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]
    thecal_sac: OrganDose | None = None


def alternative_alpha_beta(alpha_beta_gy: float, span: Span | None) -> float:
    """The α/β printed beside: 2 with 3 for the cord, 2 with 4 where the lumbar cord is reached."""
    if abs(alpha_beta_gy - CORD_ALPHA_BETA_GY) > 1e-9:
        return CORD_ALPHA_BETA_GY
    return LUMBAR_ALPHA_BETA_GY if span is not None and "lumbar" in span.regions else 3.0


def evaluate(
    courses: Sequence[Prescription],
    intervals: Sequence[Interval],
    *,
    organ: str = "spinal_cord",
    dose: OrganDose,
    alternative: OrganDose,
    thecal_sac: tuple[OrganDose, OrganDose] | None = None,
    needs_model: str = "",
    withheld: str = "",
) -> Reirradiation:
    """Judge two or more courses over one organ.

    Args:
        courses: Prescriptions in time order.
        intervals: End-to-start intervals between adjacent courses, one fewer than courses.
        organ: ``spinal_cord``, ``conus``, ``cauda_equina`` or ``thecal_sac``.
        dose: Dose of the organ at the main α/β.
        alternative: The same at the other α/β; one of the two is 2 Gy, at which the rules are judged.
        thecal_sac: Dose of the thecal sac at both α/β, where it was contoured: HyTEC's own structure.
        needs_model: Why no photon limit can be applied (carbon ions), or "".
        withheld: Why nothing may be judged (files that contradict one another), or "".

    Raises:
        DoseError: Unknown organ, numbers of courses, doses and intervals that do not match, or no dose at α/β 2.
    """
    if organ not in ORGANS:
        raise DoseError(f"organ {organ!r}", todo="Use " + ", ".join(ORGANS))
    if len(intervals) != len(courses) - 1 or len(dose.course_bed) != len(courses):
        raise DoseError(
            f"{len(courses)} courses, {len(dose.course_bed)} doses and {len(intervals)} intervals",
            todo="Give one dose per course and one interval between each two",
        )
    at_two, other = _at_two(dose, alternative)
    sac = _at_two(*thecal_sac) if thecal_sac else None
    warnings = [
        f"{c.gy_per_fraction:.1f} Gy per fraction is above {LQ_VALID_TO_GY_PER_FRACTION:g}: the LQ model is stretched"
        for c in courses
        if c.gy_per_fraction > LQ_VALID_TO_GY_PER_FRACTION
    ]
    if len(courses) > 2:
        warnings.append("more than two courses: Nieder and HyTEC are extrapolated")
    if withheld:
        warnings.append(f"nothing is judged: {withheld}")
    elif not at_two.complete and not needs_model:
        warnings.append(f"{at_two.partly}: its values are lower bounds, and no score is made of them")
    apart = not any(i.most_days is not None and i.most_days < 0 for i in intervals)  # else one course with its boost
    scored = organ in _CORD and len(courses) > 1 and apart and not needs_model and not withheld and at_two.complete
    lumbar = scored and other.alpha_beta_gy == LUMBAR_ALPHA_BETA_GY
    rules = _Rules(courses, intervals, organ, at_two, other, sac, needs_model, withheld)
    return Reirradiation(
        tuple(courses),
        tuple(intervals),
        organ,
        dose,
        alternative,
        nieder_score(at_two.course_bed, intervals, at_two.decisive_bed, at_two.course_least) if scored else None,
        nieder_score(other.course_bed, intervals, other.decisive_bed, other.course_least) if lumbar else None,
        rules.verdicts() if len(courses) > 1 else (),
        tuple(warnings),
        sac[0] if sac else None,
    )


def _at_two(one: OrganDose, another: OrganDose) -> tuple[OrganDose, OrganDose]:
    """The dose at the rules' α/β of 2, then the other."""
    if one.alpha_beta_gy == CORD_ALPHA_BETA_GY:
        return one, another
    if another.alpha_beta_gy == CORD_ALPHA_BETA_GY:
        return another, one
    raise DoseError("no dose at α/β 2", todo="The rules are made at 2 Gy: give it as one of the two")


def from_prescriptions(
    courses: Sequence[Prescription],
    intervals: Sequence[Interval],
    *,
    organ: str = "spinal_cord",
    alpha_beta_gy: float = CORD_ALPHA_BETA_GY,
    span: Span | None = None,
    needs_model: str = "",
    at_most_gy: Sequence[float | None] = (),
    reached: Sequence[bool] = (),
    converted: Sequence[bool] = (),
    at_least_gy: Sequence[float | None] = (),
    withheld: str = "",
) -> Reirradiation:
    """Judge courses when only the prescriptions are known: the cord dose itself is not.

    ``reached``, ``converted``, ``at_most_gy``, ``at_least_gy`` as for `OrganDose.from_prescriptions`; ``withheld`` as
    for `evaluate`.

    >>> from myelon.dose.interval import Interval
    >>> courses, gap = [Prescription(50.4, 28), Prescription(24.0, 5)], [Interval(60, 60)]
    >>> judged = from_prescriptions(courses, gap, reached=[True, True])  # targets that contain the cord
    >>> [f"{v.limit.id}: {v.outcome}" for v in judged.verdicts]  # doctest: +NORMALIZE_WHITESPACE
    ['hytec.rert.cum: fail', 'hytec.rert.new: fail', 'hytec.rert.ratio: pass', 'hytec.rert.interval: fail',
     'nieder.each: pass', 'nieder.cum: fail', 'nieder.int: fail']
    >>> judged = from_prescriptions(courses, gap)  # they may have spared it
    >>> [f"{v.limit.id}: {v.outcome}" for v in judged.verdicts]  # doctest: +NORMALIZE_WHITESPACE
    ['hytec.rert.cum: unknown', 'hytec.rert.new: unknown', 'hytec.rert.ratio: unknown', 'hytec.rert.interval: fail',
     'nieder.each: pass', 'nieder.cum: unknown', 'nieder.int: fail']
    """
    other = alternative_alpha_beta(alpha_beta_gy, span)
    return evaluate(
        courses,
        intervals,
        organ=organ,
        dose=OrganDose.from_prescriptions(
            courses, alpha_beta_gy, at_most_gy, reached=reached, converted=converted, at_least_gy=at_least_gy
        ),
        alternative=OrganDose.from_prescriptions(
            courses, other, at_most_gy, reached=reached, converted=converted, at_least_gy=at_least_gy
        ),
        needs_model=needs_model,
        withheld=withheld,
    )


def organ_dose(
    sums: Accumulation, metric: str = "max", *, sure: Uncertainty | None = None, part_why: str = ""
) -> OrganDose:
    """A metric of an accumulation as BED, for the rules: they are for a point maximum.

    Where a grid does not reach all of the structure the sum is known only where all do; it is at least the
    greatest single course, and says that it is a lower bound.

    Args:
        sums: The courses and their sum in one structure.
        metric: As for `DVH.metric`.
        sure: How sure the sum is, at the same α/β.
        part_why: Why the structure is only a part of the organ; or "".
    """
    back = 1.0 + 2.0 / sums.alpha_beta_gy
    courses = tuple(_known(c, metric) * back for c in sums.courses)
    total = max([_known(sums.total, metric) * back, *courses])
    share = min(sums.total.covered_share, *(c.covered_share for c in sums.courses))
    return OrganDose(
        courses,
        total,
        sums.alpha_beta_gy,
        sums.structure,
        "point maximum",
        Basis.VOXEL_SUM,
        part_why=part_why,
        covered_share=share,
        p95_bed=None if sure is None else sure.p95(metric) * back,
        p95_covered_share=1.0 if sure is None else sure.least_covered_share,
    )


def _known(curve: DVH, metric: str) -> float:
    """A metric of the covered part; nothing is known where nothing is covered, and 0 is its lower bound."""
    value = curve.metric(metric).value if curve.covered_cc > 0 else 0.0
    return value if value is not None else 0.0


# ── one verdict per row ─────────────────────────────────────────────────────────────────────────────────


NOT_REACHED = "exceeded only if the cord had it, which is not recorded"
"""Said where no target is known to contain the organ and no technique to spare nothing."""
NO_SAC = "no thecal sac is contoured: the cord alone has this, and the sac at least as much"


@dataclass(frozen=True)
class _Rules:
    """The rows of HyTEC and Nieder over one organ."""

    courses: Sequence[Prescription]
    intervals: Sequence[Interval]
    organ: str
    cord: OrganDose
    cord_other: OrganDose
    sac: tuple[OrganDose, OrganDose] | None
    needs_model: str
    withheld: str

    def verdicts(self) -> tuple[Verdict, ...]:
        """Every row, in the order it is shown."""
        sac, other = self.sac or (self.cord, self.cord_other)
        if self.sac is None and self.cord.basis is Basis.VOXEL_SUM and not self.cord.part_why:
            sac = replace(self.cord, part_why=NO_SAC)
        cord, cord_other = self.cord, self.cord_other
        return (
            self._sum("hytec.rert.cum", sac, _in_eqd2(sac), other.decisive_eqd2, other),
            self._course("hytec.rert.new", sac, sac.course_eqd2, other.course_eqd2[-1], other, eqd2=True, last=True),
            self._ratio("hytec.rert.ratio", sac, other),
            self._interval("hytec.rert.interval", self.intervals[-1:]),
            self._course("nieder.each", cord, cord.course_bed, max(cord_other.course_bed), cord_other),
            self._sum("nieder.cum", cord, _in_bed(cord), cord_other.decisive_bed, cord_other),
            self._interval("nieder.int", self.intervals),
        )

    def _outside(self, limit: Limit) -> str:
        """Why a rule does not apply, or ""."""
        if limit.rule.startswith("HyTEC"):
            if self.courses[-1].fractions > HYTEC_MOST_FRACTIONS:
                return f"HyTEC judges a new course of 1 to 5 fractions, this one has {self.courses[-1].fractions}"
            if self.organ == "cauda_equina":
                return "made for the spinal cord; below the conus the rules of the cauda equina hold"
            return ""
        return "" if self.organ in _CORD else "made for the spinal cord"

    def _course(
        self,
        limit_id: str,
        dose: OrganDose,
        values: Sequence[float],
        other_value: float,
        other: OrganDose,
        *,
        eqd2: bool = False,
        last: bool = False,
    ) -> Verdict:
        """A limit of single courses: of the last one, or of each."""
        back = 1.0 + 2.0 / dose.alpha_beta_gy if eqd2 else 1.0
        rows = list(zip(values, dose.course_least, strict=True))[-1 if last else 0 :]
        most = max(v for v, _ in rows)
        least = max((v / back for _, v in rows if math.isfinite(v)), default=0.0)
        verdict = self._made(limit_id, dose, most, (least, most), other, other_value)
        return self._exceeded_already(verdict, least)

    def _exceeded_already(self, verdict: Verdict, least: float) -> Verdict:
        """The same, or exceeded by what is known without the course that needs a model: a dose only adds."""
        if (
            verdict.outcome is not Outcome.NEEDS_MODEL
            or self.withheld
            or compare(least, verdict.limit) is not Outcome.FAIL
        ):
            return verdict
        why = f"by the other courses alone; {self.needs_model}"
        return replace(verdict, outcome=Outcome.FAIL, value=least, value_text=f"{least:.2f}", why=why)

    def _sum(self, limit_id: str, dose: OrganDose, known: _Sum, other_value: float, other: OrganDose) -> Verdict:
        """A limit of the sum: it is compared with the 95th percentile; the value as registered stands beside."""
        verdict = self._made(limit_id, dose, known.decisive, (known.least, known.decisive), other, other_value)
        if verdict.outcome is Outcome.NEEDS_MODEL and not self.withheld:
            known_ones = [
                b for b in dose.course_least if math.isfinite(b)
            ]  # maxima of two grids need not be of one place
            sure = max(known_ones, default=0.0) if dose.basis is Basis.VOXEL_SUM else sum(known_ones)
            sure = sure if verdict.limit.id.startswith("nieder") else eqd2_of_bed(sure, dose.alpha_beta_gy)
            return self._exceeded_already(verdict, sure)
        if dose.p95_bed is None or verdict.value is None:
            return verdict
        nominal = f"{known.registered:.2f} as registered"
        if verdict.outcome in {Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN} and not self.withheld:
            nominal += f", {self._judge(verdict.limit, dose, (known.registered, known.registered))[0]}"
        whys = [f"95th percentile; {nominal}", verdict.why]
        if verdict.outcome is Outcome.PASS and dose.p95_covered_share <= WHOLLY_COVERED:
            whys.append(f"in some reading only {dose.p95_covered_share:.1%} lay in every dose grid")
            verdict = replace(verdict, outcome=Outcome.UNKNOWN)
        return replace(verdict, metric=f"{verdict.metric}, P95", why="; ".join(w for w in whys if w))

    def _ratio(self, limit_id: str, dose: OrganDose, other: OrganDose) -> Verdict:
        """A share of the sum: of bounds nothing follows."""
        value = _ratio(dose)
        bounds = (value, value) if dose.exact else (0.0, None)
        return self._made(limit_id, dose, value, bounds, other, _ratio(other))

    def _made(
        self,
        limit_id: str,
        dose: OrganDose,
        value: float,
        bounds: tuple[float, float | None],
        other: OrganDose,
        other_value: float,
    ) -> Verdict:
        limit = LIMITS[limit_id]
        outcome, why = self._judge(limit, dose, bounds)
        if outcome is Outcome.UNKNOWN and not why and not self.withheld:
            why = _if_it_had(limit, dose, value)
        elif outcome is Outcome.FAIL and dose.part_why:
            why = dose.part_why
        known = math.isfinite(value)
        return Verdict(
            limit,
            outcome,
            value if known else None,
            ("" if dose.complete or limit.unit == "1" else "≥ ") + f"{value:.2f}" if known else "unknown",
            self.organ,
            dose.alpha_beta_gy,
            dose.structure,
            dose.metric,
            dose.basis,
            why,
            self._beside(limit, other, other_value),
        )

    def _beside(self, limit: Limit, other: OrganDose, value: float) -> str:
        """The value at the other α/β: a limit is compared at its own, except where its source used this one as well."""
        words = f"α/β {other.alpha_beta_gy:g}: {value:.2f}" if math.isfinite(value) else ""
        if other.alpha_beta_gy != LUMBAR_ALPHA_BETA_GY or limit.rule != "Nieder 2006" or not words:
            return words
        outcome, _ = self._judge(limit, other, (value if other.exact else 0.0, value))
        if outcome in {Outcome.NOT_APPLICABLE, Outcome.NEEDS_MODEL}:
            return words
        if outcome is Outcome.PASS and other.basis is not Basis.VOXEL_SUM:
            return f"{words}, not exceeded if it had no more"
        return f"{words}, {outcome}"

    def _judge(self, limit: Limit, dose: OrganDose, bounds: tuple[float, float | None]) -> tuple[Outcome, str]:
        outside = self._outside(limit)
        if outside:
            return Outcome.NOT_APPLICABLE, outside
        if self.needs_model:
            return Outcome.NEEDS_MODEL, self.needs_model
        if self.withheld:
            return Outcome.UNKNOWN, self.withheld
        least, most = bounds
        outcome = outcome_between(least, most if dose.complete else None, limit)
        return outcome, dose.partly if outcome is Outcome.UNKNOWN else ""

    def _interval(self, limit_id: str, intervals: Sequence[Interval]) -> Verdict:
        """The shortest interval decides; a range on both sides of the limit is unknown, and says its worst."""
        limit = LIMITS[limit_id]
        answers = [i.at_least_months(limit.value) for i in intervals]
        shortest = min(intervals, key=lambda i: i.months[0] if i.months[0] is not None else -1.0)
        why = self._outside(limit)
        if why:
            outcome = Outcome.NOT_APPLICABLE
        elif self.withheld:
            outcome, why = Outcome.UNKNOWN, self.withheld
        elif any(i.most_days is not None and i.most_days < 0 for i in intervals):
            outcome, why = Outcome.UNKNOWN, "the later course starts before the earlier one ends"
        elif any(a is False for a in answers):
            outcome, why = Outcome.FAIL, shortest.days_beside(limit.value)
        elif any(i == Interval(None, None) for i in intervals):
            outcome, why = Outcome.UNKNOWN, "an interval is not known"
        elif any(a is None for a in answers):
            outcome, why = Outcome.UNKNOWN, "the range lies on both sides of the limit; at its shortest it fails"
        else:
            outcome, why = Outcome.PASS, shortest.days_beside(limit.value)
        shown = str(shortest)
        return Verdict(
            limit, outcome, shortest.months[0], shown, self.organ, None, "", "end to start", Basis.DATES, why, ""
        )


class _Sum(NamedTuple):
    """A sum in the unit of its limit: as registered, at its 95th percentile, and what it has at least."""

    registered: float
    decisive: float
    least: float


def _in_bed(dose: OrganDose) -> _Sum:
    return _Sum(dose.cumulative_bed, dose.decisive_bed, dose.least_sum_bed)


def _in_eqd2(dose: OrganDose) -> _Sum:
    one, two, three = (eqd2_of_bed(b, dose.alpha_beta_gy) for b in _in_bed(dose))
    return _Sum(one, two, three)


def _if_it_had(limit: Limit, dose: OrganDose, value: float) -> str:
    """Why a figure that would exceed a limit says nothing."""
    if limit.unit == "1":
        return "a share of figures that the organ may not have had"
    if dose.basis is Basis.ISODOSES:
        return f"{value:.2f} is what its isodose allows at most: it may have had less"
    return f"{value:.2f} is of the prescription: {NOT_REACHED}"


def _ratio(dose: OrganDose) -> float:
    return dose.course_eqd2[-1] / dose.cumulative_eqd2 if dose.cumulative_eqd2 > 0 else math.nan
