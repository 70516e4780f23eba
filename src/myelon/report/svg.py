"""A few lines to write SVG: elements with presentation attributes only, text escaped, hatches from the page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NARROW = 0.5
"""Mean width of a letter in em: the condensed cut of IBM Plex Sans."""


def text_width(text: str, size: float, em: float = NARROW) -> float:
    """Rough width of a line of text in px."""
    return len(text) * size * em


class Svg:
    """A drawing that grows by elements; coordinates are px of its own box."""

    def __init__(self, width: float, height: float, title: str, css_class: str = "figure", role: str = "img") -> None:
        self.width, self.height = width, height
        self._title, self._class, self._role = title, css_class, role
        self._parts: list[str] = []

    def add(self, tag: str, body: str = "", /, **attributes: object) -> None:
        """Append an element; ``_`` in names becomes ``-``."""
        listed = "".join(
            f' {name.rstrip("_").replace("_", "-")}="{escape(_text(value))}"' for name, value in attributes.items()
            if value is not None
        )  # fmt: skip
        self._parts.append(f"<{tag}{listed}>{body}</{tag}>" if body else f"<{tag}{listed}/>")

    def line(self, x1: float, y1: float, x2: float, y2: float, **attributes: object) -> None:
        """A line."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)

    def rect(self, x: float, y: float, width: float, height: float, **attributes: object) -> None:
        """A rectangle."""
        self.add("rect", x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), **attributes)

    def text(self, x: float, y: float, text: str, **attributes: object) -> None:
        """A line of text."""
        self.add("text", escape(text), x=x, y=y, **attributes)

    def polyline(self, points: Sequence[tuple[float, float]], **attributes: object) -> None:
        """An open line through points."""
        self.add("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), fill="none", **attributes)

    def group(self, body: Svg, **attributes: object) -> None:
        """Put another drawing's elements into a group of this one."""
        self.add("g", "".join(body._parts), **attributes)

    def __str__(self) -> str:
        """The whole element."""
        return (
            f'<svg class="{self._class}" width="{_text(self.width)}" height="{_text(self.height)}" '
            f'viewBox="0 0 {_text(self.width)} {_text(self.height)}" role="{self._role}" '
            f'aria-label="{escape(self._title)}">{"".join(self._parts)}</svg>'
        )


def _text(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def whisker(svg: Svg, x1: float, x2: float, y: float, *, open_left: bool = False, css: str = "whisker") -> None:
    """A window: a line with caps; an open end has the axis break instead."""
    svg.line(x1, y, x2, y, class_=css)
    svg.line(x2, y - 4, x2, y + 4, class_=css)
    if open_left:
        for shift in (0, 4):
            svg.line(x1 + shift - 2, y + 5, x1 + shift + 2, y - 5, class_=css)
    else:
        svg.line(x1, y - 4, x1, y + 4, class_=css)


def hatched(svg: Svg, x: float, y: float, width: float, height: float, words: str = "", size: float = 12) -> None:
    """Unknown: hatch with a border, and the word in a clear strip."""
    svg.rect(x, y, width, height, class_="unknown")
    if words:
        strip = min(text_width(words, size) + 10, width)
        svg.rect(x + (width - strip) / 2, y + height / 2 - size * 0.7, strip, size * 1.4, class_="clear")
        svg.text(x + width / 2, y + height / 2 + size * 0.36, words, class_="t12 middle ink2")
