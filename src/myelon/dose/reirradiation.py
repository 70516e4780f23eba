"""Re-irradiation of one organ: sums, the Nieder score, and each rule of Nieder 2006 and HyTEC 2021.

The limits were fitted on undiscounted sums: no recovery is credited (RADIOBIOLOGY §3.3). HyTEC limits are for
a thecal sac point maximum after stereotactic re-irradiation of 1 to 5 fractions; Nieder's for the cord.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from myelon.dose.bed import LQ_VALID_TO_GY_PER_FRACTION, Prescription, bed, eqd2_of_bed
from myelon.dose.limits import LIMITS, Limit
from myelon.dose.nieder import NiederScore, nieder_score
from myelon.dose.verdict import Basis, Outcome, Verdict, compare
from myelon.errors import DoseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.dose.interval import Interval
    from myelon.terms.levels import Span

CORD_ALPHA_BETA_GY = 2.0
LUMBAR_ALPHA_BETA_GY = 4.0
HYTEC_MOST_FRACTIONS = 5
ORGANS = ("spinal_cord", "conus", "cauda_equina", "thecal_sac")
_CORD = {"spinal_cord", "conus"}


@dataclass(frozen=True)
class OrganDose:
    """What an organ had from each course and in sum, as BED at one α/β."""

    course_bed: tuple[float, ...]
    cumulative_bed: float
    alpha_beta_gy: float
    structure: str
    metric: str
    basis: Basis

    @classmethod
    def from_prescriptions(cls, courses: Sequence[Prescription], alpha_beta_gy: float) -> OrganDose:
        """The organ dose if the organ had the prescription, point for point."""
        beds = tuple(float(bed(c.total_gy, c.fractions, alpha_beta_gy)) for c in courses)
        return cls(beds, sum(beds), alpha_beta_gy, "not contoured", "prescribed total", Basis.PRESCRIPTION)

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
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]


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
    thecal_sac: OrganDose | None = None,
) -> Reirradiation:
    """Judge two or more courses over one organ.

    Args:
        courses: Prescriptions in time order.
        intervals: End-to-start intervals between adjacent courses, one fewer than courses.
        organ: ``spinal_cord``, ``conus``, ``cauda_equina`` or ``thecal_sac``.
        dose: Dose of the organ at the main α/β (rules are always judged at their own α/β of 2).
        alternative: The same at the other α/β.
        thecal_sac: Dose of the thecal sac at α/β 2, where it was contoured: HyTEC's own structure.

    Raises:
        DoseError: Unknown organ, or numbers of courses, doses and intervals that do not match.
    """
    if organ not in ORGANS:
        raise DoseError(f"organ {organ!r}", todo="Use " + ", ".join(ORGANS))
    if len(intervals) != len(courses) - 1 or len(dose.course_bed) != len(courses):
        raise DoseError(
            f"{len(courses)} courses, {len(dose.course_bed)} doses and {len(intervals)} intervals",
            todo="Give one dose per course and one interval between each two",
        )
    at_two, other = (dose, alternative) if dose.alpha_beta_gy == CORD_ALPHA_BETA_GY else (alternative, dose)
    warnings = [
        f"{c.gy_per_fraction:.1f} Gy per fraction is above {LQ_VALID_TO_GY_PER_FRACTION:g}: the LQ model is stretched"
        for c in courses
        if c.gy_per_fraction > LQ_VALID_TO_GY_PER_FRACTION
    ]
    if len(courses) > 2:
        warnings.append("more than two courses: Nieder and HyTEC are extrapolated")
    cord = organ in _CORD
    several = len(courses) > 1
    return Reirradiation(
        tuple(courses),
        tuple(intervals),
        organ,
        dose,
        alternative,
        nieder_score(at_two.course_bed, intervals) if cord and several else None,
        nieder_score(other.course_bed, intervals) if cord and several else None,
        _verdicts(courses, intervals, organ, at_two, other, thecal_sac) if several else (),
        tuple(warnings),
    )


def from_prescriptions(
    courses: Sequence[Prescription],
    intervals: Sequence[Interval],
    *,
    organ: str = "spinal_cord",
    alpha_beta_gy: float = CORD_ALPHA_BETA_GY,
    span: Span | None = None,
) -> Reirradiation:
    """Judge courses when only the prescriptions are known: the cord dose itself is not.

    >>> from myelon.dose.interval import Interval
    >>> judged = from_prescriptions(
    ...     [Prescription(50.4, 28), Prescription(24.0, 5)], [Interval(60, 60)])
    >>> [f"{v.limit.id}: {v.outcome}" for v in judged.verdicts]  # doctest: +NORMALIZE_WHITESPACE
    ['hytec.rert.cum: fail', 'hytec.rert.new: fail', 'hytec.rert.ratio: pass', 'hytec.rert.interval: fail',
     'nieder.each: pass', 'nieder.cum: fail', 'nieder.int: fail']
    """
    other = alternative_alpha_beta(alpha_beta_gy, span)
    return evaluate(
        courses,
        intervals,
        organ=organ,
        dose=OrganDose.from_prescriptions(courses, alpha_beta_gy),
        alternative=OrganDose.from_prescriptions(courses, other),
    )


# ── one verdict per row ─────────────────────────────────────────────────────────────────────────────────


def _verdicts(
    courses: Sequence[Prescription],
    intervals: Sequence[Interval],
    organ: str,
    at_two: OrganDose,
    other: OrganDose,
    thecal_sac: OrganDose | None,
) -> tuple[Verdict, ...]:
    hytec = thecal_sac or at_two
    new, cumulative = hytec.course_eqd2[-1], hytec.cumulative_eqd2
    note = "" if thecal_sac or at_two.basis is Basis.PRESCRIPTION else "the limit is for the thecal sac"
    if courses[-1].fractions > HYTEC_MOST_FRACTIONS:
        outside = f"HyTEC judges a new course of 1 to 5 fractions, this one has {courses[-1].fractions}"
    elif organ == "cauda_equina":
        outside = "made for the spinal cord; below the conus the rules of the cauda equina hold"
    else:
        outside = ""
    nieder_outside = "made for the spinal cord" if organ not in _CORD else ""
    rows: list[Verdict] = []

    def add(limit_id: str, value: float, dose: OrganDose, shown: str, other_value: float | None, why: str) -> None:
        limit = LIMITS[limit_id]
        refused = outside if limit.rule.startswith("HyTEC") else nieder_outside
        alternative = ""
        if other_value is not None:
            alternative = f"α/β {other.alpha_beta_gy:g}: {other_value:.2f}, {compare(other_value, limit)}"
        rows.append(
            Verdict(
                limit,
                Outcome.NOT_APPLICABLE if refused else compare(value, limit),
                value,
                shown,
                organ,
                dose.alpha_beta_gy,
                dose.structure,
                dose.metric,
                dose.basis,
                refused or why,
                alternative,
            )
        )

    add("hytec.rert.cum", cumulative, hytec, f"{cumulative:.2f}", other.cumulative_eqd2, note)
    add("hytec.rert.new", new, hytec, f"{new:.2f}", other.course_eqd2[-1], note)
    ratio = new / cumulative if cumulative > 0 else 0.0
    other_ratio = other.course_eqd2[-1] / other.cumulative_eqd2 if other.cumulative_eqd2 > 0 else 0.0
    add("hytec.rert.ratio", ratio, hytec, f"{ratio:.2f}", other_ratio, note)
    rows.append(_interval_verdict(LIMITS["hytec.rert.interval"], intervals[-1:], organ, outside))
    worst = max(at_two.course_bed)
    add("nieder.each", worst, at_two, f"{worst:.2f}", max(other.course_bed), "")
    add("nieder.cum", at_two.cumulative_bed, at_two, f"{at_two.cumulative_bed:.2f}", other.cumulative_bed, "")
    rows.append(_interval_verdict(LIMITS["nieder.int"], intervals, organ, nieder_outside))
    return tuple(rows)


def _interval_verdict(limit: Limit, intervals: Sequence[Interval], organ: str, outside: str) -> Verdict:
    """The shortest interval decides; a range on both sides of the limit is unknown, and says its worst."""
    answers = [i.at_least_months(limit.value) for i in intervals]
    shortest = min(intervals, key=lambda i: i.months[0] if i.months[0] is not None else -1.0)
    why = outside
    if outside:
        outcome = Outcome.NOT_APPLICABLE
    elif any(a is False for a in answers):
        outcome = Outcome.FAIL
    elif any(a is None for a in answers):
        outcome, why = Outcome.UNKNOWN, "the range lies on both sides of the limit; at its shortest it fails"
    else:
        outcome = Outcome.PASS
    return Verdict(
        limit, outcome, shortest.months[0], str(shortest), organ, None, "", "end to start", Basis.DATES, why, ""
    )
