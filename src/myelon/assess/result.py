"""What an instrument says: a value or the range still possible, and everything it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Because:
    """One item: what was put in, what it counts, and the entry and source it came from."""

    item: str
    label: str
    option: str
    option_label: str
    points: float | None
    entry: str = ""
    source: str = ""


@dataclass(frozen=True)
class Result:
    """A result that explains itself.

    A missing item is never scored: ``score`` stays None, and ``reachable`` gives the least and the greatest score
    that the missing items could still make, ``reachable_categories`` their categories.
    """

    instrument: str
    version: str
    source: str
    score: float | None
    category: str | None
    category_label: str
    interpretation: str
    because: tuple[Because, ...]
    missing: tuple[str, ...]
    reachable: tuple[float, float] | None
    reachable_categories: tuple[str, ...]
    not_applicable: str = ""
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """``complete``, ``incomplete`` or ``not applicable``."""
        if self.not_applicable:
            return "not applicable"
        return "incomplete" if self.missing else "complete"

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; the keys score and category are those of the instrument table."""
        return {
            "instrument": self.instrument,
            "version": self.version,
            "status": self.status,
            "score": int(self.score) if self.score is not None and self.score == int(self.score) else self.score,
            "category": self.category,
            "category_label": self.category_label,
            "interpretation": self.interpretation,
            "missing": list(self.missing),
            "reachable": list(self.reachable) if self.reachable else None,
            "reachable_categories": list(self.reachable_categories),
            "not_applicable": self.not_applicable,
            "because": [vars(b) for b in self.because],
            "notes": list(self.notes),
            "source": self.source,
        }
