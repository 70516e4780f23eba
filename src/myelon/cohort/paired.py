"""A number before and after in the same patients: mean and SD each time, the change, and its tests.

As the review's kyphoplasty series reports pain: 7 ± 2.3, then 2.2 ± 2.1, then 1.8 ± 1.9. Sources: student1908,
wilcoxon1945.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Moment(NamedTuple):
    """One time: number, mean, SD, and the change from the first time in those who have both."""

    name: str
    n: int
    mean: float
    sd: float
    pairs: int
    change: float | None
    change_sd: float | None
    lower: float | None
    upper: float | None
    p_t: float | None
    p_signed_rank: float | None


def paired(times: Sequence[tuple[str, Sequence[float | None]]], *, level: float = 0.95) -> tuple[Moment, ...]:
    """Compare each time with the first.

    Args:
        times: Name of each time and the value of each patient at it, in one order; None is missing.
        level: Confidence level of the change.

    Raises:
        TableError: Lists of different length, or nobody at a time.

    >>> first, later = paired([("before", [7, 8, 6, 9]), ("after", [2, 3, 2, 3])])
    >>> later.change, round(later.p_t, 4)
    (-5.0, 0.0012)
    """
    first = times[0][1]
    if any(len(values) != len(first) for _, values in times):
        raise TableError("lists of different length", todo="Give each patient a value, or nothing, at each time")
    return tuple(_moment(name, values, None if k == 0 else first, level) for k, (name, values) in enumerate(times))


def _moment(name: str, values: Sequence[float | None], first: Sequence[float | None] | None, level: float) -> Moment:
    known = np.array([v for v in values if v is not None], dtype=np.float64)
    if len(known) == 0:
        raise TableError(f"nobody has a value {name}", todo="Leave that time out")
    sd = float(known.std(ddof=1)) if len(known) > 1 else float("nan")
    base = (name, len(known), float(known.mean()), sd)
    if first is None:
        return Moment(*base, len(known), None, None, None, None, None, None)
    pairs = [(b, a) for b, a in zip(first, values, strict=True) if b is not None and a is not None]
    change = np.array([a - b for b, a in pairs], dtype=np.float64)
    if len(change) < 2 or np.ptp(change) == 0:
        mean = float(change.mean()) if len(change) else None
        return Moment(*base, len(change), mean, None, None, None, None, None)
    from scipy import stats  # noqa: PLC0415  # scipy.stats takes half a second to load

    mean, spread = float(change.mean()), float(change.std(ddof=1))
    half = float(stats.t.ppf(0.5 + level / 2, len(change) - 1)) * spread / len(change) ** 0.5
    p_t = float(stats.ttest_1samp(change, 0.0).pvalue)
    p_rank = float(stats.wilcoxon(change).pvalue) if np.any(change) else None
    return Moment(*base, len(change), mean, spread, mean - half, mean + half, p_t, p_rank)
