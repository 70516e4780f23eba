"""An operation: procedures, levels, intent, extent of resection."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Entry, LevelSpan


class Surgery(Entry):
    """One operation, with all that was done in it."""

    track: ClassVar[str] = "Surgery"
    kind: Literal["surgery"] = "surgery"
    procedures: tuple[str, ...] = Field(min_length=1)
    levels: LevelSpan | None = None
    intent: str = ""
    urgency: Literal["urgent", "elective", "not reported"] = "not reported"
    extent: Literal["biopsy", "partial", "subtotal", "gross total", "en bloc", "not reported"] = "not reported"

    @property
    def label(self) -> str:
        """The procedures."""
        return self.text or ", ".join(self.procedures)
