"""The grouped event table: for each distinct time and group, how many died and how many were censored.

It is what one hospital gives away and all a Kaplan–Meier curve or a log-rank test needs:
`summarise` a site, `merge` the sites, then solve. One hospital is a federation of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

_COUNTED_TO = 1 << 17
"""Whole times below this are counted in place: 350 years of days."""
_LARGE = 1 << 15
"""From here on the compiled kernels pay for being loaded."""
_FEW_GROUPS = 64


@dataclass(frozen=True, eq=False)
class EventTable:
    """Counts by time and group.

    Attributes:
        times: Distinct times, ascending, shape (t,).
        events: Deaths (or any event), shape (t, g).
        censored: Censored, shape (t, g).
        groups: Names of the groups, length g.
        entered: With delayed entry: who comes under observation just after each time, shape (t, g).
    """

    times: NDArray[np.float64]
    events: NDArray[np.int64]
    censored: NDArray[np.int64]
    groups: tuple[str, ...]
    entered: NDArray[np.int64] | None = None

    @property
    def at_risk(self) -> NDArray[np.int64]:
        """Under observation just before each time, shape (t, g)."""
        change = self.events + self.censored
        if self.entered is not None:
            change = change - self.entered
        return np.asarray(np.cumsum(change.T[:, ::-1], axis=1)[:, ::-1].T)

    @property
    def n(self) -> NDArray[np.int64]:
        """Patients (or spells of observation) of each group, shape (g,)."""
        return np.asarray((self.events + self.censored).sum(axis=0))

    def group(self, name: str) -> EventTable:
        """The table of one group, without the times at which nothing happened in it."""
        at = self.groups.index(name)
        columns = (self.events[:, at : at + 1], self.censored[:, at : at + 1])
        entered = None if self.entered is None else self.entered[:, at : at + 1]
        busy = (columns[0] + columns[1])[:, 0] > 0
        if entered is not None:
            busy |= entered[:, 0] > 0
        return EventTable(
            self.times[busy], columns[0][busy], columns[1][busy], (name,), None if entered is None else entered[busy]
        )

    def pooled(self) -> EventTable:
        """All groups as one."""
        return EventTable(
            self.times,
            self.events.sum(axis=1, keepdims=True),
            self.censored.sum(axis=1, keepdims=True),
            ("all",),
            None if self.entered is None else self.entered.sum(axis=1, keepdims=True),
        )

    def since(self, landmark: float) -> EventTable:
        """Those still under observation after a landmark, their clock set to zero there.

        Raises:
            TableError: Nobody is left, or some entered late.
        """
        if self.entered is not None:
            raise TableError("a landmark of patients with delayed entry", todo="Choose one of the two")
        after = self.times > landmark
        if not after.any():
            raise TableError(f"nobody is left after {landmark:g}", todo="Choose an earlier landmark")
        return EventTable(self.times[after] - landmark, self.events[after], self.censored[after], self.groups)


def summarise(
    times: ArrayLike,
    events: ArrayLike,
    groups: Sequence[str] | NDArray[Any] | None = None,
    *,
    entry: ArrayLike | None = None,
) -> EventTable:
    """Count a site's patients.

    Args:
        times: Time to event or censoring, shape (n,), from 0.
        events: 1 event, 0 censored, shape (n,).
        groups: Group of each patient; one group when None. Groups keep the order of their names.
        entry: When each came under observation (delayed entry), shape (n,); from 0 when None.

    Raises:
        TableError: Empty, lengths differ, a time is negative or not a number, an event is not 0 or 1, an entry is
            not before its time.
    """
    t, e = _column(times), _column(events)
    if t.ndim != 1 or len(t) == 0:
        raise TableError("no patient", todo="Give at least one time")
    if e.shape != t.shape or (groups is not None and len(groups) != len(t)):
        raise TableError("times, events and groups differ in length", todo="Give one of each per patient")
    names, codes = (("all",), None) if groups is None else _codes(groups)
    if entry is not None:
        return _with_entry(t, e, names, codes, _column(entry))
    if len(t) >= _LARGE:
        return _large(t, e, names, codes)
    _check(t, e)
    distinct, position = np.unique(t, return_inverse=True)
    shape = (len(distinct), len(names))
    cell = position if codes is None else position * len(names) + codes
    everyone = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    died = np.bincount(cell[e == 1], minlength=shape[0] * shape[1]).reshape(shape)
    return EventTable(distinct.astype(np.float64), died, everyone - died, names)


def _column(values: ArrayLike) -> NDArray[Any]:
    """Numbers as they are: a copy of ten million would cost more than the counting."""
    found = np.asarray(values)
    if found.dtype.kind in "bui":
        return found
    if found.dtype.kind in "MmSUO":
        try:
            return np.asarray(found, dtype=np.float64) if found.dtype.kind == "O" else _refused(found)
        except (TypeError, ValueError):
            return _refused(found)
    return np.asarray(found, dtype=np.float64)


def _refused(found: NDArray[Any]) -> NDArray[Any]:
    what = "dates or durations with a unit" if found.dtype.kind in "Mm" else f"{found.flat[0]!r:.40}, not a number"
    raise TableError(f"times and events are {what}", todo="Give a number of days (or months) from the time zero")


def _check(t: NDArray[Any], e: NDArray[Any]) -> None:
    """Refuse what is no patient.

    Raises:
        TableError: Which row, and why.
    """
    bad = ~np.isfinite(t) | (t < 0)
    if bad.any():
        raise TableError(f"time {t[bad][0]:g}", where=f"row {int(np.flatnonzero(bad)[0]) + 1}", todo="Times are from 0")
    odd = (e != 0) & (e != 1)
    if odd.any():
        row = int(np.flatnonzero(odd)[0]) + 1
        raise TableError(f"event {e[odd][0]:g} is not 0 or 1", where=f"row {row}", todo="1 is an event, 0 censored")


def _large(t: NDArray[Any], e: NDArray[Any], names: tuple[str, ...], codes: NDArray[np.intp] | None) -> EventTable:
    """Whole times are counted where they are, which spares the sort that all else costs; others are sorted."""
    from myelon.cohort.counting import count, merge_sorted  # noqa: PLC0415  # numba loads only where it pays

    grouped = codes is not None
    marks = codes if codes is not None else np.zeros(1, dtype=np.intp)
    if len(names) * _COUNTED_TO <= 1 << 24:
        counts = np.zeros((_COUNTED_TO, len(names), 2), dtype=np.int64)
        if count(t, e, marks, grouped, counts):
            busy = np.flatnonzero(counts[: int(t.max()) + 1].any(axis=(1, 2)))
            counts = counts[busy]
            return EventTable(busy.astype(np.float64), counts[:, :, 1].copy(), counts[:, :, 0].copy(), names)
    _check(t, e)
    if len(names) > _FEW_GROUPS:
        distinct, position = np.unique(t, return_inverse=True)
        return _sparse(distinct, position, e, names, marks)
    gone = np.asarray(e == 1)
    parts = (
        [t[gone], t[~gone]]
        if codes is None
        else [t[s & (codes == k)] for s in (gone, ~gone) for k in range(len(names))]
    )
    starts = np.concatenate([[0], np.cumsum([len(p) for p in parts])])
    times, events, censored = merge_sorted(
        np.concatenate([np.sort(p).astype(np.float64, copy=False) for p in parts]), starts, len(names)
    )
    return EventTable(times, events, censored, names)


def _sparse(
    distinct: NDArray[Any], position: NDArray[np.intp], e: NDArray[Any], names: tuple[str, ...], codes: NDArray[np.intp]
) -> EventTable:
    """Very many groups: the table would hold mostly zeros.

    Raises:
        TableError: It would not fit into memory.
    """
    cells = len(distinct) * len(names)
    if cells > 1 << 28:
        raise TableError(f"{len(names)} groups", todo="Choose a column with few values: each group is a curve")
    cell = position * len(names) + codes
    everyone = np.bincount(cell, minlength=cells).reshape(len(distinct), len(names))
    died = np.bincount(cell[e == 1], minlength=cells).reshape(everyone.shape)
    return EventTable(distinct.astype(np.float64), died, everyone - died, names)


def _with_entry(
    t: NDArray[Any], e: NDArray[Any], names: tuple[str, ...], codes: NDArray[np.intp] | None, entry: NDArray[Any]
) -> EventTable:
    if entry.shape != t.shape:
        raise TableError("times and entries differ in length", todo="Give one of each per patient")
    _check(t, e)
    late = ~(entry < t)
    if late.any():
        row = int(np.flatnonzero(late)[0])
        raise TableError(
            f"entry {entry[row]:g} is not before time {t[row]:g}",
            where=f"row {row + 1}",
            todo="Observation begins before it ends",
        )
    distinct = np.unique(np.concatenate([t, entry]).astype(np.float64))
    shape = (len(distinct), len(names))
    group = 0 if codes is None else codes

    def counted(at: NDArray[Any], which: NDArray[Any] | slice) -> NDArray[np.int64]:
        cell = (np.searchsorted(distinct, at) * shape[1] + group)[which]
        return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)

    return EventTable(distinct, counted(t, e == 1), counted(t, e == 0), names, counted(entry, slice(None)))


def _codes(groups: Sequence[str] | NDArray[Any]) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Names in order (as numbers where all are numbers) and the code of each patient."""
    values = np.asarray(groups)
    if values.dtype.kind in "iu" and (last := int(values.view(f"u{values.itemsize}").max())) < _FEW_GROUPS:
        used = np.bincount(values[: 1 << 12], minlength=last + 1)
        if used.all():
            return tuple(str(v) for v in range(last + 1)), values
    names, codes = _factor(values.astype(str))
    order = _in_order(names.tolist())
    rank = np.empty(len(names), dtype=np.intp)
    rank[order] = np.arange(len(names))
    return tuple(str(names[i]) for i in order), rank[codes]


def _in_order(names: Sequence[str]) -> list[int]:
    """Indices that put names in order: as numbers where all are numbers."""
    try:
        return sorted(range(len(names)), key=lambda i: float(names[i]))
    except ValueError:
        return sorted(range(len(names)), key=lambda i: names[i])


def _factor(values: NDArray[np.str_]) -> tuple[NDArray[np.str_], NDArray[np.intp]]:
    """Distinct values and the code of each; a comparison per group is faster than a sort of them all."""
    codes = np.full(len(values), -1, dtype=np.intp)
    names: list[str] = []
    while len(names) < _FEW_GROUPS:
        rest = codes < 0
        if not rest.any():
            return np.array(names), codes
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
    named = list(dict.fromkeys(g for t in tables for g in t.groups))
    groups = tuple(named[i] for i in _in_order(named))
    delayed = any(t.entered is not None for t in tables)
    events, censored, entered = (np.zeros((len(times), len(groups)), dtype=np.int64) for _ in range(3))
    for table in tables:
        rows = np.searchsorted(times, table.times)
        columns = np.array([groups.index(g) for g in table.groups], dtype=np.intp)
        cells = np.ix_(rows, columns)
        events[cells] += table.events
        censored[cells] += table.censored
        if table.entered is not None:
            entered[cells] += table.entered
    return EventTable(times, events, censored, groups, entered if delayed else None)
