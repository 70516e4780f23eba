"""The timeline of a case: one row per track, time from a chosen zero, every mark with the window it may lie in.

A solid mark stands at the drawn position (earliest, middle or latest), a whisker runs to the bounds; an open
bound ends in the axis break. Where no calendar date was given, none is invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from myelon.record.extent import extents
from myelon.record.kinds import AdverseEvent, Neurology, Phase, Radiotherapy, Vital
from myelon.record.when import DAYS_PER
from myelon.report.svg import Svg, hatched, text_width, whisker
from myelon.terms.levels import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from myelon.record.base import Entry
    from myelon.record.case import Case
    from myelon.record.timeline import Timeline, Window

DrawAt = Literal["earliest", "middle", "latest"]
TRACKS = (
    "Phase", "Diagnosis", "Neurology", "Observations", "Imaging", "Pathology", "Staging", "Surgery", "Radiotherapy",
    "Systemic", "Support", "Adverse events", "Response", "Board", "Care, outcome",
)  # fmt: skip
BOARD_TRACKS = ("Surgery", "Radiotherapy", "Systemic")
"""What is asked in the room: what was done, and when."""
_BREAK = 26.0
_LEVEL = 7.0
_COURSE_HEIGHT = 15.0
_DENSE = 40
"""Entries of a track from which on marks stand without their labels: they are told on hover, focus and in the table."""
_SPARK = 34.0
"""Height of the strength line, MRC 0 to 5."""


@dataclass(frozen=True)
class Measure:
    """Sizes in px of the work page or of the board, whose words are read from four metres."""

    font: float = 12.0
    lane: float = 21.0
    gutter: float = 112.0
    most_letters: int = 64


WORK_PAGE, BOARD = Measure(), Measure(18.0, 27.0, 140.0, 56)


@dataclass(frozen=True)
class Scale:
    """Days from zero to px; open ends lie in the break at the left."""

    first: float
    last: float
    left: float
    right: float
    unit: str

    def x(self, days: float) -> float:
        """Position of a time."""
        share = min(max((days - self.first) / (self.last - self.first), 0.0), 1.0)
        return self.left + share * (self.right - self.left)

    def ticks(self) -> list[tuple[float, str]]:
        """Positions and labels in the unit."""
        per = DAYS_PER[self.unit]
        low, high = self.first / per, self.last / per
        step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10_000) if (high - low) / s <= 12)
        start = int(low // step) * step
        marks = [n for n in range(start, int(high) + step, step) if low <= n <= high]
        return [(self.x(n * per), f"{n}".replace("-", "−")) for n in marks]


def scale_of(
    timeline: Timeline, entries: Iterable[Entry], left: float, right: float, view: tuple[float, float] | None = None
) -> Scale:
    """A scale that holds every bound of the entries, or a part of it."""
    bounds = [
        b for e in entries for w in (timeline.window(e.id), timeline.window(e.id, "end")) for b in w if b is not None
    ]
    first, last = view or (min([*bounds, 0.0]), max([*bounds, 1.0]))
    pad = 0.02 * (last - first)
    unit = "day" if last - first < 200 else "month"
    return Scale(first - pad, last + pad, left, right, unit)


def drawn(window: Window, at: DrawAt) -> float | None:
    """Where a window's mark stands; None when that end is open on both sides."""
    low, high = window
    if low is None or high is None:
        return high if low is None else low
    return {"earliest": low, "latest": high, "middle": (low + high) / 2.0}[at]


def timeline_figure(
    case: Case,
    timeline: Timeline,
    *,
    at: DrawAt = "earliest",
    width: float = 1080.0,
    selected: str = "",
    tracks: tuple[str, ...] = TRACKS,
    measure: Measure = WORK_PAGE,
    view: tuple[float, float] | None = None,
) -> Svg:
    """Draw a case.

    Args:
        case: The record.
        timeline: Its solved times.
        at: Where in its window a mark stands.
        width: Px.
        selected: Entry that is ringed.
        tracks: Rows to draw.
        measure: Sizes.
        view: First and last day to show; everything when None.
    """
    entries = [e for e in case.entries if e.when is not None and e.track in tracks]
    shown = [e for e in entries if any(b is not None for b in timeline.window(e.id))]
    scale = scale_of(timeline, shown, measure.gutter + _BREAK, width - 12.0, view)
    if view is not None:
        shown = [e for e in shown if _in_view(timeline, e, at, *view)]
    body, y = Svg(width, 0, ""), measure.font + 10.0
    for track in tracks:
        rows = [e for e in shown if e.track == track]
        if not rows:
            continue
        drawer = _Track(body, timeline, scale, at, y, selected, measure)
        if track == "Imaging" and _has_levels(case):
            y = _extent_track(body, case, timeline, scale, at, y)
            drawer.y = y + 4
        if track == "Neurology" and sum(_strength(e) is not None for e in rows) > 1:
            drawer.y = _strength_track(body, rows, timeline, scale, at, y) + 4
        y = drawer.draw(rows)
        body.text(4, drawer.top + measure.lane * 0.7, track, class_="t13 ink2")
        body.line(0, y, width, y, class_="hair")
        y += 5
    height = y + measure.font + 12
    figure = Svg(width, height, f"Timeline of {case.title}, in {scale.unit}s from {timeline.zero}", "timeline", "group")
    for x, label in scale.ticks():
        figure.line(x, measure.font + 4, x, y - 4, class_="grid")
        figure.text(x, y + measure.font, label, class_="t12 middle ink3")
    figure.line(scale.left, y - 2, scale.right, y - 2, class_="axis")
    for shift in (0, 5):
        figure.line(scale.left - 14 + shift, y + 3, scale.left - 9 + shift, y - 7, class_="axis")
    figure.text(4, y + measure.font, f"{scale.unit}s", class_="t12 ink3")
    figure.group(body)
    if not scale.first <= 0.0 <= scale.last:
        return figure
    zero = scale.x(0.0)
    entry, _, point = timeline.zero.partition(".")
    figure.line(zero, 3, zero, y - 2, class_="now")
    figure.text(
        zero + 5, measure.font, f"{case.by_id[entry].label.split(':')[0]}, {point} = 0", class_="t12 accent strong"
    )
    return figure


def _has_levels(case: Case) -> bool:
    return any(o.levels is not None for o in (*extents(case), *extents(case, oedema=True)))


class _Track:
    """Marks of one track, packed into lanes so that no label covers another."""

    def __init__(
        self, svg: Svg, timeline: Timeline, scale: Scale, at: DrawAt, y: float, selected: str, measure: Measure
    ) -> None:
        self.svg, self.timeline, self.scale, self.at, self.measure = svg, timeline, scale, at, measure
        self.y = self.top = y
        self.selected = selected
        self.dense = False

    def draw(self, rows: Sequence[Entry]) -> float:
        """Draw the rows; returns the y below them."""
        self.top = self.y
        self.dense = len(rows) > _DENSE
        ends: list[float] = []
        for entry in rows:
            left, right, label_x, label = self._extent(entry)
            lane = next((n for n, end in enumerate(ends) if end + 8 < left), len(ends))
            if lane == len(ends):
                ends.append(0.0)
            ends[lane] = right
            self._entry(entry, self.y + lane * self.measure.lane, label_x, label)
        return self.y + max(len(ends), 1) * self.measure.lane + 5

    def _span(self, entry: Entry) -> tuple[float | None, float | None, Window, Window]:
        start, end = self.timeline.window(entry.id), self.timeline.window(entry.id, "end")
        return drawn(start, self.at), drawn(end, self.at), start, end

    def _extent(self, entry: Entry) -> tuple[float, float, float, str]:
        """Left and right end of mark, whiskers and label, and where the label stands."""
        start, end, window, until = self._span(entry)
        bounds = [b for b in (*window, *until) if b is not None]
        left = self.scale.x(min(bounds)) if window.earliest is not None else self.scale.left - 20
        long = entry.lasts and end is not None and not isinstance(entry, AdverseEvent)
        mark_end = self.scale.x(end if long and end is not None else (start if start is not None else 0.0))
        reach = self.scale.x(max(bounds))
        label = "" if self.dense else _label(entry, self.measure.most_letters)
        width = text_width(label, self.measure.font, 0.53)
        label_x = mark_end + 10
        if isinstance(entry, Phase):
            label_x = self.scale.x(start if start is not None else 0.0) + 6
        if label_x + width > self.scale.right + 10:
            label_x = max(left - width - 10, self.measure.gutter)
        return min(left, label_x), max(reach, label_x + width), label_x, label

    def _entry(self, entry: Entry, y: float, label_x: float, label: str) -> None:
        start, end, window, until = self._span(entry)
        middle = y + self.measure.lane / 2
        drawing = Svg(0, 0, "")
        right = until.latest if entry.lasts else window.latest
        left_x = self.scale.x(window.earliest) if window.earliest is not None else self.scale.left - 18
        if right is not None and (window.earliest is None or right - window.earliest > 0.5):
            whisker(
                drawing, left_x, self.scale.x(right), middle + self.measure.font / 2, open_left=window.earliest is None
            )
        x = self.scale.x(start if start is not None else 0.0)
        x_end = self.scale.x(end) if entry.lasts and end is not None else x
        _mark(drawing, entry, x, max(x_end, x), middle)
        drawing.text(
            label_x,
            middle + self.measure.font * 0.2,
            label,
            class_="t12 halo ink" if entry.id != self.selected else "t12 halo strong",
        )
        if entry.id == self.selected:
            drawing.rect(x - 5, middle - 9, max(x_end - x, 0) + 10, 18, class_="ring")
        title = f"{entry.label}; stated {entry.when}; window {_words(window, self.scale.unit)}"
        self.svg.group(drawing, class_="entry", tabindex="0", data_entry=entry.id, role="link", aria_label=title)


def _label(entry: Entry, most: int) -> str:
    label = entry.label
    if isinstance(entry, AdverseEvent) and entry.grade:
        label = entry.term
    return label if len(label) <= most else label[: most - 2] + "…"


def _words(window: Window, unit: str) -> str:
    per = DAYS_PER[unit]
    low, high = (None if b is None else b / per for b in window)
    lower = "open" if low is None else f"{low:.1f}"
    upper = "open" if high is None else f"{high:.1f}"
    return f"{lower} to {upper} {unit}s"


def _mark(svg: Svg, entry: Entry, x: float, x_end: float, y: float) -> None:
    """The mark of a kind: shape first, colour second."""
    if isinstance(entry, Radiotherapy):
        height = min(_COURSE_HEIGHT, 3.2 * (entry.gy_per_fraction or 2.0))
        svg.rect(
            x, y + 2 - height, max(x_end - x, 4), height, class_="course" if entry.status != "proposed" else "plan"
        )
    elif isinstance(entry, Phase):
        svg.rect(x, y - 8, max(x_end - x, 4), 15, class_="phase")
    elif entry.track == "Systemic":
        svg.line(x, y - 2, max(x_end, x + 3), y - 2, class_="drug")
    elif isinstance(entry, AdverseEvent):
        css = "grade high" if (entry.grade or 0) >= 4 else "grade"
        svg.rect(x - 6.5, y - 8.5, 13, 13, class_=css)
        shown = "0" if entry.assertion == "absent" else (str(entry.grade) if entry.grade else "?")
        svg.text(x, y + 2, shown, class_=f"t11 middle {'onfill' if css.endswith('high') else 'ink'} strong")
    elif isinstance(entry, Vital) and entry.status == "dead":
        svg.line(x, y - 9, x, y + 6, class_="death")
        svg.line(x - 5, y - 4, x + 5, y - 4, class_="death")
    elif entry.track == "Surgery":
        svg.rect(x - 5.5, y - 8, 11, 11, class_="solid")
    elif entry.track == "Imaging":
        svg.add("path", d=f"M{x:.1f} {y - 8:.1f}l5.5 5.5l-5.5 5.5l-5.5 -5.5z", class_="solid")
    else:
        svg.add("circle", cx=x, cy=y - 2, r=4.5, class_="open")


def _in_view(timeline: Timeline, entry: Entry, at: DrawAt, first: float, last: float) -> bool:
    start = drawn(timeline.window(entry.id), at)
    end = drawn(timeline.window(entry.id, "end"), at) if entry.lasts else start
    low = start if start is not None else end
    high = end if end is not None else start
    return low is not None and high is not None and low <= last and max(low, high) >= first


def _strength(entry: Entry) -> int | None:
    return entry.worst_mrc if isinstance(entry, Neurology) else None


def _strength_track(svg: Svg, rows: Sequence[Entry], timeline: Timeline, scale: Scale, at: DrawAt, y: float) -> float:
    """The least MRC grade of each examination as a line, and under it whether the sphincters were disturbed."""
    top, bottom = y + 6, y + 6 + _SPARK
    svg.text(scale.left - 24, top + 4, "5", class_="t11 end ink3")
    svg.text(scale.left - 24, bottom + 4, "0", class_="t11 end ink3")
    svg.text(4, top + 28, "MRC, least", class_="t12 ink3")
    svg.line(scale.left - 20, top, scale.right, top, class_="hair")
    svg.line(scale.left - 20, bottom, scale.right, bottom, class_="hair")
    points: list[tuple[float, float]] = []
    labels: dict[int, tuple[float, float, list[str]]] = {}
    for exam in sorted(rows, key=lambda e: drawn(timeline.window(e.id), at) or 0.0):
        moment = drawn(timeline.window(exam.id), at)
        if moment is None or not isinstance(exam, Neurology):
            continue
        x, grade = scale.x(moment), exam.worst_mrc
        if grade is not None:
            height = bottom - _SPARK * grade / 5.0
            points += [(x, points[-1][1])] if points else []
            points.append((x, height))
            svg.add("circle", cx=x, cy=height, r=3.5, class_="solid")
            labels.setdefault(round(x / 8), (x, height, []))[2].append(str(grade))
        if exam.sphincters_disturbed is not None:
            svg.rect(x - 4, bottom + 5, 8, 8, class_="solid" if exam.sphincters_disturbed else "open")
    svg.polyline(points, class_="curve")
    for x, height, grades in labels.values() if len(labels) <= _DENSE // 2 else ():
        svg.text(
            x + 7, height + (11.0 if height < (top + bottom) / 2 else -4.0), " → ".join(grades), class_="t11 halo ink"
        )
    if any(isinstance(e, Neurology) and e.sphincters_disturbed is not None for e in rows):
        svg.text(4, bottom + 15, "Sphincters: filled = disturbed", class_="t11 ink3")
        bottom += 14
    return bottom + 4


def _extent_track(svg: Svg, case: Case, timeline: Timeline, scale: Scale, at: DrawAt, y: float) -> float:
    """Levels over time: lesion solid, oedema stippled, gone dotted, levels not given hatched."""
    spans = [o.levels for o in (*extents(case), *extents(case, oedema=True)) if o.levels is not None]
    first, last = max(min(s.upper for s in spans) - 1, 0), min(max(s.lower for s in spans) + 1, 28)
    top, bottom = y + 8, y + 8 + (last + 1 - first) * _LEVEL
    _level_axis(svg, scale, first, last, top)
    for shift, oedema in ((-4.0, False), (5.0, True)):
        known = None
        for seen in extents(case, oedema=oedema):
            moment = drawn(timeline.window(seen.study), at)
            if moment is None:
                continue
            x = scale.x(moment) + shift
            known = seen.levels or known
            if known is None:
                continue
            box = (x - 4, top + (known.upper - first) * _LEVEL, 8.0, known.count * _LEVEL)
            if seen.levels is not None:
                svg.rect(*box, class_="stipple" if oedema else "solid")
            elif seen.assertion == "absent":
                svg.rect(*box, class_="gone")
            else:
                hatched(svg, x - 4, top, 8, bottom - top)
    return bottom + 4


def _level_axis(svg: Svg, scale: Scale, first: int, last: int, top: float) -> None:
    """Vertebrae down, junctions stronger, names where there is room."""
    svg.text(4, top + 10, "Extent", class_="t13 ink2")
    for level in range(first, last + 2):
        y = top + (level - first) * _LEVEL
        css = "junction" if level in {Level.T1, Level.L1, Level.S1} else "hair"
        svg.line(scale.left - 20, y, scale.right, y, class_=css)
    named: list[int] = []
    for level in (first, *(j for j in (Level.T1, Level.L1) if first < j < last), last):
        if not named or (level - named[-1]) * _LEVEL >= 11:
            named.append(level)
            svg.text(scale.left - 24, top + (level - first) * _LEVEL + 6.5, Level(level).name, class_="t11 end ink3")
