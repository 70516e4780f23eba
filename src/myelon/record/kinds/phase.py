"""A disease phase: initial, progression n, dissemination. Every treatment points to the one it was given for."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Entry


class Phase(Entry):
    """An episode of the disease."""

    lasts: ClassVar[bool] = True
    track: ClassVar[str] = "Phase"
    kind: Literal["phase"] = "phase"
    phase: Literal["initial", "recurrence", "progression", "dissemination", "remission", "terminal"]
    ordinal: int | None = Field(default=None, ge=1)
    sites: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Such as "progression 1: primary larger after line 1"."""
        name = self.phase if self.ordinal is None else f"{self.phase} {self.ordinal}"
        return f"{name}: {self.text}" if self.text else name
