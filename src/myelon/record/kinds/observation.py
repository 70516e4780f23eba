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
    def suspect(self) -> str:
        """Why the number does not fit its unit: outside what is plausible, or between the steps of its scale; or ""."""
        row = self.observable
        if row is None or self.value.unit != row.unit or self.value.comparator != "=":
            return ""
        low, high = row.plausible
        value = self.value.value
        if (low is not None and value < low) or (high is not None and value > high):
            least = "" if low is None else f"{low:g}"
            span = f"{least} to {high:g}" if high is not None else f"from {least}"
            return f"{value:g} {row.unit}".rstrip() + f" is outside {span}: another unit?"
        if row.step and abs(value / row.step - round(value / row.step)) > 1e-9:
            return f"{value:g} is between the steps of {row.step:g}"
        return ""

    @property
    def label(self) -> str:
        """Such as "ECOG 2"."""
        return f"{self.what} {self.value}".rstrip()
