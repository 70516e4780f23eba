"""Every page of a case opens for every kind of record: what one page draws another record may not have."""

import re

import pytest
from fastapi.testclient import TestClient

from myelon.store import Store
from myelon.web.app import create_app
from stories import DOSE_STORIES, RESPONSE_STORIES, STORIES, story

NAMES = [*DOSE_STORIES, *RESPONSE_STORIES, *list(STORIES)[::8]]
PAGES = (
    "/cases/{}", "/cases/{}/timeline.svg", "/cases/{}/dose", "/cases/{}/what-if?total=20&n=5",
    "/cases/{}/reirradiation", "/cases/{}/spine", "/board/{}", "/cases/{}/options", "/cases/{}/instruments",
)  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stories")
    store = Store.open(folder)
    store.import_cases(
        [story(name).model_copy(update={"id": f"s{n}"}) for n, name in enumerate(NAMES)], name="stories", actor="test"
    )
    store.close()
    with TestClient(create_app(folder)) as client:
        yield client


@pytest.mark.parametrize("page", PAGES)
def test_it_opens_and_shows_no_number_that_is_none(client, page):
    for n, name in enumerate(NAMES):
        answer = client.get(page.format(f"s{n}"))
        assert answer.status_code in {200, 422}, (name, page)
        words = re.sub(r"<[^>]+>", " ", answer.text)
        assert not re.search(r"\b(nan|inf|None)\b", words), (
            name,
            page,
            re.search(r".{40}\b(nan|inf|None)\b.{20}", words),
        )
