"""Table 1: who the patients are, by group, with the test that fits each variable and n stated everywhere.

Missing values are a row of their own; a percent is of those who are known, and says how many they are.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

import numpy as np

from myelon.cohort import compare
from myelon.cohort.table import Row, Table, number_words, p_words, share_words
from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.cohort.variables import Column

Summary = Literal["mean", "median"]


def table_one(columns: Sequence[Column], by: Column | None = None, *, summary: Summary = "mean") -> Table:
    """Describe patients.

    Args:
        columns: Variables to describe.
        by: Variable that splits the patients; those of no known group are left out of the groups and said.
        summary: Numbers as mean ± SD (Welch's tests) or median and quartiles (rank tests).

    Raises:
        TableError: Nobody to describe.
    """
    n = len(columns[0]) if columns else 0
    if n == 0:
        raise TableError("nobody to describe", todo="Choose at least one patient and one variable")
    levels = by.levels if by is not None else ()
    member = by.group(levels) if by is not None else np.empty(0, dtype=np.intp)
    groups = [np.arange(n), *(np.flatnonzero(member == k) for k in range(len(levels)))]
    heads = ("", f"All (n = {n})", *(f"{level} (n = {len(g)})" for level, g in zip(levels, groups[1:], strict=True)))
    tested = len(levels) > 1
    rows, used = [], set()
    for column in columns:
        block, test = _block(column, groups, summary, tested=tested)
        rows += block
        if test is not None:
            used.add(test)
    notes = []
    if by is not None and len(levels) and sum(len(g) for g in groups[1:]) < n:
        notes.append(
            f"{n - sum(len(g) for g in groups[1:])} of {n} patients are in no group: {by.variable.title} unknown."
        )
    tests = f" Tests: {', '.join(sorted(used))}; no adjustment for their number." if used else ""
    shown = "mean ± SD (range)" if summary == "mean" else "median (quartiles)"
    methods = (
        f"Numbers are shown as {shown}, categories as n (percent of the known); missing values are counted and not "
        f"tested.{tests} Myelon {version('myelon')}."
    )
    title = "Patients" if by is None else f"Patients by {by.variable.title[0].lower()}{by.variable.title[1:]}"
    return Table("table-one", title, (*heads, "p") if tested else heads, tuple(rows), tuple(notes), methods)


def _block(
    column: Column, groups: Sequence[np.ndarray], summary: Summary, *, tested: bool
) -> tuple[list[Row], str | None]:
    """Rows of one variable, and the name of its test."""
    variable = column.variable
    if variable.kind == "number":
        return _number_rows(column, groups, summary, tested=tested)
    there = column.known
    known = [g[there[g]] for g in groups]
    several = ", more than one per patient" if variable.several else ""
    counts = np.array([[int(has[g].sum()) for g in known] for has in map(column.has, column.levels)])
    test = None
    if tested and not variable.several and len(column.levels) > 1:
        test = compare.counts_differ(counts[:, 1:])
    blank = ("",) * len(groups)
    p = (p_words(test.p) if test else "",) if tested else ()
    yes_no = set(column.levels) <= {"yes", "no"} and not variable.several
    if yes_no and "yes" in column.levels:
        at = column.levels.index("yes")
        cells = tuple(share_words(int(c), len(g)) for c, g in zip(counts[at], known, strict=True))
        rows = [Row((f"{variable.title}, yes", *cells, *p))]
    else:
        rows = [Row((f"{variable.title}{several}", *blank, *p), heading=True)]
        for level, row in zip(column.levels, counts, strict=True):
            cells = tuple(share_words(int(c), len(g)) for c, g in zip(row, known, strict=True))
            rows.append(Row((level, *cells, *(("",) if tested else ())), indented=True))
    rows += _missing([len(g) - len(k) for g, k in zip(groups, known, strict=True)], tested=tested)
    return rows, test.name if test and test.p is not None else None


def _number_rows(
    column: Column, groups: Sequence[np.ndarray], summary: Summary, *, tested: bool
) -> tuple[list[Row], str | None]:
    variable, numbers = column.variable, column.numbers
    split = [numbers[g] for g in groups]
    spreads = [compare.spread(values) for values in split]
    test = None
    if tested:
        known = [values[~np.isnan(values)] for values in split[1:]]
        test = compare.means_differ(known) if summary == "mean" else compare.ranks_differ(known)
    cells = []
    for s in spreads:
        if s.n == 0:
            cells.append("–")
        elif summary == "mean":
            cells.append(f"{number_words(s.mean, 2)} ± {number_words(s.sd, 2)} ({s.least:g}–{s.most:g})")
        else:
            cells.append(f"{s.median:g} ({s.lower_quartile:g}–{s.upper_quartile:g})")
    name = f"{variable.title}, {variable.unit}" if variable.unit else variable.title
    rows = [Row((name, *cells, *((p_words(test.p) if test else "",) if tested else ())))]
    rows += _missing([s.missing for s in spreads], tested=tested)
    return rows, test.name if test and test.p is not None else None


def _missing(counts: Sequence[int], *, tested: bool) -> list[Row]:
    if not any(counts):
        return []
    return [Row(("not known", *(str(c) for c in counts), *(("",) if tested else ())), indented=True)]
