"""When something happened, as it was said: never a bare date.

A `When` keeps the words and turns them into difference constraints; `myelon.record.timeline` solves them.
Times are days; a month is 30.4375 days (RADIOBIOLOGY, notation).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from myelon.errors import CaseError

DAYS_PER = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
Unit = Literal["day", "week", "month", "year"]
Point = Literal["start", "end"]
_REFERENCE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9_-]*)(?:\.(start|end))?$")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Period(_Strict):
    """A length of time, perhaps a range, in the unit it was said in.

    >>> Period(n=4, n_max=6, unit="week").days
    (28.0, 42.0)
    """

    n: float = Field(ge=0, le=100_000, allow_inf_nan=False)
    n_max: float | None = Field(default=None, le=100_000, allow_inf_nan=False)
    unit: Unit

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.n_max is not None and self.n_max < self.n:
            raise ValueError(f"period ends before it starts: {self.n:g} to {self.n_max:g} {self.unit}s")
        return self

    @property
    def days(self) -> tuple[float, float]:
        """Bounds in days."""
        factor = DAYS_PER[self.unit]
        upper = self.n if self.n_max is None else self.n_max
        return self.n * factor, upper * factor

    def __str__(self) -> str:
        """As said: "4–6 weeks"."""
        amount = f"{self.n:g}" if self.n_max is None else f"{self.n:g}–{self.n_max:g}"
        plural = "" if amount == "1" else "s"
        return f"{amount} {self.unit}{plural}"


class When(_Strict):
    """A statement about a time, as printed.

    ``exact | day | month | year | range`` carry calendar dates; ``relative`` an anchor and an offset;
    ``ordinal`` only an order (``after`` / ``before`` lists of ``entry`` or ``entry.end``); ``unknown`` nothing.
    ``anchor_point: unknown`` keeps both readings. ``assumed`` says that the bounds are a reader's assumption
    (what "several months" spans), which can be switched off.
    """

    kind: Literal["exact", "day", "month", "year", "range", "relative", "ordinal", "unknown"]
    earliest: dt.date | None = None
    latest: dt.date | None = None
    anchor: str | None = None
    anchor_point: Literal["start", "end", "unknown"] = "start"
    direction: Literal["after", "before"] = "after"
    offset: Period | None = None
    tolerance: Period | None = None
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    assumed: str = ""
    text: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "relative" and (self.anchor is None or self.offset is None):
            raise ValueError("a relative time needs an anchor and an offset")
        if self.kind == "ordinal" and not (self.after or self.before):
            raise ValueError("an ordinal time needs 'after' or 'before'")
        dated = self.kind in {"exact", "day", "month", "year", "range"}
        if dated and (self.earliest is None or self.latest is None):
            raise ValueError(f"a time of kind {self.kind!r} needs 'earliest' and 'latest'")
        if self.earliest and self.latest and self.latest < self.earliest:
            raise ValueError(f"ends before it starts: {self.earliest} to {self.latest}")
        for reference in (*self.after, *self.before):
            if not _REFERENCE.match(reference):
                raise ValueError(f"{reference!r} is not 'entry', 'entry.start' or 'entry.end'")
        return self

    @property
    def anchors(self) -> tuple[str, ...]:
        """Ids of the entries this time hangs on."""
        ids = [split_reference(r)[0] for r in (*self.after, *self.before)]
        return tuple(([self.anchor] if self.anchor else []) + ids)

    def __str__(self) -> str:
        """The words as printed, or the least that can be said."""
        if self.text:
            return f"“{self.text}”"
        if self.earliest:
            return str(self.earliest) if self.earliest == self.latest else f"{self.earliest} to {self.latest}"
        if self.anchor and self.offset:
            point = {"start": "", "end": "the end of ", "unknown": ""}[self.anchor_point]
            about = "≈ " if self.tolerance else ""
            return (
                f"{about}{self.offset} {self.direction} {point}{self.anchor}"
                if self.offset.n
                else f"at {point}{self.anchor}"
            )
        order = [f"after {', '.join(self.after)}"] * bool(self.after) + [f"before {', '.join(self.before)}"] * bool(
            self.before
        )
        return ", ".join(order) or "not reported"


def split_reference(reference: str, default: Point = "start") -> tuple[str, Point]:
    """Split "rt-1.end" into entry and point.

    Raises:
        CaseError: Not such a reference.

    >>> split_reference("rt-1.end")
    ('rt-1', 'end')
    """
    match = _REFERENCE.match(reference)
    if match is None:
        raise CaseError(f"{reference!r} is not 'entry', 'entry.start' or 'entry.end'", todo="Name a point of an entry")
    point: Point = "end" if match[2] == "end" else ("start" if match[2] else default)
    return match[1], point
