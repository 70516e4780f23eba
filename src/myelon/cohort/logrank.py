"""Weighted log-rank tests of two or more groups.

    Z_j = Σ w (d_j - d n_j / n)        V_jk = Σ w² d (n - d) / (n - 1) · n_j/n (δ_jk - n_k/n)

Weights: ``logrank`` 1, ``gehan-breslow`` n, ``tarone-ware`` √n, ``peto`` the left-continuous pooled survival.
Variances are formed in floating point: whole-number products overflow above 3·10⁵ patients (COHORT §0.4).
Sources: mantel1966, gehan1965, tarone1977; checked against R.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

from myelon.errors import TableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from myelon.cohort.event_table import EventTable

Method = Literal["logrank", "gehan-breslow", "tarone-ware", "peto"]
METHODS: tuple[Method, ...] = get_args(Method)


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
    p: float
    hazard_ratios: tuple[HazardRatio, ...] = ()
    """For two groups and the unweighted test: Mantel–Haenszel and log-rank (machin), as GraphPad Prism names them."""


def logrank(table: EventTable, *, method: Method = "logrank", level: float = 0.95) -> LogRank:
    """Compare groups.

    Args:
        table: Grouped event table with two groups or more.
        method: Name of the weight.
        level: Confidence level of hazard ratios.

    Raises:
        TableError: Fewer than two groups, an empty group, an unknown method, or no event at all.

    >>> from myelon.cohort.event_table import summarise
    >>> test = logrank(summarise([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1], list("aaabbb")))
    >>> round(test.statistic, 4), test.degrees_of_freedom
    (5.0517, 1)
    """
    method = method_named(method)
    if len(table.groups) < 2:
        raise TableError("only one group", todo="Give a column that splits the patients in two or more")
    from scipy.special import chdtrc, ndtri  # noqa: PLC0415  # scipy loads only where a p is needed

    nj = table.at_risk.astype(np.float64)
    dj = table.events.astype(np.float64)
    busy = dj.sum(axis=1) > 0
    if not busy.any():
        raise TableError("no event in any group", todo="A test needs at least one event")
    nj, dj = nj[busy], dj[busy]
    n, d = nj.sum(axis=1), dj.sum(axis=1)
    weight = _weights(method, n, d)
    share = nj / n[:, None]
    expected = d[:, None] * share
    score = (weight[:, None] * (dj - expected)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.where(n > 1, weight**2 * d * (n - d) / (n - 1.0), 0.0)
    variance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    statistic = float(score[:-1] @ np.linalg.pinv(variance[:-1, :-1], hermitian=True) @ score[:-1])
    df = len(table.groups) - 1
    sizes = tuple(int(x) for x in table.at_risk[0])
    ratios: tuple[HazardRatio, ...] = ()
    if df == 1 and method == "logrank":
        ratios = _ratios(dj.sum(axis=0), expected.sum(axis=0), float(variance[0, 0]), float(ndtri(0.5 + level / 2)))
    return LogRank(
        method,
        table.groups,
        sizes,
        tuple(float(x) for x in dj.sum(axis=0)),
        tuple(float(x) for x in expected.sum(axis=0)),
        statistic,
        df,
        float(chdtrc(df, statistic)),
        ratios,
    )


def _weights(method: Method, n: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    if method == "logrank":
        return np.ones_like(n)
    if method == "gehan-breslow":
        return n
    if method == "tarone-ware":
        return np.sqrt(n)
    survival = np.cumprod(1.0 - d / n)
    return np.concatenate([[1.0], survival[:-1]])


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
