"""Epidural Spinal Cord Compression scale (Bilsky 2010), on axial T2 at the worst level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, Filled, FromRecord, Instrument, Item, Option
from myelon.assess.lesion import last_stated, source_code
from myelon.terms.levels import organ_at
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.record.case import Case


def _fill(case: Case) -> FromRecord:
    tumour = case.neoplasm
    read = last_stated(case, "epidural_grade")
    if read is None:
        where = set(tumour.compartment) if tumour is not None else set()
        if tumour is not None and where and not {"epidural", "vertebral", "dumbbell"} & where:
            return FromRecord({}, f"made for epidural disease; the tumour is {', '.join(tumour.compartment)}")
        return FromRecord({})
    levels = read.lesion.levels
    if levels is not None and organ_at(levels).organs == ("cauda_equina",):
        return FromRecord({}, f"not defined below the conus ({levels}: cauda equina)")
    return FromRecord({"grade": Filled(str(read.lesion.epidural_grade), read.study.id, source_code(read))})


ESCC = Instrument(
    id="escc_2010",
    name="Epidural Spinal Cord Compression scale (ESCC, Bilsky)",
    version="Bilsky 2010",
    purpose="Six-point MRI grade of epidural compression on axial T2 at the most severe level.",
    items=(
        Item(
            "grade",
            "Grade",
            (
                Option("0", "Bone-only disease", 0),
                Option("1a", "Epidural impingement, no deformation of the thecal sac", 1),
                Option("1b", "Deformation of the thecal sac, no spinal cord abutment", 2),
                Option("1c", "Deformation of the thecal sac with cord abutment, no cord compression", 3),
                Option("2", "Spinal cord compression, CSF visible around the cord", 4),
                Option("3", "Spinal cord compression, no CSF visible around the cord", 5),
            ),
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
    source="escc2010",
    status=Verification.VERIFIED,
    population="epidural disease at cord level; 7 spine surgeons, 25 cases",
    fill=_fill,
    graded=True,
    notes=("Two splits are in use: this one puts 1c apart; NOMS papers count 0–1c as low (memory).",),
)
