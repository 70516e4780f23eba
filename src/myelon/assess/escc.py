"""Epidural Spinal Cord Compression scale (Bilsky 2010), on axial T2 at the worst level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.compression import ORDER, graded, ungraded
from myelon.assess.instrument import Category, Filled, FromRecord, Grade, Item, Option
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.compression import AtVertebra
    from myelon.assess.patient import Patient


GRADES = (
    Option("0", "Bone-only disease", 0),
    Option("1a", "Epidural impingement, no deformation of the thecal sac", 1),
    Option("1b", "Deformation of the thecal sac, no spinal cord abutment", 2),
    Option("1c", "Deformation of the thecal sac with cord abutment, no cord compression", 3),
    Option("2", "Spinal cord compression, CSF visible around the cord", 4),
    Option("3", "Spinal cord compression, no CSF visible around the cord", 5),
)


def _fill(patient: Patient) -> FromRecord:
    tumour = patient.tumour
    rows = graded(patient)
    if not rows:
        where = set(tumour.compartment) if tumour is not None else set()
        if tumour is not None and where and not {"epidural", "vertebral", "dumbbell"} & where:
            return FromRecord({}, f"made for epidural disease; the tumour is {', '.join(tumour.compartment)}")
        return FromRecord({})
    cord = [r for r in rows if r.cord]
    below = "; ".join(dict.fromkeys(r.words for r in rows if not r.cord))
    if not cord:
        spans = "–".join(
            dict.fromkeys((rows[0].level.name, rows[-1].level.name)) if rows[0].level and rows[-1].level else ()
        )
        return FromRecord({}, f"not defined below the conus ({spans}: cauda equina)", (below,))
    said = tuple(dict.fromkeys(r.words for r in cord if len(cord) > 1 or r.grade is None))
    said += (f"below the conus, where the scale is not defined: {below}",) if below else ()
    worst = worst_grade(patient)
    if worst is None:
        return FromRecord({}, "", said)
    return FromRecord({"grade": Filled(worst.grade, worst.seen.study.id, worst.seen.source)}, "", said)


def worst_grade(patient: Patient) -> AtVertebra | None:
    """The worst grade of the cord over every level and lesion; None where one that is open could be worse."""
    rows = [r for r in graded(patient) if r.cord]
    known = [r for r in rows if r.grade is not None]
    if not known:
        return None
    worst = max(known, key=lambda r: ORDER.index(str(r.grade)))
    could_be = {g for r in rows if r.grade is None for g in r.could_be}
    if ungraded(patient, rows, cord=True):
        could_be |= set(ORDER)
    return None if any(ORDER.index(g) > ORDER.index(str(worst.grade)) for g in could_be) else worst


ESCC = Grade(
    id="escc_2010",
    name="Epidural Spinal Cord Compression scale (ESCC, Bilsky)",
    version="Bilsky 2010",
    purpose="Six-point MRI grade of epidural compression on axial T2 at the most severe level.",
    group="compression",
    items=(
        Item(
            "grade",
            "Grade",
            GRADES,
        ),
    ),
    categories=(
        Category(
            "low_grade",
            "Low grade: radiation as initial treatment if mechanically stable",
            "",
            members=("0", "1a", "1b"),
        ),
        Category("intermediate", "Controversial: radiosurgery or surgery", "", members=("1c",)),
        Category(
            "high_grade",
            "High grade: decompression before radiation unless highly radiosensitive",
            "",
            members=("2", "3"),
        ),
    ),
    source="escc_2010",
    status=Verification.VERIFIED,
    population="epidural disease at cord level; 7 spine surgeons, 25 cases",
    fill=_fill,
    direction="higher = worse",
    validity=(
        (
            "7 spine surgeons, 25 cases, 3 rounds: inter- and intra-rater reliability good to excellent on "
            "axial T2, better than T1 with or without Gd [verified: Bilsky 2010 abstract]."
        ),
    ),
    notes=(
        (
            "Two 'low/high' splits are in use: radiopaedia 0-1b low / 1c controversial / 2-3 high; the NOMS "
            "papers 0-1c low / 2-3 high (memory, high). Store the grade, derive the split per framework."
        ),
        (
            "UpToDate's drawing words 1c as 'cord abutment without displacement' and 3 as 'circumferential "
            "epidural extension and/or severe compression with obliteration of CSF'."
        ),
        (
            "Below the conus the scale is not defined for cord; for cauda equina lesions record 'not "
            "applicable' (memory, medium)."
        ),
    ),
)
