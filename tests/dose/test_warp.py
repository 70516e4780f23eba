"""Doses brought by affine and deformable registrations: sampled where they lie, unknown where nothing is said."""

from dataclasses import replace

import numpy as np
import pytest

from myelon.dose.accumulate import accumulate
from myelon.dose.dice import dice
from myelon.dose.sum_grid import sum_grid
from myelon.dose.uncertainty import _placed, uncertainty
from myelon.dose.warp import Field, Warp
from myelon.errors import DoseError
from phantoms import cylinder, grid

EVERYWHERE = _placed(np.zeros(3), np.array([2.0, -1.0, 3.0]), np.array([3.0, 2.0, -4.0]))


def courses():
    return replace(grid([0, 1, 0], 2.5), fractions=10), replace(grid([1, 0, 0], 2.5), fractions=5)


def offsets(vector, *, half_mm=150.0, every_mm=10.0):
    """The same offset everywhere in a cube."""
    count = round(2 * half_mm / every_mm) + 1
    vectors = np.broadcast_to(np.asarray(vector, dtype=np.float32), (count, count, count, 3))
    return Field(np.ascontiguousarray(vectors), np.full(3, -half_mm), (every_mm,) * 3)


def test_a_warp_that_is_rigid_gives_what_the_rigid_transform_gives():
    """The kernels of both ways are different ones: lattice of a millimetre against the exact content of contours."""
    cord, (first, last) = cylinder(5.0, 60.0, 2.0), courses()
    straight = accumulate(cord, [first.moved(EVERYWHERE, first.frame_of_reference), last], 2.0)
    warped = replace(first, warp=Warp(before=np.linalg.inv(EVERYWHERE)))
    found = accumulate(cord, [warped, last], 2.0)
    for metric in ("D0.03cc", "max", "mean"):
        assert found.total.metric(metric).value == pytest.approx(straight.total.metric(metric).value, abs=0.02)
    one = uncertainty(cord, [first.moved(EVERYWHERE, first.frame_of_reference), last], 2.0)
    other = uncertainty(cord, [warped, last], 2.0)
    assert [s.p95 for s in other.spreads] == pytest.approx([s.p95 for s in one.spreads], abs=0.02)
    sums = [sum_grid([g, last], 2.0) for g in (first.moved(EVERYWHERE, first.frame_of_reference), warped)]
    np.testing.assert_allclose(sums[0].values, sums[1].values, atol=1e-3)


def test_offsets_move_the_dose_by_what_they_say():
    cord, (first, last) = cylinder(5.0, 60.0, 2.0), courses()
    shift = np.eye(4)
    shift[:3, 3] = (0.0, -3.0, 0.0)  # a point of the sum lies 3 mm further back in the other course
    wanted = accumulate(cord, [first.moved(shift, first.frame_of_reference), last], 2.0).total
    found = accumulate(cord, [replace(first, warp=Warp(offsets=offsets([0.0, 3.0, 0.0]))), last], 2.0).total
    assert found.metric("D0.03cc").value == pytest.approx(wanted.metric("D0.03cc").value, abs=0.02)
    point = np.array([[1.0, 2.0, 5.0]])
    assert replace(first, warp=Warp(offsets=offsets([0.0, 3.0, 0.0]))).at(point) == pytest.approx(
        first.at(point + np.array([0.0, 3.0, 0.0]))
    )


def test_convert_then_map_holds_for_a_warped_course():
    """EQD2 is taken at the voxels and then between them: never below the EQD2 of the dose between them."""
    first, _ = courses()
    steep = replace(first, values=(first.values**2 / first.values.max()).astype(np.float32))
    warped = replace(steep, warp=Warp(offsets=offsets([0.9, 1.1, 0.7])))
    points = np.random.default_rng(1).uniform(-8, 8, (200, 3))
    mapped_first = warped.at(points)
    mapped_first = (mapped_first + mapped_first**2 / (10 * 2.0)) / 2.0
    assert np.all(warped.to_eqd2(2.0).at(points) >= mapped_first - 1e-4)


def test_a_warped_grid_is_cut_only_where_nothing_can_carry_it_out():
    first, _ = courses()
    warped = replace(first, warp=Warp(offsets=offsets([2.0, 0.0, 0.0])))
    points = np.zeros((1, 3))
    assert warped.around(points, 5.0) is warped
    assert warped.around(np.full((1, 3), np.nan), 0.0) is warped
    cut = warped.around(points, 0.0)
    assert cut.values.size < warped.values.size / 8
    assert cut.at(points) == pytest.approx(warped.at(points))


def test_where_the_registration_says_nothing_the_dose_is_unknown():
    cord, (first, last) = cylinder(5.0, 60.0, 2.0), courses()
    short = replace(first, warp=Warp(offsets=offsets([0.0, 0.0, 0.0], half_mm=20.0)))
    total = accumulate(cord, [short, last], 2.0).total
    assert 0.5 < total.covered_share < 0.8
    assert any("unknown" in w for w in total.warnings)


@pytest.mark.parametrize(
    ("matrix", "said"),
    [(np.zeros((4, 4)), "4 × 4"), (np.diag([1.0, 1.0, 0.0, 1.0]), "flattens"), (np.diag([-1.0, 1, 1, 1]), "mirrors")],
)
def test_a_matrix_that_is_none_is_refused(matrix, said):
    with pytest.raises(DoseError, match=said):
        Warp(matrix)


def test_the_jacobian_says_how_volumes_change():
    assert Warp(after=np.diag([2.0, 1.0, 1.0, 1.0])).stretch(np.zeros(3), np.full(3, 20.0))[:2] == pytest.approx((2, 2))
    folded = offsets([0.0, 0.0, 0.0])
    folded.vectors_mm[:, :, 14:16, 0] = 0.0
    folded.vectors_mm[:, :, 16:, 0] = -25.0
    found = Warp(offsets=folded).stretch(np.full(3, -20.0), np.full(3, 30.0))
    assert found.least < 0
    assert 0 < found.folded_share < 1


def test_dice_of_a_structure_and_its_displaced_self():
    cord = cylinder(5.0, 60.0, 2.0)
    box = (np.full(3, -40.0), np.full(3, 40.0))
    assert dice(cord, cord, Warp(), box) == pytest.approx(1.0)
    shift = np.eye(4)
    shift[0, 3] = 5.0
    # two circles of radius 5 at a distance of 5: a lens of (2/3 − √3/2π) = 0.391 of each
    assert dice(cord, cord, Warp(shift), box) == pytest.approx(0.391, abs=0.02)
    shift[0, 3] = 50.0
    assert dice(cord, cord, Warp(shift), box) == 0.0
    assert dice(cord, cord, Warp(), (np.full(3, 200.0), np.full(3, 240.0))) is None


@pytest.mark.parametrize(("scale", "folded"), [(-0.5, 1.0), (-2.0, 1.0), (0.5, 0.0), (0.0, 1.0)])
def test_what_turns_space_inside_out_is_folded(scale, folded):
    bent = offsets([0.0, 0.0, 0.0])
    x = -150.0 + 10.0 * np.arange(bent.vectors_mm.shape[2])
    bent.vectors_mm[..., 0] = (scale - 1.0) * x
    found = Warp(offsets=bent).stretch(np.full(3, -20.0), np.full(3, 20.0))
    assert found.folded_share == folded
    assert (found.least, found.greatest) == pytest.approx((scale, scale), abs=1e-4)
