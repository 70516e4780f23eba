"""Times of a record of a thousand entries, and of a store of a hundred thousand cases on both databases."""

import copy
import csv
import io
import random
import tempfile
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, make_url

from clock import median_seconds

CASES, ENTRIES, TEMPLATES = 100_000, 20, 400
TUMOURS = ("Ependymoma", "Astrocytoma", "Chordoma", "Haemangioblastoma", "Metastasis of a renal cell carcinoma")


def timed(task, runs=15):
    """Median wall time in milliseconds after a warm-up."""
    return 1000 * median_seconds(task, runs)


def thousand(seed=1):
    """A case of a thousand entries whose times hang on each other in many ways."""
    rng = random.Random(seed)  # noqa: S311  # the same case each time
    rows = [{"id": "e0", "kind": "imaging", "modality": "MRI",
             "when": {"kind": "month", "earliest": "2020-01-01", "latest": "2020-01-31"}}]  # fmt: skip
    for i in range(1, 1000):
        share = rng.random()
        body = {"id": f"e{i}", "kind": "imaging", "modality": "MRI"}
        if share < 0.3:
            anchor = f"e{rng.randrange(max(0, i - 20), i)}"
            when = {
                "kind": "relative",
                "anchor": anchor,
                "offset": {"n": rng.randrange(30), "n_max": 60, "unit": "day"},
            }
        elif share < 0.6:
            when = {"kind": "ordinal", "after": [f"e{i - 1}"]}
        elif share < 0.8:
            when = {"kind": "ordinal", "after": [f"e{max(0, i - 5)}"]}
        else:
            when = {"kind": "relative", "anchor": f"e{i - 1}", "offset": {"n": 3, "unit": "week"},
                    "tolerance": {"n": 5, "unit": "day"}}  # fmt: skip
        if i % 7 == 0:
            body = {"id": f"e{i}", "kind": "radiotherapy", "ordinal": 1, "total_gy": 30, "fractions": 10}
        rows.append(body | {"when": when})
    return {"schema": "myelon.case/1", "id": "c", "title": "t", "about": {"nature": "synthetic"}, "zero": "e0",
            "entries": rows}  # fmt: skip


def time_rows():
    """Whole-case propagation, and one entry more."""
    from myelon.record.case import case_from
    from myelon.record.timeline import extend, solve

    document = thousand()
    case = case_from(document)
    before = solve(case_from(document | {"entries": document["entries"][:-1]}))
    last = case.entries[-1]
    return [
        ("times of 1,000 entries solved", timed(lambda: solve(case)), 50),
        ("one entry added to 999", timed(lambda: extend(before, case, last)), 5),
    ]


def template(number):
    """A case of twenty entries: tumour, courses, lines, examinations over some years."""
    rng = random.Random(number)  # noqa: S311  # the same case each time
    year = 2000 + number % 20
    rows = [
        {"id": "subject", "kind": "subject", "sex": rng.choice(["male", "female"]), "age_at_index_years": rng.randint(2, 90)},
        {"id": "tumour", "kind": "neoplasm", "role": "primary", "entity": TUMOURS[number % 5], "compartment": ["intramedullary"],
         "levels": f"T{1 + number % 10}", "when": {"kind": "year", "earliest": f"{year}-01-01", "latest": f"{year}-12-31"}},
        {"id": "phase", "kind": "phase", "phase": "initial"},
        {"id": "rt-1", "kind": "radiotherapy", "ordinal": 1, "total_gy": 50.4, "fractions": 28, "for_phase": "phase",
         "when": {"kind": "relative", "anchor": "tumour", "offset": {"n": 2, "n_max": 6, "unit": "month"}}},
        {"id": "line-1", "kind": "systemic", "line": 1, "regimen": "temozolomide", "for_phase": "phase",
         "agents": [{"drug": "temozolomide"}], "when": {"kind": "ordinal", "after": ["rt-1"]}},
    ]  # fmt: skip
    for n in range(ENTRIES - len(rows)):
        when = {
            "kind": "relative",
            "anchor": "tumour",
            "offset": {"n": 3 * n, "unit": "month"},
            "tolerance": {"n": 1, "unit": "month"},
        }
        rows.append({"id": f"exam-{n}", "kind": "neurology", "when": when,
                     "motor": [{"limb": "legs", "mrc": rng.randint(0, 5)}]})  # fmt: skip
    return {"schema": "myelon.case/1", "id": f"t{number}", "title": "T", "about": {"nature": "synthetic", "note": "benchmark"},
            "zero": "tumour", "entries": rows}  # fmt: skip


def fill(store):
    """Write the cases in bulk: every row chained and every line computed as in a save, without a commit per case."""
    from myelon.record.case import case_from
    from myelon.store import index, journal
    from myelon.store.database import case_index
    from myelon.store.database import journal as table
    from myelon.store.store import HEADER, _bodies

    made = []
    for number in range(TEMPLATES):
        case = case_from(template(number))
        bodies = _bodies(case)
        made.append((bodies, {k: journal.canonical(v) for k, v in bodies.items() if k != HEADER}, index.line(case)))
    seq, previous = 0, journal.GENESIS
    with store._writing() as connection:
        for start in range(0, CASES, 2000):
            rows, lines = [], []
            for number in range(start, min(start + 2000, CASES)):
                bodies, written, line = made[number % TEMPLATES]
                name = f"case-{number:06}"
                header = copy.copy(bodies[HEADER]) | {"id": name, "title": f"Synthetic patient {number}"}
                first = seq + 1
                for entry, body in {HEADER: journal.canonical(header), **written}.items():
                    seq += 1
                    at = "2026-01-01T00:00:00+00:00"
                    row = journal.Row(seq, name, entry, 1, body, "benchmark", at, "benchmark", previous, "")
                    row = row._replace(hash=journal.chain_hash(row))
                    previous = row.hash
                    rows.append(row._asdict())
                words = f"{name} \nsynthetic patient {number} \n{line['words']}"
                lines.append(line | {"case_id": name, "first_seq": first, "last_seq": seq, "version": ENTRIES + 1,
                                     "changed_at": at, "removed": False, "title": header["title"], "words": words})  # fmt: skip
            connection.execute(insert(table), rows)
            connection.execute(insert(case_index), lines)


def copied(store, folder, url):
    """The same rows in a PostgreSQL database."""
    from myelon.store import Store
    from myelon.store.database import case_index
    from myelon.store.database import journal as table

    target = Store.open(folder, url=url)
    engine = create_engine(make_url(url).set(drivername="postgresql+pg8000"))
    with store._engine.connect() as source, engine.connect() as connection:
        cursor = connection.connection.cursor()
        for rows in (table, case_index):
            result = source.execute(rows.select().execution_options(yield_per=20_000))
            for part in result.partitions():
                text = io.StringIO()
                csv.writer(text).writerows(part)
                names = ", ".join(c.name for c in rows.columns)
                cursor.execute(f"COPY {rows.name} ({names}) FROM STDIN WITH (FORMAT CSV, NULL '\\N')",
                               stream=io.BytesIO(text.getvalue().encode()))  # fmt: skip
        connection.connection.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    return target


def store_rows(store):
    """What a user does in a large store."""
    from myelon.record.kinds import Support

    numbers = iter(range(10**6))

    def amend():
        n = next(numbers)
        store.amend("case-050001", Support(id=f"{store.database}-{n}", treatment="t"), reason="r", expected=0)

    return [
        ("list: first page", timed(store.find)),
        ("list: page 1,000", timed(lambda: store.find(offset=49_950, newest_first=False))),
        ("search: one case in 100,000", timed(lambda: store.find("case-054321"))),
        ("search: a fifth of them", timed(lambda: store.find("ependymoma"))),
        ("search: three words", timed(lambda: store.find("chordoma t9 temozolomide"))),
        ("search: nothing", timed(lambda: store.find("zzzz"))),
        ("open a case", timed(lambda: store.case("case-077777"))),
        ("neighbours in the list", timed(lambda: store.neighbours("case-077777"))),
        ("amend one entry", timed(amend, 9)),
    ]


def report():
    """Lines of the performance page."""
    lines = [
        "Medians of 15 runs (9 where a row is written).",
        "",
        "| task | median ms | target ms |",
        "| --- | ---: | ---: |",
    ]
    lines += [f"| {label} | {found:.2f} | {target} |" for label, found, target in time_rows()]
    lines += [
        "",
        f"A store of {CASES:,} synthetic cases of {ENTRIES} entries ({CASES * (ENTRIES + 1):,} journal rows):",
        "",
    ]
    from myelon.store import Store

    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "sqlite", url="")
        start = time.perf_counter()
        fill(store)
        filled = time.perf_counter() - start
        found = {"SQLite": dict(store_rows(store))}
        try:
            import postgres

            with postgres.server() as maintenance, postgres.database(maintenance) as url:
                target = copied(store, Path(folder) / "postgresql", url)
                found["PostgreSQL"] = dict(store_rows(target))
                target.close()
        except pytest.skip.Exception as skipped:
            lines += [f"PostgreSQL: {skipped}.", ""]
        start = time.perf_counter()
        rows = store.verify().journal_rows
        verified = time.perf_counter() - start
        store.close()
    lines += ["| task, median ms | " + " | ".join(found) + " | target |", "| --- |" + " ---: |" * (len(found) + 1)]
    for label in found["SQLite"]:
        lines.append(f"| {label} | " + " | ".join(f"{times[label]:.2f}" for times in found.values()) + " | 100 |")
    lines += ["", f"Written in {filled:.0f} s; the chain of {rows:,} rows verified in {verified:.1f} s (SQLite)."]
    return lines


if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    print("\n".join(report()))
