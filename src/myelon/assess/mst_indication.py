"""MST surgery indication, prognosis threshold, MISt (PPS) and BKP (paper 004)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import (
    Answers,
    Category,
    Filled,
    Flag,
    Found,
    FromRecord,
    Item,
    Number,
    Option,
    Rule,
)
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from myelon.assess.fields import Value
    from myelon.assess.patient import Patient

LEAST_MONTHS = 6.0
"""Paper 004; 3 months in another trial (memory). A site may choose."""
MOST_BODIES = 3.0


def _fill(patient: Patient) -> FromRecord:
    why = patient.no_metastasis()
    if why:
        return FromRecord({}, why)
    found = {}
    if patient.weak_legs is not None:
        found["paralysis"] = patient.weak_legs
    wall = patient.last_stated("posterior_wall")
    if wall is not None:
        found["posterior_wall_intact"] = Filled(wall.lesion.posterior_wall == "intact", wall.study.id, wall.source)
    return FromRecord(found)


def _impossible(answers: Mapping[str, Value]) -> str:
    progressive = answers.get("progressive_paralysis") is True
    return "paralysis that progresses is paralysis" if progressive and answers.get("paralysis") is False else ""


def _decide(answers: Answers) -> Found:
    reasons = [
        words
        for key, words in (
            ("progressive_paralysis", "progressive paralysis"),
            ("instability", "impending paralysis from instability"),
            ("pain_uncontrolled", "pain that drugs and radiotherapy do not control"),
        )
        if answers.flag(key)
    ]
    if not reasons:
        return Found(("no_surgery",), steps=("none of the three indications",))
    months = answers.number("prognosis_months")
    open_possible = months >= LEAST_MONTHS and answers.choice("reserve") == "good"
    steps = [f"indicated by {' and '.join(reasons)}", f"prognosis {months:g} months, asked for: {LEAST_MONTHS:g}"]
    found = ["open_surgery"] if open_possible else []
    if not open_possible or answers.flag("multiple_lesions"):
        found.append("mist")
        steps.append("conventional surgery is to be avoided, or the lesions are several")
    if answers.flag("fracture") and not answers.flag("paralysis"):
        bodies = answers.number("levels")
        if bodies <= MOST_BODIES and answers.flag("posterior_wall_intact"):
            found.append("bkp")
            steps.append(f"fracture of {bodies:g} bodies without paralysis, posterior wall intact")
    return Found(tuple(sorted(found)), steps=tuple(steps))


MST_INDICATION = Rule(
    id="mst_surgery_indication",
    name="MST surgery indication, prognosis threshold, MISt (PPS) and BKP (paper 004)",
    version="paper 004, section 5",
    group="indication",
    purpose="Decision rules of the review for metastatic spinal tumours; preventive surgery with MISt.",
    items=(
        Flag("progressive_paralysis", "Progressive paralysis"),
        Flag("instability", "Impending paralysis from instability"),
        Flag("pain_uncontrolled", "Pain poorly controlled by drugs and radiotherapy"),
        Number("prognosis_months", "Estimated prognosis", "months"),
        Item("reserve", "Biological reserve", (Option("good", "Good"), Option("poor", "Poor"))),
        Flag("multiple_lesions", "Several spinal lesions"),
        Flag("fracture", "Fracture of a vertebral body"),
        Flag("paralysis", "Paralysis"),
        Number("levels", "Vertebral bodies", high=24, low=1, whole=True),
        Flag("posterior_wall_intact", "Posterior wall intact on CT"),
    ),
    population="metastatic spinal tumours, as paper 004 reviews them; kyphoplasty: Japan since December 2011",
    fill=_fill,
    several=True,
    impossible=_impossible,
    categories=(
        Category("open_surgery", "conventional surgery can be considered"),
        Category("mist", "MISt (PPS) can be considered"),
        Category("bkp", "BKP can be considered"),
        Category("no_surgery", "no indication / palliative"),
    ),
    source="mst_surgery_indication",
    status=Verification.VERIFIED,
    decide=_decide,
    validity=(
        (
            "17 consecutive BKP patients: NRS 7 ± 2.3 -> 2.2 ± 2.1 -> 1.8 ± 1.9; one vertebra collapsed later"
            " and needed PPS [verified: paper 004]."
        ),
    ),
    notes=(
        (
            "Paper 004 writes 'MIST' and 'percutaneous kyphoplasty (BKP)'; the usual form is MISt and balloon"
            " kyphoplasty."
        ),
    ),
)
