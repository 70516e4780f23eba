"""A publication that is no single patient: what it prints, as evidence entries, and where it disagrees with itself."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from myelon.errors import CaseError
from myelon.record.base import EntryId, Part
from myelon.record.document import checked, read_document
from myelon.record.findings import numbered
from myelon.record.kinds import Discrepancy, Evidence
from myelon.record.rules.statements import disagreeing_percents, impossible_percents

if TYPE_CHECKING:
    from myelon.record.finding import Finding


class Publication(Part):
    """A cohort paper: its printed results, cited evidence, suggested rules and contradictions."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Myelon publication document")

    schema_: Literal["myelon.publication/1"] = Field(alias="schema")
    id: EntryId
    title: str
    citation: str
    patients: int = Field(gt=0)
    entries: tuple[Annotated[Evidence | Discrepancy, Field(discriminator="kind")], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        ids = [e.id for e in self.entries]
        twice = next((i for i in ids if ids.count(i) > 1), None)
        if twice:
            raise ValueError(f"two entries are called {twice!r}")
        for entry in self.entries:
            for reference in entry.references():
                if reference not in ids:
                    raise ValueError(f"entry {entry.id!r} points to {reference!r}, which does not exist")
        return self

    @cached_property
    def by_id(self) -> dict[str, Evidence | Discrepancy]:
        """Every entry by its id."""
        return {e.id: e for e in self.entries}

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What is printed."""
        return tuple(e for e in self.entries if isinstance(e, Evidence))

    def findings(self) -> list[Finding]:
        """Percents that are not their fraction, percents that no count gives, and what readers entered."""
        rules = (disagreeing_percents, impossible_percents)
        computed = {f.key: f for item in self.evidence for rule in rules for f in rule(item)}
        return numbered(computed, (e for e in self.entries if isinstance(e, Discrepancy)))


def read_publication(text: str, *, where: str = "publication") -> Publication:
    """Read a publication document in YAML or JSON.

    Raises:
        CaseError: Not YAML, or not such a document.
    """
    document = read_document(text, where=where, error=CaseError)
    if not isinstance(document, dict):
        raise CaseError("not a publication document", where=where, todo="It must be a mapping")
    return checked(Publication, document, where=where)
