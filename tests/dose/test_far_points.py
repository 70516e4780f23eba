"""Points and doses that no whole number can hold: unknown or refused, never another voxel's dose."""

import numpy as np
import pytest

from myelon.dose import sampling
from myelon.dose.dvh import dvh
from myelon.dose.grid import DoseGrid
from myelon.dose.structure import Structure
from myelon.errors import DoseError
from phantoms import cylinder, grid

FAR = (1e30, -1e30, 2.0**32, -(2.0**32), 2.0**63, np.inf, -np.inf, np.nan)
UP = (0.0, 0.0, 1.0)


def flat(frames=3):
    x, y, z = np.eye(3)
    return DoseGrid(np.full((frames, 3, 3), 7.0, dtype=np.float32), np.zeros(3), x, y, z, np.arange(float(frames)))


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("frames", [2, 3])
def test_the_dose_at_a_far_point_is_unknown(far, axis, frames):
    point = np.ones((2, 3))
    point[1, axis] = far
    found = flat(frames).at(point)
    assert found[0] == 7.0
    assert np.isnan(found[1])


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("frames", [2, 5])
def test_the_frame_of_a_far_distance_is_inside_the_list(far, frames):
    index = sampling._frame_of.py_func(far, np.arange(float(frames)), 0, frames)
    assert not 0.0 <= index <= frames - 1.0


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("place", ["first", "steps", "along"])
@pytest.mark.parametrize("uniform", [True, False])
def test_a_far_grid_gives_the_voxels_of_another_no_dose(far, place, uniform):
    values = np.full((3, 3, 3), 7.0, dtype=np.float32)
    first, steps, along = np.zeros(3), np.eye(3)[:, :2].copy(), np.array([0.0, 0.0, 1.0])
    {"first": first, "steps": steps[:, 0], "along": along}[place][0] = far
    out = np.zeros((3, 3, 3), dtype=np.float32)
    sampling._mapped(values, np.arange(3.0), uniform, 0.01, 0.5, first, steps, along, np.arange(3.0), out)
    known = out[np.isfinite(out)]
    assert known.max(initial=0.0) <= 7.0 * (1 + 0.07) * 0.5 + 1e-5


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_contours_where_no_patient_is_are_refused(far, axis):
    ring = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    ring[1, axis] = far
    with pytest.raises(DoseError, match="contour point"):
        Structure.from_contours("Cord", [ring, ring + np.array([0, 0, 1])])


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("what", ["origin_mm", "frame_offsets_mm", "column_step_mm"])
def test_a_grid_where_no_patient_is_is_refused(far, what):
    good = flat()
    parts = {
        name: getattr(good, name).copy()
        for name in ("origin_mm", "column_step_mm", "row_step_mm", "frame_normal", "frame_offsets_mm")
    }
    parts[what][-1 if what == "frame_offsets_mm" else 0] = far
    with pytest.raises(DoseError), np.errstate(invalid="ignore"):
        DoseGrid(good.values, **parts)


@pytest.mark.parametrize("gy", [1e30, 6.1e9, np.float32(3e38)])
def test_a_dose_that_cannot_be_is_refused_before_its_curve_is_made(gy):
    hot = grid(UP, 2.5)
    hot.values[3, 3, 3] = gy
    with pytest.raises(DoseError, match="greatest dose"):
        dvh(cylinder(5.0, 20.0, 2.5), [hot])


@pytest.mark.parametrize("width", [np.inf, np.nan, 1e30])
@pytest.mark.parametrize("dose", [0.0, 1.0, 1e30, 2.0**32])
def test_a_volume_is_spread_inside_the_curve_whatever_its_gradient(width, dose):
    step, ramp = np.zeros(101), np.zeros(101)
    sampling._deposit.py_func(step, ramp, dose, width, 1.0, 0.01, 100)
    assert np.isfinite(step).all()
    assert np.isfinite(ramp).all()


@pytest.mark.parametrize(("at", "held"), [(99_990.0, True), (100_000.5, False), (-99_990.0, True), (-100_000.5, False)])
def test_a_hundred_metres_are_the_farthest(at, held):
    x, y, z = np.eye(3)
    corner = np.array([at, 0.0, 0.0])

    def made():
        return DoseGrid(np.full((2, 3, 3), 7.0, dtype=np.float32), corner, x, y, z, np.arange(2.0))

    if held:
        assert made().at(corner[None])[0] == 7.0
    else:
        with pytest.raises(DoseError, match="farther than 100000 mm"):
            made()


@pytest.mark.parametrize(("frames", "spacing"), [(1, 1.0), (2, 1.0), (3, 1.0)])
def test_one_frame_counts_as_a_millimetre_thick(frames, spacing):
    assert flat(frames).spacing_mm == (1.0, 1.0, spacing)
