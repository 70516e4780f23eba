"""McCormick scale (1990) and modified McCormick (I-V): Function in intramedullary tumours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Category, Found, FromRecord, Item, Option, Rule
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from myelon.assess.fields import Value
    from myelon.assess.patient import Patient


def _fill(patient: Patient) -> FromRecord:
    rows = {n.id: s for n in patient.examinations for s in n.scales if s.name == "McCormick"}
    last = patient.last_examined({key: s.value for key, s in rows.items()})
    if last is None:
        return FromRecord({})
    edition = rows[last.entry].edition
    found = {"grade": last}
    if edition in {"1990", "modified"}:
        found["version"] = last._replace(option=edition)
    return FromRecord(found)


def _decide(answers: Answers) -> Found:
    grade = answers.choice("grade")
    version = answers.choice("version")
    return Found(("good" if grade in {"I", "II"} else "poor",), steps=(f"grade {grade}, {version}",))


def _impossible(answers: Mapping[str, Value]) -> str:
    old = answers.get("version") == "1990"
    return "the scale of 1990 has four grades" if old and answers.get("grade") == "V" else ""


MCCORMICK = Rule(
    id="mccormick_1990",
    name="McCormick scale (1990) and modified McCormick (I-V)",
    version="1990 four grades; modified five grades",
    group="neurology",
    purpose="Function in intramedullary tumours.",
    items=(
        Item("version", "Version", (Option("1990", "1990, four grades"), Option("modified", "Modified, five grades"))),
        Item(
            "grade",
            "Grade (1990 / modified)",
            (
                Option("I", "Normal or mild focal deficit, normal gait / intact"),
                Option("II", "Deficit affecting the limb, walks independently / mild deficit, independent"),
                Option("III", "Needs cane or brace / moderate deficit, independent with an aid"),
                Option("IV", "Wheelchair, or cane and arms impaired / severe deficit, dependent"),
                Option("V", "– / paraplegia or quadriplegia"),
            ),
        ),
    ),
    population="intramedullary tumours",
    fill=_fill,
    impossible=_impossible,
    categories=(
        Category("good", "walks independently"),
        Category("poor", "needs aid or dependent"),
    ),
    source="mccormick_1990",
    status=Verification.VERIFIED,
    direction="higher = worse",
    decide=_decide,
    validity=("SF-36 correlates well with McCormick; the scale ignores bladder and bowel [verified: NINDS CDE page].",),
    notes=("Never compare four- and five-grade values without the version.",),
)
