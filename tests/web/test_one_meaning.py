"""A verdict is the same on every page and command: Options, Board, Dose, What if, the command line, a batch."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from myelon.board.considered import under
from myelon.board.facts import Situation
from myelon.board.options import deliberate
from myelon.board.packet import DosedPacket, Packet, has_dose_files, prepare, prepare_record
from myelon.demo.hospital import CASES
from myelon.dose.what_if import Assumed
from myelon.errors import InputError
from myelon.exchange.dose_batch import case_line
from myelon.store import Store
from myelon.web.app import create_app

MYELON = Path(sys.executable).with_name("myelon")


@pytest.fixture(scope="module")
def client(hospital):
    with TestClient(create_app(hospital)) as opened:
        yield opened


@pytest.fixture(scope="module")
def dosed(client):
    def of(case_id):
        return client.app.state.packets.dosed(case_id)

    return of


def words(text):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def said(judged):
    """Value, limit and verdict of each row."""
    return [(v.limit.id, v.value_text, v.outcome, v.says) for v in judged.verdicts]


@pytest.mark.parametrize("case_id", CASES)
def test_every_page_says_the_same_verdicts(client, dosed, case_id):
    dose = dosed(case_id).dose
    pages = {name: words(client.get(f"{name.format(case_id)}").text) for name in ("/board/{}", "/cases/{}/dose")}
    options = words(client.get(f"/cases/{case_id}/options").text)
    if dose is None:
        assert "of the limits" not in options
        return
    for row in dose.judged.verdicts:
        if row.outcome == "not applicable":
            continue
        for name, text in pages.items():
            assert row.value_text in text, (name, row.limit.id)
            assert row.says in text, (name, row.limit.id)
    fact = Situation(dosed(case_id)).ask("limit exceeded")
    assert fact.words in options
    if any(v.outcome == "fail" for v in dose.judged.verdicts):
        assert fact.value is True
    if fact.words.startswith(tuple("0123456789")):
        assert f"by {dose.basis}" in fact.words, "the words name the basis that they speak of"


@pytest.mark.parametrize("case_id", CASES)
def test_what_if_with_nothing_assumed_says_what_the_dose_says(dosed, case_id):
    packet = dosed(case_id)
    for dose in packet.doses:
        if dose.open_sum:
            continue
        first = under(dose, Assumed(alpha_beta_gy=dose.judged.alternative.alpha_beta_gy), packet.computed)[0]
        assert [(i, o) for i, _, o, _ in said(first.judged)] == [(i, o) for i, _, o, _ in said(dose.judged)]


@pytest.mark.parametrize("case_id", ["phantom-1", "phantom-2", "paper-000", "paper-003"])
def test_the_command_line_and_a_batch_say_what_the_pages_say(hospital, dosed, case_id, tmp_path):
    packet = dosed(case_id)
    command = [MYELON, "assess", "options", "--case", case_id, "--data", hospital, "--json"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert found == json.loads(json.dumps(deliberate(Situation(packet)).as_dict()))
    document = tmp_path / f"{case_id}.json"
    case = packet.case
    document.write_text(case.model_dump_json(by_alias=True, exclude_defaults=False), encoding="utf-8")
    store = Store.open(hospital)
    for entry in case.entries:
        files = getattr(entry, "files", None)
        for name in [files.rtdose, files.rtplan, files.rtstruct] if hasattr(files, "rtdose") else []:
            if name:
                (tmp_path / name).write_bytes(store.file(name).read_bytes())
    store.close()
    line = case_line(document, frozenset()).line
    by_levels = {(g["levels"], tuple(g["courses"])): g for g in line["groups"]}
    for dose in packet.doses:
        group = by_levels[(str(dose.span) if dose.span else None, tuple(c.id for c in dose.courses))]
        assert [(v["id"], v["verdict"], v["says"]) for v in group["verdicts"]] == [
            (i, str(o), s) for i, _, o, s in said(dose.judged)
        ]


def test_phantom_2_is_judged_by_voxel_wherever_it_is_asked(client, dosed):
    """By prescription five of seven limits would seem exceeded: its cord is spared."""
    assert str(dosed("phantom-2").dose.basis) == "voxel sum"
    assert Situation(dosed("phantom-2")).ask("limit exceeded").value is not True
    assert "limits, by prescription" not in words(client.get("/cases/phantom-2/options").text)


def test_a_case_whose_files_were_not_read_has_no_dose_to_speak_of(hospital):
    store = Store.open(hospital)
    case = store.case("phantom-2")
    store.close()
    packet = prepare_record(case)
    assert type(packet) is Packet
    assert not hasattr(packet, "dose")
    assert not hasattr(packet, "doses")
    assert has_dose_files(case)
    with pytest.raises(InputError, match="not read"):
        prepare(case)
    bare = [e.model_copy(update={"files": None}) if e.kind == "radiotherapy" else e for e in case.entries]
    assert isinstance(prepare(case.with_entries(bare)), DosedPacket)


def test_as_of_a_day_the_files_of_that_day_are_read(client):
    later, earlier = (client.app.state.packets.dosed("phantom-1", on=day) for day in ("2026-12-31", "2026-02-28"))
    assert len(later.dose.courses) == 2
    assert len(earlier.dose.courses) == 1
    assert str(earlier.dose.basis) == "voxel sum"
