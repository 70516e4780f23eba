"""What every instrument is: items with options and points, categories, and how it is filled from a record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from myelon.assess.result import Because, Result
from myelon.errors import InstrumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from myelon.record.case import Case
    from myelon.terms.verification import Verification


class Option(NamedTuple):
    """A choice of an item."""

    key: str
    label: str
    points: float


class Item(NamedTuple):
    """A question of the instrument."""

    key: str
    label: str
    options: tuple[Option, ...]
    note: str = ""


class Category(NamedTuple):
    """A band of scores (``members`` None) or a set of option keys."""

    key: str
    label: str
    interpretation: str
    low: float = 0
    high: float = 0
    members: tuple[str, ...] | None = None


class Filled(NamedTuple):
    """An input taken from the record, with the entry and the source it came from."""

    option: str
    entry: str
    source: str


class FromRecord(NamedTuple):
    """What a record gives an instrument: inputs per item, or the reason why it does not apply."""

    inputs: dict[str, Filled]
    not_applicable: str = ""


@dataclass(frozen=True)
class Instrument:
    """A sum of items, or a grade of one item.

    Attributes:
        id: As in the instrument table (``sins_2010``).
        fill: Takes inputs from a case; the study or lesion it used is the entry of each input.
        graded: The single item's option is the result itself; points only sort.
    """

    id: str
    name: str
    version: str
    purpose: str
    items: tuple[Item, ...]
    categories: tuple[Category, ...]
    source: str
    status: Verification
    population: str
    fill: Callable[[Case], FromRecord]
    graded: bool = False
    notes: tuple[str, ...] = field(default=())

    def evaluate(self, inputs: Mapping[str, str | Filled | None]) -> Result:
        """Score inputs (item key → option key); a missing or null item leaves the score open.

        Raises:
            InstrumentError: An item or option that does not exist.
        """
        given = {key: value for key, value in inputs.items() if value is not None}
        known = {item.key: item for item in self.items}
        for key in given:
            if key not in known:
                raise InstrumentError(f"{self.id} has no item {key!r}", todo="Its items are: " + ", ".join(known))
        because, missing = [], []
        low = high = 0.0
        for item in self.items:
            points = [o.points for o in item.options]
            if item.key not in given:
                missing.append(item.key)
                low, high = low + min(points), high + max(points)
                continue
            filled = given[item.key]
            choice, entry, source = filled if isinstance(filled, Filled) else (filled, "", "")
            option = next((o for o in item.options if o.key == choice), None)
            if option is None:
                raise InstrumentError(
                    f"{item.key} of {self.id} cannot be {choice!r}",
                    todo="It is one of: " + ", ".join(o.key for o in item.options),
                )
            low, high = low + option.points, high + option.points
            shown = None if self.graded else option.points
            because.append(Because(item.key, item.label, option.key, option.label, shown, entry, source))
        complete = not missing
        option_key = because[0].option if self.graded and because else ""
        reached = self._reachable(low, high, option_key)
        category = reached[0] if complete else None
        return Result(
            self.id,
            self.version,
            self.source,
            None if missing or self.graded else low,
            category.key if category else None,
            category.label if category else "",
            category.interpretation if category else "",
            tuple(because),
            tuple(missing),
            None if complete or self.graded else (low, high),
            () if complete else tuple(c.key for c in reached),
            notes=self.notes,
        )

    def from_case(self, case: Case) -> Result:
        """Fill from a record and score; ``not applicable`` with its reason is a result of its own."""
        filled = self.fill(case)
        if filled.not_applicable:
            return Result(
                self.id, self.version, self.source, None, None, "", "", (), (), None, (), filled.not_applicable
            )
        return self.evaluate(filled.inputs)

    def _reachable(self, low: float, high: float, option: str) -> list[Category]:
        if self.graded:
            return [c for c in self.categories if not option or option in (c.members or ())]
        return [c for c in self.categories if c.low <= high and low <= c.high]
