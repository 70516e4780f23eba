"""The pictures of the dose: isodose lines on planes over the CT, and the DVH of the cord."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from myelon.report.charts import dvh_chart
from myelon.report.image_figure import windows_of
from myelon.report.isodose_figure import View, isodose_figure, plane_of, slice_png
from myelon.report.palette import ISODOSES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from myelon.board.cord_dose import CordDose
    from myelon.dose.grid import DoseGrid
    from myelon.dose.volume import Volume
    from myelon.report.svg import Svg

SIZES: dict[View, tuple[float, float]] = {
    "sagittal": (110.0, 250.0),
    "coronal": (110.0, 250.0),
    "axial": (130.0, 130.0),
}
"""Width and height of each plane, mm."""
RELATIVE = (20.0, 50.0, 80.0, 95.0, 107.0)
"""Percent of the prescription that the relative lines are drawn at."""
_AXIAL = 0.999


def dose_figures(ct: Volume | None, dose: CordDose, course: str = "sum", *, scale: float = 2.2) -> dict[str, Any]:
    """Isodose pictures on a sagittal and an axial plane and the DVH of the cord."""
    chosen, label = chosen_grids(dose, course)
    grids = [g.to_eqd2(2.0) for g in chosen]
    centre = centre_of(dose)
    pictures = {}
    views: tuple[View, ...] = ("sagittal", "axial")
    for view in views:
        middle = (centre[0], centre[1], centre[2] if view == "axial" else middle_z(dose, centre[2]))
        plane = plane_of(view, middle, SIZES[view])
        png = slice_png(ct, plane) if ct is not None else None
        pictures[view] = str(
            isodose_figure(
                view,
                plane,
                grids,
                png=png,
                title=f"{view} isodose lines of the {label}, EQD2 in Gy at α/β 2",
                levels=dose.levels if view == "sagittal" else (),
                limit_gy=70.0,
                scale=scale if view == "sagittal" else scale * 1.1,
            )
        )
    sums = dose.sums.get("SpinalCord")
    chart = ""
    if sums is not None:
        curves = [(c.label.split(":")[0], d) for c, d in zip(dose.courses, sums[0].courses, strict=True)]
        chart = dvh_chart([("sum", sums[0].total), *curves], unit="EQD2, Gy (α/β 2)", limit=(70.0, "HyTEC 70")).svg()
    return {"pictures": pictures, "chart": chart, "isodoses": ISODOSES, "showing": label, "axial_z": centre[2]}


def chosen_grids(dose: CordDose, course: str) -> tuple[tuple[DoseGrid, ...], str]:
    """The grid of one course, or all of them for any other name; and what that is in words."""
    for one, grid in zip(dose.courses, dose.grids, strict=True):
        if one.id == course:
            return (grid,), one.label
    return dose.grids, "sum of the courses"


def slice_picture(
    ct: Volume | None,
    dose: CordDose,
    view: View,
    point_mm: tuple[float, float, float],
    *,
    course: str = "sum",
    relative: bool = False,
    scale: float = 2.4,
) -> Svg:
    """One plane through a point: CT, isodoses, the contours of cord and sac on it, and where the point is.

    The picture stays where it is while the point moves in its plane.

    Args:
        ct: The image under the lines, CT or another in the same frame of reference.
        dose: The dose of the case.
        view: Which plane.
        point_mm: LPS.
        course: Id of a course, or "sum".
        relative: Lines in percent of the course's prescription, physical dose; only for one course.
        scale: Px per mm.
    """
    chosen, label = chosen_grids(dose, course)
    x, y, z = centre_of(dose)
    x, y, z = {
        "sagittal": (point_mm[0], y, middle_z(dose, z)),
        "coronal": (x, point_mm[1], middle_z(dose, z)),
        "axial": (x, y, point_mm[2]),
    }[view]
    plane = plane_of(view, (x, y, z), SIZES[view])
    corners = plane.corner_mm + np.array(
        [plane.right * u * plane.width_mm + plane.down * v * plane.height_mm for u in (0, 1) for v in (0, 1)]
    )
    parts = [g.around(corners, 0.0) for g in chosen]
    words, lines = "EQD2 in Gy at α/β 2", list(ISODOSES)
    if relative and len(chosen) == 1:
        total = next(c.schedule.total_gy for c in dose.courses if c.id == course and c.schedule is not None)
        words = f"in percent of {total:g} Gy"
        lines = [(p, *line[1:]) for p, line in zip(RELATIVE, ISODOSES, strict=True)]
        grids = [replace(g, values=(g.values * (100.0 / total)).astype(np.float32)) for g in parts]
    else:
        grids = [g.to_eqd2(2.0) for g in parts]
    return isodose_figure(
        view,
        plane,
        grids,
        png=slice_png(ct, plane, window=windows_of(ct)[0][1:]) if ct is not None else None,
        title=f"{view} isodose lines of the {label}, {words}",
        scale=scale,
        lines=lines,
        outlines=_outlines(dose, point_mm[2]) if view == "axial" else (),
        cross_mm=point_mm,
    )


def _outlines(dose: CordDose, z: float) -> list[NDArray[np.float64]]:
    """Contours of cord and sac on an axial plane: those of the contour plane that stands for it."""
    found = []
    for structure in dose.structures.values():
        if abs(structure.axes[2, 2]) < _AXIAL:
            continue
        for slab in structure.slabs("slab"):
            if slab.low_mm <= z * structure.axes[2, 2] < slab.high_mm:
                found += [np.column_stack([p, np.full(len(p), slab.plane_mm)]) @ structure.axes for p in slab.polygons]
    return found


def centre_of(dose: CordDose) -> tuple[float, float, float]:
    """The point of the cord axis where the summed dose is greatest."""
    hottest = max((r for r in dose.levels if r.max_gy is not None), key=lambda r: r.max_gy or 0.0, default=None)
    grid = dose.grids[-1]
    shape = grid.values.shape
    middle = grid.origin_mm + grid.column_step_mm * shape[2] / 2 + grid.row_step_mm * shape[1] / 2
    z = (hottest.low_mm + hottest.high_mm) / 2 if hottest is not None else float(middle[2])
    return float(middle[0]), float(middle[1]), z


def middle_z(dose: CordDose, fallback: float) -> float:
    """The height that sagittal and coronal pictures are centred at."""
    if not dose.levels:
        return fallback
    return (min(r.low_mm for r in dose.levels) + max(r.high_mm for r in dose.levels)) / 2
