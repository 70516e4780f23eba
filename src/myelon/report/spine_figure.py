"""The spine map: vertebrae down, one column per study, operation and course; what lay where, then and now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from myelon.record.extent import Extent, extents
from myelon.record.kinds import Radiotherapy, Surgery
from myelon.report.svg import Svg, hatched
from myelon.terms.levels import Level, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from myelon.board.cord_dose import LevelDose
    from myelon.record.case import Case

_ROW, _COLUMN, _BAR, _LEFT, _HEAD = 19.0, 47.0, 14.0, 40.0, 40.0
_BRIEF_WIDTH = 380.0
"""Room for the columns on the board sheet."""
_LEAST_ROWS = 9
_PROFILE, _PROFILE_BAR = 190.0, 140.0
_SEEN_GY = 1.0
"""Levels whose cord had at least so much are shown with the others."""


@dataclass(frozen=True)
class Column:
    """One column: a group heading, a label under it, what is drawn."""

    group: str
    label: str
    span: Span | None
    style: str
    words: str = ""


def columns_of(case: Case) -> list[Column]:
    """Lesion, oedema, operations and courses, each in the order of the record."""
    columns = [
        *_features("Lesion", extents(case), "solid", "before"),
        *_features("Oedema", extents(case, oedema=True), "stipple", "dotted"),
    ]
    columns += [
        Column("Surgery", str(s.levels or ""), s.levels, "bracket", "" if s.levels else "levels not reported")
        for s in case.given(Surgery)
    ]
    columns += [
        Column(
            f"RT {c.ordinal}",
            f"{c.total_gy:g} Gy" if c.total_gy else "? Gy",
            c.levels,
            "course" if c.status != "proposed" else "plan",
            "" if c.levels else "levels not reported",
        )
        for c in case.given(Radiotherapy)
        if c.region not in {"brain", "other"}
    ]
    return columns


def _features(group: str, rows: list[Extent], now: str, before: str) -> list[Column]:
    """Only the latest known extent is drawn as now; earlier ones in outline; a vanished one dotted."""
    columns = []
    for n, row in enumerate(rows):
        last = n == len(rows) - 1
        label = "now" if last else ("first" if n == 0 else f"{n + 1}")
        if row.levels is not None:
            columns.append(Column(group, label, row.levels, now if last else before))
        elif row.assertion == "absent":
            columns.append(Column(group, label, None, "gone", "gone"))
        else:
            columns.append(Column(group, label, None, "unknown", f"{row.change}, levels not given"))
    return columns


def levels_of(case: Case) -> Span | None:
    """The stretch of spine the map shows: everything recorded, one level more at each end."""
    spans = [c.span for c in columns_of(case) if c.span is not None]
    if case.neoplasm and case.neoplasm.levels:
        spans.append(case.neoplasm.levels)
    if not spans:
        return None
    upper, lower = max(min(s.upper for s in spans) - 1, 0), min(max(s.lower for s in spans) + 1, 28)
    short = _LEAST_ROWS - (lower - upper + 1)  # words in hatched columns stand upright and need the height
    if short > 0:
        upper = max(upper - short, 0)
        lower = min(max(lower, upper + _LEAST_ROWS - 1), 28)
    return Span(Level(upper), Level(lower))


def spine_figure(
    case: Case,
    *,
    row: float = _ROW,
    column: float = _COLUMN,
    brief: bool = False,
    doses: Sequence[LevelDose] = (),
) -> Svg | None:
    """Draw the map; None when no level is recorded.

    Args:
        case: The record.
        row: Height of a vertebra, px.
        column: Width of a column, px.
        brief: Keeps the first and the last of each feature.
        doses: Greatest EQD2 of the sum in the cord at each contoured vertebra, drawn as a profile on the right.
    """
    shown = _with_doses(levels_of(case), doses)
    columns = _first_and_last(columns_of(case)) if brief else columns_of(case)
    if shown is None or not columns:
        return None
    if brief:  # few columns take the room there is, so that their headings do not meet
        column = min(max(column, _BRIEF_WIDTH / len(columns)), 1.45 * column)
    head = _HEAD
    beside = _LEFT + column * len(columns) + 6
    width, height = beside + (_PROFILE if doses else 0.0), head + row * shown.count + 6
    svg = Svg(width, height, f"Spine map {shown}: " + "; ".join(_words(c) for c in columns), "spine")

    def y(level: int) -> float:
        return head + (level - shown.upper) * row

    for level in shown.levels:
        junction = level in {Level.T1, Level.L1, Level.S1} and level > shown.upper
        svg.line(_LEFT - 4, y(level), width, y(level), class_="junction" if junction else "hair")
        bold = level in {Level.C7, Level.T1, Level.T12, Level.L1, Level.L5, Level.S1}
        svg.text(_LEFT - 10, y(level) + row * 0.72, level.name, class_=f"t13 end {'strong' if bold else 'ink2'}")
    svg.line(_LEFT - 4, y(shown.lower + 1), width, y(shown.lower + 1), class_="hair")
    _headings(svg, columns, column)
    for n, item in enumerate(columns):
        _draw(svg, item, _LEFT + column * (n + 0.5), y, shown)
    if doses:
        _profile(svg, doses, beside + 12, y, row)
    return svg


def _with_doses(shown: Span | None, doses: Sequence[LevelDose]) -> Span | None:
    seen = [d.level for d in doses if d.max_gy is not None and d.max_gy >= _SEEN_GY]
    if shown is None or not seen:
        return shown
    return Span(min(shown.upper, *seen), max(shown.lower, *seen))


def _profile(svg: Svg, doses: Sequence[LevelDose], left: float, y: Callable[[int], float], row: float) -> None:
    """A bar a vertebra from one baseline, its number at its end; a level that is not contoured has none."""
    svg.text(left, 13, "Cord, sum", class_="t13 strong accent")
    svg.text(left, 32, "greatest EQD2, Gy, α/β 2", class_="t12 accent")
    most = max((d.max_gy or 0.0 for d in doses), default=0.0)
    bottom = svg.height - 6
    for dose in doses:
        top = y(dose.level)
        if dose.max_gy is None or not _HEAD - 1 <= top < bottom:
            continue
        length = _PROFILE_BAR * dose.max_gy / max(most, 1.0)
        svg.rect(left, top + 3, length, row - 6, class_="course")
        svg.text(left + length + 5, top + row * 0.72, f"{dose.max_gy:.1f}", class_="t12 ink")
    svg.line(left, _HEAD, left, bottom, class_="hair2")


def _first_and_last(columns: list[Column]) -> list[Column]:
    groups = ["", *(c.group for c in columns), ""]
    return [c for n, c in enumerate(columns, start=1) if c.group != groups[n - 1] or c.group != groups[n + 1]]


def _headings(svg: Svg, columns: list[Column], column: float) -> None:
    n = 0
    while n < len(columns):
        count = sum(1 for c in columns[n:] if c.group == columns[n].group)
        middle = _LEFT + column * (n + count / 2)
        accent = columns[n].group.startswith("RT")
        svg.text(middle, 13, columns[n].group, class_=f"t13 middle strong{' accent' if accent else ''}")
        if count > 1:
            svg.line(_LEFT + column * n + 6, 18, _LEFT + column * (n + count) - 6, 18, class_="hair2")
        for i in range(count):
            x = _LEFT + column * (n + i + 0.5)
            svg.text(x, 32, columns[n + i].label, class_=f"t12 middle {'accent' if accent else 'ink2'}")
        n += count


def _draw(svg: Svg, item: Column, x: float, y: Callable[[int], float], shown: Span) -> None:
    if item.span is None:
        top, bottom = y(shown.upper), y(shown.lower + 1)
        if item.style == "gone":
            svg.rect(x - _BAR / 2, top + 2, _BAR, bottom - top - 4, class_="gone")
        else:
            hatched(svg, x - _BAR / 2 - 2, top + 1, _BAR + 4, bottom - top - 2)
        middle = (top + bottom) / 2
        length = len(item.words) * 5.9 + 8
        svg.rect(x - 8, middle - length / 2, 16, length, class_="clear")
        svg.text(x + 4, middle, item.words, class_="t12 middle ink2", transform=f"rotate(-90 {x + 4:.1f} {middle:.1f})")
        return
    top, bottom = y(item.span.upper) + 1, y(item.span.lower + 1) - 1
    if item.style == "bracket":
        svg.polyline([(x + 6, top), (x - 5, top), (x - 5, bottom), (x + 6, bottom)], class_="bracket")
    else:
        svg.rect(x - _BAR / 2, top, _BAR, bottom - top, class_=item.style)


def _words(column: Column) -> str:
    return f"{column.group} {column.label} {column.span or column.words}"
