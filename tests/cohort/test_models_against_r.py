"""Cox, its checks, competing risks, RMST, ROC, Table 1 and proportions against R, in every suite that has them."""

import csv
import json
import math

import numpy as np
import pytest

from myelon.cohort import compare
from myelon.cohort.aalen_johansen import aalen_johansen
from myelon.cohort.cause_table import summarise_causes
from myelon.cohort.cox import cox
from myelon.cohort.cox_checks import (
    TRANSFORMS,
    baseline,
    concordance,
    martingale,
    proportional_hazards,
    schoenfeld,
    score_residuals,
)
from myelon.cohort.event_table import summarise
from myelon.cohort.fine_gray import fine_gray
from myelon.cohort.gray import gray_test
from myelon.cohort.kaplan_meier import kaplan_meier
from myelon.cohort.logrank import logrank
from myelon.cohort.nelson_aalen import nelson_aalen
from myelon.cohort.proportion import proportion, wilson
from myelon.cohort.rmst import rmst
from myelon.cohort.roc import compare_areas, roc
from reference_data import data_files, needs, over

PATHS = {p.stem: p for p in data_files("survival", "*.json")}
SUITES = {name: json.loads(p.read_text()) for name, p in PATHS.items()}
pytestmark = pytest.mark.family("survival against R")


def rows_of(name):
    with (PATHS[name].parent / "data" / f"{name}.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def close(found, expected, rel=1e-9, absolute=1e-12):
    found, expected = np.atleast_1d(np.asarray(found, float)), np.atleast_1d(np.asarray(expected, float))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=rel, atol=absolute)


def number(text):
    return float(text) if text not in {"", "NA"} else math.nan


def design(name, fit):
    """Covariates of R's formula as columns, with who lacks one left out."""
    results = SUITES[name]["results"]
    names = results["columns"]
    call = results[fit]["call"].split("~", 1)[1].split("+ strata", 1)[0]
    terms = [t.strip() for t in call.split("+")]
    rows = rows_of(name)
    columns, labels, groups = [], [], []
    for term in terms:
        source = term.removeprefix("factor(").removesuffix(")")
        values = [r[source] for r in rows]
        numeric = not term.startswith("factor(") and all(v in {"", "NA"} or _is_number(v) for v in values)
        if numeric:
            columns.append([number(v) for v in values])
            labels.append(term)
            groups.append([term])
            continue
        levels = sorted({v for v in values if v not in {"", "NA"}})
        own = []
        for level in levels[1:]:
            columns.append([math.nan if v in {"", "NA"} else float(v == level) for v in values])
            own.append(f"{term}{level}")
        labels += own
        groups.append(own)
    x = np.array(columns).T
    time = np.array([number(r[names["time"]]) for r in rows])
    event = np.array([number(r[names["status"]]) for r in rows])
    if np.nanmax(event) == 2:
        event = event - 1
    strata = np.array([r[names["strata"]] for r in rows]) if names.get("strata") else np.full(len(rows), "")
    keep = ~np.isnan(x).any(axis=1) & ~np.isnan(time) & ~np.isnan(event)
    if "strata" in fit:
        keep &= ~np.isin(strata, ["", "NA"])
    return time[keep], event[keep], x[keep], labels, groups, strata[keep]


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


COX = [
    pytest.param(n, k, id=f"{n}-{k}")
    for n, s in SUITES.items()
    if "columns" in s.get("results", {})
    for k in s["results"]
    if k.startswith("cox_")
]


@over(("name", "fit"), COX, "survival")
def test_cox(name, fit):
    expected = SUITES[name]["results"][fit]
    times, events, x, labels, groups, strata = design(name, fit)
    found = cox(times, events, x, names=labels, ties=expected["ties"], strata=strata if "strata" in fit else None)
    assert (found.n, found.events) == (expected["n"], expected["nevent"])
    close(found.coefficients, expected["coef"])
    close([t.standard_error for t in found.terms], expected["se"])
    close(found.covariance, expected["vcov"], rel=1e-8)
    close(found.loglik, expected["loglik"])
    close([t.lower for t in found.terms], expected["hr_lower"])
    close([t.upper for t in found.terms], expected["hr_upper"])
    close([t.p for t in found.terms], expected["p"], rel=1e-8)
    for test, key in ((found.likelihood_ratio, "lr"), (found.score, "score")):
        close((test.statistic, test.degrees_of_freedom), expected[key][:2])
    assert found.wald.statistic == pytest.approx(expected["wald"][0], abs=0.006), "R prints two decimals"
    if "concordance" in expected:
        c = concordance(found)
        close((c.estimate, c.standard_error), expected["concordance"])
    if "basehaz" in expected and "strata" not in fit:
        times, hazard = (expected["basehaz"][k] for k in ("time", "hazard"))
        own = baseline(found)[0]
        at = np.searchsorted(own.times, times, side="right")
        close(np.concatenate([[0.0], own.hazard])[at], hazard)
    if "martingale" in expected:
        close(martingale(found), expected["martingale"])
    for transform in TRANSFORMS if "zph" in expected else ():
        wanted = expected["zph"][transform]
        tests = proportional_hazards(found, transform=transform, groups=groups)
        close([t.statistic for t in tests], wanted["chisq"], rel=1e-8)
        assert [t.degrees_of_freedom for t in tests] == [round(d) for d in np.atleast_1d(wanted["df"])]
        close([t.p for t in tests], wanted["p"], rel=1e-8)


TG = [n for n in SUITES if n.startswith("tg_test")]


@pytest.mark.parametrize("ties", ["breslow", "efron"])
@over("name", TG, "survival")
def test_cox_by_the_book(name, ties):
    """Therneau and Grambsch, appendix E: every residual."""
    expected = SUITES[name]["results"][ties]
    rows = [r for r in rows_of(name) if all(v != "" for v in r.values())]
    stop, event = ("stop", "event") if "stop" in rows[0] else ("time", "status")
    entry = [float(r["start"]) for r in rows] if "start" in rows[0] else None
    found = cox(*([float(r[k]) for r in rows] for k in (stop, event, "x")), names=["x"], ties=ties, entry=entry)
    close(found.coefficients, expected["coef"], rel=1e-9)
    close(found.covariance[0], expected["var"])
    close(found.loglik, expected["loglik"])
    close(martingale(found), expected["martingale"])
    close(score_residuals(found)[:, 0], expected["score_res"])
    close(schoenfeld(found)[:, 0], expected["schoenfeld"], absolute=1e-9)


def test_breslow_has_its_closed_form():
    times, events, x = [1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0]
    found = cox(times, events, x, names=["x"], ties="breslow")
    assert found.coefficients[0] == pytest.approx(math.log(1.5 + math.sqrt(33) / 2), rel=1e-12)


HEART = [k for k in SUITES.get("heart_counting", {"results": {}})["results"] if k.startswith("cox_")]


@over("fit", HEART, "survival")
def test_cox_with_delayed_entry_and_a_covariate_that_changes(fit):
    expected = SUITES["heart_counting"]["results"][fit]
    rows = rows_of("heart_counting")
    column = {k: np.array([float(r[k]) for r in rows]) for k in rows[0]}
    x = np.stack([np.prod([column[part] for part in name.split(":")], axis=0) for name in expected["names"]], axis=1)
    found = cox(
        column["stop"], column["event"], x, names=expected["names"], ties=expected["ties"], entry=column["start"],
        strata=column["surgery"] if "strata" in fit else None,
    )  # fmt: skip
    close(found.coefficients, expected["coef"])
    close([t.standard_error for t in found.terms], expected["se"])
    close(found.loglik, expected["loglik"])
    close(found.score.statistic, expected["score"][0])
    tests = proportional_hazards(found)
    close([t.statistic for t in tests], expected["zph_km"]["chisq"], rel=1e-8)


@over("key", [k for k in ("km_left_truncated_all", "km_by_transplant") if "heart_counting" in SUITES], "survival")
def test_kaplan_meier_with_delayed_entry(key):
    expected = SUITES["heart_counting"]["results"][key]
    rows = rows_of("heart_counting")
    table = summarise(
        [float(r["stop"]) for r in rows], [float(r["event"]) for r in rows], [r["transplant"] for r in rows],
        entry=[float(r["start"]) for r in rows],
    )  # fmt: skip
    for label in dict.fromkeys(expected["group"]):
        curve = kaplan_meier(table.pooled() if label == "all" else table.group(label.split("=")[1]), interval="log")
        at = [i for i, g in enumerate(expected["group"]) if g == label]
        for name, values in (
            ("time", curve.times), ("n_risk", curve.at_risk), ("n_event", curve.events), ("n_censor", curve.censored),
            ("surv", curve.survival), ("stderr_logscale", curve.se_log),
        ):  # fmt: skip
            close(values, [expected[name][i] for i in at])


@over("key", SUITES.get("lung_landmark", {"results": {}})["results"], "survival")
def test_landmark(key):
    expected = SUITES["lung_landmark"]["results"][key]
    rows = rows_of("lung_landmark")
    times, events, sex, age = ([float(r[k]) for r in rows] for k in ("time", "event", "sex", "age"))
    table = summarise(times, events, [r["sex"] for r in rows]).since(expected["L"])
    assert int(table.n.sum()) == expected["n"]
    test = logrank(table)
    close(test.statistic, expected["logrank"]["chisq"])
    assert test.hazard_ratios[0].estimate == pytest.approx(expected["logrank"]["hr_mantel_haenszel"]["hr"], rel=1e-9)
    for label in dict.fromkeys(expected["km"]["group"]):
        at = [i for i, g in enumerate(expected["km"]["group"]) if g == label]
        close(kaplan_meier(table.group(label.split("=")[1])).survival, [expected["km"]["surv"][i] for i in at])
    keep = np.array(times) > expected["L"]
    x = np.stack([sex, age], axis=1)[keep]
    found = cox(np.array(times)[keep] - expected["L"], np.array(events)[keep], x, names=["sex", "age"])
    close(found.coefficients, expected["cox"]["coef"])
    close([t.standard_error for t in found.terms], expected["cox"]["se"])


RMST = [n for n, s in SUITES.items() if "rmst_all" in s.get("results", {})]


def table_of(name):
    results = SUITES[name]["results"]
    names, rows = results["columns"], rows_of(name)
    rows = [r for r in rows if all(r[names[k]] not in {"", "NA"} for k in ("time", "status", "group"))]
    events = [float(r[names["status"]]) for r in rows]
    events = [e - 1 for e in events] if max(events) == 2 else events
    return [float(r[names["time"]]) for r in rows], events, [r[names["group"]] for r in rows], rows


@over("name", RMST, "survival")
def test_restricted_mean(name):
    """lifelines 0.30 gives 12.69 where R gives 2.698 (aml, 40 weeks; COHORT §0.5)."""
    results = SUITES[name]["results"]
    times, events, groups, _ = table_of(name)
    table = summarise(times, events, groups)
    whole = rmst(table.pooled(), results["rmst_all"]["tau"])
    close((whole.estimate, whole.standard_error), (results["rmst_all"]["rmst"], results["rmst_all"]["se"]))
    each = results["rmst_group"]
    for label, mean, error in zip(each["group"], each["rmst"], each["se"], strict=True):
        found = rmst(table.group(label.split("=")[1]), each["tau"])
        close((found.estimate, found.standard_error), (mean, error))


@over("name", RMST, "survival")
def test_nelson_aalen_and_fleming_harrington(name):
    expected = SUITES[name]["results"]["km_all"]
    times, events, _, _ = table_of(name)
    found = nelson_aalen(summarise(times, events))
    close(found.hazard, expected["steps"]["nelson_aalen"])
    close(found.standard_error, expected["steps"]["nelson_aalen_se"])
    close(found.fleming_harrington, expected["fleming_harrington_surv"])


FAMILY = {
    "fh_1_0_leftcont": (1, 0),
    "fh_0_1_leftcont": (0, 1),
    "fh_1_1_leftcont": (1, 1),
    "fh_05_05_leftcont": (0.5, 0.5),
}


@over("name", RMST, "survival")
def test_fleming_harrington_family(name):
    results = SUITES[name]["results"]
    times, events, groups, rows = table_of(name)
    table = summarise(times, events, groups)
    for key, (rho, gamma) in FAMILY.items():
        expected = results["weighted_hand"][key]
        found = logrank(table, method="fleming-harrington", rho=rho, gamma=gamma)
        close((found.statistic, found.p), (expected["chisq"], expected["p"]), rel=1e-8)
    for key, rho in (("peto_rho1", 1.0), ("rho_half", 0.5)):
        found = logrank(table, method="fleming-harrington", rho=rho)
        close(found.statistic, results[key]["chisq"])
        order = [found.groups.index(g.split("=")[1]) for g in results[key]["groups"]]
        close([found.observed[i] for i in order], results[key]["obs"])
        close([found.expected[i] for i in order], results[key]["exp"])
    if "logrank_strata" in results:
        expected = results["logrank_strata"]
        strata = [r[results["columns"]["strata"]] for r in rows]
        parts = []
        names = sorted(set(groups))
        for s in sorted(set(strata) - {"", "NA"}):
            at = [i for i, v in enumerate(strata) if v == s]
            # every stratum names every group: an empty one has no row
            part = summarise([times[i] for i in at], [events[i] for i in at], [groups[i] for i in at])
            parts.append(widened(part, names))
        found = logrank(parts)
        close((found.statistic, found.p), (expected["chisq"], expected["p"]), rel=1e-8)


def widened(table, names):
    """The same table with a column for each group."""
    columns = [table.groups.index(n) if n in table.groups else None for n in names]
    pick = lambda a: np.stack([a[:, c] if c is not None else np.zeros(len(a), int) for c in columns], axis=1)  # noqa: E731  # short
    return type(table)(table.times, pick(table.events), pick(table.censored), tuple(names))


@needs("bmt_competing" in SUITES, "data/survival/bmt_competing.json")
def test_competing_risks():
    results = SUITES["bmt_competing"]["results"]
    rows = rows_of("bmt_competing")
    times, causes, groups = (
        [float(r["time"]) for r in rows],
        [int(r["status"]) for r in rows],
        [r["group"] for r in rows],
    )
    table = summarise_causes(times, causes, groups, names=("1", "2"))
    for key, label, part in [("aalen_johansen", "all", table.pooled())] + [
        ("aalen_johansen_group", f"g={g}", table.group(g)) for g in table.groups
    ]:
        expected = results[key]
        at = [i for i, g in enumerate(expected["group"]) if g == label]
        for k, curve in enumerate(aalen_johansen(part)):
            for name, values in (
                ("pstate", curve.incidence),
                ("se", curve.standard_error),
                ("lower_log", curve.lower),
                ("upper_log", curve.upper),
            ):
                wanted = [expected[name][i][k + 1] for i in at]
                known = [n for n, w in enumerate(wanted) if w is not None]
                assert known or name.endswith("_log")
                close(values[known], [wanted[n] for n in known])
    for label, expected in results["cmprsk_group"]["cif"].items():
        group, cause = label.split()
        curve = aalen_johansen(table.group(group))[int(cause) - 1]
        # cmprsk writes each step twice, before and after
        for time, estimate, variance in list(zip(expected["time"], expected["est"], expected["var"], strict=True))[
            2::2
        ]:
            row = int(np.searchsorted(curve.times, time, side="right")) - 1
            close((curve.incidence[row], curve.gray_variance[row]), (estimate, variance))
    gray = results["cmprsk_group"]["gray"]
    for cause, statistic, p, df in zip(gray["cause"], gray["stat"], gray["p"], gray["df"], strict=True):
        found = gray_test(table, cause)
        close((found.statistic, found.p, found.degrees_of_freedom), (statistic, p, df))


@needs("bmt_competing" in SUITES, "data/survival/bmt_competing.json")
@pytest.mark.parametrize("cause", [1, 2])
def test_fine_gray(cause):
    expected = SUITES["bmt_competing"]["results"]["fine_gray"][f"fine_gray_cause{cause}"]
    rows = rows_of("bmt_competing")
    status = np.array([int(r["status"]) for r in rows])
    x = np.array([[float(r[k]) for k in expected["names"]] for r in rows])
    causes = np.where(status == 0, 0, np.where(status == cause, 1, 2))
    found = fine_gray([float(r["time"]) for r in rows], causes, x, names=expected["names"])
    close([t.coefficient for t in found.terms], expected["coef"])
    close([t.standard_error for t in found.terms], expected["se"])
    close(found.loglik, (expected["loglik_null"], expected["loglik"]))


@needs("roc_aSAH" in SUITES, "data/survival/roc_aSAH.json")
def test_roc_and_delong():
    results = SUITES["roc_aSAH"]["results"]
    rows = rows_of("roc_aSAH")
    cases = [float(r["outcome"] == "Poor") for r in rows]
    curves = {}
    for name in ("s100b", "ndka", "wfns"):
        expected = results[name]
        found = curves[name] = roc([float(r[name]) for r in rows], cases)
        close(found.area, expected["auc"])
        close(found.variance, expected["var_delong"])
        close((found.lower, found.area, found.upper), expected["ci_delong"])
        close(found.thresholds[1:-1], expected["thresholds"][1:-1])
        close(found.sensitivity, expected["sens"])
        close(found.specificity, expected["spec"])
        best = found.youden
        wanted = expected["youden"]
        close(best, (wanted["threshold"], wanted["sensitivity"], wanted["specificity"]))
    test = compare_areas(curves["s100b"], curves["wfns"])
    close((test.z, test.p), (results["delong_s100b_vs_wfns"]["z"], results["delong_s100b_vs_wfns"]["p"]))


TABLE1 = [(n, "sex" if n.endswith("lung") else "celltype") for n in SUITES if n.startswith("table1")]


@over(("name", "by"), TABLE1, "survival")
def test_table_one(name, by):
    results = SUITES[name]["results"]
    rows = rows_of(name)
    for variable, expected in results["vars"].items():
        groups = [[r[variable] for r in rows if r[by] == level] for level in results["levels"]]
        if "mean" in expected:
            numbers = [[None if v in {"", "NA"} else float(v) for v in g] for g in groups]
            found = [compare.spread(g) for g in numbers]
            for key, field in (
                ("n", "n"),
                ("mean", "mean"),
                ("sd", "sd"),
                ("median", "median"),
                ("q1", "lower_quartile"),
                ("q3", "upper_quartile"),
            ):
                close([getattr(s, field) for s in found], expected[key])
            assert sum(s.missing for s in found) == expected["missing"]
            known = [[v for v in g if v is not None] for g in numbers]
            close(compare.means_differ(known).p, expected["t_welch" if len(known) == 2 else "welch_anova_p"])
            if len(known) == 2:
                close(compare.ranks_differ(known).p, expected["wilcox_cc"])
                close(compare.ranks_differ(known, continuity=False).p, expected["wilcox_nocc"])
                close(compare.ranks_differ(known).statistic, expected["W"])
                close(compare.standardised_difference(*known), expected["smd"])
            else:
                found = compare.ranks_differ(known)
                close((found.statistic, found.p), expected["kruskal"])
        else:
            counts = np.array([[g.count(level) for g in groups] for level in expected["levels"]])
            assert counts.tolist() == expected["counts"]
            close(compare.fisher_exact(counts), expected["fisher"])
            test = compare.counts_differ(counts)
            if test.name == "χ²":
                close((test.statistic, test.p), (expected["chisq_stat"], expected["chisq_nocc"]))
            if "trend_p" in expected and len(expected["levels"]) > 2:
                close(compare.trend_in_shares(counts[:, 0], counts.sum(axis=1)).p, expected["trend_p"])


@needs("proportions" in SUITES, "data/survival/proportions.json")
def test_proportions():
    rows = SUITES["proportions"]["results" if "results" in SUITES["proportions"] else "rows"]
    for i, (x, n) in enumerate(zip(rows["x"], rows["n"], strict=True)):
        exact, ninety, score = proportion(x, n), proportion(x, n, 0.90), wilson(x, n)
        close((exact.lower, exact.upper), (100 * rows["cp_lower"][i], 100 * rows["cp_upper"][i]), absolute=1e-9)
        close((ninety.lower, ninety.upper), (100 * rows["cp90_lower"][i], 100 * rows["cp90_upper"][i]), absolute=1e-9)
        close((score.lower, score.upper), (100 * rows["wilson_lower"][i], 100 * rows["wilson_upper"][i]), absolute=1e-9)
