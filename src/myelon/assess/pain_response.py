"""NRS/VAS pain and international consensus pain response."""

from __future__ import annotations

from myelon.assess.instrument import Answers, Category, Found, Number, Rule
from myelon.terms.verification import Verification

POINTS, SHARE, NEAR = 2.0, 0.25, 1.0
"""Change of pain that counts, share of the opioid dose that counts, and pain that is "stable" (memory, high)."""
TOLERANCE = 1e-9


def _decide(answers: Answers) -> Found:
    change = answers.number("p1") - answers.number("p0")
    dose, later = answers.number("omed0"), answers.number("omed1")
    no_more = later <= dose
    fell = dose > 0 and later <= dose * (1.0 - SHARE) + TOLERANCE
    rose = later > dose and later >= dose * (1.0 + SHARE) - TOLERANCE
    if answers.number("p1") == 0 and no_more:
        category = "CR"
    elif (change <= -POINTS and no_more) or (fell and change <= 0):
        category = "PR"
    elif (change >= POINTS and not fell and not rose) or (rose and 0 <= change <= NEAR):
        category = "PP"
    else:
        category = "IR"
    return Found((category,), steps=(f"pain {change:+g}, opioids {dose:g} → {later:g} mg a day",))


PAIN_RESPONSE = Rule(
    id="pain_response",
    name="NRS/VAS pain and international consensus pain response",
    version="NRS 0-10; Chow 2012",
    group="pain",
    purpose="Pain intensity and response of painful bone metastases to local treatment.",
    items=(
        Number("p0", "Worst pain at the treated site before (NRS)", high=10, whole=True),
        Number("p1", "Worst pain at the treated site now (NRS)", high=10, whole=True),
        Number("omed0", "Oral morphine equivalent before", "mg a day"),
        Number("omed1", "Oral morphine equivalent now", "mg a day"),
    ),
    population="painful bone metastases after local treatment",
    categories=(
        Category("CR", "complete response"),
        Category("PR", "partial response"),
        Category("PP", "pain progression"),
        Category("IR", "indeterminate"),
    ),
    source="pain_response",
    status=Verification.MEMORY,
    decide=_decide,
    validity=("Paper 004: 17 BKP patients, NRS 7 ± 2.3 -> 2.2 ± 2.1 (1 month) -> 1.8 ± 1.9 (final).",),
    notes=("2002 consensus same thresholds (memory, medium).",),
)
