"""Dose against limits: courses stacked from zero in order, limit lines in brick named on the line."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from myelon.dose.bed import eqd2_of_bed, gy_words
from myelon.dose.limits import LIMITS
from myelon.report.svg import Svg, text_width

if TYPE_CHECKING:
    from myelon.dose.reirradiation import Reirradiation

_ALPHA_BETA = 2.0


def dose_bar(judged: Reirradiation, *, width: float = 560.0, font: float = 12.0) -> Svg:
    """EQD2 at α/β 2 of each course and their sum, beside the limits of sums."""
    dose = judged.dose if judged.dose.alpha_beta_gy == _ALPHA_BETA else judged.alternative
    limits = [
        (f"Nieder {(at := eqd2_of_bed(LIMITS['nieder.cum'].value, _ALPHA_BETA)):.2f}", at, False),
        (f"HyTEC {LIMITS['hytec.rert.cum'].value:g}", LIMITS["hytec.rert.cum"].value, True),
    ]
    values = dose.course_eqd2
    top = max(sum(v for v in values if isfinite(v)), *(at for _, at, _ in limits)) * 1.12
    left, bar, y = 4.0, font * 1.9, font * 1.8
    per_gy = (width - left - 16.0) / top
    words = "; ".join(f"RT {n} {gy_words(v)}" for n, v in enumerate(values, start=1))
    svg = Svg(width, y + bar + font * 3.6, f"EQD2 in Gy at α/β 2: {words}; limits 67.75 and 70", "dosebar")
    x = left
    for n, value in enumerate(values):
        if not isfinite(value):
            label = f"+ RT {n + 1}, not converted"
            svg.text(x + 8, y + bar / 2 + font * 0.36, label, class_="t12 strong accent")
            x += text_width(label, font) + 16
            continue
        css = "course" if n % 2 == 0 else "plan solidline"
        svg.rect(x, y, value * per_gy, bar, class_=css)
        label, inside = f"{value:.2f}", value * per_gy > text_width(f"{value:.2f}", font) + 14
        at = x + 8 if inside else x + value * per_gy + 5
        if n % 2 and inside:
            svg.rect(x + 4, y + bar / 2 - font * 0.7, text_width(label, font) + 8, font * 1.4, class_="clear")
        css = "onfill" if inside and n % 2 == 0 else "accent"
        svg.text(at, y + bar / 2 + font * 0.36, label, class_=f"t12 strong {css}")
        x += value * per_gy
    axis = y + bar + 4
    svg.line(left, axis, width - 6, axis, class_="axis")
    step = 20
    for tick in range(0, int(top) + 1, step):
        svg.line(left + tick * per_gy, axis, left + tick * per_gy, axis + 4, class_="axis")
        svg.text(left + tick * per_gy, axis + font * 1.3 + 2, f"{tick}", class_=f"t12 {'middle' if tick else ''} ink3")
    svg.text(left, y - font * 0.6, "EQD2, Gy", class_="t12 ink3")
    for name, at, below in limits:
        position = left + at * per_gy
        svg.line(position, y - 5, position, axis + (font * 0.5 if below else 0), class_="limitline")
        svg.text(position, axis + font * 2.5 + 2 if below else y - font * 0.6, name, class_="t12 middle fail")
    return svg
