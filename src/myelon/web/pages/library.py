"""Library: instruments, limits, and Sources — where every printed number of the papers is held."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from myelon.assess import INSTRUMENTS
from myelon.board.traceability import TRACED, traced
from myelon.demo.hospital import demo_case
from myelon.dose.limits import LIMITS
from myelon.web.render import page

router = APIRouter()


@router.get("/library")
def library(request: Request) -> Response:
    """Instruments and limits with their verification status."""
    context = {"place": "Library", "tab": "Instruments", "instruments": INSTRUMENTS, "limits": list(LIMITS.values())}
    return page(request, "library.html", context)


@router.get("/library/sources")
def sources(request: Request) -> Response:
    """The papers, row by row: printed, ours, difference."""
    return page(
        request,
        "sources.html",
        {"place": "Library", "tab": "Sources", "rows": traced({p: demo_case(f"paper-{p}") for p in TRACED})},
    )
