"""What the five papers print that bears upon an option: population, n/N, interval, as printed and as computed here.

A row applies to a case by the same conditions as a rule. Where the primary source prints something else, both stand.
Figures are those of REVIEW.md, LV_FACTS.md and CASES.md, by their ids; a share without its denominator stays without
an interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.board.logic import All, Condition, Is, Judged, judge
from myelon.board.rules import RESISTANT
from myelon.cohort.proportion import Proportion, proportion

if TYPE_CHECKING:
    from myelon.board.facts import Situation


class Share(NamedTuple):
    """A printed share: ``of`` is None where the denominator is not printed."""

    what: str
    printed: str
    n: int | None = None
    of: int | None = None

    @property
    def words(self) -> str:
        """As printed, and as it comes to."""
        limits = self.interval
        computed = "" if limits is None else f" ({self.n}/{self.of}, {limits.lower:.1f}–{limits.upper:.1f} %)"
        return f"{self.what} {self.printed}{computed}"

    @property
    def interval(self) -> Proportion | None:
        """Clopper–Pearson; None without a count."""
        return None if self.n is None or self.of is None else proportion(self.n, self.of)


class Row(NamedTuple):
    """One item of evidence."""

    id: str
    ids: tuple[str, ...]
    paper: str
    claim: str
    population: str
    figures: tuple[Share, ...]
    applies: Condition
    options: tuple[str, ...]
    level: str
    primary: str = ""
    """What the primary source prints, where that differs."""


class Applied(NamedTuple):
    """A row for a case: whether its population is that of the patient, and why."""

    row: Row
    judged: Judged


_SERIES, _CASES, _TRIAL = "retrospective series", "case report", "randomised trial"

EVIDENCE: tuple[Row, ...] = (
    Row(
        "dss", ("R09", "R10", "R08"), "004", "The dumbbell score separates malignant from benign dumbbell tumours",
        "59 spinal dumbbell tumours: 39 benign (37 neurinoma), 20 malignant (11 MPNST)",
        (Share("sensitivity at 3", "90 %", 18, 20), Share("specificity at 3", "84.6 %", 33, 39),
         Share("median score, benign and malignant", "0 and 5.5")),
        Is("dumbbell"), ("biopsy", "observation"), f"{_SERIES}, not validated",
    ),
    Row(
        "pet-mri", ("R14", "R15", "R16"), "004", "PET-MRI halves the dose of follow-up, and shows extent in the canal",
        "paediatric lymphatic tumours; osteosarcoma of limbs",
        (Share("cumulative dose saved", "50–70 %"),),
        Is("primary tumour"), ("observation",), "evidence in primary spinal tumours is scarce",
    ),
    Row(
        "nirs", ("R31", "R30"), "004", "Carbon ions at 64 GyE in 16 fractions and more",
        "47 primary malignant spinal tumours; more than 90 % had at least 64 GyE in 16 fractions",
        (Share("local control at 5 years", "79 %"), Share("survival at 5 years", "52 %"),
         Share("median survival", "44 months")),
        All(*RESISTANT), ("cirt",), _SERIES,
    ),
    Row(
        "cirt-ss", ("R36",), "004",
        "Separation surgery, then carbon ions: no myelitis; spread by curettage not excluded",
        "initial treatment group; n not printed",
        (Share("local control at 2 years", "87.5 %"),),
        All(*RESISTANT), ("cirt_ss",), _SERIES,
    ),
    Row(
        "fracture-srs", ("R37",), "004", "Vertebral fracture after high-dose concentrated radiotherapy",
        "n not printed",
        (Share("fracture", "≈ 13.9 %"),), Is("vertebral"), ("srs",), "review",
    ),
    Row(
        "fracture-rt", ("R38",), "004", "Vertebral fracture after conventional radiotherapy", "n not printed",
        (Share("fracture", "3–5 %"),), Is("vertebral"), ("conventional_rt",), "review",
    ),
    Row(
        "fracture-cirt", ("R39",), "004", "Vertebral fracture after carbon ions, at a median of about 7 months",
        "30 primary malignant spinal tumours", (Share("fracture", "23 %", 7, 30),),
        All(*RESISTANT), ("cirt", "cirt_ss"), _SERIES,
    ),
    Row(
        "gctb", ("R43", "R45", "R46"), "004",
        "Giant cell tumour: G34W in about 90 %; denosumab removes giant cells, not tumour cells",
        "giant cell tumour of bone, about 5 % of primary bone tumours",
        (Share("H3.3 G34W", "≈ 90 %"), Share("giant cells lost under denosumab", "> 90 %")),
        Is("giant cell tumour"), ("denosumab",), "review",
    ),
    Row(
        "bmcb", ("R53",), "004", "A bone metastasis board brings more referrals and more operations",
        "guideline (JSMO 2022)",
        (), Is("metastasis"), ("supportive",), "guideline, as cited",
    ),
    Row(
        "cafe", ("R65",), "004", "Kyphoplasty relieves pain for 12 months, conservative treatment does not",
        "as printed: 117 metastatic patients, 65 and 52",
        (),
        All(Is("myeloma or metastasis"), Is("vertebral")), ("bkp",), _TRIAL,
        "134 randomised (70 and 64); 65 and 52 had data at 1 month; end point RDQ, not pain; crossover after 1 month",
    ),
    Row(
        "bkp-own", ("R66", "R67"), "004", "Kyphoplasty: pain falls and stays low; one vertebra collapsed later",
        "17 consecutive patients; NRS 7 ± 2.3, then 2.2 ± 2.1 at 1 month and 1.8 ± 1.9 at the end",
        (Share("crushed vertebra, screws added", "1 of 17", 1, 17),),
        All(Is("myeloma or metastasis"), Is("vertebral")), ("bkp",), _SERIES,
    ),
    Row(
        "survival-shift", ("R73", "R70"), "004",
        "Prognosis of metastases, once a few months, is now often up to a year by histology",
        "not stated", (), Is("metastasis"), ("open_decompression", "pps", "supportive"), "review",
    ),
    Row(
        "iscm-symptoms", ("L139", "L140", "L142", "L143", "B81"), "002",
        "Symptoms after radiotherapy of intramedullary metastases",
        "61 patients, 39 irradiated, 37 evaluated; symptom rates, not RECIST",
        (Share("objective response, radiotherapy alone", "61.90 %", 13, 21),
         Share("local control, radiotherapy alone", "90.48 %", 19, 21),
         Share("objective response, multimodal", "62.50 %", 10, 16),
         Share("local control, multimodal", "87.50 %", 14, 16)),
        All(Is("metastasis"), Is("intramedullary")), ("conventional_rt",), _SERIES,
    ),
    Row(
        "iscm-survival", ("L150",), "002", "Median overall survival 4 months",
        "58 patients with intramedullary metastases",
        (), All(Is("metastasis"), Is("intramedullary")), ("supportive", "conventional_rt", "iscm_resection"), _SERIES,
    ),
    Row(
        "iscm-surgery", ("L177", "L185", "L186", "L187"), "002",
        "Surgery: neurology improved in some; survival longer in selected series, no benefit of radical resection",
        "pooled, 89 operated; 22 operated (median 348 days); a group beyond 9.4 months against 5, sizes not printed",
        (Share("neurology improved after surgery", "40.45 %", 36, 89),),
        All(Is("metastasis"), Is("intramedullary")), ("iscm_resection",), f"{_SERIES}, as cited",
    ),
    Row(
        "iscm-srs", ("L188", "L189", "L190", "L191", "L192"), "002",
        "Radiosurgery of intramedullary metastases: 14–27 Gy in 1–5 fractions; control for 37 months in one",
        "9 patients with 11 lesions, and two single cases",
        (Share("neurology improved", "20 %"), Share("neurology unchanged", "80 %")),
        All(Is("metastasis"), Is("intramedullary")), ("srs",), f"{_SERIES} and case reports, as cited",
        "neither 9 nor 11 gives 20 and 80 %",
    ),
    Row(
        "iscm-nivolumab", ("B86",), "001", "A checkpoint inhibitor acted on a small solitary metastasis of the cord",
        "1 patient (nivolumab)", (), All(Is("metastasis"), Is("intramedullary")), ("immunotherapy",), _CASES,
    ),
    Row(
        "dmg-survival", ("A83", "A85"), "000", "Spinal midline glioma: overall survival 6–16 months",
        "spinal cord; 4.3 % of all midline gliomas", (), Is("midline glioma"), ("supportive",
        "reirradiation"), "review of series",
    ),
    Row(
        "dmg-wolff", ("A87",), "000", "Shrinkage with repeat radiotherapy of the primary tumour",
        "glioma; 20 Gy in 10 after 54 Gy in 30",
        (Share("shrinkage with repeat radiotherapy", "4 of 7", 4, 7), Share("shrinkage without", "5 of 52", 5, 52)),
        Is("midline glioma"), ("reirradiation",), _SERIES,
    ),
    Row(
        "bev-trials", ("A92",), "000", "Bevacizumab: no gain in survival, better performance",
        "glioblastoma (AVAglio, RTOG 0825)",
        (), Is("midline glioma"), ("bevacizumab",), _TRIAL,
    ),
    Row(
        "bev-spinal", ("A93", "A94"), "000",
        "Bevacizumab reduced oedema and improved daily life in two; used in a third, a child",
        "3 patients with spinal midline glioma, one of them paediatric",
        (), Is("midline glioma"), ("bevacizumab",), _CASES,
    ),
    Row(
        "bev-ice", ("A90", "A91"), "000",
        "ICE with bevacizumab: blood toxicity of grade 2–3; ICE alone: 6-month PFS 35 %",
        "8 patients with glioblastoma at the second recurrence; phase II of the own institution, n not printed",
        (Share("haematological toxicity", "7 of 8", 7, 8), Share("progression-free at 6 months, ICE", "35 %")),
        Is("midline glioma"), ("bevacizumab", "chemotherapy"), _SERIES,
    ),
    Row(
        "dmg-dose", ("A86", "A88", "A89"), "000",
        "54–60 Gy at first; re-irradiation with 35 Gy in 10 improved 6-month PFS of recurrent glioblastoma",
        "spinal midline glioma; recurrent glioblastoma (RTOG 1205; Kazmi: fewer than 5 fractions better)",
        (), Is("midline glioma"), ("conventional_rt", "reirradiation"), f"{_TRIAL} and review, of the brain",
    ),
    Row(
        "hpc-drugs", ("C76",), "003", "Drugs in haemangiopericytoma, and combination chemotherapy in advanced sarcoma",
        "three series, as the paper cites them; the third is of advanced sarcoma",
        (Share("temozolomide with bevacizumab: partial response", "14.3 %", 2, 14),
         Share("sunitinib: response", "6.5 %", 2, 31),
         Share("combination chemotherapy, advanced sarcoma: response", "88 %", 31, 44)),
        Is("haemangiopericytoma"), ("targeted", "chemotherapy"), _SERIES, "31 of 44 is 70.5 %, not 88 %",
    ),
    Row(
        "nieder", ("C75",), "003",
        "Re-irradiation of the cord: each course at most 98 Gy₂, together below 135.5, over 6 months apart",
        "as paper 003 quotes it; the limits with their status stand on the page Dose",
        (), Is("irradiated"), ("reirradiation",), "limits, second-hand here",
    ),
    Row(
        "hpc-studies", ("C78",), "003", "Studies of recurrent haemangiopericytoma",
        "13 studies reviewed (Supplementary Table S1, not in our text)",
        (), Is("haemangiopericytoma"), ("resection", "conventional_rt", "chemotherapy"), "review of series",
    ),
)  # fmt: skip
"""Every item."""


def evidence_for(situation: Situation) -> tuple[Applied, ...]:
    """Items whose population is that of the patient: one that only may be is no evidence yet."""
    found = (Applied(row, judge(row.applies, situation.ask)) for row in EVIDENCE)
    return tuple(a for a in found if a.judged.value)
