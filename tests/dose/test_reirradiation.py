from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myelon.dose.bed import Prescription, bed, eqd2, gy_per_fraction_of_bed
from myelon.dose.interval import Interval
from myelon.dose.reirradiation import OrganDose, evaluate, from_prescriptions
from myelon.dose.verdict import Basis
from myelon.errors import DoseError
from myelon.terms.levels import Span

PAPER_000 = [Prescription(50.4, 28), Prescription(24.0, 5)]
courses = st.builds(Prescription, st.floats(0.5, 80), st.integers(1, 40))
days = st.floats(0, 3000)


def given_to_the_cord(courses, *rest, **more):
    """Courses whose targets contain the cord."""
    return from_prescriptions(courses, *rest, reached=[True] * len(courses), **more)


def outcome(judged, limit):
    return next(v for v in judged.verdicts if v.limit.id == limit).outcome


@pytest.mark.parametrize("text", ["60", "22..60", "14..60"])
def test_paper_000_as_the_table_says(text):
    judged = given_to_the_cord(PAPER_000, [Interval.parse(text)])
    assert judged.dose.cumulative_bed == pytest.approx(177.36, abs=1e-9)
    assert judged.dose.cumulative_eqd2 == pytest.approx(88.68, abs=1e-9)
    assert (judged.nieder.total, judged.nieder.group, judged.nieder.rate_2006) == (10.5, "high", 0.9)
    assert [str(v.outcome) for v in judged.verdicts] == ["fail", "fail", "pass", "fail", "pass", "fail", "fail"]


def test_an_interval_on_both_sides_of_a_limit_is_unknown_and_its_worst_is_said():
    judged = given_to_the_cord(PAPER_000, [Interval(137, 213)])
    verdict = next(v for v in judged.verdicts if v.limit.id == "nieder.int")
    assert verdict.outcome == "unknown"
    assert "at its shortest it fails" in verdict.why
    assert (judged.nieder.total, judged.nieder.best_total) == (10.5, 6.0)


def test_an_interval_that_is_not_known_is_unknown_not_long():
    judged = given_to_the_cord(PAPER_000, [Interval(None, None)])
    assert outcome(judged, "nieder.int") == "unknown"
    assert outcome(judged, "hytec.rert.interval") == "unknown"


def test_below_the_conus_the_cord_rules_do_not_apply_and_say_why():
    judged = given_to_the_cord(PAPER_000, [Interval(400, 400)], organ="cauda_equina")
    assert {str(v.outcome) for v in judged.verdicts} == {"not applicable"}
    assert all(v.why for v in judged.verdicts)
    assert judged.nieder is None


def test_more_than_five_fractions_are_outside_hytec():
    judged = given_to_the_cord([Prescription(50, 25), Prescription(60, 30)], [Interval(800, 900)])
    assert outcome(judged, "hytec.rert.cum") == "not applicable"
    assert outcome(judged, "nieder.each") == "fail"


def test_the_lumbar_cord_shows_alpha_beta_2_and_4():
    judged = given_to_the_cord(
        [Prescription(50, 25), Prescription(60, 30)], [Interval(366, 1204)], span=Span.parse("L2-L5")
    )
    assert (judged.dose.cumulative_bed, judged.alternative.cumulative_bed) == pytest.approx((220, 165))
    assert (judged.nieder.total, judged.nieder_alternative.total) == (13.5, 5.0)


def test_a_voxel_sum_may_say_met_and_a_prescription_may_not():
    dose = OrganDose((40.0, 40.0), 80.0, 2.0, "SpinalCord", "point maximum", Basis.VOXEL_SUM)
    other = OrganDose((35.0, 35.0), 70.0, 3.0, "SpinalCord", "point maximum", Basis.VOXEL_SUM)
    two = [Prescription(20, 5), Prescription(12, 2)]
    judged = evaluate(two, [Interval(400, 400)], dose=dose, alternative=other)
    assert {v.limit.id: v.says for v in judged.verdicts if v.limit.rule == "Nieder 2006"} == dict.fromkeys(
        ("nieder.each", "nieder.cum", "nieder.int"), "met"
    )
    assert {v.says for v in judged.verdicts[:3]} == {"unknown"}, "the cord is a part of the thecal sac"
    assert "no thecal sac is contoured" in judged.verdicts[0].why
    sac = evaluate(two, [Interval(400, 400)], dose=dose, alternative=other, thecal_sac=(dose, other))
    assert {v.says for v in sac.verdicts} == {"met"}
    small = given_to_the_cord([Prescription(20, 10), Prescription(10, 5)], [Interval(400, 400)])
    doses = {v.says for v in small.verdicts if v.basis == "prescription"}
    assert doses == {
        "not exceeded if the cord had no more than the prescription",
        "not exceeded if the cord had what is prescribed",  # a share grows where the earlier course gave less
    }


def test_high_doses_per_fraction_and_third_courses_are_warned_of():
    judged = given_to_the_cord([Prescription(24, 1), *PAPER_000], [Interval(300, 300), Interval(60, 60)])
    assert any("stretched" in w for w in judged.warnings)
    assert any("extrapolated" in w for w in judged.warnings)
    assert judged.nieder.extrapolated


def test_wrong_numbers_of_things_are_refused():
    with pytest.raises(DoseError, match="2 courses, 2 doses and 0 intervals"):
        given_to_the_cord(PAPER_000, [])
    with pytest.raises(DoseError, match="organ 'brain'"):
        given_to_the_cord(PAPER_000, [Interval(1, 1)], organ="brain")


@pytest.mark.parametrize("text", ["", "a", "-3", "60..22", "1..", "..5", "1...5"])
def test_an_interval_that_is_none_is_refused(text):
    with pytest.raises(DoseError, match="interval"):
        Interval.parse(text)


@given(courses, courses, days)
def test_sums_add_and_a_longer_interval_never_scores_more(a, b, gap):
    near, far = (given_to_the_cord([a, b], [Interval(d, d)]) for d in (gap, gap + 200))
    assert near.dose.cumulative_bed == pytest.approx(
        bed(a.total_gy, a.fractions, 2.0) + bed(b.total_gy, b.fractions, 2.0)
    )
    assert far.nieder.total <= near.nieder.total
    assert near.nieder.best_total <= near.nieder.total


@given(courses, st.floats(0.8, 12))
def test_the_fraction_size_of_a_bed_gives_the_bed_back(course, alpha_beta):
    value = bed(course.total_gy, course.fractions, alpha_beta)
    assert gy_per_fraction_of_bed(value, course.fractions, alpha_beta) == pytest.approx(
        course.gy_per_fraction, rel=1e-9
    )


@given(courses)
def test_eqd2_of_two_gray_fractions_is_the_dose(course):
    assert eqd2(2.0 * course.fractions, course.fractions, 2.0) == pytest.approx(2.0 * course.fractions)


def test_a_sum_is_judged_at_its_95th_percentile_and_says_what_it_was_as_registered():
    def dose(bed, p95, covered=1.0):
        return OrganDose(
            (80.0, bed - 80.0), bed, 2.0, "SpinalCord", "point maximum", Basis.VOXEL_SUM, p95_bed=p95,
            p95_covered_share=covered,
        )  # fmt: skip

    def verdict(p95, covered=1.0):
        other = replace(dose(120.0, p95, covered), alpha_beta_gy=3.0)
        courses = [Prescription(40.0, 20), Prescription(20.0, 5)]
        judged = evaluate(courses, [Interval(400, 400)], dose=dose(130.0, p95, covered), alternative=other)
        return next(v for v in judged.verdicts if v.limit.id == "nieder.cum"), judged

    met, _ = verdict(134.0)
    assert (met.outcome, met.value, met.value_text) == ("pass", 134.0, "134.00")
    assert met.why == "95th percentile; 130.00 as registered, pass"
    over, judged = verdict(141.0)
    assert (over.outcome, over.metric) == ("fail", "point maximum, P95")
    assert over.why == "95th percentile; 130.00 as registered, pass"
    assert judged.nieder.cumulative_bed == 141.0
    assert judged.dose.cumulative_bed == 130.0
    below, _ = verdict(128.0)  # never flattered by a percentile under the registered value
    assert below.value == 130.0
    open_, _ = verdict(134.0, covered=0.9)
    assert open_.outcome == "unknown"
    assert "in some reading only 90.0%" in open_.why
    plain, _ = verdict(None)
    assert (plain.metric, plain.why) == ("point maximum", "")


@pytest.mark.parametrize("left", [0.0, -0.3, -0.9, -40.0])
def test_nothing_is_left_where_no_effect_is_left(left):
    assert gy_per_fraction_of_bed(left, 5, 2.0) == 0.0


def test_a_margin_is_towards_the_limit_and_unknown_where_the_value_is():
    """Limit minus value; for a least value, value minus limit."""
    courses = [Prescription(50.4, 28), Prescription(24.0, 5)]
    known = {
        v.limit.id: v for v in from_prescriptions(courses, [Interval(200.0, 200.0)], reached=[True, True]).verdicts
    }
    assert known["hytec.rert.new"].margin == pytest.approx(25.0 - known["hytec.rert.new"].value)
    assert known["hytec.rert.interval"].margin == pytest.approx(200.0 / 30.4375 - 5.0)
    open_ones = from_prescriptions(
        courses, [Interval(None, None)], converted=[False, True], needs_model="carbon"
    ).verdicts
    assert {v.limit.id: v.margin for v in open_ones}["hytec.rert.cum"] is None
    assert {v.limit.id: v.margin for v in open_ones}["hytec.rert.interval"] is None


def test_a_figure_that_may_not_have_been_says_what_it_is_of():
    courses = [Prescription(50.4, 28), Prescription(24.0, 5)]
    said = {v.limit.id: v.why for v in from_prescriptions(courses, [Interval(200.0, 200.0)]).verdicts}
    assert said["hytec.rert.ratio"] == "a share of figures that the organ may not have had"
    assert "is of the prescription" in said["hytec.rert.cum"]
    assert "is of the prescription" in said["nieder.cum"]


def test_a_photon_course_exceeds_a_limit_of_single_courses_beside_one_of_carbon():
    """What carbon adds is not known; what the photons had by themselves is."""
    courses, gap = [Prescription(64.0, 16), Prescription(25.0, 5)], [Interval(700.0, 700.0)]
    given = {"converted": [False, True], "needs_model": "GyE is not converted"}
    reached = {v.limit.id: v for v in from_prescriptions(courses, gap, reached=[True, True], **given).verdicts}
    assert str(reached["hytec.rert.new"].outcome) == "fail"
    assert reached["hytec.rert.new"].value == pytest.approx(43.75)
    assert {str(reached[i].outcome) for i in ("hytec.rert.cum", "hytec.rert.ratio", "nieder.each", "nieder.cum")} == {
        "needs model"
    }
    spared = {v.limit.id: v for v in from_prescriptions(courses, gap, **given).verdicts}
    assert str(spared["hytec.rert.new"].outcome) == "needs model"
    withheld = from_prescriptions(courses, gap, reached=[True, True], withheld="two patients", **given)
    assert "fail" not in {str(v.outcome) for v in withheld.verdicts}


@pytest.mark.parametrize(
    ("days", "scored"), [((-6.0, -6.0), False), ((-6.0, 3.0), True), ((0.0, 0.0), True), ((200.0, 200.0), True)]
)
def test_a_course_that_begins_before_the_earlier_ends_is_not_scored_as_a_second(days, scored):
    courses = [Prescription(36.0, 18), Prescription(14.0, 7)]
    found = from_prescriptions(courses, [Interval(*days)], reached=[True, True])
    assert (found.nieder is not None) is scored


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ((None, None), "unknown"),
        ((None, 60.0), "≤ 2.0"),
        ((60.0, None), "≥ 2.0"),
        ((60.0, 60.0), "2.0"),
        ((15.0, 60.0), "0.5–2.0"),
    ],
)
def test_an_interval_is_said_as_far_as_it_is_known(bounds, said):
    assert str(Interval(*bounds)) == said
