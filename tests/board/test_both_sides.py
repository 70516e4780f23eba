"""Every rule, option and item of evidence on both sides of its condition, and where an answer is missing."""

from itertools import product
from pathlib import Path

import pytest

from myelon.board.evidence_base import EVIDENCE
from myelon.board.logic import Known, facts_of, judge
from myelon.board.options import OPTIONS
from myelon.board.rules import RULES

TABLE = (Path(__file__).parent / "conditions.txt").read_text(encoding="utf-8").split("\n")
SIGNS = {"+": "for", "-": "against", "&": "needs", "!": "watch"}


def rows(part):
    """Id → (groups of alternatives, each a fact and whether it must be so; what it bears upon)."""
    start = TABLE.index(f"# {part}") + 1
    found = {}
    for line in TABLE[start:]:
        if line.startswith("#") or not line:
            break
        key, _, rest = line.partition(": ")
        when, _, bears = rest.partition(" -> ")
        groups = [
            [(a.removeprefix("not "), not a.startswith("not ")) for a in g.split(" | ")] for g in when.split("; ")
        ]
        found[key] = (groups, bears.split())
    return found


def expected(groups, values):
    """Kleene's logic over the table: false as soon as one group is, unknown while one could still decide."""
    sides = []
    for group in groups:
        answers = [None if values[f] is None else values[f] is wanted for f, wanted in group]
        sides.append(True if True in answers else None if None in answers else False)
    return False if False in sides else None if None in sides else True


def both_sides(condition, groups):
    facts = sorted({f for g in groups for f, _ in g})
    assert facts_of(condition) == set(facts)
    for chosen in product((True, False, None), repeat=len(facts)):
        values = dict(zip(facts, chosen, strict=True))
        found = judge(condition, lambda name, values=values: Known(values[name], name)).value
        assert found is expected(groups, values), values


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_a_rule_holds_on_its_side_only_and_bears_on_what_it_says(rule):
    groups, bears = rows("rules")[rule.id]
    both_sides(rule.when, groups)
    assert [(key, side) for key, side in rule.bears] == [(b[1:], SIGNS[b[0]]) for b in bears]


@pytest.mark.parametrize("kind", OPTIONS, ids=lambda o: o.key)
def test_an_option_is_one_for_its_patients_only(kind):
    groups, group = rows("options")[kind.key]
    both_sides(kind.candidate, groups)
    assert [kind.group] == group


@pytest.mark.parametrize("row", EVIDENCE, ids=lambda e: e.id)
def test_evidence_is_of_its_patients_only(row):
    groups, options = rows("evidence")[row.id]
    both_sides(row.applies, groups)
    assert list(row.options) == options


def test_the_table_holds_every_row_and_no_other():
    for part, held in (("rules", RULES), ("options", OPTIONS), ("evidence", EVIDENCE)):
        assert list(rows(part)) == [getattr(r, "id", None) or r.key for r in held]
