"""A tumour: entity, classification and edition, grade, site and compartment."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Entry, EntryId, LevelSpan, Stated

Compartment = Literal["intramedullary", "intradural extramedullary", "epidural", "vertebral", "dumbbell"]


class Neoplasm(Entry):
    """A tumour entity; two cancers in one patient are two entries."""

    track: ClassVar[str] = "Diagnosis"
    kind: Literal["neoplasm"] = "neoplasm"
    role: Literal["primary", "secondary"]
    entity: str
    names: tuple[Stated[str], ...] = ()
    classification: str = ""
    grade: str = ""
    site: str = ""
    compartment: tuple[Compartment, ...] = Field(min_length=1)
    levels: LevelSpan | None = None
    behaviour: tuple[Stated[str], ...] = ()
    parent: EntryId | None = None

    @property
    def label(self) -> str:
        """Entity and grade."""
        return f"{self.entity}, {self.grade}" if self.grade else self.entity

    def references(self) -> tuple[str, ...]:
        """Adds the parent tumour."""
        return super().references() + ((self.parent,) if self.parent else ())
