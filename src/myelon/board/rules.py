"""The rules of the five papers as data: when each holds, what it bears upon, and how much stands behind it.

A rule gives an argument, never a choice. ``ids`` are those of REVIEW.md (R…), CASES.md (A…, B…, C…) and LV_FACTS.md
(RL…). A rule that was replaced stands beside the newer one, each with its date.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from myelon.board.logic import All, Condition, Is, Not, Some

Side = Literal["for", "against", "needs", "watch"]
"""For or against an option; "needs": holds only together with the option; "watch": a task of surveillance."""

REVIEW, COHORT, CASE, PRACTICE = "review", "cohort of 61, univariate", "single case report", "authors' suggestion"


class Rule(NamedTuple):
    """One printed rule."""

    id: str
    ids: tuple[str, ...]
    paper: str
    where: str
    says: str
    when: Condition
    bears: tuple[tuple[str, Side], ...]
    """Options it bears upon, and on which side."""
    level: str
    version: str = ""


RESISTANT = (
    Is("primary tumour"), Is("malignant"), Is("vertebral"), Not(Is("haematological")), Not(Is("round cell tumour")),
)  # fmt: skip
"""Whom section 2 and 3 of paper 004 mean: it names myeloma and Ewing sarcoma among the tumours that drugs reach (R42);
blood and round-cell tumours are no resistant sarcoma."""

RULES: tuple[Rule, ...] = (
    # ── paper 004: diagnosis and resection ──
    Rule(
        "dss-biopsy",
        ("R11", "R08"),
        "004",
        "1",
        (
            "A dumbbell score at the cut-off or above: CT-guided biopsy, then a plan (pre-operative "
            "chemotherapy, margins)"
        ),
        All(Is("dumbbell"), Is("DSS suspicious")),
        (("biopsy", "for"),),
        REVIEW,
    ),
    Rule(
        "dss-follow",
        ("R11",),
        "004",
        "1",
        "Below the cut-off careful follow-up is an option",
        All(Is("dumbbell"), Not(Is("DSS suspicious"))),
        (("observation", "for"),),
        REVIEW,
    ),
    Rule(
        "dss-caveat",
        ("R12",),
        "004",
        "1",
        "The score is retrospective, of 59 patients of one centre, and not validated",
        Is("dumbbell"),
        (("biopsy", "needs"), ("observation", "needs")),
        REVIEW,
    ),
    Rule(
        "biopsy-caution",
        ("R13",),
        "004",
        "1",
        "Biopsy is highly invasive where the tumour lies close to vessels or intestine",
        Is("near vessels or gut"),
        (("biopsy", "against"),),
        REVIEW,
    ),
    Rule(
        "resection-basic",
        ("R25",),
        "004",
        "2",
        (
            "Resection is the basic treatment of primary malignant tumours; radical surgery at the first "
            "visit matters most"
        ),
        All(*RESISTANT),
        (("vertebrectomy", "for"), ("sagittal", "for"), ("posterior", "for"), ("resection", "for")),
        REVIEW,
    ),
    Rule(
        "chondrosarcoma",
        ("R25",),
        "004",
        "2",
        "Chondrosarcoma responds poorly to chemotherapy and radiotherapy",
        Is("chondrosarcoma"),
        (("chemotherapy", "against"), ("conventional_rt", "against")),
        REVIEW,
    ),
    Rule(
        "vertebrectomy",
        ("R18", "R17"),
        "004",
        "2",
        "Vertebrectomy: zones 4–8 or 5–9, at least one pedicle free",
        Is("vertebrectomy fits"),
        (("vertebrectomy", "for"),),
        REVIEW,
    ),
    Rule(
        "vertebrectomy-not",
        ("R18", "R23"),
        "004",
        "2",
        "A zone lies outside the range of a vertebrectomy",
        Not(Is("vertebrectomy fits")),
        (("vertebrectomy", "against"),),
        REVIEW,
    ),
    Rule(
        "vertebrectomy-approach",
        ("R19",),
        "004",
        "2",
        (
            "As in total en bloc spondylectomy: posterior alone, or anterior and posterior by the "
            "anterior extension; the arch piecemeal where a pedicle is invaded on one side"
        ),
        Is("vertebrectomy fits"),
        (("vertebrectomy", "needs"),),
        REVIEW,
    ),
    Rule(
        "sagittal",
        ("R20",),
        "004",
        "2",
        (
            "Sagittal resection: zones 2–5 or 8–11, eccentric; combined anterior and posterior, may "
            "include several vertebrae and ribs"
        ),
        Is("sagittal fits"),
        (("sagittal", "for"),),
        REVIEW,
    ),
    Rule(
        "sagittal-not",
        ("R20", "R23"),
        "004",
        "2",
        "A zone lies outside the range of a sagittal resection",
        Not(Is("sagittal fits")),
        (("sagittal", "against"),),
        REVIEW,
    ),
    Rule(
        "posterior",
        ("R21", "R22"),
        "004",
        "2",
        (
            "Posterior resection: zones 10 to 3 through 12; slightly eccentric: contralateral osteotomy "
            "of pedicle and posterolateral elements (COPPER)"
        ),
        Is("posterior fits"),
        (("posterior", "for"),),
        REVIEW,
    ),
    Rule(
        "posterior-not",
        ("R21", "R23"),
        "004",
        "2",
        "A zone lies outside the range of a posterior resection",
        Not(Is("posterior fits")),
        (("posterior", "against"),),
        REVIEW,
    ),
    Rule(
        "vertebrectomy-team",
        ("R24",),
        "004",
        "2",
        ("Navigation, ultrasonic bone scalpel; vascular, thoracic, abdominal and plastic surgeons in the team"),
        Is("vertebrectomy fits"),
        (("vertebrectomy", "needs"),),
        REVIEW,
    ),
    Rule(
        "sagittal-team",
        ("R24",),
        "004",
        "2",
        ("Navigation, ultrasonic bone scalpel; vascular, thoracic, abdominal and plastic surgeons in the team"),
        Is("sagittal fits"),
        (("sagittal", "needs"),),
        REVIEW,
    ),
    Rule(
        "posterior-team",
        ("R24",),
        "004",
        "2",
        ("Navigation, ultrasonic bone scalpel; vascular, thoracic, abdominal and plastic surgeons in the team"),
        Is("posterior fits"),
        (("posterior", "needs"),),
        REVIEW,
    ),
    # ── carbon ions ──
    Rule(
        "cirt-when",
        ("R29",),
        "004",
        "3",
        "Carbon ions where radical resection is impossible",
        All(*RESISTANT, Is("unresectable")),
        (("cirt", "for"),),
        REVIEW,
    ),
    Rule(
        "conventional-insufficient",
        ("R29",),
        "004",
        "3",
        (
            "Primary malignant tumours are often resistant to conventional radiotherapy, which is "
            "considered insufficient"
        ),
        All(*RESISTANT),
        (("conventional_rt", "against"),),
        REVIEW,
    ),
    Rule(
        "cirt-conflict",
        ("R32", "R33"),
        "004",
        "3",
        (
            "Cord tolerance about 50 GyE, against 60–70 GyE needed for local control: a conflict at the "
            "cord, to be shown on the plan"
        ),
        All(Is("primary tumour"), Is("cord touched")),
        (("cirt", "against"),),
        REVIEW,
    ),
    Rule(
        "cirt-compressed",
        ("R34",),
        "004",
        "3",
        (
            "Carbon ions were avoided where the cord is compressed; palliative conventional radiotherapy "
            "then recurred at the margin near the cord"
        ),
        All(Is("primary tumour"), Is("vertebral"), Is("cord compressed")),
        (("cirt", "against"),),
        REVIEW,
    ),
    Rule(
        "cirt-ss",
        ("R35", "R34"),
        "004",
        "3",
        (
            "Separation surgery removes only the part that touches the cord, and carbon ions follow; the "
            "gap in mm is recorded"
        ),
        All(*RESISTANT, Is("cord touched")),
        (("cirt_ss", "for"),),
        REVIEW,
    ),
    Rule(
        "cirt-hardware",
        ("R40",),
        "004",
        "3",
        "No implant before carbon ions (metal artefact); fixation later, at the right time",
        Is("implant"),
        (("cirt", "against"), ("cirt_ss", "against")),
        REVIEW,
    ),
    Rule(
        "cirt-fracture",
        ("R39", "R40"),
        "004",
        "3",
        "Watch for fracture: 23 % after carbon ions, at a median of about 7 months",
        Is("carbon ions given"),
        (("surveillance", "watch"),),
        REVIEW,
    ),
    # ── drugs, giant cell tumour ──
    Rule(
        "drugs-sarcoma",
        ("R42",),
        "004",
        "4",
        "Osteosarcoma, Ewing sarcoma, myeloma: drugs with surgery or radiotherapy",
        Is("drug-sensitive sarcoma"),
        (("chemotherapy", "for"),),
        REVIEW,
    ),
    Rule(
        "denosumab",
        ("R44", "R45"),
        "004",
        "4",
        "Denosumab is effective in giant cell tumour (Japan: insured since 2014)",
        Is("giant cell tumour"),
        (("denosumab", "for"),),
        REVIEW,
    ),
    Rule(
        "denosumab-driver",
        ("R46",),
        "004",
        "4",
        "H3.3 G34W marks the tumour cells; it stays positive under denosumab",
        All(Is("giant cell tumour"), Is("G34W positive")),
        (("denosumab", "needs"),),
        REVIEW,
    ),
    Rule(
        "denosumab-exit",
        ("R47",),
        "004",
        "4",
        (
            "Tumour cells persist under denosumab: regrowth on stopping, so resection in order to stop; "
            "the best duration is unknown"
        ),
        All(Is("giant cell tumour"), Is("on denosumab")),
        (("denosumab", "against"), ("resection", "for"), ("surveillance", "watch")),
        REVIEW,
    ),
    Rule(
        "denosumab-sclerosis",
        ("R47",),
        "004",
        "4",
        "Long use makes the bone sclerotic and vertebral surgery hard",
        All(Is("giant cell tumour"), Is("on denosumab")),
        (("vertebrectomy", "against"), ("sagittal", "against"), ("posterior", "against")),
        REVIEW,
    ),
    # ── metastases ──
    Rule(
        "mst-paralysis",
        ("R54",),
        "004",
        "5",
        "Indication 1: progressive paralysis",
        All(Is("metastasis"), Is("vertebral"), Is("progressive paralysis")),
        (("open_decompression", "for"), ("pps", "for")),
        REVIEW,
    ),
    Rule(
        "mst-instability",
        ("R54",),
        "004",
        "5",
        "Indication 2: impending paralysis from instability",
        All(Is("metastasis"), Is("vertebral"), Is("unstable")),
        (("open_decompression", "for"), ("pps", "for")),
        REVIEW,
    ),
    Rule(
        "mst-pain",
        ("R54",),
        "004",
        "5",
        "Indication 3: pain that drugs and radiotherapy do not control",
        All(Is("metastasis"), Is("vertebral"), Is("pain in spite")),
        (("open_decompression", "for"), ("pps", "for"), ("bkp", "for")),
        REVIEW,
    ),
    Rule(
        "mst-six-months",
        ("R55",),
        "004",
        "5",
        "Conventional surgery is generally indicated only with a prognosis of six months or more",
        All(Is("metastasis"), Is("six months")),
        (("open_decompression", "for"),),
        REVIEW,
        "classic, as general practice",
    ),
    Rule(
        "mst-under-six",
        ("R55",),
        "004",
        "5",
        "A prognosis under six months speaks against conventional surgery",
        All(Is("metastasis"), Not(Is("six months"))),
        (("open_decompression", "against"),),
        REVIEW,
        "classic, as general practice",
    ),
    Rule(
        "mist-era",
        ("R56", "R57", "R60"),
        "004",
        "5",
        (
            "Minimally invasive stabilisation may be offered where conventional surgery is to be avoided,"
            " such as with several lesions; no number of months is given"
        ),
        All(Is("metastasis"), Some(Is("several spinal lesions"), Not(Is("six months")))),
        (("pps", "for"),),
        REVIEW,
        "MISt era, 2024",
    ),
    Rule(
        "pps-advantages",
        ("R58",),
        "004",
        "5",
        ("Percutaneous screws: little blood loss, early radiotherapy and drugs, less seeding, short operation"),
        All(Is("metastasis"), Is("vertebral")),
        (("pps", "for"),),
        REVIEW,
    ),
    Rule(
        "pps-long",
        ("R59",),
        "004",
        "5",
        "No bone graft: the implant may fail when survival is long",
        Is("long survival"),
        (("pps", "against"),),
        REVIEW,
    ),
    Rule(
        "pps-high",
        ("R59",),
        "004",
        "5",
        ("Fluoroscopy is difficult proximal to the upper thoracic spine (T4 and above: a convention of Myelon)"),
        Is("high level"),
        (("pps", "against"),),
        REVIEW,
    ),
    Rule(
        "pps-decompression",
        ("R59",),
        "004",
        "5",
        "Small incisions decompress too little",
        Is("cord compressed"),
        (("pps", "against"),),
        REVIEW,
    ),
    Rule(
        "bkp",
        ("R62", "R63", "R61"),
        "004",
        "5",
        (
            "Kyphoplasty: fracture from myeloma or metastasis, up to three bodies (Japan, insured since "
            "December 2011), used without paralysis"
        ),
        All(Is("myeloma or metastasis"), Is("fracture"), Is("three bodies at most"), Not(Is("weak legs"))),
        (("bkp", "for"),),
        REVIEW,
        "Japan, December 2011",
    ),
    Rule(
        "bkp-not-eligible",
        ("R62",),
        "004",
        "5",
        "No fracture, or more than three bodies: outside what kyphoplasty is insured for in Japan",
        Some(Not(Is("fracture")), Not(Is("three bodies at most"))),
        (("bkp", "against"),),
        REVIEW,
        "Japan, December 2011",
    ),
    Rule(
        "bkp-wall-intact",
        ("R63",),
        "004",
        "Fig 10",
        "In the example of the authors the posterior wall is intact",
        Is("posterior wall intact"),
        (("bkp", "for"),),
        REVIEW,
    ),
    Rule(
        "bkp-paralysis",
        ("R63",),
        "004",
        "5",
        "The authors use kyphoplasty in fractures without paralysis",
        Is("weak legs"),
        (("bkp", "against"),),
        REVIEW,
    ),
    Rule(
        "bkp-wall",
        ("R64", "R63"),
        "004",
        "5",
        ("A broken posterior wall: cement may leak; tumour fractures are more destructive than osteoporotic ones"),
        Not(Is("posterior wall intact")),
        (("bkp", "against"),),
        REVIEW,
    ),
    Rule(
        "prophylactic",
        ("R71",),
        "004",
        "5",
        ("Growth or progressive instability before palsy: minimally invasive surgery is considered instead of waiting"),
        All(Is("metastasis"), Is("vertebral"), Some(Is("growth"), Is("unstable")), Not(Is("weak legs"))),
        (("pps", "for"), ("surveillance", "watch")),
        REVIEW,
    ),
    Rule(
        "goals",
        ("R72",),
        "004",
        "5",
        "The goal is quality of life and performance, out-patient drugs, life at home",
        All(Is("metastasis"), Is("vertebral")),
        (("supportive", "for"), ("pps", "for")),
        REVIEW,
    ),
    Rule(
        "drugs-after",
        ("R70",),
        "004",
        "5",
        "After minimally invasive surgery drugs can follow soon",
        All(Is("metastasis"), Is("vertebral")),
        (("pps", "for"),),
        REVIEW,
    ),
    # ── paper 002: intramedullary metastases ──
    Rule(
        "iscm-rt",
        ("RL1",),
        "002",
        "Discussion",
        "Radiotherapy is the mainstay of intramedullary metastases",
        All(Is("metastasis"), Is("intramedullary")),
        (("conventional_rt", "for"),),
        COHORT,
    ),
    Rule(
        "iscm-fractionation",
        ("RL7",),
        "002",
        "Discussion",
        (
            "1.8 to 3.0 Gy per fraction gave satisfactory improvement in radiosensitive tumours: an "
            "explanation, not a test"
        ),
        All(Is("metastasis"), Is("intramedullary"), Is("radiosensitive primary")),
        (("conventional_rt", "for"),),
        COHORT,
    ),
    Rule(
        "iscm-rt-resistant",
        ("L195",),
        "002",
        "Discussion",
        (
            "In renal cell carcinoma and melanoma 30 Gy in 10 or 40 Gy in 20 fractions controlled and relieved poorly "
            "(no rate is printed)"
        ),
        All(Is("metastasis"), Is("intramedullary"), Is("radioresistant primary")),
        (("conventional_rt", "against"),),
        PRACTICE,
    ),
    Rule(
        "iscm-surgery",
        ("RL2",),
        "002",
        "Discussion",
        "Surgery in the highly selected: limited burden, good performance, no lymphoma",
        All(Is("metastasis"), Is("intramedullary"), Is("good performance"), Is("oligometastatic"), Not(Is("lymphoma"))),
        (("iscm_resection", "for"),),
        PRACTICE,
    ),
    Rule(
        "iscm-surgery-001",
        ("B83",),
        "001",
        "Discussion",
        (
            "Surgery with good performance, or rapidly declining neurology, or an indolent solitary "
            "lesion, or failed radiotherapy, or to find the primary"
        ),
        All(
            Is("metastasis"),
            Is("intramedullary"),
            Some(Is("good performance"), Is("progressive paralysis"), Not(Is("primary known"))),
        ),
        (("iscm_resection", "for"),),
        PRACTICE,
    ),
    Rule(
        "iscm-surgery-not",
        ("RL3",),
        "002",
        "Discussion",
        "Surgery is not feasible in most: performance 3–4, several segments, widespread metastases",
        All(
            Is("metastasis"),
            Is("intramedullary"),
            Some(Not(Is("good performance")), Is("several segments"), Not(Is("oligometastatic"))),
        ),
        (("iscm_resection", "against"),),
        COHORT,
    ),
    Rule(
        "iscm-multimodal",
        ("RL4",),
        "002",
        "Discussion",
        "Surgery with irradiation might bring survival benefit",
        All(Is("metastasis"), Is("intramedullary")),
        (("iscm_resection", "needs"),),
        CASE,
    ),
    Rule(
        "chemo-sensitive",
        ("RL5",),
        "002",
        "Discussion",
        (
            "Chemotherapy only for sensitive tumours (small cell lung cancer, haematological), or beside "
            "radiotherapy or surgery"
        ),
        All(Is("intramedullary"), Is("metastasis"), Is("drug-sensitive primary")),
        (("chemotherapy", "for"),),
        PRACTICE,
    ),
    Rule(
        "chemo-not-sensitive",
        ("RL5",),
        "002",
        "Discussion",
        "Chemotherapy alone has little effect on another primary",
        All(Is("intramedullary"), Is("metastasis"), Not(Is("drug-sensitive primary"))),
        (("chemotherapy", "against"),),
        PRACTICE,
    ),
    Rule(
        "srs-iscm",
        ("RL6",),
        "002",
        "Discussion",
        (
            "Radiosurgery is promising in limited disease and argued for in radioresistant tumours; no "
            "number for limited is printed"
        ),
        All(Is("metastasis"), Is("intramedullary"), Some(Is("radioresistant primary"), Is("oligometastatic"))),
        (("srs", "for"),),
        PRACTICE,
    ),
    Rule(
        "steroid-bridge",
        ("RL8",),
        "002",
        "Discussion",
        "A steroid is a bridge for rapid symptoms; no effect on survival",
        Is("progressive paralysis"),
        (("steroid", "for"),),
        PRACTICE,
    ),
    Rule(
        "checkpoint",
        ("RL9", "B86"),
        "002",
        "Discussion",
        "Checkpoint inhibitors: effect unclear; a response in a lesion of 4 mm",
        All(Is("metastasis"), Is("intramedullary")),
        (("immunotherapy", "needs"),),
        CASE,
    ),
    Rule(
        "iscm-individual",
        ("RL10",),
        "002",
        "Discussion",
        "Individual, by primary pathology, systemic spread, performance and economic status",
        All(Is("metastasis"), Is("intramedullary")),
        (("conventional_rt", "needs"), ("iscm_resection", "needs"), ("supportive", "needs")),
        PRACTICE,
    ),
    Rule(
        "iscm-early",
        ("RL11",),
        "002",
        "Discussion",
        "Prompt diagnosis and treatment to prevent deficits (the comparison is univariate)",
        All(Is("metastasis"), Is("intramedullary"), Is("progressive paralysis")),
        (("surveillance", "watch"),),
        COHORT,
    ),
    Rule(
        "iscm-late",
        ("RL12",),
        "002",
        "Discussion",
        "An intramedullary metastasis can come after ten years: think of it in a deficit with a known cancer",
        All(Is("metastasis"), Is("weak legs"), Not(Is("spinal MRI"))),
        (("surveillance", "watch"),),
        COHORT,
    ),
    Rule(
        "search-primary",
        ("RL13",),
        "002",
        "Discussion",
        "An intramedullary lesion can herald an unknown cancer: look for the primary",
        All(Is("intramedullary"), Not(Is("primary known"))),
        (("surveillance", "watch"),),
        COHORT,
    ),
    # ── paper 001 ──
    Rule(
        "mri-brain",
        ("B84",),
        "001",
        "Discussion",
        "Spinal MRI in patients with brain metastases: better performed, the authors say",
        All(Is("brain metastases"), Not(Is("spinal MRI"))),
        (("surveillance", "watch"),),
        PRACTICE,
    ),
    Rule(
        "brown-sequard",
        ("B82",),
        "001",
        "Discussion",
        (
            "Brown-Séquard or asymmetric myelopathy points into the cord: half of intramedullary, 3 % of "
            "epidural metastases"
        ),
        Some(Is("Brown-Séquard"), Is("asymmetric")),
        (("surveillance", "watch"),),
        PRACTICE,
    ),
    Rule(
        "io-lung",
        ("B85", "B78"),
        "001",
        "Discussion",
        ("A new lung change after immunotherapy: exclude tumour, treatment and other causes, with the drug history"),
        All(Is("immunotherapy given"), Is("lung change")),
        (("surveillance", "watch"),),
        CASE,
    ),
    # ── paper 000 ──
    Rule(
        "bev-neurology",
        ("A95",),
        "000",
        "Discussion",
        "Bevacizumab when the neurology deteriorates",
        All(Is("midline glioma"), Is("progressive paralysis")),
        (("bevacizumab", "for"),),
        CASE,
    ),
    Rule(
        "accepted-risk",
        ("A49", "A50"),
        "000",
        "Case",
        "Re-irradiation beyond tolerance where the deficit is already complete, as an accepted risk",
        All(Is("irradiated"), Is("limit exceeded"), Is("paralysed")),
        (("reirradiation", "for"),),
        CASE,
    ),
    Rule(
        "reirradiation-limit",
        ("C75",),
        "003",
        "Discussion",
        "A published limit for the organ there is exceeded by what is recorded",
        Is("limit exceeded"),
        (("reirradiation", "against"), ("conventional_rt", "against")),
        "limits with their own status: page Dose",
    ),
    Rule(
        "reirradiation-interval",
        ("C75",),
        "003",
        "Discussion",
        "The limits of two courses are printed for courses over 6 months apart: this one would come sooner",
        All(Is("irradiated"), Is("under six months since radiotherapy")),
        (("reirradiation", "against"),),
        "limits with their own status: page Dose",
    ),
    # ── paper 003 ──
    Rule(
        "grade-watch",
        ("C81",),
        "003",
        "Discussion",
        "A higher grade calls for closer monitoring",
        Is("grade rose"),
        (("surveillance", "watch"),),
        CASE,
    ),
    Rule(
        "interval-watch",
        ("C81",),
        "003",
        "Discussion",
        "An interval under half of the initial one: closer monitoring",
        Is("interval halved"),
        (("surveillance", "watch"),),
        CASE,
    ),
    Rule(
        "entity-check",
        ("XC4", "C19", "C24"),
        "003",
        "Case",
        "Markers contradict the entity: pathology is to look again (reading of Myelon)",
        Is("markers contradict"),
        (("surveillance", "watch"),),
        CASE,
    ),
    Rule(
        "hpc-unresectable",
        ("C82",),
        "003",
        "Discussion",
        "Unresectable haemangiopericytoma: temozolomide with bevacizumab, or sunitinib",
        All(Is("haemangiopericytoma"), Is("unresectable")),
        (("targeted", "for"),),
        "guideline, as cited",
    ),
    Rule(
        "hpc-targeted-cost",
        ("C57",),
        "003",
        "Case",
        "Targeted drugs were not used: cost, and a low response rate in a large tumour",
        All(Is("haemangiopericytoma"), Is("unresectable")),
        (("targeted", "against"),),
        CASE,
    ),
    Rule(
        "hpc-chemo",
        ("C76",),
        "003",
        "Case",
        "Chemotherapy with re-irradiation: partial response; their effects are not separable",
        All(Is("haemangiopericytoma"), Is("unresectable")),
        (("chemotherapy", "for"), ("reirradiation", "for")),
        CASE,
    ),
    Rule(
        "resect-again",
        ("C45",),
        "003",
        "Case",
        "Resection again where it is resectable and bone damage is small",
        All(Is("haemangiopericytoma"), Is("operated"), Not(Is("unresectable"))),
        (("resection", "for"),),
        CASE,
    ),
    Rule(
        "resect-not",
        ("C48",),
        "003",
        "Case",
        "It was said to be unresectable",
        Is("unresectable"),
        (("resection", "against"), ("vertebrectomy", "against"), ("sagittal", "against"), ("posterior", "against")),
        CASE,
    ),
)
"""Every rule. The order is that of the papers and says nothing of weight."""
