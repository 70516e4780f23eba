"""The rules of paper 002: intramedullary metastases."""

from myelon.board.logic import All, Is, Not, Some
from myelon.board.rules.rule import CASE, COHORT, PRACTICE, Rule

INTRAMEDULLARY_RULES: tuple[Rule, ...] = (
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
)
"""In the order of the source, which says nothing of weight."""
