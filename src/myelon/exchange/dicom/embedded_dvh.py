"""DVHs that a planning system wrote into its RT Dose, beside those computed here from grid and contours."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.exchange.dicom.dataset import BROKEN, RTDOSE, open_dataset

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from myelon.dose.dvh import DVH

WITHIN_GY, WITHIN_SHARE = 0.5, 0.02
"""Doses closer than this agree; beyond it a person is told. Volumes: 5 % or 0.1 cc."""
_WITHIN_VOLUME_SHARE, _WITHIN_CC = 0.05, 0.1


class EmbeddedDvh(NamedTuple):
    """A cumulative curve as the file holds it."""

    roi_numbers: tuple[int, ...]
    doses_gy: NDArray[np.float64]
    volume_cc: NDArray[np.float64]
    """Volume with at least that dose."""
    mean_gy: float | None
    max_gy: float | None


class ComparedDvh(NamedTuple):
    """A structure's metric in the file and computed here."""

    structure: str
    metric: str
    unit: str
    file: float
    ours: float

    @property
    def differs(self) -> bool:
        """Whether a person should look at the two."""
        apart = abs(self.file - self.ours)
        if self.unit == "cc":
            return apart > max(_WITHIN_CC, _WITHIN_VOLUME_SHARE * self.file)
        return apart > max(WITHIN_GY, WITHIN_SHARE * self.file)


def read_embedded_dvhs(path: Path) -> tuple[EmbeddedDvh, ...]:
    """The DVHs of an RT Dose in absolute Gy and cm³; those in other units are left out.

    Raises:
        DicomError: Not RT Dose.
    """
    found = []
    for item in open_dataset(path, RTDOSE).get("DVHSequence") or []:
        try:
            numbers = tuple(int(r.ReferencedROINumber) for r in item.DVHReferencedROISequence)
            data = np.array([float(v) for v in item.DVHData], dtype=np.float64).reshape(-1, 2)
            scaling = float(item.get("DVHDoseScaling") or 1.0)
            if str(item.DoseUnits).upper() != "GY" or str(item.get("DVHVolumeUnits", "")).upper() != "CM3":
                continue
            kind = str(item.DVHType).upper()
            mean, most = (
                float(v) if (v := item.get(k)) is not None else None for k in ("DVHMeanDose", "DVHMaximumDose")
            )
        except BROKEN:
            continue
        widths, volumes = data[:, 0] * scaling, data[:, 1]
        if kind not in {"CUMULATIVE", "DIFFERENTIAL"} or not np.isfinite(data).all() or not len(data):
            continue
        doses = np.concatenate([[0.0], np.cumsum(widths)])
        above = np.cumsum(volumes[::-1])[::-1] if kind == "DIFFERENTIAL" else volumes
        found.append(EmbeddedDvh(numbers, doses[:-1], above, mean, most))
    return tuple(found)


def compare_dvhs(
    embedded: tuple[EmbeddedDvh, ...], names: Mapping[int, str], ours: Mapping[str, DVH]
) -> tuple[ComparedDvh, ...]:
    """Volume, mean, maximum and D0.03cc of each structure that both hold.

    Args:
        embedded: From the file.
        names: ROI number → name.
        ours: Name → our curve, physical Gy.
    """
    rows: list[ComparedDvh] = []
    for curve in embedded:
        name = names.get(curve.roi_numbers[0], "") if len(curve.roi_numbers) == 1 else ""
        mine = ours.get(name)
        if mine is None:
            continue
        rows.append(ComparedDvh(name, "volume", "cc", float(curve.volume_cc[0]), mine.total_cc))
        if curve.mean_gy is not None:
            rows.append(ComparedDvh(name, "mean", "Gy", curve.mean_gy, mine.mean_gy))
        if curve.max_gy is not None:
            rows.append(ComparedDvh(name, "max", "Gy", curve.max_gy, mine.max_gy))
        small = mine.dose_at_cc(0.03)
        if small is not None and curve.volume_cc[0] > 0.03:
            at = float(np.interp(-0.03, -curve.volume_cc, curve.doses_gy))
            rows.append(ComparedDvh(name, "D0.03cc", "Gy", at, small))
    return tuple(rows)
