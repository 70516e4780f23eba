"""A hospital's own limits: a table with source and author, shown beside the published rows and never in their place.

One row of the CSV is one limit of a maximum:

    organ,course,metric,limit_gy,source,author
    spinal_cord,conventional,Dmax,45,Protocol 7 of 2024,A. Physicist
    thecal_sac,5,D0.035cc,25,Protocol 7 of 2024,A. Physicist
    spinal_cord,sum,Dmax,90,Protocol 9 of 2025,A. Physicist

``course`` is ``conventional`` (1.8 to 2 Gy a fraction; compared with the EQD2), a number of fractions (compared with
the dose), or ``sum`` (all courses over one place; compared with the EQD2 at α/β 2).
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from myelon.dose.limits import Limit
from myelon.dose.tolerance import STRUCTURES, judge_row, why_not
from myelon.dose.verdict import Outcome, Verdict, outcome_between
from myelon.errors import TableError
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from myelon.dose.reirradiation import Reirradiation
    from myelon.dose.tolerance import CourseTolerance

COLUMNS = ("organ", "course", "metric", "limit_gy", "source", "author")
CONVENTIONAL, SUM = "conventional", "sum"
_AROUND = frozenset({"thecal_sac", "spinal_canal"})
"""What contains the cord and the cauda equina, and so has at least their maximum."""
_METRIC = re.compile(r"Dmax|D\d+(?:\.\d+)?(?:cc|%)")
_MOST_GY, _MOST_FRACTIONS, _MOST_BYTES = 200.0, 60, 100_000


def read_own_limits(path: Path) -> tuple[Limit, ...]:
    """The rows of a hospital's table.

    Raises:
        TableError: The file, a column or a cell is not what it should be; names row, column and what was found.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise TableError("more than 100 kB", where=path.name, todo="Give a table of limits only")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(
            f"cannot be read: {type(error).__name__}", where=path.name, todo="Give a CSV file in UTF-8"
        ) from error
    return parse_own_limits(text, where=path.name)


def parse_own_limits(text: str, *, where: str = "own limits") -> tuple[Limit, ...]:
    r"""The rows of a hospital's table, as text.

    >>> table = "organ,course,metric,limit_gy,source,author\nspinal_cord,conventional,Dmax,45,Protocol 7,A. Physicist"
    >>> print(*[f"{row.rule}: {row.organ} {row}" for row in parse_own_limits(table)])
    own limit: spinal_cord ≤ 45 Gy

    Raises:
        TableError: As for `read_own_limits`.
    """
    lines = text.splitlines()
    reader = csv.reader(lines, delimiter=";" if lines and lines[0].count(";") > lines[0].count(",") else ",")
    try:
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise TableError(f"no CSV: {error}", where=where, todo="Give a CSV file in UTF-8") from error
    header = [name.casefold() for name in rows[0]] if rows else []
    twice = [name for name in COLUMNS if header.count(name) > 1]
    if twice:
        raise TableError(f"two columns {', '.join(twice)}", where=where, todo="Name every column once")
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise TableError(f"no column {', '.join(missing)}", where=where, todo=f"Name the columns {', '.join(COLUMNS)}")
    found = []
    for number, cells in enumerate(rows[1:], start=2):
        if any(cells):
            given = dict(zip(header, cells, strict=False))
            found.append(_limit(given, number, where))
    return tuple(found)


def _limit(given: dict[str, str], number: int, where: str) -> Limit:
    def wrong(column: str, todo: str) -> TableError:
        said = given.get(column, "") or "nothing"
        return TableError(f"{column} is {said[:40]!r}", where=f"{where}, row {number}", todo=todo)

    for column in ("source", "author"):
        if not given.get(column):
            raise wrong(column, "Say where the limit stands and who answers for it")
    organ, course, metric = (given.get(name, "") for name in ("organ", "course", "metric"))
    if organ not in STRUCTURES:
        raise wrong("organ", f"Use {', '.join(STRUCTURES)}")
    conventional = course in {CONVENTIONAL, SUM}
    if not conventional and not (course.isascii() and course.isdigit() and 1 <= int(course) <= _MOST_FRACTIONS):
        raise wrong("course", f"Use {CONVENTIONAL}, {SUM}, or a number of fractions from 1 to {_MOST_FRACTIONS}")
    if not _METRIC.fullmatch(metric):
        raise wrong("metric", "Use Dmax, or a dose to a volume such as D0.035cc")
    if course == SUM and metric != "Dmax":
        raise wrong("metric", "A sum of courses is compared by its maximum: use Dmax")
    try:
        value = float(given.get("limit_gy", ""))
    except ValueError:
        value = -1.0
    if not 0.0 < value <= _MOST_GY:
        raise wrong("limit_gy", f"Give Gy above 0 and up to {_MOST_GY:g}, with a point")
    return Limit(
        id=f"own.{number}",
        rule="own limit",
        name=metric,
        organ=organ,
        context="de_novo_conventional" if course == CONVENTIONAL else "own_sum" if course == SUM else "de_novo_sbrt",
        fractions="any" if conventional else course,
        metric=metric,
        comparator="<=",
        value=value,
        unit="Gy",
        alpha_beta="2",
        risk=f"{given['source']}, {given['author']}",
        previous_eqd2_gy=None,
        source="",
        status=Verification.OWN,
        note="",
    )


def of_course(course: CourseTolerance, rows: Sequence[Limit]) -> tuple[Verdict, ...]:
    """The hospital's rows that were made for such a course, judged as the published ones are."""
    fitting = [r for r in rows if r.context != "own_sum" and not why_not(r, course.organ, course.given)]
    return tuple(judge_row(r, course.organ, course.given) for r in fitting)


def why_silent(row: Limit, courses: Sequence[tuple[str, CourseTolerance]]) -> str:
    """Why a row of the hospital says nothing of any of some courses, each with its reason; "" where it says something.

    Args:
        row: A row of the table.
        courses: Name and tolerance of each course over one place, an organ each.
    """
    if row.context == "own_sum":
        if len({name for name, _ in courses}) < 2:
            if any(c.given.previous_eqd2_gy is not None for _, c in courses):
                return "made for a sum: give the courses to `dose bed` or `dose sum`, one alone is judged here"
            return "made for a sum, and one course alone meets here"
        here = any(_of_a_sum(row, c.organ) for _, c in courses)
        return "" if here else f"made for the {row.organ.replace('_', ' ')}"
    reasons = [(name, why_not(row, c.organ, c.given)) for name, c in courses]
    return "; ".join(dict.fromkeys(f"{n}: {why}" for n, why in reasons)) if all(why for _, why in reasons) else ""


def _of_a_sum(row: Limit, organ: str) -> bool:
    """Whether a row was made for sums in an organ, or in what lies around it; the conus is a part of the cord."""
    here = {organ, "spinal_cord"} if organ == "conus" else {organ}
    return row.context == "own_sum" and row.organ in here | _AROUND


def of_sum(
    judged: Reirradiation, rows: Sequence[Limit], *, needs_model: str = "", withheld: str = ""
) -> tuple[Verdict, ...]:
    """The hospital's rows for sums against what the organ had of all courses; none where there was one course."""
    if len(judged.courses) < 2:
        return ()
    at_two = judged.dose if judged.dose.alpha_beta_gy == 2.0 else judged.alternative
    found = []
    for row in rows:
        if not _of_a_sum(row, judged.organ):
            continue
        dose = judged.thecal_sac if row.organ == "thecal_sac" and judged.thecal_sac is not None else at_two
        of_another = row.organ in _AROUND - {judged.organ} and dose is at_two
        back = 1.0 + 2.0 / dose.alpha_beta_gy
        value = dose.decisive_eqd2
        most = value if dose.complete and not of_another else None
        outcome = outcome_between(dose.least_sum_bed / back, most, row)
        why = dose.partly or (
            f"of the {judged.organ.replace('_', ' ')}: the {row.organ.replace('_', ' ')} has at least as much"
            if of_another
            else ""
        )
        if needs_model or withheld:
            outcome, why = (Outcome.NEEDS_MODEL, needs_model) if needs_model else (Outcome.UNKNOWN, withheld)
        elif outcome is Outcome.UNKNOWN and not why:
            why = "exceeded only if the organ had it, which is not recorded"
        text = "–" if needs_model or withheld else f"{value:.2f}"
        found.append(
            Verdict(
                row, outcome, None if text == "–" else value, text, judged.organ, dose.alpha_beta_gy, dose.structure,
                "maximum of the sum, EQD2", dose.basis, why,
            )
        )  # fmt: skip
    return tuple(found)
