"""Paper 001: the derived values DB1 to DB8, and the windows that its statements leave."""

import datetime as dt

import pytest

from myelon.board.packet import prepare
from myelon.demo.hospital import demo_case
from myelon.dose.bed import bed, eqd2
from myelon.record.findings import findings_of
from myelon.record.kinds import Neurology, Radiotherapy, Staging, Systemic
from myelon.record.timeline import solve

STATED = {"imaging-chest-1", "lung", "iscm", "admission-2", "death", "reported-os", "reported-pfs", "iscm-in-april"}
"""What XB2 and XB3 rest on: the two printed intervals, the admission in February 2023, and one assumption."""

derived = pytest.mark.family("paper 001: derived")


@pytest.fixture(scope="module")
def case():
    return demo_case("paper-001")


@pytest.fixture(scope="module")
def timeline(case):
    return solve(case)


def dates(timeline, entry):
    low, high = timeline.date(entry)
    return tuple(None if d is None else dt.date.fromordinal(round(d)) for d in (low, high))


def kept(case, names):
    return case.with_entries(tuple(e for e in case.entries if e.id in names))


@derived
def test_db1_dose_per_fraction(case):
    assert {c.id: c.gy_per_fraction for c in case.of(Radiotherapy)} == pytest.approx({"rt-1": 3.0, "rt-2": 2.0})


@derived
def test_db2_db3_bed_and_eqd2(case):
    packet = prepare(case)
    (cord,) = packet.doses
    assert cord.judged.dose.course_bed == pytest.approx((84.0,), abs=1e-9)
    assert cord.judged.dose.course_eqd2 == pytest.approx((42.0,), abs=1e-9)
    assert bed(42, 21, 10) == pytest.approx(50.4, abs=1e-9)
    assert (bed(30, 10, 2), eqd2(30, 10, 2)) == pytest.approx((75.0, 37.5), abs=1e-9)


@derived
def test_db3_db8_the_brain_course_is_not_summed_with_the_cord_course(case):
    packet = prepare(case)
    assert [c.id for c, _ in packet.left_out] == ["rt-1"]
    assert [c.id for dose in packet.doses for c in dose.courses] == ["rt-2"]


@derived
def test_db4_the_stage_agrees_with_its_tnm(case, timeline):
    stage = next(case.of(Staging))
    assert (stage.t, stage.n, stage.m, stage.value) == ("T4", "N2", "M1a", "IVa")
    assert not [f for f in findings_of(case, timeline) if f.key.startswith("stage:")]


@derived
def test_db5_the_windows_of_the_stated_set(case):
    timeline = solve(kept(case, STATED), zero="lung")
    assert dates(timeline, "lung") == (dt.date(2021, 7, 7), dt.date(2021, 7, 19))
    assert dates(timeline, "iscm") == (dt.date(2022, 4, 18), dt.date(2022, 4, 30))
    assert dates(timeline, "death") == (dt.date(2023, 2, 1), dt.date(2023, 2, 13))
    assert timeline.contradictions == ()


@derived
def test_db5_every_statement_tightens(timeline):
    assert dates(timeline, "lung") == (dt.date(2021, 7, 7), dt.date(2021, 7, 18))
    assert dates(timeline, "iscm") == (dt.date(2022, 4, 18), dt.date(2022, 4, 29))
    assert dates(timeline, "death") == (dt.date(2023, 2, 1), dt.date(2023, 2, 12))


@derived
def test_db5_without_the_assumption_death_is_open(case):
    timeline = solve(kept(case, STATED), zero="lung", without=["iscm-in-april"])
    assert dates(timeline, "death")[1] is None


@derived
def test_db5_the_month_of_the_ct_is_not_the_date_of_diagnosis(case, timeline):
    naive = next(f for f in findings_of(case, timeline) if f.number == "XB2")
    words = " ".join(f"{s.text} {s.source}" for s in naive.statements)
    assert "574 days" in words
    assert "B64" in words


@derived
def test_db6_neurology(case):
    exams = list(case.of(Neurology))
    graded = next(e for e in exams if e.worst_mrc is not None)
    assert [(d.limb, d.mrc) for d in graded.motor] == [("left leg", 3), ("right leg", 4)]
    later = [d.state for e in exams[exams.index(graded) + 1 :] for d in e.motor]
    assert later == ["partial recovery of strength", "almost back to normal"]
    assert [e.bladder for e in exams if e.bladder] == ["difficulty passing urine", "urinary retention", "normal"]


@derived
def test_db7_lines(case):
    lines = [(s.line, s.regimen, s.cycles, [r.value.relation for r in s.relation]) for s in case.of(Systemic)]
    assert lines == [
        (1, "atezolizumab + paclitaxel liposome", 6, []),
        (2, "atezolizumab alone", None, []),
        (3, "atezolizumab with IMRT", None, ["concurrent"]),
    ]
    assert case.by_id["choice-stop"].who == ("patient",)


@derived
def test_db8_lesions_and_courses_lie_apart(case):
    spine = case.by_id["imaging-spine"]
    assert [str(lesion.levels) for lesion in spine.lesions if lesion.levels] == ["T9–T10", "T12–L1"]
    regions = {c.id: c.region for c in case.of(Radiotherapy)}
    assert regions == {"rt-1": "brain", "rt-2": "spine"}
