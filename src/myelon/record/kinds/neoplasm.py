"""A tumour: entity, classification and edition, grade, site and compartment."""

from typing import ClassVar, Literal

from myelon.record.base import Entry, EntryId, LevelSpan, Stated

Compartment = Literal[
    "intramedullary",
    "intradural extramedullary",
    "extramedullary",
    "epidural",
    "vertebral",
    "dumbbell",
    "paraspinal",
    "extraspinal",
]
"""Several may hold. ``extramedullary``: inside the canal, the layer of the dura not said."""


class Neoplasm(Entry):
    """A tumour entity; two cancers in one patient are two entries, a metastasis points to its parent.

    Organ (``site``) and histology are two fields. ``basis`` says what the diagnosis rests on.
    """

    track: ClassVar[str] = "Diagnosis"
    kind: Literal["neoplasm"] = "neoplasm"
    role: Literal["primary", "secondary"]
    entity: str
    histology: str = ""
    names: tuple[Stated[str], ...] = ()
    classification: str = ""
    grade: str = ""
    site: str = ""
    laterality: Literal["left", "right", "midline", "both", "not reported"] = "not reported"
    compartment: tuple[Compartment, ...] = ()
    levels: LevelSpan | None = None
    basis: tuple[Stated[str], ...] = ()
    behaviour: tuple[Stated[str], ...] = ()
    parent: EntryId | None = None

    @property
    def label(self) -> str:
        """Entity and grade."""
        return f"{self.entity}, {self.grade}" if self.grade else self.entity

    @property
    def spinal(self) -> bool:
        """Whether it lies in or at the spine."""
        return any(c != "extraspinal" for c in self.compartment) or self.levels is not None

    def references(self) -> tuple[str, ...]:
        """Adds the parent tumour."""
        return super().references() + ((self.parent,) if self.parent else ())
