"""Endpoints from records: bounds propagate, competing events, who is out and why."""

from dataclasses import replace

import pytest

from myelon.cohort.endpoints import BY_NAME, ENDPOINTS, Moment, _one_first, endpoint, outcomes, times
from myelon.cohort.patient import CohortPatient
from myelon.cohort.query import parse_query
from myelon.demo.hospital import demo_case
from myelon.errors import TableError
from myelon.record.case import case_from


def outcome(name, case_id):
    return outcomes(BY_NAME[name], [CohortPatient(demo_case(case_id))])[0]


@pytest.mark.parametrize("one", ENDPOINTS, ids=lambda e: e.name)
def test_every_endpoint_is_readable_data(one):
    for rule in (one.zero, one.event, one.competing, one.seen):
        parse_query(rule)
    assert one.zero
    assert one.event
    assert one.says.endswith(".")


def test_paper_000_died_between_20_and_22_months():
    """DA rows: about 21 months after the diagnosis; the window is kept."""
    found = outcome("overall-survival", "paper-000")
    assert (found.event.earliest, found.event.latest) == pytest.approx((608.75, 669.625))
    assert [found.at(c) for c in ("earliest", "midpoint", "latest")] == [
        (608.75, 1), (pytest.approx(639.1875), 1), (669.625, 1)
    ]  # fmt: skip
    assert not found.certain


def test_paper_001_died_after_289_days_and_that_is_certain():
    found = outcome("overall-survival", "paper-001")
    assert found.at("earliest") == found.at("latest") == (289.0, 1)
    assert found.certain


def test_death_without_progression_competes():
    found = outcome("progression", "paper-001")
    assert found.event is None
    assert found.at("midpoint") == (289.0, 2)


def test_progression_comes_before_death():
    found = outcome("progression-free", "paper-000")
    assert found.event.entry == "phase-progression-1"
    assert found.at("latest")[0] < 330


def test_a_death_of_unknown_date_is_out_with_its_reason_not_censored():
    assert outcome("overall-survival", "paper-003").why_out == "the time of death is open"


def test_who_has_no_start_is_out():
    assert outcome("local-failure", "paper-004-fig-3").why_out == "nothing in the record starts the clock"


def test_times_are_in_the_unit_asked_for():
    found = [outcome("overall-survival", c) for c in ("paper-001", "paper-003")]
    assert times(found, unit="day").days == [289.0]
    assert times(found, unit="month").days == [pytest.approx(289 / 30.4375)]
    assert times(found).patients == [0]


def test_an_endpoint_that_is_not_there():
    with pytest.raises(TableError, match="overall-survival"):
        endpoint("happiness")


def patient(*entries):
    base = [
        {"id": "primary", "kind": "neoplasm", "role": "primary", "entity": "x", "when": day("2019-01-01")},
        {"id": "iscm", "kind": "neoplasm", "role": "secondary", "entity": "y", "compartment": ["intramedullary"],
         "parent": "primary", "when": day("2020-01-01")},
    ]  # fmt: skip
    document = {"schema": "myelon.case/1", "id": "c", "title": "c", "about": {"nature": "local"}, "zero": "iscm"}
    return CohortPatient(case_from({**document, "entries": [*base, *entries]}))


def day(text):
    return {"kind": "exact", "earliest": text, "latest": text}


def vital(status, when=None, name="v"):
    return {"id": name, "kind": "vital", "status": status} | ({"when": when} if when else {})


def one(name, *entries, **change):
    return outcomes(replace(BY_NAME[name], **change), [patient(*entries)])[0]


def test_the_metastasis_itself_is_no_progression_after_it():
    """Its phase and the state of the primary at that day lie on the start, not after it."""
    found = one(
        "progression-free",
        {"id": "phase", "kind": "phase", "phase": "dissemination", "when": day("2020-01-01")},
        {"id": "control", "kind": "response", "category": "PD", "of_neoplasm": "primary", "when": day("2020-03-01")},
        vital("dead", day("2020-07-01")),
    )
    assert found.at("midpoint") == (182.0, 1)
    assert found.event.entry == "v"


@pytest.mark.parametrize("when", [None, {"kind": "unknown"}])
def test_a_death_without_a_time_is_never_alive(when):
    seen = {"id": "e", "kind": "encounter", "setting": "out-patient", "when": day("2021-01-01")}
    assert one("overall-survival", seen, vital("dead", when)).why_out == "the time of v is open"


def test_who_had_it_before_the_start_is_not_at_risk():
    early = {"id": "n", "kind": "neurology", "paraplegia": "present", "when": day("2019-12-20")}
    assert "before the start" in one("paraplegia", early, vital("alive", day("2021-01-01"))).why_out
    unknown = {"id": "n", "kind": "neurology", "paraplegia": "present", "when": {"kind": "unknown"}}
    for status in ("alive", "dead"):
        assert "the time of n is open" in one("paraplegia", unknown, vital(status, day("2021-01-01"))).why_out


def test_a_plan_does_not_show_that_anybody_was_seen():
    plan = {"id": "rt", "kind": "radiotherapy", "ordinal": 1, "status": "proposed", "when": day("2023-01-01")}
    assert one("overall-survival", plan, vital("alive", day("2020-06-01"))).at("latest") == (152.0, 0)


def test_the_last_word_on_life_counts_not_the_first_of_the_document():
    early, late = vital("alive", day("2020-02-01")), vital("dead", day("2020-06-01"), "d")
    for entries in ((early, late), (late, early)):
        assert patient(*entries).vital_status == "dead"
    lost = vital("lost", day("2020-06-01"), "l")
    assert patient(lost, early).vital_status == "lost"
    assert one("overall-survival", lost, early, lost="left out").why_out == "lost to follow-up"
    dead_after_loss = one("overall-survival", lost, vital("dead", day("2020-08-01"), "d"), lost="left out")
    assert dead_after_loss.at("midpoint") == (213.0, 1)


def test_a_laminectomy_is_no_resection():
    operation = next(e for e in demo_case("paper-000").entries if e.kind == "surgery")
    assert any("laminectomy" in p for p in operation.procedures)
    assert outcome("disease-free", "paper-000").why_out == "nothing in the record starts the clock"


def test_a_death_of_open_time_does_not_hide_the_recurrence_before_it():
    """Paper 003: died 12 months after treatment ended, which has no date; the first recurrence is bounded."""
    girl = outcome("disease-free", "paper-003")
    assert (girl.zero, girl.event.entry, girl.competing) == ("surgery-1", "phase-recurrence-1", None)
    assert (girl.event.earliest, girl.event.latest) == (428.25, 608.0)
    assert girl.at("latest") == (608.0, 1)


def test_an_event_of_open_time_after_a_known_death_is_no_event():
    death, late = Moment(100.0, 120.0, "death", "death"), Moment(130.0, None, "late", "late")
    assert _one_first(late, death) == (None, death)
    assert _one_first(death, late) == (death, None)
    early = late._replace(earliest=110.0)
    assert _one_first(early, death) == (early, death)
