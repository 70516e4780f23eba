"""Broken inputs: every reader gives a typed error or the right answer, soon and in little memory."""

import io
import json
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from made_cases import documents, made_cases
from myelon.board.packet import prepare
from myelon.demo.hospital import demo_case
from myelon.errors import MyelonError
from myelon.exchange.import_map import bundled_map, preview, read_map
from myelon.exchange.sheet import read_sheet
from myelon.record.case import case_from, read_case, write_case
from myelon.record.say_when import say_period, say_when
from myelon.store import Store

SECONDS, MEGABYTES = 2.0, 512
CASE = write_case(demo_case("paper-003")).encode()
TABLE = b"patient,sex,age,iscm_date,segments,radiotherapy\nA,f,60,2020-05-01,T;L,yes\nB,m,,June 2021,,no\n"
COHORT = bundled_map("paper-002")


def workbook():
    book = Workbook()
    for line in TABLE.decode().splitlines():
        book.active.append(line.split(","))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


XLSX = workbook()


@st.composite
def mutations(draw, original):
    """The original with a few bytes changed, cut, doubled or put in."""
    content = bytearray(original)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        length = draw(st.integers(0, 12))
        match draw(st.sampled_from(["change", "cut", "double", "put", "end"])):
            case "change":
                content[at : at + length] = draw(st.binary(min_size=length, max_size=length))
            case "cut":
                del content[at : at + length]
            case "double":
                content[at:at] = content[at : at + 40 * length]
            case "put":
                content[at:at] = draw(st.sampled_from([b"{", b"[", b'"', b"&a ", b"*a", b"\x00", b"\xff", b": ", b"- ", b"1e999", b".nan",
                                                       b"!!python/object:os.system ", b"\n", b"\t", b",", b";"]))  # fmt: skip
            case "end":
                del content[at:]
    return bytes(content)


def soon(task):
    start = time.perf_counter()
    try:
        return task()
    except MyelonError:
        return None
    finally:
        assert time.perf_counter() - start < SECONDS


def read(content):
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return read_case(text)


def mutated_document(content):
    case = soon(lambda: read(content))
    if case is not None:
        assert read_case(write_case(case)) == case


def any_document(document):
    case = soon(lambda: case_from(document))
    if case is not None:
        soon(lambda: prepare(case))
        assert read_case(write_case(case)) == case
        assert read_case(json.dumps(document)) == case


def mutated_table(content):
    seen = soon(lambda: preview(read_sheet(content, "t"), COHORT))
    if seen is not None:
        assert all(case.entries for case in seen.cases)


def any_map(value):
    soon(lambda: read_map(json.dumps(value)))


def any_words(text):
    soon(lambda: say_when(text, {"rt 1": "rt-1"}))
    soon(lambda: say_period(text))


NESTED = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)
SAID = st.from_regex(r"[0-9≈~]{0,4} ?(days?|months?) (after|before) (the )?(end of )?rt 1", fullmatch=True)
READERS = {
    "mutated documents": (mutated_document, mutations(CASE)),
    "documents made from the models": (any_document, documents()),
    "mutated tables": (mutated_table, st.one_of(mutations(TABLE), mutations(XLSX))),
    "any value as a map": (any_map, NESTED),
    "any words as a time": (any_words, st.text(max_size=60) | SAID),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("examples", [60, pytest.param(3000, marks=pytest.mark.fuzz)])
def test_a_reader_gives_the_answer_or_a_typed_error(name, examples):
    task, inputs = READERS[name]
    settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))(given(inputs)(task))()


# ── round trips of cases that Hypothesis makes ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("examples", [40, pytest.param(1500, marks=pytest.mark.fuzz)])
def test_document_store_export_import_is_the_identical_case(examples, tmp_path, database_url):
    store, other = Store.open(tmp_path / "a", url=database_url), Store.open(tmp_path / "b", url="")
    numbers = count()

    def round_trip(case):
        case = case.model_copy(update={"id": f"made-{next(numbers)}"})
        store.save(case, reason="r")
        assert store.case(case.id) == case
        packed = io.BytesIO()
        store.export(case.id, packed)
        packed.seek(0)
        assert other.receive_export(packed) == case
        assert other.case(case.id) == case
        assert read_case(write_case(case)) == case

    how = settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    how(given(made_cases())(round_trip))()
    assert store.verify().journal_rows > examples
    store.close()
    other.close()


# ── single monsters ─────────────────────────────────────────────────────────────────────────────────────

MONSTERS = {
    "100,000 levels of lists": "'[' * 100_000",
    "100,000 levels of mappings": "'{\"a\":' * 100_000 + '1' + '}' * 100_000",
    "100,000 levels by indentation": "'\\n'.join(' ' * n + 'a:' for n in range(3000))",
    "50 MB of one string": "'a: \"' + 'x' * 50_000_000 + '\"'",
    "50 MB of entries": "'entries:\\n' + '- {id: a, kind: support}\\n' * 2_000_000",
    "an alias bomb": "'a: &a [x,x,x,x,x,x,x,x,x]\\n' + ''.join(f'{chr(98+i)}: &{chr(98+i)} [' + ','.join(['*'+chr(97+i)]*9) + ']\\n' for i in range(9))",
    "a key that stands twice": "'schema: myelon.case/1\\nschema: x\\n'",
    "a number of a million digits": "'a: ' + '9' * 1_000_000",
    "not a number": "'schema: myelon.case/1\\nid: a\\ntitle: t\\nabout: {nature: local}\\nzero: o\\nentries: [{id: o, kind: observation, what: x, value: {value: .nan, unit: x}}]'",
    "infinity": "'schema: myelon.case/1\\nid: a\\ntitle: t\\nabout: {nature: local}\\nzero: o\\nentries: [{id: o, kind: observation, what: x, value: {value: 1e999, unit: x}}]'",
    "a half character": "'schema: myelon.case/1\\nid: a\\ntitle: \"\\\\ud800\"\\nabout: {nature: local}\\nzero: o\\nentries: [{id: o, kind: support, treatment: x}]'",
    "a Python object": "'!!python/object/apply:os.system [\"true\"]'",
}
WATCHED = """
import re, time
from pathlib import Path
from myelon.errors import MyelonError
from myelon.record.case import read_case
text = {text}
start = time.perf_counter()
try:
    read_case(text)
    print("read")
except MyelonError as error:
    print(type(error).__name__, error.what[:80])
seconds = time.perf_counter() - start
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())  # maxrss would count the parent's
print(seconds, int(peak[1]) / 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("name", MONSTERS)
def test_a_monster_is_refused_soon_and_in_little_memory(name):
    done = subprocess.run(
        [sys.executable, "-c", WATCHED.format(text=MONSTERS[name])],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-500:]
    said, figures = done.stdout.strip().splitlines()
    assert said.startswith("CaseError"), said
    seconds, megabytes = (float(x) for x in figures.split())
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


BOMB = """
import io, time, zipfile
from myelon.errors import MyelonError
from myelon.exchange.sheet import read_sheet
stream = io.BytesIO()
with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("[Content_Types].xml", "<Types/>")
    archive.writestr("xl/worksheets/sheet1.xml", b"\\0" * 400_000_000)
content = stream.getvalue()
start = time.perf_counter()
try:
    read_sheet(content, "bomb")
except MyelonError as error:
    print(error.what)
print(time.perf_counter() - start)
"""


def test_a_workbook_that_unpacks_to_hundreds_of_megabytes_is_refused():
    done = subprocess.run([sys.executable, "-c", BOMB], capture_output=True, text=True, check=True, timeout=60)
    said, seconds = done.stdout.strip().splitlines()
    assert "larger than 12 MB unpacked" in said
    assert float(seconds) < SECONDS


def test_a_table_of_fifty_megabytes_is_refused_soon():
    big = b"patient\n" + b"x" * 60_000_000
    start = time.perf_counter()
    with pytest.raises(MyelonError, match="larger than 50 MB"):
        read_sheet(big, "t")
    assert time.perf_counter() - start < SECONDS


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "utf-32"])
def test_wrong_encodings_are_said(encoding):
    with pytest.raises(MyelonError, match="not UTF-8"):
        read_sheet("patient,größe\nä,1\n".encode(encoding), "t")
