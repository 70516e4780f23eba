"""As of a day or an entry nothing of the future is read: of every demonstration case, at every phase and every entry."""

import datetime as dt

import pytest

from myelon.assess import Patient
from myelon.board.cord_dose import NO_FILES
from myelon.board.facts import Situation
from myelon.board.options import deliberate
from myelon.board.packet import prepare, prepare_record, with_dose
from myelon.demo.hospital import CASES, demo_case
from myelon.record.case import case_from
from myelon.record.kinds import Phase
from myelon.record.timeline import as_of, solve


def exact(day):
    return {"kind": "exact", "earliest": day, "latest": day}


def surely_later(timeline, entry, than):
    gap, _ = timeline.interval(f"{than.id}.start", f"{entry.id}.start")
    return gap.earliest is not None and gap.earliest > 0


@pytest.mark.parametrize("case_id", CASES)
def test_as_of_an_entry_holds_nothing_that_certainly_came_later(case_id):
    case = demo_case(case_id)
    timeline = solve(case)
    timed = [e for e in case.entries if e.when is not None]
    for at in [e for e in timed if timeline.window(e.id) != (None, None)]:
        then = as_of(case, at.id)
        later = [e.id for e in then.entries if e.when is not None and surely_later(timeline, e, at)]
        assert not later, (at.id, later)
        assert (
            at.track in {"Patient", "Diagnosis"} or at.id not in then.by_id
        )  # what was decided there is not known yet


@pytest.mark.parametrize("case_id", CASES)
def test_options_of_every_phase_argue_with_nothing_that_came_later(case_id):
    case = demo_case(case_id)
    timeline = solve(case)
    for phase in case.given(Phase):
        if phase.when is None or timeline.window(phase.id) == (None, None):
            continue
        then = as_of(case, phase.id)
        found = deliberate(Situation(prepare(then)))
        named = {
            e
            for o in found.options
            for a in (*o.speaks_for, *o.against, *o.goes_with, *o.open)
            for known in a.judged.because
            for e in known.entries
        }
        named |= {e for a in (*found.watch, *found.ask) for known in a.judged.because for e in known.entries}
        assert named <= set(then.by_id)
        later = [e for e in named if case.by_id[e].when is not None and surely_later(timeline, case.by_id[e], phase)]
        assert not later, (phase.id, later)


def test_paper_001_does_not_know_the_brain_metastases_of_october_in_july():
    case = demo_case("paper-001")
    assert solve(case).date("brain").earliest > dt.date(2021, 7, 20).toordinal()
    assert "brain" in Patient.at(case, "2022-01-01").case.by_id
    then = Patient.at(case, "2021-07-20").case
    assert "brain" not in then.by_id
    assert Situation(prepare(then)).ask("brain metastases").value is None


HEAD = {"schema": "myelon.case/1", "id": "c", "title": "t", "about": {"nature": "synthetic"}}


def test_a_course_and_a_line_that_had_not_ended_tell_nothing_of_their_end():
    def story(on):
        entries = [
            {"id": "t", "kind": "neoplasm", "role": "primary", "entity": "Chordoma", "when": exact("2020-01-01")},
            {"id": "rt", "kind": "radiotherapy", "ordinal": 1, "total_gy": 50, "fractions": 25, "when": exact("2020-03-02"),
             "until": exact("2020-04-03")},
            {"id": "line", "kind": "systemic", "regimen": "x", "agents": [{"drug": "imatinib"}], "cycles": 6,
             "outcome": "progression", "stop_reason": "toxicity", "when": exact("2020-03-02"), "until": exact("2020-06-01")},
        ]  # fmt: skip
        case = case_from(HEAD | {"zero": "t", "entries": entries})
        return as_of(case, on)

    during, after = story(dt.date(2020, 3, 20)), story(dt.date(2020, 7, 1))
    assert (during.by_id["rt"].status, after.by_id["rt"].status) == ("in progress", "delivered")
    assert during.by_id["rt"].until is None
    assert (during.by_id["line"].cycles, during.by_id["line"].outcome, during.by_id["line"].stop_reason) == (
        None,
        "",
        "",
    )
    assert (after.by_id["line"].cycles, after.by_id["line"].outcome) == (6, "progression")
    assert any("has not ended yet" in n for d in prepare(during).doses for n in d.notes)
    assert not any("has not ended yet" in n for d in prepare(after).doses for n in d.notes)


@pytest.mark.parametrize(
    ("when", "perhaps"),
    [
        (None, True), ({"kind": "range", "earliest": "2020-02-01", "latest": "2020-04-30"}, True),
        (exact("2020-03-15"), False), (exact("2020-03-16"), False), (exact("2020-03-14"), False),
        ({"kind": "range", "earliest": "2020-03-15", "latest": "2020-03-16"}, True),
    ],
)  # fmt: skip
def test_what_may_have_been_by_a_day_is_said_and_not_read(when, perhaps):
    course = {"id": "rt", "kind": "radiotherapy", "ordinal": 1, "total_gy": 30, "fractions": 10, "levels": "T8"}
    tumour = {
        "id": "t",
        "kind": "neoplasm",
        "role": "primary",
        "entity": "Chordoma",
        "levels": "T8",
        "when": exact("2020-01-01"),
    }
    case = case_from(HEAD | {"zero": "t", "entries": [tumour, course | ({"when": when} if when else {})]})
    packet = prepare_record(case, on="2020-03-15")
    assert [e.id for e in packet.patient.perhaps] == (["rt"] if perhaps else [])
    read = "rt" in packet.case.by_id
    assert not (read and perhaps)
    found = Situation(with_dose(packet, NO_FILES)).ask("irradiated")
    assert found.value is None
    assert ("has not ended yet" in found.words) is read  # a course of days ago, whose end nobody recorded
    assert ("whether RT 1" in found.words) is perhaps
    assert ("no radiotherapy of the spine is recorded" in found.words) is (not read and not perhaps)


def test_a_course_of_which_only_the_end_is_dated_was_before():
    course = {
        "id": "rt",
        "kind": "radiotherapy",
        "ordinal": 1,
        "total_gy": 30,
        "fractions": 10,
        "levels": "T8",
        "until": exact("2020-03-13"),
    }
    tumour = {
        "id": "t",
        "kind": "neoplasm",
        "role": "primary",
        "entity": "Chordoma",
        "levels": "T8",
        "when": exact("2020-01-01"),
    }
    case = case_from(HEAD | {"zero": "t", "entries": [tumour, course]})
    for on, before in (("2021-01-20", True), ("2020-02-01", None)):
        assert Situation(with_dose(prepare_record(case, on=on), NO_FILES)).ask("irradiated").value is before


@pytest.mark.parametrize(
    ("on", "before"), [("2020-03-20", None), ("2020-08-28", None), ("2020-08-29", True), ("2024-01-01", True)]
)
def test_a_course_whose_end_and_fractions_nobody_recorded_is_over_after_half_a_year(on, before):
    course = {
        "id": "rt",
        "kind": "radiotherapy",
        "ordinal": 1,
        "levels": "T8",
        "when": exact("2020-03-02"),
    }
    tumour = {
        "id": "t",
        "kind": "neoplasm",
        "role": "primary",
        "entity": "Chordoma",
        "levels": "T8",
        "when": exact("2020-01-01"),
    }
    case = case_from(HEAD | {"zero": "t", "entries": [tumour, course]})
    assert Situation(with_dose(prepare_record(case, on=on), NO_FILES)).ask("irradiated").value is before


def test_the_time_since_radiotherapy_counts_to_the_day_that_is_asked():
    course = {"id": "rt", "kind": "radiotherapy", "ordinal": 1, "total_gy": 30, "fractions": 10, "levels": "T8",
              "when": exact("2020-03-02"), "until": exact("2020-03-13")}  # fmt: skip
    tumour = {
        "id": "t",
        "kind": "neoplasm",
        "role": "primary",
        "entity": "Chordoma",
        "levels": "T8",
        "when": exact("2020-01-01"),
    }
    case = case_from(HEAD | {"zero": "t", "entries": [tumour, course]})

    def under(on=""):
        return Situation(with_dose(prepare_record(case, on=on), NO_FILES)).ask("under six months since radiotherapy")

    assert [under(day).value for day in ("2020-03-20", "2020-09-11", "2020-09-12", "2022-02-20")] == [
        True,
        True,
        False,
        False,
    ]
    assert under().value is None
    assert "nothing is recorded since RT 1" in under().words
    assert under("2020-03-10").value is None  # it had not ended
