"""The numba kernels of the Cox model: one sweep back in time over patients; pairs by rank; the exact likelihood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1000
"""Vectors of a block: ten columns of them stay in the cache, and none begins where another does modulo a page."""


@njit(cache=True, nogil=True, error_model="numpy")
def sweep_back(  # noqa: C901, PLR0912, PLR0915  # one sweep, and calls would cost more than it  # pragma: no cover  # compiled
    x: NDArray[Any],
    risk: NDArray[Any],
    events: NDArray[Any],
    last: NDArray[Any],
    first: NDArray[Any],
    entry_order: NDArray[Any],
    stratum: NDArray[Any],
    deaths: NDArray[Any],
    death_weight: NDArray[Any],
    efron: bool,  # numba takes no keywords
    hazard: NDArray[Any],
    spared: NDArray[Any],
    squares: NDArray[Any],
    at_risk: NDArray[Any],
    dying: NDArray[Any],
) -> float:
    """Go back in time over the risk sets.

    Args:
        x: Shape (n, p); with what follows as in `RiskSets`.
        risk: Times the weight, shape (n,).
        events: Shape (n,).
        last: Shape (n,).
        first: Shape (n,).
        entry_order: Shape (n,) or empty.
        stratum: Shape (m,).
        deaths: Shape (m,).
        death_weight: Shape (m,).
        efron: Whether the dying of a row leave one after another.
        hazard: Filled: step of the cumulative hazard at each row, shape (m,).
        spared: Filled: the part of that step that those who die there do not live through, shape (m,).
        squares: Zeros, to which Σ mean meanᵀ over deaths is added, shape (p, p).
        at_risk: Filled, where it has rows: sums of risk times covariates, and of risk last, shape (m, p + 1) or empty.
        dying: The same over those who die at each row, shape (m, p + 1) or empty.

    Returns:
        Σ log denominator over deaths, weighed.
    """
    n, p = x.shape
    patient, entering, kept = n - 1, len(entry_order) - 1, len(at_risk) > 0
    now, gone = np.zeros(p + 1), np.zeros(p + 1)
    columns, scale, filled = np.empty((p, _BLOCK)), np.empty(_BLOCK), 0
    logs = 0.0
    for row in range(len(stratum) - 1, -1, -1):
        if row + 1 < len(stratum) and stratum[row + 1] != stratum[row]:
            now[:] = 0.0
            while entering >= 0 and first[entry_order[entering]] > row:
                entering -= 1
        tied = kept or (efron and deaths[row] > 1)
        if tied:
            gone[:] = 0.0
        while patient >= 0 and last[patient] > row:
            if first[patient] <= row:
                r = risk[patient]
                for k in range(p):
                    now[k] += r * x[patient, k]
                now[p] += r
                if tied and events[patient] == 1:
                    for k in range(p):
                        gone[k] += r * x[patient, k]
                    gone[p] += r
            patient -= 1
        while entering >= 0 and first[entry_order[entering]] > row:
            late = entry_order[entering]
            if last[late] > first[late]:
                r = risk[late]
                for k in range(p):
                    now[k] -= r * x[late, k]
                now[p] -= r
            entering -= 1
        if kept:
            at_risk[row] = now
            dying[row] = gone
        step, less, base, mixed, both = 0.0, 0.0, 0.0, 0.0, 0.0
        together = 1 if efron else deaths[row]
        weight = death_weight[row] / deaths[row] * together
        for k in range(0, deaths[row], together):
            share = k / deaths[row]
            inverse = 1.0 / (now[p] - share * gone[p])
            part = weight * inverse
            step += part
            less += share * part
            base += part * inverse
            mixed += share * part * inverse
            both += share * share * part * inverse
            logs -= weight * np.log(inverse)
        hazard[row] = step
        spared[row] = less
        # base s sᵀ - mixed (s dᵀ + d sᵀ) + both d dᵀ as two squares, completed
        lean = mixed / base
        for a in range(p):
            columns[a, filled] = now[a] - lean * gone[a]
        scale[filled] = base
        filled += 1
        rest = both - mixed * lean
        if rest > 0:
            for a in range(p):
                columns[a, filled] = gone[a]
            scale[filled] = rest
            filled += 1
        if filled > _BLOCK - 2:
            _add_block(columns, scale, filled, squares)
            filled = 0
    _add_block(columns, scale, filled, squares)
    _mirror(squares)
    return logs


@njit(cache=True, nogil=True, fastmath=True)
def _add_block(
    columns: NDArray[Any], scale: NDArray[Any], size: int, total: NDArray[Any]
) -> None:  # pragma: no cover  # compiled
    """Add Σ scale v vᵀ over the vectors of a block to the lower triangle of a matrix."""
    p = len(columns)
    scaled = np.empty(size)
    for a in range(p):
        for i in range(size):
            scaled[i] = columns[a, i] * scale[i]
        for b in range(a + 1):
            part = 0.0
            for i in range(size):
                part += scaled[i] * columns[b, i]
            total[a, b] += part


@njit(cache=True, nogil=True)
def _mirror(total: NDArray[Any]) -> None:  # pragma: no cover  # compiled
    """Copy the lower triangle of a matrix to the upper."""
    for a in range(len(total)):
        for b in range(a):
            total[b, a] = total[a, b]


@njit(cache=True, nogil=True)
def lived_squares(  # pragma: no cover  # compiled
    x: NDArray[Any],
    risk: NDArray[Any],
    events: NDArray[Any],
    last: NDArray[Any],
    first: NDArray[Any],
    cumulative: NDArray[Any],
    spared: NDArray[Any],
    slope: NDArray[Any],
    total: NDArray[Any],
) -> None:
    """Add Σ a x and Σ a x xᵀ over patients, a the risk of each times the hazard it has lived through.

    ``cumulative`` is the hazard before each row and after the last, shape (m + 1,); the rest as in `sweep_back`.
    """
    n, p = x.shape
    columns, lived = np.empty((p, _BLOCK)), np.empty(_BLOCK)
    for begin in range(0, n, _BLOCK):
        size = min(_BLOCK, n - begin)
        for i in range(size):
            at = begin + i
            hazard = cumulative[last[at]] - cumulative[first[at]]
            if events[at] == 1:
                hazard -= spared[last[at] - 1]
            lived[i] = risk[at] * hazard
            for a in range(p):
                columns[a, i] = x[at, a]
                slope[a] += lived[i] * x[at, a]
        _add_block(columns, lived, size, total)
    _mirror(total)


@njit(cache=True, nogil=True)
def weighted_square(x: NDArray[Any], weight: NDArray[Any], total: NDArray[Any]) -> None:  # pragma: no cover  # compiled
    """Add Σ weight x xᵀ over patients to a matrix, block by block, each column of a block in one piece."""
    n, p = x.shape
    columns = np.empty((p, _BLOCK))
    for begin in range(0, n, _BLOCK):
        size = min(_BLOCK, n - begin)
        for i in range(size):
            for a in range(p):
                columns[a, i] = x[begin + i, a]
        _add_block(columns, weight[begin : begin + size], size, total)
    _mirror(total)


@njit(cache=True, nogil=True)
def bounds(x: NDArray[Any], least: NDArray[Any], most: NDArray[Any]) -> int:  # pragma: no cover  # compiled
    """Least and greatest of each column, in place; the first row with a value that is not finite, or -1."""
    for i in range(x.shape[0]):
        for a in range(x.shape[1]):
            value = x[i, a]
            if not np.isfinite(value):
                return i
            least[a] = min(least[a], value)
            most[a] = max(most[a], value)
    return -1


@njit(cache=True, nogil=True)
def _add(tree: NDArray[Any], at: int, value: float) -> None:  # pragma: no cover  # compiled
    """Add to a Fenwick tree."""
    while at < len(tree):
        tree[at] += value
        at += at & -at


@njit(cache=True, nogil=True)
def _upto(tree: NDArray[Any], at: int) -> float:  # pragma: no cover  # compiled
    """Sum of the first entries of a Fenwick tree."""
    total = 0.0
    while at > 0:
        total += tree[at]
        at -= at & -at
    return total


@njit(cache=True, nogil=True)
def _outlived(  # pragma: no cover  # compiled
    tree: NDArray[Any], total: float, rank: int, sign: float, found: NDArray[Any]
) -> None:
    """Pairs of a patient with all earlier deaths: with higher risk, with lower risk, with the same."""
    below, upto = _upto(tree, rank - 1), _upto(tree, rank)
    found[0] += sign * (total - upto)
    found[1] += sign * below
    found[2] += sign * (upto - below)


@njit(cache=True, nogil=True)
def pairs(  # noqa: C901, PLR0912, PLR0915  # two sweeps  # pragma: no cover  # compiled
    rank: NDArray[Any],
    ranks: int,
    events: NDArray[Any],
    last: NDArray[Any],
    first: NDArray[Any],
    entry_order: NDArray[Any],
    weights: NDArray[Any],
    bounds: NDArray[Any],
    found: NDArray[Any],
) -> None:
    """Weighted concordant, discordant and tied pairs of each patient, as the one who died first and as the other.

    Args:
        rank: Rank of the linear predictor from 1, ties alike, shape (n,).
        ranks: Number of ranks.
        events: 0 or 1, in the order of `RiskSets`.
        last: One past the last row at risk.
        first: First row at risk.
        entry_order: Patients by first row; empty without delayed entry.
        weights: Shape (n,).
        bounds: First patient of each row's time: those who die there stand together, shape (m, 2).
        found: Zeros, shape (n, 3).
    """
    n = len(rank)
    # sweep back: who is still at risk after each death
    tree = np.zeros(ranks + 1)
    patient, entering = n - 1, len(entry_order) - 1
    total = 0.0
    for row in range(len(bounds) - 1, -1, -1):
        if bounds[row, 2] == 1:
            tree[:] = 0.0
            total = 0.0
            while entering >= 0 and first[entry_order[entering]] > row:
                entering -= 1
        while patient >= 0 and last[patient] > row:
            if first[patient] <= row and not (events[patient] == 1 and last[patient] == row + 1):
                _add(tree, rank[patient], weights[patient])
                total += weights[patient]
            patient -= 1
        while entering >= 0 and first[entry_order[entering]] > row:
            gone = entry_order[entering]
            if last[gone] > first[gone]:
                _add(tree, rank[gone], -weights[gone])
                total -= weights[gone]
            entering -= 1
        for i in range(bounds[row, 0], bounds[row, 1]):
            if events[i] == 1:
                below, upto = _upto(tree, rank[i] - 1), _upto(tree, rank[i])
                found[i, 0] += below
                found[i, 1] += total - upto
                found[i, 2] += upto - below
        for i in range(bounds[row, 0], bounds[row, 1]):
            if events[i] == 1:
                _add(tree, rank[i], weights[i])
                total += weights[i]
    # sweep forward: which deaths each patient has outlived while at risk
    tree[:] = 0.0
    total = 0.0
    patient, queue = 0, 0
    for row in range(len(bounds) + 1):
        while patient < n and last[patient] <= row:
            if events[patient] == 0 and last[patient] > first[patient]:
                _outlived(tree, total, rank[patient], 1.0, found[patient])
            patient += 1
        if row == len(bounds):
            break
        if bounds[row, 3] == 1:
            tree[:] = 0.0
            total = 0.0
        while queue < len(entry_order) and first[entry_order[queue]] <= row:
            late = entry_order[queue]
            if last[late] > first[late]:
                _outlived(tree, total, rank[late], -1.0, found[late])
            queue += 1
        for i in range(bounds[row, 0], bounds[row, 1]):
            if events[i] == 1:
                _outlived(tree, total, rank[i], 1.0, found[i])
        for i in range(bounds[row, 0], bounds[row, 1]):
            if events[i] == 1:
                _add(tree, rank[i], weights[i])
                total += weights[i]


@njit(cache=True, nogil=True)
def exact_terms(  # pragma: no cover  # compiled
    x: NDArray[Any], risk: NDArray[Any], deaths: int, value: NDArray[Any], slope: NDArray[Any], bend: NDArray[Any]
) -> None:
    """Sum over all sets of so many of those at risk of the product of their risks, with two derivatives.

    The recursion of Gail, Lubin and Rubinstein: with one more patient, B(d) becomes B(d) + r B(d - 1). The running
    values are scaled to the largest risk, which cancels in every ratio.

    Args:
        x: Covariates of those at risk, shape (n, p).
        risk: Their risks, the largest 1, shape (n,).
        deaths: How many die.
        value: Filled, shape (deaths + 1,).
        slope: Filled, shape (deaths + 1, p).
        bend: Filled, shape (deaths + 1, p, p).
    """
    n, p = x.shape
    value[:] = 0.0
    slope[:] = 0.0
    bend[:] = 0.0
    value[0] = 1.0
    for i in range(n):
        r = risk[i]
        for d in range(min(deaths, i + 1), 0, -1):
            below = value[d - 1]
            for a in range(p):
                for b in range(a + 1):
                    bend[d, a, b] += r * (
                        bend[d - 1, a, b]
                        + x[i, a] * slope[d - 1, b]
                        + x[i, b] * slope[d - 1, a]
                        + x[i, a] * x[i, b] * below
                    )
            for a in range(p):
                slope[d, a] += r * (slope[d - 1, a] + x[i, a] * below)
            value[d] += r * below
