"""Rades survival score in MESCC: 6-month survival after radiotherapy for metastatic spinal cord compression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, FromRecord, Item, Option, Sum
from myelon.assess.metastases import RADES_PRIMARY, YES, YES_NO, counted, not_vertebral, primary, renamed, scored
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


def _fill(patient: Patient) -> FromRecord:
    return scored(
        patient,
        {
            "primary": primary(patient, RADES_PRIMARY, "other"),
            "bone": counted(patient, "extraspinal bone metastases", YES),
            "visceral": counted(patient, "visceral metastases", YES_NO),
            "ambulatory": renamed(patient.paraplegia, {"yes": "no"}),
        },
    )


RADES_SURVIVAL = Sum(
    id="rades_os_2008",
    name="Rades survival score in MESCC",
    version="2008, regrouped 2010",
    group="prognosis",
    purpose=(
        "6-month survival after radiotherapy for metastatic spinal cord compression. Each factor scores its "
        "6-month survival rate (%) divided by 10."
    ),
    items=(
        Item(
            "primary",
            "Type of primary tumour",
            (
                Option("breast", "Breast", 8),
                Option("prostate", "Prostate", 7),
                Option("myeloma_lymphoma", "Myeloma/lymphoma", 9),
                Option("lung", "Lung", 3),
                Option("other", "Other", 4),
            ),
            "Points: memory, medium.",
        ),
        Item(
            "bone",
            "Other bone metastases at radiotherapy",
            (
                Option("yes", "Yes", 5),
                Option("no", "No", 7),
            ),
            "Points: memory, medium.",
        ),
        Item(
            "visceral",
            "Visceral metastases at radiotherapy",
            (
                Option("yes", "Yes", 2),
                Option("no", "No", 8),
            ),
            "Points: memory, medium.",
        ),
        Item(
            "interval",
            "Interval tumour diagnosis to MESCC",
            (
                Option("le15", "≤ 15 months", 4),
                Option("gt15", "> 15 months", 7),
            ),
            "Points: memory, medium.",
        ),
        Item(
            "ambulatory",
            "Ambulatory status before radiotherapy",
            (
                Option("yes", "Ambulatory", 7),
                Option("no", "Not ambulatory", 3),
            ),
            "Points: memory, medium.",
        ),
        Item(
            "motor",
            "Time developing motor deficits",
            (
                Option("1-7", "1-7 days", 3),
                Option("8-14", "8-14 days", 6),
                Option("gt14", "> 14 days", 8),
            ),
            "Points: memory, medium.",
        ),
    ),
    categories=(
        Category("I", "20-30 points", "6-month survival 14 % (validation)", 20, 30),
        Category("II", "31-35 points", "56 %", 31, 35),
        Category("III", "36-45 points", "80 %", 36, 46),
    ),
    source="rades_os_2008",
    status=Verification.MEMORY,
    population="1852 patients irradiated for metastatic cord compression; 439 in the validation",
    direction="higher = longer survival",
    fill=_fill,
    outside=not_vertebral,
    validity=(
        (
            "Derivation 1852 patients, 5 groups: 4 % (20-25), 11 % (26-30), 48 % (31-35) [verified: "
            "abstract], then 87 % and 99 % (memory, medium)."
        ),
        (
            "Validation 439 patients: 7 / 19 / 56 / 73 / 90 % for the five groups; 14 / 56 / 80 % for the "
            "three [verified: Rades 2010 abstract]."
        ),
    ),
    notes=(
        (
            "Tumour-specific Rades scores exist (myeloma, prostate, unknown primary, elderly, short-life); "
            "never mix their points."
        ),
    ),
)
