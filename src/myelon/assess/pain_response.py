"""NRS/VAS pain and international consensus pain response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Category, Filled, Found, FromRecord, Number, Rule
from myelon.record.kinds import Observation, Radiotherapy, Surgery
from myelon.terms.mentions import mentions
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient
    from myelon.record.base import Entry

POINTS, SHARE, NEAR = 2.0, 0.25, 1.0
"""Change of pain that counts, share of the opioid dose that counts, and pain that is "stable" (memory, high)."""
TOLERANCE = 1e-9


def _fill(patient: Patient) -> FromRecord:
    """Pain and opioids certainly before and after the last course of radiotherapy or kyphoplasty."""
    case = patient.case
    kyphoplasties = [
        s for s in case.given(Surgery) if mentions(" ".join(s.procedures), ("balloon kyphoplasty", "kyphoplasty"))
    ]
    courses = [c for c in case.given(Radiotherapy) if c.may_meet_the_spine and c.status != "proposed"]
    treated = patient.timeline.in_order([*kyphoplasties, *courses])[-1:]
    if not treated:
        return FromRecord({})
    found = {}
    for what, (before, after) in (("NRS", ("p0", "p1")), ("OMED", ("omed0", "omed1"))):
        rows = _values(patient, what)
        for key, side in (
            (before, [r for r in rows if patient.surely_later(treated[0], r[0])]),
            (after, [r for r in rows if patient.surely_after(r[0], treated[0])]),
        ):
            last = patient.last_of(side, [e for e, _ in side], [f"{v:g}" for _, v in side])
            if last is not None:
                found[key] = Filled(last[1], last[0].id, "; ".join(s.code for s in last[0].source))
    return FromRecord(found)


def _values(patient: Patient, what: str) -> list[tuple[Entry, float]]:
    rows: list[tuple[Entry, float]] = [(o, o.value.value) for o in patient.case.given(Observation) if o.what == what]
    if what == "NRS":
        rows += [(n, n.pain.nrs) for n in patient.examinations if n.pain is not None and n.pain.nrs is not None]
    return rows


def _decide(answers: Answers) -> Found:
    if answers.number("p0") == 0:
        return Found((), steps=("no pain before the treatment: there is no response to judge",))
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
    fill=_fill,
    decide=_decide,
    validity=("Paper 004: 17 BKP patients, NRS 7 ± 2.3 -> 2.2 ± 2.1 (1 month) -> 1.8 ± 1.9 (final).",),
    notes=("2002 consensus same thresholds (memory, medium).",),
)
