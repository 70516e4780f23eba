"""Where the patient was cared for, and why."""

from typing import ClassVar, Literal

from myelon.record.base import Entry


class Encounter(Entry):
    """An admission, a visit, care at home."""

    track: ClassVar[str] = "Care, outcome"
    kind: Literal["encounter"] = "encounter"
    setting: Literal["in-patient", "out-patient", "home", "hospice", "other hospital"]
    site: str = ""
    urgency: Literal["urgent", "elective", "not reported"] = "not reported"
    reason: str = ""

    @property
    def label(self) -> str:
        """Setting and reason."""
        return f"{self.setting}: {self.reason}" if self.reason else self.setting
