"""A plane of an image in mm, with vertebrae beside it; and the picture that shows a measurement."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from myelon.report.isodose_figure import isodose_figure, plane_of, slice_png

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.dose.isodose import Plane
    from myelon.dose.level_map import LevelMap
    from myelon.dose.volume import Volume
    from myelon.report.isodose_figure import View
    from myelon.report.svg import Svg

MOST_MM: dict[View, tuple[float, float]] = {
    "sagittal": (180.0, 260.0),
    "coronal": (180.0, 260.0),
    "axial": (180.0, 180.0),
}
"""Greatest width and height of a plane."""
_PROOF_PX = 3.0
_RANGE = (1.0, 99.5)


class Window(NamedTuple):
    """What is black and what is white."""

    name: str
    level: float
    width: float


CT_WINDOWS = (Window("bone", 150.0, 900.0), Window("soft tissue", 40.0, 400.0))


def windows_of(volume: Volume) -> tuple[Window, ...]:
    """Fixed ones for CT; for MR and PET what holds nearly all of the image, and the brighter half of it."""
    if volume.unit == "HU":
        return CT_WINDOWS
    low, high = (float(v) for v in np.percentile(volume.values[:: max(1, len(volume.values) // 16)], _RANGE))
    wide = max(high - low, 1e-6)
    return Window("whole", low + wide / 2.0, wide), Window("bright", low + 0.7 * wide, 0.6 * wide)


def plane_through(volume: Volume, view: View, point_mm: Sequence[float]) -> Plane:
    """The plane of a point whose frame stays where it is while the point moves in it."""
    low, high = volume.corners_mm.min(axis=0), volume.corners_mm.max(axis=0)
    middle, size = (low + high) / 2.0, high - low
    across, down, cut = {"sagittal": (1, 2, 0), "coronal": (0, 2, 1), "axial": (0, 1, 2)}[view]
    middle[cut] = point_mm[cut]
    most = MOST_MM[view]
    return plane_of(view, middle.tolist(), (min(float(size[across]), most[0]), min(float(size[down]), most[1])))


def image_figure(
    volume: Volume,
    view: View,
    plane: Plane,
    window: Window,
    *,
    levels: LevelMap,
    cross_mm: Sequence[float] | None,
    title: str,
    scale: float = 2.0,
) -> Svg:
    """One plane with scale, sides, the vertebrae that are known at its right edge, and a point."""
    png = slice_png(volume, plane, window=(window.level, window.width))
    svg = isodose_figure(view, plane, (), png=png, title=title, scale=scale, cross_mm=cross_mm)
    if view != "axial":
        for height in levels.heights:
            y = (float(plane.corner_mm[2]) - height.z_mm) * scale
            if 24 < y < plane.height_mm * scale - 24:
                words = height.level.name if height.stated else f"({height.level.name})"
                svg.text(plane.width_mm * scale - 26, y + 4, words, class_="t12 end film-text")
    return svg


def measured_png(
    volume: Volume, view: View, window: Window, from_mm: Sequence[float], to_mm: Sequence[float], words: str
) -> bytes:
    """The plane of two points with the line between them and what it says, as a PNG."""
    ends = np.array([from_mm, to_mm], dtype=float)
    plane = plane_through(volume, view, ends.mean(axis=0))
    image = Image.open(io.BytesIO(slice_png(volume, plane, 1.0 / _PROOF_PX, window=(window.level, window.width))))
    sheet = Image.new("RGB", (image.width, image.height + 22), "white")
    sheet.paste(image.convert("RGB"), (0, 0))
    pen = ImageDraw.Draw(sheet)
    from_corner = ends - plane.corner_mm
    places = np.column_stack([from_corner @ plane.right, from_corner @ plane.down]) * _PROOF_PX
    (ax, ay), (bx, by) = ((float(x), float(y)) for x, y in places)
    pen.line([(ax, ay), (bx, by)], fill="#ffd23c", width=2)
    for x, y in ((ax, ay), (bx, by)):
        pen.ellipse([x - 4, y - 4, x + 4, y + 4], outline="#ffd23c", width=2)
    pen.text((6, image.height + 5), words, fill="black")
    stream = io.BytesIO()
    sheet.save(stream, "PNG", optimize=True)
    return stream.getvalue()
