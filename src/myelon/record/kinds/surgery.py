"""An operation: procedures, levels, intent, extent of resection, what was put in, what was decided against."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Assertion, Entry, EntryId, LevelSpan, Part, Provenance, Quantity, Stated
from myelon.terms.operations import changes_the_spine, samples_only


class Considered(Part):
    """Something that was considered: whether it was done, and why (not)."""

    what: str
    done: Assertion
    reason: str = ""
    source: Provenance | None = None


class Surgery(Entry):
    """One operation or biopsy, with all that was done in it."""

    track: ClassVar[str] = "Surgery"
    kind: Literal["surgery"] = "surgery"
    procedures: tuple[str, ...] = Field(min_length=1)
    target: EntryId | None = None
    levels: LevelSpan | None = None
    intent: str = ""
    urgency: Literal["urgent", "elective", "not reported"] = "not reported"
    extent: Literal["biopsy", "partial", "subtotal", "gross total", "en bloc", "extensive", "not reported"] = (
        "not reported"
    )
    blood_loss: Quantity | None = None
    instrumentation: tuple[str, ...] = ()
    fusion: Considered | None = None
    embolisation: Considered | None = None
    complication: Considered | None = None
    adjuvant: Considered | None = None
    rationale: tuple[Stated[str], ...] = ()

    @property
    def is_biopsy(self) -> bool:
        """Whether it took a sample only: every procedure by its name, or its extent where no name says more."""
        if self.extent == "not reported":
            return samples_only(self.procedures)
        return self.extent == "biopsy" and not changes_the_spine(self.procedures)

    @property
    def label(self) -> str:
        """The procedures."""
        if self.assertion is not Assertion.PRESENT:
            return f"{', '.join(self.procedures)}: {self.assertion}"
        return self.text or ", ".join(self.procedures)

    def references(self) -> tuple[str, ...]:
        """Adds the tumour it was aimed at."""
        return super().references() + ((self.target,) if self.target else ())
