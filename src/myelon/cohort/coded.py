"""A column of values that repeat: each distinct value once, and for every row which one it has.

What is asked of a column is asked of its few values, not of a million rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import DTypeLike, NDArray


@dataclass(frozen=True, eq=False)
class Coded:
    """Values by code.

    Attributes:
        codes: Which value each row has, shape (n,).
        values: The distinct values; some may be of no row.
    """

    codes: NDArray[np.int32]
    values: tuple[Any, ...]

    @classmethod
    def of(cls, rows: Iterable[Any]) -> Coded:
        """Code a list of values; 1, 1.0 and True are three.

        >>> column = Coded.of(["a", None, "a"])
        >>> column.codes.tolist(), column.values
        ([0, 1, 0], ('a', None))
        """
        known: dict[tuple[type, Any], int] = {}
        codes = [known.setdefault((type(v), v), len(known)) for v in rows]
        return cls(np.array(codes, dtype=np.int32), tuple(v for _, v in known))

    @classmethod
    def joined(cls, columns: Sequence[Coded]) -> Coded:
        """Several columns, one under the other."""
        known: dict[tuple[type, Any], int] = {}
        codes = []
        for column in columns:
            new = [known.setdefault((type(v), v), len(known)) for v in column.values]
            codes.append(np.array(new, dtype=np.int32)[column.codes] if new else column.codes)
        return cls(np.concatenate(codes), tuple(v for _, v in known))

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.codes)

    def __getitem__(self, rows: NDArray[Any]) -> Coded:
        """Some of the rows."""
        return Coded(self.codes[rows], self.values)

    def each(self, answer: Callable[[Any], Any], dtype: DTypeLike) -> NDArray[Any]:
        """What a function says of every row, asked once a value, shape (n,)."""
        if not self.values:
            return np.empty(0, dtype=dtype)
        return np.array([answer(v) for v in self.values], dtype=dtype)[self.codes]

    @property
    def used(self) -> list[Any]:
        """The values that some row has."""
        there = np.bincount(self.codes, minlength=len(self.values))
        return [v for v, n in zip(self.values, there, strict=True) if n]
