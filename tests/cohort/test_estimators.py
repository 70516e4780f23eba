import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from myelon.cohort.event_table import merge, summarise
from myelon.cohort.kaplan_meier import INTERVALS, kaplan_meier
from myelon.cohort.logrank import METHODS, logrank
from myelon.errors import TableError

patients = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 1), st.sampled_from("ab")), min_size=2, max_size=60)


def split(rows):
    return [list(map(float, c)) if n < 2 else list(c) for n, c in enumerate(zip(*rows, strict=True))]


@given(patients, st.sampled_from(INTERVALS))
def test_a_curve_falls_from_one_and_lies_in_its_interval(rows, interval):
    times, events, _ = split(rows)
    curve = kaplan_meier(summarise(times, events), interval=interval)
    assert np.all(np.diff(curve.survival) <= 1e-12)
    assert np.all((curve.survival >= 0) & (curve.survival <= 1))
    known = ~(np.isnan(curve.lower) | np.isnan(curve.upper))
    assert np.all(curve.lower[known] <= curve.survival[known] + 1e-9)
    assert np.all(curve.survival[known] <= curve.upper[known] + 1e-9)
    assert curve.at_risk[0] == len(times)
    assert curve.number_at_risk(0.0) == len(times)


@given(patients)
def test_without_censoring_the_curve_is_the_share_alive(rows):
    times, _, _ = split(rows)
    curve = kaplan_meier(summarise(times, [1.0] * len(times)))
    for t, s in zip(curve.times, curve.survival, strict=True):
        assert s == pytest.approx(np.mean(np.array(times) > t), abs=1e-12)


@given(patients, st.sampled_from(METHODS))
def test_a_test_does_not_depend_on_the_order_of_patients_or_names(rows, method):
    times, events, groups = split(rows)
    if len(set(groups)) < 2 or sum(events) == 0:
        return
    there = logrank(summarise(times, events, groups), method=method)
    back = logrank(
        summarise(times[::-1], events[::-1], ["z" if g == "a" else "y" for g in groups[::-1]]), method=method
    )
    assert there.statistic == pytest.approx(back.statistic, rel=1e-9, abs=1e-9)
    assert 0 <= there.p <= 1


@given(st.lists(patients, min_size=1, max_size=4))
def test_merging_sites_is_pooling_patients(sites):
    parts = [summarise(*split(rows)) for rows in sites]
    pooled = summarise(*split([r for rows in sites for r in rows]))
    merged = merge(parts)
    assert np.array_equal(merged.at_risk, pooled.at_risk)
    assert merged.groups == pooled.groups


def test_large_series_with_ties_do_not_overflow():
    """scipy.stats.logrank goes wrong above 3·10⁵ patients with ties (COHORT §0.4)."""
    rng = np.random.default_rng(7)
    n = 400_000
    times = np.ceil(rng.exponential(600, n))
    groups = np.where(np.arange(n) % 2 == 0, "a", "b")
    events = (rng.random(n) < 0.7).astype(float)
    whole = logrank(summarise(times, events, groups))
    part = logrank(summarise(times[:40_000], events[:40_000], groups[:40_000]))
    assert np.isfinite(whole.statistic)
    assert whole.statistic < 40
    assert part.statistic < 40
    faster = np.where(groups == "a", np.ceil(times * 0.8), times)
    assert logrank(summarise(faster, events, groups)).statistic > 500


BAD = [
    (([], []), "no patient"),
    (([1, -2], [1, 0]), "time -2"),
    (([1, float("nan")], [1, 0]), "time nan"),
    (([1, 2], [1, 2]), "event 2 is not 0 or 1"),
    (([1, 2], [1]), "differ in length"),
]


@pytest.mark.parametrize(("values", "words"), BAD)
def test_impossible_values_are_refused(values, words):
    with pytest.raises(TableError, match=words):
        summarise(*values)


def test_wrong_uses_are_refused():
    two = summarise([1, 2], [1, 1], ["a", "b"])
    with pytest.raises(TableError, match="2 groups in one curve"):
        kaplan_meier(two)
    with pytest.raises(TableError, match="interval"):
        kaplan_meier(two.pooled(), interval="wilson")
    with pytest.raises(TableError, match="confidence level"):
        kaplan_meier(two.pooled(), level=95)
    with pytest.raises(TableError, match="only one group"):
        logrank(two.pooled())
    with pytest.raises(TableError, match="method"):
        logrank(two, method="wilcoxon")
    with pytest.raises(TableError, match="no event"):
        logrank(summarise([1, 2], [0, 0], ["a", "b"]))
    with pytest.raises(TableError, match="no table"):
        merge([])
