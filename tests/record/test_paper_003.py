"""Paper 003: the derived values DC1 to DC10."""

import pytest

from myelon.board.packet import prepare
from myelon.demo.hospital import demo_case
from myelon.dose.bed import bed
from myelon.record.age import age_at
from myelon.record.exposure import exposures
from myelon.record.findings import findings_of
from myelon.record.kinds import Neurology
from myelon.record.timeline import solve
from myelon.record.when import DAYS_PER
from myelon.terms.levels import Span

MONTH = DAYS_PER["month"]
derived = pytest.mark.family("paper 003: derived")


@pytest.fixture(scope="module")
def case():
    return demo_case("paper-003")


@pytest.fixture(scope="module")
def timeline(case):
    return solve(case)


@pytest.fixture(scope="module")
def judged(case):
    return prepare(case).dose.judged


@derived
def test_dc1_dc2_fractions_bed_and_eqd2(case, judged):
    assert case.by_id["rt-1"].schedule.fractions == 25
    assert judged.dose.course_eqd2 == pytest.approx((50.0, 60.0), abs=1e-9)
    assert judged.dose.course_bed == pytest.approx((100.0, 120.0), abs=1e-9)
    assert (bed(50, 25, 3), bed(60, 30, 3)) == pytest.approx((250 / 3, 100.0), abs=1e-9)
    assert (bed(50, 25, 10), bed(60, 30, 10)) == pytest.approx((60.0, 72.0), abs=1e-9)


@derived
def test_dc3_sum(judged):
    assert judged.dose.cumulative_eqd2 == pytest.approx(110.0, abs=1e-9)
    assert judged.dose.cumulative_bed == pytest.approx(220.0, abs=1e-9)
    assert bed(50, 25, 3) + bed(60, 30, 3) == pytest.approx(550 / 3, abs=1e-9)
    assert judged.alternative.alpha_beta_gy == 4.0
    assert judged.alternative.cumulative_bed == pytest.approx(165.0, abs=1e-9)


@derived
def test_dc4_interval_is_a_window_and_rests_on_an_assumption(case, timeline):
    window, _ = timeline.interval("rt-1.end", "rt-2.start")
    assert window.earliest > 2 * DAYS_PER["year"]
    assert window.latest is None or window.latest > window.earliest
    off, _ = solve(case, without=["assumed-adjuvant"]).interval("rt-1.end", "rt-2.start")
    assert off.earliest < window.earliest


@derived
def test_dc5_nieder_conditions(judged):
    outcomes = {v.limit.id: str(v.outcome) for v in judged.verdicts if v.limit.id.startswith("nieder.")}
    assert outcomes == {"nieder.each": "fail", "nieder.cum": "fail", "nieder.int": "pass"}


@derived
def test_dc6_cumulative_doxorubicin(case, timeline):
    (dose,) = [e for e in exposures(case) if e.drug == "doxorubicin"]
    assert dose.totals == pytest.approx((550.0,))
    assert dose.unit == "mg/m²"
    assert case.by_id["line-1"].agents[1].dose.value * case.by_id["response-3"].after_cycles == pytest.approx(450.0)
    (finding,) = [f for f in findings_of(case, timeline) if f.key == "cumulative:doxorubicin"]
    assert finding.rule.endswith("Myelon holds no source for a threshold")


@derived
def test_dc7_intervals_shorten(case, timeline):
    free = case.by_id["phase-initial"].disease_free
    assert (free.n, free.unit) == (19, "month")
    second, _ = timeline.interval("admission-2.start", "imaging-3.start")
    assert (second.earliest / MONTH, second.latest / MONTH) == pytest.approx((6.5, 7.5), abs=0.6)
    printed = case.by_id["interval-recurrence-2"].value.value
    third, _ = timeline.interval("imaging-3.start", "admission-4.start")
    assert third.latest / MONTH == pytest.approx(5, abs=0.5)
    assert printed == 8
    assert printed / free.n < 0.5
    assert 7 / free.n < 0.5


@derived
def test_dc8_mrc_series(case):
    series = [e.worst_mrc for e in case.of(Neurology)]
    assert [m for m in series if m is not None] == [4, 5, 2, 3]
    assert series[0] is None


@derived
def test_dc9_survival_from_first_admission_is_a_lower_bound(timeline):
    window, _ = timeline.interval("admission-1.start", "death.start")
    assert window.earliest / MONTH >= 43 - 0.5
    assert window.latest is None


@derived
def test_dc10_age_at_each_recurrence(case, timeline):
    assert age_at(case, timeline, "admission-1.start") == (14, 14)
    assert age_at(case, timeline, "admission-2.start") == (15, 16)
    assert age_at(case, timeline, "imaging-3.start") == (16, 17)
    assert age_at(case, timeline, "death.start") is None


def test_the_level_of_the_fourth_surgery_overlaps_the_first(case):
    first, last = case.by_id["imaging-1"].lesions[0].levels, case.by_id["imaging-4"].lesions[0].levels
    assert (first, last) == (Span.parse("L2–L4"), Span.parse("L3–L5"))
    assert first.overlap(last) == Span.parse("L3–L4")
