"""The grouped event table with several causes: which event came first, by time and group.

A competing event is not a censoring: who has died can no longer have a local failure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from myelon.cohort.event_table import EventTable, merge, summarise
from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class CauseTable:
    """One event table for each cause, on the same times and groups; the censored of each are all who had not this one.

    Attributes:
        times: Distinct times, ascending, shape (t,).
        events: First events by cause, shape (t, g, causes).
        censored: Censored, shape (t, g).
        groups: Names of the groups.
        causes: Names of the causes.
    """

    times: NDArray[np.float64]
    events: NDArray[np.int64]
    censored: NDArray[np.int64]
    groups: tuple[str, ...]
    causes: tuple[str, ...]

    @property
    def at_risk(self) -> NDArray[np.int64]:
        """Under observation and without any event just before each time, shape (t, g)."""
        return np.asarray(np.cumsum((self.events.sum(axis=2) + self.censored)[::-1], axis=0)[::-1])

    def any_event(self) -> EventTable:
        """All causes as one."""
        return EventTable(self.times, self.events.sum(axis=2), self.censored, self.groups)

    def of_cause(self, cause: str) -> EventTable:
        """One cause, the others taken as censored: for a cause-specific hazard, never for a share of patients."""
        at = self.causes.index(cause)
        return EventTable(
            self.times,
            self.events[:, :, at],
            self.any_event().events - self.events[:, :, at] + self.censored,
            self.groups,
        )

    def group(self, name: str) -> CauseTable:
        """The table of one group, without the times at which nothing happened in it."""
        at = self.groups.index(name)
        events, censored = self.events[:, at : at + 1], self.censored[:, at : at + 1]
        busy = (events.sum(axis=2) + censored)[:, 0] > 0
        return CauseTable(self.times[busy], events[busy], censored[busy], (name,), self.causes)

    def in_order(self, groups: Sequence[str]) -> CauseTable:
        """The same table, its groups in the order of a list; those that it has not are passed over."""
        at = [self.groups.index(g) for g in groups if g in self.groups]
        names = tuple(self.groups[k] for k in at)
        return CauseTable(self.times, self.events[:, at], self.censored[:, at], names, self.causes)

    def pooled(self) -> CauseTable:
        """All groups as one."""
        return CauseTable(
            self.times,
            self.events.sum(axis=1, keepdims=True),
            self.censored.sum(axis=1, keepdims=True),
            ("all",),
            self.causes,
        )


def summarise_causes(
    times: ArrayLike,
    causes: ArrayLike,
    groups: Sequence[str] | NDArray[Any] | None = None,
    *,
    names: Sequence[str] = ("event", "competing event"),
) -> CauseTable:
    """Count a site's patients by what happened first.

    Args:
        times: Time to the first event or to censoring, shape (n,), from 0.
        causes: 0 censored, 1 the first cause, 2 the second …, shape (n,).
        groups: Group of each patient; one group when None.
        names: Names of the causes.

    Raises:
        TableError: As `summarise`, or a cause that has no name.
    """
    which = np.asarray(causes)
    odd = ~np.isin(which, np.arange(len(names) + 1))
    if odd.any():
        row = int(np.flatnonzero(odd)[0])
        raise TableError(
            f"cause {which[row]:g} of {len(names)}", where=f"row {row + 1}", todo="0 is censored, 1 the first cause"
        )
    tables = [summarise(times, which == k + 1, groups) for k in range(len(names))]
    events = np.stack([t.events for t in tables], axis=2)
    everyone = tables[0].events + tables[0].censored
    return CauseTable(tables[0].times, events, everyone - events.sum(axis=2), tables[0].groups, tuple(names))


def merge_causes(tables: Sequence[CauseTable]) -> CauseTable:
    """Add the tables of several sites.

    Raises:
        TableError: Nothing to merge, or the causes differ.
    """
    if not tables or any(t.causes != tables[0].causes for t in tables):
        raise TableError("tables of different causes", todo="Give tables with the same causes in the same order")
    merged = [merge([t.of_cause(cause) for t in tables]) for cause in tables[0].causes]
    events = np.stack([t.events for t in merged], axis=2)
    everyone = merged[0].events + merged[0].censored
    return CauseTable(merged[0].times, events, everyone - events.sum(axis=2), merged[0].groups, tables[0].causes)
