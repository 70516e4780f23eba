"""A line of systemic therapy: agents as printed, interval, cycles. Myelon never computes a dose to give."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field

from myelon.record.base import Assertion, Entry, EntryId, Part, Provenance, Quantity, Stated
from myelon.record.when import Period, When

Deviation = Literal["delayed", "reduced", "omitted", "stopped"]


class Agent(Part):
    """A drug of the regimen with its dose and unit exactly as printed."""

    drug: str
    dose: Quantity | None = None
    days: str = Field(default="", description="days of a cycle on which it is given, such as 'days 1–3'")
    dose_per: Literal["day", "cycle"] | None = Field(
        default=None, description="what the printed dose is for, where a cycle has several days"
    )
    route: str = ""
    source: Provenance | None = None


class RelationToRadiotherapy(Part):
    """How the line stood to a course: with it, or after it."""

    course: EntryId
    relation: Literal["concurrent", "sequential"]


class Cycle(Part):
    """A cycle as it was given, where it was not as planned: delayed, reduced, omitted, and why."""

    n: int = Field(ge=1)
    deviation: Deviation | None = None
    drug: str = ""
    percent_given: float | None = Field(default=None, ge=0, le=200)
    delay: Period | None = None
    when: When | None = None
    reason: str = ""


class Systemic(Entry):
    """One line of therapy. ``cycles`` were given; ``planned_cycles`` were meant to be."""

    lasts: ClassVar[bool] = True
    track: ClassVar[str] = "Systemic"
    kind: Literal["systemic"] = "systemic"
    line: int | None = Field(default=None, ge=1)
    continues: EntryId | None = Field(
        default=None,
        description="the line that it goes on with, such as maintenance: its number is a reader's count",
    )
    regimen: str
    template: str = Field(default="", description="row of the regimen library it was taken from")
    intent: str = ""
    agents: tuple[Agent, ...] = Field(min_length=1)
    interval: Period | None = None
    planned_cycles: int | None = Field(default=None, ge=1)
    cycles: int | None = Field(default=None, ge=1)
    given: tuple[Cycle, ...] = ()
    relation: tuple[Stated[RelationToRadiotherapy], ...] = ()
    setting: str = ""
    site: str = ""
    outcome: str = ""
    stop_reason: str = ""
    stopped_by: tuple[Literal["patient", "family", "team"], ...] = ()

    @property
    def implied_days(self) -> tuple[float, float, str] | None:
        """First to last course: one interval fewer than courses (DA8)."""
        if self.cycles is None or self.interval is None:
            return None
        low, high = self.interval.days
        return (
            low * (self.cycles - 1),
            high * (self.cycles - 1),
            f"{self.cycles - 1} intervals of {self.interval}",
        )

    @property
    def label(self) -> str:
        """Such as "line 2: bevacizumab + low-dose ICE ×13"."""
        if self.assertion is not Assertion.PRESENT:
            return f"{self.regimen}: {self.assertion}"
        times = f" ×{self.cycles}" if self.cycles else ""
        line = "line not reported" if self.line is None else f"line {self.line}"
        if self.continues is not None:
            line = "continued" if self.line is None else f"{line} by a reader's count, continued"
        return f"{line}: {self.regimen}{times}"

    def before_its_end(self) -> Self:
        """Without the count of its cycles, its outcome and why it was stopped."""
        unknown = {"cycles": None, "given": (), "outcome": "", "stop_reason": "", "stopped_by": (), "relation": ()}
        return super().before_its_end().model_copy(update=unknown)

    def references(self) -> tuple[str, ...]:
        """Adds the courses of radiotherapy it is related to, and the line it continues."""
        continued = (self.continues,) if self.continues is not None else ()
        return super().references() + tuple(r.value.course for r in self.relation) + continued
