"""What every part of a record shares: strictness, provenance, assertion, quantity, the entry itself."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from myelon.record.when import Period, When
from myelon.terms.levels import Span


class Part(BaseModel):
    """A frozen piece of a record; a field that does not exist is an error, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


LevelSpan = Annotated[
    Span,
    BeforeValidator(lambda v: Span.parse(v) if isinstance(v, str) else v),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "description": "vertebral span, such as C7–T6, T11/12 or L2"}),
]
"""A vertebral span, written "C7–T6", "T11/12" or "L2"."""


class Assertion(StrEnum):
    """Whether something was so. "Not reported" is a value, never a gap."""

    PRESENT = "present"
    ABSENT = "absent"
    NOT_DONE = "not done"
    NOT_REPORTED = "not reported"
    UNKNOWN = "unknown"
    EQUIVOCAL = "equivocal"


MAYBE = frozenset({Assertion.UNKNOWN, Assertion.EQUIVOCAL, Assertion.NOT_REPORTED})
"""Neither so nor not so: what bears one of these may have been."""


class Provenance(Part):
    """Where a statement stands: source code, place, fact numbers, the quoted words, who entered it."""

    source: str
    where: str = ""
    facts: tuple[str, ...] = ()
    quote: str = ""
    entered_by: str = ""
    entered_at: dt.datetime | None = None

    @property
    def code(self) -> str:
        """Short code as printed beside a value: "000 A47"."""
        return " ".join((self.source, ", ".join(self.facts))).strip()


Comparator = Literal["=", "~", "<", "≤", ">", "≥"]
Plausibility = Literal["ok", "unit_suspect", "out_of_range"]


class Quantity(Part):
    """A measured value as printed: number, comparator, unit; doubt about the unit is kept, not mended."""

    value: float
    comparator: Comparator = "="
    unit: str = ""
    plausibility: Plausibility = "ok"
    text: str = ""

    @property
    def mm(self) -> float | None:
        """A length in mm, whatever its comparator; None where the unit is another, or in doubt."""
        factor = {"mm": 1.0, "cm": 10.0}.get(self.unit)
        return None if factor is None or self.plausibility != "ok" else self.value * factor

    def __str__(self) -> str:
        """As printed, with the comparator where it is not "="."""
        sign = "" if self.comparator == "=" else {"~": "≈ "}.get(self.comparator, f"{self.comparator} ")
        return f"{sign}{self.value:g} {self.unit}".rstrip()


T = TypeVar("T")


class Stated(Part, Generic[T]):
    """One statement about a field, with its own source: two of them may disagree and both are kept."""

    value: T
    text: str = ""
    source: Provenance


EntryId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)]


class Entry(Part):
    """One dated thing in a patient's story."""

    lasts: ClassVar[bool] = False
    """Whether the kind has an end of its own (a course) or is a moment (a biopsy)."""
    track: ClassVar[str] = "Other"
    """The row of the timeline that it is drawn in."""

    id: EntryId
    kind: str
    when: When | None = None
    until: When | None = None
    duration: Period | None = None
    for_phase: EntryId | None = None
    assertion: Assertion = Assertion.PRESENT
    text: str = ""
    source: tuple[Provenance, ...] = ()

    @property
    def has_end(self) -> bool:
        """Whether it has an end of its own: its kind lasts, or an end or a length is written."""
        return self.lasts or self.until is not None or self.duration is not None

    @property
    def label(self) -> str:
        """One line for timeline and tables."""
        return self.text or self.kind.replace("_", " ")

    def before_its_end(self) -> Self:
        """The entry as it stood after it began and before it ended: nothing that only its end, or free words, tell."""
        return self.model_copy(update={"until": None, "duration": None, "text": ""})

    def references(self) -> tuple[str, ...]:
        """Ids of the entries that this one points to, apart from its anchors in time."""
        return (self.for_phase,) if self.for_phase else ()
