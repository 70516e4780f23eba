"""An adverse event by CTCAE, or the statement that there was none."""

from typing import ClassVar, Literal, Self

from pydantic import Field

from myelon.record.base import Assertion, Entry, EntryId, Part
from myelon.terms.ctcae import CtcaeTerm, ctcae_term


class Attribution(Part):
    """A cause as stated: treatment, disease, or something else; the treatment may be an entry."""

    cause: str
    to: Literal["treatment", "disease", "other"]
    treatment: EntryId | None = None


class AdverseEvent(Entry):
    """An adverse event in the words of the report; ``assertion: absent`` is an explicit negative.

    ``differential`` lists causes that were named and not decided between.
    """

    lasts: ClassVar[bool] = True
    track: ClassVar[str] = "Adverse events"
    kind: Literal["adverse_event"] = "adverse_event"
    term: str
    system: str = Field(default="", description="MedDRA system organ class; read from CTCAE where it knows the term")
    criteria: str = ""
    grade: int | None = Field(default=None, ge=1, le=5)
    during: EntryId | None = None
    cycles: tuple[int, ...] = ()
    attribution: tuple[Attribution, ...] = ()
    contributing: tuple[str, ...] = ()
    differential: tuple[str, ...] = ()
    treatment_needed: str = ""
    outcome: Literal["recovered", "recovering", "not recovered", "sequelae", "fatal", "not reported"] = "not reported"
    serious: bool | None = None

    def before_its_end(self) -> Self:
        """Without its grade and its outcome: the worst may have come later."""
        return super().before_its_end().model_copy(update={"grade": None, "outcome": "not reported", "serious": None})

    @property
    def ctcae(self) -> CtcaeTerm | None:
        """The CTCAE v5.0 term that the words mean; None where there is none."""
        return ctcae_term(self.term)

    @property
    def organ_class(self) -> str:
        """System organ class: as recorded, or of the CTCAE term."""
        return self.system or (self.ctcae.system if self.ctcae else "not classified")

    @property
    def label(self) -> str:
        """Term and grade."""
        if self.assertion is not Assertion.PRESENT:
            absent = self.assertion is Assertion.ABSENT
            return f"no {self.term}" if absent else f"{self.term}: {self.assertion}"
        return f"{self.term}, grade {self.grade}" if self.grade else f"{self.term}, grade not reported"

    def references(self) -> tuple[str, ...]:
        """Adds the treatment during which it came, and those it is put down to."""
        named = (self.during, *(a.treatment for a in self.attribution))
        return super().references() + tuple(x for x in named if x)
