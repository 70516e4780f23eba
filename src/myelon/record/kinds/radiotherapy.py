"""A radiotherapy course: dose, fractions, target, levels, and why it was given."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from myelon.record.base import Entry, EntryId, LevelSpan, Part, Provenance, Stated

_ROUNDED_TO = 2
"""Printed doses per fraction are rounded to two decimals, or bear a third."""


class DoseFiles(Part):
    """DICOM objects of the course, by content hash or by path beside the case file."""

    rtdose: str | None = None
    rtplan: str | None = None
    rtstruct: str | None = None
    ct: tuple[str, ...] = ()


class PlanObject(Part):
    """A plan or picture that exists but was not received, such as an isodose figure."""

    what: str
    source: Provenance


class Radiotherapy(Entry):
    """One course. Total dose is what was prescribed, never what the cord had."""

    lasts: ClassVar[bool] = True
    track: ClassVar[str] = "Radiotherapy"
    kind: Literal["radiotherapy"] = "radiotherapy"
    ordinal: int = Field(ge=1)
    status: Literal["delivered", "proposed", "stopped"] = "delivered"
    intent: str = ""
    technique: tuple[Stated[str], ...] = ()
    modality: Literal["photon", "proton", "carbon", "electron", "not reported"] = "not reported"
    total_gy: float = Field(gt=0, le=200)
    fractions: int = Field(ge=1)
    dose_per_fraction_gy: float | None = Field(default=None, gt=0)
    region: Literal["spine", "brain", "other", "not reported"] = "not reported"
    target: str = ""
    levels: LevelSpan | None = None
    files: DoseFiles | None = None
    objects: tuple[PlanObject, ...] = ()
    statements: tuple[Stated[str], ...] = ()
    rationale: tuple[Stated[str], ...] = ()
    concurrent_systemic: EntryId | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        stated = self.dose_per_fraction_gy
        if stated is None:
            return self
        decimals = _ROUNDED_TO if round(stated, _ROUNDED_TO) == stated else _ROUNDED_TO + 1
        slack = 0.5 * 10.0**-decimals * self.fractions
        if abs(stated * self.fractions - self.total_gy) > slack + 1e-9:
            raise ValueError(
                f"{self.fractions} fractions × {stated:g} Gy = {self.fractions * stated:g} Gy, "
                f"but the total is {self.total_gy:g} Gy"
            )
        return self

    @property
    def gy_per_fraction(self) -> float:
        """Total over fractions, computed."""
        return self.total_gy / self.fractions

    @property
    def implied_days(self) -> tuple[float, float, str]:
        """Length of a course of one fraction a weekday, with at most a week of pauses."""
        shortest = (self.fractions - 1) + 2 * ((self.fractions - 1) // 5)
        longest = shortest + 2 + 7 if self.fractions > 1 else 0
        return float(shortest), float(longest), "one fraction a weekday, at most 7 days of pauses"

    @property
    def label(self) -> str:
        """Such as "RT 1: 50.4 Gy in 28"."""
        return f"RT {self.ordinal}: {self.total_gy:g} Gy in {self.fractions}"

    def references(self) -> tuple[str, ...]:
        """Adds the drug line given with it."""
        return super().references() + ((self.concurrent_systemic,) if self.concurrent_systemic else ())
