"""Where the instruments look: the edges of a day, of an order in time, of staleness; what no other test turns on."""

import dataclasses

import pytest

from myelon.assess import Patient, instrument
from myelon.assess.dss import diameter_cm
from myelon.assess.fields import Flag
from myelon.assess.instrument import Category, Filled, Found
from myelon.assess.metastases import banded
from myelon.errors import InstrumentError
from myelon.record.case import case_from
from stories import HEAD, LUNG, M, base, course, day, drugs, entry, exam, image, legs, story, surgery, value
from stories import SPINE as METASTASIS


def patient(*entries, zero=None):
    rows = list(entries)
    return Patient(case_from(HEAD | {"id": "c", "zero": zero or rows[0]["id"], "entries": rows}))


def born(year, month, number):
    text = f"{year}-{month:02d}-{number:02d}"
    return {"kind": "exact", "earliest": text, "latest": text}


def lived(on):
    rows = [
        entry("man", "subject", sex="male", birth=born(1960, 5, 17)), LUNG | {"when": day(1)},
        entry("end", "vital", status="dead", when=day(6, 10)),
    ]  # fmt: skip
    return Patient.at(case_from(HEAD | {"id": "c", "zero": "lung", "entries": rows}), on)


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2023-06-11", "is after the death"),
        ("1960-05-16", "is before the birth"),
        ("yesterday", "is no date and no entry"),
    ],
)
def test_a_day_outside_the_life_is_refused(on, said):
    with pytest.raises(InstrumentError, match=said):
        lived(on)


def test_the_day_of_the_death_is_inside_the_life():
    assert lived("2023-06-10").case.id == "c"


def test_an_entry_of_the_same_day_is_not_surely_later_and_one_of_the_next_is():
    first, same, next_day = (exam(n, day(4, d)) for n, d in (("a", 1), ("b", 1), ("c", 2)))
    seen = patient(
        METASTASIS | {"parent": None},
        first,
        same,
        next_day,
        entry("w", "neurology", when={"kind": "ordinal", "after": ["a"]}),
    )
    by = seen.case.by_id
    assert not seen.surely_later(by["b"], by["a"])
    assert seen.surely_later(by["c"], by["a"])
    assert not seen.surely_later(by["a"], by["c"])
    assert seen.surely_later(by["w"], by["a"])  # may begin in the same moment, and not before


def test_a_moment_is_after_the_end_of_a_course_or_not_decided():
    during = course(when=day(3, 1), until=day(3, 20))
    seen = patient(
        METASTASIS | {"parent": None}, during, exam("in", day(3, 10)), exam("at", day(3, 20)), exam("out", day(3, 21))
    )
    by = seen.case.by_id
    assert [seen.surely_after(by[n], by["rt"]) for n in ("in", "at", "out")] == [False, False, True]


@pytest.mark.parametrize(("days", "old"), [(90, False), (91, True)])
def test_inputs_grow_old_after_ninety_days(days, old):
    import datetime as dt

    later = (dt.date(2023, 1, 1) + dt.timedelta(days=days)).isoformat()
    newest = exam("newest", {"kind": "exact", "earliest": later, "latest": later}, **legs(5))
    seen = patient(METASTASIS | {"parent": None, "when": day(1)}, value("KPS", 80, when=day(1)), newest)
    assert bool(instrument("ecog_kps").from_case(seen).stale) is old


def test_what_was_done_does_not_grow_old():
    seen = patient(
        METASTASIS | {"parent": None, "when": day(1)}, course(when=day(1)), exam("newest", day(12), **legs(5))
    )
    assert not instrument("noms_2013").from_case(seen).stale


@pytest.mark.parametrize(
    ("drug", "counts"),
    [("Paclitaxel Liposome", True), ("doxorubicin", True), ("atezolizumab", False), ("denosumab", False), ("x", False)],
)
def test_only_a_cytotoxic_drug_is_chemotherapy(drug, counts):
    seen = patient(METASTASIS | {"parent": None}, drugs(drug))
    assert (seen.chemotherapy is not None) is counts


def test_words_about_a_limb_that_is_no_leg_are_no_weakness_of_the_legs():
    seen = patient(METASTASIS | {"parent": None}, exam(**legs(2, "arms")))
    assert seen.weak_legs is None
    assert seen.paraplegia is None


@pytest.mark.parametrize(
    ("motor", "weak", "paralysed"),
    [
        ([("left leg", 0), ("right leg", 0)], "yes", "yes"), ([("left leg", 0)], "yes", None), ([("legs", 0)], "yes", "yes"),
        ([("left leg", 0), ("right leg", 1)], "yes", "no"), ([("legs", 5)], "no", "no"), ([("legs", 4)], "yes", "no"),
    ],
)  # fmt: skip
def test_weakness_and_paralysis_of_the_legs(motor, weak, paralysed):
    seen = patient(METASTASIS | {"parent": None}, exam(motor=[{"limb": limb, "mrc": mrc} for limb, mrc in motor]))
    assert seen.weak_legs.option == weak
    assert (None if seen.paraplegia is None else seen.paraplegia.option) == paralysed


def test_what_an_observation_in_another_unit_or_of_a_suspect_number_says_is_not_read():
    for rows, read in (
        ([value("platelets", 200, "10^9/L")], True),
        ([value("platelets", 200, "10^9/L"), value("platelets", 200, "/µL", ident="p2")], False),
        ([value("KPS", 8)], False),
        ([entry("k", "observation", what="KPS", value={"value": 80, "comparator": ">"}, when=day(4))], False),
    ):
        seen = patient(METASTASIS | {"parent": None}, *rows)
        assert (seen.measured(rows[0]["what"]) is not None) is read, rows


@pytest.mark.parametrize(
    ("courses", "meeting", "every"),
    [
        ([course()], ["rt"], True), ([course(levels="L2")], [], True), ([course(levels=None)], [], False), ([], [], False),
        ([course(), course("rt-2", None, ordinal=2)], ["rt"], False), ([course(levels=None, region="brain")], [], False),
        ([course(region="brain")], ["rt"], True), ([course(levels="T9-T10")], [], False), ([course(levels="T10")], [], True),
        ([course(status="proposed")], [], False),
    ],
)  # fmt: skip
def test_which_courses_lie_over_the_tumour(courses, meeting, every):
    seen = patient(METASTASIS | {"parent": None}, *courses)
    found, whole = seen.courses_over(seen.tumour.levels)
    assert ([c.id for c in found], whole) == (meeting, every)
    assert seen.courses_over(None) == ((), False)


def test_a_person_answers_with_yes_or_no_and_the_last_answer_counts():
    rows = [
        value("fit", 1, ident="a", when=day(4)),
        value("fit", 0, ident="b", when=day(5)),
        value("fit", 0.5, ident="c", when=day(6)),
    ]
    seen = patient(METASTASIS | {"parent": None}, *rows)
    assert (seen.person_said("fit").option, seen.person_said("fit").entry) == ("no", "b")
    assert seen.person_said("unfit") is None


def test_a_zone_that_there_is_none_of_is_refused():
    assert instrument("wbb_1997").evaluate({"zones": [12], "rule_set": "matsumoto2024"}).categories == ("posterior",)
    for zone in (0, 13):
        with pytest.raises(InstrumentError):
            instrument("wbb_1997").evaluate({"zones": [zone], "rule_set": "matsumoto2024"})


@pytest.mark.parametrize("mapping", ["common", "prasad_2018"])
def test_performance_by_its_mapping(mapping):
    table = {
        "common": {100: 0, 90: 0, 80: 1, 70: 1, 60: 2, 50: 2, 40: 3, 30: 3, 20: 4, 10: 4, 0: 5},
        "prasad_2018": {100: 0, 90: 1, 80: 1, 70: 2, 60: 3, 50: 3, 40: 4, 30: 4, 20: 4, 10: 4},
    }[mapping]
    for kps, ecog in table.items():
        assert instrument("ecog_kps").evaluate({"kps": str(kps), "mapping": mapping}).score == ecog


@pytest.mark.parametrize(
    ("compartment", "role", "applies"),
    [(["vertebral"], "primary", True), (["intramedullary"], "primary", False), (["vertebral"], "secondary", False),
     (["intramedullary", "vertebral"], "primary", True), ([], "primary", True)],
)  # fmt: skip
def test_whom_the_surgical_stage_is_for(compartment, role, applies):
    tumour = entry("t", "neoplasm", role=role, entity="Chordoma", compartment=compartment, when=day(1))
    assert bool(instrument("enneking_msts").from_case(patient(tumour)).not_applicable) is not applies
    assert not instrument("enneking_msts").from_case(patient(entry("p", "phase", phase="initial"))).not_applicable


def test_an_operation_of_the_level_ends_older_grades_and_the_story_says_so():
    seen = Patient(story("ESCC 3, then an operation"))
    assert instrument("escc_2010").from_case(seen).missing == ("grade",)
    assert instrument("escc_2010").from_case(Patient(story("ESCC 3"))).category == "high_grade"
    assert instrument("escc_2010").from_case(Patient(base(M))).missing == ("grade",)
    assert surgery()["levels"] == "T8"


@pytest.mark.parametrize(("days", "old"), [(90, False), (91, True)])
def test_inputs_grow_old_before_the_day_of_the_table(days, old):
    import datetime as dt

    rows = [METASTASIS | {"parent": None, "when": day(1)}, value("KPS", 80, when=day(1))]
    case = case_from(HEAD | {"id": "c", "zero": rows[0]["id"], "entries": rows})
    seen = Patient.at(case, (dt.date(2023, 1, 1) + dt.timedelta(days=days)).isoformat())
    assert bool(instrument("ecog_kps").from_case(seen).stale) is old


@pytest.mark.parametrize(
    ("size", "cm"),
    [
        ({"value": 62, "unit": "mm"}, 6.2),
        ({"value": 6.2, "unit": "cm"}, 6.2),
        ({"value": 6.2, "unit": "cm", "comparator": "<"}, None),
        ({"value": 6.2, "unit": "in"}, None),
        ({"value": 6.2, "unit": "cm", "plausibility": "unit_suspect"}, None),
        ({"value": 62, "unit": "cm"}, None),
    ],
)
def test_a_size_is_read_in_its_own_unit_or_not_at_all(size, cm):
    rows = [METASTASIS | {"parent": None}, image("mri", {"feature": "mass", "levels": "T8", "size": size})]
    (seen,) = patient(*rows).lesions
    assert diameter_cm(seen) == (None if cm is None else pytest.approx(cm))


def test_bands_that_share_a_value_are_refused():
    with pytest.raises(ValueError, match="bands overlap"):
        banded(Filled(2, "e", ""), (("low", 0, 2), ("high", 2, 4)))


CATEGORIES = tuple(Category(key, key) for key in ("same", "PD", "SD"))


def asking(decide):
    """A rule over one flag."""
    return dataclasses.replace(
        instrument("rano_hgg_2010"), items=(Flag("new", "New lesion"),), decide=decide, categories=CATEGORIES
    )


def test_what_was_asked_and_could_turn_nothing_is_named_as_not_counted():
    settled = asking(lambda a: a.flag_or("new", otherwise=False) in {True, False} and Found(("same",)))
    assert settled.evaluate({}).status == "complete"
    assert settled.evaluate({}).assumed == ("New lesion",)
    turned = asking(lambda a: Found(("PD",) if a.flag_or("new", otherwise=False) else ("SD",)))
    assert turned.evaluate({}).status != "complete"
    assert turned.evaluate({}).assumed == ()
    silent = asking(lambda _: Found(("same",)))
    assert silent.evaluate({}).assumed == ()


def test_what_a_rule_does_without_is_still_possible_while_something_else_is_missing():
    sft = instrument("who_sft_hpc")
    alone = sft.evaluate({"scheme": "2021", "grade_2016": "2"})
    assert (alone.status, alone.category) == ("complete", "not_convertible")
    part = sft.evaluate({"grade_2016": "2", "phenotype": "HPC"})
    assert part.status == "incomplete"
    assert set(part.reachable_categories) >= {"1", "2", "3", "not_convertible"}
