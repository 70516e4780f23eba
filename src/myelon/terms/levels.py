"""Vertebral levels C1…S5 as an ordered axis, and spans on it.

A level is a *vertebra*, not a cord segment: below the conus (usually L1–L2) the canal holds cauda equina.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from myelon.errors import CaseError

_REGION_NAMES = {"C": "cervical", "T": "thoracic", "L": "lumbar", "S": "sacral"}

_LEVEL = re.compile(r"^(C|T|Th|D|L|S)\s*(\d{1,2})$", re.IGNORECASE)
_SPAN = re.compile(r"^\s*([A-Za-z]{1,2}\s*\d{1,2})\s*(?:[-–—/]|to)\s*([A-Za-z]{0,2}\s*\d{1,2})\s*$")


class Level(IntEnum):
    """A vertebra; C1 = 0 … S5 = 28, ordered from head to tail."""

    C1 = 0
    C2 = 1
    C3 = 2
    C4 = 3
    C5 = 4
    C6 = 5
    C7 = 6
    T1 = 7
    T2 = 8
    T3 = 9
    T4 = 10
    T5 = 11
    T6 = 12
    T7 = 13
    T8 = 14
    T9 = 15
    T10 = 16
    T11 = 17
    T12 = 18
    L1 = 19
    L2 = 20
    L3 = 21
    L4 = 22
    L5 = 23
    S1 = 24
    S2 = 25
    S3 = 26
    S4 = 27
    S5 = 28


def parse_level(text: str) -> Level:
    """Read one level; "Th" and "D" are read as T.

    >>> parse_level("T4").name
    'T4'

    Raises:
        CaseError: No such vertebra (C8 is a nerve root, T13 does not exist).
    """
    match = _LEVEL.match(text.strip())
    letter = match[1].upper() if match else ""
    letter = "T" if letter in {"TH", "D"} else letter
    name = f"{letter}{int(match[2])}" if match else ""
    if name not in Level.__members__:
        raise CaseError(
            f"level {text!r} does not exist", todo="Use C1–C7, T1–T12, L1–L5 or S1–S5 (vertebrae, not roots)"
        )
    return Level[name]


@dataclass(frozen=True, order=True)
class Span:
    """A closed range of vertebrae, head first.

    >>> str(Span.parse("C7-T6")), Span.parse("C7–T6").count
    ('C7–T6', 7)
    >>> str(Span.parse("T11/12")), str(Span.parse("T12-L1")), str(Span.parse("L2"))
    ('T11–T12', 'T12–L1', 'L2')
    """

    upper: Level
    lower: Level

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read "C7–T6", "T11/12", "T1-4" or "L2".

        Raises:
            CaseError: A level does not exist, or the span runs from tail to head.
        """
        match = _SPAN.match(text)
        if match is None:
            level = parse_level(text)
            return cls(level, level)
        upper = parse_level(match[1])
        second = match[2].strip()
        lower = parse_level(second if second[0].isalpha() else upper.name[0] + second)
        if lower < upper:
            raise CaseError(f"span {text!r} runs from tail to head", todo="Write the upper level first")
        return cls(upper, lower)

    def __str__(self) -> str:
        """The span as the clinic writes it."""
        return self.upper.name if self.upper == self.lower else f"{self.upper.name}–{self.lower.name}"

    @property
    def levels(self) -> tuple[Level, ...]:
        """Every vertebra of the span, head first."""
        return tuple(Level(i) for i in range(self.upper, self.lower + 1))

    def next_to(self, other: Span) -> bool:
        """Whether they meet at a disc and share no vertebra.

        >>> Span.parse("T9-T10").next_to(Span.parse("T8")), Span.parse("T8").next_to(Span.parse("T8-T9"))
        (True, False)
        """
        return self.upper == other.lower + 1 or other.upper == self.lower + 1

    @property
    def count(self) -> int:
        """Number of vertebrae."""
        return self.lower - self.upper + 1

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions touched, head first.

        >>> Span.parse("C7-T6").regions
        ('cervical', 'thoracic')
        """
        return tuple(dict.fromkeys(_REGION_NAMES[level.name[0]] for level in self.levels))

    @property
    def junctions(self) -> tuple[str, ...]:
        """The junctions crossed: C7/T1, T12/L1, L5/S1.

        >>> Span.parse("T12-L1").junctions
        ('T12/L1',)
        """
        edges = ((Level.C7, Level.T1), (Level.T12, Level.L1), (Level.L5, Level.S1))
        return tuple(f"{a.name}/{b.name}" for a, b in edges if self.upper <= a and b <= self.lower)

    def overlap(self, other: Span) -> Span | None:
        """The vertebrae that both spans share, or None.

        >>> str(Span.parse("T1-T4").overlap(Span.parse("T3-T9")))
        'T3–T4'
        """
        upper, lower = max(self.upper, other.upper), min(self.lower, other.lower)
        return Span(upper, lower) if upper <= lower else None


class OrganAtLevel(NamedTuple):
    """What the canal holds at a span of vertebrae, and how sure that is."""

    organs: tuple[str, ...]
    certain: bool
    why: str


def organ_at(span: Span | None) -> OrganAtLevel:
    """The neural organ at a span: cord, conus, cauda equina; several when it is not sure.

    The conus usually ends at L1–L2 (RADIOBIOLOGY §2.4); where the level is unknown, or the span
    reaches the conus, every organ that may be there is named and rules of each are evaluated.

    >>> organ_at(Span.parse("T1-T4")).organs
    ('spinal_cord',)
    >>> organ_at(Span.parse("T12-L1")).organs
    ('spinal_cord', 'conus')
    >>> organ_at(Span.parse("L3-L5")).organs
    ('cauda_equina',)
    """
    if span is None:
        return OrganAtLevel(
            ("spinal_cord", "cauda_equina"), certain=False, why="level not recorded: both are evaluated"
        )
    organs: list[str] = []
    if span.upper <= Level.L1:
        organs.append("spinal_cord")
    if span.upper <= Level.L2 and span.lower >= Level.T12:
        organs.append("conus")
    if span.lower >= Level.L2:
        organs.append("cauda_equina")
    return OrganAtLevel(
        tuple(organs),
        certain=len(organs) == 1,
        why="the conus usually ends at L1–L2" if len(organs) > 1 else "by vertebral level",
    )
