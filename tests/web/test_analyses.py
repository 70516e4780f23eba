"""Analyses of the records on their pages: an address is an analysis."""

import html
import re
import shutil
import threading
import time

import pytest
from starlette.testclient import TestClient

from myelon.web import analyses
from myelon.web.app import create_app

START = "/cohorts/records"


@pytest.fixture(scope="module")
def shown(hospital):
    """A client over the demonstration hospital, for what only looks."""
    with TestClient(create_app(hospital)) as client:
        yield client


def test_the_page_shows_who_is_in_the_numbers_and_the_caution(shown):
    text = shown.get(START).text
    assert "62 of 76 patients; 58 counted" in text
    assert "0.0063" in text
    assert "some patients are synthetic: no result about patients" in text
    assert "A cohort&#39;s survival is no prognosis" in text or "A cohort's survival is no prognosis" in text
    assert "Treated and untreated are compared" not in text
    treated = shown.get(f"{START}?select=neoplasm+where+compartment+has+intramedullary&by=treated&lost=left+out").text
    assert "Treated and untreated are compared" in treated
    assert "landmark=3" in treated
    assert "those of the whole record" in treated
    later = f"{START}?select=neoplasm+where+compartment+has+intramedullary&by=treated&lost=left+out&landmark=3"
    assert "those of the day of the landmark" in shown.get(later).text


def test_the_girl_of_paper_003_is_in_with_her_entries(shown):
    text = shown.get(f"{START}?select=surgery+as+op%0Again+mrc+%3E%3D+1+after+op&endpoint=progression-free").text
    assert 'href="/cases/paper-003/timeline"' in text
    assert "MRC 4 at neurology-2, 5 at neurology-3" in text
    assert "0–608" in text


def test_competing_risks_and_a_model_have_their_figures(shown):
    start = f"{START}?select=neoplasm+where+compartment+has+intramedullary&lost=left+out"
    text = shown.get(f"{start}&endpoint=progression").text
    assert text.count('class="chart"') == 3
    assert "Cumulative incidence" in text
    assert "no share of patients" in text
    text = shown.get(f"{start}&model=region_group&model=age_years").text
    assert text.count('class="chart"') == 3
    assert "p of proportional hazards" in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("select=operation", "no entry is a"),
        ("endpoint=happiness&select=surgery", "no endpoint"),
        ("by=age_years", "is a number"),
        ("landmark=-3", "landmark"),
        ("table_one=shoe_size", "no variable"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_form_stays(shown, query, words):
    found = shown.get(f"{START}?{query}")
    assert found.status_code == 400
    assert words in found.text
    assert "<form" in found.text


def test_nobody_is_an_answer_too(shown):
    found = shown.get(f"{START}?select=patient+where+age_years+%3E+120")
    assert found.status_code == 200
    assert "nobody is selected of 76" in found.text


@pytest.mark.parametrize(
    "name", ["survival.docx", "table-one.csv", "tests.tex", "survival.md", "report.html", "report.pdf", "recipe.yaml"]
)
def test_every_file_of_an_analysis_is_there(shown, name):
    found = shown.get(f"{START}/file/{name}")
    assert found.status_code == 200
    assert len(found.content) > 100
    assert shown.get(f"{START}/file/{name}x").status_code in {404, 422}


def test_an_analysis_is_saved_in_versions(own):
    body = "schema: myelon.recipe/1\ntitle: x\nselect: surgery\nendpoint: progression\n"
    for _ in range(2):
        assert own.post("/cohorts/recipes", data={"title": "Operated", "body": body}).status_code == 200
    own.post("/cohorts/recipes", data={"title": "Operated", "body": body + "unit: day\n"})
    text = own.get("/cohorts").text
    assert text.count(">Operated<") == 2
    assert "unit=day" in text
    assert own.post("/cohorts/recipes", data={"title": "x", "body": "nonsense"}).status_code == 422


def test_what_would_leave_is_shown_to_the_letter(shown):
    text = shown.get(f"{START}/leaves").text
    assert "&#34;schema&#34;: &#34;myelon.summary/1&#34;" in text
    assert "times joined" in text
    assert "cohort-002-" not in text
    alone = "select=surgery+as+op%0Again+mrc+%3E%3D+1+after+op&endpoint=progression-free"
    assert "Nothing would leave: every group has fewer than 5 events" in shown.get(f"{START}/leaves?{alone}").text
    assert "may tell who it was" in shown.get(f"{START}/leaves?minimum_cell=0").text


def test_the_papers_are_computed_again(shown):
    text = shown.get("/cohorts/papers/002").text
    assert "104 come out exactly" in text
    assert "1.258 (95 % CI 0.7081–2.235)" in text
    assert "Nobody&#39;s data" in text
    assert "18/20 (90.0 %)" in shown.get("/cohorts/papers/004").text
    assert shown.get("/cohorts/papers/007").status_code == 422


def test_events_of_unknown_time_are_said_to_flatter(shown):
    text = shown.get(f"{START}?select=neoplasm+where+compartment+has+intramedullary&endpoint=paraplegia").text
    assert "with an event whose time is open cannot be counted: what is shown is too good" in text


def unread(client, monkeypatch):
    """A hospital whose records have not been read, and more of them than a page reads at once."""
    shutil.rmtree(client.app.state.store.folder / "registry", ignore_errors=True)
    monkeypatch.setattr(analyses, "AT_ONCE", 10)


def state_of(text):
    """The address that a page of running work asks again."""
    return html.unescape(re.search(r'hx-get="(/cohorts/records/state[^"]+)"', text)[1])


def test_long_work_says_how_far_it_is_and_gives_the_page_when_done(own, monkeypatch):
    unread(own, monkeypatch)
    text = own.get(START).text
    assert "Computing" in text
    assert "counted." not in text
    where = state_of(text)
    end = time.monotonic() + 60
    while "HX-Refresh" not in (answer := own.get(where)).headers:
        assert "Not computed" not in answer.text
        assert time.monotonic() < end
        time.sleep(0.05)
    assert "58 counted" in own.get(START).text  # at once: the answer is kept


def test_long_work_can_be_stopped_and_begun_again(own, monkeypatch):
    unread(own, monkeypatch)
    reached, go_on = threading.Event(), threading.Event()
    real = analyses.open_registry

    def slow(store, progress):
        progress(0.3, "reading records: 20 of 76")
        reached.set()
        assert go_on.wait(30)
        return real(store, progress=progress)

    monkeypatch.setattr(analyses, "open_registry", slow)
    text = own.get(START).text
    assert reached.wait(30)
    where = state_of(text)
    shown = own.get(where).text
    assert "reading records: 20 of 76" in shown
    assert 'value="0.27"' in shown
    assert own.get(START).text.count(re.search(r"job=(\w+)", where)[1]) == 2  # the same work, not another
    fields = dict(re.findall(r'name="(job|query)" value="([^"]*)"', shown))
    fields["query"] = html.unescape(fields["query"])
    assert own.post("/cohorts/records/stop", data=fields, follow_redirects=False).headers["location"] == "/cohorts"
    go_on.set()
    end = time.monotonic() + 30
    while "stopped, as asked" not in (text := own.get(where).text):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert "Try again" in text
    monkeypatch.setattr(analyses, "AT_ONCE", 100)
    assert "58 counted" in own.get(START).text
    assert "no such job" in own.get(f"{START}/state?job=none").text


def test_a_model_that_cannot_be_had_leaves_the_rest(shown):
    start = f"{START}?select=neoplasm+where+compartment+has+intramedullary&lost=left+out"
    text = shown.get(f"{start}&model=sites&by=region_group").text
    assert "58 counted" in text
    text = shown.get(f"{start}&endpoint=paraplegia&model=age_years").text
    assert "No model: no event" in text
    assert "counted." in text


CONDITION = f"{START}/condition"


def test_a_condition_is_put_together_from_what_the_records_hold(shown):
    text = shown.get(CONDITION, params={"kind": "radiotherapy", "field": "status"}).text
    assert '<option value="total_gy">total gy</option>' in text
    assert '<option value="delivered">' in text
    assert "after" not in text  # no line has a name yet
    given = {"select": "surgery as operation", "kind": "radiotherapy", "field": "total_gy", "operator": ">=", "value": "30",
             "direction": "after", "anchor": "operation", "within": "90", "levels": "1", "name": "course", "add": "1"}  # fmt: skip
    text = html.unescape(shown.get(CONDITION, params=given).text)
    line = "radiotherapy where total_gy >= 30 after operation within 90 days on the levels of operation as course"
    assert f"surgery as operation\n{line}</textarea>" in text
    assert '<option value="course">' in text  # and the next line may name it
    text = html.unescape(shown.get(CONDITION, params={"select": "surgery as op", "kind": "gain", "value": "2",
                                   "direction": "after", "anchor": "op", "add": "1"}).text)  # fmt: skip
    assert "surgery as op\ngain mrc >= 2 after op</textarea>" in text
    text = shown.get(CONDITION, params={"kind": "patient", "field": "sex"}).text
    assert '<option value="female">' in text


def test_a_condition_that_cannot_be_read_is_said_and_changes_nothing(shown):
    given = {"select": "surgery", "kind": "radiotherapy", "name": "no name", "add": "1"}
    text = shown.get(CONDITION, params=given).text
    assert ">surgery</textarea>" in text
    assert 'role="alert"' in text
    assert 'value="no name"' in text


def test_a_registry_deleted_under_the_service_is_made_anew(own):
    assert "58 counted" in own.get(START).text
    shutil.rmtree(own.app.state.store.folder / "registry")
    assert "patients" in own.get(f"{START}?select=surgery").text
    assert "cannot be read" not in own.get(f"{START}?select=surgery").text
    shutil.rmtree(own.app.state.store.folder / "registry")
    assert "total_gy" in own.get(CONDITION, params={"kind": "radiotherapy"}).text


def test_a_page_is_of_the_records_as_they_stand(own):
    assert "62 of 76 patients" in own.get(START).text
    own.app.state.store.delete("cohort-002-01", reason="twice")
    assert "61 of 75 patients" in own.get(START).text


def test_files_and_what_leaves_wait_for_long_work_on_the_page(own, monkeypatch):
    unread(own, monkeypatch)
    for where in (f"{START}/file/survival.csv", f"{START}/leaves"):
        answer = own.get(where, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(START)
