"""Three-valued conditions over what is known of a case: true, false, or not known, each with what it rests on.

Kleene's logic: a conjunction is false as soon as one part is, and unknown while an unknown part could still decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Known(NamedTuple):
    """An answer; ``value`` is None where the record does not say. ``words`` say what it rests on, or what is asked."""

    value: bool | None
    words: str
    entries: tuple[str, ...] = ()
    source: str = ""


def yes(words: str, entries: tuple[str, ...] = (), source: str = "") -> Known:
    """So, and what it rests on."""
    return Known(value=True, words=words, entries=entries, source=source)


def no(words: str, entries: tuple[str, ...] = (), source: str = "") -> Known:
    """Not so, and what that rests on."""
    return Known(value=False, words=words, entries=entries, source=source)


def unknown(words: str, entries: tuple[str, ...] = (), source: str = "") -> Known:
    """Not known, and what there is."""
    return Known(value=None, words=words, entries=entries, source=source)


class Judged(NamedTuple):
    """What a condition comes to, and the answers that made it so."""

    value: bool | None
    because: tuple[Known, ...]


@dataclass(frozen=True)
class Is:
    """A fact by its name."""

    fact: str


@dataclass(frozen=True)
class Not:
    """The opposite; unknown stays unknown."""

    of: Condition


@dataclass(frozen=True, init=False)
class All:
    """Every part."""

    of: tuple[Condition, ...]

    def __init__(self, *of: Condition) -> None:
        object.__setattr__(self, "of", of)


@dataclass(frozen=True, init=False)
class Some:
    """At least one part."""

    of: tuple[Condition, ...]

    def __init__(self, *of: Condition) -> None:
        object.__setattr__(self, "of", of)


Condition = Is | Not | All | Some


def judge(condition: Condition, ask: Callable[[str], Known]) -> Judged:
    """Evaluate a condition.

    Args:
        condition: What is asked.
        ask: Gives the answer of a fact by its name.

    >>> known = {"a": yes("a"), "b": unknown("b is not recorded")}
    >>> judge(All(Is("a"), Is("b")), known.__getitem__).value is None
    True
    >>> judge(Some(Is("a"), Is("b")), known.__getitem__).value
    True
    """
    if isinstance(condition, Is):
        found = ask(condition.fact)
        return Judged(found.value, (found,))
    if isinstance(condition, Not):
        inner = judge(condition.of, ask)
        return Judged(None if inner.value is None else not inner.value, inner.because)
    parts = [judge(part, ask) for part in condition.of]
    decides = isinstance(condition, Some)  # one part of this value decides
    values = [p.value for p in parts]
    value = decides if decides in values else None if None in values else not decides
    counted = [p for p in parts if p.value is value] if value in (decides, None) else parts
    return Judged(value, tuple(dict.fromkeys(b for p in counted for b in p.because)))


def facts_of(condition: Condition) -> set[str]:
    """Names of the facts that a condition asks."""
    if isinstance(condition, Is):
        return {condition.fact}
    if isinstance(condition, Not):
        return facts_of(condition.of)
    return {name for part in condition.of for name in facts_of(part)}
