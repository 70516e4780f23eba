"""Cases: the list, and of one case its timeline, spine map, dose, scores, findings and journal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from myelon.errors import CaseError
from myelon.record.case import read_case, write_case
from myelon.record.difference import differences
from myelon.record.kinds import Radiotherapy
from myelon.report.dose_bar import dose_bar
from myelon.report.spine_figure import columns_of, spine_figure
from myelon.report.timeline_figure import TRACKS, DrawAt, timeline_figure
from myelon.store import Row
from myelon.web.packets import packet_of, store_of
from myelon.web.render import page
from myelon.web.uploads import Received

if TYPE_CHECKING:
    from myelon.board.packet import Packet

router = APIRouter()
_PAGE = 50


@router.get("/")
def home() -> Response:
    """The case list."""
    return RedirectResponse("/cases", 307)


@router.get("/cases")
def case_list(
    request: Request, q: str = "", order: Literal["first", "changed"] = "first", number: Annotated[int, Query(ge=1)] = 1
) -> Response:
    """The cases that hold every word of a search, with what each is and what is open, a page at a time."""
    store = store_of(request)
    newest = order == "changed"
    rows, total = store.find(q, newest_first=newest, limit=_PAGE, offset=(number - 1) * _PAGE)
    context = {"place": "Cases", "rows": rows, "total": total, "q": q, "order": order, "number": number}
    context |= {"pages": max(1, -(-total // _PAGE)), "deleted": store.deleted() if number == 1 and not q else []}
    return page(request, "cases.html", context)


@router.post("/cases")
def add_case(
    request: Request,
    case: Annotated[UploadFile, File()],
    dicom: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Take a case document and the DICOM files it names; nothing is stored unless all of it can be read."""
    with Received([case, *(dicom or [])]) as received:
        try:
            text = received.read(case.filename or "").decode("utf-8")
        except UnicodeDecodeError as error:
            raise CaseError("not UTF-8 text", where="case document", todo="A case is YAML or JSON") from error
        record = read_case(text, where="case document")
        from myelon.exchange.dicom.courses import read_courses

        read_courses(record, received.path)
        store_of(request).receive(record, received.read, reason="added on the case page")
    return RedirectResponse(f"/cases/{record.id}", 303)


@router.post("/cases/receive")
def receive_export(request: Request, export: Annotated[UploadFile, File()]) -> Response:
    """Take in an exported case."""
    case = store_of(request).receive_export(export.file)
    return RedirectResponse(f"/cases/{case.id}", 303)


@router.post("/cases/{case_id}/restore")
def restore(request: Request, case_id: str) -> Response:
    """Bring back a deleted case."""
    store_of(request).restore(case_id, reason="restored on the case page")
    return RedirectResponse(f"/cases/{case_id}", 303)


@router.post("/cases/{case_id}/delete")
def delete(request: Request, case_id: str, reason: Annotated[str, Form()] = "") -> Response:
    """Take a case out of sight."""
    store_of(request).delete(case_id, reason=reason)
    return RedirectResponse("/cases", 303)


@router.get("/cases/{case_id}/export.zip")
def export(request: Request, case_id: str) -> Response:
    """The case with its files and journal."""
    packed = io.BytesIO()
    store_of(request).export(case_id, packed)
    name = f'attachment; filename="{case_id}.zip"'
    return Response(packed.getvalue(), media_type="application/zip", headers={"Content-Disposition": name})


@router.get("/cases/{case_id}")
def timeline(
    request: Request, case_id: str, zero: str | None = None, at: DrawAt = "earliest", entry: str = ""
) -> Response:
    """The timeline and its table twin."""
    packet = packet_of(request, case_id, zero=zero)
    case = packet.case
    rows = [e for e in case.entries if e.when is not None and e.track in TRACKS]
    rows.sort(key=lambda e: _drawn_order(packet, e.id))
    selected = case.by_id.get(entry) or next(
        (e for e in rows if isinstance(e, Radiotherapy)), rows[0] if rows else None
    )
    context = case_context(request, packet, "Timeline") | {
        "figure": str(timeline_figure(case, packet.timeline, at=at, selected=selected.id if selected else "")),
        "rows": rows,
        "zeros": _zeros(packet),
        "zero": zero or case.zero,
        "at": at,
        "selected": selected,
        "unit": "day" if _spread(packet) < 200 else "month",
    }
    return page(request, "timeline.html", context)


@router.get("/cases/{case_id}/document.yaml")
def document(request: Request, case_id: str) -> Response:
    """The case document as YAML."""
    text = write_case(packet_of(request, case_id).case)
    name = f'attachment; filename="{case_id}.yaml"'
    return Response(text, media_type="text/plain; charset=utf-8", headers={"Content-Disposition": name})


@router.get("/cases/{case_id}/spine")
def spine(request: Request, case_id: str) -> Response:
    """The spine map and its table twin."""
    packet = packet_of(request, case_id)
    figure = spine_figure(packet.case)
    context = case_context(request, packet, "Spine") | {
        "figure": str(figure) if figure else "",
        "columns": columns_of(packet.case),
    }
    return page(request, "spine.html", context)


@router.get("/cases/{case_id}/dose")
def dose(request: Request, case_id: str, course: str = "sum") -> Response:
    """Isodose picture, DVH, course table and verdicts."""
    packet = packet_of(request, case_id, dose=True)
    context = case_context(request, packet, "Dose") | {"dose": packet.dose, "course": course}
    context["bar"] = str(dose_bar(packet.dose.judged)) if packet.dose is not None else ""
    if packet.dose is not None and packet.dose.grids:
        from myelon.web.dose_figures import dose_figures

        context |= dose_figures(store_of(request), packet.dose, course)
    return page(request, "dose.html", context)


@router.get("/cases/{case_id}/scores")
def scores(request: Request, case_id: str) -> Response:
    """Every instrument, with what it rests on."""
    return page(request, "scores.html", case_context(request, packet_of(request, case_id), "Scores"))


@router.get("/cases/{case_id}/findings")
def findings(request: Request, case_id: str) -> Response:
    """Findings and gaps."""
    return page(request, "findings.html", case_context(request, packet_of(request, case_id), "Findings"))


@router.get("/cases/{case_id}/journal")
def journal(
    request: Request,
    case_id: str,
    before: Annotated[int | None, Query(alias="from", ge=1)] = None,
    after: Annotated[int | None, Query(alias="to", ge=1)] = None,
) -> Response:
    """Every change, newest first, and what changed between two versions, in words."""
    packet = packet_of(request, case_id)
    store = store_of(request)
    changes = _changes(store.history(case_id))
    compared, said = None, []
    if before is not None:
        compared = (before, after or changes[0].version)
        said = differences(store.case(case_id, version=before), store.case(case_id, version=compared[1]))
    context = {"changes": changes, "compared": compared, "differences": said}
    return page(request, "journal.html", case_context(request, packet, "Journal") | context)


class _Change(NamedTuple):
    """What one person wrote at one time: journal rows, and the version of the case after them."""

    version: int
    actor: str
    at: str
    reason: str
    rows: list[Row]


def _changes(history: list[Row]) -> list[_Change]:
    changes: list[_Change] = []
    for version, row in enumerate(history, 1):
        last = changes[-1] if changes else None
        together = last is not None and (last.actor, last.at, last.reason) == (row.actor, row.at, row.reason)
        if together and row.entry_id not in {r.entry_id for r in changes[-1].rows}:
            changes[-1] = changes[-1]._replace(version=version, rows=[*changes[-1].rows, row])
        else:
            changes.append(_Change(version, row.actor, row.at, row.reason, [row]))
    return changes[::-1]


# ── what the templates are given ────────────────────────────────────────────────────────────────────────


def case_context(request: Request, packet: Packet, tab: str) -> dict[str, Any]:
    """What every page of a case is given."""
    by_entry: dict[str, list[Any]] = {}
    for finding in packet.findings:
        for entry in finding.entries:
            by_entry.setdefault(entry, []).append(finding)
    return {
        "place": "Cases",
        "tab": tab,
        "packet": packet,
        "case": packet.case,
        "findings_of": by_entry,
        "version": store_of(request).version(packet.case.id),
    }


def _drawn_order(packet: Packet, entry_id: str) -> tuple[float, float]:
    low, high = packet.timeline.window(entry_id)
    known = [b for b in (low, high) if b is not None]
    return (known[0], known[-1]) if known else (0.0, 0.0)


def _spread(packet: Packet) -> float:
    bounds = [b for w in packet.timeline.windows.values() for b in w if b is not None]
    return max(bounds, default=0.0) - min(bounds, default=0.0)


def _zeros(packet: Packet) -> list[tuple[str, str]]:
    """Points worth counting from: diagnosis, operations, courses, progressions."""
    wanted = {"Diagnosis", "Surgery", "Radiotherapy"}
    case = packet.case
    zeros = [(case.zero, _short(case, case.zero))]
    zeros += [
        (e.id, _short(case, e.id))
        for e in case.entries
        if e.when is not None and (e.track in wanted or getattr(e, "phase", "") == "progression") and e.id != case.zero
    ]
    return zeros


def _short(case: Any, entry_id: str) -> str:  # noqa: ANN401  # a case
    entry = case.by_id[entry_id.split(".", maxsplit=1)[0]]
    names = {"neoplasm": "Diagnosis", "surgery": "Surgery", "radiotherapy": f"RT {getattr(entry, 'ordinal', '')} start"}
    return (
        names.get(entry.kind) or f"{getattr(entry, 'phase', entry.kind)} {getattr(entry, 'ordinal', '') or ''}".strip()
    )
