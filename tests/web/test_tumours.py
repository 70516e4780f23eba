"""The page on which a person says what a tumour is."""

import re

NEW = {"id": "somebody", "title": "T", "sex": "female", "age": "", "entity": "Lymphom"}


def words(client, path):
    return re.sub(r"<[^>]+>|\s+", " ", client.get(path).text)


def test_words_propose_a_person_confirms_and_takes_it_back(own):
    made = own.post("/cases/new", data=NEW)
    assert made.status_code in {200, 303}
    where = "/cases/somebody/tumours"
    assert "Lymphoma , proposed from the words" in words(own, where)
    wrong = own.post(where, data={"entry": "tumour", "code": "lymphom", "by": "Dr. A"})
    assert wrong.status_code == 422
    assert own.post(where, data={"entry": "tumour", "code": "chordoma", "by": ""}).status_code == 422
    assert own.post(where, data={"entry": "nobody", "code": "chordoma", "by": "Dr. A"}).status_code == 422
    own.post(where, data={"entry": "tumour", "code": "chordoma", "by": "Dr. A"})
    assert "Chordoma , confirmed by Dr. A" in words(own, where)
    assert "tumour: Chordoma, says Dr. A" in own.get("/cases/somebody/journal").text
    own.post(where, data={"entry": "tumour", "code": "", "by": "Dr. B"})
    assert "Lymphoma , proposed from the words" in words(own, where)


def test_what_no_row_knows_is_asked_on_the_options(own):
    own.post("/cases/new", data=NEW | {"id": "someone-else", "entity": "spindle cell lesion"})
    assert "Say what it is" in own.get("/cases/someone-else/options").text
    assert "no row: these words" in words(own, "/cases/someone-else/tumours")
    assert "Say what it is" not in own.get("/cases/paper-003/options").text


def test_a_metastasis_is_what_its_primary_is(own):
    text = words(own, "/cases/paper-001/tumours")
    assert "A metastasis: what it is comes from its primary" in text
    assert "confirmed by paper 001" in text
