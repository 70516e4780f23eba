"""The PLAN.yaml of `myelon dose sum`: courses, structures, and where results go."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from myelon.dose.agreement import FileFinding, Prescribed, same_contours, same_patient
from myelon.dose.bed import Prescription
from myelon.dose.interval import Interval
from myelon.dose.particles import in_photon_gy
from myelon.dose.structure import EndCaps
from myelon.dose.warp import Warp
from myelon.errors import DoseError
from myelon.exchange.dicom.courses import CourseObjects, compared
from myelon.exchange.dicom.folder import one_of
from myelon.exchange.dicom.registration import read_registration
from myelon.exchange.dicom.rtdose import read_dose_parts
from myelon.exchange.dicom.rtplan import PlanSummary, read_rtplan
from myelon.exchange.dicom.rtstruct import StructureSet, read_rtstruct
from myelon.record.document import read_document
from myelon.record.kinds.radiotherapy import Acceptance

if TYPE_CHECKING:
    from pathlib import Path

    from myelon.dose.grid import DoseGrid
    from myelon.dose.structure import Structure


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CourseRow(_Strict):
    """One course: its dose, its fractions (or its plan), and its place in the structures' frame."""

    label: str
    rtdose: str | list[str] = Field(description="a dose of the whole plan, or those of all its beams: they are added")
    rtplan: str | None = None
    fractions: int | None = Field(default=None, ge=1)
    total_gy: float | None = Field(default=None, gt=0, le=200)
    modality: Literal["photon", "proton", "electron"] = "photon"
    structures: str | None = Field(default=None, description="its own RTSTRUCT: cord and vertebrae are compared")
    registration: str | None = Field(default=None, description="REG object that leads into the structures' frame")
    accepted: Acceptance | None = Field(default=None, description="who looked at the registration and accepts it")
    transform: list[list[float]] | None = Field(
        default=None, description="rigid 4 × 4, LPS mm, into the structures: typed by hand, never judged"
    )


class Outputs(_Strict):
    """Files to write, beside the plan file unless absolute."""

    csv: str | None = None
    plot: str | None = None


class SumPlan(_Strict):
    """The whole plan file."""

    structures: str
    rois: list[str] = []
    alpha_beta: float = Field(default=2.0, gt=0)
    cord: str = Field(default="SpinalCord", description="ROI that the limits of the cord are judged on")
    sac: str = Field(default="ThecalSac", description="ROI that HyTEC is judged on, where it is contoured")
    organ: Literal["cord", "spinal_cord", "conus", "cauda", "cauda_equina"] = "cord"
    end_caps: EndCaps = "slab"
    interval_days: list[str | float] | str | float | None = None
    courses: list[CourseRow] = Field(min_length=1)
    outputs: Outputs = Outputs()

    @model_validator(mode="after")
    def _labels(self) -> Self:
        labels = [c.label for c in self.courses]
        if len(set(labels)) < len(labels):
            raise ValueError("two courses bear the same label")
        return self


@dataclass(frozen=True)
class LoadedPlan:
    """Everything read that the plan names."""

    plan: SumPlan
    structures: StructureSet
    grids: tuple[DoseGrid, ...]
    prescriptions: tuple[Prescription | None, ...]
    intervals: tuple[Interval, ...] | None
    findings: tuple[FileFinding, ...]
    """What about the files does not fit together; one that refuses withholds the verdicts."""
    notes: tuple[str, ...]


def read_sum_plan(path: Path, *, same_patient_because: str = "") -> LoadedPlan:
    """Read a plan file and the DICOM objects it names, relative to it, and compare what belongs together.

    Args:
        path: The plan file.
        same_patient_because: Why a person says that different patient IDs are one patient.

    Raises:
        DoseError: Not such a file, a course without fractions, files of different patients, or a dose that no accepted
            registration and no transform brings into the frame of the structures.
        DicomError: An object is not what it should be.
    """
    if not path.is_file():
        raise DoseError("no such file", where=path.name, todo="Check the path")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DoseError("not UTF-8 text", where=path.name, todo="A plan is YAML") from error
    try:
        plan = SumPlan.model_validate(read_document(text, where=path.name, error=DoseError))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:8])
        raise DoseError(problems, where=path.name, todo="See the documentation of `myelon dose sum`") from error
    structures = read_rtstruct(one_of(path.parent / plan.structures, "rtstruct"), rois=plan.rois or None)
    for roi in plan.rois:
        structures.get(roi)
    rows = [_course(row, path.parent, structures, same_patient_because) for row in plan.courses]
    findings = [f for row in rows for f in row.findings]
    named = [f for row in rows for f in row.objects.files]
    if not any(f.severity == "refuse" and "patient ID" in f.text for f in findings):
        findings += same_patient("the courses", named, but=same_patient_because)
    refused = next((f for f in findings if f.severity == "refuse" and "patient ID" in f.text), None)
    if refused is not None:
        raise DoseError(
            refused.text, where=refused.course, todo="Give files of one patient, or say why: --same-patient REASON"
        )
    grids = tuple(replace(row.grid, patient="") if same_patient_because else row.grid for row in rows)
    return LoadedPlan(
        plan, structures, grids, tuple(row.prescription for row in rows), _intervals(plan),
        tuple(dict.fromkeys(findings)), tuple(n for row in rows for n in row.notes),
    )  # fmt: skip


class _Row(NamedTuple):
    """One course as read."""

    objects: CourseObjects
    grid: DoseGrid
    prescription: Prescription | None
    findings: list[FileFinding]
    notes: list[str]


def _course(row: CourseRow, folder: Path, structures: StructureSet, because: str) -> _Row:
    summary: PlanSummary | None = read_rtplan(one_of(folder / row.rtplan, "rtplan")) if row.rtplan else None
    if row.fractions is None and summary is None:
        raise DoseError("neither fractions nor rtplan", where=row.label, todo="Give one of them")
    fractions = row.fractions or (summary.fractions if summary else 0)
    if summary is not None and summary.fractions != fractions:
        raise DoseError(
            f"fractions say {fractions}, the plan {summary.fractions}", where=row.label, todo="Give one of them"
        )
    paths = [row.rtdose] if isinstance(row.rtdose, str) else row.rtdose
    dose = read_dose_parts([one_of(folder / p, "rtdose") for p in paths], fractions=fractions)
    known = Prescribed(row.total_gy, fractions, summary.prescription_gy if summary else None)
    objects = CourseObjects(row.label, dose, structures, summary, row.modality, known)
    findings = compared(objects, but=because)
    grid, note = in_photon_gy(dose.grid, row.modality)
    notes = [f"{row.label}: {note}"] if note else []
    grid, placing = _placed(row, grid, folder, structures, findings)
    notes += [f"{row.label}: {placing}"] if placing else []
    total = row.total_gy or (summary.prescription_gy if summary else None)
    return _Row(objects, grid, Prescription(total, fractions) if total else None, findings, notes)


def _placed(
    row: CourseRow, grid: DoseGrid, folder: Path, structures: StructureSet, findings: list[FileFinding]
) -> tuple[DoseGrid, str]:
    """The dose in the frame of the structures, and how it came there; what no person accepted is never judged."""
    frame = structures.frame_of_reference
    own = read_rtstruct(one_of(folder / row.structures, "rtstruct")).structures if row.structures else {}
    if row.transform is not None:
        matrix = _matrix(row)
        moved = grid.moved(matrix, frame)
        findings.append(
            FileFinding(
                "refuse",
                row.label,
                "its transform is typed by hand, and nobody accepted it",
                "Give `registration`: a REG object, and `accepted`: who looked at it and its SHA-256",
            )
        )
        findings += same_contours(row.label, structures.structures, own, Warp(after=np.asarray(np.linalg.inv(matrix))))
        return moved, "placed by a transform typed by hand"
    if row.registration is not None:
        return _registered(row, grid, folder / row.registration, structures, own, findings)
    if grid.frame_of_reference != frame:
        raise DoseError(
            "dose and structures lie in different frames of reference",
            where=row.label,
            todo="Give `registration` and `accepted`; a `transform` (4 × 4, LPS mm) adds without judging",
        )
    if own:
        findings += same_contours(row.label, structures.structures, own, Warp())
    return grid, ""


def _registered(
    row: CourseRow,
    grid: DoseGrid,
    path: Path,
    structures: StructureSet,
    own: dict[str, Structure],
    findings: list[FileFinding],
) -> tuple[DoseGrid, str]:
    frame, accepted = structures.frame_of_reference, row.accepted
    found = read_registration(path)
    findings += same_patient(row.label, [structures.named, found.named])
    warp = found.between(grid.frame_of_reference, frame)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    todo = f"Look at it and write accepted: {{by: NAME, of: {digest}}}"
    if accepted is None or not accepted.by.strip():
        findings.append(FileFinding("refuse", row.label, "its registration was accepted by nobody", todo))
    elif accepted.of != digest:
        why = "does not say which file" if not accepted.of else "was of another file"
        findings.append(FileFinding("refuse", row.label, f"the acceptance of its registration {why}", todo))
    findings += same_contours(row.label, structures.structures, own, warp)
    by = f", accepted by {accepted.by}" if accepted is not None and accepted.by.strip() else ""
    return grid.placed(warp, frame), f"placed by {warp.kind} registration {path.name}{by}"


def _matrix(row: CourseRow) -> np.ndarray:
    try:
        matrix = np.array(row.transform, dtype=np.float64)
    except ValueError as error:
        raise DoseError("transform is not 4 × 4", where=row.label, todo="Give four rows of four numbers") from error
    if matrix.shape != (4, 4):
        raise DoseError("transform is not 4 × 4", where=row.label, todo="Give four rows of four numbers")
    return matrix


def _intervals(plan: SumPlan) -> tuple[Interval, ...] | None:
    stated = plan.interval_days
    if stated is None:
        return None
    texts = [str(x) for x in stated] if isinstance(stated, list) else [str(stated)]
    if len(texts) != len(plan.courses) - 1:
        raise DoseError(
            f"{len(texts)} intervals for {len(plan.courses)} courses", todo="Give one between each two courses"
        )
    return tuple(Interval.parse(t) for t in texts)
