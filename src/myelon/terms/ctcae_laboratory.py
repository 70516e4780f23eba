"""Laboratory limits of CTCAE v5.0 as printed; "<1.5 - 1.0" means 1.0 ≤ x < 1.5 (INSTRUMENTS.md, `ctcae_v5`)."""

from typing import NamedTuple

from myelon.errors import InstrumentError


class Laboratory(NamedTuple):
    """A value that falls: grade → below what it is reached. Grade 1 asks for the laboratory's own limit."""

    term: str
    observable: str
    unit: str
    below: dict[int, float]
    other_units: tuple[tuple[str, float], ...] = ()
    """Other units, each with its factor to the unit of the row."""

    def in_unit(self, value: float, unit: str) -> float:
        """The value in the unit of the row.

        Raises:
            InstrumentError: Another unit.
        """
        if unit == self.unit:
            return value
        factors = dict(self.other_units)
        if unit not in factors:
            known = ", ".join((self.unit, *factors))
            raise InstrumentError(f"{self.term} in {unit[:20]!r}", todo=f"Give it in {known}")
        return value * factors[unit]

    def grade(self, value: float) -> int | None:
        """The grade by the absolute limits; None above them, where the laboratory's own limit decides.

        >>> LABORATORY["Neutrophil count decreased"].grade(1.0), LABORATORY["Neutrophil count decreased"].grade(0.49)
        (2, 4)
        """
        return max((g for g, limit in self.below.items() if value < limit), default=None)


_ROWS = (
    Laboratory("Neutrophil count decreased", "neutrophils", "10^9/L", {2: 1.5, 3: 1.0, 4: 0.5}),
    Laboratory("Platelet count decreased", "platelets", "10^9/L", {2: 75.0, 3: 50.0, 4: 25.0}),
    Laboratory("Lymphocyte count decreased", "lymphocytes", "10^9/L", {2: 0.8, 3: 0.5, 4: 0.2}),
    Laboratory("White blood cell decreased", "leucocytes", "10^9/L", {2: 3.0, 3: 2.0, 4: 1.0}),
    Laboratory("Anemia", "haemoglobin", "g/dL", {2: 10.0, 3: 8.0}, (("g/L", 0.1),)),
    Laboratory("Hypoalbuminemia", "albumin", "g/dL", {2: 3.0, 3: 2.0}, (("g/L", 0.1),)),
)

LABORATORY: dict[str, Laboratory] = {row.term: row for row in _ROWS}
"""By CTCAE term. Grade 4 of anaemia and of low albumin is clinical: no number gives it."""
