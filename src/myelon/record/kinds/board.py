"""A board decision: question, options, reasons, accepted risk, who, whether it was carried out."""

from typing import ClassVar, Literal

from myelon.record.base import Entry, EntryId, Part, Stated


class Option(Part):
    """An option that was considered."""

    text: str
    chosen: bool = False


class Board(Entry):
    """What a board, or the treating team, decided and why."""

    track: ClassVar[str] = "Board"
    kind: Literal["board"] = "board"
    question: str
    options: tuple[Option, ...] = ()
    decision: str = ""
    rationale: tuple[Stated[str], ...] = ()
    accepted_risk: str = ""
    dissent: tuple[str, ...] = ()
    decided_by: str = "not reported"
    carried_out_by: EntryId | None = None
    outcome: Literal["carried out", "deviated", "not carried out", "not reported"] = "not reported"

    @property
    def label(self) -> str:
        """The decision."""
        return self.decision or self.question

    def references(self) -> tuple[str, ...]:
        """Adds the entry that carried it out."""
        return super().references() + ((self.carried_out_by,) if self.carried_out_by else ())
