"""An evidence item as printed: claim, population, numbers, and what they come to when computed again."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Comparator, Entry, Part


class Figure(Part):
    """A printed number; n/N is kept apart so that a percent can be recomputed.

    ``value`` and ``value_max`` are as printed; ``percent`` is computed and never stored.
    """

    name: str
    value: float | None = None
    value_max: float | None = None
    comparator: Comparator = "="
    unit: str = ""
    numerator: int | None = Field(default=None, ge=0)
    denominator: int | None = Field(default=None, gt=0)
    decimals: int | None = Field(default=None, ge=0, le=9, description="decimals it was printed with, if it ends in 0")
    text: str = ""

    @property
    def percent(self) -> float | None:
        """Numerator over denominator, in percent."""
        if self.numerator is None or self.denominator is None:
            return None
        return 100.0 * self.numerator / self.denominator

    @property
    def digits(self) -> int:
        """Decimals that the printed value bears."""
        if self.decimals is not None:
            return self.decimals
        return 0 if self.value is None else len(f"{self.value:.10f}".rstrip("0").split(".")[1])

    @property
    def disagrees(self) -> bool:
        """Whether the printed percent is not what n/N comes to, at the digits it was printed with."""
        if self.percent is None or self.value is None or self.unit != "%":
            return False
        return abs(self.value - self.percent) > 0.5 * 10.0**-self.digits + 1e-9

    @property
    def impossible(self) -> bool:
        """Whether no whole number out of the denominator comes to the printed percent (the GRIM test)."""
        if self.numerator is not None or self.denominator is None or self.value is None or self.unit != "%":
            return False
        nearest = round(self.value * self.denominator / 100.0)
        return abs(self.value - 100.0 * nearest / self.denominator) > 0.5 * 10.0**-self.digits + 1e-9


class Evidence(Entry):
    """A claim with its citation. Its level is that of the study, not of the sentence that quotes it.

    A rule that a paper suggests is evidence of ``nature: rule``. ``primary_source`` holds what the cited work itself
    prints where it was seen and differs.
    """

    track: ClassVar[str] = "Evidence"
    kind: Literal["evidence"] = "evidence"
    nature: Literal["number", "claim", "rule", "statement of knowledge"] = "number"
    citation: str
    claim: str
    level: str = ""
    population: str = ""
    figures: tuple[Figure, ...] = ()
    primary_source: str = ""
    requires: str = Field(default="", description="what a system that uses it must do")

    @property
    def label(self) -> str:
        """The claim."""
        return self.claim
