"""`myelon cohort`: survival from a CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from myelon.cli.output import Json, heading, print_json, rounded, table

if TYPE_CHECKING:
    from myelon.cohort.kaplan_meier import KaplanMeier
    from myelon.cohort.logrank import LogRank

app = typer.Typer(help="Kaplan–Meier curves and tests from a CSV.", no_args_is_help=True)
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
    method: Annotated[str, typer.Option("--method", help="logrank, gehan-breslow, tarone-ware or peto.")] = "logrank",
    json: Json = False,
) -> None:
    """Compare groups with a weighted log-rank test."""
    from myelon.cohort.logrank import logrank, method_named
    from myelon.exchange.table import read_survival_csv

    read = read_survival_csv(data, time=time, event=event, group=group)
    result = logrank(read.table, method=method_named(method))
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
