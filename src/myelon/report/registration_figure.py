"""A registration to look at: fixed and moving image as a checkerboard on three planes, before and after."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from myelon.report.isodose_figure import LEVEL_HU, VIEWS, WINDOW_HU, plane_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from myelon.dose.register import Registered
    from myelon.dose.volume import Volume

FIELD_MM, STEP_MM, ENLARGED = 12.0, 0.5, 2
_GAP, _TITLE = 8, 18


def checkerboard_png(fixed: Volume, moving: Volume, found: Registered) -> bytes:
    """Six pictures: sagittal, coronal and axial through the middle of the box, as the images came and registered.

    Bright and dark fields take turns between fixed and moving image; where bone runs on over the edge of a field the
    two agree there.
    """
    low, high = found.box_mm
    middle, size = (low + high) / 2.0, high - low
    sizes = {"sagittal": (size[1], size[2]), "coronal": (size[0], size[2]), "axial": (size[0], size[1])}
    start = np.eye(4)
    rows = []
    for matrix, words in ((start, "as the images came"), (found.matrix, "registered")):
        pictures = []
        for view in VIEWS:
            plane = plane_of(view, middle.tolist(), (float(sizes[view][0]), float(sizes[view][1])))
            _, _, points = plane.points(STEP_MM)
            back = np.linalg.inv(matrix)
            here, there = fixed.at(points), moving.at(points @ back[:3, :3].T + back[:3, 3])
            fields = np.indices(here.shape) // int(FIELD_MM / STEP_MM)
            pictures.append(_grey(np.where(fields.sum(axis=0) % 2 == 0, here, there)))
        rows.append((words, pictures))
    return _sheet(rows)


def _grey(hu: NDArray[np.float64]) -> Image.Image:
    share = np.clip((hu - (LEVEL_HU - WINDOW_HU / 2)) / WINDOW_HU, 0.0, 1.0)
    image = Image.fromarray((share * 255).astype(np.uint8))
    return image.resize((image.width * ENLARGED, image.height * ENLARGED))


def _sheet(rows: list[tuple[str, list[Image.Image]]]) -> bytes:
    width = max(sum(p.width + _GAP for p in pictures) for _, pictures in rows) - _GAP
    height = sum(max(p.height for p in pictures) + _TITLE + _GAP for _, pictures in rows) - _GAP
    sheet = Image.new("L", (width, height), 255)
    pen, top = ImageDraw.Draw(sheet), 0
    for words, pictures in rows:
        pen.text((0, top), f"{words}: sagittal (A left), coronal and axial (R left)", fill=0)
        left = 0
        for picture in pictures:
            sheet.paste(picture, (left, top + _TITLE))
            left += picture.width + _GAP
        top += max(p.height for p in pictures) + _TITLE + _GAP
    stream = io.BytesIO()
    sheet.save(stream, "PNG", optimize=True)
    return stream.getvalue()
