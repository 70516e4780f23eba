"""All statements about time of one case as difference constraints, solved together.

Each entry has a start and an end. A statement bounds a difference of two of these points; the windows are
the shortest paths to and from the zero point (`myelon.record.network`), and statements that cannot hold together
show up as a cycle of negative length, which names them.
An anchor whose point is not said is a disjunction: each reading is solved, contradictory ones are dropped
with the reason, and a window is the hull over what remains.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from math import inf, isfinite
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from myelon.errors import CaseError
from myelon.record.kinds import Assumption, Reported, Vital
from myelon.record.network import Constraint, Contradiction, Network
from myelon.record.when import Point, When, split_reference

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from myelon.record.base import Entry
    from myelon.record.case import Case

E = TypeVar("E", bound="Entry")
EPOCH = "calendar.start"
_MOST_READINGS = 256


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


OPEN = Window(None, None)


def days_range(window: Window) -> str:
    """A window in words.

    >>> days_range(Window(14.0, 23.0)), days_range(Window(60.0, 60.0)), days_range(Window(3.0, None))
    ('14 to 23 days', '60 days', 'at least 3 days')
    """
    low, high = window
    if low is None and high is None:
        return "any time"
    if low is None or high is None:
        bound = high if low is None else low
        return f"{'at most' if low is None else 'at least'} {bound:.0f} days"
    return f"{low:.0f} days" if abs(high - low) < 0.5 else f"{low:.0f} to {high:.0f} days"


@dataclass(frozen=True)
class Reading:
    """One way to read the ambiguous statements: which point of its anchor each one hangs on."""

    points: dict[str, Point]
    dropped_because: tuple[str, ...] = ()
    network: Network | None = field(default=None, repr=False, compare=False)
    latest: list[float] = field(default_factory=list, repr=False, compare=False)
    earliest: list[float] = field(default_factory=list, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Such as "rt-2 from the end"."""
        return ", ".join(f"{k} from the {v}" for k, v in self.points.items()) or "as stated"

    def window(self, point: str) -> Window:
        """Window of a point from the zero that the reading was solved for."""
        number = self.network.index.get(point) if self.network is not None else None
        if number is None or number >= len(self.latest):
            return OPEN
        return _window(-self.earliest[number], self.latest[number])


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
    without: frozenset[str] = frozenset()
    """Assumptions that were switched off."""

    def window(self, entry_id: str, point: Point = "start") -> Window:
        """Window of one point of an entry."""
        return self.windows[f"{entry_id}.{point}"]

    @property
    def standing(self) -> list[Reading]:
        """The readings that do not contradict the other statements."""
        return [r for r in self.readings if not r.dropped_because]

    def interval(self, before: str, after: str) -> tuple[Window, dict[str, Window]]:
        """Bounds of ``t[after] - t[before]`` in days: the hull, and one window per reading that stands."""
        per_reading = {r.name: _between(r.network, before, after) for r in self.standing}
        return _hull(per_reading.values()), per_reading

    def date(self, entry_id: str, point: Point = "start") -> Window:
        """Window of a point as day numbers of the calendar (`datetime.date.toordinal`); open without any date."""
        return self.interval(EPOCH, f"{entry_id}.{point}")[0]

    def in_order(self, entries: Iterable[E]) -> list[E]:
        """Entries by the earliest time they can have begun; those of no known time come first, as they stand.

        Where only the calendar places an entry, and not the zero point, its date does.
        """

        def moment(entry: Entry) -> tuple[int, float, float]:
            for rank, find in ((2, self.window), (1, self.date)):
                low, high = find(entry.id)
                if low is not None or high is not None:
                    return rank, low if low is not None else high or 0.0, inf if high is None else high
            return 0, 0.0, 0.0

        return sorted(entries, key=moment)


def solve(case: Case, *, zero: str | None = None, assumptions: bool = True, without: Collection[str] = ()) -> Timeline:
    """Derive the window of every entry of a case.

    Args:
        case: The record.
        zero: Point to count from (``entry`` or ``entry.end``); default is the case's own zero.
        assumptions: Whether bounds that a reader assumed (marked ``assumed``, or assumption entries) are used.
        without: Single assumptions that are switched off, by the name `Timeline.assumptions` gives.

    Raises:
        CaseError: The zero point does not exist, or there are too many ambiguous anchors to enumerate.
    """
    zero_id, zero_point = split_reference(zero or case.zero)
    if zero_id not in case.by_id:
        raise CaseError(f"zero point {zero or case.zero!r} is not an entry", todo="Name an entry of the case")
    origin = f"{zero_id}.{zero_point}"
    stated = constraints_of(case)
    off = frozenset(c.statement for c in stated if c.assumed and (not assumptions or c.statement in without))
    rows = [c for c in stated if c.statement not in off]
    same = [(origin, origin), *((f"{e.id}.start", f"{e.id}.end") for e in case.entries if not e.has_end)]
    contradictions: list[tuple[str, ...]] = []
    while True:
        try:
            plain = Network.of([c for c in rows if "?" not in c.before], same)
            break
        except Contradiction as cycle:
            contradictions.append(cycle.statements)
            rows = [c for c in rows if c.statement not in cycle.statements]
    readings = _readings(rows, same, origin, plain)
    standing = [r for r in readings if not r.dropped_because]
    contradictions.extend(r.dropped_because for r in readings if not standing)
    return Timeline(
        origin,
        {p: _hull(r.window(p) for r in standing) for e in case.entries for p in (f"{e.id}.start", f"{e.id}.end")},
        tuple(readings),
        tuple(contradictions),
        tuple(dict.fromkeys(c.statement for c in stated if c.assumed)),
        tuple(rows),
        off,
    )


def extend(timeline: Timeline, case: Case, entry: Entry) -> Timeline:
    """The timeline of a case after one entry was added: the same as solving it anew, at the cost of what changes.

    Args:
        timeline: Of the case without the entry, at the same zero.
        case: With the entry.
        entry: The one that is new.
    """
    rows = [c for c in [*_constraints(entry), *_not_after_death(case, [entry])] if c.statement not in timeline.without]
    simple = not (isinstance(entry, Vital) and entry.status == "dead") and not any("?" in c.before for c in rows)
    if not simple or timeline.contradictions or len(timeline.readings) > 1:
        return solve(case, zero=timeline.zero, without=timeline.without)
    (reading,) = timeline.readings
    points = (f"{entry.id}.start", f"{entry.id}.end")
    network = reading.network.copy() if reading.network is not None else Network()
    size = len(reading.latest)
    network.merge([points] if not entry.has_end else [])
    try:
        touched = network.add(rows)
    except Contradiction:
        return solve(case, zero=timeline.zero, without=timeline.without)
    origin = network.index[timeline.zero]
    latest = network.spread(origin, known=(reading.latest, touched))
    earliest = network.spread(origin, known=(reading.earliest, touched), backwards=True)
    grown = replace(reading, network=network, latest=latest, earliest=earliest)
    changed = {
        n
        for n in range(len(latest))
        if n >= size or latest[n] != reading.latest[n] or earliest[n] != reading.earliest[n]
    }
    windows = dict(timeline.windows)
    windows |= {name: grown.window(name) for name, n in network.index.items() if n in changed and name != EPOCH}
    windows |= {p: grown.window(p) for p in points}
    assumed = dict.fromkeys((*timeline.assumptions, *(c.statement for c in rows if c.assumed)))
    return replace(
        timeline,
        windows=windows,
        readings=(grown,),
        assumptions=tuple(assumed),
        constraints=(*timeline.constraints, *rows),
    )


def as_of(case: Case, at: dt.date | str) -> Case:
    """The record with only what had certainly begun by a day, or by the start of an entry, and who the patient is.

    Every entry is held against its window, tumours too; an undated tumour stays only where it is the one that the
    record is about, or where that one came from. The named entry itself stays out: its decision is not known yet. What
    had begun and not certainly ended is kept without what only its end tells (its outcome, its cycles).

    Args:
        case: The record.
        at: The day, or an entry: a decision can be replayed where no calendar date exists.

    Raises:
        CaseError: The case has no calendar date, so that no day can be placed in it; or no such entry.
    """
    timeline = solve(case)
    begun = _begun_by_entry(case, timeline, at) if isinstance(at, str) else _begun_by_day(case, timeline, at)
    dated = {e.id for e in case.entries if (e.when is not None or e.until is not None) and begun(e)}
    about = _about(case)
    kept = tuple(
        e.before_its_end() if e.id in dated and e.has_end and not _ended(e, begun) else e
        for e in case.entries
        if e.track == "Patient" or e.id in dated or (e.track == "Diagnosis" and e.when is None and e.id in about)
    )
    then = case.with_entries(kept)
    zero = split_reference(case.zero)[0]
    if zero in then.by_id:
        return then
    first = next(iter(timeline.in_order(e for e in kept if e.when is not None)), kept[0] if kept else None)
    if first is None:
        raise CaseError("nothing of the record is certain by then", where=case.id, todo="Choose a later day")
    return then.model_copy(update={"zero": first.id})


def perhaps_by(case: Case, at: dt.date | str) -> tuple[Entry, ...]:
    """What may have begun by a day, or by the start of an entry, and not certainly: `as_of` leaves it out.

    Args:
        case: The record.
        at: The day, or an entry.

    Raises:
        CaseError: As for `as_of`.
    """
    timeline = solve(case)
    begun = _begun_by_entry(case, timeline, at) if isinstance(at, str) else _begun_by_day(case, timeline, at)
    kept = {e.id for e in as_of(case, at).entries} | ({at} if isinstance(at, str) else set())

    def may_have(e: Entry) -> bool:
        if isinstance(at, str):
            gap, _ = timeline.interval(f"{e.id}.start", f"{at}.start")
            return gap.latest is None or gap.latest >= 0
        earliest = timeline.date(e.id).earliest
        return earliest is None or earliest <= at.toordinal()

    told = {"discrepancy", "assumption", "evidence", "phase"}
    return tuple(e for e in case.entries if e.id not in kept and e.kind not in told and not begun(e) and may_have(e))


def _about(case: Case) -> set[str]:
    """The tumour that the record is about, and where it came from."""
    found: set[str] = set()
    held: Entry | None = case.neoplasm
    while held is not None and held.id not in found:
        found.add(held.id)
        held = case.by_id.get(getattr(held, "parent", None) or "")
    return found


class _Begun(Protocol):
    """Whether a point of an entry certainly lies so many days before the day or the entry that is asked about."""

    def __call__(self, e: Entry, point: Point = "start", days: float = 0.0) -> bool: ...


OVER_DAYS = 180.0
"""A course of radiotherapy is over so long after its start, where nobody recorded its end. Myelon's convention."""


def _ended(e: Entry, begun: _Begun) -> bool:
    silent = e.kind == "radiotherapy" and e.until is None and e.duration is None
    return begun(e, "end") or (silent and begun(e, "start", OVER_DAYS))


def _begun_by_day(case: Case, timeline: Timeline, day: dt.date) -> _Begun:
    dated = any(c.before == EPOCH for c in timeline.constraints)
    if not dated:
        raise CaseError(
            "the case has no calendar date", where=case.id, todo="Leave out the date, or name an entry instead of a day"
        )
    since_zero, _ = timeline.interval(EPOCH, timeline.zero)
    if since_zero.latest is None:
        raise CaseError("the zero point has no calendar date", where=case.id, todo="Date the zero point")
    limit = _day(day) - since_zero.latest

    def begun(e: Entry, point: Point = "start", days: float = 0.0) -> bool:
        latest = timeline.window(e.id, point).latest
        return latest is not None and latest + days <= limit

    return begun


def _begun_by_entry(case: Case, timeline: Timeline, entry: str) -> _Begun:
    if entry not in case.by_id:
        raise CaseError(
            f"no entry {entry[:40]!r}", where=case.id, todo="Name an entry of the case, or a day (YYYY-MM-DD)"
        )

    def begun(e: Entry, point: Point = "start", days: float = 0.0) -> bool:
        if e.id == entry:
            return False
        gap, _ = timeline.interval(f"{e.id}.{point}", f"{entry}.start")
        return gap.earliest is not None and gap.earliest >= days

    return begun


def _readings(rows: list[Constraint], same: Sequence[tuple[str, str]], origin: str, plain: Network) -> list[Reading]:
    """Every reading, solved; ``plain`` is the network of what is not ambiguous."""
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
        try:
            network = Network.of(_chosen(rows, chosen), same) if ambiguous else plain
        except Contradiction as cycle:
            readings.append(Reading(chosen, cycle.statements))
            continue
        zero = network.index[origin]
        latest, earliest = network.spread(zero), network.spread(zero, backwards=True)
        readings.append(Reading(chosen, (), network, latest, earliest))
    return readings


def _chosen(rows: Iterable[Constraint], points: Mapping[str, Point]) -> list[Constraint]:
    return [c._replace(before=c.before.replace("?", points.get(c.statement, "start"))) for c in rows]


def _window(low: float, high: float) -> Window:
    return Window(low + 0.0 if isfinite(low) else None, high + 0.0 if isfinite(high) else None)


def _between(network: Network | None, before: str, after: str) -> Window:
    if network is None or before not in network.index or after not in network.index:
        return OPEN
    one, other = network.index[before], network.index[after]
    return _window(-network.spread(one, backwards=True, until=other)[other], network.spread(one, until=other)[other])


def _hull(windows: Iterable[Window]) -> Window:
    hull: Window | None = None
    for window in windows:
        hull = window if hull is None else hull.hull(window)
    return hull or OPEN


# ── from statements to constraints ──────────────────────────────────────────────────────────────────────


def constraints_of(case: Case) -> list[Constraint]:
    """Every difference constraint that the entries of a case state or imply."""
    rows = [row for entry in case.entries for row in _constraints(entry)]
    return rows + _not_after_death(case, case.entries)


def _constraints(entry: Entry) -> list[Constraint]:
    start, end = f"{entry.id}.start", f"{entry.id}.end"
    rows: list[Constraint] = []
    if entry.when is not None:
        rows += _of_when(entry.when, start, entry.id)
    if entry.until is not None:
        rows += _of_when(entry.until, end, f"{entry.id} (until)")
    rows += _of_extent(entry, start, end)
    if isinstance(entry, Reported) and entry.constrains and entry.between is not None and entry.days is not None:
        (one, at_one), (other, at_other) = (split_reference(p) for p in entry.between)
        rows.append(Constraint(f"{one}.{at_one}", f"{other}.{at_other}", *entry.days, entry.id))
    if isinstance(entry, Assumption) and entry.active:
        held = _of_when(entry.holds, f"{entry.of}.{entry.point}", entry.id)
        rows += [c._replace(assumed=True) for c in held]
    return rows


def _not_after_death(case: Case, entries: Iterable[Entry]) -> list[Constraint]:
    deaths = [e for e in case.of(Vital) if e.status == "dead"]
    return [
        Constraint(f"{entry.id}.end", f"{death.id}.start", 0.0, inf, f"{entry.id} (not after death)")
        for death in deaths
        for entry in entries
        if entry.when is not None and entry is not death
    ]


def _of_extent(entry: Entry, start: str, end: str) -> list[Constraint]:
    if not entry.has_end:
        return []
    rows = [Constraint(start, end, 0.0, inf, f"{entry.id} (ends after it starts)")]
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
        rows.append(Constraint(f"{entry}.{at}", point, 0.0, inf, statement))
    for reference in when.before:
        entry, at = split_reference(reference, "start")
        rows.append(Constraint(point, f"{entry}.{at}", 0.0, inf, statement))
    return rows


def _day(date: dt.date) -> float:
    return float(date.toordinal())
