"""Toxicity per treatment: worst grades, explicit negatives, laboratory values, and what nobody looked for."""

import pytest

from myelon.assess.toxicity import toxicity
from myelon.demo.hospital import CASES, demo_case
from myelon.record.case import case_from
from myelon.record.timeline import solve

LINE = {
    "id": "line-1", "kind": "systemic", "regimen": "TMZ", "agents": [{"drug": "temozolomide"}], "line": 1,
    "when": {"kind": "exact", "earliest": "2021-01-01", "latest": "2021-01-01"},
    "until": {"kind": "exact", "earliest": "2021-03-01", "latest": "2021-03-01"},
}  # fmt: skip


def made(*entries):
    head = {"schema": "myelon.case/1", "id": "c", "title": "T", "about": {"nature": "synthetic"}, "zero": "line-1"}
    return case_from(head | {"entries": [LINE, *entries]})


def lab(number, what, value, unit, day="2021-02-01", **more):
    when = {"kind": "exact", "earliest": day, "latest": day}
    return {"id": f"lab-{number}", "kind": "observation", "what": what, "value": {"value": value, "unit": unit},
            "when": when, **more}  # fmt: skip


def event(number, term, **more):
    return {"id": f"ae-{number}", "kind": "adverse_event", "term": term, "during": "line-1", **more}


def cells(case):
    found = toxicity(case, solve(case))
    return {term: row[0] for term, row in found.rows}, found


def test_the_worst_grade_of_events_and_values_stands_and_each_is_named():
    case = made(
        event(1, "neutropenia", grade=2, cycles=[1]), event(2, "neutropenia", grade=3, cycles=[2]),
        lab(1, "neutrophils", 0.4, "10^9/L"), lab(2, "haemoglobin", 9.0, "g/dL"), lab(3, "haemoglobin", 11.0, "g/dL"),
    )  # fmt: skip
    found, _ = cells(case)
    neutropenia = found["Neutrophil count decreased"]
    assert (neutropenia.words, neutropenia.entries) == ("grade 4", ("ae-1", "ae-2", "lab-1"))
    assert neutropenia.by_cycle == ((1, 2), (2, 3))
    assert found["Anemia"].words == "grade 2"


def test_none_not_assessed_and_not_reported_are_three_things():
    case = made(
        event(1, "vomiting", assertion="absent"), event(2, "fatigue"),
        {"id": "op", "kind": "surgery", "procedures": ["resection"], "when": {"kind": "unknown"}},
    )  # fmt: skip
    found = toxicity(case, solve(case))
    words = {term: tuple(c.words for c in row) for term, row in found.rows}
    at = [t.id for t in found.treatments].index("line-1")
    assert words["Vomiting"][at] == "none"
    assert words["Fatigue"][at] == "grade not reported"
    assert words["Fatigue"][1 - at] == "not assessed"


def test_the_laboratorys_own_limit_parts_grade_0_from_1():
    without, _ = cells(made(lab(1, "platelets", 120.0, "10^9/L")))
    assert without["Platelet count decreased"].words == "grade 0 or 1"
    low, _ = cells(made(lab(1, "platelets", 120.0, "10^9/L", reference_low=150.0)))
    assert low["Platelet count decreased"].words == "grade 1"
    normal, _ = cells(made(lab(1, "platelets", 180.0, "10^9/L", reference_low=150.0)))
    assert normal["Platelet count decreased"].words == "none"


def test_a_value_outside_a_treatment_is_kept_apart():
    _, found = cells(made(lab(1, "neutrophils", 0.4, "10^9/L", day="2022-01-01")))
    assert found.rows == ()
    assert [entry for entry, _ in found.unplaced] == ["lab-1"]
    assert "no treatment for certain" in found.unplaced[0][1]


def test_another_unit_is_kept_apart_and_said():
    _, found = cells(made(lab(1, "haemoglobin", 5.0, "mmol/L"), event(1, "fatigue", during=None)))
    reasons = dict(found.unplaced)
    assert "Give it in g/dL, g/L" in reasons["lab-1"]
    assert "no treatment that is named" in reasons["ae-1"]


@pytest.mark.parametrize(
    ("what", "unit", "named"),
    [("potassium", "mmol/L", True), ("CRP", "mg/dL", True), ("OMED", "mg/d", False), ("KPS", "", False)],
)
def test_a_value_without_grades_is_named_and_not_lost(what, unit, named):
    _, found = cells(made(lab(1, what, 60.0, unit)))
    assert ("no grades of CTCAE are held for it" in dict(found.unplaced).get("lab-1", "")) is named


def test_paper_000_has_its_grades_and_what_was_not_assessed():
    case = demo_case("paper-000")
    found = toxicity(case, solve(case))
    words = {(term, t.id): c.words for term, row in found.rows for t, c in zip(found.treatments, row, strict=True)}
    assert "grade 4" in words.values()
    assert "not assessed" in words.values()


@pytest.mark.parametrize("case_id", CASES)
def test_every_case_has_a_table(case_id):
    case = demo_case(case_id)
    found = toxicity(case, solve(case))
    assert all(len(row) == len(found.treatments) for _, row in found.rows)
