"""Entry by people: what a form shows is what it writes, and nothing it cannot show is lost."""

import re
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from myelon.demo.hospital import CASES, demo_case
from myelon.record.kinds import KINDS
from myelon.web.app import create_app


class Filled(HTMLParser):
    """The form of an entry as a browser would send it."""

    def __init__(self, text):
        super().__init__()
        self.values, self._in, self._area, self._select, self._option = {}, False, None, None, None
        self.feed(text)

    def put(self, name, value):
        self.values.setdefault(name, []).append(value)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self._in = "data-draft" in a
        if not self._in:
            return
        if tag == "input" and a.get("name") and (a.get("type") != "checkbox" or "checked" in a):
            self.put(a["name"], a.get("value") or "")
        elif tag == "textarea":
            self._area = [a["name"], ""]
        elif tag == "select":
            self._select = [a.get("name"), None, None]
        elif tag == "option" and self._select:
            self._option = [a.get("value"), "selected" in a, ""]

    def handle_data(self, data):
        if self._area:
            self._area[1] += data
        if self._option:
            self._option[2] += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self._area:
            self.put(*self._area)
            self._area = None
        elif tag == "option" and self._option:
            value = self._option[2] if self._option[0] is None else self._option[0]
            self._select[1] = value if self._select[1] is None else self._select[1]
            self._select[2] = value if self._option[1] else self._select[2]
            self._option = None
        elif tag == "select" and self._select:
            name, first, chosen = self._select
            self.put(name, first if chosen is None else chosen)
            self._select = None
        elif tag == "form":
            self._in = False


@pytest.fixture
def client(tmp_path):
    with TestClient(create_app(tmp_path / "data"), follow_redirects=True) as client:
        yield client


@pytest.fixture
def store(client):
    return client.app.state.store


@pytest.fixture
def girl(client, store):
    store.save(demo_case("paper-003"), reason="r")
    return "/cases/paper-003"


def form(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return Filled(answer.text).values


def wrong(answer):
    return re.findall(r'class="wrong">([^<]+)<', answer.text)


@pytest.mark.parametrize("name", CASES)
def test_every_entry_of_every_case_comes_back_from_its_form_as_it_was(name, client, store):
    case = demo_case(name)
    store.save(case, reason="r")
    version = store.version(name)
    for entry in case.entries:
        address = f"/cases/{name}/entries/{entry.id}"
        answer = client.post(address, data=form(client, address))
        assert answer.status_code == 200, (entry.id, wrong(answer))
    assert store.case(name) == case
    assert store.version(name) == version, "saving what stands already writes nothing"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_form_and_an_empty_one_says_what_is_needed(kind, client, girl):
    values = form(client, f"{girl}/entries/new?kind={kind}")
    assert values["_kind"] == [kind]
    answer = client.post(f"{girl}/entries/{values['_id'][0]}", data=values)
    needed = [n for n, f in KINDS[kind].model_fields.items() if f.is_required() and n not in {"id", "kind"}]
    assert answer.status_code == (422 if needed and needed != ["ordinal"] else 200)


def test_a_new_entry_with_words_for_its_time_is_one_journal_row(client, girl, store):
    values = form(client, f"{girl}/entries/new?kind=neurology")
    values |= {
        "when": ["60 days after RT 1"], "bladder": ["normal"], "mrc:right leg:L2": ["4"], "mrc:left leg:": ["3"],
        "sensory.0.limb": ["right leg"], "sensory.0.state": ["numb"], "_reason": ["seen on the ward"],
    }  # fmt: skip
    before = store.version("paper-003")
    answer = client.post(f"{girl}/entries/{values['_id'][0]}", data=values)
    assert "saved by local user" in answer.text
    entry = store.case("paper-003").by_id[values["_id"][0]]
    assert (entry.when.anchor, entry.when.anchor_point, entry.when.text) == ("rt-1", "unknown", "60 days after RT 1")
    assert {(d.limb, d.myotome, d.mrc) for d in entry.motor} == {("right leg", "L2", 4), ("left leg", "", 3)}
    assert entry.sensory[0].state == "numb"
    rows = store.history("paper-003")[before:]
    assert [(r.entry_id, r.reason) for r in rows] == [("case", "seen on the ward"), (entry.id, "seen on the ward")]


def test_a_problem_stands_beside_its_field_and_nothing_is_written(client, girl, store):
    values = form(client, f"{girl}/entries/new?kind=radiotherapy")
    values |= {
        "total_gy": ["-5"],
        "when": ["tomorrow perhaps"],
        "duration": ["long"],
        "levels.from": ["T9"],
        "levels.to": ["T4"],
    }
    before = store.version("paper-003")
    answer = client.post(f"{girl}/entries/{values['_id'][0]}", data=values)
    assert answer.status_code == 422
    said = " ".join(wrong(answer))
    assert "greater than 0" in said
    assert "is not a time that can be read" in said
    assert "is not a length of time" in said
    assert 'value="tomorrow perhaps"' in answer.text
    assert store.version("paper-003") == before


def test_the_second_of_two_people_is_told_and_keeps_the_words(client, girl, store):
    address = f"{girl}/entries/neurology-4"
    mine, theirs = form(client, address), form(client, address)
    client.post(address, data=theirs | {"ambulation": ["chair"]})
    answer = client.post(address, data=mine | {"ambulation": ["two sticks"]})
    assert answer.status_code == 409
    assert "written meanwhile by local user" in answer.text
    assert 'value="two sticks"' in answer.text
    assert store.case("paper-003").by_id["neurology-4"].ambulation == "chair"
    again = Filled(answer.text).values
    assert client.post(address, data=again).status_code == 200
    assert store.case("paper-003").by_id["neurology-4"].ambulation == "two sticks"


def test_undo_is_an_amendment_and_a_new_entry_is_taken_back(client, girl, store):
    address = f"{girl}/entries/neurology-4"
    client.post(address, data=form(client, address) | {"ambulation": ["chair"]})
    assert client.post(f"{address}/undo").status_code == 422
    client.post(f"{address}/undo", data={"expected": 2})
    assert store.case("paper-003") == demo_case("paper-003")
    assert [r.version for r in store.history("paper-003") if r.entry_id == "neurology-4"] == [1, 2, 3]
    values = form(client, f"{girl}/entries/new?kind=support") | {"treatment": ["physiotherapy"]}
    client.post(f"{girl}/entries/{values['_id'][0]}", data=values)
    client.post(f"{girl}/entries/{values['_id'][0]}/undo", data={"expected": 1})
    assert values["_id"][0] not in store.case("paper-003").by_id
    assert client.post(f"{girl}/entries/nothing/undo", data={"expected": 1}).status_code == 404


def test_undo_takes_back_only_the_change_that_was_seen(client, girl, store):
    address = f"{girl}/entries/neurology-4"
    client.post(address, data=form(client, address) | {"ambulation": ["chair"]})
    assert (
        '/undo" hx-boost="false"><input type="hidden" name="expected" value="2">'
        in client.get(f"{girl}/record?saved=neurology-4").text
    )
    client.post(address, data=form(client, address) | {"ambulation": ["two sticks"]})
    answer = client.post(f"{address}/undo", data={"expected": 2})
    assert answer.status_code == 409
    assert "written meanwhile" in answer.text
    assert store.case("paper-003").by_id["neurology-4"].ambulation == "two sticks"
    assert client.post(f"{address}/retract", data={"expected": 2, "reason": "r"}).status_code == 409
    assert client.post(f"{address}/undo", data={"expected": 9}).status_code == 409
    client.post(f"{address}/undo", data={"expected": 3})
    assert store.case("paper-003").by_id["neurology-4"].ambulation == "chair"


def test_a_version_that_is_no_number_is_said(client, girl):
    address = f"{girl}/entries/neurology-4"
    for odd in ("²", "x", "-1", "9" * 5000):
        assert client.post(address, data=form(client, address) | {"_expected": [odd]}).status_code == 422
    for odd in ("²", "9" * 5000):
        assert client.get(f"{girl}/dose", params={"n": odd}).status_code == 200


def test_an_entry_that_others_point_to_is_not_taken_back(client, girl, store):
    answer = client.post(f"{girl}/entries/rt-1/retract", data={"reason": "wrong", "expected": 1})
    assert answer.status_code == 422
    assert "rt-1" in store.case("paper-003").by_id
    empty = {"reason": "", "expected": 1}
    assert client.post(f"{girl}/entries/limitations/retract", data=empty).status_code == 422


def test_the_last_assessment_is_copied_without_its_time(client, girl):
    text = client.get(f"{girl}/entries/new?kind=neurology").text
    assert "Like the last one: neurology-5" in text
    values = form(client, f"{girl}/entries/new?kind=neurology&like=neurology-5")
    assert values["walking_aid"] == ["walking sticks"]
    assert values["when"] == [""]
    assert values["_id"] == ["neurology-6"]


def test_a_suspect_unit_is_neither_copied_nor_a_template_until_a_person_resolves_it(client, store):
    store.save(demo_case("paper-000"), reason="r")
    for query in ("like=line-2", "regimen=bev-ice"):
        answer = client.get(f"/cases/paper-000/entries/new?kind=systemic&{query}")
        assert answer.status_code == 422
        assert "mg/m2" in answer.text
    assert "unit suspect" in client.get("/cases/paper-000/entries/new?kind=systemic").text
    assert form(client, "/cases/paper-000/entries/new?kind=systemic&regimen=cav")["agents.1.dose.value"] == ["50"]
    for drug in ("bevacizumab", "ifosfamide"):
        data = {"key": f"unit:line-2:{drug}", "reading": "mg/kg", "by": "Dr A", "reason": "asked the authors"}
        data["seen"] = store.version("paper-000")
        assert client.post("/cases/paper-000/findings/resolve", data=data).status_code == 200
    assert client.get("/cases/paper-000/entries/new?kind=systemic&like=line-2").status_code == 200


def test_a_finding_is_resolved_by_a_person_and_both_statements_stay(client, girl, store):
    data = {"key": "interval:interval-recurrence-2", "reading": "7 months", "by": "Dr A", "reason": "the dates say so"}
    data["seen"] = store.version("paper-003")
    text = client.post(f"{girl}/findings/resolve", data=data).text
    assert "7 months" in text
    assert "Dr A: the dates say so" in text
    again = client.post(f"{girl}/findings/resolve", data=data | {"key": "cumulative:doxorubicin", "reading": "watched"})
    assert "watched" in again.text
    seen = store.version("paper-003")
    first = client.post(f"{girl}/findings/resolve", data=data | {"reading": "8 months", "seen": seen})
    assert first.status_code == 200
    second = client.post(f"{girl}/findings/resolve", data=data | {"reading": "9 months", "seen": seen})
    assert second.status_code == 409
    assert "8 months" in client.get(f"{girl}/findings").text
    assert client.post(f"{girl}/findings/resolve", data=data | {"reason": " "}).status_code == 422
    assert client.post(f"{girl}/findings/resolve", data=data | {"key": "nothing"}).status_code == 422


@pytest.mark.parametrize(
    ("words", "field", "said"),
    [
        ("June 2016", "reading", "2016-06-01 to 2016-06-30"),
        ("60 days after RT 1", "reading", "start or end not said: both are kept"),
        ("after death", "reading", "an order only"),
        ("the day before", "problem", "is not a time"),
        ("2 days after nothing", "problem", "is no entry"),
        ("3 days after neurology-4", "problem", "cannot hang on itself"),
    ],
)
def test_a_time_is_read_while_it_is_typed(client, girl, words, field, said):
    query = {"words": words, "entry": "neurology-4", "kind": "neurology"}
    assert said in client.get(f"{girl}/when", params=query).json()[field]


def test_terms_come_while_they_are_typed(client):
    (term, *_) = client.get("/ctcae.json", params={"q": "anaem"}).json()
    assert (term["name"], len(term["grades"])) == ("Anemia", 5)
    assert client.get("/ctcae.json").json() == []


def test_a_case_is_begun_on_the_page(client, store):
    text = client.post(
        "/cases/new", data={"id": "n-1", "title": "N", "sex": "female", "age": "14", "entity": "Chordoma"}
    ).text
    assert "2 entries" in text
    assert store.case("n-1").subject.label == "14 F"
    taken = client.post("/cases/new", data={"id": "n-1", "title": "N"})
    assert taken.status_code == 422
    assert "written meanwhile" in taken.text
    assert client.post("/cases/new", data={"id": "a b", "title": "N"}).status_code == 422


@pytest.mark.parametrize("address", ["entries/new?kind=nonsense", "entries/new?kind=systemic&regimen=x"])
def test_what_does_not_exist_is_said(client, girl, address):
    assert client.get(f"{girl}/{address}").status_code == 422
    assert client.get(f"{girl}/entries/nothing").status_code == 404
