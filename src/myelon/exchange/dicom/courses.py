"""Read the dose files that a record points to."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from myelon.board.contour_reading import altered
from myelon.board.cord_dose import CourseFiles
from myelon.errors import DicomError
from myelon.exchange.dicom.registration import read_registration
from myelon.exchange.dicom.rtdose import read_rtdose
from myelon.exchange.dicom.rtplan import read_rtplan
from myelon.exchange.dicom.rtstruct import StructureSet, read_rtstruct
from myelon.record.kinds import Radiotherapy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from myelon.dose.structure import Structure
    from myelon.record.case import Case
    from myelon.record.kinds.radiotherapy import Acceptance


def read_courses(case: Case, find: Callable[[str], Path]) -> dict[str, CourseFiles]:
    """Dose and structures of every course that has files.

    Args:
        case: The record.
        find: From the name in the record (content hash, or path beside the case file) to a path.

    Raises:
        DicomError: A file is not what it should be, the plan's fractions are not those of the record, or files are of
            different patients.
    """
    sets: dict[str, StructureSet] = {}
    read, patients = {}, set[str]()
    for course in case.given(Radiotherapy):
        files = course.files
        if files is None or files.rtdose is None or files.rtstruct is None:
            continue
        number = course.schedule.fractions if course.schedule else None
        if files.rtplan is not None:
            planned = read_rtplan(find(files.rtplan)).fractions
            if number is not None and planned != number:
                raise DicomError(
                    f"plan has {planned} fractions, the record {number}",
                    where=course.id,
                    todo="Mend the record, or give the plan that was delivered",
                )
            number = planned
        structures = sets.get(files.rtstruct) or read_rtstruct(find(files.rtstruct))
        sets[files.rtstruct] = structures
        dose = read_rtdose(find(files.rtdose), fractions=number)
        read[course.id] = CourseFiles(dose, renamed(structures.structures, course))
        patients |= {p for p in (dose.patient, structures.patient) if p}
        if len(patients) > 1:
            raise DicomError(
                "its files are of another patient than the others", where=course.id, todo="Give files of one patient"
            )
    return _in_one_frame(case, read, find)


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


def _in_one_frame(case: Case, read: dict[str, CourseFiles], find: Callable[[str], Path]) -> dict[str, CourseFiles]:
    """Every dose in the frame of the last course's contours: by its registration, if a person accepted it."""
    if not read:
        return read
    last = read[max((c for c in case.given(Radiotherapy) if c.id in read), key=lambda c: c.ordinal).id]
    frame = next((s.frame_of_reference for s in last.structures.values()), last.dose.frame_of_reference)
    return {
        course.id: _placed(case, course, read[course.id], frame, find)
        for course in case.given(Radiotherapy)
        if course.id in read
    }


def _placed(
    case: Case, course: Radiotherapy, files: CourseFiles, frame: str, find: Callable[[str], Path]
) -> CourseFiles:
    """A course in the frame of the last one, or as it lies with the reason why it is not placed."""
    if files.dose.frame_of_reference in {frame, ""}:
        return files
    name, accepted = course.files.registration if course.files else None, course.registration_accepted
    if name is None:
        return _left(files, "its dose lies in another frame of reference, and no registration is recorded")
    refused = _refused(accepted, find(name))
    if accepted is None or refused:
        return _left(files, refused)
    found = read_registration(find(name))
    if found.patient and files.dose.patient and found.patient != files.dose.patient:
        raise DicomError("the registration is of another patient", where=course.id, todo="Give that of this one")
    try:
        warp = found.between(files.dose.frame_of_reference, frame)
    except DicomError as error:  # such as after a later course on another CT
        return _left(files, error.what)
    through = altered(case, course.levels) if warp.rigid is None else ""
    if through and not accepted.despite_operation:
        return _left(files, f"its {warp.kind} registration goes through a place {through}; nobody accepted it there")
    kind = "" if warp.rigid is not None else f"{warp.kind} "
    words = f"{kind}registration {name[:12]}, accepted by {accepted.by}"
    return replace(files, dose=files.dose.placed(warp, frame), placed_by=words)


def _refused(accepted: Acceptance | None, file: Path) -> str:
    """Why the registration of this file is not the one that a person accepted; empty where it is."""
    if accepted is None:
        return "its registration was accepted by nobody"
    if accepted.of and hashlib.sha256(file.read_bytes()).hexdigest() != accepted.of:
        return f"its registration is not the one that {accepted.by} accepted"
    return ""


def _left(files: CourseFiles, why: str) -> CourseFiles:
    return replace(files, not_placed=f"{why}: not added by voxel")
