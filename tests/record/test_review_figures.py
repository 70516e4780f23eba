"""The eight figure cases of the review: what their legends print, and no more."""

import pytest

from myelon.demo.hospital import CASES, demo_case
from myelon.record.kinds import Imaging, Pathology, Subject, Surgery, Systemic
from reference_data import tables

ITEMS = sorted({i["id"] for _, t in tables("checklists.json") for i in t["review_items"] if i["type"] == "F"})
FIGURES = {case.id: case for case in (demo_case(c) for c in CASES if c.startswith("paper-004"))}
CITED = {fact: case for case in FIGURES.values() for fact in case.facts()}


def test_there_are_eight():
    assert len(ITEMS) == len(FIGURES) == 8


@pytest.mark.family("paper 004: figure cases")
@pytest.mark.parametrize("item", ITEMS)
def test_every_figure_item_is_a_case_that_cites_it(item):
    case = CITED[item]
    assert case.about.nature == "published"
    quoting = [e for e in case.entries if any(item in s.facts for s in e.source)]
    assert len(quoting) >= 4
    assert all(s.quote for e in quoting for s in e.source)


@pytest.mark.family("paper 004: figure cases")
@pytest.mark.parametrize(
    ("item", "label", "entity"),
    [
        ("R26", "40 M", "Chondrosarcoma"), ("R27", "24 F", "Chondrosarcoma"), ("R28", "57 M", "Dedifferentiated liposarcoma"),
        ("R41", "49 M", "Malignant peripheral nerve sheath tumour"), ("R48", "40 F", "Giant cell tumour of bone"),
        ("R68", "82 M", "Multiple spinal metastases"), ("R69", "57 F", "Spinal metastasis"),
    ],
)  # fmt: skip
def test_who_and_what(item, label, entity):
    case = CITED[item]
    assert (case.subject.label, case.neoplasm.entity) == (label, entity)


def lesions(item):
    return [lesion for study in CITED[item].of(Imaging) for lesion in study.lesions]


@pytest.mark.family("paper 004: figure cases")
def test_what_the_legends_print():
    assert str(CITED["R26"].neoplasm.levels) == "T8"
    assert next(CITED["R26"].of(Surgery)).procedures == ("vertebrectomy according to TES",)
    assert [(x.wbb_zones, "".join(x.wbb_layers)) for x in (*lesions("R27"), *lesions("R28"))] == [
        ((2, 3, 4), "ABC"), ((1, 2, 3), "ABC"),
    ]  # fmt: skip
    course = CITED["R41"].by_id["rt-1"]
    assert (course.modality, course.schedule, str(course.levels)) == ("carbon", None, "T11–T12")
    assert lesions("R41")[-1].assertion == "absent"
    assert next(CITED["R48"].of(Systemic)).agents[0].drug == "denosumab"
    assert lesions("R48")[-1].change == "smaller"
    after = list(CITED["R49"].of(Pathology))[-1]
    assert (after.immunohistochemistry[0].marker, after.immunohistochemistry[0].result) == ("H3.3 G34W", "positive")
    assert next(CITED["R49"].of(Subject)).sex == "unknown"
    assert next(CITED["R68"].of(Surgery)).instrumentation == ("percutaneous pedicle screws (PPS)",)
    assert lesions("R69")[-1].posterior_wall == "intact"
