"""RANO 2.0: Unified glioma response criteria; supersedes RANO-HGG/LGG for new studies."""

from __future__ import annotations

from myelon.assess.instrument import Answers, Category, Flag, Found, Item, Number, Option, Rule
from myelon.assess.product_series import fill_2
from myelon.terms.verification import Verification

LIMITS = {"2D": (0.50, 1.25), "volume": (0.35, 1.40)}
"""Measure → share of the reference at or below which it is a partial response, and at or above which progression."""
_MINOR = 0.75
TOLERANCE = 1e-9


def _decide(answers: Answers) -> Found:  # noqa: PLR0911  # one answer per rule
    for key, words in (
        ("new", "a new measurable lesion"),
        ("nonmeasurable_worse", "clear worsening of non-measurable disease"),
        ("clinical_worse", "deterioration that the tumour explains"),
    ):
        if answers.flag_or(key, otherwise=False):
            return _progressed(answers, words)
    if answers.flag_or("steroids_up", otherwise=False):
        return Found((), steps=("more steroids for another reason: neither stable nor progressive until seen again",))
    measure, before, now = answers.choice("measure"), answers.number("ref"), answers.number("cur")
    partial, progression = LIMITS[measure]
    said = f"{measure}: {before:g} → {now:g}" + (f" ({100.0 * (now / before - 1.0):+.0f} %)" if before > 0 else "")
    if now <= TOLERANCE:
        return Found(("CR",), steps=(said,))
    if now >= before * progression - TOLERANCE and now > before:
        return _progressed(answers, said)
    if now <= before * partial + TOLERANCE:
        return Found(("PR",), steps=(said,))
    minor = measure == "2D" and now <= before * _MINOR + TOLERANCE
    if minor and answers.flag_or("non_enhancing", otherwise=False):
        return Found(("MR",), steps=(said, "minor response, of the non-enhancing part (memory)"))
    return Found(("SD",), steps=(said,))


def _progressed(answers: Answers, words: str) -> Found:
    early = answers.flag_or("needs_confirmation", otherwise=False)
    return Found(("preliminary PD" if early else "PD",), steps=(words,))


RANO_2 = Rule(
    id="rano_2_0",
    name="RANO 2.0",
    version="2023",
    group="response",
    purpose="Unified glioma response criteria; supersedes RANO-HGG/LGG for new studies.",
    items=(
        Item("measure", "Measure", (Option("2D", "Sum of products"), Option("volume", "Volume"))),
        Number("ref", "Reference (baseline, or the smallest for progression)"),
        Number("cur", "Now"),
        Flag("non_enhancing", "It is the non-enhancing part that is judged"),
        Flag("new", "New measurable lesion"),
        Flag("nonmeasurable_worse", "Clear worsening of non-measurable disease"),
        Flag("clinical_worse", "Clinical deterioration that the tumour explains"),
        Flag("steroids_up", "More steroids, and the tumour may not be the reason"),
        Flag("needs_confirmation", "Within 3 months of radiotherapy, or confirmation is asked for"),
    ),
    population="glioma of adults; more steroids alone are not progression",
    categories=(
        Category("CR", "CR"),
        Category("PR", "PR"),
        Category("MR", "MR"),
        Category("SD", "SD"),
        Category("PD", "PD"),
        Category("preliminary PD", "preliminary PD"),
    ),
    source="rano_2_0",
    status=Verification.SECOND_HAND,
    fill=fill_2,
    decide=_decide,
    notes=(
        (
            "MR (25-50 % decrease) belongs to the non-enhancing component (memory, high; RANO-LGG MinR 25-<50"
            " % verified PMC10584081)."
        ),
    ),
)
