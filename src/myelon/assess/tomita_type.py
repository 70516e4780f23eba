"""Tomita surgical classification of vertebral tumours (types 1-7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, FromRecord, Grade, Item, Option
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


def _fill(patient: Patient) -> FromRecord:
    where = patient.tumour.compartment if patient.tumour is not None else ()
    if where and not {"vertebral", "epidural"} & set(where):
        return FromRecord({}, f"made for tumours of a vertebra; this one is {', '.join(where)}")
    return FromRecord({})


TOMITA_TYPE = Grade(
    id="tomita_classification",
    name="Tomita surgical classification of vertebral tumours (types 1-7)",
    version="1994/1997",
    group="staging",
    purpose="Anatomical extent, guiding total en bloc spondylectomy (TES). Not the Tomita prognostic score.",
    items=(
        Item(
            "type",
            "Type",
            (
                Option("1", "Intracompartmental: vertebral body alone (or posterior element alone)"),
                Option("2", "Intracompartmental: extension into the pedicle"),
                Option("3", "Intracompartmental: body to lamina"),
                Option("4", "Extracompartmental: spinal canal (epidural) extension"),
                Option("5", "Extracompartmental: paravertebral extension"),
                Option("6", "Extracompartmental: extension to the adjacent vertebra"),
                Option("7", "Multiple / skip lesions"),
            ),
        ),
    ),
    categories=(
        Category(
            "tes_recommended",
            "TES recommended (memory, medium-high)",
            "",
            members=(
                "2",
                "3",
                "4",
                "5",
            ),
        ),
        Category(
            "tes_relative",
            "relative indication (memory, medium-high)",
            "",
            members=(
                "1",
                "6",
            ),
        ),
        Category("tes_not", "TES not indicated (memory, medium-high)", "", members=("7",)),
    ),
    source="tomita_classification",
    status=Verification.MEMORY,
    population="vertebral tumours before total en bloc spondylectomy",
    direction="",
    fill=_fill,
    notes=(
        (
            "Warning: one online page (neurosurgerynotes) describes types 4-6 by vessel contact and "
            "encasement; that does not match Tomita's definition."
        ),
        (
            "'Most type 1-4 and some 5-6 tumours above L3/4 without major vessels: single posterior approach'"
            " [verified: neurosurgerynotes TES page]."
        ),
        (
            "More than three contiguous vertebrae: relative contraindication to en bloc spondylectomy "
            "[verified: jss.amegroups.org 4559]."
        ),
    ),
)
