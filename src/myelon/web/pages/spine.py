"""The spine of a case: the map of its levels, and what the contours say of the tumour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from myelon.assess import Patient
from myelon.assess.escc import worst_grade
from myelon.board.contour_reading import altered, reading_of, targets
from myelon.errors import DoseError, InputError
from myelon.report.spine_figure import columns_of, spine_figure
from myelon.web.packets import dosed_of, store_of
from myelon.web.pages.cases import case_context
from myelon.web.render import page
from myelon.web.signed import signed

if TYPE_CHECKING:
    from myelon.board.packet import DosedPacket
    from myelon.dose.anatomy import Anatomy

router = APIRouter()


@router.get("/cases/{case_id}/spine")
def spine(request: Request, case_id: str, target: str = "", holds: bool = False) -> Response:
    """The spine map and its table twin, and the anatomy of the contours where there are some.

    ``holds``: a person says that the contours hold the anatomy as an operation left it.
    """
    packet = dosed_of(request, case_id)
    figure = spine_figure(packet.case, doses=packet.dose.levels if packet.dose is not None else ())
    context = case_context(request, packet, "Spine") | {
        "figure": str(figure) if figure else "",
        "columns": columns_of(packet.case),
    }
    return page(request, "spine.html", context | _measured(request, packet, target, holds=holds))


@router.post("/cases/{case_id}/spine/accept")
def accept(
    request: Request,
    case_id: str,
    target: Annotated[str, Form()],
    by: Annotated[str, Form()] = "",
    grade: Annotated[str, Form()] = "",
    zones: Annotated[bool, Form()] = False,
    holds: Annotated[bool, Form()] = False,
) -> Response:
    """Take the measurements into the record, with what of the suggestions a person accepts."""
    by = signed(by, where=case_id, todo="Say who accepts the measurements")
    packet = dosed_of(request, case_id)
    measured = _measured(request, packet, target, holds=holds)
    found: Anatomy | None = measured["anatomy"]
    if found is None:
        raise DoseError("no tumour is contoured", where=case_id, todo="Add a structure set with a GTV")
    offered = found.escc.grades if found.escc is not None else ()
    if grade and grade not in offered:
        raise InputError(f"grade {grade[:10]!r} is not among those offered", where=case_id, todo="Enter it by hand")
    entry = reading_of(packet.case, found, measured["course"], by=by, grade=grade, zones=zones)
    store_of(request).amend(case_id, entry, reason=f"contours read, accepted by {by}", expected=0)
    return RedirectResponse(f"/cases/{case_id}/record?saved={entry.id}#entry-{entry.id}", 303)


def _measured(request: Request, packet: DosedPacket, target: str, *, holds: bool) -> dict[str, Any]:
    """The anatomy of the contours of the last course, or nothing where no tumour is contoured."""
    dose = packet.dose
    names = targets(dose.contours) if dose is not None else ()
    empty = {
        "anatomy": None,
        "course": None,
        "targets": names,
        "target": "",
        "holds": holds,
        "altered": "",
        "recorded": "",
    }
    if dose is None or not names:
        return empty
    from myelon.dose.anatomy import anatomy

    chosen = target or names[0]
    if chosen not in names:
        raise DoseError(f"no tumour {target[:40]!r}", where=packet.case.id, todo="Choose " + ", ".join(names))
    why = altered(packet.case, dose.span)
    found = request.app.state.packets.once(
        packet.case.id,
        ("anatomy", chosen, str(holds)),
        lambda: anatomy(dose.contours, chosen, altered="" if holds else why),
    )
    grade = worst_grade(Patient(packet.case, packet.timeline))
    recorded = f"{grade.grade} ({grade.seen.study.id})" if grade is not None else ""
    return empty | {
        "recorded": recorded,
        "anatomy": found,
        "course": dose.courses[-1],
        "target": chosen,
        "altered": why,
    }
