"""A stage or score as someone assessed it, with its inputs; never rewritten by a later spread or a later rule."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Entry, EntryId


class Staging(Entry):
    """One assessment by one instrument in one version, on the day it holds."""

    track: ClassVar[str] = "Staging"
    kind: Literal["staging"] = "staging"
    instrument: str
    version: str = Field(default="", description="edition or version of the instrument")
    inputs: dict[str, str] = Field(default_factory=dict)
    rests_on: tuple[EntryId, ...] = Field(default=(), description="entries that the inputs were taken from")
    overrides: dict[str, str] = Field(
        default_factory=dict, description="input that a person put in the place of what the record says: why"
    )
    missing: tuple[str, ...] = Field(default=(), description="inputs that were not known")
    t: str = ""
    n: str = ""
    m: str = ""
    value: str
    by: str = ""
    of_neoplasm: EntryId | None = None

    @property
    def label(self) -> str:
        """Such as "TNM: T4 N2 M1a, IVA"."""
        parts = " ".join(x for x in (self.t, self.n, self.m) if x)
        return f"{self.instrument}: {parts}, {self.value}" if parts else f"{self.instrument}: {self.value}"

    def references(self) -> tuple[str, ...]:
        """Adds the tumour that was staged."""
        return super().references() + self.rests_on + ((self.of_neoplasm,) if self.of_neoplasm else ())
