"""Frankel grade: Functional grade of cord injury; input to Tokuhashi."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, Filled, FromRecord, Grade, Item, Option
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


def _fill(patient: Patient) -> FromRecord:
    found = frankel_grade(patient)
    return FromRecord({"grade": found} if found is not None else {})


def frankel_grade(patient: Patient) -> Filled | None:
    """The last Frankel grade, D1 and its like as D; None where the words are no grade."""
    found = patient.scale("Frankel")
    grade = re.fullmatch(r"([A-E])[0-3]?", str(found.option).strip()) if found is not None else None
    return found._replace(option=grade[1]) if found is not None and grade is not None else None


FRANKEL = Grade(
    id="frankel_1969",
    name="Frankel grade",
    version="1969",
    group="neurology",
    purpose="Functional grade of cord injury; input to Tokuhashi.",
    items=(
        Item(
            "grade",
            "Grade",
            (
                Option("A", "Complete: motor and sensory complete below the segmental level"),
                Option("B", "Sensory only: some sensation, complete motor paralysis"),
                Option("C", "Motor useless: some motor power of no practical use"),
                Option("D", "Motor useful: useful power; can move the legs and many can walk, with or without aids"),
                Option(
                    "E",
                    "Recovery: no weakness, sensory loss or sphincter disturbance; abnormal reflexes may be present",
                ),
            ),
        ),
    ),
    categories=(
        Category(
            "complete",
            "Tokuhashi 'complete'",
            "",
            members=(
                "A",
                "B",
            ),
        ),
        Category(
            "incomplete",
            "Tokuhashi 'incomplete'",
            "",
            members=(
                "C",
                "D",
            ),
        ),
        Category("none", "Tokuhashi 'none'", "", members=("E",)),
    ),
    source="frankel_1969",
    status=Verification.VERIFIED,
    population="closed injuries of the spine with paraplegia or tetraplegia; in oncology a descriptor",
    direction="A worst",
    fill=_fill,
    notes=(
        (
            "Modified Frankel with D1-D3 [verified: JOSR 2018 Table 2] and the Japanese B1-B3, C1-C2, D0-D3 "
            "[verified: BMC MSD 2022 Table 1]. Store the version; collapse to A-E for scores."
        ),
    ),
)
