"""A disease phase: initial, progression n, dissemination. Every treatment points to the one it was given for."""

from typing import ClassVar, Literal, Self

from pydantic import Field

from myelon.record.base import Assertion, Entry, EntryId
from myelon.record.when import Period


class Phase(Entry):
    """An episode of the disease. The free interval is as printed; what the dates give is computed beside it."""

    lasts: ClassVar[bool] = True
    track: ClassVar[str] = "Phase"
    kind: Literal["phase"] = "phase"
    phase: Literal["initial", "recurrence", "progression", "dissemination", "remission", "terminal"]
    ordinal: int | None = Field(default=None, ge=1)
    sites: tuple[str, ...] = ()
    parent: EntryId | None = None
    disease_free: Period | None = None
    local_recurrence: Assertion | None = None
    metastasis: Assertion | None = None

    def before_its_end(self) -> Self:
        """Its words are those of its beginning, and stay."""
        return super().before_its_end().model_copy(update={"text": self.text})

    @property
    def label(self) -> str:
        """Such as "progression 1: primary larger after line 1"."""
        name = self.phase if self.ordinal is None else f"{self.phase} {self.ordinal}"
        return f"{name}: {self.text}" if self.text else name

    def references(self) -> tuple[str, ...]:
        """Adds the phase it came out of."""
        return super().references() + ((self.parent,) if self.parent else ())
