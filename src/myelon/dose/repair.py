"""Repair that is not complete: between fractions of one day, and during a long delivery.

    BED = n d [1 + (1 + h) d / (α/β)]      h by Thames 1985, overnight repair complete
    BED = n d [1 + G d / (α/β)]            G by Lea and Catcheside, constant dose rate

G is shown, never credited against a cord limit. Sources: thames1985, ang1992 (RADIOBIOLOGY §1.3).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from myelon.dose.bed import check_alpha_beta, check_course
from myelon.errors import DoseError


class Kinetics(NamedTuple):
    """Shares of the repair with their half-times in hours, and who measured them in what."""

    components: tuple[tuple[float, float], ...]
    source: str


RAT_CORD = Kinetics(((0.38, 0.7), (0.62, 3.8)), "ang1992 (rat)")
"""Half-times 0.7 h (0.2–1.3) and 3.8 h (2.6–4.9), slow share 0.62 (0.37–0.86); verified."""
OBSERVED_LOSS = ((6.0, 0.165, (0.118, 0.211)), (8.0, 0.135, (0.091, 0.178)))
"""Hours between two fractions a day, loss of tolerance seen in the rat cord, its interval (ang1992, verified)."""


def one_rate(half_time_hours: float, source: str = "") -> Kinetics:
    """Kinetics of a single half-time."""
    return Kinetics(((1.0, half_time_hours),), source)


def thames_h(per_day: int, gap_hours: float, kinetics: Kinetics) -> float:
    """What is not yet repaired when the next fraction of the day comes, as Thames' h.

    >>> round(thames_h(2, 6.0, one_rate(4.0)), 4), round(thames_h(2, 6.0, RAT_CORD), 4)
    (0.3536, 0.2085)

    Raises:
        DoseError: Fractions a day, gap or half-times that cannot be.
    """
    if per_day < 1 or not gap_hours > 0:
        raise DoseError(f"{per_day} fractions a day, {gap_hours:g} h apart", todo="Give both above 0")
    return sum(share * _h(per_day, gap_hours, half_time) for share, half_time in _checked(kinetics))


def _h(per_day: int, gap_hours: float, half_time_hours: float) -> float:
    theta = math.exp(-math.log(2.0) * gap_hours / half_time_hours)
    return 2.0 / per_day * theta / (1.0 - theta) * (per_day - (1.0 - theta**per_day) / (1.0 - theta))


def bed_several_a_day(
    total_gy: float, fractions: int, alpha_beta_gy: float, *, per_day: int, gap_hours: float, kinetics: Kinetics
) -> float:
    """BED of a course with several fractions a day.

    >>> round(bed_several_a_day(45.0, 30, 2.0, per_day=2, gap_hours=6.0, kinetics=one_rate(4.0)), 4)
    90.6824
    """
    check_course(total_gy, fractions)
    check_alpha_beta(alpha_beta_gy)
    left = thames_h(per_day, gap_hours, kinetics)
    return total_gy * (1.0 + (1.0 + left) * total_gy / (fractions * alpha_beta_gy))


class ToleranceLoss(NamedTuple):
    """By how much two fractions a day lower the tolerance of the cord: by the model, as observed, and the larger."""

    model: float
    observed: float | None
    larger: float


def cord_tolerance_loss(
    gap_hours: float, *, gy_per_fraction: float = 2.0, alpha_beta_gy: float = 2.0, kinetics: Kinetics = RAT_CORD
) -> ToleranceLoss:
    """Loss of cord tolerance with two fractions a day. The model understates it: the larger of the two counts.

    >>> loss = cord_tolerance_loss(6.0)
    >>> round(loss.model, 3), loss.observed, loss.larger
    (0.094, 0.165, 0.165)
    """
    check_alpha_beta(alpha_beta_gy)
    left, ratio = thames_h(2, gap_hours, kinetics), gy_per_fraction / alpha_beta_gy
    model = left * ratio / (1.0 + (1.0 + left) * ratio)
    observed = next((loss for hours, loss, _ in OBSERVED_LOSS if abs(hours - gap_hours) < 1e-9), None)
    return ToleranceLoss(model, observed, max(model, observed or 0.0))


def lea_catcheside(duration_hours: float, kinetics: Kinetics) -> float:
    """G of a constant dose rate over a time; 1 for a delivery at once.

    >>> round(lea_catcheside(0.5, one_rate(0.7)), 4), round(lea_catcheside(0.5, RAT_CORD), 4)
    (0.8535, 0.9259)

    Raises:
        DoseError: A negative time, or half-times that cannot be.
    """
    if not duration_hours >= 0:
        raise DoseError(f"delivery of {duration_hours:g} h", todo="Give hours from 0")
    return sum(share * _g(math.log(2.0) * duration_hours / half_time) for share, half_time in _checked(kinetics))


def _g(decay: float) -> float:
    if decay < 1e-4:  # the closed form loses its digits; two terms of its series are exact here
        return 1.0 - decay / 3.0
    return 2.0 / decay**2 * (decay - 1.0 + math.exp(-decay))


def bed_protracted(
    total_gy: float, fractions: int, alpha_beta_gy: float, *, duration_hours: float, kinetics: Kinetics
) -> float:
    """BED with repair during each delivery. To be shown beside the plain value, never in its place for the cord.

    >>> round(bed_protracted(24.0, 1, 2.0, duration_hours=0.5, kinetics=RAT_CORD), 2)
    290.66
    """
    check_course(total_gy, fractions)
    check_alpha_beta(alpha_beta_gy)
    credit = lea_catcheside(duration_hours, kinetics)
    return total_gy * (1.0 + credit * total_gy / (fractions * alpha_beta_gy))


def _checked(kinetics: Kinetics) -> tuple[tuple[float, float], ...]:
    shares = sum(share for share, _ in kinetics.components)
    if abs(shares - 1.0) > 1e-6 or any(not t > 0 for _, t in kinetics.components):
        raise DoseError(f"repair components {kinetics.components}", todo="Shares add up to 1, half-times are above 0")
    return kinetics.components
