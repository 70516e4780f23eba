"""The grouped event table: for each distinct time and group, how many died and how many were censored.

It is what one hospital gives away and all a Kaplan–Meier curve or a log-rank test needs:
`summarise` a site, `merge` the sites, then solve. One hospital is a federation of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

_COUNTED_TO = 1 << 20
"""Whole times below this are counted in place: 2,800 years of days."""
_FEW_GROUPS = 64


@dataclass(frozen=True, eq=False)
class EventTable:
    """Counts by time and group.

    Attributes:
        times: Distinct times, ascending, shape (t,).
        events: Deaths (or any event), shape (t, g).
        censored: Censored, shape (t, g).
        groups: Names of the groups, length g.
    """

    times: NDArray[np.float64]
    events: NDArray[np.int64]
    censored: NDArray[np.int64]
    groups: tuple[str, ...]

    @property
    def at_risk(self) -> NDArray[np.int64]:
        """Still under observation just before each time, shape (t, g)."""
        leaving = self.events + self.censored
        return np.asarray(np.cumsum(leaving[::-1], axis=0)[::-1])

    def group(self, name: str) -> EventTable:
        """The table of one group, without the times at which nothing happened in it."""
        column = self.groups.index(name)
        busy = (self.events[:, column] + self.censored[:, column]) > 0
        return EventTable(
            self.times[busy], self.events[busy, column : column + 1], self.censored[busy, column : column + 1], (name,)
        )

    def pooled(self) -> EventTable:
        """All groups as one."""
        return EventTable(
            self.times, self.events.sum(axis=1, keepdims=True), self.censored.sum(axis=1, keepdims=True), ("all",)
        )


def summarise(times: ArrayLike, events: ArrayLike, groups: Sequence[str] | None = None) -> EventTable:
    """Count a site's patients.

    Args:
        times: Time to event or censoring, shape (n,), from 0.
        events: 1 event, 0 censored, shape (n,).
        groups: Group of each patient; one group when None. Groups keep the order of their names.

    Raises:
        TableError: Empty, lengths differ, a time is negative or not a number, an event is not 0 or 1.
    """
    t, e = np.asarray(times, dtype=np.float64), np.asarray(events, dtype=np.float64)
    if t.ndim != 1 or len(t) == 0:
        raise TableError("no patient", todo="Give at least one time")
    if e.shape != t.shape or (groups is not None and len(groups) != len(t)):
        raise TableError("times, events and groups differ in length", todo="Give one of each per patient")
    bad = ~np.isfinite(t) | (t < 0)
    if bad.any():
        raise TableError(f"time {t[bad][0]:g}", where=f"row {int(np.flatnonzero(bad)[0]) + 1}", todo="Times are from 0")
    odd = (e != 0) & (e != 1)
    if odd.any():
        row = int(np.flatnonzero(odd)[0]) + 1
        raise TableError(f"event {e[odd][0]:g} is not 0 or 1", where=f"row {row}", todo="1 is an event, 0 censored")
    names, codes = (("all",), np.zeros(len(t), dtype=np.intp)) if groups is None else _codes(groups)
    distinct, position = _positions(t)
    shape = (len(distinct), len(names))
    cell = position * len(names) + codes
    everyone = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    died = np.bincount(cell[e == 1], minlength=shape[0] * shape[1]).reshape(shape)
    busy = everyone.sum(axis=1) > 0
    return EventTable(distinct[busy], died[busy], (everyone - died)[busy], names)


def _positions(t: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Times that may occur, ascending, and the place of each patient's among them.

    Whole days and months are their own places, which spares the sort that all else costs.
    """
    last = t.max()
    if last < _COUNTED_TO:
        whole = t.astype(np.intp)
        if np.array_equal(whole, t):
            return np.arange(int(last) + 1, dtype=np.float64), whole
    distinct, position = np.unique(t, return_inverse=True)
    return distinct, position.astype(np.intp)


def _codes(groups: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Names in order (as numbers where all are numbers) and the code of each patient."""
    names, codes = _factor(np.asarray(groups, dtype=str))
    try:
        order = np.argsort([float(n) for n in names], kind="stable")
    except ValueError:
        order = np.arange(len(names))
    rank = np.empty(len(names), dtype=np.intp)
    rank[order] = np.arange(len(names))
    return tuple(str(names[i]) for i in order), rank[codes]


def _factor(values: NDArray[np.str_]) -> tuple[NDArray[np.str_], NDArray[np.intp]]:
    """Distinct values in order and the code of each; a comparison per group is faster than a sort of them all."""
    codes = np.full(len(values), -1, dtype=np.intp)
    names: list[str] = []
    while len(names) < _FEW_GROUPS:
        rest = codes < 0
        if not rest.any():
            order = np.argsort(names, kind="stable")
            rank = np.empty(len(names), dtype=np.intp)
            rank[order] = np.arange(len(names))
            return np.array(names)[order], rank[codes]
        name = values[int(np.argmax(rest))]
        codes[values == name] = len(names)
        names.append(str(name))
    distinct, inverse = np.unique(values, return_inverse=True)
    return distinct, inverse.astype(np.intp)


def merge(tables: Sequence[EventTable]) -> EventTable:
    """Add the tables of several sites; the result is that of the pooled patients.

    Raises:
        TableError: Nothing to merge.
    """
    if not tables:
        raise TableError("no table to merge", todo="Give at least one site")
    times = np.unique(np.concatenate([t.times for t in tables]))
    groups = tuple(sorted({g for t in tables for g in t.groups}))
    events = np.zeros((len(times), len(groups)), dtype=np.int64)
    censored = np.zeros_like(events)
    for table in tables:
        rows = np.searchsorted(times, table.times)
        columns = np.array([groups.index(g) for g in table.groups], dtype=np.intp)
        events[np.ix_(rows, columns)] += table.events
        censored[np.ix_(rows, columns)] += table.censored
    return EventTable(times, events, censored, groups)
