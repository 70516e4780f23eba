"""The arithmetic distance to a limit: what n fractions would add up to it. Not a permission.

A person chooses the number of fractions. The figure is struck through, with the reasons, whenever a condition that
belongs to the same rule fails or is not known, or the limit is not verified (RADIOBIOLOGY §7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.dose.bed import check_alpha_beta, eqd2_of_bed, gy_per_fraction_of_bed
from myelon.dose.limits import LIMITS
from myelon.dose.reirradiation import HYTEC_MOST_FRACTIONS
from myelon.dose.verdict import SLACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.dose.interval import Interval
    from myelon.terms.verification import Verification


class Distance(NamedTuple):
    """What is left to a limit in so many fractions."""

    available_bed: float
    available_eqd2: float
    gy_per_fraction: float
    total_gy: float


def distance(
    previous_bed: float,
    limit_bed: float,
    fractions: int,
    alpha_beta_gy: float,
    *,
    discount: float = 0.0,
    cap_bed: float | None = None,
) -> Distance:
    """Dose in n fractions whose BED, added to the previous one, is the limit; 0 when it is reached.

    Args:
        previous_bed: BED so far, at the same point and α/β.
        limit_bed: The limit as BED.
        fractions: Chosen number of fractions.
        alpha_beta_gy: α/β.
        discount: Share of the previous dose taken as recovered; 0 unless a person chose a scheme.
        cap_bed: Most that the new course alone may have by the same rule.

    >>> distance(95.76, 140.0, 3, 2.0, cap_bed=50.0).total_gy  # doctest: +ELLIPSIS
    13.566...
    """
    check_alpha_beta(alpha_beta_gy)
    left = max(limit_bed - (1.0 - discount) * previous_bed, 0.0)
    if cap_bed is not None:
        left = min(left, cap_bed)
    each = gy_per_fraction_of_bed(left, fractions, alpha_beta_gy)
    return Distance(left, eqd2_of_bed(left, alpha_beta_gy), each, each * fractions)


class DistanceRow(NamedTuple):
    """The distance to one rule, and why it does not hold, if so."""

    rule: str
    limit: str
    distance: Distance
    struck: tuple[str, ...]
    source: str
    status: Verification


def distances(
    course_bed: Sequence[float],
    cumulative_bed: float,
    fractions: int,
    next_interval: Interval,
    *,
    organ: str,
    open_sum: str = "",
    complete: bool = True,
) -> list[DistanceRow]:
    """Distances of a further course over the same organ to each rule for its sum, at α/β 2.

    Args:
        course_bed: BED of each course so far.
        cumulative_bed: BED of their sum.
        fractions: Fractions that a person considers.
        next_interval: From the end of the last course to the start of the considered one.
        organ: What lies there; the rules were made for the spinal cord.
        open_sum: Why the sum so far is not known, or not of photons; or "".
        complete: Whether the sum is known in all of the structure; else it is a lower bound and less is left.
    """
    general = [open_sum] if open_sum else []
    if not complete:
        general.append("the sum so far is known only in part: less may be left")
    if organ == "cauda_equina":
        general.append("made for the spinal cord; below the conus the rules of the cauda equina hold")
    if len(course_bed) > 1:
        general.append("a third or later course: the rules were made on two")
    return [
        _nieder(course_bed, cumulative_bed, fractions, next_interval, general),
        _hytec(cumulative_bed, fractions, next_interval, general),
    ]


def _nieder(
    course_bed: Sequence[float], cumulative_bed: float, fractions: int, gap: Interval, general: Sequence[str]
) -> DistanceRow:
    whole, each, interval = LIMITS["nieder.cum"], LIMITS["nieder.each"], LIMITS["nieder.int"]
    struck = [*general, *_interval_words(gap, interval.value)]
    if any(b > each.value + SLACK for b in course_bed):
        struck.append(f"a course so far has more than {each.value:g} Gy₂: the rule cannot be met")
    found = distance(cumulative_bed, whole.value, fractions, 2.0, cap_bed=each.value)
    return DistanceRow(whole.rule, str(whole), found, tuple(struck), whole.source, whole.status)


def _hytec(cumulative_bed: float, fractions: int, gap: Interval, general: Sequence[str]) -> DistanceRow:
    whole, new, interval = LIMITS["hytec.rert.cum"], LIMITS["hytec.rert.new"], LIMITS["hytec.rert.interval"]
    struck = [*general, *_interval_words(gap, interval.value)]
    if fractions > HYTEC_MOST_FRACTIONS:
        struck.append(f"HyTEC judges a new course of 1 to {HYTEC_MOST_FRACTIONS} fractions")
    cap = min(2.0 * new.value, cumulative_bed)  # the new course is at most half of the sum
    found = distance(cumulative_bed, 2.0 * whole.value, fractions, 2.0, cap_bed=cap)
    words = f"{whole}, new course {new}, at most half of the sum"
    return DistanceRow(whole.rule, words, found, tuple(struck), whole.source, whole.status)


def _interval_words(gap: Interval, months: float) -> list[str]:
    long_enough = gap.at_least_months(months)
    if long_enough:
        return []
    return [f"interval {'under' if long_enough is False else 'not known to be'} {months:g} months"]
