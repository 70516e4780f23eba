"""Paper 002 again, from the records: its tables and figures, each number beside the printed one."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from myelon.cohort.paper_002 import CONTRASTS, Cell, Recomputed, recompute
from myelon.cohort.table import Row, Table
from myelon.cohort.variables import variable
from myelon.report.charts import km_chart
from myelon.report.cohort_charts import Ratio, bar_chart, forest_chart
from myelon.report.document import Report, Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.cohort.patient import CohortPatient
    from myelon.record.publication import Publication
    from myelon.report.charts import Chart

NATURE = (
    "Synthetic: 61 invented patients with the printed margins of the paper. Nobody's data, and not the authors' data."
)
_PLACES = (
    ("T2", "Table 2: characteristics"), ("T3", "Table 3: involved regions"), ("T4", "Table 4: other metastases"),
    ("T5", "Table 5: treatment"), ("T6", "Table 6: response of symptoms to radiotherapy"),
    ("T7", "Table 7: survival by groups"), ("F2", "Figure 2: number of regions"), ("F3", "Figure 3: number of organs"),
)  # fmt: skip
_ABSENT = (
    "Table 1 of the paper (its literature review) is not in the text at hand, so nothing of it is compared (XL3).",
    (
        "The paper prints no number at risk, no number of deaths and no group sizes of Table 7: ours are derived, one "
        "of many cohorts that fit (XL37)."
    ),
    "Which patient has which value is drawn: the paper prints margins only, so no joint table can be compared.",
)


def report_002(paper: Publication, patients: Sequence[CohortPatient]) -> Report:
    """The report; everything in it is computed from the records."""
    found = recompute(paper, patients)
    exact, alike, near = (found.count(a) for a in ("exact", "rounds alike", "near"))
    lead = (
        f"{paper.citation[0].upper()}{paper.citation[1:]}. Of {len(found.cells)} printed numbers of its own patients, "
        f"{exact} come out exactly, {alike} round to the printed digits, {near} are near (hazard ratios within 0.5 %, "
        f"p within 0.003), {found.count('differs') or 'none'} differ."
    )
    seen: set[str] = set()
    sections = []
    for place, title in _PLACES:
        cells = [c for c in found.of(place) if c.fact not in seen]
        seen |= {c.fact for c in cells}
        sections.append(
            Section(title, tables=(_comparison(place, title, cells),), charts=_charts(place, found, patients))
        )
    rest = [c for c in found.cells if c.fact not in seen]
    sections.insert(0, Section("In the text", tables=(_comparison("text", "Numbers of the text", rest),)))
    sections += [_survival(found), _ambiguous(paper)]
    return Report("Paper 002, computed again from its records", lead, NATURE, tuple(sections))


def _comparison(place: str, title: str, cells: Sequence[Cell]) -> Table:
    rows = tuple(Row((c.what, c.printed, c.ours, c.agreement, c.note, c.fact)) for c in cells)
    methods = ""
    if place == "T7":
        methods = (
            "Kaplan–Meier medians; log-rank (Mantel–Cox) and Gehan–Breslow–Wilcoxon tests; hazard ratio by "
            "Mantel–Haenszel, exp((O−E)/V), as GraphPad Prism forms it, not Cox. Unadjusted. Myelon "
            f"{version('myelon')}."
        )
    return Table(
        f"paper-002-{place.lower()}", title, ("", "printed", "ours", "", "difference", "fact"), rows, (), methods
    )


def _charts(place: str, found: Recomputed, patients: Sequence[CohortPatient]) -> tuple[Chart, ...]:
    if place == "T2":
        sites = [p.primary_site or "" for p in patients]
        names = sorted(set(sites), key=lambda s: (-sites.count(s), s))
        return (bar_chart("Primary cancers (Figure 1)", [(n, sites.count(n)) for n in names], len(patients)),)
    if place == "F2":
        counts = [len(p.regions) for p in patients]
        return (bar_chart("Involved regions", [(f"{k}", counts.count(k)) for k in (1, 2, 3, 4)], len(patients)),)
    if place == "F3":
        counts = [len(p.sites) for p in patients if p.sites]
        return (bar_chart("Other organs", [(f"{k}", counts.count(k)) for k in (1, 2, 3, 4)], len(counts)),)
    if place == "T7":
        ratios = []
        for contrast in CONTRASTS:
            cell = next(c for c in found.cells if c.fact == contrast.ratio)
            estimate, limits = cell.ours.split(" ", 1)
            low, high = limits.strip("()").split("–")
            label = f"{variable(contrast.variable).title}, {' : '.join(contrast.groups)}"
            ratios.append(Ratio(label, float(estimate), float(low), float(high)))
        return (forest_chart(ratios, x_label="hazard ratio (Mantel–Haenszel)"),)
    return ()


def _survival(found: Recomputed) -> Section:
    words = (
        f"{found.followed} of 61 followed, {found.deaths} deaths; the three lost are left out, as in the paper (XL12).",
        (
            "Treated and untreated were not assigned by chance: the curve of treatment is unadjusted, and who lives "
            "long enough is treated (XL24)."
        ),
    )
    charts = [km_chart([found.everyone], x_label="months")]
    charts += [
        km_chart(list(pair), x_label=f"months, by {variable(contrast.variable).title.lower()}")
        for contrast, pair in found.curves
    ]
    return Section("Figures 4 and 5: overall survival", words, charts=tuple(charts))


def _ambiguous(paper: Publication) -> Section:
    rows = tuple(
        Row((f.number or f.key, " · ".join(s.text for s in f.statements), f.rule or f.computed or ""))
        for f in paper.findings()
    )
    table = Table(
        "paper-002-findings", "What the paper leaves open, or says twice", ("", "it says", "how it is held"), rows
    )
    return Section("Ambiguous, contradictory or absent", _ABSENT, (table,))
