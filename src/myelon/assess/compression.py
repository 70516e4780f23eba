"""Epidural compression vertebra by vertebra, over every lesion of every study: what was read last and still holds.

Overlapping spans compete in time at each vertebra that they share. An operation at a vertebra ends what was graded
there before: until somebody reads the level again nothing is known of it. Cord and cauda equina are asked apart: the
scale grades the cord, and below the conus there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.terms.levels import Level, Span, organ_at

if TYPE_CHECKING:
    from myelon.assess.patient import Patient, Seen

ORDER = ("0", "1a", "1b", "1c", "2", "3")
"""Grades of the epidural scale, worst last."""
HIGH = frozenset({"2", "3"})
"""The cord (or the cauda) is compressed."""
_UNDECIDED = "two readings, and which of them is the later is not decided"


class AtVertebra(NamedTuple):
    """What is known of one vertebra; ``level`` is None for readings whose levels nobody wrote."""

    level: Level | None
    grade: str | None
    """The grade that certainly holds; None where that is not decided."""
    could_be: frozenset[str]
    """Grades that were read and may still hold."""
    seen: Seen
    """The reading that it rests on, or the last of those that compete."""
    why: str = ""
    """Why it is open."""

    @property
    def cord(self) -> bool:
        """Whether the cord, or the conus, may lie there."""
        return self.level is None or organ_at(Span(self.level, self.level)).organs != ("cauda_equina",)

    @property
    def words(self) -> str:
        """Such as "T8 3 (mri-1)"."""
        where = self.level.name if self.level is not None else "level not recorded"
        open_now = "open" if self.could_be == frozenset(ORDER) else f"{' or '.join(sorted(self.could_be))}, open"
        said = self.grade if self.grade is not None else f"{open_now}: {self.why}"
        return f"{where} {said} ({self.seen.study.id})"


def graded(patient: Patient) -> tuple[AtVertebra, ...]:
    """Every vertebra of which a grade was read, from above."""
    rows = [s for s in patient.lesions if s.lesion.epidural_grade is not None]
    unplaced = [s for s in rows if patient.levels_of(s) is None]
    found = [_at(patient, None, unplaced)] if unplaced else []
    for level in Level:
        here = [s for s in rows if (span := patient.levels_of(s)) is not None and span.upper <= level <= span.lower]
        if here:
            found.append(_at(patient, level, here))
    return tuple(found)


def _at(patient: Patient, level: Level | None, rows: list[Seen]) -> AtVertebra:
    worst = list({s.study.id: max((r for r in rows if r.study.id == s.study.id), key=_rank) for s in rows}.values())
    last = patient.last_of(worst, [s.study for s in worst], [str(s.lesion.epidural_grade) for s in worst])
    if last is None:
        could_be = frozenset(str(s.lesion.epidural_grade) for s in worst)
        return AtVertebra(level, None, could_be, worst[-1], _UNDECIDED)
    grade = str(last.lesion.epidural_grade)
    operation = patient.operated_since(last.study, Span(level, level) if level is not None else None)
    if operation is not None:
        return AtVertebra(
            level, None, frozenset(ORDER), last, f"read as {grade} before {operation.id}, and not again since"
        )
    return AtVertebra(level, grade, frozenset({grade}), last)


def _rank(seen: Seen) -> int:
    return ORDER.index(str(seen.lesion.epidural_grade))


class Compression(NamedTuple):
    """Whether cord or cauda is compressed, and what that rests on."""

    words: str
    entries: tuple[str, ...]
    value: bool | None


def compressed(patient: Patient, grades: frozenset[str], *, cord: bool) -> Compression | None:
    """Whether any vertebra with the cord (or without it) has one of some grades; None where nothing was read there.

    Args:
        patient: The record.
        grades: Grades that count.
        cord: The cord and conus, or the cauda equina below.
    """
    rows = [r for r in graded(patient) if r.cord is cord]
    if not rows:
        return None
    yes = [r for r in rows if r.grade in grades]
    if yes:
        worst = max(yes, key=lambda r: ORDER.index(str(r.grade)))
        entries = tuple(dict.fromkeys(r.seen.study.id for r in yes))
        return Compression(_listed(yes, str(worst.grade)), entries, value=True)
    if unread := ungraded(patient, rows, cord=cord):
        where = ", ".join(str(span) for span, _ in unread)
        return Compression(
            f"{_listed(rows, _worst(rows))}; {where} not graded", tuple(dict.fromkeys(e for _, e in unread)), value=None
        )
    maybe = [r for r in rows if r.grade is None and r.could_be & grades]
    shown = maybe or rows
    entries = tuple(dict.fromkeys(r.seen.study.id for r in shown))
    if maybe:
        return Compression("; ".join(dict.fromkeys(r.words for r in maybe)), entries, value=None)
    graded_rows = [r for r in rows if r.grade is not None]
    if not graded_rows:  # every grade that one may have is outside those asked
        return Compression("; ".join(dict.fromkeys(r.words for r in rows)), entries, value=False)
    return Compression(_listed(graded_rows, _worst(graded_rows)), entries, value=False)


def _worst(rows: list[AtVertebra]) -> str:
    return max((str(r.grade) for r in rows if r.grade is not None), key=ORDER.index, default="open")


def ungraded(patient: Patient, rows: list[AtVertebra], *, cord: bool) -> list[tuple[Span | str, str]]:
    """Lesions, and tumours without an image, that no grade was read at, with the entry; one in any part suffices."""
    read = {r.level for r in rows if r.level is not None}
    if any(r.level is None for r in rows):
        return []
    found: dict[Span | str, str] = {}
    for seen in patient.lesions:
        span = seen.lesion.levels
        if (
            span is None
            or seen.lesion.feature not in _BODIES
            or seen.lesion.change == "gone"
            or read & set(span.levels)
        ):
            continue
        if any((organ_at(Span(v, v)).organs != ("cauda_equina",)) is cord for v in span.levels):
            found[span] = seen.study.id
    for tumour in patient.at_the_spine:
        here = tumour.levels
        if here is None:
            if tumour is not patient.tumour:
                found[f"{tumour.id} (no level recorded)"] = tumour.id
            continue
        if read & set(here.levels) or any(isinstance(span, Span) and here.overlap(span) for span in found):
            continue
        if any((organ_at(Span(v, v)).organs != ("cauda_equina",)) is cord for v in here.levels):
            found[here] = tumour.id
    return list(found.items())


_BODIES = frozenset({"mass", "metastasis", "bone lesion", "bone destruction", "residual"})
"""Features that are the lesion itself, and can compress; oedema or enhancement beside it do not count."""


def _listed(rows: list[AtVertebra], worst: str) -> str:
    """The worst grade, and where each is."""
    by_grade: dict[str, list[str]] = {}
    for r in rows:
        by_grade.setdefault(str(r.grade), []).append(r.level.name if r.level is not None else "level not recorded")
    order = sorted(by_grade, key=lambda g: ORDER.index(g) if g in ORDER else -1, reverse=True)
    if len(order) == 1 and order[0] == worst:
        return f"ESCC {worst} at {_spanned(by_grade[worst])}"
    return f"ESCC {worst}: " + ", ".join(f"{'open' if g == 'None' else g} at {_spanned(by_grade[g])}" for g in order)


def _spanned(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}" if len(names) > 2 else " and ".join(names)
