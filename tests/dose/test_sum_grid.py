"""The sum as one grid: the dose of every point, cut to where every course is known."""

from dataclasses import replace

import numpy as np
import pytest

from myelon.dose.dvh import dvh
from myelon.dose.grid import DoseGrid
from myelon.dose.point import point_dose
from myelon.dose.sampling import eqd2_on, sample_sum
from myelon.dose.sum_grid import sum_grid
from myelon.dose.uncertainty import _placed
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


def any_grid(rng, *, turned, uneven):
    """A grid of random size, place, spacing and dose; its frames at even or uneven distances."""
    frames, rows, columns = (int(n) for n in rng.integers(2, 15, 3))
    angles = rng.uniform(-180, 180, 3) if turned else np.zeros(3)
    axes = _placed(np.zeros(3), np.zeros(3), angles)[:3, :3]
    spacing = rng.uniform(1.0, 4.0, 2)
    gaps = rng.uniform(1.0, 6.0, frames - 1) if uneven else np.full(frames - 1, rng.uniform(1.0, 5.0))
    offsets = np.concatenate([[0.0], np.cumsum(gaps)])
    half = np.array([(columns - 1) * spacing[0], (rows - 1) * spacing[1], offsets[-1]]) / 2.0
    return DoseGrid(
        rng.uniform(0.0, 70.0, (frames, rows, columns)).astype(np.float32), rng.uniform(-9.0, 9.0, 3) - axes @ half,
        spacing[0] * axes[:, 0], spacing[1] * axes[:, 1], axes[:, 2], offsets, fractions=int(rng.integers(1, 30)),
    )  # fmt: skip


@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_a_grid_on_the_voxels_of_any_other_is_what_is_read_at_their_centres(seed, turned, uneven):
    """Row by row with a stretch that nothing is asked of, against one point at a time."""
    rng = np.random.default_rng(seed)
    target, given = any_grid(rng, turned=turned, uneven=uneven), any_grid(rng, turned=turned, uneven=uneven)
    k, j, i = np.meshgrid(*map(np.arange, target.values.shape), indexing="ij")
    centres = (
        target.origin_mm + i[..., None] * target.column_step_mm + j[..., None] * target.row_step_mm
        + target.frame_offsets_mm[k][..., None] * target.frame_normal
    )  # fmt: skip
    wanted = sample_sum([given.to_eqd2(3.0)], centres.reshape(-1, 3)).reshape(target.values.shape)
    found = eqd2_on(target, [given], 3.0)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=2e-4)
