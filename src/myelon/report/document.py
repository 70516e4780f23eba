"""A report of sections, each with words, tables and figures, as one HTML page or one PDF; the same bytes each time."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from myelon.report.intended_use import INTENDED_USE
from myelon.report.palette import ACCENT, FLAG, INK, INK2, INK3, PAPER, RULE, VARIABLES
from myelon.report.tables import as_html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.cohort.table import Table
    from myelon.report.charts import Chart


@dataclass(frozen=True)
class Section:
    """A part of a report."""

    title: str
    words: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Report:
    """A whole report; the nature says whose data these are, in one sentence that stands on every page."""

    title: str
    lead: str
    nature: str
    sections: tuple[Section, ...]


_SHEET = f"""
:root {{ --paper: {PAPER}; --ink: {INK}; --ink2: {INK2}; --ink3: {INK3}; --rule: {RULE}; --accent: {ACCENT}; --flag: {FLAG}; {{more}} }}
body {{ font: 14px/20px "IBM Plex Sans", "DejaVu Sans", sans-serif; color: var(--ink); background: var(--paper); margin: 32px auto; max-width: 1080px; padding: 0 24px; }}
h1 {{ font-size: 24px; line-height: 32px; }} h2 {{ font-size: 16px; line-height: 24px; border-top: 2px solid var(--ink); padding-top: 6px; margin-top: 36px; }}
nav a {{ margin-right: 16px; color: var(--accent); }} .nature {{ color: var(--flag); font-weight: 500; }} .quiet, footer {{ color: var(--ink2); font-size: 13px; }}
table {{ border-collapse: collapse; width: 100%; font-size: 13px; line-height: 18px; }} caption {{ text-align: left; font-weight: 600; padding: 8px 0; }}
th, td {{ text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--rule); font-weight: 400; vertical-align: top; }} thead th {{ color: var(--ink3); }}
.num {{ text-align: right; font-variant-numeric: tabular-nums; }} tr.indented th {{ padding-left: 20px; }} tr.heading th {{ font-weight: 500; }}
figure {{ margin: 16px 0; }} svg.chart {{ width: 100%; max-width: 720px; height: auto; }} footer {{ border-top: 1px solid var(--rule); margin-top: 36px; padding-top: 8px; }}
.scroll {{ overflow-x: auto; }}
"""  # noqa: E501  # a style sheet


def report_html(report: Report) -> str:
    """One page with its own style; it fetches nothing."""
    more = " ".join(f"{name[4:-1]}: {colour};" for colour, name in VARIABLES.items())
    links = "".join(f'<a href="#s{k}">{escape(s.title)}</a>' for k, s in enumerate(report.sections, 1))
    body = "".join(_section_html(k, s) for k, s in enumerate(report.sections, 1))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(report.title)}</title>'
        f"<style>{_SHEET.replace('{more}', more)}</style></head><body><h1>{escape(report.title)}</h1>"
        f'<p>{escape(report.lead)}</p><p class="nature">{escape(report.nature)}</p><nav>{links}</nav>{body}'
        f"<footer>{escape(INTENDED_USE)} {escape(report.nature)}</footer></body></html>\n"
    )


def _section_html(number: int, section: Section) -> str:
    words = "".join(f"<p>{escape(w)}</p>" for w in section.words)
    tables = "".join(as_html(t) for t in section.tables)
    charts = "".join(f"<figure>{c.svg()}</figure>" for c in section.charts)
    return f'<section id="s{number}"><h2>{escape(section.title)}</h2>{words}{charts}{tables}</section>'


def report_pdf(report: Report) -> bytes:
    """A4, with the nature of the data and the intended use at the foot of every page."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer

    styles = _pdf_styles()
    flow: list[Any] = [
        Paragraph(escape(report.title), styles["title"]),
        Paragraph(escape(report.lead), styles["body"]),
        Paragraph(escape(report.nature), styles["nature"]),
    ]
    for number, section in enumerate(report.sections):
        if number and section.charts:
            flow.append(PageBreak())
        flow.append(Paragraph(escape(section.title), styles["heading"]))
        flow += [Paragraph(escape(w), styles["body"]) for w in section.words]
        for chart in section.charts:
            flow += [_picture(chart, A4[0] - 36 * mm), Spacer(1, 3 * mm)]
        for table in section.tables:
            flow += _pdf_table(table, styles, A4[0] - 36 * mm)
    stream = io.BytesIO()
    document = SimpleDocTemplate(
        stream, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm, bottomMargin=22 * mm,
        title=report.title, author="Myelon", invariant=1,
    )  # fmt: skip
    foot = partial(_foot, words=(report.nature, INTENDED_USE))
    document.build(flow, onFirstPage=foot, onLaterPages=foot)
    return stream.getvalue()


def _fonts() -> None:
    from pathlib import Path

    from matplotlib import get_data_path  # it ships a font with every sign we print
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(get_data_path()) / "fonts/ttf"
    for name, file in (("Body", "DejaVuSans.ttf"), ("Strong", "DejaVuSans-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, folder / file))


def _pdf_styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle

    _fonts()
    body = ParagraphStyle("body", fontName="Body", fontSize=8.5, leading=12, textColor=INK, spaceAfter=4)
    return {
        "body": body,
        "title": ParagraphStyle("title", parent=body, fontName="Strong", fontSize=16, leading=20, spaceAfter=6),
        "heading": ParagraphStyle("heading", parent=body, fontName="Strong", fontSize=11, leading=15, spaceBefore=10),
        "nature": ParagraphStyle("nature", parent=body, textColor=FLAG),
        "cell": ParagraphStyle("cell", parent=body, fontSize=7, leading=9, spaceAfter=0),
        "head": ParagraphStyle("head", parent=body, fontSize=7, leading=9, spaceAfter=0, textColor=INK3),
        "note": ParagraphStyle("note", parent=body, fontSize=7, leading=9.5, textColor=INK2),
    }


def _pdf_table(table: Table, styles: dict[str, Any], width: float) -> list[Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Paragraph, Spacer
    from reportlab.platypus import Table as Grid

    rows = [[Paragraph(escape(c), styles["head"]) for c in table.columns]]
    for row in table.rows:
        first = f"&nbsp;&nbsp;&nbsp;{escape(row.cells[0])}" if row.indented else escape(row.cells[0])
        rows.append([Paragraph(first, styles["cell"]), *(Paragraph(escape(c), styles["cell"]) for c in row.cells[1:])])
    # a column of short words keeps them whole; long ones share what is left
    lengths = [
        max(len(table.columns[k]), *(len(r.cells[k]) for r in table.rows), 12) ** 0.8 for k in range(len(rows[0]))
    ]
    grid = Grid(rows, colWidths=[width * n / sum(lengths) for n in lengths], repeatRows=1)
    grid.setStyle(
        [
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(INK)),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, HexColor(RULE)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    notes = [Paragraph(escape(n), styles["note"]) for n in (*table.notes, table.methods) if n]
    return [Paragraph(escape(table.title), styles["body"]), grid, Spacer(1, 4), *notes]


def _picture(chart: Chart, width: float) -> Any:  # noqa: ANN401  # a flowable of a library without types
    from reportlab.platypus import Image

    inches = chart.figure.get_size_inches()
    scale = min(1.0, width / (72.0 * float(inches[0])))
    return Image(io.BytesIO(chart.png()), width=72 * inches[0] * scale, height=72 * inches[1] * scale)


def _foot(canvas: Any, document: Any, *, words: Sequence[str]) -> None:  # noqa: ANN401  # as above
    from reportlab.lib.utils import simpleSplit

    canvas.saveState()
    canvas.setFont("Body", 6)
    lines = [line for text in words for line in simpleSplit(text, "Body", 6, 470)]
    for k, line in enumerate(lines):
        canvas.drawString(51, 44 - 8 * k, line)
    canvas.drawRightString(544, 44, f"{document.page}")
    canvas.restoreState()
