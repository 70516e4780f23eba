"""A figure of a page as a file of its own: with the page's styles in print colours, and what it is and is not."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response

from myelon.report.intended_use import INTENDED_USE

if TYPE_CHECKING:
    from myelon.report.svg import Svg

_HERE = Path(__file__).parent
_NATURE = {
    "synthetic": "Synthetic, nobody's data.",
    "published": "A published case.",
    "local": "",
}
_FOOT = 20.0
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""The drawing bears its own style element and, where there is one, its image; nothing else is let in."""


def figure_file(figure: Svg, name: str, nature: str) -> Response:
    """The answer that downloads a figure."""
    headers = {"Content-Disposition": f'inline; filename="{name}.svg"', "Content-Security-Policy": _POLICY}
    return Response(standalone(figure, nature, INTENDED_USE), media_type="image/svg+xml", headers=headers)


@cache
def _style() -> str:
    """The figure rules of the style sheet, with the colours of paper put in."""
    sheet = (_HERE / "static/myelon.css").read_text(encoding="utf-8")
    colours = re.findall(r"(--[a-z0-9]+): *(#[0-9a-f]{6})", sheet[sheet.index("@media print") :])
    rules = sheet[sheet.index("/* figures */") :]
    rules = rules[: rules.index("\n\n", 20)] if "\n\n" in rules[20:] else rules
    light = dict(re.findall(r"(--[a-z0-9]+): *(#[0-9a-f]{6})", sheet[: sheet.index("@media")]))
    for name, value in (light | dict(colours)).items():
        rules = rules.replace(f"var({name})", value)
    return rules


@cache
def _defs() -> str:
    marks = (_HERE / "templates/marks.svg").read_text(encoding="utf-8")
    defs = marks[marks.index("<defs>") : marks.index("</defs>") + len("</defs>")]
    for name, value in (("paper", "#ffffff"), ("rule2", "#7f8992"), ("accent", "#0b5f73"), ("ink2", "#414d59")):
        defs = defs.replace(f"var(--{name})", value)
    return defs


def standalone(figure: Svg, nature: str, intended_use: str) -> str:
    """The figure as an SVG document.

    Args:
        figure: As drawn for a page.
        nature: Of the case: published, synthetic or local.
        intended_use: The sentence that every export bears.
    """
    drawn = str(figure)
    head, _, body = drawn.partition(">")
    height = figure.height + _FOOT
    head = re.sub(r' height="[^"]*"', f' height="{height:g}"', head)
    head = re.sub(r'viewBox="0 0 (\S+) \S+"', rf'viewBox="0 0 \1 {height:g}"', head)
    words = escape(f"{_NATURE[nature]} {intended_use}".strip())
    foot = f'<text x="4" y="{figure.height + 12:g}" class="t11 ink3">{words}</text>'
    ground = f'<rect width="{figure.width:g}" height="{height:g}" fill="#ffffff"/>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head} xmlns="http://www.w3.org/2000/svg">'
        f"<style>{escape(_style(), quote=False)}</style>{_defs()}{ground}{body.removesuffix('</svg>')}{foot}</svg>\n"
    )
