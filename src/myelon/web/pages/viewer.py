"""The dose over the images: three planes through a point, and what every course gave there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from myelon.dose.point import contains, hottest_point, point_dose
from myelon.errors import DoseError
from myelon.report.isodose_figure import VIEWS, View
from myelon.web.figure_file import figure_file
from myelon.web.packets import Packets, dosed_of, ground_of
from myelon.web.pages.cases import case_context
from myelon.web.render import page

if TYPE_CHECKING:
    from myelon.board.cord_dose import CordDose

router = APIRouter()
_REACH_MM = 125.0
Point = tuple[float, float, float]


class Axes(NamedTuple):
    """How a pane lies: what its horizontal and vertical run along, what it is cut at, and what stands at its corner."""

    across: str
    down: str
    cut: str
    left_mm: float
    top_mm: float
    width_mm: float
    downward: int
    """1 where the vertical coordinate grows downward, −1 where it falls."""


@router.get("/cases/{case_id}/view")
def view(  # the point, what is drawn and how are parts of the address
    request: Request,
    case_id: str,
    x: str = "",
    y: str = "",
    z: str = "",
    show: str = "sum",
    lines: str = "absolute",
    under: str = "",
) -> Response:
    """Three planes through a point, and the read-out of it; without one, the hottest point of the sum."""
    packet = dosed_of(request, case_id)
    dose = packet.dose
    context = case_context(request, packet, "Dose") | {"dose": dose, "show": show, "lines": lines, "under": under}
    if dose is not None and dose.grids:
        from myelon.web.dose_figures import centre_of, slice_picture

        point = point_of(x, y, z) if x or y or z else _hottest(dose)
        ct, relative = ground_of(request, packet, dose, under), lines == "relative"
        packets: Packets = request.app.state.packets
        context |= {
            "panes": {
                v: (_axes(dose, v), str(slice_picture(ct, dose, v, point, course=show, relative=relative)))
                for v in VIEWS
            },
            "grounds": packets.in_frame(packet.case, dose.grids[-1].frame_of_reference),
            "centre": centre_of(dose),
            "reach": _REACH_MM,
        } | _read_out(dose, point)
    return page(request, "view.html", context)


@router.get("/cases/{case_id}/slice/{name}.svg")
def picture(  # the same address as the page, and what is asked of it
    request: Request,
    case_id: str,
    name: View,
    x: str,
    y: str,
    z: str,
    show: str = "sum",
    lines: str = "absolute",
    under: str = "",
    alone: bool = False,
) -> Response:
    """One plane; ``alone`` with its styles, what it is and what it is not, as a file of its own."""
    from myelon.web.dose_figures import slice_picture

    packet = dosed_of(request, case_id)
    dose, point = _with_grids(packet.dose, case_id), point_of(x, y, z)
    ground = ground_of(request, packet, dose, under)
    drawn = slice_picture(ground, dose, name, point, course=show, relative=lines == "relative")
    if alone:
        return figure_file(drawn, f"{case_id}-{name}", packet.case.about.nature)
    return Response(str(drawn), media_type="image/svg+xml")


@router.get("/cases/{case_id}/dose-at")
def dose_at(request: Request, case_id: str, x: str, y: str, z: str) -> Response:
    """What every course gave at a point, as a piece of the page."""
    packet = dosed_of(request, case_id)
    dose = _with_grids(packet.dose, case_id)
    return page(request, "dose_at.html", {"dose": dose, "case": packet.case} | _read_out(dose, point_of(x, y, z)))


def _with_grids(dose: CordDose | None, case_id: str) -> CordDose:
    if dose is None or not dose.grids:
        raise DoseError(
            "no dose files that can be summed", where=case_id, todo="Add RTDOSE and RTSTRUCT of the courses"
        )
    return dose


def point_of(*texts: str) -> Point:
    """Three coordinates as they were sent.

    Raises:
        DoseError: One is no number.
    """
    values = []
    for text in texts:
        if not re.fullmatch(r"[-+]?[0-9]{1,6}(\.[0-9]{1,9})?", text.strip()):
            raise DoseError(f"point {text[:20]!r}", todo="Give x, y and z in mm")
        values.append(float(text))
    x, y, z = values
    return x, y, z


def _hottest(dose: CordDose) -> Point:
    from myelon.web.dose_figures import centre_of

    return hottest_point(next(iter(dose.structures.values())), dose.grids) or centre_of(dose)


def _axes(dose: CordDose, view: View) -> Axes:
    from myelon.web.dose_figures import SIZES, centre_of, middle_z

    (x, y, z), (width, height) = centre_of(dose), SIZES[view]
    top = middle_z(dose, z) + height / 2
    return {
        "sagittal": Axes("y", "z", "x", y - width / 2, top, width, -1),
        "coronal": Axes("x", "z", "y", x - width / 2, top, width, -1),
        "axial": Axes("x", "y", "z", x - width / 2, y - height / 2, width, 1),
    }[view]


def _read_out(dose: CordDose, point: Point) -> dict[str, Any]:
    other = dose.judged.alternative.alpha_beta_gy
    return {
        "at": point_dose(dose.grids, point, other),
        "inside": [name for name, structure in dose.contours.items() if contains(structure, point)],
        "level": next((r.level.name for r in dose.levels if r.low_mm <= point[2] < r.high_mm), ""),
        "words": words_of(point),
    }


def words_of(point: Point) -> str:
    """LPS in the letters of the picture."""
    x, y, z = (round(v, 1) + 0.0 for v in point)
    letters = zip("LPS", "RAI", (x, y, z), strict=True)
    return ", ".join(f"{above if value > 0 else below} {abs(value):.1f}" for above, below, value in letters) + " mm"
