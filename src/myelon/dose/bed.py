"""Biologically effective dose by the linear-quadratic model, and the doses equivalent to it.

    BED = n d (1 + d / (α/β))        EQD2 = BED / (1 + 2 / (α/β))        d = D / n

Valid for about 1 to 8 Gy per fraction with full repair between fractions; no repopulation term, as for late
cord injury. Courses add at the same voxel and the same α/β only. Sources: barendsen1982, withers1983
(RADIOBIOLOGY §1.1). Every function takes numbers or arrays of dose.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from myelon.errors import DoseError

if TYPE_CHECKING:
    from numpy.typing import NDArray

HIGHEST_PLAUSIBLE_GY = 200.0
"""Above this a total is cGy typed as Gy (RADIOBIOLOGY §8.4)."""
LQ_VALID_TO_GY_PER_FRACTION = 8.0
"""Above this dose per fraction the model is stretched: warn, do not block (RADIOBIOLOGY §1.1)."""

DoseT = TypeVar("DoseT", float, "NDArray[np.floating]")


def check_course(total_gy: float, fractions: int) -> None:
    """Refuse what cannot be a course.

    Raises:
        DoseError: Negative or implausibly large total, or fractions that are not a whole number ≥ 1.
    """
    if isinstance(fractions, bool) or fractions != int(fractions) or fractions < 1:
        raise DoseError(f"{fractions} fractions", todo="Fractions are a whole number from 1")
    if not np.isfinite(total_gy) or total_gy < 0:
        raise DoseError(f"total dose {total_gy:g} Gy", todo="Dose is a number from 0")
    if total_gy > HIGHEST_PLAUSIBLE_GY:
        raise DoseError(f"total dose {total_gy:g} Gy is above {HIGHEST_PLAUSIBLE_GY:g}", todo="Give Gy, not cGy")


def check_alpha_beta(alpha_beta_gy: float) -> None:
    """Refuse an α/β that is not positive.

    Raises:
        DoseError: α/β ≤ 0 or not a number.
    """
    if not np.isfinite(alpha_beta_gy) or alpha_beta_gy <= 0:
        raise DoseError(f"α/β of {alpha_beta_gy:g} Gy", todo="α/β is a number above 0")


def bed(total_gy: DoseT, fractions: int, alpha_beta_gy: float) -> DoseT:
    """BED in Gy with the α/β as index.

    >>> round(bed(50.4, 28, 2), 2), round(bed(24.0, 5, 2), 2)
    (95.76, 81.6)

    Raises:
        DoseError: Fractions or α/β impossible.
    """
    check_alpha_beta(alpha_beta_gy)
    check_course(float(np.max(total_gy)), fractions)
    return total_gy * (1.0 + total_gy / (fractions * alpha_beta_gy))


def eqd2(total_gy: DoseT, fractions: int, alpha_beta_gy: float) -> DoseT:
    """Dose in 2 Gy fractions with the same effect.

    >>> round(eqd2(50.4, 28, 2), 2), round(eqd2(24.0, 5, 2), 2)
    (47.88, 40.8)
    """
    return eqd2_of_bed(bed(total_gy, fractions, alpha_beta_gy), alpha_beta_gy)


def eqd2_of_bed(bed_gy: DoseT, alpha_beta_gy: float) -> DoseT:
    """EQD2 of a BED at the same α/β."""
    return bed_gy / (1.0 + 2.0 / alpha_beta_gy)


def withers(total_gy: float, from_gy_per_fraction: float, to_gy_per_fraction: float, alpha_beta_gy: float) -> float:
    """Total dose in another fraction size with the same effect.

    >>> withers(30.0, 3.0, 2.0, 10.0)
    32.5
    """
    check_alpha_beta(alpha_beta_gy)
    return total_gy * (from_gy_per_fraction + alpha_beta_gy) / (to_gy_per_fraction + alpha_beta_gy)


def gy_per_fraction_of_bed(bed_gy: float, fractions: int, alpha_beta_gy: float) -> float:
    """Fraction size that gives a BED in n fractions; 0 when nothing is left.

    >>> round(gy_per_fraction_of_bed(4.24, 1, 2.0), 3)
    2.079
    """
    check_alpha_beta(alpha_beta_gy)
    check_course(0.0, fractions)
    if bed_gy <= 0:
        return 0.0
    return float(alpha_beta_gy / 2.0 * (np.sqrt(1.0 + 4.0 * bed_gy / (fractions * alpha_beta_gy)) - 1.0))


def single_fraction_equivalent(total_gy: float, fractions: int, alpha_beta_gy: float) -> float:
    """SFED: the single dose with the same BED.

    >>> round(single_fraction_equivalent(24.0, 2, 2.0), 4)
    17.3576
    """
    return gy_per_fraction_of_bed(bed(total_gy, fractions, alpha_beta_gy), 1, alpha_beta_gy)


def gy_words(value: float) -> str:
    """A dose to a hundredth; "not converted" where there is none, as of carbon ions.

    >>> gy_words(43.2), gy_words(math.nan)
    ('43.20 Gy', 'not converted')
    """
    return f"{value:.2f} Gy" if math.isfinite(value) else "not converted"


class Prescription(NamedTuple):
    """Total and fractions of a course as prescribed: not what any organ had."""

    total_gy: float
    fractions: int

    @classmethod
    def parse(cls, text: str) -> Prescription:
        """Read "50.4/28".

        >>> Prescription.parse("50.4/28")
        Prescription(total_gy=50.4, fractions=28)

        Raises:
            DoseError: Not of the form total/fractions, or impossible.
        """
        total, slash, count = text.replace(" ", "").partition("/")
        try:
            course = cls(float(total), int(count))
        except ValueError as error:
            raise DoseError(f"course {text!r}", todo="Write total Gy over fractions, such as 50.4/28") from error
        if not slash:
            raise DoseError(f"course {text!r}", todo="Write total Gy over fractions, such as 50.4/28")
        check_course(course.total_gy, course.fractions)
        return course

    @property
    def gy_per_fraction(self) -> float:
        """Total over fractions."""
        return self.total_gy / self.fractions

    def __str__(self) -> str:
        """Total over fractions: "50.4 Gy / 28"."""
        return f"{self.total_gy:g} Gy / {self.fractions}"
