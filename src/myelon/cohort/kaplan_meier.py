"""Kaplan–Meier estimate with Greenwood's variance, five confidence intervals, and quantiles.

    S(t) = Π (1 - d/n)       Var(log S) = Σ d / (n (n - d))

Intervals: ``plain``, ``log``, ``log-log``, ``logit``, ``arcsine``, as R's survfit names them. A quantile is the
first time S falls to 1 - p or below, the midpoint where S lies exactly on it (R and Prism alike); its limits
invert the interval (Brookmeyer and Crowley). Sources: kaplan1958, brookmeyer1982; checked against R.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

from myelon.errors import TableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from myelon.cohort.event_table import EventTable

Interval = Literal["plain", "log", "log-log", "logit", "arcsine"]
INTERVALS: tuple[Interval, ...] = get_args(Interval)
_ON_THE_LINE = 1e-9


def interval_named(name: str) -> Interval:
    """An interval by its name.

    Raises:
        TableError: There is none of that name.
    """
    for known in INTERVALS:
        if known == name:
            return known
    raise TableError(f"interval {name!r}", todo="Use " + ", ".join(INTERVALS))


class Quantile(NamedTuple):
    """A survival quantile and its limits; None where the curve does not fall that far."""

    estimate: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """One curve, one row per time at which somebody died or was censored."""

    group: str
    times: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    censored: NDArray[np.int64]
    survival: NDArray[np.float64]
    se_log: NDArray[np.float64]
    """Standard error of log S (R's survfit$std.err)."""
    interval: Interval
    level: float

    @cached_property
    def _limits(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper limits, computed where they are asked for."""
        from scipy.special import ndtri  # noqa: PLC0415  # scipy loads only where a quantile is needed

        return limits(self.survival, self.se_log, float(ndtri(0.5 + self.level / 2.0)), self.interval)

    @property
    def lower(self) -> NDArray[np.float64]:
        """Lower limits of S."""
        return self._limits[0]

    @property
    def upper(self) -> NDArray[np.float64]:
        """Upper limits of S."""
        return self._limits[1]

    @property
    def standard_error(self) -> NDArray[np.float64]:
        """Greenwood's standard error of S; not a number where S is 0."""
        with np.errstate(invalid="ignore"):
            return self.survival * self.se_log

    def at(self, time: float) -> tuple[float, float, float]:
        """S and its limits at a time."""
        row = int(np.searchsorted(self.times, time, side="right")) - 1
        if row < 0:
            return 1.0, 1.0, 1.0
        return float(self.survival[row]), float(self.lower[row]), float(self.upper[row])

    def number_at_risk(self, time: float) -> int:
        """Patients still under observation just before a time."""
        row = int(np.searchsorted(self.times, time, side="left"))
        return int(self.at_risk[row]) if row < len(self.times) else 0

    def quantile(self, p: float = 0.5) -> Quantile:
        """Time by which a share p has had the event."""
        return Quantile(
            _falls_to(self.times, self.survival, 1.0 - p),
            _falls_to(self.times, self.lower, 1.0 - p),
            _falls_to(self.times, self.upper, 1.0 - p),
        )

    @property
    def median(self) -> Quantile:
        """Median survival time with its limits."""
        return self.quantile(0.5)


def kaplan_meier(table: EventTable, *, interval: Interval = "log-log", level: float = 0.95) -> KaplanMeier:
    """Estimate one group's curve.

    Raises:
        TableError: More than one group (take `EventTable.group` or `pooled`), or an unknown interval.

    >>> from myelon.cohort.event_table import summarise
    >>> curve = kaplan_meier(summarise([9, 13, 13, 18, 23, 28], [1, 1, 0, 1, 1, 0]))
    >>> [round(float(s), 4) for s in curve.survival]
    [0.8333, 0.6667, 0.4444, 0.2222, 0.2222]
    """
    if len(table.groups) != 1:
        raise TableError(f"{len(table.groups)} groups in one curve", todo="Choose one group, or pool them")
    interval = interval_named(interval)
    if not 0 < level < 1:
        raise TableError(f"confidence level {level:g}", todo="Give a share between 0 and 1, such as 0.95")
    at_risk, events, censored = table.at_risk[:, 0], table.events[:, 0], table.censored[:, 0]
    times = table.times
    if table.entered is not None:
        busy = (events + censored) > 0
        times, at_risk, events, censored = times[busy], at_risk[busy], events[busy], censored[busy]
    n = at_risk.astype(np.float64)
    d = events.astype(np.float64)
    survival: NDArray[np.float64] = np.cumprod(1.0 - d / n, dtype=np.float64)
    with np.errstate(divide="ignore"):
        se_log: NDArray[np.float64] = np.sqrt(np.cumsum(d / (n * (n - d)), dtype=np.float64))
    return KaplanMeier(
        table.groups[0],
        times,
        at_risk,
        events,
        censored,
        survival,
        se_log,
        interval,
        level,
    )


def limits(
    s: NDArray[np.float64], se: NDArray[np.float64], z: float, interval: Interval
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Limits as R's survfit_confint; not a number where the scale has none (S of 0, and of 1 on three scales)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if interval == "plain":
            lower, upper = np.maximum(s - z * se * s, 0.0), np.minimum(s + z * se * s, 1.0)
        elif interval == "log":
            lower, upper = np.exp(np.log(s) - z * se), np.minimum(np.exp(np.log(s) + z * se), 1.0)
        elif interval == "log-log":
            half = z * se / np.log(s)
            middle = np.log(-np.log(s))
            lower, upper = np.exp(-np.exp(middle - half)), np.exp(-np.exp(middle + half))
        elif interval == "logit":
            middle, half = np.log(s / (1.0 - s)), z * se / (1.0 - s)
            lower, upper = 1.0 - 1.0 / (1.0 + np.exp(middle - half)), 1.0 - 1.0 / (1.0 + np.exp(middle + half))
        else:
            middle, half = np.arcsin(np.sqrt(s)), 0.5 * z * se * np.sqrt(s / (1.0 - s))
            lower = np.sin(np.maximum(0.0, middle - half)) ** 2
            upper = np.sin(np.minimum(np.pi / 2.0, middle + half)) ** 2
    gone = s <= 0.0
    return np.where(gone, np.nan, lower), np.where(gone, np.nan, upper)


def _falls_to(times: NDArray[np.float64], curve: NDArray[np.float64], height: float) -> float | None:
    """Time at which a step curve falls to a height; the midpoint of a flat piece exactly on it.

    As R: the step is that of the highest value not above the height. On a falling curve this is the first such
    step; an upper limit may rise again late (its variance grows), and there R takes the later step.
    """
    known = ~np.isnan(curve)
    t, c = times[known], curve[known]
    at = []
    for below in (c[c <= height + _ON_THE_LINE], c[c <= height - _ON_THE_LINE]):
        if len(below) == 0:
            break
        at.append(float(t[np.flatnonzero(c == below.max())[0]]))
    if not at:
        return None
    return at[0] if len(at) == 1 else (at[0] + at[1]) / 2.0
