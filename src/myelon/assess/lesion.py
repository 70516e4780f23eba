"""Where the instruments look in a record: the latest observations of the main lesion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Filled
from myelon.record.kinds import Imaging, Neurology

if TYPE_CHECKING:
    from collections.abc import Iterable

    from myelon.record.base import Entry
    from myelon.record.case import Case
    from myelon.record.kinds.imaging import LesionObservation


def latest(case: Case, fields: Iterable[str]) -> dict[str, Filled]:
    """The last stated value of each field of the main lesion, in the order of the record."""
    found: dict[str, Filled] = {}
    for study in case.of(Imaging):
        for seen in study.lesions:
            for name in fields:
                value = getattr(seen, name)
                if seen.lesion == "main" and value is not None:
                    found[name] = Filled(str(value), study.id, source_code(study, seen))
    return found


def last_observation(case: Case, field: str) -> tuple[Imaging, LesionObservation] | None:
    """The last study and observation of the main lesion that state a field."""
    rows = [
        (study, seen)
        for study in case.of(Imaging)
        for seen in study.lesions
        if seen.lesion == "main" and getattr(seen, field) is not None
    ]
    return rows[-1] if rows else None


def last_pain(case: Case) -> Filled | None:
    """The last stated character of spinal pain."""
    rows = [n for n in case.of(Neurology) if n.pain is not None and n.pain.character != "not reported"]
    if not rows or rows[-1].pain is None:
        return None
    return Filled(rows[-1].pain.character, rows[-1].id, source_code(rows[-1], None))


def source_code(entry: Entry, seen: LesionObservation | None) -> str:
    """Short code of where a value stands."""
    if seen is not None and seen.source is not None:
        return seen.source.code
    return "; ".join(s.code for s in entry.source)
