"""The dose at a point: what each course gave there, where that stands, and where the sum is greatest."""

from dataclasses import replace

import numpy as np
import pytest

from myelon.dose.accumulate import accumulate
from myelon.dose.bed import eqd2
from myelon.dose.point import contains, hottest_point, point_dose
from phantoms import cylinder, grid


def courses():
    return [
        replace(grid([0, 1, 0], 2.5, base=40.0), fractions=20),
        replace(grid([1, 0, 0], 2.5, base=18.0), fractions=5),
    ]


def test_a_gradient_of_one_gy_per_mm_is_read_where_it_stands():
    found = point_dose(courses(), (1.25, -3.0, 4.0))
    assert [c.physical_gy for c in found.courses] == pytest.approx([37.0, 19.25], abs=1e-4)
    assert [c.fractions for c in found.courses] == [20, 5]
    at = eqd2(37.0, 20, 2.0) + eqd2(19.25, 5, 2.0)
    assert found.eqd2_gy == pytest.approx(at, abs=0.1)  # converted at the voxels, then taken between them
    assert found.eqd2_gy >= at
    one = courses()[0]
    frame, row, column = found.courses[0].voxel
    centre = one.origin_mm + column * one.column_step_mm + row * one.row_step_mm
    centre = centre + one.frame_offsets_mm[frame] * one.frame_normal
    assert np.abs(centre - (1.25, -3.0, 4.0)).max() <= 1.25


def test_outside_a_grid_the_sum_is_not_known():
    small = courses()[0]
    part = small.around(np.zeros((1, 3)), 5.0)
    found = point_dose([part, courses()[1]], (20.0, 0.0, 0.0))
    assert found.courses[0].physical_gy is None
    assert found.courses[1].physical_gy == pytest.approx(38.0, abs=1e-4)
    assert found.eqd2_gy is None


def test_the_hottest_point_lies_in_the_structure_and_has_its_maximum():
    cord = cylinder(5.0, 60.0, 2.0)
    point = hottest_point(cord, courses())
    assert contains(cord, point)
    most = accumulate(cord, courses(), 2.0).total.max_gy
    assert point_dose(courses(), point).eqd2_gy == pytest.approx(most, abs=0.15)
    assert hottest_point(cord, [g.around(np.array([[300.0, 300, 300]]), 1.0) for g in courses()]) is None


@pytest.mark.parametrize("middle", [(0.0, 0.0, 0.0), (1.0, -2.0, 11.0), (-2.0, 1.0, -17.0)])
def test_the_hottest_point_is_found_far_from_every_contour(middle):
    flat = replace(grid([0, 0, 0], 2.5, base=10.0), fractions=10)
    k, j, i = np.meshgrid(*map(np.arange, flat.values.shape), indexing="ij")
    centres = (
        flat.origin_mm + i[..., None] * flat.column_step_mm + j[..., None] * flat.row_step_mm
        + flat.frame_offsets_mm[k][..., None] * flat.frame_normal
    )  # fmt: skip
    away = np.linalg.norm(centres - np.array(middle), axis=-1)
    hot = replace(flat, values=(10.0 + 40.0 * np.exp(-((away / 6.0) ** 2))).astype(np.float32))
    point = hottest_point(cylinder(9.0, 44.0, 2.0), [hot])
    assert np.linalg.norm(np.subtract(point, middle)) <= 2.5


def test_a_point_is_in_a_structure_or_not():
    cord = cylinder(5.0, 60.0, 2.0)
    middle = cord.points().mean(axis=0)
    assert contains(cord, middle)
    assert not contains(cord, middle + np.array([6.0, 0.0, 0.0]))
    assert not contains(cord, middle + np.array([0.0, 0.0, 500.0]))
