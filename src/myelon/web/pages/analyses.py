"""Analyses of the records: who, which endpoint, which groups; curves, tests, a model; what would leave the hospital.

An analysis is its address: every choice stands in the query string, so a page can be sent, saved and run again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, Form, Query, Request
from starlette.datastructures import QueryParams
from starlette.responses import RedirectResponse, Response

from myelon.cohort.endpoints import CHOICES, ENDPOINTS, endpoint, outcomes
from myelon.cohort.kaplan_meier import INTERVALS
from myelon.cohort.query import parse_query
from myelon.cohort.recipe import Recipe, read_recipe, write_recipe
from myelon.cohort.result_tables import tables
from myelon.cohort.selection import judge
from myelon.cohort.summary import summarise_chosen
from myelon.cohort.variables import VARIABLES
from myelon.errors import MyelonError, TableError
from myelon.record.document import checked
from myelon.web.analyses import analyses_of
from myelon.web.packets import store_of
from myelon.web.pages.conditions import condition_parts
from myelon.web.render import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from myelon.cohort.analysis import Analysis

router = APIRouter()
_DEFAULT = {
    "title": "Survival by number of involved regions",
    "select": "neoplasm where role = secondary and compartment has intramedullary",
    "endpoint": "overall-survival",
    "lost": "left out",
    "by": "region_group",
}
_SEVERAL = ("table_one", "rates", "model", "tests")
_DEFAULT_LISTS = {"table_one": ["sex", "age_years", "ecog_group"]}
EXAMPLES = (
    ("after surgery", "surgery as operation\nradiotherapy after operation within 90 days"),
    ("strength gained", "surgery as operation\ngain mrc >= 1 after operation"),
    ("two courses on one level", "radiotherapy as first\nradiotherapy after first on the levels of first"),
    ("women over 50", "patient where sex = female and age_years > 50"),
)
MOST_EXPLAINED = 200
"""Patients whose reasons the page lists."""
_MEDIA = {
    "html": "text/html; charset=utf-8", "pdf": "application/pdf", "yaml": "application/yaml", "csv": "text/csv",
    "md": "text/markdown; charset=utf-8", "tex": "application/x-tex", "txt": "text/plain; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip


def recipe_of(values: Mapping[str, str], several: Mapping[str, list[str]]) -> Recipe:
    """A recipe from the fields of the form.

    Raises:
        TableError: A field that cannot be read.
    """
    body: dict[str, Any] = {"schema": "myelon.recipe/1", "title": values.get("title") or "Analysis"}
    body |= {k: v for k, v in values.items() if k in Recipe.model_fields and v and k != "title"}
    body |= {k: several[k] for k in _SEVERAL if several.get(k)}
    body["possible"] = bool(values.get("possible"))
    recipe = checked(Recipe, body, where="analysis")
    parse_query(recipe.select)
    endpoint(recipe.endpoint)
    return recipe


def recipe_from(query: QueryParams) -> Recipe:
    """The recipe that an address asks; the example where it asks nothing."""
    if not set(query) & set(Recipe.model_fields):
        return recipe_of(_DEFAULT, _DEFAULT_LISTS)
    return recipe_of(dict(query), {k: query.getlist(k) for k in _SEVERAL})


def _asked(request: Request) -> Recipe:
    return recipe_from(request.query_params)


def address_of(recipe: Recipe) -> str:
    """The query string that asks a recipe again."""
    values = recipe.model_dump(mode="json", exclude_defaults=True)
    values.pop("schema_", None)
    return urlencode({k: v for k, v in values.items() if v is not None}, doseq=True)


@router.get("/cohorts/records")
def analysis(request: Request) -> Response:
    """The builder with its answer."""
    context: dict[str, Any] = {
        "place": "Cohorts", "endpoints": ENDPOINTS, "variables": VARIABLES, "choices": CHOICES, "intervals": INTERVALS,
        "examples": EXAMPLES, "error": None, "found": None, "recipe": None, "text": "", "query": "", "job": None,
    }  # fmt: skip
    text = request.query_params.get("select", "")
    try:
        recipe = _asked(request)
    except MyelonError as error:
        context |= condition_parts(request, text)
        return page(request, "analysis.html", context | {"error": error, "given": request.query_params}, status=400)
    context |= condition_parts(request, recipe.select)
    context |= {"recipe": recipe, "text": write_recipe(recipe), "query": address_of(recipe)}
    try:
        context |= _answer(request, recipe)
    except MyelonError as error:
        context["error"] = error
    return page(request, "analysis.html", context)


def _answer(request: Request, recipe: Recipe) -> dict[str, Any]:
    """What the page shows of an analysis, or the job that is at it."""
    from myelon.report.analysis_files import charts_of  # matplotlib loads only where a figure is drawn
    from myelon.report.tables import as_html

    analyses = analyses_of(request)
    found = analyses.get(recipe)
    if found is None:
        mark = analyses.begin(recipe)
        return {"job": analyses.job(recipe, mark), "job_mark": mark}
    verdicts = found.chosen.verdicts
    return {
        "found": found,
        "natures": sorted(found.chosen.natures),
        "tables": [(t.name, as_html(t)) for t in tables(found)],
        "charts": [(name, chart.svg()) for name, chart in charts_of(found)],
        "verdicts": _verdicts(found),
        "most": MOST_EXPLAINED,
        "counts": [int((verdicts == v).sum()) for v in (2, 1, 0)],
    }


def _verdicts(found: Analysis) -> list[dict[str, Any]]:
    """Each patient that is in or possible: why, and with which entries; read from the records themselves."""
    chosen = found.chosen
    out, inside = dict(found.left_out), set(chosen.taken.tolist())
    rows = []
    for at in np.flatnonzero(chosen.verdicts)[:MOST_EXPLAINED].tolist():
        patient = chosen.registry.patient(at)
        outcome = outcomes(chosen.endpoint, [patient])[0] if at in inside else None
        why_out = out.get(patient.case.id, "") if at in inside else ""
        rows.append({"selected": judge(chosen.query, patient), "outcome": outcome, "why_out": why_out})
    return rows


@router.get("/cohorts/records/state")
def state(request: Request, job: str) -> Response:
    """How far an analysis is, as a piece of the page; when it is there, the page is asked for again."""
    recipe = _asked(request)
    work = analyses_of(request).job(recipe, job)
    context = {"job": work, "job_mark": job, "query": address_of(recipe)}
    answer = page(request, "analysis_state.html", context)
    if work.result is not None:
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.post("/cohorts/records/stop")
def stop(request: Request, job: Annotated[str, Form()], query: Annotated[str, Form()]) -> Response:
    """Stop an analysis; the records that were read stay read."""
    recipe = recipe_from(QueryParams(query))
    analyses_of(request).job(recipe, job).cancelled = True
    return RedirectResponse("/cohorts", 303)


@router.get("/cohorts/records/leaves")
def leaves(request: Request, minimum_cell: Annotated[int, Query(ge=0, le=1000)] = 5) -> Response:
    """Exactly what would leave the hospital for this analysis."""
    recipe = _asked(request)
    asked = recipe.model_copy(update={"model": ()}) if minimum_cell else recipe
    context: dict[str, Any] = {"place": "Cohorts", "recipe": recipe, "query": address_of(recipe), "summary": None}
    context |= {"minimum_cell": minimum_cell, "nothing": ""}
    try:
        found = analyses_of(request).get(recipe)
        if found is None:
            return _first_the_page(recipe)
        summary = summarise_chosen(asked, found.chosen, site="this hospital", minimum_cell=minimum_cell)
        context |= {"summary": summary, "json": summary.model_dump_json(by_alias=True, indent=1)}
    except TableError as error:
        context["nothing"] = error.what
    return page(request, "leaves.html", context)


@router.get("/cohorts/records/file/{name}")
def download(request: Request, name: str) -> Response:
    """A table, figure, report or the recipe of this analysis as a file."""
    from myelon.report.analysis_files import file_of  # figures load only where one is drawn

    recipe = _asked(request)
    found = analyses_of(request).get(recipe)
    if found is None:
        return _first_the_page(recipe)
    content = file_of(found, name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_MEDIA[name.rsplit(".", 1)[-1]], headers=headers)


def _first_the_page(recipe: Recipe) -> Response:
    """Where records must be read first, the page of the analysis says how far that is."""
    return RedirectResponse(f"/cohorts/records?{address_of(recipe)}", 303)


@router.post("/cohorts/recipes")
def save(request: Request, title: Annotated[str, Form()], body: Annotated[str, Form()]) -> Response:
    """Keep an analysis under its title; every version stays."""
    recipe = read_recipe(body, where=title).model_copy(update={"title": title.strip()[:120] or "Analysis"})
    store_of(request).save_recipe(recipe.title, write_recipe(recipe))
    return RedirectResponse(f"/cohorts/records?{address_of(recipe)}", 303)


@router.get("/cohorts/papers/{name}")
def paper(request: Request, name: str) -> Response:
    """A paper's own tables and figures, computed again from the synthetic records."""
    from myelon.demo.hospital import cohort_reports  # figures load only where one is drawn
    from myelon.report.tables import as_html

    report = dict(cohort_reports()).get(f"paper-{name}")
    if report is None:
        raise TableError(f"no report of paper {name}", todo="There are those of papers 002 and 004")
    sections = [(s, [as_html(t) for t in s.tables], [c.svg() for c in s.charts]) for s in report.sections]
    return page(request, "cohort_report.html", {"place": "Cohorts", "report": report, "sections": sections})
