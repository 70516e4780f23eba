"""A table as HTML, Markdown, LaTeX, CSV or DOCX: one look, the same cells, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from myelon.cohort.table import Row, Table

FORMATS = (".html", ".md", ".tex", ".csv", ".docx")
_LIVE = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)?( ?%)?$")


def as_html(table: Table) -> str:
    """A table element with its caption, notes and methods; classes of the house, no style of its own."""
    head = "".join(
        f'<th scope="col"{"" if k == 0 else " class=num"}>{escape(c)}</th>' for k, c in enumerate(table.columns)
    )
    body = "".join(_html_row(row) for row in table.rows)
    notes = "".join(f'<p class="quiet">{escape(note)}</p>' for note in (*table.notes, table.methods) if note)
    return (
        f'<div class="scroll"><table class="report"><caption>{escape(table.title)}</caption>'
        f"<thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>{notes}"
    )


def _html_row(row: Row) -> str:
    kinds = " ".join(k for k, on in (("indented", row.indented), ("heading", row.heading)) if on)
    cells = f'<th scope="row">{escape(row.cells[0])}</th>'
    cells += "".join(f'<td class="num">{escape(c)}</td>' for c in row.cells[1:])
    opening = f'<tr class="{kinds}">' if kinds else "<tr>"
    return f"{opening}{cells}</tr>"


def as_markdown(table: Table) -> str:
    """A table of GitHub's Markdown."""

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"

    rows = [line(table.columns), "|" + " --- |" + " ---: |" * (len(table.columns) - 1)]
    rows += [line((f"    {r.cells[0]}" if r.indented else r.cells[0], *r.cells[1:])) for r in table.rows]
    notes = [note for note in (*table.notes, table.methods) if note]
    return "\n".join([f"**{table.title}**", "", *rows, "", *notes, ""])


_TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "≤": r"$\leq$", "≥": r"$\geq$", "χ": r"$\chi$", "²": r"$^2$",
    "±": r"$\pm$", "–": "--", "−": "$-$", "<": "$<$", ">": "$>$", "×": r"$\times$",
}  # fmt: skip


def as_latex(table: Table) -> str:
    """A booktabs table."""

    def tex(text: str) -> str:
        return "".join(_TEX.get(c, c) for c in text)

    lines = [
        r"\begin{table}",
        rf"\caption{{{tex(table.title)}}}",
        rf"\begin{{tabular}}{{l{'r' * (len(table.columns) - 1)}}}",
        r"\toprule",
        " & ".join(tex(c) for c in table.columns) + r" \\",
        r"\midrule",
    ]
    for row in table.rows:
        first = rf"\quad {tex(row.cells[0])}" if row.indented else tex(row.cells[0])
        lines.append(" & ".join((first, *(tex(c) for c in row.cells[1:]))) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    lines += [rf"\par\footnotesize {tex(note)}" for note in (*table.notes, table.methods) if note]
    return "\n".join([*lines, r"\end{table}", ""])


def as_csv(table: Table) -> str:
    """Comma separated; a cell that a spreadsheet would run as a formula is kept as text by an apostrophe."""
    stream = io.StringIO()
    sheet = csv.writer(stream, lineterminator="\n")
    sheet.writerow([inert(c) for c in table.columns])
    sheet.writerows([inert(c) for c in row.cells] for row in table.rows)
    return stream.getvalue()


def inert(cell: str) -> str:
    """A cell that no spreadsheet runs.

    >>> inert("=1+1"), inert("-3.5"), inert("lung")
    ("'=1+1", '-3.5', 'lung')
    """
    plain = cell.replace("−", "-")
    return f"'{plain}" if plain.startswith(_LIVE) and not _NUMBER.match(plain) else plain


def as_docx(table: Table) -> bytes:
    """A Word document with one table."""
    from docx import Document
    from docx.shared import Pt

    document = Document()
    document.core_properties.title = table.title
    document.add_heading(table.title, level=2)
    grid = document.add_table(rows=1, cols=len(table.columns))
    grid.style = "Light List"
    for cell, head in zip(grid.rows[0].cells, table.columns, strict=True):
        cell.text = head
    for row in table.rows:
        cells = grid.add_row().cells
        for k, (cell, text) in enumerate(zip(cells, row.cells, strict=True)):
            cell.text = f"    {text}" if k == 0 and row.indented else text
    for note in (*table.notes, table.methods):
        if note:
            document.add_paragraph().add_run(note).font.size = Pt(8)
    return _same_bytes(document)


def _same_bytes(document: object) -> bytes:
    """A document whose bytes do not depend on the clock: every part bears one date."""
    import datetime as dt
    import zipfile

    fixed = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    properties = document.core_properties  # type: ignore[attr-defined]
    properties.created = properties.modified = fixed
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)  # type: ignore[attr-defined]
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            target.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), source.read(name))
    return out.getvalue()


def as_bytes(table: Table, suffix: str) -> bytes:
    """A table in the format of an ending, such as ".docx"."""
    texts = {".html": as_html, ".md": as_markdown, ".tex": as_latex, ".csv": as_csv}
    return as_docx(table) if suffix == ".docx" else texts[suffix](table).encode()
