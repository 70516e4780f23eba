"""A demonstration hospital of its own for every test that writes."""

import shutil

import pytest
from starlette.testclient import TestClient

from myelon.web.app import create_app


@pytest.fixture
def own(hospital, tmp_path):
    """A client over a copy of the demonstration hospital."""
    shutil.copytree(hospital, tmp_path / "data")
    with TestClient(create_app(tmp_path / "data")) as client:
        yield client
