"""Drugs of the demonstration cases and the unit each is labelled in.

Only what is needed to *suspect* a printed unit stands here; Myelon never converts or computes a dose to give.
"""

from typing import NamedTuple


class Drug(NamedTuple):
    """A drug: the unit its dose is labelled in and, where known, the least plausible number in a unit."""

    name: str
    drug_class: str
    labelled_unit: str | None
    implausible_below: tuple[float, str] | None
    source: str


_ROWS = (
    Drug("temozolomide", "alkylating agent", "mg/m2", None, "CASES A39"),
    Drug("bevacizumab", "anti-VEGF antibody", "mg/kg", None, "CASES XA5 (outside: labelled in mg/kg)"),
    Drug(
        "ifosfamide",
        "alkylating agent",
        None,
        (1.0, "mg/m2"),
        "CASES XA6 (outside: 1000 times below any clinical dose; g/m2 likely)",
    ),
    Drug("carboplatin", "platinum agent", None, None, "CASES A56"),
    Drug("etoposide", "topoisomerase inhibitor", None, None, "CASES A57"),
)

DRUGS: dict[str, Drug] = {row.name: row for row in _ROWS}
"""Every known drug by its generic name."""
