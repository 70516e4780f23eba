"""Rades ambulatory-status score in MESCC: Probability of walking after radiotherapy for MESCC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, FromRecord, Item, Option, Sum
from myelon.assess.metastases import RADES_PRIMARY, YES_NO, counted, not_vertebral, primary, renamed, scored
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


_PRIMARY = (*RADES_PRIMARY, ("cup", ("unknown primary",)))


def _fill(patient: Patient) -> FromRecord:
    return scored(
        patient,
        {
            "primary": primary(patient, _PRIMARY, "other"),
            "visceral": counted(patient, "visceral metastases", YES_NO),
            "motor_function": renamed(patient.paraplegia, {"yes": "paraplegic"}),
        },
    )


RADES_AMBULATORY = Sum(
    id="rades_ambulatory_2008",
    name="Rades ambulatory-status score in MESCC",
    version="2008; 3 groups 2011",
    group="prognosis",
    purpose=(
        "Probability of walking after radiotherapy for MESCC. Each factor scores its post-RT ambulatory rate "
        "(%) divided by 10."
    ),
    items=(
        Item(
            "primary",
            "Primary tumour",
            (
                Option("breast", "Breast", 8),
                Option("prostate", "Prostate", 7),
                Option("myeloma_lymphoma", "Myeloma/lymphoma", 9),
                Option("lung", "Lung", 6),
                Option("cup", "Unknown primary", 5),
                Option("other", "Other", 6),
            ),
            "Points: memory, medium-low.",
        ),
        Item(
            "interval",
            "Interval tumour diagnosis to MESCC",
            (
                Option("le15", "≤ 15 months", 6),
                Option("gt15", "> 15 months", 8),
            ),
            "Points: memory, medium.",
        ),
        Item(
            "visceral",
            "Visceral metastases",
            (
                Option("yes", "Yes", 5),
                Option("no", "No", 8),
            ),
            "Points: memory, medium.",
        ),
        Item(
            "motor_function",
            "Motor function before radiotherapy",
            (
                Option("walk", "Ambulatory without aid", 10),
                Option("walk_aid", "Ambulatory with aid", 9),
                Option("no_walk", "Not ambulatory", 3),
                Option("paraplegic", "Paraplegic", 1),
            ),
            "Points: memory, medium.",
        ),
        Item(
            "motor_time",
            "Time developing motor deficits",
            (
                Option("1-7", "1-7 days", 4),
                Option("8-14", "8-14 days", 7),
                Option("gt14", "> 14 days", 9),
            ),
            "Points: memory, medium.",
        ),
    ),
    categories=(
        Category("I", "21-28 points", "ambulatory after RT 6.2 % (retrospective), 10.6 % (prospective)", 21, 28),
        Category("II", "29-37 points", "68.4 % / 70.9 %", 29, 37),
        Category("III", "38-44 points", "98.7 % / 98.5 %", 38, 44),
    ),
    source="rades_ambulatory_2008",
    status=Verification.MEMORY,
    population="2096 patients irradiated for metastatic cord compression; 653 prospectively",
    direction="higher = more likely to walk",
    fill=_fill,
    outside=not_vertebral,
    validity=(
        (
            "2096 patients: 6 % (≤28), 44 % (29-31), 70 % (32-34), 86 % (35-37), 99 % (≥38) [verified: Rades "
            "2008 abstract]."
        ),
        (
            "653 prospective: 10.6 / 43.5 / 71.0 / 89.5 / 98.5 %; three groups 10.6 / 70.9 / 98.5 %; with "
            "decompressive surgery plus stabilisation plus RT 14.3 / 83.9 / 100 % [verified: Rades 2011 "
            "abstract, research.uni-luebeck.de]."
        ),
    ),
    notes=(
        (
            "2014 version for patients ≥65 years: 19-41 points, groups 19-25 / 26-30 / 31-34 / 35-41 with 5 /"
            " 35 / 80 / 98 % [verified: BMC Cancer 14:589 abstract]; 2022 instrument: tumour type, sensory "
            "deficits, sphincter dysfunction, ambulatory status, 17-21 / 22-31 / 32-37 with 10 / 65 / 97 % "
            "[verified: abstract]."
        ),
    ),
)
