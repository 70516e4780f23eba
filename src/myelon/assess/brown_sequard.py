"""Brown-Sequard pattern: Flags a hemicord pattern, which favours intramedullary over epidural metastasis."""

from __future__ import annotations

from myelon.assess.instrument import Answers, Category, Found, Item, Option, Rule
from myelon.terms.verification import Verification

_SIDES = (Option("R", "Right"), Option("L", "Left"), Option("B", "Both alike"), Option("N", "Neither"))
_OTHER = {"R": "L", "L": "R"}


def _decide(answers: Answers) -> Found:
    motor = answers.choice("motor")
    if motor not in _OTHER:
        return Found(("absent",), steps=("no side is weaker",))
    if answers.choice("spinothalamic") != _OTHER[motor]:
        return Found(("absent",), steps=("pain and temperature are not lost on the other side",))
    if answers.choice("dorsal") == motor:
        return Found(("complete",), steps=("weakness and vibration on one side, pain and temperature on the other",))
    return Found(("partial",), steps=("pain and temperature on the other side; dorsal columns do not fit (memory)",))


BROWN_SEQUARD = Rule(
    id="brown_sequard",
    name="Brown-Sequard pattern",
    version="clinical pattern",
    group="neurology",
    purpose="Flags a hemicord pattern, which favours intramedullary over epidural metastasis.",
    items=(
        Item("motor", "Side of the weakness", _SIDES),
        Item("dorsal", "Side where proprioception and vibration are lost", _SIDES),
        Item("spinothalamic", "Side where pain and temperature are lost", _SIDES),
    ),
    population="any lesion of the cord; seen in half of intramedullary and 3 % of epidural metastases (paper 001)",
    categories=(
        Category("complete", "complete Brown-Sequard"),
        Category("partial", "partial / asymmetric"),
        Category("absent", "absent"),
    ),
    source="brown_sequard",
    status=Verification.VERIFIED,
    decide=_decide,
    validity=("As above (paper 001).",),
)
