"""NOMS decision framework: Decision framework for spinal metastases: Neurologic, Oncologic, Mechanical, Systemic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.compression import graded
from myelon.assess.escc import GRADES, worst_grade
from myelon.assess.instrument import Answers, Category, Filled, Flag, Found, FromRecord, Item, Option, Rule
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient

HIGH_GRADE = frozenset({"2", "3"})


def _fill(patient: Patient) -> FromRecord:
    grade = worst_grade(patient)
    found = {} if grade is None else {"escc": Filled(grade.grade, grade.seen.study.id, grade.seen.source)}
    why = patient.no_metastasis()
    said = () if grade is not None else tuple(dict.fromkeys(r.words for r in graded(patient)))
    return FromRecord({}, why) if why else FromRecord(found, "", said)


def _decide(answers: Answers) -> Found:
    if not answers.flag("fit"):
        return Found(("cebrt",), steps=("S: not fit for more: radiotherapy or palliation",))
    high = answers.choice("escc") in HIGH_GRADE
    if answers.choice("escc") == "1c" and answers.flag_or("myelopathy", otherwise=False):
        return Found((), steps=("N: 1c with myelopathy is neither low nor high grade in the framework",))
    resistant = answers.choice("histology") == "resistant" or answers.flag("prior_rt")
    local = "cebrt" if not resistant else "separation_srs" if high else "srs"
    said = [f"N: {'high' if high else 'low'} grade", f"O: {'radioresistant' if resistant else 'radiosensitive'}"]
    if not answers.flag("unstable"):
        return Found((local,), steps=(*said, "M: stable"))
    return Found(tuple(sorted((local, "stabilise"))), steps=(*said, "M: unstable, whatever N and O say"))


NOMS = Rule(
    id="noms_2013",
    name="NOMS decision framework",
    version="Laufer 2013",
    group="framework",
    purpose="Decision framework for spinal metastases: Neurologic, Oncologic, Mechanical, Systemic.",
    items=(
        Item("escc", "N: epidural grade (ESCC)", GRADES),
        Flag("myelopathy", "N: myelopathy", "Asked at 1c: low grade is 1c without it."),
        Item(
            "histology",
            "O: radiosensitivity of the histology to conventional radiotherapy",
            (Option("sensitive", "Radiosensitive"), Option("resistant", "Radioresistant")),
            "The lists of histologies are from memory: a person says it.",
        ),
        Flag("prior_rt", "O: the level was irradiated before", "Then it counts as radioresistant (memory, high)."),
        Flag("unstable", "M: unstable"),
        Flag("fit", "S: can tolerate the treatment, and the systemic disease justifies it"),
    ),
    population="spinal metastases; a framework from literature and practice, no randomised comparison",
    fill=_fill,
    several=True,
    categories=(
        Category("cebrt", "conventional external beam radiotherapy"),
        Category("srs", "stereotactic radiosurgery/SBRT"),
        Category("separation_srs", "decompression/separation surgery then SRS"),
        Category("stabilise", "add stabilisation or cement (independent of the others)"),
    ),
    source="noms_2013",
    status=Verification.SECOND_HAND,
    decide=_decide,
    validity=(
        "Framework from literature review and practice; no randomised comparison [verified: nsgyask appraisal].",
    ),
    notes=(
        (
            "2023 update (Newman, Larsen, Bilsky, Rev Esp Cir Ortop Traumatol 67:487-499) adds systemic "
            "agents; Table 1 not read."
        ),
    ),
)
