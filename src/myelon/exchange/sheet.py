"""A CSV or XLSX file as rows of text under named columns, bounded in size and never a traceback."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_BYTES = 50 << 20
MOST_UNPACKED = 12 << 20
MOST_ROWS, MOST_COLUMNS, MOST_CELL = 100_000, 500, 20_000
MOST_XLSX_CELLS = 100_000
"""A workbook is read at some 60,000 cells a second, a CSV twenty times faster."""


@dataclass(frozen=True)
class Sheet:
    """Columns and rows; every cell is text, "" where it is empty."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first_row: int = 2
    """Number of the first data row as a spreadsheet shows it."""


def read_sheet(content: bytes, name: str) -> Sheet:
    """Read the first sheet of a table.

    Args:
        content: The file.
        name: Its name; only shown. What the file is is seen from its content.

    Raises:
        TableError: Not such a file, too large, no header, or two columns of one name.
    """
    if len(content) > MOST_BYTES:
        raise TableError(f"larger than {MOST_BYTES >> 20} MB", where=name, todo="Split the table")
    rows = _xlsx(content, name) if content[:4] == b"PK\x03\x04" else _csv(content, name)
    header = tuple(cell.strip() for cell in rows[0]) if rows else ()
    while header and not header[-1]:
        header = header[:-1]
    if not header or not all(header):
        raise TableError(
            "has no header, or a column without a name", where=name, todo="Name every column in the first row"
        )
    twice = next((c for c in header if header.count(c) > 1), None)
    if twice is not None:
        raise TableError(f"has two columns {twice[:40]!r}", where=name, todo="Give each column its own name")
    width = len(header)
    body = []
    for number, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row[width:]):
            raise TableError("has more cells than the header", where=f"{name}, row {number}", todo="Mend that row")
        cells = tuple(cell.strip() for cell in row[:width])
        body.append(cells + ("",) * (width - len(cells)))
    while body and not any(body[-1]):
        body.pop()
    return Sheet(name, header, tuple(body))


def _csv(content: bytes, name: str) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(
            "is not UTF-8 text and not XLSX", where=name, todo="Save it as CSV in UTF-8, or as XLSX"
        ) from error
    if "\x00" in text:
        raise TableError("holds zero bytes", where=name, todo="Save it as CSV in UTF-8, or as XLSX")
    first = text.split("\n", 1)[0]
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
        return _bounded(reader, name)
    except csv.Error as error:
        raise TableError(f"is no CSV: {error}", where=name, todo="Save it as CSV or XLSX") from error


def _xlsx(content: bytes, name: str) -> list[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415  # slow to import, and only for XLSX

    try:
        _small_enough(content, name)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            return _bounded(_cells(sheet.iter_rows(values_only=True), name), name)
        finally:
            book.close()
    except TableError:
        raise
    except Exception as error:
        # openpyxl raises whatever its parsers meet; a broken workbook is the sender's
        raise TableError("is no XLSX workbook that can be read", where=name, todo="Save it again, or as CSV") from error


def _cells(rows: Iterable[Iterable[object]], name: str) -> Iterator[list[str]]:
    count = 0
    for row in rows:
        cells = [_text(cell) for cell in row]
        count += len(cells)
        if count > MOST_XLSX_CELLS:
            raise TableError(f"has more than {MOST_XLSX_CELLS} cells", where=name, todo="Save it as CSV")
        yield cells


def _small_enough(content: bytes, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
            raise TableError(f"is larger than {MOST_UNPACKED >> 20} MB unpacked", where=name, todo="Split the table")


def _bounded(rows: Iterable[list[str]], name: str) -> list[list[str]]:
    held = []
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS + 1:
            raise TableError(f"has more than {MOST_ROWS} rows", where=name, todo="Split the table")
        if len(row) > MOST_COLUMNS:
            raise TableError(f"has more than {MOST_COLUMNS} columns", where=f"{name}, row {number}", todo="Drop some")
        if any(len(cell) > MOST_CELL for cell in row):
            raise TableError(
                f"has a cell of more than {MOST_CELL} characters", where=f"{name}, row {number}", todo="Cut it"
            )
        held.append(row)
    return held


def _text(cell: object) -> str:
    """A cell of a workbook as text: a date as year-month-day, a whole number without a point."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
