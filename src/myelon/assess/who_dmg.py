"""WHO CNS5: diffuse midline glioma, H3 K27-altered: Checks the integrated diagnosis used in paper 000."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Category, Filled, Flag, Found, FromRecord, Number, Rule
from myelon.record.kinds import Pathology
from myelon.terms.mentions import mentions
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient

_MIDLINE = ("spinal cord", "brainstem", "brain stem", "thalam", "pons", "midbrain", "medulla")
_ALIKE = {"retained": "positive", "lost": "negative"}
_ONE_OF = ("k27m", "ezhip", "egfr", "methylation_dmg")


def _fill(patient: Patient) -> FromRecord:
    tumour = patient.tumour
    row = tumour.known_as if tumour is not None else None
    if tumour is None or row is None:
        return FromRecord({})
    if row.is_one_of("glioma") is False:
        return FromRecord({}, f"made for gliomas; this is {tumour.entity}")
    source = "; ".join(s.code for s in tumour.source)
    found = {}
    if row.is_one_of("diffuse_midline_glioma"):
        found["diffuse"] = Filled("yes", tumour.id, source)
    if "intramedullary" in tumour.compartment or mentions(tumour.site, _MIDLINE):
        found["midline"] = Filled("yes", tumour.id, source)
    stains = [(report, s) for report in patient.case.given(Pathology) for s in report.immunohistochemistry]
    for key, marker, wanted in (("k27m", "H3K27M", "positive"), ("k27me3_lost", "H3K27me3", "negative")):
        rows = [(r, s) for r, s in stains if s.marker == marker and s.result in {"positive", "negative", *_ALIKE}]
        results = {_ALIKE.get(s.result, s.result) for _, s in rows}
        if len(results) == 1:
            found[key] = Filled("yes" if results == {wanted} else "no", rows[-1][0].id, rows[-1][1].source.code)
    return FromRecord(found)


def _decide(answers: Answers) -> Found:
    for key, words in (("diffuse", "not diffuse"), ("midline", "not midline"), ("k27me3_lost", "K27me3 not lost")):
        if not answers.flag(key):
            return Found(("not_established",), steps=(words,))
    for key in sorted(_ONE_OF, key=lambda k: not answers.given.get(k, False)):  # what is there first
        if answers.flag(key):
            return Found(
                ("dmg_grade4",), steps=(f"diffuse, midline, K27me3 lost, {key}", "grade 4 whatever the histology")
            )
    return Found(("not_established",), steps=("none of K27M, EZHIP, EGFR and methylation profile",))


WHO_DMG = Rule(
    id="who_cns5_dmg",
    name="WHO CNS5: diffuse midline glioma, H3 K27-altered",
    version="WHO CNS 2021 (2016 name: H3 K27M-mutant)",
    group="pathology",
    purpose="Checks the integrated diagnosis used in paper 000.",
    items=(
        Flag("diffuse", "Diffuse glioma"),
        Flag("midline", "Midline location (brainstem, thalamus, spinal cord …)"),
        Flag("k27me3_lost", "Loss of H3 p.K28me3 (K27me3)"),
        Flag("k27m", "H3 p.K28M (K27M) or K27I"),
        Flag("ezhip", "EZHIP overexpression"),
        Flag("egfr", "EGFR mutation"),
        Flag("methylation_dmg", "Methylation class of DMG", "Memory, high."),
        Number("histology_grade", "Grade that the histology looks like", low=1, high=4, whole=True),
    ),
    population="diffuse gliomas of the midline",
    fill=_fill,
    categories=(
        Category("dmg_grade4", "DMG, H3 K27-altered, CNS WHO grade 4"),
        Category("not_established", "criteria incomplete: list what is missing"),
    ),
    source="who_cns5_dmg",
    status=Verification.VERIFIED,
    decide=_decide,
    validity=(
        (
            "Spinal cord DMG: median overall survival 6-16 months; 4.3 % of all DMG are spinal [verified: "
            "paper 000, citing its references]."
        ),
    ),
    notes=(
        (
            "H3 K27M without midline location or not diffuse (e.g. some ependymomas, gangliogliomas) is not "
            "DMG (memory, high)."
        ),
    ),
)
