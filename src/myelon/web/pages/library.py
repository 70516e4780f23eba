"""Library: instruments, limits, regimens, the cohort paper, and Sources — where every printed number is held."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from myelon.assess import instruments
from myelon.demo.hospital import papers, publication
from myelon.dose.limits import LIMITS
from myelon.terms.ctcae import VERSION, search_ctcae
from myelon.terms.regimens import REGIMENS
from myelon.web.render import page

router = APIRouter()


@router.get("/library")
def library(request: Request) -> Response:
    """Instruments and limits with their verification status."""
    context = {"place": "Library", "tab": "Instruments", "instruments": instruments(), "limits": list(LIMITS.values())}
    return page(request, "library.html", context)


@router.get("/library/regimens")
def regimens(request: Request) -> Response:
    """Drug regimens as the papers print them."""
    return page(request, "regimens.html", {"place": "Library", "tab": "Regimens", "regimens": REGIMENS.values()})


@router.get("/library/ctcae")
def ctcae(request: Request, q: str = "") -> Response:
    """Terms of CTCAE with what each grade means, by search."""
    context = {"place": "Library", "tab": "CTCAE", "q": q, "terms": search_ctcae(q, 40), "version": VERSION}
    return page(request, "ctcae.html", context)


@router.get("/library/paper-002")
def cohort_paper(request: Request) -> Response:
    """What the cohort paper prints, what it comes to, and where it disagrees with itself."""
    context = {"place": "Library", "tab": "Paper 002", "paper": publication("paper-002")}
    return page(request, "publication.html", context)


@router.get("/library/sources")
def sources(request: Request) -> Response:
    """The papers, row by row: printed, ours, difference."""
    return page(request, "sources.html", {"place": "Library", "tab": "Sources", "rows": papers()})
