"""Restricted mean survival time: the area under the Kaplan–Meier curve up to a horizon.

    μ(τ) = ∫ S(t) dt from 0 to τ        Var μ = Σ A(t)² d / (n (n - d)),  A(t) = ∫ S from t to τ

The difference of two groups is tested by the normal approximation. Sources: irwin1949, royston2013; the standard error
is R's (survfit's rmean): lifelines 0.30 gives another one (COHORT §0.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.cohort.kaplan_meier import kaplan_meier
from myelon.errors import TableError

if TYPE_CHECKING:
    from myelon.cohort.event_table import EventTable


class RestrictedMean(NamedTuple):
    """A restricted mean with its standard error and limits."""

    group: str
    horizon: float
    estimate: float
    standard_error: float
    lower: float
    upper: float


class MeanDifference(NamedTuple):
    """First group less second."""

    estimate: float
    standard_error: float
    lower: float
    upper: float
    p: float


def rmst(table: EventTable, horizon: float, *, level: float = 0.95) -> RestrictedMean:
    """Mean survival of one group up to a horizon.

    Raises:
        TableError: More than one group, or the horizon lies beyond the last time while some are still alive there.

    >>> from myelon.cohort.event_table import summarise
    >>> round(rmst(summarise([1, 2, 3, 4], [1, 1, 1, 1]), 4).estimate, 6)
    2.5
    """
    from scipy.special import ndtri  # noqa: PLC0415  # scipy loads only where a quantile is needed

    curve = kaplan_meier(table)
    if not horizon > 0:
        raise TableError(f"horizon {horizon:g}", todo="Give a time after 0")
    if horizon > curve.times[-1] and curve.survival[-1] > 0:
        raise TableError(
            f"horizon {horizon:g} is beyond the last time {curve.times[-1]:g} of {curve.group}",
            todo="The curve is unknown there: choose an earlier horizon",
        )
    inside = curve.times <= horizon
    edges = np.concatenate([[0.0], curve.times[inside], [horizon]])
    height = np.concatenate([[1.0], curve.survival[inside]])
    pieces = height * np.diff(edges)
    estimate = float(pieces.sum())
    rest = np.cumsum(pieces[::-1])[::-1][1:]
    n, d = (x[inside].astype(np.float64) for x in (curve.at_risk, curve.events))
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where((d > 0) & (rest > 0), rest**2 * d / (n * (n - d)), 0.0)
    error = float(np.sqrt(terms.sum()))
    half = float(ndtri(0.5 + level / 2)) * error
    return RestrictedMean(curve.group, horizon, estimate, error, estimate - half, estimate + half)


def rmst_difference(table: EventTable, horizon: float, *, level: float = 0.95) -> MeanDifference:
    """Test whether two groups live equally long up to a horizon.

    Raises:
        TableError: Not two groups, no event before the horizon, or a horizon beyond a curve.
    """
    from scipy.special import ndtr, ndtri  # noqa: PLC0415  # scipy loads only where a p is needed

    if len(table.groups) != 2:
        raise TableError(f"{len(table.groups)} groups in a difference of two", todo="Choose two groups")
    one, other = (rmst(table.group(g), horizon, level=level) for g in table.groups)
    error = float(np.hypot(one.standard_error, other.standard_error))
    if error == 0:
        raise TableError("no event before the horizon", todo="Choose a later horizon")
    difference = one.estimate - other.estimate
    half = float(ndtri(0.5 + level / 2)) * error
    return MeanDifference(
        difference, error, difference - half, difference + half, float(2 * ndtr(-abs(difference) / error))
    )
