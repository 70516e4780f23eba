"""The PLAN.yaml of `myelon dose sum`: courses, structures, and where results go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from myelon.dose.bed import Prescription
from myelon.dose.interval import Interval
from myelon.dose.structure import EndCaps
from myelon.errors import DoseError
from myelon.exchange.dicom.folder import one_of
from myelon.exchange.dicom.rtdose import read_rtdose
from myelon.exchange.dicom.rtplan import PlanSummary, read_rtplan
from myelon.exchange.dicom.rtstruct import StructureSet, read_rtstruct
from myelon.record.document import read_document

if TYPE_CHECKING:
    from pathlib import Path

    from myelon.dose.grid import DoseGrid


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CourseRow(_Strict):
    """One course: its dose, its fractions (or its plan), and its place in the structures' frame."""

    label: str
    rtdose: str
    rtplan: str | None = None
    fractions: int | None = Field(default=None, ge=1)
    total_gy: float | None = Field(default=None, gt=0, le=200)
    transform: list[list[float]] | None = Field(default=None, description="rigid 4 × 4, LPS mm, into the structures")


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


def read_sum_plan(path: Path) -> LoadedPlan:
    """Read a plan file and the DICOM objects it names, relative to it.

    Raises:
        DoseError: Not such a file, a course without fractions, or a transform that is missing or not rigid.
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
    rows = [_course(row, path.parent, structures.frame_of_reference) for row in plan.courses]
    return LoadedPlan(plan, structures, tuple(g for g, _ in rows), tuple(p for _, p in rows), _intervals(plan))


def _course(row: CourseRow, folder: Path, frame: str) -> tuple[DoseGrid, Prescription | None]:
    summary: PlanSummary | None = read_rtplan(one_of(folder / row.rtplan, "rtplan")) if row.rtplan else None
    if row.fractions is None and summary is None:
        raise DoseError("neither fractions nor rtplan", where=row.label, todo="Give one of them")
    fractions = row.fractions or (summary.fractions if summary else 0)
    if summary is not None and summary.fractions != fractions:
        raise DoseError(
            f"fractions say {fractions}, the plan {summary.fractions}", where=row.label, todo="Give one of them"
        )
    grid = read_rtdose(one_of(folder / row.rtdose, "rtdose"), fractions=fractions)
    if row.transform is not None:
        grid = grid.moved(_matrix(row), frame)
    elif grid.frame_of_reference != frame:
        raise DoseError(
            "dose and structures lie in different frames of reference",
            where=row.label,
            todo="Give `transform`: a rigid 4 × 4 matrix in LPS mm from the dose into the structures",
        )
    total = row.total_gy or (summary.prescription_gy if summary else None)
    return grid, Prescription(total, fractions) if total else None


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
    texts = [str(x) for x in stated] if isinstance(stated, list) else [str(stated)] * (len(plan.courses) - 1)
    if len(texts) != len(plan.courses) - 1:
        raise DoseError(
            f"{len(texts)} intervals for {len(plan.courses)} courses", todo="Give one between each two courses"
        )
    return tuple(Interval.parse(t) for t in texts)
