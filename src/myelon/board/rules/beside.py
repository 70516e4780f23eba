"""Rules from beside the five papers: the framework NOMS, and public pages that were looked up."""

from myelon.board.logic import All, Is, Some
from myelon.board.rules.rule import CASE, FRAMEWORK, LOOKED_UP, Rule, Side


def _noms(key: str, words: str, *options: str) -> Rule:
    """The framework comes to a treatment: an argument for what it is, or belongs to it."""
    when = All(Is("metastasis"), Is(f"NOMS: {words}"))
    bears: tuple[tuple[str, Side], ...] = tuple((option, "for") for option in options)
    says = f"NOMS comes to {words}"
    return Rule(f"noms-{key}", ("noms_2013",), "noms_2013", "framework", says, when, bears, FRAMEWORK)


BESIDE_RULES: tuple[Rule, ...] = (
    # ── NOMS, and what was looked up beside the papers ──
    *(
        _noms(key, words, *options)
        for key, words, *options in (
            ("cebrt", "conventional radiotherapy", "conventional_rt"),
            ("srs", "radiosurgery", "srs"),
            ("separation-srs", "separation surgery, then radiosurgery", "separation_srs"),
            ("stabilise", "stabilisation", "stabilisation", "pps"),
        )
    ),
    Rule(
        "sensitive-rt",
        ("sensitive_tumours",),
        "sensitive_tumours",
        "page",
        "Myeloma, plasmacytoma, lymphoma and Ewing sarcoma are sensitive to radiation: it treats their compression too",
        Some(Is("haematological"), Is("Ewing sarcoma")),
        (("conventional_rt", "for"),),
        LOOKED_UP,
    ),
    Rule(
        "sensitive-drugs",
        ("sensitive_tumours",),
        "sensitive_tumours",
        "page",
        "Myeloma, plasmacytoma, lymphoma and Ewing sarcoma are sensitive to drugs",
        Some(Is("haematological"), Is("Ewing sarcoma")),
        (("chemotherapy", "for"),),
        LOOKED_UP,
    ),
    Rule(
        "ewing-decompression",
        ("sensitive_tumours",),
        "sensitive_tumours",
        "page",
        "A boy with Ewing sarcoma at T7–T9 and growing paraparesis: urgent laminectomy, then drugs and radiotherapy",
        All(
            Is("Ewing sarcoma"),
            Some(Is("cord compressed"), Is("cauda compressed")),
            Is("progressive paralysis"),
        ),
        (("open_decompression", "for"),),
        CASE,
    ),
    Rule(
        "sensitive-unstable",
        ("sensitive_tumours",),
        "sensitive_tumours",
        "page",
        "Sensitive tumours too are stabilised where the spine is unstable",
        All(Some(Is("haematological"), Is("Ewing sarcoma")), Is("vertebral"), Is("unstable")),
        (("stabilisation", "for"), ("pps", "for")),
        LOOKED_UP,
    ),
    Rule(
        "rcc-targeted",
        ("rcc_targeted",),
        "rcc_targeted",
        "page",
        "Targeted drugs lengthened survival with spinal metastases of renal cell carcinoma (p = 0.012)",
        All(Is("metastasis"), Is("renal cell carcinoma")),
        (("targeted", "for"),),
        LOOKED_UP,
    ),
    Rule(
        "bone-modifying",
        ("fizazi2011",),
        "fizazi2011",
        "page",
        "Denosumab is a standard bone-modifying drug in bone metastases",
        All(Is("metastasis"), Is("vertebral")),
        (("bone_modifying", "for"),),
        LOOKED_UP,
    ),
    Rule(
        "sacrectomy",
        ("sacrectomy2022",),
        "sacrectomy2022",
        "page",
        (
            "Sacrectomy is the operation of a sacral chordoma: the WBB zones and their three operations are not made "
            "for it"
        ),
        All(Is("primary tumour"), Is("chordoma"), Is("at the sacrum")),
        (("sacrectomy", "for"),),
        LOOKED_UP,
    ),
)
"""In the order of the source, which says nothing of weight."""
