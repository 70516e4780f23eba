"""A cohort by columns: what selections, endpoints and tables ask, for a million patients at once.

A record answers by itself (`CohortPatient`); a registry holds the answers of many, part by part: each variable, each
endpoint, the entries of each kind with the windows of their times, and the distances between entries that the windows
do not give. A part of patients has one row a patient; a part of entries says whose each row is. Nothing is rounded and
nothing left out: what a part cannot say (`FREE_TEXT`, fields of fields of fields) is asked of the record itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from math import inf, nan
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pydantic import BaseModel

from myelon.cohort.coded import Coded
from myelon.cohort.endpoints import ENDPOINTS, Moment, endpoint, outcomes
from myelon.cohort.query import fields_of
from myelon.cohort.variables import VARIABLES, Column, variable
from myelon.record.base import Quantity
from myelon.record.kinds import KINDS
from myelon.terms.levels import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from myelon.cohort.endpoints import Endpoint, Outcome
    from myelon.cohort.patient import CohortPatient
    from myelon.record.base import Entry
    from myelon.record.timeline import Timeline

FREE_TEXT = {"id", "kind", "when", "until", "text", "source", "note", "label", "assertion"}
"""Fields that are no columns: every entry has words of its own, or a part says them otherwise."""
_LOST = "lost to follow-up"
_NEVER_SEEN = "no time after the start is known"
PATIENTS = ("nature", *(f"variable/{v.name}" for v in VARIABLES), *(f"endpoint/{e.name}" for e in ENDPOINTS))
"""Parts with one row a patient."""
ENTRIES = ("distances", *(f"kind/{name}" for name in KINDS))
"""Parts with rows of a ``patient``."""


@dataclass(frozen=True, eq=False)
class Part:
    """Columns of one length: numbers, and values by code."""

    numbers: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    coded: Mapping[str, Coded] = field(default_factory=dict)

    def rows(self, keep: NDArray[Any]) -> Part:
        """Some of the rows."""
        return Part({k: v[keep] for k, v in self.numbers.items()}, {k: v[keep] for k, v in self.coded.items()})


class Outcomes(NamedTuple):
    """What came of patients in days from the zero of an endpoint: earliest and latest, not a number where it did not.

    ``why_out`` is "" for those who are counted.
    """

    why_out: Coded
    event: NDArray[np.float64]
    competing: NDArray[np.float64]
    seen: NDArray[np.float64]

    def at(self, choice: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Days and what ended them (0 censored, 1 the event, 2 a competing one), shape (n,) each; see `Outcome.at`."""
        event, competing, seen = (
            {"earliest": t[:, 0], "midpoint": (t[:, 0] + t[:, 1]) / 2.0, "latest": t[:, 1]}[choice]
            for t in (self.event, self.competing, self.seen)
        )
        first = np.where(np.isnan(event), inf, event) <= np.where(np.isnan(competing), inf, competing)
        none = np.isnan(event) & np.isnan(competing)
        days = np.where(none, seen, np.where(first, event, competing))
        return days, np.where(none, 0, np.where(first, 1, 2))


class Registry:
    """Many patients by columns; parts are made when they are first asked for."""

    def __init__(self, ids: Sequence[str], part: Callable[[str], Part], record: Callable[[str], CohortPatient]) -> None:
        """Args: patients in order, what gives a part by its name, and what reads one record."""
        self.ids = ids
        self._make = part
        self._record = record
        self._parts: dict[str, Part] = {}
        self._lock = Lock()

    @classmethod
    def of(cls, patients: Iterable[CohortPatient]) -> Registry:
        """Of records at hand."""
        held = {p.case.id: p for p in patients}
        return cls(list(held), partial(part_of, list(held.values())), held.__getitem__)

    def __len__(self) -> int:
        """Number of patients."""
        return len(self.ids)

    def part(self, name: str) -> Part:
        """A part by its name, one of `PATIENTS` or `ENTRIES`."""
        with self._lock:
            if name not in self._parts:
                self._parts[name] = self._make(name)
            return self._parts[name]

    def patient(self, at: int) -> CohortPatient:
        """The record of one patient."""
        return self._record(self.ids[at])

    def patients(self, rows: Iterable[int]) -> Iterator[CohortPatient]:
        """The records of some, in their order."""
        return (self.patient(int(k)) for k in rows)

    def column(self, name: str, rows: NDArray[Any] | None = None) -> Column:
        """A variable of all, or of some."""
        found = self.part(f"variable/{variable(name).name}").coded["value"]
        return Column(variable(name), found if rows is None else found[rows])

    @cached_property
    def natures(self) -> Coded:
        """Whether each record is a paper's, synthetic, or of a patient."""
        return self.part("nature").coded["value"]

    @cached_property
    def distances(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Keys in order, least and greatest days between two entries where their windows do not say."""
        n = self.part("distances").numbers
        return distance_key(n["patient"], n["one"], n["two"]), n["low"], n["high"]

    def outcomes(self, target: Endpoint, rows: NDArray[Any]) -> Outcomes:
        """What came of some patients."""
        part = self.part(f"endpoint/{target.name}").rows(rows)
        n, why = part.numbers, part.coded["why"]
        event = n["event"]
        if target.lost == "left out":
            status = self.column("vital_status", rows).coded
            lost = status.each(lambda v: v == "lost", bool) & np.isnan(event[:, 0])
            lost &= why.each(lambda v: v in {"", _NEVER_SEEN}, bool)
            values = (*why.values, _LOST)
            why = Coded(np.where(lost, len(values) - 1, why.codes).astype(np.int32), values)
        return Outcomes(why, event, n["competing"], n["seen"])


def distance_key(patient: NDArray[Any], one: NDArray[Any], two: NDArray[Any]) -> NDArray[np.int64]:
    """A number for two entries of a patient, by their places in the case, the earlier place first."""
    return np.asarray((patient.astype(np.int64) << 40) | (one.astype(np.int64) << 20) | two)


def part_of(patients: Sequence[CohortPatient], name: str) -> Part:
    """A part of records at hand."""
    group, _, which = name.partition("/")
    if group == "nature":
        return Part({}, {"value": Coded.of(p.case.about.nature for p in patients)})
    if group == "variable":
        return Part({}, {"value": Coded.of(variable(which).read(p) for p in patients)})
    if group == "endpoint":
        return _endpoint_part(outcomes(replace(endpoint(which), lost="censored"), patients))
    if group == "distances":
        return _distances(patients)
    return _kind_part(which, patients)


def _endpoint_part(found: Sequence[Outcome]) -> Part:
    def windows(moments: Iterable[Moment | None]) -> NDArray[np.float64]:
        rows = [(nan, nan) if m is None else _closed(m) for m in moments]
        return np.array(rows, dtype=np.float64).reshape(-1, 2)

    counted = [o if not o.why_out else replace(o, event=None, competing=None, seen=None) for o in found]
    numbers = {
        "event": windows(o.event for o in counted), "competing": windows(o.competing for o in counted),
        "seen": windows(o.seen for o in counted),
    }  # fmt: skip
    return Part(numbers, {"why": Coded.of(o.why_out for o in found)})


def _closed(moment: Moment) -> tuple[float, float]:
    return max(moment.earliest, 0.0), moment.earliest if moment.latest is None else moment.latest


def _kind_part(kind: str, patients: Sequence[CohortPatient]) -> Part:
    """Every entry of a kind: whose, which of the case, from when to when it may begin, and its fields."""
    rows = [(k, n, e) for k, p in enumerate(patients) for n, e in enumerate(p.case.entries) if e.kind == kind]
    windows = [patients[k].timeline.window(e.id) for k, _, e in rows]
    fields: dict[str, list[Any]] = {}
    for at, (_, _, entry) in enumerate(rows):
        for name, value in _fields(entry):
            column = fields.setdefault(name, [])
            column.extend([None] * (at - len(column)))
            column.append(value)
    for column in fields.values():
        column.extend([None] * (len(rows) - len(column)))
    numbers: dict[str, NDArray[Any]] = {
        "patient": np.array([k for k, _, _ in rows], dtype=np.int32),
        "place": np.array([n for _, n, _ in rows], dtype=np.int32),
        "earliest": np.array([-inf if w.earliest is None else w.earliest for w in windows], dtype=np.float64),
        "latest": np.array([inf if w.latest is None else w.latest for w in windows], dtype=np.float64),
    }
    coded = {name: Coded.of(column) for name, column in fields.items()}
    return Part(numbers, coded | {"assertion": Coded.of(str(e.assertion.value) for _, _, e in rows)})


def _fields(entry: Entry) -> Iterator[tuple[str, Any]]:
    """Fields of an entry as plain values, and of the parts of a field, by their dotted names."""
    for name in sorted(fields_of(entry.kind) - FREE_TEXT):
        value = getattr(entry, name)
        yield name, plain(value)
        inner = value if isinstance(value, tuple) else (value,)
        if inner and all(isinstance(v, BaseModel) for v in inner):
            for sub in dict.fromkeys(s for v in inner for s in type(v).model_fields):
                parts = tuple(getattr(v, sub, None) for v in inner)
                yield f"{name}.{sub}", plain(parts if isinstance(value, tuple) else parts[0])


def plain(value: Any) -> Any:  # noqa: ANN401  # a field of any model
    """A value that a comparison answers alike, made of words, numbers and spans of levels only."""
    if isinstance(value, Quantity):
        return value.value if value.plausibility == "ok" and value.comparator in {"=", "~"} else None
    if value is None or isinstance(value, bool | Span):
        return value
    if isinstance(value, tuple):
        return tuple(str(v) for v in value)
    if isinstance(value, list | frozenset):
        return tuple(sorted(str(v) for v in value)) or ("",)
    if isinstance(value, int | float):
        return value
    return str(value)


def _distances(patients: Sequence[CohortPatient]) -> Part:
    """Bounds between the starts of two entries of one patient, where the windows of the two do not give them."""
    found: list[tuple[NDArray[Any], ...]] = []
    for k, patient in enumerate(patients):
        low, high = _between(patient.timeline, [f"{e.id}.start" for e in patient.case.entries])
        windows = [patient.timeline.window(e.id) for e in patient.case.entries]
        early = np.array([-inf if w.earliest is None else w.earliest for w in windows])
        late = np.array([inf if w.latest is None else w.latest for w in windows])
        other = (low != early[None, :] - late[:, None]) | (high != late[None, :] - early[:, None])
        one, two = np.nonzero(np.triu(other, 1))
        found.append((np.full(len(one), k), one, two, low[one, two], high[one, two]))
    columns = [np.concatenate(c) if found else np.empty(0) for c in zip(*found, strict=True)] or [np.empty(0)] * 5
    names = ("patient", "one", "two", "low", "high")
    types = (np.int32, np.int32, np.int32, np.float64, np.float64)
    return Part({n: c.astype(t) for n, c, t in zip(names, columns, types, strict=True)})


def _between(timeline: Timeline, points: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and greatest days from each point to each other, over the readings that stand; shape (m, m)."""
    m = len(points)
    low, high = np.full((m, m), inf), np.full((m, m), -inf)
    for reading in timeline.standing:
        most = np.full((m, m), inf)
        if reading.network is not None:
            at = [reading.network.index.get(p, -1) for p in points]
            there = np.array([a for a in at if a >= 0], dtype=np.intp)
            mine = np.array([i for i, a in enumerate(at) if a >= 0], dtype=np.intp)
            for i, a in zip(mine, there, strict=True):
                most[i, mine] = np.array(reading.network.spread(int(a)))[there]
        low, high = np.minimum(low, -most.T), np.maximum(high, most)
    if not timeline.standing:
        low, high = -np.full((m, m), inf), np.full((m, m), inf)
    return low, high
