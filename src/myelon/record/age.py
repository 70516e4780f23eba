"""How old the patient was at a point of the record: a window of whole years, never a guess.

A recorded age that the birth date contradicts leaves the age open everywhere.
"""

from __future__ import annotations

import datetime as dt
from math import ceil, floor
from typing import TYPE_CHECKING

from myelon.record.when import DAYS_PER

if TYPE_CHECKING:
    from myelon.record.case import Case
    from myelon.record.timeline import Timeline


def age_at(case: Case, timeline: Timeline, point: str) -> tuple[int, int] | None:
    """Least and greatest age in whole years at a point of the record.

    The age that is recorded is in completed years at the zero point of the case, so it leaves a year open.

    Args:
        case: The record.
        timeline: Its solved times.
        point: ``entry.start`` or ``entry.end``.

    Returns:
        None when the age is not recorded or contradicts the birth date, or the point is open.
    """
    if age_contradicted(case, timeline) is not None:
        return None
    return _by_birth(case, timeline, point) or _by_age(case, timeline, point)


def age_contradicted(case: Case, timeline: Timeline) -> tuple[int, int] | None:
    """The age at the zero point as the birth date gives it, where the recorded age is another; else None.

    A recorded age with a fraction counts by its completed years.
    """
    told = case.subject.age_at_index_years if case.subject is not None else None
    born = _by_birth(case, timeline, f"{case.zero}.start" if "." not in case.zero else case.zero)
    if told is None or born is None or born[0] <= floor(told) <= born[1]:
        return None
    return born


def _by_birth(case: Case, timeline: Timeline, point: str) -> tuple[int, int] | None:
    """By the birth date: the day of the point must be known."""
    born = case.subject.birth if case.subject is not None else None
    at = timeline.date(point.split(".", maxsplit=1)[0]) if point.endswith(".start") else None
    if born is None or at is None:
        return None
    if born.earliest is None or born.latest is None or at.earliest is None or at.latest is None:
        return None
    first, last = dt.date.fromordinal(floor(at.earliest)), dt.date.fromordinal(ceil(at.latest))
    return _between(born.latest, first), _between(born.earliest, last)


def _by_age(case: Case, timeline: Timeline, point: str) -> tuple[int, int] | None:
    """By the recorded age, which leaves a year open."""
    if case.subject is None or case.subject.age_at_index_years is None:
        return None
    since, _ = timeline.interval(f"{case.zero}.start" if "." not in case.zero else case.zero, point)
    if since.earliest is None or since.latest is None:
        return None
    age = case.subject.age_at_index_years
    year = DAYS_PER["year"]
    oldest = age + 1 + since.latest / year
    return floor(age + since.earliest / year), floor(oldest) - (oldest == floor(oldest))


def _between(born: dt.date, day: dt.date) -> int:
    """Completed years from a birth to a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
