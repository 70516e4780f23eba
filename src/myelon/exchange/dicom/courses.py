"""Read the dose files that a record points to, and compare all that belongs together before anything is judged."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from myelon.board.contour_reading import altered
from myelon.board.cord_dose import CourseFiles, Reading
from myelon.dose.agreement import (
    FileFinding,
    Named,
    Prescribed,
    known_patient,
    named_files,
    prescription,
    same_contours,
    same_patient,
    stored_step,
    twice_daily,
)
from myelon.dose.particles import PROTON_RBE, in_photon_gy
from myelon.dose.warp import Warp
from myelon.errors import DicomError, DoseError
from myelon.exchange.dicom.registration import Registration, read_registration
from myelon.exchange.dicom.rtdose import WHOLE_PLAN, DoseObject, read_dose_parts
from myelon.exchange.dicom.rtplan import PlanSummary, read_rtplan
from myelon.exchange.dicom.rtstruct import StructureSet, read_rtstruct
from myelon.record.kinds import Radiotherapy, Subject

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from myelon.dose.structure import Structure
    from myelon.record.case import Case
    from myelon.record.kinds.radiotherapy import Acceptance


@dataclass(frozen=True)
class CourseObjects:
    """The objects of one course as read, before anything is made of them."""

    label: str
    dose: DoseObject
    structures: StructureSet
    plan: PlanSummary | None
    modality: str
    known: Prescribed
    extra: tuple[Named, ...] = ()
    """Further files, such as the registration."""

    @property
    def files(self) -> tuple[Named, ...]:
        """Every file with its patient and what it names."""
        plan = (self.plan.named,) if self.plan is not None else ()
        return (self.dose.named, self.structures.named, *plan, *self.extra)


def compared(course: CourseObjects, *, but: str = "") -> list[FileFinding]:
    """Everything that one course's objects say of themselves and of one another, compared: the one place for it.

    Args:
        course: Its objects.
        but: Why a person says that different patient IDs are one patient.
    """
    label, known = course.label, course.known
    found = list(same_patient(label, course.files, but=but)) + list(named_files(label, course.files))
    if course.plan is not None and len(course.plan.groups) > 1:
        found.append(_groups(label, course.plan))
    if course.modality != "carbon":
        whole = course.dose.summation in WHOLE_PLAN
        greatest, ask = _greatest(course)
        found += ask
        if not any(f.severity == "refuse" for f in ask):
            found += prescription(label, greatest, known, whole=whole, proton_shares=course.modality == "proton")
    found += stored_step(label, course.dose.step_gy, known)
    found += [FileFinding("warn", label, n) for n in (course.dose.note, course.structures.note) if n]
    if course.plan is not None and course.plan.note:
        found.append(FileFinding("warn", label, course.plan.note))
    return found


def _groups(label: str, plan: PlanSummary) -> FileFinding:
    groups = " and ".join(str(n) for n in plan.groups)
    return FileFinding(
        "refuse", label,
        f"the plan has {len(plan.groups)} fraction groups, of {groups} fractions: one grid of both cannot be converted",
        "Give one RTDOSE a group, each as a course with its own fractions",
    )  # fmt: skip


PROTON_SHARES = (0.95, 1.12)
"""Greatest dose of a proton plan over its prescription."""


def _greatest(course: CourseObjects) -> tuple[float, list[FileFinding]]:
    """Greatest dose in the unit of the prescription, Gy(RBE) of protons; a question where both may be meant."""
    raw, total = course.dose.greatest_gy, course.known.total_gy or course.known.plan_gy
    if course.modality != "proton" or course.dose.grid.unit != "Gy":
        return raw, []
    low, high = PROTON_SHARES
    weighted = raw * PROTON_RBE
    if total and low <= raw / total <= high and not low <= weighted / total <= high:
        text = (
            f"its physical dose reaches {raw:.1f} Gy of {total:g} Gy(RBE) prescribed: with the factor {PROTON_RBE:g} "
            f"it would be {weighted:.1f}, so it may be RBE-weighted already"
        )
        return raw, [FileFinding("refuse", course.label, text, "Ask the planning system which it is, and export it so")]
    return weighted, []


# ── the courses of a record ─────────────────────────────────────────────────────────────────────────────


@dataclass
class _Read:
    """What is gathered while the courses of a record are read."""

    files: dict[str, CourseFiles] = field(default_factory=dict)
    findings: list[FileFinding] = field(default_factory=list)
    named: dict[str, list[Named]] = field(default_factory=lambda: defaultdict(list))


def read_courses(case: Case, find: Callable[[str], Path]) -> Reading:
    """Dose and structures of every course that has files, and what about them does not fit together.

    Args:
        case: The record.
        find: From the name in the record (content hash, or path beside the case file) to a path.

    Raises:
        DicomError: A file is not what it should be.
    """
    sets: dict[str, StructureSet] = {}
    read = _Read()
    for course in case.given(Radiotherapy):
        schedule = course.schedule
        read.findings += twice_daily(
            course.id, schedule.fractions if schedule else course.fractions, course.gy_per_fraction
        )
        files = course.files
        if files is None or files.rtdose is None or files.rtstruct is None:
            continue
        structures = sets.get(files.rtstruct) or read_rtstruct(find(files.rtstruct))
        sets[files.rtstruct] = structures
        _one_course(course, structures, find, read)
    subject = next(case.of(Subject), None)
    listed = [(p.id, p.issuer) for p in subject.patient_ids] if subject is not None else []
    read.findings += known_patient(read.named, listed)
    placed = _in_one_frame(case, read, find)
    return Reading(placed, tuple(dict.fromkeys(read.findings)))


def _one_course(course: Radiotherapy, structures: StructureSet, find: Callable[[str], Path], read: _Read) -> None:
    files = course.files
    if files is None or files.rtdose is None:
        return
    plan = read_rtplan(find(files.rtplan)) if files.rtplan is not None else None
    recorded = course.schedule.fractions if course.schedule else course.fractions
    planned = plan.groups[0] if plan is not None and len(plan.groups) == 1 else None
    number = recorded if recorded is not None else planned
    dose = read_dose_parts([find(files.rtdose), *(find(name) for name in files.rtdose_beams)], fractions=number)
    total = course.schedule.total_gy if course.schedule else course.total_gy
    objects = CourseObjects(
        course.id, dose, structures, plan, course.modality,
        Prescribed(total, number, plan.prescription_gy if plan else None),
    )  # fmt: skip
    read.named[course.id] += objects.files
    read.findings += compared(objects)
    if planned is not None and recorded is not None and planned != recorded:
        read.findings.append(
            FileFinding(
                "refuse",
                course.id,
                f"the plan has {planned} fractions, the record {recorded}",
                "Correct the record, or give the plan that was delivered",
            )
        )
    own = renamed(structures.structures, course)
    grid, note = dose.grid, ""
    if course.modality != "carbon":
        try:
            grid, note = in_photon_gy(dose.grid, course.modality)
        except DoseError as error:
            read.findings.append(FileFinding("refuse", course.id, error.what, error.todo))
    read.files[course.id] = CourseFiles(
        grid, own, own_structures=own, roi_numbers=_renamed_numbers(structures, course), note=note
    )


def _renamed_numbers(structures: StructureSet, course: Radiotherapy) -> dict[int, str]:
    standard = {n.name: n.standard for n in course.structure_names}
    return {number: standard.get(name, name) for number, name in structures.numbers.items()}


def renamed(structures: dict[str, Structure], course: Radiotherapy) -> dict[str, Structure]:
    """Structures under the standard names that a person confirmed; a name that the file itself uses is left alone."""
    standard = {n.name: n.standard for n in course.structure_names}
    found = dict(structures)
    for name, structure in structures.items():
        other = standard.get(name, name)
        if other != name and other not in structures:
            del found[name]
            found[other] = replace(structure, name=other)
    return found


def _in_one_frame(case: Case, read: _Read, find: Callable[[str], Path]) -> dict[str, CourseFiles]:
    """Every dose in the frame of the last course's contours: by its registration, if a person accepted it."""
    if not read.files:
        return read.files
    last = max((c for c in case.given(Radiotherapy) if c.id in read.files), key=lambda c: c.ordinal).id
    files = read.files[last]
    frame = next((s.frame_of_reference for s in files.structures.values()), files.dose.frame_of_reference)
    placed = {}
    for course in case.given(Radiotherapy):
        if course.id in read.files:
            one = _Placing(case, course, read, frame, files, find)
            placed[course.id] = one.placed(same=course.id == last)
    return placed


@dataclass(frozen=True)
class _Placing:
    """One course on its way into the frame of the last one."""

    case: Case
    course: Radiotherapy
    read: _Read
    frame: str
    last: CourseFiles
    find: Callable[[str], Path]

    def placed(self, *, same: bool) -> CourseFiles:
        """The course in the frame of the last one, or as it lies with the reason why it is not placed."""
        files = self.read.files[self.course.id]
        if files.dose.frame_of_reference in {self.frame, ""}:
            if not same:
                self._compare(files, Warp())
            return files
        name = self.course.files.registration if self.course.files else None
        if name is None:
            return _left(files, "its dose lies in another frame of reference, and no registration is recorded")
        accepted = self.course.registration_accepted
        refused = _refused(accepted, self.find(name))
        if accepted is None or refused:
            return _left(files, refused)
        try:
            found = read_registration(self.find(name))
        except DicomError as error:
            what = f"its registration: {error.what}"
            self.read.findings.append(FileFinding("refuse", self.course.id, what, error.todo))
            return _left(files, "its registration cannot be used")
        return self._registered(files, name, accepted, found)

    def _registered(self, files: CourseFiles, name: str, accepted: Acceptance, found: Registration) -> CourseFiles:
        """The course brought here by a registration that a person accepted."""
        self._same_patient(found.named)
        try:
            warp = found.between(files.dose.frame_of_reference, self.frame)
        except DicomError as error:  # such as after a later course on another CT
            return _left(files, error.what)
        through = altered(self.case, self.course.levels) if warp.rigid is None else ""
        if through and not accepted.despite_operation:
            return _left(
                files, f"its {warp.kind} registration goes through a place {through}; nobody accepted it there"
            )
        self._compare(files, warp)
        if not accepted.of:
            self.read.findings.append(_nameless(self.course.id, accepted))
        kind = "" if warp.rigid is not None else f"{warp.kind} "
        words = f"{kind}registration {name[:12]}, accepted by {accepted.by}"
        return replace(files, dose=files.dose.placed(warp, self.frame), placed_by=words)

    def _same_patient(self, registration: Named) -> None:
        dose = next(f for f in self.read.named[self.course.id] if f.kind == "dose")
        self.read.findings += same_patient(self.course.id, [dose, registration])

    def _compare(self, files: CourseFiles, warp: Warp) -> None:
        """Contours of one name of both courses, each by the frame of reference that it lies in."""
        ways = {files.dose.frame_of_reference: warp, self.frame: Warp()}
        for frame, way in ways.items():
            there = {n: s for n, s in files.own_structures.items() if s.frame_of_reference == frame}
            if any(there[n] is not self.last.structures.get(n) for n in there):
                self.read.findings += same_contours(self.course.id, self.last.structures, there, way)


def _nameless(course: str, accepted: Acceptance) -> FileFinding:
    return FileFinding(
        "refuse", course, f"the acceptance of {accepted.by} does not say which registration was looked at",
        "Look at the registration on the page Register and accept it there, or give `of`: its SHA-256", shown=True,
    )  # fmt: skip


def _refused(accepted: Acceptance | None, file: Path) -> str:
    """Why the registration of this file is not the one that a person accepted; empty where it is."""
    if accepted is None or not accepted.by.strip():
        return "its registration was accepted by nobody"
    if accepted.of and hashlib.sha256(file.read_bytes()).hexdigest() != accepted.of:
        return f"its registration is not the one that {accepted.by} accepted"
    return ""


def _left(files: CourseFiles, why: str) -> CourseFiles:
    return replace(files, not_placed=f"{why}: not added by voxel")
