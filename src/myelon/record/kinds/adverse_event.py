"""An adverse event by CTCAE, or the statement that there was none."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Entry, EntryId, Part


class Attribution(Part):
    """A cause as stated: treatment, disease, or something else."""

    cause: str
    to: Literal["treatment", "disease", "other"]


class AdverseEvent(Entry):
    """An adverse event; ``assertion: absent`` is an explicit negative."""

    lasts: ClassVar[bool] = True
    track: ClassVar[str] = "Adverse events"
    kind: Literal["adverse_event"] = "adverse_event"
    term: str
    system: Literal[
        "Blood and lymphatic system disorders",
        "Gastrointestinal disorders",
        "Infections and infestations",
        "Investigations",
        "Nervous system disorders",
        "not classified",
    ] = "not classified"
    criteria: str = ""
    grade: int | None = Field(default=None, ge=1, le=5)
    during: EntryId | None = None
    cycles: tuple[int, ...] = ()
    attribution: tuple[Attribution, ...] = ()
    treatment_needed: str = ""

    @property
    def label(self) -> str:
        """Term and grade."""
        if self.assertion == "absent":
            return f"no {self.term}"
        return f"{self.term}, grade {self.grade}" if self.grade else f"{self.term}, grade not reported"

    def references(self) -> tuple[str, ...]:
        """Adds the treatment during which it came."""
        return super().references() + ((self.during,) if self.during else ())
