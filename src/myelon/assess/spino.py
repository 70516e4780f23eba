"""SPINO response criteria after spine SBRT: Local control and pain response after SBRT for spinal metastases."""

from __future__ import annotations

from myelon.assess.instrument import Answers, Category, Found, Item, Option, Rule
from myelon.terms.verification import Verification


def _decide(answers: Answers) -> Found:
    if answers.choice("volume") == "increase":
        return Found(("local_progression",), steps=("gross unequivocal increase of the tumour",))
    if answers.choice("epidural") in {"new", "progressive"}:
        return Found(("local_progression",), steps=("new or progressive tumour in the epidural space",))
    unsure = "equivocal" in {answers.choice("volume"), answers.choice("epidural")}
    if unsure and answers.choice("neuro") == "worse_attributable":
        return Found(("local_progression",), steps=("deterioration by epidural disease that is equivocally larger",))
    if unsure:
        return Found(("equivocal",), steps=("repeat the MRI; think of pseudoprogression",))
    return Found(("local_control",), steps=("no progression in the treated area",))


_CHANGES = ("stable", "decrease", "equivocal", "increase")


SPINO = Rule(
    id="spino_2015",
    name="SPINO response criteria after spine SBRT",
    version="2015",
    group="response",
    purpose="Local control and pain response after SBRT for spinal metastases.",
    items=(
        Item("volume", "Tumour volume or dimension", tuple(Option(k, k) for k in _CHANGES)),
        Item(
            "epidural",
            "Epidural tumour",
            tuple(Option(k, k) for k in ("none", "stable", "equivocal", "new", "progressive")),
        ),
        Item(
            "neuro",
            "Neurology",
            (
                Option("stable", "Stable or better"),
                Option("worse_attributable", "Worse, by the epidural disease"),
                Option("worse_other", "Worse, by something else"),
            ),
        ),
    ),
    population="spinal metastases after stereotactic radiotherapy; no numeric threshold is defined",
    categories=(
        Category("local_control", "local control"),
        Category("local_progression", "local progression"),
        Category("equivocal", "repeat MRI"),
    ),
    source="spino_2015",
    status=Verification.MEMORY,
    decide=_decide,
    notes=("No numeric threshold is defined by SPINO: do not attach 20 % or 25 %.",),
)
