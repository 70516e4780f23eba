"""Weighted log-rank tests of two or more groups, stratified or for trend.

    Z_j = Σ w (d_j - d n_j / n)        V_jk = Σ w² d (n - d) / (n - 1) · n_j/n (δ_jk - n_k/n)

Weights: ``logrank`` 1, ``gehan-breslow`` n, ``tarone-ware`` √n, ``peto`` the left-continuous pooled survival S(t-),
``fleming-harrington`` S(t-)^ρ (1 - S(t-))^γ. Strata are added: Z = Σ Z_s, V = Σ V_s.
Variances are formed in floating point: whole-number products overflow above 3·10⁵ patients (COHORT §0.4).
Sources: mantel1966, gehan1965, tarone1977, harrington1982; checked against R.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

from myelon.cohort.event_table import EventTable
from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Method = Literal["logrank", "gehan-breslow", "tarone-ware", "peto", "fleming-harrington"]
METHODS: tuple[Method, ...] = get_args(Method)
_BLOCK = 1 << 14


def method_named(name: str) -> Method:
    """A test by its name.

    Raises:
        TableError: There is none of that name.
    """
    for known in METHODS:
        if known == name:
            return known
    raise TableError(f"method {name!r}", todo="Use " + ", ".join(METHODS))


class HazardRatio(NamedTuple):
    """A hazard ratio of the first group to the second, with the name of its method."""

    method: str
    estimate: float
    lower: float
    upper: float


class LogRank(NamedTuple):
    """A weighted log-rank test."""

    method: Method
    groups: tuple[str, ...]
    n: tuple[int, ...]
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    statistic: float
    degrees_of_freedom: int
    """Groups that were at risk at an event, less one; 0 tells nothing, and p is 1."""
    p: float
    hazard_ratios: tuple[HazardRatio, ...] = ()
    """For two groups and the unweighted test: Mantel–Haenszel and log-rank (machin), as GraphPad Prism names them."""


class Trend(NamedTuple):
    """A test for trend over ordered groups."""

    statistic: float
    p: float
    scores: tuple[float, ...]


class Pair(NamedTuple):
    """Two of several groups, with Holm's adjustment for the number of pairs."""

    groups: tuple[str, str]
    statistic: float
    p: float
    p_holm: float


@dataclass(frozen=True, eq=False)
class _Sums:
    """What the deaths of one stratum say, or of several added."""

    observed: NDArray[np.float64]
    expected: NDArray[np.float64]
    score: NDArray[np.float64]
    variance: NDArray[np.float64]

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(
            self.observed + other.observed,
            self.expected + other.expected,
            self.score + other.score,
            self.variance + other.variance,
        )


def logrank(
    table: EventTable | Sequence[EventTable],
    *,
    method: Method = "logrank",
    rho: float = 0.0,
    gamma: float = 0.0,
    level: float = 0.95,
) -> LogRank:
    """Compare groups.

    Args:
        table: Grouped event table with two groups or more; several of the same groups are strata.
        method: Name of the weight.
        rho: Of `fleming-harrington`: weight of early deaths.
        gamma: Of `fleming-harrington`: weight of late deaths.
        level: Confidence level of hazard ratios.

    Raises:
        TableError: Fewer than two groups, an empty group, an unknown method, or no event at all.

    >>> from myelon.cohort.event_table import summarise
    >>> test = logrank(summarise([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1], list("aaabbb")))
    >>> round(test.statistic, 4), test.degrees_of_freedom
    (5.0517, 1)
    """
    method = method_named(method)
    strata = _strata(table)
    groups = strata[0].groups
    sums = _all(strata, method, rho, gamma)
    from scipy.special import chdtrc, ndtri  # noqa: PLC0415  # scipy loads only where a p is needed

    inner = np.linalg.pinv(sums.variance[:-1, :-1], hermitian=True)
    statistic = float(sums.score[:-1] @ inner @ sums.score[:-1])
    df = int((sums.expected > 0).sum()) - 1
    ratios: tuple[HazardRatio, ...] = ()
    if len(groups) == 2 and method == "logrank":
        z = float(ndtri(0.5 + level / 2))
        ratios = _ratios(sums.observed, sums.expected, float(sums.variance[0, 0]), z)
    return LogRank(
        method,
        groups,
        tuple(int(x) for x in np.sum([t.n for t in strata], axis=0)),
        tuple(float(x) for x in sums.observed),
        tuple(float(x) for x in sums.expected),
        statistic,
        df,
        float(chdtrc(df, statistic)) if df else 1.0,
        ratios,
    )


def trend(
    table: EventTable | Sequence[EventTable], scores: Sequence[float] | None = None, *, method: Method = "logrank"
) -> Trend:
    """Test for a trend of the hazard over ordered groups (tarone1975).

    Args:
        table: Grouped event table, or one per stratum.
        scores: A number for each group; 0, 1, 2 … when None.
        method: Name of the weight.

    Raises:
        TableError: As `logrank`, or not one score per group, or all scores alike.
    """
    from scipy.special import chdtrc  # noqa: PLC0415  # scipy loads only where a p is needed

    strata = _strata(table)
    groups = strata[0].groups
    a = np.arange(len(groups), dtype=np.float64) if scores is None else np.asarray(scores, dtype=np.float64)
    if a.shape != (len(groups),) or np.ptp(a) == 0:
        raise TableError(
            f"scores {a.tolist()} of {len(groups)} groups", todo="Give one number per group, not all alike"
        )
    sums = _all(strata, method_named(method), 0.0, 0.0)
    statistic = float((a @ sums.score) ** 2 / (a @ sums.variance @ a))
    return Trend(statistic, float(chdtrc(1, statistic)), tuple(float(x) for x in a))


def pairwise(
    table: EventTable, *, method: Method = "logrank", rho: float = 0.0, gamma: float = 0.0
) -> tuple[Pair, ...]:
    """Compare every two groups, with Holm's adjustment (holm1979).

    Raises:
        TableError: As `logrank`; a pair without an event cannot be compared.
    """
    tests = []
    for pair in combinations(table.groups, 2):
        at = [table.groups.index(g) for g in pair]
        entered = None if table.entered is None else table.entered[:, at]
        two = EventTable(table.times, table.events[:, at], table.censored[:, at], pair, entered)
        tests.append((pair, logrank(two, method=method, rho=rho, gamma=gamma)))
    adjusted = holm([t.p for _, t in tests])
    return tuple(Pair(g, t.statistic, t.p, h) for (g, t), h in zip(tests, adjusted, strict=True))


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment of several p (holm1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p)), key=lambda i: p[i])
    adjusted, most = [0.0] * len(p), 0.0
    for rank, i in enumerate(order):
        most = max(most, min(1.0, (len(p) - rank) * p[i]))
        adjusted[i] = most
    return adjusted


def _strata(table: EventTable | Sequence[EventTable]) -> Sequence[EventTable]:
    strata = [table] if isinstance(table, EventTable) else list(table)
    if not strata or len(strata[0].groups) < 2:
        raise TableError("only one group", todo="Give a column that splits the patients in two or more")
    if any(t.groups != strata[0].groups for t in strata):
        raise TableError("strata with different groups", todo="Give every stratum the same groups, empty ones too")
    return strata


def _all(strata: Sequence[EventTable], method: Method, rho: float, gamma: float) -> _Sums:
    parts = [_sums(t, method, rho, gamma) for t in strata if t.events.any()]
    if not parts:
        raise TableError("no event in any group", todo="A test needs at least one event")
    whole = parts[0]
    for part in parts[1:]:
        whole += part
    return whole


def _sums(table: EventTable, method: Method, rho: float, gamma: float) -> _Sums:
    """Block by block of times: what is formed on the way stays in the cache."""
    at_risk, events, g = table.at_risk.T, table.events.T, len(table.groups)
    total, survival = _Sums(np.zeros(g), np.zeros(g), np.zeros(g), np.zeros((g, g))), 1.0
    for begin in range(0, len(table.times), _BLOCK):
        nj, dj = (v[:, begin : begin + _BLOCK].astype(np.float64) for v in (at_risk, events))
        n, d = nj.sum(axis=0), dj.sum(axis=0)
        left = np.cumprod(np.concatenate([[survival], 1.0 - d / np.maximum(n, 1.0)]))
        weight, survival = _weights(method, n, left[:-1], rho, gamma), float(left[-1])
        share = nj / np.maximum(n, 1.0)
        expected = d * share
        spread = weight**2 * d * (n - d) / np.maximum(n - 1.0, 1.0)  # one patient has no variance: n - d is 0
        variance = np.diag(share @ spread) - (share * spread) @ share.T
        w = weight if method in {"peto", "fleming-harrington"} else np.ones_like(n)
        total += _Sums(dj @ w, expected @ w, (dj - expected) @ weight, variance)
    return total


def _weights(
    method: Method, n: NDArray[np.float64], survival: NDArray[np.float64], rho: float, gamma: float
) -> NDArray[np.float64]:
    if method == "logrank":
        return np.ones_like(n)
    if method == "gehan-breslow":
        return n
    if method == "tarone-ware":
        return np.sqrt(n)
    if method == "peto":
        return survival
    return np.asarray(survival**rho * (1.0 - survival) ** gamma)


def _ratios(
    observed: NDArray[np.float64], expected: NDArray[np.float64], variance: float, z: float
) -> tuple[HazardRatio, ...]:
    rows = []
    if variance > 0:
        k, half = (observed[0] - expected[0]) / variance, z / np.sqrt(variance)
        rows.append(HazardRatio("Mantel–Haenszel", *(float(np.exp(x)) for x in (k, k - half, k + half))))
    if observed.min() > 0 and expected.min() > 0:
        k = np.log((observed[0] / expected[0]) / (observed[1] / expected[1]))
        half = z * np.sqrt((1.0 / expected).sum())
        rows.append(HazardRatio("log-rank", *(float(np.exp(x)) for x in (k, k - half, k + half))))
    return tuple(rows)
