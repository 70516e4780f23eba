"""Revised Tokuhashi score."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from myelon.assess.frankel import frankel_grade
from myelon.assess.instrument import Category, FromRecord, Item, Option, Sum
from myelon.assess.metastases import KPS_THREE, Bands, counted, kps, not_vertebral, primary, renamed, scored
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


_EXTRASPINAL: Bands = (("0", 0, 0), ("1-2", 1, 2), ("ge3", 3, inf))
_VERTEBRAL: Bands = (("1", 1, 1), ("2", 2, 2), ("ge3", 3, inf))
_PRIMARY = (
    ("g0", ("lung", "osteosarcoma", "stomach", "gastric", "bladder", "oesophag", "esophag", "pancrea")),
    ("g1", ("liver", "hepatocellular", "gallbladder", "unidentified", "unknown primary")),
    ("g3", ("kidney", "renal", "uterus", "uterine")),
    ("g4", ("rectum", "rectal")),
    ("g5", ("thyroid", "breast", "prostate", "carcinoid")),
)


def _fill(patient: Patient) -> FromRecord:
    palsy = {"A": "complete", "B": "complete", "C": "incomplete", "D": "incomplete", "E": "none"}
    return scored(
        patient,
        {
            "general": kps(patient, KPS_THREE),
            "extraspinal": counted(patient, "extraspinal bone metastases", _EXTRASPINAL),
            "vertebral": counted(patient, "vertebral metastases", _VERTEBRAL),
            "organs": counted(patient, "visceral metastases", (("none", 0, 0),)),
            "primary": primary(patient, _PRIMARY, "g2"),
            "palsy": renamed(frankel_grade(patient), palsy),
        },
    )


TOKUHASHI = Sum(
    id="tokuhashi_2005",
    name="Revised Tokuhashi score",
    version="2005 (15 points)",
    group="prognosis",
    purpose=(
        "Pre-operative survival estimate in metastatic spine tumour, used to choose between conservative, "
        "palliative and excisional surgery."
    ),
    items=(
        Item(
            "general",
            "General condition (KPS)",
            (
                Option("poor", "Poor (10-40)", 0),
                Option("moderate", "Moderate (50-70)", 1),
                Option("good", "Good (80-100)", 2),
            ),
        ),
        Item(
            "extraspinal",
            "Number of extraspinal bone metastases foci",
            (
                Option("ge3", "≥ 3", 0),
                Option("1-2", "1-2", 1),
                Option("0", "0", 2),
            ),
        ),
        Item(
            "vertebral",
            "Number of metastases in the vertebral body",
            (
                Option("ge3", "≥ 3", 0),
                Option("2", "2", 1),
                Option("1", "1", 2),
            ),
            (
                "CONFLICT between reprints: ≥3/2/1 (NICE CG75 corrected reprint, CRAN cliot, "
                "neurosurgerynotes, spine-v146) against ≥3/1-2/0 (two reviews, as reported by an audit). Use "
                "≥3/2/1; a spinal metastasis patient has at least 1."
            ),
        ),
        Item(
            "organs",
            "Metastases to the major internal organs",
            (
                Option("unremovable", "Unremovable", 0),
                Option("removable", "Removable", 1),
                Option("none", "No metastases", 2),
            ),
        ),
        Item(
            "primary",
            "Primary site of the cancer",
            (
                Option("g0", "Lung, osteosarcoma, stomach, bladder, oesophagus, pancreas", 0),
                Option("g1", "Liver, gallbladder, unidentified", 1),
                Option("g2", "Others", 2),
                Option("g3", "Kidney, uterus", 3),
                Option("g4", "Rectum", 4),
                Option("g5", "Thyroid, breast, prostate, carcinoid tumour", 5),
            ),
        ),
        Item(
            "palsy",
            "Palsy",
            (
                Option("complete", "Complete (Frankel A, B)", 0),
                Option("incomplete", "Incomplete (Frankel C, D)", 1),
                Option("none", "None (Frankel E)", 2),
            ),
        ),
    ),
    categories=(
        Category("lt6", "Predicted survival < 6 months", "conservative treatment or palliative surgery", 0, 8),
        Category(
            "ge6",
            "Predicted survival ≥ 6 months",
            "palliative surgery; excisional surgery exceptionally (single lesion, no major-organ metastases)",
            9,
            11,
        ),
        Category("ge12", "Predicted survival ≥ 1 year", "excisional surgery", 12, 15),
    ),
    source="tokuhashi_2005",
    status=Verification.VERIFIED,
    population="spinal metastases before surgery; 118 patients prospectively, 246 retrospectively (memory)",
    direction="higher = longer survival",
    fill=_fill,
    outside=not_vertebral,
    validity=(
        (
            "Agreement of predicted and actual survival 86.4 % (118 patients, prospective) and 82.5 % (246, "
            "retrospective) (memory, medium)."
        ),
        (
            "Prospective comparison, 202 patients, 1-year survival c-statistic: NESMS 0.79, Tomita 0.69, "
            "Tokuhashi 0.67, SINS 0.54 [verified: Schoenfeld 2022 abstract]."
        ),
        (
            "211 surgical patients: C 0.7204 Tokuhashi, 0.7023 OSRI, 0.6748 Tomita, 0.6653 modified Bauer "
            "[verified: TUM mediaTUM 670638... abstract]."
        ),
    ),
    notes=(
        "The 1990 version has 12 points (different primary-site item): do not mix.",
        "NICE CG75 Appendix 3 says its reprint contains corrections made with Tokuhashi's permission.",
        "KPS 41-49 etc. do not exist (steps of 10), so no gap.",
        "A page in the wild inverts the inequality signs of the bands; the bands above are from NICE CG75.",
    ),
)
