"""The command line as a user meets it: answers, JSON, exit codes, wrong arguments."""

import io
import json
import os
import socket
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pydicom
import pytest
import yaml

from myelon.demo.hospital import CASES, demo_case
from myelon.demo.phantoms import PHANTOMS
from myelon.exchange.dicom.registration import read_registration
from myelon.exchange.dicom.write import Patient, write_rtdose, write_rtplan, write_rtstruct
from myelon.record.kinds import Support
from myelon.store import Store
from phantoms import cylinder, grid

CASE = str(files("myelon.demo") / "cases" / "paper-000.yaml")
MYELON = Path(sys.executable).with_name("myelon")


def run(*arguments, cwd=None):
    return subprocess.run([MYELON, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, check=False)


def answer(*arguments, code=0, cwd=None):
    done = run(*arguments, "--json", cwd=cwd)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_help_answers_at_once():
    run("--help")
    best = 9.0
    for _ in range(5):
        start = time.perf_counter()
        assert run("--help").returncode == 0
        best = min(best, time.perf_counter() - start)
    assert best < 0.4


@pytest.mark.parametrize("command", ["case", "assess", "dose", "cohort", "schema", "verify", "demo", "serve"])
def test_every_command_has_help(command):
    done = run(command, "--help")
    assert done.returncode == 0
    assert "Usage: myelon" in done.stdout


def test_case_check_lists_windows_findings_and_gaps():
    found = answer("case", "check", CASE)
    assert {f"XA{n}" for n in range(1, 13)} <= {f["id"] for f in found["findings"]}
    windows = {w["entry"]: w for w in found["windows"]}
    assert windows["rt-2"]["start_days"] == [60.0, 106.0]
    assert found["gaps"]
    text = run("case", "check", CASE).stdout
    assert "XA4" in text
    assert "60 … 106" in text


def test_case_check_ends_with_1_when_times_contradict(tmp_path):
    document = yaml.safe_load(Path(CASE).read_text(encoding="utf-8"))
    death = next(e for e in document["entries"] if e["id"] == "death")
    death["when"]["offset"]["n"] = 2
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    found = answer("case", "check", tmp_path / "c.yaml", code=1)
    assert any("death" in " ".join(c) for c in found["contradictions"])
    assert any(f["kind"] == "time" and f["severity"] == "danger" for f in found["findings"])


def test_case_show_and_schema():
    shown = answer("case", "show", CASE)
    assert shown["id"] == "paper-000"
    assert yaml.safe_load(run("case", "show", CASE).stdout)["entries"][0]["id"] == "subject"
    assert answer("schema")["title"] == "Myelon case document"


def test_dose_bed_gives_the_numbers_of_paper_000():
    found = answer("dose", "bed", "--course", "50.4/28", "--course", "24/5", "--interval-days", "22..60", "--alpha-beta", "2",
                   "--organ", "cord", "--reached")  # fmt: skip
    assert found["sum"] == pytest.approx({"bed": 177.36, "eqd2": 88.68})
    assert found["nieder"]["total"] == 10.5
    assert {v["id"]: v["verdict"] for v in found["verdicts"]} == {
        "hytec.rert.cum": "fail", "hytec.rert.new": "fail", "hytec.rert.ratio": "pass", "hytec.rert.interval": "fail",
        "nieder.each": "pass", "nieder.cum": "fail", "nieder.int": "fail",
    }  # fmt: skip
    assert found["alternative"]["alpha_beta_gy"] == 3
    for verdict in found["verdicts"]:
        assert verdict["status"] == "verified"
        assert verdict["source"]
        assert verdict["basis"] in {"prescription", "dates"}


def test_assess_list_and_run():
    listed = answer("assess", "list")
    assert len(listed) == 42
    assert listed[0]["items"]["size"]["answers"][1] == {"key": "ge5", "label": "≥ 5 cm", "points": 2}
    found = answer("assess", "run", "escc_2010", "--inputs", '{"grade": "2"}')
    assert found["category"] == "high_grade"
    partial = answer("assess", "run", "sins_2010", "--inputs", '{"location": "junctional", "pain": null}')
    assert partial["status"] == "incomplete"
    assert partial["reachable"] == [3, 18]
    assert answer("assess", "run", "sins_2010", "--case", CASE)["status"] == "not applicable"
    phantom = str(files("myelon.demo") / "cases" / "phantom-2.yaml")
    assert answer("assess", "run", "sins_2010", "--case", phantom, "--on", "2026-02-01")["score"] == 8
    assert answer("assess", "run", "sins_2010", "--case", phantom, "--on", "2026-01-13")["missing"] != []
    wbb = answer("assess", "run", "wbb_1997", "--inputs", '{"zones": [2, 3, 4], "rule_set": "boriani1997"}')
    assert wbb["category"] == []
    assert len(answer("assess", "run", "--case", phantom)) == 42


def test_assess_explain_and_options():
    explained = answer("assess", "explain", "tokuhashi_2005", "--inputs", '{"general": "good"}')
    assert "NICE CG75" in explained["seen"]
    assert explained["result"]["reachable"] == [2, 15]
    found = answer("assess", "options", "--case", CASE)
    again = next(o for o in found["options"] if o["option"] == "reirradiation")
    assert again["against"][0]["entries"] == ["rt-1", "rt-2"]
    assert {"for", "against", "unknown", "would_settle", "evidence"} <= set(again)
    for arguments in (("assess", "explain", "sins_2010"), ("assess", "options", "--case", CASE), ("assess", "list")):
        assert run(*arguments).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("assess", "run"), "no instrument is named"),
        (("assess", "run", "sins_2010"), "give either"),
        (("assess", "run", "sins_2010", "--inputs", "[1]"), "not a mapping"),
        (("assess", "run", "sins_2010", "--inputs", "{"), "not JSON"),
        (("assess", "run", "sins_2010", "--inputs", "{}", "--on", "2026-01-01"), "--on goes with"),
        (("assess", "run", "sins_1999", "--inputs", "{}"), "no instrument"),
        (("assess", "options", "--case", CASE, "--on", "soon"), "Write YYYY-MM-DD"),
    ],
)
def test_assess_says_what_is_wrong(arguments, said):
    result = run(*arguments)
    assert result.returncode == 2
    assert said in result.stderr


@pytest.fixture(scope="module")
def plan_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    phantom = PHANTOMS[0]
    objects = phantom.dicom()
    (folder / "rtstruct.dcm").write_bytes(objects["rtstruct"][0])
    for n in (0, 1):
        (folder / f"rtdose{n}.dcm").write_bytes(objects["rtdose"][n])
        (folder / f"rtplan{n}.dcm").write_bytes(objects["rtplan"][n])
    courses = [{"label": f"RT {n + 1}", "rtdose": f"rtdose{n}.dcm", "rtplan": f"rtplan{n}.dcm"} for n in (0, 1)]
    plan = {"structures": "rtstruct.dcm", "rois": ["SpinalCord", "ThecalSac"], "alpha_beta": 2, "courses": courses}
    plan |= {"interval_days": "23", "outputs": {"csv": "sum.csv", "plot": "sum.svg"}}
    (folder / "PLAN.yaml").write_text(yaml.safe_dump(plan))
    return folder


def test_dose_dvh_with_both_end_caps_csv_and_plot(plan_folder):
    common = (
        "dose",
        "dvh",
        "--structures",
        plan_folder / "rtstruct.dcm",
        "--dose",
        plan_folder / "rtdose0.dcm",
        "--roi",
        "SpinalCord",
    )
    slab = answer(
        *common, "--metrics", "D0.03cc,D2%,V20Gy,mean", "--csv", plan_folder / "c.csv", "--plot", plan_folder / "c.png"
    )
    none = answer(*common, "--end-caps", "none")
    assert slab["rois"][0]["metrics"]["D0.03cc"] == pytest.approx(50.3, abs=0.1)
    assert none["rois"][0]["volume_cc"] < slab["rois"][0]["volume_cc"]
    assert (plan_folder / "c.csv").read_text().startswith("roi,dose_gy")
    assert (plan_folder / "c.png").read_bytes().startswith(b"\x89PNG")


def test_dose_sum_adds_by_voxel_with_the_bound_beside(plan_folder):
    found = answer("dose", "sum", plan_folder / "PLAN.yaml")
    cord = found["structures"][0]
    assert cord["structure"] == "SpinalCord"
    assert cord["sum"]["D0.03cc"] == pytest.approx(88.3, abs=0.2)
    assert cord["no_registration_bound"]["D0.03cc"] >= cord["sum"]["D0.03cc"]
    assert cord["alternative"]["alpha_beta_gy"] == 3
    assert found["reirradiation"]["nieder"]["group"] == "high"
    assert {v["structure"] for v in found["reirradiation"]["verdicts"]} == {"SpinalCord", "ThecalSac", ""}
    assert (plan_folder / "sum.csv").is_file()
    assert "<svg" in (plan_folder / "sum.svg").read_text()


def test_dose_sum_with_another_frame_needs_a_transform(tmp_path):
    here, away = Patient("a", "A", "20260101"), Patient("b", "A", "20260101")
    solid = cylinder(4.0, 30.0, 2.0)
    contours = []
    for z, (polygon,) in zip(solid.planes_mm, solid.polygons, strict=True):
        contours.append([[*p, z] for p in polygon])
    import numpy as np

    (tmp_path / "s.dcm").write_bytes(write_rtstruct(here, {"SpinalCord": [np.array(c) for c in contours]}))
    (tmp_path / "d.dcm").write_bytes(write_rtdose(away, "RT", grid([0, 1, 0], 2.5)))
    (tmp_path / "p.dcm").write_bytes(write_rtplan(away, "RT", 30.0, 10))
    course = {"label": "RT 1", "rtdose": "d.dcm", "rtplan": "p.dcm"}
    plan = {"structures": "s.dcm", "courses": [course]}
    (tmp_path / "P.yaml").write_text(yaml.safe_dump(plan))
    refused = run("dose", "sum", tmp_path / "P.yaml", "--same-patient", "two numbers of one phantom")
    assert refused.returncode == 2
    assert "different frames of reference" in refused.stderr
    course["transform"] = [[1, 0, 0, 0], [0, 1, 0, 2.0], [0, 0, 1, 0], [0, 0, 0, 1]]
    (tmp_path / "P.yaml").write_text(yaml.safe_dump(plan))
    assert "--same-patient" in run("dose", "sum", tmp_path / "P.yaml").stderr
    found = answer("dose", "sum", tmp_path / "P.yaml", "--same-patient", "two numbers of one phantom")
    assert "typed by hand" in found["not_judged"]
    # at the axis the dose is 60 − 2 Gy in 10 fractions
    assert found["structures"][0]["sum"]["mean"] == pytest.approx(58 * (5.8 + 2) / 4, rel=0.01)


TABLE = "time,event,arm\n5,1,A\n8,0,A\n12,1,A\n3,1,B\n4,1,B\n9,0,B\n"


def test_cohort_km_and_test(tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)
    km = answer("cohort", "km", tmp_path / "t.csv", "--time", "time", "--event", "event", "--group", "arm", "--ci", "log",
                "--plot", tmp_path / "k.pdf")  # fmt: skip
    assert [(g["group"], g["n"]) for g in km["groups"]] == [("A", 3), ("B", 3)]
    assert (tmp_path / "k.pdf").read_bytes().startswith(b"%PDF")
    test = answer("cohort", "test", tmp_path / "t.csv", "--time", "time", "--event", "event", "--group", "arm", "--method",
                  "gehan-breslow")  # fmt: skip
    assert test["method"] == "gehan-breslow"
    assert 0 < test["p"] < 1


def test_demo_loads_and_verify_proves(tmp_path, hospital):
    assert answer("verify", "--data", hospital)["whole"]
    rows = answer("demo", "--data", hospital, "--no-serve")
    assert [r["case_id"] for r in rows] == [*CASES, "cohort-002"]
    assert "there" in run("demo", "--data", hospital, "--no-serve").stdout
    assert run("case", "check", "phantom-1", "--data", hospital).returncode == 0
    assert run("verify", "--data", tmp_path / "nothing").returncode == 3


def test_a_broken_chain_ends_with_1(tmp_path):
    import sqlite3

    from myelon.demo.hospital import demo_case
    from myelon.store import Store

    store = Store.open(tmp_path)
    store.save(demo_case("phantom-1"), reason="r")
    store.close()
    with sqlite3.connect(tmp_path / "myelon.sqlite3") as connection:
        connection.execute("UPDATE journal SET actor = 'x' WHERE seq = 3")
    connection.close()
    assert run("verify", "--data", tmp_path).returncode == 1


RECIPE = """
schema: myelon.recipe/1
title: Survival by regions
select: neoplasm where role = secondary and compartment has intramedullary
lost: left out
by: region_group
table_one: [sex, age_years]
model: [region_group, treated]
"""


def test_a_recipe_gives_the_same_bytes_and_sites_the_pooled_answer(tmp_path, hospital):
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    for recipe, out in (("recipe.yaml", "one"), ("one/recipe.yaml", "two")):
        found = answer("cohort", "run", recipe, "--data", hospital, "--out", out, cwd=tmp_path)
    assert [c["n"] for c in found["curves"]] == [32, 26]
    assert found["tests"][0]["p"] == pytest.approx(0.0063, abs=5e-5)
    assert found["cautions"]
    names = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert {
        "report.pdf",
        "report.html",
        "survival.docx",
        "model.tex",
        "figure-survival.svg",
        "figure-survival.pdf",
        "recipe.yaml",
    } <= set(names)
    assert [(tmp_path / "one" / n).read_bytes() for n in names] == [(tmp_path / "two" / n).read_bytes() for n in names]
    assert (
        run(
            "cohort", "summarise", "recipe.yaml", "--site", "a", "--data", hospital, "--out", "a.json", cwd=tmp_path
        ).returncode
        == 0
    )
    assert run("cohort", "merge", "a.json", "--out", "m.json", cwd=tmp_path).returncode == 0
    solved = run("cohort", "solve", "m.json", "--out", "s.json", cwd=tmp_path)
    assert "p 0.006279" in solved.stdout
    assert "not settled" in solved.stdout
    again = run(
        "cohort",
        "summarise",
        "recipe.yaml",
        "--site",
        "a",
        "--data",
        hospital,
        "--out",
        "a.json",
        "--at",
        "s.json",
        cwd=tmp_path,
    )
    assert again.returncode == 0
    rule = run(
        "cohort",
        "summarise",
        "recipe.yaml",
        "--site",
        "a",
        "--data",
        hospital,
        "--out",
        "a.json",
        "--minimum-cell",
        "5",
        cwd=tmp_path,
    )
    assert rule.returncode == 2
    assert "a model with a minimum cell" in rule.stderr


def test_two_hospitals_merge_to_the_pooled_answer_of_the_paper(tmp_path):
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    assert run("cohort", "hospitals", "--out", "h", cwd=tmp_path).returncode == 0
    for site in ("north", "south"):
        done = run(
            "cohort",
            "summarise",
            "recipe.yaml",
            "--site",
            site,
            "--data",
            f"h/{site}",
            "--out",
            f"{site}.json",
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
    assert (
        "2 sites, 58 patients"
        in run("cohort", "merge", "north.json", "south.json", "--out", "m.json", cwd=tmp_path).stdout
    )
    assert "p 0.006279" in run("cohort", "solve", "m.json", cwd=tmp_path).stdout
    assert "in two summaries" in run("cohort", "merge", "m.json", "north.json", "--out", "x.json", cwd=tmp_path).stderr


def test_a_score_says_whom_it_left_out_and_refuses_half_a_case(tmp_path):
    (tmp_path / "s.csv").write_text("score,ill\n0,0\n1,0\n,1\n3,1\n2,1\n")
    done = run("cohort", "score", "s.csv", "--case", "ill", "--value", "score", "--plot", "roc.svg", cwd=tmp_path)
    assert "1 rows left out" in done.stdout
    assert "2/2 (100.0 %)" in done.stdout
    assert (tmp_path / "roc.svg").exists()
    (tmp_path / "i.csv").write_text("big,hard,ill\n0,0,0\n1,0,0\n1,1,1\n0,1,1\n")
    made = run("cohort", "score", "i.csv", "--case", "ill", "--item", "big=1", "--item", "hard=2", cwd=tmp_path).stdout
    assert "Items, each alone" in made
    assert "2/2 (100.0 %)" in made
    assert "COLUMN=POINTS" in run("cohort", "score", "i.csv", "--case", "ill", "--item", "big", cwd=tmp_path).stderr
    assert "one of the two" in run("cohort", "score", "i.csv", "--case", "ill", cwd=tmp_path).stderr
    (tmp_path / "s.csv").write_text("score,ill\n0,0\n1,0.5\n3,1\n2,1\n")
    assert "not 0 or 1" in run("cohort", "score", "s.csv", "--case", "ill", "--value", "score", cwd=tmp_path).stderr


def test_a_selection_says_why(hospital):
    rows = answer("cohort", "select", "surgery as op; gain mrc >= 1 after op", "--data", hospital)
    girl = next(r for r in rows if r["case"] == "paper-003")
    assert girl["verdict"] == "yes"
    assert "MRC 4 at neurology-2" in girl["found"][1]["why"]
    assert "overall-survival" in answer("cohort", "list")["endpoints"]


def test_excel_with_semicolons_and_decimal_commas(tmp_path):
    (tmp_path / "t.csv").write_bytes("\ufefftime;event\r\n1,5;1\r\n2,25;0\r\n4;1\r\n".encode())
    found = answer("cohort", "km", tmp_path / "t.csv", "--time", "time", "--event", "event")
    assert found["groups"][0]["time"] == [1.5, 2.25, 4.0]
    (tmp_path / "t.csv").write_text("time;event\n1,234;1\n")
    assert "not a number" in run("cohort", "km", tmp_path / "t.csv", "--time", "time", "--event", "event").stderr


WRONG = [
    (("case", "check", "none.yaml"), 2, "no such file"),
    (("case", "check", "no-id"), 2, "no such file"),
    (("assess", "run", "nope", "--inputs", "{}"), 2, "no instrument 'nope'"),
    (("assess", "run", "sins_2010"), 2, "either --inputs or --case"),
    (("assess", "run", "sins_2010", "--inputs", "{"), 2, "not JSON"),
    (("assess", "run", "sins_2010", "--inputs", '{"pain": "awful"}'), 2, "cannot be 'awful'"),
    (("dose", "bed", "--course", "50"), 2, "course '50'"),
    (("dose", "bed", "--course", "5040/28"), 2, "Give Gy, not cGy"),
    (("dose", "bed", "--course", "50/25", "--interval-days", "5"), 2, "1 intervals for 1 courses"),
    (("dose", "bed", "--course", "50/25", "--course", "20/5", "--organ", "brain"), 2, "organ 'brain'"),
    (("dose", "bed", "--course", "50/25", "--alpha-beta", "0"), 2, "α/β"),
    (("dose", "bed", "--course", "50/25", "--level", "T13"), 2, "T13"),
    (("dose", "dvh", "--structures", "x", "--dose", "y", "--end-caps", "round"), 2, "end caps 'round'"),
    (("dose", "dvh", "--structures", "x", "--dose", "y"), 2, "no such file"),
    (("dose", "sum", "none.yaml"), 2, "no such file"),
    (("cohort", "km", "none.csv", "--time", "t", "--event", "e"), 2, "no such file"),
    (("cohort", "run", "none.yaml"), 2, "cannot be read as text"),
    (("cohort", "run", "good.csv"), 2, "not a recipe"),
    (("cohort", "run", "recipe.yaml", "--data", "nowhere"), 3, "no data folder"),
    (("cohort", "select", "operation", "--data", "."), 2, "no entry is a 'operation'"),
    (("cohort", "report", "world"), 2, "report 'world'"),
    (("cohort", "merge", "good.csv", "--out", "x.json"), 2, "not a summary"),
    (("cohort", "solve", "none.json"), 2, "cannot be read as text"),
    (("cohort", "score", "good.csv", "--case", "e", "--value", "x"), 2, "no column 'x'"),
    (("serve", "--host", "0.0.0.0", "--port", "8999"), 2, "not a loopback address"),
    (("frobnicate",), 2, "No such command"),
    (("assess", "run", "sins_2010", "--inputs", "{}", "--on", "2026-01-01"), 2, "--on goes with --case"),
    (("cohort", "km", "good.csv", "--time", "t", "--event", "e", "--plot", "none/x.svg"), 2, "cannot be written"),
    (("cohort", "km", "good.csv", "--time", "t", "--event", "e", "--plot", "x.gif"), 2, "End the name in"),
    (("case", "check", "deep.yaml"), 2, "nested too deeply"),
    (("case", "check", "date.yaml"), 2, "holds a value that cannot be"),
    (("dose", "sum", "deep.yaml"), 2, "nested too deeply"),
    (("dose", "sum", "date.yaml"), 2, "holds a value that cannot be"),
    (("dose", "bed"), 2, "Missing option"),
]


@pytest.mark.parametrize(("arguments", "code", "words"), WRONG, ids=[" ".join(w[0])[:40] for w in WRONG])
def test_wrong_arguments_are_one_line_and_the_documented_code(tmp_path, arguments, code, words):
    (tmp_path / "good.csv").write_text("t,e\n1,1\n2,0\n")
    (tmp_path / "recipe.yaml").write_text("schema: myelon.recipe/1\ntitle: t\n")
    (tmp_path / "deep.yaml").write_text("[" * 100_000)
    (tmp_path / "date.yaml").write_text("x: 2021-13-45")
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    if done.stderr.startswith("myelon:"):
        assert len(done.stderr.strip().splitlines()) == 1


def test_an_error_with_json_is_json(tmp_path):
    done = run("dose", "bed", "--course", "x", "--json", cwd=tmp_path)
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["kind"] == "DoseError"


def test_a_port_in_use_and_an_unwritable_folder_are_refused_with_3(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--data", tmp_path / "d", "--port", port)
    assert done.returncode == 3
    assert "in use" in done.stderr
    (tmp_path / "file").write_text("x")
    done = run("demo", "--data", tmp_path / "file", "--no-serve")
    assert done.returncode == 3
    assert "cannot be written" in done.stderr


def test_the_second_start_shows_its_first_page_in_under_3_seconds(hospital):
    """The best of three: a busy machine is not what is tested."""
    limit = 3.0 * float(os.environ.get("MYELON_SLOW", "1"))
    assert any(seconds_to_first_page(hospital) < limit for _ in range(3))


def seconds_to_first_page(hospital):
    import urllib.request

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    start = time.perf_counter()
    command = [MYELON, "demo", "--data", hospital, "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/cases") as page:
                    assert b"Phantom 1" in page.read()
                return time.perf_counter() - start
            except OSError:
                assert time.perf_counter() - start < 30
                time.sleep(0.02)
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def test_a_stored_case_is_compared_moved_and_taken_back(tmp_path):
    data, other = tmp_path / "data", tmp_path / "other"
    store = Store.open(data)
    store.save(demo_case("paper-003"), reason="r")
    seen = store.version("paper-003")
    store.amend("paper-003", Support(id="advice", treatment="physiotherapy"), reason="round")
    store.close()
    assert "advice (support): added" in run("case", "diff", "paper-003", "--from", seen, "--data", data).stdout
    (change,) = answer("case", "diff", "paper-003", "--from", seen, "--data", data)
    assert (change["entry"], change["after"]) == ("advice", "physiotherapy")
    earlier = answer("case", "show", "paper-003", "--version", seen, "--data", data)
    assert "advice" not in [e["id"] for e in earlier["entries"]]
    assert run("case", "show", "paper-003", "--at", "2020-01-01", "--data", data).returncode == 3
    other.mkdir()
    assert run("case", "export", "paper-003", tmp_path / "one.zip", "--data", data).returncode == 0
    assert run("case", "receive", tmp_path / "one.zip", "--data", other).returncode == 0
    assert answer("case", "show", "paper-003", "--data", other) == answer("case", "show", "paper-003", "--data", data)
    assert run("case", "delete", "paper-003", "--reason", "twice", "--data", other).returncode == 0
    gone = run("case", "show", "paper-003", "--data", other)
    assert gone.returncode == 3
    assert "was deleted: twice" in gone.stderr
    assert answer("case", "restore", "paper-003", "--data", other) == {"case": "paper-003", "deleted": False}
    assert answer("verify", "--data", other)["whole"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("case", "diff", "x", "--from", "1", "--data", "nowhere"), 3, "no data folder"),
        (("case", "receive", "nothing.zip"), 2, "no such file"),
        (("case", "diff", "x", "--from", "0"), 2, "--from"),
        (("case", "delete", "x"), 2, "--reason"),
    ],
)
def test_wrong_arguments_of_the_store_commands(arguments, code, words, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


IMPORTED = "patient,sex,age,iscm_date,radiotherapy\nA,f,60,2020-05-01,no\nB,male,61,June 2021,\n"


def test_a_table_is_imported_as_a_batch_and_undone(tmp_path):
    (tmp_path / "t.csv").write_text(IMPORTED)
    (tmp_path / "bad.csv").write_text(IMPORTED + "C,perhaps,1,2020-05-01,\n")
    data = tmp_path / "data"
    command = ("case", "import", "t.csv", "--map", "paper-002", "--data", data)
    dry = answer(*command, "--dry-run", cwd=tmp_path)
    assert (dry["cases"], dry["batch"]) == (["import-A", "import-B"], None)
    assert not data.exists()
    written = answer(*command, cwd=tmp_path)
    (listed,) = answer("case", "batches", "--data", data)
    assert (listed["batch"], listed["cases"], listed["name"]) == (written["batch"], 2, "t.csv")
    assert answer("case", "show", "import-A", "--data", data)["entries"][0]["sex"] == "female"
    assert answer("case", "undo", written["batch"], "--data", data)["cases"] == 2
    assert run("case", "show", "import-A", "--data", data).returncode == 3
    other = ("case", "import", "bad.csv", "--map", "paper-002", "--data", tmp_path / "other")
    bad = run(*other, cwd=tmp_path)
    assert bad.returncode == 1
    assert "row 4, sex: 'perhaps' is none of" in bad.stdout
    assert "nothing was written" in bad.stdout
    assert "written as batch" in run(*other, "--only-good", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.csv", "--map", "paper-002"), "no such file"),
        (("t.csv", "--map", "nothing"), "no map 'nothing'"),
        (("t.csv", "--map", "paper-002", "--rename", "sex"), "needs '='"),
        (("t.csv",), "--map"),
    ],
)
def test_wrong_arguments_of_import(arguments, words, tmp_path):
    (tmp_path / "t.csv").write_text(IMPORTED)
    done = run("case", "import", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_two_cts_are_registered_and_a_person_is_asked_to_look(tmp_path):
    phantom = PHANTOMS[1]
    objects = phantom.dicom()
    (tmp_path / "rtstruct.dcm").write_bytes(objects["rtstruct"][0])
    for folder, shift, frame in (("last", 0.0, ""), ("earlier", 6.0, "2.25.99")):
        (tmp_path / folder).mkdir()
        for n, content in enumerate(objects["ct"]):
            data = pydicom.dcmread(io.BytesIO(content))
            if frame:
                data.FrameOfReferenceUID = frame
                data.ImagePositionPatient = [
                    float(v) + d for v, d in zip(data.ImagePositionPatient, (shift, -shift, 0.0), strict=True)
                ]
            data.save_as(tmp_path / folder / f"{n}.dcm")
    common = ["dose", "register", tmp_path / "last", tmp_path / "earlier", "--structures", tmp_path / "rtstruct.dcm",
              "--out", tmp_path / "reg.dcm", "--picture", tmp_path / "reg.png"]  # fmt: skip
    found = answer(*common, "--around", "VB_T07", "--around", "VB_T08")
    assert [row[3] for row in found["matrix"][:3]] == pytest.approx([-6.0, 6.0, 0.0], abs=0.3)
    assert found["turn_degrees"] < 0.3
    assert found["correlation"] > 0.95
    assert (tmp_path / "reg.png").read_bytes().startswith(b"\x89PNG")
    written = read_registration(tmp_path / "reg.dcm")
    assert set(written.into) == {"2.25.99", str(phantom.patient.uid("frame"))}
    told = run(*common, "--around", "VB_T08")
    assert "only after a person accepted it" in told.stdout
    many = [x for n in (6, 7, 8, 9) for x in ("--around", f"VB_T0{n}")]
    refused = run(*common, *many)
    assert (refused.returncode, "at most 3" in refused.stderr) == (2, True)
    assert run(*common, "--around", "VB_L5").returncode == 2
