"""The board sheet says the last word of the record, and says when the record is silent."""

from myelon.board.standing import standing
from myelon.demo.hospital import demo_case
from myelon.record.case import case_from
from myelon.record.timeline import solve


def of(*entries):
    head = {"schema": "myelon.case/1", "id": "c", "title": "t", "about": {"nature": "synthetic"}, "zero": "s"}
    case = case_from(head | {"entries": [{"id": "s", "kind": "support", "treatment": "x"}, *entries]})
    return standing(case, solve(case))


def exam(entry_id, day, **more):
    when = {"kind": "exact", "earliest": f"2020-01-{day:02}", "latest": f"2020-01-{day:02}"}
    return {"id": entry_id, "kind": "neurology", "when": when, **more}


def test_a_silent_record_stands_nowhere():
    empty = of()
    assert empty.limbs == ()
    rest = (
        empty.strength,
        empty.bladder,
        empty.bowel,
        empty.performance,
        empty.preference,
        empty.image,
        empty.growth,
    )
    assert rest == (None,) * 7


def test_the_last_word_is_last_in_time_and_not_in_the_document():
    found = of(
        exam("late", 20, motor=[{"limb": "legs", "state": "weak", "mrc": 2}], bladder="difficulty"),
        exam("early", 10, motor=[{"limb": "legs", "state": "strong", "mrc": 5}], bladder="normal", bowel="normal"),
    )
    ((limb, legs),) = found.limbs
    assert (limb, legs.words, legs.entry, legs.since) == ("legs", "weak", "late", "")
    assert (found.strength.words, found.strength.entry) == ("2 after 5", "late")
    assert (found.bladder.words, found.bladder.since) == ("difficulty", "")
    assert (found.bowel.words, found.bowel.since) == ("normal", "late")


def test_an_order_that_time_does_not_decide_is_said():
    found = of(
        {"id": "one", "kind": "neurology", "bladder": "normal", "when": {"kind": "ordinal", "after": ["s"]}},
        {"id": "other", "kind": "neurology", "bladder": "retention", "when": {"kind": "ordinal", "after": ["s"]}},
    )
    assert (found.bladder.words, found.bladder.doubt) == ("retention", "one")
    decided = of(
        {"id": "one", "kind": "neurology", "bladder": "normal", "when": {"kind": "ordinal", "after": ["s"]}},
        {"id": "other", "kind": "neurology", "bladder": "retention", "when": {"kind": "ordinal", "after": ["one"]}},
    )
    assert decided.bladder.doubt == ""


def test_words_on_both_legs_replace_words_on_each():
    found = of(
        exam("early", 10, motor=[{"limb": "left leg", "state": "weak"}, {"limb": "arms", "state": "strong"}]),
        exam("late", 20, motor=[{"limb": "legs", "state": "almost normal"}]),
    )
    assert {limb: said.words for limb, said in found.limbs} == {"arms": "strong", "legs": "almost normal"}


def test_the_image_of_now_is_one_that_shows_the_tumour():
    spine = {
        "id": "spine",
        "kind": "imaging",
        "modality": "MRI",
        "text": "mass",
        "lesions": [{"lesion": "main", "feature": "mass"}],
    }
    chest = {"id": "chest", "kind": "imaging", "modality": "CT", "text": "effusion"}
    assert of(spine, chest).image.words == "mass"
    assert of(chest).image.words == "effusion"


def test_performance_is_the_last_scale_that_was_given():
    found = of(
        {"id": "kps", "kind": "observation", "what": "KPS", "value": {"value": 70, "unit": ""}},
        {"id": "weight", "kind": "observation", "what": "body weight", "value": {"value": 70, "unit": "kg"}},
    )
    assert found.performance.entry == "kps"


def test_paper_003_ends_with_strength_3():
    case = demo_case("paper-003")
    found = standing(case, solve(case))
    assert found.strength.words == "3 after 4, 5, 2"
    assert found.strength.since == ""
    assert found.bladder.since == found.strength.entry
    assert found.preference.words == "to cease further maintenance chemotherapy"
