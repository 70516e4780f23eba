"""Indices of conformity, gradient and homogeneity, each by the definition in its name.

The same words stand for different quotients in different systems: a value without the name of its definition says
nothing. Definitions: RADIOBIOLOGY §5 (verified).
"""

from __future__ import annotations

from myelon.errors import DoseError


def conformity_rtog(prescription_isodose_cc: float, target_cc: float) -> float:
    """CI RTOG: volume of the prescription isodose over volume of the target.

    >>> conformity_rtog(60.0, 50.0)
    1.2
    """
    return prescription_isodose_cc / _volume(target_cc, "target")


def conformity_paddick(target_in_isodose_cc: float, target_cc: float, prescription_isodose_cc: float) -> float:
    """CI Paddick: covered target squared over target times isodose. Some systems print its inverse.

    >>> conformity_paddick(48.0, 50.0, 60.0)
    0.768

    Raises:
        DoseError: More target inside the isodose than there is of either.
    """
    if target_in_isodose_cc > min(target_cc, prescription_isodose_cc) * (1.0 + 1e-9):
        raise DoseError("more target in the isodose than target or isodose", todo="Check the three volumes")
    return target_in_isodose_cc**2 / (_volume(target_cc, "target") * _volume(prescription_isodose_cc, "isodose"))


def gradient_paddick(half_prescription_isodose_cc: float, prescription_isodose_cc: float) -> float:
    """GI Paddick: volume of half the prescription isodose over volume of the prescription isodose.

    >>> round(gradient_paddick(250.0, 60.0), 4)
    4.1667
    """
    return half_prescription_isodose_cc / _volume(prescription_isodose_cc, "isodose")


def r50(half_prescription_isodose_cc: float, target_cc: float) -> float:
    """R50 %: volume of half the prescription isodose over volume of the target.

    >>> r50(250.0, 50.0)
    5.0
    """
    return half_prescription_isodose_cc / _volume(target_cc, "target")


def homogeneity_icru83(d2_gy: float, d98_gy: float, d50_gy: float) -> float:
    """HI of ICRU 83: (D2% - D98%) / D50%; 0 is homogeneous.

    >>> round(homogeneity_icru83(32.0, 28.0, 30.0), 4)
    0.1333
    """
    if not d50_gy > 0:
        raise DoseError(f"D50 % of {d50_gy:g} Gy", todo="HI needs a dose above 0")
    return (d2_gy - d98_gy) / d50_gy


def homogeneity_rtog(maximum_gy: float, prescription_gy: float) -> float:
    """HI RTOG: maximum over prescription.

    >>> homogeneity_rtog(33.0, 30.0)
    1.1
    """
    if not prescription_gy > 0:
        raise DoseError(f"prescription of {prescription_gy:g} Gy", todo="HI needs a dose above 0")
    return maximum_gy / prescription_gy


def _volume(cc: float, what: str) -> float:
    if not cc > 0:
        raise DoseError(f"volume of the {what} {cc:g} cc", todo="An index needs a volume above 0")
    return cc
