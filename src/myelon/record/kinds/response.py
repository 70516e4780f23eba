"""A response as it was assessed; the criteria are named, or said not to be."""

from typing import ClassVar, Literal

from myelon.record.base import Entry, EntryId


class Response(Entry):
    """A response statement, tied to the study it rests on."""

    track: ClassVar[str] = "Response"
    kind: Literal["response"] = "response"
    criteria: str = "not stated"
    category: Literal["CR", "PR", "SD", "PD", "regression", "not stated"] = "not stated"
    modality: str = "MRI"
    study: EntryId | None = None
    after: EntryId | None = None
    repeated: bool = False

    @property
    def label(self) -> str:
        """Category in the words of the report."""
        return self.text or self.category

    def references(self) -> tuple[str, ...]:
        """Adds the study and the treatment."""
        return super().references() + tuple(x for x in (self.study, self.after) if x)
