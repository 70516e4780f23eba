"""NOMS decision framework: Decision framework for spinal metastases: Neurologic, Oncologic, Mechanical, Systemic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.compression import graded
from myelon.assess.escc import GRADES, worst_grade
from myelon.assess.instrument import Answers, Category, Filled, Flag, Found, FromRecord, Item, Option, Rule
from myelon.assess.sins import SINS
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.compression import AtVertebra
    from myelon.assess.patient import Patient

HIGH_GRADE = frozenset({"2", "3"})


NOMS_SOURCE = "noms_2013"
MYELOPATHY, FIT = "myelopathy", "fit for the treatment"
"""Questions that the record has no field for: a person answers them as an observation of that name."""


def _fill(patient: Patient) -> FromRecord:
    if why := patient.no_metastasis():
        return FromRecord({}, why)
    grade = worst_grade(patient)
    said = () if grade is not None else tuple(dict.fromkeys(r.words for r in graded(patient)))
    histology, doubt = _histology(patient)
    found = {
        "escc": None if grade is None else Filled(grade.grade, grade.seen.study.id, grade.seen.source),
        "histology": histology,
        "prior_rt": _irradiated(patient, grade),
        "unstable": _unstable(patient),
        "myelopathy": patient.person_said(MYELOPATHY),
        "fit": patient.person_said(FIT),
    }
    return FromRecord({k: v for k, v in found.items() if v is not None}, "", (*said, *doubt))


def _histology(patient: Patient) -> tuple[Filled | None, tuple[str, ...]]:
    """By the table of tumours where a source that was seen says it; else what the framework's list from memory says."""
    row = patient.known_as.sensitivity if patient.primary is not None and patient.known_as else None
    if patient.primary is None or row is None:
        return None, (patient.disputed,) if patient.disputed else ()
    if row.sensitivity_source == NOMS_SOURCE:
        listed = f"{row.name}: radio{row.radiosensitivity} in the framework's list, from memory; a person says it"
        return None, (listed,)
    return Filled(row.radiosensitivity, patient.primary.id, row.sensitivity_source), ()


def _irradiated(patient: Patient, grade: AtVertebra | None) -> Filled | None:
    """At the lesions whose compression is asked about, or else at the tumour; open where two of them differ."""
    tumour = patient.tumour
    rows = [r for r in graded(patient) if grade is not None and r.cord and r.grade == grade.grade]
    asked = {patient.levels_of(r.seen): r.seen.study.id for r in rows}
    if not asked and tumour is not None:
        asked = {tumour.levels: tumour.id}
    found: list[Filled | None] = []
    for levels, entry in asked.items():
        meeting, every = patient.courses_over(levels)
        if meeting:
            found.append(Filled("yes", meeting[-1].id, "; ".join(s.code for s in meeting[-1].source)))
        else:
            found.append(Filled("no", entry, "levels of every course recorded") if every else None)
    answers = {f.option if f is not None else None for f in found}
    return found[0] if len(answers) == 1 else None


def _unstable(patient: Patient) -> Filled | None:
    """By SINS where it is stable or unstable; between 7 and 12 a surgeon says."""
    score = SINS.from_case(patient)
    found = score.categories or (score.reachable_categories if len(score.reachable_categories) == 1 else ())
    entry = next((b.entry for b in score.because if b.entry), "")
    if found in {("unstable",), ("stable",)} and not score.not_applicable:
        return Filled("yes" if found == ("unstable",) else "no", entry, "SINS")
    return patient.person_said("unstable")


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
    source=NOMS_SOURCE,
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
