"""Treatments as they stood on the day of a landmark: who was treated later is not treated yet.

Without it, whoever lives long enough to be treated counts as treated from the start (immortal time). A
treatment whose window holds the landmark is not known to have begun, and the patient is in no group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.cohort.endpoints import outcomes
from myelon.cohort.variables import Column, variable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from myelon.cohort.endpoints import Endpoint
    from myelon.cohort.patient import CohortPatient
    from myelon.cohort.variables import Value, Variable

TREATMENTS = {"treated", "treatment_status", "surgery", "radiotherapy", "chemotherapy", "targeted", "combination"}
"""Variables that change with time after the start of the clock."""


def column_at(name: str, patients: Iterable[CohortPatient], endpoint: Endpoint, days: float) -> Column:
    """A variable of treatment as it stood so many days after the zero of an endpoint."""
    found = variable(name)
    return Column.of(found, (_at(found, p, outcomes(endpoint, [p])[0].zero, days) for p in patients))


def _at(found: Variable, patient: CohortPatient, zero: str, days: float) -> Value:
    """The value on the day; None where the windows of time do not say."""
    whole = found.read(patient)
    if whole in (None, False) or not zero:
        return whole
    begun, perhaps = set(), set()
    for entry in patient.case.entries:
        (low, high), _ = patient.timeline.interval(f"{zero}.start", f"{entry.id}.start")
        if high is not None and high <= days:
            begun.add(entry.id)
        if low is None or low <= days:
            perhaps.add(entry.id)
    surely, possibly = (found.read(patient.of_treatments(ids)) for ids in (begun, perhaps))
    if whole is True:
        return True if surely is True else None if possibly is True else False
    return whole if surely == whole else None
