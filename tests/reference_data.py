"""Where reference numbers lie: our own tables in tests/reference, and more of the same layout in MYELON_REFERENCE."""

import json
import os
from pathlib import Path

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


def data_folder(name):
    """A folder of third-party data, or a skip that says why."""
    folder = MORE / "data" / name
    if not folder.is_dir():
        pytest.skip(f"third-party data/{name} is not here: set MYELON_REFERENCE")
    return folder


def data_files(name, pattern):
    """Files of third-party data for parametrize; empty when absent."""
    folder = MORE / "data" / name
    return sorted(folder.glob(pattern)) if folder.is_dir() else []


def or_absent(rows, name, width=1):
    """The rows for parametrize, or one that is skipped and says why."""
    reason = f"third-party data/{name} is not here: set MYELON_REFERENCE"
    return list(rows) or [pytest.param(*[None] * width, marks=pytest.mark.skip(reason=reason), id="absent")]


def close(found, expected, tolerance):
    """The tolerance rule of the examples: max(tol, tol × |expected|)."""
    return abs(found - expected) <= max(tolerance, tolerance * abs(expected))
