"""The numba kernels of the event table: patients counted in one pass, and sorted lists merged in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def count(  # pragma: no cover  # compiled
    times: NDArray[Any],
    events: NDArray[Any],
    codes: NDArray[Any],
    grouped: bool,  # numba takes no keywords
    counts: NDArray[Any],
) -> bool:
    """Count those censored (0) and dying (1) at whole times, in place.

    Args:
        times: Shape (n,).
        events: 0 or 1, shape (n,).
        codes: Group of each, shape (n,); not read unless grouped.
        grouped: Whether there is more than one group.
        counts: Zeros, shape (limit, groups, 2).

    Returns:
        Whether all times are whole and below the limit, and all events 0 or 1; if not, the counts are of no use.
    """
    limit, groups = counts.shape[0], np.uint32(counts.shape[1])
    cells = counts.ravel()
    for i in range(len(times)):
        time, event = times[i], events[i]
        if not (0 <= time < limit and event in (0, 1)):  # before the conversion: what it does beyond differs
            return False
        whole, died = np.uint32(time), np.uint32(event)
        if whole != time:
            return False
        if grouped and not 0 <= codes[i] < groups:
            return False
        code = np.uint32(codes[i]) if grouped else np.uint32(0)
        cells[np.uint64((whole * groups + code) * np.uint32(2) + died)] += 1
    return True


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
    counts = np.zeros((2, groups, len(lists)), dtype=np.int64)
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
                counts[k // groups, k % groups, rows] += 1
                at[k] += 1
        rows += 1
    return times[:rows], counts[0, :, :rows].T, counts[1, :, :rows].T
