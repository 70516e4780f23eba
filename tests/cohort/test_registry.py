"""A registry answers as the records do: every selection, endpoint and variable, patient by patient."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from made_cases import made_cases
from myelon.cohort.coded import Coded
from myelon.cohort.endpoints import CHOICES, ENDPOINTS, endpoint, outcomes
from myelon.cohort.patient import CohortPatient
from myelon.cohort.query import Clause, fields_of, parse_query
from myelon.cohort.registry import FREE_TEXT, Registry, part_of, plain
from myelon.cohort.selection import holds, judge
from myelon.cohort.selection_columns import judge_all
from myelon.cohort.variables import VARIABLES, Column, variable
from myelon.demo.cohort_002 import synthetic_cohort
from myelon.demo.hospital import CASES, demo_case
from myelon.errors import TableError
from myelon.record.base import Quantity
from myelon.record.case import case_from

PATIENTS = [CohortPatient(c) for c in (*(demo_case(c) for c in CASES), *synthetic_cohort()[::4])]
REGISTRY = Registry.of(PATIENTS)
KINDS = ("surgery", "radiotherapy", "systemic", "neurology", "phase", "imaging", "response", "vital", "adverse_event")
CLAUSES = (
    "total_gy >= 30", "levels has T6", "status = delivered", "agents.drug has tem", "procedures has ectomy", "worst_mrc < 4",
    "paraplegia = present", "phase = recurrence", "lesions.regions has thoracic", "fractions != 10", "category = PD",
    "for_phase != initial", "target = tumour", "assertion = present", "gross_total = true", "text has a",
)  # fmt: skip
NAMES = ("one", "two")


@st.composite
def queries(draw):
    """Lines of every shape; not every one of them can be read."""
    lines, named = [], []
    for _ in range(draw(st.integers(1, 4))):
        if draw(st.integers(0, 7)) == 0:
            lines.append(draw(st.sampled_from(["patient where sex = female", "no patient where age_years > 20"])))
            continue
        kind = draw(st.sampled_from(KINDS))
        line = ("no " if draw(st.integers(0, 4)) == 0 else "") + kind
        known = [c for c in CLAUSES if c.split()[0].split(".")[0] in fields_of(kind)]
        if known and draw(st.booleans()):
            line += " where " + " and ".join(draw(st.lists(st.sampled_from(known), min_size=1, max_size=2)))
        if named and draw(st.booleans()):
            line += f" {draw(st.sampled_from(['after', 'before']))} {draw(st.sampled_from(named))}"
            if draw(st.booleans()):
                line += f" within {draw(st.sampled_from([30, 90, 400]))} days"
        if named and draw(st.integers(0, 3)) == 0:
            line += f" on the levels of {draw(st.sampled_from(named))}"
        if draw(st.booleans()):
            name = draw(st.sampled_from(NAMES))
            line += f" as {name}"
            named += [] if line.startswith("no ") else [name]
        if named and draw(st.integers(0, 9)) == 0:
            line = f"gain mrc >= 1 after {draw(st.sampled_from(named))}"
        lines.append(line)
    return "\n".join(lines)


def same(text, patients, registry):
    try:
        query = parse_query(text)
        expected = [int(judge(query, p).verdict) for p in patients]
        found = judge_all(query, registry).tolist()
    except TableError:
        reject()
    assert found == expected, text


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.filter_too_much])
@given(queries())
def test_columns_select_as_the_records_do(text):
    same(text, PATIENTS, REGISTRY)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.lists(made_cases(), min_size=1, max_size=3), queries())
def test_columns_select_as_any_record_does(cases, text):
    patients = [CohortPatient(c.model_copy(update={"id": f"c{n}"})) for n, c in enumerate(cases)]
    same(text, patients, Registry.of(patients))


@pytest.mark.parametrize(
    "text",
    [
        "surgery as operation\nradiotherapy after operation within 90 days",
        "radiotherapy as first\nradiotherapy after first on the levels of first",
        "surgery as op\nno systemic after op",
        "surgery as op\ngain mrc >= 1 after op",
        "radiotherapy as a\nradiotherapy as b after a\nimaging as c after b",
        "neoplasm where spinal = true as t\nsurgery before t",
        "radiotherapy as first\nno radiotherapy as second\nsurgery where text has a",
        "",
    ],
)
def test_the_examples_select_as_the_records_do(text):
    query = parse_query(text)
    verdicts = judge_all(query, REGISTRY)
    assert verdicts.tolist() == [int(judge(query, p).verdict) for p in PATIENTS]
    assert verdicts.any()


@pytest.mark.parametrize("name", [e.name for e in ENDPOINTS])
@pytest.mark.parametrize("lost", ["censored", "left out"])
def test_endpoints_come_out_alike(name, lost):
    from dataclasses import replace

    target = replace(endpoint(name), lost=lost)
    rows = np.arange(len(PATIENTS))[::-1]
    expected = outcomes(target, [PATIENTS[k] for k in rows])
    found = REGISTRY.outcomes(target, rows)
    assert [found.why_out.values[c] for c in found.why_out.codes] == [o.why_out for o in expected]
    for choice in CHOICES:
        days, causes = found.at(choice)
        for k, outcome in enumerate(expected):
            if not outcome.why_out:
                assert (days[k], causes[k]) == outcome.at(choice)
    if name == "overall-survival":
        assert sum(not o.why_out for o in expected) > 10


def test_variables_are_those_of_the_records():
    for v in VARIABLES:
        column = REGISTRY.column(v.name)
        assert [column.coded.values[c] for c in column.coded.codes] == [v.read(p) for p in PATIENTS], v.name


def test_a_plain_value_answers_as_the_value_does():
    asked = [
        Clause("x", o, v) for o in ("=", "!=", "has", ">=", "<") for v in ("T6", "yes", "true", "2", "a", "present")
    ]
    seen = 0
    for p in PATIENTS:
        for entry in p.case.entries:
            for name in fields_of(entry.kind) - FREE_TEXT:
                value = getattr(entry, name)
                for clause in asked:
                    assert answer(clause, value) == answer(clause, plain(value)), (entry.kind, name, value)
                    seen += 1
    assert seen > 100_000
    doubtful = Quantity(value=3.0, comparator=">", unit="cm")
    assert plain(doubtful) is None
    assert plain(frozenset()) == ("",)


def answer(clause, value):
    try:
        return holds(clause, value)
    except TableError as error:
        return error.what


def test_two_threads_over_a_fresh_registry_tell_entries_apart():
    """Each asks for the entries of a kind while the other makes them; they are the same entries."""
    query = parse_query("radiotherapy as first\nradiotherapy as second")
    expected = [int(judge(query, p).verdict) for p in PATIENTS]

    def slow(name):
        time.sleep(0.05)
        return part_of(PATIENTS, name)

    registry = Registry([p.case.id for p in PATIENTS], slow, {p.case.id: p for p in PATIENTS}.__getitem__)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: judge_all(query, registry).tolist(), range(4)))
    assert found == [expected] * 4
    assert registry.part("kind/radiotherapy") is registry.part("kind/radiotherapy")


def test_more_ways_than_can_be_held_are_refused():
    """Sixty images told apart five times are five million ways: of one patient, and of no use."""
    entries = [{"id": f"i{n}", "kind": "imaging", "modality": "MRI"} for n in range(60)]
    head = {"schema": "myelon.case/1", "id": "c", "title": "t", "about": {"nature": "synthetic"}, "zero": "i0"}
    patient = CohortPatient(case_from(head | {"entries": entries}))
    text = "imaging as a\n" + "\n".join(f"imaging as {name}" for name in "bcde")
    with pytest.raises(TableError, match="too many ways"):
        judge_all(parse_query(text), Registry.of([patient]))


def test_an_unknown_value_is_of_no_group():
    column = Column.of(variable("entity"), ["", None, "lung"])
    assert column.group(column.levels).tolist() == [0, -1, 1]


def test_a_column_of_values_keeps_them_apart():
    column = Coded.of([1, True, 1.0, "1", None])
    assert [type(v) for v in column.values] == [int, bool, float, str, type(None)]
    joined = Coded.joined([column, Coded.of([None, 2])])
    assert [joined.values[c] for c in joined.codes][5:] == [None, 2]
    assert joined[np.array([6])].used == [2]
    assert Coded.of([]).each(lambda v: v, object).shape == (0,)
