"""The options of a case: arguments for, against and unknown, evidence, tasks, what it may be, and cases like it."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import Response

from myelon.board.differential import differential
from myelon.board.facts import Situation, prognoses
from myelon.board.options import deliberate
from myelon.board.schedules import schedules
from myelon.board.similar import answers, similar
from myelon.record.kinds import Vital
from myelon.web.packets import Packets, dosed_of, packet_of, store_of
from myelon.web.pages.cases import case_context
from myelon.web.render import page

if TYPE_CHECKING:
    from myelon.board.packet import Packet
    from myelon.board.similar import Answer
    from myelon.record.case import Case

router = APIRouter()
MOST_COMPARED = 500
"""Cases that are compared at most, the newest first."""


@router.get("/cases/{case_id}/options")
def options(request: Request, case_id: str, on: str = "") -> Response:
    """What the table has before it."""
    packet = packet_of(request, case_id)
    shown = dosed_of(request, case_id, on=on)
    situation = Situation(shown)
    found = deliberate(situation)
    groups = [(name, list(rows)) for name, rows in groupby(found.options, key=lambda o: o.kind.group)]
    context = case_context(request, packet, "Options") | {
        "on": on,
        "shown": shown,
        "limits_of_the_cord": situation.ask("limit exceeded"),
        "groups": groups,
        "found": found,
        "weighed": differential(situation),
        "similar": _similar(request, shown),
        "schedules": schedules(shown),
        "prognoses": prognoses(situation),
        "died": next((e for e in shown.case.given(Vital) if e.status == "dead"), None),
    }
    return page(request, "options.html", context)


def _similar(request: Request, packet: Packet) -> list[object]:
    store = store_of(request)
    packets: Packets = request.app.state.packets
    rows, _ = store.find("", newest_first=True, limit=MOST_COMPARED, offset=0)

    def read(case_id: str) -> tuple[Case, tuple[Answer, ...]]:
        case = store.case(case_id)
        return case, answers(case)

    others = [packets.once(row.id, ("answers",), partial(read, row.id)) for row in rows]
    return list(similar(packet.case, answers(packet.case, packet.timeline), others))
