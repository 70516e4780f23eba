"""Aalen–Johansen estimate: the share of patients with each event when another may come first.

    F_k(t) = Σ S(u-) d_k(u) / n(u)        S the Kaplan–Meier curve of any event

Two variances, each under its own name: the infinitesimal jackknife (R's survfit) and Gray's counting-process form
(R's cmprsk, `gray_variance`). Sources: aalen1978b, gray1988; checked against R.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from myelon.cohort.kaplan_meier import limits
from myelon.errors import TableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from myelon.cohort.cause_table import CauseTable
    from myelon.cohort.kaplan_meier import Interval


@dataclass(frozen=True, eq=False)
class CumulativeIncidence:
    """The incidence of one cause in one group, one row per time."""

    group: str
    cause: str
    times: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    incidence: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    gray_variance: NDArray[np.float64]

    def at(self, time: float) -> tuple[float, float, float]:
        """Incidence and its limits at a time."""
        row = int(np.searchsorted(self.times, time, side="right")) - 1
        if row < 0:
            return 0.0, 0.0, 0.0
        return float(self.incidence[row]), float(self.lower[row]), float(self.upper[row])


def aalen_johansen(
    table: CauseTable, *, interval: Interval = "log", level: float = 0.95
) -> tuple[CumulativeIncidence, ...]:
    """Estimate one group's incidence of each cause.

    Raises:
        TableError: More than one group (take `CauseTable.group` or `pooled`).

    >>> from myelon.cohort.cause_table import summarise_causes
    >>> relapse, death = aalen_johansen(summarise_causes([1, 2, 3, 4], [1, 2, 0, 1]))
    >>> [round(float(f), 4) for f in relapse.incidence], [round(float(f), 4) for f in death.incidence]
    ([0.25, 0.25, 0.25, 0.75], [0.0, 0.25, 0.25, 0.25])
    """
    if len(table.groups) != 1:
        raise TableError(f"{len(table.groups)} groups in one curve", todo="Choose one group, or pool them")
    from scipy.special import ndtri  # noqa: PLC0415  # scipy loads only where a quantile is needed

    z = float(ndtri(0.5 + level / 2))
    n = table.at_risk[:, 0].astype(np.float64)
    d = table.events[:, 0].astype(np.float64)
    any_event = d.sum(axis=1)
    after = np.cumprod(1.0 - any_event / n)
    before = np.concatenate([[1.0], after[:-1]])
    found = []
    for k, cause in enumerate(table.causes):
        incidence = np.cumsum(before * d[:, k] / n)
        variance = _jackknife(n, d[:, k], any_event, before, incidence)
        error = np.sqrt(variance)
        with np.errstate(divide="ignore", invalid="ignore"):
            lower, upper = limits(incidence, error / incidence, z, interval)
        found.append(
            CumulativeIncidence(
                table.groups[0], cause, table.times, table.at_risk[:, 0], table.events[:, 0, k], incidence, error,
                lower, upper, _gray(n, d[:, k], any_event - d[:, k], before, after, incidence),
            )
        )  # fmt: skip
    return tuple(found)


def _jackknife(
    n: NDArray[np.float64],
    dk: NDArray[np.float64],
    d: NDArray[np.float64],
    before: NDArray[np.float64],
    incidence: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Sum over patients of the squared influence of each on F_k(t).

    Who is still there has influence ``there_f`` on F and ``there_s`` on log S (as a share). Who left keeps the
    influence on S of that time, so the one on F goes on as a line in F_k: alpha + beta F_k(t). Three
    running sums over those who left (alpha², alpha beta, beta²) are enough.
    """
    with np.errstate(divide="ignore"):
        there_s = np.cumsum(np.where(n > d, d / (n * (n - d)), 0.0))
    there_s_before = np.concatenate([[0.0], there_s[:-1]])
    there_f = np.cumsum(before * dk / n * (there_s_before - 1.0 / n))
    left = n - np.concatenate([n[1:], [0.0]])
    died_s = there_s_before - np.where(n > d, 1.0 / n, 0.0)
    sums = np.zeros((3, len(n)))
    for count, on_f, beta in (
        (dk, there_f + before / n, died_s),
        (d - dk, there_f, died_s),
        (left - d, there_f, there_s),
    ):
        alpha = on_f - beta * incidence
        sums += np.cumsum(np.stack([count * alpha**2, count * alpha * beta, count * beta**2]), axis=1)
    variance = sums[0] + 2.0 * incidence * sums[1] + incidence**2 * sums[2] + (n - left) * there_f**2
    return np.asarray(np.maximum(variance, 0.0))


def _gray(
    n: NDArray[np.float64],
    dk: NDArray[np.float64],
    other: NDArray[np.float64],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    incidence: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Variance of F_k in the counting-process form of Gray 1988: three running sums over the deaths of each cause."""
    with np.errstate(divide="ignore", invalid="ignore"):
        per_alive = np.where(after > 0, 1.0 / after, 0.0)

        def spread(count: NDArray[np.float64]) -> NDArray[np.float64]:
            tied = np.where(count > 1, 1.0 - (count - 1.0) / (n - 1.0), 1.0)
            return np.asarray(tied * count * (before / n) ** 2)

        of_cause, of_other = spread(dk), np.where(after > 0, spread(other), 0.0)
    own, else_ = 1.0 + per_alive * incidence, per_alive * incidence
    a = np.cumsum(per_alive**2 * (of_cause + of_other))
    b = np.cumsum(per_alive * (own * of_cause + else_ * of_other))
    c = np.cumsum(own**2 * of_cause + else_**2 * of_other)
    return np.asarray(c + incidence**2 * a - 2.0 * incidence * b)
