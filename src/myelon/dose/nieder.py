"""The re-irradiation score of Nieder 2005 and the rule of its update of 2006.

Points for the cumulative BED, +4.5 if an interval is under 6 months, +4.5 if a course has BED ≥ 102.
Low ≤ 3, intermediate > 3 to 6, high > 6. α/β is 2 Gy for the cervical and thoracic cord, 4 Gy lumbar.
Sources: nieder2005 (point bands, second-hand), nieder2006 (rates and rule, verified). RADIOBIOLOGY §3.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.dose.interval import Interval

BANDS = ((120, 0), (130, 1), (140, 2), (150, 3), (160, 4), (170, 5), (180, 6), (190, 7), (200, 8))
"""Upper edge of cumulative BED (inclusive) and its points; above the last, 9."""
POINTS_ABOVE = 9
SHORT_INTERVAL_MONTHS = 6.0
SHORT_INTERVAL_POINTS = 4.5
HIGH_COURSE_BED = 102.0
HIGH_COURSE_POINTS = 4.5
GROUPS = (("low", 3.0, 0.03), ("intermediate", 6.0, 0.25), ("high", float("inf"), 0.90))
"""Group, highest score, observed myelopathy in the 2006 update (3 %, 25 %, 90 %)."""
_SLACK = 1e-9

Group = Literal["low", "intermediate", "high"]


class NiederScore(NamedTuple):
    """The score and its parts at the worst reading, and the best beside it.

    They differ where an interval is not known, or where the cord may not have had a prescription.
    """

    cumulative_bed: float
    bed_points: int
    interval_points: float
    course_points: float
    total: float
    best_total: float
    group: str
    rate_2006: float
    extrapolated: bool
    best_group: str

    @property
    def decided(self) -> bool:
        """Whether every reading gives one group."""
        return self.group == self.best_group

    @property
    def total_words(self) -> str:
        """Such as "10.5", or "0 to 7"."""
        return f"{self.total:g}" if self.total == self.best_total else f"{self.best_total:g} to {self.total:g}"

    @property
    def group_words(self) -> str:
        """Such as "high", or "low to high: not decided"."""
        return self.group if self.decided else f"{self.best_group} to {self.group}: not decided"


def nieder_score(
    course_bed: Sequence[float],
    intervals: Sequence[Interval],
    cumulative_bed: float | None = None,
    least_bed: Sequence[float] = (),
) -> NiederScore:
    """Score courses over the same cord.

    Args:
        course_bed: BED of each course in Gy with the region's α/β, in time order.
        intervals: End-to-start intervals between adjacent courses; unknown counts as short in the worst reading.
        cumulative_bed: BED of the sum where it was added by voxel; the sum of the courses when None.
        least_bed: For each course, the BED that the cord is known to have had; all of it, where nothing is given.

    >>> from myelon.dose.interval import Interval
    >>> nieder_score([95.76, 81.60], [Interval(60, 60)])[:5]
    (177.36, 6, 4.5, 0.0, 10.5)
    >>> nieder_score([95.76, 81.60], [Interval(60, 60)], least_bed=[95.76, 0.0]).group_words
    'intermediate to high: not decided'
    """
    cumulative = float(sum(course_bed)) if cumulative_bed is None else cumulative_bed
    sure = list(least_bed) or list(course_bed)
    every = sure == list(course_bed)
    points, least_points = _points(cumulative), _points(cumulative if every else sum(sure))
    long_enough = [i.at_least_months(SHORT_INTERVAL_MONTHS) for i in intervals]
    worst = 0.0 if all(x is True for x in long_enough) else SHORT_INTERVAL_POINTS
    best = SHORT_INTERVAL_POINTS if any(x is False for x in long_enough) else 0.0
    course, least_course = _for_a_high_course(course_bed), _for_a_high_course(sure)
    total, best_total = points + worst + course, least_points + best + least_course
    group, _, rate = _group(total)
    return NiederScore(
        cumulative, points, worst, course, total, best_total, group, rate, len(course_bed) > 2, _group(best_total)[0]
    )


def _points(cumulative_bed: float) -> int:
    return next((p for edge, p in BANDS if cumulative_bed <= edge + _SLACK), POINTS_ABOVE)


def _for_a_high_course(course_bed: Sequence[float]) -> float:
    return HIGH_COURSE_POINTS if any(b >= HIGH_COURSE_BED - _SLACK for b in course_bed) else 0.0


def _group(total: float) -> tuple[str, float, float]:
    return next(g for g in GROUPS if total <= g[1] + _SLACK)
