"""An evidence item as printed: claim, population, numbers, and what they come to when computed again."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Entry, Part


class Figure(Part):
    """A printed number; n/N is kept apart so that a percent can be recomputed."""

    name: str
    value: float | None = None
    value_max: float | None = None
    unit: str = ""
    numerator: int | None = Field(default=None, ge=0)
    denominator: int | None = Field(default=None, gt=0)

    @property
    def percent(self) -> float | None:
        """Numerator over denominator, in percent."""
        if self.numerator is None or self.denominator is None:
            return None
        return 100.0 * self.numerator / self.denominator


class Evidence(Entry):
    """A claim with its citation. Its level is that of the study, not of the sentence that quotes it."""

    track: ClassVar[str] = "Evidence"
    kind: Literal["evidence"] = "evidence"
    citation: str
    claim: str
    level: str = ""
    population: str = ""
    figures: tuple[Figure, ...] = ()

    @property
    def label(self) -> str:
        """The claim."""
        return self.claim
