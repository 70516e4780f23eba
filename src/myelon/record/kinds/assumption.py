"""An assumption about a time, made by a reader and not by a source. It can be switched off."""

from typing import ClassVar, Literal

from myelon.record.base import Entry, EntryId
from myelon.record.when import When


class Assumption(Entry):
    """``of`` (its start, or its end) is taken to lie at ``holds``, because of ``reason``."""

    track: ClassVar[str] = "Findings"
    kind: Literal["assumption"] = "assumption"
    of: EntryId
    point: Literal["start", "end"] = "start"
    holds: When
    reason: str
    by: str = ""
    active: bool = True

    @property
    def label(self) -> str:
        """What is assumed."""
        return self.text or f"{self.of} {self.point}: {self.holds}"

    def references(self) -> tuple[str, ...]:
        """Adds the entry it is about."""
        return (*super().references(), self.of)
