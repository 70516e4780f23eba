"""The same answers as `selection.judge`, for all patients of a registry at once.

Ways to answer the lines of a query are the rows of a table: whose, how certain, and which entry each name is bound to.
A line joins the entries of its kind to it. Where a line asks what no column holds (free text, a gain of strength),
those whom the other lines do not rule out are judged from their records.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from myelon.cohort.registry import distance_key
from myelon.cohort.selection import Verdict, holds, judge, levels_meet
from myelon.errors import TableError
from myelon.record.base import Assertion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from myelon.cohort.query import Clause, Line, Query
    from myelon.cohort.registry import Part, Registry

_MOST_WAYS, _WAYS_EACH = 2_000_000, 5
"""Ways that a query may have over all patients, and more for each: five entries of one kind, told apart, are 120."""
_DOUBT = {str(a.value) for a in (Assertion.UNKNOWN, Assertion.EQUIVOCAL, Assertion.NOT_REPORTED)}
_PRESENT, _YES, _POSSIBLE = str(Assertion.PRESENT.value), int(Verdict.YES), int(Verdict.POSSIBLE)


def judge_all(
    query: Query, registry: Registry, *, progress: Callable[[float, str], None] = lambda *_: None
) -> NDArray[np.int8]:
    """The verdict of every patient, shape (n,), as numbers of `Verdict`.

    Args:
        query: What is asked.
        registry: Of whom.
        progress: Called with a share and a word where records are read; it may raise to stop.

    Raises:
        TableError: A comparison that a field does not take, or more ways to answer than can be held.
    """
    plain = [line for line in query.lines if _columnar(line, registry)]
    if len(plain) == len(query.lines):
        return _Ways(registry).answer(query.lines)
    # a line without its relations rules out no more than with them, unless it says that there is none
    alone = [
        replace(line, anchor="", direction="", within_days=None, levels="", name="")
        for line in plain
        if not (line.negated and (line.anchor or line.levels or line.name))
    ]
    found = _Ways(registry).answer(alone)
    left = np.flatnonzero(found)
    for done, at in enumerate(left):
        if done % 50 == 0:
            progress(done / len(left), f"reading records: {done} of {len(left)}")
        found[at] = judge(query, registry.patient(int(at))).verdict
    return found


def needs_records(query: Query, registry: Registry) -> bool:
    """Whether columns are not enough: a gain of strength, or what no column holds."""
    return not all(_columnar(line, registry) for line in query.lines)


def _columnar(line: Line, registry: Registry) -> bool:
    """Whether columns answer a line."""
    if line.kind == "patient" or line.gain is not None:
        return line.gain is None
    part = registry.part(f"kind/{line.kind}")
    nobody = not len(part.numbers["patient"])
    return nobody or all(clause.field in part.coded for clause in line.clauses)


class _Bound(NamedTuple):
    """Entries that a name stands for: their kind, its part, and their rows in it, one for each way."""

    kind: str
    part: Part
    rows: NDArray[np.intp]


class _Ways:
    """The ways to answer the lines so far: whose each is, how certain, and what its names are bound to."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.patient: NDArray[Any] = np.arange(len(registry))
        self.verdict = np.full(len(registry), _YES, dtype=np.int8)
        self.bound: dict[str, _Bound] = {}

    def answer(self, lines: Sequence[Line]) -> NDArray[np.int8]:
        """The best verdict of each patient over all ways."""
        for n, line in enumerate(lines):
            if line.kind == "patient":
                self._of_patients(line)
            else:
                later = lines[n + 1 :]
                told_apart = any(x.name and x.kind == line.kind for x in later)
                keep = bool(line.name) and (told_apart or any(line.name in {x.anchor, x.levels} for x in later))
                self._of_entries(line, keep=keep)
        best = np.zeros(len(self.registry), dtype=np.int8)
        np.maximum.at(best, self.patient, self.verdict)
        return best

    def _go_on(self, ways: NDArray[Any], verdict: NDArray[Any]) -> NDArray[Any]:
        """Go on with some of the ways, each no more certain than a verdict; returns which of them are not ruled out."""
        verdict = np.minimum(self.verdict[ways], verdict).astype(np.int8)
        alive = np.flatnonzero(verdict)
        ways = ways[alive]
        self.patient, self.verdict = self.patient[ways], verdict[alive]
        self.bound = {name: b._replace(rows=b.rows[ways]) for name, b in self.bound.items()}
        return alive

    def _of_patients(self, line: Line) -> None:
        verdict = np.full(len(self.registry), _YES, dtype=np.int8)
        for clause in line.clauses:
            verdict = np.minimum(verdict, self.registry.column(clause.field).coded.each(_asked(clause), np.int8))
        if line.negated:
            verdict = _YES - verdict
        self._go_on(np.arange(len(self.patient)), verdict[self.patient])

    def _of_entries(self, line: Line, *, keep: bool) -> None:
        part = self.registry.part(f"kind/{line.kind}")
        whose, assertion = part.numbers["patient"], part.coded["assertion"]
        held = np.where(assertion.each(lambda v: v == _PRESENT, bool), _YES, 0).astype(np.int8)
        for clause in line.clauses if len(whose) else ():
            held = np.minimum(held, part.coded[clause.field].each(_asked(clause), np.int8))
        doubt = np.flatnonzero(assertion.each(lambda v: v in _DOUBT, bool))
        way, entry = self._joined(whose, np.flatnonzero(held))
        verdict = self._related(line, part, way, entry, held[entry])
        best = np.zeros(len(self.patient), dtype=np.int8)
        np.maximum.at(best, way, verdict)
        doubtful = _among(self.patient, whose[doubt])
        if line.negated:
            none = np.where(doubtful | ~_among(self.patient, whose), _POSSIBLE, _YES)
            self._go_on(np.arange(len(best)), np.where(best > 0, _YES - best, none))
            return
        only_doubt = np.flatnonzero((best == 0) & doubtful)
        if not keep:
            best[only_doubt] = _POSSIBLE
            self._go_on(np.arange(len(best)), best)
            return
        first = doubt[np.searchsorted(whose[doubt], self.patient[only_doubt])]
        entries = np.concatenate([entry, first])
        verdicts = np.concatenate([verdict, np.full(len(first), _POSSIBLE)])
        alive = self._go_on(np.concatenate([way, only_doubt]), verdicts)
        self.bound[line.name] = _Bound(line.kind, part, entries[alive])

    def _joined(self, whose: NDArray[Any], entries: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Every way with every one of some entries of its patient."""
        theirs = whose[entries]
        begin, end = np.searchsorted(theirs, self.patient), np.searchsorted(theirs, self.patient, side="right")
        counts = end - begin
        if counts.sum() > _MOST_WAYS + _WAYS_EACH * len(self.registry):
            raise TableError("too many ways to answer", todo="Name fewer lines of one kind, or say more of each")
        way = np.repeat(np.arange(len(counts)), counts)
        within = np.arange(len(way)) - np.repeat(np.cumsum(counts) - counts, counts)
        return way, entries[begin[way] + within]

    def _related(
        self, line: Line, part: Part, way: NDArray[Any], entry: NDArray[Any], verdict: NDArray[np.int8]
    ) -> NDArray[np.int8]:
        """How certainly entries answer a line, given what its names are bound to."""
        if line.anchor:
            anchor = self.bound[line.anchor]
            verdict = np.minimum(verdict, self._timed(line, part, self.patient[way], entry, anchor, anchor.rows[way]))
        if line.name:
            for other in self.bound.values():
                if other.kind == line.kind:
                    verdict = np.where(other.rows[way] == entry, 0, verdict).astype(np.int8)
        if line.levels:
            other = self.bound[line.levels]
            verdict = np.minimum(verdict, _same_levels(part, entry, other, other.rows[way], line.kind))
        return verdict

    def _timed(
        self,
        line: Line,
        part: Part,
        patient: NDArray[Any],
        entry: NDArray[Any],
        anchor: _Bound,
        bound: NDArray[Any],
    ) -> NDArray[np.int8]:
        """See `selection._timed`: from windows, and where two entries hang together, from their distance."""
        one, two = (anchor.part, bound), (part, entry)
        if line.direction == "before":
            one, two = two, one
        early, late, place = (
            [p.numbers[name][rows] for p, rows in (one, two)] for name in ("earliest", "latest", "place")
        )
        low, high = early[1] - late[0], late[1] - early[0]
        keys, least, most = self.registry.distances
        turned = place[0] > place[1]
        wanted = distance_key(patient, np.minimum(*place), np.maximum(*place))
        at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
        known = keys[at] == wanted if len(keys) else np.zeros(len(wanted), dtype=bool)
        at = at[known]
        low[known] = np.where(turned[known], -most[at], least[at])
        high[known] = np.where(turned[known], -least[at], most[at])
        within = np.inf if line.within_days is None else line.within_days
        same = (place[0] == place[1]) | (high < 0) | (low > within)
        return np.where(same, 0, np.where((low >= 0) & (high <= within), _YES, _POSSIBLE)).astype(np.int8)


def _asked(clause: Clause) -> Callable[[Any], int]:
    return lambda value: int(holds(clause, value))


def _among(patients: NDArray[Any], some: NDArray[Any]) -> NDArray[np.bool_]:
    """Which patients are among some, that stand in order."""
    if len(some) == 0:
        return np.zeros(len(patients), dtype=bool)
    return np.asarray(some[np.minimum(np.searchsorted(some, patients), len(some) - 1)] == patients)


def _same_levels(part: Part, rows: NDArray[Any], bound: _Bound, other: NDArray[Any], kind: str) -> NDArray[np.int8]:
    """Whether entries share a level; asked once of each pair of spans."""
    same = (rows == other) if bound.kind == kind else np.zeros(len(rows), dtype=bool)
    if "levels" not in part.coded or "levels" not in bound.part.coded:
        return np.where(same, 0, _POSSIBLE).astype(np.int8)
    a, b = part.coded["levels"], bound.part.coded["levels"]
    pairs, which = np.unique(np.stack([a.codes[rows], b.codes[other]], axis=1), axis=0, return_inverse=True)
    answers = np.array([levels_meet(a.values[i], b.values[k])[0] for i, k in pairs], dtype=np.int8)
    return np.where(same, 0, answers[which.reshape(-1)] if len(rows) else answers).astype(np.int8)
