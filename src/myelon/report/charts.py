"""DVH and Kaplan–Meier charts by matplotlib: one drawing for page (inline SVG), paper and file."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from myelon.errors import InputError
from myelon.report.palette import ACCENT, FAIL, INK, INK2, INK3, PAPER, RULE, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from myelon.cohort.kaplan_meier import KaplanMeier
    from myelon.dose.dvh import DVH

FORMATS = {".svg", ".pdf", ".png"}
STYLE: Any = {
    "font.family": ["IBM Plex Sans", "DejaVu Sans"],
    "font.size": 9.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "myelon",
    "axes.edgecolor": INK2,
    "axes.linewidth": 1.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelcolor": INK3,
    "xtick.color": INK3,
    "ytick.color": INK3,
    "xtick.labelcolor": INK3,
    "ytick.labelcolor": INK3,
    "text.color": INK,
    "grid.color": RULE,
    "grid.linewidth": 0.8,
}
SERIES = ((ACCENT, "-", 2.0), (INK, (0, (5, 2.5)), 2.0), (INK2, (0, (1, 1.6)), 2.0), (ACCENT, (0, (6, 2, 1, 2)), 1.6))


@dataclass(frozen=True)
class Chart:
    """A finished figure."""

    figure: Figure
    title: str

    def save(self, path: Path) -> None:
        """Write SVG, PDF or PNG by the ending.

        Raises:
            InputError: Another ending, or a place that cannot be written.
        """
        if path.suffix.lower() not in FORMATS:
            raise InputError(f"plot {path.name!r}", todo="End the name in .svg, .pdf or .png")
        undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {"Software": None}}
        metadata = undated[path.suffix.lower()]
        try:
            with quiet_fonts(), rc_context(STYLE):
                self.figure.savefig(path, dpi=200, metadata=metadata)
        except OSError as error:
            raise InputError(f"plot {path.name!r} cannot be written", todo="Choose a folder that exists") from error

    def png(self) -> bytes:
        """For paper: 200 dots per inch."""
        stream = io.BytesIO()
        with quiet_fonts(), rc_context(STYLE):
            self.figure.savefig(stream, format="png", dpi=200, metadata={"Software": None})
        return stream.getvalue()

    def svg(self) -> str:
        """For a page: no style attributes (the content security policy forbids them), colours as variables."""
        stream = io.StringIO()
        with quiet_fonts(), rc_context(STYLE):
            self.figure.savefig(stream, format="svg", metadata={"Date": None}, transparent=True)
        text = stream.getvalue()
        text = text[text.index("<svg") :]
        text = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.DOTALL)
        text = re.sub(r'style="([^"]*)"', _attributes, text)
        for colour, variable in VARIABLES.items():
            text = text.replace(colour, variable)
        label = self.title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
        return re.sub(
            r"<svg [^>]*?(viewBox=\"[^\"]*\")[^>]*>",
            rf'<svg class="chart" role="img" aria-label="{label}" \1 xmlns:xlink="http://www.w3.org/1999/xlink">',
            text,
            count=1,
        )


def _attributes(match: re.Match[str]) -> str:
    """A style attribute as presentation attributes."""
    pairs = [p.split(":", 1) for p in match[1].split(";") if ":" in p]
    rows = []
    for name, value in ((a.strip(), b.strip()) for a, b in pairs):
        if name == "font":
            size = re.search(r"([\d.]+)px", value)
            rows += [f'font-size="{size[1]}"'] if size else []
        elif name != "font-family":
            clean = value.replace('"', "'")
            rows.append(f'{name}="{clean}"')
    return " ".join(rows)


class quiet_fonts:  # noqa: N801  # reads as a statement
    """The page has the font; the machine that draws need not."""

    def __enter__(self) -> None:
        import logging  # noqa: PLC0415  # needed here alone

        self._logger = logging.getLogger("matplotlib.font_manager")
        self._level = self._logger.level
        self._logger.setLevel(logging.ERROR)

    def __exit__(self, *_: object) -> None:
        self._logger.setLevel(self._level)


def axes_of(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of so many inches with one pair of axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def dvh_chart(
    curves: Sequence[tuple[str, DVH]],
    *,
    unit: str = "Dose, Gy",
    limit: tuple[float, str] | None = None,
    size: tuple[float, float] = (6.2, 3.9),
) -> Chart:
    """Cumulative DVHs in percent of the covered volume, labelled at the line."""
    with quiet_fonts(), rc_context(STYLE):
        figure, axes = axes_of(*size)
        top = max(c.max_gy for _, c in curves)
        for n, (name, curve) in enumerate(curves):
            colour, dash, weight = SERIES[n % len(SERIES)]
            shown = curve.edges_gy <= curve.max_gy + 0.1
            step = max(1, int(shown.sum()) // 900)
            percent = 100.0 * curve.volume_cc[shown] / curve.covered_cc
            axes.plot(curve.edges_gy[shown][::step], percent[::step], color=colour, linestyle=dash, linewidth=weight)
            _label_curve(axes, name, curve, n, len(curves), colour)
        if limit is not None:
            axes.axvline(limit[0], color=FAIL, linewidth=1.4)
            axes.annotate(limit[1], (limit[0], 103), color=FAIL, ha="center", va="bottom", annotation_clip=False)
            top = max(top, limit[0])
        axes.set(xlim=(0, top * 1.06), ylim=(0, 102), xlabel=unit)
        axes.set_title("% of volume", loc="left", fontsize=9.5, color=INK3)
        axes.grid(axis="y")
        axes.set_axisbelow(True)
    return Chart(figure, "Dose–volume histogram: " + ", ".join(name for name, _ in curves))


def _label_curve(axes: Axes, name: str, curve: DVH, n: int, count: int, colour: str) -> None:
    """Name the curve where it lies, each at another height so that names do not meet."""
    shoulder = 100.0 * curve.volume_at_gy(0.9 * curve.max_gy) / curve.covered_cc
    height = max(shoulder * (0.25 + 0.5 * (n + 0.5) / count), 4.0)
    dose = curve.dose_at_cc(height / 100.0 * curve.covered_cc) or 0.0
    axes.annotate(
        name,
        (dose, height),
        xytext=(5, 0),
        textcoords="offset points",
        color=colour,
        va="center",
        fontweight=500,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.0},
    )


def spider_chart(
    lines: Sequence[tuple[str, Sequence[tuple[float, float]]]], *, size: tuple[float, float] = (6.4, 3.8)
) -> Chart:
    """Change from the baseline in percent over time: the sum thick, each lesion thin, labelled at its end.

    Args:
        lines: Name and points (days since the baseline, percent); the first is the sum.
        size: In inches.
    """
    with quiet_fonts(), rc_context(STYLE):
        figure, axes = axes_of(*size)
        heights = _apart([points[-1][1] for _, points in lines], 7.0)
        for n, (name, points) in enumerate(lines):
            days, percent = [p[0] for p in points], [p[1] for p in points]
            colour, weight = (INK, 2.4) if n == 0 else (ACCENT, 1.1)
            axes.plot(days, percent, color=colour, linewidth=weight, marker="o", ms=3.5)
            axes.annotate(
                name, (days[-1], heights[n]), xytext=(6, 0), textcoords="offset points", va="center", fontsize=8.5,
                color=INK if n == 0 else ACCENT, fontweight=600 if n == 0 else 400,
            )  # fmt: skip
        axes.axhline(0.0, color=INK3, linewidth=0.8)
        axes.axhline(-30.0, color=INK3, linewidth=0.8, linestyle=(0, (4, 3)))
        last = max((p[0] for _, points in lines for p in points), default=1.0)
        words = "−30 %: partial response"
        axes.annotate(words, (0, -30), xytext=(4, 3), textcoords="offset points", color=INK3, fontsize=8)
        axes.set(xlabel="days since the baseline", xlim=(0, last * 1.22))
        axes.set_title("change, %", loc="left", fontsize=9.5, color=INK3)
    return Chart(figure, "Change of the sum of diameters and of each target from the baseline")


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """Heights in their order, moved upwards until they lie so far apart."""
    found = list(heights)
    last = -float("inf")
    for n in sorted(range(len(found)), key=lambda k: found[k]):
        last = found[n] = max(found[n], last + least)
    return found


def waterfall_chart(bars: Sequence[tuple[str, float]], *, size: tuple[float, float] = (6.4, 3.0)) -> Chart:
    """Best change in percent, one bar each, from the greatest growth to the greatest shrinkage.

    Args:
        bars: Name and change.
        size: In inches.
    """
    with quiet_fonts(), rc_context(STYLE):
        figure, axes = axes_of(*size)
        ordered = sorted(bars, key=lambda b: -b[1])
        axes.bar([b[0] for b in ordered], [b[1] for b in ordered], color=ACCENT, width=0.6)
        for n, (_, change) in enumerate(ordered):
            shift = (0, 4 if change >= 0 else -11)
            axes.annotate(
                f"{change:+.0f}", (n, change), xytext=shift, textcoords="offset points", ha="center", fontsize=8.5
            )
        axes.axhline(0.0, color=INK3, linewidth=0.8)
        axes.axhline(-30.0, color=INK3, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.set_title("best change, %", loc="left", fontsize=9.5, color=INK3)
        axes.margins(y=0.15)
    return Chart(figure, "Best change of each target from the baseline")


def km_chart(
    curves: Sequence[KaplanMeier],
    *,
    x_label: str = "time",
    y_label: str = "surviving",
    size: tuple[float, float] = (9.6, 5.4),
) -> Chart:
    """Kaplan–Meier steps with band, censor ticks, median, and the numbers at risk under the axis."""
    with quiet_fonts(), rc_context(STYLE):
        figure = Figure(figsize=size, layout="constrained")
        rows = figure.add_gridspec(2, 1, height_ratios=[5, 0.55 + 0.4 * len(curves)])
        axes = figure.add_subplot(rows[0])
        table = figure.add_subplot(rows[1], sharex=axes)
        end = max(float(c.times[-1]) for c in curves) or 1.0
        axes.set(xlim=(0, end * 1.02), ylim=(0, 1.02))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=9, steps=[1, 2, 3, 5, 6, 10]))
        ticks = [t for t in axes.get_xticks() if 0 <= t <= end * 1.02]
        for n, curve in enumerate(curves):
            colour, dash, weight = SERIES[n % len(SERIES)]
            x = np.concatenate([[0.0], curve.times])
            y = np.concatenate([[1.0], curve.survival])
            lower = np.concatenate([[1.0], np.where(np.isnan(curve.lower), curve.survival, curve.lower)])
            upper = np.concatenate([[1.0], np.where(np.isnan(curve.upper), curve.survival, curve.upper)])
            axes.fill_between(x, lower, upper, step="post", color=colour, alpha=0.10, linewidth=0)
            axes.step(x, y, where="post", color=colour, linestyle=dash, linewidth=weight)
            gone = curve.censored > 0
            axes.plot(curve.times[gone], curve.survival[gone], "|", color=colour, markersize=6, markeredgewidth=1.1)
            _median(axes, curve, colour, end, n)
            table.text(-0.035, n, curve.group, color=colour, ha="right", va="center", transform=_row(table))
            for tick in ticks:
                number = curve.number_at_risk(tick)
                table.text(tick, n, f"{number}", color=INK if number else INK3, ha="center", va="center")
        axes.set_title(y_label, loc="left", fontsize=9.5, color=INK3)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "25 %", "50 %", "75 %", "100 %"])
        axes.grid(axis="y")
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(x_label, loc="right")
        table.set(ylim=(len(curves) - 0.4, -1.2), yticks=[])
        table.text(-0.035, -0.95, "At risk", color=INK3, ha="right", va="center", transform=_row(table))
        table.axis("off")
    return Chart(figure, "Kaplan–Meier curve: " + ", ".join(c.group for c in curves))


def _row(axes: Axes):  # type: ignore[no-untyped-def]  # noqa: ANN202  # matplotlib's blended transform
    from matplotlib.transforms import blended_transform_factory  # noqa: PLC0415  # needed here alone

    return blended_transform_factory(axes.transAxes, axes.transData)


def _median(axes: Axes, curve: KaplanMeier, colour: str, end: float, n: int) -> None:
    at = curve.median.estimate
    if at is None:
        text, x, y = f"{curve.group}, median not reached", end * 0.55, float(curve.survival[-1]) + 0.04
    else:
        axes.plot([at, at], [0, 0.5], color=colour, linewidth=1.0, linestyle=(0, (1, 2)))
        axes.plot([at], [0.5], "o", color=colour, markerfacecolor="white", markersize=4.5)
        text, x, y = f"{curve.group}, median {at:.4g}", at + end * 0.02, 0.54 + 0.09 * n
    ground = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.0}
    axes.annotate(text, (x, y), color=colour, fontweight=500, bbox=ground)
