"""A Cox model over sites that keep their patients: each gives sums at the coefficients of the last step.

At every time with a death anywhere: the risk, risk times covariates and risk times their squares of those at risk, and
the same of those dying. Sums add; the step of Newton's method from added sums is that of the pooled patients, with
Efron's or Breslow's ties (verified against R through federation engines, COHORT §5). The times must be agreed before:
each site gives its sums at every time of its own, as step functions, and the merge reads them where another has a
death.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.errors import TableError
from myelon.record.base import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.cohort.analysis import Chosen
    from myelon.cohort.recipe import Recipe
    from myelon.cohort.risk_sets import Ties

_SINGULAR, _LONGEST = 1e12, 1.0
"""Condition of an information that says nothing; longest step of a coefficient, so that no site meets infinity."""
Rows = tuple[tuple[float, ...], ...]


class CoxSums(Part):
    """Sums of one site, or of several merged, at given coefficients.

    Attributes:
        names: Of the covariates.
        at: The coefficients, length p.
        n: Patients.
        times: Every time at which somebody leaves, ascending, length t.
        deaths: Deaths at each.
        death_x: Sum of covariates of the dying, and of the linear predictor last, t rows of p + 1.
        at_risk: Risk, risk x (p), risk x xᵀ (p²) of those at risk, t rows of 1 + p + p².
        dying: The same of those dying.
    """

    names: tuple[str, ...]
    at: tuple[float, ...]
    n: int
    times: tuple[float, ...]
    deaths: tuple[int, ...]
    death_x: Rows
    at_risk: Rows
    dying: Rows

    @classmethod
    def of(cls, recipe: Recipe, chosen: Chosen, at: Sequence[float] | None = None) -> CoxSums:
        """Sums of the patients of a site."""
        from myelon.cohort.analysis import design  # noqa: PLC0415  # the analysis imports this module's sibling

        frame = design(recipe, chosen, declared=True)
        beta = np.zeros(len(frame.names)) if at is None else np.asarray(at, dtype=np.float64)
        return site_sums(frame.days, frame.events, frame.x, frame.names, beta)

    @classmethod
    def merged(cls, parts: Sequence[CoxSums]) -> CoxSums:
        """Add sites.

        Raises:
            TableError: Different covariates or coefficients.
        """
        first = parts[0]
        if any(p.names != first.names or p.at != first.at for p in parts):
            raise TableError("sums at different coefficients", todo="Give every site the coefficients of the last step")
        times = np.unique(np.concatenate([p.times for p in parts]))
        width = len(first.names)
        deaths = np.zeros(len(times), dtype=np.int64)
        death_x = np.zeros((len(times), width + 1))
        at_risk, dying = (np.zeros((len(times), 1 + width + width**2)) for _ in range(2))
        for part in parts:
            rows = np.searchsorted(times, part.times)
            deaths[rows] += np.array(part.deaths)
            death_x[rows] += np.array(part.death_x)
            dying[rows] += np.array(part.dying)
            later = np.searchsorted(part.times, times)
            steps = np.vstack([np.array(part.at_risk), np.zeros((1, at_risk.shape[1]))])
            at_risk += steps[later]
        return cls(
            names=first.names, at=first.at, n=sum(p.n for p in parts), times=tuple(times.tolist()),
            deaths=tuple(deaths.tolist()), death_x=_rows(death_x), at_risk=_rows(at_risk), dying=_rows(dying),
        )  # fmt: skip


def site_sums(
    days: NDArray[np.float64],
    events: NDArray[np.float64],
    x: NDArray[np.float64],
    names: Sequence[str],
    beta: NDArray[np.float64],
) -> CoxSums:
    """Sums of the patients themselves.

    Args:
        days: Shape (n,).
        events: 0 or 1, shape (n,).
        x: Shape (n, p), not centred: sites have no common mean.
        names: Length p.
        beta: Shape (p,).
    """
    times = np.unique(np.round(days, 9))
    place = np.searchsorted(times, np.round(days, 9))
    eta = x @ beta
    risk = np.exp(eta)
    square = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    each = np.column_stack([risk, risk[:, None] * x, risk[:, None] * square])
    leaving = np.zeros((len(times), each.shape[1]))
    np.add.at(leaving, place, each)
    died = events == 1
    dying, death_x = np.zeros_like(leaving), np.zeros((len(times), x.shape[1] + 1))
    np.add.at(dying, place[died], each[died])
    np.add.at(death_x, place[died], np.column_stack([x, eta])[died])
    return CoxSums(
        names=tuple(names), at=tuple(float(b) for b in beta), n=len(x), times=tuple(times.tolist()),
        deaths=tuple(np.bincount(place[died], minlength=len(times)).tolist()), death_x=_rows(death_x),
        at_risk=_rows(np.cumsum(leaving[::-1], axis=0)[::-1]), dying=_rows(dying),
    )  # fmt: skip


def _rows(values: NDArray[np.float64]) -> Rows:
    return tuple(tuple(float(v) for v in row) for row in values)


class Step(NamedTuple):
    """One step of Newton's method from merged sums."""

    coefficients: tuple[float, ...]
    """Where to go next."""
    loglik: float
    """At the coefficients that were given."""
    covariance: NDArray[np.float64]
    decrement: float
    """Rise of the likelihood still to come, doubled; below 1e-16 the model is settled, and so are its errors."""

    @property
    def settled(self) -> bool:
        """Whether the next coefficients are the estimate."""
        return self.decrement < 1e-16


def next_step(sums: CoxSums, ties: Ties = "efron") -> Step:
    """Likelihood, slope and information of the merged sites, and where they lead.

    Raises:
        TableError: Exact ties (they are no sums), or no death.
    """
    if ties == "exact":
        raise TableError("exact ties over sites", todo="Use Efron's: the exact likelihood is not a sum over patients")
    p = len(sums.names)
    deaths = np.array(sums.deaths)
    busy = np.flatnonzero(deaths)
    if len(busy) == 0:
        raise TableError("no event", todo="A model needs at least one event")
    rows = np.repeat(busy, deaths[busy])
    rank = np.concatenate([np.arange(d) for d in deaths[busy]])
    share = rank / deaths[rows] if ties == "efron" else np.zeros(len(rows))
    at_risk, dying = np.array(sums.at_risk), np.array(sums.dying)
    part = at_risk[rows] - share[:, None] * dying[rows]
    mean = part[:, 1 : p + 1] / part[:, :1]
    second = (part[:, p + 1 :] / part[:, :1]).reshape(-1, p, p)
    death_x = np.array(sums.death_x).sum(axis=0)
    loglik = float(death_x[-1] - np.log(part[:, 0]).sum())
    slope = death_x[:-1] - mean.sum(axis=0)
    information = second.sum(axis=0) - mean.T @ mean
    if not np.isfinite(information).all() or np.linalg.cond(information) > _SINGULAR:
        raise TableError("the events tell nothing of a covariate", todo="Leave it out: nobody, or everybody, has it")
    move = np.linalg.solve(information, slope)
    decrement = float(slope @ move)
    move *= min(1.0, _LONGEST / float(np.abs(move).max(initial=_LONGEST)))
    return Step(tuple(float(b) for b in np.array(sums.at) + move), loglik, np.linalg.inv(information), decrement)
