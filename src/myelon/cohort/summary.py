"""What a hospital may give away: counts, in a form that adds up. Summarise a site, merge the sites, solve.

Nothing in a summary belongs to one patient by name, but a small count may still tell who it is. The minimum-cell rule
(off unless a number is given) joins times until no count of any group is of fewer than so many patients, leaves out
groups that are smaller, and blanks small cells of tables with the next smallest beside them. Without the rule the
merged answer is that of the pooled patients, to the last count; with it, it is that of coarser times, and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import ConfigDict, Field

from myelon.cohort.analysis import select_patients
from myelon.cohort.cause_table import CauseTable, merge_causes
from myelon.cohort.cox_sums import CoxSums
from myelon.cohort.variables import variable
from myelon.errors import TableError
from myelon.record.base import Part
from myelon.record.document import checked, read_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.cohort.analysis import Chosen
    from myelon.cohort.recipe import Recipe
    from myelon.cohort.registry import Registry

_DIGITS = 9
"""Decimals of times: two sites that count the same day in months must write the same number."""


class Summary(Part):
    """Counts of one site, or of several merged.

    Attributes:
        question: The recipe's endpoint, unit, groups and landmark: only equal questions are merged.
        sites: Who is in it.
        minimum_cell: The rule that was kept; 0 is none.
        groups: Names of the groups.
        times: Shape (t,).
        events: Shape (t, groups, causes): the event, a competing event.
        censored: Shape (t, groups).
        tables: Variable → level → count by group; None is a cell that was blanked.
        withheld: What the rule kept back, in words.
        cox: Sums of a model at given coefficients, where one is asked for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, title="Myelon summary")

    schema_: Literal["myelon.summary/1"] = Field(default="myelon.summary/1", alias="schema")
    question: dict[str, Any]
    sites: tuple[str, ...]
    minimum_cell: int = Field(default=0, ge=0)
    groups: tuple[str, ...]
    times: tuple[float, ...]
    events: tuple[tuple[tuple[int, int], ...], ...]
    censored: tuple[tuple[int, ...], ...]
    tables: dict[str, dict[str, tuple[int | None, ...]]] = Field(default_factory=dict)
    withheld: tuple[str, ...] = ()
    cox: CoxSums | None = None

    def table(self) -> CauseTable:
        """The counts, for every estimator that takes them."""
        shape = (len(self.times), len(self.groups))
        return CauseTable(
            np.array(self.times, dtype=np.float64),
            np.array(self.events, dtype=np.int64).reshape(*shape, 2),
            np.array(self.censored, dtype=np.int64).reshape(shape),
            self.groups,
            ("event", "competing event"),
        )


def question_of(recipe: Recipe) -> dict[str, Any]:
    """What must be the same in two summaries that are added."""
    fields = ("endpoint", "lost", "times", "unit", "by", "landmark", "select", "possible", "table_one", "model", "ties")
    values = recipe.model_dump(mode="json")
    return {name: values[name] for name in fields}


def summarise_site(
    recipe: Recipe,
    registry: Registry,
    *,
    site: str,
    minimum_cell: int = 0,
    at: Sequence[float] | None = None,
) -> Summary:
    """Count a site's patients for a recipe.

    Args:
        recipe: What is asked.
        registry: Of the site.
        site: Its name.
        minimum_cell: Least patients of a count that leaves; 0 switches the rule off.
        at: Coefficients of the recipe's model, for the next step of Newton's method; zeros when None.

    Raises:
        TableError: Nobody is selected, or a model with the rule switched on (its sums are of single patients).
    """
    return summarise_chosen(recipe, select_patients(recipe, registry), site=site, minimum_cell=minimum_cell, at=at)


def summarise_chosen(
    recipe: Recipe, chosen: Chosen, *, site: str, minimum_cell: int = 0, at: Sequence[float] | None = None
) -> Summary:
    """Count patients who are selected already; see `summarise_site`."""
    if minimum_cell < 0:
        raise TableError(f"minimum cell {minimum_cell}", todo="Give a number of patients; 0 is no rule")
    table = chosen.table
    withheld: list[str] = []
    if minimum_cell:
        table, withheld = _coarser(table, minimum_cell)
    names = [name for name in recipe.table_one if variable(name).kind == "category"]
    withheld += [f"{name} is a number, not counted here" for name in recipe.table_one if name not in names]
    tables = {name: _counts(name, chosen, table.groups) for name in names}
    if minimum_cell:
        tables = {name: _blanked(cells, minimum_cell) for name, cells in tables.items()}
        if tables and any("left out" in w for w in withheld):
            tables = {}
            withheld.append("the tables: beside them the counts that are left out could be computed")
    sums = None
    if recipe.model:
        if minimum_cell:
            raise TableError(
                "a model with a minimum cell",
                todo="Its sums at late times are of single patients: leave one of them out",
            )
        sums = CoxSums.of(recipe, chosen, at)
    return Summary(
        question=question_of(recipe),
        sites=(site,),
        minimum_cell=minimum_cell,
        groups=table.groups,
        times=tuple(round(float(t), _DIGITS) for t in table.times),
        events=tuple(tuple((int(a), int(b)) for a, b in row) for row in table.events),
        censored=tuple(tuple(int(c) for c in row) for row in table.censored),
        tables=tables,
        withheld=tuple(withheld),
        cox=sums,
    )


def merge_summaries(summaries: Sequence[Summary]) -> Summary:
    """Add sites; the result is what the pooled patients would have given.

    Raises:
        TableError: Nothing to merge, different questions, or one site twice.
    """
    if not summaries:
        raise TableError("no summary to merge", todo="Give the summary of at least one site")
    first = summaries[0]
    for other in summaries[1:]:
        different = [k for k in first.question if first.question[k] != other.question.get(k)]
        if different:
            raise TableError(
                f"summaries of different questions: {', '.join(different)}", todo="Give every site the same recipe"
            )
    sites = [s for summary in summaries for s in summary.sites]
    twice = sorted({s for s in sites if sites.count(s) > 1})
    if twice:
        raise TableError(f"site {twice[0]!r} is in two summaries", todo="Count each site once")
    table = merge_causes([s.table() for s in summaries])
    table = table.in_order(_order(summaries, table.groups))
    sums = [s.cox for s in summaries if s.cox is not None]
    if sums and len(sums) < len(summaries):
        raise TableError("a model in some summaries only", todo="Summarise every site with the same recipe")
    return Summary(
        question=first.question,
        sites=tuple(sites),
        minimum_cell=min(s.minimum_cell for s in summaries),
        groups=table.groups,
        times=tuple(float(t) for t in table.times),
        events=tuple(tuple((int(a), int(b)) for a, b in row) for row in table.events),
        censored=tuple(tuple(int(c) for c in row) for row in table.censored),
        tables=_added(summaries, table.groups),
        withheld=tuple(f"{s.sites[0]}: {w}" for s in summaries for w in s.withheld),
        cox=CoxSums.merged(sums) if sums else None,
    )


def _order(summaries: Sequence[Summary], groups: tuple[str, ...]) -> tuple[str, ...]:
    """Groups as the site that knows most of them has them; others after."""
    longest = max(summaries, key=lambda s: len(s.groups)).groups
    return (*longest, *(g for g in groups if g not in longest))


def read_summary(text: str, *, where: str = "summary") -> Summary:
    """Read a summary.

    Raises:
        TableError: Not one.
    """
    document = read_document(text, where=where, error=TableError)
    if not isinstance(document, dict):
        raise TableError("not a summary", where=where, todo="Give what `myelon cohort summarise` wrote")
    return checked(Summary, document, where=where)


def _counts(name: str, chosen: Chosen, groups: tuple[str, ...]) -> dict[str, tuple[int | None, ...]]:
    values = chosen.registry.column(name, chosen.counted)
    member = chosen.member[chosen.rows]
    inside = [member == (chosen.levels.index(group) if chosen.levels else 0) for group in groups]

    def counts(has: NDArray[np.bool_]) -> tuple[int | None, ...]:
        return tuple(int((has & mine).sum()) for mine in inside)

    every = chosen.registry.column(name, chosen.taken).levels
    return {**{level: counts(values.has(level)) for level in every}, "not known": counts(~values.known)}


def _coarser(table: CauseTable, least: int) -> tuple[CauseTable, list[str]]:
    """Each count of a group joined over time until it is large enough, and put at the mean time of those in it.

    A group with too few events is left out whole; censored patients too few to be told are left out of the group, which
    does not flatter it.
    """
    withheld: list[str] = []
    cells: list[tuple[str, int, float, int]] = []
    keep: list[str] = []
    for at, group in enumerate(table.groups):
        kinds = (table.events[:, at, 0], table.events[:, at, 1], table.censored[:, at])
        if kinds[0].sum() < least:
            withheld.append(f"group {group} has fewer than {least} events")
            continue
        keep.append(group)
        for kind, counts in enumerate(kinds):
            total = int(counts.sum())
            if 0 < total < least:
                name = ("events", "competing events", "censored")[kind]
                withheld.append(f"{name} of group {group}: fewer than {least}, left out")
            cells += [(group, kind, time, count) for time, count in _runs(table.times, counts, least)]
    if not keep:
        raise TableError(f"every group has fewer than {least} events", todo="Ask for fewer groups")
    times = np.unique([c[2] for c in cells])
    bins = np.zeros((len(times), len(keep), 3), dtype=np.int64)
    for group, kind, time, count in cells:
        bins[np.searchsorted(times, time), keep.index(group), kind] += count
    withheld.append(
        f"{len(table.times)} times joined to {len(times)}; each count stands at the mean time of its patients"
    )
    return CauseTable(times, bins[:, :, :2], bins[:, :, 2], tuple(keep), table.causes), withheld


def _runs(times: NDArray[np.float64], counts: NDArray[np.int64], least: int) -> list[tuple[float, int]]:
    """Runs of one count, each of at least so many patients; what is left at the end joins the last run."""
    runs: list[tuple[float, int]] = []
    total, weighted = 0, 0.0
    for time, count in zip(times, counts, strict=True):
        total, weighted = total + int(count), weighted + float(time) * int(count)
        if total >= least:
            runs.append((weighted, total))
            total, weighted = 0, 0.0
    if total and runs:
        last = runs.pop()
        runs.append((last[0] + weighted, last[1] + total))
    return [(round(sum_of / n, _DIGITS), n) for sum_of, n in runs]


def _blanked(cells: dict[str, tuple[int | None, ...]], least: int) -> dict[str, tuple[int | None, ...]]:
    """Small cells of a column, and the smallest of the others, so that a total does not give them away."""
    names = list(cells)
    grid = [list(cells[name]) for name in names]
    for at in range(len(grid[0]) if grid else 0):
        values = [row[at] or 0 for row in grid]
        hidden = [k for k, v in enumerate(values) if 0 < v < least]
        others = sorted((k for k, v in enumerate(values) if v >= least), key=lambda k: values[k])
        while hidden and others and (len(hidden) < 2 or sum(values[k] for k in hidden) < least * len(hidden)):
            hidden.append(others.pop(0))
        for k in hidden:
            grid[k][at] = None
    return {name: tuple(row) for name, row in zip(names, grid, strict=True)}


def _added(summaries: Sequence[Summary], groups: tuple[str, ...]) -> dict[str, dict[str, tuple[int | None, ...]]]:
    found: dict[str, dict[str, list[int | None]]] = {}
    for summary in summaries:
        for name, levels in summary.tables.items():
            for level, counts in levels.items():
                row = found.setdefault(name, {}).setdefault(level, [0] * len(groups))
                for group, count in zip(summary.groups, counts, strict=True):
                    at = groups.index(group)
                    now = row[at]
                    row[at] = None if now is None or count is None else now + count
    return {name: {level: tuple(row) for level, row in levels.items()} for name, levels in found.items()}
