"""Board: one sheet per case, made to be read from four metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from myelon.board.packet import has_dose_files
from myelon.board.standing import standing
from myelon.record.kinds import Board, Radiotherapy, Systemic
from myelon.report.dose_bar import dose_bar
from myelon.report.spine_figure import spine_figure
from myelon.report.timeline_figure import BOARD, BOARD_TRACKS, timeline_figure
from myelon.web.packets import ct_of, dosed_of, store_of
from myelon.web.render import page

if TYPE_CHECKING:
    from myelon.board.packet import Packet

router = APIRouter()
_MOST_SHEETS = 200


@router.get("/board")
def agenda(request: Request) -> Response:
    """The cases whose sheet can be opened."""
    rows, total = store_of(request).find(newest_first=False, limit=_MOST_SHEETS)
    return page(request, "board_list.html", {"place": "Board", "rows": rows, "total": total})


@router.get("/board/{case_id}")
def sheet(request: Request, case_id: str) -> Response:
    """The board sheet of a case."""
    store = store_of(request)
    packet = dosed_of(request, case_id)
    figure = spine_figure(packet.case, row=24.0, column=54.0, brief=True)
    place, total, before, after = store.neighbours(case_id)
    context: dict[str, Any] = {
        "place": "Board",
        "packet": packet,
        "case": packet.case,
        "dose": packet.dose,
        "has_files": has_dose_files(packet.case),
        "version": store.version(case_id),
        "timeline": str(
            timeline_figure(packet.case, packet.timeline, width=1848.0, tracks=BOARD_TRACKS, measure=BOARD)
        ),
        "spine": str(figure) if figure else "",
        "bar": str(dose_bar(packet.dose.judged, width=420.0, font=18.0)) if packet.dose is not None else "",
        "decision": next((b for b in packet.case.of(Board) if b.decision), None),
        "asked": next((b for b in reversed(list(packet.case.of(Board))) if not b.decision), None),
        "standing": standing(packet.case, packet.timeline),
        "position": (place, total),
        "previous": before,
        "next": after,
        "lines": _lines(packet),
    }
    if packet.dose is not None and packet.dose.grids:
        from myelon.web.dose_figures import dose_figures

        context |= dose_figures(ct_of(request, packet.dose), packet.dose, scale=1.9)
    return page(request, "board.html", context)


def _lines(packet: Packet) -> str:
    """How many courses and lines of treatment, in words; what continues a line is no new one."""
    every = list(packet.case.given(Radiotherapy))
    proposed = sum(c.status == "proposed" for c in every)
    courses, beside = len(every) - proposed, f" and {proposed} proposed" if proposed else ""
    drugs = list(packet.case.given(Systemic))
    continued = sum(x.continues is not None for x in drugs)
    lines = len(drugs) - continued
    return (
        f"{courses} course{'s' if courses != 1 else ''} of radiotherapy{beside}, "
        f"{lines} line{'s' if lines != 1 else ''} of systemic therapy"
        + (f", continued {continued} time{'s' if continued != 1 else ''}" if continued else "")
    )
