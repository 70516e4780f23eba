"""Vital status: alive, dead or lost, when, where, of what."""

from typing import ClassVar, Literal

from myelon.record.base import Entry


class Vital(Entry):
    """Vital status at a time."""

    track: ClassVar[str] = "Care, outcome"
    kind: Literal["vital"] = "vital"
    status: Literal["alive", "dead", "lost"]
    cause: str = "not reported"
    place: str = "not reported"

    @property
    def label(self) -> str:
        """Such as "dead"."""
        return {"dead": "death", "alive": "alive", "lost": "lost to follow-up"}[self.status]
