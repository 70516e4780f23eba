"""Sites that give counts away: merged, they are the pooled patients; with the rule, no small count leaves."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myelon.cohort.aalen_johansen import aalen_johansen
from myelon.cohort.analysis import run
from myelon.cohort.cause_table import merge_causes, summarise_causes
from myelon.cohort.cox import cox
from myelon.cohort.cox_sums import CoxSums, next_step, site_sums
from myelon.cohort.gray import gray_test
from myelon.cohort.kaplan_meier import kaplan_meier
from myelon.cohort.logrank import METHODS, logrank
from myelon.cohort.patient import CohortPatient
from myelon.cohort.recipe import Recipe, read_recipe
from myelon.cohort.registry import Registry
from myelon.cohort.result_tables import tables
from myelon.cohort.solve import solve_summary
from myelon.cohort.summary import Summary, merge_summaries, read_summary, summarise_site
from myelon.demo.cohort_002 import synthetic_cohort
from myelon.errors import CaseError, TableError

PATIENTS = [CohortPatient(c) for c in synthetic_cohort()]
REGISTRY = Registry.of(PATIENTS)
RECIPE = Recipe(
    title="t",
    select="neoplasm where compartment has intramedullary",
    by="region_group",
    lost="left out",
    table_one=("sex", "ecog_group"),
)
rows = st.lists(
    st.tuples(st.integers(1, 30), st.integers(0, 2), st.sampled_from("ab"), st.integers(0, 2), st.floats(-2, 2).map(lambda v: round(v, 2)), st.integers(0, 1)),
    min_size=12, max_size=60,
)  # fmt: skip


def table_of(part):
    return summarise_causes([r[0] for r in part], [r[1] for r in part], [r[2] for r in part])


def split(people, by=3):
    return [part for k in range(3) if (part := [r for r in people if r[by] == k])]


@given(rows)
def test_counts_of_sites_add_up_to_those_of_the_pooled(people):
    pooled, merged = table_of(people), merge_causes([table_of(part) for part in split(people)])
    assert np.array_equal(pooled.times, merged.times)
    assert pooled.groups == merged.groups
    assert np.array_equal(pooled.events, merged.events)
    assert np.array_equal(pooled.censored, merged.censored)


@given(rows, st.sampled_from(METHODS))
def test_every_estimate_of_merged_sites_is_that_of_the_pooled(people, method):
    pooled, merged = table_of(people), merge_causes([table_of(part) for part in split(people)])
    for name in pooled.groups:
        one, two = (kaplan_meier(t.of_cause("event").group(name)) for t in (pooled, merged))
        np.testing.assert_allclose(one.survival, two.survival, rtol=1e-9)
        for a, b in zip(aalen_johansen(pooled.group(name)), aalen_johansen(merged.group(name)), strict=True):
            np.testing.assert_allclose(a.incidence, b.incidence, rtol=1e-9)
            np.testing.assert_allclose(a.standard_error, b.standard_error, rtol=1e-9, atol=1e-12)
    events = pooled.of_cause("event")
    if len(pooled.groups) == 2 and events.events.any():
        one, two = logrank(events, method=method, rho=0.5), logrank(merged.of_cause("event"), method=method, rho=0.5)
        assert one.statistic == pytest.approx(two.statistic, rel=1e-9, abs=1e-12)
        assert [h.estimate for h in one.hazard_ratios] == pytest.approx(
            [h.estimate for h in two.hazard_ratios], rel=1e-9
        )
        assert gray_test(pooled).statistic == pytest.approx(gray_test(merged).statistic, rel=1e-9, abs=1e-12)


@settings(max_examples=40)
@given(rows, st.sampled_from(["efron", "breslow"]))
def test_a_cox_model_over_sites_is_that_of_the_pooled(people, ties):
    days, events = np.array([float(r[0]) for r in people]), np.array([float(r[1] == 1) for r in people])
    x = np.array([[r[4], float(r[5])] for r in people])
    try:
        whole = cox(days, events, x, names=["a", "b"], ties=ties)
    except TableError:
        return  # no event, a constant or separating covariate: said by the model itself
    beta = np.zeros(2)
    site = np.array([r[3] for r in people])
    for _ in range(30):
        parts = [site_sums(days[site == k], events[site == k], x[site == k], ["a", "b"], beta) for k in np.unique(site)]
        step = next_step(CoxSums.merged(parts), ties)
        if step.settled:
            break
        beta = np.array(step.coefficients)
    np.testing.assert_allclose(step.coefficients, whole.coefficients, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(step.covariance, whole.covariance, rtol=1e-6, atol=1e-9)
    assert step.loglik == pytest.approx(whole.loglik[1], rel=1e-9, abs=1e-9)


def test_two_hospitals_give_the_answer_of_one():
    parts = [
        summarise_site(RECIPE, Registry.of(PATIENTS[k::2]), site=name) for k, name in enumerate(("North", "South"))
    ]
    merged = merge_summaries([read_summary(p.model_dump_json(by_alias=True)) for p in parts])
    pooled = summarise_site(RECIPE, REGISTRY, site="both")
    assert (merged.times, merged.events, merged.censored, merged.groups) == (
        pooled.times,
        pooled.events,
        pooled.censored,
        pooled.groups,
    )
    assert merged.tables == pooled.tables
    solved, whole = solve_summary(merged), run(RECIPE, REGISTRY)
    assert (
        [c["median"]["estimate"] for c in solved["curves"]] == [c.median.estimate for c in whole.curves] == [7.0, 3.0]
    )
    assert solved["tests"][0]["p"] == pytest.approx(whole.tests[0].p, rel=1e-12)
    assert json.dumps(solved)


def test_a_model_over_two_hospitals_settles_on_the_pooled_one():
    recipe = RECIPE.model_copy(update={"model": ("region_group", "treated")})
    at = None
    for _ in range(12):
        parts = [summarise_site(recipe, Registry.of(PATIENTS[k::2]), site=str(k), at=at) for k in (0, 1)]
        model = solve_summary(merge_summaries(parts))["model"]
        at = model["next"]
        if model["settled"]:
            break
    fit = run(recipe, REGISTRY).model.fit
    np.testing.assert_allclose(at, fit.coefficients, rtol=1e-9)
    np.testing.assert_allclose(model["standard_error"], [t.standard_error for t in fit.terms], rtol=1e-8)


@pytest.mark.parametrize("least", [3, 5, 10])
def test_with_the_rule_no_count_below_it_leaves(least):
    found = summarise_site(RECIPE, REGISTRY, site="one", minimum_cell=least)
    counts = [c for row in found.events for group in row for c in group] + [c for row in found.censored for c in row]
    cells = [c for levels in found.tables.values() for row in levels.values() for c in row if c is not None]
    assert all(c == 0 or c >= least for c in [*counts, *cells])
    assert any("times joined" in w for w in found.withheld)
    if least < 10:  # with ten a curve of 26 deaths has two steps, and a median of no worth
        curve = kaplan_meier(found.table().of_cause("event").group("1"))
        assert curve.median.estimate == pytest.approx(7.0, abs=2.5)


def test_a_blanked_cell_cannot_be_had_from_the_total():
    found = summarise_site(
        RECIPE.model_copy(update={"table_one": ("ecog",), "by": ""}), REGISTRY, site="one", minimum_cell=5
    )
    column = [row[0] for row in found.tables["ecog"].values()]
    assert column.count(None) >= 2
    beside = summarise_site(RECIPE.model_copy(update={"table_one": ("ecog",)}), REGISTRY, site="one", minimum_cell=5)
    assert beside.tables == {}, "a table beside counts that are left out would give them away"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"question": {**question, "unit": "day"}}, "different questions: unit")
        for question in [summarise_site(RECIPE, REGISTRY, site="x").question]
    ],
)
def test_only_equal_questions_are_added(change, words):
    one = summarise_site(RECIPE, REGISTRY, site="a")
    other = one.model_copy(update={"sites": ("b",), **change})
    with pytest.raises(TableError, match=words):
        merge_summaries([one, other])


def test_a_site_is_counted_once_and_a_model_has_no_rule():
    one = summarise_site(RECIPE, REGISTRY, site="a")
    with pytest.raises(TableError, match="in two summaries"):
        merge_summaries([one, one])
    with pytest.raises(TableError, match="minimum cell"):
        summarise_site(RECIPE.model_copy(update={"model": ("treated",)}), REGISTRY, site="a", minimum_cell=3)
    with pytest.raises(TableError, match="no summary"):
        merge_summaries([])
    with pytest.raises(TableError, match="every group has fewer"):
        summarise_site(RECIPE, REGISTRY, site="a", minimum_cell=40)
    assert Summary.model_json_schema(by_alias=True)["title"] == "Myelon summary"


def test_each_variable_stands_alone_and_together():
    recipe = RECIPE.model_copy(update={"model": ("region_group", "ecog_group"), "by": ""})
    found = run(recipe, REGISTRY)
    table = next(t for t in tables(found) if t.name == "model")
    assert table.columns[1:5] == ("Alone: hazard ratio (95%)", "p", "Together: hazard ratio (95%)", "p")
    one = run(recipe.model_copy(update={"model": ("region_group",)}), REGISTRY)
    (alone,) = one.model.fit.terms
    assert found.model.alone[0] == alone
    assert found.model.fit.terms[0].hazard_ratio != alone.hazard_ratio
    single = next(t for t in tables(one) if t.name == "model")
    assert single.columns[1] == "Hazard ratio (95%)"
    assert single.rows[0].cells[1:3] == table.rows[0].cells[1:3]


def test_response_rates_have_their_exact_limits():
    """DL8: symptom ORR 23/37 (44.8 to 77.5), LCR 33/37; by group 13/21 and 10/16."""
    recipe = Recipe(title="t", by="", rates=("symptom_orr", "symptom_lcr"), lost="censored")
    table = run(recipe, REGISTRY).rates
    assert table.rows[0].cells[0] == "Symptom ORR (complete remission or improved)"
    assert table.rows[0].cells[1].startswith("23/37 (62.2 %; 44.8 to ")
    assert table.rows[1].cells == ("not known", "24")
    assert table.rows[2].cells[1].startswith("33/37 (89.2 %; ")
    left = run(recipe.model_copy(update={"lost": "left out"}), REGISTRY)  # who is lost to follow-up responded or not
    assert left.rates == table
    assert "Of all 61 who are selected" in table.methods
    by = run(recipe.model_copy(update={"by": "sex"}), REGISTRY).rates
    assert by.columns == ("", "All", "male", "female", "p")
    assert sum(int(c.split("/")[0]) for c in by.rows[0].cells[2:4]) == 23
    with pytest.raises(CaseError, match="is a number"):
        read_recipe("schema: myelon.recipe/1\ntitle: t\nrates: [age_years]\n")
