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
    """The score and its parts; with an uncertain interval the worst reading, and the best beside it."""

    cumulative_bed: float
    bed_points: int
    interval_points: float
    course_points: float
    total: float
    best_total: float
    group: str
    rate_2006: float
    extrapolated: bool


def nieder_score(
    course_bed: Sequence[float], intervals: Sequence[Interval], cumulative_bed: float | None = None
) -> NiederScore:
    """Score courses over the same cord.

    Args:
        course_bed: BED of each course in Gy with the region's α/β, in time order.
        intervals: End-to-start intervals between adjacent courses; unknown counts as short in the worst reading.
        cumulative_bed: BED of the sum where it was added by voxel; the sum of the courses when None.

    >>> from myelon.dose.interval import Interval
    >>> nieder_score([95.76, 81.60], [Interval(60, 60)])[:5]
    (177.36, 6, 4.5, 0.0, 10.5)
    """
    cumulative = float(sum(course_bed)) if cumulative_bed is None else cumulative_bed
    points = next((p for edge, p in BANDS if cumulative <= edge + _SLACK), POINTS_ABOVE)
    long_enough = [i.at_least_months(SHORT_INTERVAL_MONTHS) for i in intervals]
    worst = 0.0 if all(x is True for x in long_enough) else SHORT_INTERVAL_POINTS
    best = SHORT_INTERVAL_POINTS if any(x is False for x in long_enough) else 0.0
    course = HIGH_COURSE_POINTS if any(b >= HIGH_COURSE_BED - _SLACK for b in course_bed) else 0.0
    total = points + worst + course
    group, _, rate = next(g for g in GROUPS if total <= g[1] + _SLACK)
    return NiederScore(
        cumulative, points, worst, course, total, points + best + course, group, rate, len(course_bed) > 2
    )
