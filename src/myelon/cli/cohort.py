"""`myelon cohort`: survival from a CSV or from records, recipes, reports, summaries of sites."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from myelon.cli.case import DATA, DataOption
from myelon.cli.output import Json, heading, print_json, progress_bar, rounded, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from myelon.cohort.analysis import Analysis
    from myelon.cohort.kaplan_meier import KaplanMeier
    from myelon.cohort.logrank import LogRank
    from myelon.cohort.registry import Registry
    from myelon.cohort.summary import Summary

app = typer.Typer(help="Curves, tests and models from a CSV or from records.", no_args_is_help=True)
DataFile = Annotated[Path, typer.Argument(help="CSV, one row per patient.")]
TimeColumn = Annotated[str, typer.Option("--time", help="Column of the time.")]
EventColumn = Annotated[str, typer.Option("--event", help="Column of the event: 1 event, 0 censored.")]


@app.command("km")
def km(
    data: DataFile,
    time: TimeColumn,
    event: EventColumn,
    group: Annotated[str | None, typer.Option("--group", help="Column that splits the patients.")] = None,
    ci: Annotated[str, typer.Option("--ci", help="log, log-log, plain, logit or arcsine.")] = "log-log",
    level: Annotated[float, typer.Option("--level", help="Confidence level.")] = 0.95,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw the curves (svg, pdf, png).")] = None,
    json: Json = False,
) -> None:
    """Kaplan–Meier estimate with interval, number at risk and median."""
    from myelon.cohort.kaplan_meier import interval_named, kaplan_meier
    from myelon.exchange.table import read_survival_csv

    read = read_survival_csv(data, time=time, event=event, group=group)
    curves = [kaplan_meier(read.table.group(g), interval=interval_named(ci), level=level) for g in read.table.groups]
    if plot is not None:
        from myelon.report.charts import km_chart

        km_chart(curves, x_label=time).save(plot)
    if json:
        left_out = [{"row": row, "empty": column} for row, column in read.left_out]
        print_json(
            {"rows": read.rows, "used": read.used, "left_out": left_out, "groups": [km_as_dict(c) for c in curves]}
        )
        return
    for c in curves:
        m = c.median
        heading(
            f"{c.group}: n {c.at_risk[0]}, events {c.events.sum()}, median {rounded(m.estimate)} "
            f"({rounded(m.lower)}–{rounded(m.upper)}, {c.interval} {c.level:.0%})"
        )
        table(
            ("time", "at risk", "events", "censored", "survival", "lower", "upper"),
            [
                (f"{t:g}", n, d, x, rounded(s, 4), rounded(lo, 4), rounded(hi, 4))
                for t, n, d, x, s, lo, hi in zip(
                    c.times, c.at_risk, c.events, c.censored, c.survival, c.lower, c.upper, strict=True
                )
            ],
        )
    if read.left_out:
        typer.echo(f"\n{len(read.left_out)} of {read.rows} rows left out: an empty cell is unknown, not no.")


def km_as_dict(curve: KaplanMeier) -> dict[str, Any]:
    """A curve as plain values."""
    return {
        "group": curve.group,
        "n": int(curve.at_risk[0]),
        "events": int(curve.events.sum()),
        "interval": curve.interval,
        "level": curve.level,
        "median": curve.median._asdict(),
        "time": curve.times.tolist(),
        "at_risk": curve.at_risk.tolist(),
        "n_event": curve.events.tolist(),
        "n_censor": curve.censored.tolist(),
        "survival": curve.survival.tolist(),
        "standard_error": curve.standard_error.tolist(),
        "lower": curve.lower.tolist(),
        "upper": curve.upper.tolist(),
    }


@app.command("test")
def compare(
    data: DataFile,
    time: TimeColumn,
    event: EventColumn,
    group: Annotated[str, typer.Option("--group", help="Column that splits the patients.")],
    method: Annotated[
        str, typer.Option("--method", help="logrank, gehan-breslow, tarone-ware, peto or fleming-harrington.")
    ] = "logrank",
    rho: Annotated[float, typer.Option("--rho", help="Of fleming-harrington: weight of early deaths.")] = 0.0,
    gamma: Annotated[float, typer.Option("--gamma", help="Of fleming-harrington: weight of late deaths.")] = 0.0,
    json: Json = False,
) -> None:
    """Compare groups with a weighted log-rank test."""
    from myelon.cohort.logrank import logrank, method_named
    from myelon.exchange.table import read_survival_csv

    read = read_survival_csv(data, time=time, event=event, group=group)
    result = logrank(read.table, method=method_named(method), rho=rho, gamma=gamma)
    if json:
        print_json({"rows": read.rows, "used": read.used, **comparison_as_dict(result)})
        return
    heading(f"{result.method}: χ² {result.statistic:.4f}, df {result.degrees_of_freedom}, p {result.p:.4g}")
    table(
        ("group", "n", "observed", "expected"),
        [
            (g, n, f"{o:g}", rounded(e))
            for g, n, o, e in zip(result.groups, result.n, result.observed, result.expected, strict=True)
        ],
    )
    for ratio in result.hazard_ratios:
        typer.echo(
            f"hazard ratio {result.groups[0]} : {result.groups[1]}, {ratio.method}: "
            f"{ratio.estimate:.4g} ({ratio.lower:.4g}–{ratio.upper:.4g})"
        )
    if read.left_out:
        typer.echo(f"{len(read.left_out)} of {read.rows} rows left out: an empty cell is unknown, not no.")


def comparison_as_dict(result: LogRank) -> dict[str, Any]:
    """A test as plain values."""
    return {**result._asdict(), "hazard_ratios": [r._asdict() for r in result.hazard_ratios]}


RecipeFile = Annotated[Path, typer.Argument(help="Recipe (YAML); docs/concepts/cohort.md shows one.")]
Folder = Annotated[Path, typer.Option("--out", help="Folder for what is written; made where it is not there.")]


@app.command("run")
def run_recipe(recipe: RecipeFile, data: DataOption = DATA, out: Folder = Path("analysis"), json: Json = False) -> None:
    """Compute a recipe over the records: tables, figures and methods; the same bytes each time."""
    from myelon.cohort.analysis import run
    from myelon.cohort.recipe import read_recipe
    from myelon.report.analysis_files import write_analysis

    asked = read_recipe(_text(recipe), where=recipe.name)
    with _registry(data) as registry:
        with progress_bar("records") as progress:
            found = run(asked, registry, progress=progress)
        written = write_analysis(found, out)
        if json:
            print_json(analysis_as_dict(found))
            return
    _say(found)
    typer.echo(f"\n{len(written)} files in {out}: {', '.join(p.name for p in written)}")


def _say(found: Analysis) -> None:
    from myelon.cohort.result_tables import tables

    for one in tables(found):
        heading(one.title)
        table(one.columns, [(("  " if r.indented else "") + r.cells[0], *r.cells[1:]) for r in one.rows])
        for note in one.notes:
            typer.echo(note)


def analysis_as_dict(found: Analysis) -> dict[str, Any]:
    """An analysis as plain values."""
    return {
        "recipe": found.recipe.model_dump(mode="json", by_alias=True),
        "selected": [
            {"case": s.case_id, "verdict": s.verdict.name.lower(), "because": [f.why for f in s.found]}
            for s in found.chosen.selected
        ],
        "left_out": [{"case": c, "why": w} for c, w in found.left_out],
        "curves": [km_as_dict(c) for c in found.curves],
        "tests": [comparison_as_dict(t) for t in found.tests],
        "model": None if found.model is None else [t._asdict() for t in found.model.fit.terms],
        "cautions": list(found.cautions),
        "methods": found.methods,
    }


@app.command("select")
def select_cases(
    query: Annotated[str, typer.Argument(help="A query, or the name of a file that holds one.")],
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """Select patients by what happened to them, and say why each is in or out."""
    from myelon.cohort.query import parse_query
    from myelon.cohort.selection import judge
    from myelon.cohort.selection_columns import judge_all

    file = Path(query)
    text = _text(file) if len(query) < 200 and "\n" not in query and file.is_file() else query.replace(";", "\n")
    asked = parse_query(text)
    with _registry(data) as registry:
        with progress_bar("records") as progress:
            verdicts = judge_all(asked, registry, progress=progress)
        found = [judge(asked, registry.patient(k)) for k in range(len(registry)) if json or verdicts[k]]
    if json:
        print_json([{"case": s.case_id, "verdict": s.verdict.name.lower(),
                     "found": [{"line": f.line.text, "verdict": f.verdict.name.lower(), "entry": f.entry, "why": f.why}
                               for f in s.found]} for s in found])  # fmt: skip
        return
    yes, possible = (int((verdicts == v).sum()) for v in (2, 1))
    heading(f"{yes} of {len(verdicts)} patients, {possible} more are possible")
    rows = [
        (s.case_id, s.verdict.name.lower(), "; ".join(f"{f.entry}: {f.why}" if f.entry else f.why for f in s.found))
        for s in sorted(found, key=lambda s: (-s.verdict, s.case_id))
    ]
    table(("patient", "", "because"), rows)


@app.command("list")
def list_words(json: Json = False) -> None:
    """The endpoints and variables that recipes and queries know."""
    from myelon.cohort.endpoints import ENDPOINTS
    from myelon.cohort.variables import VARIABLES

    if json:
        print_json({"endpoints": [e.name for e in ENDPOINTS], "variables": [v.name for v in VARIABLES]})
        return
    heading("Endpoints")
    table(("name", "counts"), [(e.name, e.says) for e in ENDPOINTS])
    heading("Variables")
    table(("name", "is", "kind"), [(v.name, v.title, v.unit or v.kind) for v in VARIABLES])


@app.command("report")
def report(
    what: Annotated[str, typer.Argument(help="demo: papers 002 and 004 from their synthetic records.")],
    out: Folder = Path("report"),
) -> None:
    """Compute the papers' own tables and figures again, each number beside the printed one (HTML and PDF)."""
    from myelon.demo.hospital import cohort_reports
    from myelon.errors import InputError
    from myelon.report.document import report_html, report_pdf

    if what != "demo":
        raise InputError(f"report {what!r}", todo="Use `demo`; for records of your own use `myelon cohort run`")
    _folder(out)
    for name, found in cohort_reports():
        (out / f"{name}.html").write_text(report_html(found), encoding="utf-8")
        (out / f"{name}.pdf").write_bytes(report_pdf(found))
        typer.echo(f"{found.title}: {out / name}.html, .pdf\n  {found.lead}")


@app.command("score")
def score(
    data: DataFile,
    case: Annotated[str, typer.Option("--case", help="Column: 1 case, 0 not.")],
    value: Annotated[str, typer.Option("--value", help="Column of the score, to validate it.")] = "",
    item: Annotated[
        list[str] | None, typer.Option("--item", help="COLUMN=POINTS of an item (0 or 1), to develop a score; repeat.")
    ] = None,
    cut_off: Annotated[float | None, typer.Option("--cut-off", help="Least score of a suspected case.")] = None,
    prevalence: Annotated[float | None, typer.Option("--prevalence", help="For predictive values, 0 to 1.")] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw the ROC curve (svg, pdf, png).")] = None,
) -> None:
    """Develop a score from its items, or validate one: ROC, cut-off, sensitivity, specificity, predictive values."""
    from myelon.cohort.score import Score, judge_score, score_tables
    from myelon.exchange.table import read_columns

    points = dict(_points(word) for word in item or ())
    columns, left_out = read_columns(data, [case, *points, *([value] if value else [])])
    found = judge_score(columns, case, points=points, value=value, cut_off=cut_off, prevalence=prevalence)
    for one in score_tables(found, case):
        heading(one.title)
        table(one.columns, [r.cells for r in one.rows])
    if left_out:
        typer.echo(f"{left_out} rows left out: an empty cell is unknown, not no.")
    if plot is not None:
        from myelon.report.cohort_charts import roc_chart

        curve = found.performance.roc if isinstance(found, Score) else found.roc
        roc_chart(curve, label=value or "sum of the items").save(plot)


def _points(word: str) -> tuple[str, float]:
    """COLUMN=POINTS."""
    from myelon.errors import InputError

    name, _, number = word.rpartition("=")
    try:
        return name, float(number)
    except ValueError as error:
        raise InputError(f"item {word!r}", todo="Write COLUMN=POINTS, such as --item osteolysis=1") from error


@app.command("summarise")
def summarise(
    recipe: RecipeFile,
    site: Annotated[str, typer.Option("--site", help="Name of this hospital.")],
    out: Annotated[Path, typer.Option("--out", help="The summary (JSON).")],
    data: DataOption = DATA,
    minimum_cell: Annotated[
        int, typer.Option("--minimum-cell", min=0, help="Least patients of a count that leaves; 0: no rule.")
    ] = 0,
    at: Annotated[Path | None, typer.Option("--at", help="Solution of the last step of a model.")] = None,
) -> None:
    """Count this hospital's patients for a recipe: what may leave the hospital, and nothing else."""
    from json import loads

    from myelon.cohort.recipe import read_recipe
    from myelon.cohort.summary import summarise_site

    last = loads(_text(at))["model"]["next"] if at is not None else None
    asked = read_recipe(_text(recipe), where=recipe.name)
    with _registry(data) as registry:
        found = summarise_site(asked, registry, site=site, minimum_cell=minimum_cell, at=last)
    _write_summary(found, out)
    typer.echo(
        f"{out}: {sum(found.table().any_event().n)} patients in {len(found.groups)} groups, {len(found.times)} times"
    )
    for held in found.withheld:
        typer.echo(f"withheld: {held}")


@app.command("hospitals")
def hospitals(out: Folder = Path("hospitals")) -> None:
    """Two demonstration hospitals, north and south, that share the synthetic cohort of paper 002."""
    from myelon.demo.hospital import two_hospitals

    _folder(out)
    for made in two_hospitals(out):
        typer.echo(f"{made}: a data folder of synthetic patients")


@app.command("merge")
def merge(
    summaries: Annotated[list[Path], typer.Argument(help="Summaries of hospitals.")],
    out: Annotated[Path, typer.Option("--out", help="The merged summary (JSON).")],
) -> None:
    """Add the summaries of several hospitals."""
    from myelon.cohort.summary import merge_summaries, read_summary

    found = merge_summaries([read_summary(_text(p), where=p.name) for p in summaries])
    _write_summary(found, out)
    typer.echo(f"{out}: {len(found.sites)} sites, {sum(found.table().any_event().n)} patients")


@app.command("solve")
def solve(summary: Annotated[Path, typer.Argument(help="A summary, merged or of one hospital.")],
          out: Annotated[Path | None, typer.Option("--out", help="The solution (JSON).")] = None) -> None:  # fmt: skip
    """Curves, tests and the next step of a model from a summary; the answer of the pooled patients."""
    from json import dumps

    from myelon.cohort.solve import solve_summary
    from myelon.cohort.summary import read_summary

    solution = solve_summary(read_summary(_text(summary), where=summary.name))
    if out is not None:
        out.write_text(dumps(solution, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for curve in solution["curves"]:
        heading(
            f"{curve['group']}: n {curve['n']}, events {curve['events']}, median {rounded(curve['median']['estimate'])}"
        )
    for test in solution["tests"]:
        typer.echo(f"{test['method']}: χ² {test['statistic']:.4f}, df {test['degrees_of_freedom']}, p {test['p']:.4g}")
    model = solution["model"]
    if model is not None:
        state = "settled" if model["settled"] else "not settled: summarise every site again with --at this solution"
        typer.echo(
            f"model: {state}; " + ", ".join(f"{n} {b:.6g}" for n, b in zip(model["names"], model["next"], strict=True))
        )
    for note in solution["withheld"]:
        typer.echo(f"withheld: {note}")


def _write_summary(summary: Summary, path: Path) -> None:
    from myelon.errors import InputError

    try:
        path.write_text(summary.model_dump_json(by_alias=True, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path.name!r} cannot be written", todo="Choose a folder that exists") from error


@contextmanager
def _registry(data: Path) -> Iterator[Registry]:
    """Every case of a data folder, by columns; the first time, and after many changes, a bar says how far it is."""
    from myelon.errors import StoreError
    from myelon.store import Store
    from myelon.store.registry_files import open_registry

    if not data.is_dir():
        raise StoreError(f"no data folder {data}", todo="Give one with --data")
    store = Store.open(data)
    try:
        with progress_bar("records") as progress:
            registry = open_registry(store, progress=progress)
        yield registry
    finally:
        store.close()


def _text(path: Path) -> str:
    from myelon.errors import InputError

    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name!r} cannot be read as text", todo="Check the path") from error


def _folder(path: Path) -> None:
    from myelon.errors import InputError

    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"folder {path.name!r} cannot be made", todo="Choose another place") from error
