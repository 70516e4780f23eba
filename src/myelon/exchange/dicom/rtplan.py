"""RT Plan → what Myelon needs of it: fractions and prescription."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.dose.agreement import Named
from myelon.errors import DicomError
from myelon.exchange.dicom.dataset import RTPLAN, named_uids, note_of, open_dataset, patient_of, text_of

if TYPE_CHECKING:
    from pathlib import Path


class PlanSummary(NamedTuple):
    """What Myelon needs of a plan."""

    label: str
    groups: tuple[int, ...]
    """Planned fractions of each fraction group."""
    prescription_gy: float | None
    """Greatest prescription to a target, where stated."""
    named: Named
    """The object, its patient, and the structure set that it names."""
    note: str = ""

    @property
    def fractions(self) -> int:
        """Fractions of the plan's one fraction group.

        Raises:
            DicomError: Several groups: their fractions cannot be added for one grid.
        """
        if len(self.groups) > 1:
            raise DicomError(
                f"the plan has {len(self.groups)} fraction groups: {' and '.join(map(str, self.groups))}",
                where=self.label or "RTPLAN",
                todo="Give one RTDOSE a group as a course of its own with its fractions: one grid cannot be converted",
            )
        return self.groups[0]


def read_rtplan(path: Path) -> PlanSummary:
    """Read an RT Plan object.

    Raises:
        DicomError: Not RT Plan, or the number of fractions is missing or impossible.
    """
    plan = open_dataset(path, RTPLAN)
    groups = plan.get("FractionGroupSequence") or []
    try:
        fractions = tuple(n for g in groups if (n := int(g.get("NumberOfFractionsPlanned") or 0)))
        prescribed = [
            float(r.TargetPrescriptionDose)
            for r in plan.get("DoseReferenceSequence") or []
            if r.get("DoseReferenceType") == "TARGET" and r.get("TargetPrescriptionDose") is not None
        ]
    except (TypeError, ValueError, AttributeError) as error:
        raise DicomError("fractions or prescription cannot be read", where=path.name, todo="Export again") from error
    if not fractions or min(fractions) < 1:
        raise DicomError("NumberOfFractionsPlanned is missing", where=path.name, todo="Give the fractions by hand")
    named = Named(
        "plan", text_of(plan, "SOPInstanceUID"), patient_of(plan),
        structures=named_uids(plan, "ReferencedStructureSetSequence"),
    )  # fmt: skip
    label, gy = str(plan.get("RTPlanLabel", "")), max(prescribed) if prescribed else None
    return PlanSummary(label, fractions, gy, named, note_of(plan))
