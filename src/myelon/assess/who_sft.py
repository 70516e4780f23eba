"""WHO CNS grading of SFT/HPC, 2016 against 2021."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Category, Filled, Flag, Found, FromRecord, Item, Number, Option, Rule
from myelon.record.kinds import Pathology
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient

_HPF_LIMIT, _MM2_LIMIT = 5.0, 2.5


def _fill(patient: Patient) -> FromRecord:
    tumour = patient.tumour
    row = tumour.known_as if tumour is not None else None
    if tumour is not None and row is not None and row.is_one_of("solitary_fibrous_tumour") is False:
        return FromRecord({}, f"made for solitary fibrous tumour and haemangiopericytoma; this is {tumour.entity}")
    found: dict[str, Filled] = {}
    counted = [r for r in patient.case.given(Pathology) if r.mitoses is not None]
    last = patient.last_of(counted, counted, [str(r.mitoses) for r in counted])
    if (
        last is not None
        and last.mitoses is not None
        and last.mitoses.comparator == "="
        and last.mitoses.plausibility == "ok"
    ):
        key = {"/10 HPF": "mitoses_10hpf", "/mm2": "mitoses_mm2"}.get(last.mitoses.unit)
        if key is not None:
            found[key] = Filled(last.mitoses.value, last.id, "; ".join(s.code for s in last.source))
    if tumour is not None and row is not None and row.id == "haemangiopericytoma":
        found["phenotype"] = Filled("HPC", tumour.id, "; ".join(s.code for s in tumour.source))
    return FromRecord(found)


_DIFFER = (
    "2016: 1 by the phenotype of a solitary fibrous tumour; 3 by its mitoses: the sources differ, and both stand "
    "(thejns.org 130/2 p418 graded such tumours by mitoses; pathology.osu.edu case 60 by phenotype)"
)


def _decide(answers: Answers) -> Found:
    scheme = answers.choice("scheme")
    if scheme == "2016":
        if answers.choice("phenotype") == "SFT":
            if answers.number("mitoses_10hpf", could_be=("1", "1_or_3")) < _HPF_LIMIT:
                return Found(("1",), steps=("2016: phenotype of a solitary fibrous tumour",))
            return Found(
                ("1_or_3",),
                steps=(_DIFFER,),
            )
        mitoses = answers.number("mitoses_10hpf")
        return Found(
            ("3" if mitoses >= _HPF_LIMIT else "2",), steps=(f"2016: {mitoses:g} mitoses per 10 HPF, limit 5",)
        )
    if not answers.given.keys() & {"mitoses_mm2", "mitoses_10hpf"} and answers.known("grade_2016"):
        without = "a grade of 2016 becomes none of 2021 without mitoses and necrosis"
        return Found(("not_convertible",), steps=(without,), otherwise=("1", "2", "3"))
    if answers.known("mitoses_mm2"):
        rate, said = answers.number("mitoses_mm2"), "per mm²"
        many = rate >= _MM2_LIMIT
    else:
        rate, said = answers.number("mitoses_10hpf"), "per 10 HPF"
        many = rate >= _HPF_LIMIT
    if not many:
        return Found(("1",), steps=(f"2021: {rate:g} mitoses {said}, below the limit",))
    grade = "3" if answers.flag("necrosis") else "2"
    return Found((grade,), steps=(f"2021: {rate:g} mitoses {said}, {'with' if grade == '3' else 'without'} necrosis",))


WHO_SFT = Rule(
    id="who_sft_hpc",
    name="WHO CNS grading of SFT/HPC, 2016 against 2021",
    version="2016 and 2021",
    group="pathology",
    purpose="Lets the case record show which scheme a grade came from (paper 003: HPC WHO II in 2014, III in 2015).",
    items=(
        Item("scheme", "Scheme", (Option("2016", "WHO CNS 2016"), Option("2021", "WHO CNS 2021 (limits from memory)"))),
        Item(
            "phenotype", "Phenotype (2016)", (Option("SFT", "Solitary fibrous"), Option("HPC", "Haemangiopericytoma"))
        ),
        Number("mitoses_10hpf", "Mitoses", "per 10 HPF"),
        Number("mitoses_mm2", "Mitoses", "per mm²"),
        Flag("necrosis", "Necrosis"),
        Item("grade_2016", "Grade by the scheme of 2016", tuple(Option(g, g) for g in ("1", "2", "3"))),
    ),
    population="solitary fibrous tumour and haemangiopericytoma of the central nervous system",
    fill=_fill,
    categories=(
        Category("1", "grade 1"),
        Category("2", "grade 2"),
        Category("3", "grade 3"),
        Category("1_or_3", "grade 1 by phenotype, grade 3 by mitoses: the sources differ"),
        Category("not_convertible", "data missing"),
    ),
    source="who_sft_hpc",
    status=Verification.MEMORY,
    decide=_decide,
    validity=(
        (
            "133 meningeal SFT/HPC: 2016 CNS grade and soft-tissue grade associated with recurrence-free, not"
            " overall, survival; necrosis p = 0.002 for RFS [verified: abstract PMC6513906]."
        ),
    ),
    notes=(
        (
            "HPF area varies between microscopes; mm² is the 2021 unit. 2.5/mm² equals 5 per 10 HPF at 0.2 "
            "mm² per HPF (arithmetic)."
        ),
    ),
)
