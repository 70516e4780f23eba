"""A decision of the patient or the family."""

from typing import ClassVar, Literal

from myelon.record.base import Entry


class Choice(Entry):
    """What was chosen, and by whom."""

    track: ClassVar[str] = "Care, outcome"
    kind: Literal["choice"] = "choice"
    what: str
    who: tuple[Literal["patient", "family"], ...]
    reasons: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Who chose what."""
        return f"{' and '.join(self.who)}: {self.what}"
