"""Oswestry Spinal Risk Index (OSRI): Two-item survival index for spinal metastases: OSRI = PTP + (2 - GC)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, FromRecord, Item, Option, Sum
from myelon.assess.metastases import KPS_THREE, kps, not_vertebral, primary, scored
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


_PTP = (
    (
        "slow",
        (
            "breast",
            "thyroid",
            "prostate",
            "myeloma",
            "haemangioendothelioma",
            "hemangioendothelioma",
            "non-hodgkin lymphoma",
        ),
    ),
    ("moderate", ("kidney", "renal", "uterus", "uterine", "tonsil", "epipharynx", "synovial", "thymoma")),
    (
        "rapid",
        (
            "stomach",
            "gastric",
            "colon",
            "liver",
            "melanoma",
            "teratoma",
            "sigmoid",
            "pancrea",
            "rect",
            "unknown primary",
        ),
    ),
    ("very_rapid", ("lung",)),
)


def _fill(patient: Patient) -> FromRecord:
    return scored(patient, {"ptp": primary(patient, _PTP), "gc": kps(patient, KPS_THREE)})


OSRI = Sum(
    id="osri_2013",
    name="Oswestry Spinal Risk Index (OSRI)",
    version="2013",
    group="prognosis",
    purpose="Two-item survival index for spinal metastases: OSRI = PTP + (2 - GC).",
    items=(
        Item(
            "ptp",
            "Primary tumour pathology (PTP)",
            (
                Option(
                    "slow", "Slow: breast, thyroid, prostate, myeloma, haemangioendothelioma, non-Hodgkin lymphoma", 1
                ),
                Option(
                    "moderate",
                    "Moderate: kidney, uterus, tonsils, epipharynx, synovial cell sarcoma, metastatic thymoma",
                    2,
                ),
                Option(
                    "rapid",
                    "Rapid: stomach, colon, liver, melanoma, teratoma, sigmoid, pancreas, rectum, unknown origin",
                    4,
                ),
                Option("very_rapid", "Very rapid: lung", 5),
            ),
            "Points: memory, medium.",
        ),
        Item(
            "gc",
            "General condition, contribution 2 - GC",
            (
                Option("good", "Good (KPS 80-100), GC 2", 0),
                Option("moderate", "Moderate (KPS 50-70), GC 1", 1),
                Option("poor", "Poor (KPS 10-40), GC 0", 2),
            ),
        ),
    ),
    categories=(
        Category("1", "OSRI 1", "median about 23 months (memory, medium)", 1, 1),
        Category("2-3", "OSRI 2-3", "median about 6 months (memory, medium)", 2, 3),
        Category("4-5", "OSRI 4-5", "median about 4 months (memory, medium)", 4, 5),
        Category("6-7", "OSRI 6-7", "median about 2 months (memory, medium)", 6, 7),
    ),
    source="osri_2013",
    status=Verification.MEMORY,
    population="199 patients with spinal metastases",
    direction="higher = shorter survival",
    fill=_fill,
    outside=not_vertebral,
    validity=(
        (
            "199 patients, bootstrap internal validation, concordance similar to Tokuhashi/Tomita/Bauer with "
            "a larger coefficient of determination [verified: abstract]."
        ),
        "External: r = 0.798, 121 patients (Fleming 2016); C 0.7023, 211 patients (TUM) [verified: abstracts].",
    ),
    notes=(
        "PTP has no value 3 (1, 2, 4, 5).",
        "The median survivals per band must be checked against the paper before they are shown.",
    ),
)
