"""An analysis as files: every table in every format, every figure, the recipe, the methods and a page of it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.cohort.recipe import write_recipe
from myelon.cohort.result_tables import tables
from myelon.errors import InputError
from myelon.record.when import DAYS_PER
from myelon.report.charts import km_chart
from myelon.report.cohort_charts import LANES, Lane, Ratio, forest_chart, incidence_chart, swimmer_chart
from myelon.report.document import Report, Section, report_html, report_pdf
from myelon.report.tables import FORMATS, as_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from myelon.cohort.analysis import Analysis
    from myelon.report.charts import Chart

_ENDS = ("censored", "event", "competing")


def charts_of(found: Analysis) -> list[tuple[str, Chart]]:
    """Every figure of an analysis by its name."""
    unit = f"{found.recipe.unit}s"
    after = f" after the landmark at {found.recipe.landmark:g}" if found.recipe.landmark else ""
    charts = []
    free = "surviving" if found.chosen.endpoint.name == "overall-survival" else "without the event"
    if found.incidence:
        curves = [c for group in found.incidence for c in group]
        charts.append(("incidence", incidence_chart(curves, x_label=f"{unit}{after}")))
        free = "without the event, competing events censored: no share of patients"
    charts.append(("survival", km_chart(list(found.curves), x_label=f"{unit}{after}", y_label=free)))
    if found.model is not None:
        ratios = [Ratio(t.name, t.hazard_ratio, t.lower, t.upper) for t in found.model.fit.terms]
        charts.append(("model", forest_chart(ratios)))
    charts.append(("swimmer", swimmer_chart(lanes_of(found), x_label=unit)))
    return charts


def lanes_of(found: Analysis) -> list[Lane]:
    """One lane per counted patient, the longest: the earliest and the latest reading of its time."""
    chosen, unit = found.chosen, DAYS_PER[found.recipe.unit]
    names = [chosen.registry.ids[k] for k in chosen.taken.tolist()]
    (low, cause), (high, _) = (chosen.came.at(choice) for choice in ("earliest", "latest"))
    longest = sorted((int(k) for k in chosen.rows), key=lambda k: (-low[k], names[k]))[:LANES]
    return [Lane(names[k], low[k] / unit, max(low[k], high[k]) / unit, _ENDS[cause[k]]) for k in longest]


def report_of(found: Analysis, figures: Sequence[tuple[str, Chart]] | None = None) -> Report:
    """The whole analysis as one page; its figures are drawn where they are not given."""
    natures = found.chosen.natures
    nature = "Synthetic patients: nobody's data." if natures == {"synthetic"} else ""
    if "synthetic" in natures and len(natures) > 1:
        nature = "Some of the patients are synthetic: this is no result about patients."
    figures = charts_of(found) if figures is None else figures
    words = found.cautions
    sections = [
        Section("Survival", words, tuple(tables(found)), tuple(c for _, c in figures)),
        Section("Recipe", tuple(write_recipe(found.recipe).splitlines())),
    ]
    return Report(found.recipe.title, found.methods, nature, tuple(sections))


def file_of(found: Analysis, name: str, *, report: Report | None = None) -> bytes:
    """One file of an analysis by its name, such as "survival.docx" or "report.pdf".

    Args:
        found: The analysis.
        name: Of the file.
        report: The whole report, where it is drawn already.

    Raises:
        InputError: There is none of that name.
    """
    stem, _, ending = name.rpartition(".")
    if name == "recipe.yaml":
        return write_recipe(found.recipe).encode()
    if name == "methods.txt":
        return f"{found.methods}\n".encode()
    if stem == "report" and ending in {"html", "pdf"}:
        report = report or report_of(found)
        return report_pdf(report) if ending == "pdf" else report_html(report).encode()
    table = next((t for t in tables(found) if t.name == stem), None)
    if table is not None and f".{ending}" in FORMATS:
        return as_bytes(table, f".{ending}")
    raise InputError(f"no file {name!r} of an analysis", todo="Such as survival.docx, tests.csv or report.pdf")


def write_analysis(found: Analysis, folder: Path) -> list[Path]:
    """Write everything; the same analysis gives the same bytes.

    Raises:
        InputError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"folder {folder.name!r} cannot be made", todo="Choose another place") from error
    written: list[Path] = []
    figures = charts_of(found)
    written += [folder / f"{table.name}{suffix}" for table in tables(found) for suffix in FORMATS]
    written += [folder / name for name in ("recipe.yaml", "methods.txt", "report.html", "report.pdf")]
    report = report_of(found, figures)
    for path in written:
        path.write_bytes(file_of(found, path.name, report=report))
    for name, chart in figures:
        for suffix in (".svg", ".pdf", ".png"):
            path = folder / f"figure-{name}{suffix}"
            chart.save(path)
            written.append(path)
    return written
