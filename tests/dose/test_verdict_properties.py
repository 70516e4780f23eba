"""What must hold of every verdict, whatever the courses: less knowledge never flatters, more dose never helps."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myelon.dose.bed import Prescription
from myelon.dose.dvh import dvh
from myelon.dose.interval import Interval
from myelon.dose.limits import LIMITS
from myelon.dose.reirradiation import OrganDose, evaluate, from_prescriptions
from myelon.dose.tolerance import Given, judge_course
from myelon.dose.verdict import Basis, Outcome, compare, outcome_between
from phantoms import cylinder, grid

UPPER = [v for v in LIMITS.values() if v.comparator in {"<=", "<"}]
per_fraction = st.floats(0.5, 12.0)
schedules = st.builds(lambda n, d: Prescription(round(min(n * d, 190.0), 2), n), st.integers(1, 35), per_fraction)
gaps = st.one_of(
    st.just(Interval(None, None)),
    st.builds(lambda a, more: Interval(a, a + more), st.floats(0, 2000), st.floats(0, 400)),
)
several = st.integers(2, 4).flatmap(
    lambda n: st.tuples(
        st.lists(schedules, min_size=n, max_size=n), st.lists(gaps, min_size=n - 1, max_size=n - 1),
        st.lists(st.booleans(), min_size=n, max_size=n),
    )
)  # fmt: skip
organs = st.sampled_from(["spinal_cord", "conus", "cauda_equina"])


def outcomes(judged):
    return {v.limit.id: v.outcome for v in judged.verdicts}


def flatters(more_known, less_known):
    """Rows that met a limit only once less was known."""
    open_before = {Outcome.UNKNOWN, Outcome.FAIL}
    return [
        key
        for key, after in outcomes(less_known).items()
        if after is Outcome.PASS and outcomes(more_known).get(key) in open_before
    ]


@given(several, organs, st.data())
def test_not_knowing_that_the_organ_had_it_turns_nothing_into_met(drawn, organ, data):
    courses, intervals, reached = drawn
    known = from_prescriptions(courses, intervals, organ=organ, reached=reached)
    forgotten = data.draw(st.integers(0, len(courses) - 1))
    less = [r and n != forgotten for n, r in enumerate(reached)]
    assert flatters(known, from_prescriptions(courses, intervals, organ=organ, reached=less)) == []


@given(several, organs, st.data())
def test_not_knowing_an_interval_turns_nothing_into_met(drawn, organ, data):
    courses, intervals, reached = drawn
    known = from_prescriptions(courses, intervals, organ=organ, reached=reached)
    gone = data.draw(st.integers(0, len(intervals) - 1))
    less = [Interval(None, None) if n == gone else gap for n, gap in enumerate(intervals)]
    assert flatters(known, from_prescriptions(courses, less, organ=organ, reached=reached)) == []


@given(several, organs, st.sampled_from(["needs_model", "withheld"]))
def test_a_reason_to_judge_nothing_meets_nothing(drawn, organ, why):
    courses, intervals, reached = drawn
    judged = from_prescriptions(courses, intervals, organ=organ, reached=reached, **{why: "a reason"})
    dose_rows = [v for v in judged.verdicts if v.basis is not Basis.DATES]
    already = {Outcome.FAIL} if why == "needs_model" else set()  # what the other courses exceed by themselves
    assert all(v.outcome in {Outcome.UNKNOWN, Outcome.NEEDS_MODEL, Outcome.NOT_APPLICABLE} | already for v in dose_rows)
    assert judged.nieder is None
    assert judged.nieder_alternative is None


def voxel(beds, share=1.0, p95=None, part=""):
    return tuple(
        OrganDose(
            tuple(b * f for b in beds), sum(beds) * f * 0.9, ab, "SpinalCord", "point maximum", Basis.VOXEL_SUM,
            covered_share=share, p95_bed=None if p95 is None else p95 * f, part_why=part,
        )
        for ab, f in ((2.0, 1.0), (3.0, 0.83))
    )  # fmt: skip


@given(several, st.data())
def test_a_part_of_a_structure_or_no_sac_turns_nothing_into_met(drawn, data):
    courses, intervals, _ = drawn
    beds = data.draw(st.lists(st.floats(5.0, 120.0), min_size=len(courses), max_size=len(courses)))
    more = [b * data.draw(st.floats(1.0, 1.5)) for b in beds]

    def judge(cord, sac=None):
        return evaluate(courses, intervals, dose=cord[0], alternative=cord[1], thecal_sac=sac)

    known = judge(voxel(beds), voxel(more))
    assert flatters(known, judge(voxel(beds))) == [], "the cord for the sac"
    assert flatters(known, judge(voxel(beds, share=0.7), voxel(more))) == []
    assert flatters(known, judge(voxel(beds), voxel(more, share=0.7))) == []
    assert flatters(known, judge(voxel(beds, part="its contours end"), voxel(more, part="its contours end"))) == []
    cut = judge(voxel(beds, share=0.7))
    assert cut.nieder is None, "no score is made of a part"


@given(several, organs, st.data())
def test_more_dose_in_the_same_fractions_never_meets_what_was_exceeded(drawn, organ, data):
    courses, intervals, reached = drawn
    at = data.draw(st.integers(0, len(courses) - 1))
    factor = data.draw(st.floats(1.0, 1.5))
    hotter = [
        Prescription(min(c.total_gy * factor, 199.0), c.fractions) if n == at else c for n, c in enumerate(courses)
    ]
    less, more = (from_prescriptions(c, intervals, organ=organ, reached=reached) for c in (courses, hotter))
    for key, before in outcomes(less).items():
        if before is Outcome.FAIL and key != "hytec.rert.ratio":
            assert outcomes(more)[key] is not Outcome.PASS, key


@given(schedules, organs, st.one_of(st.none(), st.floats(0.0, 80.0)), st.booleans(), st.floats(1.0, 1.4))
def test_one_course_never_gains_by_less_knowledge_or_more_dose(course, organ, before, reached, factor):
    known = judge_course(organ, Given(course, before, reached=reached))
    assert flatters(known, judge_course(organ, Given(course, before))) == []
    withheld = judge_course(organ, Given(course, before, reached=reached, withheld="a reason"))
    assert Outcome.PASS not in outcomes(withheld).values()
    assert withheld.risks == ()
    hotter = Prescription(min(course.total_gy * factor, 199.0), course.fractions)
    more = judge_course(organ, Given(hotter, before, reached=reached))
    for key, outcome in outcomes(known).items():
        if outcome is Outcome.FAIL and key in outcomes(more):
            assert outcomes(more)[key] is Outcome.FAIL, key


@given(schedules, organs)
def test_a_course_meets_rows_or_stands_beside_rows_but_is_never_silent(course, organ):
    judged = judge_course(organ, Given(course))
    maxima = [v for v in judged.verdicts if v.limit.metric.startswith("D")]
    assert maxima or judged.beside or organ == "cauda_equina"
    for row in judged.beside:
        assert row.outcome is Outcome.NOT_APPLICABLE
        assert "no row was made for" in row.why


@pytest.mark.parametrize("text", ["36/6", "42/7", "39/13", "45/15", "50/10", "55/20", "24/6", "27/6", "30/10", "60/15"])
def test_courses_between_the_fractionations_get_their_eqd2_and_no_risk(text):
    course = Prescription.parse(text)
    judged = judge_course("spinal_cord", Given(course))
    assert judged.risks == ()
    values = {round(v.value, 6) for v in judged.beside}
    assert values == {round(course.total_gy * (course.gy_per_fraction + 2.0) / 4.0, 6)}


@pytest.mark.parametrize(("n", "rows"), [(1, 3), (2, 2), (3, 3), (4, 2), (5, 3)])
def test_each_number_of_stereotactic_fractions_has_its_own_rows(n, rows):
    judged = judge_course("spinal_cord", Given(Prescription(5.0 * n, n), reached=True))
    made_for = {v.limit.fractions for v in judged.verdicts}
    assert made_for == {str(n)}
    assert len({v.limit.rule for v in judged.verdicts}) >= rows


@given(st.floats(0.1, 300.0), st.floats(0.0, 300.0), st.sampled_from(UPPER))
def test_bounds_that_meet_judge_as_the_value_does_and_wider_ones_never_flatter(value, off, limit):
    exact = outcome_between(value, value, limit)
    assert exact is compare(value, limit)
    assert outcome_between(max(value - off, 0.0), None, limit) in {Outcome.UNKNOWN, exact}
    assert outcome_between(0.0, value + off, limit) in {Outcome.UNKNOWN, exact}
    assert outcome_between(0.0, None, limit) is Outcome.UNKNOWN
    assert outcome_between(float("nan"), float("nan"), limit) is Outcome.UNKNOWN


@pytest.mark.parametrize("factor", [0.2, 0.5, 0.99, 1.0, 1.01, 1.5])
def test_an_isodose_beside_the_cord_can_meet_and_never_exceed(factor):
    limit = LIMITS["nieder.cum"].value
    courses = [Prescription(50.0, 25), Prescription(30.0, 10)]
    most = [10.0 * factor, 12.0 * factor]
    judged = from_prescriptions(courses, [Interval(400, 400)], at_most_gy=most, reached=[True, True])
    assert judged.dose.cumulative_bed < limit
    assert outcomes(judged)["nieder.cum"] is Outcome.PASS
    high = from_prescriptions(courses, [Interval(400, 400)], at_most_gy=[200.0, 190.0], reached=[True, True])
    assert outcomes(high)["nieder.cum"] is Outcome.UNKNOWN


def test_one_course_that_the_cord_had_exceeds_by_itself():
    courses = [Prescription(80.0, 20), Prescription(20.0, 5)]
    judged = from_prescriptions(courses, [Interval(400, 400)], reached=[True, False])
    assert outcomes(judged)["nieder.each"] is Outcome.FAIL
    assert outcomes(judged)["nieder.cum"] is Outcome.FAIL
    assert outcomes(judged)["hytec.rert.ratio"] is Outcome.UNKNOWN


def test_an_alpha_beta_that_the_source_did_not_use_bears_no_verdict():
    courses, gap = [Prescription(50.0, 25), Prescription(20.0, 10)], [Interval(400, 400)]
    judged = from_prescriptions(courses, gap, reached=[True, True])
    assert all("pass" not in v.alternative and "fail" not in v.alternative for v in judged.verdicts)
    assert judged.nieder is not None
    assert judged.nieder_alternative is None
    ten = from_prescriptions(courses, gap, reached=[True, True], alpha_beta_gy=10.0)
    assert outcomes(ten) == outcomes(judged)
    assert ten.nieder == judged.nieder
    assert ten.nieder_alternative is None


@pytest.mark.parametrize(
    ("days", "outcome", "says"),
    [(152, Outcome.FAIL, "152 days; 5 months are 152.2"), (153, Outcome.PASS, "153 days"), (400, Outcome.PASS, "")],
)
def test_an_interval_at_its_limit_says_the_days_that_decide(days, outcome, says):
    courses = [Prescription(30.0, 10), Prescription(12.0, 3)]
    judged = from_prescriptions(courses, [Interval(days, days)], reached=[True, True])
    row = next(v for v in judged.verdicts if v.limit.id == "hytec.rert.interval")
    assert row.outcome is outcome
    assert says in row.why
    assert bool(row.why) is bool(says)


def test_a_contour_cut_off_in_the_field_is_a_part_of_the_cord():
    from myelon.dose.ends import cut_off

    rising = replace(grid([0, 0, 1], 2.0, reach=(24.0, 24.0, 80.0), base=100.0), fractions=25)
    flat = replace(rising, values=rising.values * 0 + 40.0)
    assert "still rises" in cut_off(cylinder(5.0, 40.0, 2.0), [rising])
    assert cut_off(cylinder(5.0, 40.0, 2.0), [flat]) == ""
    curve = dvh(cylinder(5.0, 40.0, 2.0), [flat])
    given_whole = Given(Prescription(40.0, 20), curves={"SpinalCord": curve})
    part = given_whole._replace(parts={"SpinalCord": "its contours end"})
    whole, cut = (outcomes(judge_course("spinal_cord", g)) for g in (given_whole, part))
    assert whole["quantec.conv.50"] is Outcome.PASS
    assert cut["quantec.conv.50"] is Outcome.UNKNOWN
    assert judge_course("spinal_cord", part).risks == ()
