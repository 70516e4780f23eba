"""Kaplan–Meier and tests against R, in every suite that the reference folder has."""

import csv
import json
import math

import numpy as np
import pytest

from myelon.cohort.event_table import merge, summarise
from myelon.cohort.kaplan_meier import INTERVALS, kaplan_meier
from myelon.cohort.logrank import logrank
from myelon.errors import TableError
from reference_data import data_files, over

SUITES = [(path, json.loads(path.read_text())) for path in data_files("survival", "*.json")]
R_NAME = {"arcsine": "arcsin"}
TOLERANCE = 1e-9
STEPS = {"time", "n_risk", "n_event", "n_censor", "surv"}


def columns(path, suite):
    results = suite["results"]
    names = results.get("columns") or {"time": "time", "status": "event", "group": "g"}
    with (path.parent / "data" / f"{suite['id']}.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    wanted = [names["time"], names["status"], names["group"]]
    if any(c not in rows[0] for c in wanted):
        pytest.skip(f"{suite['id']}: its table has no {wanted}")
    rows = [r for r in rows if all(r[c] not in {"", "NA"} for c in wanted)]
    times, events, groups = ([r[c] for r in rows] for c in wanted)
    events = [float(e) for e in events]
    if set(events) <= {1.0, 2.0} and 2.0 in events:
        events = [e - 1 for e in events]
    return [float(t) for t in times], events, groups


def curves_of(suite):
    """Name of the group (None for all) → R's curve."""
    results = suite["results"]
    found = {}
    if "km_all" in results:
        found[None] = results["km_all"]
    if "km" in results and "steps" in results["km"]:
        found[None] = results["km"]
    return found


def same(found, expected):
    if expected is None:
        return found is None or math.isnan(found)
    return found is not None and math.isclose(found, expected, rel_tol=TOLERANCE, abs_tol=1e-12)


def suites_with(wanted):
    return [pytest.param(p, s, id=s["id"]) for p, s in SUITES if isinstance(s.get("results"), dict) and wanted(s)]


KM = suites_with(curves_of)
GROUPED = suites_with(lambda s: "km_group" in s["results"])
TESTED = suites_with(lambda s: "logrank" in s["results"])


@pytest.mark.family("survival against R")
@over(("path", "suite"), KM, "survival")
@pytest.mark.parametrize("interval", INTERVALS)
def test_kaplan_meier_with_every_interval(path, suite, interval):
    times, events, _ = columns(path, suite)
    check_curve(kaplan_meier(summarise(times, events), interval=interval), curves_of(suite)[None], interval, 0)


def check_curve(curve, expected, interval, which, rows=None):
    steps = expected["steps"]
    pick = range(len(steps["time"])) if rows is None else rows
    for name, found in (
        ("time", curve.times), ("n_risk", curve.at_risk), ("n_event", curve.events), ("n_censor", curve.censored),
        ("surv", curve.survival), ("se_surv", curve.standard_error), ("se_cumhaz_scale_stderr", curve.se_log),
    ):  # fmt: skip
        wanted = [steps[name][i] for i in pick]
        assert len(found) == len(wanted)
        bad = [
            (f, w)
            for f, w in zip(found, wanted, strict=True)
            if not (same(float(f), w) or (w is None and not math.isfinite(f)))
        ]
        assert not bad, (name, bad[:3])
    limits = expected["ci"][R_NAME.get(interval, interval)]
    for name, found in (("lower", curve.lower), ("upper", curve.upper)):
        wanted = [limits[name][i] for i in pick]
        bad = [(f, w) for f, w in zip(found, wanted, strict=True) if not same(float(f), w)]
        assert not bad, (interval, name, bad[:3])
    quantiles = expected["quantiles"][R_NAME.get(interval, interval)]
    for n, p in enumerate(quantiles["probs"]):
        found = curve.quantile(p)
        for name, value in (("est", found.estimate), ("lower", found.lower), ("upper", found.upper)):
            assert same(value, quantiles[name][which][n]), (interval, p, name, value, quantiles[name][which][n])


@pytest.mark.family("survival against R")
@over(("path", "suite"), GROUPED, "survival")
@pytest.mark.parametrize("interval", INTERVALS)
def test_kaplan_meier_of_each_group(path, suite, interval):
    times, events, groups = columns(path, suite)
    table = summarise(times, events, groups)
    expected = suite["results"]["km_group"]
    labels = list(dict.fromkeys(expected["steps"]["group"]))
    for which, label in enumerate(labels):
        rows = [i for i, g in enumerate(expected["steps"]["group"]) if g == label]
        curve = kaplan_meier(table.group(label.split("=", 1)[1]), interval=interval)
        check_curve(curve, expected, interval, which, rows)


@pytest.mark.family("survival against R")
@over(("path", "suite"), TESTED, "survival")
def test_log_rank_and_hazard_ratios(path, suite):
    times, events, groups = columns(path, suite)
    expected = suite["results"]["logrank"]
    if expected["p"] is None:
        with pytest.raises(TableError, match="no event"):
            logrank(summarise(times, events, groups))
        return
    found = logrank(summarise(times, events, groups))
    order = [g.split("=", 1)[1] for g in expected["groups"]]
    at = [found.groups.index(g) for g in order]
    assert found.statistic == pytest.approx(expected["chisq"], rel=TOLERANCE)
    assert found.p == pytest.approx(expected["p"], rel=1e-8)
    assert found.degrees_of_freedom == expected["df"]
    assert [found.n[i] for i in at] == expected["n"]
    assert [found.observed[i] for i in at] == pytest.approx(expected["obs"], rel=TOLERANCE)
    assert [found.expected[i] for i in at] == pytest.approx(expected["exp"], rel=TOLERANCE)
    for ratio, key in zip(found.hazard_ratios, ("hr_mantel_haenszel", "hr_logrank"), strict=False):
        row = expected[key]
        values = (ratio.estimate, ratio.lower, ratio.upper)
        values = values if at == [0, 1] else (1 / values[0], 1 / values[2], 1 / values[1])
        assert values == pytest.approx((row["hr"], row["lower"], row["upper"]), rel=TOLERANCE)


@pytest.mark.family("survival against R")
@pytest.mark.parametrize(
    ("method", "key"),
    [
        ("gehan-breslow", "gehan_breslow"),
        ("tarone-ware", "tarone_ware"),
        ("logrank", "logrank"),
        ("peto", "fh_1_0_leftcont"),
    ],
)
@over(("path", "suite"), TESTED, "survival")
def test_weighted_tests(path, suite, method, key):
    weighted = suite["results"].get("weighted_hand", {})
    if key not in weighted or weighted[key].get("chisq") is None:
        pytest.skip(f"{suite['id']} has no {key}")
    times, events, groups = columns(path, suite)
    found = logrank(summarise(times, events, groups), method=method)
    assert found.statistic == pytest.approx(weighted[key]["chisq"], rel=TOLERANCE)
    assert found.p == pytest.approx(weighted[key]["p"], rel=1e-8)


@over(("path", "suite"), TESTED, "survival")
def test_sites_merged_give_the_pooled_answer(path, suite):
    times, events, groups = columns(path, suite)
    site = np.arange(len(times)) % 3
    parts = [
        summarise(*([v for v, s in zip(values, site, strict=True) if s == k] for values in (times, events, groups)))
        for k in sorted(set(site.tolist()))
    ]
    pooled, merged = summarise(times, events, groups), merge(parts)
    assert np.array_equal(pooled.events, merged.events)
    assert np.array_equal(pooled.censored, merged.censored)
    assert np.array_equal(pooled.times, merged.times)
