"""Rades short-life score in MESCC (best supportive care): Identifies MESCC patients likely to die within 2 months."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, FromRecord, Item, Option, Sum
from myelon.assess.metastases import (
    RADES_PRIMARY,
    YES,
    YES_NO,
    banded,
    counted,
    not_vertebral,
    primary,
    renamed,
    scored,
)
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


_FIT = 2


def _fill(patient: Patient) -> FromRecord:
    return scored(
        patient,
        {
            "ecog": banded(patient.measured("ECOG"), (("2", 2, 2), ("3-4", 3, 4))),
            "primary": primary(patient, RADES_PRIMARY, "other"),
            "bone": counted(patient, "extraspinal bone metastases", YES),
            "visceral": counted(patient, "visceral metastases", YES_NO),
            "ambulatory": renamed(patient.paraplegia, {"yes": "no"}),
        },
    )


def _outside(patient: Patient) -> tuple[str, ...]:
    state = patient.measured("ECOG")
    fit = state is not None and isinstance(state.option, int | float) and state.option < _FIT
    return (*not_vertebral(patient), *(("nobody had ECOG 0–1 where it was made",) if fit else ()))


RADES_SHORT_LIFE = Sum(
    id="rades_bsc_2013",
    name="Rades short-life score in MESCC (best supportive care)",
    version="2013",
    group="prognosis",
    purpose="Identifies MESCC patients likely to die within 2 months.",
    items=(
        Item(
            "ecog",
            "ECOG performance",
            (
                Option("2", "2 (nobody had 0-1)", 0),
                Option("3-4", "3 or 4", 4),
            ),
        ),
        Item(
            "primary",
            "Type of cancer",
            (
                Option("breast", "Breast", 1),
                Option("prostate", "Prostate", 2),
                Option("myeloma_lymphoma", "Myeloma/lymphoma", 1),
                Option("lung", "Lung", 3),
                Option("other", "Other", 3),
            ),
        ),
        Item(
            "bone",
            "Additional bone metastases",
            (
                Option("no", "No", 1),
                Option("yes", "Yes", 3),
            ),
        ),
        Item(
            "visceral",
            "Visceral metastases",
            (
                Option("no", "No", 1),
                Option("yes", "Yes", 4),
            ),
        ),
        Item(
            "interval",
            "Interval cancer diagnosis to cord compression",
            (
                Option("le15", "≤ 15 months", 3),
                Option("gt15", "> 15 months", 1),
            ),
        ),
        Item(
            "ambulatory",
            "Ambulatory",
            (
                Option("yes", "Yes", 1),
                Option("no", "No", 4),
            ),
        ),
        Item(
            "motor",
            "Time to onset of motor deficits",
            (
                Option("le7", "≤ 7 days", 4),
                Option("gt7", "> 7 days", 1),
            ),
        ),
    ),
    categories=(
        Category("treat", "< 19", "no statement", 6, 18),
        Category("short_life", "≥ 19", "may not benefit from aggressive treatment; best supportive care", 19, 25),
    ),
    source="rades_bsc_2013",
    status=Verification.SECOND_HAND,
    population="patients with metastatic cord compression of ECOG 2 to 4; their number was not in what we read",
    direction="higher = shorter survival",
    fill=_fill,
    outside=_outside,
    validity=("Death within 2 months: sensitivity 81 %, specificity 84 %, NPV 95 % [verified: medicalalgorithms].",),
    notes=("ECOG 0-1 is outside the derivation.",),
)
