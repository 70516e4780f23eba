"""The hospital's own limits as the pages show them: ``limits.csv`` of the data folder, read again when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.dose.own_limits import of_course, of_sum, read_own_limits, why_silent
from myelon.errors import TableError

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from myelon.board.cord_dose import CordDose
    from myelon.dose.limits import Limit
    from myelon.dose.verdict import Verdict

FILE = "limits.csv"


class OwnVerdicts(NamedTuple):
    """What the hospital's own rows say of a dose, or why the table cannot be read."""

    rows: tuple[tuple[str, Verdict], ...]
    """What it is of, such as "RT 1", and the verdict."""
    silent: tuple[tuple[Limit, str], ...]
    """Rows that say nothing of these courses, and why: never left out in silence."""
    problem: str


class OwnLimits:
    """The table of a data folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._read: tuple[float, tuple[Limit, ...]] = (-1.0, ())

    def rows(self) -> tuple[Limit, ...]:
        """Every row; none where there is no table.

        Raises:
            TableError: The table is not what it should be.
        """
        try:
            changed = self._path.stat().st_mtime
        except OSError:
            return ()
        if changed != self._read[0]:
            self._read = (changed, read_own_limits(self._path))
        return self._read[1]


def own_verdicts(request: Request, dose: CordDose | None) -> OwnVerdicts | None:
    """The hospital's own rows over a dose; None where there is no table."""
    table: OwnLimits = request.app.state.own_limits
    try:
        rows = table.rows()
    except TableError as error:
        return OwnVerdicts((), (), str(error))
    if not rows or dose is None:
        return None
    courses = [
        (f"RT {course.ordinal}", one)
        for course, by_organ in zip(dose.courses, dose.tolerances, strict=True)
        for one in by_organ
    ]
    found = [(name, verdict) for name, one in courses for verdict in of_course(one, rows)]
    for judged in (dose.judged, *dose.other_organs):
        found += [("sum", v) for v in of_sum(judged, rows, needs_model=dose.open_sum, withheld=dose.withheld)]
    silent = [(row, why) for row in rows if (why := why_silent(row, courses))]
    return OwnVerdicts(tuple(found), tuple(silent), "")
