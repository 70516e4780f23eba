"""The instruments of a case on its page: what they say, other answers tried, a result kept and never rewritten."""

import re

import pytest

from myelon.assess import INSTRUMENTS

PAGE = "/cases/phantom-2/instruments"


def kept(client, instrument_id="sins_2010", case="phantom-2"):
    entries = client.app.state.store.case(case).entries
    return [e for e in entries if e.kind == "staging" and e.instrument == instrument_id]


def keep(client, case="phantom-2", instrument_id="sins_2010", **sent):
    data = {key.replace("__", "."): value for key, value in sent.items()}
    address = f"/cases/{case}/instruments/{instrument_id}"
    return client.post(address, data={"by": "Dr A", **data}, follow_redirects=False)


def test_what_the_record_says_what_is_open_and_what_does_not_apply(own):
    text = own.get(PAGE).text
    assert "Potentially unstable (indeterminate): surgical consultation recommended" in text
    assert "made for primary tumours" in text
    assert "To be answered" in text
    for chosen in INSTRUMENTS:
        assert f"/instruments/{chosen.id}" in text


@pytest.mark.parametrize("case_id", ["paper-000", "paper-001", "paper-003", "paper-004-fig-4", "phantom-2"])
def test_every_instrument_has_its_page_for_every_case(own, case_id):
    for chosen in INSTRUMENTS:
        answer = own.get(f"/cases/{case_id}/instruments/{chosen.id}")
        assert answer.status_code == 200, chosen.id
        assert chosen.population.split(";")[0] in answer.text.replace("&#39;", "'")


def test_a_day_takes_only_what_was_certain_then(own):
    before = own.get(f"{PAGE}?on=2025-06-01").text
    assert "Potentially unstable" not in before
    assert own.get(f"{PAGE}?on=yesterday").status_code == 422
    late = own.get(f"{PAGE}?on=2026-09-01").text
    assert "before 2026-09-01" in late


def test_other_answers_are_tried_without_being_kept(own):
    tried = own.get(f"{PAGE}/sins_2010?item.pain=none&item.lesion=blastic").text
    assert "1 + 0 + 0 + 0 + 1 + 1 = 3" in tried
    assert "tried here" in tried
    assert not kept(own)
    wrong = own.get(f"{PAGE}/sins_2010?item.pain=nonsense").text
    assert "pain cannot be" in wrong
    open_again = own.get(f"{PAGE}/sins_2010?item.pain=").text
    assert "5 to 8" in open_again


def test_a_result_is_kept_with_the_entries_it_rests_on(own):
    assert keep(own).status_code == 303
    (entry,) = kept(own)
    assert (entry.value, entry.by, entry.version) == ("8 · potentially_unstable", "Dr A", "SOSG 2010")
    assert set(entry.rests_on) == {"imaging-planning", "neurology-pain"}
    assert entry.overrides == {}
    assert entry.when.kind == "ordinal"
    assert "8 · potentially_unstable" in own.get(PAGE).text
    assert keep(own, on="2026-02-01").status_code == 303
    first, second = kept(own)
    assert first == entry
    assert str(second.when.earliest) == "2026-02-01"


def test_an_answer_against_the_record_asks_for_a_reason(own):
    assert keep(own, item__pain="none").status_code == 422
    assert keep(own, item__pain="none", reason="the pain was of the hip").status_code == 303
    (entry,) = kept(own)
    assert entry.overrides == {"pain": "the pain was of the hip"}
    assert entry.value == "5 · stable"
    assert keep(own, by=" ").status_code == 422


def test_an_open_result_is_kept_as_open(own):
    assert keep(own, item__collapse="", reason="the CT is not to be trusted").status_code == 303
    (entry,) = kept(own)
    assert entry.missing == ("collapse",)
    assert entry.value == "open: 7 to 10 (potentially_unstable)"


def test_an_instrument_that_does_not_apply_is_kept_only_with_a_reason(own):
    sent = {"item__zones": ["2", "4"], "item__rule_set": "matsumoto2024"}
    assert keep(own, instrument_id="wbb_1997", **sent).status_code == 422
    assert keep(own, instrument_id="wbb_1997", reason="it may be a primary", **sent).status_code == 303
    (entry,) = kept(own, "wbb_1997")
    assert entry.value == "sagittal"
    assert keep(own, instrument_id="nurick_1972").status_code == 422  # nothing was answered
    assert own.get("/cases/phantom-2/instruments/sins_1999").status_code == 422


def test_a_result_of_another_tool_is_recorded_and_not_computed(own):
    sent = {"item__tool": "SORG nomogram, web, 2026-11", "item__p90": "0.62", "item__p365": "0.31"}
    assert keep(own, instrument_id="sorg_2016", **sent).status_code == 303
    (entry,) = kept(own, "sorg_2016")
    assert "90 days 0.62" in entry.value
    assert keep(own, instrument_id="sorg_2016", item__tool="x", item__p90="0.3", item__p365="0.6").status_code == 422


def test_the_disc_shows_the_zones_and_its_direction(own):
    text = own.get("/cases/paper-004-fig-4/instruments/wbb_1997").text
    disc = re.search(r"<svg[^>]*wbb.*?</svg>", text, re.DOTALL)[0]
    assert disc.count('class="zone involved"') == 3
    assert disc.count('class="cell involved"') == 9
    assert "counter-clockwise" in disc
    other = own.get("/cases/paper-004-fig-4/instruments/wbb_1997?item.convention=original_clockwise").text
    assert "clockwise from the right half (1997)" in other


def test_a_tumour_over_several_levels_has_a_disc_for_each(own):
    store = own.app.state.store
    case = store.case("paper-004-fig-4")
    study = next(e for e in case.entries if e.kind == "imaging" and any(o.wbb_zones for o in e.lesions))
    seen = next(o for o in study.lesions if o.wbb_zones)
    below = type(seen).model_validate(seen.model_dump(mode="json") | {"levels": "T10", "wbb_zones": [4, 5]})
    kept = study.model_copy(update={"lesions": (*study.lesions, below)})
    store.amend(case.id, kept, reason="test", expected=store.entry_version(case.id, study.id))
    text = own.get("/cases/paper-004-fig-4/instruments/wbb_1997").text
    assert "Level by level" in text
    assert text.count("figure wbb") == 3  # the whole, and two levels
    assert "sagittal: every zone lies inside" in text
