"""Papers 000, 001 and 003: every fact has a place and its value, every contradiction is a finding."""

import pytest
import yaml

from myelon.demo.hospital import demo_case
from myelon.record.findings import findings_of
from myelon.record.timeline import solve
from reference_data import OURS, tables

PAPERS = ("000", "001", "003")
FACTS = {p: yaml.safe_load((OURS / f"paper-{p}-facts.yaml").read_text(encoding="utf-8")) for p in PAPERS}
CASES = {p: demo_case(f"paper-{p}") for p in PAPERS}
FOUND = {p: {f.number: f for f in findings_of(case, solve(case)) if f.number} for p, case in CASES.items()}
CHECKLISTS = [content for _, content in tables("checklists.json")]
FACT_IDS = sorted({(f["paper"], f["id"]) for t in CHECKLISTS for f in t["facts"]})
FINDING_IDS = sorted({(d["paper"], d["id"]) for t in CHECKLISTS for d in t["discrepancies"]})

COMPUTED = {
    "000": ("XA1", "XA2", "XA3", "XA4", "XA5", "XA6", "XA7", "XA8", "XA10"),
    "001": ("XB1", "XB2", "XB7", "XB11", "XB12"),
    "003": ("XC1", "XC3", "XC4", "XC5", "XC9", "XC12", "XC13"),
}


def at(case, path):
    """A value by its path: entry.field.index.field."""
    entry, *rest = path.split(".")
    value = case.by_id[entry]
    for step in rest:
        value = value[int(step)] if step.isdigit() else getattr(value, step)
    return value


def test_the_checklist_is_whole():
    assert len(FACT_IDS) == 266
    assert len(FINDING_IDS) == 39


@pytest.mark.family("papers: facts of the three cases")
@pytest.mark.parametrize(("paper", "fact"), FACT_IDS)
def test_every_fact_has_its_place_and_value(paper, fact):
    assert fact in FACTS[paper], f"{fact} of the checklist has no home"
    for path, expected in FACTS[paper][fact].items():
        found = at(CASES[paper], path)
        if expected is None:
            assert found is None, path
        elif isinstance(expected, list):
            assert [str(f) for f in found] == [str(e) for e in expected], path
        elif isinstance(expected, float | int) and not isinstance(expected, bool):
            assert found == pytest.approx(expected, abs=1e-12), path
        else:
            assert str(found) == str(expected), path


@pytest.mark.family("papers: facts of the three cases")
@pytest.mark.parametrize(("paper", "fact"), FACT_IDS)
def test_every_fact_number_stands_at_an_entry(paper, fact):
    assert CASES[paper].facts().get(fact), f"{fact} is cited by no entry"


@pytest.mark.family("papers: contradictions of the three cases")
@pytest.mark.parametrize(("paper", "number"), FINDING_IDS)
def test_every_contradiction_is_a_finding_with_two_statements_or_a_rule(paper, number):
    finding = FOUND[paper][number]
    assert len(finding.statements) >= 2 or (finding.statements and finding.rule)
    assert all(s.text for s in finding.statements)
    assert "which no rule gives" not in finding.rule


@pytest.mark.parametrize(("paper", "number"), [(p, n) for p, numbers in COMPUTED.items() for n in numbers])
def test_these_are_computed_and_not_only_entered(paper, number):
    assert not FOUND[paper][number].key.startswith("entered:")
