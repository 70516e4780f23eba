"""What contours suggest as an entry, what a planned course becomes as an option, and how likeness is put in order."""

import dataclasses

import pytest

from myelon.board.considered import under
from myelon.board.contour_reading import altered, reading_of, targets
from myelon.board.course_option import QUESTION, option_of, with_option
from myelon.board.facts import Situation
from myelon.board.options import deliberate
from myelon.board.packet import prepare
from myelon.board.similar import FEATURES, LEAST_SHARED, Other, answers, distance, similar
from myelon.dose.anatomy import Anatomy, LevelFinding
from myelon.dose.bed import Prescription
from myelon.dose.interval import Interval
from myelon.dose.what_if import Assumed
from myelon.record.case import case_from
from myelon.record.kinds import Board, Radiotherapy, Surgery
from myelon.terms.levels import Level, Span
from stories import BASES, DOSE_STORIES, HEAD, base, course, day, entry, exam, story
from stories import M as METASTASIS

FOUND = Anatomy(
    target="GTV", volume_cc=12.345, extent_mm=(20.0, 30.0, 40.0), longest_axial_mm=34.56, longest_axial_height_mm=1.0,
    longest_mm=45.0, levels=Span(Level.T8, Level.T9), levels_why="", cord_distance_mm=2.5, cord_share=0.0,
    per_level=(
        LevelFinding(Level.T8, 0.2, (5, 6), ("B", "C"), ""), LevelFinding(Level.T9, None, (), (), "no canal is contoured"),
    ),
    escc=None, withheld="",
)  # fmt: skip
COURSE = Radiotherapy(id="rt", ordinal=2)


# ── contours ────────────────────────────────────────────────────────────────────────────────────────────


def test_only_gross_volumes_can_be_the_tumour():
    assert targets(["GTV", "gtv_1", "CTV", "PTV", "SpinalCord"]) == ("GTV", "gtv_1")


def test_a_reading_holds_what_was_accepted_and_no_more():
    case = base(METASTASIS)
    plain = reading_of(case, FOUND, COURSE, by="Dr A")
    assert plain.id == "contours-1"
    (main,) = plain.lesions
    assert (str(main.levels), main.max_diameter_cm, main.size.value, main.size.unit) == ("T8–T9", 3.46, 12.35, "cc")
    assert main.epidural_grade is None
    assert main.source.entered_by == "Dr A"
    assert "20.0 × 30.0 × 40.0 mm, longest axial diameter 34.6 mm, 12.3 cc, 2.5 mm from the cord" in main.text
    whole = reading_of(case, FOUND, COURSE, by="Dr A", grade="2", zones=True)
    assert whole.lesions[0].epidural_grade == "2"
    assert [(str(r.levels), r.wbb_zones, r.wbb_layers) for r in whole.lesions[1:]] == [("T8", (5, 6), ("B", "C"))]


@pytest.mark.parametrize(("mm", "said"), [(0.0, ", in the cord"), (0.1, ", 0.1 mm from the cord"), (None, " cc")])
def test_the_distance_to_the_cord_is_said_where_it_is_known(mm, said):
    found = dataclasses.replace(FOUND, cord_distance_mm=mm)
    assert reading_of(base(METASTASIS), found, COURSE, by="A").text.endswith(said)


def test_a_second_reading_has_an_id_of_its_own():
    case = base(METASTASIS)
    first = reading_of(case, FOUND, COURSE, by="A")
    assert reading_of(case.with_entries((*case.entries, first)), FOUND, COURSE, by="A").id == "contours-2"


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        ({"levels": "T8"}, True), ({"levels": "L2"}, False), ({}, True), ({"levels": "T8", "extent": "biopsy"}, False),
        ({"levels": "T8", "extent": "biopsy", "instrumentation": ("screws",)}, True),
    ],
)  # fmt: skip
def test_what_an_operation_may_have_changed_is_said(operation, changes):
    case = base(METASTASIS)
    done = Surgery(id="op", procedures=("laminectomy",), **operation)
    assert bool(altered(case.with_entries((*case.entries, done)), Span(Level.T8, Level.T8))) is changes


# ── a planned course ────────────────────────────────────────────────────────────────────────────────────


def considered(name="two courses in the cord", **assumed):
    packet = prepare(story(name))
    planned = Assumed(planned=Prescription(20.0, 5), **assumed)
    return packet, option_of(packet.dose, under(packet.dose, planned, packet.computed))


def test_an_option_says_what_it_assumes_and_what_each_rule_says():
    _, option = considered(interval=Interval(200, 220))
    assert option.text.startswith("Radiotherapy 20 Gy in 5")
    assert option.text.endswith("at T8")
    assert option.reasons[0].startswith("basis prescription; sum EQD2 120.80 Gy at α/β 2,")
    assert any("spinal cord, Nieder 2006 Sum: 241.60, limit ≤ 135.5 Gy₂, exceeded" in r for r in option.reasons)
    assert not any("not applicable" in r for r in option.reasons)


def test_a_time_that_was_not_said_is_said_so():
    _, option = considered()
    assert ", at a time not said, at T8" in option.text


def test_an_earlier_course_that_is_shifted_is_said():
    _, option = considered(shift_mm=(0.0, 2.0, 0.0))
    assert option.reasons[-1] == "with the earlier courses shifted by 0, 2, 0 mm (LPS)"
    _, option = considered()
    assert not any("shifted" in r for r in option.reasons)


def test_without_a_course_there_is_no_option():
    packet = prepare(story("two courses in the cord"))
    with pytest.raises(ValueError, match="no course is planned"):
        option_of(packet.dose, under(packet.dose, Assumed(), packet.computed))


def test_an_option_joins_the_question_that_is_open_and_no_decided_one():
    packet, option = considered()
    fresh = with_option(packet.case, option)
    assert (fresh.id, fresh.question, fresh.options) == ("board-rt-1", QUESTION, (option,))
    asked = packet.case.with_entries((*packet.case.entries, fresh))
    assert with_option(asked, option).options == (option, option)
    decided = packet.case.with_entries((*packet.case.entries, fresh.model_copy(update={"decision": "no"})))
    assert with_option(decided, option).id == "board-rt-2"
    other = Board(id="b", question="Another?")
    assert with_option(packet.case.with_entries((*packet.case.entries, other)), option).id == "board-rt-1"


def test_every_organ_that_may_lie_there_is_considered():
    for name in DOSE_STORIES:
        packet = prepare(story(name))
        if packet.dose is not None and not packet.dose.open_sum:
            found = under(packet.dose, Assumed(planned=Prescription(20.0, 5)), packet.computed)
            assert [f.judged.organ for f in found] == list(packet.dose.organ.organs)
            assert all(f.judged.dose.course_reached[-1] for f in found)
            beside = under(packet.dose, Assumed(planned=Prescription(20.0, 5)), packet.computed, planned_reached=False)
            assert not any(f.judged.dose.course_reached[-1] for f in beside)


# ── likeness ────────────────────────────────────────────────────────────────────────────────────────────


def other(case_id, *given, nature="synthetic"):
    return Other(case_id, case_id, nature, (*given, *(None,) * (len(FEATURES) - len(given))))


OWN = ("primary", frozenset({"chordoma"}), frozenset({"vertebral"}), frozenset({"T"}), 60.0)


def order(*others):
    own = (*OWN, *(None,) * (len(FEATURES) - len(OWN)))
    return [(r.case_id, round(r.distance, 3)) for r in similar(base(METASTASIS), own, others)]


def test_cases_are_put_in_order_by_their_distance_then_by_what_they_share():
    same, less = other("b", *OWN), other("a", *OWN[:3])
    assert order(less, same) == [("b", 0.0), ("a", 0.0)]
    assert order(other("c", *OWN), same) == [("b", 0.0), ("c", 0.0)]
    older = other("a", *OWN[:4], 80.0)
    assert order(older, same) == [("b", 0.0), ("a", round(0.2 / 8.0, 3))]


def test_a_case_that_shares_too_little_is_not_compared():
    assert LEAST_SHARED == 3
    assert order(other("a", *OWN[:2])) == []
    assert order(other("a", *OWN[:3])) == [("a", 0.0)]


def test_a_case_that_is_left_out_leaves_out_no_other():
    same = other("b", *OWN)
    assert order(other("a", *OWN[:2]), same) == [("b", 0.0)]
    assert order(other("a", *OWN, nature="published"), same) == [("b", 0.0)]
    assert order(other("story", *OWN), same) == [("b", 0.0)]


def test_phantoms_resemble_phantoms_and_no_case_itself():
    assert order(other("a", *OWN, nature="published")) == []
    assert order(other("story", *OWN)) == []


def test_at_most_five_are_given():
    assert len(order(*(other(f"c{n}", *OWN) for n in range(7)))) == 5


@pytest.mark.parametrize(
    ("ours", "theirs", "span", "apart"),
    [(0.0, 3.0, 3.0, 1.0), (0.0, 9.0, 3.0, 1.0), (1.0, 1.0, 3.0, 0.0), ("a", None, None, None), (None, "a", None, None),
     (frozenset("ab"), frozenset("bc"), None, 2 / 3), ("male", "female", None, 1.0), (1.0, 2.0, None, 1.0),
     ("a", 2.0, 3.0, 1.0), (2.0, "a", 3.0, 1.0), (frozenset("a"), "a", None, 1.0), ("a", frozenset("a"), None, 1.0)],
)  # fmt: skip
def test_how_far_two_answers_lie_apart(ours, theirs, span, apart):
    found = distance(ours, theirs, span)
    assert found == (None if apart is None else pytest.approx(apart))


def test_more_than_three_of_a_kind_count_as_three():
    many = [
        made for n in range(5)
        for made in (
            entry(f"op-{n}", "surgery", procedures=["laminectomy"]), entry(f"line-{n}", "systemic", regimen="x", agents=[{"drug": "x"}]),
            course(f"rt-{n}", ordinal=n + 1),
        )
    ]  # fmt: skip
    case = case_from(HEAD | {"id": "c", "zero": "spine", "entries": [*BASES[METASTASIS], *many]})
    found = dict(zip((f.name for f in FEATURES), answers(case), strict=True))
    assert [found[n] for n in ("courses of radiotherapy", "operations", "lines of drugs")] == [3.0, 3.0, 3.0]


def test_a_fracture_that_was_written_as_an_event_is_one():
    for term, value in (("Vertebral compression fracture", True), ("Hip fracture", None), ("vertebral pain", None)):
        event = entry("ae", "adverse_event", term=term, grade=2)
        case = base(METASTASIS)
        from myelon.record.case import case_from

        document = case.model_dump(mode="json", by_alias=True, exclude_none=True)
        document["schema"] = "myelon.case/1"
        document.pop("schema_", None)
        whole = case_from(document | {"entries": [*document["entries"], event]})
        assert Situation(prepare(whole)).ask("fracture").value is value, term


def test_the_weights_of_likeness_are_the_convention_that_the_page_names():
    assert {f.name: (f.weight, f.span) for f in FEATURES} == {
        "primary or metastasis": (2.0, None),
        "words of the entity": (2.0, None),
        "compartment": (2.0, None),
        "region of the spine": (1.0, None),
        "age": (1.0, 100.0),
        "sex": (0.5, None),
        "weakest muscle (MRC)": (1.0, 5.0),
        "paraplegia": (1.0, None),
        "courses of radiotherapy": (1.0, 3.0),
        "operations": (1.0, 3.0),
        "lines of drugs": (0.5, 3.0),
    }


# ── six months since radiotherapy ───────────────────────────────────────────────────────────────────────


def window(first, last):
    """A time between two days."""
    return {"kind": "range", "earliest": first, "latest": last}


@pytest.mark.parametrize(
    ("courses", "said"),
    [
        ([day(1)], False),
        ([day(9)], True),
        ([day(1), day(9)], True),
        ([day(1), None], None),
        ([None, day(9)], True),
        ([None], None),
        ([window("2023-01-01", "2023-09-01")], None),
        ([window("2023-01-01", "2023-09-01"), day(2)], None),
    ],
)
def test_six_months_are_counted_from_whichever_course_was_the_last(courses, said):
    rows = [course(f"rt-{n}", ordinal=n) | {"when": when} for n, when in enumerate(courses, 1)]
    kept = [dict(e) for e in BASES[METASTASIS]]
    document = HEAD | {"id": "six", "zero": "spine", "entries": [*kept, *rows, exam("newest", day(12))]}
    found = Situation(prepare(case_from(document)))
    assert found.ask("under six months since radiotherapy").value is said


# ── further tumours ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("further", "named"),
    [
        ({"levels": "L3"}, True),
        ({"compartment": ["epidural"]}, True),
        ({"levels": "L3", "assertion": "equivocal"}, True),
        ({"levels": "L3", "assertion": "absent"}, False),
        ({"site": "brain"}, False),
    ],
)
def test_a_further_tumour_of_the_spine_is_named_where_the_options_do_not_speak_of_it(further, named):
    second = entry("second", "neoplasm", role="secondary", entity="Spinal metastasis", **further)
    kept = [dict(e) for e in BASES[METASTASIS]]
    case = case_from(HEAD | {"id": "two", "zero": "spine", "entries": [*kept, second]})
    found = deliberate(Situation(prepare(case)))
    assert [t.id for t in found.beside] == (["second"] if named else [])
    assert found.as_dict()["not_spoken_of"] == (["second"] if named else [])
