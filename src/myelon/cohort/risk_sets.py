"""Who is at risk at each time of death: what a Cox model, its checks and its summaries are computed from.

The deaths of one time and stratum are one row. A patient is at risk at the rows ``first`` to ``last`` (excluded), so a
sum over time for each patient is a difference of two cumulative sums, and a sum over patients for each time is one
sweep. No risk set is ever written out. Sources: cox1972, efron1977, breslow1974, andersen1982.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np

from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

Ties = Literal["efron", "breslow", "exact"]
TIES: tuple[Ties, ...] = get_args(Ties)
_RADIX = 1 << 16
_TWO_HANDS = 1 << 17
"""Patients from which a second thread pays."""


class Sums(NamedTuple):
    """Sums over those at risk (s) and those dying (d) at each row: of risk, and of risk times covariates."""

    s0: NDArray[np.float64]
    s1: NDArray[np.float64]
    d0: NDArray[np.float64]
    d1: NDArray[np.float64]


class Sweep(NamedTuple):
    """What a likelihood needs of the rows."""

    hazard: NDArray[np.float64]
    """Step of the cumulative hazard at each row, shape (m,)."""
    spared: NDArray[np.float64]
    """The part of it that those who die there do not live through, shape (m,)."""
    squares: NDArray[np.float64]
    """Σ w mean meanᵀ over deaths, shape (p, p)."""
    logs: float
    """Σ w log denominator over deaths."""
    sums: Sums
    """Empty unless they are kept."""


class Hazards(NamedTuple):
    """Steps of the cumulative hazard at each row, over its ties."""

    hazard: NDArray[np.float64]
    """Σ w / denominator, shape (m,)."""
    hazard_dying: NDArray[np.float64]
    """Σ w (1 - share) / denominator: what those who die there get instead, shape (m,)."""
    log_denominator: NDArray[np.float64]
    """Σ w log denominator, shape (m,)."""


class Means(NamedTuple):
    """Means of the covariates over the risk set of each row, over its ties, shape (m, p)."""

    hazard_mean: NDArray[np.float64]
    """Σ w mean / denominator."""
    hazard_mean_dying: NDArray[np.float64]
    """Σ w (1 - share) mean / denominator."""
    average: NDArray[np.float64]
    """The mean itself, averaged over the ties."""


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Patients in the order of stratum and time, and the rows of deaths.

    Attributes:
        order: Which patient stands where, shape (n,).
        x: Covariates less their means, shape (n, p).
        centre: The means, shape (p,).
        events: 0 or 1, shape (n,).
        weights: Above 0, shape (n,).
        offset: Added to each linear predictor, shape (n,).
        first: First row at which each is at risk, shape (n,).
        last: One past the last row, shape (n,).
        entry_order: Patients by ``first``, shape (n,); empty when all are at risk from the start.
        times: Time of each row, shape (m,).
        stratum: Stratum of each row, shape (m,).
        deaths: Deaths of each row, shape (m,).
        death_weight: Sum of their weights, shape (m,).
        ties: How they are broken.
        ranges: Greatest less least of each covariate, shape (p,).
    """

    order: NDArray[np.intp]
    x: NDArray[np.float64]
    centre: NDArray[np.float64]
    events: NDArray[np.int8]
    weights: NDArray[np.float64]
    offset: NDArray[np.float64]
    stops: NDArray[np.float64]
    entries: NDArray[np.float64]
    strata: NDArray[np.intp]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    entry_order: NDArray[np.intp]
    times: NDArray[np.float64]
    stratum: NDArray[np.intp]
    deaths: NDArray[np.int64]
    death_weight: NDArray[np.float64]
    ties: Ties
    ranges: NDArray[np.float64]

    @cached_property
    def tie_row(self) -> NDArray[np.intp]:
        """Row of each death, shape (D,)."""
        return np.repeat(np.arange(len(self.deaths)), self.deaths)

    @cached_property
    def tie_share(self) -> NDArray[np.float64]:
        """0, 1/d, 2/d …: part of the dying of its row that is gone when each dies, shape (D,)."""
        if self.ties != "efron":
            return np.zeros(len(self.tie_row))
        before = np.arange(len(self.tie_row)) - (np.cumsum(self.deaths) - self.deaths)[self.tie_row]
        return np.asarray(before / self.deaths[self.tie_row])

    @cached_property
    def death_x(self) -> NDArray[np.float64]:
        """Sum of the weighted covariates of the dying of each row, shape (m, p)."""
        died = np.flatnonzero(self.events)
        heads = np.cumsum(self.deaths) - self.deaths
        return np.asarray(np.add.reduceat(self.x[died] * self.weights[died, None], heads, axis=0))

    @cached_property
    def dying(self) -> NDArray[np.float64]:
        """Weight of those who die, 0 of others, shape (n,)."""
        return self.weights * self.events

    @cached_property
    def dying_x(self) -> NDArray[np.float64]:
        """Sum of the weighted covariates of all who die, shape (p,)."""
        return np.asarray(self.dying @ self.x)

    def sweep(self, risk: NDArray[np.float64], *, keep: bool = False) -> Sweep:
        """Go back in time over the risk sets; ``risk`` is of each patient, its own weight included."""
        from myelon.cohort.sweeps import sweep_back  # noqa: PLC0415  # numba loads only where a model is fitted

        m, p = len(self.times), self.x.shape[1]
        hazard, spared, squares = np.empty(m), np.empty(m), np.zeros((p, p))
        at_risk, dying = (np.empty((m if keep else 0, p + 1)) for _ in range(2))
        logs = sweep_back(
            self.x, risk, self.events, self.last, self.first, self.entry_order, self.stratum, self.deaths,
            self.death_weight, self.ties == "efron", hazard, spared, squares, at_risk, dying,
        )  # fmt: skip
        return Sweep(hazard, spared, squares, logs, Sums(at_risk[:, p], at_risk[:, :p], dying[:, p], dying[:, :p]))

    def sums(self, risk: NDArray[np.float64]) -> Sums:
        """Sums at each row of a weight per patient (``risk`` times its own weight)."""
        return self.sweep(risk * self.weights, keep=True).sums

    def at_each(self, steps: NDArray[np.float64], dying: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Sum of a step function over the time each patient was at risk; ``dying`` replaces the step of its own death.

        Args:
            steps: One value (or vector) per row, shape (m,) or (m, p).
            dying: What those who die at a row get instead, same shape.
        """
        zero = np.zeros((1, *steps.shape[1:]))
        whole = np.concatenate([zero, np.cumsum(steps, axis=0)])
        found = whole[self.last]
        if len(self.entry_order) or self.first.any():
            found = found - whole[self.first]
        if dying is not None:
            died = self.events == 1
            rows = self.last[died] - 1
            found[died] += dying[rows] - steps[rows]
        return np.asarray(found)

    def weighted_square(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Σ weight x xᵀ over patients, in blocks that stay in the cache."""
        from myelon.cohort.sweeps import weighted_square  # noqa: PLC0415  # numba loads only where a model is fitted

        def part(of: slice) -> tuple[NDArray[np.float64]]:
            total = np.zeros((self.x.shape[1], self.x.shape[1]))
            weighted_square(self.x[of], weight[of], total)
            return (total,)

        return in_halves(part, len(self.x))[0]

    def _denominators(self, sums: Sums) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weight and denominator of each death, shape (D,)."""
        weight = (self.death_weight / self.deaths)[self.tie_row]
        return weight, sums.s0[self.tie_row] - self.tie_share * sums.d0[self.tie_row]

    def _per_row(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        if len(values) == len(self.times):
            return values
        return np.asarray(np.bincount(self.tie_row, weights=values, minlength=len(self.times)), dtype=np.float64)

    def hazards(self, sums: Sums) -> Hazards:
        """Steps of the cumulative hazard."""
        weight, denominator = self._denominators(sums)
        step = weight / denominator
        return Hazards(
            self._per_row(step),
            self._per_row((1.0 - self.tie_share) * step),
            self._per_row(weight * np.log(denominator)),
        )

    def means(self, sums: Sums) -> Means:
        """Means of the covariates, weighed by the hazard."""
        weight, denominator = self._denominators(sums)
        share = self.tie_share
        squared = weight / denominator**2

        def mixed(values: NDArray[np.float64]) -> NDArray[np.float64]:
            gone = self._per_row(values * share)[:, None] * sums.d1
            return np.asarray(self._per_row(values)[:, None] * sums.s1 - gone)

        return Means(mixed(squared), mixed((1.0 - share) * squared), mixed(1.0 / denominator) / self.deaths[:, None])

    def averages(self, sums: Sums) -> NDArray[np.float64]:
        """Mean of the covariates over each risk set, averaged over the ties, shape (m, p)."""
        return self.means(sums).average

    def mean_squares(self, sums: Sums, by: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Σ w mean meanᵀ over rows and ties, each row times ``by``."""
        weight, denominator = self._denominators(sums)
        base = weight / denominator**2
        if by is not None:
            base = base * by[self.tie_row]
        total = (sums.s1 * self._per_row(base)[:, None]).T @ sums.s1
        if self.tie_share.any():
            share = self.tie_share
            mixed = (sums.s1 * self._per_row(base * share)[:, None]).T @ sums.d1
            total += (sums.d1 * self._per_row(base * share**2)[:, None]).T @ sums.d1 - mixed - mixed.T
        return np.asarray(total)


def risk_sets(
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
) -> RiskSets:
    """Sort patients and find the rows of deaths; arguments as `cox`.

    Raises:
        TableError: What is no patient, and where.
    """
    t, e, x = (np.asarray(v, dtype=np.float64) for v in (times, events, covariates))
    x = x[:, None] if x.ndim == 1 else x
    n = len(t)
    if n == 0 or t.ndim != 1 or e.shape != (n,) or x.shape[:1] != (n,) or x.shape[1] != len(names):
        raise TableError("times, events, covariates and names differ in length", todo="Give one of each per patient")
    ranges = _numbers(t, e, x, names)
    start = np.full(n, -np.inf) if entry is None else np.asarray(entry, dtype=np.float64)
    late = ~(start < t)
    if late.any():
        row = int(np.flatnonzero(late)[0])
        what = f"entry {start[row]:g} is not before time {t[row]:g}"
        raise TableError(what, where=f"row {row + 1}", todo="Observation begins before it ends")
    w = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    good = np.isfinite(w) & (w > 0)
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        raise TableError(
            f"weight {w[row]:g}", where=f"row {row + 1}", todo="Weights are above 0: leave the patient out"
        )
    if not e.any():
        raise TableError("no event", todo="A model needs at least one event")
    order, level = _by_time(t), np.zeros(n, dtype=np.intp)
    if strata is not None:
        code = np.unique(np.asarray(strata), return_inverse=True)[1]
        order = order[np.argsort(code[order], kind="stable")]
        level = code[order]
    t, x = t[order], x.take(order, axis=0)
    w = w if weights is None else w[order]
    start = start if entry is None else start[order]
    dead = e.astype(np.int8)[order]
    centre = (w @ x) / w.sum()
    x -= centre
    died = np.flatnonzero(dead)
    fresh = np.ones(len(died), dtype=bool)
    fresh[1:] = (t[died[1:]] != t[died[:-1]]) | (level[died[1:]] != level[died[:-1]])
    heads = np.flatnonzero(fresh)
    row_times, row_stratum = t[died[heads]], level[died[heads]]
    edges = np.searchsorted(row_stratum, np.arange(level[-1] + 1))
    first = edges[level] if entry is None else _rows_upto(start, level, row_times, row_stratum)
    return RiskSets(
        order, x, centre, dead, w, np.zeros(n) if offset is None else np.asarray(offset, dtype=np.float64)[order],
        t, start, level, first, _rows_upto(t, level, row_times, row_stratum),
        np.empty(0, dtype=np.intp) if entry is None else np.argsort(first, kind="stable"),
        row_times, row_stratum, np.diff(np.append(heads, len(died))), np.add.reduceat(w[died], heads), ties, ranges,
    )  # fmt: skip


def in_halves(work: Callable[[slice], tuple[NDArray[np.float64], ...]], n: int) -> tuple[NDArray[np.float64], ...]:
    """Sums over patients, those of many by two threads; the halves are always the same, and so are the sums."""
    if n < _TWO_HANDS:
        return work(slice(0, n))
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(work, (slice(0, n // 2), slice(n // 2, n)))
    return tuple(a + b for a, b in zip(one, two, strict=True))


def _by_time(t: NDArray[np.float64]) -> NDArray[np.intp]:
    """A stable order. Whole days are sorted digit by digit; an unstable sort is as good where no time comes twice."""
    if t.max() < _RADIX and (t == np.floor(t)).all():
        return np.argsort(t.astype(np.uint16), kind="stable")
    order = np.argsort(t)
    there = t[order]
    return order if (there[1:] > there[:-1]).all() else np.argsort(t, kind="stable")


def _rows_upto(
    t: NDArray[np.float64], level: NDArray[np.intp], row_times: NDArray[np.float64], row_stratum: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Number of rows of earlier strata and of its own stratum up to each time."""
    edges = np.searchsorted(row_stratum, np.arange(level[-1] + 2))
    found = np.empty(len(t), dtype=np.intp)
    bounds = np.searchsorted(level, np.arange(level[-1] + 2))
    for s in range(level[-1] + 1):
        rows = row_times[edges[s] : edges[s + 1]]
        part = slice(bounds[s], bounds[s + 1])
        found[part] = edges[s] + np.searchsorted(rows, t[part], side="right")
    return found


def _numbers(
    t: NDArray[np.float64], e: NDArray[np.float64], x: NDArray[np.float64], names: Sequence[str]
) -> NDArray[np.float64]:
    """Refuse what is no patient; the range of each covariate."""
    bad = ~np.isfinite(t) | (t < 0)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise TableError(f"time {t[row]:g}", where=f"row {row + 1}", todo="Times are from 0")
    odd = (e != 0) & (e != 1)
    if odd.any():
        row = int(np.flatnonzero(odd)[0])
        raise TableError(f"event {e[row]:g} is not 0 or 1", where=f"row {row + 1}", todo="1 is an event, 0 censored")
    from myelon.cohort.sweeps import bounds  # noqa: PLC0415  # numba loads only where a model is fitted

    least, most = np.full(x.shape[1], np.inf), np.full(x.shape[1], -np.inf)
    row = bounds(x, least, most)
    if row >= 0:
        column = int(np.flatnonzero(~np.isfinite(x[row]))[0])
        raise TableError(
            f"{names[column]} is {x[row, column]:g}", where=f"row {row + 1}", todo="Leave out who lacks a covariate"
        )
    flat = np.flatnonzero(least == most)
    if len(flat):
        raise TableError(f"{names[int(flat[0])]} is the same in all", todo="Leave it out of the model")
    return np.asarray(most - least)
