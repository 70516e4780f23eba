"""The registry's files: the newest of each case, read in parts, brought up to date by what has changed."""

import json
import os
import shutil
import time

import numpy as np
import pytest

from myelon.cohort.patient import CohortPatient
from myelon.cohort.query import parse_query
from myelon.cohort.registry import ENTRIES, PATIENTS, Registry
from myelon.cohort.selection_columns import judge_all
from myelon.demo.cohort_002 import synthetic_cohort
from myelon.demo.hospital import CASES, demo_case
from myelon.errors import InputError, StoreError
from myelon.store import Store, registry_files
from myelon.store.database import FILENAME
from myelon.store.registry_files import FOLDER, open_registry, pending

QUERY = parse_query("radiotherapy as first\nradiotherapy after first within 900 days")
FEW = [demo_case(c) for c in CASES[:4]] + synthetic_cohort()[:12]


def alike(found, expected):
    """Every part says the same, in whatever order the cases stand."""
    assert sorted(found.ids) == sorted(expected.ids)
    order = np.array([found.ids.index(i) for i in expected.ids], dtype=int)
    back = np.argsort(order)
    for name in (*PATIENTS, *ENTRIES):
        mine, theirs = found.part(name), expected.part(name)
        rows = order
        if name in ENTRIES:
            other = "place" if name != "distances" else "one"
            last = "two" if name == "distances" else other
            whose = back[mine.numbers["patient"]] if len(back) else mine.numbers["patient"]
            rows = np.lexsort((mine.numbers[last], mine.numbers[other], whose))
            assert whose[rows].tolist() == theirs.numbers["patient"].tolist(), name
            assert (np.diff(mine.numbers["patient"]) >= 0).all()
        for column in set(theirs.numbers) - {"patient"}:
            np.testing.assert_array_equal(
                mine.numbers[column][rows], theirs.numbers[column], err_msg=f"{name} {column}"
            )
        assert set(theirs.coded) <= set(mine.coded), name
        for column, values in theirs.coded.items():
            held = mine.coded[column][rows]
            assert [held.values[c] for c in held.codes] == [values.values[c] for c in values.codes], (name, column)


def kept(store, cases):
    """The records as the store gives them back."""
    return Registry.of(CohortPatient(store.case(c.id)) for c in cases)


def test_files_say_what_the_records_say(store, monkeypatch):
    monkeypatch.setattr(registry_files, "SEGMENT", 5)
    store.save_many(FEW, reason="test")
    assert pending(store) == len(FEW)
    steps = []
    first = open_registry(store, progress=lambda share, words: steps.append((share, words)))
    assert steps[0] == (0.0, "reading records: 0 of 16")
    assert len(list((store.folder / FOLDER).glob("*/head.json"))) == 4
    alike(first, kept(store, FEW))
    assert pending(store) == 0
    again = open_registry(store, progress=lambda *_: pytest.fail("nothing has changed"))
    assert judge_all(QUERY, again).tolist() == judge_all(QUERY, first).tolist()
    assert judge_all(QUERY, again).any()


def test_only_what_changed_is_read_again(store):
    store.save_many(FEW, reason="test")
    open_registry(store)
    changed = FEW[5].with_entries(tuple(e for e in FEW[5].entries if e.kind != "vital"))
    store.save(changed, reason="a mistake")
    store.delete(FEW[6].id, reason="twice")
    store.save(demo_case(CASES[6]), reason="new")
    assert pending(store) == 3
    read, case = [], store.case
    store.case = lambda case_id: read.append(case_id) or case(case_id)
    found = open_registry(store)
    assert sorted(read) == sorted([changed.id, CASES[6]])
    alike(found, kept(store, [c for c in FEW if c.id != FEW[6].id] + [demo_case(CASES[6])]))
    assert found.patient(0).case == FEW[0]


def test_many_segments_become_one_and_the_old_ones_go_later(store, monkeypatch):
    monkeypatch.setattr(registry_files, "SEGMENT", 1)
    store.save_many(FEW, reason="test")
    before = open_registry(store)
    folder = store.folder / FOLDER
    assert len(list(folder.glob("*/head.json"))) == len(FEW) + 1
    alike(before, kept(store, FEW))
    newest = max(folder.glob("*/head.json"), key=lambda p: len(json.loads(p.read_text())["replaces"]))
    os.utime(newest, (0, time.time() - 7200))
    alike(open_registry(store), kept(store, FEW))
    assert list(folder.glob("*/head.json")) == [newest]


def test_a_stop_keeps_what_was_read(store, monkeypatch):
    monkeypatch.setattr(registry_files, "SEGMENT", 4)
    store.save_many(FEW, reason="test")

    def stop(share, _words):
        if share > 0.2:
            raise InputError("stopped, as asked")

    monkeypatch.setattr(registry_files, "_STEP", 1)
    with pytest.raises(InputError, match="stopped"):
        open_registry(store, progress=stop)
    assert pending(store) == len(FEW) - 4
    assert not list((store.folder / FOLDER).glob(".writing-*"))
    assert len(open_registry(store)) == len(FEW)


def test_other_code_and_broken_files(store, monkeypatch):
    store.save_many(FEW[:3], reason="test")
    open_registry(store)
    folder = store.folder / FOLDER
    monkeypatch.setattr(registry_files, "_digest", lambda: "of another version")
    assert pending(store) == 3
    assert not list(folder.glob("*/head.json"))
    assert len(open_registry(store)) == 3
    for path in folder.glob("*/variable.sex.npz"):
        path.write_bytes(b"PK broken")
    found = open_registry(store)
    with pytest.raises(StoreError, match="cannot be read"):
        found.column("sex")
    assert len(open_registry(store).column("age_years")) == 3


def test_nobody_at_all(store):
    found = open_registry(store)
    assert len(found) == 0
    assert judge_all(QUERY, found).tolist() == []
    assert len(found.column("sex")) == 0


def test_another_journal_is_not_taken_for_this_one(tmp_path):
    """A database put back from a backup, or another one for the same folder."""
    one = Store.open(tmp_path / "one", url="")
    one.save_many(FEW[:5], reason="test")
    open_registry(one)
    one.close()
    two = Store.open(tmp_path / "two", url="")
    two.save_many(FEW[5:8], reason="test")
    two.close()
    shutil.copy(tmp_path / "two" / FILENAME, tmp_path / "one" / FILENAME)
    again = Store.open(tmp_path / "one", url="")
    assert pending(again) == 3
    assert sorted(open_registry(again).ids) == sorted(c.id for c in FEW[5:8])
    again.close()


def test_what_is_half_written_or_unreadable_is_no_segment(store):
    store.save_many(FEW[:3], reason="test")
    open_registry(store)
    folder = store.folder / FOLDER
    (real,) = folder.glob("*/head.json")
    half = folder / ".writing-x"
    half.mkdir()
    shutil.copy(real, half)
    assert pending(store) == 0
    assert len(open_registry(store)) == 3
    os.utime(half, (0, time.time() - 7200))
    real.write_text("")
    assert pending(store) == 3
    assert not half.exists()
    assert len(open_registry(store)) == 3
    (real,) = folder.glob("*/head.json")
    real.write_text(json.dumps({"of": "another form"}))
    assert len(open_registry(store)) == 3


def test_a_deleted_case_stays_away_after_a_join_and_comes_back_when_restored(store, monkeypatch):
    monkeypatch.setattr(registry_files, "SEGMENT", 1)
    store.save_many(FEW, reason="test")
    store.delete(FEW[0].id, reason="twice")
    joined = open_registry(store)
    assert FEW[0].id not in joined.ids
    newest = max((store.folder / FOLDER).glob("*/head.json"), key=lambda p: len(json.loads(p.read_text())["replaces"]))
    assert json.loads(newest.read_text())["gone"] == [FEW[0].id]
    store.save(FEW[0], reason="not twice")
    assert FEW[0].id in open_registry(store).ids


def test_a_case_deleted_while_it_is_read_fails_nothing(store, monkeypatch):
    monkeypatch.setattr(registry_files, "_STEP", 1)
    store.save_many(FEW[:4], reason="test")
    last = FEW[3].id

    def progress(share, _words):
        if share == 0.5:
            store.delete(last, reason="meanwhile")

    assert last not in open_registry(store, progress=progress).ids
    assert pending(store) == 1
    assert len(open_registry(store)) == 3
