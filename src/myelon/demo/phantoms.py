"""Three synthetic patients with dose files, in closed form: the dose at any point is a formula.

*Phantom 1*: an intramedullary target T1–T4, the cord inside GTV and PTV and no sparing.
*Phantom 2*: an extradural target in the body of T8, the cord spared by a gradient, and an overlapping course.
*Phantom 3*: the same target; its first course was planned on another CT, to be registered.

The spine is bent by a parabola: the cord axis lies at x = 0, y = `axis_y`(z). All lengths in mm, LPS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from myelon.dose.grid import DoseGrid
from myelon.dose.volume import Volume
from myelon.terms.levels import Level, Span
from myelon.terms.roi_names import vertebra_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from myelon.exchange.dicom.write import Patient

UPPERMOST, LOWEST = Level.C5, Level.T10
_HEIGHT_MM = {"C": 16.0, "T": 21.0}
_TOP_MM = 132.0
SLICE_MM = 3.0
PIXEL_MM = 1.5
CORD_HALF_AXES_MM = (5.5, 4.5)
SAC_HALF_AXES_MM = (9.0, 7.5)
CANAL_HALF_AXES_MM = (11.0, 9.0)
_BODY_CENTRE_MM, _BODY_HALF_AXES_MM = 22.0, (16.0, 12.5)
_POINTS = 96
Array = "NDArray[np.float64]"


def axis_y(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the cord axis lies: a gentle kyphosis, 12 mm deep over 260 mm."""
    return 12.0 * (1.0 - (np.asarray(z, dtype=np.float64) / 130.0) ** 2)


def level_bounds(span: Span) -> tuple[float, float]:
    """Lower and upper z of a span of vertebrae."""
    z, bounds = _TOP_MM, {}
    for level in Span(UPPERMOST, LOWEST).levels:
        height = _HEIGHT_MM[level.name[0]]
        bounds[level] = (z - height, z)
        z -= height
    return bounds[span.lower][0], bounds[span.upper][1]


def _rise(distance: NDArray[np.float64], width_mm: float) -> NDArray[np.float64]:
    """A logistic penumbra: 0 far outside, 1 far inside, 1/2 at the edge; 20–80 % over 2.77 widths."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * distance / width_mm)))


@dataclass(frozen=True)
class PhantomCourse:
    """A course: its prescription and the formula of its total dose."""

    label: str
    total_gy: float
    fractions: int
    dose_gy: Callable[[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
    grid_shift_mm: float = 0.0

    def grid(self, frame_of_reference: str, spacing_mm: float = 2.5) -> DoseGrid:
        """The formula at the centres of a dose grid, which need not line up with that of another course."""
        x = np.arange(-60.0 + self.grid_shift_mm, 60.0, spacing_mm)
        y = np.arange(-70.0 + self.grid_shift_mm, 70.0, spacing_mm)
        z = np.arange(-135.0 + self.grid_shift_mm, 140.0, spacing_mm)
        zz, yy, xx = np.meshgrid(z, y, x, indexing="ij")
        return DoseGrid(
            self.dose_gy(xx, yy, zz).astype(np.float32),
            np.array([x[0], y[0], z[0]]),
            np.array([spacing_mm, 0.0, 0.0]),
            np.array([0.0, spacing_mm, 0.0]),
            np.array([0.0, 0.0, 1.0]),
            z - z[0],
            frame_of_reference,
            self.fractions,
            "Gy",
            self.label,
        )


def cord_target(total_gy: float, span: Span, margin_mm: float = 10.0) -> Callable[..., NDArray[np.float64]]:
    """Dose of a target in the cord: flat over the span, a penumbra around and at the ends, no sparing."""
    low, high = level_bounds(span)

    def dose(x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.float64]:
        radius = np.hypot(x, y - axis_y(z))
        around = _rise(margin_mm + 6.0 - radius, 2.5)
        ends = _rise(z - (low - margin_mm), 2.5) * _rise(high + margin_mm - z, 2.5)
        return np.asarray(total_gy * around * ends)

    return dose


def body_target(total_gy: float, span: Span, sac_share: float = 0.5) -> Callable[..., NDArray[np.float64]]:
    """Dose of a target in the vertebral body that falls towards the cord.

    ``sac_share`` is the share of the prescription at the front surface of the thecal sac.
    """
    low, high = level_bounds(span)
    width = 2.2
    edge = -SAC_HALF_AXES_MM[1] + width * np.log(sac_share / (1.0 - sac_share))

    def dose(x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.float64]:
        behind = y - axis_y(z)
        fall = _rise(edge - behind, width)
        around = _rise(20.0 - np.abs(x), 2.5) * _rise(behind + 42.0, 2.5)
        ends = _rise(z - (low - 2.0), 2.0) * _rise(high + 2.0 - z, 2.0)
        return np.asarray(total_gy * fall * around * ends)

    return dose


def wide_field(total_gy: float, span: Span) -> Callable[..., NDArray[np.float64]]:
    """Dose of a conventional field over whole vertebrae, the cord in it."""
    low, high = level_bounds(span)

    def dose(x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.float64]:
        around = _rise(30.0 - np.abs(x), 3.0) * _rise(46.0 - np.abs(y - axis_y(z) + 8.0), 3.0)
        ends = _rise(z - low, 3.0) * _rise(high - z, 3.0)
        return np.asarray(total_gy * around * ends)

    return dose


@dataclass(frozen=True)
class Phantom:
    """A synthetic patient: courses, target, and the DICOM objects they make."""

    identifier: str
    name: str
    target: Span
    target_in_cord: bool
    courses: tuple[PhantomCourse, ...]
    date: str = "20260101"
    first_lies: tuple[float, tuple[float, float, float]] | None = None
    """Turn about the body's axis in degrees and shift in mm of the CT that the first course was planned on."""

    @property
    def patient(self) -> Patient:
        """Who the DICOM objects are of."""
        from myelon.exchange.dicom.write import Patient  # noqa: PLC0415  # pydicom loads only where objects are written

        return Patient(self.identifier, self.name, self.date)

    def contours(self) -> dict[str, list[NDArray[np.float64]]]:
        """ROI name (TG-263) → contours, one a slice."""
        everywhere = _slices(Span(UPPERMOST, LOWEST))
        rois = {
            "SpinalCord": _tube(everywhere, CORD_HALF_AXES_MM),
            "ThecalSac": _tube(everywhere, SAC_HALF_AXES_MM),
            "SpinalCanal": _tube(everywhere, CANAL_HALF_AXES_MM),
        }
        for level in Span(UPPERMOST, LOWEST).levels:
            rois[vertebra_name(level)] = _tube(
                _slices(Span(level, level)), _BODY_HALF_AXES_MM, forward_mm=_BODY_CENTRE_MM
            )
        inside = _slices(self.target)
        if self.target_in_cord:
            rois["GTV"] = _tube(inside, (4.8, 4.0))
            low, high = level_bounds(self.target)
            margin = [z for z in everywhere if low - 9.0 <= z <= high + 9.0]
            rois["PTV"] = _tube(margin, (12.0, 11.0))
        else:
            rois["GTV"] = _tube(inside, (11.0, 8.5), forward_mm=_BODY_CENTRE_MM)
            rois["PTV"] = _tube(inside, (14.0, 11.5), forward_mm=_BODY_CENTRE_MM)
        return rois

    def dicom(self) -> dict[str, list[bytes]]:
        """Every object: ``ct``, ``rtstruct``, ``rtplan`` / ``rtdose`` in the order of the courses, MR by its label."""
        from myelon.demo import phantom_mr  # noqa: PLC0415  # as above
        from myelon.exchange.dicom import write  # noqa: PLC0415  # as above

        values, origin = ct(self)
        patient = self.patient
        frame = str(patient.uid("frame"))
        objects = {
            "ct": write.write_ct(patient, values, origin, (PIXEL_MM, PIXEL_MM, SLICE_MM)),
            "rtstruct": [write.write_rtstruct(patient, self.contours())],
            "rtplan": [write.write_rtplan(patient, c.label, c.total_gy, c.fractions) for c in self.courses],
            "rtdose": [write.write_rtdose(patient, c.label, c.grid(frame)) for c in self.courses],
        }
        if self.first_lies is not None:
            self._first_apart(objects, Volume(values, origin, (PIXEL_MM, PIXEL_MM, SLICE_MM)))
        return objects | {
            study.label: write.write_images(patient, phantom_mr.volume(study), study.label)
            for study in (phantom_mr.STUDIES if self.identifier == "phantom-2" else ())
        }

    @property
    def onto_first(self) -> NDArray[np.float64]:
        """4 × 4 from the frame of the last CT into that of the first; the same where there is one."""
        matrix = np.eye(4)
        if self.first_lies is not None:
            degrees, shift = self.first_lies
            c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
            matrix[:2, :2], matrix[:3, 3] = [[c, -s], [s, c]], shift
        return matrix

    def _first_apart(self, objects: dict[str, list[bytes]], last: Volume) -> None:
        """The first course on a CT of its own: image, contours and dose in another frame."""
        from myelon.exchange.dicom import write  # noqa: PLC0415  # as above

        matrix, patient, course = self.onto_first, self.patient, self.courses[0]
        frame = str(patient.uid("frame", "first"))
        origin = np.round(last.origin_mm + matrix[:3, 3])
        z, y, x = np.meshgrid(*(np.arange(n) for n in last.values.shape), indexing="ij")
        points = origin + np.stack([x, y, z], axis=-1) * np.array(last.spacing_mm)
        seen = last.at((points - matrix[:3, 3]) @ matrix[:3, :3])
        noise = np.random.default_rng(20261121).normal(0.0, 9.0, seen.shape)
        first = Volume(
            np.clip(seen + noise, -1024, 3000).astype(np.int16), origin, last.spacing_mm, frame_of_reference=frame
        )
        contours = {
            name: [c @ matrix[:3, :3].T + matrix[:3, 3] for c in group] for name, group in self.contours().items()
        }
        objects["ct1"] = write.write_images(patient, first, "first")
        objects["rtstruct"].append(write.write_rtstruct(patient, contours, frame_of_reference=frame))
        objects["rtdose"][0] = write.write_rtdose(
            patient, course.label, course.grid(str(patient.uid("frame"))).moved(matrix, frame)
        )


def _slices(span: Span) -> list[float]:
    low, high = level_bounds(span)
    first = np.ceil(low / SLICE_MM) * SLICE_MM
    return [float(z) for z in np.arange(first, high - 1e-6, SLICE_MM)]


def _tube(
    heights: list[float], half_axes: tuple[float, float], *, forward_mm: float = 0.0
) -> list[NDArray[np.float64]]:
    angle = np.linspace(0.0, 2.0 * np.pi, _POINTS, endpoint=False)
    x, y = half_axes[0] * np.cos(angle), half_axes[1] * np.sin(angle)
    return [np.column_stack([x, y + axis_y(np.array(z)) - forward_mm, np.full(_POINTS, z)]) for z in heights]


def ct(phantom: Phantom, lesion: float = 1.0) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """A spine in a body: water, lungs, vertebrae with discs and arches, canal, cord, lesion, and scanner noise.

    ``lesion`` scales the extradural target about its middle.
    """
    x = np.arange(-90.0, 90.0, PIXEL_MM)
    y = np.arange(-95.0, 85.0, PIXEL_MM)
    z = np.arange(-123.0, 135.0, SLICE_MM)
    zz, yy, xx = np.meshgrid(z, y, x, indexing="ij")
    back = yy - axis_y(zz)
    hu = np.full(zz.shape, 45.0)
    hu[(np.abs(xx) > 34) & (np.hypot((np.abs(xx) - 62) / 30, (back + 25) / 48) < 1) & (zz < 70)] = -780.0
    hu[np.hypot(xx / 8.0, (back + 52.0) / 8.0) < 1] = np.where(zz > 0, -950.0, 55.0)[
        np.hypot(xx / 8.0, (back + 52.0) / 8.0) < 1
    ]
    for level in Span(UPPERMOST, LOWEST).levels:
        low, high = level_bounds(Span(level, level))
        inside = (zz >= low) & (zz < high)
        radius = np.hypot(xx / _BODY_HALF_AXES_MM[0], (back + _BODY_CENTRE_MM) / _BODY_HALF_AXES_MM[1])
        disc = (zz < low + 4.5) & inside
        hu[inside & (radius < 1)] = 210.0
        hu[inside & ~disc & (radius < 1) & ((radius > 0.88) | (zz > high - 2.0) | (zz < low + 6.5))] = 480.0
        hu[disc & (radius < 1)] = 85.0
        ring = np.hypot(xx / 15.0, back / 13.0)
        hu[inside & (zz > low + 6.0) & (ring < 1)] = 420.0
        spine = (np.abs(xx) < 3.5) & (back > 10) & (back < 36) & (np.abs(zz - (low + 8.0) + 0.35 * (back - 10)) < 5.0)
        hu[spine] = 380.0
    canal = np.hypot(xx / CANAL_HALF_AXES_MM[0], back / CANAL_HALF_AXES_MM[1]) < 1
    hu[canal] = -60.0
    hu[np.hypot(xx / SAC_HALF_AXES_MM[0], back / SAC_HALF_AXES_MM[1]) < 1] = 8.0
    hu[np.hypot(xx / CORD_HALF_AXES_MM[0], back / CORD_HALF_AXES_MM[1]) < 1] = 46.0
    low, high = level_bounds(phantom.target)
    middle, half = (low + high) / 2.0, lesion * (high - low) / 2.0
    at_target = (zz >= middle - half) & (zz < middle + half)
    if phantom.target_in_cord:
        hu[at_target & (np.hypot(xx / 4.8, back / 4.0) < 1)] = 92.0
    else:
        hu[at_target & (np.hypot(xx / 11.0, (back + _BODY_CENTRE_MM) / 8.5) < lesion)] = 75.0
    hu[np.hypot(xx / 88.0, (yy + 5.0) / 82.0) > 1] = -1000.0
    noise = np.random.default_rng(20261120).normal(0.0, 9.0, hu.shape)
    return np.clip(hu + noise, -1024, 3000).astype(np.int16), np.array([x[0], y[0], z[0]])


_INTRAMEDULLARY = Span(Level.T1, Level.T4)
_EXTRADURAL = Span(Level.T8, Level.T8)

PHANTOMS: tuple[Phantom, ...] = (
    Phantom(
        "phantom-1",
        "Synthetic^Phantom 1",
        _INTRAMEDULLARY,
        target_in_cord=True,
        courses=(
            PhantomCourse("RT 1", 50.4, 28, cord_target(50.4, _INTRAMEDULLARY)),
            PhantomCourse("RT 2", 24.0, 5, cord_target(24.0, Span(Level.C7, Level.T5)), grid_shift_mm=0.85),
        ),
    ),
    Phantom(
        "phantom-2",
        "Synthetic^Phantom 2",
        _EXTRADURAL,
        target_in_cord=False,
        courses=(
            PhantomCourse("RT 1", 30.0, 10, wide_field(30.0, Span(Level.T6, Level.T10))),
            PhantomCourse("RT 2", 24.0, 2, body_target(24.0, _EXTRADURAL, 0.47), grid_shift_mm=0.85),
        ),
    ),
    Phantom(
        "phantom-3",
        "Synthetic^Phantom 3",
        _EXTRADURAL,
        target_in_cord=False,
        courses=(
            PhantomCourse("RT 1", 20.0, 5, wide_field(20.0, Span(Level.T7, Level.T9))),
            PhantomCourse("RT 2", 24.0, 2, body_target(24.0, _EXTRADURAL, 0.47), grid_shift_mm=0.85),
        ),
        first_lies=(4.0, (9.0, -14.0, 37.0)),
    ),
)
"""The phantoms of the demonstration hospital; the case documents of the same ids lie in `cases/`."""
