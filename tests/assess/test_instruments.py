"""One contract over every instrument, the vignettes of the tables, and filling from records."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myelon.assess import INSTRUMENTS, Patient, instrument, instruments
from myelon.assess.fields import Number, Several, Words
from myelon.assess.instrument import Filled, Rule, Sum
from myelon.demo.hospital import CASES, demo_case
from myelon.errors import InstrumentError
from myelon.record.timeline import as_of
from myelon.terms.ctcae_laboratory import LABORATORY
from myelon.terms.sources import SOURCES
from reference_data import tables

TABLES = tables("instruments.json")
ROWS = {(origin, row["id"]): row for origin, table in TABLES for row in table["instruments"]}
VIGNETTES = [
    pytest.param(row["id"], v, id=f"{origin}-{row['id']}-{n}")
    for (origin, _), row in ROWS.items()
    for n, v in enumerate(row.get("vignettes", []))
]
ANSWERED_NO = {
    "rano_2_0": dict.fromkeys(
        ("new", "nonmeasurable_worse", "clinical_worse", "steroids_up", "needs_confirmation", "non_enhancing"), False
    ),
    "irecist": {"nontarget_worse": False, "new_worse": False},
    "mda_bone": {"new": False, "flare": False},
    "noms_2013": {"myelopathy": False},
}
"""What a rule about one boundary does not speak of is answered: a missing answer is never a no."""
BONE = ("dss_2016", "sins_2010", "escc_2010")
EVERY = pytest.mark.parametrize("chosen", INSTRUMENTS, ids=lambda i: i.id)


@pytest.mark.family("instrument vignettes")
@pytest.mark.parametrize(("instrument_id", "vignette"), VIGNETTES)
def test_vignette(instrument_id, vignette):
    result = instrument(instrument_id).evaluate(vignette["inputs"]).as_dict()
    assert result["status"] == "complete"
    for key, expected in vignette["expected"].items():
        assert result[key] == expected, key


def test_every_instrument_of_the_table_is_held_and_no_other():
    assert sorted(i.id for i in INSTRUMENTS) == sorted(i for origin, i in ROWS if origin == "ours")
    assert len(INSTRUMENTS) == 42


OWN_CATEGORIES = {"enneking_msts": {"IIIA", "IIIB"}, "ctcae_v5": {"0"}, "who_sft_hpc": {"1_or_3"}}
"""Enneking's III is held as the IIIA and IIIB of its own table; a laboratory value may have no grade."""
OWN_ITEMS = {"mccormick_1990"}
"""Printed as two scales; held as one grade with its version."""


@EVERY
def test_items_options_points_and_bands_are_those_of_the_table(chosen):
    row = ROWS["ours", chosen.id]
    keys = {i.key for i in chosen.items}
    if isinstance(chosen, Sum) or not isinstance(chosen, Rule):
        assert [i.key for i in chosen.items] == [i["key"] for i in row["items"]]
    for printed in row["items"]:
        if chosen.id in OWN_ITEMS or printed["key"] == "zones":
            continue
        assert printed["key"] in keys
        item = next(i for i in chosen.items if i.key == printed["key"])
        assert [(o.key, o.points) for o in item.options] == [
            (o["key"], None if chosen.id == "ecog_kps" and o["points"] is None else o["points"])
            for o in printed["options"]
        ]
    found = {c.key for c in chosen.categories} - OWN_CATEGORIES.get(chosen.id, set())
    assert found == {c["key"] for c in row["categories"]} - {
        {"enneking_msts": "III", "wbb_1997": "none"}.get(chosen.id)
    }
    for printed in row["categories"]:
        category = next((c for c in chosen.categories if c.key == printed["key"]), None)
        if category is not None and "min" in printed:
            assert (category.low, category.high) == (printed["min"], printed["max"])
        elif category is not None and "members" in printed and category.members is not None:
            assert list(category.members) == printed["members"]
    assert chosen.version == row["version"]
    assert chosen.group == row["group"]
    assert chosen.source in SOURCES
    assert chosen.population
    assert chosen.status == SOURCES[chosen.source].status


@EVERY
def test_nothing_given_leaves_everything_open(chosen):
    result = chosen.evaluate({})
    assert result.status == "incomplete"
    assert result.score is None
    assert result.category is None
    assert result.value == ""
    assert result.missing
    if isinstance(chosen, Sum):
        assert set(result.missing) == {i.key for i in chosen.items}
        assert set(result.reachable_categories) == {c.key for c in chosen.categories}


def answer(item, instrument_id):
    """Any valid answer to a question."""
    if item.domain is not None:
        return st.sampled_from(item.domain)
    if isinstance(item, Number):
        high = min(item.high, 200.0)
        low = max(item.low, -50.0)
        return st.integers(int(low), int(high)) if item.whole else st.floats(low, high, width=32)
    if isinstance(item, Several):
        return st.lists(st.sampled_from([o.key for o in item.options]), unique=True)
    assert isinstance(item, Words)
    if (instrument_id, item.key) == ("ctcae_v5", "unit"):
        return st.sampled_from(["10^9/L", "g/dL", "g/L"])
    if (instrument_id, item.key) == ("ctcae_v5", "term"):
        return st.sampled_from([*LABORATORY, "neutropenia", "Constipation", "Myelitis"])
    return st.sampled_from(["oral", "limiting self care", "SORG nomogram, 2026"])


def answers(chosen):
    return st.fixed_dictionaries({}, optional={i.key: answer(i, chosen.id) for i in chosen.items})


@EVERY
@given(st.data())
def test_every_valid_answer_has_a_result_that_its_own_explanation_reproduces(chosen, data):
    given_answers = data.draw(answers(chosen))
    try:
        result = chosen.evaluate(given_answers)
    except InstrumentError:
        return  # answers that contradict each other
    assert chosen.evaluate({b.item: b.option for b in result.because}) == result
    assert {b.item for b in result.because} == set(given_answers)
    if result.status == "complete":
        assert set(result.categories) <= {c.key for c in chosen.categories}
        assert len(result.categories) <= 1 or chosen.several
        assert result.steps or not isinstance(chosen, Sum)
    else:
        assert set(result.reachable_categories) <= {c.key for c in chosen.categories}
    if isinstance(chosen, Sum) and result.status == "complete":
        assert result.score == pytest.approx(sum(b.points for b in result.because), abs=1e-12)


@EVERY
@given(st.data())
def test_a_missing_item_leaves_the_score_in_the_range_that_its_completions_reach(chosen, data):
    """Whatever is answered to what is missing, the result was among those that were possible before."""
    full = data.draw(st.fixed_dictionaries({i.key: answer(i, chosen.id) for i in chosen.items}))
    kept = data.draw(st.sets(st.sampled_from([i.key for i in chosen.items])))
    now = {k: v for k, v in full.items() if k in kept}
    before = []
    try:
        while (result := chosen.evaluate(now)).status == "incomplete":
            before.append(result)
            now |= {key: full[key] for key in result.missing}
    except InstrumentError:
        return  # answers that contradict each other
    for part in before:
        assert set(result.categories) <= set(part.reachable_categories)
        if part.reachable is not None:
            assert part.reachable[0] <= result.score <= part.reachable[1]


@pytest.mark.parametrize("chosen", [i for i in INSTRUMENTS if isinstance(i, Sum)], ids=lambda i: i.id)
@given(st.data())
def test_more_points_never_give_a_lower_band(chosen, data):
    full = data.draw(st.fixed_dictionaries({i.key: answer(i, chosen.id) for i in chosen.items}))
    item = data.draw(st.sampled_from([i for i in chosen.items if not chosen.banded or i.key in chosen.banded]))
    order = [c.key for c in chosen.categories]
    low, high = min(item.options, key=lambda o: o.points), max(item.options, key=lambda o: o.points)
    try:
        less, more = (chosen.evaluate(full | {item.key: o.key}) for o in (low, high))
    except InstrumentError:
        return
    assert less.score <= more.score
    assert order.index(less.category) <= order.index(more.category)


@EVERY
def test_impossible_inputs_are_errors(chosen):
    item = chosen.items[0]
    wrong = 3.5 if isinstance(item, Words) else "nonsense"
    with pytest.raises(InstrumentError, match=f"{item.key} cannot be"):
        chosen.evaluate({item.key: wrong})
    with pytest.raises(InstrumentError, match="has no item 'nonsense'"):
        chosen.evaluate({"nonsense": "x"})


@pytest.mark.parametrize(
    ("instrument_id", "inputs", "said"),
    [
        ("bauer_modified_2008", {"not_lung": "no", "favourable_primary": "yes"}, "a lung primary"),
        ("recist_1_1", {"baseline": 40, "nadir": 50}, "cannot be greater"),
        ("recist_1_1", {"baseline": -1}, "from 0"),
        ("recist_1_1", {"current": float("nan")}, "cannot be nan"),
        ("sorg_2016", {"p90": 0.2, "p365": 0.6}, "cannot rise"),
        ("sorg_2016", {"p90": 62}, "from 0 to 1"),
        ("mccormick_1990", {"version": "1990", "grade": "V"}, "four grades"),
        ("wbb_1997", {"zones": [0, 13]}, "each once"),
        ("wbb_1997", {"zones": [3, 3]}, "each once"),
        ("pain_response", {"p0": 11}, "from 0 to 10"),
        ("iscm_symptom_response", {"cr": 1.5}, "whole number"),
        ("noms_2013", {"fit": "perhaps"}, "true or false"),
        ("ctcae_v5", {"term": "Anemia", "value": 9, "unit": "mmol/L"}, "Give it in g/dL, g/L"),
        ("ctcae_v5", {"term": "neutropenia", "value": 0.3, "unit": "10^9/L", "text": "LLN"}, "a value and words"),
        ("recist_1_1", {"baseline": 0, "nadir": 0, "current": 0}, "has no target"),
        ("recist_1_1", {"baseline": 100, "nadir": 100, "current": 130, "target": "SD"}, "the sums say PD"),
        ("rano_hgg_2010", {"base": 100, "nadir": 400}, "cannot be greater"),
        ("mst_surgery_indication", {"progressive_paralysis": True, "paralysis": False}, "is paralysis"),
        ("asia_ais", {"grade": "A", "vac": True}, "nothing is left"),
        ("wbb_1997", {"zones": []}, "no zone"),
        ("wbb_1997", {"zones": [3], "layers": "AB"}, "It is a list"),
        ("wbb_1997", {"zones": 3}, "It is a list"),
        ("pain_response", {"p0": 6.5}, "whole number"),
        ("rano_2_0", {"ref": 10**400}, "a number"),
        ("ctcae_v5", {"term": "a bad day"}, "is no one term"),
        ("ctcae_v5", {"term": "Paraplegia"}, "One of: Myelitis, Spinal cord compression"),
        ("ctcae_v5", {"term": "Constipation", "text": "purple"}, "no grade of Constipation"),
        ("ctcae_v5", {"term": "Constipation", "value": 3}, "not graded by a value"),
    ],
)
def test_an_impossible_answer_says_what_is_wrong(instrument_id, inputs, said):
    with pytest.raises(InstrumentError) as caught:
        instrument(instrument_id).evaluate(inputs)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("instrument_id", "inputs", "category"),
    [
        # boundaries and versions that the sources argue about
        ("wbb_1997", {"zones": [4, 5], "rule_set": "matsumoto2024"}, ("sagittal", "vertebrectomy")),
        ("wbb_1997", {"zones": list(range(4, 10)), "rule_set": "matsumoto2024"}, ()),
        ("wbb_1997", {"zones": [10, 11, 12, 1, 2, 3], "rule_set": "boriani1997"}, ("posterior",)),
        ("enneking_msts", {"kind": "malignant", "T": "T2", "M": "M1"}, "IIIB"),
        ("aminoff_logue_1974", {"gait": 4, "micturition": 0, "defaecation": 3}, "moderate"),
        ("recist_1_1", {"baseline": 100, "nadir": 20, "current": 24.9, "nontarget": "non-PD", "new": False}, "PR"),
        ("recist_1_1", {"new": True}, "PD"),
        ("recist_1_1", {"target": "CR", "nontarget": "NE", "new": False}, "PR"),
        ("recist_1_1", {"target": "none", "nontarget": "CR", "new": False}, "CR"),
        ("recist_1_1", {"target": "NE", "nontarget": "non-PD", "new": False}, "NE"),
        ("rano_2_0", {"measure": "2D", "ref": 100, "cur": 125}, "PD"),
        ("rano_2_0", {"measure": "2D", "ref": 100, "cur": 70}, "SD"),
        ("rano_2_0", {"measure": "2D", "ref": 100, "cur": 70, "non_enhancing": True}, "MR"),
        ("rano_2_0", {"new": True, "needs_confirmation": True}, "preliminary PD"),
        ("irecist", {"prior_iUPD": True, "further_mm": -8, "recist": "PR"}, "iPR"),
        ("irecist", {"prior_iUPD": True, "further_mm": 4, "recist": "PD"}, "iUPD"),
        ("mda_bone", {"signal": "larger", "flare": True}, "SD"),
        ("pain_response", {"p0": 6, "p1": 6, "omed0": 40, "omed1": 50}, "PP"),
        ("pain_response", {"p0": 6, "p1": 9, "omed0": 40, "omed1": 80}, "IR"),
        ("pain_response", {"p0": 3, "p1": 0, "omed0": 40, "omed1": 41}, "IR"),
        ("who_sft_hpc", {"scheme": "2016", "phenotype": "SFT", "mitoses_10hpf": 4}, "1"),
        ("who_sft_hpc", {"scheme": "2016", "phenotype": "SFT", "mitoses_10hpf": 5}, "1_or_3"),
        ("who_sft_hpc", {"scheme": "2021", "mitoses_10hpf": 5, "necrosis": True}, "3"),
        ("asia_ais", {"s45_sensory": True, "vac": False, "motor_below": False, "s45_motor": False}, "B"),
        ("asia_ais", {"normal": True, "prior_deficit": True}, "E"),
        ("brown_sequard", {"motor": "L", "dorsal": "N", "spinothalamic": "R"}, "partial"),
        ("noms_2013", {"fit": False}, ("cebrt",)),
        ("noms_2013", {"fit": True, "escc": "1c", "myelopathy": True}, ()),
        (
            "rano_hgg_2010",
            {
                "base": 400,
                "nadir": 200,
                "cur": 260,
                "flair": "stable",
                "new": False,
                "steroids": "none",
                "clinical": "stable",
            },
            "PD",
        ),
        ("mda_bone", {"lytic": "larger", "flare": True}, "PD"),
        ("who_cns5_dmg", {"diffuse": True, "midline": True, "k27me3_lost": True, "ezhip": True}, "dmg_grade4"),
        ("irecist", {"prior_iUPD": True, "nontarget_worse": True}, "iCPD"),
        ("who_sft_hpc", {"scheme": "2021", "grade_2016": "2"}, "not_convertible"),
        ("mccormick_1990", {"version": "1990", "grade": "III"}, "poor"),
        ("ctcae_v5", {"term": "neutropenia", "value": 1.5, "unit": "10^9/L", "lln": 1.8}, "1"),
        ("ctcae_v5", {"term": "Anemia", "value": 80, "unit": "g/L", "lln": 130}, "2"),
        ("ctcae_v5", {"term": "Anemia", "value": 14, "unit": "g/dL", "lln": 13}, "0"),
    ],
)
def test_a_boundary_is_on_the_side_that_its_source_says(instrument_id, inputs, category):
    assert instrument(instrument_id).evaluate({**ANSWERED_NO.get(instrument_id, {}), **inputs}).category == category


def test_no_deficit_ever_is_not_grade_e():
    result = instrument("asia_ais").evaluate({"normal": True, "prior_deficit": False})
    assert result.category is None
    assert "does not apply" in result.steps[0]


def test_a_value_above_the_limits_without_the_laboratorys_own_limit_is_grade_0_or_1():
    result = instrument("ctcae_v5").evaluate({"term": "Neutrophil count decreased", "value": 1.7, "unit": "10^9/L"})
    assert result.missing == ("lln",)
    assert result.reachable_categories == ("0", "1")


def test_a_limit_of_the_laboratory_below_the_absolute_one_is_flagged():
    given_answers = {"term": "Neutrophil count decreased", "value": 1.45, "unit": "10^9/L", "lln": 1.4}
    result = instrument("ctcae_v5").evaluate(given_answers)
    assert result.score == 2
    assert "graded by the absolute limit" in result.steps[0]
    at_it = instrument("ctcae_v5").evaluate(given_answers | {"lln": 1.45})
    assert "graded by the absolute limit" in at_it.steps[0]
    below = instrument("ctcae_v5").evaluate(given_answers | {"lln": 1.5})
    assert "graded by the absolute limit" not in below.steps[0]


def test_bone_that_is_whole_by_every_sign_is_a_complete_response():
    signs = {"lytic": "complete_fill", "blastic": "normalised", "signal": "gone", "new": False, "flare": False}
    for seen in ({}, {"size_change_percent": -100}):
        assert instrument("mda_bone").evaluate(signs | seen).category == "CR"
    assert instrument("mda_bone").evaluate(signs | {"size_change_percent": -60}).category == "PR"


@pytest.mark.parametrize(
    ("instrument_id", "inputs", "more"),
    [
        ("irecist", {"prior_iUPD": True, "further_mm": 3}, {"recist": "SD", "new_worse": True}),
        ("rano_2_0", {"ref": 5, "cur": 1}, {"measure": "2D", "clinical_worse": True}),
        ("mda_bone", {"flare": True}, {"lytic": "complete_fill", "new": True}),
    ],
)
def test_what_would_count_if_it_were_given_is_still_possible(instrument_id, inputs, more):
    chosen = instrument(instrument_id)
    found = chosen.evaluate({**ANSWERED_NO[instrument_id], **inputs, **more})
    assert set(found.categories) <= set(chosen.evaluate(inputs).reachable_categories)


def test_everything_that_is_missing_is_listed():
    found = instrument("recist_1_1").evaluate({"nontarget": "non-PD", "new": False})
    assert found.missing == ("baseline", "nadir", "current")


def test_a_scale_in_words_that_are_no_grade_is_named_and_does_not_stop_the_others():
    rows = [{"name": "AIS", "value": "AIS D"}, {"name": "Frankel", "value": "Able to walk (D)"}]
    rows += [{"name": "Nurick", "value": "III"}]
    seen = {
        "id": "n",
        "kind": "neurology",
        "scales": rows,
        "when": {"kind": "exact", "earliest": "2021-01-01", "latest": "2021-01-01"},
    }
    patient = Patient(record(seen))
    assert "is none of its answers" in instrument("asia_ais").from_case(patient).unread[0]
    assert instrument("nurick_1972").from_case(patient).unread
    assert instrument("frankel_1969").from_case(patient).missing == ("grade",)
    modified = Patient(record(seen | {"scales": [{"name": "Frankel", "value": "D2"}]}))
    assert instrument("frankel_1969").from_case(modified).category == "incomplete"
    assert {b.item: b.option for b in instrument("tokuhashi_2005").from_case(modified).because}["palsy"] == "incomplete"


def test_the_worst_level_counts_for_the_epidural_grade():
    case = record(
        dated("t8", "2021-01-01", levels="T8", epidural_grade="3"),
        dated("t2", "2021-02-01", levels="T2", epidural_grade="1a"),
    )
    assert instrument("escc_2010").from_case(Patient(case)).because[0].option == "3"


def test_sins_is_scored_lesion_by_lesion_and_the_highest_is_shown():
    case = record(
        dated("a", "2021-01-01", levels="L1", bone_quality="lytic", collapse="gt50"),
        dated("b", "2021-01-01", levels="T6", bone_quality="blastic", collapse="none"),
    )
    found = instrument("sins_2010").from_case(Patient(case))
    assert {b.entry for b in found.because} == {"a"}
    assert found.said == ("L1: 8 to 18", "T6: 1 to 11")


def test_a_primary_that_only_sounds_alike_is_not_grouped():
    for entity, group in (("Adrenal cortical carcinoma", None), ("Parathyroid carcinoma", None), ("Renal cell carcinoma", "g3"),
                          ("Urothelial carcinoma of the renal pelvis", None)):  # fmt: skip
        tumour = {
            "id": "t",
            "kind": "neoplasm",
            "role": "secondary",
            "entity": "x",
            "compartment": ["vertebral"],
            "parent": "p",
        }
        parent = {"id": "p", "kind": "neoplasm", "role": "primary", "entity": entity}
        head = {"schema": "myelon.case/1", "id": "c", "title": "T", "about": {"nature": "synthetic"}, "zero": "t"}
        from myelon.record.case import case_from

        result = instrument("tokuhashi_2005").from_case(Patient(case_from(head | {"entries": [tumour, parent]})))
        assert {b.item: b.option for b in result.because}.get("primary") == group, entity


def test_an_instrument_that_does_not_apply_says_so_beside_a_tried_answer():
    patient = Patient(demo_case("paper-004-fig-4"))
    result = instrument("tokuhashi_2005").from_case(patient, {"general": Filled("good", overridden="tried")})
    assert "is a primary tumour" in result.outside[0]


def test_what_was_not_given_and_does_not_count_is_said():
    result = instrument("mda_bone").evaluate({"lytic": "complete_fill", "new": False})
    assert "Blastic lesion" in result.assumed
    open_now = instrument("mda_bone").evaluate({"lytic": "complete_fill"})
    assert "New lesion" not in open_now.assumed
    assert open_now.missing == ("new",)


def test_the_mapping_that_was_not_chosen_is_said():
    result = instrument("ecog_kps").evaluate({"kps": 70})
    assert (result.score, result.assumed) == (1, ("KPS → ECOG by",))


@pytest.mark.parametrize(
    ("brought", "said"),
    [
        ('dataclasses.replace(INSTRUMENTS[0], id="theirs_2026")', ""),
        ("INSTRUMENTS[0]", "is taken"),
        ("object()", "no instrument"),
    ],
)
def test_another_package_can_bring_an_instrument_and_no_second_of_one_id(tmp_path, monkeypatch, brought, said):
    """An installed package with an entry point, as pip leaves it."""
    package = f"theirs_{abs(hash(brought))}"
    (tmp_path / f"{package}.py").write_text(
        f"import dataclasses\nfrom myelon.assess import INSTRUMENTS\nSCORE = {brought}\n"
    )
    info = tmp_path / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[myelon.instruments]\ntheirs = {package}:SCORE\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    instruments.cache_clear()
    try:
        if said:
            with pytest.raises(InstrumentError, match=said):
                instruments()
        else:
            assert instrument("theirs_2026").name == INSTRUMENTS[0].name
            assert len(instruments()) == len(INSTRUMENTS) + 1
    finally:
        instruments.cache_clear()


@pytest.mark.parametrize("case_id", CASES)
def test_every_instrument_says_something_of_every_case(case_id):
    patient = Patient(demo_case(case_id))
    for chosen in INSTRUMENTS:
        result = chosen.from_case(patient)
        assert result.not_applicable or result.missing or result.categories is not None
        for row in result.because:
            assert row.entry in patient.case.by_id, (chosen.id, row)
            assert row.source, (chosen.id, row)
            assert row.held


def test_an_override_says_who_and_why():
    patient = Patient(demo_case("phantom-2"))
    result = instrument("sins_2010").from_case(patient, {"pain": Filled("none", overridden="Dr A: wrong patient")})
    assert (result.score, result.category) == (5, "stable")
    assert next(b for b in result.because if b.item == "pain").overridden == "Dr A: wrong patient"


def test_inputs_far_apart_in_time_are_flagged():
    case = record(
        dated("old", "2019-01-01", levels="L3", bone_quality="lytic"), dated("later", "2020-06-01", collapse="gt50")
    )
    result = instrument("sins_2010").from_case(Patient(case))
    assert any("before the newest entry" in words for words in result.stale)
    late = instrument("sins_2010").from_case(Patient(case, on=dt.date(2021, 6, 1)))
    assert any("before 2021-06-01" in words for words in late.stale)
    assert not instrument("sins_2010").from_case(Patient(demo_case("phantom-2"))).stale


def test_a_child_is_outside_what_is_known_of_the_instruments():
    day = dt.date(2016, 12, 31)
    result = instrument("mrc_strength").from_case(Patient(as_of(demo_case("paper-003"), day), on=day))
    assert result.category == "useless"
    assert any("this patient is 16 to 17 years old" in words for words in result.outside)


def test_scores_of_metastases_do_not_apply_to_a_primary_tumour():
    for case_id in ("paper-000", "paper-003", "paper-004-fig-4"):
        patient = Patient(demo_case(case_id))
        for score in ("tokuhashi_2005", "tomita_2001", "katagiri_2014", "nesms_2016", "rades_os_2008", "noms_2013"):
            assert "is a primary tumour" in instrument(score).from_case(patient).not_applicable


def test_the_reviews_own_figures_give_its_own_choice():
    """Figs 4 and 5 of paper 004: zones 2–4 sagittal, zones 1–3 posterior."""
    for case_id, operation in (("paper-004-fig-4", "sagittal"), ("paper-004-fig-5", "posterior")):
        result = instrument("wbb_1997").from_case(Patient(demo_case(case_id)))
        assert result.category == (operation,)
        assert {b.entry for b in result.because}


def test_paper_000_is_a_diffuse_midline_glioma_by_its_own_stains(paper_000):
    result = instrument("who_cns5_dmg").from_case(Patient(paper_000))
    assert result.category == "dmg_grade4"
    assert {b.item for b in result.because} == {"diffuse", "midline", "k27me3_lost", "k27m"}


def test_the_girl_of_paper_003_has_no_grade_without_her_mitoses():
    grading = instrument("who_sft_hpc").from_case(Patient(demo_case("paper-003")))
    assert set(grading.missing) == {"scheme", "mitoses_10hpf", "necrosis"}
    assert {b.item for b in grading.because} == {"phenotype"}


def test_an_unknown_instrument_is_an_error_that_lists_the_known():
    with pytest.raises(InstrumentError, match="sins_2010"):
        instrument("sins_1999")


def test_an_intramedullary_tumour_has_no_sins_escc_or_dss(paper_000):
    for chosen in map(instrument, BONE):
        result = chosen.from_case(Patient(paper_000))
        assert result.status == "not applicable"
        assert "intramedullary" in result.not_applicable


def test_a_tumour_of_unknown_compartment_leaves_the_instruments_open():
    case = demo_case("paper-004-fig-6")
    assert case.neoplasm.compartment == ()
    for chosen in map(instrument, BONE):
        result = chosen.from_case(Patient(case))
        assert result.status == "incomplete", chosen.id
        assert not result.not_applicable


def test_bone_that_the_tumour_destroys_makes_sins_a_question():
    """Paper 003: beside the canal, but with serious damage to the adjacent vertebral body (C55)."""
    result = instrument("sins_2010").from_case(Patient(demo_case("paper-003")))
    assert result.status == "incomplete"
    assert "location" in result.missing


def test_a_bone_lesion_is_scored_from_the_record_with_the_entries_it_rests_on():
    case = demo_case("phantom-2")
    sins = instrument("sins_2010").from_case(Patient(case))
    assert (sins.score, sins.category) == (8, "potentially_unstable")
    assert {b.item: b.entry for b in sins.because}["pain"] == "neurology-pain"
    assert {b.entry for b in sins.because} == {"neurology-pain", "imaging-planning"}
    escc = instrument("escc_2010").from_case(Patient(case))
    assert (escc.category, escc.because[0].option) == ("low_grade", "1b")


def test_a_record_without_pain_leaves_sins_open():
    case = demo_case("phantom-2")
    kept = tuple(e for e in case.entries if e.id != "neurology-pain")
    result = instrument("sins_2010").from_case(Patient(case.model_copy(update={"entries": kept})))
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
    assert instrument("escc_2010").from_case(Patient(case)).because[0].option == "3"


def test_an_order_that_is_not_decided_leaves_the_item_open():
    case = record(dated("late", "2021-06-01", epidural_grade="3"), dated("undated", None, epidural_grade="1a"))
    result = instrument("escc_2010").from_case(Patient(case))
    assert result.missing == ("grade",)
    same = record(dated("late", "2021-06-01", epidural_grade="3"), dated("undated", None, epidural_grade="3"))
    assert instrument("escc_2010").from_case(Patient(same)).because[0].option == "3"


def test_what_was_absent_or_at_another_level_does_not_score():
    case = record(
        dated("first", "2020-01-01", levels="L3", bone_quality="lytic", collapse="gt50"),
        dated("gone", "2021-01-01", levels="S3", bone_quality="blastic", assertion="absent"),
        dated("elsewhere", "2019-01-01", levels="T5", alignment="subluxation"),
    )
    result = instrument("sins_2010").from_case(Patient(case))
    assert {b.item: b.option for b in result.because} == {"location": "mobile", "lesion": "lytic", "collapse": "gt50"}
    assert set(result.missing) == {"pain", "alignment", "posterolateral"}


def test_zones_of_several_levels_are_judged_as_one_specimen():
    from myelon.assess.wbb import by_level

    case = record(
        dated("a", "2021-01-01", levels="T9", wbb_zones=[2, 3], wbb_layers=["A", "B"]),
        dated("b", "2021-01-02", levels="T10", wbb_zones=[3, 4], wbb_layers=["C"]),
        dated("c", "2021-02-01", levels="T10", wbb_zones=[4, 5], wbb_layers=["C"]),
    )
    tumour = case.entries[0].model_copy(update={"role": "primary"})
    patient = Patient(case.with_entries((tumour, *case.entries[1:])))
    assert [(a.levels, sorted(a.zones)) for a in by_level(patient)] == [("T9", ["2", "3"]), ("T10", ["4", "5"])]
    result = instrument("wbb_1997").from_case(patient)
    assert {b.item: b.option for b in result.because}["zones"] == ("2", "3", "4", "5")
    assert result.category == ("sagittal",)
