"""MD Anderson (MDA) bone response criteria: Response of bone metastases, which RECIST calls non-measurable."""

from __future__ import annotations

from myelon.assess.instrument import Answers, Category, Flag, Found, Item, Number, Option, Rule
from myelon.terms.verification import Verification

PARTIAL, PROGRESSION = -50.0, 25.0
"""Change of the product of measurable lesions in percent (memory, high)."""


def _decide(answers: Answers) -> Found:
    if answers.flag_or("new", otherwise=False):
        return Found(("PD",), steps=("a new lesion",))
    seen = {key: answers.choice(key) for key in ("lytic", "blastic", "signal") if answers.known(key)}
    change = answers.number("size_change_percent") if answers.known("size_change_percent") else None
    if not seen and change is None:
        answers.choice("lytic")  # nothing is known yet
    said = tuple(f"{key}: {value.replace('_', ' ')}" for key, value in seen.items())
    said += () if change is None else (f"size {change:+g} %",)
    if seen.get("lytic") == "larger" or (change is not None and change >= PROGRESSION):
        return Found(("PD",), steps=said)
    if "larger" in seen.values():  # more sclerosis or uptake
        flare = answers.flag_or("flare", otherwise=False)
        return Found(("SD",) if flare else ("PD",), steps=(*said, *(("flare: not progression",) if flare else ())))
    whole = {"complete_fill", "normalised", "gone"}
    if seen and set(seen.values()) <= whole and change in {None, -100.0}:
        return Found(("CR",), steps=said)
    better = {"sclerotic_rim", "partial_fill", "smaller"} | whole
    if better & set(seen.values()) or (change is not None and change <= PARTIAL):
        return Found(("PR",), steps=said)
    return Found(("SD",), steps=said)


MDA_BONE = Rule(
    id="mda_bone",
    name="MD Anderson (MDA) bone response criteria",
    version="Hamaoka 2004/2010",
    group="response",
    purpose="Response of bone metastases, which RECIST calls non-measurable.",
    items=(
        Item(
            "lytic",
            "Lytic lesion",
            (
                Option("complete_fill", "Complete fill-in or sclerosis"),
                Option("sclerotic_rim", "Sclerotic rim"),
                Option("partial_fill", "Partial fill-in or sclerosis"),
                Option("unchanged", "Unchanged"),
                Option("larger", "Larger"),
            ),
        ),
        Item(
            "blastic",
            "Blastic lesion",
            (
                Option("normalised", "Normalised"),
                Option("smaller", "Smaller"),
                Option("unchanged", "Unchanged"),
                Option("larger", "Larger"),
            ),
        ),
        Item(
            "signal",
            "Signal on MRI or scintigraphy",
            (
                Option("gone", "Gone"),
                Option("smaller", "Less"),
                Option("unchanged", "Unchanged"),
                Option("larger", "More, flare excluded"),
            ),
        ),
        Number("size_change_percent", "Change of the product of measurable lesions", "%", low=-100),
        Flag("new", "New lesion (not sclerosis of one that was not seen before)"),
        Flag("flare", "Healing sclerosis or uptake of the first months"),
    ),
    population="bone metastases; 29 patients with breast cancer in the comparison",
    categories=(
        Category("CR", "CR"),
        Category("PR", "PR"),
        Category("SD", "SD"),
        Category("PD", "PD"),
    ),
    source="mda_bone",
    status=Verification.MEMORY,
    decide=_decide,
    validity=(
        (
            "In 29 breast cancer patients MDA (and WHO) separated PFS at 6 months (MDA p = 0.002, WHO p = "
            "0.014) but not at 3 months [verified: abstract]."
        ),
    ),
    notes=(
        (
            "RECIST 1.1 on the same lesions gave local control 83-88 % over 12 months after SBRT; MDA by "
            "density slightly more, by size considerably less [verified: PMID 26530757]."
        ),
    ),
)
