"""Nelson–Aalen estimate of the cumulative hazard, and the Fleming–Harrington survival that follows from it.

    H(t) = Σ d / n        Var H = Σ d / n²        S(t) = exp(-H~(t))

H~ is the estimate that breaks ties: the deaths of one time are put one after another (Fleming and Harrington).
Sources: nelson1972, aalen1978; checked against R.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from myelon.errors import TableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from myelon.cohort.event_table import EventTable


@dataclass(frozen=True, eq=False)
class NelsonAalen:
    """The cumulative hazard of one group."""

    group: str
    times: NDArray[np.float64]
    hazard: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    fleming_harrington: NDArray[np.float64]
    """Survival from the hazard with ties broken."""


def nelson_aalen(table: EventTable) -> NelsonAalen:
    """Estimate one group's cumulative hazard.

    Raises:
        TableError: More than one group.

    >>> from myelon.cohort.event_table import summarise
    >>> [round(float(h), 4) for h in nelson_aalen(summarise([1, 2, 3], [1, 1, 1])).hazard]
    [0.3333, 0.8333, 1.8333]
    """
    if len(table.groups) != 1:
        raise TableError(f"{len(table.groups)} groups in one curve", todo="Choose one group, or pool them")
    busy = (table.events + table.censored)[:, 0] > 0
    n = table.at_risk[busy, 0].astype(np.float64)
    d = table.events[busy, 0].astype(np.float64)
    broken = harmonic(n) - harmonic(n - d)
    return NelsonAalen(
        table.groups[0],
        table.times[busy],
        np.cumsum(d / n, dtype=np.float64),
        np.sqrt(np.cumsum(d / n**2, dtype=np.float64)),
        np.exp(-np.cumsum(broken, dtype=np.float64)),
    )


def harmonic(n: NDArray[np.float64]) -> NDArray[np.float64]:
    """The harmonic number of each whole number: 1 + 1/2 + … + 1/n."""
    most = int(n.max(initial=0.0))
    table = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, most + 1))])
    return np.asarray(table[n.astype(np.intp)])
