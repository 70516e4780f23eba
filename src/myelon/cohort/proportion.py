"""Proportions with exact limits (Clopper–Pearson) or score limits (Wilson): small groups deserve no normal ones.

Sources: clopper1934, wilson1927; checked against R's binom.test and prop.test.
"""

from __future__ import annotations

from typing import NamedTuple

from myelon.errors import TableError


class Proportion(NamedTuple):
    """A count out of a number, with Clopper–Pearson limits; all in percent."""

    events: int
    n: int
    percent: float
    lower: float
    upper: float


def proportion(count: int, n: int, confidence: float = 0.95) -> Proportion:
    """A count out of n with its exact limits.

    Raises:
        TableError: The count is no count out of n.

    >>> [round(x, 1) for x in proportion(13, 21)[2:]]
    [61.9, 38.4, 81.9]
    """
    if not 0 <= count <= n or n == 0:
        raise TableError(f"{count} of {n}", todo="Give a count out of a number of patients")
    from scipy.special import betaincinv  # noqa: PLC0415  # scipy loads only where a limit is needed

    tail = (1 - confidence) / 2
    lower = 0.0 if count == 0 else float(betaincinv(count, n - count + 1, tail))
    upper = 1.0 if count == n else float(betaincinv(count + 1, n - count, 1 - tail))
    return Proportion(count, n, 100.0 * count / n, 100.0 * lower, 100.0 * upper)


def wilson(count: int, n: int, confidence: float = 0.95) -> Proportion:
    """A count out of n with Wilson's score limits (no continuity correction).

    Raises:
        TableError: The count is no count out of n.

    >>> [round(x, 1) for x in wilson(13, 21)[2:]]
    [61.9, 40.9, 79.2]
    """
    if not 0 <= count <= n or n == 0:
        raise TableError(f"{count} of {n}", todo="Give a count out of a number of patients")
    from statistics import NormalDist  # noqa: PLC0415  # needed here alone

    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share, z2 = count / n, z * z / n
    middle = (share + z2 / 2) / (1 + z2)
    half = z / (1 + z2) * (share * (1 - share) / n + z2 / (4 * n)) ** 0.5
    lower = 0.0 if count == 0 else middle - half
    return Proportion(count, n, 100.0 * share, 100.0 * lower, 100.0 * (1.0 if count == n else middle + half))


def fisher_p(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Two-sided p of Fisher's exact test for two counts, each out of its number."""
    from scipy.stats import fisher_exact  # noqa: PLC0415  # scipy loads only where a p is needed

    table = [[count, n - count] for count, n in (one, other)]
    return float(fisher_exact(table).pvalue)
