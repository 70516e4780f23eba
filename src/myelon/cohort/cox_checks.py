"""What must be looked at before a Cox model is believed: residuals, proportional hazards, concordance, the baseline.

- `martingale`: events less those expected. `score_residuals`: the influence of each patient on the slope.
- `proportional_hazards`: the score test of a coefficient that changes with g(t), as R's cox.zph since 3.0.
- `concordance`: share of comparable pairs in which the one with the higher risk died first, with the infinitesimal
  jackknife error. `baseline`: cumulative hazard of a patient whose covariates are all 0.
Sources: therneau2000, grambsch1994, harrell1996; checked against R.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

from myelon.cohort.event_table import summarise
from myelon.cohort.kaplan_meier import kaplan_meier
from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.cohort.cox import Cox
    from myelon.cohort.risk_sets import RiskSets

Transform = Literal["km", "rank", "identity", "log"]
TRANSFORMS: tuple[Transform, ...] = get_args(Transform)


class Proportionality(NamedTuple):
    """The test of one term, or of all ("GLOBAL"): does its effect change with time?"""

    term: str
    statistic: float
    degrees_of_freedom: int
    p: float


class Concordance(NamedTuple):
    """Harrell's C with its standard error."""

    estimate: float
    standard_error: float
    pairs: float


class Baseline(NamedTuple):
    """Cumulative hazard of one stratum where all covariates are 0."""

    stratum: int
    times: NDArray[np.float64]
    hazard: NDArray[np.float64]


def martingale(fit: Cox) -> NDArray[np.float64]:
    """Events less those expected, of each row of the data in its order, shape (n,)."""
    _not_exact(fit)
    sets = fit.sets
    ends = sets.hazards(sets.sums(fit.risk))
    return _as_given(sets, sets.events - fit.risk * sets.at_each(ends.hazard, ends.hazard_dying))


def score_residuals(fit: Cox) -> NDArray[np.float64]:
    """Influence of each row of the data on the slope, in its order, shape (n, p)."""
    _not_exact(fit)
    return _as_given(fit.sets, _score_residuals(fit.sets, fit.coefficients))


def schoenfeld(fit: Cox) -> NDArray[np.float64]:
    """Covariates of each death less their mean over the risk set, deaths by stratum and time, shape (events, p)."""
    _not_exact(fit)
    sets = fit.sets
    average = sets.averages(sets.sums(fit.risk))
    return np.asarray(sets.x[sets.events == 1] - average[sets.tie_row])


def robust_covariance(
    sets: RiskSets, beta: NDArray[np.float64], covariance: NDArray[np.float64], cluster: NDArray[np.generic]
) -> NDArray[np.float64]:
    """The sandwich: rows of one cluster are added before they are squared (lin1989)."""
    influence = (_score_residuals(sets, beta) * sets.weights[:, None]) @ covariance
    codes = np.unique(cluster[sets.order], return_inverse=True)[1]
    added = np.zeros((int(codes.max()) + 1, influence.shape[1]))
    np.add.at(added, codes, influence)
    return np.asarray(added.T @ added)


def _score_residuals(sets: RiskSets, beta: NDArray[np.float64]) -> NDArray[np.float64]:
    risk = np.exp(sets.x @ beta + sets.offset)
    sums = sets.sums(risk)
    ends, means = sets.hazards(sums), sets.means(sums)
    lived = sets.at_each(ends.hazard, ends.hazard_dying)
    carried = sets.at_each(means.hazard_mean, means.hazard_mean_dying)
    found = risk[:, None] * (carried - sets.x * lived[:, None])
    found[sets.events == 1] += sets.x[sets.events == 1] - means.average[sets.tie_row]
    return np.asarray(found)


def proportional_hazards(
    fit: Cox, *, transform: Transform = "km", groups: Sequence[Sequence[str]] | None = None
) -> tuple[Proportionality, ...]:
    """Test each term, and all together, for an effect that changes with time.

    Args:
        fit: A model with Efron's or Breslow's ties.
        transform: What time is measured in: the Kaplan–Meier share, ranks, time itself or its logarithm.
        groups: Covariates that stand for one term (the levels of a factor); each its own when None.

    Raises:
        TableError: Exact ties.
    """
    _not_exact(fit)
    from scipy.special import chdtrc  # noqa: PLC0415  # scipy loads only where a p is needed

    sets, p = fit.sets, len(fit.terms)
    g = _scale(sets, transform)
    g = g - np.average(g, weights=sets.deaths)
    sums = sets.sums(fit.risk)
    ends, average = sets.hazards(sums), sets.averages(sums)
    slope = (sets.death_x - average * sets.death_weight[:, None]).T @ g
    blocks = []
    for by in (np.ones_like(g), g, g * g):
        lived = fit.risk * sets.weights * sets.at_each(ends.hazard * by, ends.hazard_dying * by)
        blocks.append(sets.weighted_square(lived) - sets.mean_squares(sums, by))
    information = np.block([[blocks[0], blocks[1]], [blocks[1], blocks[2]]])
    terms = [[n] for n in fit.names] if groups is None else [list(names) for names in groups]
    found: list[Proportionality] = []
    for names in [*terms, list(fit.names)]:
        at = [fit.names.index(n) for n in names]
        keep = [*range(p), *(p + k for k in at)]
        u = np.concatenate([np.zeros(p), slope[at]])
        statistic = float(u @ np.linalg.solve(information[np.ix_(keep, keep)], u))
        label = "GLOBAL" if len(found) == len(terms) else " ".join(names)
        found.append(Proportionality(label, statistic, len(at), float(chdtrc(len(at), statistic))))
    return tuple(found)


def _scale(sets: RiskSets, transform: Transform) -> NDArray[np.float64]:
    """g(t) of each row of deaths."""
    if transform == "identity":
        return sets.times
    if transform == "log":
        return np.log(sets.times)
    if transform == "rank":
        every = np.sort(sets.stops)
        low, high = np.searchsorted(every, sets.times), np.searchsorted(every, sets.times, side="right")
        return np.asarray((low + 1 + high) / 2.0)
    entry = None if np.isneginf(sets.entries).all() else sets.entries
    curve = kaplan_meier(summarise(sets.stops, sets.events, entry=entry))
    before = np.concatenate([[1.0], curve.survival])
    return np.asarray(1.0 - before[np.searchsorted(curve.times, sets.times)])


def concordance(fit: Cox) -> Concordance:
    """Harrell's C of the linear predictor, pairs within strata."""
    from myelon.cohort.sweeps import pairs  # noqa: PLC0415  # numba loads only where a model is fitted

    sets = fit.sets
    eta = np.round(sets.x @ fit.coefficients + sets.offset, 12)
    values, rank = np.unique(eta, return_inverse=True)
    edge = np.flatnonzero(sets.events == 1)
    heads = np.concatenate([[0], np.cumsum(sets.deaths)[:-1]]).astype(np.intp)
    low = edge[heads]
    high = np.append(edge[heads[1:] - 1], edge[-1]) + 1
    ends_stratum = np.append(sets.stratum[1:] != sets.stratum[:-1], False)
    starts_stratum = np.concatenate([[False], sets.stratum[1:] != sets.stratum[:-1]])
    bounds = np.stack([low, high, ends_stratum, starts_stratum], axis=1).astype(np.int64)
    found = np.zeros((len(eta), 3))
    pairs(rank + 1, len(values), sets.events, sets.last, sets.first, sets.entry_order, sets.weights, bounds, found)
    weighted = (found * sets.weights[:, None]).sum(axis=0) / 2.0
    total = float(weighted.sum())
    if total == 0:
        raise TableError("no two patients can be compared", todo="Concordance needs a death before another's time")
    estimate = float((weighted[0] + weighted[2] / 2.0) / total)
    influence = sets.weights * (found[:, 0] + found[:, 2] / 2.0 - estimate * found.sum(axis=1)) / total
    return Concordance(estimate, float(np.sqrt((influence**2).sum())), total)


def baseline(fit: Cox) -> tuple[Baseline, ...]:
    """Cumulative hazard of each stratum where all covariates are 0, at the times of its deaths."""
    _not_exact(fit)
    sets = fit.sets
    steps = sets.hazards(sets.sums(fit.risk)).hazard * np.exp(-float(sets.centre @ fit.coefficients))
    found = []
    for stratum in np.unique(sets.stratum):
        rows = sets.stratum == stratum
        found.append(Baseline(int(stratum), sets.times[rows], np.cumsum(steps[rows])))
    return tuple(found)


def _as_given(sets: RiskSets, values: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.empty_like(values)
    found[sets.order] = values
    return found


def _not_exact(fit: Cox) -> None:
    if fit.ties == "exact":
        raise TableError("checks of a model with exact ties", todo="Fit it with Efron's ties")
