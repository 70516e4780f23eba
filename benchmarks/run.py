"""Measure side by side with the peers, in one run, and write docs/performance.md.

    make bench
    python benchmarks/run.py "Real images"      only that section

Medians of several runs; ratios are peer over ours. Peers that are not installed are left out and said.
"""

import datetime as dt
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
import registry  # noqa: E402  # as above
import survival  # noqa: E402  # as above
from clock import median_seconds  # noqa: E402  # as above
from planning_systems import comparison  # noqa: E402  # as above
from solids import accuracy  # noqa: E402  # as above

TARGET = HERE.parent / "docs/performance.md"


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


def waits():
    """The table of what a user waits for."""
    return ["| task | median |", "| --- | ---: |", *(f"| {label} | {s:.4f} |" for label, s in start_rows())]


SECTIONS = {
    "DVH accuracy on analytic solids": accuracy,
    "DVH beside dicompyler-core and plastimatch": dvh_peers.report,
    "Real images": real_inputs.report,
    "DVH against planning systems": comparison,
    "Survival, seconds": survival.report,
    "A registry of a million patients": registry.report,
    "Sums of courses and registration": dose_sum.report,
    "What a user waits for, seconds": waits,
    "The record and its store, milliseconds": record.report,
    "Assessment, milliseconds": assessment.report,
}


def machine():
    """What it was measured on."""
    return (
        f"Machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"numpy {np.__version__}."
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
        fresh = not only or name in only
        body = [f"Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d}.", "", *report()] if fresh else known[name]
        lines += ["", f"## {name}", "", *body]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
