"""A band of DVHs: what the curve and its metrics may be, over several readings of the same structure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.errors import DoseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.dose.dvh import DVH


class Band(NamedTuple):
    """Volumes at each dose edge: least, nominal and greatest; in percent of each structure."""

    edges_gy: NDArray[np.float64]
    low_percent: NDArray[np.float64]
    nominal_percent: NDArray[np.float64]
    high_percent: NDArray[np.float64]


def band(nominal: DVH, others: Sequence[DVH]) -> Band:
    """The band that several DVHs span around a nominal one, on its dose edges.

    Raises:
        DoseError: They are not in one unit.
    """
    if {d.unit for d in (nominal, *others)} != {nominal.unit}:
        raise DoseError("DVHs in different units make no band", where=nominal.structure, todo="Convert all to EQD2")
    edges = max((d.edges_gy for d in (nominal, *others)), key=len)
    rows = np.array(
        [100.0 * np.interp(edges, d.edges_gy, d.volume_cc, right=0.0) / d.total_cc for d in (nominal, *others)]
    )
    return Band(edges, rows.min(axis=0), rows[0], rows.max(axis=0))
