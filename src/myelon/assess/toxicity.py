"""Toxicity of each treatment: the worst grade of each CTCAE term, from events as recorded and from laboratory values.

What nobody looked for is *not assessed*; that there was none is said only where the record says it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from myelon.errors import InstrumentError
from myelon.record.base import Assertion
from myelon.record.kinds import AdverseEvent, Observation, Radiotherapy, Surgery, Systemic
from myelon.terms.ctcae_laboratory import LABORATORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from myelon.record.base import Entry
    from myelon.record.case import Case
    from myelon.record.timeline import Timeline
    from myelon.terms.ctcae_laboratory import Laboratory

State = Literal["graded", "grade not reported", "none", "not assessed", "grade 0 or 1"]
_RANK: dict[State, int] = {"not assessed": 0, "none": 1, "grade 0 or 1": 2, "grade not reported": 3, "graded": 4}
"""Which of two statements of one cell is shown; between two grades the worse."""
_BY_OBSERVABLE: dict[str, Laboratory] = {row.observable: row for row in LABORATORY.values()}


_NO_LABORATORY = frozenset({"OMED"})
"""Observables with a unit per something that are no concentration."""


class Seen(NamedTuple):
    """One statement: an event or a laboratory value."""

    term: str
    treatment: str
    state: State
    grade: int
    entry: str
    cycles: tuple[int, ...] = ()


class Cell(NamedTuple):
    """One term during one treatment."""

    state: State
    grade: int
    entries: tuple[str, ...]
    by_cycle: tuple[tuple[int, int], ...]
    """Cycle and its worst grade, where cycles are named."""

    @property
    def words(self) -> str:
        """Such as "grade 3"."""
        return f"grade {self.grade}" if self.state == "graded" else str(self.state)


class Toxicity(NamedTuple):
    """Rows by term; a cell for every treatment."""

    treatments: tuple[Entry, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    unplaced: tuple[tuple[str, str], ...]
    """Events and values that are in no cell, each with the reason."""


NOT_ASSESSED = Cell("not assessed", 0, (), ())


def toxicity(case: Case, timeline: Timeline) -> Toxicity:
    """The table of a case; without treatments it is empty."""
    kinds = (Systemic, Radiotherapy, Surgery)
    treatments = tuple(e for e in timeline.in_order(e for e in case.entries if isinstance(e, kinds)) if _given(e))
    seen: list[Seen] = []
    unplaced: dict[str, str] = {}
    named = {t.id for t in treatments}
    for found in _events(case):
        if found.treatment in named:
            seen.append(found)
        else:
            unplaced[found.entry] = f"{found.term}: during no treatment that is named"
    for value in case.given(Observation):
        if value.what in _BY_OBSERVABLE:
            try:
                seen.extend(_graded(value, [t.id for t in treatments if _within(value, t, timeline)]))
            except InstrumentError as error:
                unplaced[value.id] = str(error)
        elif "/" in value.value.unit and value.what not in _NO_LABORATORY:
            unplaced[value.id] = f"{value.label}: no grades of CTCAE are held for it"
    terms = list(dict.fromkeys(s.term for s in seen))
    rows = tuple((term, tuple(_cell(term, t.id, seen) for t in treatments)) for term in terms)
    return Toxicity(treatments, rows, tuple(unplaced.items()))


def _given(entry: Entry) -> bool:
    return entry.assertion is Assertion.PRESENT


def _cell(term: str, treatment: str, seen: list[Seen]) -> Cell:
    here = [s for s in seen if s.term == term and s.treatment == treatment]
    if not here:
        return NOT_ASSESSED
    worst = max(here, key=lambda s: (_RANK[s.state], s.grade))
    cycles: dict[int, int] = {}
    for s in here:
        for n in s.cycles if s.state == "graded" else ():
            cycles[n] = max(cycles.get(n, 0), s.grade)
    return Cell(worst.state, worst.grade, tuple(dict.fromkeys(s.entry for s in here)), tuple(sorted(cycles.items())))


def _events(case: Case) -> Iterator[Seen]:
    for event in case.of(AdverseEvent):
        term = event.ctcae.name if event.ctcae is not None else event.term
        treatment = event.during or next((a.treatment for a in event.attribution if a.treatment), "") or ""
        if event.assertion is Assertion.ABSENT:
            yield Seen(term, treatment, "none", 0, event.id, event.cycles)
        elif event.assertion is Assertion.PRESENT:
            state: State = "grade not reported" if event.grade is None else "graded"
            yield Seen(term, treatment, state, event.grade or 0, event.id, event.cycles)


def _graded(value: Observation, during: list[str]) -> Iterator[Seen]:
    """The grade of a laboratory value, in every treatment that it certainly lies in.

    Raises:
        InstrumentError: Another unit, a value that is no number, or one that lies in no treatment for certain.
    """
    row = _BY_OBSERVABLE[value.what]
    if value.value.comparator != "=" or value.value.plausibility != "ok":
        raise InstrumentError(f"{value.label} is not graded", todo="Give the value itself")
    if not during:
        raise InstrumentError(f"{value.label} lies in no treatment for certain", todo="Date it, and the treatment")
    number, low = row.in_unit(value.value.value, value.value.unit), value.reference_low
    grade = row.grade(number)
    state: State = "graded"
    if grade is None:
        grade = 0 if low is None else int(number < row.in_unit(low, value.value.unit))
        state = "grade 0 or 1" if low is None else "graded" if grade else "none"
    for treatment in during:
        yield Seen(row.term, treatment, state, grade, value.id)


def _within(value: Observation, treatment: Entry, timeline: Timeline) -> bool:
    """Whether a value was certainly taken between start and end of a treatment."""
    if value.when is None:
        return False
    since, _ = timeline.interval(f"{treatment.id}.start", f"{value.id}.start")
    left, _ = timeline.interval(f"{value.id}.start", f"{treatment.id}.end")
    return (
        treatment.lasts
        and since.earliest is not None
        and since.earliest >= 0
        and left.earliest is not None
        and left.earliest >= 0
    )
