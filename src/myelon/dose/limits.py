"""Published limits of the cord, the cauda equina and the plexus, as rows with source and status.

The rows lie in `tolerance.csv`, written from the project's constraint table by tools/refresh_limits.py. A row is what
one source printed; the ages of the patients it was made in are in no source that is held.
"""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any, NamedTuple

from myelon.terms.verification import Verification

_UNITS = {"1": "", "Gy2": " Gy₂"}
_SIGNS = {"<=": "≤", "<": "<", ">=": "≥", "info": "", "not_recommended": "not recommended"}


class Limit(NamedTuple):
    """A row of a tolerance table."""

    id: str
    rule: str
    name: str
    organ: str
    context: str
    """Such as ``de_novo_sbrt``: a first course of few fractions."""
    fractions: str
    """A number, a range, a dose per fraction, or ``any``."""
    metric: str
    comparator: str
    """``<=``, ``<``, ``>=``; ``info`` for a figure that is no limit, ``not_recommended`` for an empty cell."""
    value: float
    """NaN where the source gives none."""
    unit: str
    alpha_beta: str
    risk: str
    """What the source says of it, in its words."""
    previous_eqd2_gy: float | None
    """EQD2 of the earlier course that the row is for."""
    source: str
    status: Verification
    note: str

    def __str__(self) -> str:
        """As printed beside a value: "≤ 135.5 Gy₂"."""
        if self.comparator == "not_recommended":
            return "not recommended"
        return f"{_SIGNS[self.comparator]} {self.value:g}{_UNITS.get(self.unit, f' {self.unit}')}".strip()


def _read() -> dict[str, Limit]:
    text = (files("myelon.dose") / "tolerance.csv").read_text(encoding="utf-8")
    found = {}
    for row in csv.DictReader(text.split("\n")):
        typed: dict[str, Any] = dict(row)
        typed["value"] = float(row["value"]) if row["value"] else float("nan")
        typed["previous_eqd2_gy"] = float(row["previous_eqd2_gy"]) if row["previous_eqd2_gy"] else None
        typed["status"] = Verification(row["status"])
        found[row["id"]] = Limit(**typed)
    return found


LIMITS: dict[str, Limit] = _read()
"""Every row by its id in the constraint table."""
