"""RADIOBIOLOGY §7: the doses of the five papers, converted, summed and judged; the false alarm of 001 avoided."""

import pytest

from myelon.board.packet import prepare
from myelon.demo.hospital import demo_case
from myelon.dose.bed import Prescription, bed, eqd2
from myelon.dose.interval import Interval
from myelon.dose.reirradiation import from_prescriptions
from myelon.dose.tolerance import Given, judge_course


def given_to_the_cord(courses, *rest, **more):
    """Courses whose targets contain the cord."""
    return from_prescriptions(courses, *rest, reached=[True] * len(courses), **more)


TABLE = [
    # paper, total, fractions, BED2, EQD2 at 2, BED10, EQD2 at 10
    ("000", 50.4, 28, 95.76, 47.88, 59.472, 49.56),
    ("000", 24, 5, 81.6, 40.8, 35.52, 29.6),
    ("001", 30, 10, 75, 37.5, 39, 32.5),
    ("001", 42, 21, 84, 42, 50.4, 42),
    ("003", 50, 25, 100, 50, 60, 50),
    ("003", 60, 30, 120, 60, 72, 60),
    ("004", 64, 16, 192, 96, 89.6, 74.667),
    ("002", 30, 10, 75, 37.5, 39, 32.5),
    ("002", 40, 20, 80, 40, 48, 40),
    ("002", 5, 1, 17.5, 8.75, 7.5, 6.25),
    ("002", 15, 3, 52.5, 26.25, 22.5, 18.75),
    ("002", 21, 3, 94.5, 47.25, 35.7, 29.75),
    ("002", 27, 5, 99.9, 49.95, 41.58, 34.65),
    ("002", 14, 1, 112, 56, 33.6, 28),
]


@pytest.mark.parametrize(("paper", "total", "fractions", "bed2", "eqd2_2", "bed10", "eqd2_10"), TABLE)
def test_every_course_of_the_papers_converts_as_computed(paper, total, fractions, bed2, eqd2_2, bed10, eqd2_10):
    assert bed(total, fractions, 2.0) == pytest.approx(bed2, abs=5e-4)
    assert eqd2(total, fractions, 2.0) == pytest.approx(eqd2_2, abs=5e-4)
    assert bed(total, fractions, 10.0) == pytest.approx(bed10, abs=5e-4)
    assert eqd2(total, fractions, 10.0) == pytest.approx(eqd2_10, abs=5e-4)


def outcomes(judged):
    return {v.limit.id: v.outcome for v in judged.verdicts}


def test_paper_000_exceeds_both_sums_and_both_intervals():
    judged = given_to_the_cord([Prescription(50.4, 28), Prescription(24, 5)], [Interval(60, 60)])
    assert judged.dose.cumulative_bed == pytest.approx(177.36)
    assert judged.dose.cumulative_eqd2 == pytest.approx(88.68)
    assert (judged.nieder.total, judged.nieder.group) == (10.5, "high")
    found = outcomes(judged)
    assert {k for k, v in found.items() if v == "fail"} >= {
        "nieder.cum",
        "nieder.int",
        "hytec.rert.cum",
        "hytec.rert.new",
    }
    assert found["hytec.rert.ratio"] != "fail"


def test_the_false_alarm_of_paper_001_is_not_raised():
    """A naive sum of the brain course and the course at T9–L1 would be 159 Gy2 and four points."""
    packet = prepare(demo_case("paper-001"))
    dose = packet.dose
    assert len(dose.courses) == 1
    assert dose.judged.dose.cumulative_eqd2 == pytest.approx(42.0)
    assert dose.judged.dose.cumulative_bed == pytest.approx(84.0)
    assert any("another region (brain)" in why for _, why in packet.left_out)


def test_paper_003_breaks_the_rule_that_it_quotes():
    judged = prepare(demo_case("paper-003")).dose.judged
    assert judged.dose.course_bed == pytest.approx((100.0, 120.0))
    assert judged.dose.cumulative_bed == pytest.approx(220.0)
    assert judged.dose.cumulative_eqd2 == pytest.approx(110.0)
    assert (judged.nieder.total, judged.nieder.group) == (13.5, "high")
    assert (judged.nieder_alternative.total, judged.nieder_alternative.group) == (5.0, "intermediate")
    assert judged.alternative.alpha_beta_gy == 4.0
    assert judged.alternative.course_bed == pytest.approx((75.0, 90.0))
    assert judged.alternative.cumulative_bed == pytest.approx(165.0)
    by_id = {v.limit.id: v for v in judged.verdicts}
    assert by_id["nieder.each"].outcome == "fail"
    assert by_id["nieder.cum"].outcome == "fail"
    assert "fail" not in str(by_id["nieder.each"].alternative)  # at α/β 4 each course is below 98
    assert "fail" in str(by_id["nieder.cum"].alternative)  # and the sum of 165 is still above 135.5


@pytest.mark.parametrize(
    ("course", "limit", "exceeded"),
    [("21/3", 20.3, True), ("21/3", 21.9, False), ("27/5", 25.3, True), ("27/5", 30.0, False), ("15/3", 20.3, False)],
)
def test_the_hypofractionated_courses_of_paper_002_against_the_point_maxima(course, limit, exceeded):
    judged = judge_course("spinal_cord", Given(Prescription.parse(course), None, reached=True))
    rows = [v for v in judged.verdicts if v.limit.value == limit and v.metric != "D1.2cc"]
    assert rows
    assert {v.outcome == "fail" for v in rows} == {exceeded}
