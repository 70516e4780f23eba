"""CTCAE v5.0: terms used in the papers: Grades adverse events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Category, Found, NotGivenError, Number, Rule, Words
from myelon.errors import InstrumentError
from myelon.terms.ctcae import VERSION, CtcaeTerm, candidates, ctcae_term
from myelon.terms.ctcae_laboratory import LABORATORY, Laboratory
from myelon.terms.observations import OBSERVATIONS
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from myelon.assess.fields import Value

_NOT_WORDS = frozenset({"a", "an", "and", "by", "in", "of", "or", "the", "to", "with"})


def _decide(answers: Answers) -> Found:
    name = answers.choice("term")
    term = ctcae_term(name)
    if term is None:
        several = ", ".join(t.name for t in candidates(name))
        raise InstrumentError(
            f"{name[:60]!r} is no one term of {VERSION}", todo=f"One of: {several}" if several else ""
        )
    if answers.known("text"):
        return _worded(term, answers.choice("text"))
    row = LABORATORY.get(term.name)
    if row is None:
        if "value" in answers.given:
            raise InstrumentError(f"{term.name} is not graded by a value", todo="Give the words of the grade as text")
        return _worded(term, answers.choice("text"))
    return _measured(row, answers)


def _impossible(answers: Mapping[str, Value]) -> str:
    if {"value", "text"} <= set(answers):
        return "a value and words at once"
    term = ctcae_term(str(answers.get("term", "")))
    row, value, unit = LABORATORY.get(term.name if term is not None else ""), answers.get("value"), answers.get("unit")
    known = {row.unit, *(u for u, _ in row.other_units)} if row is not None else set()
    if row is None or not isinstance(value, float) or not isinstance(unit, str) or unit not in known:
        return ""
    return _suspect(row, row.in_unit(value, unit))


def _worded(term: CtcaeTerm, text: str) -> Found:
    """The one grade whose words hold all of these."""
    words = set(re.findall(r"[a-z]+", text.casefold())) - _NOT_WORDS
    grades = [n for n, said in enumerate(term.grades, start=1) if words <= set(re.findall(r"[a-z]+", said.casefold()))]
    if not words or not grades:
        raise InstrumentError(f"no grade of {term.name} says {text[:60]!r}", todo="Use the words of the table")
    if len(grades) > 1:
        raise NotGivenError("text", tuple(str(n) for n in grades))
    return _graded(grades[0], f"grade {grades[0]}: {term.grade(grades[0])}")


def _measured(row: Laboratory, answers: Answers) -> Found:
    value = row.in_unit(answers.number("value"), answers.choice("unit"))
    said = f"{value:g} {row.unit}"
    grade = row.grade(value)
    if grade is not None:
        lln = row.in_unit(answers.number("lln"), answers.choice("unit")) if answers.known("lln") else None
        low = (
            f"; above this laboratory's limit of {lln:g}, graded by the absolute limit" if lln and value >= lln else ""
        )
        return _graded(grade, f"{said}: below {row.below[grade]:g}{low}")
    lln = row.in_unit(answers.number("lln", could_be=("0", "1")), answers.choice("unit"))
    return _graded(int(value < lln), f"{said}, lower limit of normal {lln:g}")


def _suspect(row: Laboratory, value: float) -> str:
    """Why a value in the unit of the row cannot be, by what is plausible of the observable; or ""."""
    observable = OBSERVATIONS[row.observable]
    factor = next((1.0 / f for unit, f in row.other_units if unit == observable.unit), 1.0)
    least, most = observable.plausible
    least = least if row.other_units else None  # a count may fall to nothing
    inside = (least is None or value * factor >= least) and (most is None or value * factor <= most)
    return "" if inside else f"{value:g} {row.unit} is outside what is plausible: another unit?"


def _graded(grade: int, words: str) -> Found:
    return Found((str(grade),), float(grade), steps=(words,))


CTCAE_GRADE = Rule(
    id="ctcae_v5",
    name="CTCAE v5.0: terms used in the papers",
    version="5.0 (27 Nov 2017)",
    group="toxicity",
    purpose="Grades adverse events. The complete table is data (see data/ctcae).",
    items=(
        Words("term", "Term, or a wording that means one"),
        Number("value", "Laboratory value"),
        Words("unit", "Its unit"),
        Number("lln", "Lower limit of normal of the laboratory, in the same unit"),
        Words("text", "Or the words of the grade"),
    ),
    population="adverse events of any treatment; grades of laboratory values in adults",
    categories=(
        Category("0", "no grade: not below the limit of normal"),
        Category("1", "grade 1"),
        Category("2", "grade 2"),
        Category("3", "grade 3"),
        Category("4", "grade 4"),
        Category("5", "grade 5"),
    ),
    source="ctcae_v5",
    status=Verification.VERIFIED,
    impossible=_impossible,
    decide=_decide,
    validity=(
        (
            "Paper 000: grade 4 neutropenia and UTI during RT + temozolomide; grade 2 anaemia after 13 "
            "courses, grade 1 neutropenia in courses 1-2, grade 3 constipation under BEV + ICE."
        ),
    ),
    notes=(
        (
            "v4.03 grades hypertension, anaemia G1 and others differently; v6 exists (ctcaev6 rule file in "
            "admiral). Store the version with each event."
        ),
        (
            "Licence: CTCAE is a US Government work (no US copyright; memory, high); MedDRA codes and terms "
            "belong to ICH/MSSO and need a MedDRA licence for reuse as MedDRA (memory, high). The GitHub copy"
            " (wanganlin00/ClinicalPredictionModel) has no licence file; oncohub's wrapper licence forbids "
            "redistribution, so ship data made from the NCI workbook, not from oncohub."
        ),
    ),
)
