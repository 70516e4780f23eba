"""CTCAE v5.0 (NCI, 27 November 2017): every term with what each grade means, and wordings that are not terms.

The table is written by `tools/refresh_ctcae.py`. MedDRA codes are not shipped.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

VERSION = "CTCAE v5.0"


class CtcaeTerm(NamedTuple):
    """A term: its system organ class, its definition, and what the grades 1 to 5 mean ("" where there is none)."""

    system: str
    name: str
    grades: tuple[str, str, str, str, str]
    definition: str

    def grade(self, number: int) -> str:
        """What a grade of this term means.

        >>> ctcae_term("anaemia").grade(2).split(";")[0]
        'Hgb <10.0 - 8.0 g/dL'
        """
        return self.grades[number - 1]


WORDINGS: dict[str, tuple[str, ...]] = {
    "anaemia": ("Anemia",),
    "neutropenia": ("Neutrophil count decreased",),
    "thrombocytopenia": ("Platelet count decreased",),
    "lymphopenia": ("Lymphocyte count decreased",),
    "leucopenia": ("White blood cell decreased",),
    "leukopenia": ("White blood cell decreased",),
    "cerebral haemorrhage": ("Intracranial hemorrhage",),
    "cerebral hemorrhage": ("Intracranial hemorrhage",),
    "venous thromboembolism": ("Thromboembolic event",),
    "pathologic fracture": ("Fracture",),
    "vertebral compression fracture": ("Spinal fracture",),
    "pneumonia": ("Lung infection",),
    "radiation myelitis": ("Myelitis",),
    "radiation myelopathy": ("Myelitis",),
    "hypoalbuminaemia": ("Hypoalbuminemia",),
    "hypocalcaemia": ("Hypocalcemia",),
    "cerebral oedema": ("Edema cerebral",),
    "intestinal obstruction": ("Colonic obstruction", "Ileus", "Small intestinal obstruction"),
    "gastrointestinal perforation": (
        "Colonic perforation",
        "Duodenal perforation",
        "Gastric perforation",
        "Ileal perforation",
        "Jejunal perforation",
        "Rectal perforation",
        "Small intestinal perforation",
    ),
    "paraplegia": (
        "Myelitis",
        "Spinal cord compression",
        "Muscle weakness lower limb",
        "Nervous system disorders - Other, specify",
    ),
}
"""Wordings that are not v5.0 terms → the terms they may mean; more than one is left to a person."""


@cache
def ctcae_terms() -> dict[str, CtcaeTerm]:
    """Every term by its name in lower case."""
    text = (files("myelon.terms") / "ctcae_v5.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    terms = (
        CtcaeTerm(
            r["system"],
            r["term"],
            (r["grade_1"], r["grade_2"], r["grade_3"], r["grade_4"], r["grade_5"]),
            r["definition"],
        )
        for r in rows
    )
    return {t.name.casefold(): t for t in terms}


def candidates(wording: str) -> tuple[CtcaeTerm, ...]:
    """The terms that a wording may mean: itself, or those of `WORDINGS`; empty where none is known.

    >>> [t.name for t in candidates("neutropenia")]
    ['Neutrophil count decreased']
    >>> candidates("haematological problem")
    ()
    """
    table, key = ctcae_terms(), wording.strip().casefold()
    if key in table:
        return (table[key],)
    return tuple(table[name.casefold()] for name in WORDINGS.get(key, ()))


def ctcae_term(wording: str) -> CtcaeTerm | None:
    """The one term that a wording means; None where there is none, or more than one."""
    found = candidates(wording)
    return found[0] if len(found) == 1 else None


def search_ctcae(query: str, limit: int = 12) -> list[CtcaeTerm]:
    """Terms for a search as you type: wordings, then names that begin with the words, then those that hold them.

    >>> [t.name for t in search_ctcae("neutrop", 2)]
    ['Neutrophil count decreased', 'Febrile neutropenia']
    """
    words = query.casefold().split()
    if not words:
        return []
    table = ctcae_terms()
    ranked: dict[str, int] = {}
    for wording, names in WORDINGS.items():
        if all(w in wording for w in words):
            ranked.update((n.casefold(), 0) for n in names)
    for key in table:
        if all(w in key for w in words):
            ranked.setdefault(key, 1 if key.startswith(words[0]) else 2)
    order = sorted(ranked, key=lambda k: (ranked[k], k))
    return [table[k] for k in order[:limit]]
