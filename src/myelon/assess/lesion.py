"""Where the instruments look in a record: what was last seen of the main lesion, in time and not in the document.

A value is taken only when it is certainly the last: where two studies say different things and their order in time
is not decided, the item stays open. What was not present, and other lesions, do not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from myelon.assess.instrument import Filled
from myelon.record.base import Assertion
from myelon.record.kinds import Imaging, Neurology
from myelon.record.timeline import solve

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from myelon.record.base import Entry
    from myelon.record.case import Case
    from myelon.record.kinds.imaging import LesionObservation
    from myelon.record.timeline import Timeline
    from myelon.terms.levels import Span

T = TypeVar("T")


class Seen(NamedTuple):
    """An observation and the study it was made in."""

    study: Imaging
    lesion: LesionObservation


def main_lesion(case: Case) -> list[Seen]:
    """Every observation of the main lesion that was present."""
    return [
        Seen(study, lesion)
        for study in case.of(Imaging)
        for lesion in study.lesions
        if lesion.lesion == "main" and Assertion.PRESENT == study.assertion == lesion.assertion
    ]


def last_stated(case: Case, field: str, *, levels: Span | None = None) -> Seen | None:
    """The observation that certainly states a field last; None where there is none, or the order is not decided.

    Args:
        case: The record.
        field: Field of the observation.
        levels: Only observations of these levels, or of none.
    """
    rows = [s for s in main_lesion(case) if getattr(s.lesion, field) is not None]
    if levels is not None:
        rows = [s for s in rows if s.lesion.levels in {None, levels}]
    return last_of(rows, [s.study for s in rows], [str(getattr(s.lesion, field)) for s in rows], solve(case))


def last_of(rows: Sequence[T], entries: Sequence[Entry], values: Sequence[str], timeline: Timeline) -> T | None:
    """The row whose entry is certainly not before any other, or any row when all say the same."""
    if not rows:
        return None
    if len(set(values)) == 1:
        return rows[-1]
    for n, entry in enumerate(entries):
        others = [e for e, v in zip(entries, values, strict=True) if v != values[n]]
        if all(_surely_later(entry, other, timeline) for other in others):
            return rows[n]
    return None


def _surely_later(entry: Entry, other: Entry, timeline: Timeline) -> bool:
    if entry.when is None or other.when is None:
        return False
    gap, _ = timeline.interval(f"{other.id}.start", f"{entry.id}.start")
    return gap.earliest is not None and gap.earliest > 0


def fill(case: Case, fields: Iterable[tuple[str, str]], *, levels: Span | None = None) -> dict[str, Filled]:
    """Items (field of the observation, item of the instrument) that the record decides."""
    found = {}
    for field, item in fields:
        seen = last_stated(case, field, levels=levels)
        if seen is not None:
            found[item] = Filled(str(getattr(seen.lesion, field)), seen.study.id, source_code(seen))
    return found


def last_pain(case: Case) -> Filled | None:
    """The character of spinal pain that was certainly stated last."""
    rows = [n for n in case.of(Neurology) if n.pain is not None and n.pain.character != "not reported"]
    values = [n.pain.character for n in rows if n.pain is not None]
    last = last_of(rows, rows, values, solve(case))
    if last is None or last.pain is None:
        return None
    return Filled(last.pain.character, last.id, "; ".join(s.code for s in last.source))


def source_code(seen: Seen) -> str:
    """Short code of where a value stands."""
    if seen.lesion.source is not None:
        return seen.lesion.source.code
    return "; ".join(s.code for s in seen.study.source)
