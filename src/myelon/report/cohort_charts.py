"""Figures of a cohort: cumulative incidence, forest, swimmer, bars, ROC; by the same hand as the others.

Lines differ by dash as well as by colour; every figure has a table twin beside it on the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib import rc_context
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from myelon.report.charts import SERIES, STYLE, Chart, axes_of, quiet_fonts
from myelon.report.palette import ACCENT, FAIL, INK, INK2, INK3, RULE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.cohort.aalen_johansen import CumulativeIncidence
    from myelon.cohort.roc import Roc


class Ratio(NamedTuple):
    """A line of a forest plot."""

    label: str
    estimate: float
    lower: float
    upper: float
    words: str = ""


class Lane(NamedTuple):
    """A line of a swimmer plot: a patient's time, its uncertainty, and what happened on it."""

    label: str
    end: float
    latest: float
    ended: str
    """``event``, ``competing`` or ``censored``."""
    spans: tuple[tuple[str, float, float], ...] = ()
    marks: tuple[tuple[str, float, float], ...] = ()
    """Kind, earliest and latest."""


def incidence_chart(
    curves: Sequence[CumulativeIncidence], *, x_label: str = "time", size: tuple[float, float] = (8.0, 4.6)
) -> Chart:
    """Cumulative incidence with its band, one line per group and cause."""
    with quiet_fonts(), rc_context(STYLE):
        figure, axes = axes_of(*size)
        end = max(float(c.times[-1]) for c in curves) or 1.0
        for n, curve in enumerate(curves):
            colour, dash, weight = SERIES[n % len(SERIES)]
            x = np.concatenate([[0.0], curve.times, [end]])
            y = np.concatenate([[0.0], curve.incidence, curve.incidence[-1:]])
            lower, upper = (
                np.concatenate([[0.0], np.where(np.isnan(v), curve.incidence, v), v[-1:]])
                for v in (curve.lower, curve.upper)
            )
            axes.fill_between(x, lower, upper, step="post", color=colour, alpha=0.10, linewidth=0)
            axes.step(x, y, where="post", color=colour, linestyle=dash, linewidth=weight)
            label = curve.cause if curve.group == "all" else f"{curve.group}: {curve.cause}"
            axes.annotate(
                label, (end, y[-1]), xytext=(6, 0), textcoords="offset points", color=colour, va="center", fontsize=8.5
            )
        top = max(0.1, *(float(np.nanmax(c.upper, initial=0.0)) for c in curves))
        axes.set(xlim=(0, end * 1.02), ylim=(0, min(1.02, top * 1.05)), xlabel=x_label)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{100 * v:.0f} %"))
        axes.set_title("had the event", loc="left", fontsize=9.5, color=INK3)
        axes.grid(axis="y")
    return Chart(figure, "Cumulative incidence: " + ", ".join(f"{c.group} {c.cause}" for c in curves))


def forest_chart(ratios: Sequence[Ratio], *, x_label: str = "hazard ratio") -> Chart:
    """Ratios with their limits on a logarithmic axis."""
    with quiet_fonts(), rc_context(STYLE):
        figure, axes = axes_of(7.6, 0.9 + 0.42 * len(ratios))
        rows = range(len(ratios))
        for row, ratio in zip(rows, ratios, strict=True):
            axes.plot([ratio.lower, ratio.upper], [row, row], color=INK, linewidth=1.6)
            axes.plot([ratio.estimate], [row], "s", color=ACCENT, markersize=6)
            words = ratio.words or f"{ratio.estimate:.2f} ({ratio.lower:.2f}–{ratio.upper:.2f})"
            axes.annotate(
                words, (1.02, row), xycoords=("axes fraction", "data"), va="center", fontsize=8.5, annotation_clip=False
            )
        axes.axvline(1.0, color=INK3, linewidth=0.9)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_yticks(list(rows), [r.label for r in ratios])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set(ylim=(len(ratios) - 0.4, -0.6), xlabel=x_label)
    return Chart(figure, "Forest plot: " + ", ".join(r.label for r in ratios))


LANES = 80
"""Lanes that a swimmer plot holds: the longest."""
_ENDS = {"event": ("X", FAIL), "competing": ("D", INK2), "censored": (">", INK3)}


def swimmer_chart(lanes: Sequence[Lane], *, x_label: str = "months") -> Chart:
    """One bar per patient, longest on top; a thin end is the time that is not certain.

    Args:
        lanes: Patients.
        x_label: Unit of time.
    """
    with quiet_fonts(), rc_context(STYLE):
        ordered = sorted(lanes, key=lambda lane: (-lane.end, lane.label))[:LANES]
        figure, axes = axes_of(8.4, 1.0 + 0.17 * len(ordered))
        for row, lane in enumerate(ordered):
            axes.plot([0, lane.end], [row, row], color=RULE, linewidth=5.0, solid_capstyle="butt")
            if lane.latest > lane.end:
                axes.plot([lane.end, lane.latest], [row, row], color=INK3, linewidth=1.0)
            for _, start, stop in lane.spans:
                axes.plot([start, stop], [row, row], color=ACCENT, linewidth=5.0, solid_capstyle="butt")
            for _, low, high in lane.marks:
                axes.plot([low, high], [row, row], color=INK, linewidth=1.0)
                axes.plot([(low + high) / 2], [row], "o", color=INK, markersize=3)
            marker, colour = _ENDS[lane.ended]
            axes.plot([lane.latest], [row], marker, color=colour, markersize=4.5)
        axes.set_yticks(range(len(ordered)), [lane.label for lane in ordered], fontsize=6.5)
        axes.tick_params(axis="y", length=0)
        axes.set(ylim=(len(ordered) - 0.4, -0.8), xlim=(0, None), xlabel=x_label)
        for name, (marker, colour) in _ENDS.items():
            axes.plot([], [], marker, color=colour, linestyle="none", label=name)
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, fontsize=8.5)
    return Chart(figure, "Swimmer plot, one bar per patient")


def bar_chart(title: str, bars: Sequence[tuple[str, int]], n: int) -> Chart:
    """Counts as horizontal bars with their percent of n."""
    with quiet_fonts(), rc_context(STYLE):
        figure, axes = axes_of(6.6, 0.7 + 0.34 * len(bars))
        axes.barh([b[0] for b in bars], [b[1] for b in bars], color=ACCENT, height=0.62)
        for row, (_, count) in enumerate(bars):
            words = f"{count} ({100 * count / n:.2f} %)"
            axes.annotate(words, (count, row), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8.5)
        axes.invert_yaxis()
        axes.tick_params(axis="y", length=0)
        axes.set(xlim=(0, max(b[1] for b in bars) * 1.3))
        axes.set_title(f"{title}, n = {n}", loc="left", fontsize=9.5, color=INK3)
    return Chart(figure, f"{title}, n = {n}")


def roc_chart(curve: Roc, *, label: str = "") -> Chart:
    """A ROC curve with its area and the cut-off by Youden."""
    with quiet_fonts(), rc_context(STYLE):
        figure, axes = axes_of(4.8, 4.4)
        axes.plot([0, 1], [0, 1], color=INK3, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.plot(1 - curve.specificity, curve.sensitivity, color=ACCENT, linewidth=2.0, marker="o", ms=3.5)
        best = curve.youden
        axes.plot([1 - best.specificity], [best.sensitivity], "o", color=INK, markersize=7, fillstyle="none")
        words = f"≥ {best.threshold:g}"
        axes.annotate(words, (1 - best.specificity, best.sensitivity), xytext=(8, -12), textcoords="offset points")
        area = f"area {curve.area:.3f} ({curve.lower:.3f}–{curve.upper:.3f})"
        axes.annotate(f"{label} {area}".strip(), (0.98, 0.04), ha="right", fontsize=9)
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel="1 − specificity", aspect="equal")
        axes.set_title("sensitivity", loc="left", fontsize=9.5, color=INK3)
    return Chart(figure, f"ROC curve {label}".strip())
