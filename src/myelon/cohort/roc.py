"""ROC curve: how well a value tells cases from the others, with DeLong's interval and a cut-off by Youden.

    AUC = P(case > other) + P(case = other)/2

Sources: delong1988, sun2014, youden1950; checked against R's pROC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.errors import TableError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class CutOff(NamedTuple):
    """A threshold (a case is at or above it) and what it comes to."""

    threshold: float
    sensitivity: float
    specificity: float


@dataclass(frozen=True, eq=False)
class Roc:
    """A curve.

    Attributes:
        area: Area under the curve.
        variance: DeLong's.
        lower: Limit of the area, at least 0.
        upper: Limit of the area, at most 1.
        thresholds: Between the values, from -inf to inf, shape (k + 1,).
        sensitivity: Share of cases above each.
        specificity: Share of others below each.
        cases: Number of cases.
        others: Number of others.
    """

    area: float
    variance: float
    lower: float
    upper: float
    thresholds: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    specificity: NDArray[np.float64]
    cases: int
    others: int
    _placements: tuple[NDArray[np.float64], NDArray[np.float64]]

    @property
    def youden(self) -> CutOff:
        """The threshold with the greatest sensitivity + specificity; the first of equals."""
        at = int(np.argmax(np.round(self.sensitivity + self.specificity, 12)))
        return CutOff(float(self.thresholds[at]), float(self.sensitivity[at]), float(self.specificity[at]))


class AreaTest(NamedTuple):
    """DeLong's paired test of two areas."""

    difference: float
    z: float
    p: float


def roc(values: ArrayLike, cases: ArrayLike, *, level: float = 0.95) -> Roc:
    """The curve of a value that is higher in cases.

    Args:
        values: Shape (n,).
        cases: 1 case, 0 not, shape (n,).
        level: Confidence level.

    Raises:
        TableError: No case, only cases, a value that is missing.

    >>> curve = roc([1, 2, 3, 4], [0, 1, 0, 1])
    >>> curve.area, curve.youden.threshold
    (0.75, 1.5)
    """
    v, c = np.asarray(values, dtype=np.float64), np.asarray(cases, dtype=np.float64)
    if v.shape != c.shape or v.ndim != 1:
        raise TableError("values and cases differ in length", todo="Give one of each per patient")
    if not np.isfinite(v).all() or not np.isin(c, (0, 1)).all():
        raise TableError("a value is missing, or a case is not 0 or 1", todo="Leave out who lacks one")
    ill, well = np.sort(v[c == 1]), np.sort(v[c == 0])
    if min(len(ill), len(well)) < 2:
        raise TableError(f"{len(ill)} cases and {len(well)} others", todo="Give at least two of each")
    of_cases, of_others = _placement(v[c == 1], well), 1.0 - _placement(v[c == 0], ill)
    area = float(of_cases.mean())
    variance = float(of_cases.var(ddof=1) / len(ill) + of_others.var(ddof=1) / len(well))
    from statistics import NormalDist  # noqa: PLC0415  # needed here alone

    half = NormalDist().inv_cdf(0.5 + level / 2) * variance**0.5
    distinct = np.unique(v)
    thresholds = np.concatenate([[-np.inf], (distinct[1:] + distinct[:-1]) / 2.0, [np.inf]])
    return Roc(
        area, variance, max(area - half, 0.0), min(area + half, 1.0), thresholds,
        1.0 - np.searchsorted(ill, thresholds) / len(ill), np.searchsorted(well, thresholds) / len(well),
        len(ill), len(well), (of_cases, of_others),
    )  # fmt: skip


def compare_areas(one: Roc, other: Roc) -> AreaTest:
    """Compare the areas of two values of the same patients in the same order.

    Raises:
        TableError: Not the same patients.
    """
    if (one.cases, one.others) != (other.cases, other.others):
        raise TableError("two curves of different patients", todo="Give both values for each patient")
    shares = [a - b for a, b in zip(one._placements, other._placements, strict=True)]  # noqa: SLF001  # same type
    variance = sum(float(s.var(ddof=1)) / len(s) for s in shares)
    difference = one.area - other.area
    z = difference / variance**0.5 if variance > 0 else 0.0
    from statistics import NormalDist  # noqa: PLC0415  # needed here alone

    return AreaTest(difference, z, 2 * NormalDist().cdf(-abs(z)))


def _placement(values: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the others (sorted) below each value, ties by half."""
    below, upto = np.searchsorted(others, values), np.searchsorted(others, values, side="right")
    return np.asarray((below + upto) / (2.0 * len(others)))
