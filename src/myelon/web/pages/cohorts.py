"""Cohorts: a CSV in, curves and tests out. The table is kept by its content hash, so a result has an address."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from myelon.cohort.kaplan_meier import INTERVALS, interval_named, kaplan_meier
from myelon.cohort.logrank import logrank
from myelon.cohort.recipe import read_recipe
from myelon.errors import InputError, MyelonError, TableError
from myelon.exchange.table import parse_survival_csv
from myelon.web.packets import store_of
from myelon.web.pages.analyses import address_of
from myelon.web.render import page

if TYPE_CHECKING:
    from collections.abc import Iterable

router = APIRouter()
MOST_BYTES = 50 * 1024 * 1024
_TIME = ("time", "futime", "os_months", "months", "days", "survival")
_EVENT = ("event", "status", "fustat", "death", "dead", "os_event")
_GROUP = ("group", "treatment", "arm", "rx", "sex", "x")


@router.get("/cohorts")
def start(request: Request) -> Response:
    """Where a table is given."""
    saved = [(r, address_of(read_recipe(r.body, where=r.name))) for r in store_of(request).recipes()]
    return page(request, "cohorts.html", {"place": "Cohorts", "digest": "", "recipes": saved})


@router.post("/cohorts")
def upload(request: Request, table: Annotated[UploadFile, File()]) -> Response:
    """Keep a table and go to its page."""
    content = table.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InputError("the table is larger than 50 MB", todo="Use `myelon cohort km` for tables of this size")
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError("not UTF-8 text", where="table", todo="Save the table as CSV in UTF-8") from error
    return RedirectResponse(f"/cohorts/{store_of(request).put_file(content, 'text/csv')}", 303)


@router.get("/cohorts/{digest}")
def result(
    request: Request, digest: str, time: str = "", event: str = "", group: str = "", ci: str = "log-log"
) -> Response:
    """Choose columns; see curves, numbers at risk, medians and tests."""
    text = store_of(request).file(digest).read_text(encoding="utf-8-sig")
    header = next(csv.reader(io.StringIO(text)), [])
    chosen = {
        "time": time or _guess(header, _TIME),
        "event": event or _guess(header, _EVENT),
        "group": group if (time or event) else _guess(header, _GROUP),
        "ci": ci if ci in INTERVALS else "log-log",
    }
    context: dict[str, Any] = {"place": "Cohorts", "digest": digest, "header": header, "intervals": INTERVALS}
    context |= {"chosen": chosen, "error": None, "curves": []}
    if chosen["time"] and chosen["event"]:
        try:
            context |= _computed(text, chosen)
        except MyelonError as error:
            context["error"] = error
    return page(request, "cohorts.html", context)


def _guess(header: Iterable[str], names: tuple[str, ...]) -> str:
    lower = {h.casefold(): h for h in header}
    return next((lower[n] for n in names if n in lower), "")


def _computed(text: str, chosen: dict[str, str]) -> dict[str, Any]:
    from myelon.report.charts import km_chart

    read = parse_survival_csv(text, time=chosen["time"], event=chosen["event"], group=chosen["group"] or None)
    curves = [kaplan_meier(read.table.group(g), interval=interval_named(chosen["ci"])) for g in read.table.groups]
    tests = []
    if len(curves) > 1 and read.table.events.sum() > 0:
        tests = [logrank(read.table, method="logrank"), logrank(read.table, method="gehan-breslow")]
    return {"read": read, "curves": curves, "tests": tests, "chart": km_chart(curves, x_label=chosen["time"]).svg()}
