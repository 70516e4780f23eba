"""Supportive treatment, or the statement that none was needed."""

from typing import ClassVar, Literal

from myelon.record.base import Assertion, Entry, EntryId


class Support(Entry):
    """Antibiotics, opioids, transfusion, G-CSF, a catheter, a nerve block."""

    track: ClassVar[str] = "Support"
    kind: Literal["support"] = "support"
    treatment: str
    indication: str = ""
    dose: str = ""
    during: EntryId | None = None
    stopped: bool | None = None

    @property
    def label(self) -> str:
        """Treatment, or that it was not needed."""
        return self.treatment if self.assertion is Assertion.PRESENT else f"no {self.treatment}"

    def references(self) -> tuple[str, ...]:
        """Adds the treatment during which it was given."""
        return super().references() + ((self.during,) if self.during else ())
