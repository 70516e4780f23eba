"""Nurick grade: Gait-based myelopathy grade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, FromRecord, Grade, Item, Option
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


def _fill(patient: Patient) -> FromRecord:
    found = patient.scale("Nurick")
    return FromRecord({"grade": found} if found is not None else {})


NURICK = Grade(
    id="nurick_1972",
    name="Nurick grade",
    version="1972",
    group="neurology",
    purpose="Gait-based myelopathy grade.",
    items=(
        Item(
            "grade",
            "Grade",
            (
                Option("0", "Root signs/symptoms, no evidence of spinal cord disease", 0),
                Option("1", "Signs of cord disease, no difficulty walking", 1),
                Option("2", "Slight difficulty walking, does not prevent full-time employment", 2),
                Option(
                    "3", "Difficulty walking that prevents full-time work or housework, but no need for assistance", 3
                ),
                Option("4", "Walks only with another person's help or a frame", 4),
                Option("5", "Chair-bound or bedridden", 5),
            ),
        ),
    ),
    categories=(
        Category(
            "walks",
            "walks without help",
            "",
            members=(
                "0",
                "1",
                "2",
                "3",
            ),
        ),
        Category(
            "dependent",
            "needs help or cannot walk",
            "",
            members=(
                "4",
                "5",
            ),
        ),
    ),
    source="nurick_1972",
    status=Verification.VERIFIED,
    population="cervical spondylosis; in oncology a descriptor",
    direction="higher = worse",
    fill=_fill,
    notes=("The employment clauses of grades 2-3 are omitted by some sources; keep them.",),
)
