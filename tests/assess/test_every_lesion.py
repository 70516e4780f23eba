"""Every lesion of every study, every time: the worst is shown, an operation ends what was graded before it."""

import itertools

import pytest

from myelon.assess import Patient, instrument
from myelon.assess.compression import HIGH, ORDER, compressed, graded
from myelon.record.case import case_from


def on(day):
    return {"kind": "exact", "earliest": day, "latest": day}


def mri(name, day, *lesions):
    return {"id": name, "kind": "imaging", "modality": "MRI", "when": on(day), "lesions": list(lesions)}


def seen(levels, grade=None, name="main", **more):
    row = {"lesion": name, "feature": "bone lesion", "levels": levels, **more}
    return row | ({"epidural_grade": grade} if grade else {})


def surgery(day, levels=None, **more):
    row = {"id": "op", "kind": "surgery", "procedures": ["laminectomy"], "when": on(day), **more}
    return row | ({"levels": levels} if levels else {})


def patient(*entries, levels="T8", compartment=("vertebral", "epidural"), **tumour):
    spine = {"id": "met", "kind": "neoplasm", "role": "secondary", "entity": "Spinal metastasis", "levels": levels,
             "compartment": list(compartment), "when": on("2024-01-01"), **tumour}  # fmt: skip
    head = {"schema": "myelon.case/1", "id": "c", "title": "T", "about": {"nature": "synthetic"}, "zero": "met"}
    return Patient(case_from(head | {"entries": [spine, *entries]}))


def escc(who):
    return instrument("escc_2010").from_case(who)


@pytest.mark.parametrize("names", list(itertools.permutations(["main", "second", "T7"], 2)))
def test_the_worst_grade_counts_whatever_its_lesion_is_called(names):
    who = patient(mri("m", "2024-01-10", seen("T3", "0", names[0]), seen("T7", "3", names[1])), levels="T3")
    assert escc(who).because[0].option == "3"
    assert compressed(who, HIGH, cord=True).value is True
    assert any("T3 0" in words for words in escc(who).said)


def test_the_worst_grade_counts_over_studies_of_different_levels():
    who = patient(mri("a", "2024-01-10", seen("T7", "3")), mri("b", "2024-02-10", seen("L1", "0", "other")))
    assert escc(who).because[0].option == "3"


def test_overlapping_spans_compete_in_time_at_each_vertebra():
    who = patient(mri("a", "2024-01-10", seen("T7–T9", "3")), mri("b", "2024-02-20", seen("T8", "0")))
    assert {r.level.name: r.grade for r in graded(who)} == {"T7": "3", "T8": "0", "T9": "3"}


@pytest.mark.parametrize("levels", ["T7–T9", "T8", None])
def test_an_operation_ends_what_was_graded_there_before(levels):
    before = mri("a", "2024-01-02", seen("T7–T9", "3"))
    alone = patient(before, surgery("2024-01-05", levels))
    touched = [r for r in graded(alone) if r.grade is None]
    assert {r.level.name for r in touched} == ({"T8"} if levels == "T8" else {"T7", "T8", "T9"})
    assert all("read as 3 before op" in r.why for r in touched)
    if levels != "T8":
        assert escc(alone).missing == ("grade",)
        assert compressed(alone, HIGH, cord=True).value is None
    again = patient(before, surgery("2024-01-05", levels), mri("b", "2024-02-20", seen("T7–T9", "0")))
    assert escc(again).because[0].option == "0"
    assert compressed(again, HIGH, cord=True).value is False


def test_a_biopsy_or_an_operation_elsewhere_ends_nothing():
    before = mri("a", "2024-01-02", seen("T7–T9", "3"))
    assert escc(patient(before, surgery("2024-01-05", "L3"))).because[0].option == "3"
    assert escc(patient(before, surgery("2024-01-05", "T8", extent="biopsy"))).because[0].option == "3"
    both = patient(before, surgery("2024-01-05", "T8", extent="biopsy") | {"id": "biopsy"}, surgery("2024-01-06"))
    assert escc(both).missing == ("grade",)


@pytest.mark.parametrize("levels", ["L4", "S2–S3", "L3–L5"])
def test_below_the_conus_the_cauda_is_compressed_and_no_cord(levels):
    who = patient(mri("a", "2024-01-02", seen(levels, "3")), levels=levels)
    assert "not defined below the conus" in escc(who).not_applicable
    assert compressed(who, HIGH, cord=True) is None
    assert compressed(who, HIGH, cord=False).value is True
    assert "escc" not in {b.item for b in instrument("noms_2013").from_case(who).because}


def test_a_reading_at_the_conus_is_of_the_cord():
    who = patient(mri("a", "2024-01-02", seen("L1", "2")), levels="L1")
    assert compressed(who, HIGH, cord=True).value is True


@pytest.mark.parametrize(("one", "other"), [("0", "3"), ("1b", "2"), ("1c", "1a")])
def test_two_readings_of_one_day_leave_the_vertebra_open_and_the_worse_possible(one, other):
    who = patient(mri("a", "2024-01-02", seen("T8", one)), mri("b", "2024-01-02", seen("T8", other)))
    (row,) = graded(who)
    assert row.grade is None
    assert row.could_be == {one, other}
    assert escc(who).missing == ("grade",)


def test_an_open_vertebra_never_hides_a_worse_known_one():
    who = patient(
        mri("a", "2024-01-02", seen("T4", "3"), seen("T8", "1a", "b")), mri("b", "2024-01-02", seen("T8", "1b", "b"))
    )
    assert escc(who).because[0].option == "3"
    assert max(ORDER, key=ORDER.index) == "3"


BONE = {"bone_quality": "lytic", "alignment": "deformity", "collapse": "gt50", "posterolateral": "bilateral"}


def test_sins_shows_the_lesion_that_is_least_stable():
    exam = {"id": "n", "kind": "neurology", "when": on("2024-01-11"),
            "pain": {"site": "back", "character": "mechanical"}}  # fmt: skip
    stable = {"bone_quality": "blastic", "alignment": "normal", "collapse": "none", "posterolateral": "none"}
    who = patient(mri("m", "2024-01-10", seen("L3", "0", **stable), seen("T7", "3", "T7", **BONE)), exam, levels="L3")
    found = instrument("sins_2010").from_case(who)
    assert (found.score, found.category) == (14, "unstable")
    assert found.said == ("L3: 5", "T7: 14")


def test_the_location_comes_from_the_levels_that_are_recorded():
    who = patient(levels="T6–T10")
    assert {b.item: b.option for b in instrument("sins_2010").from_case(who).because} == {"location": "semirigid"}


def test_the_zones_of_wbb_are_not_made_for_the_sacrum():
    who = patient(mri("m", "2024-01-10", seen("S2", wbb_zones=[4, 5])), levels="S2–S5", role="primary")
    assert "made for C1 to L5" in instrument("wbb_1997").from_case(who).not_applicable


@pytest.mark.parametrize(
    ("size", "score"),
    [({"value": 62, "unit": "mm"}, 2), ({"value": 6.2, "unit": "cm"}, 2), ({"value": 32, "unit": "mm"}, 0)],
)
def test_a_size_counts_in_whatever_unit_it_was_written(size, score):
    row = seen("T8", feature="mass", size=size, boundary="distinguishable", lobulated="no", osteolysis="no")
    who = patient(mri("m", "2024-01-10", row), compartment=("dumbbell",), role="primary")
    assert instrument("dss_2016").from_case(who).score == score


def test_a_size_that_is_a_length_in_mm_written_as_cm_is_open():
    row = seen("T8", feature="mass", max_diameter_cm=32, boundary="distinguishable", lobulated="no", osteolysis="no")
    who = patient(mri("m", "2024-01-10", row), compartment=("dumbbell",), role="primary")
    assert instrument("dss_2016").from_case(who).missing == ("size",)


# ── counts and values that the record contradicts, or that are old ──────────────────────────────────────


def value(what, number, day="2024-01-12", unit=""):
    return {"id": f"o-{what[:4]}-{int(number)}", "kind": "observation", "what": what, "when": on(day),
            "value": {"value": number, "unit": unit}}  # fmt: skip


ELSEWHERE = [
    {"id": "n", "kind": "neoplasm", "role": "secondary", "entity": "Liver metastases", "when": on("2024-06-01")},
    {"id": "n", "kind": "neoplasm", "role": "secondary", "entity": "Brain metastases", "when": on("2024-06-01")},
    mri("n", "2024-06-01", {"lesion": "lung 1", "feature": "metastasis", "site": "lung"}),
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=["liver", "brain", "lung on imaging"])
@pytest.mark.parametrize(
    "score", ["tokuhashi_2005", "tomita_2001", "van_der_linden_2005", "bauer_modified_2008", "rades_os_2008"]
)
def test_no_visceral_metastasis_is_open_once_the_record_holds_one(score, elsewhere):
    before = patient(value("visceral metastases", 0))
    after = patient(value("visceral metastases", 0), elsewhere)
    assert "o-visc-0" in {b.entry for b in instrument(score).from_case(before).because}
    assert "o-visc-0" not in {b.entry for b in instrument(score).from_case(after).because}


def test_a_value_is_old_against_the_newest_entry_of_the_record():
    fresh = patient(value("KPS", 90))
    old = patient(value("KPS", 90), mri("m", "2024-07-01", seen("T8")))
    assert not any("Karnofsky" in words for words in instrument("tokuhashi_2005").from_case(fresh).stale)
    assert any("before the newest entry" in words for words in instrument("tokuhashi_2005").from_case(old).stale)


@pytest.mark.parametrize(
    ("what", "number", "unit", "score"),
    [("platelets", 80000, "10^9/L", "katagiri_2014"), ("calcium", 9.2, "mmol/L", "katagiri_2014"),
     ("albumin", 4.1, "g/L", "katagiri_2014"), ("KPS", 8, "", "van_der_linden_2005"), ("KPS", 0.8, "", "tokuhashi_2005")],
)  # fmt: skip
def test_a_number_of_another_unit_scores_nothing(what, number, unit, score):
    who = patient(value(what, number, unit=unit))
    assert not any(b.entry.startswith("o-") for b in instrument(score).from_case(who).because)
