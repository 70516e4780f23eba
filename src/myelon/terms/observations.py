"""What is measured again and again: unit, range, and codes.

A LOINC code stands only where it was seen (the mCODE STU4 examples); the others have none yet.
"""

from typing import NamedTuple


class Observable(NamedTuple):
    """A scale or measurement: its unit, the values it can take, its LOINC code."""

    name: str
    words: str
    unit: str
    low: float | None
    high: float | None
    whole: bool
    loinc: str = ""
    plausible: tuple[float | None, float | None] = (None, None)
    """Outside this a number was likely written in another unit. Bounds of Myelon's own, wide; no clinical limits."""
    step: float = 0.0
    """The scale has values at multiples of this only; 0 where any will do."""


_ROWS = (
    Observable("ECOG", "ECOG performance status", "", 0, 5, whole=True, loinc="89247-1"),
    Observable("KPS", "Karnofsky performance status", "", 0, 100, whole=True, loinc="89243-0", step=10),
    Observable("NRS", "numeric rating of pain", "", 0, 10, whole=False),
    Observable("EQ-5D", "EQ-5D index value", "", -1, 1, whole=False),
    Observable("weight", "body weight", "kg", 0, None, whole=False, loinc="29463-7", plausible=(1, 400)),
    Observable("height", "body height", "cm", 0, None, whole=False, loinc="8302-2", plausible=(30, 250)),
    Observable("haemoglobin", "haemoglobin", "g/dL", 0, None, whole=False, loinc="718-7", plausible=(2, 25)),
    Observable("neutrophils", "absolute neutrophil count", "10^9/L", 0, None, whole=False, plausible=(None, 200)),
    Observable("platelets", "platelet count", "10^9/L", 0, None, whole=False, plausible=(1, 3000)),
    Observable("creatinine", "serum creatinine", "µmol/L", 0, None, whole=False, plausible=(10, 3000)),
    Observable("albumin", "serum albumin", "g/L", 0, None, whole=False, plausible=(10, 60)),
    Observable("calcium", "serum calcium", "mmol/L", 0, None, whole=False, plausible=(0.5, 5)),
    Observable("leucocytes", "white blood cell count", "10^9/L", 0, None, whole=False, plausible=(None, 1000)),
    Observable("lymphocytes", "lymphocyte count", "10^9/L", 0, None, whole=False, plausible=(None, 1000)),
    Observable("CRP", "C-reactive protein", "mg/dL", 0, None, whole=False, plausible=(None, 80)),
    Observable("LDH", "lactate dehydrogenase", "U/L", 0, None, whole=False, plausible=(20, 50000)),
    Observable("bilirubin", "total bilirubin", "mg/dL", 0, None, whole=False, plausible=(None, 80)),
    Observable("OMED", "oral morphine equivalent daily dose", "mg/d", 0, None, whole=False),
    Observable("vertebral metastases", "number of vertebrae with a metastasis", "", 0, 29, whole=True),
    Observable("extraspinal bone metastases", "number of foci in bone outside the spine", "", 0, None, whole=True),
    Observable("bone metastases", "number of foci in bone, the spine included", "", 0, None, whole=True),
    Observable("visceral metastases", "number of metastases in internal organs", "", 0, None, whole=True),
    Observable("days at home", "days spent at home in the period", "days", 0, None, whole=True),
)

OBSERVATIONS: dict[str, Observable] = {row.name: row for row in _ROWS}
"""Every known observable by its short name; others may be recorded freely."""
