"""What an instrument asks: a choice, a yes or no, a number, several of a list, or words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeAlias

from myelon.errors import InstrumentError

Value: TypeAlias = str | bool | float | tuple[str, ...]
"""An answer, as plain data."""

Given: TypeAlias = str | bool | float | Sequence[str | int] | None
"""An answer as somebody gives it; None is "not known"."""


class Field(Protocol):
    """One question. ``domain`` holds every possible answer, or None where they cannot be listed."""

    @property
    def key(self) -> str:
        """Short name."""

    @property
    def label(self) -> str:
        """The question."""

    @property
    def note(self) -> str:
        """What its source leaves open."""

    @property
    def domain(self) -> tuple[Value, ...] | None:
        """Every answer."""

    def check(self, given: Given) -> Value:
        """The answer as it is kept.

        Raises:
            InstrumentError: Not an answer to this question.
        """

    def words(self, value: Value) -> str:
        """An answer in words."""

    def points(self, value: Value) -> float | None:
        """What an answer counts; None where it does not count."""


class Option(NamedTuple):
    """A choice of an item."""

    key: str
    label: str
    points: float | None = None


class Item(NamedTuple):
    """One of some options.

    >>> Item("grade", "Grade", (Option("1", "one", 1.0), Option("2", "two", 2.0))).check(2)
    '2'
    """

    key: str
    label: str
    options: tuple[Option, ...]
    note: str = ""

    @property
    def domain(self) -> tuple[Value, ...]:
        """Keys of the options."""
        return tuple(o.key for o in self.options)

    def check(self, given: Given) -> Value:
        """The key of an option; a whole number stands for its digits."""
        number = _number(given) if isinstance(given, int | float) else None
        found = given if number is None else f"{number:g}"
        if not isinstance(found, str) or found not in self.domain:
            raise _refused(self.key, given, "It is one of: " + ", ".join(o.key for o in self.options))
        return found

    def option(self, value: Value) -> Option:
        """The option of a key."""
        return next(o for o in self.options if o.key == value)

    def words(self, value: Value) -> str:
        """Label of the option."""
        return self.option(value).label

    def points(self, value: Value) -> float | None:
        """Points of the option."""
        return self.option(value).points


class Flag(NamedTuple):
    """Yes or no."""

    key: str
    label: str
    note: str = ""

    @property
    def domain(self) -> tuple[Value, ...]:
        """Both."""
        return (False, True)

    def check(self, given: Given) -> Value:
        """True or false; the words yes and no stand for them."""
        found = {"yes": True, "no": False, "true": True, "false": False}.get(given) if isinstance(given, str) else given
        if not isinstance(found, bool):
            raise _refused(self.key, given, "It is true or false")
        return found

    def words(self, value: Value) -> str:
        """Yes or no."""
        return "yes" if value else "no"

    def points(self, _: Value) -> None:
        """None."""


class Number(NamedTuple):
    """A number in a unit, within limits that are possible at all."""

    key: str
    label: str
    unit: str = ""
    low: float = 0.0
    high: float = math.inf
    whole: bool = False
    note: str = ""

    @property
    def domain(self) -> None:
        """Numbers are not listed."""

    def check(self, given: Given) -> Value:
        """A finite number within the limits."""
        found = _number(given)
        if found is None or not self.low <= found <= self.high or (self.whole and found != int(found)):
            kind = "a whole number" if self.whole else "a number"
            most = "" if math.isinf(self.high) else f" to {self.high:g}"
            raise _refused(self.key, given, f"It is {kind} from {self.low:g}{most} {self.unit}".rstrip())
        return found

    def words(self, value: Value) -> str:
        """Number and unit."""
        return f"{value:g} {self.unit}".rstrip()

    def points(self, _: Value) -> None:
        """None."""


class Several(NamedTuple):
    """Any of some options, or none of them."""

    key: str
    label: str
    options: tuple[Option, ...]
    note: str = ""

    @property
    def domain(self) -> None:
        """Subsets are not listed."""

    def check(self, given: Given) -> Value:
        """Keys in the order of the options, each once."""
        keys = [o.key for o in self.options]
        found = [str(x) for x in given] if isinstance(given, Sequence) and not isinstance(given, str) else None
        if found is None or set(found) - set(keys) or len(set(found)) < len(found):
            raise _refused(self.key, given, "It is a list, each once, of: " + ", ".join(keys))
        return tuple(k for k in keys if k in found)

    def words(self, value: Value) -> str:
        """The keys."""
        return ", ".join(value) if isinstance(value, tuple) and value else "none"

    def points(self, _: Value) -> None:
        """None."""


class Words(NamedTuple):
    """Free words."""

    key: str
    label: str
    note: str = ""

    @property
    def domain(self) -> None:
        """Words are not listed."""

    def check(self, given: Given) -> Value:
        """Words that are not empty."""
        if not isinstance(given, str) or not given.strip():
            raise _refused(self.key, given, "Give it in words")
        return given.strip()

    def words(self, value: Value) -> str:
        """As they are."""
        return str(value)

    def points(self, _: Value) -> None:
        """None."""


def _number(given: Given) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    if isinstance(given, str) and "_" in given:
        return None
    try:
        found = float(given)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _refused(key: str, given: Given, todo: str) -> InstrumentError:
    return InstrumentError(f"{key} cannot be {given!r}", todo=todo)
