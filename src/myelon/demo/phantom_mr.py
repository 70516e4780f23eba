"""Two synthetic MR studies of phantom 2: sagittal, T2-like, the lesion smaller in the first, each in its own frame.

The tissues are those of the phantom's CT; the patient lies otherwise at each study, as patients do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.demo import phantoms
from myelon.dose.volume import Volume
from myelon.terms.levels import Level, Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

HU = (-1000.0, -780.0, -60.0, 8.0, 46.0, 75.0, 95.0, 210.0, 420.0, 500.0)
SIGNAL = (0.0, 10.0, 520.0, 700.0, 300.0, 560.0, 480.0, 260.0, 120.0, 90.0)
"""How bright each tissue of the CT is: cord between bright fluid and dark bone, the lesion brighter than marrow."""
COLUMNS, ROWS, SLICES, PIXEL_MM, SLICE_MM = 170, 250, 23, 1.0, 4.0


class Study(NamedTuple):
    """One MR: its label, how large the lesion is in each direction, and how the patient lies in it."""

    label: str
    lesion: float
    shift_mm: tuple[float, float, float]
    turn_degrees: float


STUDIES = (
    Study("mr-1", 0.7, (0.0, -6.0, 31.0), 4.0),
    Study("mr-2", 1.0, (0.0, 3.0, -18.0), -2.0),
)


def _turn(study: Study) -> NDArray[np.float64]:
    """About the axis from right to left."""
    c, s = np.cos(np.radians(study.turn_degrees)), np.sin(np.radians(study.turn_degrees))
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def place(study: Study, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points of the phantom's own frame in that of the study."""
    return np.asarray(points_mm @ _turn(study).T + np.array(study.shift_mm))


def mark(study: Study, level: Level) -> NDArray[np.float64]:
    """The middle of a vertebral body in the frame of the study."""
    low, high = phantoms.level_bounds(Span(level, level))
    middle = (low + high) / 2.0
    body = np.array([[0.0, float(phantoms.axis_y(np.array(middle))) - 22.0, middle]])
    return np.asarray(np.round(place(study, body)[0], 1))


def volume(study: Study) -> Volume:
    """Sagittal slices from right to left; columns run backward, rows downward."""
    phantom = phantoms.PHANTOMS[1]
    values, origin = phantoms.ct(phantom, lesion=study.lesion)
    ct = Volume(values, origin, (phantoms.PIXEL_MM, phantoms.PIXEL_MM, phantoms.SLICE_MM))
    axes = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 0.0, 0.0]])
    centre = place(study, np.array([[0.0, -5.0, 0.0]]))[0]
    size = np.array([(COLUMNS - 1) * PIXEL_MM, (ROWS - 1) * PIXEL_MM, (SLICES - 1) * SLICE_MM])
    first = centre - size / 2.0 @ axes
    k, j, i = np.meshgrid(np.arange(SLICES), np.arange(ROWS), np.arange(COLUMNS), indexing="ij")
    steps = np.stack([i * PIXEL_MM, j * PIXEL_MM, k * SLICE_MM], axis=-1)
    own = (first + steps @ axes - np.array(study.shift_mm)) @ _turn(study)
    signal = np.interp(ct.at(own), HU, SIGNAL)
    noise = np.random.default_rng(len(study.label) + int(10 * study.lesion)).normal(0.0, 8.0, signal.shape)
    rounded = np.clip(np.rint(signal + noise), 0, 2000).astype(np.float32)
    frame = str(phantom.patient.uid("frame", study.label))
    return Volume(rounded, first, (PIXEL_MM, PIXEL_MM, SLICE_MM), axes, "MR", "", frame, 0.0)
