"""Bollen model (spinal bone metastases)."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Category, Found, FromRecord, Item, Option, Rule
from myelon.assess.metastases import counted, kps, not_vertebral, scored
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


def _fill(patient: Patient) -> FromRecord:
    none = counted(patient, "visceral metastases", (("yes", 1, inf),))
    return scored(patient, {"kps": kps(patient, (("10-70", 10, 70), ("80-100", 80, 100))), "mets": none})


_TABLE = {
    ("favourable", "80-100", "no"): "A",
    ("favourable", "80-100", "yes"): "B",
    ("favourable", "10-70", "no"): "B",
    ("favourable", "10-70", "yes"): "C",
    ("moderate", "80-100", ""): "B",
    ("moderate", "10-70", ""): "C",
    ("unfavourable", "80-100", ""): "C",
    ("unfavourable", "10-70", ""): "D",
}
"""Profile, KPS, visceral or brain metastases → category; metastases count in the favourable profile only (memory)."""


def _decide(answers: Answers) -> Found:
    profile, state = answers.choice("profile"), answers.choice("kps")
    metastases = answers.choice("mets") if profile == "favourable" else ""
    return Found(
        (_TABLE[profile, state, metastases],), steps=(f"{profile}, KPS {state}, metastases {metastases or '–'}",)
    )


BOLLEN = Rule(
    id="bollen_2014",
    name="Bollen model (spinal bone metastases)",
    version="2014",
    group="prognosis",
    purpose=(
        "Four survival categories A-D for symptomatic spinal bone metastases from clinical profile of the "
        "primary, KPS and visceral/brain metastases."
    ),
    items=(
        Item(
            "profile",
            "Clinical profile of the primary",
            (
                Option("favourable", "Favourable"),
                Option("moderate", "Moderate"),
                Option("unfavourable", "Unfavourable"),
            ),
            "The lists of primaries per profile were not seen: a person says it.",
        ),
        Item("kps", "KPS", (Option("80-100", "80-100"), Option("10-70", "10-70"))),
        Item("mets", "Visceral or brain metastases", (Option("no", "No"), Option("yes", "Yes"))),
    ),
    population="1043 patients with symptomatic spinal bone metastases, 2001-2010",
    fill=_fill,
    outside=not_vertebral,
    categories=(
        Category("A", "median survival 31.2 months (95 % CI 25.2-37.3)"),
        Category("B", "15.4 months (11.9-18.2)"),
        Category("C", "4.8 months (4.1-5.4)"),
        Category("D", "1.6 months (1.4-1.9)"),
    ),
    source="bollen_2014",
    status=Verification.MEMORY,
    direction="A best, D worst",
    decide=_decide,
    validity=(
        "1043 patients (2001-2010); category medians above and external Harrell C 0.69 [verified: abstract].",
        (
            "KPS dichotomised; effect of visceral and brain metastases differs by primary category [verified:"
            " thesis page 65]."
        ),
    ),
    notes=("Later Bollen/Bartels-type updates exist; version must be stored.",),
)
