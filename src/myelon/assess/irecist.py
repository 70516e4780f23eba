"""iRECIST (note): RECIST 1.1 for immunotherapy trials with confirmation of progression."""

from __future__ import annotations

from myelon.assess.instrument import Answers, Category, Flag, Found, Item, Number, Option, Rule
from myelon.terms.verification import Verification

_FURTHER_MM = 5.0
_IMMUNE = {"CR": "iCR", "PR": "iPR", "SD": "iSD"}


def _decide(answers: Answers) -> Found:
    if not answers.flag("prior_iUPD"):
        found = answers.choice("recist")
        return Found((_IMMUNE.get(found, "iUPD"),), steps=("no progression was waiting for confirmation",))
    for key, words in (("nontarget_worse", "non-target disease grew"), ("new_worse", "new lesions grew or are more")):
        if answers.flag_or(key, otherwise=False):
            return Found(("iCPD",), steps=(words,))
    if answers.number("further_mm") >= _FURTHER_MM:
        return Found(("iCPD",), steps=(f"the sum grew by a further {answers.number('further_mm'):g} mm",))
    found = answers.choice("recist")
    if found in _IMMUNE:
        return Found((_IMMUNE[found],), steps=("not confirmed: the bar resets",))
    return Found(("iUPD",), steps=("not confirmed",))


IRECIST = Rule(
    id="irecist",
    name="iRECIST (note)",
    version="2017",
    group="response",
    purpose="RECIST 1.1 for immunotherapy trials with confirmation of progression.",
    items=(
        Flag("prior_iUPD", "A progression waits for confirmation"),
        Item("recist", "RECIST 1.1 now", tuple(Option(key, key) for key in ("CR", "PR", "SD", "PD"))),
        Number("further_mm", "Further growth of the sum since then", "mm", low=-1e4),
        Flag("nontarget_worse", "Non-target disease grew further"),
        Flag("new_worse", "New lesions grew (5 mm in sum, or any non-target) or are more"),
    ),
    population="trials of immunotherapy",
    categories=(
        Category("iCR", "iCR"),
        Category("iPR", "iPR"),
        Category("iSD", "iSD"),
        Category("iUPD", "iUPD"),
        Category("iCPD", "iCPD"),
    ),
    source="irecist",
    status=Verification.VERIFIED,
    decide=_decide,
    notes=("Relevant to paper 001 (atezolizumab).",),
)
