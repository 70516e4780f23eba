"""Read a time as a person writes it: "June 2021", "60 days after RT 1", "≈ 21 months after diagnosis".

The words are kept; what cannot be read is refused, never guessed. A number of three parts with dots is day.month.year;
one with slashes is refused unless its order is plain from the numbers.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING, Literal

from myelon.errors import CaseError
from myelon.record.when import Period, Point, Unit, When

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_MONTHS = {
    name.casefold(): n for names in (calendar.month_name, calendar.month_abbr) for n, name in enumerate(names) if n
}
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_DAY_MONTH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)? {_MONTH} (\d{{4}})")
_MONTH_DAY = re.compile(rf"{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})")
_MONTH_YEAR = re.compile(rf"{_MONTH} (\d{{4}})")
_YEAR_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_YEAR = re.compile(r"(\d{4})")
_RELATIVE = re.compile(
    r"(?P<about>≈|~|about|approximately|circa|around)?\s*(?P<n>\d+(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(?P<m>\d+(?:\.\d+)?))?\s*"
    r"(?P<unit>day|week|month|year|d|w|mo|y)s?\.? (?P<direction>after|before|since) (?P<anchor>.+)"
)
_UNITS: dict[str, Unit] = {
    "d": "day", "w": "week", "mo": "month", "y": "year", "day": "day", "week": "week", "month": "month", "year": "year",
}  # fmt: skip
_POINT = re.compile(r"(?:the )?(start|end) of (?:the )?(.+)")
_UNKNOWN = {"", "unknown", "not reported", "not known", "?"}


def say_when(text: str, anchors: Mapping[str, str] | None = None, moments: Collection[str] = ()) -> When:
    """The time that words mean.

    Args:
        text: As written.
        anchors: Names that a time can hang on, in lower case → entry id; "the end of rt 1" names a point of one.
        moments: Ids of entries that have no length, so that their start and end need not be told apart.

    Raises:
        CaseError: Not a time that can be read, or a name that is no entry.

    >>> say_when("June 2021").latest
    datetime.date(2021, 6, 30)
    >>> say_when("60 days after RT 1", {"rt 1": "rt-1"}).anchor_point
    'unknown'
    """
    words = " ".join(text.split())
    low = words.casefold()
    if low in _UNKNOWN:
        return When(kind="unknown", text=words)
    dated = _dates(low.removeprefix("in ").removeprefix("on "))
    if dated is not None:
        kind, earliest, latest = dated
        return When(kind=kind, earliest=earliest, latest=latest, text=words)
    if relative := _RELATIVE.fullmatch(low):
        when = _relative(relative, words, anchors or {})
        return when.model_copy(update={"anchor_point": "start"}) if when.anchor in moments else when
    if ordinal := _ordinal(low, words, anchors or {}):
        return ordinal
    raise CaseError(
        f"{words[:60]!r} is not a time that can be read",
        todo='Write "2021-06-14", "June 2021", "60 days after RT 1", "after surgery 1" or "unknown"',
    )


_PERIOD = re.compile(r"(\d+(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(\d+(?:\.\d+)?))?\s*(day|week|month|year|d|w|mo|y)s?")


def say_period(text: str) -> Period:
    """The length of time that words mean.

    Raises:
        CaseError: Not such words.

    >>> say_period("4–6 weeks").days
    (28.0, 42.0)
    """
    m = _PERIOD.fullmatch(" ".join(text.split()).casefold())
    if m is None or (m[2] and float(m[2]) < float(m[1])):
        raise CaseError(
            f"{text[:40]!r} is not a length of time that can be read", todo='Write "3 weeks" or "4–6 weeks"'
        )
    return Period(n=float(m[1]), n_max=float(m[2]) if m[2] else None, unit=_UNITS[m[3]])


Dated = tuple[Literal["exact", "month", "year", "range"], dt.date, dt.date]


def _dates(text: str) -> Dated | None:
    """A date, a month, a year, or a range of these."""
    for joint in (" to ", " – ", "–", " - ", "…"):
        first, found, second = text.removeprefix("between ").replace(" and ", " to ", 1).partition(joint)
        if found and (low := _date(first.strip())) and (high := _date(second.strip())):
            return "range", low[1], high[2]
    return _date(text)


def _date(text: str) -> Dated | None:
    day = _day(text)
    if day is not None:
        return "exact", day, day
    if m := _MONTH_YEAR.fullmatch(text):
        return _month(int(m[2]), _MONTHS[m[1]])
    if m := _YEAR_MONTH.fullmatch(text):
        return _month(int(m[1]), int(m[2]))
    if m := _YEAR.fullmatch(text):
        return "year", _made(int(m[1]), 1, 1), _made(int(m[1]), 12, 31)
    return None


def _day(text: str) -> dt.date | None:
    if m := _ISO.fullmatch(text):
        return _made(int(m[1]), int(m[2]), int(m[3]))
    if m := _DOTS.fullmatch(text):
        return _made(int(m[3]), int(m[2]), int(m[1]))
    if m := _DAY_MONTH.fullmatch(text):
        return _made(int(m[3]), _MONTHS[m[2]], int(m[1]))
    if m := _MONTH_DAY.fullmatch(text):
        return _made(int(m[3]), _MONTHS[m[1]], int(m[2]))
    if m := _SLASHES.fullmatch(text):
        one, other, year = (int(x) for x in m.groups())
        if one <= 12 and other <= 12 and one != other:
            raise CaseError(f"{text!r} may be day/month or month/day", todo="Write it as year-month-day")
        return _made(year, min(one, other), max(one, other)) if other != one else _made(year, one, one)
    return None


def _month(year: int, month: int) -> Dated:
    first = _made(year, month, 1)
    return "month", first, first.replace(day=calendar.monthrange(year, month)[1])


def _made(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise CaseError(f"{year}-{month}-{day} is no day", todo="Check day, month and year") from error


def _relative(m: re.Match[str], words: str, anchors: Mapping[str, str]) -> When:
    unit = _UNITS[m["unit"]]
    entry, point = _anchor(m["anchor"], anchors)
    about = bool(m["about"])
    return When(
        kind="relative",
        anchor=entry,
        anchor_point=point or "unknown",
        direction="before" if m["direction"] == "before" else "after",
        offset=Period(n=float(m["n"]), n_max=float(m["m"]) if m["m"] else None, unit=unit),
        tolerance=Period(n=1, unit=unit) if about else None,
        assumed=f"“{m['about']}” is read as ± 1 {unit}" if about else "",
        text=words,
    )


def _ordinal(low: str, words: str, anchors: Mapping[str, str]) -> When | None:
    if m := re.fullmatch(r"between (.+) and (.+)", low):
        return When(
            kind="ordinal", after=(_reference(m[1], anchors),), before=(_reference(m[2], anchors, "start"),), text=words
        )
    if m := re.fullmatch(r"after (.+?)(?:,? (?:and )?before (.+))?", low):
        before = (_reference(m[2], anchors, "start"),) if m[2] else ()
        return When(kind="ordinal", after=(_reference(m[1], anchors),), before=before, text=words)
    if m := re.fullmatch(r"before (.+)", low):
        return When(kind="ordinal", before=(_reference(m[1], anchors, "start"),), text=words)
    if m := re.fullmatch(r"(?:at|with|on) (.+)", low):
        entry, point = _anchor(m[1], anchors)
        return When(
            kind="relative", anchor=entry, anchor_point=point or "start", offset=Period(n=0, unit="day"), text=words
        )
    return None


def _reference(words: str, anchors: Mapping[str, str], default: str = "end") -> str:
    entry, point = _anchor(words, anchors)
    return f"{entry}.{point or default}"


def _anchor(words: str, anchors: Mapping[str, str]) -> tuple[str, Point | None]:
    """Entry and point that a name means; the point is None where it is not said."""
    name, point = words.strip(), None
    if m := _POINT.fullmatch(name):
        name, point = m[2], m[1]
    name = name.removeprefix("the ").strip()
    entry = anchors.get(name) or anchors.get(name.replace(" ", "-"))
    if entry is None:
        known = ", ".join(sorted(anchors)[:12]) or "none yet"
        raise CaseError(f"{name[:40]!r} is no entry of the case", todo=f"Name one of: {known}")
    return entry, "end" if point == "end" else ("start" if point else None)
