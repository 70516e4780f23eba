"""A registration to look at, on three planes: checkerboard before and after, and both images laid over each other."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from myelon.dose.warp import Warp
from myelon.report.isodose_figure import LEVEL_HU, VIEWS, WINDOW_HU, plane_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from myelon.dose.register import Registered
    from myelon.dose.volume import Volume

FIELD_MM, STEP_MM, ENLARGED = 12.0, 0.5, 2
_GAP, _TITLE = 8, 18


def registration_png(fixed: Volume, moving: Volume, found: Registered) -> bytes:
    """Nine pictures: sagittal, coronal and axial through the middle of the box.

    First two rows: fields take turns between fixed and moving image, as they came and registered; where bone runs on
    over the edge of a field the two agree there. Third row: the fixed image in orange, the moving one in blue; grey
    where they agree.
    """
    low, high = found.box_mm
    middle, size = (low + high) / 2.0, high - low
    sizes = {"sagittal": (size[1], size[2]), "coronal": (size[0], size[2]), "axial": (size[0], size[1])}
    checked: list[tuple[str, list[Image.Image]]] = []
    laid = []
    for warp, words in ((Warp(), "as the images came"), (found.warp, "registered")):
        pictures = []
        for view in VIEWS:
            plane = plane_of(view, middle.tolist(), (float(sizes[view][0]), float(sizes[view][1])))
            _, _, points = plane.points(STEP_MM)
            here = _share(fixed.at(points))
            there = _share(moving.at(warp.apply(points.reshape(-1, 3)))).reshape(here.shape)
            fields = np.indices(here.shape) // int(FIELD_MM / STEP_MM)
            board = np.where(fields.sum(axis=0) % 2 == 0, here, there)
            pictures.append(_image(np.repeat(board[..., None], 3, axis=2)))
            if warp is found.warp:
                laid.append(_image(np.stack([here, (here + there) / 2.0, there], axis=2)))
        checked.append((words, pictures))
    return _sheet([*checked, ("registered; fixed orange, moving blue", laid)])


def _share(hu: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the bone window, 0 to 1."""
    return np.nan_to_num(np.clip((hu - (LEVEL_HU - WINDOW_HU / 2)) / WINDOW_HU, 0.0, 1.0))


def _image(shares: NDArray[np.float64]) -> Image.Image:
    image = Image.fromarray((shares * 255).astype(np.uint8))
    return image.resize((image.width * ENLARGED, image.height * ENLARGED))


def _sheet(rows: list[tuple[str, list[Image.Image]]]) -> bytes:
    width = max(sum(p.width + _GAP for p in pictures) for _, pictures in rows) - _GAP
    height = sum(max(p.height for p in pictures) + _TITLE + _GAP for _, pictures in rows) - _GAP
    sheet = Image.new("RGB", (width, height), "white")
    pen, top = ImageDraw.Draw(sheet), 0
    for words, pictures in rows:
        pen.text((0, top), f"{words}: sagittal (A left), coronal and axial (R left)", fill="black")
        left = 0
        for picture in pictures:
            sheet.paste(picture, (left, top + _TITLE))
            left += picture.width + _GAP
        top += max(p.height for p in pictures) + _TITLE + _GAP
    stream = io.BytesIO()
    sheet.save(stream, "PNG", optimize=True)
    return stream.getvalue()
