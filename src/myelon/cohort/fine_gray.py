"""Fine and Gray's model of the subdistribution hazard: how covariates move the cumulative incidence of one cause.

Who had a competing event stays in the risk set, weighed by G(t-)/G(T-), the chance that censoring would have left it
there (G the Kaplan–Meier curve of censoring). The error is the sandwich of Fine and Gray with the term for the
estimated G. Two cumulative sums over time replace the sums over pairs. Ties by Breslow, as R's cmprsk::crr.
Sources: fine1999; checked against R.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from myelon.cohort.cox import Term, terms_of
from myelon.cohort.event_table import summarise
from myelon.cohort.kaplan_meier import kaplan_meier
from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

_MOST_STEPS = 60
_SETTLED = 1e-11


@dataclass(frozen=True, eq=False)
class FineGray:
    """A fitted model; the ratios are of subdistribution hazards."""

    terms: tuple[Term, ...]
    covariance: NDArray[np.float64]
    loglik: tuple[float, float]
    n: int
    events: int
    competing: int
    steps: int
    level: float


@dataclass(frozen=True, eq=False)
class _Patients:
    """In order of time; rows are the distinct times with an event of the cause."""

    x: NDArray[np.float64]
    causes: NDArray[np.int64]
    rows: NDArray[np.float64]
    upto: NDArray[np.intp]
    """Rows up to the time of each patient, shape (n,)."""
    before: NDArray[np.intp]
    """Rows before the time of each patient."""
    deaths: NDArray[np.float64]
    row_of_death: NDArray[np.intp]
    g_rows: NDArray[np.float64]
    """G(t-) at each row."""
    g_patients: NDArray[np.float64]
    """G(T-) of each patient."""
    times: NDArray[np.float64]


def fine_gray(
    times: ArrayLike, causes: ArrayLike, covariates: ArrayLike, *, names: Sequence[str], level: float = 0.95
) -> FineGray:
    """Fit a model for the first cause.

    Args:
        times: Time to the first event or censoring, shape (n,).
        causes: 0 censored, 1 the event of interest, 2 and more competing events, shape (n,).
        covariates: Shape (n, p).
        names: Of the covariates, length p.
        level: Confidence level.

    Raises:
        TableError: No event, lengths that differ, a covariate that is missing or the same in all.
    """
    p = _prepared(times, causes, covariates, names)
    beta = np.zeros(p.x.shape[1])
    now = first = _likelihood(p, beta)
    steps = 0
    for steps in range(1, _MOST_STEPS):  # noqa: B007  # it is reported
        move = np.linalg.solve(now[2], now[1])
        decrement = float(now[1] @ move)
        trial = beta + move
        then = _likelihood(p, trial)
        for _ in range(30):
            if then[0] >= now[0] - 1e-9 * abs(now[0]):
                break
            move = move / 2.0
            trial = beta + move
            then = _likelihood(p, trial)
        beta, now = trial, then
        if decrement < _SETTLED:
            break
    else:
        raise TableError("the model does not settle", todo="Look for covariates that separate or repeat each other")
    inverse = np.linalg.inv(now[2])
    influence = _influence(p, beta)
    covariance = inverse @ (influence.T @ influence) @ inverse
    return FineGray(
        terms_of(names, beta, covariance, level), covariance, (first[0], now[0]), len(p.x), int((p.causes == 1).sum()),
        int((p.causes > 1).sum()), steps, level,
    )  # fmt: skip


def _prepared(times: ArrayLike, causes: ArrayLike, covariates: ArrayLike, names: Sequence[str]) -> _Patients:
    t, c, x = np.asarray(times, dtype=np.float64), np.asarray(causes), np.asarray(covariates, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    if len(t) == 0 or c.shape != t.shape or x.shape != (len(t), len(names)):
        raise TableError("times, causes, covariates and names differ in length", todo="Give one of each per patient")
    if not np.isin(c, np.arange(100)).all():
        raise TableError("a cause that is no whole number from 0", todo="0 is censored, 1 the event, 2 a competing one")
    c = c.astype(np.int64)
    if not (c == 1).any():
        raise TableError("no event of the cause", todo="A model needs at least one event")
    if not np.isfinite(x).all() or (np.ptp(x, axis=0) == 0).any():
        raise TableError("a covariate is missing or the same in all", todo="Leave out who lacks it, or the covariate")
    censoring = kaplan_meier(summarise(t, c == 0))
    order = np.argsort(t, kind="stable")
    t, c, x = t[order], c[order], x[order] - x.mean(axis=0)
    rows, deaths = np.unique(t[c == 1], return_counts=True)
    curve = np.concatenate([[1.0], censoring.survival])

    def g_before(at: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(curve[np.searchsorted(censoring.times, at, side="left")])

    return _Patients(
        x, c, rows, np.searchsorted(rows, t, side="right"), np.searchsorted(rows, t, side="left"),
        deaths.astype(np.float64), np.searchsorted(rows, t[c == 1]), g_before(rows), g_before(t), t,
    )  # fmt: skip


def _sums(p: _Patients, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over the (weighed) risk set of each row of a value per patient, shape (m,) or (m, p)."""
    m = len(p.rows)
    shape = (m + 1, *values.shape[1:])
    still, gone = np.zeros(shape), np.zeros(shape)
    np.add.at(still, p.upto, values)
    competing = p.causes > 1
    scale = p.g_patients[competing].reshape(-1, *([1] * (values.ndim - 1)))
    np.add.at(gone, p.upto[competing], values[competing] / scale)
    at_risk = np.cumsum(still[::-1], axis=0)[::-1][1:]
    left = np.cumsum(gone, axis=0)[:-1]
    return np.asarray(at_risk + left * p.g_rows.reshape(-1, *([1] * (values.ndim - 1))))


def _lived(p: _Patients, steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of a step function over each patient's (weighed) time at risk, shape (n,) or (n, p)."""
    shape = [-1] + [1] * (steps.ndim - 1)
    zero = np.zeros((1, *steps.shape[1:]))
    plain = np.concatenate([zero, np.cumsum(steps, axis=0)])
    weighed = np.concatenate([zero, np.cumsum(steps * p.g_rows.reshape(shape), axis=0)])
    found = plain[p.upto]
    competing = p.causes > 1
    rest = weighed[-1] - weighed[p.upto[competing]]
    found[competing] += rest / p.g_patients[competing].reshape(shape)
    return np.asarray(found)


def _likelihood(p: _Patients, beta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Log pseudo-likelihood, slope and information."""
    eta = p.x @ beta
    risk = np.exp(eta)
    s0, s1 = _sums(p, risk), _sums(p, risk[:, None] * p.x)
    own = p.causes == 1
    value = float(eta[own].sum() - p.deaths @ np.log(s0))
    lived = risk * _lived(p, p.deaths / s0)
    mean = s1 / s0[:, None]
    slope = p.x[own].sum(axis=0) - p.x.T @ lived
    information = (p.x * lived[:, None]).T @ p.x - (mean * p.deaths[:, None]).T @ mean
    return value, slope, information


def _influence(p: _Patients, beta: NDArray[np.float64]) -> NDArray[np.float64]:
    """eta_i + psi_i of Fine and Gray, shape (n, p): influence through the risk set, and through the censoring curve."""
    risk = np.exp(p.x @ beta)
    s0 = _sums(p, risk)
    mean = _sums(p, risk[:, None] * p.x) / s0[:, None]
    step = p.deaths / s0
    eta = risk[:, None] * (_lived(p, step[:, None] * mean) - p.x * _lived(p, step)[:, None])
    own = p.causes == 1
    eta[own] += p.x[own] - mean[p.row_of_death]
    # q(u) = sum over who had a competing event before u, over later rows, of (x - mean) risk G(t-)/G(T-) dH
    competing = np.flatnonzero(p.causes > 1)
    tail_h = _tail(step * p.g_rows)
    tail_x = _tail((step * p.g_rows)[:, None] * mean)
    censored_at, count = np.unique(p.times[p.causes == 0], return_counts=True)
    at_risk = len(p.times) - np.searchsorted(p.times, censored_at, side="left")
    share = risk[competing] / p.g_patients[competing]
    zero = np.zeros((1, p.x.shape[1]))
    sum_x = np.concatenate([zero, np.cumsum(share[:, None] * p.x[competing], axis=0)])
    sum_1 = np.concatenate([[0.0], np.cumsum(share)])
    before = np.searchsorted(p.times[competing], censored_at, side="left")
    later = np.searchsorted(p.rows, censored_at, side="right")
    q = sum_x[before] * tail_h[later][:, None] - sum_1[before][:, None] * tail_x[later]
    weight = q / at_risk[:, None]
    hazard = np.concatenate([zero, np.cumsum(weight * (count / at_risk)[:, None], axis=0)])
    psi = -hazard[np.searchsorted(censored_at, p.times, side="right")]
    out = p.causes == 0
    psi[out] += weight[np.searchsorted(censored_at, p.times[out])]
    return np.asarray(eta + psi)


def _tail(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums from each row to the end, and zero after it."""
    zero = np.zeros((1, *steps.shape[1:]))
    return np.concatenate([np.cumsum(steps[::-1], axis=0)[::-1], zero])
