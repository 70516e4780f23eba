"""Endpoints from records: bounds propagate, competing events, who is out and why."""

import pytest

from myelon.cohort.endpoints import BY_NAME, ENDPOINTS, endpoint, outcomes, times
from myelon.cohort.patient import CohortPatient
from myelon.cohort.selection import parse_query
from myelon.demo.hospital import demo_case
from myelon.errors import TableError


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
