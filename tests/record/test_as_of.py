"""As of a day or an entry nothing of the future is read: of every demonstration case, at every phase and every entry."""

import datetime as dt

import pytest

from myelon.assess import Patient
from myelon.board.facts import Situation
from myelon.board.options import deliberate
from myelon.board.packet import prepare
from myelon.demo.hospital import CASES, demo_case
from myelon.record.case import case_from
from myelon.record.kinds import Phase
from myelon.record.timeline import as_of, solve


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


def exact(day):
    return {"kind": "exact", "earliest": day, "latest": day}
