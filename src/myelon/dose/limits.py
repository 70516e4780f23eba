"""The re-irradiation limits of the cord that this version evaluates, as rows with source and status.

Generated from the project's constraint table by tools/refresh_limits.py; do not edit the rows by hand.
"""

from typing import NamedTuple

from myelon.terms.verification import Verification


class Limit(NamedTuple):
    """A row of a tolerance table."""

    id: str
    rule: str
    name: str
    organ: str
    metric: str
    comparator: str
    value: float
    unit: str
    alpha_beta: str
    source: str
    status: Verification

    def __str__(self) -> str:
        """As printed beside a value: "≤ 135.5 Gy₂"."""
        sign = "≤" if self.comparator == "<=" else "≥"
        unit = {"1": "", "Gy2": " Gy₂"}.get(self.unit, f" {self.unit}")
        return f"{sign} {self.value:g}{unit}"


# ── rows written by the script
_ROWS = (
    Limit(
        "hytec.rert.cum",
        "HyTEC 2021",
        "Sum",
        "thecal_sac",
        "cumulative_EQD2_2_Dmax",
        "<=",
        70.0,
        "Gy",
        "2",
        "hytec2021",
        Verification.VERIFIED,
    ),
    Limit(
        "hytec.rert.new",
        "HyTEC 2021",
        "New course",
        "thecal_sac",
        "new_course_EQD2_2_Dmax",
        "<=",
        25.0,
        "Gy",
        "2",
        "hytec2021",
        Verification.VERIFIED,
    ),
    Limit(
        "hytec.rert.ratio",
        "HyTEC 2021",
        "New / sum",
        "thecal_sac",
        "new_over_cumulative_EQD2_2_Dmax",
        "<=",
        0.5,
        "1",
        "2",
        "hytec2021",
        Verification.VERIFIED,
    ),
    Limit(
        "hytec.rert.interval",
        "HyTEC 2021",
        "Interval",
        "thecal_sac",
        "interval",
        ">=",
        5.0,
        "months",
        "2",
        "hytec2021",
        Verification.VERIFIED,
    ),
    Limit(
        "nieder.each",
        "Nieder 2006",
        "Each course",
        "spinal_cord",
        "each_course_BED2",
        "<=",
        98.0,
        "Gy2",
        "2 cervical/thoracic; 4 lumbar",
        "nieder2006",
        Verification.VERIFIED,
    ),
    Limit(
        "nieder.cum",
        "Nieder 2006",
        "Sum",
        "spinal_cord",
        "cumulative_BED2",
        "<=",
        135.5,
        "Gy2",
        "2",
        "nieder2006",
        Verification.VERIFIED,
    ),
    Limit(
        "nieder.int",
        "Nieder 2006",
        "Interval",
        "spinal_cord",
        "interval",
        ">=",
        6.0,
        "months",
        "2",
        "nieder2006",
        Verification.VERIFIED,
    ),
)
# ── end of the rows

LIMITS: dict[str, Limit] = {row.id: row for row in _ROWS}
"""Every limit by its id in the constraint table."""
