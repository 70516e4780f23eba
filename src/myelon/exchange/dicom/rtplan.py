"""RT Plan → what Myelon needs of it: fractions and prescription."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.errors import DicomError
from myelon.exchange.dicom.dataset import RTPLAN, open_dataset

if TYPE_CHECKING:
    from pathlib import Path


class PlanSummary(NamedTuple):
    """Label, planned fractions (all fraction groups) and target prescription in Gy, where stated."""

    label: str
    fractions: int
    prescription_gy: float | None


def read_rtplan(path: Path) -> PlanSummary:
    """Read an RT Plan object.

    Raises:
        DicomError: Not RT Plan, or the number of fractions is missing or impossible.
    """
    plan = open_dataset(path, RTPLAN)
    groups = plan.get("FractionGroupSequence") or []
    try:
        fractions = sum(int(g.get("NumberOfFractionsPlanned") or 0) for g in groups)
        prescribed = [
            float(r.TargetPrescriptionDose)
            for r in plan.get("DoseReferenceSequence") or []
            if r.get("DoseReferenceType") == "TARGET" and r.get("TargetPrescriptionDose") is not None
        ]
    except (TypeError, ValueError, AttributeError) as error:
        raise DicomError("fractions or prescription cannot be read", where=path.name, todo="Export again") from error
    if fractions < 1:
        raise DicomError("NumberOfFractionsPlanned is missing", where=path.name, todo="Give the fractions by hand")
    return PlanSummary(str(plan.get("RTPlanLabel", "")), fractions, max(prescribed) if prescribed else None)
