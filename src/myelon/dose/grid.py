"""A dose grid in patient space: values, and where each voxel centre lies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from myelon.dose.bed import eqd2
from myelon.dose.structure import FARTHEST_MM
from myelon.errors import DoseError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from myelon.dose.warp import Warp

_ORTHOGONAL_WITHIN = 1e-3
LATTICE_MM, _MOST_POINTS = 1.0, 4_000_000
"""A warped dose is taken at points so far apart, at most so many, before a DVH is computed of it."""


@dataclass(frozen=True, eq=False)
class DoseGrid:
    """Dose at voxel centres.

    Attributes:
        values: Dose in Gy, shape (frames, rows, columns).
        origin_mm: Centre of voxel (0, 0, 0), LPS.
        column_step_mm: Vector from one column to the next.
        row_step_mm: Vector from one row to the next.
        frame_normal: Unit vector that frames follow.
        frame_offsets_mm: Distance of each frame from the first along the normal, ascending, from 0.
        frame_of_reference: UID that contours and other grids must share.
        fractions: Fractions this dose is the total of, where known.
        unit: "Gy" (physical) or "EQD2".
        label: A name for tables.
        patient: Identifier of the patient; only compared, never shown.
        warp: From the frame of reference into the one that the voxels lie in, where a registration is not rigid.
    """

    values: NDArray[np.float32]
    origin_mm: NDArray[np.float64]
    column_step_mm: NDArray[np.float64]
    row_step_mm: NDArray[np.float64]
    frame_normal: NDArray[np.float64]
    frame_offsets_mm: NDArray[np.float64]
    frame_of_reference: str = ""
    fractions: int | None = None
    unit: str = "Gy"
    label: str = ""
    patient: str = ""
    warp: Warp | None = None

    def __post_init__(self) -> None:
        """Check that the axes are orthogonal and the frames ascend.

        Raises:
            DoseError: They are not, or the grid lies where no patient is.
        """
        corner = self.origin_mm + self.frame_offsets_mm[-1] * self.frame_normal
        steps = np.concatenate([self.column_step_mm, self.row_step_mm, self.frame_offsets_mm[-1:]])
        if not (np.abs(np.concatenate([self.origin_mm, corner, steps])) <= FARTHEST_MM).all():
            raise DoseError(
                f"dose grid lies farther than {FARTHEST_MM:g} mm from the origin", where=self.label,
                todo="Export the dose again",
            )  # fmt: skip
        axes = [v / np.linalg.norm(v) for v in (self.column_step_mm, self.row_step_mm)] + [self.frame_normal]
        gram = np.array(axes) @ np.array(axes).T
        if np.abs(gram - np.eye(3)).max() > _ORTHOGONAL_WITHIN:
            raise DoseError("dose grid axes are not at right angles", where=self.label, todo="Export the dose again")
        if len(self.frame_offsets_mm) > 1 and np.any(np.diff(self.frame_offsets_mm) <= 0):
            raise DoseError("dose frames are not in ascending order", where=self.label, todo="Sort the frames")

    @classmethod
    def even(cls, points_mm: NDArray[np.float64], margin_mm: float, frame_of_reference: str) -> DoseGrid:
        """One Gy everywhere around some points."""
        low = points_mm.min(axis=0) - margin_mm
        size = points_mm.max(axis=0) + margin_mm - low
        x, y, z = np.eye(3)
        ones = np.ones((2, 2, 2), dtype=np.float32)
        return cls(ones, low, x * size[0], y * size[1], z, np.array([0.0, size[2]]), frame_of_reference, label="even")

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Column, row and (smallest) frame spacing."""
        frames = float(np.diff(self.frame_offsets_mm).min()) if len(self.frame_offsets_mm) > 1 else 1.0
        return float(np.linalg.norm(self.column_step_mm)), float(np.linalg.norm(self.row_step_mm)), frames

    def coordinates(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Column and row index (fractional) and frame distance in mm of LPS points, shape (n, 3)."""
        from_origin = self.own(np.asarray(points_mm, dtype=float)) - self.origin_mm
        return np.stack([from_origin @ axis for axis in self.axes], axis=-1)

    def own(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the frame of reference where the voxels lie; the same unless the grid is warped."""
        return points_mm if self.warp is None else self.warp.apply(points_mm)

    @property
    def axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Vectors that take mm from the origin to column index, row index and frame distance."""
        column, row = self.column_step_mm, self.row_step_mm
        return column / (column @ column), row / (row @ row), self.frame_normal

    def at(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Trilinear dose at LPS points, shape (n,); NaN outside the grid."""
        from myelon.dose.sampling import sample_sum  # noqa: PLC0415  # numba loads only where dose is sampled

        return sample_sum([self], np.atleast_2d(points_mm))

    def around(self, points_mm: NDArray[np.float64], margin_mm: float) -> DoseGrid:
        """The part of the grid that the dose at some points, and within a margin of them, depends on.

        Args:
            points_mm: LPS points, shape (n, 3).
            margin_mm: Added on every side, and a voxel more.

        A warped grid is given whole where there is a margin: how far a deformation carries it is not bounded.
        """
        place = self.coordinates(points_mm)
        place = place[np.isfinite(place).all(axis=1)]
        if self.warp is not None and (margin_mm > 0 or not len(place)):
            return self
        columns, rows, _ = self.spacing_mm
        shape = self.values.shape
        spans = []
        for axis, size, step in ((0, shape[2], columns), (1, shape[1], rows)):
            low = int(np.floor(place[:, axis].min() - margin_mm / step)) - 1
            high = int(np.ceil(place[:, axis].max() + margin_mm / step)) + 2
            spans.append(slice(min(max(low, 0), size - 1), max(min(high, size), 1)))
        first = int(np.searchsorted(self.frame_offsets_mm, place[:, 2].min() - margin_mm, side="right")) - 2
        last = int(np.searchsorted(self.frame_offsets_mm, place[:, 2].max() + margin_mm, side="left")) + 2
        across, down = spans
        frames = slice(min(max(first, 0), shape[0] - 1), max(min(last, shape[0]), 1))
        return replace(
            self,
            values=np.ascontiguousarray(self.values[frames, down, across]),
            origin_mm=self.origin_mm
            + across.start * self.column_step_mm
            + down.start * self.row_step_mm
            + self.frame_offsets_mm[frames.start] * self.frame_normal,
            frame_offsets_mm=self.frame_offsets_mm[frames] - self.frame_offsets_mm[frames.start],
        )

    def straight(self, points_mm: NDArray[np.float64], margin_mm: float) -> DoseGrid:
        """A warped grid at the points of a lattice around some points; NaN where nothing is known. Others as they are.

        Args:
            points_mm: LPS points, shape (n, 3).
            margin_mm: Added on every side.
        """
        if self.warp is None:
            return self
        low, high = points_mm.min(axis=0) - margin_mm, points_mm.max(axis=0) + margin_mm
        step = max(LATTICE_MM, float((np.prod(high - low) / _MOST_POINTS) ** (1 / 3)))
        x, y, z = (np.arange(a, b + step, step) for a, b in zip(low, high, strict=True))
        zz, yy, xx = np.meshgrid(z, y, x, indexing="ij")
        values = self.at(np.column_stack([xx.ravel(), yy.ravel(), zz.ravel()])).reshape(zz.shape)
        across, down, up = np.eye(3)
        return replace(
            self,
            values=values.astype(np.float32),
            origin_mm=low,
            column_step_mm=across * step,
            row_step_mm=down * step,
            frame_normal=up,
            frame_offsets_mm=z - z[0],
            warp=None,
        )

    def to_eqd2(self, alpha_beta_gy: float) -> DoseGrid:
        """The grid converted voxel by voxel with its own fraction number.

        Raises:
            DoseError: The number of fractions is not known, or the grid is not physical dose.
        """
        values = eqd2(self.values.astype(np.float64), self.physical_fractions(), alpha_beta_gy)
        return replace(self, values=values.astype(np.float32), unit="EQD2")

    def physical_fractions(self) -> int:
        """Fractions of a physical dose.

        Raises:
            DoseError: The number of fractions is not known, or the grid is not physical dose.
        """
        if self.unit != "Gy":
            raise DoseError(f"grid is in {self.unit}, not physical Gy", where=self.label, todo="Convert once only")
        if self.fractions is None:
            raise DoseError(
                "number of fractions unknown", where=self.label, todo="Give `fractions` or the RTPLAN of the course"
            )
        return self.fractions

    def moved(self, transform: NDArray[np.float64], frame_of_reference: str) -> DoseGrid:
        """The grid placed by a rigid 4 × 4 transform (LPS mm) into another frame of reference; values untouched.

        Raises:
            DoseError: The transform is not rigid.
        """
        whole = transform.shape == (4, 4) and bool(np.isfinite(transform).all())
        if not whole or not np.allclose(transform[3], [0, 0, 0, 1]):
            raise DoseError("transform is not 4 × 4", where=self.label, todo="End it with the row 0 0 0 1")
        rotation, shift = transform[:3, :3], transform[:3, 3]
        if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-6) or np.linalg.det(rotation) <= 0:
            raise DoseError("transform is not rigid", where=self.label, todo="Give a 4 × 4 rotation and shift in mm")
        if self.warp is not None:
            return replace(self, warp=self.warp.after_moving(transform), frame_of_reference=frame_of_reference)
        return replace(
            self,
            origin_mm=rotation @ self.origin_mm + shift,
            column_step_mm=rotation @ self.column_step_mm,
            row_step_mm=rotation @ self.row_step_mm,
            frame_normal=rotation @ self.frame_normal,
            frame_of_reference=frame_of_reference,
        )

    def placed(self, warp: Warp, frame_of_reference: str) -> DoseGrid:
        """The grid in another frame of reference, whose points a registration takes to the grid's own."""
        rigid = warp.rigid
        if rigid is not None:
            return self.moved(np.asarray(np.linalg.inv(rigid)), frame_of_reference)
        return replace(self, warp=warp, frame_of_reference=frame_of_reference)
