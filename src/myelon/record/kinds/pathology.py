"""A pathology report: morphology, mitoses, Ki-67, immunohistochemistry, diagnosis."""

from typing import ClassVar, Literal

from myelon.record.base import Entry, EntryId, Part, Provenance, Quantity


class Stain(Part):
    """One immunohistochemical result in the words of the report; the marker is what the words mean."""

    wording: str
    marker: str
    result: Literal["positive", "negative", "equivocal", "not done", "retained", "lost"]
    extent: str = ""
    source: Provenance


class Pathology(Entry):
    """The report on one specimen."""

    track: ClassVar[str] = "Pathology"
    kind: Literal["pathology"] = "pathology"
    specimen: EntryId | None = None
    morphology: str = ""
    mitoses: Quantity | None = None
    ki67: Quantity | None = None
    immunohistochemistry: tuple[Stain, ...] = ()
    diagnosis: str = ""
    grade: str = ""
    edition: str = ""

    @property
    def label(self) -> str:
        """The diagnosis."""
        return self.diagnosis or self.text or "pathology"

    def references(self) -> tuple[str, ...]:
        """Adds the operation the specimen came from."""
        return super().references() + ((self.specimen,) if self.specimen else ())
