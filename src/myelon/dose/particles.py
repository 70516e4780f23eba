"""Protons and carbon ions: what may be converted, and what may not.

Protons have a constant RBE of 1.1 by convention. A dose of carbon ions is a number of the model it was made with
and of its fractionation: a constant factor between models is wrong at organ doses, so that no published photon
limit is applied to it. Sources: icru78, fossati2012, zhang2020 (RADIOBIOLOGY §1.5).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from myelon.dose.bed import check_course, eqd2
from myelon.errors import DoseError

if TYPE_CHECKING:
    from myelon.dose.grid import DoseGrid

PROTON_RBE = 1.1
DoseType = Literal["PHYSICAL", "EFFECTIVE"]
CarbonModel = Literal["NIRS clinical", "MKM", "LEM I", "LEM IV", "not reported"]


def proton_rbe_dose(total_gy: float, dose_type: DoseType) -> float:
    """Dose weighted by the RBE. A DICOM dose that says EFFECTIVE is weighted already and is not multiplied again.

    >>> round(proton_rbe_dose(50.4, "PHYSICAL"), 2), proton_rbe_dose(55.44, "EFFECTIVE")
    (55.44, 55.44)

    Raises:
        DoseError: Another dose type.
    """
    if dose_type not in {"PHYSICAL", "EFFECTIVE"}:
        raise DoseError(f"dose type {dose_type!r}", todo="A dose is PHYSICAL or EFFECTIVE (DICOM 3004,0004)")
    check_course(total_gy, 1)
    return total_gy * (PROTON_RBE if dose_type == "PHYSICAL" else 1.0)


def in_photon_gy(grid: DoseGrid, modality: str) -> tuple[DoseGrid, str]:
    """A grid of a course as a dose that photon radiobiology may convert, and what was done to it.

    Protons: a physical dose is multiplied by 1.1; one that says EFFECTIVE is Gy(RBE) already. Towards the distal edge
    of a proton beam the RBE is higher than 1.1.

    Args:
        grid: As read; its unit says "Gy" or "Gy (effective)".
        modality: photon, proton, electron, or "not reported".

    Raises:
        DoseError: Carbon ions, or an effective dose of a course that is not of protons.
    """
    if modality == "carbon":
        raise DoseError("dose of carbon ions", where=grid.label, todo="It is converted by its own model only")
    if modality == "proton":
        edge = "towards the distal edge the effect may be higher"
        if grid.unit == "Gy":
            values = (grid.values * np.float32(PROTON_RBE)).astype(np.float32)
            return replace(grid, values=values), f"physical dose of protons, multiplied by {PROTON_RBE:g}; {edge}"
        return replace(grid, unit="Gy"), f"effective dose of protons, taken as Gy(RBE); {edge}"
    if grid.unit != "Gy":
        raise DoseError(
            f"DoseType EFFECTIVE of a course of {'photons' if modality == 'photon' else f'modality {modality}'}",
            where=grid.label,
            todo="Record protons, or export the physical dose",
        )
    return grid, ""


class Indicative(NamedTuple):
    """A number that no limit may be compared with, and why."""

    value: float
    why: str


class CarbonCourse(NamedTuple):
    """A course of carbon ions as printed: GyE of a model."""

    total_gye: float
    fractions: int
    model: CarbonModel = "not reported"

    def indicative_eqd2(self, alpha_beta_gy: float) -> Indicative:
        """EQD2 as if a GyE were a Gy of photons: for orientation only.

        >>> CarbonCourse(64.0, 16).indicative_eqd2(2.0).value
        96.0
        """
        why = (
            f"indicative only: GyE of model {self.model}; no automatic conversion between models or to photons"
            if self.model != "not reported"
            else "indicative only: the RBE model is not reported"
        )
        return Indicative(eqd2(self.total_gye, self.fractions, alpha_beta_gy), why)
