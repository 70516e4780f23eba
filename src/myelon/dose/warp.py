"""From a point of the sum's frame of reference to the point of another course that lies there.

In the order of DICOM PS3.3 C.20.3.1.1: a matrix, offsets of a lattice, a matrix. Rigid, affine and deformable
registrations are all of this form; only a rigid one leaves lengths as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.errors import DoseError

if TYPE_CHECKING:
    from numpy.typing import NDArray

RIGID_WITHIN = 1e-6
_STEP_MM = 0.5
_MOST_POINTS = 60_000


class Stretch(NamedTuple):
    """How a warp changes volumes: least and greatest Jacobian, and the share of places that it folds over."""

    least: float
    greatest: float
    folded_share: float


@dataclass(frozen=True, eq=False)
class Field:
    """Offsets in mm at the points of a lattice along the axes of LPS.

    Attributes:
        vectors_mm: Shape (planes, rows, columns, 3); NaN where the registration says nothing.
        origin_mm: Place of the first vector, LPS.
        spacing_mm: Between columns, rows and planes.
    """

    vectors_mm: NDArray[np.float32]
    origin_mm: NDArray[np.float64]
    spacing_mm: tuple[float, float, float]

    def at(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Trilinear offsets at LPS points, shape (n, 3); NaN outside."""
        from scipy.ndimage import map_coordinates  # noqa: PLC0415  # scipy loads only where something is deformed

        places = ((points_mm - self.origin_mm) / np.array(self.spacing_mm)).T[::-1]
        parts = [
            map_coordinates(self.vectors_mm[..., n], places, order=1, mode="constant", cval=np.nan) for n in range(3)
        ]
        return np.stack(parts, axis=-1).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Warp:
    """``after · (q + offsets(q))`` with ``q = before · p``.

    Attributes:
        before: 4 × 4, LPS mm.
        offsets: Of a deformation; None for a matrix alone.
        after: 4 × 4, LPS mm.
    """

    before: NDArray[np.float64] = field(default_factory=lambda: np.eye(4))
    offsets: Field | None = None
    after: NDArray[np.float64] = field(default_factory=lambda: np.eye(4))

    def __post_init__(self) -> None:
        """Check the matrices.

        Raises:
            DoseError: Not 4 × 4, not finite, or one that flattens or mirrors.
        """
        for matrix in (self.before, self.after):
            if matrix.shape != (4, 4) or not np.isfinite(matrix).all() or not np.allclose(matrix[3], [0, 0, 0, 1]):
                raise DoseError("transform is not 4 × 4", todo="End it with the row 0 0 0 1")
            if np.linalg.det(matrix[:3, :3]) <= 0:
                raise DoseError("transform flattens or mirrors", todo="Give the registration again")

    @property
    def rigid(self) -> NDArray[np.float64] | None:
        """The matrix, where it is a rotation and a shift; else None."""
        if self.offsets is not None:
            return None
        whole = np.asarray(self.after @ self.before)
        turn = whole[:3, :3]
        return whole if np.allclose(turn @ turn.T, np.eye(3), atol=RIGID_WITHIN) else None

    @property
    def kind(self) -> str:
        """Rigid, affine or deformable."""
        return "deformable" if self.offsets is not None else "affine" if self.rigid is None else "rigid"

    def apply(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of the other course, shape (n, 3); NaN where the registration says nothing."""
        between = _by(self.before, np.atleast_2d(points_mm))
        if self.offsets is not None:
            between = between + self.offsets.at(between)
        return _by(self.after, between)

    def after_moving(self, transform: NDArray[np.float64]) -> Warp:
        """The same with the other course moved by a rigid transform of the sum's frame."""
        return replace(self, before=self.before @ np.asarray(np.linalg.inv(transform)))

    def stretch(self, low_mm: NDArray[np.float64], high_mm: NDArray[np.float64]) -> Stretch:
        """The Jacobian over a box, by differences over a millimetre."""
        step = max(2.0, float((np.prod(high_mm - low_mm) / _MOST_POINTS) ** (1 / 3)))
        axes = [np.arange(a, b + step / 2, step) for a, b in zip(low_mm, high_mm, strict=True)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        columns = [
            (self.apply(points + _STEP_MM * axis) - self.apply(points - _STEP_MM * axis)) / (2 * _STEP_MM)
            for axis in np.eye(3)
        ]
        jacobians = np.stack(columns, axis=-1)
        known = np.linalg.det(jacobians[np.isfinite(jacobians).all(axis=(1, 2))])
        if not len(known):
            raise DoseError("the registration says nothing about the box", todo="Register the level of the organ")
        return Stretch(float(known.min()), float(known.max()), float((known <= 0).mean()))


def _by(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(points @ matrix[:3, :3].T + matrix[:3, 3])
