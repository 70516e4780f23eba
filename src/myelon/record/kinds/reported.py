"""A statistic as printed: kept apart from what Myelon computes, and compared with it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from myelon.record.base import Entry, Quantity
from myelon.record.when import DAYS_PER, Period, split_reference

_POINT = r"^[A-Za-z0-9][A-Za-z0-9_-]*(\.(start|end))?$"


class Reported(Entry):
    """A printed number or sentence about the patient's course.

    With ``between`` (two entries, or ``entry.end``) it is an interval: the value, with the stated ``tolerance`` or else
    half a unit (days are exact) to either side, is one more statement about time; ``constrains: false`` keeps it out.
    """

    track: ClassVar[str] = "Reported"
    kind: Literal["reported"] = "reported"
    name: str
    value: Quantity | None = None
    between: tuple[Annotated[str, Field(pattern=_POINT)], Annotated[str, Field(pattern=_POINT)]] | None = None
    tolerance: Period | None = None
    constrains: bool = True
    event: str = Field(default="", description="what ended the interval: death, progression …")

    @property
    def days(self) -> tuple[float, float] | None:
        """Bounds of the printed interval in days; None where it is not one."""
        unit = self.value.unit.rstrip("s") if self.value else ""
        if self.value is None or unit not in DAYS_PER:
            return None
        slack = self.tolerance.days[1] if self.tolerance else (0.0 if unit == "day" else 0.5 * DAYS_PER[unit])
        middle = self.value.value * DAYS_PER[unit]
        return max(middle - slack, 0.0), middle + slack

    @property
    def label(self) -> str:
        """Name and value."""
        return f"{self.name}: {self.value}" if self.value else self.text or self.name

    def references(self) -> tuple[str, ...]:
        """Adds the entries it runs between."""
        return super().references() + tuple(split_reference(x)[0] for x in self.between or ())
