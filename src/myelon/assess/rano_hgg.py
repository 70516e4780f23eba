"""RANO criteria for high-grade glioma."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Category, Flag, Found, Item, Number, Option, Rule
from myelon.assess.product_series import fill_hgg
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from myelon.assess.fields import Value

PARTIAL, PROGRESSION, CAUTION_WEEKS = 0.50, 1.25, 12.0
TOLERANCE = 1e-9


def _decide(answers: Answers) -> Found:  # noqa: PLR0911  # one answer per rule
    if worse := _progression(answers):
        weeks = answers.number("weeks_post_rt") if answers.known("weeks_post_rt") else None
        if weeks is not None and weeks < CAUTION_WEEKS and not answers.flag("outside_field"):
            if answers.choice("clinical") == "worse":
                return Found((), steps=(worse, "early after radiotherapy: neither progression nor stable; see again"))
            return Found(
                ("SD",), steps=(worse, f"{weeks:g} weeks after radiotherapy, inside the field: not counted (memory)")
            )
        return Found(("PD",), steps=(worse,))
    base, now = answers.number("base"), answers.number("cur")
    said = f"sum of products {base:g} → {now:g} mm²"
    small = now <= base * PARTIAL + TOLERANCE
    if small and not answers.flag("confirmed"):
        return Found(("SD",), steps=(said, "not yet confirmed at 4 weeks"))
    if now <= TOLERANCE and answers.choice("steroids") == "none":
        return Found(("CR",), steps=(said, "no corticosteroids"))
    if small and answers.choice("steroids") != "increased":
        return Found(("PR",), steps=(said,))
    return Found(("SD",), steps=(said,))


def _impossible(answers: Mapping[str, Value]) -> str:
    first, least = answers.get("base"), answers.get("nadir")
    if isinstance(first, float) and isinstance(least, float) and least > first + TOLERANCE:
        return "the smallest sum includes the baseline and cannot be greater"
    return ""


def _progression(answers: Answers) -> str:
    """What makes it progression; empty where nothing does."""
    if answers.flag("new"):
        return "a new lesion"
    if answers.known("nonmeasurable_worse") and answers.flag("nonmeasurable_worse"):
        return "clear progression of non-measurable disease"
    if answers.choice("flair") == "worse":
        return "T2/FLAIR increased and nothing else explains it"
    if answers.choice("clinical") == "worse":
        return "clinical deterioration that nothing else explains"
    least, now = answers.number("nadir"), answers.number("cur")
    grown = now >= least * PROGRESSION - TOLERANCE and now > least
    if grown and answers.choice("steroids") != "decreased":
        return f"sum of products {least:g} → {now:g} mm² from the smallest, steroids not lower"
    return ""


RANO_HGG = Rule(
    id="rano_hgg_2010",
    name="RANO criteria for high-grade glioma",
    version="2010",
    group="response",
    purpose="Response of high-grade glioma; applied to spinal DMG by analogy (no spinal validation).",
    items=(
        Number("base", "Sum of products at the baseline", "mm²"),
        Number("nadir", "Smallest sum of products so far", "mm²"),
        Number("cur", "Sum of products now", "mm²"),
        Item("flair", "T2/FLAIR", tuple(Option(k, k) for k in ("better", "stable", "worse"))),
        Flag("new", "New lesion"),
        Flag("nonmeasurable_worse", "Clear progression of non-measurable disease"),
        Item("steroids", "Corticosteroids", tuple(Option(k, k) for k in ("none", "decreased", "stable", "increased"))),
        Item("clinical", "Clinical state", tuple(Option(k, k) for k in ("improved", "stable", "worse"))),
        Flag("confirmed", "Confirmed at 4 weeks or later"),
        Number("weeks_post_rt", "Since the end of chemoradiotherapy", "weeks"),
        Flag("outside_field", "New enhancement lies outside the field, or histology proved it"),
    ),
    population="high-grade glioma of the brain; no validation in the spinal cord was found",
    categories=(
        Category("CR", "CR"),
        Category("PR", "PR"),
        Category("SD", "SD"),
        Category("PD", "PD"),
    ),
    source="rano_hgg_2010",
    status=Verification.VERIFIED,
    fill=fill_hgg,
    impossible=_impossible,
    decide=_decide,
    validity=("No validation in spinal cord tumours was found.",),
    notes=(
        (
            "Antiangiogenic treatment (bevacizumab, paper 000): enhancement may fall without tumour response "
            "(pseudoresponse); T2/FLAIR decides."
        ),
    ),
)
