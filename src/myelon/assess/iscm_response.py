"""Symptom response to RT in ISCM (paper 002): ORR and LCR."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Found, FromRecord, Number, Rule
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


def _fill(_: Patient) -> FromRecord:
    return FromRecord({}, "made for a group of patients, not for one")


def _decide(answers: Answers) -> Found:
    gone, better, same, worse = (answers.number(key) for key in ("cr", "improved", "unchanged", "deteriorated"))
    total = gone + better + same + worse
    if total == 0:
        return Found((), steps=("nobody was evaluated",))
    orr, lcr = 100.0 * (gone + better) / total, 100.0 * (gone + better + same) / total
    steps = (f"ORR = {gone + better:g} / {total:g}", f"LCR = {gone + better + same:g} / {total:g}")
    return Found((), values=(("orr", round(orr, 2)), ("lcr", round(lcr, 2))), steps=steps)


ISCM_RESPONSE = Rule(
    id="iscm_symptom_response",
    name="Symptom response to RT in ISCM (paper 002): ORR and LCR",
    version="paper 002 Table 6",
    group="response",
    purpose=(
        "Recomputes the objective response rate and local control rate the cohort paper reports from clinical"
        " symptom categories."
    ),
    items=(
        Number("cr", "Complete remission", "patients", whole=True),
        Number("improved", "Improved", "patients", whole=True),
        Number("unchanged", "Unchanged", "patients", whole=True),
        Number("deteriorated", "Deteriorated", "patients", whole=True),
    ),
    population="37 of 39 irradiated patients with intramedullary metastases (paper 002)",
    source="iscm_symptom_response",
    status=Verification.VERIFIED,
    fill=_fill,
    decide=_decide,
    validity=(
        (
            "RT alone n = 21: 2 CR, 11 improved, 6 unchanged, 2 deteriorated -> ORR 61.90 %, LCR 90.48 %. "
            "Multimodal n = 16: 10 improved, 4 unchanged, 2 deteriorated -> 62.50 %, 87.50 %. [verified: "
            "paper 002 Table 6]"
        ),
    ),
    notes=("Symptom-based: not RECIST; label 'symptom ORR'. 37 of 39 irradiated patients evaluated.",),
)
