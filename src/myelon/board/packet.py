"""One case as the board needs it: record, times, findings, gaps, scores, and its dose once read. Never stored."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from myelon.assess import Instrument, Patient, Result, instruments
from myelon.board.cord_dose import NO_FILES, CordDose, Reading, cord_doses
from myelon.dose.what_if import Computed
from myelon.errors import InputError
from myelon.record.findings import Gap, findings_of, gaps_of
from myelon.record.kinds import Radiotherapy
from myelon.record.timeline import Timeline, solve

if TYPE_CHECKING:
    from myelon.dose.agreement import FileFinding
    from myelon.record.case import Case
    from myelon.record.finding import Finding


@dataclass(frozen=True)
class Packet:
    """A prepared case whose dose was not read: it has no attribute that speaks of it."""

    case: Case
    timeline: Timeline
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    scores: tuple[tuple[Instrument, Result], ...]
    patient: Patient
    """The record as the instruments read it, with the day asked and what may have been by then."""


@dataclass(frozen=True)
class DosedPacket(Packet):
    """A prepared case with its dose: what every page and command that speaks of it asks for."""

    doses: tuple[CordDose, ...]
    """One per group of courses that meet at a level, the heaviest first."""
    left_out: tuple[tuple[Radiotherapy, str], ...]
    """Courses that are added to nothing, with the reason."""
    file_findings: tuple[FileFinding, ...]
    """What about the dose files does not fit together."""
    computed: Computed = field(default_factory=Computed, compare=False)
    """What was computed of its grids and structures under other assumptions, kept while the case is looked at."""

    @property
    def dose(self) -> CordDose | None:
        """The group that the board asks about; None without radiotherapy."""
        return self.doses[0] if self.doses else None


def prepare_record(case: Case, *, zero: str | None = None, on: str = "") -> Packet:
    """Compute what is shown of a case without its dose: no file is read.

    Args:
        case: The record.
        zero: Point to count time from; the case's own when None.
        on: Only what was certain by this day (YYYY-MM-DD), or by the start of this entry; all of it when empty.

    Raises:
        InstrumentError: No such day or entry, or a day outside the life of the patient.
        CaseError: The case has no calendar date.
    """
    asked = Patient.at(case, on) if on else Patient(case)
    timeline = solve(asked.case, zero=zero) if zero is not None else asked.timeline
    patient = Patient(asked.case, timeline, asked.on, asked.perhaps)
    scores = tuple((i, i.from_case(patient)) for i in instruments())
    findings = tuple(findings_of(patient.case, timeline))
    return Packet(patient.case, timeline, findings, tuple(gaps_of(patient.case)), scores, patient)


def prepare(case: Case, reading: Reading | None = None, *, zero: str | None = None) -> DosedPacket:
    """Compute everything that is shown of a case.

    Args:
        case: The record.
        reading: What was read of its dose files; may be left out only where no course points to any.
        zero: Point to count time from; the case's own when None.

    Raises:
        InputError: A course points to dose files, and nothing of them was read: no verdict may be given without them.
    """
    if reading is None and has_dose_files(case):
        raise InputError(
            "its dose files were not read", where=case.id, todo="Read them first: they decide the verdicts"
        )
    return with_dose(prepare_record(case, zero=zero), reading or NO_FILES)


def with_dose(packet: Packet, reading: Reading) -> DosedPacket:
    """A prepared case with the dose that was read."""
    doses, left_out = cord_doses(packet.case, packet.timeline, reading)
    record = {f.name: getattr(packet, f.name) for f in fields(Packet)}
    return DosedPacket(**record, doses=doses, left_out=left_out, file_findings=reading.findings)


def has_dose_files(case: Case) -> bool:
    """Whether a course points to a dose and its contours."""
    return any(
        c.files is not None and c.files.rtdose is not None and c.files.rtstruct is not None
        for c in case.given(Radiotherapy)
    )
