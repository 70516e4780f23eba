"""Recovery of the cord with time: published schemes, off unless a person chooses one.

Two different things are called 25 and 50 %: that the *tolerance* grows to 125 and 150 %, and that the *previous dose*
is discounted by 25 and 50 %. They come to the same only where the previous dose was the tolerance. Neither is ever
combined with the limits of HyTEC, Sahgal or Nieder, which were fitted on undiscounted sums (RADIOBIOLOGY §3.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from myelon.errors import DoseError
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.dose.interval import Interval

Meaning = Literal["tolerance grows", "previous dose is discounted"]
UNDISCOUNTED = ("HyTEC", "Sahgal", "Nieder")
"""Rules that were fitted on sums without any recovery."""


class Scheme(NamedTuple):
    """Steps of months and recovered share; half-open: a step holds from its month on."""

    id: str
    name: str
    steps: tuple[tuple[float, float], ...]
    source: str
    status: Verification

    def share(self, months: float) -> float:
        """Recovered share after so many months.

        >>> SCHEMES["tolerance_25_50"].share(5.9), SCHEMES["tolerance_25_50"].share(12.0)
        (0.0, 0.5)

        Raises:
            DoseError: A negative time.
        """
        if not months >= 0:
            raise DoseError(f"{months:g} months of recovery", todo="Give months from 0")
        return max((share for start, share in self.steps if months >= start - 1e-9), default=0.0)

    def least_share(self, interval: Interval) -> float:
        """The share on the worst reading of an interval; nothing where it is unknown."""
        shortest, _ = interval.months
        return 0.0 if shortest is None else self.share(shortest)


_SLOW = tuple((12.0 * year, 0.05 * year) for year in range(11))
SCHEMES = {
    row.id: row
    for row in (
        Scheme("none", "no recovery", ((0.0, 0.0),), "HyTEC and Nieder credit none", Verification.VERIFIED),
        Scheme(
            "tolerance_25_50", "25 % from 6, 50 % from 12 months", ((0.0, 0.0), (6.0, 0.25), (12.0, 0.5)),
            "doi2021 (text), abusaris2011 (second-hand), price2021", Verification.VERIFIED,
        ),
        Scheme(
            "paradis_2019", "Paradis 2019", ((0.0, 0.0), (3.0, 0.1), (6.0, 0.25), (12.0, 0.5)),
            "paradis2019", Verification.SECOND_HAND,
        ),
        Scheme(
            "slicer_radreirradiation", "SlicerRadReirradiation", ((0.0, 0.0), (6.0, 0.25), (12.0, 0.5), (24.0, 0.65)),
            "its README", Verification.VERIFIED,
        ),
        Scheme("noel_slow", "5 % a year", _SLOW, "a public application; primary not found", Verification.SECOND_HAND),
    )
}  # fmt: skip
"""Every scheme by its id; `none` is the default everywhere."""


def allowed_bed(tolerance_bed: float, previous_bed: float, share: float, meaning: Meaning) -> float:
    """BED that is left under a tolerance of one's own, by either meaning of the share; 0 when nothing is.

    >>> allowed_bed(50.0, 50.0, 0.5, "tolerance grows"), allowed_bed(50.0, 50.0, 0.5, "previous dose is discounted")
    (25.0, 25.0)
    >>> allowed_bed(50.0, 30.0, 0.5, "tolerance grows"), allowed_bed(50.0, 30.0, 0.5, "previous dose is discounted")
    (45.0, 35.0)

    Raises:
        DoseError: A share outside 0 to 1, or an unknown meaning.
    """
    if not 0.0 <= share <= 1.0:
        raise DoseError(f"recovered share {share:g}", todo="A share lies between 0 and 1")
    if meaning == "tolerance grows":
        return max(tolerance_bed * (1.0 + share) - previous_bed, 0.0)
    if meaning == "previous dose is discounted":
        return max(tolerance_bed - (1.0 - share) * previous_bed, 0.0)
    raise DoseError(f"recovery as {meaning!r}", todo="Say “tolerance grows” or “previous dose is discounted”")


def check_combination(rule: str, scheme: Scheme) -> None:
    """Refuse to credit recovery against a rule that was fitted without it.

    >>> check_combination("Nieder 2006", SCHEMES["none"])

    Raises:
        DoseError: The rule was made on undiscounted sums.
    """
    if scheme.id != "none" and rule.startswith(UNDISCOUNTED):
        raise DoseError(
            f"{rule} was fitted on undiscounted sums: recovery ({scheme.name}) would count twice",
            todo="Use no recovery with this rule",
        )
