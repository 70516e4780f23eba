"""Cohorts: a CSV in, curves and tests out. The table is kept by its content hash, so a result has an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from myelon.cohort.kaplan_meier import INTERVALS, interval_named, kaplan_meier
from myelon.cohort.logrank import logrank
from myelon.cohort.recipe import read_recipe
from myelon.cohort.score import Score, judge_score, score_tables
from myelon.errors import InputError, MyelonError, TableError
from myelon.exchange.table import header_of, parse_columns, parse_survival_csv
from myelon.web.packets import store_of
from myelon.web.pages.analyses import address_of
from myelon.web.render import page

if TYPE_CHECKING:
    from collections.abc import Iterable

router = APIRouter()
MOST_BYTES = 50 * 1024 * 1024
_TIME = ("time", "futime", "os_months", "months", "days", "survival")
_EVENT = ("event", "status", "fustat", "death", "dead", "os_event")
_CASE = ("case", "malignant", "ill", "disease", "event")
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
    text, header = _table(request, digest)
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


@router.get("/cohorts/{digest}/score")
def score(
    request: Request, digest: str, case: str = "", value: str = "", cut_off: str = "", prevalence: str = ""
) -> Response:
    """Develop a score from columns of 0 and 1, or validate one that is a column."""
    text, header = _table(request, digest)
    points = {name: request.query_params.get(f"points-{k}", "") for k, name in enumerate(header)}
    chosen = {"case": case or _guess(header, _CASE), "value": value, "cut_off": cut_off, "prevalence": prevalence}
    context: dict[str, Any] = {"place": "Cohorts", "digest": digest, "header": header, "points": points, "error": None}
    context |= {"chosen": chosen, "tables": []}
    given = {name: words for name, words in points.items() if words.strip()}
    if given or value:
        try:
            context |= _judged(text, chosen, given)
        except MyelonError as error:
            context["error"] = error
    return page(request, "score.html", context)


def _table(request: Request, digest: str) -> tuple[str, list[str]]:
    """A table that was given, and its header."""
    text = store_of(request).file(digest).read_text(encoding="utf-8-sig")
    return text, header_of(text)


def _judged(text: str, chosen: dict[str, str], points: dict[str, str]) -> dict[str, Any]:
    """What a score of a table comes to."""
    from myelon.report.cohort_charts import roc_chart
    from myelon.report.tables import as_html

    given = {name: _number(words, f"points of {name}") for name, words in points.items()}
    value = "" if given else chosen["value"]
    cut_off, prevalence = (_number(chosen[k], k) if chosen[k].strip() else None for k in ("cut_off", "prevalence"))
    columns, left_out = parse_columns(text, [chosen["case"], *given, *([value] if value else [])])
    found = judge_score(columns, chosen["case"], points=given, value=value, cut_off=cut_off, prevalence=prevalence)
    curve = found.performance.roc if isinstance(found, Score) else found.roc
    return {
        "tables": [as_html(t) for t in score_tables(found, chosen["case"])],
        "chart": roc_chart(curve, label=value or "sum of the items").svg(),
        "left_out": left_out,
        "used": curve.cases + curve.others,
    }


def _number(words: str, what: str) -> float:
    try:
        return float(words)
    except ValueError as error:
        raise InputError(f"{what}: {words[:20]!r} is no number", todo="Write it with a point, such as 0.2") from error


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
