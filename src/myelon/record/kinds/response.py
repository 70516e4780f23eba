"""A response as it was assessed; the criteria are named, or said not to be."""

from typing import ClassVar, Literal

from myelon.record.base import Assertion, Entry, EntryId, Provenance, Stated


class Response(Entry):
    """A response statement, tied to the study it rests on. Two statements of one response may disagree."""

    track: ClassVar[str] = "Response"
    kind: Literal["response"] = "response"
    criteria: str = "not stated"
    category: Literal[
        "CR",
        "PR",
        "SD",
        "PD",
        "regression",
        "complete remission",
        "improved",
        "unchanged",
        "deteriorated",
        "no progression observed",
        "not evaluated",
        "not stated",
    ] = "not stated"
    statements: tuple[Stated[str], ...] = ()
    modality: str = "MRI"
    target: tuple[str, ...] = ()
    residual: Assertion | None = None
    study: EntryId | None = None
    baseline: EntryId | None = None
    after: EntryId | None = None
    after_cycles: int | None = None
    of_neoplasm: EntryId | None = None
    caveat: str = ""
    source_of_category: Provenance | None = None
    repeated: bool = False

    @property
    def label(self) -> str:
        """Category in the words of the report."""
        return self.text or self.category

    def references(self) -> tuple[str, ...]:
        """Adds the study, the baseline, the treatment and the tumour."""
        named = (self.study, self.baseline, self.after, self.of_neoplasm)
        return super().references() + tuple(x for x in named if x)
