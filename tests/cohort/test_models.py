"""Models and tests: bad input by name, peers' known errors, weights, clusters, scores, tables."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from myelon.cohort.cox import cox
from myelon.cohort.cox_checks import baseline, concordance, martingale, proportional_hazards
from myelon.cohort.event_table import summarise
from myelon.cohort.fine_gray import fine_gray
from myelon.cohort.kaplan_meier import kaplan_meier
from myelon.cohort.logrank import holm, logrank, pairwise, trend
from myelon.cohort.paired import paired
from myelon.cohort.rmst import rmst, rmst_difference
from myelon.cohort.score import develop, score_tables, validate
from myelon.cohort.table_one import table_one
from myelon.cohort.variables import Column, variable
from myelon.errors import TableError
from myelon.report.tables import as_csv, as_docx, as_html, as_latex, as_markdown

RNG = np.random.default_rng(3)
N = 120
X = np.column_stack([RNG.normal(size=N), RNG.integers(0, 2, N)])
T = np.ceil(RNG.exponential(10 * np.exp(-0.5 * X[:, 0])))
E = (RNG.random(N) < 0.7).astype(float)


def test_weights_are_repeated_patients_with_breslow():
    weights = RNG.integers(1, 4, N)
    many = np.repeat(np.arange(N), weights)
    one = cox(T, E, X, names=["a", "b"], ties="breslow", weights=weights)
    all_ = cox(T[many], E[many], X[many], names=["a", "b"], ties="breslow")
    np.testing.assert_allclose(one.coefficients, all_.coefficients, rtol=1e-9)
    np.testing.assert_allclose(one.covariance, all_.covariance, rtol=1e-8)


def test_a_patient_cut_into_spells_is_the_same_patient():
    whole = cox(T, E, X, names=["a", "b"])
    cut = T > 3
    times = np.concatenate([np.where(cut, 3.0, T), T[cut]])
    entry = np.concatenate([np.zeros(N), np.full(cut.sum(), 3.0)])
    events = np.concatenate([np.where(cut, 0.0, E), E[cut]])
    spells = cox(times, events, np.vstack([X, X[cut]]), names=["a", "b"], entry=entry)
    np.testing.assert_allclose(spells.coefficients, whole.coefficients, rtol=1e-9)
    np.testing.assert_allclose(spells.covariance, whole.covariance, rtol=1e-8)


def test_clusters_of_one_are_the_robust_error_and_doubles_in_a_cluster_count_once():
    alone = cox(T, E, X, names=["a", "b"], ties="breslow", cluster=np.arange(N))
    twice = np.concatenate([np.arange(N), np.arange(N)])
    double = cox(T[twice], E[twice], X[twice], names=["a", "b"], ties="breslow", cluster=twice)
    np.testing.assert_allclose(double.robust, alone.robust, rtol=1e-8)
    assert not np.allclose(alone.robust, alone.covariance, rtol=1e-3)


def test_an_offset_is_a_coefficient_of_one():
    fit = cox(T, E, X, names=["a", "b"])
    moved = cox(T, E, X[:, 1], names=["b"], offset=X[:, 0] * fit.coefficients[0])
    assert moved.coefficients[0] == pytest.approx(fit.coefficients[1], rel=1e-6)


def test_martingale_residuals_sum_to_zero_and_the_baseline_counts_the_events():
    fit = cox(T, E, X, names=["a", "b"])
    assert martingale(fit).sum() == pytest.approx(0, abs=1e-9)
    hazard = baseline(fit)[0]
    at = np.searchsorted(hazard.times, T, side="right")
    expected = np.concatenate([[0], hazard.hazard])[at] * np.exp(X @ fit.coefficients)
    # with Efron's ties those who die at a time carry a part of its step, so the sum is near and not above
    assert expected.sum() == pytest.approx(E.sum(), rel=0.1)


def test_strata_of_one_are_no_strata():
    np.testing.assert_allclose(
        cox(T, E, X, names=["a", "b"], strata=np.zeros(N)).coefficients, cox(T, E, X, names=["a", "b"]).coefficients
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"times": -T}, "time -"),
        ({"times": np.full(N, np.nan)}, "time nan"),
        ({"times": np.full(N, np.inf)}, "time inf"),
        ({"events": E * 2}, "event 2 is not 0 or 1"),
        ({"events": np.zeros(N)}, "no event"),
        ({"covariates": np.full((N, 2), np.nan)}, "a is nan"),
        ({"covariates": np.column_stack([X[:, 0], np.ones(N)])}, "b is the same in all"),
        ({"covariates": np.column_stack([X[:, 0], 2 * X[:, 0] + 1])}, "b is given by a"),
        ({"weights": np.zeros(N)}, "weight 0"),
        ({"entry": T}, "is not before time"),
        ({"cluster": np.arange(N), "ties": "exact"}, "exact ties with weights or clusters"),
        ({"covariates": np.column_stack([X[:, 0], E * (T < 4)])}, "b separates the events perfectly"),
        ({"events": E[1:]}, "differ in length"),
    ],
)
def test_a_model_refuses_bad_input_by_name(change, words):
    given_ = {"times": T, "events": E, "covariates": X} | change
    with pytest.raises(TableError, match=words):
        cox(given_.pop("times"), given_.pop("events"), given_.pop("covariates"), names=["a", "b"], **given_)


def test_checks_of_exact_ties_are_refused():
    fit = cox(T, E, X, names=["a", "b"], ties="exact")
    for check in (martingale, proportional_hazards, baseline):
        with pytest.raises(TableError, match="exact ties"):
            check(fit)
    assert 0.5 < concordance(fit).estimate < 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([np.datetime64("2020-01-01")], [1]), "dates or durations"),
        ((["3 months"], [1]), "not a number"),
        (([1.0, 2.0], [1, 0], None, [1.0, 0.0]), "entry 1 is not before time 1"),
        (([1.0], [1], ["a", "b"]), "differ in length"),
    ],
)
def test_a_table_refuses_what_is_no_time(arguments, words):
    times, events, *rest = arguments
    with pytest.raises(TableError, match=words):
        summarise(np.array(times), events, rest[0] if rest else None, entry=rest[1] if len(rest) > 1 else None)


def test_large_tables_are_counted_as_small_ones_are():
    n = 50_000
    days, events, groups = np.ceil(RNG.exponential(400, n)), RNG.integers(0, 2, n), RNG.integers(0, 3, n)
    for times in (days, days + 0.25 * RNG.integers(0, 3, n)):
        large = summarise(times, events, groups)
        small = [summarise(times[k::4], events[k::4], groups[k::4]) for k in range(4)]
        from myelon.cohort.event_table import merge

        merged = merge(small)
        assert np.array_equal(large.times, merged.times)
        assert np.array_equal(large.events, merged.events)
        assert np.array_equal(large.censored, merged.censored)


@pytest.mark.parametrize(
    ("at", "value", "words"), [(40_000, -1.0, "row 40001"), (7, np.nan, "row 8"), (0, np.inf, "row 1")]
)
def test_a_bad_time_of_a_large_table_is_named(at, value, words):
    times = np.ones(60_000)
    times[at] = value
    with pytest.raises(TableError, match=words):
        summarise(times, np.ones(60_000))


def test_too_many_groups_are_refused_before_memory_is():
    n = 40_000
    with pytest.raises(TableError, match="40000 groups"):
        summarise(RNG.random(n), np.ones(n), np.arange(n).astype(str))


def test_all_censored_one_patient_and_a_group_without_events():
    flat = kaplan_meier(summarise([3, 4], [0, 0]))
    assert flat.survival.tolist() == [1, 1]
    assert flat.median.estimate is None
    assert kaplan_meier(summarise([3], [1])).median.estimate == 3
    found = logrank(summarise([1, 2, 3, 4], [1, 1, 0, 0], list("aabb")))
    assert found.observed == (2, 0)
    assert [h.method for h in found.hazard_ratios] == ["Mantel–Haenszel"]


def test_rmst_is_a_mean_and_its_difference_has_a_test():
    table = summarise([1, 2, 3, 4, 2, 4, 6, 8], np.ones(8), list("aaaabbbb"))
    assert rmst(table.group("a"), 4).estimate == pytest.approx(2.5)
    found = rmst_difference(table, 4)
    assert found.estimate == pytest.approx(2.5 - 3.5)
    assert 0 < found.p < 1
    with pytest.raises(TableError, match="beyond the last time"):
        rmst(summarise([1, 2], [1, 0]), 5)
    with pytest.raises(TableError, match="horizon 0"):
        rmst(table.group("a"), 0)


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 1), st.sampled_from("abc")), min_size=9, max_size=60))
def test_trend_of_two_groups_is_the_log_rank_test(rows):
    two = [(t, e, g) for t, e, g in rows if g != "c"]
    assume(len({g for *_, g in two}) == 2 and any(e for _, e, _ in two))
    table = summarise(*([r[k] for r in two] for k in range(3)))
    test = logrank(table)
    assume(test.statistic > 0)
    assert trend(table).statistic == pytest.approx(test.statistic, rel=1e-9)
    assert trend(table, [3, 1]).statistic == pytest.approx(test.statistic, rel=1e-9)


def test_pairs_are_adjusted_by_holm():
    found = pairwise(summarise(T, E, RNG.integers(0, 3, N)))
    assert [p.groups for p in found] == [("0", "1"), ("0", "2"), ("1", "2")]
    assert [p.p_holm for p in found] == pytest.approx(holm([p.p for p in found]))
    assert all(p.p_holm >= p.p for p in found)


def test_fine_gray_without_competing_events_is_cox():
    mine, other = fine_gray(T, E.astype(int), X, names=["a", "b"]), cox(T, E, X, names=["a", "b"], ties="breslow")
    np.testing.assert_allclose([t.coefficient for t in mine.terms], other.coefficients, rtol=1e-8)


def test_a_score_is_judged_with_exact_limits_and_a_stated_prevalence():
    items = {"a": [1, 1, 0, 0, 1, 0], "b": [1, 0, 0, 1, 1, 0]}
    found = develop(items, [1, 1, 0, 0, 1, 0], {"a": 2, "b": 1}, prevalence=0.1)
    p = found.performance
    assert (p.sensitivity.percent, p.specificity.percent) == (100, 100)
    assert p.positive_at == 1
    assert [c.share.n for c in p.calibration] == [2, 1, 1, 2]
    assert validate([1, 2, 3, 4], [0, 1, 0, 1], prevalence=0.5).prevalence == 0.5
    assert [t.name for t in score_tables(found)] == ["score-items", "score-performance", "score-calibration"]
    with pytest.raises(TableError, match="item 'a'"):
        develop(items, [1, 1, 0, 0, 1, 0], {"b": 1})
    with pytest.raises(TableError, match="prevalence"):
        validate([1, 2, 3, 4], [0, 1, 0, 1], prevalence=2)


def test_pain_before_and_after_as_the_review_prints_it():
    from myelon.demo.report_004 import NRS

    moments = paired(NRS)
    assert [(m.n, round(m.mean, 1), round(m.sd, 1)) for m in moments] == [
        (17, 7.0, 2.3),
        (17, 2.2, 2.1),
        (17, 1.8, 1.9),
    ]
    assert moments[1].p_t < 1e-4
    gaps = paired([("before", [3, None, 5, 6]), ("after", [1, 2, None, 5])])[1]
    assert (gaps.n, gaps.pairs, gaps.change) == (3, 2, -1.5)


TABLE = table_one(
    [
        Column.of(variable("sex"), ("male", "female", None, "=cmd()")),
        Column.of(variable("age_years"), (50.0, 60.0, None, 70.0)),
    ],
    Column.of(variable("treated"), (True, False, True, None)),
)


def test_missing_values_are_rows_and_every_group_says_its_n():
    assert TABLE.columns == ("", "All (n = 4)", "yes (n = 2)", "no (n = 1)", "p")
    assert [r.cells[1] for r in TABLE.rows if r.cells[0] == "not known"] == ["1", "1"]
    assert "1 of 4 patients are in no group" in TABLE.notes[0]


def test_a_table_in_five_formats_runs_no_formula():
    assert "'=cmd()" in as_csv(TABLE)
    assert '<th scope="row">=cmd()</th>' in as_html(TABLE)
    assert r"\toprule" in as_latex(TABLE)
    assert "| Sex |" in as_markdown(TABLE)
    assert as_docx(TABLE) == as_docx(TABLE)


@pytest.mark.parametrize("seed", range(20))
def test_spells_that_never_meet_tell_nothing(seed):
    """Each risk set is one patient: the information is zero but for rounding, and no variance may come of it."""
    rng = np.random.default_rng(seed)
    t = np.arange(1.0, 41.0)
    with pytest.raises(TableError, match=r"tell nothing|separates"):
        cox(t, np.ones(40), 30 * rng.normal(size=(40, 2)), names=["a", "b"], entry=t - 0.5)
