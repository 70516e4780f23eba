"""The options of a case on its page."""

import pytest

from myelon.record.kinds import Neoplasm


@pytest.mark.parametrize("case_id", ["paper-000", "paper-001", "paper-003", "paper-004-fig-10", "phantom-2"])
def test_options_with_arguments_evidence_and_likeness(own, case_id):
    text = own.get(f"/cases/{case_id}/options").text
    assert "not ranked. The board chooses." in text
    assert "Cases like it" in text
    if case_id != "phantom-2":
        assert "selected published cases, not an expectation of outcome" in text
    assert "No rule held bears on it" in text


def test_the_page_names_entries_papers_and_exact_limits(own):
    text = own.get("/cases/paper-001/options").text
    assert "13/21 = 61.9 % (38.4–81.9)" in text
    assert "Radiotherapy is the mainstay of intramedullary metastases" in text
    assert "/cases/paper-001?entry=" in text
    own_rule = own.get("/cases/paper-003/options").text
    assert "printed for this very case" in own_rule


def test_schedules_of_the_papers_and_a_death_are_said(own):
    text = own.get("/cases/paper-000/options").text
    assert "24 Gy in 5" in text
    assert "sum with 2 before" in text
    assert "The patient has died" in own.get("/cases/paper-003/options").text
    assert "The patient has died" not in own.get("/cases/phantom-2/options").text


def test_a_day_is_a_date(own):
    assert own.get("/cases/paper-003/options?on=2016-12-31").status_code == 200
    assert own.get("/cases/paper-003/options?on=then").status_code == 422
    assert own.get("/cases/paper-000/options?on=2016-12-31").status_code == 422  # the case has no calendar date


def test_a_further_tumour_of_the_spine_is_said_first(own):
    store = own.app.state.store
    assert "Of these only compression" not in own.get("/cases/paper-003/options").text
    case = store.case("paper-003")
    second = Neoplasm(id="second", role="secondary", entity="Spinal metastasis", levels="T4")
    store.save(case.with_entries((*case.entries, second)), reason="a second tumour")
    text = own.get("/cases/paper-003/options").text
    assert "Of these only compression, stability and neurology are read: Spinal metastasis at T4" in text
    assert 'href="/cases/paper-003?entry=second"' in text
