"""What a printed statistic says of what is not printed; every value is derived and never "reported".

Sources: COHORT, LV_FACTS DL2 to DL16.
"""

from __future__ import annotations

from math import ceil, erfc, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

_NORMAL = NormalDist()


class RecoveredLogRank(NamedTuple):
    """A log-rank test recovered from a Mantel–Haenszel type of hazard ratio; E itself is not identified."""

    variance: float
    observed_minus_expected: float
    z: float
    p: float


def recovered_logrank(hazard_ratio: float, lower: float, upper: float) -> RecoveredLogRank:
    """The test behind a printed hazard ratio of the first group, with its 95 % confidence limits.

    ``SE = ln(U/L) / 3.919928``, ``V = 1/SE²``, ``O − E = ln(HR)·V`` (LV_FACTS DL9).

    >>> [round(x, 3) for x in recovered_logrank(1.258, 0.7081, 2.235)]
    [11.631, 2.67, 0.783, 0.434]
    """
    standard_error = log(upper / lower) / (2 * _NORMAL.inv_cdf(0.975))
    variance = 1.0 / standard_error**2
    difference = log(hazard_ratio) * variance
    z = difference / variance**0.5
    return RecoveredLogRank(variance, difference, z, erfc(abs(z) / sqrt(2.0)))


def least_deaths(variance: float) -> int:
    """Least number of deaths behind a log-rank variance: each adds at most a quarter (DL16)."""
    return ceil(4 * variance)


def sums_of_mean(mean: float, n: int, decimals: int) -> list[int]:
    """Whole sums that a printed mean of whole numbers allows (the GRIM test); empty when none does.

    >>> sums_of_mean(57.90, 61, 2)
    [3532]
    """
    slack = 0.5 * 10.0**-decimals + 1e-9
    return [s for s in range(int((mean - slack) * n), ceil((mean + slack) * n) + 1) if abs(s / n - mean) <= slack]


def counts_of_percent(percent: float, decimals: int, most: int) -> list[tuple[int, int]]:
    """Every count out of at most so many that comes to a printed percent, by denominator (the GRIM test).

    >>> counts_of_percent(77.8, 1, 20)
    [(7, 9), (14, 18)]
    """
    slack = 0.5 * 10.0**-decimals + 1e-9
    pairs = ((round(percent * n / 100.0), n) for n in range(1, most + 1))
    return [(k, n) for k, n in pairs if abs(100.0 * k / n - percent) <= slack]
