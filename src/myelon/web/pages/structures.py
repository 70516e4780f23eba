"""What the contours of a course are called, and what a person says they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from myelon.errors import InputError
from myelon.record.kinds import Radiotherapy
from myelon.record.kinds.radiotherapy import StructureName
from myelon.terms.levels import Level
from myelon.terms.roi_names import WORDS, suggest, vertebra_name
from myelon.web.packets import packet_of, store_of
from myelon.web.pages.cases import case_context
from myelon.web.render import page
from myelon.web.signed import signed, version_seen

if TYPE_CHECKING:
    from myelon.board.packet import Packet
    from myelon.exchange.dicom.rtstruct import StructureSet

router = APIRouter()
STANDARD = (
    *WORDS, "GTV", "CTV", "PTV", *(vertebra_name(level) for level in Level),
)  # fmt: skip


class Row(NamedTuple):
    """A contour: its name in the file, what it may be, what a person said it is."""

    name: str
    suggested: str
    confirmed: str


def _course(packet: Packet, course_id: str) -> Radiotherapy:
    course = packet.case.by_id.get(course_id)
    if not isinstance(course, Radiotherapy) or course.files is None or course.files.rtstruct is None:
        raise InputError("no course with contours", where=course_id[:40], todo="Add its RT Structure Set")
    return course


def _contours(request: Request, course: Radiotherapy) -> StructureSet:
    from myelon.exchange.dicom import read_rtstruct

    return read_rtstruct(store_of(request).file(course.files.rtstruct or "" if course.files else ""))


@router.get("/cases/{case_id}/structures/{course_id}")
def structures(request: Request, case_id: str, course_id: str) -> Response:
    """Every contour of a course with a suggestion, to be confirmed."""
    packet, store = packet_of(request, case_id), store_of(request)
    course = _course(packet, course_id)
    read = _contours(request, course)
    said = {n.name: n.standard for n in course.structure_names}
    rows = [Row(name, suggest(name) or "", said.get(name, "")) for name in read.structures]
    context = case_context(request, packet, "Dose") | {"course": course, "rows": rows, "standard": STANDARD}
    context |= {"unusable": read.unusable, "expected": store.entry_version(case_id, course_id)}
    return page(request, "structures.html", context)


@router.post("/cases/{case_id}/structures/{course_id}")
async def confirm(request: Request, case_id: str, course_id: str) -> Response:
    """Take the names that a person confirmed into the record."""
    posted = await request.form()
    by = signed(str(posted.get("by", "")), where=case_id, todo="Say who confirms the names")
    packet, store = packet_of(request, case_id), store_of(request)
    course = _course(packet, course_id)
    names, chosen = posted.getlist("name"), posted.getlist("standard")
    rows = [(str(n), str(s)) for n, s in zip(names, chosen, strict=False) if s]
    given = [s for _, s in rows]
    if len(names) != len(chosen) or not set(given) <= set(STANDARD) or len(set(given)) != len(given):
        raise InputError("a standard name twice, or one that is none", where=course_id, todo="Give each name once")
    taken = set(_contours(request, course).structures) & {s for n, s in rows if n != s}
    if taken:
        todo = "Leave one of the two as it is: a name of the file is not given to another contour"
        raise InputError(f"the file itself has a contour {min(taken)}", where=course_id, todo=todo)
    kept = course.model_copy(
        update={"structure_names": tuple(StructureName(name=n, standard=s, by=by) for n, s in rows if n != s)}
    )
    seen = version_seen(str(posted.get("expected", "")))
    store.amend(case_id, kept, reason=f"structure names confirmed by {by}", expected=seen)
    return RedirectResponse(f"/cases/{case_id}/dose", 303)
