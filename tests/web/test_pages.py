"""Every page in-process: what it says, what it refuses, what every answer carries."""

import io
import re
import shutil
import xml.etree.ElementTree as ET

import pytest
import yaml
from starlette.testclient import TestClient

from myelon.board.packet import prepare_record
from myelon.demo.hospital import CASES, demo_case
from myelon.demo.phantoms import PHANTOMS
from myelon.errors import DoseError
from myelon.record.case import case_from, write_case
from myelon.record.kinds import Support, Surgery
from myelon.web.app import create_app
from myelon.web.render import INTENDED_USE, NAVIGATION, window_words

CASE_PAGES = ["", "/spine", "/dose", "/instruments", "/options", "/findings", "/journal"]
PAGES = [
    *[address for _, address in NAVIGATION],
    "/library/sources",
    "/library/regimens",
    "/library/ctcae?q=neutropenia",
    "/library/paper-002",
    "/cases/import",
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
    assert text.count("<td>dose files</td>") == 3
    assert text.count("<td>prescription</td>") >= 3


# ── tables, exports, deletion, versions ─────────────────────────────────────────────────────────────────

TABLE = "patient,Sex,age,iscm_date,paraplegia,colour\nA,f,60,2020-05-01,no,red\nB,m,61,June 2021,,blue\nC,x,62,2020-05-01,,\n"


def hidden(text):
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text))


def test_a_table_is_looked_at_then_written_then_undone(own):
    seen = own.post("/cases/import", files={"table": ("t.csv", TABLE.encode())}, data={"bundled": "paper-002"})
    assert "3 rows, 3 patients; nothing is written yet" in seen.text
    assert "is none of" in seen.text
    assert "Not imported: colour" in seen.text
    assert "Write 2 patients" in seen.text
    assert own.get("/cases").text.count("import-A") == 0
    again = own.post("/cases/import/check", data=hidden(seen.text) | {"column-sex": "", "column-age": "age"})
    assert "Write 3 patients" in again.text
    written = own.post("/cases/import/write", data=hidden(seen.text))
    assert "Undo all of it" in written.text
    assert "import-A" in own.get("/cases").text
    assert own.get("/cases/import-A").status_code == 200
    batch = re.search(r"/cases/import/([0-9a-f]+)/undo", written.text)[1]
    own.post(f"/cases/import/{batch}/undo")
    assert "import-A/findings" not in own.get("/cases").text
    assert own.get("/cases/import-A").status_code == 404
    gone = own.post("/cases/import/write", data=hidden(seen.text))
    assert gone.status_code == 422
    assert "no longer kept" in gone.text


@pytest.mark.parametrize("token", ["", "../../etc/passwd", "0" * 64])
def test_a_mark_that_is_none_of_a_table_is_refused(own, token):
    answer = own.post("/cases/import/check", data={"token": token, "bundled": "paper-002", "name": "t"})
    assert answer.status_code == 422


def test_a_map_of_ones_own(own):
    own_map = b"schema: myelon.import/1\nname: x\ncase: {key: p, zero: n}\nentries: [{id: n, kind: subject, set: {sex: male}, always: true}]"
    files = {"table": ("t.csv", b"p\n1\n"), "own": ("m.yaml", own_map)}
    assert "Write 1 patients" in own.post("/cases/import", files=files).text
    bad = own.post("/cases/import", files={**files, "own": ("m.yaml", b"\xff")})
    assert bad.status_code == 422


def test_a_case_is_deleted_with_a_reason_restored_exported_and_received(own, tmp_path):
    own.post("/cases", files={"case": ("c.yaml", write_case(demo_case("paper-003")).encode())})
    packed = own.get("/cases/paper-003/export.zip")
    assert packed.headers["content-type"] == "application/zip"
    assert own.post("/cases/paper-003/delete", data={"reason": ""}).status_code == 422
    listed = own.post("/cases/paper-003/delete", data={"reason": "an example"})
    assert "an example" in listed.text
    assert own.get("/cases/paper-003").status_code == 404
    assert own.post("/cases/paper-003/restore").status_code == 200
    with TestClient(create_app(tmp_path / "elsewhere"), follow_redirects=True) as other:
        assert other.post("/cases/receive", files={"export": ("e.zip", packed.content)}).status_code == 200
        assert other.get("/cases/paper-003/document.yaml").text == own.get("/cases/paper-003/document.yaml").text
        assert other.post("/cases/receive", files={"export": ("e.zip", b"no zip")}).status_code == 422


def test_the_journal_says_what_changed_between_two_versions(own):
    own.post("/cases", files={"case": ("c.yaml", write_case(demo_case("paper-003")).encode())})
    changed = write_case(demo_case("paper-003")).replace("title: Lumbar", "title: LUMBAR")
    own.post("/cases", files={"case": ("c.yaml", changed.encode())})
    text = own.get("/cases/paper-003/journal").text
    first = len(demo_case("paper-003").entries) + 1
    assert f"?from={first}&amp;to={first + 1}" in text
    said = own.get(f"/cases/paper-003/journal?from={first}&to={first + 1}").text
    assert "case: title was Lumbar" in said
    assert own.get("/cases/paper-003/journal?from=99999").status_code == 404


def test_a_document_is_looked_at_before_it_is_stored(own):
    text = write_case(demo_case("paper-003"))
    seen = own.post("/cases/preview", files={"case": ("c.yaml", text.encode())})
    assert "17 findings" in seen.text
    assert own.get("/cases/paper-003").status_code == 404
    assert own.post("/cases/preview/write", data=hidden(seen.text)).status_code == 200
    assert own.app.state.store.case("paper-003") == demo_case("paper-003")
    changed = own.post("/cases/preview", files={"case": ("c.yaml", text.replace("title: L", "title: l").encode())})
    assert "title was Lumbar" in changed.text
    own.app.state.store.amend("paper-003", Support(id="meanwhile", treatment="t"), reason="meanwhile")
    assert own.post("/cases/preview/write", data=hidden(changed.text)).status_code == 409
    assert own.post("/cases/preview", files={"case": ("c.yaml", b"\xff")}).status_code == 422
    assert own.post("/cases/preview/write", data={"token": "x", "expected": "0"}).status_code == 422


def many(count):
    entries = [{"id": "t", "kind": "neoplasm", "role": "primary", "entity": "Chordoma"}] if count else []
    kinds = [("encounter", {"setting": "home"}), ("observation", {"what": "ECOG", "value": {"value": 1, "unit": ""}}),
             ("neurology", {"motor": [{"limb": "legs", "mrc": 3}], "bladder": "normal"})]  # fmt: skip
    for n in range(count - 1):
        kind, fields = kinds[n % 3]
        when = {"kind": "relative", "anchor": "t", "offset": {"n": n, "n_max": n + 5, "unit": "day"}}
        entries.append({"id": f"e{n}", "kind": kind, "when": when, **fields})
    entries[0]["when"] = {"kind": "exact", "earliest": "2020-01-01", "latest": "2020-01-01"} if count > 1 else None
    head = {"schema": "myelon.case/1", "id": f"n{count}", "title": "N", "about": {"nature": "synthetic"}, "zero": "t"}
    return case_from(head | {"entries": [{k: v for k, v in e.items() if v is not None} for e in entries]})


@pytest.mark.parametrize(("count", "height"), [(1, None), (2, 120), (40, 1200), (1000, 1500)])
def test_the_timeline_of_few_and_of_many_entries(own, count, height):
    own.app.state.store.save(many(count), reason="r")
    text = own.get(f"/cases/n{count}").text
    if height is None:
        assert "No entry has a time yet" in text
        return
    assert text.count('class="entry"') == count
    drawn = float(re.search(r'<svg class="timeline" width="[^"]+" height="([^"]+)"', text)[1])
    assert drawn < height
    closer = own.get(f"/cases/n{count}?first=0&last=1").text
    assert closer.count('class="entry"') <= min(count, 4)


def test_the_timeline_zooms_and_leaves_as_a_file(client):
    text = client.get("/cases/paper-003").text
    for words in ('data-key="+"', 'data-key="["', "Recurrence 3", "Surgery 2", "MRC, least", "Sphincters"):
        assert words in text
    link = re.search(r'href="(\?[^"]+)" data-key="\+"', text)[1].replace("&amp;", "&")
    closer = client.get(f"/cases/paper-003{link}").text
    assert 0 < closer.count('class="entry"') < text.count('class="entry"')
    assert 'data-key="0"' in closer
    drawing = client.get("/cases/paper-003/timeline.svg?zero=rt-1")
    assert drawing.headers["content-type"] == "image/svg+xml"
    root = ET.fromstring(drawing.text)  # noqa: S314  # our own drawing
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(--" not in drawing.text
    assert "A published case." in drawing.text
    assert "Not a medical device" in drawing.text
    assert "Synthetic, nobody" in client.get("/cases/phantom-1/timeline.svg").text
    assert client.get("/cases/paper-003?first=nan&last=1").status_code == 422


def test_a_search_on_the_case_list(client):
    text = client.get("/cases?q=haemangiopericytoma").text
    assert "1 found" in text
    assert "/cases/paper-003" in text
    assert "No case holds all of these words" in client.get("/cases?q=zzzz").text
    assert "page 1 of 2" in client.get("/cases").text
    assert client.get("/cases?number=2").text.count("Synthetic patient") > 10


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
    assert text.count("#exceeded") == 6  # five of the sums, one of the second course by itself
    assert "above an unverified figure" in text


def test_the_distance_to_a_limit_is_struck_with_its_reasons(client):
    one = client.get("/cases/paper-000/dose").text
    assert "<s>" not in one
    struck = client.get("/cases/paper-000/dose?n=5&gap=200..400").text
    assert struck.count("does not hold: a third or later course") == 2
    for wrong in ("n=0", "n=two", "n=5&gap=soon", "n=5&gap=90..20"):
        answer = client.get(f"/cases/paper-000/dose?{wrong}")
        assert answer.status_code == 200
        assert 'role="alert"' in answer.text


def test_how_sure_a_sum_is_stands_beside_it_and_its_95th_percentile_is_judged(client):
    told = client.get("/cases/phantom-1/dose").text
    for words in (
        "95th percentile",
        "point maximum, P95",
        "as registered, fail",
        "seed 20261",
        "SpinalCord",
        "ThecalSac",
        "Search in the structure",
    ):
        assert words in told
    assert "How sure the sum is" not in client.get("/cases/paper-000/dose").text


def test_a_patient_under_18_is_said_beside_the_limits(client):
    assert "this patient was 14" in client.get("/cases/paper-003/dose").text
    assert "this patient was" not in client.get("/cases/paper-000/dose").text


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
    wanted = [("dicom", (n, io.BytesIO(c))) for n, c in objects.items() if n.startswith("rt")]
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


# ── what if ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_further_course_is_judged_before_it_is_given(client):
    text = client.get("/cases/paper-003/what-if?total=20&n=5&gap=200..400&ab=3").text
    assert "Save as an option for the board" in text
    assert "as it stands" in text
    assert "arithmetic on assumptions" in text
    assert "Save as an option" not in client.get("/cases/paper-003/what-if").text


def test_by_voxel_the_earlier_courses_can_be_shifted_and_recovery_changes_no_verdict(client):
    text = client.get("/cases/phantom-1/what-if?back=3&recovery=tolerance_25_50&gap=400").text
    assert "Compared with no limit" in text
    assert "point maximum, P95" in text
    quick = client.get("/cases/phantom-1/what-if?back=3&quick=true").text
    assert "As registered, while the slider moves" in quick
    assert "point maximum, P95" not in quick


@pytest.mark.parametrize(
    "wrong", ["ab=0", "ab=x", "ab=²", "total=20", "n=5", "total=1e9&n=5", "gap=soon", "recovery=mine", "right=99"]
)
def test_an_assumption_that_cannot_be_is_said_on_the_page(client, wrong):
    answer = client.get(f"/cases/phantom-1/what-if?{wrong}")
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text


def test_without_radiotherapy_there_is_nothing_to_start_from(client):
    assert "nothing to start from" in client.get("/cases/paper-004-fig-5/what-if").text


def test_a_planned_course_is_kept_as_an_option_of_the_board_with_every_figure(own):
    store = own.app.state.store
    store.save(demo_case("paper-003"), reason="r")
    sent = {"total": "20", "n": "5", "gap": "200..400"}
    assert own.post("/cases/paper-003/what-if", data=sent).status_code == 200
    assert own.post("/cases/paper-003/what-if", data=sent | {"total": "25"}).status_code == 200
    board = store.case("paper-003").by_id["board-rt-1"]
    first, second = board.options
    assert first.text.startswith("Radiotherapy 20 Gy in 5, 6.6–13.1 months after the last course, at ")
    assert second.text.startswith("Radiotherapy 25 Gy in 5")
    assert first.fate == "considered"
    shown = own.get("/cases/paper-003/what-if", params=sent).text
    sums = [r for r in first.reasons if r.startswith("basis prescription; sum EQD2 ")]
    assert sums[0].split("EQD2 ")[1].split(" Gy")[0] in shown
    assert any("Nieder 2006" in r and "exceeded" in r for r in first.reasons)
    assert own.post("/cases/paper-003/what-if", data={"total": "", "n": ""}).status_code == 422
    assert own.post("/cases/paper-003/what-if", data={"total": "x", "n": "5"}).status_code == 422


# ── three planes ────────────────────────────────────────────────────────────────────────────────────────


def test_three_planes_show_the_hottest_point_with_its_voxels_and_files(client):
    text = client.get("/cases/phantom-2/view").text
    for words in ("sagittal plane", "coronal plane", "axial plane", "at T8, in SpinalCord", "no transform: same frame"):
        assert words in text
    course = demo_case_files("phantom-2", client)
    assert course[:12] in text


def demo_case_files(case_id, client):
    return client.app.state.store.case(case_id).by_id["rt-1"].files.rtdose


def test_a_plane_is_drawn_by_itself_and_a_point_read(client):
    drawn = client.get("/cases/phantom-1/slice/axial.svg?x=0&y=8&z=50&show=rt-2&lines=relative")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert 'in percent of 24 Gy"' in drawn.text
    assert "cross across" in drawn.text
    at = client.get("/cases/phantom-1/dose-at?x=0&y=10&z=52").text
    assert "R 0.0, P 10.0, S 52.0 mm" in at
    assert "in SpinalCord" in at
    outside = client.get("/cases/phantom-1/dose-at?x=900&y=10&z=52").text
    assert "outside the dose grid" in outside
    assert "not known here" in outside


@pytest.mark.parametrize("address", ["view?x=1&y=&z=", "dose-at?x=a&y=1&z=1", "slice/axial.svg?x=1e9&y=0&z=0"])
def test_a_point_that_is_none_is_said(client, address):
    answer = client.get(f"/cases/phantom-1/{address}")
    assert answer.status_code == 422
    assert "Give x, y and z in mm" in answer.text


def test_without_dose_files_there_are_no_planes(client):
    assert "no dose files that can be summed" in client.get("/cases/paper-000/view").text
    assert client.get("/cases/paper-000/dose-at?x=0&y=0&z=0").status_code == 422


# ── what leaves ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_sum_leaves_as_an_rt_dose_that_says_what_it_is_and_reads_back(client, tmp_path):
    import pydicom

    from myelon.exchange.dicom import read_rtdose

    answer = client.get("/cases/phantom-1/eqd2-sum.dcm")
    assert answer.headers["content-type"] == "application/dicom"
    path = tmp_path / "sum.dcm"
    path.write_bytes(answer.content)
    data = pydicom.dcmread(path)
    assert (data.DoseUnits, data.DoseType, data.DoseSummationType) == ("GY", "EFFECTIVE", "MULTI_PLAN")
    assert len(data.DoseComment) <= 64
    assert "not physical dose" in data.DoseComment
    for words in ("SYNTHETIC", "alpha/beta 2 Gy", "RT 1 50.4 Gy in 28; RT 2 24 Gy in 5", "medical physicist"):
        assert words in data.ImageComments
    assert len(data.ReferencedRTPlanSequence) == 2
    grid = read_rtdose(path, fractions=33)
    assert grid.unit == "Gy (effective)"
    with pytest.raises(DoseError, match="not physical"):
        grid.to_eqd2(2.0)
    cord = next(v for v in client.get("/cases/phantom-1/dvh.csv").text.splitlines() if v.startswith("SpinalCord,sum"))
    assert cord.startswith("SpinalCord,sum,EQD2 at alpha/beta 2,0.00,")
    assert float(grid.values.max()) == pytest.approx(88.45, abs=0.3)


def test_the_curves_leave_as_a_table_with_a_head_that_says_what_they_are(client):
    lines = client.get("/cases/phantom-2/dvh.csv").text.splitlines()
    assert lines[0].startswith("\"# SYNTHETIC, nobody's data. Case phantom-2.")
    assert "medical device" in lines[0]
    assert lines[1] == "structure,course,quantity,dose_gy,volume_cc,volume_percent"
    rows = [line.split(",") for line in lines[2:]]
    assert {r[2] for r in rows} == {"physical dose", "EQD2 at alpha/beta 2", "EQD2 at alpha/beta 3"}
    volumes = [float(r[4]) for r in rows if r[:3] == ["SpinalCord", "RT 1", "physical dose"]]
    assert volumes == sorted(volumes, reverse=True)
    assert client.get("/cases/paper-000/dvh.csv").status_code == 422
    assert client.get("/cases/paper-000/eqd2-sum.dcm").status_code == 422


def test_the_report_fills_every_item_or_says_that_it_is_not_recorded(client):
    girl = client.get("/cases/paper-003/reirradiation").text
    for words in (
        "Indication and intent",
        "Performance (ECOG)",
        "not recorded",
        "RT 1 to RT 2: ≥ 24.7 months",
        "sum of prescriptions, not cord dose",
        "EQD2 110.00 Gy, BED 220.00 Gy at α/β 2",
        "no recovery is credited",
        "exceeded if the cord had the prescription",
        "line 1: CAV",
        "Reviewed by a medical physicist",
    ):
        assert words in girl, words
    phantom = client.get("/cases/phantom-1/reirradiation").text
    assert "95th percentile of 100 shifts" in phantom
    assert "SpinalCord, D0.03cc: EQD2" in phantom
    assert "No radiotherapy" in client.get("/cases/paper-004-fig-5/reirradiation").text


# ── from the contours ───────────────────────────────────────────────────────────────────────────────────


def test_the_contours_of_a_tumour_are_measured_and_a_grade_suggested(client):
    text = client.get("/cases/phantom-2/spine").text
    for words in ("From the contours", "ESCC, suggested: <b>0</b>", "6, 7", "B, C", "8.6", "Take into the record"):
        assert words in text, words
    inside = client.get("/cases/phantom-1/spine").text
    assert "Grade and zones are not suggested: 100% of the target lies in the cord" in inside
    assert "From the contours" not in client.get("/cases/paper-000/spine").text
    assert client.get("/cases/phantom-2/spine?target=PTV").status_code == 422


def test_a_person_takes_the_measurements_into_the_record(tmp_path, hospital):
    shutil.copytree(hospital, tmp_path / "data")
    with TestClient(create_app(tmp_path / "data"), follow_redirects=True) as own:
        store = own.app.state.store
        address = "/cases/phantom-2/spine/accept"
        assert own.post(address, data={"target": "GTV", "by": " "}).status_code == 422
        assert own.post(address, data={"target": "GTV", "by": "Dr A", "grade": "3"}).status_code == 422
        before = {i.id: r for i, r in prepare_record(store.case("phantom-2")).scores}
        sent = {"target": "GTV", "by": "Dr A", "grade": "0", "zones": "true"}
        assert own.post(address, data=sent).status_code == 200
        entry = store.case("phantom-2").by_id["contours-1"]
        main, zones = entry.lesions
        assert (main.epidural_grade, str(main.levels), main.max_diameter_cm) == ("0", "T8", 2.2)
        assert (zones.wbb_zones, zones.wbb_layers) == ((6, 7), ("B", "C"))
        assert entry.source[0].entered_by == "Dr A"
        after = {i.id: r for i, r in prepare_record(store.case("phantom-2")).scores}
        assert before["escc_2010"].because[0].option == "1b"
        assert after["escc_2010"].missing == ("grade",)  # two readings, and their order in time is not decided


def test_after_an_operation_a_person_says_that_the_contours_hold_it(tmp_path, hospital):
    shutil.copytree(hospital, tmp_path / "data")
    with TestClient(create_app(tmp_path / "data"), follow_redirects=True) as own:
        operation = Surgery(id="surgery-1", procedures=("laminectomy T8",), levels="T8", extent="partial")
        own.app.state.store.amend("phantom-2", operation, reason="r", expected=0)
        text = own.get("/cases/phantom-2/spine").text
        assert "not suggested: operated before: laminectomy T8" in text
        assert "ESCC, suggested" not in text
        assert "ESCC, suggested: <b>0</b>" in own.get("/cases/phantom-2/spine?holds=true").text


def test_a_hospitals_own_limits_stand_beside_the_published_ones(tmp_path, hospital):
    shutil.copytree(hospital, tmp_path / "data")
    table = tmp_path / "data" / "limits.csv"
    with TestClient(create_app(tmp_path / "data"), follow_redirects=True) as own:
        plain = own.get("/cases/paper-000/dose").text
        assert "own limits" not in plain
        head = "organ,course,metric,limit_gy,source,author\n"
        table.write_text(head + "spinal_cord,sum,Dmax,80,Protocol 9,A. Physicist\n", encoding="utf-8")
        text = own.get("/cases/paper-000/dose").text
        assert "Protocol 9, A. Physicist" in text
        assert text.count("exceeded") > plain.count("exceeded")
        assert "5 of 7" in own.get("/cases/paper-000/options").text  # the facts count published rows only
        table.write_text(head + "spinal_cord,7,Dmax,30,Protocol 9,A. Physicist\n", encoding="utf-8")
        silent = own.get("/cases/paper-000/dose").text
        assert "1 row was made for something else" in silent
        assert "RT 1: made for" in silent
        table.write_text(head + "spinal_cord,sum,Dmax,lots,Protocol 9,A. Physicist\n", encoding="utf-8")
        assert "limit_gy is &#39;lots&#39;" in own.get("/cases/paper-000/dose").text


def test_a_value_that_cannot_be_is_a_page_for_a_person_and_json_for_a_script(client):
    for address in ("/cases?order=zzz", "/cases?number=0", "/cases?number=many"):
        asked = client.get(address, headers={"accept": "text/html"})
        assert asked.status_code == 422, address
        assert "Go back and choose a value" in asked.text, address
        assert "decision support" in asked.text
        assert client.get(address, headers={"accept": "application/json"}).json()["detail"]
