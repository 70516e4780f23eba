"""The time between two courses, end to start, as a range of days. Months are days / 30.4375."""

from __future__ import annotations

import re
from typing import NamedTuple

from myelon.errors import DoseError

DAYS_PER_MONTH = 30.4375
"""RADIOBIOLOGY, notation."""
_SHOWN_MONTHS = 0.1
"""Months are shown to a tenth."""


class Interval(NamedTuple):
    """Bounds in days; None is open. An unknown interval is (None, None)."""

    least_days: float | None
    most_days: float | None

    @classmethod
    def parse(cls, text: str) -> Interval:
        """Read "60" or "22..60".

        >>> Interval.parse("22..60")
        Interval(least_days=22.0, most_days=60.0)

        Raises:
            DoseError: Not a number or a range, negative, or from long to short.
        """
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:\.\.\s*(\d+(?:\.\d+)?)\s*)?", text)
        if match is None:
            raise DoseError(f"interval {text!r}", todo="Give days from 0, such as 60 or 22..60")
        low = float(match[1])
        high = float(match[2]) if match[2] else low
        if high < low:
            raise DoseError(f"interval {text!r} runs from long to short", todo="Write the shorter one first")
        return cls(low, high)

    @property
    def months(self) -> tuple[float | None, float | None]:
        """Bounds in months."""
        low, high = self
        return (
            None if low is None else low / DAYS_PER_MONTH,
            None if high is None else high / DAYS_PER_MONTH,
        )

    def at_least_months(self, months: float) -> bool | None:
        """Whether the interval is that long; None when the bounds lie on both sides.

        >>> Interval(14.0, 60.0).at_least_months(6), Interval(137.0, 213.0).at_least_months(6)
        (False, None)
        """
        low, high = self.months
        if low is not None and low >= months - 1e-9:
            return True
        if high is not None and high < months - 1e-9:
            return False
        return None

    def days_beside(self, months: float) -> str:
        """What decides where the months as shown do not: the days of both; or "".

        >>> Interval(152.0, 152.0).days_beside(5.0)
        '152 days; 5 months are 152.2'
        """
        low, high = self
        near = [d for d in (low, high) if d is not None and abs(d / DAYS_PER_MONTH - months) < _SHOWN_MONTHS]
        return f"{near[0]:g} days; {months:g} months are {months * DAYS_PER_MONTH:.1f}" if near else ""

    def __str__(self) -> str:
        """In months as the board reads it: "≤ 2.0", "0.5–2.0", "14.2"."""
        low, high = self.months
        if low is None and high is None:
            return "unknown"
        if low is None:
            return f"≤ {high:.1f}"
        if high is None:
            return f"≥ {low:.1f}"
        return f"{high:.1f}" if high - low < 0.05 else f"{low:.1f}–{high:.1f}"
