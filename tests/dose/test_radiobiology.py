"""What the radiobiological models must obey, beside their worked examples."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from myelon.dose.bed import bed, eqd2
from myelon.dose.distance import distance, distances
from myelon.dose.high_dose import H460, lql_bed, tumour_usc_bed, tumour_usc_single_dose
from myelon.dose.indices import conformity_paddick, conformity_rtog, gradient_paddick, homogeneity_icru83, r50
from myelon.dose.interval import Interval
from myelon.dose.ntcp import LKB_WARNING, geud, lkb, sahgal_2013, schultheiss_2008
from myelon.dose.particles import CarbonCourse, proton_rbe_dose
from myelon.dose.recovery import SCHEMES, allowed_bed, check_combination
from myelon.dose.repair import (
    RAT_CORD,
    Kinetics,
    bed_protracted,
    bed_several_a_day,
    cord_tolerance_loss,
    lea_catcheside,
    one_rate,
    thames_h,
)
from myelon.errors import DoseError
from reference_data import tables

TOTALS, COUNTS, RATIOS = st.floats(0.5, 120), st.integers(1, 40), st.floats(0.5, 20)
HOURS = st.floats(0.05, 48)


# ── repair ──────────────────────────────────────────────────────────────────────────────────────────────


@given(HOURS, HOURS)
def test_two_and_three_fractions_a_day_have_their_closed_forms(gap, half_time):
    theta = math.exp(-math.log(2) * gap / half_time)
    assert thames_h(2, gap, one_rate(half_time)) == pytest.approx(theta, rel=1e-6)
    assert thames_h(3, gap, one_rate(half_time)) == pytest.approx(4 / 3 * theta + 2 / 3 * theta**2, rel=1e-6)
    assert thames_h(1, gap, one_rate(half_time)) == pytest.approx(0.0, abs=1e-9)


@given(TOTALS, COUNTS, RATIOS, HOURS)
def test_incomplete_repair_only_adds_and_a_slow_delivery_only_takes(total, fractions, ratio, hours):
    plain = bed(total, fractions, ratio)
    assert bed_several_a_day(total, fractions, ratio, per_day=2, gap_hours=hours, kinetics=RAT_CORD) >= plain
    assert bed_protracted(total, fractions, ratio, duration_hours=hours, kinetics=RAT_CORD) <= plain + 1e-9
    assert bed_protracted(total, fractions, ratio, duration_hours=0.0, kinetics=RAT_CORD) == pytest.approx(plain)


@given(st.floats(1e-7, 1e-2))
def test_g_is_smooth_towards_a_delivery_at_once(hours):
    assert lea_catcheside(hours, one_rate(1.0)) == pytest.approx(1.0 - math.log(2) * hours / 3.0, abs=1e-5)


def test_the_cord_loses_at_least_what_was_observed():
    six, eight, seven = (cord_tolerance_loss(hours) for hours in (6.0, 8.0, 7.0))
    assert (six.observed, eight.observed, seven.observed) == (0.165, 0.135, None)
    assert [round(x.model, 3) for x in (six, eight)] == [0.094, 0.067]
    assert six.larger == 0.165
    assert seven.larger == seven.model


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: thames_h(0, 6.0, RAT_CORD),
        lambda: thames_h(2, 0.0, RAT_CORD),
        lambda: thames_h(2, 6.0, Kinetics(((0.5, 1.0),), "half of it")),
        lambda: lea_catcheside(-1.0, RAT_CORD),
        lambda: lea_catcheside(1.0, one_rate(0.0)),
        lambda: lql_bed(24.0, 1, 2.0, transition_gy=0.0),
        lambda: proton_rbe_dose(50.0, "BIOLOGICAL"),
        lambda: lkb(50.0, "heart"),
        lambda: schultheiss_2008(-1.0),
        lambda: sahgal_2013(math.nan),
        lambda: geud([1.0], [0.5, 0.5], 1.0),
        lambda: geud([1.0], [1.0], 0.0),
        lambda: SCHEMES["none"].share(-1.0),
        lambda: allowed_bed(100.0, 50.0, 1.5, "tolerance grows"),
        lambda: allowed_bed(100.0, 50.0, 0.5, "hope"),
        lambda: conformity_rtog(1.0, 0.0),
        lambda: conformity_paddick(2.0, 1.0, 1.0),
        lambda: homogeneity_icru83(1.0, 1.0, 0.0),
        lambda: distance(50.0, 100.0, 0, 2.0),
    ],
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(DoseError):
        wrong()


# ── high dose per fraction, particles ───────────────────────────────────────────────────────────────────


@given(COUNTS, RATIOS, st.floats(0.01, 20))
def test_lql_is_smooth_at_its_transition_and_never_above_lq(fractions, ratio, above):
    at, total = fractions * 2 * ratio, fractions * (2 * ratio + above)
    assume(total <= 200)
    assert lql_bed(at, fractions, ratio) == pytest.approx(bed(at, fractions, ratio))
    assert lql_bed(total, fractions, ratio) <= bed(total, fractions, ratio) + 1e-9


def test_the_universal_curve_is_continuous_within_what_its_parameters_are():
    below, above = tumour_usc_bed(6.1999, 1), tumour_usc_bed(6.2, 1)
    assert above == pytest.approx(below, abs=0.03)
    assert tumour_usc_single_dose(60.0, 3) == pytest.approx(60.0 - 2 * H460.dq_gy)


def test_an_effective_dose_is_not_weighted_twice():
    assert proton_rbe_dose(proton_rbe_dose(50.0, "PHYSICAL"), "EFFECTIVE") == pytest.approx(55.0)


def test_carbon_says_that_its_number_is_indicative():
    for model in ("not reported", "LEM I"):
        found = CarbonCourse(64.0, 16, model).indicative_eqd2(2.0)
        assert found.value == pytest.approx(96.0)
        assert found.why.startswith("indicative only")


# ── risk ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("gy", "percent", "within"),
    [(45, 0.03, 0.005), (50, 0.2, 0.03), (54, 1.0, 0.1), (59.3, 5.0, 0.01), (69.4, 50.0, 0.01)],
)
def test_schultheiss_gives_every_published_row(gy, percent, within):
    assert 100 * schultheiss_2008(gy).probability == pytest.approx(percent, abs=within)


def test_sahgal_gives_all_25_cells_of_its_table():
    cells = [
        (row["EQD2_2"], float(row["risk"].rstrip("%")))
        for _, table in tables("constraints.json")
        for row in table["constraints"]
        if row["set"] == "sahgal_2013_table"
    ]
    assert len(cells) % 25 == 0
    for gy, percent in cells:
        assert 100 * sahgal_2013(gy).probability == pytest.approx(percent, abs=0.15)


def test_a_risk_above_what_its_table_holds_is_only_said_to_be_above():
    assert str(sahgal_2013(56.0)) == "> 10 %, extrapolated"
    assert str(sahgal_2013(44.64)) == "5 %"
    assert "outside" in sahgal_2013(20.0).note
    assert schultheiss_2008(42.0).note == "extrapolated below 45 Gy"


def test_lkb_states_its_disagreement():
    assert lkb(50.0).note == LKB_WARNING
    assert lkb(50.0).probability > 30 * schultheiss_2008(50.0).probability


@given(
    st.lists(st.tuples(st.floats(0, 80), st.floats(0.01, 5)), min_size=1, max_size=20),
    st.sampled_from([-20.0, -1.0, 1.0, 8.0, 20.0, 33.3, 400.0]),
)
def test_geud_lies_between_the_least_and_the_highest_dose(rows, a):
    doses, volumes = [d for d, _ in rows], [v for _, v in rows]
    found = geud(doses, volumes, a)
    assert min(doses) - 1e-6 <= found <= max(doses) + 1e-6


# ── recovery and distance ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=str)
def test_recovery_never_shrinks_and_is_nothing_at_once(scheme):
    shares = [scheme.share(float(month)) for month in range(200)]
    assert shares[0] == 0.0
    assert shares == sorted(shares)
    assert scheme.least_share(Interval(None, 400.0)) == 0.0
    assert scheme.least_share(Interval(200.0, 4000.0)) == scheme.share(200.0 / 30.4375)


@given(st.floats(10, 200), st.floats(0, 200), st.floats(0, 1))
def test_the_two_meanings_of_recovery_agree_only_where_the_previous_dose_was_the_tolerance(tolerance, previous, share):
    grown = allowed_bed(tolerance, previous, share, "tolerance grows")
    discounted = allowed_bed(tolerance, previous, share, "previous dose is discounted")
    if grown > 0 and discounted > 0:
        assert grown - discounted == pytest.approx(share * (tolerance - previous), abs=1e-6)


def test_recovery_is_not_credited_against_rules_made_without_it():
    for rule in ("Nieder 2006", "HyTEC 2021", "Sahgal 2013"):
        check_combination(rule, SCHEMES["none"])
        with pytest.raises(DoseError, match="count twice"):
            check_combination(rule, SCHEMES["tolerance_25_50"])
    check_combination("own tolerance", SCHEMES["tolerance_25_50"])


@given(st.floats(0, 130), st.integers(1, 30), RATIOS)
def test_a_distance_brings_the_sum_to_the_limit(previous, fractions, ratio):
    found = distance(previous, 135.5, fractions, ratio)
    assert previous + bed(found.total_gy, fractions, ratio) == pytest.approx(135.5, rel=1e-6)
    assert distance(200.0, 135.5, fractions, ratio).total_gy == 0.0


def struck(course_bed, fractions, interval, organ="spinal_cord", **more):
    rows = distances(course_bed, sum(course_bed), fractions, interval, organ=organ, **more)
    return {r.rule: (round(r.distance.total_gy, 2), r.struck) for r in rows}


def test_after_the_first_course_of_paper_000_both_rules_are_struck_by_the_interval():
    found = struck([95.76], 5, Interval(14.0, 60.0))
    assert found["Nieder 2006"] == (15.55, ("interval under 6 months",))
    assert found["HyTEC 2021"] == (16.62, ("interval under 5 months",))
    later = struck([95.76], 5, Interval(200.0, 400.0))
    assert [why for _, why in later.values()] == [(), ()]
    assert struck([95.76], 5, Interval(None, None))["HyTEC 2021"][1] == ("interval not known to be 5 months",)


def test_a_sum_that_is_known_in_part_leaves_less_than_it_says():
    found = struck([95.76], 5, Interval(200.0, 400.0), complete=False)
    assert {why for _, why in found.values()} == {("the sum so far is known only in part: less may be left",)}


def test_the_first_course_of_paper_003_breaks_the_rule_of_98():
    found = struck([100.0], 10, Interval(400.0, None))
    assert found["Nieder 2006"] == (18.46, ("a course so far has more than 98 Gy₂: the rule cannot be met",))
    assert found["HyTEC 2021"][1] == ("HyTEC judges a new course of 1 to 5 fractions",)


def test_what_lies_below_the_conus_or_needs_a_model_or_is_a_third_course_is_struck():
    assert "below the conus" in struck([84.0], 5, Interval(400.0, 400.0), organ="cauda_equina")["Nieder 2006"][1][0]
    assert struck([84.0], 5, Interval(400.0, 400.0), open_sum="carbon")["HyTEC 2021"][1] == ("carbon",)
    assert "third" in struck([40.0, 40.0], 5, Interval(400.0, 400.0))["Nieder 2006"][1][0]


def test_the_new_course_is_capped_by_its_own_limit_and_by_half_of_the_sum():
    assert struck([84.0], 5, Interval(400.0, 400.0))["HyTEC 2021"][0] == 17.91
    assert struck([17.5], 1, Interval(400.0, 400.0))["HyTEC 2021"][0] == 5.0


def test_indices_of_the_example():
    assert conformity_rtog(60.0, 50.0) == pytest.approx(1.2)
    assert conformity_paddick(48.0, 50.0, 60.0) == pytest.approx(0.768)
    assert gradient_paddick(250.0, 60.0) == pytest.approx(4.1667, abs=1e-4)
    assert r50(250.0, 50.0) == pytest.approx(5.0)


def test_pooling_physical_doses_is_never_what_a_sum_means():
    assert eqd2(30.0, 10, 2.0) + eqd2(24.0, 2, 2.0) == pytest.approx(121.5)
    assert eqd2(54.0, 12, 2.0) == pytest.approx(87.75)
