"""How the patient stands: the last word of the record on each thing that the table asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from myelon.record.kinds import Choice, Imaging, Neurology, Observation, Pathology

if TYPE_CHECKING:
    from myelon.record.case import Case
    from myelon.record.timeline import Timeline

PERFORMANCE = ("ECOG", "KPS")
_SIDES = {"legs": ("left leg", "right leg"), "arms": ("left arm", "right arm")}
"""Words on both limbs come after words on each of them."""


@dataclass(frozen=True)
class Said:
    """Words and the entry they stand in; ``since`` names a later examination that is silent on it."""

    words: str
    entry: str
    since: str = ""


@dataclass(frozen=True)
class Standing:
    """The last statement of each; None where the record has none."""

    limbs: tuple[tuple[str, Said], ...]
    """Limb → its last stated motor function, in words."""
    strength: Said | None
    """The least MRC grade of each examination that gives one, the last one first."""
    bladder: Said | None
    bowel: Said | None
    walking: Said | None
    performance: Said | None
    preference: Said | None
    image: Said | None
    """The last study that says something of a lesion, or the last one."""
    growth: Said | None


def standing(case: Case, timeline: Timeline) -> Standing:
    """Read the last statements off a case, in the order of time (of the record, where time does not say)."""
    exams = timeline.in_order(case.of(Neurology))
    limbs: dict[str, Said] = {}
    for exam in exams:
        for deficit in exam.motor:
            if deficit.state:
                for one_sided in _SIDES.get(deficit.limb, ()):
                    limbs.pop(one_sided, None)
                limbs[deficit.limb] = _since(exams, exam, deficit.state)
    grades = [(e.worst_mrc, e) for e in exams if e.worst_mrc is not None]
    seen = [o for o in timeline.in_order(case.of(Observation)) if o.what in PERFORMANCE]
    choices, studies = timeline.in_order(case.of(Choice)), timeline.in_order(case.of(Imaging))
    studies = [s for s in studies if s.lesions] or studies
    reports = [p for p in timeline.in_order(case.of(Pathology)) if p.ki67 is not None or p.mitoses is not None]
    strength = None
    if grades:
        words = str(grades[-1][0]) + (f" after {', '.join(str(g) for g, _ in grades[:-1])}" if grades[1:] else "")
        strength = _since(exams, grades[-1][1], words)
    growth = None
    if reports:
        report = reports[-1]
        words = f"Ki-67 {report.ki67 or 'not reported'}, mitoses {report.mitoses or 'not reported'}"
        growth = Said(words, report.id)
    return Standing(
        tuple(limbs.items()),
        strength,
        _last(exams, "bladder"),
        _last(exams, "bowel"),
        _last(exams, "ambulation"),
        Said(seen[-1].label, seen[-1].id) if seen else None,
        Said(choices[-1].what, choices[-1].id) if choices else None,
        Said(studies[-1].text or studies[-1].label, studies[-1].id) if studies else None,
        growth,
    )


def _since(exams: list[Neurology], exam: Neurology, words: str) -> Said:
    return Said(words, exam.id, "" if exam is exams[-1] else exams[-1].id)


def _last(exams: list[Neurology], field: str) -> Said | None:
    stated = [(e, getattr(e, field)) for e in exams if getattr(e, field)]
    return _since(exams, *stated[-1]) if stated else None
