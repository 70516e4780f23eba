"""SORG classic algorithm and SORG nomogram (points not published here)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Found, Number, Rule, Words
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from myelon.assess.fields import Value


def _decide(answers: Answers) -> Found:
    tool = answers.choice("tool")
    read = tuple((f"{days} days", answers.number(f"p{days}")) for days in (30, 90, 365) if answers.known(f"p{days}"))
    answers.known("read_on")
    if not read:
        answers.number("p90")  # at least one is asked for
    return Found((), values=read, steps=(f"read off {tool}; nothing is computed here",))


def _impossible(answers: Mapping[str, Value]) -> str:
    read = [float(str(answers[key])) for key in ("p30", "p90", "p365") if key in answers]
    return "survival cannot rise with time" if any(b > a for a, b in itertools.pairwise(read)) else ""


SORG = Rule(
    id="sorg_2016",
    name="SORG classic algorithm and SORG nomogram (points not published here)",
    version="2016",
    group="prognosis",
    purpose="30-, 90- and 365-day survival after surgery for spinal metastases.",
    items=(
        Words("tool", "Tool that it was read off, with its version (SORG, PathFx, Bartels)"),
        Words("read_on", "Day it was read"),
        Number("p30", "Survival at 30 days", high=1.0),
        Number("p90", "Survival at 90 days", high=1.0),
        Number("p365", "Survival at 365 days", high=1.0),
    ),
    population="as the tool says; the points are not published here, and nothing is computed",
    impossible=_impossible,
    source="sorg_2016",
    status=Verification.MEMORY,
    decide=_decide,
    validity=(
        (
            "External, 100 patients: nomogram AUC 0.74 at 3 months, 0.78 at 12 months, 0.65 (not accurate) at"
            " 1 month [verified: PMID 28346699]."
        ),
        (
            "One published check point: mean total 222.4 points corresponds to 99 % / 78 % / 50 % survival at"
            " 30 / 90 / 365 days in 20 patients [verified: Gottlieb 2021 abstract]."
        ),
        (
            "Systematic review of 17 scores: SORG nomogram good discrimination and calibration, low risk of "
            "bias [verified: Eur Spine J 10.1007/s00586-021-06954-6 abstract]."
        ),
    ),
    notes=(
        (
            "PathFx (bone metastasis surgery, Bayesian network) and the Bartels model: closed or externally "
            "hosted calculators; record results only (note only, as briefed)."
        ),
    ),
)
