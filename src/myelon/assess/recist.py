"""RECIST 1.1: Objective response of solid tumours from unidimensional measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Category, Filled, Flag, Found, FromRecord, Item, Number, Option, Rule
from myelon.assess.recist_table import TOLERANCE, overall, target_response
from myelon.assess.response_series import NOBODY_SAID, response_series
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from myelon.assess.fields import Value
    from myelon.assess.patient import Patient
    from myelon.assess.response_series import ResponseSeries

_SUMS = ("baseline", "nadir", "current")


def _fill(patient: Patient) -> FromRecord:
    """The last study of the series of measured lesions."""
    series = response_series(patient.case, patient.timeline)
    if series is None or not series.points:
        return FromRecord({})
    last = series.points[-1]
    if any(last.study in pair for pair in series.open_order) or _may_be_later(series, last.study):
        return FromRecord({}, "", series.doubts)
    if series.later:
        return FromRecord({}, "", (*series.later, *series.doubts))
    found = {}
    if not last.new_is_open:
        found["new"] = Filled("yes" if last.new else "no", last.study, "measured lesions")
    found["nontarget"] = Filled(last.non_target, last.study, "measured lesions")
    if last.target == "none":
        found["target"] = Filled("none", last.study, "measured lesions")
    elif last.sum_mm is None or last.nadir_mm is None or last.target == "NE":
        found["target"] = Filled("NE", last.study, "measured lesions")
    else:
        found["baseline"] = Filled(series.sum_mm, series.baseline, "measured lesions")
        found["nadir"] = Filled(last.nadir_mm, last.study, "measured lesions")
        found["current"] = Filled(last.sum_mm, last.study, "measured lesions")
        if last.target != target_response(series.sum_mm, last.nadir_mm, last.sum_mm):  # nodes, or a reappearance
            found = {k: v for k, v in found.items() if k not in {"baseline", "nadir", "current"}}
            found["target"] = Filled(last.target, last.study, "measured lesions")
    said = tuple(f"perhaps new, and nobody said so: {name} ({last.study})" for name in last.perhaps_new)
    if last.new_is_open and not said:
        said = (f"{NOBODY_SAID} ({last.study})",)
    return FromRecord(found, "", (*said, *series.doubts))


def _may_be_later(series: ResponseSeries, last: str) -> bool:
    """Whether a study that may be after the baseline is not in the series, so that the last one is not known."""
    inside = {series.baseline, *(p.study for p in series.points)}
    return any(not {*pair} <= inside for pair in series.open_order if last not in pair)


def _decide(answers: Answers) -> Found:
    if _known(answers) and (found := _target(answers))[0] == "PD":  # whatever else is not known
        return Found(("PD",), steps=(*found[1], "target PD"))
    if answers.known("nontarget") and answers.choice("nontarget") == "PD":
        return Found(("PD",), steps=("unequivocal progression of non-target disease",))
    if answers.flag("new"):
        return Found(("PD",), steps=("a new lesion",))
    other = answers.choice("nontarget")
    target, steps = _target(answers)
    return Found(
        (overall(target, other, new=False),), steps=(*steps, f"target {target}, non-target {other}, no new lesion")
    )


def _known(answers: Answers) -> bool:
    """Whether the response of the targets can be told."""
    return answers.known("target") or all(answers.known(key) for key in _SUMS)


def _target(answers: Answers) -> tuple[str, tuple[str, ...]]:
    """Response of the targets, as it was given or by their sums, and what it rests on."""
    if answers.known("target"):
        return answers.choice("target"), ()
    first, least, now = (answers.number(key) for key in _SUMS)
    return target_response(first, least, now), (
        f"{_change(first, now)} from the baseline",
        f"{_change(least, now)} and {now - least:+.1f} mm from the nadir",
    )


def _change(before: float, now: float) -> str:
    return f"{100.0 * (now / before - 1.0):+.1f} %" if before > 0 else f"0 → {now:g} mm"


def _impossible(answers: Mapping[str, Value]) -> str:
    first, least = answers.get("baseline"), answers.get("nadir")
    if isinstance(first, float) and isinstance(least, float) and least > first + TOLERANCE:
        return "the nadir includes the baseline and cannot be greater"
    if first == 0:
        return "a baseline of 0 mm has no target: give target as none"
    now, said = answers.get("current"), answers.get("target")
    if isinstance(first, float) and isinstance(least, float) and isinstance(now, float) and said in {"PR", "SD", "PD"}:
        found = target_response(first, least, now)
        return f"the sums say {found}, target says {said}" if found != said else ""
    return ""


RECIST = Rule(
    id="recist_1_1",
    name="RECIST 1.1",
    version="1.1 (2009)",
    group="response",
    purpose="Objective response of solid tumours from unidimensional measurements.",
    items=(
        Number("baseline", "Sum of diameters at the baseline", "mm"),
        Number("nadir", "Smallest sum so far, the baseline included", "mm"),
        Number("current", "Sum of diameters now", "mm"),
        Item(
            "target",
            "Target lesions, where they are not given as sums",
            tuple(Option(key, key) for key in ("CR", "PR", "SD", "PD", "NE", "none")),
        ),
        Item(
            "nontarget",
            "Non-target disease",
            (
                Option("CR", "Gone, markers normal"),
                Option("non-CR/non-PD", "Still there"),
                Option("non-PD", "Not progressing"),
                Option("PD", "Unequivocal progression"),
                Option("NE", "Not evaluated"),
                Option("none", "There is none"),
            ),
        ),
        Flag("new", "New lesion"),
    ),
    population="solid tumours in trials; bone without a soft-tissue part is not measurable",
    fill=_fill,
    impossible=_impossible,
    categories=(
        Category("CR", "CR"),
        Category("PR", "PR"),
        Category("SD", "SD"),
        Category("PD", "PD"),
        Category("NE", "NE"),
        Category("non-CR/non-PD", "non-CR/non-PD"),
    ),
    source="recist_1_1",
    status=Verification.VERIFIED,
    decide=_decide,
    validity=("PD by the 20 % rule needs the additional ≥5 mm [verified].",),
    notes=(
        (
            "A table in PMC6006274 adds the Choi attenuation rule and 'SPD' to RECIST 1.1: wrong; ignore. "
            "PMC4671850 prints PD as 'any increase ≥20 % OR ≥5 mm': wrong; both are needed."
        ),
        (
            "Paper 003 uses 'PR' for a clinical deep shrinkage and cites RECIST only for other studies: store"
            " 'criteria not stated'."
        ),
    ),
)
