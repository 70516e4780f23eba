"""Estimators beside lifelines, scikit-survival, statsmodels, SurPyval, scipy and R, in one run.

A peer that needs more than a minute for one answer is left out at that size, and a peer that is not installed everywhere.
"""

import importlib
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from clock import median_seconds

HERE = Path(__file__).parent
R_LIMIT = 120.0
NAMES = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
MISSING = object()


def module(name):
    """A peer, or MISSING."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return MISSING


def patients(n, whole):
    """Times (days up to ten years, or continuous), events and two groups."""
    rng = np.random.default_rng(1)
    times = rng.exponential(1200, n)
    return (
        np.minimum(np.ceil(times), 3650.0) if whole else times,
        (rng.random(n) < 0.7).astype(float),
        rng.integers(0, 2, n),
    )


def curve_tasks(times, events):
    """Kaplan–Meier by everybody."""
    from myelon.cohort.event_table import summarise
    from myelon.cohort.kaplan_meier import kaplan_meier

    tasks = {"Myelon": lambda: kaplan_meier(summarise(times, events))}
    if (lifelines := module("lifelines")) is not MISSING:
        tasks["lifelines"] = lambda: lifelines.KaplanMeierFitter().fit(times, events)
    if (sksurv := module("sksurv.nonparametric")) is not MISSING:
        tasks["scikit-survival"] = lambda: sksurv.kaplan_meier_estimator(events == 1, times)
    if (statsmodels := module("statsmodels.duration.survfunc")) is not MISSING:
        tasks["statsmodels"] = lambda: statsmodels.SurvfuncRight(times, events)
    stats = module("scipy.stats")
    tasks["scipy"] = lambda: stats.ecdf(stats.CensoredData(times[events == 1], right=times[events == 0])).sf
    return tasks


def test_tasks(times, events, groups):
    """The two-group log-rank test by everybody."""
    from myelon.cohort.event_table import summarise
    from myelon.cohort.logrank import logrank

    tasks = {"Myelon": lambda: logrank(summarise(times, events, groups))}
    one, two = groups == 0, groups == 1
    if (lifelines := module("lifelines.statistics")) is not MISSING:
        tasks["lifelines"] = lambda: lifelines.logrank_test(times[one], times[two], events[one], events[two])
    if (sksurv := module("sksurv.compare")) is not MISSING:
        from sksurv.util import Surv

        outcome = Surv.from_arrays(events == 1, times)
        tasks["scikit-survival"] = lambda: sksurv.compare_survival(outcome, groups)
    if (statsmodels := module("statsmodels.duration.survfunc")) is not MISSING:
        tasks["statsmodels"] = lambda: statsmodels.survdiff(times, events, groups)
    stats = module("scipy.stats")

    def data(pick):
        return stats.CensoredData(times[pick & (events == 1)], right=times[pick & (events == 0)])

    tasks["scipy"] = lambda: stats.logrank(data(one), data(two))
    return tasks


def cox_tasks(times, events, x):
    """Cox with Efron's ties by everybody."""
    from myelon.cohort.cox import cox

    tasks = {"Myelon": lambda: cox(times, events, x, names=NAMES)}
    if (lifelines := module("lifelines")) is not MISSING:
        import pandas as pd

        frame = pd.DataFrame(x, columns=NAMES).assign(t=times, e=events)
        tasks["lifelines"] = lambda: lifelines.CoxPHFitter().fit(frame, "t", "e")
    if (sksurv := module("sksurv.linear_model")) is not MISSING:
        from sksurv.util import Surv

        outcome = Surv.from_arrays(events == 1, times)
        tasks["scikit-survival"] = lambda: sksurv.CoxPHSurvivalAnalysis(ties="efron").fit(x, outcome)
    if (statsmodels := module("statsmodels.duration.hazard_regression")) is not MISSING:
        tasks["statsmodels"] = lambda: statsmodels.PHReg(times, x, status=events, ties="efron").fit(disp=0)
    if (surpyval := module("surpyval")) is not MISSING:
        tasks["SurPyval"] = lambda: surpyval.CoxPH.fit(times, x, c=1 - events, tie_method="efron")
    return tasks


def in_r(task, times, events, groups, x):
    """Seconds in R and the coefficients it found; None where R is not installed or fails, infinite over the limit."""
    if shutil.which("Rscript") is None:
        return None, None
    with tempfile.NamedTemporaryFile() as file:
        np.column_stack([times, events, groups, x]).astype(float).T.tofile(file)
        file.flush()
        command = ["Rscript", str(HERE / "peers/survival.R"), file.name, str(len(times)), str(x.shape[1]), task]
        try:
            done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=R_LIMIT)
        except subprocess.TimeoutExpired:
            return math.inf, None
        except subprocess.CalledProcessError as error:
            print(f"  R failed: {error!r:.200}", file=sys.stderr)
            return None, None
    seconds, *found = (float(v) for v in done.stdout.split())
    return seconds, np.array(found)


def patient(task, limit=60.0):
    """Median of eleven short runs or three long ones, or the one that took very long; None where a peer fails or must wait."""
    try:
        start = time.perf_counter()
        task()
        first = time.perf_counter() - start
    except Exception as error:  # noqa: BLE001  # a peer's failure is its result
        print(f"  failed: {error!r:.120}", file=sys.stderr)
        return None
    if first > limit:
        return None
    return median_seconds(task, 11 if first < 0.2 else 3) if first < 5 else first


def rows():
    """Task, patients, seconds by name; and how far the models are from R's, in standard errors."""
    found, apart = [], []
    slow = {}
    for whole in (True, False):  # what is compiled is compiled before it is timed
        times, events, groups = patients(40_000, whole)
        for tasks in (curve_tasks(times, events), test_tasks(times, events, groups)):
            tasks["Myelon"]()
        cox_tasks(times, events, np.random.default_rng(2).normal(size=(40_000, 10)))["Myelon"]()
    for n in (10_000, 100_000, 1_000_000):
        for whole in (True, False):
            times, events, groups = patients(n, whole)
            kind = "whole days" if whole else "continuous"
            x = np.random.default_rng(2).normal(size=(n, 10))
            for label, tasks in (
                ("Kaplan–Meier", curve_tasks(times, events)), ("log-rank", test_tasks(times, events, groups))
            ):  # fmt: skip
                seconds = {k: patient(t) for k, t in tasks.items()}
                seconds["R"] = in_r(label, times, events, groups, x[:, :0])[0]
                found.append((f"{label}, {kind}", n, seconds))
            tasks = cox_tasks(times, events, x)
            keep = {k: t for k, t in tasks.items() if slow.get((k, kind), 0) * 11 < 60}
            times_of = {k: patient(t) for k, t in keep.items()}
            slow |= {(k, kind): 99 if v is None else v for k, v in times_of.items() if k != "Myelon"}
            times_of["R"], theirs = in_r("Cox", times, events, groups, x)
            apart.append(distance(tasks["Myelon"](), theirs))
            found.append((f"Cox, Efron, 10 covariates, {kind}", n, times_of))
    times, events, groups = patients(10_000_000, whole=True)
    for label, tasks in (("Kaplan–Meier", curve_tasks(times, events)), ("log-rank", test_tasks(times, events, groups))):
        found.append((f"{label}, whole days", 10_000_000, {"Myelon": patient(tasks["Myelon"])}))
    for n in (2_000, 100_000):
        seconds, far = fine_gray_row(n)
        found.append(seconds)
        apart.append(far)
    return found, apart


def distance(fit, theirs):
    """Greatest difference of a coefficient from R's, in its standard errors."""
    if theirs is None:
        return 0.0
    return max(abs(t.coefficient - v) / t.standard_error for t, v in zip(fit.terms, theirs, strict=True))


def fine_gray_row(n):
    """Fine–Gray beside cmprsk."""
    from myelon.cohort.fine_gray import fine_gray

    rng = np.random.default_rng(4)
    x, causes, times = rng.normal(size=(n, 5)), rng.integers(0, 3, n), rng.exponential(1000, n)

    def task():
        return fine_gray(times, causes, x, names=NAMES[:5])

    seconds, theirs = in_r("Fine–Gray", times, causes, causes, x)
    return ("Fine–Gray, 5 covariates", n, {"Myelon": patient(task), "R": seconds}), distance(task(), theirs)


def import_seconds():
    """What `import myelon.cohort` and its commonest estimators cost a fresh process."""
    code = "import time; a = time.perf_counter(); import myelon.cohort.kaplan_meier, myelon.cohort.logrank; print(time.perf_counter() - a)"
    return sorted(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5))[2]


def first_use_seconds():
    """A curve, a test and a Cox model of 40,000 patients in a fresh process: with nothing compiled yet, and again."""
    code = (
        "import time; a = time.perf_counter(); import sys; sys.path[:0] = ['benchmarks']; import numpy as np; import survival; "
        "t, e, g = survival.patients(40_000, True); x = np.random.default_rng(2).normal(size=(40_000, 10)); "
        "from myelon.cohort.event_table import summarise; from myelon.cohort.kaplan_meier import kaplan_meier; "
        "from myelon.cohort.logrank import logrank; from myelon.cohort.cox import cox; "
        "kaplan_meier(summarise(t, e)); logrank(summarise(t, e, g)); cox(t, e, x, names=survival.NAMES); "
        "print(time.perf_counter() - a)"
    )
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
        return [
            float(subprocess.check_output([sys.executable, "-c", code], env=environment, cwd=HERE.parent))
            for _ in range(2)
        ]


def second(value):
    """A cell."""
    if value is None:
        return "–"
    return f"> {R_LIMIT:.0f}" if value == math.inf else f"{value:.4f}"


def report():
    """The table."""
    found, apart = rows()
    names = list(dict.fromkeys(n for _, _, cells in found for n in cells))
    lines = [
        "The ratio is the fastest peer over Myelon. scipy.stats.logrank overflows above 3·10⁵ patients with ties "
        "(COHORT §0.4): its time there is of a wrong answer and is left out of the ratio. – is not installed, failed, or more "
        "than a minute (R: two).",
        "",
        "| task | patients | " + " | ".join(names) + " | ratio |",
        "| --- | ---: |" + " ---: |" * (len(names) + 1),
    ]
    for label, n, cells in found:
        wrong = {"scipy"} if label == "log-rank, whole days" and n > 300_000 else set()
        peers = [v for k, v in cells.items() if k not in {"Myelon", *wrong} and v is not None]
        best = min(peers, default=None)
        over = "> " if best == math.inf else ""
        ratio = "–" if best is None else f"{over}{min(best, R_LIMIT) / cells['Myelon']:.1f}"
        shown = [second(cells.get(k)) for k in names]
        lines.append(f"| {label} | {n:,} | " + " | ".join(shown) + f" | {ratio} |")
    r = "R is not installed here."
    if shutil.which("Rscript"):
        r = f"Coefficients of all models beside R's: at most {max(apart):.1e} standard errors apart."
    cold, warm = first_use_seconds()
    first = f"A curve, a test and a Cox model in a fresh process: {cold:.1f} s when nothing is compiled, {warm:.1f} s afterwards."
    return [*lines, "", r, "", first, "", f"Import of the curve and the test: {import_seconds():.2f} s."]
