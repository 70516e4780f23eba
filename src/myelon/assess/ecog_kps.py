"""ECOG performance status, Karnofsky (KPS) and their mapping: Performance status, input to most prognostic scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Answers, Found, FromRecord, Item, Option, Rule
from myelon.terms.performance import MAPPINGS, fit
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from myelon.assess.fields import Value
    from myelon.assess.patient import Patient

_ECOG = (
    ("0", "Fully active"),
    ("1", "Restricted in strenuous activity, ambulatory, light work"),
    ("2", "Ambulatory, self-care, no work, up > 50 % of waking hours"),
    ("3", "Limited self-care, bed/chair > 50 %"),
    ("4", "Completely disabled, totally confined to bed/chair"),
    ("5", "Dead"),
)
_KPS = (
    ("100", "Normal, no complaints, no evidence of disease"),
    ("90", "Normal activity, minor signs or symptoms"),
    ("80", "Normal activity with effort, some signs or symptoms"),
    ("70", "Cares for self, unable to carry on normal activity or active work"),
    ("60", "Occasional assistance, cares for most needs"),
    ("50", "Considerable assistance and frequent medical care"),
    ("40", "Disabled, special care and assistance"),
    ("30", "Severely disabled, hospital admission indicated, death not imminent"),
    ("20", "Very sick, hospital, active supportive treatment"),
    ("10", "Moribund"),
    ("0", "Dead"),
)


def _fill(patient: Patient) -> FromRecord:
    ecog, kps = patient.last_measured("ECOG"), patient.last_measured("KPS")
    if ecog is None or kps is None:
        return FromRecord({"ecog": ecog} if ecog is not None else {"kps": kps} if kps is not None else {})
    one, other = patient.case.by_id[ecog.entry], patient.case.by_id[kps.entry]
    if patient.surely_later(other, one):
        return FromRecord({"kps": kps})
    apart = not fit(float(str(kps.option)), float(str(ecog.option)))
    if apart and not patient.surely_later(one, other):
        said = f"{one.label} and {other.label}: they do not fit, and which is the later is not decided"
        return FromRecord({}, "", (said,))
    return FromRecord({"ecog": ecog})


def _decide(answers: Answers) -> Found:
    if answers.given.keys() & {"ecog"}:
        grade = float(answers.choice("ecog"))
        return Found((), grade, steps=("measured",))
    state, mapping = answers.choice("kps"), answers.choice("mapping") if answers.known("mapping") else "common"
    if state not in MAPPINGS[mapping]:
        return Found((), steps=(f"KPS {state} has no place in {mapping}",))
    return Found((), float(MAPPINGS[mapping][state]), steps=(f"derived from KPS {state} by {mapping}; not measured",))


def _impossible(answers: Mapping[str, Value]) -> str:
    ecog, kps = answers.get("ecog"), answers.get("kps")
    if ecog is None or kps is None or fit(float(str(kps)), float(str(ecog))):
        return ""
    return f"ECOG {ecog} and KPS {kps} are not of one person at one time"


ECOG_KPS = Rule(
    id="ecog_kps",
    name="ECOG performance status, Karnofsky (KPS) and their mapping",
    version="Oken 1982; Karnofsky 1949",
    group="performance",
    purpose="Performance status, input to most prognostic scores.",
    items=(
        Item("ecog", "ECOG", tuple(Option(key, words, float(key)) for key, words in _ECOG)),
        Item("kps", "KPS", tuple(Option(key, words, float(key)) for key, words in _KPS)),
        Item(
            "mapping",
            "KPS → ECOG by",
            (Option("common", "Common mapping"), Option("prasad_2018", "Prasad 2018")),
            "Not chosen: the common one, and it is said.",
        ),
    ),
    population="patients with cancer; 1501 with lung cancer in the comparison of the mappings",
    fill=_fill,
    source="ecog_kps",
    status=Verification.VERIFIED,
    decide=_decide,
    impossible=_impossible,
    validity=(
        (
            "5844 paired assessments, 1501 lung cancer patients: Spearman -0.84; the Prasad categories had "
            "hit rate 78.1 %, weighted κ 0.749, better than earlier mappings [verified: abstract]."
        ),
    ),
    notes=(
        (
            "A third mapping is printed in Thorax (ECOG 1 = 80-90, 2 = 70-60, 3 = 50, 4 = 40 and below) "
            "[verified: thorax table]."
        ),
        "Paper 002 reports ECOG 0-4 in 61 patients and splits 0-2 / 3-4.",
    ),
)
