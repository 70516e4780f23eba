"""A CSV of patients → times, events and groups, with what was left out."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from myelon.cohort.event_table import EventTable, summarise
from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MISSING = {"", "na", "nan", "null", "none", "."}
_MOST_GROUPS = 50
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


@dataclass(frozen=True)
class SurvivalTable:
    """The event table of a file and what of the file it rests on."""

    table: EventTable
    rows: int
    used: int
    left_out: tuple[tuple[int, str], ...]
    """Row number (first data row is 1) and the column that was empty."""


def read_survival_csv(path: Path, *, time: str, event: str, group: str | None = None) -> SurvivalTable:
    """Read a CSV file; see `parse_survival_csv`.

    Raises:
        TableError: No such file, or not text.
    """
    return parse_survival_csv(_read(path), time=time, event=event, group=group, where=path.name)


def _read(path: Path) -> str:
    if not path.is_file():
        raise TableError("no such file", where=path.name, todo="Check the path")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError("not UTF-8 text", where=path.name, todo="Save the table as CSV in UTF-8") from error


def header_of(text: str) -> list[str]:
    """Names of the columns of a table.

    Raises:
        TableError: Not a CSV.
    """
    return _cells(text.split("\n", 1)[0], "table")[0]


def _cells(text: str, where: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows; the delimiter is the commonest of the first line."""
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        header = [name.strip() for name in next(reader, [])]
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise TableError(f"not a CSV: {error}", where=where, todo="Save the table as CSV") from error
    return header, rows


def parse_survival_csv(
    text: str, *, time: str, event: str, group: str | None = None, where: str = "table"
) -> SurvivalTable:
    """Read one row per patient. A row with an empty time, event or group is left out and listed, never guessed.

    Raises:
        TableError: Missing column, a time or event that is no number, negative time, event not 0 or 1, a group
            of which no patient is left, no patient at all.
    """
    header, rows = _cells(text, where)
    wanted = [time, event] + ([group] if group else [])
    for name in wanted:
        if name not in header:
            raise TableError(f"no column {name!r}", where=where, todo="Its columns are: " + ", ".join(header))
    kept, left_out = _complete_rows(rows, [header.index(name) for name in wanted], wanted)
    if not kept:
        raise TableError("no patient with all values", where=where, todo="Give at least one complete row")
    groups = _groups(rows, kept, header.index(group), where) if group else None
    times = _numbers([(n, cells[0]) for n, cells in kept], time, where)
    events = _numbers([(n, cells[1]) for n, cells in kept], event, where)
    for (number, _), t, e in zip(kept, times, events, strict=True):
        place = f"{where}, row {number}"
        if t < 0 or not np.isfinite(t):
            raise TableError(f"{time} is {t:g}", where=place, todo="Times are from 0")
        if e not in {0.0, 1.0}:
            raise TableError(f"{event} is {e:g}, not 0 or 1", where=place, todo="1 is an event, 0 censored")
    return SurvivalTable(summarise(times, events, groups), len(rows), len(kept), tuple(left_out))


def read_columns(path: Path, names: Sequence[str]) -> tuple[dict[str, list[float]], int]:
    """Columns of a CSV file; see `parse_columns`."""
    return parse_columns(_read(path), names, where=path.name)


def parse_columns(text: str, names: Sequence[str], *, where: str = "table") -> tuple[dict[str, list[float]], int]:
    """Columns of numbers of a CSV, rows that have all of them, and how many rows have not.

    Raises:
        TableError: No such file or column, a value that is no number, no row at all.
    """
    header, rows = _cells(text, where)
    for name in names:
        if name not in header:
            raise TableError(f"no column {name!r}", where=where, todo="Its columns are: " + ", ".join(header))
    kept, left_out = _complete_rows(rows, [header.index(name) for name in names], names)
    if not kept:
        raise TableError("no row with all values", where=where, todo="Give at least one complete row")
    columns = {name: _numbers([(n, cells[k]) for n, cells in kept], name, where) for k, name in enumerate(names)}
    return columns, len(left_out)


def _complete_rows(
    rows: list[list[str]], columns: list[int], names: Sequence[str]
) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    kept, left_out = [], []
    for number, row in enumerate(rows, start=1):
        cells = [row[c].strip() if c < len(row) else "" for c in columns]
        empty = next((n for n, cell in zip(names, cells, strict=True) if cell.casefold() in _MISSING), None)
        if empty is None:
            kept.append((number, cells))
        else:
            left_out.append((number, empty))
    return kept, left_out


def _groups(rows: list[list[str]], kept: list[tuple[int, list[str]]], column: int, where: str) -> list[str]:
    """Group of each kept row; a group that only incomplete rows name is an error, not a silence."""
    groups = [cells[2] for _, cells in kept]
    named = {row[column].strip() for row in rows if column < len(row)}
    lost = {g for g in named if g.casefold() not in _MISSING} - set(groups)
    if lost:
        raise TableError(
            f"group {min(lost)!r} is empty: none of its rows is complete", where=where, todo="Leave it out"
        )
    if len(set(groups)) > _MOST_GROUPS:
        raise TableError(f"{len(set(groups))} groups", where=where, todo="Choose a column with few values")
    return groups


def _numbers(cells: list[tuple[int, str]], name: str, where: str) -> list[float]:
    values = []
    for number, cell in cells:
        try:
            values.append(float(_point(cell)))
        except ValueError as error:
            place = f"{where}, row {number}"
            raise TableError(f"{name} is {cell[:20]!r}, not a number", where=place, todo="Give a number") from error
    return values


def _point(cell: str) -> str:
    """A decimal comma, as Excel writes it where it is set so, as a point; 1,234 may be either and stays as it is."""
    return cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) and not _THOUSANDS.fullmatch(cell) else cell
