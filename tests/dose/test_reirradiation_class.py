"""Classes of re-irradiation and levels of knowledge, on the cases of the papers and the phantoms."""

import pytest

from myelon.board.packet import prepare
from myelon.demo.hospital import demo_case
from myelon.dose.reirradiation_class import Knowledge, knowledge, reirradiation_class, worst


@pytest.mark.parametrize(
    ("overlap", "same", "name"),
    [
        (True, True, "type I"),
        (True, None, "type I"),
        (None, None, "type I assumed"),
        (False, True, "repeat organ irradiation"),
        (False, False, "repeat irradiation, or type II"),
        (False, None, "repeat irradiation or repeat organ irradiation"),
    ],
)
def test_the_classes(overlap, same, name):
    found = reirradiation_class(overlap=overlap, same_organ=same)
    assert found.name.startswith(name)
    assert found.why


def test_a_sum_is_as_good_as_its_worst_course():
    assert worst([Knowledge.A, Knowledge.D, Knowledge.C]) is Knowledge.D
    assert knowledge(dose_objects=True, isodoses=False, levels=False) is Knowledge.A
    assert knowledge(dose_objects=False, isodoses=True, levels=False) is Knowledge.B
    assert len({k.words for k in Knowledge}) == 4


def test_the_papers_courses():
    """RADIOBIOLOGY §7: 000 and 003 are type I; in 001 the brain course is repeat irradiation."""
    dose = prepare(demo_case("paper-000")).doses[0]
    assert dose.classes[0].name == "type I assumed"
    assert (dose.knowledge, dose.knowledge.words) == (Knowledge.D, "prescription, levels not reported")
    assert prepare(demo_case("paper-003")).doses[0].classes[0].name == "type I assumed"
    one = prepare(demo_case("paper-001"))
    assert one.doses[0].classes == ()
    assert one.doses[0].knowledge is Knowledge.D  # the levels of its field are not printed
    assert "repeat irradiation" in one.left_out[0][1]


def test_courses_that_share_a_level_are_type_one():
    dose = prepare(demo_case("phantom-1")).doses[0]
    assert dose.classes[0].name == "type I"
    assert "T1–T4" in dose.classes[0].why
