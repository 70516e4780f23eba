"""The pictures of the dose panel: isodose lines on two planes, and the DVH of the cord."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from myelon.exchange.dicom import read_ct
from myelon.report.charts import dvh_chart
from myelon.report.isodose_figure import View, Volume, isodose_figure, plane_of, slice_png
from myelon.report.palette import ISODOSES

if TYPE_CHECKING:
    from myelon.board.cord_dose import CordDose
    from myelon.store import Store

_VIEWS: tuple[tuple[View, tuple[float, float]], ...] = (("sagittal", (110.0, 250.0)), ("axial", (130.0, 130.0)))
"""Planes drawn, with their width and height in mm."""


def dose_figures(store: Store, dose: CordDose, course: str = "sum", *, scale: float = 2.2) -> dict[str, Any]:
    """Isodose pictures on a sagittal and an axial plane and the DVH of the cord."""
    chosen = dose.grids
    label = "sum of the courses"
    for one, grid in zip(dose.courses, dose.grids, strict=True):
        if one.id == course:
            chosen, label = (grid,), one.label
    grids = [g.to_eqd2(2.0) for g in chosen]
    read = _ct_of(store, dose)
    centre = _centre(dose)
    pictures = {}
    for view, size in _VIEWS:
        middle = (centre[0], centre[1], centre[2] if view == "axial" else _middle_z(dose, centre[2]))
        plane = plane_of(view, middle, size)
        png = slice_png(read, plane) if read is not None else None
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


def _ct_of(store: Store, dose: CordDose) -> Volume | None:
    """The CT of the last course that has one."""
    for course in reversed(dose.courses):
        if course.files is not None and course.files.ct:
            ct = read_ct([store.file(name) for name in course.files.ct])
            return Volume(ct.values, ct.origin_mm, ct.spacing_mm)
    return None


def _centre(dose: CordDose) -> tuple[float, float, float]:
    """The point of the cord axis where the summed dose is greatest."""
    hottest = max((r for r in dose.levels if r.max_gy is not None), key=lambda r: r.max_gy or 0.0, default=None)
    grid = dose.grids[-1]
    shape = grid.values.shape
    middle = grid.origin_mm + grid.column_step_mm * shape[2] / 2 + grid.row_step_mm * shape[1] / 2
    z = (hottest.low_mm + hottest.high_mm) / 2 if hottest is not None else float(middle[2])
    return float(middle[0]), float(middle[1]), z


def _middle_z(dose: CordDose, fallback: float) -> float:
    if not dose.levels:
        return fallback
    return (min(r.low_mm for r in dose.levels) + max(r.high_mm for r in dose.levels)) / 2
