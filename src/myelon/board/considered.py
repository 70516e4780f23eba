"""The dose of a case under assumptions: one way for the page What if, the printed schedules and the board's option."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from myelon.dose.what_if import Assumed, WhatIf, what_if

if TYPE_CHECKING:
    from myelon.board.cord_dose import CordDose
    from myelon.dose.what_if import Computed


def under(
    dose: CordDose, assumed: Assumed, computed: Computed, *, planned_reached: bool = True, quick: bool = False
) -> list[WhatIf]:
    """Every organ that may lie there, under the same assumptions.

    Args:
        dose: A group of courses as they stand.
        assumed: What is assumed instead.
        computed: What was computed of the case's grids before.
        planned_reached: Whether the organ is taken to get what is planned.
        quick: Leave out the 95th percentile, while a slider moves.
    """
    return [
        what_if(
            dose.judged.courses,
            dose.judged.intervals,
            assumed,
            organ=organ,
            grids=dose.grids,
            structures=dose.structures,
            needs_model=dose.open_sum,
            converted=[math.isfinite(e) for e in dose.judged.dose.course_eqd2],
            at_most_gy=dose.at_most_gy,
            at_least_gy=dose.at_least_gy,
            reached=dose.judged.dose.course_reached,
            withheld=dose.withheld,
            planned_reached=planned_reached,
            sure=not quick,
            computed=computed,
        )
        for organ in dose.organ.organs
    ]
