"""Register the CT of an earlier course onto that of the last one, look at it, and accept it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from myelon.board.contour_reading import altered
from myelon.dose.register import KINDS
from myelon.errors import InputError
from myelon.record.kinds import Radiotherapy
from myelon.record.kinds.radiotherapy import Acceptance, DoseFiles
from myelon.web.packets import packet_of, store_of
from myelon.web.pages.cases import case_context
from myelon.web.render import page
from myelon.web.signed import signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from myelon.board.packet import Packet
    from myelon.exchange.dicom.registering import Made
    from myelon.exchange.dicom.rtstruct import StructureSet
    from myelon.web.jobs import Job, Jobs

router = APIRouter()
MARGIN_MM = 15.0


class Pair(NamedTuple):
    """An earlier course and the last one, both with a CT and contours."""

    earlier: Radiotherapy
    last: Radiotherapy


class Proposal(NamedTuple):
    """A registration and its picture; the images themselves are let go."""

    made: Made
    picture: bytes


def _pair(packet: Packet, course_id: str) -> Pair:
    """The two courses.

    Raises:
        InputError: No such course, the last one itself, or files that are missing.
    """
    course = packet.case.by_id.get(course_id)
    with_files = [c for c in packet.case.given(Radiotherapy) if c.files and c.files.rtstruct and c.files.ct]
    last = max(with_files, key=lambda c: c.ordinal, default=None)
    if not isinstance(course, Radiotherapy) or last is None or course not in with_files:
        raise InputError("no course with CT and contours", where=course_id[:40], todo="Add its CT and RT Structure Set")
    if course is last:
        raise InputError("is the last course: the others are registered onto it", where=course_id)
    return Pair(course, last)


def _jobs(request: Request) -> Jobs[Proposal]:
    jobs: Jobs[Proposal] = request.app.state.jobs
    return jobs


def _vertebrae(request: Request, pair: Pair) -> list[tuple[str, bool]]:
    """Contoured vertebrae of the last course, and whether they are offered: its own levels, at most three."""
    from myelon.dose.anatomy import vertebrae_of
    from myelon.exchange.dicom.registering import MOST_VERTEBRAE

    rows = sorted(vertebrae_of(_contours(request, pair.last).structures).items())
    span = pair.last.levels
    named = [level for level, _ in rows if span is not None and span.upper <= level <= span.lower][:MOST_VERTEBRAE]
    return [(structure.name, level in named) for level, structure in rows]


def _contours(request: Request, course: Radiotherapy) -> StructureSet:
    """The structure set of a course, under the names that a person confirmed."""
    from myelon.exchange.dicom import read_rtstruct
    from myelon.exchange.dicom.courses import renamed

    read = read_rtstruct(store_of(request).file(_files(course).rtstruct or ""))
    return replace(read, structures=renamed(read.structures, course))


def _files(course: Radiotherapy) -> DoseFiles:
    """Files of a course; one of a pair has them."""
    return course.files or DoseFiles()


@router.get("/cases/{case_id}/register/{course_id}")
def register(request: Request, case_id: str, course_id: str, job: str = "") -> Response:
    """What to register, how far it is, and what came of it."""
    packet = packet_of(request, case_id)
    pair = _pair(packet, course_id)
    context = case_context(request, packet, "Dose") | {"pair": pair, "kinds": KINDS, "margin": MARGIN_MM}
    context |= {"vertebrae": _vertebrae(request, pair), "job_mark": job}
    return page(request, "register.html", context | _found(request, packet, pair, job))


@router.get("/cases/{case_id}/register/{course_id}/state")
def state(request: Request, case_id: str, course_id: str, job: str) -> Response:
    """How far a job is, as a piece of the page."""
    packet = packet_of(request, case_id)
    pair = _pair(packet, course_id)
    context = {"case": packet.case, "pair": pair, "job_mark": job} | _found(request, packet, pair, job)
    return page(request, "register_state.html", context)


def _found(request: Request, packet: Packet, pair: Pair, mark: str) -> dict[str, object]:
    job: Job[Proposal] | None = _jobs(request).get(mark, pair.earlier.id + packet.case.id) if mark else None
    expected = store_of(request).entry_version(packet.case.id, pair.earlier.id)
    return {"job": job, "operated": altered(packet.case, pair.earlier.levels), "expected": expected}


@router.post("/cases/{case_id}/register/{course_id}")
def start(
    request: Request,
    case_id: str,
    course_id: str,
    around: Annotated[list[str], Form()],
    kind: Annotated[str, Form()] = "rigid",
    margin: Annotated[str, Form()] = f"{MARGIN_MM:g}",
) -> Response:
    """Begin to register."""
    from myelon.exchange.dicom.registering import register_courses

    packet, store = packet_of(request, case_id), store_of(request)
    pair = _pair(packet, course_id)
    chosen = next((k for k in KINDS if k == kind), None)
    if chosen is None or not re.fullmatch(r"[0-9]{1,2}(\.[0-9])?", margin):
        raise InputError(f"kind {kind[:20]!r}, margin {margin[:20]!r}", todo="Use the page; a margin in mm")

    def work(say: Callable[[str], None]) -> Proposal:
        from myelon.report.registration_figure import registration_png

        fixed, moving = ([store.file(name) for name in _files(c).ct] for c in (pair.last, pair.earlier))
        contours, others = (_contours(request, c) for c in (pair.last, pair.earlier))
        made, images = register_courses(
            fixed, moving, contours, others, around=around, kind=chosen, margin_mm=float(margin),
            at=dt.datetime.now(dt.UTC), progress=say,
        )  # fmt: skip
        say("drawing")
        return Proposal(made, registration_png(*images, made.found))

    mark = _jobs(request).start(course_id + case_id, work)
    return RedirectResponse(f"/cases/{case_id}/register/{course_id}?job={mark}#state", 303)


@router.post("/cases/{case_id}/register/{course_id}/cancel")
def cancel(request: Request, case_id: str, course_id: str, job: Annotated[str, Form()]) -> Response:
    """Stop a job at its next step."""
    _jobs(request).get(job, course_id + case_id).cancelled = True
    return RedirectResponse(f"/cases/{case_id}/register/{course_id}?job={job}#state", 303)


@router.get("/cases/{case_id}/register/{course_id}/picture.png")
def picture(request: Request, case_id: str, course_id: str, job: str) -> Response:
    """Checkerboard and overlay."""
    return Response(_proposed(request, case_id, course_id, job).picture, media_type="image/png")


@router.post("/cases/{case_id}/register/{course_id}/accept")
def accept(
    request: Request,
    case_id: str,
    course_id: str,
    job: Annotated[str, Form()],
    expected: Annotated[int, Form()],
    by: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    despite: Annotated[bool, Form()] = False,
) -> Response:
    """Take a registration into the record: the sum by voxel uses it from now on."""
    by = signed(by, where=case_id, todo="Say who looked at it and accepts it")
    packet, store = packet_of(request, case_id), store_of(request)
    pair, made = _pair(packet, course_id), _proposed(request, case_id, course_id, job).made
    if made.found.doubts and not reason.strip():
        raise InputError("the fit is doubted", where=course_id, todo="Say why it is accepted all the same")
    files, digest = _files(pair.earlier), store.put_file(made.object)
    kept = pair.earlier.model_copy(
        update={
            "files": files.model_copy(update={"registration": digest}),
            "registration_accepted": Acceptance(by=by, reason=reason.strip(), of=digest, despite_operation=despite),
        }
    )
    store.amend(case_id, kept, reason=f"{made.found.kind} registration accepted by {by}", expected=expected)
    return RedirectResponse(f"/cases/{case_id}/dose", 303)


def _proposed(request: Request, case_id: str, course_id: str, mark: str) -> Proposal:
    job = _jobs(request).get(mark, course_id + case_id)
    if job.result is None:
        raise InputError("is not finished", where=course_id, todo="Wait for it")
    return job.result
