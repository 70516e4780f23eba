"""All statements about time of one case as difference constraints, solved together.

Each entry has a start and an end. A statement bounds a difference of two of these points; the windows are
the shortest paths to and from the zero point (a simple temporal network, Dechter, Meiri and Pearl 1991), and
statements that cannot hold together show up as a cycle of negative length, which names them.
An anchor whose point is not said is a disjunction: each reading is solved, contradictory ones are dropped
with the reason, and a window is the hull over what remains.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.errors import CaseError
from myelon.record.kinds.vital import Vital
from myelon.record.when import Point, When, split_reference

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from myelon.record.base import Entry
    from myelon.record.case import Case

EPOCH = "calendar.start"
_SLACK_DAYS = 1e-6
_MOST_READINGS = 256


class Constraint(NamedTuple):
    """``low <= t[after] - t[before] <= high`` in days, and the statement that says so."""

    before: str
    after: str
    low: float
    high: float
    statement: str
    assumed: bool = False


class Window(NamedTuple):
    """Earliest and latest possible time in days from the zero point; None is open."""

    earliest: float | None
    latest: float | None

    def hull(self, other: Window) -> Window:
        """The least window that holds both."""
        lows, highs = (self.earliest, other.earliest), (self.latest, other.latest)
        return Window(
            None if None in lows else min(x for x in lows if x is not None),
            None if None in highs else max(x for x in highs if x is not None),
        )


@dataclass(frozen=True)
class Reading:
    """One way to read the ambiguous statements: which point of its anchor each one hangs on."""

    points: dict[str, Point]
    windows: dict[str, Window]
    dropped_because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timeline:
    """Windows of all points (``entry.start``, ``entry.end``) from the zero point."""

    zero: str
    windows: dict[str, Window]
    readings: tuple[Reading, ...]
    contradictions: tuple[tuple[str, ...], ...] = ()
    """Each an irreducible set of statements that cannot hold together."""
    assumptions: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = field(default=(), repr=False)

    def window(self, entry_id: str, point: Point = "start") -> Window:
        """Window of one point of an entry."""
        return self.windows[f"{entry_id}.{point}"]

    def interval(self, before: str, after: str) -> tuple[Window, dict[str, Window]]:
        """Bounds of ``t[after] - t[before]`` in days: the hull, and one window per reading that stands."""
        per_reading: dict[str, Window] = {}
        for reading in self.readings:
            if reading.dropped_because:
                continue
            rows = _chosen(self.constraints, reading.points)
            bounds = _windows(_Network(rows, (before, after)), before)[after]
            name = ", ".join(f"{k} from the {v}" for k, v in reading.points.items()) or "as stated"
            per_reading[name] = bounds
        hull = _hull(per_reading.values())
        return hull, per_reading


def solve(case: Case, *, zero: str | None = None, assumptions: bool = True) -> Timeline:
    """Derive the window of every entry of a case.

    Args:
        case: The record.
        zero: Point to count from (``entry`` or ``entry.end``); default is the case's own zero.
        assumptions: Whether bounds that a reader assumed (marked ``assumed``) are used.

    Raises:
        CaseError: The zero point does not exist, or there are too many ambiguous anchors to enumerate.
    """
    zero_id, zero_point = split_reference(zero or case.zero)
    if zero_id not in case.by_id:
        raise CaseError(f"zero point {zero or case.zero!r} is not an entry", todo="Name an entry of the case")
    origin = f"{zero_id}.{zero_point}"
    rows = [c for c in constraints_of(case) if assumptions or not c.assumed]
    contradictions: list[tuple[str, ...]] = []
    plain = [c for c in rows if "?" not in c.before]
    while (cycle := _negative_cycle(_Network(plain, (origin,)))) is not None:
        contradictions.append(cycle)
        plain = [c for c in plain if c.statement not in cycle]
        rows = [c for c in rows if c.statement not in cycle]
    points = [f"{e.id}.{p}" for e in case.entries for p in ("start", "end")]
    readings = _readings(rows, points, origin)
    standing = [r for r in readings if not r.dropped_because]
    windows = {p: _hull(r.windows[p] for r in standing) for p in points}
    contradictions.extend(r.dropped_because for r in readings if r.dropped_because and not standing)
    return Timeline(
        origin,
        windows,
        tuple(readings),
        tuple(contradictions),
        tuple(dict.fromkeys(c.statement for c in rows if c.assumed)),
        tuple(rows),
    )


def as_of(case: Case, day: dt.date) -> Case:
    """The record with only what had certainly begun by a day, and who the patient is.

    Raises:
        CaseError: The case has no calendar date, so that no day can be placed in it.
    """
    timeline = solve(case)
    dated = any(c.before == EPOCH for c in timeline.constraints)
    if not dated:
        raise CaseError("the case has no calendar date", where=case.id, todo="Leave out the date")
    since_zero, _ = timeline.interval(EPOCH, timeline.zero)
    if since_zero.latest is None:
        raise CaseError("the zero point has no calendar date", where=case.id, todo="Date the zero point")
    limit = _day(day) - since_zero.latest
    latest = {e.id: timeline.window(e.id).latest for e in case.entries}
    kept = tuple(
        e
        for e in case.entries
        if e.track in {"Patient", "Diagnosis"}
        or (e.when is not None and (at := latest[e.id]) is not None and at <= limit)
    )
    cut = case.model_copy(update={"entries": kept})
    for cached in ("by_id", "subject", "neoplasm"):
        cut.__dict__.pop(cached, None)
    return cut


def _readings(rows: list[Constraint], points: Sequence[str], origin: str) -> list[Reading]:
    ambiguous = sorted({c.statement for c in rows if "?" in c.before})
    if 2 ** len(ambiguous) > _MOST_READINGS:
        raise CaseError(
            f"{len(ambiguous)} times hang on an anchor of unknown point",
            todo="Say for some of them whether they count from the start or the end",
        )
    options: tuple[Point, Point] = ("start", "end")
    readings = []
    for choice in product(options, repeat=len(ambiguous)):
        chosen = dict(zip(ambiguous, choice, strict=True))
        network = _Network(_chosen(rows, chosen), (origin, *points))
        cycle = _negative_cycle(network)
        if cycle is None:
            readings.append(Reading(chosen, _windows(network, origin)))
        else:
            nothing = dict.fromkeys(points, Window(None, None))
            readings.append(Reading(chosen, nothing, cycle))
    return readings


def _chosen(rows: Iterable[Constraint], points: Mapping[str, Point]) -> list[Constraint]:
    return [c._replace(before=c.before.replace("?", points.get(c.statement, "start"))) for c in rows]


def _hull(windows: Iterable[Window]) -> Window:
    hull: Window | None = None
    for window in windows:
        hull = window if hull is None else hull.hull(window)
    return hull or Window(None, None)


# ── from statements to constraints ──────────────────────────────────────────────────────────────────────


def constraints_of(case: Case) -> list[Constraint]:
    """Every difference constraint that the entries of a case state or imply."""
    rows: list[Constraint] = []
    for entry in case.entries:
        start, end = f"{entry.id}.start", f"{entry.id}.end"
        if entry.when is not None:
            rows += _of_when(entry.when, start, entry.id)
        if entry.until is not None:
            rows += _of_when(entry.until, end, f"{entry.id} (until)")
        rows += _of_extent(entry, start, end)
    return rows + _nothing_after_death(case)


def _nothing_after_death(case: Case) -> list[Constraint]:
    deaths = [e for e in case.of(Vital) if e.status == "dead"]
    return [
        Constraint(f"{entry.id}.end", f"{death.id}.start", 0.0, np.inf, f"{entry.id} (not after death)")
        for death in deaths
        for entry in case.entries
        if entry.when is not None and entry is not death
    ]


def _of_extent(entry: Entry, start: str, end: str) -> list[Constraint]:
    if not entry.lasts:
        return [Constraint(start, end, 0.0, 0.0, f"{entry.id} (a moment)")]
    rows = [Constraint(start, end, 0.0, np.inf, f"{entry.id} (ends after it starts)")]
    if entry.duration is not None:
        low, high = entry.duration.days
        rows.append(Constraint(start, end, low, high, f"{entry.id} (duration)"))
    implied = getattr(entry, "implied_days", None)
    if implied is not None and entry.until is None and entry.duration is None:
        low, high, why = implied
        rows.append(Constraint(start, end, low, high, f"{entry.id} ({why})", assumed=True))
    return rows


def _of_when(when: When, point: str, statement: str) -> list[Constraint]:
    assumed = bool(when.assumed)
    rows = []
    if when.earliest is not None and when.latest is not None:
        rows.append(Constraint(EPOCH, point, _day(when.earliest), _day(when.latest), statement, assumed=assumed))
    if when.anchor is not None and when.offset is not None:
        low, high = when.offset.days
        slack = when.tolerance.days[1] if when.tolerance else 0.0
        low, high = low - slack, high + slack
        if when.direction == "before":
            low, high = -high, -low
        mark = "?" if when.anchor_point == "unknown" else when.anchor_point
        rows.append(Constraint(f"{when.anchor}.{mark}", point, low, high, statement, assumed=assumed))
    for reference in when.after:
        entry, at = split_reference(reference, "end")
        rows.append(Constraint(f"{entry}.{at}", point, 0.0, np.inf, statement))
    for reference in when.before:
        entry, at = split_reference(reference, "start")
        rows.append(Constraint(point, f"{entry}.{at}", 0.0, np.inf, statement))
    return rows


def _day(date: dt.date) -> float:
    return float(date.toordinal())


# ── shortest paths ──────────────────────────────────────────────────────────────────────────────────────


class _Network:
    """Edges ``t[head] - t[tail] <= weight`` as arrays."""

    def __init__(self, rows: Sequence[Constraint], points: Iterable[str]) -> None:
        names = dict.fromkeys(points)
        for row in rows:
            names[row.before] = names[row.after] = None
        self.names = list(names)
        index = {name: i for i, name in enumerate(self.names)}
        edges = [(index[r.before], index[r.after], r.high, r.statement) for r in rows if np.isfinite(r.high)]
        edges += [(index[r.after], index[r.before], -r.low, r.statement) for r in rows if np.isfinite(r.low)]
        self.tails = np.array([e[0] for e in edges], dtype=np.intp)
        self.heads = np.array([e[1] for e in edges], dtype=np.intp)
        self.weights = np.array([e[2] for e in edges], dtype=float)
        self.statements = [e[3] for e in edges]

    def distances(self, source: str, *, reverse: bool = False) -> np.ndarray:
        """Bellman–Ford from one point; infinite where nothing bounds."""
        tails, heads = (self.heads, self.tails) if reverse else (self.tails, self.heads)
        distance = np.full(len(self.names), np.inf)
        distance[self.names.index(source)] = 0.0
        for _ in range(len(self.names)):
            before = distance.copy()
            np.minimum.at(distance, heads, distance[tails] + self.weights)
            if np.array_equal(before, distance):
                break
        return distance


def _windows(network: _Network, origin: str) -> dict[str, Window]:
    latest = network.distances(origin)
    earliest = 0.0 - network.distances(origin, reverse=True)
    return {
        name: Window(
            float(lo) if np.isfinite(lo) else None,
            float(hi) if np.isfinite(hi) else None,
        )
        for name, lo, hi in zip(network.names, earliest, latest, strict=True)
    }


def _negative_cycle(network: _Network) -> tuple[str, ...] | None:
    """The statements of a cycle of negative length, or None. A simple cycle is irreducible."""
    count = len(network.names)
    distance = np.zeros(count)
    parent = np.full(count, -1, dtype=np.intp)
    last = -1
    for _ in range(count + 1):
        last = -1
        reach = distance[network.tails] + network.weights
        for edge in np.flatnonzero(reach < distance[network.heads] - _SLACK_DAYS):
            head, tail = network.heads[edge], network.tails[edge]
            length = distance[tail] + network.weights[edge]
            if length < distance[head] - _SLACK_DAYS:
                distance[head], parent[head], last = length, edge, head
        if last < 0:
            return None
    for _ in range(count):  # walk back until certainly on the cycle
        last = network.tails[parent[last]]
    statements, at = [], last
    while True:
        edge = parent[at]
        statements.append(network.statements[edge])
        at = network.tails[edge]
        if at == last:
            return tuple(dict.fromkeys(reversed(statements)))
