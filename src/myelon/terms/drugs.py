"""Drugs of the demonstration cases and the unit each is labelled in.

Only what is needed to *suspect* a printed unit, or to add up what was given, stands here; Myelon never converts or
computes a dose to give. No published cumulative limit is held: an alert says so.
"""

from typing import NamedTuple


class Drug(NamedTuple):
    """A drug: the unit its dose is labelled in and, where known, the least plausible number in a unit."""

    name: str
    drug_class: str
    labelled_unit: str | None = None
    implausible_below: tuple[float, str] | None = None
    source: str = ""
    adds_up: str = ""
    """Why its cumulative dose is watched; "" when it is not."""


_ROWS = (
    Drug("temozolomide", "alkylating agent", "mg/m2", source="CASES A39"),
    Drug("bevacizumab", "anti-VEGF antibody", "mg/kg", source="CASES XA5 (outside: labelled in mg/kg)"),
    Drug(
        "ifosfamide",
        "alkylating agent",
        implausible_below=(1.0, "mg/m2"),
        source="CASES XA6 (outside: 1000 times below any clinical dose; g/m2 likely)",
    ),
    Drug("carboplatin", "platinum agent", source="CASES A56"),
    Drug("etoposide", "topoisomerase inhibitor", source="CASES A57"),
    Drug("cyclophosphamide", "alkylating agent", source="CASES C58"),
    Drug("doxorubicin", "anthracycline", source="CASES C59, DC6", adds_up="cardiotoxicity"),
    Drug("vincristine", "vinca alkaloid", source="CASES C60"),
    Drug("atezolizumab", "anti-PD-L1 antibody", source="CASES B20"),
    Drug("paclitaxel liposome", "taxane", source="CASES B21"),
    Drug("sunitinib", "tyrosine kinase inhibitor", source="CASES C76"),
    Drug("denosumab", "anti-RANKL antibody", source="REVIEW R44"),
    Drug("nivolumab", "anti-PD-1 antibody", source="CASES B86, LV_FACTS L194"),
    Drug("crizotinib", "ALK inhibitor", source="LV_FACTS L35"),
)

DRUGS: dict[str, Drug] = {row.name: row for row in _ROWS}
"""Every known drug by its generic name."""


def drug_named(words: str) -> Drug | None:
    """The drug that some words are, in whatever case; None where the table does not know it.

    >>> drug_named("Atezolizumab ").drug_class, drug_named("pembrolizumab") is None
    ('anti-PD-L1 antibody', True)
    """
    return DRUGS.get(" ".join(words.casefold().split()))


def unit_suspicion(drug: str, value: float, unit: str) -> str:
    """Why a printed dose of a drug is suspect, with the source; "" when nothing speaks against it.

    >>> unit_suspicion("bevacizumab", 15, "mg/m²")
    'labelled in mg/kg, printed in mg/m2: CASES XA5 (outside: labelled in mg/kg)'
    >>> unit_suspicion("doxorubicin", 50, "mg/m²")
    ''
    """
    row, printed = drug_named(drug), unit.replace("²", "2")
    if row is None:
        return ""
    if row.labelled_unit is not None and printed != row.labelled_unit:
        return f"labelled in {row.labelled_unit}, printed in {printed}: {row.source}"
    if row.implausible_below is not None:
        low, low_unit = row.implausible_below
        if printed == low_unit and value < low:
            return f"below any plausible number in {printed}: {row.source}"
    return ""
