"""Epidural Spinal Cord Compression scale (Bilsky 2010), on axial T2 at the worst level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, Filled, FromRecord, Grade, Item, Option
from myelon.terms.levels import organ_at
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient, Seen


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
    read = worst_grade(patient)
    if read is None:
        where = set(tumour.compartment) if tumour is not None else set()
        if tumour is not None and where and not {"epidural", "vertebral", "dumbbell"} & where:
            return FromRecord({}, f"made for epidural disease; the tumour is {', '.join(tumour.compartment)}")
        return FromRecord({})
    levels = read.lesion.levels
    if levels is not None and organ_at(levels).organs == ("cauda_equina",):
        return FromRecord({}, f"not defined below the conus ({levels}: cauda equina)")
    return FromRecord({"grade": Filled(str(read.lesion.epidural_grade), read.study.id, read.source)})


def worst_grade(patient: Patient) -> Seen | None:
    """The worst of the last grades of every level; None where one of them is not decided."""
    rows = [s for s in patient.main_lesion if s.lesion.epidural_grade is not None]
    last = []
    for levels in {s.lesion.levels for s in rows}:
        here = [s for s in rows if s.lesion.levels == levels]
        last.append(patient.last_of(here, [s.study for s in here], [str(s.lesion.epidural_grade) for s in here]))
    order = [o.key for o in GRADES]
    known = [s for s in last if s is not None]
    return (
        max(known, key=lambda s: order.index(str(s.lesion.epidural_grade)))
        if known and len(known) == len(last)
        else None
    )


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
