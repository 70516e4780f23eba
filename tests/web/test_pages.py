"""Every page in-process: what it says, what it refuses, what every answer carries."""

import io
import re

import pytest
import yaml
from starlette.testclient import TestClient

from myelon.demo.hospital import CASES, demo_case
from myelon.demo.phantoms import PHANTOMS
from myelon.record.case import write_case
from myelon.web.app import create_app
from myelon.web.render import INTENDED_USE, NAVIGATION, window_words

CASE_PAGES = ["", "/spine", "/dose", "/scores", "/findings", "/journal"]
PAGES = [
    *[address for _, address in NAVIGATION],
    "/library/sources",
    "/library/regimens",
    "/library/ctcae?q=neutropenia",
    "/library/paper-002",
    *[f"/cases/{c}{p}" for c in CASES for p in CASE_PAGES],
    *[f"/board/{c}" for c in CASES],
]


@pytest.fixture(scope="module")
def client(hospital):
    with TestClient(create_app(hospital)) as client:
        yield client


@pytest.fixture
def own(tmp_path):
    with TestClient(create_app(tmp_path / "data"), follow_redirects=True) as client:
        yield client


@pytest.mark.parametrize("address", PAGES)
def test_every_page_answers_with_policy_and_intended_use(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "medical device" in answer.text
    assert " style=" not in answer.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
    assert not re.search(r"\son[a-z]+=", answer.text)


def test_the_list_says_which_cases_have_dose_files(client):
    text = client.get("/cases").text
    assert text.count("<td>dose files</td>") == 2
    assert text.count("<td>prescription</td>") >= 3


def test_six_places_in_the_navigation():
    assert [name for name, _ in NAVIGATION] == ["Cases", "Board", "Cohorts", "Library", "Quality", "Admin"]


@pytest.mark.parametrize(("case", "words"), [("phantom-1", "Synthetic, nobody's data"), ("paper-000", "CASE2464")])
@pytest.mark.parametrize("page", CASE_PAGES)
def test_every_page_of_a_case_says_what_it_is(client, case, words, page):
    assert words in client.get(f"/cases/{case}{page}").text.replace("&#39;", "'")


def test_the_dose_page_of_paper_000_shows_its_numbers_and_their_basis(client):
    text = client.get("/cases/paper-000/dose").text
    for words in ("177.36", "88.68", "10.5", "prescription", "no RTDOSE received", "85.82", "hytec.rert.cum"):
        assert words in text
    assert text.count("#exceeded") == 5


def test_the_dose_page_of_a_phantom_shows_lines_and_voxel_sums(client):
    text = client.get("/cases/phantom-1/dose").text
    assert "voxel sum" in text
    for letter in "APSIRL":
        assert f">{letter}</text>" in text
    assert text.count("<polyline") >= 10
    assert "data:image/png;base64," in text
    assert "T10" in text


def test_numbers_explain_themselves_in_place(client):
    text = client.get("/cases/paper-000/dose").text
    why = text[text.index('class="because"') :][:2500]
    for words in ("50.4 × (1 + 1.80 / 2.0)", "95.76", "81.60", "000 A36", "n·d·(1 + d / (α/β))"):
        assert words in why


def test_the_timeline_counts_from_a_chosen_zero(client):
    text = client.get("/cases/paper-000?zero=surgery-1&at=latest").text
    assert "windows in months from surgery-1.start" in text
    assert client.get("/cases/paper-000?zero=nowhere").status_code == 422
    assert client.get("/cases/paper-000?at=somewhen").status_code == 422


def test_findings_show_both_statements_and_stay_open(client):
    text = client.get("/cases/paper-000/findings").text
    for number in range(1, 13):
        assert f'id="XA{number}"' in text
    assert "“methionine 27 mutation in histone 3: negative”" in text


def test_what_is_not_there_is_said_plainly(client):
    for address in ("/cases/nobody", "/nowhere", "/board/nobody", f"/cohorts/{'0' * 64}", "/cohorts/nonsense"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert INTENDED_USE.split(":")[0] in answer.text


def test_foreign_hosts_and_origins_are_refused(client):
    assert client.get("/cases", headers={"host": "evil.example"}).status_code == 421
    files = {"table": ("t.csv", b"time,event\n1,1\n")}
    assert client.post("/cohorts", files=files, headers={"origin": "http://evil.example"}).status_code == 403


def test_a_table_becomes_curves_and_tests(own):
    table = "time,event,group\n" + "\n".join(f"{t},{t % 3 != 0:d},{'AB'[t % 2]}" for t in range(1, 40))
    answer = own.post("/cohorts", files={"table": ("t.csv", table.encode())})
    assert answer.status_code == 200
    assert re.search(r"/cohorts/[0-9a-f]{64}$", str(answer.url))
    for words in ("Kaplan–Meier", "logrank", "gehan-breslow", "Mantel–Haenszel", "39 of 39 rows"):
        assert words in answer.text
    assert "not 0 or 1" in own.get(f"{answer.url}?time=time&event=time").text
    assert own.post("/cohorts", files={"table": ("t.csv", b"\xff\xfe\x00")}).status_code == 422


def test_a_case_with_its_dicom_goes_in_by_the_form(own):
    phantom = PHANTOMS[1]
    objects = {f"{kind}.{n}": content for kind, rows in phantom.dicom().items() for n, content in enumerate(rows)}
    document = yaml.safe_load(write_case(demo_case("phantom-2")))
    for entry in document["entries"]:
        if entry["kind"] == "radiotherapy":
            n = entry["ordinal"] - 1
            entry["files"] = {"rtdose": f"rtdose.{n}", "rtplan": f"rtplan.{n}", "rtstruct": "rtstruct.0"}
    wanted = [("dicom", (n, io.BytesIO(c))) for n, c in objects.items() if not n.startswith("ct")]
    case = ("case", ("case.yaml", yaml.safe_dump(document).encode()))
    missing = own.post("/cases", files=[case, *wanted[:-1]])
    assert missing.status_code == 422
    assert "was not sent" in missing.text
    assert own.get("/cases/phantom-2").status_code == 404
    answer = own.post("/cases", files=[case, *wanted])
    assert answer.status_code == 200
    assert str(answer.url).endswith("/cases/phantom-2")
    assert "voxel sum" in own.get("/cases/phantom-2/dose").text


def test_a_bad_case_is_refused_and_nothing_is_stored(own):
    for content in (b"a: [", b"\xff\xfe", b"schema: x"):
        assert own.post("/cases", files={"case": ("c.yaml", content)}).status_code == 422
    assert "No case yet" in own.get("/cases").text


def test_words_from_a_record_cannot_become_markup(own):
    document = yaml.safe_load(write_case(demo_case("phantom-2")))
    evil = '"><script>alert(1)</script>'
    document["title"] = document["entries"][1]["entity"] = document["entries"][5]["text"] = evil
    own.post("/cases", files={"case": ("c.yaml", yaml.safe_dump(document).encode())})
    for page in ("/cases", *(f"/cases/phantom-2{p}" for p in CASE_PAGES), "/board/phantom-2", "/quality"):
        answer = own.get(page)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


def test_the_least_case_there_can_be_has_every_page(own):
    least = {"schema": "myelon.case/1", "id": "least", "title": "Least", "about": {"nature": "local"}, "zero": "a"}
    least["entries"] = [{"id": "a", "kind": "support", "treatment": "x"}]
    assert own.post("/cases", files={"case": ("c.yaml", yaml.safe_dump(least).encode())}).status_code == 200
    for page in ("/cases", *(f"/cases/least{p}" for p in CASE_PAGES), "/board", "/board/least", "/quality"):
        assert own.get(page).status_code == 200, page
    least["entries"] = [
        {"id": "a", "kind": "radiotherapy", "ordinal": 1, "total_gy": 30, "fractions": 10},
        {"id": "b", "kind": "radiotherapy", "ordinal": 2, "total_gy": 20, "fractions": 5},
    ]
    least["id"] = "two"
    assert own.post("/cases", files={"case": ("c.yaml", yaml.safe_dump(least).encode())}).status_code == 200
    for page in ("/cases", *(f"/cases/two{p}" for p in CASE_PAGES), "/board/two", "/quality"):
        assert own.get(page).status_code == 200, page


def test_a_zero_that_is_no_reference_is_refused(own):
    own.post("/cases", files={"case": ("c.yaml", write_case(demo_case("phantom-2")).encode())})
    for zero in ("a.b.c", "%20", "../x"):
        assert own.get(f"/cases/phantom-2?zero={zero}").status_code == 422


def test_a_changed_journal_shows_on_the_quality_page(own, tmp_path):
    import sqlite3

    own.post("/cases", files={"case": ("c.yaml", write_case(demo_case("phantom-2")).encode())})
    with sqlite3.connect(tmp_path / "data" / "myelon.sqlite3") as connection:
        connection.execute("UPDATE journal SET reason = 'x' WHERE seq = 2")
    connection.close()
    assert "was changed after it was written" in own.get("/quality").text


@pytest.mark.parametrize(
    ("window", "words"),
    [((None, None), "open"), ((0.0, None), "≥ 0"), ((None, -0.2), "≤ 0"), ((-5.0, 3.0), "−5 to 3"), ((60.0, 60.0), "60"),
     ((14.0, 60.0), "14–60")],
)  # fmt: skip
def test_windows_in_words(window, words):
    from myelon.record.timeline import Window

    assert window_words(Window(*window)) == words


def test_vendored_files_are_those_of_the_lock():
    import hashlib
    import json
    from pathlib import Path

    import myelon.web

    folder = Path(myelon.web.__file__).parent / "static/vendor"
    lock = json.loads((folder / "vendor.lock.json").read_text())
    assert {row["file"] for row in lock} == {p.name for p in folder.iterdir()} - {"vendor.lock.json"}
    for row in lock:
        assert hashlib.sha256((folder / row["file"]).read_bytes()).hexdigest() == row["sha256"]
