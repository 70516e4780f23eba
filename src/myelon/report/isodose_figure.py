"""Isodose lines in mm over a CT slice, with R/L, A/P, S/I printed and the vertebral levels beside."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from myelon.dose.isodose import Plane, isodose_lines
from myelon.report.palette import ISODOSES
from myelon.report.svg import Svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.board.cord_dose import LevelDose
    from myelon.dose.grid import DoseGrid
    from myelon.dose.volume import Volume

View = Literal["sagittal", "coronal", "axial"]
VIEWS: tuple[View, ...] = ("sagittal", "coronal", "axial")
Line = tuple[float, str, str, float]
"""Level in the unit of the grids, colour, dash pattern, width."""
_NARROW_PX = 240.0
"""Below, the scale stands above the letter of the lower side."""
WINDOW_HU, LEVEL_HU = 900.0, 150.0
"""Bone window."""


def plane_of(view: View, centre_mm: Sequence[float], size_mm: tuple[float, float]) -> Plane:
    """A plane through a point. Head up; anterior left (sagittal) or patient right at left (coronal, axial)."""
    x, y, z = (float(v) for v in centre_mm)
    width, height = size_mm
    if view == "sagittal":
        corner, right = np.array([x, y - width / 2, z + height / 2]), np.array([0.0, 1.0, 0.0])
        return Plane(corner, right, np.array([0.0, 0.0, -1.0]), width, height)
    if view == "coronal":
        corner, right = np.array([x - width / 2, y, z + height / 2]), np.array([1.0, 0.0, 0.0])
        return Plane(corner, right, np.array([0.0, 0.0, -1.0]), width, height)
    corner = np.array([x - width / 2, y - height / 2, z])
    return Plane(corner, np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]), width, height)


def slice_png(
    volume: Volume, plane: Plane, step_mm: float = 0.75, window: tuple[float, float] = (LEVEL_HU, WINDOW_HU)
) -> bytes:
    """An image on a plane as an 8-bit PNG, linear between voxels; outside the image black. Window: level and width."""
    _, _, lattice = plane.points(step_mm)
    level, width = window
    grey = np.clip((volume.at(lattice) - (level - width / 2)) / width, 0.0, 1.0) * 235.0
    stream = io.BytesIO()
    Image.fromarray(grey.astype(np.uint8)).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def isodose_figure(
    view: View,
    plane: Plane,
    grids: Sequence[DoseGrid],
    *,
    png: bytes | None,
    title: str,
    levels: Sequence[LevelDose] = (),
    limit_gy: float | None = None,
    scale: float = 2.2,
    lines: Sequence[Line] = ISODOSES,
    outlines: Sequence[NDArray[np.float64]] = (),
    cross_mm: Sequence[float] | None = None,
) -> Svg:
    """Draw the picture.

    Args:
        view: Which plane.
        plane: Where it lies.
        grids: Grids to add, in EQD2.
        png: The CT on the plane; a plain ground when None.
        title: What the lines are, for those who cannot see them.
        levels: Vertebrae with the greatest cord dose, printed beside a sagittal picture.
        limit_gy: Level doses above it are printed in brick.
        scale: Px per mm.
        lines: Which isodoses; those of the visual language when not given.
        outlines: Closed contours in LPS mm that lie on the plane, each of shape (n, 3).
        cross_mm: A point in LPS whose place is marked by two hair lines.
    """
    image_width, height = plane.width_mm * scale, plane.height_mm * scale
    beside = 74.0 if levels else 0.0
    svg = Svg(image_width + beside, height, title, "isodose")
    svg.rect(0, 0, image_width, height, class_="film")
    if png is not None:
        source = "data:image/png;base64," + base64.b64encode(png).decode()
        svg.add("image", href=source, x=0, y=0, width=image_width, height=height, preserveAspectRatio="none")
    for outline in outlines:
        closed = _on_plane(plane, np.vstack([outline, outline[:1]])) * scale
        svg.polyline([(float(x), float(y)) for x, y in closed], stroke="#ffffff", stroke_width=1.1, stroke_opacity=0.8)
    wanted = {level: (colour, dash, width) for level, colour, dash, width in lines}
    numbers = []
    for n, (level, found) in enumerate(isodose_lines(plane, grids, list(wanted)).items() if grids else ()):
        colour, dash, width = wanted[level]
        for line in found:
            points = [(float(x) * scale, float(y) * scale) for x, y in line]
            svg.polyline(points, stroke="#0c0c0c", stroke_width=4.4, stroke_opacity=0.75)
            svg.polyline(
                points, stroke=colour, stroke_width=width, stroke_dasharray=dash or None, stroke_linecap="round"
            )
        if found:
            numbers.append((level, colour, max(found, key=len) * scale, (n + 0.35) / len(wanted)))
    for number in numbers:
        _number(svg, *number)
    if cross_mm is not None:
        ((x, y),) = _on_plane(plane, np.asarray([cross_mm])) * scale
        svg.line(float(x), 0, float(x), height, class_="cross across")
        svg.line(0, float(y), image_width, float(y), class_="cross down")
    _orientation(svg, view, image_width, height)
    foot = height - (12 if image_width > _NARROW_PX else 30)
    svg.line(12, foot, 12 + 20 * scale, foot, class_="filmline")
    svg.text(16 + 20 * scale, foot + 4, "20 mm", class_="t12 film-text")
    for row in levels:
        _level(svg, row, plane, scale, image_width, limit_gy)
    return svg


def _number(svg: Svg, level: float, colour: str, line: NDArray[np.float64], share: float) -> None:
    """The level on its line; each line has its own share of the way round, so that numbers do not meet."""
    x, y = line[int(len(line) * share)]
    svg.rect(float(x) - 11, float(y) - 8, 22, 15, fill="#101010", rx=2)
    svg.text(float(x), float(y) + 4, f"{level:g}", fill=colour, class_="t12 middle strong")


def _on_plane(plane: Plane, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """LPS points as mm to the right and down on a plane."""
    from_corner = np.asarray(points_mm, dtype=float) - plane.corner_mm
    return np.column_stack([from_corner @ plane.right, from_corner @ plane.down])


def _orientation(svg: Svg, view: View, width: float, height: float) -> None:
    left, right, top, bottom = list({"sagittal": "APSI", "coronal": "RLSI", "axial": "RLAP"}[view])
    for x, y, letter in (
        (12.0, height / 2, left),
        (width - 12, height / 2, right),
        (width / 2, 16.0, top),
        (width / 2, height - 7, bottom),
    ):
        svg.text(x, y, letter, class_="t14 middle strong film-text")


def _level(svg: Svg, row: LevelDose, plane: Plane, scale: float, left: float, limit_gy: float | None) -> None:
    top_z = float(plane.corner_mm[2])
    y = (top_z - (row.low_mm + row.high_mm) / 2) * scale
    if not 8 < y < plane.height_mm * scale - 4:
        return
    value = "–" if row.max_gy is None else f"{row.max_gy:.0f}"
    over = limit_gy is not None and row.max_gy is not None and row.max_gy > limit_gy
    svg.text(left + 8, y + 4, row.level.name, class_="t13 ink2")
    svg.text(left + 68, y + 4, value, class_=f"t13 end {'fail strong' if over else 'ink'}")
    svg.line(left + 6, (top_z - row.low_mm) * scale, left + 72, (top_z - row.low_mm) * scale, class_="hair")
