"""Killed writers, tampered journals, full disks: nothing acknowledged is lost, and nothing is changed unseen."""

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from myelon.demo.hospital import demo_case
from myelon.errors import ChainError, StoreError
from myelon.record.kinds import Support
from myelon.store import Store
from myelon.store.database import FILENAME

pytestmark = pytest.mark.soak
KILLS, TAMPERINGS = 200, 500
WRITER = """
import sys
from pathlib import Path
from myelon.record.kinds import Support
from myelon.store import Store
store = Store.open(Path(sys.argv[1]), url=sys.argv[2])
number = int(sys.argv[3])
while True:
    store.amend("paper-003", Support(id=f"w{number}", treatment="t" * (number % 900 + 1)), reason="r", expected=0)
    print(number, flush=True)
    number += 1
"""


def test_two_hundred_killed_writers_lose_nothing(tmp_path, database_url):
    rng = random.Random(3)  # noqa: S311  # the same each time
    store = Store.open(tmp_path, url=database_url)
    store.save(demo_case("paper-003"), reason="r")
    acknowledged = []
    for _ in range(KILLS):
        first = 1 + max((int(e.id[1:]) for e in store.case("paper-003").entries if e.id[0] == "w"), default=0)
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, tmp_path, database_url, str(first)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(rng.randint(1, 4)):
            acknowledged.append(int(writer.stdout.readline()))
        with contextlib.suppress(subprocess.TimeoutExpired):
            writer.wait(timeout=rng.random() * 0.01)
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged += [int(line) for line in writer.stdout.read().split()]
        writer.stdout.close()
        writer.wait()
    kept = store.case("paper-003").by_id
    assert len(acknowledged) >= KILLS
    assert [n for n in acknowledged if f"w{n}" not in kept] == []
    assert store.verify().journal_rows >= len(acknowledged)
    store.close()


def tampered(connection, rng, rows):
    """One change of the journal, of a kind chosen by chance."""
    fields = ("case_id", "entry_id", "version", "body", "actor", "at", "reason", "previous", "hash", "seq")
    kind = rng.choice(["edit", "edit", "edit", "delete", "swap", "cut", "add"])
    row, other = rng.sample(range(1, rows + 1), 2)
    if kind == "edit":
        field = rng.choice(fields)
        (old,) = connection.execute(f"SELECT {field} FROM journal WHERE seq = ?", (row,)).fetchone()
        new = old + rows + 1 if isinstance(old, int) else old[:-1] + chr((ord(old[-1]) + 1) % 128 or 65)
        connection.execute(f"UPDATE journal SET {field} = ? WHERE seq = ?", (new, row))
    elif kind == "delete":
        connection.execute("DELETE FROM journal WHERE seq = ?", (row,))
    elif kind == "cut":
        connection.execute("DELETE FROM journal WHERE seq >= ?", (row,))
    elif kind == "swap":
        for old, new in ((row, 0), (other, row), (0, other)):
            connection.execute("UPDATE journal SET seq = ? WHERE seq = ?", (new, old))
    else:
        connection.execute(
            "INSERT INTO journal SELECT ?, case_id, entry_id || 'x', version, body, actor, at, reason, previous, hash || 'x'"
            " FROM journal WHERE seq = ?",
            (rows + 1, row),
        )
    return kind


def test_five_hundred_tamperings_are_all_seen(tmp_path):
    origin = tmp_path / "origin"
    store = Store.open(origin, url="")
    for name in ("paper-003", "paper-001"):
        store.save(demo_case(name), reason="r")
    store.amend("paper-003", Support(id="more", treatment="t"), reason="r")
    rows = store.verify().journal_rows
    store.close()
    rng, unseen = random.Random(5), []  # noqa: S311  # the same each time
    for n in range(TAMPERINGS):
        folder = tmp_path / "copy"
        shutil.copytree(origin, folder)
        connection = sqlite3.connect(folder / FILENAME)
        kind = ""
        while not kind:
            with contextlib.suppress(sqlite3.IntegrityError):  # what the database itself refuses is no tampering
                kind = tampered(connection, rng, rows)
        connection.commit()
        connection.close()
        copy = Store.open(folder, url="")
        try:
            copy.verify()
            unseen.append((n, kind))
        except ChainError:
            pass
        copy.close()
        shutil.rmtree(folder)
    assert unseen == []


def test_a_full_disk_loses_nothing(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no small file system can be mounted here")
    try:
        store = Store.open(small, url="")
        store.save(demo_case("paper-003"), reason="r")
        written = []
        for n in range(10_000):
            try:
                store.amend("paper-003", Support(id=f"w{n}", treatment="t" * 20_000), reason="r", expected=0)
            except StoreError as error:
                said = str(error)
                break
            written.append(n)
        assert "nothing of this was stored" in said
        assert written
        with contextlib.suppress(StoreError):
            store.put_file(os.urandom(3_000_000))
        store.close()
        again = Store.open(small, url="")
        assert all(f"w{n}" in again.case("paper-003").by_id for n in written)
        assert again.verify().journal_rows >= len(written)
        again.close()
    finally:
        subprocess.run(["umount", small], check=True)
        assert Path(small).is_dir()
