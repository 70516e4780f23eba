"""A contoured structure: closed polygons on parallel planes, in any orientation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from myelon.dose.contours import MOSTLY_HOLLOW, SAME_PLANE_MM, area_mm2, combine, planes_of
from myelon.errors import DoseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.dose.contours import Combined

EndCaps = Literal["slab", "none"]
"""``slab``: the first and last plane reach half a spacing beyond; ``none``: they end there (as Eclipse does)."""

FARTHEST_MM = 1e5
"""No point of a patient lies farther from the origin than 100 m: such a coordinate is a writer's fault."""
PLANAR_WITHIN_MM = 0.1
"""How far a point may leave its contour's plane."""
WIDEST_FILLED_GAP = 3.0
"""A gap of up to this many plane spacings is taken as missing planes and filled; a wider one parts the structure."""


class Slab(NamedTuple):
    """One contour plane and the stretch of the normal that it stands for."""

    plane_mm: float
    low_mm: float
    high_mm: float
    polygons: tuple[NDArray[np.float64], ...]


@dataclass(frozen=True, eq=False)
class Structure:
    """Polygons on parallel planes.

    Attributes:
        name: ROI name, TG-263 where the source used it.
        axes: Rows are the in-plane directions u and v and the normal w, unit vectors in LPS.
        planes_mm: Distance of each plane along w, ascending.
        polygons: For each plane its closed polygons in (u, v) mm, to be read by even-odd: a polygon in a polygon
            is a hole, a keyhole channel encloses nothing. What overlapped was united, what repeated left out.
        warnings: What was odd about the contours.
    """

    name: str
    axes: NDArray[np.float64]
    planes_mm: NDArray[np.float64]
    polygons: tuple[tuple[NDArray[np.float64], ...], ...]
    frame_of_reference: str = ""
    warnings: tuple[str, ...] = ()
    cap_mm: float | None = None
    """How far the ends reach beyond with ``slab``; half the usual spacing when None."""

    @classmethod
    def from_contours(
        cls,
        name: str,
        contours: Sequence[NDArray[np.float64]],
        *,
        frame_of_reference: str = "",
        xor: Sequence[bool] | None = None,
    ) -> Structure:
        """Sort contours in LPS mm, each of shape (n, 3), into planes and put those of a plane together.

        Args:
            name: ROI name.
            contours: Closed contours.
            frame_of_reference: UID.
            xor: For each contour whether it combines by exclusive-or (CLOSEDPLANAR_XOR); none does when None.

        Raises:
            DoseError: No contour encloses anything, contours lie on planes that are not parallel, or a point
                leaves its plane or lies where no patient is.
        """
        marks = xor if xor is not None else [False] * len(contours)
        given = [(np.asarray(c, dtype=float), mark) for c, mark in zip(contours, marks, strict=True)]
        closed = [(c, mark) for c, mark in given if len(c) >= 3]
        if not all((np.abs(c) <= FARTHEST_MM).all() for c, _ in closed):
            raise DoseError(
                f"a contour point is no number, or lies farther than {FARTHEST_MM:g} mm from the origin",
                where=name, todo="Export the structures again",
            )  # fmt: skip
        normals = [_area_vector(c) for c, _ in closed]
        sizes = [float(np.linalg.norm(n)) for n in normals]
        if not closed or max(sizes) < 1e-6:
            raise DoseError("structure has no volume", where=name, todo="Contour it, or leave it out")
        normal = normals[int(np.argmax(sizes))] / max(sizes)
        normal = normal * np.sign(normal[np.argmax(np.abs(normal))])
        axes = _frame(normal)
        local = [c @ axes.T for c, _ in closed]
        if any(np.ptp(c[:, 2]) > 2 * PLANAR_WITHIN_MM for c in local):
            raise DoseError("a contour does not lie in the plane of the others", where=name, todo="Contour again")
        planes = planes_of([float(np.median(c[:, 2])) for c in local])
        parts = [combine([(local[n][:, :2], closed[n][1]) for n in members]) for members in planes.members]
        warnings = (*_contour_warnings(planes.joined_mm, parts), *_gap_warnings(planes.heights))
        return cls(name, axes, planes.heights, tuple(p.polygons for p in parts), frame_of_reference, warnings)

    def outlined_mm3(self, slabs: Sequence[Slab]) -> float:
        """Volume of slabs by the areas of their outlines: what the DVH's own volume is checked against."""
        return sum(area_mm2(slab.polygons) * (slab.high_mm - slab.low_mm) for slab in slabs)

    @property
    def spacing_mm(self) -> float:
        """Usual distance between planes; 0 for a single plane."""
        return float(np.median(np.diff(self.planes_mm))) if len(self.planes_mm) > 1 else 0.0

    def slabs(self, end_caps: EndCaps, *, single_plane_mm: float = 0.0) -> list[Slab]:
        """Each plane with the stretch it stands for.

        Args:
            end_caps: Whether the ends reach half a spacing beyond the first and last plane.
            single_plane_mm: Thickness of a structure of one plane (the frame spacing of the dose).
        """
        planes, usual = self.planes_mm, self.spacing_mm or single_plane_mm
        cap = (usual / 2.0 if self.cap_mm is None else self.cap_mm) if end_caps == "slab" else 0.0
        steps = np.concatenate([[np.inf], np.diff(planes), [np.inf]])
        reach = np.where(steps <= WIDEST_FILLED_GAP * usual + SAME_PLANE_MM, steps / 2.0, cap)
        return [
            Slab(float(plane), float(plane - reach[i]), float(plane + reach[i + 1]), self.polygons[i])
            for i, plane in enumerate(planes)
        ]

    def interpolated(self, step_mm: float) -> Structure:
        """The structure with planes put in between, so that no step is wider than ``step_mm``.

        Shapes between two planes are the zero line of the blend of their signed distances: a circle that shrinks, moves
        or parts in two does so smoothly. Gaps that part the structure stay gaps, and the end caps stay what they were.

        Args:
            step_mm: Widest step wanted.

        Raises:
            DoseError: A step that is not positive.
        """
        from myelon.dose.interpolation import planes_between  # noqa: PLC0415  # contourpy loads only where it is used

        if not step_mm > 0:
            raise DoseError(f"a step of {step_mm:g} mm", where=self.name, todo="Give a step above 0")
        usual = self.spacing_mm
        planes: list[float] = [float(self.planes_mm[0])]
        polygons = [self.polygons[0]]
        for n in range(1, len(self.planes_mm)):
            low, high = float(self.planes_mm[n - 1]), float(self.planes_mm[n])
            count = int(np.ceil((high - low) / step_mm - 1e-9)) - 1
            if count > 0 and high - low <= WIDEST_FILLED_GAP * usual + SAME_PLANE_MM:
                shares = [(i + 1) / (count + 1) for i in range(count)]
                for share, shape in zip(
                    shares, planes_between(self.polygons[n - 1], self.polygons[n], shares), strict=True
                ):
                    if shape:
                        planes.append(low + share * (high - low))
                        polygons.append(shape)
            planes.append(high)
            polygons.append(self.polygons[n])
        added = len(planes) - len(self.planes_mm)
        warnings = (
            (*self.warnings, f"{added} planes interpolated between {len(self.planes_mm)} contoured ones")
            if added
            else self.warnings
        )
        cap = usual / 2.0 if self.cap_mm is None else self.cap_mm
        return Structure(
            self.name, self.axes, np.array(planes), tuple(polygons), self.frame_of_reference, warnings, cap
        )

    @property
    def reach_mm(self) -> float:
        """How far the structure may go beyond its contour points along its normal."""
        steps = np.diff(self.planes_mm)
        return max(float(steps.max()) / 2.0 if len(steps) else 0.0, self.cap_mm or 0.0)

    def between(self, low_mm: float, high_mm: float, name: str) -> Structure | None:
        """The planes from ``low_mm`` to below ``high_mm`` along w, as a structure of its own; None if there is none."""
        kept = [i for i, plane in enumerate(self.planes_mm) if low_mm <= plane < high_mm]
        if not kept:
            return None
        polygons = tuple(self.polygons[i] for i in kept)
        return Structure(name, self.axes, self.planes_mm[kept], polygons, self.frame_of_reference)

    def points(self) -> NDArray[np.float64]:
        """All contour points in LPS mm, shape (n, 3)."""
        local = [
            np.column_stack([polygon, np.full(len(polygon), plane)])
            for plane, group in zip(self.planes_mm, self.polygons, strict=True)
            for polygon in group
        ]
        return np.vstack(local) @ self.axes


def _area_vector(contour: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area times unit normal of a polygon in space (Newell)."""
    around = contour - contour.mean(axis=0)
    return np.asarray(0.5 * np.cross(around, np.roll(around, -1, axis=0)).sum(axis=0))


def _frame(normal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal u, v, w with w the normal and u as near as can be to patient x (or y)."""
    normal = np.where(np.abs(normal) < 1e-9, 0.0, normal)
    reference = np.array([1.0, 0.0, 0.0]) if abs(normal[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    u = reference - (reference @ normal) * normal
    u /= np.linalg.norm(u)
    return np.array([u, np.cross(normal, u), normal])


def _contour_warnings(joined_mm: float, parts: Sequence[Combined]) -> list[str]:
    """What was done to contours of one plane."""
    repeated, planes = sum(p.repeated for p in parts), sum(p.united > 0 for p in parts)
    found = []
    if joined_mm:
        found.append(f"contours up to {joined_mm:.2g} mm apart are taken as one plane: written coordinates are rounded")
    if repeated:
        found.append(f"{repeated} contour{'s are' if repeated > 1 else ' is'} written twice: counted once")
    if planes:
        found.append(f"contours overlap on {planes} plane{'s' if planes > 1 else ''}: taken together as one area")
    hollow = max(p.hollow for p in parts)
    if hollow > MOSTLY_HOLLOW:
        found.append(
            f"a contour inside another is read as a hole: up to {hollow:.0%} of the outline on a plane is hole"
        )
    return found


def _gap_warnings(planes: NDArray[np.float64]) -> tuple[str, ...]:
    steps = np.diff(planes)
    if len(steps) == 0:
        return ("contoured on a single plane: its thickness is the frame spacing of the dose",)
    usual = float(np.median(steps))
    return tuple(
        f"planes missing between {low:.1f} and {low + step:.1f} mm: "
        + ("filled" if step <= WIDEST_FILLED_GAP * usual + SAME_PLANE_MM else "taken as two parts")
        for low, step in zip(planes, steps, strict=False)
        if step > 1.5 * usual
    )
