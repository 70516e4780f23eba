"""The numba kernels of the Cox model: one sweep back in time over patients; pairs by rank; the exact likelihood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def risk_sums(  # noqa: C901  # one sweep  # pragma: no cover  # compiled
    x: NDArray[Any],
    risk: NDArray[Any],
    events: NDArray[Any],
    last: NDArray[Any],
    first: NDArray[Any],
    entry_order: NDArray[Any],
    stratum: NDArray[Any],
    s0: NDArray[Any],
    s1: NDArray[Any],
    d0: NDArray[Any],
    d1: NDArray[Any],
) -> None:
    """Fill the sums over those at risk and those dying at each row; see `RiskSets.sums`."""
    n, p = x.shape
    sum0, sum1, dying1 = 0.0, np.zeros(p), np.zeros(p)
    patient, entering = n - 1, len(entry_order) - 1
    for row in range(len(s0) - 1, -1, -1):
        if row + 1 < len(s0) and stratum[row + 1] != stratum[row]:
            sum0 = 0.0
            sum1[:] = 0.0
            while entering >= 0 and first[entry_order[entering]] > row:
                entering -= 1
        dying0 = 0.0
        dying1[:] = 0.0
        while patient >= 0 and last[patient] > row:
            if first[patient] <= row:
                r = risk[patient]
                sum0 += r
                for k in range(p):
                    sum1[k] += r * x[patient, k]
                if events[patient] == 1:
                    dying0 += r
                    for k in range(p):
                        dying1[k] += r * x[patient, k]
            patient -= 1
        while entering >= 0 and first[entry_order[entering]] > row:
            gone = entry_order[entering]
            if last[gone] > first[gone]:
                r = risk[gone]
                sum0 -= r
                for k in range(p):
                    sum1[k] -= r * x[gone, k]
            entering -= 1
        s0[row] = sum0
        d0[row] = dying0
        for k in range(p):
            s1[row, k] = sum1[k]
            d1[row, k] = dying1[k]


@njit(cache=True, nogil=True, fastmath=True)
def weighted_square(x: NDArray[Any], weight: NDArray[Any], total: NDArray[Any]) -> None:  # pragma: no cover  # compiled
    """Add Σ weight x xᵀ over patients to a matrix, block by block, each column of a block in one piece."""
    n, p = x.shape
    block = 1024
    columns = np.empty((p, block))
    scaled = np.empty(block)
    for begin in range(0, n, block):
        size = min(block, n - begin)
        for i in range(size):
            for a in range(p):
                columns[a, i] = x[begin + i, a]
        for a in range(p):
            for i in range(size):
                scaled[i] = columns[a, i] * weight[begin + i]
            for b in range(a + 1):
                part = 0.0
                for i in range(size):
                    part += scaled[i] * columns[b, i]
                total[a, b] += part
    for a in range(p):
        for b in range(a):
            total[b, a] = total[a, b]


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
