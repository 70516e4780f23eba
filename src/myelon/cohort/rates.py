"""Shares of patients with their exact limits, by group: response and control rates, and any other category.

A share is of those of whom it is known, and says how many they are. Limits by Clopper and Pearson; groups by χ² or
Fisher's exact test. Sources: clopper1934, fisher1922.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from myelon.cohort.compare import counts_differ
from myelon.cohort.proportion import proportion
from myelon.cohort.table import Row, Table, p_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.cohort.variables import Column


def rates_table(
    columns: Sequence[Column], by: Column | None = None, *, level: float = 0.95, whom: str = "all"
) -> Table:
    """Shares of each level of some variables.

    Args:
        columns: Variables; of yes and no only yes is shown.
        by: Variable that splits the patients.
        level: Confidence level of the limits.
        whom: Of whom they are, in words.
    """
    n = len(columns[0])
    levels = by.levels if by is not None else ()
    member = by.group(levels) if by is not None else np.empty(0, dtype=np.intp)
    groups = [np.ones(n, dtype=bool), *(member == k for k in range(len(levels)))]
    tested = len(levels) > 1
    rows, used = [], set()
    for column in columns:
        known = [column.known & g for g in groups]
        counts = {word: [int((column.has(word) & k).sum()) for k in known] for word in column.levels}
        test = counts_differ(np.array([c[1:] for c in counts.values()])) if tested and counts else None
        if test is not None and test.p is not None and not column.variable.several:
            used.add(test.name)
        p = p_words(test.p) if test is not None and not column.variable.several else ""
        shown = [w for w in counts if w != "no"] if set(counts) <= {"yes", "no"} else list(counts)
        for word in shown or ["yes"]:
            found = counts.get(word, [0] * len(groups))
            cells = [_share(c, int(k.sum()), level) for c, k in zip(found, known, strict=True)]
            name = column.variable.title if word == "yes" else f"{column.variable.title}: {word}"
            rows.append(Row((name, *cells, *((p,) if tested else ()))))
            p = ""
        missing = [int(g.sum() - k.sum()) for g, k in zip(groups, known, strict=True)]
        if any(missing):
            rows.append(Row(("not known", *map(str, missing), *(("",) if tested else ())), indented=True))
    heads = ("", "All", *levels, "p") if tested else ("", "All", *levels)
    tests = f" Tests: {', '.join(sorted(used))}; none is adjusted." if used else ""
    methods = (
        f"Of {whom}: shares of those of whom it is known, with exact {level:.0%} limits by Clopper and Pearson.{tests}"
    )
    return Table("rates", "Shares with their limits", heads, tuple(rows), (), methods)


def _share(count: int, n: int, level: float) -> str:
    if n == 0:
        return "–"
    found = proportion(count, n, level)
    return f"{count}/{n} ({found.percent:.1f} %; {found.lower:.1f} to {found.upper:.1f})"
