"""The case document: one patient's longitudinal record, read from YAML or JSON and checked as a whole."""

from __future__ import annotations

import json
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar

from pydantic import ConfigDict, Field, model_validator

from myelon.errors import CaseError
from myelon.record.base import Assertion, Entry, EntryId, Part
from myelon.record.document import checked, dump_document, read_document
from myelon.record.kinds import AnyEntry, Assumption, Neoplasm, Subject
from myelon.record.when import split_reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMA_ID = "myelon.case/1"
RESERVED_ENTRIES = frozenset({"case", "new"})
"""Ids that no entry may have: the head of a case is kept as "case", and "new" is the address of an empty form."""
RESERVED_CASES = frozenset({"import", "new", "preview", "receive"})
"""Ids that no case may have: they are addresses of their own."""
E = TypeVar("E", bound=Entry)


class About(Part):
    """What the case is: a published patient with its citation, or a synthetic one that is nobody."""

    nature: Literal["published", "synthetic", "local"]
    citation: str = ""
    note: str = ""


class Case(Part):
    """One patient's record."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Myelon case document")

    schema_: Literal["myelon.case/1"] = Field(alias="schema")
    id: EntryId
    title: str
    about: About
    zero: str = Field(description="entry (or entry.end) that time is counted from")
    entries: tuple[Annotated[AnyEntry, Field(discriminator="kind")], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _no_address(self) -> Self:
        reserved = [self.id] if self.id in RESERVED_CASES else [e.id for e in self.entries if e.id in RESERVED_ENTRIES]
        if reserved:
            raise ValueError(f"nothing here can be called {reserved[0]!r}: that name is kept")
        return self

    @model_validator(mode="after")
    def _whole(self) -> Self:
        seen: set[str] = set()
        for entry in self.entries:
            if entry.id in seen:
                raise ValueError(f"two entries are called {entry.id!r}")
            seen.add(entry.id)
        for entry in self.entries:
            for reference in entry.references():
                if reference not in seen:
                    raise ValueError(f"entry {entry.id!r} points to {reference!r}, which does not exist")
            for anchor in _anchors(entry):
                if anchor not in seen:
                    raise ValueError(f"the time of {entry.id!r} hangs on {anchor!r}, which does not exist")
        if split_reference(self.zero)[0] not in seen:
            raise ValueError(f"zero point {self.zero!r} is not an entry")
        loop = _anchor_loop(self.entries)
        if loop:
            raise ValueError("anchors run in a loop: " + " → ".join(loop))
        return self

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        """Every entry by its id."""
        return {entry.id: entry for entry in self.entries}

    def with_entries(self, entries: tuple[Entry, ...]) -> Case:
        """The same case with other entries; what points to an entry that is gone is not checked."""
        twin = self.model_copy(update={"entries": entries})
        for cached in ("by_id", "subject", "neoplasm"):
            twin.__dict__.pop(cached, None)
        return twin

    def of(self, kind: type[E]) -> Iterator[E]:
        """Entries of one kind, in the order of the document."""
        return (entry for entry in self.entries if isinstance(entry, kind))

    def given(self, kind: type[E]) -> Iterator[E]:
        """Treatments of one kind that were given; one recorded as "absent" is an explicit negative and stays out."""
        return (entry for entry in self.of(kind) if entry.assertion is Assertion.PRESENT)

    @cached_property
    def subject(self) -> Subject | None:
        """The patient."""
        return next(self.of(Subject), None)

    @cached_property
    def neoplasm(self) -> Neoplasm | None:
        """The tumour that the board asks about: the first in or at the spine, else the first of the document.

        One that is recorded as absent, or whose presence is not certain, is none.
        """
        tumours = list(self.given(Neoplasm))
        return next((t for t in tumours if t.spinal), tumours[0] if tumours else None)

    def facts(self) -> dict[str, list[str]]:
        """Fact numbers (``A36``) → ids of the entries that bear them."""
        found: dict[str, list[str]] = {}
        for entry in self.entries:
            for fact in _facts(entry.model_dump(mode="python")):
                ids = found.setdefault(fact, [])
                if entry.id not in ids:
                    ids.append(entry.id)
        return found


def _anchors(entry: Entry) -> tuple[str, ...]:
    times = (entry.when, entry.until, entry.holds if isinstance(entry, Assumption) else None)
    return tuple(anchor for when in times if when is not None for anchor in when.anchors)


def _anchor_loop(entries: tuple[Entry, ...]) -> list[str]:
    """A loop of anchors: each entry's time counts from the next one's, so that none of them has a time."""
    counts_from = {e.id: {e.when.anchor} if e.when is not None and e.when.anchor else set() for e in entries}
    try:
        TopologicalSorter(counts_from).prepare()
    except CycleError as error:
        return [str(entry) for entry in reversed(error.args[1])]
    return []


def _facts(value: Any) -> Iterator[str]:  # noqa: ANN401  # a dumped model is any nesting of plain values
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "facts":
                yield from inner
            else:
                yield from _facts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _facts(inner)


# ── reading and writing ─────────────────────────────────────────────────────────────────────────────────


def read_case(text: str, *, where: str = "case") -> Case:
    """Read a case document in YAML or JSON.

    Raises:
        CaseError: Not YAML, or not a case; every problem is named with its place, at most twelve of them.
    """
    document = read_document(text, where=where, error=CaseError)
    if not isinstance(document, dict):
        raise CaseError("not a case document", where=where, todo="It must be a mapping; see `myelon schema`")
    return case_from(document, where=where)


def case_from(document: Mapping[str, Any], *, where: str = "case") -> Case:
    """Build a case from plain values.

    Raises:
        CaseError: As `read_case`.
    """
    return checked(Case, document, where=where)


def write_case(case: Case) -> str:
    """The case as YAML, without empty fields."""
    document = json.loads(case.model_dump_json(by_alias=True, exclude_defaults=True))
    for row, entry in zip(document["entries"], case.entries, strict=True):
        row["kind"] = entry.kind
    ordered = {"schema": SCHEMA_ID, **{k: v for k, v in document.items() if k != "schema"}}
    return dump_document(ordered)


def case_schema() -> dict[str, Any]:
    """The published JSON Schema of a case document."""
    schema = Case.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, **schema}
