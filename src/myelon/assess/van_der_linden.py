"""van der Linden score (Dutch Bone Metastasis Study)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.compression import HIGH, compressed
from myelon.assess.instrument import Category, FromRecord, Item, Option, Sum
from myelon.assess.metastases import YES_NO, Bands, counted, kps, not_vertebral, primary, scored
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient


_KPS: Bands = (("20-40", 20, 40), ("50-70", 50, 70), ("80-100", 80, 100))
_LEAST_KPS = 20
_PRIMARY = (("breast", ("breast",)), ("prostate", ("prostate",)), ("lung", ("lung",)))


def _fill(patient: Patient) -> FromRecord:
    state = patient.measured("KPS")
    if state is not None and isinstance(state.option, int | float) and state.option < _LEAST_KPS:
        return FromRecord({}, "KPS below 20 is outside the table")
    return scored(
        patient,
        {
            "kps": kps(patient, _KPS),
            "primary": primary(patient, _PRIMARY, "other"),
            "visceral": counted(patient, "visceral metastases", YES_NO),
        },
    )


def _outside(patient: Patient) -> tuple[str, ...]:
    found = [f for cord in (True, False) if (f := compressed(patient, HIGH, cord=cord)) is not None]
    if any(f.value for f in found):
        said = "the trial excluded cord compression"
    elif not found or any(f.value is None for f in found):
        said = "the trial excluded cord compression, and whether there is one is not recorded"
    else:
        said = ""
    return (*not_vertebral(patient), *((said,) if said else ()))


VAN_DER_LINDEN = Sum(
    id="van_der_linden_2005",
    name="van der Linden score (Dutch Bone Metastasis Study)",
    version="2005",
    group="prognosis",
    purpose=(
        "Survival estimate for painful spinal metastases without neurological impairment, from a randomised "
        "radiotherapy trial."
    ),
    items=(
        Item(
            "kps",
            "Karnofsky performance",
            (
                Option("80-100", "80-100", 2),
                Option("50-70", "50-70", 1),
                Option("20-40", "20-40", 0),
            ),
        ),
        Item(
            "primary",
            "Primary tumour",
            (
                Option("breast", "Breast", 3),
                Option("prostate", "Prostate", 2),
                Option("lung", "Lung", 1),
                Option("other", "Other", 0),
            ),
        ),
        Item(
            "visceral",
            "Visceral metastases",
            (
                Option("no", "No", 1),
                Option("yes", "Yes", 0),
            ),
        ),
    ),
    categories=(
        Category("A", "Group A", "median survival about 3 months", 0, 3),
        Category("B", "Group B", "median survival about 9 months", 4, 5),
        Category("C", "Group C", "median survival about 19 months", 6, 6),
    ),
    source="van_der_linden_2005",
    status=Verification.SECOND_HAND,
    population="painful spinal metastases without neurological impairment, a randomised trial of radiotherapy",
    direction="higher = longer survival",
    fill=_fill,
    outside=_outside,
    validity=(
        (
            "Median 3 / 9 / 19 months; 2-year survival about 4 % / 22 % / 37 % (read from the figure by the "
            "secondary source) [verified: medicalalgorithms]. The group medians are quoted as 3.0, 9.0, 18.7 "
            "months elsewhere (memory, medium)."
        ),
    ),
    notes=(
        "The trial excluded cord compression and pathological fracture: flag when used outside (memory, high).",
        "KPS below 20 is outside the table: return 'not applicable'.",
    ),
)
