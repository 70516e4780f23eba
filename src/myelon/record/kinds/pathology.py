"""A pathology report: morphology, mitoses, Ki-67, immunohistochemistry, molecular tests, diagnosis."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Entry, EntryId, Part, Provenance, Quantity


class Stain(Part):
    """One immunohistochemical result in the words of the report; the marker is what the words mean."""

    wording: str
    marker: str
    result: Literal["positive", "negative", "equivocal", "not done", "not reported", "retained", "lost"]
    extent: str = ""
    clone: str = ""
    source: Provenance


class MolecularTest(Part):
    """A gene, what was looked for, how, and what was found."""

    gene: str
    alteration: str = ""
    method: str = "not reported"
    result: Literal["positive", "negative", "equivocal", "not done", "not reported"]
    wording: str = ""
    source: Provenance | None = None


class Pathology(Entry):
    """The report on one specimen."""

    track: ClassVar[str] = "Pathology"
    kind: Literal["pathology"] = "pathology"
    specimen: EntryId | None = None
    morphology: str = ""
    mitoses: Quantity | None = None
    ki67: Quantity | None = None
    immunohistochemistry: tuple[Stain, ...] = ()
    molecular: tuple[MolecularTest, ...] = ()
    diagnosis: str = ""
    of_neoplasm: EntryId | None = Field(default=None, description="the tumour that the diagnosis is of")
    grade: str = ""
    edition: str = ""
    reviewers: int | None = Field(default=None, ge=1)
    compared_to: EntryId | None = None

    @property
    def label(self) -> str:
        """The diagnosis."""
        return self.diagnosis or self.text or "pathology"

    def references(self) -> tuple[str, ...]:
        """Adds the operation the specimen came from, the report it is compared to, and the tumour it is of."""
        return super().references() + tuple(x for x in (self.specimen, self.compared_to, self.of_neoplasm) if x)
