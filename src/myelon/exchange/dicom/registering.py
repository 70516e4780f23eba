"""Register the CTs of two courses: from files to a registration object and its quality in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.dose.dice import dice
from myelon.dose.register import KINDS, between_named, register
from myelon.errors import DoseError
from myelon.exchange.dicom.images import read_images
from myelon.exchange.dicom.registration import write_registration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from myelon.dose.register import Kind, Registered
    from myelon.dose.volume import Volume
    from myelon.exchange.dicom.rtstruct import StructureSet

MOST_VERTEBRAE = 3
"""For a rigid or affine fit: a spine bends (RADIOBIOLOGY §6)."""
COMPARED = ("SpinalCord", "ThecalSac", "SpinalCanal")


class Made(NamedTuple):
    """A registration that nobody has accepted yet."""

    found: Registered
    object: bytes
    """DICOM Spatial Registration, or Deformable."""
    dice: dict[str, float]
    """Contours of both courses, by the overlap of each pair after the registration, in the box."""

    @property
    def turn_degrees(self) -> float:
        """Angle of the rotation nearest to the matrix."""
        left, _, right = np.linalg.svd(self.found.matrix[:3, :3])
        return float(np.degrees(np.arccos(np.clip((np.trace(left @ right) - 1.0) / 2.0, -1.0, 1.0))))

    @property
    def lines(self) -> list[str]:
        """The quality in words, a measure a line."""
        found = self.found
        lines = [
            f"turn {self.turn_degrees:.2f}°",
            f"correlation of bone in the box {found.correlation_before:.3f} before, {found.correlation:.3f} after",
            f"there and back the corners of the box come to within {found.inconsistency_mm:.2f} mm (rigid part)",
        ]
        if found.runner_up is not None:
            lines.append(f"likeness of all HU {found.likeness:.3f}; of the best other fit {found.runner_up:.3f}")
        if found.kind != "rigid":
            least, most, folded = found.stretch
            lines.append(f"volumes change by {least:.2f} to {most:.2f} (Jacobian); {folded:.1%} folded")
        return lines + [f"Dice of {name} {value:.2f}" for name, value in self.dice.items()]


def register_courses(
    fixed: Sequence[Path],
    moving: Sequence[Path],
    contours: StructureSet,
    moving_contours: StructureSet | None,
    *,
    around: Sequence[str],
    kind: Kind,
    margin_mm: float,
    at: datetime,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Made, tuple[Volume, Volume]]:
    """Register the CT of an earlier course onto that of the last one.

    Args:
        fixed: Slices of the CT of the last course.
        moving: Slices of the CT of the earlier one.
        contours: Of the last course.
        moving_contours: Of the earlier one: vertebrae of the same name lead the fit, and contours are compared.
        around: Vertebrae that must fit, by their names in `contours`.
        kind: Rigid, affine or deformable.
        margin_mm: Around the vertebrae.
        at: When it is made.
        progress: Called with a line before each step.

    Returns:
        What was made, and the fixed and the moving image for a picture.

    Raises:
        DicomError: Files that are not what they should be, or of two patients.
        DoseError: Vertebrae that are not there or too many, or nothing to fit.
    """
    if kind not in KINDS:
        raise DoseError(f"kind {kind!r}", todo="Use " + ", ".join(KINDS))
    if not around or (kind != "deformable" and len(around) > MOST_VERTEBRAE):
        raise DoseError(f"{len(around)} vertebrae", todo=f"A spine bends: give one, at most {MOST_VERTEBRAE}")
    progress("reading the images")
    here, there = read_images(fixed), read_images(moving)
    for image, drawn in ((here, contours), (there, moving_contours)):
        if drawn is not None and drawn.frame_of_reference != image.frame_of_reference:
            raise DoseError("a CT and its contours lie in different frames", todo="Give the contours of that CT")
    named = {name: contours.get(name).points() for name in around}
    points = np.vstack(list(named.values()))
    box = (points.min(axis=0) - margin_mm, points.max(axis=0) + margin_mm)
    others = moving_contours.structures if moving_contours is not None else {}
    same = {name: others[name].points() for name in around if name in others}
    start = between_named(named, same) if same else None
    found = register(here, there, (box[0].tolist(), box[1].tolist()), kind=kind, start=start, progress=progress)
    progress("comparing contours")
    compared = {
        name: value
        for name in (*COMPARED, *around)
        if name in others and name in contours.structures
        and (value := dice(contours.structures[name], others[name], found.warp, found.box_mm)) is not None
    }  # fmt: skip
    said = f"{kind}, bone, {', '.join(around)}; r {found.correlation:.3f}; back {found.inconsistency_mm:.2f} mm"
    content = write_registration(found.warp, moving[0], fixed[0], label=f"{kind} bone", description=said, at=at)
    return Made(found, content, compared), (here, there)
