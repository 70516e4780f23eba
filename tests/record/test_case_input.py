"""Bad case files: each a typed error that says what, where and what to do."""

import contextlib
import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myelon.errors import CaseError
from myelon.record.case import case_from, case_schema, read_case, write_case

GOOD = {
    "schema": "myelon.case/1",
    "id": "case-1",
    "title": "A case",
    "about": {"nature": "synthetic"},
    "zero": "rt-1",
    "entries": [
        {"id": "subject", "kind": "subject", "sex": "male"},
        {"id": "rt-1", "kind": "radiotherapy", "ordinal": 1, "total_gy": 30, "fractions": 10, "levels": "T1-T4"},
        {"id": "mri", "kind": "imaging", "modality": "MRI",
         "when": {"kind": "relative", "anchor": "rt-1", "offset": {"n": 3, "unit": "day"}}},
    ],
}  # fmt: skip


def broken(change):
    document = copy.deepcopy(GOOD)
    change(document)
    return document


def course(document):
    return document["entries"][1]


def mri(document):
    return document["entries"][2]


BAD = {
    "unknown field": (lambda d: course(d).update(dosis=3), r"'rt-1' dosis: unknown field"),
    "unknown kind": (lambda d: course(d).update(kind="magic"), "magic"),
    "level that does not exist": (lambda d: course(d).update(levels="T13"), "T13"),
    "negative dose": (lambda d: course(d).update(total_gy=-2), "total_gy: Input should be greater than 0"),
    "dose in cGy": (lambda d: course(d).update(total_gy=3000), "less than or equal to 200"),
    "anchor that does not exist": (lambda d: mri(d)["when"].update(anchor="rt-9"), "hangs on 'rt-9'"),
    "anchors in a loop": (
        lambda d: course(d).update(when={"kind": "relative", "anchor": "mri", "offset": {"n": 1, "unit": "day"}}),
        "loop: rt-1 → mri → rt-1",
    ),
    "end before start": (
        lambda d: course(d).update(when={"kind": "range", "earliest": "2026-02-02", "latest": "2026-02-01"}),
        "ends before it starts",
    ),
    "period backwards": (lambda d: mri(d)["when"]["offset"].update(n=5, n_max=2), "period ends before it starts"),
    "two entries of one id": (lambda d: mri(d).update(id="rt-1"), "two entries are called 'rt-1'"),
    "reference to nothing": (lambda d: course(d).update(for_phase="p1"), "'p1', which does not exist"),
    "zero that is not there": (lambda d: d.update(zero="x"), "zero point 'x'"),
    "wrong schema": (lambda d: d.update(schema="myelon.case/9"), "schema"),
}


def test_the_good_case_is_good():
    assert case_from(GOOD).id == "case-1"


@pytest.mark.parametrize("name", BAD)
def test_bad_cases_say_what_and_where(name):
    change, pattern = BAD[name]
    with pytest.raises(CaseError, match=pattern) as caught:
        case_from(broken(change), where="file.yaml")
    assert caught.value.where == "file.yaml"
    assert caught.value.todo
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("text", ["", "[1, 2", "just words", "- a\n- b", "a: [1\nb: }", "[" * 5000])
def test_what_is_no_document_is_refused(text):
    with pytest.raises(CaseError):
        read_case(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    )
)
@settings(max_examples=80)  # fmt: skip
def test_any_value_in_any_place_is_a_case_or_a_typed_error(value):
    for place in ("schema", "id", "title", "about", "zero", "entries"):
        document = copy.deepcopy(GOOD) | {place: value}
        with contextlib.suppress(CaseError):
            case_from(document)


def test_many_problems_are_listed_at_once():
    document = broken(lambda d: (course(d).update(total_gy=-1, fractions=0), mri(d).update(modality="X")))
    with pytest.raises(CaseError) as caught:
        case_from(document)
    assert all(word in caught.value.what for word in ("total_gy", "fractions", "modality"))


def test_a_case_is_written_and_read_back_the_same(paper_000):
    assert read_case(write_case(paper_000)) == paper_000
    assert read_case(paper_000.model_dump_json(by_alias=True)) == paper_000


def test_the_schema_accepts_what_we_write(paper_000):
    import json

    import jsonschema

    schema = case_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(paper_000.model_dump_json(by_alias=True, exclude_none=True))
    jsonschema.validate(document, schema)


@pytest.mark.parametrize(("case_id", "entry_id"), [("x", "case"), ("x", "new"), ("new", "a"), ("import", "a")])
def test_a_name_that_is_an_address_is_refused(case_id, entry_id):
    entry = {"id": entry_id, "kind": "support", "treatment": "t"}
    document = {"schema": "myelon.case/1", "id": case_id, "title": "t", "about": {"nature": "local"}, "zero": entry_id}
    with pytest.raises(CaseError, match="can be called"):
        case_from(document | {"entries": [entry]})
