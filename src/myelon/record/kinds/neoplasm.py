"""A tumour: entity, classification and edition, grade, site and compartment."""

from typing import ClassVar, Literal

from pydantic import field_validator

from myelon.record.base import Entry, EntryId, LevelSpan, Part, Stated
from myelon.terms.tumours import TUMOURS, Tumour, proposed

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


class TumourCode(Part):
    """Which row of `myelon.terms.tumours` a tumour is, and who confirmed that."""

    id: str
    by: str

    @field_validator("id")
    @classmethod
    def _known(cls, key: str) -> str:
        if key not in TUMOURS:
            raise ValueError(f"no tumour {key[:60]!r}: take an id that `myelon tumours` lists, such as chordoma")
        return key

    @field_validator("by")
    @classmethod
    def _somebody(cls, who: str) -> str:
        if not who.strip():
            raise ValueError("write who confirmed it")
        return who.strip()


class Neoplasm(Entry):
    """A tumour entity; two cancers in one patient are two entries, a metastasis points to its parent.

    Organ (``site``) and histology are two fields. ``basis`` says what the diagnosis rests on.
    """

    track: ClassVar[str] = "Diagnosis"
    kind: Literal["neoplasm"] = "neoplasm"
    role: Literal["primary", "secondary"]
    entity: str
    code: TumourCode | None = None
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
    def known_as(self) -> Tumour | None:
        """The row of the tumour: the one a person confirmed, else the one that its whole name is; None where unknown.

        Words never outweigh a confirmed code, and a name that no row has stays unknown.
        """
        if self.code is not None:
            return TUMOURS[self.code.id]
        return proposed(self.entity, self.histology, self.site if self.role == "primary" else "")

    @property
    def spinal(self) -> bool:
        """Whether it lies in or at the spine."""
        return any(c != "extraspinal" for c in self.compartment) or self.levels is not None

    def references(self) -> tuple[str, ...]:
        """Adds the parent tumour."""
        return super().references() + ((self.parent,) if self.parent else ())
