"""Other models at a high dose per fraction: LQ-L, and the universal survival curve of tumours.

Shown beside the plain LQ for a tumour's effect. The cord stays plain LQ at α/β 2: that is what every published
limit was made with. Sources: astrahan2008, guerrero2004, park2008 (RADIOBIOLOGY §1.4).
"""

from __future__ import annotations

from typing import NamedTuple

from myelon.dose.bed import bed, check_alpha_beta, check_course
from myelon.errors import DoseError


def lql_bed(
    total_gy: float,
    fractions: int,
    alpha_beta_gy: float,
    *,
    transition_gy: float | None = None,
    slope: float | None = None,
) -> float:
    """BED by LQ-L: linear above a transition dose per fraction.

    Args:
        total_gy: Total dose.
        fractions: Number of fractions.
        alpha_beta_gy: α/β.
        transition_gy: Dose per fraction above which it is linear; 2 α/β when None.
        slope: γ/α; that of the LQ curve at the transition when None.

    >>> lql_bed(24.0, 1, 2.0), lql_bed(27.0, 3, 2.0), bed(24.0, 1, 2.0)
    (112.0, 111.0, 312.0)

    Raises:
        DoseError: Course, α/β or transition impossible.
    """
    check_course(total_gy, fractions)
    check_alpha_beta(alpha_beta_gy)
    start = 2.0 * alpha_beta_gy if transition_gy is None else transition_gy
    if not start > 0:
        raise DoseError(f"transition at {start:g} Gy", todo="Give a dose per fraction above 0")
    each = total_gy / fractions
    if each <= start:
        return bed(total_gy, fractions, alpha_beta_gy)
    steep = 1.0 + 2.0 * start / alpha_beta_gy if slope is None else slope
    return fractions * (start * (1.0 + start / alpha_beta_gy) + steep * (each - start))


class SurvivalCurve(NamedTuple):
    """Parameters of the universal survival curve of one tumour cell line, with how well they are known."""

    alpha_per_gy: float
    alpha_beta_gy: float
    d0_gy: float
    dq_gy: float
    transition_gy: float
    source: str


H460 = SurvivalCurve(0.33, 8.6, 1.25, 1.8, 6.2, "park2008 (memory 0.85; self-consistent)")
"""Lung cancer cells."""


def tumour_usc_bed(total_gy: float, fractions: int, curve: SurvivalCurve = H460) -> float:
    """BED of a tumour by the universal survival curve. Never for the cord.

    >>> round(tumour_usc_bed(60.0, 3), 2), round(tumour_usc_bed(30.0, 10), 2)
    (132.36, 40.47)
    """
    check_course(total_gy, fractions)
    if total_gy / fractions < curve.transition_gy:
        return bed(total_gy, fractions, curve.alpha_beta_gy)
    return (total_gy - fractions * curve.dq_gy) / (curve.alpha_per_gy * curve.d0_gy)


def tumour_usc_single_dose(total_gy: float, fractions: int, curve: SurvivalCurve = H460) -> float:
    """Single dose with the same effect on the tumour, above the transition.

    >>> round(tumour_usc_single_dose(60.0, 3), 1)
    56.4
    """
    check_course(total_gy, fractions)
    return total_gy - (fractions - 1) * curve.dq_gy
