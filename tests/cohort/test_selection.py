"""Queries over sequences of entries: certain, possible, no, and why."""

import pytest

from myelon.cohort.patient import CohortPatient
from myelon.cohort.query import parse_query
from myelon.cohort.selection import Verdict, judge, select
from myelon.demo.hospital import demo_case
from myelon.errors import TableError
from myelon.record.case import case_from


def patient(*entries):
    base = [{"id": "tumour", "kind": "neoplasm", "role": "primary", "entity": "x", "when": {"kind": "unknown"}}]
    return CohortPatient(
        case_from(
            {
                "schema": "myelon.case/1",
                "id": "c",
                "title": "c",
                "about": {"nature": "local"},
                "zero": "tumour",
                "entries": [*base, *entries],
            }
        )
    )


def operation(**more):
    return {"id": "op", "kind": "surgery", "procedures": ["laminectomy"], "when": {"kind": "unknown"}, **more}


def course(number, when, **more):
    return {
        "id": f"rt-{number}",
        "kind": "radiotherapy",
        "ordinal": number,
        "total_gy": 30,
        "fractions": 10,
        "when": when,
        **more,
    }


def days_after(anchor, n, n_max=None):
    offset = {"n": n, "unit": "day"} | ({"n_max": n_max} if n_max else {})
    return {"kind": "relative", "anchor": anchor, "offset": offset}


QUERY = parse_query("surgery as op\nradiotherapy where total_gy >= 30 after op within 90 days")


@pytest.mark.parametrize(
    ("when", "verdict"),
    [
        (days_after("op", 30), Verdict.YES),
        (days_after("op", 60, 120), Verdict.POSSIBLE),
        (days_after("op", 91), Verdict.NO),
        ({"kind": "ordinal", "after": ["op"]}, Verdict.POSSIBLE),
        (days_after("op", 30) | {"direction": "before"}, Verdict.NO),
    ],
)
def test_a_window_of_time_makes_an_answer_certain_possible_or_no(when, verdict):
    found = judge(QUERY, patient(operation(), course(1, when)))
    assert found.verdict is verdict
    assert found.found[-1].why


def test_the_best_entry_answers_a_line():
    found = judge(QUERY, patient(operation(), course(1, days_after("op", 200)), course(2, days_after("op", 20))))
    assert (found.verdict, [f.entry for f in found.found]) == (Verdict.YES, ["op", "rt-2"])


def test_what_is_not_reported_leaves_it_possible():
    query = parse_query("radiotherapy where total_gy >= 40")
    unknown = course(1, {"kind": "unknown"}) | {"total_gy": None, "fractions": None}
    assert judge(query, patient(unknown)).verdict is Verdict.POSSIBLE
    assert judge(query, patient(course(1, {"kind": "unknown"}))).verdict is Verdict.NO


def test_two_courses_on_one_level():
    query = parse_query("radiotherapy as first\nradiotherapy after first on the levels of first")
    one, same, other = (
        course(n, days_after("tumour", 100 * n), levels=at) for n, at in ((1, "T1–T4"), (2, "T4–T6"), (3, "L1–L2"))
    )
    assert judge(query, patient(one, same)).verdict is Verdict.YES
    assert judge(query, patient(one, other)).verdict is Verdict.NO
    assert judge(query, patient(one, other | {"levels": None})).verdict is Verdict.POSSIBLE
    assert judge(query, patient(one)).verdict is Verdict.NO


def test_none_in_the_record_is_not_said_to_be_absent():
    query = parse_query("no systemic")
    assert judge(query, patient()).verdict is Verdict.POSSIBLE
    denied = {
        "id": "none",
        "kind": "systemic",
        "regimen": "chemotherapy",
        "agents": [{"drug": "x"}],
        "assertion": "absent",
    }
    assert judge(query, patient(denied)).verdict is Verdict.YES
    given = {"id": "line", "kind": "systemic", "regimen": "CAV", "agents": [{"drug": "x"}]}
    assert judge(query, patient(given)).verdict is Verdict.NO


def test_paper_003_gained_strength_after_her_second_operation():
    found = judge(parse_query("surgery as op\ngain mrc >= 1 after op"), CohortPatient(demo_case("paper-003")))
    assert found.verdict is Verdict.YES
    assert "MRC 4 at neurology-2, 5 at neurology-3" in found.found[1].why


def test_a_patient_is_asked_by_variables():
    girl = CohortPatient(demo_case("paper-003"))
    assert judge(parse_query("patient where sex = female and age_years < 18"), girl).verdict is Verdict.YES
    assert judge(parse_query("no patient where sex = female"), girl).verdict is Verdict.NO
    assert [s.verdict for s in select(parse_query(""), [girl])] == [Verdict.YES]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("operation", "no entry is a 'operation'"),
        ("radiotherapy after op", "no earlier line is called 'op'"),
        ("radiotherapy where dose > 3", "radiotherapy has no 'dose'"),
        ("radiotherapy where total_gy", "no comparison"),
        ("gain", "a gain of what"),
        ("patient after op", "no earlier line"),
        ("surgery as op\npatient after op", "a patient has no time"),
        ("radiotherapy where total_gy >= many", "no number"),
        ("surgery where text > 3", "is a word"),
        ("surgery within", "not a condition"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text, words):
    with pytest.raises(TableError, match=words):
        judge(parse_query(text), patient(operation(text="x"), course(1, days_after("op", 1))))


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("radiotherapy where levels has T4", Verdict.YES),
        ("radiotherapy where levels has T10–T12", Verdict.NO),
        ("radiotherapy where levels = C7–T6", Verdict.YES),
        ("patient where paraplegia = yes", Verdict.YES),
        ("patient where paraplegia = true", Verdict.YES),
        ("patient where paraplegia != yes", Verdict.NO),
        ("imaging where modality = mri", Verdict.YES),
        ("surgery where procedures = laminectomy", Verdict.YES),
        ("surgery where procedures has lamin", Verdict.YES),
        ("surgery where procedures != laminectomy", Verdict.NO),
        ("observation where what = KPS and value >= 30", Verdict.POSSIBLE),
        ("no systemic", Verdict.POSSIBLE),
        ("systemic", Verdict.POSSIBLE),
    ],
)
def test_a_comparison_means_what_is_written(text, verdict):
    found = judge(
        parse_query(text),
        patient(
            operation(),
            course(1, {"kind": "unknown"}, levels="C7–T6"),
            {"id": "n", "kind": "neurology", "paraplegia": "present"},
            {"id": "i", "kind": "imaging", "modality": "MRI"},
            {"id": "o", "kind": "observation", "what": "KPS", "value": {"value": 40, "comparator": "<"}},
            {"id": "s", "kind": "systemic", "regimen": "x", "agents": [{"drug": "x"}], "assertion": "unknown"},
        ),
    )
    assert found.verdict is verdict


@pytest.mark.parametrize(
    "text",
    ["neurology mrc >= 3", "gain mrc < 1", "surgery as op\ngain mrc >= 1 before op", "patient where sex == female",
     "patient where sex = female or age_years > 50", "surgery as op\ngain mrc >= 1 after op within 3 days"],
)  # fmt: skip
def test_what_would_be_read_otherwise_is_refused(text):
    with pytest.raises(TableError):
        parse_query(text)


def test_a_gain_is_on_the_last_examination_before():
    def exam(name, mrc, n):
        return {
            "id": name,
            "kind": "neurology",
            "motor": [{"limb": "legs", "mrc": mrc}],
            "when": days_after("tumour", n),
        }

    query = parse_query("surgery as op\ngain mrc >= 1 after op")
    same = (operation(when=days_after("tumour", 50)), exam("a", 2, 10), exam("b", 4, 40), exam("c", 4, 60))
    assert judge(query, patient(*same)).verdict is Verdict.NO
    assert judge(parse_query("surgery as op\nno gain mrc >= 1 after op"), patient(*same)).verdict is Verdict.YES
    assert judge(query, patient(*same[:3], exam("c", 5, 60))).verdict is Verdict.YES


@pytest.mark.parametrize(
    "text", ["no radiotherapy as x\nsurgery after x", "patient where sex = female as p\nsurgery after p"]
)
def test_what_has_no_entry_is_no_anchor(text):
    with pytest.raises(TableError, match="no earlier line is called"):
        parse_query(text)
