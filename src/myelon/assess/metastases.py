"""What the scores of spinal metastases share: whom they are for, and what a record says of extent and performance."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from myelon.assess.instrument import Filled, FromRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from myelon.assess.patient import Patient

Bands = tuple[tuple[str, float, float], ...]
"""Option → least and greatest value."""

KPS_THREE: Bands = (("poor", 10, 40), ("moderate", 50, 70), ("good", 80, 100))
RADES_PRIMARY = (
    ("breast", ("breast",)),
    ("prostate", ("prostate",)),
    ("myeloma_lymphoma", ("myeloma", "lymphoma", "non-hodgkin")),
    ("lung", ("lung",)),
)
"""Groups of primaries that the scores of Rades share."""
CALCIUM_MG_PER_MMOL = 4.0078
"""mg/dL per mmol/L: molar mass 40.078 g/mol."""
YES_NO: Bands = (("no", 0, 0), ("yes", 1, float("inf")))
YES: Bands = (("yes", 1, float("inf")),)
"""Where none in one place is not none at all."""


def scored(patient: Patient, inputs: Mapping[str, Filled | None]) -> FromRecord:
    """Inputs that the record decides, or that the tumour is no metastasis."""
    why = patient.no_metastasis()
    return FromRecord({}, why) if why else FromRecord({k: v for k, v in inputs.items() if v is not None})


def banded(found: Filled | None, bands: Bands) -> Filled | None:
    """The option whose band holds a value; None where none does.

    Raises:
        ValueError: Bands that overlap: a value would be two options.
    """
    if any(low <= high for (_, _, high), (_, low, _) in pairwise(bands)):
        raise ValueError(f"bands overlap: {bands}")
    if found is None or not isinstance(found.option, int | float):
        return None
    option = next((key for key, low, high in bands if low <= found.option <= high), None)
    return None if option is None else found._replace(option=option)


def kps(patient: Patient, bands: Bands) -> Filled | None:
    """Karnofsky performance as an option."""
    return banded(patient.measured("KPS"), bands)


def no_viscera(patient: Patient) -> Filled | None:
    """No metastasis of an internal organ, the brain counted among them: only where none is recorded there either."""
    return counted(patient, "visceral metastases", (("none", 0, 0),))


def counted(patient: Patient, what: str, bands: Bands) -> Filled | None:
    """A number of metastases as an option."""
    return banded(patient.measured(what), bands)


def renamed(found: Filled | None, names: Mapping[str, str]) -> Filled | None:
    """An option under another name; None where it has none."""
    option = names.get(str(found.option)) if found is not None else None
    return None if found is None or option is None else found._replace(option=option)


def not_vertebral(patient: Patient) -> tuple[str, ...]:
    """Why a patient is not of those with a metastasis in the vertebrae."""
    where = patient.tumour.compartment if patient.tumour is not None else ()
    if not where or {"vertebral", "epidural"} & set(where):
        return ()
    return (f"made in metastases of the vertebrae; this one is {', '.join(where)}",)


def primary(patient: Patient, groups: Sequence[tuple[str, Sequence[str]]], others: str = "") -> Filled | None:
    """The group of the primary tumour; where the table of tumours does not decide it, a person says it."""
    return patient.primary_as(groups, others)
