"""The kinds of entry, one module each. To add one: write its module, list it here."""

from typing import get_args

from myelon.record.base import Entry
from myelon.record.kinds.adverse_event import AdverseEvent
from myelon.record.kinds.assumption import Assumption
from myelon.record.kinds.board import Board
from myelon.record.kinds.choice import Choice
from myelon.record.kinds.discrepancy import Discrepancy
from myelon.record.kinds.encounter import Encounter
from myelon.record.kinds.evidence import Evidence
from myelon.record.kinds.imaging import Imaging
from myelon.record.kinds.neoplasm import Neoplasm
from myelon.record.kinds.neurology import Neurology
from myelon.record.kinds.observation import Observation
from myelon.record.kinds.pathology import Pathology
from myelon.record.kinds.phase import Phase
from myelon.record.kinds.radiotherapy import Radiotherapy
from myelon.record.kinds.reported import Reported
from myelon.record.kinds.response import Response
from myelon.record.kinds.staging import Staging
from myelon.record.kinds.subject import Subject
from myelon.record.kinds.support import Support
from myelon.record.kinds.surgery import Surgery
from myelon.record.kinds.systemic import Systemic
from myelon.record.kinds.vital import Vital

AnyEntry = (
    Subject
    | Neoplasm
    | Phase
    | Encounter
    | Neurology
    | Observation
    | Imaging
    | Pathology
    | Staging
    | Surgery
    | Radiotherapy
    | Systemic
    | Support
    | AdverseEvent
    | Response
    | Board
    | Choice
    | Vital
    | Reported
    | Evidence
    | Assumption
    | Discrepancy
)

KINDS: dict[str, type[Entry]] = {kind.model_fields["kind"].default: kind for kind in get_args(AnyEntry)}
"""Every kind of entry by its name."""

TREATMENTS = (Surgery, Radiotherapy, Systemic)
"""Kinds that are given for a phase of the disease."""

__all__ = [
    "KINDS",
    "TREATMENTS",
    "AdverseEvent",
    "AnyEntry",
    "Assumption",
    "Board",
    "Choice",
    "Discrepancy",
    "Encounter",
    "Evidence",
    "Imaging",
    "Neoplasm",
    "Neurology",
    "Observation",
    "Pathology",
    "Phase",
    "Radiotherapy",
    "Reported",
    "Response",
    "Staging",
    "Subject",
    "Support",
    "Surgery",
    "Systemic",
    "Vital",
]
