"""Enneking / MSTS surgical staging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Category, Found, FromRecord, Item, Option, Rule
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient

_BENIGN = {"latent": "1", "active": "2", "aggressive": "3"}
_STAGE = {("G1", "T1"): "IA", ("G1", "T2"): "IB", ("G2", "T1"): "IIA", ("G2", "T2"): "IIB"}
_SPREAD = {"T1": "IIIA", "T2": "IIIB"}


def _fill(patient: Patient) -> FromRecord:
    if patient.tumour is not None and patient.tumour.role == "secondary":
        return FromRecord({}, f"made for primary tumours; {patient.tumour.entity} is a metastasis")
    where = set(patient.tumour.compartment) if patient.tumour is not None else set()
    if where and where <= {"intramedullary", "intradural extramedullary"}:
        return FromRecord({}, f"made for tumours of bone and soft tissue; this one is {', '.join(sorted(where))}")
    return FromRecord({})


def _decide(answers: Answers) -> Found:
    if answers.choice("kind") == "benign":
        return Found((_BENIGN[answers.choice("behaviour")],))
    site = answers.choice("T")
    if answers.choice("M") == "M1":
        return Found((_SPREAD[site],), steps=(f"{site}, M1",))
    grade = answers.choice("G")
    return Found((_STAGE[grade, site],), steps=(f"{grade}, {site}, M0",))


ENNEKING = Rule(
    id="enneking_msts",
    name="Enneking / MSTS surgical staging",
    version="1980, 1986",
    group="staging",
    purpose="Oncological stage of primary musculoskeletal tumours; in the spine combined with WBB.",
    items=(
        Item("kind", "Behaviour", (Option("benign", "Benign"), Option("malignant", "Malignant"))),
        Item(
            "behaviour",
            "Benign: course",
            (Option("latent", "Latent"), Option("active", "Active"), Option("aggressive", "Aggressive")),
        ),
        Item("G", "Malignant: grade", (Option("G1", "Low grade"), Option("G2", "High grade"))),
        Item("T", "Site", (Option("T1", "Intracompartmental"), Option("T2", "Extracompartmental"))),
        Item("M", "Metastasis", (Option("M0", "None"), Option("M1", "Regional or distant"))),
    ),
    population="primary tumours of bone and soft tissue of the limbs; the epidural space is not in it",
    fill=_fill,
    categories=(
        Category("1", "latent: observe / intralesional"),
        Category("2", "active: intralesional, or marginal en bloc if feasible"),
        Category("3", "aggressive: marginal en bloc (wide where possible)"),
        Category("IA", "low grade intracompartmental: wide en bloc"),
        Category("IB", "low grade extracompartmental: wide en bloc"),
        Category("IIA", "high grade intracompartmental: wide en bloc + systemic/RT"),
        Category("IIB", "high grade extracompartmental"),
        Category("IIIA", "regional or distant metastasis, intracompartmental"),
        Category("IIIB", "regional or distant metastasis, extracompartmental"),
    ),
    source="enneking_msts",
    status=Verification.VERIFIED,
    decide=_decide,
    validity=(
        (
            "For spine the system ignores the continuous epidural compartment, neurological cost and "
            "reconstruction [verified: epomedicine]."
        ),
        (
            "Local recurrence strongly associated with mortality in spinal osteoblastoma; Enneking as a guide"
            " to prevent recurrence not validated there [verified: neurosurgerywiki]."
        ),
    ),
    notes=(
        "III is printed as one stage or split IIIA/IIIB.",
        (
            "Margins: intralesional, marginal, wide, radical (definitions: inside the tumour; through the "
            "reactive zone; cuff of healthy tissue; whole compartment: not achievable in a vertebra because "
            "of the ring) (memory, high)."
        ),
    ),
)
