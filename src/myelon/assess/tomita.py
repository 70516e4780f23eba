"""Tomita surgical strategy (prognostic) score."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, FromRecord, Item, Option, Sum
from myelon.assess.metastases import counted, no_viscera, not_vertebral, primary, scored
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


_PRIMARY = (
    ("slow", ("breast", "prostate", "thyroid")),
    ("moderate", ("kidney", "renal", "uterus", "uterine")),
    ("rapid", ("lung", "liver", "hepatocellular", "stomach", "gastric", "colon", "unknown primary")),
)


def _fill(patient: Patient) -> FromRecord:
    return scored(
        patient,
        {
            "primary": primary(patient, _PRIMARY),
            "visceral": no_viscera(patient),
            "bone": counted(patient, "bone metastases", (("solitary", 1, 1), ("multiple", 2, inf))),
        },
    )


TOMITA = Sum(
    id="tomita_2001",
    name="Tomita surgical strategy (prognostic) score",
    version="2001",
    group="prognosis",
    purpose=(
        "Three-factor prognostic score that selects the treatment goal and surgical margin for spinal "
        "metastases. Not the Tomita surgical classification."
    ),
    items=(
        Item(
            "primary",
            "Grade of malignancy (primary tumour)",
            (
                Option("slow", "Slow growth (breast, prostate, thyroid ...)", 1),
                Option("moderate", "Moderate growth (kidney, uterus ...)", 2),
                Option("rapid", "Rapid growth (lung, liver, stomach, colon, unknown primary ...)", 4),
            ),
            "Lists of tumours: slow and moderate verified; extra names in 'rapid' memory, medium.",
        ),
        Item(
            "visceral",
            "Visceral metastases (lung, liver, kidney, brain)",
            (
                Option("none", "None", 0),
                Option("treatable", "Treatable", 2),
                Option("untreatable", "Untreatable", 4),
            ),
        ),
        Item(
            "bone",
            "Bone metastases (including the spine)",
            (
                Option("solitary", "Solitary or isolated", 1),
                Option("multiple", "Multiple", 2),
            ),
        ),
    ),
    categories=(
        Category("long_term", "Long-term local control", "wide or marginal excision", 2, 3),
        Category("middle_term", "Middle-term local control", "marginal or intralesional excision", 4, 5),
        Category("short_term", "Short-term palliation", "palliative surgery", 6, 7),
        Category("terminal", "Terminal care", "supportive care", 8, 10),
    ),
    source="tomita_2001",
    status=Verification.VERIFIED,
    population="metastases of the spine; the numbers of its cohort were not in what we read",
    direction="higher = worse",
    fill=_fill,
    outside=not_vertebral,
    validity=(
        (
            "Mean survival by treatment in the 2001 paper: wide/marginal 38.2, intralesional 21.5, palliative"
            " 10.1, terminal care 5.3 months (memory, medium)."
        ),
        "c-statistic 0.69 (202 patients) and C 0.6748 (211 patients) [verified: abstracts, see Tokuhashi].",
    ),
    notes=(
        (
            "Erratum in the wild: a 2018 review table gives rapid growth 3 points; then the range 2-10 cannot"
            " be reached. Use 4."
        ),
        (
            "Totals 3,4,5,6,7,8,9,10 and 2 are all reachable; 'overlapping' bands (3-5, 5-7) appear in some "
            "tables and come from the survival ranges, not from the strategy."
        ),
    ),
)
