"""Cases: the list, and of one case its timeline, scores, findings and journal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from myelon.board.packet import prepare_record
from myelon.errors import CaseError
from myelon.record.case import read_case, write_case
from myelon.record.difference import differences
from myelon.record.document import MOST_BYTES
from myelon.record.kinds import Neoplasm, Phase, Radiotherapy, Surgery
from myelon.report.timeline_figure import TRACKS, DrawAt, timeline_figure
from myelon.store import Row
from myelon.web import drafts
from myelon.web.figure_file import figure_file
from myelon.web.packets import packet_of, store_of
from myelon.web.render import page
from myelon.web.uploads import Received

if TYPE_CHECKING:
    from myelon.board.packet import Packet
    from myelon.record.case import Case

router = APIRouter()
_PAGE = 50
_LEAST_VIEW = 2.0


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
        record = read_case(_text(received.read(case.filename or "")), where="case document")
        from myelon.exchange.dicom.courses import read_courses

        read_courses(record, received.path)
        store_of(request).receive(record, received.read, reason="added on the case page")
    return RedirectResponse(f"/cases/{record.id}", 303)


@router.post("/cases/preview")
def preview_case(request: Request, case: Annotated[UploadFile, File()]) -> Response:
    """What a case document holds, with its findings; nothing is stored."""
    content = case.file.read(MOST_BYTES + 1)
    store = store_of(request)
    record = read_case(_text(content), where="case document")
    packet = prepare_record(record)
    held = next((c for c in store.cases() if c.id == record.id), None)
    changes = differences(store.case(record.id), record) if held else []
    context = {"place": "Cases", "packet": packet, "case": record, "token": drafts.keep(store, content)}
    context |= {"held": held, "changes": changes, "expected": held.version if held else 0}
    return page(request, "case_preview.html", context)


@router.post("/cases/preview/write")
def write_previewed(
    request: Request,
    token: Annotated[str, Form()],
    expected: Annotated[int, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Store the document that was looked at."""
    store = store_of(request)
    record = read_case(_text(drafts.kept(store, token)), where="case document")
    store.save(record, reason=reason.strip() or "added on the case page", expected=expected)
    drafts.drop(store, token)
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


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CaseError("not UTF-8 text", where="case document", todo="A case is YAML or JSON") from error


@router.get("/cases/{case_id}")
def timeline(  # what the address says: zero, position, view, chosen entry
    request: Request,
    case_id: str,
    zero: str | None = None,
    at: DrawAt = "earliest",
    entry: str = "",
    first: Annotated[float | None, Query(ge=-1e6, le=1e6)] = None,
    last: Annotated[float | None, Query(ge=-1e6, le=1e6)] = None,
) -> Response:
    """The timeline and its table twin."""
    packet = packet_of(request, case_id, zero=zero)
    case = packet.case
    view = (first, last) if first is not None and last is not None and first < last else None
    rows = packet.timeline.in_order(e for e in case.entries if e.when is not None and e.track in TRACKS)
    selected = case.by_id.get(entry) or next(
        (e for e in rows if isinstance(e, Radiotherapy)), rows[0] if rows else None
    )
    context = case_context(request, packet, "Timeline") | {
        "figure": str(
            timeline_figure(case, packet.timeline, at=at, selected=selected.id if selected else "", view=view)
        ),
        "rows": rows,
        "zeros": _zeros(packet),
        "zero": zero or case.zero,
        "at": at,
        "selected": selected,
        "unit": "day" if _spread(packet) < 200 else "month",
        "view": view,
        "zoom": _zoom(packet, view),
    }
    return page(request, "timeline.html", context)


@router.get("/cases/{case_id}/timeline.svg")
def timeline_svg(request: Request, case_id: str, zero: str | None = None, at: DrawAt = "earliest") -> Response:
    """The timeline as a file of its own, with its styles, what it is and what it is not."""
    packet = packet_of(request, case_id, zero=zero)
    drawn = timeline_figure(packet.case, packet.timeline, at=at)
    return figure_file(drawn, f"{case_id}-timeline", packet.case.about.nature)


@router.get("/cases/{case_id}/document.yaml")
def document(request: Request, case_id: str) -> Response:
    """The case document as YAML."""
    text = write_case(packet_of(request, case_id).case)
    name = f'attachment; filename="{case_id}.yaml"'
    return Response(text, media_type="text/plain; charset=utf-8", headers={"Content-Disposition": name})


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


def _zoom(packet: Packet, view: tuple[float, float] | None) -> dict[str, tuple[float, float]]:
    """What the zoom keys lead to: closer, wider, earlier, later."""
    bounds = [b for w in packet.timeline.windows.values() for b in w if b is not None]
    whole = (min(bounds, default=0.0), max(bounds, default=1.0) + 1.0)
    first, last = view or whole
    width = last - first
    steps = {
        "closer": (first + width / 4, last - width / 4),
        "wider": (first - width / 2, last + width / 2),
        "earlier": (first - width / 3, last - width / 3),
        "later": (first + width / 3, last + width / 3),
    }
    return {name: (round(a, 1), round(b, 1)) for name, (a, b) in steps.items() if b - a > _LEAST_VIEW}


def _spread(packet: Packet) -> float:
    bounds = [b for w in packet.timeline.windows.values() for b in w if b is not None]
    return max(bounds, default=0.0) - min(bounds, default=0.0)


def _zeros(packet: Packet) -> list[tuple[str, str]]:
    """Points worth counting from: diagnosis, operations, courses, recurrences and progressions."""
    case = packet.case
    zeros = {case.zero: _short(case, case.zero, 0)}
    operations = 0
    for entry in case.entries:
        operations += isinstance(entry, Surgery)
        wanted = isinstance(entry, Neoplasm | Surgery | Radiotherapy | Phase) and entry.when is not None
        if wanted and entry.id != case.zero and getattr(entry, "phase", "") not in {"initial", "terminal"}:
            zeros[entry.id] = _short(case, entry.id, operations)
    return list(zeros.items())


def _short(case: Case, reference: str, number: int) -> str:
    entry = case.by_id[reference.partition(".")[0]]
    match entry:
        case Neoplasm():
            return "Diagnosis" if entry is case.neoplasm else entry.entity[:24]
        case Surgery():
            return f"Surgery {number}" if number else "Surgery"
        case Radiotherapy():
            return f"RT {entry.ordinal} start"
        case Phase():
            return f"{entry.phase.capitalize()} {entry.ordinal or ''}".strip()
        case _:
            return entry.label.split(":")[0][:24]
