"""The options of a case: arguments for, against and unknown, evidence, tasks, what it may be, and cases like it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import Response

from myelon.board.differential import differential
from myelon.board.facts import Situation, prognoses
from myelon.board.options import deliberate
from myelon.board.schedules import schedules
from myelon.board.similar import Other, answers, from_text, similar
from myelon.web.packets import dosed_of, packet_of, store_of
from myelon.web.pages.cases import case_context
from myelon.web.render import page

if TYPE_CHECKING:
    from myelon.board.packet import Packet
    from myelon.board.similar import Resembling

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
        "unnamed": named if (named := situation.patient.named) is not None and named.known_as is None else None,
        "found": found,
        "weighed": differential(situation),
        "similar": _similar(request, shown),
        "schedules": schedules(shown),
        "prognoses": prognoses(situation),
        "died": shown.patient.died,
    }
    return page(request, "options.html", context)


def _similar(request: Request, packet: Packet) -> list[Resembling]:
    rows, _ = store_of(request).find("", newest_first=True, limit=MOST_COMPARED, offset=0)
    others = [Other(row.id, row.title, row.nature, from_text(row.features)) for row in rows]
    return similar(packet.case, answers(packet.case, packet.timeline), others)
