"""Shared fixtures, and the count of what ran and was skipped per family of proof."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

import postgres
from myelon.demo.hospital import demo_case, load
from myelon.record.timeline import solve
from myelon.store import Store
from reference_data import not_here

settings.register_profile("steady", deadline=None)  # a busy machine is no defect
settings.load_profile("steady")


def pytest_addoption(parser):
    parser.addoption("--pictures", type=Path, default=None, help="folder to keep the browser's pictures in")


def pytest_configure(config):
    config.addinivalue_line("markers", "family(name): family of clinical proof, counted at the end")
    config.addinivalue_line("markers", "absent_reference(what): reads reference data that are not here")


def pytest_runtest_setup(item):
    absent = item.get_closest_marker("absent_reference")
    if absent is not None:
        not_here(absent.args[0])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    marker = item.get_closest_marker("family")
    if marker:
        outcome.get_result().user_properties.append(("family", marker.args[0]))


def pytest_terminal_summary(terminalreporter):
    counts = {state: Counter() for state in ("passed", "failed", "skipped")}
    for state, counter in counts.items():
        for report in terminalreporter.stats.get(state, []):
            for key, family in getattr(report, "user_properties", []):
                if key == "family":
                    counter[family] += 1
    families = sorted({f for c in counts.values() for f in c})
    if families:
        terminalreporter.section("proof by family")
        for family in families:
            line = ", ".join(f"{counts[s][family]} {s}" for s in counts if counts[s][family])
            terminalreporter.write_line(f"{family}: {line}")


@pytest.fixture(scope="session")
def paper_000():
    return demo_case("paper-000")


@pytest.fixture(scope="session")
def timeline_000(paper_000):
    return solve(paper_000)


@pytest.fixture(scope="session")
def hospital(tmp_path_factory):
    """A data folder with the demonstration hospital; nobody may write to it."""
    folder = tmp_path_factory.mktemp("hospital")
    store = Store.open(folder)
    load(store)
    store.close()
    return folder


@pytest.fixture(scope="session")
def postgres_server():
    """The URL of a running PostgreSQL server, or a skip that says why there is none."""
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """Where the database of a data folder is: "" for SQLite in the folder, or a fresh PostgreSQL database."""
    if request.param == "sqlite":
        yield ""
    else:
        with postgres.database(request.getfixturevalue("postgres_server")) as url:
            yield url


@pytest.fixture
def store(tmp_path, database_url):
    """An empty store; what it promises holds on both databases."""
    opened = Store.open(tmp_path / "data", url=database_url)
    yield opened
    opened.close()
