"""A board decision: question, options, reasons, accepted risk, who, whether it was carried out."""

from typing import ClassVar, Literal

from myelon.record.base import Entry, EntryId, Part, Provenance, Stated


class Option(Part):
    """An option that was considered; a rejected one keeps its reasons."""

    text: str
    chosen: bool = False
    status: Literal["chosen", "rejected", "considered"] | None = None
    reasons: tuple[str, ...] = ()
    evidence: tuple[EntryId, ...] = ()
    source: Provenance | None = None

    @property
    def fate(self) -> str:
        """Chosen, rejected or considered."""
        return self.status or ("chosen" if self.chosen else "considered")


class Board(Entry):
    """What a board, or the treating team, decided and why."""

    track: ClassVar[str] = "Board"
    kind: Literal["board"] = "board"
    question: str
    mode: Literal["in person", "online", "hybrid", "not reported"] = "not reported"
    sites: tuple[str, ...] = ()
    disciplines: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    decision: str = ""
    rationale: tuple[Stated[str], ...] = ()
    accepted_risk: str = ""
    dissent: tuple[str, ...] = ()
    decided_by: str = "not reported"
    signed_by: tuple[str, ...] = ()
    carried_out_by: EntryId | tuple[EntryId, ...] | None = None
    outcome: Literal["carried out", "deviated", "not carried out", "not reported"] = "not reported"
    deviation: str = ""

    @property
    def label(self) -> str:
        """The decision."""
        return self.decision or self.question

    @property
    def carried_out(self) -> tuple[str, ...]:
        """Ids of the entries that carried it out."""
        named = self.carried_out_by
        return (named,) if isinstance(named, str) else (named or ())

    def references(self) -> tuple[str, ...]:
        """Adds the entries that carried it out, and the evidence of its options."""
        return super().references() + self.carried_out + tuple(e for o in self.options for e in o.evidence)
