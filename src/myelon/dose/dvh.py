"""Dose–volume histogram of a structure, and the metrics read from it.

Metrics (RADIOBIOLOGY §5): D_Vcc is the least dose in the hottest V cc, D_x% the same in percent of the volume,
V_xGy the volume with at least x Gy. A volume larger than the structure has no D_Vcc: null with a flag, never
the minimum. D0.03cc and D0.035cc are different metrics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.errors import DoseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.dose.grid import DoseGrid
    from myelon.dose.structure import EndCaps, Structure

BIN_GY = 0.01
FINEST_STRIP_MM = 0.1
COARSEST_STRIP_MM = 1.0
OUTLINE_WITHIN_SHARE, OUTLINE_WITHIN_CC = 0.02, 0.02
"""How far the volume may be from that of the outlines before a warning."""
HIGHEST_GY = 10_000.0
"""No treatment gives more: such a grid has a wrong unit or scaling, and its curve would have millions of bins."""
STRIPS_PER_DIAMETER = 60
LAYER_MM = 1.0
WHOLLY_COVERED = 0.9999

_METRIC = re.compile(r"^(D|V)(\d+(?:\.\d+)?)(cc|%|Gy)$|^(Dmean|Dmax|Dmin|mean|max|min|volume)$", re.IGNORECASE)


class Metric(NamedTuple):
    """A metric's value, its unit, and a flag when it does not mean what it says."""

    name: str
    value: float | None
    unit: str
    flag: str = ""


@dataclass(frozen=True, eq=False)
class DVH:
    """Cumulative dose–volume histogram.

    Attributes:
        structure: ROI name.
        edges_gy: Dose at each bin edge, shape (bins,).
        volume_cc: Volume with at least that dose, shape (bins,).
        covered_cc: Volume inside every dose grid; the curve is of this part.
        outside_cc: Volume outside a grid: dose unknown there, never counted as zero.
        mean_gy, min_gy, max_gy: Over the covered part, by interpolation.
        end_caps: Convention of the ends.
        unit: "Gy" or "EQD2".
        warnings: From contours and coverage.
    """

    structure: str
    edges_gy: NDArray[np.float64]
    volume_cc: NDArray[np.float64]
    covered_cc: float
    outside_cc: float
    mean_gy: float
    min_gy: float
    max_gy: float
    end_caps: EndCaps
    unit: str = "Gy"
    warnings: tuple[str, ...] = ()

    @property
    def total_cc(self) -> float:
        """Volume of the structure."""
        return self.covered_cc + self.outside_cc

    @property
    def covered_share(self) -> float:
        """Share of the structure inside the dose grid."""
        return self.covered_cc / self.total_cc if self.total_cc > 0 else 0.0

    def dose_at_cc(self, volume_cc: float) -> float | None:
        """Least dose in the hottest volume; None when the covered part is smaller."""
        if volume_cc > self.covered_cc * (1 + 1e-9) or self.covered_cc <= 0:
            return None
        if volume_cc <= 0:
            return self.max_gy
        above = self.volume_cc
        after = int(np.searchsorted(-above, -volume_cc, side="left"))
        if after == 0:
            return self.min_gy
        if after >= len(above):
            return self.max_gy
        high, low = above[after - 1], above[after]
        share = (high - volume_cc) / (high - low) if high > low else 0.0
        dose = self.edges_gy[after - 1] + share * (self.edges_gy[after] - self.edges_gy[after - 1])
        return float(min(max(dose, self.min_gy), self.max_gy))

    def volume_at_gy(self, dose_gy: float) -> float:
        """Volume in cc with at least a dose."""
        return float(np.interp(dose_gy, self.edges_gy, self.volume_cc, right=0.0))

    def differential(self, bin_gy: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Volume in cc per bin of dose.

        Args:
            bin_gy: Width of a bin.

        Returns:
            Edges, shape (bins + 1,), and volumes, shape (bins,), which add up to the covered volume.

        Raises:
            DoseError: A width that is not positive.
        """
        if not bin_gy > 0:
            raise DoseError(f"bins of {bin_gy:g} Gy", where=self.structure, todo="Give a width above 0")
        edges = np.arange(0.0, self.edges_gy[-1] + bin_gy, bin_gy)
        above = np.interp(edges, self.edges_gy, self.volume_cc, right=0.0)
        above[0] = self.covered_cc
        return edges, np.asarray(-np.diff(np.append(above, 0.0))[: len(edges) - 1])

    def plus(self, even_gy: float) -> DVH:
        """The curve of the same structure with one more dose, the same everywhere in it.

        Its extremes, its mean and what lies outside a grid are exact; between two edges of the curve the volume is
        interpolated.

        Args:
            even_gy: Dose added, in the unit of the curve.

        Raises:
            DoseError: A dose below 0, or higher than a grid may hold.
        """
        if not 0.0 <= even_gy <= HIGHEST_GY:
            raise DoseError(f"an even dose of {even_gy:.3g} Gy", where=self.structure, todo="Give a dose from 0")
        bin_gy = float(self.edges_gy[1] - self.edges_gy[0])
        edges = np.arange(len(self.edges_gy) + int(np.ceil(even_gy / bin_gy)), dtype=np.float64) * bin_gy
        volume = np.interp(edges - even_gy, self.edges_gy, self.volume_cc, left=self.covered_cc, right=0.0)
        return replace(
            self,
            edges_gy=edges,
            volume_cc=volume,
            mean_gy=self.mean_gy + even_gy,
            min_gy=self.min_gy + even_gy,
            max_gy=self.max_gy + even_gy,
        )

    def relative(self) -> NDArray[np.float64]:
        """The cumulative curve in percent of the whole structure, at each dose edge."""
        return np.asarray(100.0 * self.volume_cc / self.total_cc)

    def metric(self, name: str) -> Metric:
        """A metric by its name: D0.03cc, D2%, V20Gy, mean, max, min, volume.

        Raises:
            DoseError: Not a metric.
        """
        match = _METRIC.match(name.strip())
        if match is None:
            raise DoseError(
                f"metric {name!r}", todo="Use D0.03cc, D2%, V20Gy, mean, max, min or volume, separated by commas"
            )
        flag = "" if self.covered_share > WHOLLY_COVERED else f"of the {self.covered_share:.1%} inside the dose grid"
        if match[4]:
            key = match[4].lower().removeprefix("d")
            if key == "volume":
                return Metric(name, self.total_cc, "cc")
            return Metric(name, {"mean": self.mean_gy, "max": self.max_gy, "min": self.min_gy}[key], "Gy", flag)
        letter, number, unit = match[1].upper(), float(match[2]), match[3].lower()
        if letter == "D" and unit != "gy":
            wanted = number if unit == "cc" else number / 100.0 * self.covered_cc
            dose = self.dose_at_cc(wanted)
            return Metric(name, dose, "Gy", flag if dose is not None else "volume is larger than the structure")
        if letter == "V" and unit == "gy":
            return Metric(name, self.volume_at_gy(number), "cc", flag)
        raise DoseError(f"metric {name!r}", todo="D takes cc or %, V takes Gy")


def dvh(
    structure: Structure,
    grids: Sequence[DoseGrid],
    *,
    end_caps: EndCaps = "slab",
    bin_gy: float = BIN_GY,
) -> DVH:
    """DVH of a structure under one grid, or under the sum of several at the same point.

    Args:
        structure: Contours; any orientation.
        grids: One grid in a list, or several in the same unit and frame of reference.
        end_caps: ``slab`` or ``none``; reported with the volume because it moves small volumes by tens of percent.
        bin_gy: Width of a bin of the curve.

    Raises:
        DoseError: Frames of reference or units differ, the structure has no volume, or a dose that cannot be.
    """
    from myelon.dose.sampling import MOST_GRIDS, histogram  # noqa: PLC0415  # numba loads only where it is used

    summed = list(grids)
    if not 1 <= len(summed) <= MOST_GRIDS:
        raise DoseError(f"{len(summed)} dose grids", where=structure.name, todo=f"Give 1 to {MOST_GRIDS}")
    _check_frames(structure, summed)
    summed = [g.straight(structure.points(), structure.reach_mm + g.spacing_mm[2]) for g in summed]
    spacing = min(min(g.spacing_mm) for g in summed)
    slabs = [s for s in structure.slabs(end_caps, single_plane_mm=summed[0].spacing_mm[2]) if s.high_mm > s.low_mm]
    if not slabs:
        raise DoseError(
            "structure on a single plane has no volume without end caps",
            where=structure.name,
            todo="Use the end caps 'slab'",
        )
    span = max(float(np.ptp(p, axis=0).min()) for s in slabs for p in s.polygons)
    strip = float(np.clip(span / STRIPS_PER_DIAMETER, FINEST_STRIP_MM, COARSEST_STRIP_MM))
    top = float(sum(np.nanmax(g.values, initial=0.0) for g in summed))
    if not top <= HIGHEST_GY:
        raise DoseError(
            f"greatest dose {top:.3g} Gy",
            where=summed[0].label,
            todo="Its unit or DoseGridScaling is wrong: export again",
        )
    bins = int(np.ceil(max(top, 1.0) / bin_gy)) + 4
    content = histogram(
        slabs, structure.axes, summed, strip_mm=strip, layer_mm=min(LAYER_MM, spacing), bin_gy=bin_gy, bins=bins
    )
    covered = content.covered_mm3 / 1000.0
    total = covered + content.outside_mm3 / 1000.0
    if total <= 0:
        raise DoseError("structure has no volume", where=structure.name, todo="Contour it, or leave it out")
    warnings = list(structure.warnings)
    outlined = structure.outlined_mm3(slabs) / 1000.0
    if abs(total - outlined) > max(OUTLINE_WITHIN_SHARE * outlined, OUTLINE_WITHIN_CC):
        warnings.append(
            f"its outlines enclose {outlined:.3f} cc, its inside is {total:.3f} cc: a contour crosses itself"
        )
    if covered < WHOLLY_COVERED * total:
        warnings.append(f"{covered / total:.1%} of the structure lies inside the dose grid; the rest is unknown")
    return DVH(
        structure.name,
        np.arange(bins + 1, dtype=np.float64) * bin_gy,
        np.asarray(np.clip(covered - content.below / 1000.0, 0.0, None), dtype=np.float64),
        covered,
        content.outside_mm3 / 1000.0,
        content.dose_volume / content.covered_mm3 if covered > 0 else float("nan"),
        content.low,
        min(content.high, top),
        end_caps,
        summed[0].unit,
        tuple(warnings),
    )


def warm_up() -> None:
    """Compile the kernels, or load them from the disk, before somebody waits for them: about 14 s once, 1 s after."""
    from myelon.dose.grid import DoseGrid  # noqa: PLC0415  # a runtime need of this function alone
    from myelon.dose.structure import Structure  # noqa: PLC0415  # as above

    x, y, z = np.eye(3)
    flat = DoseGrid(np.ones((3, 3, 3), dtype=np.float32), np.zeros(3), x, y, z, np.arange(3.0))
    square = np.array([[0.5, 0.5], [1.5, 0.5], [1.5, 1.5], [0.5, 1.5]])
    contours = [np.column_stack([square, np.full(4, height)]) for height in (0.5, 1.5)]
    dvh(Structure.from_contours("warm-up", contours), [flat])
    flat.at(np.ones((1, 3)))


def _check_frames(structure: Structure, grids: Sequence[DoseGrid]) -> None:
    frames = {f for f in (structure.frame_of_reference, *(g.frame_of_reference for g in grids)) if f}
    if len(frames) > 1:
        raise DoseError(
            "dose and contours lie in different frames of reference",
            where=structure.name,
            todo="Give the transform between them",
        )
    if len({g.patient for g in grids if g.patient}) > 1:
        raise DoseError("doses of different patients", where=structure.name, todo="Give the courses of one patient")
    if len({g.unit for g in grids}) > 1:
        raise DoseError("grids in different units cannot be added", where=structure.name, todo="Convert all to EQD2")


# ── metrics of a list of equal voxels ───────────────────────────────────────────────────────────────────


def discrete_dose_at_cc(doses_gy: NDArray[np.float64], voxel_cc: float, volume_cc: float) -> Metric:
    """D_Vcc of equal voxels: the dose of the ceil(V/v)-th hottest (RADIOBIOLOGY §5).

    >>> discrete_dose_at_cc(np.arange(1, 101) / 10, 0.01, 0.03).value
    9.8
    """
    name = f"D{volume_cc:g}cc"
    rank = int(np.ceil(volume_cc / voxel_cc - 1e-9))
    if rank > len(doses_gy):
        return Metric(name, None, "Gy", "volume is larger than the structure")
    hottest = np.sort(doses_gy)[::-1]
    flag = "fewer than 2 voxels" if volume_cc < 2 * voxel_cc else ""
    return Metric(name, float(hottest[max(rank, 1) - 1]), "Gy", flag)


def discrete_volume_at_gy(doses_gy: NDArray[np.float64], voxel_cc: float, dose_gy: float) -> tuple[float, float]:
    """V_xGy of equal voxels, in cc and in percent; at least x counts.

    >>> discrete_volume_at_gy(np.arange(1, 101) / 10, 0.01, 5.0)
    (0.51, 51.0)
    """
    count = int(np.count_nonzero(doses_gy >= dose_gy - 1e-9))
    return round(count * voxel_cc, 12), 100.0 * count / len(doses_gy)
