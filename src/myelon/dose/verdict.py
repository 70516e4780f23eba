"""A verdict: one published limit against one value, with everything that the number depends on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.dose.limits import Limit

SLACK = 1e-9
"""Comparisons are on full precision with this slack (RADIOBIOLOGY §8.7)."""

_ANSWERED_FOR = frozenset({Verification.VERIFIED, Verification.OWN})


class Outcome(StrEnum):
    """What a limit says of a value."""

    PASS = "pass"  # noqa: S105  # the clinic's word
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"
    NEEDS_MODEL = "needs model"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """What a dose value is."""

    PRESCRIPTION = "prescription"
    ISODOSES = "isodoses of a report"
    DOSE_FILE = "dose file"
    VOXEL_SUM = "voxel sum"
    NO_REGISTRATION = "sum of separate maxima"
    DATES = "dates"


@dataclass(frozen=True)
class Verdict:
    """One limit, one value, one outcome. ``value`` is None where nothing can be computed."""

    limit: Limit
    outcome: Outcome
    value: float | None
    value_text: str
    organ: str
    alpha_beta_gy: float | None
    structure: str
    metric: str
    basis: Basis
    why: str = ""
    alternative: str = ""
    """The same at the other α/β, never left out."""

    @property
    def says(self) -> str:
        """The outcome in words that claim no more than is known."""
        if self.outcome is Outcome.FAIL:
            return self._fails
        if self.outcome is not Outcome.PASS:
            return str(self.outcome)
        if self.limit.status not in _ANSWERED_FOR:
            return "within an unverified figure"
        if self.basis is Basis.PRESCRIPTION:
            had = "what is prescribed" if self.limit.unit == "1" else "no more than the prescription"
            return f"not exceeded if the cord had {had}"
        if self.basis is Basis.ISODOSES:
            return "not exceeded as the isodoses were read"
        return "met"

    @property
    def _fails(self) -> str:
        if self.limit.comparator == "not_recommended":
            return "not recommended by an unverified table"
        if self.limit.comparator == ">=":
            return "too short"
        if self.limit.status not in _ANSWERED_FOR:
            return "above an unverified figure"
        if self.basis is Basis.PRESCRIPTION and not self.value_text.startswith("≥"):
            return "exceeded if the cord had the prescription"
        return "exceeded"

    @property
    def margin(self) -> float | None:
        """Limit minus value (value minus limit for a least value); arithmetic, not permission."""
        if self.value is None:
            return None
        above = self.value - self.limit.value
        return above if self.limit.comparator == ">=" else -above


def outcome_between(least: float, most: float | None, limit: Limit) -> Outcome:
    """What a limit says of a value of which only bounds are known: the one rule for parts, bounds and gaps.

    A value that is at least so much can exceed a limit, never meet it: the maximum of a part (cord for thecal sac, a
    structure that the grid or its own contours cut off). One that is at most so much can meet a limit, never exceed it
    (a prescription beside the organ, an isodose that it lies outside of).

    Args:
        least: The value is not below this; 0 where nothing is known.
        most: The value is not above this; None where nothing is known.
        limit: A limit that is not to be exceeded.
    """
    if math.isfinite(least) and compare(least, limit) is Outcome.FAIL:
        return Outcome.FAIL
    if most is not None and math.isfinite(most) and compare(most, limit) is Outcome.PASS:
        return Outcome.PASS
    return Outcome.UNKNOWN


def compare(value: float, limit: Limit) -> Outcome:
    """Whether a value that is known meets a limit."""
    met = {
        "<=": value <= limit.value + SLACK,
        "<": value < limit.value - SLACK,
        ">=": value >= limit.value - SLACK,
    }[limit.comparator]
    return Outcome.PASS if met else Outcome.FAIL
