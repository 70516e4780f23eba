"""CTCAE v5.0: the whole table, and the words that are not one of its terms."""

import csv

import pytest

from myelon.terms.ctcae import WORDINGS, candidates, ctcae_term, ctcae_terms, search_ctcae
from reference_data import data_files, over


def test_every_system_and_term_is_there():
    table = ctcae_terms()
    assert len(table) == 837
    assert len({t.system for t in table.values()}) == 26
    assert all(t.name and any(t.grades) for t in table.values())


@over("path", data_files("ctcae", "ctcae_v5.csv"), "ctcae")
def test_the_table_is_the_published_one(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        term = ctcae_terms()[row["term"].strip().casefold()]
        assert term.grades == tuple(row[f"grade_{n}"].strip() for n in range(1, 6))


@pytest.mark.parametrize("wording", WORDINGS)
def test_every_wording_leads_to_terms_of_the_table(wording):
    names = [t.name for t in candidates(wording)]
    assert names == list(WORDINGS[wording])


def test_a_wording_of_two_terms_is_left_to_a_person():
    assert ctcae_term("intestinal obstruction") is None
    assert ctcae_term("anaemia").name == "Anemia"
    assert ctcae_term("Anemia") is ctcae_term("anaemia")
    assert ctcae_term("haematological problem") is None


def test_search_finds_wordings_first_and_is_empty_for_nothing():
    assert search_ctcae("") == []
    assert search_ctcae("zzz") == []
    assert search_ctcae("anaem")[0].name == "Anemia"
    assert len(search_ctcae("e", 7)) == 7
