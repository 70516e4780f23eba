"""How the patient stands: the last word of the record on each thing that the table asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from myelon.record.kinds import Choice, Imaging, Neurology, Observation, Pathology

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from myelon.record.base import Entry
    from myelon.record.case import Case
    from myelon.record.timeline import Timeline

PERFORMANCE = ("ECOG", "KPS")
_SIDES = {"legs": ("left leg", "right leg"), "arms": ("left arm", "right arm")}


@dataclass(frozen=True)
class Said:
    """Words and the entry they stand in."""

    words: str
    entry: str
    since: str = ""
    """A later entry of the same kind that is silent on it."""
    doubt: str = ""
    """An entry that says something else and may be later: the order in time is not decided."""


@dataclass(frozen=True)
class Standing:
    """The last statement of each; None where the record has none."""

    limbs: tuple[tuple[str, Said], ...]
    """Limb → its last stated motor function, in words."""
    strength: Said | None
    """The least MRC grade of each examination that gives one, the last one first."""
    bladder: Said | None
    bowel: Said | None
    performance: Said | None
    preference: Said | None
    image: Said | None
    """The last study that says something of the main lesion, or the last one."""
    growth: Said | None


def standing(case: Case, timeline: Timeline) -> Standing:
    """Read the last statements off a case, in the order of time (of the record, where time does not say)."""
    exams = timeline.in_order(case.of(Neurology))
    studies = timeline.in_order(case.of(Imaging))
    reader = _Reader(timeline)
    grades = [(e, str(e.worst_mrc)) for e in exams if e.worst_mrc is not None]
    strength = reader.last(grades, exams)
    if strength is not None and grades[1:]:
        strength = replace(strength, words=f"{strength.words} after {', '.join(g for _, g in grades[:-1])}")
    seen = [s for s in studies if any(o.lesion == "main" for o in s.lesions)] or studies
    reports = [p for p in timeline.in_order(case.of(Pathology)) if p.ki67 is not None or p.mitoses is not None]
    measured = [o for o in timeline.in_order(case.of(Observation)) if o.what in PERFORMANCE]
    return Standing(
        tuple(_limbs(exams, reader)),
        strength,
        reader.last([(e, e.bladder) for e in exams if e.bladder], exams),
        reader.last([(e, e.bowel) for e in exams if e.bowel], exams),
        reader.last([(o, o.label) for o in measured]),
        reader.last([(c, c.what) for c in timeline.in_order(case.of(Choice))]),
        reader.last([(s, s.text or s.label) for s in seen]),
        reader.last([(p, _growth(p)) for p in reports]),
    )


def _limbs(exams: Sequence[Neurology], reader: _Reader) -> Iterator[tuple[str, Said]]:
    """Each limb with its last words; words on both come after words on each of them."""
    rows: dict[str, list[tuple[Neurology, str]]] = {}
    for exam in exams:
        for deficit in exam.motor:
            if deficit.state:
                for one_sided in _SIDES.get(deficit.limb, ()):
                    rows.pop(one_sided, None)
                rows.setdefault(deficit.limb, []).append((exam, deficit.state))
    for limb, stated in rows.items():
        said = reader.last(stated, exams)
        if said is not None:
            yield limb, said


def _growth(report: Pathology) -> str:
    return f"Ki-67 {report.ki67 or 'not reported'}, mitoses {report.mitoses or 'not reported'}"


@dataclass(frozen=True)
class _Reader:
    """Finds the last of several statements and says how sure that is."""

    timeline: Timeline

    def last(self, stated: Sequence[tuple[Entry, str]], examined: Sequence[Entry] = ()) -> Said | None:
        """The last of the statements, which stand in order.

        Args:
            stated: Entries with what each says.
            examined: Entries that could have said it, in order.
        """
        if not stated:
            return None
        entry, words = stated[-1]
        since = examined[-1].id if examined and examined[-1] is not entry else ""
        doubt = next((e.id for e, said in stated[:-1] if said != words and self._may_be_later(e, entry)), "")
        return Said(words, entry.id, since, doubt)

    def _may_be_later(self, entry: Entry, last: Entry) -> bool:
        end, start = self.timeline.window(entry.id).latest, self.timeline.window(last.id).earliest
        if end is not None and start is not None and end <= start:
            return False
        gap, _ = self.timeline.interval(f"{entry.id}.start", f"{last.id}.start")
        return gap.earliest is None or gap.earliest < 0
