"""Where reference numbers lie: our own tables in tests/reference, and more of the same layout in MYELON_REFERENCE."""

import json
import os
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).resolve().parent
OURS = HERE / "reference"
MORE = Path(os.environ.get("MYELON_REFERENCE", HERE.parent.parent / "shared"))


def tables(name):
    """The same knowledge table from both places, once if they are equal: (origin, content)."""
    found = []
    for origin, folder in (("ours", OURS), ("reference", MORE)):
        path = folder / "knowledge" / name
        if path.is_file():
            content = json.loads(path.read_text(encoding="utf-8"))
            if not any(content == known for _, known in found):
                found.append((origin, content))
    return found


REQUIRED = os.environ.get("MYELON_REFERENCE_REQUIRED", "") == "1"
"""Where the reference data must be there: what is "not here" is then a failure, never a skip."""


def not_here(what) -> NoReturn:
    """Skip with the reason, or fail where the reference data were promised."""
    reason = f"{what} is not here: set MYELON_REFERENCE"
    if REQUIRED:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def data_folder(name):
    """A folder of third-party data, or a skip that says why."""
    folder = MORE / "data" / name
    if not folder.is_dir():
        not_here(f"third-party data/{name}")
    return folder


def outside(pillar, case_id):
    """The folder of a case from outside, or a skip that says why."""
    folder = MORE / "cases" / pillar / case_id
    if not folder.is_dir():
        not_here(f"cases/{pillar}/{case_id}")
    return folder


def data_files(name, pattern):
    """Files of third-party data for parametrize; empty when absent."""
    folder = MORE / "data" / name
    return sorted(folder.glob(pattern)) if folder.is_dir() else []


def over(names, rows, what, **more):
    """``pytest.mark.parametrize`` over rows of reference data; without any row one test that says why.

    The width of the row that stands for the absent ones is counted from the names, as parametrize counts them.
    """
    rows = list(rows)
    if not rows:
        width = len(names) if isinstance(names, (tuple, list)) else len([n for n in names.split(",") if n.strip()])
        absent = pytest.mark.absent_reference(f"third-party data/{what}")
        rows = [pytest.param(*[None] * width, marks=absent, id="absent")]
        more.pop("ids", None)
    return pytest.mark.parametrize(names, rows, **more)


def needs(there, what):
    """A mark for a test that reads one suite: without it the test says why it does not run."""
    return (lambda test: test) if there else pytest.mark.absent_reference(what)


def close(found, expected, tolerance):
    """The tolerance rule of the examples: max(tol, tol × |expected|)."""
    return abs(found - expected) <= max(tolerance, tolerance * abs(expected))
