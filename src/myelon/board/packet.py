"""One case as the board needs it: record, times, findings, gaps, dose, scores. Computed, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from myelon.assess import INSTRUMENTS, Instrument, Result
from myelon.board.cord_dose import CordDose, CourseFiles, cord_dose
from myelon.record.findings import Finding, Gap, findings_of, gaps_of
from myelon.record.timeline import Timeline, solve

if TYPE_CHECKING:
    from myelon.record.case import Case


@dataclass(frozen=True)
class Packet:
    """A prepared case."""

    case: Case
    timeline: Timeline
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    dose: CordDose | None
    scores: tuple[tuple[Instrument, Result], ...]


def prepare(case: Case, files: dict[str, CourseFiles] | None = None, *, zero: str | None = None) -> Packet:
    """Compute everything that is shown of a case.

    Args:
        case: The record.
        files: Course id → dose and structures that were read.
        zero: Point to count time from; the case's own when None.
    """
    timeline = solve(case, zero=zero)
    return Packet(
        case,
        timeline,
        tuple(findings_of(case, timeline)),
        tuple(gaps_of(case)),
        cord_dose(case, timeline, files),
        tuple((i, i.from_case(case)) for i in INSTRUMENTS),
    )
