"""The numba kernels of the event table: patients counted in one pass, and sorted lists merged in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHOLE, FRACTIONAL = -1, -2
"""Results of `count`: all times are whole and below the limit, or some are not."""


@njit(cache=True, nogil=True)
def count(  # pragma: no cover  # compiled
    times: NDArray[Any],
    events: NDArray[Any],
    codes: NDArray[Any],
    grouped: bool,  # numba takes no keywords
    counts: NDArray[Any],
) -> int:
    """Count those censored (0) and dying (1) at whole times, in place.

    Args:
        times: Shape (n,).
        events: 0 or 1, shape (n,).
        codes: Group of each, shape (n,); not read unless grouped.
        grouped: Whether there is more than one group.
        counts: Zeros, shape (limit, groups, 2).

    Returns:
        WHOLE, FRACTIONAL (a time is not whole or not below the limit), or the first row that is no patient.
    """
    limit, groups = counts.shape[0], counts.shape[1]
    cells = counts.ravel()
    for i in range(len(times)):
        t, e = times[i], events[i]
        if not 0 <= t < limit:
            return FRACTIONAL if limit <= t < np.inf else i
        whole, died = int(t), int(e)
        if whole != t:
            return FRACTIONAL
        if died != e or not 0 <= died <= 1:
            return i
        if grouped:
            cells[(whole * groups + codes[i]) * 2 + died] += 1
        else:
            cells[whole * 2 + died] += 1
    return WHOLE


@njit(cache=True, nogil=True)
def merge_sorted(
    lists: NDArray[Any], starts: NDArray[Any], groups: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:  # pragma: no cover  # compiled
    """Distinct times of several sorted lists, and how often each list holds them.

    Args:
        lists: The lists end to end: the deaths of each group, then the censored of each group.
        starts: Where each begins, and the end, shape (2 groups + 1,).
        groups: Number of groups.

    Returns:
        Times (t,), deaths and censored (t, groups).
    """
    at = starts[:-1].copy()
    times = np.empty(len(lists), dtype=np.float64)
    counts = np.zeros((2, len(lists), groups), dtype=np.int64)
    rows = 0
    while True:
        now = np.inf
        for k in range(2 * groups):
            if at[k] < starts[k + 1] and lists[at[k]] < now:
                now = lists[at[k]]
        if now == np.inf:
            break
        times[rows] = now
        for k in range(2 * groups):
            while at[k] < starts[k + 1] and lists[at[k]] == now:
                counts[k // groups, rows, k % groups] += 1
                at[k] += 1
        rows += 1
    return times[:rows], counts[0, :rows], counts[1, :rows]
