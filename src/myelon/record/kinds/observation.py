"""A dated measurement or scale: performance, pain score, quality of life, weight, a laboratory value."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Entry, Quantity
from myelon.terms.observations import OBSERVATIONS, Observable


class Observation(Entry):
    """One value of one thing; codes (LOINC, SNOMED CT) come from the table of observables."""

    track: ClassVar[str] = "Observations"
    kind: Literal["observation"] = "observation"
    what: str
    value: Quantity
    reference_low: float | None = Field(
        default=None, description="the laboratory's own lower limit of normal, in the unit of the value"
    )
    method: str = ""
    by: str = ""

    @property
    def observable(self) -> Observable | None:
        """The row of the table of observables; None for a free one."""
        return OBSERVATIONS.get(self.what)

    @property
    def label(self) -> str:
        """Such as "ECOG 2"."""
        return f"{self.what} {self.value}".rstrip()
