"""The journal: nothing stored is lost, and any tampering is seen."""

import datetime as dt
import sqlite3
import subprocess
import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from myelon.demo.hospital import CASES, load
from myelon.errors import ChainError, StoreError
from myelon.record.case import case_from
from myelon.store import Store
from myelon.store.database import FILENAME


def small(treatment="x", extra=()):
    entries = [{"id": "a", "kind": "support", "treatment": treatment}, *extra]
    head = {"schema": "myelon.case/1", "id": "c1", "title": "T", "about": {"nature": "synthetic"}, "zero": "a"}
    return case_from(head | {"entries": entries})


def test_a_case_is_kept_as_it_is(store, paper_000):
    assert store.save(paper_000, reason="test") == len(paper_000.entries) + 1
    assert store.case("paper-000") == paper_000
    assert store.save(paper_000, reason="again") == 0


def test_an_amendment_keeps_the_earlier_version(store):
    store.save(small("x"), actor="one", reason="first")
    store.save(small("y"), actor="two", reason="was wrong")
    rows = [r for r in store.history("c1") if r.entry_id == "a"]
    assert [(r.version, r.actor, r.reason) for r in rows] == [(1, "one", "first"), (2, "two", "was wrong")]
    assert '"x"' in rows[0].body
    assert store.case("c1").by_id["a"].treatment == "y"


def test_an_entry_that_is_taken_back_stays_in_the_history(store):
    store.save(small(extra=[{"id": "b", "kind": "support", "treatment": "z"}]), reason="first")
    store.save(small(), reason="b was of another patient")
    assert "b" not in store.case("c1").by_id
    assert [r.body for r in store.history("c1") if r.entry_id == "b"][-1] == "null"


def test_every_row_bears_an_actor_a_time_and_a_reason(store):
    store.save(small(), reason="first")
    for row in store.history("c1"):
        assert row.actor == "local user"
        assert row.reason == "first"
        assert dt.datetime.fromisoformat(row.at).tzinfo is not None


@pytest.fixture
def filled(tmp_path):
    store = Store.open(tmp_path / "d")
    store.save(small("one", [{"id": "b", "kind": "support", "treatment": "two"}]), reason="r")
    store.save(small("three"), reason="s")
    store.put_file(b"content")
    store.close()
    return tmp_path / "d"


def tamper(folder, statement, *values):
    with sqlite3.connect(folder / FILENAME) as connection:
        connection.execute(statement, values)
    connection.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 6), st.sampled_from(["case_id", "entry_id", "body", "actor", "at", "reason", "hash", "previous"]))
def test_any_changed_field_of_any_row_is_seen(filled, row, field):
    with sqlite3.connect(filled / FILENAME) as connection:
        (before,) = connection.execute(f"SELECT {field} FROM journal WHERE seq = ?", (row,)).fetchone()
    connection.close()
    tamper(filled, f"UPDATE journal SET {field} = ? WHERE seq = ?", before + " ", row)
    with pytest.raises(ChainError):
        Store.open(filled).verify()
    tamper(filled, f"UPDATE journal SET {field} = ? WHERE seq = ?", before, row)
    assert Store.open(filled).verify().journal_rows == 6


@pytest.mark.parametrize("row", [1, 3, 6])
def test_a_removed_row_is_seen_even_the_last(filled, row):
    tamper(filled, "DELETE FROM journal WHERE seq = ?", row)
    with pytest.raises(ChainError, match=r"missing|ends at row"):
        Store.open(filled).verify()


def test_two_rows_that_change_places_are_seen(filled):
    tamper(filled, "UPDATE journal SET seq = 99 WHERE seq = 2")
    tamper(filled, "UPDATE journal SET seq = 2 WHERE seq = 3")
    tamper(filled, "UPDATE journal SET seq = 3 WHERE seq = 99")
    with pytest.raises(ChainError):
        Store.open(filled).verify()


def test_a_file_that_is_changed_or_gone_is_seen(filled):
    path = next(p for p in (filled / "files").rglob("*") if p.is_file())
    path.write_bytes(b"other")
    with pytest.raises(ChainError, match="was changed"):
        Store.open(filled).verify()
    path.unlink()
    with pytest.raises(ChainError, match="is missing"):
        Store.open(filled).verify()


def test_a_file_is_stored_once_and_found_by_its_content(store):
    first, second = store.put_file(b"abc"), store.put_file(b"abc")
    assert first == second
    assert store.file(first).read_bytes() == b"abc"
    assert store.counts() == (0, 1, 3)
    with pytest.raises(StoreError, match="no stored file"):
        store.file("0" * 64)
    with pytest.raises(StoreError, match="not a content hash"):
        store.file("../../etc/passwd")


def test_writers_beside_each_other_keep_one_chain(tmp_path):
    Store.open(tmp_path).close()

    def write(number):
        store = Store.open(tmp_path)
        for step in range(5):
            entries = [{"id": f"e{step}", "kind": "support", "treatment": str(step)}]
            head = {
                "schema": "myelon.case/1",
                "id": f"c{number}",
                "title": "T",
                "about": {"nature": "local"},
                "zero": f"e{step}",
            }
            store.save(case_from(head | {"entries": entries}), reason="r")
        store.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert Store.open(tmp_path).verify().journal_rows == len(
        [r for n in range(4) for r in Store.open(tmp_path).history(f"c{n}")]
    )


def test_a_killed_writer_loses_nothing_it_was_told_is_kept(tmp_path):
    """The process is killed while it writes; every version it printed as kept is there, and the chain holds."""
    script = """
import sys
from pathlib import Path
from myelon.record.case import case_from
from myelon.store import Store
store = Store.open(Path(sys.argv[1]))
head = {"schema": "myelon.case/1", "id": "c1", "title": "T", "about": {"nature": "synthetic"}, "zero": "a"}
for n in range(10_000):
    store.save(case_from(head | {"entries": [{"id": "a", "kind": "support", "treatment": str(n)}]}), reason="r")
    print(n, flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    kept = -1
    while kept < 25:
        kept = int(process.stdout.readline())
    process.kill()
    rest = process.stdout.read().split()
    process.wait()
    process.stdout.close()
    kept = int(rest[-1]) if rest else kept
    store = Store.open(tmp_path)
    assert int(store.case("c1").by_id["a"].treatment) >= kept
    assert store.verify().journal_rows >= kept + 2


def test_folders_and_databases_that_cannot_be_used(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(StoreError, match="cannot be written"):
        Store.open(blocked)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / FILENAME).write_bytes(b"not a database at all, certainly not")
    with pytest.raises(StoreError, match="cannot be opened as a database"):
        Store.open(tmp_path / "bad")
    (tmp_path / "other").mkdir()
    with sqlite3.connect(tmp_path / "other" / FILENAME) as connection:
        connection.execute("CREATE TABLE recipes (id INTEGER)")
    connection.close()
    with pytest.raises(StoreError, match="not a Myelon database"):
        Store.open(tmp_path / "other")
    Store.open(tmp_path / "new").close()
    tamper(tmp_path / "new", "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer Myelon .revision 9999"):
        Store.open(tmp_path / "new")


def test_an_older_database_is_brought_up_to_date(tmp_path):
    """A database before its first revision: the folder of an interrupted first start."""
    with sqlite3.connect(tmp_path / FILENAME) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.close()
    store = Store.open(tmp_path)
    assert store.save(small(), reason="r") == 2


def test_loading_the_demonstration_twice_changes_nothing(hospital):
    store = Store.open(hospital)
    before = store.counts()
    assert [(row.case_id, row.rows, row.dicom_files) for row in load(store)] == [
        (c, 0, 0) for c in (*CASES, "cohort-002")
    ]
    assert store.counts() == before
    assert store.verify().stored_files == before[1]


def test_the_database_is_durable(tmp_path):
    store = Store.open(tmp_path, url="")
    with store._engine.connect() as connection:
        pragma = {p: connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous")}
    assert pragma == {"journal_mode": "wal", "synchronous": 2}
