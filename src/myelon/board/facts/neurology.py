"""What the examinations say of paralysis, bladder and bowel, and pain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from myelon.board.facts.fact import UNKNOWN, Fact
from myelon.board.logic import Known, no, unknown, yes
from myelon.record.base import Assertion
from myelon.record.kinds import (
    Neurology,
    Support,
)
from myelon.terms.mentions import mentions
from myelon.terms.tumours import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.board.facts.situation import Situation


_SEVERE_NRS = 7.0
"""NRS bands: mild 1–4, moderate 5–6, severe 7–10 (INSTRUMENTS.md, `pain_response`)."""


def _progressive_paralysis(s: Situation) -> Known:
    """Any limb that the last examination calls worse, or grades lower than before; else the grade on a scale.

    What is said to be unchanged soon after it grew worse leaves it open: a plateau of days is not the end of it.
    """
    rows = [
        n for n in s.timeline.in_order(s.patient.examinations)
        if n.motor or _scaled(n) or n.legs_paralysed is not None or n.walks is not None
    ]  # fmt: skip
    if not rows:
        return UNKNOWN
    last = rows[-1]
    if not all(s.patient.surely_later(last, n) for n in rows[:-1]):
        return unknown("the order of the examinations is not decided", tuple(n.id for n in rows))
    found = _change(last, rows[:-1])
    if found.value is not False or len(rows) == 1:
        return found
    earlier = _change(rows[-2], rows[:-2])
    recent = not s.patient.stale({"": rows[-2].id})
    if earlier.value and recent and not any(d.change in {"better", "resolved"} for d in last.motor):
        return unknown(f"{earlier.words}, then {found.words}", (*earlier.entries, *found.entries))
    return found


def _change(exam: Neurology, before: Sequence[Neurology]) -> Known:
    """What one examination says against those before it."""
    if loss := _lost(exam, before):
        return loss
    strength = [d for d in exam.motor if d.change in {"worse", "new"}]
    if strength:
        return yes(f"weakness of the {strength[0].limb}: {strength[0].change}", (exam.id,))
    for (limb, myotome), grade in _tested(exam).items():
        old = next(((n, g) for n in reversed(before) if (g := _comparable(n, limb, myotome)) is not None), None)
        if old is not None and grade < old[1]:
            where = f"{limb} {myotome}".strip()
            return yes(f"{where}, MRC {old[1]} → {grade}", (old[0].id, exam.id))
    scale = _scaled(exam)
    for n in reversed(before):
        earlier = _scaled(n)
        if scale is not None and earlier is not None and earlier[0] == scale[0]:
            if scale[1] < earlier[1]:
                return yes(f"{scale[0]} {earlier[1]} → {scale[1]}", (n.id, exam.id))
            break
    return _no_change(exam, before)


def _lost(exam: Neurology, before: Sequence[Neurology]) -> Known | None:
    """Legs that are paralysed, or that no longer carry, where an earlier examination says that they were not."""
    moved = next((n for n in reversed(before) if n.legs_paralysed is not None), None)
    if exam.legs_paralysed and moved is not None and moved.legs_paralysed is False:
        return yes("paraplegia, which was not there before", (moved.id, exam.id))
    walked = next((n for n in reversed(before) if n.walks is not None), None)
    if exam.walks is False and walked is not None and walked.walks:
        return yes(f"{exam.ambulation}; before: {walked.ambulation}", (walked.id, exam.id))
    return None


def _no_change(exam: Neurology, before: Sequence[Neurology]) -> Known:
    every = _grades(exam)
    legs = {limb: g for limb, g in every.items() if limb in _LEGS}
    said = [d.change for d in exam.motor if d.limb in _LEGS and d.change and d.change != "first"]
    normal = {"left leg", "right leg"} <= set(legs) and all(g == _NORMAL_MRC for g in every.values())
    seen = {limb for n in before for limb in _grades(n)}
    tested = _tested(exam)
    alone = [
        (limb, myotome) for (limb, myotome), g in tested.items()
        if g < _NORMAL_MRC and all(_comparable(n, limb, myotome) is None for n in before)
    ]  # fmt: skip
    if alone and not said:
        weak = ", ".join(f"{' '.join(filter(None, key))} MRC {tested[key]}" for key in alone)
        return unknown(f"{weak}: one examination of it", (exam.id,))
    if said or normal or (legs and seen & set(legs)):
        words = said[-1] if said else ", ".join(f"{limb} MRC {g}" for limb, g in legs.items())
        return no(f"legs: {words}", (exam.id,))
    return unknown(f"{exam.label}, one examination" if legs else "", (exam.id,))


def _grades(exam: Neurology) -> dict[str, int]:
    """Least MRC grade of every limb."""
    found: dict[str, int] = {}
    for (limb, _), grade in _tested(exam).items():
        found[limb] = min(found.get(limb, grade), grade)
    return found


def _tested(exam: Neurology) -> dict[tuple[str, str], int]:
    """MRC grade by limb and myotome (empty: the limb as a whole); both legs, or both arms, count for each."""
    found: dict[tuple[str, str], int] = {}
    for d in exam.motor:
        if d.mrc is None:
            continue
        both = {"legs": ("left leg", "right leg"), "arms": ("left arm", "right arm")}.get(d.limb, (d.limb,))
        for limb in both:
            found[limb, d.myotome] = min(found.get((limb, d.myotome), d.mrc), d.mrc)
    return found


def _comparable(exam: Neurology, limb: str, myotome: str) -> int | None:
    """The grade that a later one of a limb can be held against: of the same myotome, or of the limb as a whole."""
    kept = [g for (named, m), g in _tested(exam).items() if named == limb and m in {"", myotome}]
    return min(kept, default=None)


def _scaled(exam: Neurology) -> tuple[str, str] | None:
    """A grade of Frankel or AIS, of which A is the worst."""
    return next(((g.name, g.value) for g in exam.scales if g.name in {"Frankel", "AIS"} and len(g.value) == 1), None)


_NORMAL_MRC = 5


_LEGS = frozenset({"legs", "left leg", "right leg"})


def _sphincters(s: Situation) -> Known:
    """Bladder and bowel, each when somebody last spoke of it; words that are not understood leave it open."""
    organs = dict.fromkeys(organ for n in s.patient.examinations for organ in n.by_organ)
    last = {
        organ: s.patient.last_examined({n.id: n.by_organ[organ] for n in s.patient.examinations if organ in n.by_organ})
        for organ in organs
    }
    known = {organ: found for organ, found in last.items() if found is not None}
    recent = {organ: f for organ, f in known.items() if not s.patient.stale({"bladder or bowel": f.entry})}
    if yes_of := next((f for f in recent.values() if f.option == "yes"), None):
        return yes("bladder or bowel disturbed", (yes_of.entry,))
    undecided = [organ for organ in organs if organ not in known]
    if undecided:
        return unknown(f"two statements of the {undecided[0]}, and which of them is the later is not decided")
    if not known:
        return UNKNOWN
    if unread := next((f for f in recent.values() if f.option != "no"), None):
        return unknown(f"not understood: “{unread.option}”", (unread.entry,))
    if len(recent) < len(known):
        old = next(f for organ, f in known.items() if organ not in recent)
        return unknown("; ".join(s.patient.stale({"bladder or bowel": old.entry})), (old.entry,))
    return no("bladder or bowel not disturbed", tuple(dict.fromkeys(f.entry for f in known.values())))


def _paralysed(s: Situation) -> Known:
    found = s.patient.paraplegia
    if found is not None:
        return Known(found.option == "yes", "paraplegia" if found.option == "yes" else "the legs move", (found.entry,))
    return UNKNOWN


def _weak_legs(s: Situation) -> Known:
    """Any weakness of the legs, which is what "paralysis" means where kyphoplasty and early surgery are discussed."""
    found = s.patient.weak_legs
    if found is None:
        return UNKNOWN
    return Known(
        found.option == "yes", "the legs are weak" if found.option == "yes" else "the legs, MRC 5", (found.entry,)
    )


def _asymmetric(s: Situation) -> Known:
    sides = {b.item: b for b in s.score("mrc_strength").because}
    if {"left", "right"} <= set(sides):
        left, right = sides["left"], sides["right"]
        return Known(left.option != right.option, f"MRC left {left.option}, right {right.option}", (left.entry,))
    return UNKNOWN


def _severe_pain(s: Situation) -> Known:
    for exam in reversed(s.timeline.in_order(s.patient.examinations)):
        if exam.pain is None:
            continue
        if exam.pain.nrs is not None and exam.pain.assertion is Assertion.PRESENT:
            return Known(exam.pain.nrs >= _SEVERE_NRS, f"NRS {exam.pain.nrs:g}", (exam.id,))
        if exam.pain.assertion is not Assertion.PRESENT:
            return Known(False if exam.pain.assertion is Assertion.ABSENT else None, "no pain", (exam.id,))
        if fold(exam.pain.severity) not in _UNSAID:
            return Known(_severity(exam.pain.severity), f"pain: {exam.pain.severity}", (exam.id,))
    return UNKNOWN


_UNSAID = {"", "not reported", "unknown", "not recorded", "not asked"}


def _severity(words: str) -> bool | None:
    """Whether words call pain severe; None where they do not say."""
    plain = fold(words)
    if re.search(r"\b(?:not|no|never|without)\b", plain):
        return False
    if re.search(r"\b(?:severe|unbearable|excruciating|intolerable|intense|very strong|stark\w*|worst)\b", plain):
        return True
    return (
        False
        if re.search(r"\b(?:mild|slight|moderate|little|none|absent|controlled|leicht|relieved|resolved|gone)\b", plain)
        else None
    )


def _opioids(s: Situation) -> Known:
    dose = s.patient.measured("OMED")
    if dose is not None and isinstance(dose.option, int | float):
        return Known(dose.option > 0, f"opioids {dose.option:g} mg a day", (dose.entry,))
    found = [x for x in s.case.given(Support) if mentions(x.treatment, _OPIOIDS)]
    return yes(found[-1].label, (found[-1].id,)) if found else UNKNOWN


_OPIOIDS = ("opioid", "morphine", "oxycodone", "fentanyl", "hydromorphone", "tramadol", "methadone", "buprenorphine")


def _pain_in_spite(s: Situation) -> Known:
    """Severe pain that was certainly later than radiotherapy and opioids."""
    pain, drugs, course = _severe_pain(s), _opioids(s), s.ask("irradiated")
    if pain.value is not True:
        return pain
    if not drugs.value or not course.value:
        return unknown("; ".join(k.words for k in (pain, drugs, course) if k.words), pain.entries)
    exam = s.case.by_id[pain.entries[0]]
    before = [s.case.by_id[e] for e in (*drugs.entries[-1:], *course.entries[-1:])]
    words = f"{pain.words}, after {' and '.join(b.label for b in before)}"
    if all(s.patient.surely_later(exam, b) for b in before):
        return yes(words, (exam.id, *(b.id for b in before)))
    return unknown(f"{pain.words}; whether that was after drugs and radiotherapy is not decided", (exam.id,))


FACTS: tuple[Fact, ...] = (
    Fact("progressive paralysis", "does the paralysis progress?", _progressive_paralysis),
    Fact("sphincters disturbed", "are bladder or bowel disturbed?", _sphincters),
    Fact("paralysed", "are the legs paralysed?", _paralysed),
    Fact("weak legs", "are the legs weak?", _weak_legs),
    Fact("asymmetric", "is the weakness asymmetric?", _asymmetric),
    Fact("severe pain", "is the pain severe?", _severe_pain),
    Fact("pain in spite", "is the pain severe in spite of opioids and radiotherapy?", _pain_in_spite),
)
"""Every fact of these, with its question."""
