"""A table of results: what stands in it, its notes, and the sentence for the methods section."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Cells of a row; an indented row belongs to the heading above it."""

    cells: tuple[str, ...]
    indented: bool = False
    heading: bool = False


@dataclass(frozen=True)
class Table:
    """A finished table; the first column names the rows, the others hold numbers.

    Attributes:
        name: In file names.
        title: Above the table.
        columns: Heads of the columns.
        rows: The rows.
        notes: Below the table: what is missing, what is ambiguous.
        methods: One sentence: estimator, version, options.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    methods: str = ""


def p_words(p: float | None, *, digits: int = 4) -> str:
    """A p as it is printed; never "0.0000".

    >>> p_words(0.00259), p_words(0.0000012), p_words(None)
    ('0.0026', '<0.0001', '–')
    """
    if p is None or p != p:  # noqa: PLR0124  # not a number
        return "–"
    least = 10.0**-digits
    return f"<{least:.{digits}f}" if p < least else f"{p:.{digits}f}"


def number_words(value: float | None, digits: int = 1) -> str:
    """A number with so many decimals; a dash where there is none.

    >>> number_words(57.9016, 2), number_words(None)
    ('57.90', '–')
    """
    return "–" if value is None or value != value else f"{value:.{digits}f}".replace("-", "−")  # noqa: PLR0124  # not a number


def share_words(count: int, n: int, digits: int = 2) -> str:
    """A count with its percent of a stated number.

    >>> share_words(41, 61)
    '41 (67.21 %)'
    """
    return f"{count} ({100 * count / n:.{digits}f} %)" if n else f"{count}"
