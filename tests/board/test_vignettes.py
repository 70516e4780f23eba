"""Seven patients of no paper, with what a board member expects: what must be said, asked, or never argued.

The patients were made from outside to try the options; the expectations are those of the case files they came with.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from myelon.board.differential import differential
from myelon.board.facts import Situation
from myelon.board.options import deliberate
from myelon.board.packet import prepare
from myelon.record.case import read_case

VIGNETTES = Path(__file__).parents[1] / "data" / "vignettes"
OF_A_RESISTANT_SARCOMA = {"resection-basic", "conventional-insufficient", "cirt-when", "cirt-ss"}


class Expected(NamedTuple):
    """What the table must see: option → rules on each side; what is silent, and what is said first."""

    speaks_for: dict[str, set[str]]
    against: dict[str, set[str]]
    asked: dict[str, set[str]]
    shown: set[str]
    silent: set[str]
    never: set[str]
    """Rules that must bear on nothing, on whatever side."""
    urgent: bool | None


EXPECTED = {
    "opt-1-rcc": Expected(
        speaks_for={"open_decompression": {"mst-paralysis"}, "targeted": {"rcc-targeted"},
                    "bone_modifying": {"bone-modifying"}, "steroid": {"steroid-bridge"}},
        against={"bkp": {"bkp-paralysis", "bkp-wall"}, "pps": {"pps-decompression"}},
        asked={"separation_srs": {"noms-separation-srs"}, "stabilisation": {"noms-stabilise"}},
        shown={"biopsy", "srs", "conventional_rt", "supportive"},
        silent={"cirt", "denosumab", "sacrectomy"},
        never=OF_A_RESISTANT_SARCOMA | {"iscm-rt", "sensitive-rt"},
        urgent=True,
    ),
    "opt-2-myeloma": Expected(
        speaks_for={"stabilisation": {"sensitive-unstable"}, "pps": {"sensitive-unstable"}, "bkp": {"bkp"},
                    "conventional_rt": {"sensitive-rt"}, "chemotherapy": {"drugs-sarcoma", "sensitive-drugs"}},
        against={"bkp": {"bkp-wall"}},
        asked={},
        shown={"biopsy"},
        silent={"cirt", "cirt_ss", "targeted", "sacrectomy"},
        never=OF_A_RESISTANT_SARCOMA | {"mst-six-months", "mst-under-six"},
        urgent=None,
    ),
    "opt-3-prostate": Expected(
        speaks_for={"open_decompression": {"mst-paralysis"}, "bone_modifying": {"bone-modifying"}},
        against={"open_decompression": {"mst-under-six"}, "bkp": {"bkp-not-eligible", "bkp-paralysis"}},
        asked={"conventional_rt": {"noms-cebrt"}, "separation_srs": {"noms-separation-srs"}},
        shown={"biopsy", "srs", "supportive"},
        silent={"cirt", "targeted", "sacrectomy"},
        never=OF_A_RESISTANT_SARCOMA | {"denosumab", "noms-stabilise"},
        urgent=True,
    ),
    "opt-4-chordoma": Expected(
        speaks_for={"sacrectomy": {"sacrectomy"}, "resection": {"resection-basic"}},
        against={"conventional_rt": {"conventional-insufficient"}},
        asked={"cirt": {"cirt-when"}},
        shown={"biopsy", "cirt", "cirt_ss"},
        silent={"vertebrectomy", "sagittal", "posterior", "bkp", "srs"},
        never={"vertebrectomy", "vertebrectomy-not", "sagittal", "posterior", "cirt-conflict", "cirt-compressed", "cirt-ss"},
        urgent=None,
    ),
    "opt-5-ewing": Expected(
        speaks_for={"conventional_rt": {"sensitive-rt"}, "chemotherapy": {"drugs-sarcoma", "sensitive-drugs"},
                    "open_decompression": {"ewing-decompression"}, "steroid": {"steroid-bridge"}},
        against={"pps": {"pps-decompression"}},
        asked={"stabilisation": {"sensitive-unstable"}},
        shown={"biopsy"},
        silent={"cirt", "cirt_ss", "sacrectomy", "bkp"},
        never=OF_A_RESISTANT_SARCOMA | {"mst-paralysis"},
        urgent=True,
    ),
    "opt-7-breast": Expected(
        speaks_for={"open_decompression": {"mst-paralysis"}, "pps": {"mist-era"}, "bone_modifying": {"bone-modifying"}},
        against={"reirradiation": {"reirradiation-interval"}},
        asked={"separation_srs": {"noms-separation-srs"}, "open_decompression": {"mst-six-months", "mst-under-six"}},
        shown={"biopsy", "reirradiation"},
        silent={"cirt", "targeted", "sacrectomy"},
        never=OF_A_RESISTANT_SARCOMA | {"rcc-targeted"},
        urgent=True,
    ),
    "mal-lymphoma": Expected(
        speaks_for={"conventional_rt": {"sensitive-rt"}, "chemotherapy": {"sensitive-drugs"}},
        against={"pps": {"pps-decompression"}},
        asked={"stabilisation": {"sensitive-unstable"}},
        shown={"biopsy"},
        silent={"cirt", "cirt_ss", "sacrectomy"},
        never=OF_A_RESISTANT_SARCOMA | {"mst-paralysis"},
        urgent=False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_board_member_finds_what_must_be_said_and_nothing_that_must_not(name):
    situation = Situation(prepare(read_case((VIGNETTES / f"{name}.yaml").read_text(encoding="utf-8"))))
    found, expected = deliberate(situation), EXPECTED[name]
    options = {o.kind.key: o for o in found.options}
    for side in ("speaks_for", "against"):
        for key, rules in getattr(expected, side).items():
            assert rules <= {a.rule.id for a in getattr(options[key], side)}, (key, side)
    for key, rules in expected.asked.items():
        assert rules <= {a.rule.id for a in options[key].open}, key
    assert expected.shown <= set(options)
    assert expected.silent <= {kind.key for kind, _ in found.silent}
    borne = {a.rule.id for o in found.options for a in (*o.speaks_for, *o.against, *o.goes_with, *o.open)}
    assert not borne & expected.never
    assert (None if found.urgent is None else found.urgent.decided) is expected.urgent


def test_every_vignette_has_its_expectations():
    assert {p.stem for p in VIGNETTES.glob("*.yaml")} == set(EXPECTED)


def test_a_vertebral_metastasis_is_no_candidate_for_one_in_the_cord():
    situation = Situation(prepare(read_case((VIGNETTES / "opt-1-rcc.yaml").read_text(encoding="utf-8"))))
    assert "intramedullary metastasis" not in {w.candidate.name for w in differential(situation)}
