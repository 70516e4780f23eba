"""Risk of radiation myelopathy by published models, each inside the range that it was made in.

Three models, side by side and never averaged: Schultheiss 2008 for conventional fractionation of the cervical
cord; Sahgal 2013 for a thecal sac maximum of stereotactic treatment, reconstructed from its table of 25 doses and
capped; Lyman–Kutcher–Burman with Burman's parameters for exploration only, because it disagrees with what was
observed by a factor of 35 at 50 Gy. RADIOBIOLOGY §2.1–2.3.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.errors import DoseError
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHULTHEISS_ALPHA_BETA_GY = 0.87
SCHULTHEISS_D50_GY = 69.4
SCHULTHEISS_K = math.log(19.0) / math.log(69.4 / 59.3)
"""Solved from the published D5 of 59.3 Gy; gives the published 0.03 % at 45 and 0.2 % at 50 Gy."""
SAHGAL_INTERCEPT, SAHGAL_SLOPE = -6.8540, 0.087588
"""Least squares over the 25 cells of the 2013 table (largest difference 0.0008); not the published coefficients."""
SAHGAL_CAP = 0.10
LKB_WARNING = "exploratory: at 50 Gy it gives 7.8 %, where 0.2 % was observed (Schultheiss 2008)"


class Risk(NamedTuple):
    """A probability with the model that it is of; ``note`` says what is stretched."""

    probability: float
    model: str
    status: Verification
    note: str = ""
    cap: float | None = None

    def __str__(self) -> str:
        """In percent; above the cap of its model only that.

        >>> str(sahgal_2013(56.0)), str(schultheiss_2008(50.0))
        ('> 10 %, extrapolated', '0.22 %')
        """
        if self.cap is not None and self.probability > self.cap:
            return f"> {100.0 * self.cap:g} %, extrapolated"
        percent = 100.0 * self.probability
        return "> 99 %" if percent > 99.0 else f"{percent:.2g} %"


def schultheiss_2008(eqd2_gy: float) -> Risk:
    """Myelopathy after conventional fractionation of the full cross-section of the cervical cord.

    Args:
        eqd2_gy: Dose in 2 Gy fractions at the model's own α/β of 0.87 Gy.

    >>> [round(schultheiss_2008(d).probability, 4) for d in (45.0, 50.0, 59.3, 69.4)]
    [0.0003, 0.0022, 0.05, 0.5]
    """
    _check(eqd2_gy)
    p = 0.0 if eqd2_gy == 0 else 1.0 / (1.0 + (SCHULTHEISS_D50_GY / eqd2_gy) ** SCHULTHEISS_K)
    note = "extrapolated below 45 Gy" if eqd2_gy < 45.0 else ""
    return Risk(p, "Schultheiss 2008, log-logistic", Verification.DERIVED, note)


def sahgal_2013(eqd2_gy: float) -> Risk:
    """Myelopathy after stereotactic treatment of 1 to 5 fractions, by the point maximum of the thecal sac.

    Args:
        eqd2_gy: EQD2 of that maximum at α/β 2.

    >>> round(sahgal_2013(44.64).probability, 3)
    0.05
    """
    _check(eqd2_gy)
    p = 1.0 / (1.0 + math.exp(-(SAHGAL_INTERCEPT + SAHGAL_SLOPE * eqd2_gy)))
    note = "" if 0.01 <= p <= 0.05 else "outside the 1 to 5 % that the table holds"
    return Risk(p, "Sahgal 2013, reconstructed", Verification.DERIVED, note, SAHGAL_CAP)


class Lyman(NamedTuple):
    """Parameters of the Lyman–Kutcher–Burman model of an organ."""

    td50_gy: float
    n: float
    m: float
    source: str
    status: Verification


LYMAN = {
    "spinal_cord": Lyman(66.5, 0.05, 0.175, "burman1991", Verification.SECOND_HAND),
    "cauda_equina": Lyman(75.0, 0.03, 0.12, "burman1991", Verification.MEMORY),
    "brachial_plexus": Lyman(75.0, 0.03, 0.12, "burman1991", Verification.MEMORY),
}


def lkb(geud_gy: float, organ: str = "spinal_cord") -> Risk:
    """Complication probability by Lyman–Kutcher–Burman, for exploration.

    Args:
        geud_gy: Generalised equivalent uniform dose of the organ's EQD2, with a = 1/n of its parameters.
        organ: Key of `LYMAN`.

    >>> round(lkb(50.0).probability, 3)
    0.078

    Raises:
        DoseError: No parameters for the organ.
    """
    _check(geud_gy)
    if organ not in LYMAN:
        raise DoseError(f"no LKB parameters for {organ!r}", todo="Use " + ", ".join(LYMAN))
    row = LYMAN[organ]
    t = (geud_gy - row.td50_gy) / (row.m * row.td50_gy)
    return Risk(0.5 * math.erfc(-t / math.sqrt(2.0)), "LKB (Burman 1991)", row.status, LKB_WARNING)


def geud(doses_gy: Sequence[float], volumes: Sequence[float], a: float) -> float:
    """Generalised equivalent uniform dose: ``(Σ v d^a)^(1/a)`` over shares of the volume.

    >>> round(geud([50.0, 40.0, 10.0], [0.1, 0.3, 0.6], 1.0), 1)
    23.0

    Raises:
        DoseError: No volume, unequal lengths, or a = 0.
    """
    doses, shares = np.asarray(doses_gy, float), np.asarray(volumes, float)
    if doses.shape != shares.shape or not shares.sum() > 0 or (doses < 0).any() or a == 0:
        raise DoseError("doses and volumes of a gEUD", todo="Give a volume for each dose, one above 0, and a ≠ 0")
    there = (shares > 0) & (doses > 0)
    if not there.any() or (a < 0 and (doses[shares > 0] == 0).any()):
        return 0.0
    # in logarithms, so that a large exponent neither overflows nor vanishes
    terms = a * np.log(doses[there]) + np.log(shares[there] / shares.sum())
    return float(np.exp(np.logaddexp.reduce(terms) / a))


def _check(dose_gy: float) -> None:
    if not math.isfinite(dose_gy) or dose_gy < 0:
        raise DoseError(f"dose {dose_gy:g} Gy", todo="Dose is a number from 0")
