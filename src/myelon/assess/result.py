"""What an instrument says: a value or the range still possible, and everything it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from myelon.assess.fields import Value


@dataclass(frozen=True)
class Because:
    """One item: what was put in, what it counts, the entry and source it came from, and when it held."""

    item: str
    label: str
    option: Value
    option_label: str
    points: float | None
    entry: str = ""
    source: str = ""
    held: str = ""
    """When it held, in words."""
    overridden: str = ""
    """Who put it in the place of what the record says, and why."""


@dataclass(frozen=True)
class Result:
    """A result that explains itself.

    A missing item is never scored: ``score`` stays None, and ``reachable`` gives the least and the greatest score
    that the missing items could still make, ``reachable_categories`` their categories.
    """

    instrument: str
    version: str
    source: str
    score: float | None = None
    values: dict[str, float] = field(default_factory=dict)
    """Named numbers, where an instrument gives more than one."""
    categories: tuple[str, ...] | None = None
    """What was found; None while it is open. Several only where an instrument gives several."""
    several: bool = False
    category_label: str = ""
    interpretation: str = ""
    because: tuple[Because, ...] = ()
    steps: tuple[str, ...] = ()
    """The arithmetic, or the rules that decided."""
    missing: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    """What was not given and does not count: the result holds without it, and may change with it."""
    reachable: tuple[float, float] | None = None
    reachable_categories: tuple[str, ...] = ()
    not_applicable: str = ""
    outside: tuple[str, ...] = ()
    """Why the patient is not of the people it was made in."""
    stale: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    """What else the record says of it, such as other levels, or why an item stays open."""
    unread: tuple[str, ...] = ()
    """What the record holds and the instrument cannot read."""
    notes: tuple[str, ...] = ()

    @property
    def category(self) -> str | tuple[str, ...] | None:
        """The category, or all of them where the instrument gives several."""
        if self.categories is None or self.several:
            return self.categories
        return self.categories[0] if self.categories else None

    @property
    def status(self) -> str:
        """``complete``, ``incomplete`` or ``not applicable``."""
        if self.not_applicable:
            return "not applicable"
        return "incomplete" if self.missing else "complete"

    @property
    def value(self) -> str:
        """The result in short, as it is kept in the record; empty while it is open."""
        if self.status != "complete":
            return ""
        named = ", ".join(f"{k} {v:g}" for k, v in self.values.items())
        found = ", ".join(self.categories or ()) or ("none" if self.several else "")
        return " · ".join(x for x in ("" if self.score is None else f"{self.score:g}", found, named) if x)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; the keys score and category are those of the instrument table."""
        whole = self.score is not None and self.score == int(self.score)
        score = int(self.score) if self.score is not None and whole else self.score
        return {
            "instrument": self.instrument,
            "version": self.version,
            "status": self.status,
            "score": self.values if score is None and self.values else score,
            "values": self.values,
            "category": list(self.categories or ()) if self.several and self.categories is not None else self.category,
            "category_label": self.category_label,
            "interpretation": self.interpretation,
            "missing": list(self.missing),
            "assumed": list(self.assumed),
            "reachable": list(self.reachable) if self.reachable else None,
            "reachable_categories": list(self.reachable_categories),
            "not_applicable": self.not_applicable,
            "outside": list(self.outside),
            "stale": list(self.stale),
            "said": list(self.said),
            "unread": list(self.unread),
            "because": [vars(b) for b in self.because],
            "steps": list(self.steps),
            "notes": list(self.notes),
            "source": self.source,
        }
