"""The sum as one grid: the dose of every point, cut to where every course is known."""

from dataclasses import replace

import numpy as np
import pytest

from myelon.dose.dvh import dvh
from myelon.dose.point import point_dose
from myelon.dose.sampling import eqd2_on
from myelon.dose.sum_grid import sum_grid
from myelon.errors import DoseError
from phantoms import cylinder, grid


def courses():
    return [
        replace(grid([0, 1, 0], 2.0, base=70.0), fractions=20),
        replace(grid([1, 0, 0], 2.5, base=60.0), fractions=5),
    ]


def test_every_voxel_is_the_sum_at_its_centre():
    total = sum_grid(courses(), 2.0)
    assert total.unit == "EQD2"
    rng = np.random.default_rng(5)
    for frame, row, column in (rng.integers(0, total.values.shape) for _ in range(40)):
        centre = total.origin_mm + column * total.column_step_mm + row * total.row_step_mm
        centre = centre + total.frame_offsets_mm[frame] * total.frame_normal
        assert total.values[frame, row, column] == pytest.approx(point_dose(courses(), centre).eqd2_gy, abs=2e-4)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("alpha_beta", [2.0, 10.0])
def test_courses_on_the_same_voxels_are_added_voxel_by_voxel(count, alpha_beta):
    """Nothing is interpolated there: each voxel is Σ D (1 + D / (n α/β)) / (1 + 2 / (α/β))."""
    directions, fractions = ([0, 1, 0], [1, 0, 0], [0, 0, 1]), (20, 5, 10)
    same = [replace(grid(d, 4.0, base=70.0), fractions=n) for d, n in zip(directions, fractions, strict=True)][:count]
    wanted = sum(
        g.values.astype(float) * (1 + g.values / (g.fractions * alpha_beta)) / (1 + 2 / alpha_beta) for g in same
    )
    np.testing.assert_allclose(sum_grid(same, alpha_beta).values, wanted, rtol=2e-6)


def test_what_is_not_known_everywhere_is_cut_away_and_never_written_as_nothing():
    first, last = courses()
    near = first.around(np.array([[-10.0, -10.0, -12.0], [8.0, 12.0, 10.0]]), 0.0)
    total = sum_grid([near, last], 2.0)
    assert np.isfinite(total.values).all()
    assert total.values.min() > 18.0
    assert total.values.size < 0.2 * last.values.size
    centre = total.origin_mm
    assert total.values[0, 0, 0] == pytest.approx(point_dose([near, last], centre).eqd2_gy, abs=2e-4)
    turned = np.eye(4)
    turned[:2, :2] = [[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]]
    oblique = sum_grid([near.moved(turned, near.frame_of_reference), last], 2.0)
    assert np.isfinite(oblique.values).all()
    assert oblique.values.size > 50


def test_one_course_is_its_own_sum_and_courses_that_do_not_meet_have_none():
    first, last = courses()
    assert sum_grid([last], 2.0).values.shape == last.values.shape
    far = replace(first, origin_mm=first.origin_mm + 900.0)
    with pytest.raises(DoseError, match="do not meet"):
        sum_grid([far, last], 2.0)
    with pytest.raises(DoseError, match="no course"):
        sum_grid([], 2.0)


def test_doses_of_different_patients_are_never_added():
    first, last = (replace(g, patient=name) for g, name in zip(courses(), ("one", "other"), strict=True))
    with pytest.raises(DoseError, match="different patients"):
        dvh(cylinder(5.0, 40.0, 2.0), [first, last])


@pytest.mark.parametrize(
    "cut",
    [
        (slice(None), slice(None), slice(-2)),
        (slice(None), slice(-2), slice(None)),
        (slice(-2), slice(None), slice(None)),
    ],
)
def test_a_grid_of_the_same_corner_that_ends_earlier_is_not_one_of_the_same_voxels(cut):
    """Frames, rows or columns less: inside it each voxel is as it lies, beyond it nothing is known."""
    first, last = (replace(grid(d, 4.0, base=70.0), fractions=20) for d in ([0, 1, 0], [1, 0, 0]))
    short = replace(first, values=first.values[cut], frame_offsets_mm=first.frame_offsets_mm[cut[0]])
    wanted, found = eqd2_on(last, [first, last], 2.0), eqd2_on(last, [short, last], 2.0)
    inside = np.zeros(last.values.shape, dtype=bool)
    inside[cut] = True
    np.testing.assert_allclose(found[inside], wanted[inside], rtol=1e-5)
    near = np.zeros(last.values.shape, dtype=bool)  # half a voxel beyond the last centre is still its own
    near[tuple(slice(n + 1) for n in short.values.shape)] = True
    assert np.isnan(found[~near]).all()
