"""Vital status: alive, dead or lost, when, where, of what."""

from typing import ClassVar, Literal

from myelon.record.base import Entry
from myelon.record.when import Period


class Vital(Entry):
    """Vital status at a time; ``unobserved`` is how long nobody had seen the patient before it."""

    track: ClassVar[str] = "Care, outcome"
    kind: Literal["vital"] = "vital"
    status: Literal["alive", "dead", "lost"]
    cause: str = "not reported"
    cause_certainty: Literal["certain", "probable", "unknown", "not reported"] = "not reported"
    place: str = "not reported"
    unobserved: Period | None = None

    @property
    def label(self) -> str:
        """Such as "dead"."""
        return {"dead": "death", "alive": "alive", "lost": "lost to follow-up"}[self.status]
