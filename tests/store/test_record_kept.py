"""What the store promises on SQLite and on PostgreSQL: versions, conflicts, deletion, exports, batches, searches."""

import datetime as dt
import io
import json
import tempfile
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

import postgres
from myelon.demo.hospital import CASES, demo_case, load
from myelon.errors import CaseError, ConflictError, InputError, StoreError
from myelon.record.case import case_from
from myelon.record.difference import differences
from myelon.record.kinds import Support
from myelon.store import Store, index, journal
from myelon.store.database import FILENAME, case_index, migrate

HEAD = {"schema": "myelon.case/1", "about": {"nature": "synthetic"}, "zero": "a"}


def small(treatment="x", extra=(), name="c1", title="T"):
    entries = [{"id": "a", "kind": "support", "treatment": treatment}, *extra]
    return case_from(HEAD | {"id": name, "title": title, "entries": entries})


def support(name, treatment):
    return Support(id=name, treatment=treatment)


def ticking(folder, url, start):
    """A store whose clock goes on by a minute at each look."""
    times = (start + dt.timedelta(minutes=n) for n in range(1000))
    return Store.open(folder, url=url, clock=lambda: next(times))


# ── versions ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_record_as_of_any_version_and_any_moment(tmp_path, database_url):
    start = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    store = ticking(tmp_path, database_url, start)
    for treatment in ("x", "y", "z"):
        store.save(small(treatment), reason="r")
    assert [store.case("c1", version=v).by_id["a"].treatment for v in (2, 3, 4)] == ["x", "y", "z"]
    moments = [start + dt.timedelta(minutes=m, seconds=30) for m in (0, 1, 2)]
    assert [store.case("c1", at=m).by_id["a"].treatment for m in moments] == ["x", "y", "z"]
    with pytest.raises(StoreError, match="not written yet"):
        store.case("c1", at=start - dt.timedelta(days=1))
    with pytest.raises(StoreError, match="inside one change"):
        store.case("c1", version=1)
    with pytest.raises(StoreError, match="versions 1 to 4"):
        store.case("c1", version=9)
    store.close()


def test_the_difference_of_two_versions_is_said_in_words(store):
    store.save(small("oxycodone", [{"id": "b", "kind": "support", "treatment": "gone"}]), reason="r")
    first = store.version("c1")
    changed = small("morphine", [{"id": "c", "kind": "support", "treatment": "new", "dose": "10 mg"}], title="U")
    store.save(changed, reason="s")
    words = [str(c) for c in differences(store.case("c1", version=first), store.case("c1"))]
    assert words == [
        "case: title was T, is U",
        "a (support): treatment was oxycodone, is morphine",
        "c (support): added: new",
        "b (support): taken back: gone",
    ]
    assert differences(changed, changed) == []


# ── two people ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_second_of_two_who_amend_the_same_entry_is_told(store):
    store.save(small(), actor="first author", reason="r")
    seen = store.entry_version("c1", "a")
    store.amend("c1", support("a", "one"), actor="Dr One", reason="measured again", expected=seen)
    with pytest.raises(ConflictError, match=r"written meanwhile by Dr One .*measured again.*version 2, not 1"):
        store.amend("c1", support("a", "two"), actor="Dr Two", reason="other", expected=seen)
    assert store.case("c1").by_id["a"].treatment == "one"
    assert len(store.history("c1")) == 3


def test_two_who_amend_different_entries_both_stand(store):
    store.save(small(extra=[{"id": "b", "kind": "support", "treatment": "b"}]), reason="r")
    store.amend("c1", support("a", "one"), reason="r", expected=1)
    store.amend("c1", support("b", "two"), reason="r", expected=1)
    assert [e.treatment for e in store.case("c1").entries] == ["one", "two"]


def test_a_whole_document_over_a_version_that_was_not_seen_is_refused(store):
    store.save(small(), reason="r", expected=0)
    version = store.version("c1")
    store.save(small("y"), reason="r", expected=version)
    with pytest.raises(ConflictError):
        store.save(small("z"), reason="r", expected=version)
    with pytest.raises(ConflictError):
        store.save(small("z"), reason="r", expected=0)
    assert store.case("c1").by_id["a"].treatment == "y"


def test_a_new_entry_is_checked_with_the_whole_case(store):
    store.save(small(), reason="r")
    bad = Support(id="b", treatment="t", for_phase="nowhere")
    with pytest.raises(CaseError, match="does not exist"):
        store.amend("c1", bad, reason="r", expected=0)
    assert "b" not in store.case("c1").by_id
    store.amend("c1", support("b", "t"), reason="r", expected=0)
    assert [e.id for e in store.case("c1").entries] == ["a", "b"]


def test_writers_beside_each_other_lose_nothing(tmp_path, database_url):
    first = Store.open(tmp_path, url=database_url)
    first.save(small(), reason="r")
    refused = []

    def write(number):
        store = Store.open(tmp_path, url=database_url)
        for step in range(6):
            store.amend("c1", support(f"w{number}-{step}", "t"), reason="r", expected=0)
            try:
                store.amend("c1", support("a", f"{number}-{step}"), reason="r", expected=1)
            except ConflictError as error:
                refused.append(error)
        store.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    case = first.case("c1")
    assert {e.id for e in case.entries} == {"a", *(f"w{n}-{s}" for n in range(4) for s in range(6))}
    assert len(refused) == 23
    assert first.verify().journal_rows == 2 + 24 * 2 + 1
    first.close()


# ── taking back ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_is_taken_back_with_a_reason(store):
    store.save(small(extra=[{"id": "b", "kind": "support", "treatment": "b"}]), reason="r")
    with pytest.raises(InputError, match="no reason"):
        store.retract("c1", "b", reason=" ")
    store.retract("c1", "b", reason="of another patient")
    assert [r.reason for r in store.history("c1") if r.entry_id == "b"] == ["r", "of another patient"]
    store.amend("c1", Support(id="d", treatment="t", for_phase="a"), reason="r")
    with pytest.raises(CaseError, match="points to 'a', which does not exist"):
        store.retract("c1", "a", reason="r")
    with pytest.raises(StoreError, match="no entry 'b'"):
        store.retract("c1", "b", reason="r")


def test_a_deleted_case_is_out_of_sight_and_comes_back_whole(store):
    store.save(small(), reason="r")
    store.save(small(name="c2"), reason="r")
    with pytest.raises(InputError, match="no reason"):
        store.delete("c1", reason="")
    store.delete("c1", reason="entered twice")
    assert [c.id for c in store.cases()] == ["c2"]
    assert store.deleted() == [("c1", "T", "entered twice")]
    with pytest.raises(StoreError, match="was deleted: entered twice"):
        store.case("c1")
    assert store.case("c1", version=2) == small()
    store.restore("c1", reason="it was not")
    assert store.case("c1") == small()
    assert [c.id for c in store.cases()] == ["c1", "c2"]
    assert store.deleted() == []
    assert store.verify().journal_rows == 6


# ── one case as a file ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", CASES)
def test_an_export_taken_in_elsewhere_is_the_identical_case(name, tmp_path, database_url, hospital):
    origin = Store.open(hospital, url="")
    packed = io.BytesIO()
    origin.export(name, packed)
    store = Store.open(tmp_path, url=database_url)
    store.save(small(), reason="something stood here before")
    packed.seek(0)
    assert store.receive_export(packed) == origin.case(name)
    assert store.case(name) == origin.case(name)
    before, after = origin.history(name), store.history(name)
    kept = ("entry_id", "version", "body", "actor", "at", "reason")
    assert [[getattr(r, k) for k in kept] for r in before] == [[getattr(r, k) for k in kept] for r in after[:-1]]
    assert after[-1].reason == f"received with {len(before)} journal rows from an export"
    assert store.verify().stored_files == (len(packed_files(packed)))
    packed.seek(0)
    with pytest.raises(StoreError, match="already"):
        store.receive_export(packed)
    again = io.BytesIO()
    store.export(name, again)
    assert len(packed_files(again)) == len(packed_files(packed))
    store.close()
    origin.close()


def test_an_export_says_which_files_are_not_held(tmp_path, database_url):
    store, packed = Store.open(tmp_path / "a", url=database_url), io.BytesIO()
    held = store.put_file(b"a plan")
    document = {
        "schema": "myelon.case/1", "id": "c", "title": "t", "about": {"nature": "synthetic"}, "zero": "rt",
        "entries": [{"id": "rt", "kind": "radiotherapy", "ordinal": 1, "total_gy": 30, "fractions": 10,
                     "files": {"rtdose": "../outside.dcm", "rtplan": held, "rtstruct": "f" * 64}}],
    }  # fmt: skip
    store.save(case_from(document), reason="r")
    assert store.export("c", packed) == ["../outside.dcm", "f" * 64]
    assert packed_files(packed) == [f"files/{held}"]
    other = Store.open(tmp_path / "b", url="")
    packed.seek(0)
    assert other.receive_export(packed) == store.case("c")
    assert other.file(held).read_bytes() == b"a plan"
    store.close()
    other.close()


def packed_files(stream):
    with zipfile.ZipFile(stream) as archive:
        return [n for n in archive.namelist() if n.startswith("files/")]


@pytest.fixture(scope="module")
def exported_members(tmp_path_factory):
    store = Store.open(tmp_path_factory.mktemp("origin"), url="")
    store.save(small(), reason="r")
    packed = io.BytesIO()
    store.export("c1", packed)
    store.close()
    with zipfile.ZipFile(packed) as archive:
        return {n: archive.read(n) for n in archive.namelist()}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_export_with_any_changed_byte_of_content_is_refused_or_the_same(data, tmp_path, exported_members):
    members = dict(exported_members)
    name = data.draw(st.sampled_from(["case.yaml", "journal.jsonl"]))
    at = data.draw(st.integers(0, len(members[name]) - 1))
    byte = data.draw(st.integers(0, 255))
    original = members[name]
    members[name] = original[:at] + bytes([byte]) + original[at + 1 :]
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    other = Store.open(Path(tempfile.mkdtemp(dir=tmp_path)), url="")
    try:
        assert other.receive_export(changed) == small()
    except (InputError, StoreError):
        assert other.counts()[0] == 0
    other.close()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip at all"])
def test_what_is_no_export_is_refused(store, content):
    with pytest.raises(InputError, match="not an export"):
        store.receive_export(io.BytesIO(content))


def test_an_export_without_its_parts_is_refused(store):
    for members in ({}, {"manifest.json": "[]"}, {"manifest.json": json.dumps({"schema": "other"})}):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        with pytest.raises(InputError):
            store.receive_export(packed)


# ── batches ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_batch_is_undone_as_a_whole(store):
    store.save(small("before", name="c1"), reason="r")
    batch = store.import_cases([small("after", name="c1"), small("new", name="c2")], name="table.csv")
    assert batch.cases == 2
    assert {c.id for c in store.cases()} == {"c1", "c2"}
    assert store.undo_batch(batch.batch) == 2
    assert store.case("c1") == small("before")
    assert [c.id for c in store.cases()] == ["c1"]
    assert store.batches()[0].undone_at
    with pytest.raises(StoreError, match="undone before"):
        store.undo_batch(batch.batch)
    with pytest.raises(StoreError, match="does not exist"):
        store.undo_batch("nothing")


def test_a_batch_whose_case_was_written_since_is_not_undone_at_all(store):
    batch = store.import_cases([small(name="c1"), small(name="c2")], name="table.csv")
    store.amend("c2", support("a", "worked on since"), reason="r")
    with pytest.raises(ConflictError, match="written meanwhile"):
        store.undo_batch(batch.batch)
    assert {c.id for c in store.cases()} == {"c1", "c2"}
    assert store.case("c2").by_id["a"].treatment == "worked on since"


def test_a_batch_with_one_impossible_case_stores_nothing(store):
    def cases():
        yield small(name="c1")
        raise CaseError("row 2 is impossible")

    with pytest.raises(CaseError):
        store.import_cases(cases(), name="table.csv")
    assert store.counts()[0] == 0
    assert store.batches() == []


# ── lists and searches ──────────────────────────────────────────────────────────────────────────────────


def test_the_list_shows_what_the_records_say(store):
    load(store)
    lines = {c.id: c for c in store.cases()}
    assert list(lines)[: len(CASES)] == list(CASES)
    assert len(lines) == len(CASES) + 61
    paper = lines["paper-000"]
    assert (paper.patient, paper.courses, paper.basis) == ("45 M", "50.4 Gy/28, 24 Gy/5", "prescription")
    assert paper.findings == len(index.findings_of(*with_timeline("paper-000")))
    assert lines["phantom-1"].basis == "dose files"


def with_timeline(name):
    from myelon.record.timeline import solve

    case = demo_case(name)
    return case, solve(case)


def test_a_search_finds_every_word_and_nothing_else(store):
    load(store)
    for words, expected in (
        ("haemangiopericytoma", ["paper-003"]),
        ("DOXORUBICIN vincristine", ["paper-003"]),
        ("paclitaxel", ["paper-001"]),
        ("doxorubicin atezolizumab", []),
        ("100%", []),
        ("_", []),
    ):
        rows, total = store.find(words)
        assert ([r.id for r in rows], total) == (expected, len(expected)), words
    rows, total = store.find("", limit=2, offset=1, newest_first=False)
    assert ([r.id for r in rows], total) == (list(CASES[1:3]), len(CASES) + 61)
    assert store.neighbours(CASES[1]) == (2, len(CASES) + 61, CASES[0], CASES[2])
    assert store.neighbours(CASES[0])[2] == ""


def test_lines_that_other_rules_computed_are_computed_again(store):
    store.save(demo_case("paper-003"), reason="r")
    with store._writing() as connection:
        connection.execute(case_index.update().values(rules="older", findings=0))
    assert store.cases()[0].findings > 15


def test_an_analysis_is_kept_in_versions(tmp_path, database_url):
    store = Store.open(tmp_path, url=database_url)
    assert [store.save_recipe("a", body) for body in ("one", "one", "two")] == [1, 1, 2]
    store.save_recipe("b", "three", actor="somebody")
    store.close()
    again = Store.open(tmp_path, url=database_url)
    kept = again.recipes()
    again.close()
    assert [(r.name, r.version, r.body) for r in kept] == [("a", 2, "two"), ("a", 1, "one"), ("b", 1, "three")]
    assert kept[2].actor == "somebody"


# ── earlier schemas, faults ─────────────────────────────────────────────────────────────────────────────


def test_a_database_of_revision_0001_is_brought_up_to_date(tmp_path, database_url):
    from myelon.store.store import _bodies

    with_head = Store.open(tmp_path, url=database_url)
    engine = with_head._engine
    with engine.begin() as connection:
        for table in (
            "case_index",
            "import_batch",
            "import_batch_case",
            "journal",
            "stored_file",
            "saved_recipe",
            "alembic_version",
        ):
            connection.execute(text(f"DROP TABLE {table}"))
    migrate(engine, "0001")
    case = demo_case("paper-000")
    with engine.begin() as connection:
        journal.append(
            connection, case.id, _bodies(case), actor="a", reason="r", at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        )
    engine.dispose()
    store = Store.open(tmp_path, url=database_url)
    assert store.case("paper-000") == case
    assert [c.id for c in store.cases("glioma")] == ["paper-000"]
    assert store.verify().journal_rows == len(case.entries) + 1
    store.close()


@pytest.mark.parametrize("pragma", ["PRAGMA query_only=ON", "PRAGMA max_page_count=1"])
def test_a_full_or_read_only_disk_is_said_and_nothing_is_lost(tmp_path, pragma):
    store = Store.open(tmp_path, url="")
    store.save(small(), reason="r")
    from sqlalchemy import event

    event.listen(store._engine, "connect", lambda connection, _: connection.execute(pragma))
    store._engine.dispose()
    big = small(extra=[{"id": f"e{n}", "kind": "support", "treatment": "t" * 4000} for n in range(40)])
    with pytest.raises(StoreError, match=r"nothing of this was stored"):
        store.save(big, reason="r")
    store.close()
    again = Store.open(tmp_path, url="")
    assert again.case("c1") == small()
    assert again.verify().journal_rows == 2
    again.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not a database URL"),
        ("mysql://u@h/d", "not supported"),
        ("postgresql://u@127.0.0.1:1/d", "cannot be"),
    ],
)
def test_a_database_that_cannot_be_used_is_said(tmp_path, url, words):
    with pytest.raises(StoreError, match=words):
        Store.open(tmp_path, url=url)


def test_a_foreign_postgresql_database_is_not_touched(tmp_path, postgres_server):
    with postgres.database(postgres_server) as url:
        connection = postgres.connect(url)
        connection.execute(text("CREATE TABLE recipes (id INTEGER)"))
        connection.close()
        with pytest.raises(StoreError, match="not a Myelon database"):
            Store.open(tmp_path, url=url)


def test_the_environment_names_the_database(tmp_path, postgres_server, monkeypatch):
    with postgres.database(postgres_server) as url:
        monkeypatch.setenv("MYELON_DATABASE_URL", url)
        store = Store.open(tmp_path)
        assert store.database == "PostgreSQL"
        store.close()
    assert not (tmp_path / FILENAME).exists()
