"""Who meets a query, and why: yes, possible or no, with the entries that answer its lines (`myelon.cohort.query`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from myelon.errors import TableError
from myelon.record.base import Assertion, Entry, Quantity
from myelon.record.kinds import Neurology
from myelon.record.timeline import Window, days_range
from myelon.terms.levels import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from myelon.cohort.patient import CohortPatient
    from myelon.cohort.query import Clause, Line, Query

_NOT_KNOWN = {"", "unknown", "not reported", "not stated", "not evaluated", "not done", "equivocal"}


class Verdict(IntEnum):
    """Whether a condition holds; ordered, so that the least of several is their conjunction."""

    NO = 0
    POSSIBLE = 1
    YES = 2


class Found(NamedTuple):
    """What one line comes to in one patient: the verdict, the entry that answers it, and why."""

    line: Line
    verdict: Verdict
    entry: str
    why: str


@dataclass(frozen=True)
class Selected:
    """One patient: in, out or possible, and what each line found."""

    case_id: str
    verdict: Verdict
    found: tuple[Found, ...] = field(default=())


def select(query: Query, patients: Iterable[CohortPatient]) -> Iterator[Selected]:
    """Judge every patient; each is answered with what every line found."""
    for patient in patients:
        yield judge(query, patient)


def judge(query: Query, patient: CohortPatient) -> Selected:
    """One patient: the best way to find an entry for every line, yes before possible."""
    best: tuple[Verdict, tuple[Found, ...]] = (Verdict.NO, ())
    for verdict, found in _ways(query.lines, patient, {}, Verdict.YES):
        if verdict > best[0] or not best[1]:
            best = (verdict, found)
        if verdict is Verdict.YES:
            break
    return Selected(patient.case.id, best[0] if query.lines else Verdict.YES, best[1])


def _ways(
    lines: tuple[Line, ...], patient: CohortPatient, bound: Mapping[str, Entry], so_far: Verdict
) -> Iterator[tuple[Verdict, tuple[Found, ...]]]:
    """Every way to answer the lines that is not certainly no; where there is none, how far one came."""
    if not lines:
        yield so_far, ()
        return
    line, rest = lines[0], lines[1:]
    stuck: tuple[Found, ...] = ()
    some = False
    for answer, entry in _answers(line, patient, bound):
        if answer.verdict is Verdict.NO:
            if not stuck:
                stuck = (answer,)
            continue
        some = True
        names = {**bound, line.name: entry} if line.name and entry is not None else bound
        for verdict, found in _ways(rest, patient, names, min(so_far, answer.verdict)):
            yield verdict, (answer, *found)
    if not some:
        yield Verdict.NO, stuck


def _answers(  # noqa: PLR0911  # one kind of answer a return
    line: Line, patient: CohortPatient, bound: Mapping[str, Entry]
) -> list[tuple[Found, Entry | None]]:
    """What may answer a line, the certain first; one "no" with its reason where nothing does."""
    if line.kind == "patient":
        verdict = min((holds(c, patient.variable(c.field)) for c in line.clauses), default=Verdict.YES)
        said = ", ".join(f"{c.field} {_say(patient.variable(c.field))}" for c in line.clauses)
        verdict = Verdict(Verdict.YES - verdict) if line.negated else verdict
        return [(Found(line, verdict, "", said), None)]
    if line.kind == "gain":
        answers = _gains(line, patient, bound)
    else:
        answers = [(_meets(line, entry, patient, bound), entry) for entry in _of_kind(line.kind, patient)]
    doubtful = _doubtful(line, patient)
    if line.negated:
        worst = max((f.verdict for f, _ in answers), default=Verdict.NO)
        there = next((f for f, _ in answers if f.verdict is worst and worst is not Verdict.NO), None)
        if there is not None:
            return [(Found(line, Verdict(Verdict.YES - worst), there.entry, there.why), None)]
        if doubtful is not None:
            return [(doubtful, None)]
        if line.kind == "gain" and answers[0][0].entry:
            return [(Found(line, Verdict.YES, "", "no such gain in the examinations"), None)]
        return [(_none(line, patient), None)]
    if doubtful is not None and not any(f.verdict for f, _ in answers):
        return [(doubtful, patient.case.by_id[doubtful.entry])]
    if not answers:
        return [(Found(line, Verdict.NO, "", f"no {line.kind.replace('_', ' ')} in the record"), None)]
    return [(f, e) for f, e in sorted(answers, key=lambda a: -a[0].verdict)]


def _doubtful(line: Line, patient: CohortPatient) -> Found | None:
    """An entry of the kind of which nobody knows whether it was so."""
    doubt = {Assertion.UNKNOWN, Assertion.EQUIVOCAL, Assertion.NOT_REPORTED}
    entry = next((e for e in patient.case.entries if e.kind == line.kind and e.assertion in doubt), None)
    return None if entry is None else Found(line, Verdict.POSSIBLE, entry.id, str(entry.assertion.value))


def _none(line: Line, patient: CohortPatient) -> Found:
    """No entry answers a line: said to be absent, or only not in the record."""
    denied = next((e for e in patient.case.entries if e.kind == line.kind and e.assertion is Assertion.ABSENT), None)
    if denied is not None:
        return Found(line, Verdict.YES, denied.id, "said to be absent")
    others = any(e.kind == line.kind for e in patient.case.entries)
    why = "none of those in the record" if others else "none in the record, and not said to be absent"
    return Found(line, Verdict.YES if others else Verdict.POSSIBLE, "", why)


def _of_kind(kind: str, patient: CohortPatient) -> Iterator[Entry]:
    return (e for e in patient.case.entries if e.kind == kind and e.assertion is Assertion.PRESENT)


def meets(line: Line, entry: Entry) -> Verdict:
    """Whether an entry is of the kind of a line and meets its clauses; its time is not looked at."""
    if entry.kind != line.kind or entry.assertion is not Assertion.PRESENT:
        return Verdict.NO
    return min((holds(c, _field(entry, c.field)) for c in line.clauses), default=Verdict.YES)


def _meets(line: Line, entry: Entry, patient: CohortPatient, bound: Mapping[str, Entry]) -> Found:
    verdict, reasons = Verdict.YES, []
    for clause in line.clauses:
        value = _field(entry, clause.field)
        held = holds(clause, value)
        verdict = min(verdict, held)
        if held is not Verdict.YES:
            reasons.append(f"{clause.field} is {_say(value)}")
    if verdict is not Verdict.NO and line.anchor:
        timed, why = _timed(line, entry.id, bound[line.anchor].id, patient)
        verdict = min(verdict, timed)
        reasons.append(why)
    if line.name and any(entry is other for other in bound.values()):
        verdict = Verdict.NO
    elif line.levels and verdict is not Verdict.NO:
        other = bound[line.levels]
        same, why = levels_meet(getattr(entry, "levels", None), getattr(other, "levels", None))
        verdict = min(verdict, Verdict.NO if entry is other else same)
        reasons.append(why)
    return Found(line, verdict, entry.id, "; ".join(reasons) or entry.label)


def _timed(line: Line, entry: str, anchor: str, patient: CohortPatient) -> tuple[Verdict, str]:
    """How certainly an entry begins after (before) its anchor, and within so many days."""
    one, other = (anchor, entry) if line.direction == "after" else (entry, anchor)
    (low, high), _ = patient.timeline.interval(f"{one}.start", f"{other}.start")
    most = float("inf") if line.within_days is None else line.within_days
    least_days, most_days = -float("inf") if low is None else low, float("inf") if high is None else high
    if entry == anchor or most_days < 0 or least_days > most:
        verdict = Verdict.NO
    elif least_days >= 0 and most_days <= most:
        verdict = Verdict.YES
    else:
        verdict = Verdict.POSSIBLE
    return verdict, f"{days_range(Window(low, high))} {line.direction} {anchor}"


def levels_meet(one: object, two: object) -> tuple[Verdict, str]:
    """Whether two spans of levels share one; possible where one is not reported."""
    if not isinstance(one, Span) or not isinstance(two, Span):
        return Verdict.POSSIBLE, "levels not reported"
    shared = one.overlap(two)
    return (Verdict.YES, f"both at {shared}") if shared else (Verdict.NO, f"{one} and {two} do not meet")


def _gains(line: Line, patient: CohortPatient, bound: Mapping[str, Entry]) -> list[tuple[Found, Entry | None]]:
    """Later examinations with a better worst MRC grade than the last one before the anchor."""
    examined = [e for e in _of_kind("neurology", patient) if isinstance(e, Neurology) and e.worst_mrc is not None]
    anchor = bound[line.anchor] if line.anchor else None
    answers: list[tuple[Found, Entry | None]] = []
    for later in examined:
        for earlier in examined:
            if earlier is later or earlier.worst_mrc is None or later.worst_mrc is None:
                continue
            order = [(earlier.id, later.id)] if anchor is None else [(earlier.id, anchor.id), (anchor.id, later.id)]
            verdict = min(_before(patient, a, b) for a, b in order)
            if anchor is not None and any(_between(patient, earlier.id, e.id, anchor.id) for e in examined):
                continue
            gained = later.worst_mrc - earlier.worst_mrc
            if gained < (line.gain or 0):
                verdict = Verdict.NO
            why = f"MRC {earlier.worst_mrc} at {earlier.id}, {later.worst_mrc} at {later.id}"
            answers.append((Found(line, verdict, later.id, why), later))
    return answers or [(Found(line, Verdict.NO, "", "no two examinations with an MRC grade"), None)]


def _between(patient: CohortPatient, one: str, middle: str, other: str) -> bool:
    """Whether an examination certainly lies after one and before the other."""
    if middle in {one, other}:
        return False
    (low, _), _ = patient.timeline.interval(f"{one}.start", f"{middle}.start")
    (rest, _), _ = patient.timeline.interval(f"{middle}.start", f"{other}.start")
    return low is not None and low > 0 and rest is not None and rest >= 0


def _before(patient: CohortPatient, one: str, other: str) -> Verdict:
    (low, high), _ = patient.timeline.interval(f"{one}.start", f"{other}.start")
    if low is not None and low >= 0:
        return Verdict.YES
    return Verdict.NO if high is not None and high < 0 else Verdict.POSSIBLE


def _field(entry: Entry, name: str) -> Any:  # noqa: ANN401  # a field of any model
    """A field by its dotted name; a field of several parts gives all of theirs."""
    value: Any = entry
    for part in name.split("."):
        if isinstance(value, list | tuple):
            value = tuple(getattr(v, part, None) for v in value)
        else:
            value = getattr(value, part, None)
    return value


def holds(clause: Clause, value: Any) -> Verdict:  # noqa: ANN401  # a field of any model
    """Whether a comparison holds; a value that is not known leaves it possible."""
    if isinstance(value, Quantity):
        value = value.value if value.plausibility == "ok" and value.comparator in {"=", "~"} else None
    if value is None or str(value) in _NOT_KNOWN or value == ():
        return Verdict.POSSIBLE
    if isinstance(value, Span):
        return _meets_span(clause, value)
    if clause.operator == "has" or isinstance(value, tuple | list | frozenset):
        return _has(clause, value if isinstance(value, tuple | list | frozenset) else (value,))
    if isinstance(value, bool):
        value = "yes" if value else "no"
        clause = clause._replace(value={"true": "yes", "false": "no"}.get(clause.value.casefold(), clause.value))
    if isinstance(value, str) or not isinstance(value, int | float):
        same = str(value).casefold() == clause.value.casefold()
        if clause.operator not in {"=", "!="}:
            raise TableError(f"{clause.field} is a word", where=str(clause), todo="Use =, != or has")
        return Verdict.YES if same is (clause.operator == "=") else Verdict.NO
    try:
        wanted = float(clause.value)
    except ValueError as error:
        raise TableError(f"{clause.value!r} is no number", where=str(clause), todo="Give a number") from error
    held = {
        "=": value == wanted, "!=": value != wanted, ">=": value >= wanted, "<=": value <= wanted, ">": value > wanted,
        "<": value < wanted,
    }[clause.operator]  # fmt: skip
    return Verdict.YES if held else Verdict.NO


def _has(clause: Clause, parts: Iterable[Any]) -> Verdict:
    """Whether one of several is meant: `has` by a part of the word, `=` by all of it, `!=` by none."""
    words = [str(p).casefold() for p in parts]
    wanted = clause.value.casefold()
    if clause.operator not in {"has", "=", "!="}:
        raise TableError(f"{clause.field} has several values", where=str(clause), todo="Use has, = or !=")
    found = any(wanted in w for w in words) if clause.operator == "has" else wanted in words
    return Verdict.YES if found is (clause.operator != "!=") else Verdict.NO


def _meets_span(clause: Clause, span: Span) -> Verdict:
    """Levels: `has` is overlap, `=` the same span."""
    try:
        wanted = Span.parse(clause.value)
    except ValueError as error:
        raise TableError(f"{clause.value!r} is no span", where=str(clause), todo="Such as T4 or C7–T6") from error
    if clause.operator == "has":
        return Verdict.YES if span.overlap(wanted) else Verdict.NO
    if clause.operator not in {"=", "!="}:
        raise TableError(f"{clause.field} are levels", where=str(clause), todo="Use has, = or !=")
    return Verdict.YES if (span == wanted) is (clause.operator == "=") else Verdict.NO


def _say(value: Any) -> str:  # noqa: ANN401  # a field of any model
    if value in (None, ""):
        return "not reported"
    return ", ".join(str(v) for v in value) if isinstance(value, tuple | list | frozenset) else str(value)
