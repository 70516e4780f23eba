"""The language of selections: patients by what happened to them, in which order.

A query is one condition a line. Each names a kind of entry, what must be so of it, and how it lies to an entry that an
earlier line found:

    surgery as operation
    radiotherapy where total_gy >= 30 after operation within 90 days
    gain mrc >= 1 after operation
    no systemic after operation

    radiotherapy as first
    radiotherapy after first on the levels of first

Kinds are those of the record; fields those of its model, dotted where one lies in another, and `patient` for what the
cohort knows of a patient (`patient where sex = female`). Times are windows, so an answer is yes, no, or possible: a
course of "summer 2021" may or may not lie within 90 days. Nothing unknown counts as no.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from myelon.cohort.variables import VARIABLES
from myelon.errors import TableError
from myelon.record.kinds import KINDS
from myelon.record.when import DAYS_PER, Unit

Operator = Literal["=", "!=", ">=", "<=", ">", "<", "has"]
OPERATORS: tuple[Operator, ...] = (">=", "<=", "!=", "=", ">", "<", "has")
_NAME = r"[A-Za-z][A-Za-z0-9_-]*"
_LINE = re.compile(
    rf"""^(?P<no>no\s+)?(?P<kind>{_NAME})
    (?:\s+(?P<gain>mrc)\s*(?P<by>[<>]?=?)\s*(?P<much>-?\d+))?
    (?:\s+where\s+(?P<where>.+?))?
    (?:\s+as\s+(?P<name>{_NAME}))?
    (?:\s+(?P<direction>after|before)\s+(?P<anchor>{_NAME})(?:\s+within\s+(?P<n>\d+(?:\.\d+)?)\s+(?P<unit>day|week|month|year)s?)?)?
    (?:\s+on\s+the\s+levels\s+of\s+(?P<levels>{_NAME}))?
    (?:\s+as\s+(?P<late>{_NAME}))?\s*$""",
    re.VERBOSE,
)
_CLAUSE = re.compile(r"^(?P<field>[A-Za-z_][A-Za-z0-9_.]*)\s*(?P<operator>>=|<=|!=|=|>|<|\bhas\b)\s*(?P<value>.+)$")


class Clause(NamedTuple):
    """A field, an operator and a value."""

    field: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.field} {self.operator} {self.value}"


@dataclass(frozen=True)
class Line:
    """One condition of a query.

    Attributes:
        kind: Kind of entry, ``gain``, or ``patient``.
        clauses: What must be so of it.
        negated: There must be none.
        name: What later lines call it.
        direction: Where it lies to its anchor.
        anchor: Name of the earlier line.
        within_days: Most days between the two; None is any time.
        levels: Name of the line whose levels it must share.
        gain: Least gain of the MRC grade.
        text: The line as it was written.
    """

    kind: str
    clauses: tuple[Clause, ...] = ()
    negated: bool = False
    name: str = ""
    direction: Literal["", "after", "before"] = ""
    anchor: str = ""
    within_days: float | None = None
    levels: str = ""
    gain: int | None = None
    text: str = ""

    @property
    def binds(self) -> bool:
        """Whether its name stands for an entry, which a later line may lie after."""
        return bool(self.name) and not self.negated and self.kind != "patient"


@dataclass(frozen=True)
class Query:
    """The conditions, in order."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The query as it was written."""
        return "\n".join(line.text for line in self.lines)


def parse_query(text: str) -> Query:
    """Read a query.

    Raises:
        TableError: A line that is no condition, a kind or field that does not exist, a name that no line bears; it
            says which line.

    >>> query = parse_query("radiotherapy where total_gy >= 30 and levels has T4 as first")
    >>> [str(clause) for clause in query.lines[0].clauses], query.lines[0].name
    (['total_gy >= 30', 'levels has T4'], 'first')
    """
    lines: list[Line] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        words = raw.split("#", 1)[0].strip()
        if words:
            lines.append(_line(words, number, {known.name for known in lines if known.binds}))
    return Query(tuple(lines))


def _line(words: str, number: int, names: set[str]) -> Line:
    place = f"line {number}: {words}"
    match = _LINE.match(words)
    if match is None:
        raise TableError(
            "not a condition",
            where=place,
            todo="Such as: radiotherapy where total_gy >= 30 after operation within 90 days",
        )
    kind = match["kind"]
    if (kind == "gain") is (match["much"] is None) or (kind == "gain" and not _plain_gain(match)):
        raise TableError("a gain of what?", where=place, todo="Such as: gain mrc >= 1 after operation")
    if kind not in {"patient", "gain"} and kind not in KINDS:
        raise TableError(
            f"no entry is a {kind!r}", where=place, todo="Kinds are: patient, gain, " + ", ".join(sorted(KINDS))
        )
    for name in filter(None, (match["anchor"], match["levels"])):
        if name not in names:
            known = ", ".join(sorted(names)) or "none yet: write `as name` on an earlier line"
            raise TableError(f"no earlier line is called {name!r}", where=place, todo=f"Names are: {known}")
    if kind == "patient" and (match["anchor"] or match["levels"]):
        raise TableError("a patient has no time", where=place, todo="Put the order on an entry")
    clauses = tuple(_clause(kind, part.strip(), place) for part in re.split(r"\s+and\s+", match["where"] or "") if part)
    within = float(match["n"]) * DAYS_PER[_unit(match["unit"])] if match["n"] else None
    direction = match["direction"]
    return Line(
        kind, clauses, bool(match["no"]), match["name"] or match["late"] or "",
        "after" if direction == "after" else "before" if direction == "before" else "", match["anchor"] or "", within,
        match["levels"] or "", int(match["much"]) if match["much"] else None, words,
    )  # fmt: skip


def _plain_gain(match: re.Match[str]) -> bool:
    """A gain is at least so much, after an entry or at any time; nothing else is read into it."""
    return match["by"] == ">=" and match["direction"] != "before" and match["n"] is None and match["where"] is None


@cache
def fields_of(kind: str) -> frozenset[str]:
    """What can be compared in an entry of a kind: its fields, and what its model computes of them."""
    model = KINDS.get(kind)
    if model is None:
        return frozenset()
    own = (name for name in dir(model) if not name.startswith(("_", "model_")))
    return frozenset(model.model_fields) | {name for name in own if isinstance(getattr(model, name, None), property)}


def _unit(word: str) -> Unit:
    units: dict[str, Unit] = {"day": "day", "week": "week", "month": "month", "year": "year"}
    return units[word]


def _clause(kind: str, words: str, place: str) -> Clause:
    match = _CLAUSE.match(words)
    if match is None:
        raise TableError(
            f"{words!r} is no comparison", where=place, todo="Such as: total_gy >= 30, or regions has cervical"
        )
    name = match["field"]
    fields = {v.name for v in VARIABLES} if kind == "patient" else fields_of(kind)
    if name.split(".", 1)[0] not in fields:
        raise TableError(f"{kind} has no {name!r}", where=place, todo="It has: " + ", ".join(sorted(fields)))
    if re.search(r"^=|\s(or|within|after|before)\s", match["value"]):
        raise TableError(
            f"{words!r} is no comparison", where=place, todo="One field, one sign, one value; `and` joins two"
        )
    operator = next(o for o in OPERATORS if o == match["operator"])
    return Clause(name, operator, match["value"].strip().strip('"'))
