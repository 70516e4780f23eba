"""Cox's proportional hazards model.

    h(t | x) = h₀(t) exp(βᵀx)

Ties by Efron, Breslow or the exact conditional likelihood; strata, case weights, delayed entry and covariates that
change in time (several spells per patient), an offset, cluster-robust errors. Newton's method until the step no longer
moves the likelihood, which is further than R goes. No matrix is kept per death: the Hessian is Σ a x xᵀ over patients,
a the risk of each times the hazard it has lived through, less Σ mean meanᵀ over deaths.
Sources: cox1972, efron1977, breslow1974, gail1981, lin1989; checked against R.

The first data set of Therneau and Grambsch (appendix E) has the closed form log(1.5 + √33/2) with Breslow's ties:

    >>> fit = cox([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0], names=["x"], ties="breslow")
    >>> round(fit.terms[0].coefficient, 9)
    1.475284915
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from myelon.cohort.risk_sets import RiskSets, Ties, in_halves, risk_sets
from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

_MOST_STEPS = 60
_SETTLED = 1e-11
"""Newton decrement (the rise of the likelihood still to come, doubled) below which the next step is the last."""
_THERE = 1e-20
"""Below this the step, of 10⁻¹⁰ of a standard error, is taken and the likelihood not asked again."""
_APART = 30.0
"""A linear predictor that spans more than this is heading for infinity: the hazard ratio is above 10¹³."""
_COLLINEAR = 1e-9
_NOTHING = 1e-9
"""Information per squared range of a covariate below which there is none but rounding."""
_SILENT, _TOO_FEW = "the events tell nothing of a covariate", "Leave covariates out: too few events"


class Term(NamedTuple):
    """A covariate of the model."""

    name: str
    coefficient: float
    standard_error: float
    z: float
    p: float
    hazard_ratio: float
    lower: float
    upper: float


class Test(NamedTuple):
    """A test of the whole model."""

    statistic: float
    degrees_of_freedom: int
    p: float


@dataclass(frozen=True, eq=False)
class Cox:
    """A fitted model.

    Attributes:
        terms: One per covariate.
        covariance: Of the coefficients, from the information; shape (p, p).
        robust: Of the coefficients by the sandwich over clusters, or None.
        loglik: At zero and at the estimate.
        likelihood_ratio: Against no covariate at all.
        wald: The same by the covariance (the robust one where there is one).
        score: The same by the slope at zero.
        n: Patients (or spells).
        events: Events.
        ties: How ties were broken.
        steps: Newton steps.
        level: Confidence level of the limits.
        sets: The risk sets, for checks and the baseline.
    """

    terms: tuple[Term, ...]
    covariance: NDArray[np.float64]
    robust: NDArray[np.float64] | None
    loglik: tuple[float, float]
    likelihood_ratio: Test
    wald: Test
    score: Test
    n: int
    events: int
    ties: Ties
    steps: int
    level: float
    sets: RiskSets

    @property
    def coefficients(self) -> NDArray[np.float64]:
        """Estimates, shape (p,)."""
        return np.array([t.coefficient for t in self.terms])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the covariates."""
        return tuple(t.name for t in self.terms)

    @property
    def risk(self) -> NDArray[np.float64]:
        """exp(linear predictor) of each patient at the means of the covariates, in the order of the risk sets."""
        return np.exp(self.sets.x @ self.coefficients + self.sets.offset)


def terms_of(
    names: Sequence[str], beta: NDArray[np.float64], covariance: NDArray[np.float64], level: float
) -> tuple[Term, ...]:
    """Each coefficient with its error, test, ratio and limits."""
    from scipy.special import ndtr, ndtri  # noqa: PLC0415  # scipy loads only where a p is needed

    z = float(ndtri(0.5 + level / 2))
    found = []
    for name, b, error in zip(names, beta.tolist(), np.sqrt(np.diag(covariance)).tolist(), strict=True):
        limits = (float(np.exp(b + s * z * error)) for s in (-1, 1))
        found.append(Term(name, b, error, b / error, float(2 * ndtr(-abs(b / error))), float(np.exp(b)), *limits))
    return tuple(found)


def cox(
    times: ArrayLike,
    events: ArrayLike,
    covariates: ArrayLike,
    *,
    names: Sequence[str],
    ties: Ties = "efron",
    entry: ArrayLike | None = None,
    strata: Sequence[Any] | NDArray[Any] | None = None,
    weights: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    cluster: Sequence[Any] | NDArray[Any] | None = None,
    level: float = 0.95,
) -> Cox:
    """Fit a model.

    Args:
        times: End of each spell, shape (n,).
        events: 1 event at its end, 0 none, shape (n,).
        covariates: Shape (n, p).
        names: Of the covariates, length p.
        ties: ``efron``, ``breslow`` or ``exact``.
        entry: Start of each spell, shape (n,).
        strata: Each has a baseline hazard of its own, shape (n,).
        weights: Case weights above 0, shape (n,).
        offset: Added to the linear predictor, shape (n,).
        cluster: Rows of one cluster are one patient to the robust error, shape (n,).
        level: Confidence level.

    Raises:
        TableError: No event, an event that is not 0 or 1, a missing covariate, one that is constant, a combination of
            others or separates the events perfectly; exact ties with weights or a cluster.
    """
    if ties == "exact" and (weights is not None or cluster is not None):
        raise TableError("exact ties with weights or clusters", todo="Use Efron's")
    sets = risk_sets(
        times, events, covariates, names=names, ties=ties, entry=entry, strata=strata, weights=weights, offset=offset
    )
    _independent(sets, names)
    beta, first, last, steps = _newton(sets, names)
    covariance = np.asarray(np.linalg.inv(last.information), dtype=np.float64)
    robust = None
    if cluster is not None:
        from myelon.cohort.cox_checks import robust_covariance  # noqa: PLC0415  # checks import this module

        robust = robust_covariance(sets, beta, covariance, np.asarray(cluster))
    return _report(sets, names, ties, level, beta, covariance, robust, first, last, steps)


class Likelihood(NamedTuple):
    """Log partial likelihood with its slope (p,) and information (p, p)."""

    value: float
    slope: NDArray[np.float64]
    information: NDArray[np.float64]


def likelihood(sets: RiskSets, beta: NDArray[np.float64]) -> Likelihood:
    """Log partial likelihood at coefficients: back in time over the risk sets, then once over the patients."""
    eta = sets.x @ beta + sets.offset
    if sets.ties == "exact":
        return _exact(sets, eta)
    from myelon.cohort.sweeps import lived_squares  # noqa: PLC0415  # numba loads only where a model is fitted

    shift, p = float(eta.max()), len(beta)
    risk = np.exp(eta - shift) * sets.weights
    back = sets.sweep(risk)
    cumulative = np.concatenate([[0.0], np.cumsum(back.hazard)])

    def part(of: slice) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        lived, squares = np.zeros(p), np.zeros((p, p))
        lived_squares(
            sets.x[of], risk[of], sets.events[of], sets.last[of], sets.first[of], cumulative, back.spared,
            lived, squares,
        )  # fmt: skip
        return lived, squares

    lived, squares = in_halves(part, len(eta))
    value = float(sets.dying @ (eta - shift) - back.logs)
    return Likelihood(value, sets.dying_x - lived, squares - back.squares)


def _newton(sets: RiskSets, names: Sequence[str]) -> tuple[NDArray[np.float64], Likelihood, Likelihood, int]:
    """Coefficients, the likelihood at zero and at the estimate, and the number of steps."""
    beta = np.zeros(sets.x.shape[1])
    now = first = likelihood(sets, beta)
    for step in range(1, _MOST_STEPS):
        try:
            move = np.linalg.solve(now.information, now.slope)
        except np.linalg.LinAlgError as error:
            raise TableError(_SILENT, todo=_TOO_FEW) from error
        decrement = float(now.slope @ move)
        if abs(decrement) < _THERE:
            _not_separated(sets, names, now)
            return beta + move, first, now, step
        trial = beta + move
        then = likelihood(sets, trial)
        for _ in range(30):
            if then.value >= now.value - 1e-9 * abs(now.value):
                break
            move = move / 2.0
            trial = beta + move
            then = likelihood(sets, trial)
        beta, now = trial, then
        reach = np.abs(beta) * sets.ranges
        if reach.max() > _APART:
            at = int(np.argmax(reach))
            raise TableError(
                f"{names[at]} separates the events perfectly: its hazard ratio is infinite",
                todo="Leave it out, or compare its groups with a log-rank test",
            )
        if decrement < _SETTLED:
            _not_separated(sets, names, now)
            return beta, first, now, step
    raise TableError("the model does not settle", todo="Look for covariates that nearly repeat each other")


def _not_separated(sets: RiskSets, names: Sequence[str], at: Likelihood) -> None:
    """Refuse a likelihood that is flat because it rises for ever: the error over a covariate's range tells.

    Raises:
        TableError: The name of the covariate.
    """
    spread = np.sqrt(np.maximum(np.diag(np.linalg.pinv(at.information, hermitian=True)), 0.0)) * sets.ranges
    if spread.max() > _APART or np.linalg.cond(at.information) > 1.0 / np.finfo(np.float64).eps:
        raise TableError(
            f"{names[int(np.argmax(spread))]} separates the events perfectly: its hazard ratio is infinite",
            todo="Leave it out, or compare its groups with a log-rank test",
        )
    if np.linalg.eigvalsh(at.information / np.outer(sets.ranges, sets.ranges))[0] < _NOTHING:
        raise TableError(_SILENT, todo=_TOO_FEW)


def _independent(sets: RiskSets, names: Sequence[str]) -> None:
    """Refuse a covariate that others give exactly.

    Raises:
        TableError: Its name and theirs.
    """
    gram = sets.weighted_square(np.ones(len(sets.x)))
    scale = np.sqrt(np.diag(gram))
    unit = gram / np.outer(scale, scale)
    for k in range(1, len(names)):
        inside = unit[:k, :k]
        share = np.linalg.lstsq(inside, unit[:k, k], rcond=None)[0]
        if 1.0 - float(unit[:k, k] @ share) < _COLLINEAR:
            others = [n for n, s in zip(names, share, strict=False) if abs(s) > 1e-6]
            raise TableError(f"{names[k]} is given by {', '.join(others)}", todo="Leave one of them out")


def _exact(sets: RiskSets, eta: NDArray[np.float64]) -> Likelihood:
    """The conditional likelihood of each row: which of those at risk died, given how many."""
    from myelon.cohort.sweeps import exact_terms  # noqa: PLC0415  # numba loads only where a model is fitted

    p = sets.x.shape[1]
    died = sets.events == 1
    value, slope, information = float(eta[died].sum()), sets.death_x.sum(axis=0), np.zeros((p, p))
    for row, deaths in enumerate(sets.deaths):
        there = (sets.first <= row) & (sets.last > row)
        shift = float(eta[there].max())
        b, db, ddb = np.empty(deaths + 1), np.empty((deaths + 1, p)), np.empty((deaths + 1, p, p))
        exact_terms(sets.x[there], np.exp(eta[there] - shift), int(deaths), b, db, ddb)
        if not np.isfinite(b[-1]) or b[-1] <= 0:
            raise TableError(f"{deaths} deaths at {sets.times[row]:g}: too many sets to count", todo="Use Efron's")
        mean = db[-1] / b[-1]
        lower = np.tril(ddb[-1]) / b[-1]
        second = lower + lower.T - np.diag(np.diag(lower))
        value -= float(np.log(b[-1])) + deaths * shift
        slope = slope - mean
        information += second - np.outer(mean, mean)
    return Likelihood(value, slope, information)


def _report(  # what a fit consists of
    sets: RiskSets,
    names: Sequence[str],
    ties: Ties,
    level: float,
    beta: NDArray[np.float64],
    covariance: NDArray[np.float64],
    robust: NDArray[np.float64] | None,
    first: Likelihood,
    last: Likelihood,
    steps: int,
) -> Cox:
    from scipy.special import chdtrc  # noqa: PLC0415  # scipy loads only where a p is needed

    p = len(beta)
    used = covariance if robust is None else robust

    def test(statistic: float) -> Test:
        return Test(statistic, p, float(chdtrc(p, statistic)))

    return Cox(
        terms_of(names, beta, used, level), covariance, robust, (first.value, last.value),
        test(2 * (last.value - first.value)),
        test(float(beta @ np.linalg.solve(used, beta))),
        test(float(first.slope @ np.linalg.solve(first.information, first.slope))),
        len(sets.x), int(sets.events.sum()), ties, steps, level, sets,
    )  # fmt: skip
