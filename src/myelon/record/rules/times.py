"""Statements about time that cannot hold together, or can be read in two ways."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from myelon.record.finding import Finding, Statement, codes
from myelon.record.kinds import Assumption, Reported
from myelon.record.timeline import days_range, solve
from myelon.record.when import DAYS_PER, split_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from myelon.record.case import Case
    from myelon.record.timeline import Timeline, Window


def in_words(case: Case, statement: str) -> Statement:
    """A statement of the network as a sentence: what it is about, its words, where they stand."""
    name, _, detail = statement.partition(" ")
    entry = case.by_id[name]
    said = entry.until if detail == "(until)" else entry.when
    if isinstance(entry, Assumption):
        return Statement(f"assumed: {entry.label}", entry.by)
    words = "" if said is None or detail not in {"", "(until)"} else said.text or str(said)
    about = f"{entry.label} {detail}".strip()
    return Statement(f"{about}: {words}" if words else about, codes(entry.source))


def time_contradicts_itself(case: Case, timeline: Timeline) -> Iterator[Finding]:
    """Statements about time that cannot hold together: an irreducible set, named."""
    for cycle in timeline.contradictions:
        yield Finding(
            f"time:{cycle[0]}",
            "time",
            tuple(dict.fromkeys(s.split(" ")[0] for s in cycle)),
            tuple(in_words(case, s) for s in cycle),
            rule="these statements about time cannot all hold; without any one of them the others can",
            severity="danger",
        )


def order_runs_in_a_circle(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """Entries of which each is said to come after the next: only at one moment could all of it be true."""
    waits: dict[tuple[str, str], set[tuple[str, str]]] = {(e.id, "end"): {(e.id, "start")} for e in case.entries}
    for entry in case.entries:
        if entry.when is None:
            continue
        point = (entry.id, "start")
        waits.setdefault(point, set()).update(split_reference(r, "end") for r in entry.when.after)
        for reference in entry.when.before:
            waits.setdefault(split_reference(reference), set()).add(point)
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        names = tuple(dict.fromkeys(name for name, _ in reversed(error.args[1])))
        said = [case.by_id[n] for n in names if case.by_id[n].when is not None]
        yield Finding(
            f"order:{names[0]}",
            "time",
            names,
            tuple(Statement(f"{e.id}: {e.when}", codes(e.source)) for e in said),
            rule="their order runs in a circle: " + " after ".join((*names, names[0])),
            severity="danger",
        )


def anchor_point_not_said(case: Case, timeline: Timeline) -> Iterator[Finding]:
    """A time counted from an event that lasts, without saying from its start or its end."""
    for entry in case.entries:
        when = entry.when
        if when is None or when.anchor is None or when.anchor_point != "unknown":
            continue
        _, readings = timeline.interval(f"{when.anchor}.end", f"{entry.id}.start")
        gaps = "; ".join(f"{name}: {days_range(gap)} after its end" for name, gap in readings.items())
        dropped = [r for r in timeline.readings if r.dropped_because]
        yield Finding(
            f"anchor:{entry.id}",
            "time",
            (entry.id, when.anchor),
            (Statement(when.text, codes(entry.source)),),
            rule=f"start or end of {when.anchor} is not said: both readings are kept",
            computed=gaps + (f"; {len(dropped)} reading(s) dropped: {dropped[0].dropped_because}" if dropped else ""),
        )


def interval_against_dates(case: Case, timeline: Timeline) -> Iterator[Finding]:
    """A printed interval that is no statement of its own, beside what the other statements give.

    The printed value is taken as exact: that the dates leave room for it only with rounding is worth a look.
    """
    for row in case.of(Reported):
        if row.constrains or row.between is None or row.value is None or row.days is None:
            continue
        (one, at_one), (other, at_other) = (split_reference(p) for p in row.between)
        derived, _ = timeline.interval(f"{one}.{at_one}", f"{other}.{at_other}")
        unit = row.value.unit.rstrip("s")
        per = DAYS_PER[unit]
        printed = row.value.value * per
        low, high = derived
        if (low is None or low - 1e-6 <= printed) and (high is None or printed <= high + 1e-6):
            continue
        yield Finding(
            f"interval:{row.id}",
            "time",
            (row.id, one, other),
            (
                Statement(f"{row.name}: {row.value}" + (f", {row.text}" if row.text else ""), codes(row.source)),
                Statement(f"the dates give {days_range(derived)}"),
            ),
            rule="printed interval against derived interval; both are kept",
            computed=f"{_in(derived, per)} {unit}s, printed {row.value.value:g}",
        )


def _in(window: Window, per: float) -> str:
    """A window in a unit, without rounding it across the printed number."""
    low, high = ("open" if days is None else f"{days / per:.2f}" for days in window)
    return low if low == high else f"{low} to {high}"


def switched_off_assumption_cannot_hold(case: Case, timeline: Timeline) -> Iterator[Finding]:
    """An assumption that is kept switched off because the other statements refute it: which ones do."""
    for row in case.of(Assumption):
        if row.active:
            continue
        tried = tuple(e.model_copy(update={"active": True}) if e is row else e for e in case.entries)
        cycles = solve(case.with_entries(tried), zero=timeline.zero).contradictions
        against = next((c for c in cycles if row.id in c), None)
        if against is None:
            continue
        yield Finding(
            f"assumption:{row.id}",
            "time",
            (row.id, row.of),
            tuple(in_words(case, s) for s in against),
            rule=f"switched off: {row.reason}",
            computed="switched on, these statements cannot all hold",
        )
