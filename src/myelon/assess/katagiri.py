"""Katagiri score (new, 2014)."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, Filled, FromRecord, Item, Option, Sum
from myelon.assess.metastases import CALCIUM_MG_PER_MMOL, banded, counted, no_viscera, not_vertebral, primary, scored
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


_PRIMARY = (
    ("slow", ("thyroid", "myeloma", "lymphoma")),
    ("moderate", ("renal", "kidney", "endometri", "ovar", "sarcoma")),
    (
        "rapid",
        ("colorectal", "colon", "rect", "gastric", "stomach", "pancrea", "head and neck", "oesophag", "esophag",
         "melanoma", "hepatocellular", "gallbladder", "cervical cancer", "bladder", "urothelial", "unknown primary"),
    ),
)  # fmt: skip
"""Breast, prostate and lung are in two groups by how they can be treated: a person says which."""
_LEVELS: tuple[tuple[str, tuple[tuple[str, float, bool], ...]], ...] = (
    (
        "critical",
        (("platelets", 100.0, False), ("calcium", 10.3 / CALCIUM_MG_PER_MMOL, True), ("bilirubin", 1.4, True)),
    ),
    ("abnormal", (("CRP", 0.4, True), ("LDH", 250.0, True), ("albumin", 37.0, False))),
)
"""Level → observable, limit in its unit, whether reaching it counts (else falling below); albumin in g/L."""


def _fill(patient: Patient) -> FromRecord:
    return scored(
        patient,
        {
            "primary": primary(patient, _PRIMARY),
            "visceral": no_viscera(patient),
            "lab": _laboratory(patient),
            "ecog": banded(patient.measured("ECOG"), (("0-2", 0, 2), ("3-4", 3, 4))),
            "chemo": patient.chemotherapy,
            "multiple": counted(patient, "bone metastases", (("no", 1, 1), ("yes", 2, inf))),
        },
    )


def _laboratory(patient: Patient) -> Filled | None:
    """The highest level that applies; a lower one only where every value of the higher one is known."""
    last: Filled | None = None
    for level, rows in _LEVELS:
        found = [(patient.measured(name), limit, upwards) for name, limit, upwards in rows]
        for value, limit, upwards in found:
            if value is not None and isinstance(value.option, int | float):
                last = value
                if value.option >= limit if upwards else value.option < limit:
                    return value._replace(option=level)
        if any(value is None for value, _, _ in found):
            return None
    return None if last is None else last._replace(option="normal")


KATAGIRI = Sum(
    id="katagiri_2014",
    name="Katagiri score (new, 2014)",
    version="2014",
    group="prognosis",
    purpose=(
        "Survival estimate for patients with skeletal metastases, with laboratory data; treatment-independent"
        " cohort (749 of 808 non-surgical)."
    ),
    items=(
        Item(
            "primary",
            "Primary site",
            (
                Option(
                    "slow",
                    (
                        "Slow growth: hormone-dependent breast and prostate cancer, thyroid cancer, multiple "
                        "myeloma, malignant lymphoma"
                    ),
                    0,
                ),
                Option(
                    "moderate",
                    (
                        "Moderate growth: lung cancer treated with molecularly targeted drugs, hormone-"
                        "independent breast and prostate cancer, renal cell carcinoma, endometrial and ovarian "
                        "cancer, sarcoma, others"
                    ),
                    2,
                ),
                Option(
                    "rapid",
                    (
                        "Rapid growth: lung cancer without targeted drugs, colorectal, gastric, pancreatic, head "
                        "and neck, oesophageal, other urological cancers, melanoma, hepatocellular, gallbladder, "
                        "cervical cancer, unknown origin"
                    ),
                    3,
                ),
            ),
        ),
        Item(
            "visceral",
            "Visceral metastasis",
            (
                Option("none", "None", 0),
                Option("nodular", "Nodular visceral or cerebral metastasis", 1),
                Option("disseminated", "Disseminated metastasis (pleural, peritoneal or leptomeningeal)", 2),
            ),
        ),
        Item(
            "lab",
            "Laboratory data",
            (
                Option("normal", "Normal", 0),
                Option("abnormal", "Abnormal: CRP ≥ 0.4 mg/dL, or LDH ≥ 250 IU/L, or albumin < 3.7 g/dL", 1),
                Option(
                    "critical",
                    "Critical: platelets < 100 000/µL, or serum calcium ≥ 10.3 mg/dL, or total bilirubin ≥ 1.4 mg/dL",
                    2,
                ),
            ),
            "Take the highest applicable level.",
        ),
        Item(
            "ecog",
            "ECOG performance status",
            (
                Option("0-2", "0-2", 0),
                Option("3-4", "3 or 4", 1),
            ),
        ),
        Item(
            "chemo",
            "Previous chemotherapy",
            (
                Option("no", "No", 0),
                Option("yes", "Yes", 1),
            ),
        ),
        Item(
            "multiple",
            "Multiple skeletal metastases",
            (
                Option("no", "No", 0),
                Option("yes", "Yes", 1),
            ),
        ),
    ),
    categories=(
        Category("low", "Low risk", "long-lasting treatment; 1-year survival 91 %, 2-year 78 %", 0, 3),
        Category("intermediate", "Intermediate", "individual decision", 4, 6),
        Category(
            "high", "High risk", "short, minimally invasive treatment; survival 27 % at 6 months, 6 % at 1 year", 7, 10
        ),
    ),
    source="katagiri_2014",
    status=Verification.VERIFIED,
    population="808 patients with skeletal metastases, 749 of them not operated on",
    direction="higher = shorter survival",
    fill=_fill,
    outside=not_vertebral,
    validity=(
        (
            "Derivation, 808 patients: score ≤3: 91 % at 1 year, 78 % at 2 years; ≥7: 27 % at 6 months, 6 % "
            "at 1 year [verified: abstract PMC4302686]."
        ),
        (
            "Full table (12 months verified 91/49/6 %; the rest memory, high): 6/12/24 months: 0-3 "
            "98.1/91.4/77.8 %; 4-6 74.0/49.3/27.6 %; 7-10 26.9/6.0/2.1 %."
        ),
        (
            "External, radiotherapy, 616 patients: 0-3 94.4/77.8/61.1 %, 4-6 67.7/48.7/31.2 %, 7-10 "
            "39.1/22.1/9.0 % (abstract names four time points 3, 6, 12, 24 months but prints three rates "
            "each) [verified: Kubota 2019 abstract]."
        ),
    ),
    notes=(
        "The 2005 Katagiri score (JBJS Br 87:698-703) has other items and points.",
        (
            "Imis.igaku-shoin (Japanese summary of the same cohort) states: ≤3 long-lasting treatment aiming "
            "at outdoor walking; ≥7 least invasive and short; 4-6 case by case [verified]."
        ),
        "Brain metastasis counts as nodular (1), leptomeningeal as disseminated (2).",
        (
            "The two laboratory tiers share no analyte: CRP/LDH/albumin can never score 2, "
            "platelets/calcium/bilirubin never 1. Any-of inside a tier; critical outranks abnormal. The "
            "primary group follows treatability, not the organ: organ -> group mapping is wrong for breast, "
            "prostate, lung."
        ),
    ),
)
