"""A discrepancy that a person entered, or a person's word on one that was computed."""

from typing import ClassVar, Literal

from myelon.record.base import Entry, EntryId, Part, Stated


class Resolution(Part):
    """What a person decided; the statements stay."""

    reading: str
    by: str
    reason: str


class Discrepancy(Entry):
    """Two statements that do not agree, or one statement and the rule it offends.

    ``finding`` names a computed finding (``rule:entry[:detail]``) that this entry gives its number and
    resolution to; without it the discrepancy stands on its own statements.
    """

    track: ClassVar[str] = "Findings"
    kind: Literal["discrepancy"] = "discrepancy"
    nature: Literal[
        "internal",
        "unit",
        "arithmetic",
        "caption against text",
        "terminology",
        "time",
        "completeness",
        "evidence",
        "definition",
        "extraction",
        "plausibility",
    ]
    about: tuple[EntryId, ...] = ()
    statements: tuple[Stated[str], ...] = ()
    rule: str = ""
    finding: str | None = None
    resolution: Resolution | None = None

    @property
    def label(self) -> str:
        """What it is about."""
        return self.text or self.nature

    def references(self) -> tuple[str, ...]:
        """The entries it is about."""
        return super().references() + self.about
