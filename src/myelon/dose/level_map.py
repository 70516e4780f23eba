"""Which vertebra lies at which height of an image: by contours or marks, and between two of them by counting."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from myelon.terms.levels import Level, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

_HALF = 0.5


class Height(NamedTuple):
    """The middle of a vertebra, mm along the head-foot axis."""

    level: Level
    z_mm: float
    stated: bool
    """Contoured or marked; else counted between two that are."""


@dataclass(frozen=True)
class LevelMap:
    """Heights from the head down; nothing is said beyond the outermost that is stated, but for half a vertebra."""

    heights: tuple[Height, ...]

    @classmethod
    def of(cls, stated: Iterable[tuple[Level, float]]) -> LevelMap:
        """From middles that are known; levels between two of them are spread evenly.

        >>> [str(h.level.name) for h in LevelMap.of([(Level.T8, 0.0), (Level.T10, -40.0)]).heights]
        ['T8', 'T9', 'T10']
        """
        known = sorted(stated, key=lambda row: row[0])
        falling = all(a[1] > b[1] for a, b in pairwise(known))
        if not known or not falling:
            return cls(())
        found = [Height(*known[0], stated=True)]
        for (upper, top), (lower, bottom) in pairwise(known):
            count = lower - upper
            found += [Height(Level(upper + n), top + (bottom - top) * n / count, stated=False) for n in range(1, count)]
            found.append(Height(lower, bottom, stated=True))
        return cls(tuple(found))

    def place(self, z_mm: float) -> float | None:
        """A height as a number of vertebrae (the middle of T8 is `Level.T8`); None where it is not known."""
        if len(self.heights) < 2:
            return None
        first, last = self.heights[0], self.heights[-1]
        for upper, lower in pairwise(self.heights):
            share = (upper.z_mm - z_mm) / (upper.z_mm - lower.z_mm)
            low = -_HALF if upper is first else 0.0
            high = 1.0 + _HALF if lower is last else 1.0
            if low <= share <= high:
                return upper.level + share
        return None

    def height(self, place: float) -> float | None:
        """The other way: mm of a number of vertebrae; None where it is not known."""
        for upper, lower in pairwise(self.heights):
            low = -_HALF if upper is self.heights[0] else 0.0
            high = 1.0 + _HALF if lower is self.heights[-1] else 1.0
            share = place - upper.level
            if low <= share <= high:
                return upper.z_mm + share * (lower.z_mm - upper.z_mm)
        return None

    def level(self, z_mm: float) -> Level | None:
        """The vertebra at a height."""
        place = self.place(z_mm)
        return None if place is None else Level(min(max(int(place + _HALF), Level.C1), Level.S5))

    def span(self, one_mm: float, other_mm: float) -> Span | None:
        """The vertebrae between two heights."""
        ends = [self.level(z) for z in (one_mm, other_mm)]
        if ends[0] is None or ends[1] is None:
            return None
        return Span(min(ends[0], ends[1]), max(ends[0], ends[1]))
