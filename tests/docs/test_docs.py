"""The documentation is true: its code runs, its links lead somewhere, and nothing that exists goes unmentioned."""

import json
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from myelon.assess import INSTRUMENTS
from myelon.cohort.query import parse_query
from myelon.cohort.recipe import read_recipe
from myelon.demo.phantoms import PHANTOMS
from myelon.dose.own_limits import parse_own_limits
from myelon.exchange.import_map import read_map
from myelon.record.case import case_from
from myelon.record.kinds import KINDS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(language, code, id=f"{page.relative_to(ROOT)}-{n}")
    for page in PAGES
    for n, (language, code) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))
]
MYELON = Path(sys.executable).with_name("myelon")
PATIENTS = "patient,Geschlecht,age,iscm_date,ecog\n1,f,61,June 2021,2\n2,m,,2021-03-04,\n"
RECIPE = (
    "schema: myelon.recipe/1\ntitle: Survival\nselect: neoplasm where compartment has intramedullary\n"
    "endpoint: overall-survival\nby: region_group\nlost: left out\n"
)
SCORES = "score,malignant,large,osteolysis\n0,0,0,0\n1,0,0,1\n3,0,1,1\n2,0,1,0\n5,1,1,1\n6,1,1,1\n3,1,1,0\n"
COHORT = "months,death,arm\n1,1,a\n2,1,a\n5,0,a\n9,1,a\n1,1,b\n3,1,b\n4,1,b\n6,0,b\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory, hospital):
    """A folder with the files that the examples name."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("paper-000", "phantom-1", "phantom-2"):
        text = (files("myelon.demo") / "cases" / f"{name}.yaml").read_text(encoding="utf-8")
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    objects = PHANTOMS[0].dicom()
    (folder / "rtstruct.dcm").write_bytes(objects["rtstruct"][0])
    for n in (0, 1):
        (folder / f"rtdose{n}.dcm").write_bytes(objects["rtdose"][n])
        (folder / f"rtplan{n}.dcm").write_bytes(objects["rtplan"][n])
    for name in ("ct-last", "ct-earlier"):
        (folder / name).mkdir()
        for n, content in enumerate(objects["ct"]):
            (folder / name / f"{n}.dcm").write_bytes(content)
    page = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    plan = next(code for language, code in BLOCK.findall(page) if language == "yaml")
    (folder / "PLAN.yaml").write_text(plan, encoding="utf-8")
    (folder / "cohort.csv").write_text(COHORT)
    (folder / "recipe.yaml").write_text(RECIPE)
    (folder / "scores.csv").write_text(SCORES)
    (folder / "patients.csv").write_text(PATIENTS)
    shutil.copytree(hospital, folder / "data")
    return folder


@pytest.mark.parametrize(("language", "code"), BLOCKS)
def test_every_code_block_runs(language, code, desk):  # noqa: PLR0912  # one branch a language
    if language == "python":
        exec(compile(code, "docs", "exec"), {})  # noqa: S102  # that is the test
    elif language == "yaml":
        document = yaml.safe_load(code)
        if isinstance(document, list):
            for entry in document:
                KINDS[entry["kind"]].model_validate(entry)
        elif document.get("schema") == "myelon.case/1":
            case_from(document)
        elif document.get("schema") == "myelon.recipe/1":
            read_recipe(code)
        elif "schema" in document:
            read_map(code)
    elif language == "csv":
        assert parse_own_limits(code)
    elif language == "json":
        json.loads(code)
    elif language == "text":
        assert parse_query(code).lines
    else:
        assert language == "sh", f"a block of {language!r} cannot be tested"
        for line in code.strip().splitlines():
            program, rest = line.split(" ", 1)
            if program == "make":
                command, where = ["make", "-n", rest], ROOT
            else:
                assert program == "myelon"
                command, where = ["bash", "-c", f'"{MYELON}" {rest}'], desk
            done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{line}\n{done.stderr}"


def test_every_command_has_a_heading():
    from typer.main import get_command

    from myelon.cli.app import app

    page = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    for name, command in get_command(app).commands.items():
        for full in [f"{name} {sub}" for sub in getattr(command, "commands", {})] or [name]:
            assert f"## myelon {full}\n" in page, full


def test_the_page_of_the_instruments_is_what_they_are(tools):
    from instruments import TARGET, page

    written = TARGET.read_text(encoding="utf-8")
    assert written == page(), "run python tools/instruments.py"
    for row in INSTRUMENTS:
        assert f"## {row.id}\n" in written


def test_every_link_and_picture_leads_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_page_is_in_the_navigation():
    listed = (ROOT / "mkdocs.yml").read_text(encoding="utf-8") + (ROOT / "docs/decisions/index.md").read_text(
        encoding="utf-8"
    )
    for page in (ROOT / "docs").rglob("*.md"):
        assert page.name in listed


@pytest.fixture
def tools(monkeypatch):
    """The scripts that write pages can be imported."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))


def test_the_pages_of_the_kinds_of_entry_are_what_the_models_say(tools):
    from entries import FOLDER, pages

    written = {p.name: p.read_text(encoding="utf-8") for p in FOLDER.glob("*.md")}
    assert written == pages(), "run python tools/entries.py"
    assert set(written) == {f"{kind}.md" for kind in KINDS} | {"index.md"}


def test_the_papers_page_is_what_the_data_says(tools):
    from papers import TARGET, page

    assert TARGET.read_text(encoding="utf-8") == page(), "run python tools/papers.py"


def test_the_commands_and_tests_that_the_papers_page_names_exist(desk):
    from myelon.demo.hospital import papers

    rows = papers()
    for row in rows:
        assert bool(row.ours) != bool(row.difference)
        if row.test:
            assert (ROOT / row.test).exists(), row.test
    for command in {r.command for r in rows if r.command}:
        done = subprocess.run(
            ["bash", "-c", command.replace("myelon ", f'"{MYELON}" ', 1)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_intended_use_is_stated_in_the_readme():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "not a medical device" in text
    assert "medical physicist" in text


def test_no_machine_path_and_no_registry_host_in_our_files():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    pattern = re.compile(r"(?<![\w.])/(?:work|root|home)/|pypi\.org|pythonhosted|registry\.npmjs")
    for name in listed.stdout.split():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".css", ".html"} and path.name != "test_docs.py":
            assert not pattern.search(path.read_text(encoding="utf-8")), name
