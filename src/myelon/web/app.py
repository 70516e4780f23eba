"""The application: pages, static files, security, and how errors look."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, cast

from fastapi import FastAPI
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles

from myelon.dose.dvh import warm_up
from myelon.errors import ConflictError, InputError, MyelonError, StoreError
from myelon.store import Store
from myelon.web import security
from myelon.web.analyses import Analyses
from myelon.web.jobs import Jobs
from myelon.web.own_limits import OwnLimits
from myelon.web.packets import Packets
from myelon.web.pages import (
    admin,
    analyses,
    board,
    cases,
    cohorts,
    conditions,
    dose,
    dose_exports,
    entries,
    images,
    imports,
    instruments,
    library,
    options,
    quality,
    registration,
    spine,
    structures,
    tumours,
    viewer,
)
from myelon.web.render import page

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.responses import Response

PLACES = (
    imports, entries, cases, instruments, spine, dose, dose_exports, structures, tumours, registration, viewer, images,
    board, conditions, analyses, cohorts, library, options, quality, admin,
)  # fmt: skip
"""In the order in which addresses are tried."""
_STATIC = Path(__file__).parent / "static"
_MOST_SAID = 5
"""Values of one address that an error page names."""


def create_app(data: Path) -> FastAPI:
    """The service over one data folder.

    Raises:
        StoreError: The folder cannot be used.
    """
    app = FastAPI(title="Myelon", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.store = Store.open(data)
    app.state.packets = Packets(app.state.store)
    app.state.own_limits = OwnLimits(data)
    app.state.jobs = Jobs()
    app.state.analyses = Analyses(app.state.store)
    app.router.on_shutdown += [app.state.jobs.close, app.state.analyses.close]
    app.middleware("http")(security.guard)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    for place in PLACES:
        app.include_router(place.router)
    app.add_exception_handler(MyelonError, _known_error)
    app.add_exception_handler(RequestValidationError, _impossible_value)
    app.add_exception_handler(404, _no_page)
    return app


def from_environment() -> FastAPI:
    """The service over the data folder that MYELON_DATA names, for uvicorn; the dose kernels load meanwhile."""
    Thread(target=_load_the_slow_parts, daemon=True).start()
    return create_app(Path(os.environ["MYELON_DATA"]))


def _load_the_slow_parts() -> None:
    """Kernels, matplotlib and pydicom, so that the first dose page does not wait for them."""
    warm_up()
    importlib.import_module("myelon.web.dose_figures")


async def _known_error(request: Request, error: Exception) -> Response:
    statuses = {ConflictError: 409, StoreError: 404}
    status = next((code for kind, code in statuses.items() if isinstance(error, kind)), 422)
    return page(request, "error.html", {"error": error}, status=status)


async def _impossible_value(request: Request, error: Exception) -> Response:
    """A page for a person whose address or form holds a value that cannot be; JSON for a script."""
    if not isinstance(error, RequestValidationError) or "text/html" not in request.headers.get("accept", ""):
        return await request_validation_exception_handler(request, cast("RequestValidationError", error))
    said = "; ".join(f"{e['loc'][-1]}: {e['msg'][:1].lower()}{e['msg'][1:]}" for e in error.errors()[:_MOST_SAID])
    found = InputError(said, where=request.url.path, todo="Go back and choose a value that the page offers")
    return page(request, "error.html", {"error": found}, status=422)


async def _no_page(request: Request, _: Exception) -> Response:
    missing = StoreError("no such page", todo="Choose a place in the navigation")
    return page(request, "error.html", {"error": missing}, status=404)
