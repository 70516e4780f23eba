"""MRC muscle grade (MMT): Strength per muscle or limb; used in papers 001 and 003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Category, Found, FromRecord, Item, Option, Rule
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient

_GRADES = (
    Option("0", "No contraction", 0),
    Option("1", "Flicker or trace", 1),
    Option("2", "Active movement, gravity eliminated", 2),
    Option("3", "Active movement against gravity", 3),
    Option("4", "Active movement against gravity and resistance", 4),
    Option("5", "Normal power", 5),
)
_USEFUL = 3


def _fill(patient: Patient) -> FromRecord:
    legs = {"left leg": "left", "right leg": "right", "legs": "both"}
    rows = {n.id: [d for d in n.motor if d.mrc is not None and d.limb in legs] for n in patient.examinations}
    last = patient.last_examined({key: str([(d.limb, d.mrc) for d in found]) for key, found in rows.items() if found})
    if last is None:
        return FromRecord({})
    sides: dict[str, int] = {}
    for deficit in rows[last.entry]:
        for side in ("left", "right") if legs[deficit.limb] == "both" else (legs[deficit.limb],):
            sides[side] = min(sides.get(side, 5), deficit.mrc if deficit.mrc is not None else 5)
    return FromRecord({side: last._replace(option=str(grade)) for side, grade in sides.items()})


def _decide(answers: Answers) -> Found:
    if answers.known("grade"):
        worst = int(answers.choice("grade"))
    else:
        worst = min(int(answers.choice("right")), int(answers.choice("left")))
    return Found(("useful" if worst >= _USEFUL else "useless",), float(worst), steps=(f"the weaker is {worst}",))


MRC = Rule(
    id="mrc_strength",
    name="MRC muscle grade (MMT)",
    version="MRC 0-5",
    group="neurology",
    purpose="Strength per muscle or limb; used in papers 001 and 003.",
    items=(
        Item("grade", "Grade of one muscle or limb", _GRADES, "4−, 4 and 4+ are kept as text beside 4."),
        Item("right", "Right", _GRADES),
        Item("left", "Left", _GRADES),
    ),
    population="any muscle or limb",
    fill=_fill,
    categories=(
        Category("useless", "below antigravity"),
        Category("useful", "antigravity or better"),
    ),
    source="mrc_strength",
    status=Verification.VERIFIED,
    direction="higher = better",
    decide=_decide,
    notes=(
        (
            "Paper 003 writes 'MRC 4', '2', '3' for both legs; paper 001 'grade 3 left, grade 4 right': keep "
            "side and limb."
        ),
    ),
)
