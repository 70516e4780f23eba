"""Modified Bauer score: Counts favourable factors to estimate survival after surgery for skeletal metastases."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, FromRecord, Item, Option, Sum
from myelon.assess.metastases import counted, primary, scored
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from myelon.assess.fields import Value
    from myelon.assess.patient import Patient


_FAVOURABLE = ("breast", "kidney", "renal", "lymphoma", "myeloma")


def _fill(patient: Patient) -> FromRecord:
    return scored(
        patient,
        {
            "no_visceral": counted(patient, "visceral metastases", (("yes", 0, 0), ("no", 1, inf))),
            "solitary": counted(patient, "bone metastases", (("yes", 1, 1), ("no", 2, inf))),
            "not_lung": primary(patient, (("no", ("lung",)),), "yes"),
            "favourable_primary": primary(patient, (("yes", _FAVOURABLE),), "no"),
        },
    )


def _impossible(answers: Mapping[str, Value]) -> str:
    lung = answers.get("not_lung") == "no"
    return (
        "a lung primary is none of the favourable ones" if lung and answers.get("favourable_primary") == "yes" else ""
    )


BAUER = Sum(
    id="bauer_modified_2008",
    name="Modified Bauer score",
    version="Leithner 2008 modification of Bauer 1995",
    group="prognosis",
    purpose="Counts favourable factors to estimate survival after surgery for skeletal metastases.",
    items=(
        Item(
            "no_visceral",
            "No visceral metastases",
            (
                Option("no", "No", 0),
                Option("yes", "Yes", 1),
            ),
        ),
        Item(
            "not_lung",
            "Primary is not lung cancer",
            (
                Option("no", "No (lung)", 0),
                Option("yes", "Yes", 1),
            ),
        ),
        Item(
            "favourable_primary",
            "Primary is breast, kidney, lymphoma or multiple myeloma",
            (
                Option("no", "No", 0),
                Option("yes", "Yes", 1),
            ),
        ),
        Item(
            "solitary",
            "One solitary skeletal metastasis",
            (
                Option("no", "No", 0),
                Option("yes", "Yes", 1),
            ),
        ),
    ),
    categories=(
        Category("supportive", "Supportive care", "no surgery", 0, 1),
        Category("short_term", "Short-term palliation", "dorsal surgery", 2, 2),
        Category("middle_term", "Middle-term local control", "ventral-dorsal surgery", 3, 4),
    ),
    source="bauer_modified_2008",
    status=Verification.VERIFIED,
    population="skeletal metastases after surgery; the numbers of its cohort were not in what we read",
    direction="higher = longer survival",
    fill=_fill,
    impossible=_impossible,
    validity=(
        (
            "211 surgical patients: C 0.6653; with OSRI the best accuracy of predicted life expectancy "
            "[verified: TUM abstract]."
        ),
    ),
    notes=(
        (
            "Original Bauer (0-5) has a fifth item 'no pathological fracture' and bands 0-1 / 2-3 / 4-5 (< 6,"
            " > 6, > 12 months). The versions disagree for some patients: store which version was used."
        ),
        (
            "Two items concern the primary: a breast primary scores 2, colon 1, lung 0. An inconsistent input"
            " (not_lung=no and favourable_primary=yes) must be rejected."
        ),
        "Prostate is not in the favourable list.",
    ),
)
