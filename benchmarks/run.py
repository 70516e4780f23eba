"""Measure side by side with the peers, in one run, and write docs/performance.md.

    make bench
    python benchmarks/run.py "Real images"      only that section

Medians of several runs; ratios are peer over ours. Peers that are not installed are left out and said.
"""

import datetime as dt
import importlib
import os
import platform
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests")]

import assessment  # noqa: E402  # benchmarks stand beside each other
import dose_sum  # noqa: E402  # as above
import dvh_peers  # noqa: E402  # as above
import real_inputs  # noqa: E402  # as above
import record  # noqa: E402  # benchmarks stand beside each other
from clock import RUNS, median_seconds  # noqa: E402  # as above
from planning_systems import comparison  # noqa: E402  # as above
from solids import accuracy  # noqa: E402  # as above

TARGET = HERE.parent / "docs/performance.md"


def survival_rows():
    """Kaplan–Meier and log-rank on whole days."""
    from myelon.cohort.event_table import summarise
    from myelon.cohort.kaplan_meier import kaplan_meier
    from myelon.cohort.logrank import logrank

    rows = []
    for n in (10_000, 100_000, 1_000_000):
        rng = np.random.default_rng(1)
        times = np.ceil(rng.exponential(700, n))
        events = (rng.random(n) < 0.7).astype(int)
        codes = rng.integers(0, 2, n)
        groups = np.where(codes == 1, "b", "a")
        km = {"Myelon": lambda t=times, e=events: kaplan_meier(summarise(t, e))}
        test = {"Myelon": lambda t=times, e=events, g=groups: logrank(summarise(t, e, g))}
        for name, add in (("lifelines", _lifelines), ("statsmodels", _statsmodels), ("scipy", _scipy)):
            try:
                importlib.import_module(name)
            except ImportError:
                continue
            add(km, test, times, events, codes)
        for label, tasks in (("Kaplan–Meier", km), ("log-rank, 2 groups", test)):
            found = {name: median_seconds(task, 3 if n > 100_000 else RUNS) for name, task in tasks.items()}
            rows.append((label, n, found))
    return rows


def _lifelines(km, test, times, events, codes):
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test

    km["lifelines"] = lambda: KaplanMeierFitter().fit(times, events)
    test["lifelines"] = lambda: logrank_test(
        times[codes == 0], times[codes == 1], events[codes == 0], events[codes == 1]
    )


def _statsmodels(km, test, times, events, codes):
    from statsmodels.duration.survfunc import SurvfuncRight, survdiff

    km["statsmodels"] = lambda: SurvfuncRight(times, events)
    test["statsmodels"] = lambda: survdiff(times, events, codes)


def _scipy(km, test, times, events, codes):
    from scipy.stats import CensoredData, ecdf, logrank

    def data(pick):
        return CensoredData(times[pick & (events == 1)], right=times[pick & (events == 0)])

    whole = np.ones(len(times), dtype=bool)
    km["scipy"] = lambda: ecdf(data(whole)).sf
    test["scipy"] = lambda: logrank(data(codes == 0), data(codes == 1))


def start_rows():
    """What a user waits for."""
    import subprocess

    from myelon.demo.hospital import demo_case
    from myelon.dose.accumulate import accumulate
    from myelon.dose.dvh import dvh
    from myelon.dose.uncertainty import uncertainty
    from myelon.record.timeline import solve
    from phantoms import cylinder, grid

    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    command = [str(Path(sys.executable).with_name("myelon")), "--help"]
    case = demo_case("paper-000")
    flat, cord = grid([0, 1, 0], 2.5), cylinder(5.0, 60.0, 2.0)
    courses = [replace(flat, fractions=10), replace(grid([1, 0, 0], 2.5), fractions=5)]
    return [
        (
            "myelon --help",
            median_seconds(lambda: subprocess.run(command, capture_output=True, check=True, env=environment)),
        ),
        ("times of paper 000 solved (64 entries, 2 readings)", median_seconds(lambda: solve(case))),
        ("DVH of a cord (30 planes, 2.5 mm grid)", median_seconds(lambda: dvh(cord, [flat]))),
        (
            "sum of two courses in it, EQD2, with the DVH of each",
            median_seconds(lambda: accumulate(cord, courses, 2.0)),
        ),
        (
            "100 readings of its uncertainty, with the search (target 2)",
            median_seconds(lambda: uncertainty(cord, courses, 2.0)),
        ),
    ]


def survival():
    """The table of the estimators."""
    rows = survival_rows()
    names = list(dict.fromkeys(n for _, _, found in rows for n in found))
    lines = [
        "Whole days up to about 8,000. The ratio is the fastest peer over Myelon. scipy.stats.logrank overflows above "
        "3·10⁵ patients with ties (COHORT §0.4): its time is of a wrong answer there.",
        "",
        "| task | patients | " + " | ".join(names) + " | ratio |",
        "| --- | ---: |" + " ---: |" * (len(names) + 1),
    ]
    for label, n, found in rows:
        cells = [f"{found[name]:.4f}" if name in found else "–" for name in names]
        peers = [v for k, v in found.items() if k != "Myelon"]
        ratio = f"{min(peers) / found['Myelon']:.1f}" if peers else "–"
        lines.append(f"| {label} | {n:,} | " + " | ".join(cells) + f" | {ratio} |")
    return lines


def waits():
    """The table of what a user waits for."""
    return ["| task | median |", "| --- | ---: |", *(f"| {label} | {s:.4f} |" for label, s in start_rows())]


SECTIONS = {
    "DVH accuracy on analytic solids": accuracy,
    "DVH beside dicompyler-core and plastimatch": dvh_peers.report,
    "Real images": real_inputs.report,
    "DVH against planning systems": comparison,
    "Survival, seconds": survival,
    "Sums of courses and registration": dose_sum.report,
    "What a user waits for, seconds": waits,
    "The record and its store, milliseconds": record.report,
    "Assessment, milliseconds": assessment.report,
}


def machine():
    """What it was measured on, and when."""
    return (
        f"Machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"numpy {np.__version__}; {dt.datetime.now(dt.UTC):%Y-%m-%d}."
    )


def main(only=()):
    """Measure everything and write the page; or only some sections of it, the others left as they stand."""
    head = [
        "# Performance and accuracy",
        "",
        "Written by `make bench`; do not edit by hand. Medians of 5 runs after a warm-up where nothing else is said, all peers in one run.",
        "",
        machine(),
    ]
    known = {}
    if only:
        for part in TARGET.read_text(encoding="utf-8").split("\n## ")[1:]:
            name, _, body = part.partition("\n")
            known[name] = body.strip("\n").split("\n")
    lines = head
    for name, report in SECTIONS.items():
        body = known[name] if only and name not in only else report()
        lines += ["", f"## {name}", "", *body]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
