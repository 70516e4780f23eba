"""New England Spinal Metastasis Score (NESMS)."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from myelon.assess.bauer import BAUER
from myelon.assess.instrument import Category, Filled, FromRecord, Item, Option, Sum
from myelon.assess.metastases import Bands, banded, not_vertebral, renamed, scored
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


_ALBUMIN: Bands = (("lt3.5", 0, 34.999999), ("ge3.5", 35, inf))
"""g/L, printed in g/dL."""


def _fill(patient: Patient) -> FromRecord:
    return scored(
        patient,
        {
            "bauer": _bauer(patient),
            "ambulatory": renamed(patient.paraplegia, {"yes": "dependent"}),
            "albumin": banded(patient.measured("albumin"), _ALBUMIN),
        },
    )


def _bauer(patient: Patient) -> Filled | None:
    """The modified Bauer score of the same record, where every completion is on one side of 3."""
    result = BAUER.from_case(patient)
    low, high = result.reachable or (result.score, result.score)
    if low is None or high is None or not result.because:
        return None
    option = "le2" if high < _CUT else "ge3" if low >= _CUT else None
    return None if option is None else Filled(option, result.because[0].entry, result.because[0].source)


_CUT = 3.0


NESMS = Sum(
    id="nesms_2016",
    name="New England Spinal Metastasis Score (NESMS)",
    version="Ghori 2015 / Schoenfeld",
    group="prognosis",
    purpose="1-year survival (and complications) in spinal metastases, operative or not.",
    items=(
        Item(
            "bauer",
            "Modified Bauer score",
            (
                Option("le2", "≤ 2", 0),
                Option("ge3", "≥ 3", 1),
            ),
            "Points: memory, medium-high.",
        ),
        Item(
            "ambulatory",
            "Ambulatory status",
            (
                Option("dependent", "Dependent on aid or non-ambulatory", 0),
                Option("independent", "Independent", 1),
            ),
            "Points: memory, medium-high.",
        ),
        Item(
            "albumin",
            "Serum albumin",
            (
                Option("lt3.5", "< 3.5 g/dL", 0),
                Option("ge3.5", "≥ 3.5 g/dL", 1),
            ),
            "Points: memory, medium-high.",
        ),
    ),
    categories=(
        Category("0", "NESMS 0", "worst", 0, 0),
        Category("1", "NESMS 1", "", 1, 1),
        Category("2", "NESMS 2", "", 2, 2),
        Category("3", "NESMS 3", "best: longer life expectancy, may benefit from surgery", 3, 3),
    ),
    source="nesms_2016",
    status=Verification.MEMORY,
    population="202 patients with spinal metastases, operated on or not",
    direction="higher = longer survival",
    fill=_fill,
    outside=not_vertebral,
    validity=(
        (
            "202 patients, 1-year survival: c-statistic 0.79, significantly above Tomita 0.69, Tokuhashi "
            "0.67, SINS 0.54; informs ambulation at 3 and 6 months [verified: Schoenfeld 2022 abstract]."
        ),
        (
            "322 MESCC patients, two UK centres: excellent discrimination for 12-month mortality [verified: "
            "Giles 2025 abstract; figures not readable]."
        ),
    ),
    notes=("Score runs 0 (worst) to 3 (best): opposite direction to Tomita and Katagiri.",),
)
