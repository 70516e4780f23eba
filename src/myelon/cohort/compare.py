"""One variable in two or more groups: what is shown of it, and the test that fits it.

Numbers: mean and SD with Welch's t (two groups) or Welch's analysis of variance, or median and quartiles with the
rank-sum test (Wilcoxon; normal approximation, ties corrected, continuity corrected for two groups) or Kruskal–Wallis.
Categories: χ² without continuity correction, Fisher's exact test where an expected count is below 5 (Cochran's rule).
Missing values are counted, never put into a test. Sources: welch1947, kruskal1952, fisher1922; checked against R.
"""

from __future__ import annotations

from math import lgamma
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

_SMALL = 5.0
_MOST_TABLES = 5_000_000


class Spread(NamedTuple):
    """A number in one group."""

    n: int
    missing: int
    mean: float
    sd: float
    median: float
    lower_quartile: float
    upper_quartile: float
    least: float
    most: float


class GroupTest(NamedTuple):
    """A test of one variable over groups, by its name; p None where it cannot be done, with the reason."""

    name: str
    statistic: float | None
    p: float | None
    why: str = ""


def spread(values: ArrayLike) -> Spread:
    """Describe numbers; what is None or not a number is missing. Quartiles as R's type 7."""
    every = np.asarray(values, dtype=np.float64)
    known = every[~np.isnan(every)]
    missing = len(every) - len(known)
    if len(known) == 0:
        return Spread(0, missing, *[float("nan")] * 7)
    q1, median, q3 = (float(q) for q in np.quantile(known, [0.25, 0.5, 0.75]))
    sd = float(known.std(ddof=1)) if len(known) > 1 else float("nan")
    return Spread(len(known), missing, float(known.mean()), sd, median, q1, q3, float(known.min()), float(known.max()))


def means_differ(groups: Sequence[ArrayLike]) -> GroupTest:
    """Welch's t for two groups, Welch's analysis of variance for more."""
    known = [np.asarray(g, dtype=np.float64) for g in groups]
    name = "Welch's t" if len(known) == 2 else "Welch's analysis of variance"
    if min(len(g) for g in known) < 2 or min(float(g.var(ddof=1)) for g in known) == 0:
        return GroupTest(name, None, None, "a group has fewer than two different values")
    from scipy import stats  # noqa: PLC0415  # scipy.stats takes half a second to load

    if len(known) == 2:
        found = stats.ttest_ind(known[0], known[1], equal_var=False)
        return GroupTest(name, float(found.statistic), float(found.pvalue))
    sizes, means = np.array([len(g) for g in known]), np.array([g.mean() for g in known])
    weights = sizes / np.array([g.var(ddof=1) for g in known])
    k, whole = len(known), weights.sum()
    middle = (weights @ means) / whole
    slack = float(((1 - weights / whole) ** 2 / (sizes - 1)).sum())
    statistic = float(weights @ (means - middle) ** 2 / (k - 1) / (1 + 2 * (k - 2) / (k * k - 1) * slack))
    return GroupTest(name, statistic, float(stats.f.sf(statistic, k - 1, (k * k - 1) / (3 * slack))))


def ranks_differ(groups: Sequence[ArrayLike], *, continuity: bool = True) -> GroupTest:
    """Wilcoxon's rank-sum test for two groups, Kruskal–Wallis for more."""
    known = [np.asarray(g, dtype=np.float64) for g in groups]
    name = "Wilcoxon rank sum" if len(known) == 2 else "Kruskal–Wallis"
    if min(len(g) for g in known) == 0 or np.ptp(np.concatenate(known)) == 0:
        return GroupTest(name, None, None, "a group is empty, or all values are alike")
    from scipy import stats  # noqa: PLC0415  # scipy.stats takes half a second to load

    if len(known) == 2:
        found = stats.mannwhitneyu(known[0], known[1], use_continuity=continuity, method="asymptotic")
    else:
        found = stats.kruskal(*known)
    return GroupTest(name, float(found.statistic), float(found.pvalue))


def counts_differ(counts: NDArray[np.int64]) -> GroupTest:
    """χ², or Fisher's exact test where an expected count is below 5.

    Args:
        counts: Levels by groups; levels and groups that nobody has are left out.
    """
    table = np.asarray(counts)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape, default=0) < 2:
        return GroupTest("χ²", None, None, "all are alike, or one group is empty")
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    if expected.min() < _SMALL:
        p = fisher_exact(table)
        if p is not None:
            return GroupTest("Fisher's exact", None, p)
    from scipy.special import chdtrc  # noqa: PLC0415  # scipy loads only where a p is needed

    df = (table.shape[0] - 1) * (table.shape[1] - 1)
    why = "expected counts below 5, too many tables for Fisher's test" if expected.min() < _SMALL else ""
    return GroupTest("χ²", statistic, float(chdtrc(df, statistic)), why)


def fisher_exact(table: NDArray[np.int64]) -> float | None:
    """Two-sided p of Fisher's exact test of a table with two rows or two columns; None where it is too large.

    It lists every table with these margins and adds up those that are no likelier than the one seen (freeman1951).

    Raises:
        TableError: A count below 0.

    >>> round(fisher_exact(np.array([[3, 1], [1, 3]])), 4)
    0.4857
    """
    if (np.asarray(table) < 0).any():
        raise TableError("a count below 0", todo="Give counts of patients")
    two = table if table.shape[1] == 2 else table.T
    if two.shape[1] != 2:
        return None
    rows, first = two.sum(axis=1), int(two[:, 0].sum())
    if float(np.prod(rows[:-1] + 1.0)) > _MOST_TABLES:
        return None
    log_choose = [
        np.array([lgamma(r + 1) - lgamma(a + 1) - lgamma(r - a + 1) for a in range(r + 1)])
        for r in (int(r) for r in rows)
    ]
    used, weight = np.zeros(1, dtype=np.int64), np.zeros(1)
    for choose in log_choose[:-1]:
        used = (used[:, None] + np.arange(len(choose))[None, :]).ravel()
        weight = (weight[:, None] + choose[None, :]).ravel()
        keep = used <= first
        used, weight = used[keep], weight[keep]
    rest = first - used
    keep = rest < len(log_choose[-1])
    weight = weight[keep] + log_choose[-1][rest[keep]]
    seen = sum(float(choose[int(a)]) for choose, a in zip(log_choose, two[:, 0], strict=True))
    scaled = np.exp(weight - weight.max())
    likely = np.exp(seen - weight.max()) * (1 + 1e-7)
    return min(1.0, float(scaled[scaled <= likely].sum() / scaled.sum()))


def standardised_difference(one: Sequence[float], other: Sequence[float]) -> float:
    """Difference of two means over the pooled SD (root of the mean variance), without sign."""
    a, b = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    return float(abs(a.mean() - b.mean()) / np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2))


def trend_in_shares(cases: Sequence[int], totals: Sequence[int], scores: Sequence[float] | None = None) -> GroupTest:
    """Cochran and Armitage's χ² for a trend of shares over ordered levels (armitage1955), as R's prop.trend.test."""
    n, x = np.asarray(totals, dtype=np.float64), np.asarray(cases, dtype=np.float64)
    a = np.arange(1, len(n) + 1, dtype=np.float64) if scores is None else np.asarray(scores, dtype=np.float64)
    share = x.sum() / n.sum()
    middle = (n @ a) / n.sum()
    spread_of = share * (1 - share) * float(n @ (a - middle) ** 2)
    if spread_of == 0:
        return GroupTest("trend", None, None, "all are alike")
    from scipy.special import chdtrc  # noqa: PLC0415  # scipy loads only where a p is needed

    statistic = float(((x - n * share) @ (a - middle)) ** 2 / spread_of)
    return GroupTest("Cochran–Armitage trend", statistic, float(chdtrc(1, statistic)))
