"""The Weinstein–Boriani–Biagini disc: twelve zones and five layers, with its orientation and direction printed on it.

Seen as an axial image is: the patient's left is on the right. Zones are counted from a half of the spinous process,
counter-clockwise from the left one (Spine Oncology Study Group, and paper 004, Fig. 2), or clockwise from the right
one (1997). The mirror of a zone is 13 − z (INSTRUMENTS.md, `wbb_1997`).
"""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING, Literal

from myelon.report.svg import Svg

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

Direction = Literal["sosg_counterclockwise", "original_clockwise"]
DIRECTIONS: dict[Direction, str] = {
    "sosg_counterclockwise": "counter-clockwise from the left half (SOSG 2009)",
    "original_clockwise": "clockwise from the right half (1997)",
}
ZONES, LAYERS = 12, "EDCBA"
"""Layers from the middle outwards."""
_SIZE, _INNER, _STEP = 340.0, 26.0, 22.0


def wbb_figure(zones: AbstractSet[str], layers: AbstractSet[str], direction: Direction, title: str) -> Svg:
    """The disc with the involved zones and layers filled.

    Args:
        zones: Numbers 1 to 12, counted in ``direction``.
        layers: Letters A (prevertebral) to E (dural).
        direction: How the zones are counted.
        title: What a reader of the screen hears.
    """
    drawn = Svg(_SIZE, _SIZE + 24, f"{title}; {DIRECTIONS[direction]}", css_class="figure wbb", role="group")
    middle = _SIZE / 2
    for number in range(1, ZONES + 1):
        sector = Svg(0, 0, "")
        turn = number - 1 if direction == "sosg_counterclockwise" else ZONES - number
        for ring, layer in enumerate(LAYERS):
            involved = str(number) in zones and (layer in layers or not layers)
            low, high = _INNER + ring * _STEP, _INNER + (ring + 1) * _STEP
            sector.add("path", d=_cell(middle, turn, low, high), class_=f"cell{' involved' if involved else ''}")
        x, y = _at(middle, turn + 0.5, _INNER + len(LAYERS) * _STEP + 13)
        sector.text(x, y + 4, str(number), class_="t12 middle")
        state = str(number) in zones
        drawn.group(
            sector, class_=f"zone{' involved' if state else ''}", data_zone=number, tabindex=0, role="checkbox",
            aria_checked="true" if state else "false", aria_label=f"zone {number}",
        )  # fmt: skip
    for ring, layer in enumerate(LAYERS):
        drawn.text(middle, middle - _INNER - (ring + 0.5) * _STEP + 4, layer, class_="t11 middle strong layer")
    sides = ((middle, 12.0, "anterior"), (middle, _SIZE - 2.0, "posterior"))
    for x, y, words in (*sides, (6.0, middle + 4, "R"), (_SIZE - 6, middle + 4, "L")):
        drawn.text(x, y, words, class_="t12 middle ink2")
    drawn.text(middle, _SIZE + 17, DIRECTIONS[direction], class_="t11 middle ink2")
    return drawn


def _at(middle: float, turn: float, radius: float) -> tuple[float, float]:
    """A point of the disc: turns of a twelfth, counter-clockwise from the back (down), y downwards."""
    angle = -pi / 2 + 2 * pi * turn / ZONES
    return middle + radius * cos(angle), middle - radius * sin(angle)


def _cell(middle: float, turn: float, low: float, high: float) -> str:
    (x1, y1), (x2, y2) = _at(middle, turn, low), _at(middle, turn, high)
    (x3, y3), (x4, y4) = _at(middle, turn + 1, high), _at(middle, turn + 1, low)
    return (
        f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}A{high:g} {high:g} 0 0 0 {x3:.1f} {y3:.1f}"
        f"L{x4:.1f} {y4:.1f}A{low:g} {low:g} 0 0 1 {x1:.1f} {y1:.1f}Z"
    )
