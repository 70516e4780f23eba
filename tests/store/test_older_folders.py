"""Data folders that earlier versions wrote are opened by this one: nothing stored is lost."""

import json
import shutil
from pathlib import Path

import pytest

from myelon.board.packet import prepare
from myelon.store import Store

FOLDERS = sorted((Path(__file__).parents[1] / "data").glob("folder-*"))


@pytest.fixture(params=FOLDERS, ids=lambda p: p.name)
def older(request, tmp_path):
    """A copy of a folder and what it holds; the original is never written."""
    copy = tmp_path / "data"
    shutil.copytree(request.param, copy)
    opened = Store.open(copy, url="")
    yield opened, json.loads((copy / "expected.json").read_text(encoding="utf-8"))
    opened.close()


def test_every_case_is_there_at_its_version(older):
    store, expected = older
    found = {s.id: {"version": store.version(s.id), "entries": len(store.case(s.id).entries)} for s in store.cases()}
    assert found == expected["cases"]
    assert [d[0] for d in store.deleted()] == expected["deleted"]
    assert [r.name for r in store.recipes()] == expected["recipes"]
    assert all(store.file(name).is_file() for name in expected["files"])


def test_the_chain_holds_and_the_folder_can_be_written(older):
    store, expected = older
    assert store.verify().journal_rows == expected["journal_rows"]
    case_id = next(iter(expected["cases"]))
    case = store.case(case_id)
    assert store.save(case, reason="as it is") == 0, "reading and writing a case changes nothing in it"
    store.delete(case_id, reason="a test")
    store.verify()


def test_every_case_is_prepared(older):
    store, expected = older
    for case_id in expected["cases"]:
        prepared = prepare(store.case(case_id))
        assert prepared.case.id == case_id
        assert prepared.scores
