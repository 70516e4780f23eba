"""Compartments and entities that the findings point to or away from, as far as the papers carry it. No probability."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from myelon.board.facts import Situation
    from myelon.board.logic import Known


class Sign(NamedTuple):
    """A finding that speaks for or against a candidate when it is there."""

    fact: str
    words: str
    source: str
    against: bool = False


class Candidate(NamedTuple):
    """A compartment or an entity."""

    name: str
    what: str
    signs: tuple[Sign, ...]
    only_if: str = ""
    """A fact without which it is no candidate: where it is known not to be so."""


CANDIDATES: tuple[Candidate, ...] = (
    Candidate(
        "intramedullary",
        "compartment",
        (
            Sign("intramedullary", "it lies in the cord", "004 R01"),
            Sign("Brown-Séquard", "half of intramedullary metastases", "001 B82"),
            Sign("asymmetric", "asymmetric myelopathy", "001 B82"),
        ),
    ),
    Candidate(
        "epidural",
        "compartment",
        (
            Sign("cord compressed", "the cord is compressed from outside", "004 R34"),
            Sign("Brown-Séquard", "only 3 % of epidural metastases", "001 B82", against=True),
            Sign("intramedullary", "it lies in the cord", "004 R01", against=True),
        ),
    ),
    Candidate(
        "intradural extramedullary",
        "compartment",
        (Sign("intradural extramedullary", "it lies inside the dura, outside the cord", "004 R01"),),
    ),
    Candidate("dumbbell", "compartment", (Sign("dumbbell", "it extends through the foramen", "004 R01"),)),
    Candidate(
        "malignant dumbbell tumour (MPNST and others)",
        "entity",
        (
            Sign("DSS suspicious", "dumbbell score of 3 or more", "004 R08"),
            Sign("dumbbell", "11 of 20 malignant dumbbell tumours were MPNST", "004 R09"),
        ),
    ),
    Candidate(
        "intramedullary metastasis",
        "entity",
        (
            Sign("intramedullary", "it lies in the cord", "002"),
            Sign("metastasis", "a metastasis", "002"),
            Sign("vertebral", "it lies in or at a vertebra", "004 R01", against=True),
            Sign("primary tumour", "it is recorded as a primary tumour", "002", against=True),
            Sign("brain metastases", "about 40 % have brain metastases", "001 B82"),
            Sign("Brown-Séquard", "half of intramedullary metastases", "001 B82"),
            Sign("K27M positive", "H3K27M marks a midline glioma", "000 who_cns5_dmg", against=True),
        ),
        only_if="intramedullary",
    ),
    Candidate(
        "diffuse midline glioma, H3K27-altered",
        "entity",
        (
            Sign("K27M positive", "H3K27M positive", "000 who_cns5_dmg"),
            Sign("K27me3 lost", "K27me3 lost", "000 who_cns5_dmg"),
            Sign("intramedullary", "in the midline", "000 who_cns5_dmg"),
            Sign("metastasis", "it is recorded as a metastasis", "000", against=True),
        ),
    ),
    Candidate(
        "solitary fibrous tumour, haemangiopericytoma",
        "entity",
        (
            Sign("STAT6 positive", "STAT6 positive (132 of 133)", "who_sft_hpc"),
            Sign("STAT6 negative", "STAT6 negative", "003 C19, XC4", against=True),
            Sign("haemangiopericytoma", "the report says so", "003 C13"),
            Sign("markers contradict", "markers contradict it", "003 XC4", against=True),
        ),
    ),
    Candidate(
        "giant cell tumour of bone",
        "entity",
        (
            Sign("G34W positive", "H3.3 G34W in about 90 %", "004 R46"),
            Sign("giant cell tumour", "the report says so", "004 R43"),
        ),
    ),
    Candidate(
        "malignant peripheral nerve sheath tumour",
        "entity",
        (
            Sign("nerve sheath", "the report says so", "004 R41"),
            Sign("DSS suspicious", "11 of 20 malignant dumbbell tumours", "004 R09"),
        ),
    ),
    Candidate("chondrosarcoma", "entity", (Sign("chondrosarcoma", "the report says so", "004 R25"),)),
)
"""As far as the five papers go."""


class Weighed(NamedTuple):
    """A candidate with the findings that speak for and against it."""

    candidate: Candidate
    speaks_for: tuple[tuple[Sign, Known], ...]
    against: tuple[tuple[Sign, Known], ...]
    unknown: tuple[tuple[Sign, Known], ...]


def differential(situation: Situation) -> tuple[Weighed, ...]:
    """Candidates with at least one finding; nothing is ranked."""
    found = []
    for candidate in CANDIDATES:
        rows = [(sign, situation.ask(sign.fact)) for sign in candidate.signs]
        said = [(s, k) for s, k in rows if k.value]
        if candidate.only_if and situation.ask(candidate.only_if).value is False:
            continue
        if any(not s.against for s, _ in said):
            found.append(
                Weighed(
                    candidate,
                    tuple((s, k) for s, k in said if not s.against),
                    tuple((s, k) for s, k in said if s.against),
                    tuple((s, k) for s, k in rows if k.value is None),
                )
            )
    return tuple(found)
