"""Dumbbell Scoring System (Matsumoto 2016): is a spinal dumbbell tumour malignant?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, Filled, FromRecord, Item, Option, Sum
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient, Seen

CUT_CM = 5.0
"""Table 2 of paper 004 prints ≥ 5 cm; its text and the 2016 abstract print > 5 cm. They differ at exactly 5.0."""
IMPOSSIBLE_CM = 30.0
"""A dumbbell tumour of this diameter is a length in mm (Myelon's convention)."""
_BODIES = ("mass", "bone lesion", "metastasis", "other")


def _fill(patient: Patient) -> FromRecord:
    tumour = patient.tumour
    if tumour is not None and tumour.compartment and "dumbbell" not in tumour.compartment:
        return FromRecord({}, f"made for dumbbell tumours; this one is {', '.join(tumour.compartment)}")
    found = patient.fill((("boundary", "boundary"), ("lobulated", "lobulated"), ("osteolysis", "osteolysis")))
    own = [s for s in patient.lesions if s.lesion.lesion == "main" and s.lesion.feature in _BODIES]
    measured = patient.last_in(own, "max_diameter_cm") or patient.last_in(own, "size")
    size = diameter_cm(measured) if measured is not None else None
    if measured is not None and size is not None:
        found["size"] = Filled("ge5" if size >= CUT_CM else "lt5", measured.study.id, measured.source)
    return FromRecord(found)


def diameter_cm(seen: Seen) -> float | None:
    """The greatest diameter of an observation in cm, in whatever unit it was written; None where that is in doubt."""
    lesion = seen.lesion
    if lesion.max_diameter_cm is not None:
        return lesion.max_diameter_cm if lesion.max_diameter_cm < IMPOSSIBLE_CM else None
    size = lesion.size
    per_cm = {"cm": 1.0, "mm": 0.1}.get(size.unit) if size is not None else None
    if size is None or per_cm is None or size.comparator != "=" or size.plausibility != "ok":
        return None
    return size.value * per_cm if size.value * per_cm < IMPOSSIBLE_CM else None


DSS = Sum(
    id="dss_2016",
    name="Dumbbell Scoring System (DSS)",
    version="Matsumoto 2016",
    purpose="Pre-operative estimate, from CT and MRI, of whether a spinal dumbbell tumour is malignant.",
    group="diagnosis",
    items=(
        Item(
            "size",
            "Tumour size (maximal diameter, cm)",
            (Option("lt5", "< 5 cm", 0), Option("ge5", "≥ 5 cm", 2)),
            "Exactly 5.0 cm: Table 2 of paper 004 (≥ 5) is followed; its text prints > 5.",
        ),
        Item(
            "boundary",
            "Boundary",
            (
                Option("distinguishable", "Distinguishable", 0),
                Option("indistinguishable", "Indistinguishable from surrounding tissues", 2),
            ),
        ),
        Item("lobulated", "Irregularly lobulated shape", (Option("no", "No", 0), Option("yes", "Yes", 1))),
        Item("osteolysis", "Osteolytic bone destruction", (Option("no", "No", 0), Option("yes", "Yes", 1))),
    ),
    categories=(
        Category(
            "below_cutoff",
            "Below cut-off: benign more likely",
            "careful follow-up is an option (paper 004)",
            0,
            2,
        ),
        Category(
            "at_or_above_cutoff",
            "At/above cut-off: malignancy suspected",
            "CT-guided biopsy for a definitive diagnosis; plan chemotherapy/margins (paper 004)",
            3,
            6,
        ),
    ),
    source="dss_2016",
    status=Verification.VERIFIED,
    population="59 patients, 20 malignant and 39 benign; one centre, retrospective, no external validation",
    fill=_fill,
    direction="higher = more likely malignant",
    validity=(
        (
            "59 patients, 20 malignant and 39 benign (paper 004 Table 1 sums to 39 + 20). Median DSS 0 "
            "(benign) and 5.5 (malignant). Cut-off 3: sensitivity 90 %, specificity 84.6 % [verified: paper "
            "004; abstract PMID 27031767]."
        ),
        (
            "Arithmetic check (derived here, not published in what was read): 18/20 = 90.0 %, 33/39 = 84.6 %;"
            " PPV 18/24 = 75.0 %, NPV 33/35 = 94.3 % at that prevalence."
        ),
        "Retrospective, single centre, no external validation (paper 004 says prospective validation is needed).",
    ),
    notes=(
        (
            "'Cut-off 3' is applied as ≥3 = suspected malignant: paper 004 says follow-up is an option 'if "
            "the score is below the cutoff value'."
        ),
        (
            "The features recorded but not in the score (enhancement pattern, cysts, foraminal enlargement, "
            "scalloping) must not add points."
        ),
    ),
)
