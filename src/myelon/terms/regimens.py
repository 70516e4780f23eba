"""The regimen library: drug regimens as the papers print them, with source and status per row.

A row is what one paper gave or cited, never an instruction. A row with a suspect unit cannot be used as a template
until a person resolves it; doses that a paper does not print stay empty.
"""

from typing import NamedTuple

from myelon.terms.drugs import unit_suspicion
from myelon.terms.verification import Verification

VERIFIED, SECOND_HAND = Verification.VERIFIED, Verification.SECOND_HAND


class Dose(NamedTuple):
    """A drug of a regimen as printed; no value where the paper prints none."""

    drug: str
    value: float | None = None
    unit: str = ""
    days: str = ""

    @property
    def suspicion(self) -> str:
        """Why the unit is suspect, or ""."""
        return "" if self.value is None else unit_suspicion(self.drug, self.value, self.unit)

    def __str__(self) -> str:
        """Such as "carboplatin 75 mg/m², days 1–3"."""
        dose = "dose not printed" if self.value is None else f"{self.value:g} {self.unit}"
        return f"{self.drug} {dose}" + (f", {self.days}" if self.days else "")


class Regimen(NamedTuple):
    """A regimen: its drugs, how often, with which radiotherapy, and where it stands."""

    id: str
    name: str
    doses: tuple[Dose, ...]
    interval_weeks: tuple[float, float] | None
    radiotherapy: str
    for_what: str
    source: str
    status: Verification
    gaps: str = ""

    @property
    def suspicions(self) -> tuple[str, ...]:
        """Every reason why it cannot be copied, summed, templated or offered as it stands."""
        return tuple(f"{d.drug}: {d.suspicion}" for d in self.doses if d.suspicion)


_ROWS = (
    Regimen(
        "rt-temozolomide", "radiotherapy + temozolomide (Stupp)", (Dose("temozolomide", 75, "mg/m²"),), None,
        "concurrent", "spinal DMG, first line", "000 A39", VERIFIED, "days as in the Stupp regimen, not printed",
    ),
    Regimen(
        "bev-ice", "bevacizumab + low-dose ICE",
        (
            Dose("bevacizumab", 15, "mg/m²", "day 1"),
            Dose("ifosfamide", 0.75, "mg/m²", "days 1–3"),
            Dose("carboplatin", 75, "mg/m²", "days 1–3"),
            Dose("etoposide", 75, "mg/m²", "days 1–3"),
        ),
        (4, 6), "after re-irradiation", "spinal DMG, second line", "000 A54–A58", VERIFIED,
    ),
    Regimen(
        "bevacizumab", "bevacizumab alone", (Dose("bevacizumab"),), None, "none", "spinal DMG, third line", "000 A80",
        VERIFIED, "dose and interval not printed",
    ),
    Regimen(
        "cav", "CAV",
        (
            Dose("cyclophosphamide", 600, "mg/m²"),
            Dose("doxorubicin", 50, "mg/m²"),
            Dose("vincristine", 1.4, "mg/m²"),
        ),
        None, "sequential re-irradiation", "unresectable recurrent haemangiopericytoma", "003 C58–C61", VERIFIED,
        "cycle length and a cap for vincristine not printed",
    ),
    Regimen(
        "atezolizumab-paclitaxel", "atezolizumab + paclitaxel liposome",
        (Dose("atezolizumab", 1200, "mg"), Dose("paclitaxel liposome", 240, "mg")),
        (3, 3), "none", "lung adenocarcinoma, first line", "001 B20–B22", VERIFIED,
    ),
    Regimen(
        "atezolizumab", "atezolizumab alone", (Dose("atezolizumab", 1200, "mg"),), (3, 3),
        "concurrent with IMRT, or none", "lung adenocarcinoma, maintenance; intramedullary metastases", "001 B25, B48",
        VERIFIED,
    ),
    Regimen(
        "temozolomide-bevacizumab", "temozolomide + bevacizumab", (Dose("temozolomide"), Dose("bevacizumab")), None,
        "none", "unresectable haemangiopericytoma (NCCN, as cited)", "003 C76, C82", SECOND_HAND, "doses not printed",
    ),
    Regimen(
        "sunitinib", "sunitinib", (Dose("sunitinib"),), None, "none",
        "unresectable haemangiopericytoma (NCCN, as cited)", "003 C76, C82", SECOND_HAND, "dose not printed",
    ),
    Regimen(
        "denosumab", "denosumab", (Dose("denosumab"),), None, "none",
        "giant cell tumour of bone: open-ended, ends with resection", "004 R44, R47", SECOND_HAND, "dose not printed",
    ),
    Regimen(
        "nivolumab", "nivolumab", (Dose("nivolumab"),), None, "none",
        "one intramedullary metastasis of lung cancer", "001 B86, 002 L194", SECOND_HAND, "dose not printed",
    ),
    Regimen(
        "crizotinib", "crizotinib", (Dose("crizotinib"),), None, "with radiotherapy in one patient",
        "intramedullary metastasis, ALK rearranged", "002 L35, L36, L147", SECOND_HAND, "dose not printed",
    ),
)  # fmt: skip

REGIMENS: dict[str, Regimen] = {row.id: row for row in _ROWS}
"""Every regimen by its id."""
