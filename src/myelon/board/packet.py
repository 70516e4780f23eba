"""One case as the board needs it: record, times, findings, gaps, dose, scores. Computed, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from myelon.assess import Instrument, Patient, Result, instruments
from myelon.board.cord_dose import CordDose, CourseFiles, cord_doses
from myelon.record.findings import Gap, findings_of, gaps_of
from myelon.record.timeline import Timeline, solve

if TYPE_CHECKING:
    from myelon.record.case import Case
    from myelon.record.finding import Finding
    from myelon.record.kinds import Radiotherapy


@dataclass(frozen=True)
class Packet:
    """A prepared case."""

    case: Case
    timeline: Timeline
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    doses: tuple[CordDose, ...]
    """One per group of courses that meet at a level, the heaviest first."""
    left_out: tuple[tuple[Radiotherapy, str], ...]
    """Courses that are added to nothing, with the reason."""
    scores: tuple[tuple[Instrument, Result], ...]

    @property
    def dose(self) -> CordDose | None:
        """The group that the board asks about; None without radiotherapy."""
        return self.doses[0] if self.doses else None


def prepare(case: Case, files: dict[str, CourseFiles] | None = None, *, zero: str | None = None) -> Packet:
    """Compute everything that is shown of a case.

    Args:
        case: The record.
        files: Course id → dose and structures that were read.
        zero: Point to count time from; the case's own when None.
    """
    timeline = solve(case, zero=zero)
    patient = Patient(case, timeline)
    doses, left_out = cord_doses(case, timeline, files)
    return Packet(
        case,
        timeline,
        tuple(findings_of(case, timeline)),
        tuple(gaps_of(case)),
        doses,
        left_out,
        tuple((i, i.from_case(patient)) for i in instruments()),
    )
