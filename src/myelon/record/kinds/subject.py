"""The patient: sex, age, history, consent."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Assertion, Entry, Part, Provenance


class History(Part):
    """A comorbidity or habit; "absent" is as much a fact as "present"."""

    condition: str
    assertion: Assertion = Assertion.PRESENT
    source: Provenance | None = None


class Subject(Entry):
    """One per case."""

    track: ClassVar[str] = "Patient"
    kind: Literal["subject"] = "subject"
    sex: Literal["male", "female", "other", "unknown"]
    age_at_index_years: float | None = Field(default=None, ge=0, le=130)
    history: tuple[History, ...] = ()
    consent: Literal["obtained", "not obtained", "not reported"] = "not reported"

    @property
    def label(self) -> str:
        """Such as "45 M"."""
        age = "age not reported" if self.age_at_index_years is None else f"{self.age_at_index_years:g}"
        return f"{age} {self.sex[0].upper()}"
