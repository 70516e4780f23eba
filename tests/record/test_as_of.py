"""As of a day or an entry nothing of the future is read: of every demonstration case, at every phase and every entry."""

import datetime as dt

import pytest

from myelon.assess import Patient
from myelon.board.facts import Situation
from myelon.board.options import deliberate
from myelon.board.packet import prepare
from myelon.demo.hospital import CASES, demo_case
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
