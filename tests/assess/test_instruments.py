"""One contract over every instrument, the vignettes of the tables, and filling from records."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myelon.assess import INSTRUMENTS, instrument
from myelon.demo.hospital import demo_case
from myelon.errors import InstrumentError
from myelon.terms.sources import SOURCES
from reference_data import tables

TABLES = tables("instruments.json")
ROWS = {(origin, row["id"]): row for origin, table in TABLES for row in table["instruments"]}
VIGNETTES = [
    pytest.param(row["id"], v, id=f"{origin}-{row['id']}-{n}")
    for (origin, _), row in ROWS.items()
    for n, v in enumerate(row.get("vignettes", []))
]
KNOWN = {i.id for i in INSTRUMENTS}


@pytest.mark.family("instrument vignettes")
@pytest.mark.parametrize(("instrument_id", "vignette"), VIGNETTES)
def test_vignette(instrument_id, vignette):
    if instrument_id not in KNOWN:
        pytest.skip(f"{instrument_id} is not in this version")
    result = instrument(instrument_id).evaluate(vignette["inputs"]).as_dict()
    for key, expected in vignette["expected"].items():
        assert result[key] == expected, key


@pytest.mark.parametrize("chosen", INSTRUMENTS, ids=lambda i: i.id)
def test_items_options_points_and_bands_are_those_of_the_table(chosen):
    row = ROWS["ours", chosen.id]
    assert [i.key for i in chosen.items] == [i["key"] for i in row["items"]]
    for item, printed in zip(chosen.items, row["items"], strict=True):
        assert [(o.key, o.points) for o in item.options] == [(o["key"], o["points"]) for o in printed["options"]]
    assert [c.key for c in chosen.categories] == [c["key"] for c in row["categories"]]
    for category, printed in zip(chosen.categories, row["categories"], strict=True):
        if "min" in printed:
            assert (category.low, category.high) == (printed["min"], printed["max"])
        else:
            assert list(category.members) == printed["members"]
    assert chosen.version == row["version"]
    assert chosen.source in SOURCES
    assert chosen.population


@pytest.mark.parametrize("chosen", INSTRUMENTS, ids=lambda i: i.id)
def test_nothing_given_leaves_everything_open(chosen):
    result = chosen.evaluate({})
    assert result.status == "incomplete"
    assert result.score is None
    assert result.category is None
    assert set(result.missing) == {i.key for i in chosen.items}
    assert set(result.reachable_categories) == {c.key for c in chosen.categories}


def options_of(chosen):
    return st.fixed_dictionaries(
        {}, optional={item.key: st.sampled_from([o.key for o in item.options]) for item in chosen.items}
    )


@pytest.mark.parametrize("chosen", INSTRUMENTS, ids=lambda i: i.id)
@given(st.data())
def test_a_missing_item_leaves_the_score_in_the_range_that_its_completions_reach(chosen, data):
    given_items = data.draw(options_of(chosen))
    result = chosen.evaluate(given_items)
    open_items = [i for i in chosen.items if i.key not in given_items]
    completions = [
        chosen.evaluate({**given_items, **dict(zip((i.key for i in open_items), choice, strict=True))})
        for choice in itertools.islice(itertools.product(*([o.key for o in i.options] for i in open_items)), 3000)
    ]
    reached = {c.category for c in completions}
    assert reached <= set(result.reachable_categories) | {result.category}
    if not chosen.graded and result.missing:
        scores = [c.score for c in completions]
        assert result.reachable[0] <= min(scores)
        assert max(scores) <= result.reachable[1]
    assert len(result.because) + len(result.missing) == len(chosen.items)


@pytest.mark.parametrize("chosen", INSTRUMENTS, ids=lambda i: i.id)
def test_impossible_inputs_are_errors(chosen):
    item = chosen.items[0].key
    with pytest.raises(InstrumentError, match="cannot be 'nonsense'"):
        chosen.evaluate({item: "nonsense"})
    with pytest.raises(InstrumentError, match="has no item 'nonsense'"):
        chosen.evaluate({"nonsense": "x"})


def test_an_unknown_instrument_is_an_error_that_lists_the_known():
    with pytest.raises(InstrumentError, match="sins_2010"):
        instrument("sins_1999")


def test_an_intramedullary_tumour_has_no_sins_escc_or_dss(paper_000):
    for chosen in INSTRUMENTS:
        result = chosen.from_case(paper_000)
        assert result.status == "not applicable"
        assert "intramedullary" in result.not_applicable


def test_a_tumour_of_unknown_compartment_leaves_the_instruments_open():
    case = demo_case("paper-004-fig-6")
    assert case.neoplasm.compartment == ()
    for chosen in INSTRUMENTS:
        result = chosen.from_case(case)
        assert result.status == "incomplete", chosen.id
        assert not result.not_applicable


def test_bone_that_the_tumour_destroys_makes_sins_a_question():
    """Paper 003: beside the canal, but with serious damage to the adjacent vertebral body (C55)."""
    result = instrument("sins_2010").from_case(demo_case("paper-003"))
    assert result.status == "incomplete"
    assert "location" in result.missing


def test_a_bone_lesion_is_scored_from_the_record_with_the_entries_it_rests_on():
    case = demo_case("phantom-2")
    sins = instrument("sins_2010").from_case(case)
    assert (sins.score, sins.category) == (8, "potentially_unstable")
    assert {b.item: b.entry for b in sins.because}["pain"] == "neurology-pain"
    assert {b.entry for b in sins.because} == {"neurology-pain", "imaging-planning"}
    escc = instrument("escc_2010").from_case(case)
    assert (escc.category, escc.because[0].option) == ("low_grade", "1b")


def test_a_record_without_pain_leaves_sins_open():
    case = demo_case("phantom-2")
    kept = tuple(e for e in case.entries if e.id != "neurology-pain")
    result = instrument("sins_2010").from_case(case.model_copy(update={"entries": kept}))
    assert result.missing == ("pain",)
    assert result.reachable == (5, 8)
    assert result.reachable_categories == ("stable", "potentially_unstable")


def dated(entry_id, day, **lesion):
    when = {"when": {"kind": "exact", "earliest": day, "latest": day}} if day else {}
    seen = {"feature": "bone lesion", **lesion}
    return {"id": entry_id, "kind": "imaging", "modality": "MRI", "lesions": [seen], **when}


def record(*entries):
    from myelon.record.case import case_from

    tumour = {"id": "t", "kind": "neoplasm", "role": "secondary", "entity": "x", "compartment": ["epidural"]}
    head = {
        "schema": "myelon.case/1",
        "id": "c",
        "title": "T",
        "about": {"nature": "synthetic"},
        "zero": entries[0]["id"],
    }
    return case_from(head | {"entries": [tumour, *entries]})


def test_the_last_in_time_counts_and_not_the_last_in_the_document():
    case = record(dated("late", "2021-06-01", epidural_grade="3"), dated("early", "2020-06-01", epidural_grade="0"))
    assert instrument("escc_2010").from_case(case).because[0].option == "3"


def test_an_order_that_is_not_decided_leaves_the_item_open():
    case = record(dated("late", "2021-06-01", epidural_grade="3"), dated("undated", None, epidural_grade="1a"))
    result = instrument("escc_2010").from_case(case)
    assert result.missing == ("grade",)
    same = record(dated("late", "2021-06-01", epidural_grade="3"), dated("undated", None, epidural_grade="3"))
    assert instrument("escc_2010").from_case(same).because[0].option == "3"


def test_what_was_absent_or_at_another_level_does_not_score():
    case = record(
        dated("first", "2020-01-01", levels="L3", bone_quality="lytic", collapse="gt50"),
        dated("gone", "2021-01-01", levels="S3", bone_quality="blastic", assertion="absent"),
        dated("elsewhere", "2019-01-01", levels="T5", alignment="subluxation"),
    )
    result = instrument("sins_2010").from_case(case)
    assert {b.item: b.option for b in result.because} == {"location": "mobile", "lesion": "lytic", "collapse": "gt50"}
    assert set(result.missing) == {"pain", "alignment", "posterolateral"}
