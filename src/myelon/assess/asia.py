"""ASIA Impairment Scale (AIS, ISNCSCI): Completeness of spinal cord injury."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Category, Flag, Found, FromRecord, Item, Number, Option, Rule
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from myelon.assess.fields import Value
    from myelon.assess.patient import Patient

_GRADES = (
    ("A", "Complete: no sensory or motor function in S4-5"),
    ("B", "Sensory incomplete: sensation, but no motor function, below the level"),
    ("C", "Motor incomplete: more than half of the key muscles below the level under 3"),
    ("D", "Motor incomplete: at least half of the key muscles below the level 3 or more"),
    ("E", "Normal in all segments, with prior deficits"),
)
_HALF = 0.5


def _fill(patient: Patient) -> FromRecord:
    found = patient.scale("AIS")
    return FromRecord({"grade": found} if found is not None else {})


def _impossible(answers: Mapping[str, Value]) -> str:
    if answers.get("grade") == "E" and answers.get("prior_deficit") is False:
        return "E asks for a deficit before"
    if answers.get("normal") and (
        False in {answers.get(key) for key in ("vac", "s45_sensory", "s45_motor", "motor_below")}
        or float(str(answers.get("share_ge3", 1.0))) < 1.0
    ):
        return "it is not normal in all segments"
    if answers.get("grade") == "A" and (answers.get("vac") or answers.get("s45_sensory") or answers.get("s45_motor")):
        return "A is complete: nothing is left in S4-5"
    return "contraction is motor function of S4-5" if answers.get("vac") is False and answers.get("s45_motor") else ""


def _decide(answers: Answers) -> Found:
    if answers.known("grade"):
        return Found((answers.choice("grade"),), steps=("as it was graded",))
    if answers.flag_or("normal", otherwise=False):
        return _normal(answers)
    voluntary = answers.flag("vac")
    sparing = answers.flag("s45_sensory")
    if not voluntary and not sparing and not answers.flag("s45_motor"):
        return Found(("A",), steps=("neither sensation nor motor function in S4-5",))
    if voluntary or answers.flag("motor_below"):
        share = answers.number("share_ge3", could_be=("C", "D"))
        return Found(
            ("D" if share >= _HALF else "C",), steps=(f"motor incomplete; {share:.0%} of key muscles are 3 or more",)
        )
    return Found(("B",), steps=("sacral sparing, no motor function",))


def _normal(answers: Answers) -> Found:
    if not answers.flag("prior_deficit"):
        return Found((), steps=("no deficit was ever documented: the scale does not apply",))
    return Found(("E",), steps=("normal, with a prior deficit",))


ASIA = Rule(
    id="asia_ais",
    name="ASIA Impairment Scale (AIS, ISNCSCI)",
    version="ISNCSCI 2019 wording",
    group="neurology",
    purpose="Completeness of spinal cord injury.",
    items=(
        Item("grade", "Grade, as it was stated", tuple(Option(g, w) for g, w in _GRADES)),
        Flag("normal", "Sensation and motor function are normal in all segments"),
        Flag("prior_deficit", "There was a deficit before"),
        Flag("s45_sensory", "Sensation in S4-5 (light touch, pin prick or deep anal pressure)"),
        Flag("vac", "Voluntary anal contraction"),
        Flag("s45_motor", "Motor function in S4-5"),
        Flag("motor_below", "Motor function more than three levels below the motor level"),
        Number("share_ge3", "Share of key muscles below the level that are 3 or more", high=1.0),
    ),
    population="traumatic injury of the cord; in oncology a descriptor",
    fill=_fill,
    categories=(
        Category("A", "complete"),
        Category("B", "sensory incomplete"),
        Category("C", "motor incomplete < 3"),
        Category("D", "motor incomplete ≥ 3"),
        Category("E", "normal"),
    ),
    source="asia_ais",
    status=Verification.VERIFIED,
    impossible=_impossible,
    decide=_decide,
    validity=("Designed for traumatic SCI; used in oncology as a descriptor.",),
    notes=(
        "Older texts print D as 'more than half'; current wording is 'at least half'.",
        "Not identical to Frankel: E in Frankel needs no prior deficit; B to C boundary differs.",
    ),
)
