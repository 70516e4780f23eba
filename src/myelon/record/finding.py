"""What a finding is: two statements that do not agree, or one statement and the rule or reading it meets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from myelon.record.base import Provenance
    from myelon.record.case import Case
    from myelon.record.kinds.discrepancy import Resolution
    from myelon.record.timeline import Timeline

    Rule = Callable[[Case, Timeline], Iterator["Finding"]]

Severity = Literal["note", "question", "danger"]


@dataclass(frozen=True)
class Statement:
    """Words and where they stand."""

    text: str
    source: str = ""


@dataclass(frozen=True)
class Finding:
    """One disagreement, with at least two statements, or one statement and the rule or reading it meets."""

    key: str
    kind: str
    entries: tuple[str, ...]
    statements: tuple[Statement, ...]
    rule: str = ""
    computed: str = ""
    severity: Severity = "question"
    number: str = ""
    resolution: Resolution | None = None

    @property
    def name(self) -> str:
        """The number it was given (XA4), or its key."""
        return self.number or self.key


def codes(sources: Iterable[Provenance | None]) -> str:
    """Short codes of the sources of a statement."""
    return "; ".join(dict.fromkeys(s.code for s in sources if s is not None))
