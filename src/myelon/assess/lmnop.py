"""LMNOP framework: Checklist framework for spinal metastasis that includes SINS and previous therapy."""

from __future__ import annotations

from myelon.assess.instrument import Answers, Category, Flag, Found, Rule
from myelon.terms.verification import Verification


def _decide(answers: Answers) -> Found:
    open_now = [letter for letter in "LMNOP" if not answers.flag(letter)]
    if open_now:
        return Found(("incomplete",), steps=(f"missing: {', '.join(open_now)}",))
    return Found(("complete",), steps=("all five are answered",))


LMNOP = Rule(
    id="lmnop_2014",
    name="LMNOP framework",
    version="Paton 2011, Ivanishvili 2014",
    group="framework",
    purpose="Checklist framework for spinal metastasis that includes SINS and previous therapy.",
    items=(
        Flag("L", "Location: levels and columns are known"),
        Flag("M", "Mechanical: SINS is known"),
        Flag("N", "Neurology: ESCC and symptoms are known"),
        Flag("O", "Oncology: histology and radiosensitivity are known"),
        Flag("P", "Patient: fitness, wishes, prognosis and prior therapy are known"),
    ),
    population="spinal metastases; a checklist of principles, not validated",
    categories=(
        Category("complete", "all five answered"),
        Category("incomplete", "list the missing letters"),
    ),
    source="lmnop_2014",
    status=Verification.VERIFIED,
    decide=_decide,
    validity=("Principle-based, no scoring, no validation statistics.",),
    notes=("2011: P = Patient fitness, Prognosis, response to Prior therapy. 2014 adds patient wishes.",),
)
