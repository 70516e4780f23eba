"""The names by which a person may point to an entry when saying a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.record.kinds import Neoplasm, Phase, Radiotherapy, Surgery, Systemic, Vital

if TYPE_CHECKING:
    from myelon.record.base import Entry
    from myelon.record.case import Case


def anchors_of(case: Case) -> dict[str, str]:
    """Names in lower case → entry id: its id, "rt 1", "line 2", "surgery 1", "recurrence 3", "diagnosis", "death"."""
    names = {entry.id.casefold(): entry.id for entry in case.entries}
    counters: dict[str, int] = {}
    for entry in case.entries:
        for name in _names(entry, counters):
            names.setdefault(name, entry.id)
    if case.neoplasm is not None:
        names.setdefault("diagnosis", case.neoplasm.id)
    return names


def _names(entry: Entry, counters: dict[str, int]) -> list[str]:
    match entry:
        case Radiotherapy():
            return [f"rt {entry.ordinal}", f"radiotherapy {entry.ordinal}", f"course {entry.ordinal}"]
        case Systemic() if entry.line is not None:
            return [f"line {entry.line}"]
        case Phase():
            return [f"{entry.phase} {entry.ordinal}" if entry.ordinal else entry.phase]
        case Vital() if entry.status == "dead":
            return ["death"]
        case Surgery() | Neoplasm():
            counters[entry.kind] = counters.get(entry.kind, 0) + 1
            word = {"surgery": "surgery", "neoplasm": "tumour"}[entry.kind]
            return [f"{word} {counters[entry.kind]}", *([word] if counters[entry.kind] == 1 else [])]
        case _:
            return []
