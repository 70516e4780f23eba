"""Short stories that differ from a base in one thing: what an examination, an image, a course or a word changes."""

import copy

from myelon.record.case import case_from

HEAD = {"schema": "myelon.case/1", "title": "story", "about": {"nature": "synthetic"}}


def day(month, number=1, year=2023):
    text = f"{year}-{month:02d}-{number:02d}"
    return {"kind": "exact", "earliest": text, "latest": text}


def entry(ident, kind, **fields):
    return {"id": ident, "kind": kind} | fields


LUNG = entry("lung", "neoplasm", role="primary", entity="Lung adenocarcinoma", site="lung", when=day(1))
SPINE = entry(
    "spine", "neoplasm", role="secondary", entity="Spinal metastasis", parent="lung", when=day(3), levels="T8",
    compartment=["vertebral", "epidural"],
)  # fmt: skip
MAN = entry("man", "subject", sex="male", age_at_index_years=60)

BASES = {
    "metastasis T8": [MAN, LUNG, SPINE],
    "metastasis L4": [MAN, LUNG, SPINE | {"levels": "L4"}],
    "metastasis in the cord": [MAN, LUNG, SPINE | {"compartment": ["intramedullary"]}],
    "chordoma T8": [MAN, entry("t", "neoplasm", role="primary", entity="Chordoma", levels="T8", compartment=["vertebral"], when=day(1))],
    "dumbbell tumour": [MAN, entry("t", "neoplasm", role="primary", entity="Schwannoma", levels="T8", compartment=["dumbbell"], when=day(1))],
    "glioma": [MAN, entry("t", "neoplasm", role="primary", entity="Diffuse midline glioma", levels="T1–T4", compartment=["intramedullary"], when=day(1))],
    "nothing": [MAN, entry("p", "phase", phase="initial", when=day(1))],
}  # fmt: skip


def exam(ident="exam", when=None, **fields):
    return entry(ident, "neurology", when=when or day(4), **fields)


def legs(mrc=None, limb="legs", **more):
    return {"motor": [{"limb": limb, **({} if mrc is None else {"mrc": mrc}), **more}]}


def image(ident="mri", *lesions, when=None, modality="MRI", **fields):
    return entry(ident, "imaging", modality=modality, when=when or day(4), lesions=list(lesions), **fields)


def bone(**fields):
    return {"feature": "bone lesion", "levels": "T8"} | fields


def value(what, number, unit="", ident=None, when=None, **fields):
    return entry(
        ident or what.replace(" ", "-").lower(),
        "observation",
        what=what,
        value={"value": number, "unit": unit},
        when=when or day(4),
        **fields,
    )


def course(ident="rt", levels="T8", when=None, **fields):
    return entry(
        ident, "radiotherapy", **({"ordinal": 1, "region": "spine", "total_gy": 30, "fractions": 10, "levels": levels, "when": when or day(3, 15)} | fields)
    )  # fmt: skip


def drugs(*names, ident="line", **fields):
    return entry(
        ident,
        "systemic",
        regimen="x",
        agents=[{"drug": n} for n in names],
        when=fields.pop("when", day(3, 10)),
        **fields,
    )


def surgery(**fields):
    return entry(
        "op",
        "surgery",
        **({"procedures": ["laminectomy T8"], "levels": "T8", "extent": "partial", "when": day(5)} | fields),
    )


def report(ident="path", stains=(), when=None, **fields):
    rows = [{"wording": f"{m} {r}", "marker": m, "result": r, "source": {"source": "s"}} for m, r in stains]
    return entry(ident, "pathology", immunohistochemistry=rows, when=when or day(2), **fields)


def two_exams(first, then):
    return [exam("exam-1", day(3, 1), **first), exam("exam-2", day(3, 20), **then)]


def scale(name, grade):
    return {"scales": [{"name": name, "value": grade}]}


M, L, C, G = "metastasis T8", "metastasis L4", "metastasis in the cord", "glioma"

URGENT = [image("mri", bone(epidural_grade="3")), exam(bladder="retention", **legs(2, change="worse"))]

STORIES = {
    # ── examinations ──
    "legs 5": (M, [exam(**legs(5))]),
    "legs 4": (M, [exam(**legs(4))]),
    "legs 0": (M, [exam(**legs(0))]),
    "one leg 0": (M, [exam(**legs(0, "left leg"))]),
    "legs 3 and 4": (M, [exam(motor=[{"limb": "left leg", "mrc": 3}, {"limb": "right leg", "mrc": 4}])]),
    "legs 4 and 4": (M, [exam(motor=[{"limb": "left leg", "mrc": 4}, {"limb": "right leg", "mrc": 4}])]),
    "paraplegic": (M, [exam(**legs(state="paraplegia"))]),
    "paraplegia absent": (M, [exam(paraplegia="absent")]),
    "paraplegia present": (M, [exam(paraplegia="present")]),
    "legs 5 to 4": (M, two_exams(legs(5), legs(4))),
    "legs 4 to 5": (M, two_exams(legs(4), legs(5))),
    "legs 4 to 4": (M, two_exams(legs(4), legs(4))),
    "left leg 4, then both 3": (M, two_exams(legs(4, "left leg"), legs(3))),
    "arm 4 to 3": (M, two_exams(legs(4, "right arm"), legs(3, "right arm"))),
    "arms better, legs not said": (M, two_exams(legs(3, "arms"), legs(4, "arms"))),
    "worse, then unchanged": (M, two_exams(legs(change="worse"), legs(change="unchanged"))),
    "worse, then better": (M, two_exams(legs(change="worse"), legs(change="better"))),
    "two days not decided": (M, [exam("exam-1", {"kind": "unknown"}, **legs(4)), exam("exam-2", day(3), **legs(3))]),
    "Frankel D to C": (M, two_exams(scale("Frankel", "D"), scale("Frankel", "C"))),
    "Frankel C to D": (M, two_exams(scale("Frankel", "C"), scale("Frankel", "D"))),
    "Frankel D, then AIS C": (M, two_exams(scale("Frankel", "D"), scale("AIS", "C"))),
    "bladder retention": (M, [exam(bladder="retention", **legs(4))]),
    "sphincters absent": (M, [exam(sphincters="absent", **legs(4))]),
    "sphincters present": (M, [exam(sphincters="present", **legs(4))]),
    "sphincters long ago": (M, [exam("exam-1", day(1), sphincters="present"), exam("exam-2", day(9), **legs(5))]),
    "pain 6": (M, [exam(pain={"nrs": 6})]),
    "pain 7": (M, [exam(pain={"nrs": 7})]),
    "severe pain": (M, [exam(pain={"severity": "severe"})]),
    "mild pain": (M, [exam(pain={"severity": "mild"})]),
    "mechanical pain": (M, [exam(pain={"site": "back", "character": "mechanical"})]),
    "pain of the arm": (M, [exam(pain={"site": "arm", "character": "mechanical"})]),
    "pain 8 after radiotherapy and opioids": (M, [course(), value("OMED", 60, "mg/d", when=day(3, 20)), exam(pain={"nrs": 8})]),
    "pain 8 before radiotherapy": (M, [course(when=day(5)), value("OMED", 60, "mg/d", when=day(3, 20)), exam(pain={"nrs": 8})]),
    "pain 8 without opioids": (M, [course(), value("OMED", 0, "mg/d", when=day(3, 20)), exam(pain={"nrs": 8})]),
    "pain 8, morphine as support": (M, [course(), entry("s", "support", treatment="morphine", when=day(3, 20)), exam(pain={"nrs": 8})]),
    # ── images ──
    **{f"ESCC {g}": (M, [image("mri", bone(epidural_grade=g))]) for g in ("0", "1a", "1b", "1c", "2", "3")},
    "ESCC 3, then 1a": (M, [image("mri-1", bone(epidural_grade="3"), when=day(3, 5)), image("mri-2", bone(epidural_grade="1a"))]),
    "ESCC 3 in another lesion": (M, [image("mri", bone(epidural_grade="1a"), {"lesion": "second", "feature": "mass", "levels": "C4", "epidural_grade": "3"})]),
    "ESCC 3, then an operation": (M, [image("mri", bone(epidural_grade="3")), surgery()]),
    "ESCC 3 below the conus": (L, [image("mri", bone(levels="L4", epidural_grade="3"))]),
    "ESCC 1 below the conus": (L, [image("mri", bone(levels="L4", epidural_grade="1b"))]),
    "ESCC 3 below the conus, weaker": (L, [image("mri", bone(levels="L4", epidural_grade="3")), *two_exams(legs(4), legs(3))]),
    "ESCC 3, weaker": (M, [image("mri", bone(epidural_grade="3")), *two_exams(legs(4), legs(3))]),
    "ESCC 3, strong": (M, [image("mri", bone(epidural_grade="3")), *two_exams(legs(5), legs(5))]),
    "collapse over half": (M, [image("ct", bone(collapse="gt50"), modality="CT")]),
    "collapse under half": (M, [image("ct", bone(collapse="lt50"), modality="CT")]),
    "body involved": (M, [image("ct", bone(collapse="involved"), modality="CT")]),
    "no collapse": (M, [image("ct", bone(collapse="none"), modality="CT")]),
    "four bodies collapsed": (M, [image("ct", bone(levels="T5–T8", collapse="lt50"), modality="CT")]),
    "three bodies collapsed": (M, [image("ct", bone(levels="T6–T8", collapse="lt50"), modality="CT")]),
    "wall intact": (M, [image("ct", bone(posterior_wall="intact"), modality="CT")]),
    "wall breached": (M, [image("ct", bone(posterior_wall="breached"), modality="CT")]),
    "one wall of two breached": (M, [image("ct", bone(posterior_wall="intact"), {"lesion": "second", "feature": "bone lesion", "levels": "L2", "posterior_wall": "breached"}, modality="CT")]),
    "SINS 18": (M, [image("ct", bone(levels="T12", bone_quality="lytic", alignment="subluxation", collapse="gt50", posterolateral="bilateral"), modality="CT"), exam(pain={"site": "back", "character": "mechanical"})]),
    "SINS 9": (M, [image("ct", bone(bone_quality="lytic", alignment="normal", collapse="gt50", posterolateral="none"), modality="CT"), exam(pain={"site": "back", "character": "mechanical"})]),
    "SINS 4": (M, [image("ct", bone(bone_quality="blastic", alignment="normal", collapse="none", posterolateral="bilateral"), modality="CT"), exam(pain={"site": "back", "character": "none"})]),
    "grows": (M, [image("mri", bone(change="larger"))]),
    "shrinks": (M, [image("mri", bone(change="smaller"))]),
    "oedema grows": (M, [image("mri", {"feature": "oedema", "change": "larger"})]),
    "new lung lesion after a checkpoint inhibitor": (M, [drugs("atezolizumab"), image("ct", {"lesion": "lung", "feature": "mass", "site": "lung", "change": "new"}, modality="CT", body_part="chest")]),
    "lung lesion unchanged after a checkpoint inhibitor": (M, [drugs("atezolizumab"), image("ct", {"lesion": "lung", "feature": "mass", "site": "lung", "change": "unchanged"}, modality="CT", body_part="chest")]),
    "lung lesion before the checkpoint inhibitor": (M, [drugs("atezolizumab", when=day(6)), image("ct", {"lesion": "lung", "feature": "mass", "site": "lung", "change": "new"}, modality="CT", body_part="chest")]),
    "CT of the spine only": (M, [image("ct", bone(), modality="CT")]),
    "dumbbell, 5 cm": ("dumbbell tumour", [image("mri", {"feature": "mass", "levels": "T8", "max_diameter_cm": 5.0, "boundary": "distinguishable", "lobulated": "no", "osteolysis": "no"})]),
    "dumbbell, 4.9 cm": ("dumbbell tumour", [image("mri", {"feature": "mass", "levels": "T8", "max_diameter_cm": 4.9, "boundary": "distinguishable", "lobulated": "no", "osteolysis": "no"})]),
    "dumbbell, 2 cm and indistinct, lobulated": ("dumbbell tumour", [image("mri", {"feature": "mass", "levels": "T8", "max_diameter_cm": 2.0, "boundary": "indistinguishable", "lobulated": "yes", "osteolysis": "no"})]),
    "zones 5 to 8": ("chordoma T8", [image("mri", bone(wbb_zones=[5, 6, 7, 8], wbb_layers=["B", "C"]))]),
    "zones 2 to 5": ("chordoma T8", [image("mri", bone(wbb_zones=[2, 3, 4, 5], wbb_layers=["B", "C"]))]),
    "zones 10 to 3": ("chordoma T8", [image("mri", bone(wbb_zones=[10, 11, 12, 1, 2, 3], wbb_layers=["A", "B"]))]),
    "all zones": ("chordoma T8", [image("mri", bone(wbb_zones=list(range(1, 13)), wbb_layers=["A", "B", "C", "D"]))]),
    # ── treatment ──
    "irradiated there": (M, [course()]),
    "irradiated elsewhere": (M, [course(levels="L2")]),
    "irradiated, levels not said": (M, [course(levels=None)]),
    "irradiated next to it": (M, [course(levels="T9–T10")]),
    "brain irradiated": (M, [course(levels=None, region="brain")]),
    "a course proposed": (M, [course(status="proposed")]),
    "irradiated a year before": (M, [course(when=day(1, year=2022)), exam(**legs(5))]),
    "irradiated a month before": (M, [course(), exam(**legs(5))]),
    "two heavy courses": (M, [course(total_gy=50, fractions=25, technique=[{"value": "conventional", "source": {"source": "s"}}], when=day(1, year=2021)), course("rt-2", ordinal=2, total_gy=50, fractions=25, when=day(3))]),
    "two heavy courses in the cord": (C, [course(total_gy=50, fractions=25, when=day(1, year=2021)), course("rt-2", ordinal=2, total_gy=50, fractions=25, when=day(3))]),
    "two light courses in the cord": (C, [course(total_gy=8, fractions=4, when=day(1, year=2021)), course("rt-2", ordinal=2, total_gy=20, fractions=10, when=day(3))]),
    "carbon ions": ("chordoma T8", [course(modality="carbon", total_gy=64, fractions=16)]),
    "screws": ("chordoma T8", [surgery(instrumentation=["pedicle screws"])]),
    "no implant named": ("chordoma T8", [surgery()]),
    "a biopsy only": ("chordoma T8", [surgery(extent="biopsy", procedures=["CT-guided biopsy"])]),
    "denosumab goes on": ("chordoma T8", [drugs("denosumab"), exam(**legs(5))]),
    "denosumab ended": ("chordoma T8", [drugs("denosumab", until=day(6)), exam(when=day(9), **legs(5))]),
    "a taxane": (M, [drugs("paclitaxel")]),
    "a checkpoint inhibitor": (M, [drugs("nivolumab")]),
    "a drug that no table knows": (M, [drugs("pembrolizumab")]),
    "Denosumab, written large": ("chordoma T8", [drugs("Denosumab"), exam(**legs(5))]),
    "said unresectable": ("chordoma T8", [entry("ph", "phase", phase="recurrence", text="the tumour was unresectable", when=day(4))]),
    "said resectable": ("chordoma T8", [entry("ph", "phase", phase="recurrence", text="the tumor was resectable", when=day(4))]),
    "said unresectable, then resectable": ("chordoma T8", [entry("ph", "phase", phase="recurrence", text="unresectable", when=day(4)), surgery(rationale=[{"value": "resectable", "source": {"source": "s"}}])]),
    "said not to be unresectable": ("chordoma T8", [entry("ph", "phase", phase="recurrence", text="not unresectable", when=day(4))]),
    # ── pathology ──
    "H3K27M": (G, [report(stains=[("H3K27M", "positive"), ("H3K27me3", "lost")], diagnosis="Diffuse midline glioma")]),
    "no H3K27M": (G, [report(stains=[("H3K27M", "negative"), ("H3K27me3", "retained")], diagnosis="Diffuse midline glioma")]),
    "STAT6": (M, [report(stains=[("STAT6", "positive")], diagnosis="Solitary fibrous tumour")]),
    "no STAT6": (M, [report(stains=[("STAT6", "negative")], diagnosis="Solitary fibrous tumour")]),
    "STAT6 not done": (M, [report(stains=[("STAT6", "not done")], diagnosis="Solitary fibrous tumour")]),
    "G34W": (M, [report(stains=[("H3.3 G34W", "positive")], diagnosis="Giant cell tumour of bone")]),
    "grade II to III": (M, [report("p1", grade="WHO II", edition="2016", when=day(1, 5)), report("p2", grade="WHO III", edition="2016", when=day(2, 5))]),
    "grade III to II": (M, [report("p1", grade="WHO III", edition="2016", when=day(1, 5)), report("p2", grade="WHO II", edition="2016", when=day(2, 5))]),
    "grade 2 to 4": (M, [report("p1", grade="2", edition="2016", when=day(1, 5)), report("p2", grade="4", edition="2016", when=day(2, 5))]),
    "grade once": (M, [report("p1", grade="WHO III", edition="2016", when=day(1, 5))]),
    # ── course of the disease ──
    "intervals 300 and 100 days": (M, [entry(f"ph{n}", "phase", phase="recurrence", when=w) for n, w in enumerate((day(1, year=2021), day(10, 28, year=2021), day(2, 5, year=2022)))]),
    "intervals 300 and 200 days": (M, [entry(f"ph{n}", "phase", phase="recurrence", when=w) for n, w in enumerate((day(1, year=2021), day(10, 28, year=2021), day(5, 16, year=2022)))]),
    "one interval": (M, [entry(f"ph{n}", "phase", phase="recurrence", when=w) for n, w in enumerate((day(1, year=2021), day(10, 28, year=2021)))]),
    "brain metastases": (M, [entry("brain", "neoplasm", role="secondary", entity="Brain metastases", parent="lung", compartment=["extraspinal"], when=day(3))]),
    "liver metastases": (M, [entry("liver", "neoplasm", role="secondary", entity="Liver metastases", parent="lung", compartment=["extraspinal"], when=day(3))]),
    "one vertebra": (M, [value("vertebral metastases", 1)]),
    "two vertebrae": (M, [value("vertebral metastases", 2)]),
    "multiple by its name": (M, [SPINE | {"entity": "Multiple spinal metastases"}]),
    "several regions": (M, [SPINE | {"levels": "C7–T2"}]),
    "T4": (M, [SPINE | {"levels": "T4"}]),
    "T5": (M, [SPINE | {"levels": "T5"}]),
    "L5 to S2": ("chordoma T8", [entry("t", "neoplasm", role="primary", entity="Chordoma", levels="L5–S2", compartment=["vertebral"], when=day(1))]),
    "sacrum": ("chordoma T8", [entry("t", "neoplasm", role="primary", entity="Chordoma", levels="S2–S4", compartment=["vertebral"], when=day(1))]),
    "primary not known": (M, [SPINE | {"parent": None}]),
    **{f"primary {name}": (M, [LUNG | {"entity": name, "site": ""}]) for name in (
        "Small cell lung cancer", "Breast cancer", "Prostate cancer", "Renal cell carcinoma", "Melanoma", "Thyroid cancer",
        "Multiple myeloma", "Lymphoma", "Hepatocellular carcinoma", "Cancer of unknown primary", "Colorectal cancer", "spindle cell lesion",
    )},
    **{f"tumour {name}": ("chordoma T8", [entry("t", "neoplasm", role="primary", entity=name, levels="T8", compartment=["vertebral"], when=day(1))]) for name in (
        "Chondrosarcoma", "Osteosarcoma", "Ewing sarcoma", "Multiple myeloma", "Giant cell tumour of bone", "Haemangiopericytoma", "Haemangioma", "MPNST", "Sarcoma",
    )},
    # ── performance and scores ──
    **{f"ECOG {n}": (M, [value("ECOG", n)]) for n in range(5)},
    **{f"KPS {n}": (M, [value("KPS", n)]) for n in (40, 50, 60, 70, 80, 90)},
    "good score": (M, [LUNG | {"entity": "Breast cancer", "site": "breast"}, value("KPS", 90), value("vertebral metastases", 1), value("extraspinal bone metastases", 0), value("visceral metastases", 0), exam(**scale("Frankel", "E"))]),
    "bad score": (M, [value("KPS", 40), value("vertebral metastases", 4), value("extraspinal bone metastases", 4), value("visceral metastases", 3), exam(**scale("Frankel", "A"))]),
    # ── what an outside tester found to be silently wrong ──
    "urgent, and a mastectomy": (M, [*URGENT, surgery(procedures=["mastectomy"], levels=None, target="lung", when={"kind": "unknown"})]),
    "urgent, and a port": (M, [*URGENT, surgery(procedures=["port catheter"], levels=None)]),
    "urgent, and a biopsy whose extent is not written": (M, [*URGENT, surgery(procedures=["CT-guided biopsy"], extent="not reported")]),
    "weaker, and nobody graded the compression": (M, [image("mri", bone()), exam(bladder="retention", **legs(2, change="worse"))]),
    "weak for the first time": (M, [exam(**legs(3, change="first"))]),
    "one leg 4, then the other 1": (M, two_exams(legs(4, "left leg"), {"motor": [{"limb": "left leg", "mrc": 4}, {"limb": "right leg", "mrc": 1}]})),
    "legs 5, arms 2": (M, [exam(motor=[{"limb": "legs", "mrc": 5}, {"limb": "arms", "mrc": 2}])]),
    "left leg 5 alone": (M, [exam(**legs(5, "left leg"))]),
    **{f"bladder {words}": (M, [exam(bladder=words)]) for words in ("normal.", "continent", "no retention", "unauffällig", "not examined", "unchanged", "no control", "retention")},
    "bladder retention, then unchanged": (M, two_exams({"bladder": "retention"}, {"bladder": "unchanged"})),
    "irradiated, perhaps": (M, [course(assertion="unknown"), course("rt-2", "L3", ordinal=2)]),
    "the tumour is excluded": (M, [SPINE | {"assertion": "absent"}]),
    "one mass that is not called main": (M, [image("mri", {"lesion": "a", "feature": "mass", "levels": "T8"})]),
    "segments of the cord only": (C, [image("mri", {"feature": "T2 high signal", "cord_segments": "T8–T10"}, {"feature": "oedema", "regions": ["cervical"]})]),
    "one place graded, another not": (M, [image("mri", bone(levels="T8", epidural_grade="0"), {"lesion": "upper", "feature": "mass", "levels": "T4"})]),
    "one body whole, another not looked at": (M, [image("ct", bone(collapse="none", posterior_wall="intact"), {"lesion": "b", "feature": "bone lesion", "levels": "L1"}, modality="CT")]),
    "pain not severe": (M, [exam(pain={"severity": "not severe"})]),
    "unbearable pain": (M, [exam(pain={"severity": "Unbearable"})]),
    "pain improved after severe": (M, two_exams({"pain": {"severity": "severe"}}, {"pain": {"severity": "improved"}})),
    "no pain, 9": (M, [exam(pain={"nrs": 9, "assertion": "absent"})]),
    **{f"MRI of the {part}": (M, [image("mri", bone(), body_part=part)]) for part in ("Thoracic Spine", "whole body", "Wirbelsäule", "brain", "not reported")},
    "said no longer resectable": ("chordoma T8", [entry("ph", "phase", phase="recurrence", text="no longer resectable", when=day(4))]),
    "said unclear whether resectable": ("chordoma T8", [entry("ph", "phase", phase="recurrence", text="whether it is resectable is unclear", when=day(4))]),
    "grades of two schemes": (M, [report("p1", grade="WHO 1", edition="2016", when=day(1, 5)), report("p2", grade="Fuhrman 3", edition="x", when=day(2, 5))]),
    "naloxone for morphine": (M, [entry("s", "support", treatment="naloxone", indication="morphine intoxication", when=day(4))]),
    "pathology of the primary": (M, [report(diagnosis="Lung adenocarcinoma", of_neoplasm="lung")]),
    "pathology of the metastasis": (M, [report(diagnosis="Metastasis of lung adenocarcinoma", of_neoplasm="spine")]),
    "denosumab runs, an older line ended": ("chordoma T8", [drugs("denosumab", ident="line-2", when=day(5)), drugs("denosumab", ident="line-1", when=day(1), until=day(3))]),
    "G34W positive, then negative": ("chordoma T8", [report("p2", [("H3.3 G34W", "negative")], when=day(5)), report("p1", [("H3.3 G34W", "positive")], when=day(2))]),
    "ECOG 1, later KPS 30": (M, [value("ECOG", 1, when=day(3)), value("KPS", 30, when=day(5))]),
    "ECOG 1 and KPS 30 of one day": (M, [value("ECOG", 1), value("KPS", 30)]),
    "one vertebra counted, two seen": (M, [value("vertebral metastases", 1), image("mri", {"feature": "metastasis", "levels": "T8"}, {"lesion": "b", "feature": "metastasis", "levels": "L3"})]),
    "no vertebra counted": (M, [value("vertebral metastases", 0)]),
    # ── what a planted fault showed to be untested ──
    "two lines of denosumab go on": ("chordoma T8", [drugs("denosumab", ident="line-1", when=day(1)), drugs("denosumab", ident="line-2", when=day(3)), exam(**legs(5))]),
    "grade IV, then 4": (M, [report("p1", grade="IV", edition="2016", when=day(1, 5)), report("p2", grade="4", edition="2016", when=day(2, 5))]),
    "grade III, then 3": (M, [report("p1", grade="III", edition="2016", when=day(1, 5)), report("p2", grade="3", edition="2016", when=day(2, 5))]),
    "pain after two courses and morphine": (M, [course("rt-1", when=day(1)), course("rt-2", when=day(2), ordinal=2), entry("s", "support", treatment="morphine", when=day(2)), exam(pain={"severity": "severe"})]),
    "pain between two courses": (M, [course("rt-1", when=day(1)), course("rt-2", when=day(6), ordinal=2), entry("s", "support", treatment="morphine", when=day(2)), exam(pain={"severity": "severe"})]),
    "two heavy courses, the tumour's levels not said": (C, [SPINE | {"levels": None, "compartment": ["intramedullary"]}, course(total_gy=50, fractions=25, when=day(1, year=2021)), course("rt-2", ordinal=2, total_gy=50, fractions=25, when=day(3))]),
    "a lung lesion grew under a taxane": (M, [drugs("paclitaxel"), image("ct", {"lesion": "lung", "feature": "mass", "site": "lung", "change": "new"}, modality="CT", body_part="chest")]),
    # ── what a person says ──
    "a person says oligometastatic": (M, [value("oligometastatic", 1)]),
    "a person says not oligometastatic": (M, [value("oligometastatic", 0)]),
    "fit, sensitive, stable": (M, [LUNG | {"entity": "Breast cancer", "site": "breast"}, value("fit for the treatment", 1), value("unstable", 0), image("mri", bone(epidural_grade="3")), course(levels="L2")]),
    "fit, resistant, high grade": (M, [LUNG | {"entity": "Renal cell carcinoma", "site": "kidney"}, value("fit for the treatment", 1), value("unstable", 1), image("mri", bone(epidural_grade="2")), course(levels="L2")]),
    "fit, resistant, low grade": (M, [LUNG | {"entity": "Renal cell carcinoma", "site": "kidney"}, value("fit for the treatment", 1), value("unstable", 0), image("mri", bone(epidural_grade="1b")), course(levels="L2")]),
    "1c with myelopathy": (M, [LUNG | {"entity": "Renal cell carcinoma", "site": "kidney"}, value("fit for the treatment", 1), value("unstable", 0), value("myelopathy", 1), image("mri", bone(epidural_grade="1c")), course(levels="L2")]),
    "1c without myelopathy": (M, [LUNG | {"entity": "Renal cell carcinoma", "site": "kidney"}, value("fit for the treatment", 1), value("unstable", 0), value("myelopathy", 0), image("mri", bone(epidural_grade="1c")), course(levels="L2")]),
    "sensitive, irradiated before": (M, [LUNG | {"entity": "Breast cancer", "site": "breast"}, value("fit for the treatment", 1), value("unstable", 0), image("mri", bone(epidural_grade="1a")), course()]),
    "not fit": (M, [value("fit for the treatment", 0)]),
}  # fmt: skip
"""Name → base, and entries that are added, or take the place of those of their id."""


def two(first=None, second=None, of=C):
    """Two courses, 28 months apart."""
    one = course("rt-1", total_gy=50, fractions=25, when=day(1, year=2021)) | (first or {})
    other = course("rt-2", ordinal=2, total_gy=24, fractions=5, when=day(5)) | (second or {})
    return of, [one, other]


AP = [{"value": "AP/PA", "source": {"source": "s"}}]

DOSE_STORIES = {
    "one conventional course": (C, [course(total_gy=50, fractions=25)]),
    "one course of five": (C, [course(total_gy=25, fractions=5)]),
    "one course of one": (C, [course(total_gy=14, fractions=1)]),
    "one course of six": (C, [course(total_gy=36, fractions=6)]),
    "one twice-daily course": (C, [course(total_gy=45, fractions=30, dose_per_fraction_gy=1.5)]),
    "two courses in the cord": two(),
    "two courses beside the cord": two(of=M),
    "two courses beside the cord, conventional": two({"technique": [{"value": "opposed fields", "source": {"source": "s"}}]}, {"technique": [{"value": "conventional", "source": {"source": "s"}}]}, of=M),
    "two courses beside the cord, IMRT": two({"technique": [{"value": "IMRT", "source": {"source": "s"}}]}, of=M),
    "two courses of the cauda": (L, [course("rt-1", "L4", total_gy=50, fractions=25, when=day(1, year=2021)), course("rt-2", "L4", ordinal=2, total_gy=24, fractions=5, when=day(5))]),
    "two courses of the conus": (C, [SPINE | {"levels": "L1", "compartment": ["intramedullary"]}, course("rt-1", "T12–L1", total_gy=50, fractions=25, when=day(1, year=2021)), course("rt-2", "L1", ordinal=2, total_gy=24, fractions=5, when=day(5))]),
    "two courses three months apart": two({"when": day(1, year=2023)}),
    "two courses six months apart": two({"when": day(9, year=2022)}),
    "the time between is not known": two({"when": {"kind": "unknown"}}),
    "three courses": (C, [*two()[1], course("rt-3", ordinal=3, total_gy=20, fractions=10, when=day(12))]),
    "numbers against times": two({"ordinal": 2}, {"ordinal": 1}),
    "the second was carbon": two({}, {"modality": "carbon", "total_gy": 64, "fractions": 16}),
    "the first was carbon": two({"modality": "carbon", "total_gy": 64, "fractions": 16}),
    "the second was of protons": two({}, {"modality": "proton"}),
    "the second was stopped": two({}, {"status": "stopped"}),
    "one carbon course alone": (C, [course(modality="carbon", total_gy=48, fractions=16)]),
    "both were carbon": two({"modality": "carbon", "total_gy": 48, "fractions": 16}, {"modality": "carbon", "total_gy": 64, "fractions": 16}),
    "the second is proposed": two({}, {"status": "proposed"}),
    "the second was not done": two({}, {"assertion": "not done"}),
    "the first has no dose": two({"total_gy": None, "fractions": None}),
    "the second has no dose": two({}, {"total_gy": None, "fractions": None}),
    "the first has no levels": two({"levels": None}),
    "neither has levels": two({"levels": None}, {"levels": None}),
    "they overlap at one vertebra": two({"levels": "T5–T8"}, {"levels": "T8–T10"}),
    "they are next to each other": two({"levels": "T5–T7"}, {"levels": "T8–T10"}),
    "they lie apart": two({"levels": "T2–T4"}, {"levels": "T8–T10"}),
    "the first was of the brain": two({"region": "brain", "levels": None}),
    "the first was elsewhere": two({"region": "other", "levels": None}),
    "the cord lay outside 20 Gy of the first": two({"isodoses": [{"gy": 20, "cord": "outside"}]}),
    "the cord lay outside 20 and 30 Gy of the first": two({"isodoses": [{"gy": 30, "cord": "outside"}, {"gy": 20, "cord": "outside"}]}),
    "the cord lay outside 20 Gy at other levels": two({"isodoses": [{"gy": 20, "cord": "outside", "levels": "T2"}]}),
    "the cord lay inside 45 Gy of the first": two({"isodoses": [{"gy": 45, "cord": "inside", "levels": "T8"}]}, of=M),
    "the target had 42 Gy": (C, [course(total_gy=42, fractions=21, dvh=[{"structure": "PTV", "metric": "D95%", "value": 42, "unit": "Gy"}])]),
    "a target beside the cord had 42 Gy": (M, [course(total_gy=42, fractions=21, dvh=[{"structure": "PTV", "metric": "D95%", "value": 42, "unit": "Gy"}])]),
    "the second was stopped, beside the cord": two({"technique": AP}, {"technique": AP, "status": "stopped"}, of=M),
    "the cord lay inside more than the prescription": two({"technique": AP, "total_gy": 44, "fractions": 22}, {"technique": AP, "total_gy": 20, "fractions": 10, "isodoses": [{"gy": 24, "cord": "inside"}]}, of=M),
    "the cord lay inside 50 and 30 Gy": two({"isodoses": [{"gy": 50, "cord": "inside"}]}, {"total_gy": 30, "fractions": 10, "isodoses": [{"gy": 30, "cord": "inside"}]}, of=M),
    "the cord lay inside 40 and outside 20 Gy": two({"isodoses": [{"gy": 20, "cord": "outside"}, {"gy": 40, "cord": "inside"}]}, of=M),
    "an isodose of one level of ten": two({"levels": "T1–T10", "technique": AP, "isodoses": [{"gy": 10, "cord": "outside", "levels": "T8"}]}, {"total_gy": 20, "fractions": 10}, of=M),
    "the first was of the oesophagus at T8": two({"region": "other"}, {"total_gy": 30, "fractions": 10}, of=M),
    "the numbers of the first do not add up": two({"total_gy": 30, "fractions": 10, "dose_per_fraction_gy": 5}, of=M),
    "the maximum of the cord is printed": (M, [course(total_gy=24, fractions=1, dvh=[{"structure": "SpinalCord", "metric": "Dmax", "value": 8, "unit": "Gy"}])]),
    "the first was given, perhaps": two({"assertion": "equivocal"}),
    "with drugs, a response and an event": (C, [drugs("temozolomide"), course(concurrent_systemic="line", intent="palliative", rationale=[{"value": "growth", "source": {"source": "s"}}], volumes=["GTV"]), entry("r", "response", after="rt", statements=[{"value": "PR", "source": {"source": "s"}}], criteria="RECIST 1.1", when=day(6)), entry("ae", "adverse_event", term="Fatigue", grade=2, during="rt", when=day(5)), entry("st", "staging", instrument="Tokuhashi", version="2005", value="9", when=day(4)), value("ECOG", 2), exam(bladder="normal", **legs(4, state="weakness")), exam("later", day(8))]),
    "two words on the legs": (M, [exam("one", day(4), motor=[{"limb": "left leg", "state": "weak", "mrc": 3}]), exam("two", day(5), motor=[{"limb": "legs", "state": "strong", "mrc": 5}], bowel="normal")]),
    "growth of the tumour cells": (M, [report(ki67={"value": 20, "unit": "%"}), report("path-2", mitoses={"value": 5, "unit": "/10 HPF"}, when=day(4))]),
}  # fmt: skip
"""The same for courses of radiotherapy, and for what the table asks beside them."""


def target(name, mm, across=None, **more):
    sizes = {"size": {"value": mm, "unit": "mm"}} | ({"across": {"value": across, "unit": "mm"}} if across else {})
    return (
        {"lesion": name, "feature": "mass", "site": more.pop("site", "liver"), "role": more.pop("role", "target")}
        | sizes
        | more
    )


def scans(*studies, of=M, extra=(), new="no", at="T8"):
    """A baseline in April, its first lesion where the tumour is, and further studies, each two months later.

    They say what is new since the baseline.
    """
    studies = [[{"levels": at} | studies[0][0], *studies[0][1:]], *studies[1:]]
    rows = [
        image(f"ct-{n}", *lesions, modality="CT", when=day(2 + 2 * n), slice_mm=5)
        | ({} if n == 1 or new is None or _shows_new(lesions) else {"new_lesions": new})
        for n, lesions in enumerate(studies, 1)
    ]
    return of, [*rows, *extra]


def _shows_new(lesions):
    return any("new" in {o.get("role"), o.get("change")} for o in lesions)


def again(name, mm, **more):
    return target(name, mm, role=None, **more)


RESPONSE_STORIES = {
    "stable": scans([target("a", 50)], [again("a", 51)]),
    "30 % smaller": scans([target("a", 50)], [again("a", 35)]),
    "29 % smaller": scans([target("a", 50)], [again("a", 35.5)]),
    "20 % and 5 mm larger": scans([target("a", 25)], [again("a", 30)]),
    "20 % larger, under 5 mm": scans([target("a", 20)], [again("a", 24)]),
    "larger than the smallest": scans([target("a", 50)], [again("a", 30)], [again("a", 36)]),
    "smaller than the baseline, the baseline being the smallest": scans([target("a", 30)], [again("a", 33)], [again("a", 36)]),
    "gone": scans([target("a", 50)], [{"lesion": "a", "feature": "mass", "change": "gone"}]),
    "gone, then there again": scans([target("a", 50)], [{"lesion": "a", "feature": "mass", "change": "gone"}], [again("a", 3)]),
    "absent": scans([target("a", 50)], [{"lesion": "a", "feature": "mass", "assertion": "absent"}]),
    "a node of 9 mm": scans([target("a", 20, node=True)], [again("a", 9, node=True)]),
    "a node of 10 mm": scans([target("a", 20, node=True)], [again("a", 10, node=True)]),
    "one of two not measured": scans([target("a", 50), target("b", 20)], [again("a", 35)]),
    "a new lesion": scans([target("a", 50)], [again("a", 35), {"lesion": "n", "feature": "mass", "role": "new"}]),
    "a later study shows a new lesion alone": scans([target("a", 50)], [again("a", 35)], [{"lesion": "n", "feature": "metastasis", "change": "new"}]),
    "a later study shows other disease alone": scans([target("a", 50), {"lesion": "o", "feature": "effusion", "role": "non-target"}], [{"lesion": "o", "feature": "effusion", "change": "larger", "unequivocal_progression": True}]),
    "a later study shows what nobody follows": scans([target("a", 50)], [{"lesion": "cyst", "feature": "other"}], [{"lesion": "cyst", "feature": "other", "change": "larger"}]),
    "a new lesion that went": scans([target("a", 50)], [again("a", 35), {"lesion": "n", "feature": "mass", "role": "new"}], [again("a", 35), {"lesion": "n", "feature": "mass", "change": "gone"}]),
    "other disease there": scans([target("a", 50), {"lesion": "o", "feature": "effusion", "role": "non-target"}], [again("a", 30), {"lesion": "o", "feature": "effusion"}]),
    "other disease gone": scans([target("a", 50), {"lesion": "o", "feature": "effusion", "role": "non-target"}], [{"lesion": "a", "feature": "mass", "change": "gone"}, {"lesion": "o", "feature": "effusion", "change": "gone"}]),
    "other disease larger": scans([target("a", 50), {"lesion": "o", "feature": "effusion", "role": "non-target"}], [again("a", 30), {"lesion": "o", "feature": "effusion", "change": "larger"}]),
    "other disease larger, unequivocally": scans([target("a", 50), {"lesion": "o", "feature": "effusion", "role": "non-target"}], [again("a", 30), {"lesion": "o", "feature": "effusion", "change": "larger", "unequivocal_progression": True}]),
    "other disease not looked at": scans([target("a", 50), {"lesion": "o", "feature": "effusion", "role": "non-target"}], [again("a", 30)]),
    "six targets, three in one organ": scans([target(n, 20, site=s) for n, s in zip("abcdef", ("liver", "liver", "liver", "lung", "bone", "adrenal"), strict=True)], [again("a", 20)]),
    "a target of 9 mm and a node of 14": scans([target("a", 9), target("b", 14, node=True)], [again("a", 9), again("b", 14, node=True)]),
    "below 5 mm": scans([target("a", 20)], [again("a", 5, size={"value": 5, "unit": "mm", "comparator": "<"})]),
    "a target that was irradiated": scans([target("a", 50, levels="T8")], [again("a", 50)], extra=[course()]),
    "nobody said whether a lesion is new": scans([target("a", 50)], [again("a", 35)], new=None),
    "a new lesion that nobody describes": scans([target("a", 50)], [again("a", 35)], new="yes"),
    "larger, nobody said whether a lesion is new": scans([target("a", 20)], [again("a", 30)], new=None),
    "smaller, then larger, nobody said": scans([target("a", 50)], [again("a", 30)], [again("a", 40)], new=None),
    "the record says progression, the sizes do not": scans([target("a", 50)], [again("a", 35)], extra=[entry("r", "response", category="PD", criteria="RECIST 1.1", study="ct-2")]),
    "gone, and the spine is not on the baseline": scans([target("a", 50)], [{"lesion": "a", "feature": "mass", "change": "gone"}], at=None),
    "two studies of one day differ": scans([target("a", 50)], [again("a", 25)], extra=[image("ct-9", again("a", 60), modality="CT", when=day(6))]),
    "a study without a time": scans([target("a", 50)], [again("a", 25)], extra=[{k: v for k, v in image("ct-9", again("a", 60), modality="CT").items() if k != "when"}]),
    "two diameters, half, nobody said": scans([target("a", 20, 20)], [again("a", 20, across=10)], of=G, new=None),
    "two diameters, one called new": scans([target("a", 20, 20)], [again("a", 20, across=10), {"lesion": "n", "feature": "mass", "change": "new"}], of=G),
    "two diameters, half": scans([target("a", 20, 20)], [again("a", 20, across=10)], of=G),
    "two diameters, a quarter larger": scans([target("a", 20, 20)], [again("a", 20, across=25)], of=G),
    "two diameters, gone": scans([target("a", 20, 20)], [{"lesion": "a", "feature": "mass", "change": "gone"}], of=G),
    "two diameters, one absent": scans([target("a", 20, 20), target("b", 10, 10)], [again("a", 20, across=20), {"lesion": "b", "feature": "mass", "assertion": "absent"}], of=G),
    "two diameters, after radiotherapy": scans([target("a", 20, 20)], [again("a", 20, across=26)], of=G, extra=[course(levels="T1–T4", when=day(3))]),
    "two diameters, radiotherapy proposed": scans([target("a", 20, 20)], [again("a", 20, across=26)], of=G, extra=[course(levels="T1–T4", when=day(3), status="proposed")]),
    "two diameters, of a metastasis": scans([target("a", 20, 20)], [again("a", 20, across=26)]),
    "all gone twice, then other disease again": scans(
        [target("a", 30), {"lesion": "o", "feature": "effusion", "role": "non-target"}],
        *[[{"lesion": "a", "feature": "mass", "change": "gone"}, {"lesion": "o", "feature": "effusion", "change": "gone"}]] * 2,
        [{"lesion": "a", "feature": "mass", "change": "gone"}, {"lesion": "o", "feature": "effusion", "change": "new"}],
    ),
    "events of a line": (M, [drugs("docetaxel", until=day(6)), *(entry(f"ae-{n}", "adverse_event", term="Anemia", during="line", cycles=[n], when=day(4), **({"grade": g} if g else {})) for n, g in ((1, 2), (2, 3), (3, None)))]),
    "an event that was not there": (M, [drugs("docetaxel"), entry("ae", "adverse_event", term="Anemia", assertion="absent", during="line", when=day(4))]),
    "an event of no treatment": (M, [drugs("docetaxel"), entry("ae", "adverse_event", term="Anemia", grade=2, when=day(4))]),
    "an event put down to a line": (M, [drugs("docetaxel"), entry("ae", "adverse_event", term="Anemia", grade=2, attribution=[{"cause": "docetaxel", "to": "treatment", "treatment": "line"}], when=day(4))]),
    **{f"platelets {n}": (M, [drugs("docetaxel", until=day(6)), value("platelets", n, "10^9/L")]) for n in (160, 75, 74, 49, 24)},
    "platelets after the line": (M, [drugs("docetaxel", until=day(3, 20)), value("platelets", 40, "10^9/L")]),
    "platelets under the laboratory's limit": (M, [drugs("docetaxel", until=day(6)), value("platelets", 140, "10^9/L", reference_low=150)]),
    "platelets over the laboratory's limit": (M, [drugs("docetaxel", until=day(6)), value("platelets", 160, "10^9/L", reference_low=150)]),
    "platelets below a number": (M, [drugs("docetaxel", until=day(6)), entry("plt", "observation", what="platelets", value={"value": 50, "unit": "10^9/L", "comparator": "<"}, when=day(4))]),
    "pain 8 to 0": (M, [course(when=day(4)), value("NRS", 8, ident="n1", when=day(3)), value("NRS", 0, ident="n2", when=day(7)), value("OMED", 60, "mg/d", ident="o1", when=day(3)), value("OMED", 60, "mg/d", ident="o2", when=day(7))]),
    "pain 8 to 5, more opioids": (M, [course(when=day(4)), value("NRS", 8, ident="n1", when=day(3)), value("NRS", 5, ident="n2", when=day(7)), value("OMED", 60, "mg/d", ident="o1", when=day(3)), value("OMED", 80, "mg/d", ident="o2", when=day(7))]),
    "pain after the brain was irradiated": (M, [course(when=day(4), region="brain", levels=None), value("NRS", 8, ident="n1", when=day(3)), value("NRS", 0, ident="n2", when=day(7))]),
    "pain after kyphoplasty": (M, [surgery(procedures=["balloon kyphoplasty T8"]), exam("e1", day(4), pain={"nrs": 8}), exam("e2", day(7), pain={"nrs": 2})]),
    "pain 6 to 6 with a course proposed": (M, [course(when=day(4), status="proposed"), value("NRS", 6, ident="n1", when=day(3)), value("NRS", 6, ident="n2", when=day(7))]),
    "children": (M, [MAN | {"age_at_index_years": 12}, value("KPS", 80)]),
    "laboratory all normal": (M, [value("albumin", 40, "g/L"), value("CRP", 0.2, "mg/dL"), value("LDH", 180, "U/L"), value("platelets", 250, "10^9/L"), value("calcium", 2.3, "mmol/L"), value("bilirubin", 0.6, "mg/dL"), value("KPS", 80), value("visceral metastases", 0)]),
    "laboratory at the limits": (M, [value("albumin", 37, "g/L"), value("CRP", 0.4, "mg/dL"), value("LDH", 250, "U/L"), value("platelets", 100, "10^9/L"), value("calcium", 2.57, "mmol/L"), value("bilirubin", 1.4, "mg/dL"), value("KPS", 80)]),
    "laboratory critical": (M, [value("albumin", 30, "g/L"), value("CRP", 5, "mg/dL"), value("LDH", 400, "U/L"), value("platelets", 90, "10^9/L"), value("calcium", 2.8, "mmol/L"), value("bilirubin", 2, "mg/dL"), value("KPS", 80)]),
}  # fmt: skip
"""Measured lesions, events, laboratory values and pain over time."""


def base(name):
    return case_from(HEAD | {"id": "story", "zero": BASES[name][-1]["id"], "entries": copy.deepcopy(BASES[name])})


def story(name):
    chosen, added = (STORIES | DOSE_STORIES | RESPONSE_STORIES)[name]
    entries = {e["id"]: e for e in copy.deepcopy(BASES[chosen])} | {e["id"]: e for e in copy.deepcopy(added)}
    return case_from(HEAD | {"id": "story", "zero": BASES[chosen][-1]["id"], "entries": list(entries.values())})
