"""The patient: sex, age, history, consent."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Assertion, Entry, Part, Provenance
from myelon.record.when import When


class History(Part):
    """A comorbidity or habit; "absent" is as much a fact as "present"."""

    condition: str
    assertion: Assertion = Assertion.PRESENT
    amount: str = "not reported"
    source: Provenance | None = None


class PatientId(Part):
    """An identifier under which a hospital knows the patient, as a person confirmed it."""

    id: str = Field(min_length=1, max_length=64)
    issuer: str = Field(default="", max_length=64)
    by: str = ""
    reason: str = ""


class Subject(Entry):
    """One per case. The age is in completed years at the zero point of the case."""

    track: ClassVar[str] = "Patient"
    kind: Literal["subject"] = "subject"
    sex: Literal["male", "female", "other", "unknown"]
    age_at_index_years: float | None = Field(default=None, ge=0, le=130)
    birth: When | None = None
    patient_ids: tuple[PatientId, ...] = Field(
        default=(), description="identifiers that files of this patient may bear; another one is asked about"
    )
    history: tuple[History, ...] = ()
    consent: Literal["obtained", "not obtained", "waived", "not reported"] = "not reported"
    approval: str = ""
    economic_status: str = ""

    @property
    def label(self) -> str:
        """Such as "45 M"."""
        age = "age not reported" if self.age_at_index_years is None else f"{self.age_at_index_years:g}"
        return f"{age} {self.sex[0].upper()}"
