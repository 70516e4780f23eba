"""What would be if: each assumption against what the same doses give when they are so."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myelon.dose.accumulate import accumulate
from myelon.dose.bed import Prescription, eqd2
from myelon.dose.grid import DoseGrid
from myelon.dose.interval import Interval
from myelon.dose.reirradiation import from_prescriptions
from myelon.dose.uncertainty import uncertainty
from myelon.dose.what_if import Assumed, what_if
from myelon.errors import DoseError
from phantoms import cylinder, grid


def given_to_the_cord(courses, *rest, **more):
    """Courses whose targets contain the cord."""
    return from_prescriptions(courses, *rest, reached=[True] * len(courses), **more)


GIVEN = [Prescription(45.0, 25), Prescription(20.0, 5)]
GAP = [Interval(400.0, 400.0)]


def doses():
    return [
        replace(grid([0, 1, 0], 2.5, base=40.0), fractions=25),
        replace(grid([1, 0, 0], 2.5, base=18.0), fractions=5),
    ]


def outcomes(judged):
    return {v.limit.id: str(v.outcome) for v in judged.verdicts}


def by_voxel(assumed=None, *, sure=False, more=()):
    structures = {"SpinalCord": cylinder(5.0, 60.0, 2.0)} | dict(more)
    return what_if(GIVEN, GAP, assumed or Assumed(), grids=doses(), structures=structures, sure=sure)


def test_nothing_assumed_is_what_is_known():
    found = what_if(GIVEN, GAP, Assumed(), reached=(True, True))
    known = given_to_the_cord(GIVEN, GAP)
    assert found.judged == known
    assert found.recovered is None
    total = accumulate(cylinder(5.0, 60.0, 2.0), doses(), 2.0).total
    assert by_voxel().judged.dose.cumulative_eqd2 == pytest.approx(total.max_gy, abs=1e-6)
    assert by_voxel(sure=True).judged.dose.p95_bed > by_voxel().judged.dose.cumulative_bed


def test_a_planned_course_is_one_more_course():
    planned = Prescription(12.0, 3)
    found = what_if(GIVEN, GAP, Assumed(planned=planned, interval=Interval(200.0, 300.0)), reached=(True, True))
    assert found.judged == given_to_the_cord([*GIVEN, planned], [*GAP, Interval(200.0, 300.0)])
    first = what_if([GIVEN[0]], [], Assumed(planned=GIVEN[1], interval=GAP[0]), reached=(True,))
    assert outcomes(first.judged) == outcomes(given_to_the_cord(GIVEN, GAP))


def test_a_planned_course_that_lies_even_adds_its_eqd2_to_every_point():
    found = by_voxel(Assumed(planned=Prescription(12.0, 3)))
    assert found.judged.dose.cumulative_eqd2 - by_voxel().judged.dose.cumulative_eqd2 == pytest.approx(
        eqd2(12.0, 3, 2.0), abs=0.02
    )
    assert found.curves[0].max_gy == pytest.approx(found.judged.dose.cumulative_eqd2, abs=1e-6)
    assert outcomes(found.judged)["hytec.rert.interval"] == "unknown"


def test_a_planned_course_like_the_last_has_its_distribution_at_another_prescription():
    like = by_voxel(Assumed(planned=Prescription(20.0, 5), shape="like the last course"))
    twice = accumulate(cylinder(5.0, 60.0, 2.0), [*doses(), doses()[1]], 2.0).total
    assert like.judged.dose.cumulative_eqd2 == pytest.approx(twice.max_gy, abs=0.01)


def test_a_shift_is_that_of_the_earlier_courses_alone():
    moved = np.eye(4)
    moved[:3, 3] = (0.0, 3.0, -2.0)
    first, last = doses()
    wanted = accumulate(cylinder(5.0, 60.0, 2.0), [first.moved(moved, first.frame_of_reference), last], 2.0).total
    found = by_voxel(Assumed(shift_mm=(0.0, 3.0, -2.0)))
    assert found.judged.dose.cumulative_eqd2 == pytest.approx(wanted.max_gy, abs=0.01)
    assert found.judged.dose.cumulative_eqd2 < by_voxel().judged.dose.cumulative_eqd2 - 1.0


def test_another_alpha_beta_stands_beside_and_never_instead():
    found = by_voxel(Assumed(alpha_beta_gy=4.0))
    assert found.judged.dose == by_voxel().judged.dose
    wanted = accumulate(cylinder(5.0, 60.0, 2.0), doses(), 4.0).total.max_gy
    assert found.judged.alternative.cumulative_eqd2 == pytest.approx(wanted, abs=1e-6)


def test_recovery_is_a_figure_beside_and_changes_no_verdict():
    found = what_if(GIVEN, GAP, Assumed(scheme="tolerance_25_50"))
    first, last = (float(eqd2(c.total_gy, c.fractions, 2.0)) for c in GIVEN)
    assert found.recovered.shares == (0.5,)
    assert found.recovered.discounted_eqd2 == pytest.approx(0.5 * first + last)
    assert found.recovered.tolerance_factor == 1.5
    assert outcomes(found.judged) == outcomes(what_if(GIVEN, GAP, Assumed()).judged)
    voxel = by_voxel(Assumed(scheme="tolerance_25_50"))
    assert last < voxel.recovered.discounted_eqd2 < voxel.judged.dose.cumulative_eqd2
    unknown = what_if(GIVEN, [Interval(None, 400.0)], Assumed(scheme="tolerance_25_50"))
    assert unknown.recovered.shares == (0.0,)
    third = Assumed(scheme="tolerance_25_50", planned=Prescription(12.0, 3), interval=Interval(100.0, 900.0))
    assert what_if(GIVEN, [Interval(100.0, 100.0)], third).recovered.shares == (0.25, 0.0)


def test_an_interval_replaces_the_last_one():
    assert outcomes(what_if(GIVEN, GAP, Assumed(interval=Interval(30.0, 30.0))).judged)["nieder.int"] == "fail"
    assert outcomes(what_if(GIVEN, GAP, Assumed()).judged)["nieder.int"] == "pass"


@pytest.mark.parametrize(
    "wrong",
    [{"alpha_beta_gy": 0.0}, {"shift_mm": (0.0, 99.0, 0.0)}, {"shift_mm": (0.0, float("nan"), 0.0)},
     {"scheme": "mine"}, {"shape": "round"}],
)  # fmt: skip
def test_an_assumption_that_cannot_be_is_refused(wrong):
    with pytest.raises(DoseError):
        Assumed(**wrong)


def test_without_a_course_there_is_nothing_to_start_from():
    with pytest.raises(DoseError, match="no course"):
        what_if([], [], Assumed())


def test_a_grid_cut_around_a_structure_gives_the_same_dose():
    cord = cylinder(5.0, 60.0, 2.0)
    rng = np.random.default_rng(3)
    rough = replace(doses()[0], values=rng.uniform(0, 50, doses()[0].values.shape).astype(np.float32))
    cut = rough.around(cord.points(), cord.reach_mm + 2.5)
    assert cut.values.size < 0.5 * rough.values.size
    inside = cord.points() + rng.uniform(-1, 1, (len(cord.points()), 3))
    np.testing.assert_allclose(cut.at(inside), rough.at(inside), atol=1e-4)
    far = rough.around(np.array([[500.0, 500.0, 500.0]]), 1.0)
    assert np.isnan(far.at(np.array([[500.0, 500.0, 500.0]]))).all()


@given(st.floats(0.1, 60.0), st.integers(1, 30), st.floats(1.0, 10.0))
@settings(max_examples=15, deadline=None)
def test_one_more_even_dose_is_a_grid_that_is_the_same_everywhere(total_gy, fractions, alpha_beta_gy):
    """The curve that is moved against the curve of the sum; 0.02 Gy and 0.5 % of the volume for its bins."""
    cord, planned = cylinder(5.0, 60.0, 2.0), Prescription(total_gy, fractions)
    even = DoseGrid.even(cord.points(), cord.reach_mm + 40.0, cord.frame_of_reference)
    even = replace(even, values=(even.values * total_gy).astype(np.float32), fractions=fractions)
    wanted = accumulate(cord, [*doses(), even], alpha_beta_gy)
    found = by_voxel(Assumed(planned=planned, alpha_beta_gy=alpha_beta_gy))
    assert found.judged.alternative.cumulative_bed / (1 + 2 / alpha_beta_gy) == pytest.approx(
        wanted.total.max_gy, abs=0.02
    )
    curve = accumulate(cord, doses(), alpha_beta_gy).total.plus(eqd2(total_gy, fractions, alpha_beta_gy))
    for metric in ("mean", "min", "max", "D0.03cc", "D50%", "D95%"):
        assert curve.metric(metric).value == pytest.approx(wanted.total.metric(metric).value, abs=0.02), metric
    for gy in np.linspace(0.0, wanted.total.max_gy + 1.0, 23):
        assert curve.volume_at_gy(gy) == pytest.approx(wanted.total.volume_at_gy(gy), abs=0.005 * curve.total_cc)


def test_how_sure_the_sum_is_does_not_change_with_an_even_dose():
    cord, planned = cylinder(5.0, 60.0, 2.0), Prescription(24.0, 3)
    even = DoseGrid.even(cord.points(), cord.reach_mm + 40.0, cord.frame_of_reference)
    even = replace(even, values=(even.values * 24.0).astype(np.float32), fractions=3)
    wanted = uncertainty(cord, [*doses(), even], 2.0, search=False)
    found = by_voxel(Assumed(planned=planned), sure=True).judged.dose
    assert found.p95_bed / 2.0 == pytest.approx(wanted.p95("max"), abs=0.02)


def test_a_dose_that_takes_away_is_refused():
    curve = accumulate(cylinder(5.0, 60.0, 2.0), doses(), 2.0).total
    with pytest.raises(DoseError, match="even dose of -1"):
        curve.plus(-1.0)
