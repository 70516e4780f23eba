"""Sum of courses in one organ, voxel by voxel in EQD2, with the no-registration bound beside it.

Each course is converted with its own fraction number first and mapped then (convert-then-map): by convexity
this is never below map-then-convert (RADIOBIOLOGY §6). The grids are sampled where they lie; none is resampled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from myelon.dose.dvh import DVH, dvh
from myelon.errors import DoseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.dose.grid import DoseGrid
    from myelon.dose.structure import EndCaps, Structure

_HOTTEST = re.compile(r"^D(\d+(?:\.\d+)?)cc$")
CORD_METRICS = ("D0.03cc", "D0.1cc", "D0.35cc", "D1.2cc", "max", "mean")


@dataclass(frozen=True)
class Accumulation:
    """One structure: the DVH of each course in EQD2, of their sum, and the bound without registration."""

    structure: str
    alpha_beta_gy: float
    courses: tuple[DVH, ...]
    total: DVH

    def bound(self, metric: str) -> float | None:
        """Upper bound of a metric of the sum whatever the registration: sum of the courses' separate values.

        A hottest volume is not additive: where the courses are hot in different places, the hottest V of the sum
        may be made of parts of each. If a sum exceeds Σ aᵢ, some course exceeds its aᵢ, so the hottest V/n of each
        of n courses bound the hottest V of the sum.
        """
        hottest = _HOTTEST.match(metric)
        if hottest is None:
            return float(sum(c.metric(metric).value or 0.0 for c in self.courses))
        values = [c.dose_at_cc(float(hottest[1]) / len(self.courses)) for c in self.courses]
        return None if any(v is None for v in values) else float(sum(v for v in values if v is not None))

    def with_last(self, even_gy: float) -> Accumulation:
        """The same where the last course gives one more dose, the same everywhere in the structure."""
        return replace(
            self, courses=(*self.courses[:-1], self.courses[-1].plus(even_gy)), total=self.total.plus(even_gy)
        )


def accumulate(
    structure: Structure, grids: Sequence[DoseGrid], alpha_beta_gy: float, *, end_caps: EndCaps = "slab"
) -> Accumulation:
    """Add physical dose grids of several courses in one structure.

    Raises:
        DoseError: A course lacks its fractions, or frames of reference differ.
    """
    if not grids:
        raise DoseError("no course to add", where=structure.name, todo="Give at least one dose grid")
    points = structure.points()
    converted = [g.around(points, structure.reach_mm + g.spacing_mm[2]).to_eqd2(alpha_beta_gy) for g in grids]
    return Accumulation(
        structure.name,
        alpha_beta_gy,
        tuple(dvh(structure, [g], end_caps=end_caps) for g in converted),
        dvh(structure, converted, end_caps=end_caps),
    )
