"""A registry of a million patients: opened from its files, selected from, described, and its curves drawn up."""

import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from clock import median_seconds
from record import template

PATIENTS, DISTINCT = 1_000_000, 2_000
RECIPE = """
schema: myelon.recipe/1
title: Strength after radiotherapy that follows an operation
select: |
  surgery as operation
  radiotherapy where total_gy >= 30 after operation within 90 days
endpoint: overall-survival
by: sex
table_one: [age_years, age_group, ecog_group, entity]
"""


def case_of(number):
    """The twenty entries of the store's benchmark, with an operation, its time, and death or a last visit."""
    from myelon.record.case import case_from

    rng = random.Random(number)  # noqa: S311  # the same case each time
    document = template(number)
    entries = document["entries"]
    since = {"kind": "relative", "anchor": "tumour"}
    entries[-1] = {"id": "last", "kind": "vital", "status": rng.choice(["dead", "alive"]),
                   "when": since | {"offset": {"n": rng.randint(60, 4000), "unit": "day"}}}  # fmt: skip
    entries[-2] = {"id": "operation", "kind": "surgery", "procedures": ["laminectomy"],
                   "when": since | {"offset": {"n": rng.randint(1, 200), "unit": "day"}}}  # fmt: skip
    entries[3]["when"] = {"kind": "relative", "anchor": rng.choice(["operation", "tumour"]),
                          "offset": {"n": rng.randint(5, 150), "unit": "day"}}  # fmt: skip
    return case_from(document | {"id": f"r{number}", "entries": entries})


def repeated(part, times, patients):
    """A part of so many patients, so many times."""
    from myelon.cohort.registry import Part

    numbers = {k: np.concatenate([v] * times) for k, v in part.numbers.items()}
    if "patient" in numbers:
        rows = len(part.numbers["patient"])
        numbers["patient"] = (numbers["patient"] + np.repeat(np.arange(times) * patients, rows)).astype(np.int32)
    return Part(numbers, {k: replace(v, codes=np.concatenate([v.codes] * times)) for k, v in part.coded.items()})


def report():
    """What opening, selecting and describing cost, and what making the columns did."""
    from myelon.cohort.analysis import run
    from myelon.cohort.patient import CohortPatient
    from myelon.cohort.recipe import read_recipe
    from myelon.cohort.registry import Registry
    from myelon.store import Store
    from myelon.store.registry_files import FOLDER, _write, open_registry

    recipe = read_recipe(RECIPE)
    with tempfile.TemporaryDirectory() as name:
        store = Store.open(Path(name), url="")
        cases = [case_of(n) for n in range(DISTINCT)]
        store.save_many(cases, reason="benchmark")
        start = time.perf_counter()
        open_registry(store)
        built = (time.perf_counter() - start) / DISTINCT
        few = [CohortPatient(c) for c in cases]
        run(recipe, Registry.of(few[:50]))  # what is loaded and compiled is so before it is timed
        whole = Registry.of(few)
        store.close()
        times = PATIENTS // DISTINCT
        folder = Path(name) / "many"
        many = Store.open(folder, url="")
        ids = [f"r{n}" for n in range(PATIENTS)]
        _write(many, ids, 0, lambda part: repeated(whole.part(part), times, DISTINCT))
        size = sum(p.stat().st_size for p in (folder / FOLDER).rglob("*.npz")) / 1e9
        found = run(recipe, open_registry(many))
        seconds = median_seconds(lambda: run(recipe, open_registry(many)), 3)
        opened = open_registry(many)
        run(recipe, opened)
        again = median_seconds(lambda: run(recipe, opened), 3)
        many.close()
    n = len(found.chosen.rows)
    return [
        f"{PATIENTS:,} patients of 20 entries each ({DISTINCT:,} different ones, repeated), {size:.1f} GB of columns. The query "
        "is an operation followed by radiotherapy of 30 Gy or more within 90 days; Table 1 of four variables by sex, curves, "
        f"tests and medians for three readings of times; {n:,} are counted.",
        "",
        "| task | seconds | target |",
        "| --- | ---: | ---: |",
        f"| open the files, select, Table 1, curves and tests | {seconds:.2f} | 5 |",
        f"| the same recipe again, files read already | {again:.2f} | – |",
        f"| columns of one record made from the database (once, and when it changes) | {built:.4f} | – |",
    ]  # fmt: skip
