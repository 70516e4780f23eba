"""Models, tests and curves beside R itself, on data sets that nobody chose; skipped where R is not installed."""

import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from myelon.cohort.cox import cox
from myelon.cohort.cox_checks import concordance, proportional_hazards
from myelon.cohort.event_table import summarise
from myelon.cohort.kaplan_meier import kaplan_meier
from myelon.cohort.logrank import logrank

SEEDS = range(24)
NAMES = ("a", "b", "c")


def made(seed):
    """Patients: ties in some, delayed entry in some, strata, weights, three covariates."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(60, 400))
    t = rng.exponential(300, n) + 2.0
    t = np.ceil(t / [1, 7, 30][seed % 3]) if seed % 2 else t
    entry = np.where(rng.random(n) < 0.3, t * rng.random(n), 0.0) if seed % 4 < 2 else np.zeros(n)
    entry = np.floor(entry) if seed % 2 else entry
    return {
        "entry": entry, "t": t, "e": (rng.random(n) < 0.6).astype(float), "g": rng.integers(0, 2, n).astype(float),
        "s": rng.integers(0, 3, n).astype(float), "w": rng.choice([0.5, 1.0, 2.0], n),
        "x": np.column_stack([rng.normal(size=n), rng.random(n) < 0.4, rng.exponential(3, n)]).astype(float),
        "ties": "efron" if seed % 5 else "breslow",
    }  # fmt: skip


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What R says of every data set."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed: apt-get install r-base-core r-cran-survival")
    folder = tmp_path_factory.mktemp("r")
    for seed in SEEDS:
        d = made(seed)
        columns = np.column_stack([d[k] for k in ("entry", "t", "e", "g", "s", "w", "x")])
        head = [len(columns), d["x"].shape[1], float(d["ties"] == "breslow")]
        np.concatenate([head, columns.T.ravel()]).tofile(folder / str(seed))
    command = ["Rscript", str(Path(__file__).with_name("beside.R")), *map(str, SEEDS)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if "there is no package" in done.stderr:
        pytest.skip("R has no package survival: apt-get install r-cran-survival")
    assert done.returncode == 0, done.stderr
    found = defaultdict(lambda: defaultdict(list))
    for line in done.stdout.splitlines():
        seed, name, value = line.split()
        found[int(seed)][name].append(float(value))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_models_tests_and_curves_are_those_of_r(said, seed):
    d, r = made(seed), said[seed]

    def close(ours, name, rtol=1e-8):
        np.testing.assert_allclose(ours, r[name], rtol=rtol, atol=1e-10, err_msg=name)

    late = d["entry"] if d["entry"].any() else None
    fit = cox(d["t"], d["e"], d["x"], names=NAMES, ties=d["ties"], entry=late, strata=d["s"], weights=d["w"])
    close(fit.coefficients, "coefficient")
    close([t.standard_error for t in fit.terms], "error")
    close(fit.loglik, "loglik", 1e-10)
    plain = cox(d["t"], d["e"], d["x"], names=NAMES, ties=d["ties"], entry=late)
    close(plain.coefficients, "plain")
    close([z.statistic for z in proportional_hazards(plain)], "zph", 1e-6)
    close(concordance(plain).estimate, "concordance")
    groups = d["g"].astype(int)
    close(logrank(summarise(d["t"], d["e"], groups)).statistic, "logrank")
    strata = [summarise(d["t"][k], d["e"][k], groups[k]) for k in (d["s"] == s for s in np.unique(d["s"]))]
    close(logrank(strata).statistic, "stratified")
    curve = kaplan_meier(summarise(d["t"], d["e"], entry=late))
    close(curve.survival[curve.events > 0], "survival")
