"""Paper 000: the derived values DA1 to DA10."""

import pytest

from myelon.board.packet import prepare
from myelon.record.extent import extents
from myelon.record.kinds import Imaging, Radiotherapy, Systemic, Vital
from myelon.record.when import DAYS_PER
from myelon.terms.levels import Span

# ── derived values, DA1 to DA10 ─────────────────────────────────────────────────────────────────────────

derived = pytest.mark.family("paper 000: derived")


@derived
def test_da1_dose_per_fraction(paper_000):
    assert [c.gy_per_fraction for c in paper_000.of(Radiotherapy)] == pytest.approx([1.8, 4.8], abs=1e-12)


@derived
def test_da2_da3_da4_bed_and_eqd2(paper_000):
    judged = prepare(paper_000).dose.judged
    assert judged.dose.course_bed == pytest.approx((95.76, 81.60), abs=1e-9)
    assert judged.dose.cumulative_bed == pytest.approx(177.36, abs=1e-9)
    assert judged.dose.course_eqd2 == pytest.approx((47.88, 40.80), abs=1e-9)
    assert judged.dose.cumulative_eqd2 == pytest.approx(88.68, abs=1e-9)
    assert judged.alternative.alpha_beta_gy == 3.0
    assert (*judged.alternative.course_bed, judged.alternative.cumulative_bed) == pytest.approx(
        (80.64, 62.40, 143.04), abs=1e-9
    )
    assert judged.dose.basis == "prescription"


@derived
def test_da5_nieder_conditions_and_hytec(paper_000):
    judged = prepare(paper_000).dose.judged
    outcomes = {v.limit.id: str(v.outcome) for v in judged.verdicts}
    assert outcomes == {
        "nieder.each": "pass", "nieder.cum": "fail", "nieder.int": "fail",
        "hytec.rert.cum": "fail", "hytec.rert.new": "fail", "hytec.rert.ratio": "pass", "hytec.rert.interval": "fail",
    }  # fmt: skip
    assert judged.nieder.total == 10.5
    assert judged.nieder.group == "high"
    passed = [v for v in judged.verdicts if v.outcome == "pass"]
    assert {v.limit.id: v.says for v in passed} == {
        "nieder.each": "not exceeded if the cord had no more than the prescription",
        "hytec.rert.ratio": "not exceeded if the cord had what is prescribed",
    }


@derived
def test_da6_da7_extent_series(paper_000):
    lesion = [(str(e.levels), e.levels.count) for e in extents(paper_000) if e.levels]
    assert lesion == [("T1–T4", 4), ("C7–T5", 6), ("C7–T9", 10)]
    assert [str(e.assertion) for e in extents(paper_000)] == ["present", "present", "absent", "present"]
    oedema = [str(e.levels) if e.levels else e.change for e in extents(paper_000, oedema=True)]
    assert oedema == ["C7–T6", "C7–T7", "smaller", "larger"]
    assert Span.parse("C7-T6").count == 7


@derived
def test_da8_line_2_lasts_48_to_72_weeks_and_fits_into_21_months(paper_000, timeline_000):
    line = next(s for s in paper_000.of(Systemic) if s.line == 2)
    low, high, _ = line.implied_days
    assert (low / 7, high / 7) == (48.0, 72.0)
    assert (low / DAYS_PER["month"], high / DAYS_PER["month"]) == pytest.approx((11.0, 16.6), abs=0.05)
    assert timeline_000.contradictions == ()


@derived
def test_da9_lines_of_therapy(paper_000):
    lines = [(s.line, s.regimen, s.cycles) for s in paper_000.of(Systemic)]
    assert lines == [
        (1, "temozolomide with radiotherapy (Stupp)", None),
        (2, "bevacizumab + low-dose ICE", 13),
        (3, "bevacizumab only", 2),
    ]


@derived
def test_da10_survival_from_diagnosis_is_about_21_months(paper_000, timeline_000):
    window, _ = timeline_000.interval("tumour.start", "death.start")
    assert (window.earliest / DAYS_PER["month"], window.latest / DAYS_PER["month"]) == pytest.approx((20, 22), abs=1e-6)
    assert next(paper_000.of(Vital)).status == "dead"


def test_the_gap_between_the_courses_has_two_readings(timeline_000):
    hull, readings = timeline_000.interval("rt-1.end", "rt-2.start")
    assert hull == (14.0, 60.0)
    assert readings["rt-2 from the start"] == (14.0, 23.0)
    assert readings["rt-2 from the end"] == (60.0, 60.0)


def test_a_case_without_a_date_still_has_windows_from_its_zero(timeline_000, paper_000):
    assert timeline_000.window("rt-2") == (60.0, 106.0)
    assert all(s.files == () for s in paper_000.of(Imaging))
