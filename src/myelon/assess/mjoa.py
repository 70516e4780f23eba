"""mJOA (18 points, Benzel 1991): Myelopathy severity."""

from __future__ import annotations

from myelon.assess.instrument import Category, Item, Option, Sum
from myelon.terms.verification import Verification

MJOA = Sum(
    id="mjoa_1991",
    name="mJOA (18 points, Benzel 1991)",
    version="modified JOA 0-18",
    group="neurology",
    purpose="Myelopathy severity.",
    items=(
        Item(
            "ue",
            "Upper extremity motor",
            (
                Option("0", "Unable to move hands", 0),
                Option("1", "Unable to eat with a spoon but able to move hands", 1),
                Option("2", "Unable to button shirt but able to eat with a spoon", 2),
                Option("3", "Able to button shirt with great difficulty", 3),
                Option("4", "Able to button shirt with slight difficulty", 4),
                Option("5", "No dysfunction", 5),
            ),
        ),
        Item(
            "le",
            "Lower extremity motor",
            (
                Option("0", "Complete loss of motor and sensory function", 0),
                Option("1", "Sensory preservation without ability to move legs", 1),
                Option("2", "Able to move legs, unable to walk", 2),
                Option("3", "Walks on flat floor with a walking aid", 3),
                Option("4", "Walks up/down stairs with a handrail", 4),
                Option("5", "Moderate-to-significant lack of stability, stairs without handrail", 5),
                Option("6", "Mild lack of stability, walks unaided with smooth reciprocation", 6),
                Option("7", "No dysfunction", 7),
            ),
        ),
        Item(
            "sensory",
            "Upper extremity sensation",
            (
                Option("0", "Complete loss of hand sensation", 0),
                Option("1", "Severe sensory loss or pain", 1),
                Option("2", "Mild sensory loss", 2),
                Option("3", "No sensory loss", 3),
            ),
        ),
        Item(
            "sphincter",
            "Sphincter",
            (
                Option("0", "Unable to micturate voluntarily", 0),
                Option("1", "Marked difficulty", 1),
                Option("2", "Mild to moderate difficulty", 2),
                Option("3", "Normal", 3),
            ),
        ),
    ),
    categories=(
        Category("severe", "Severe", "", 0, 11),
        Category("moderate", "Moderate", "", 12, 14),
        Category("mild", "Mild", "", 15, 17),
        Category("normal", "No myelopathy", "18 is outside the published mild band 15-17", 18, 18),
    ),
    source="mjoa_1991",
    status=Verification.VERIFIED,
    population="757 patients with degenerative cervical myelopathy for the bands; in oncology a descriptor",
    direction="higher = better",
    validity=(
        (
            "Cut-offs from 757 DCM patients anchored to Nurick: mild 15-17, moderate 12-14, severe 0-11 "
            "[verified: Tetreault 2017 abstract]."
        ),
    ),
    notes=(
        (
            "A 17-point 'mJOA' (UE 0-4, LE 0-4, sensation 3 x 0-2, sphincter 0-3) is also called mJOA "
            "[verified: ars-neurochirurgica, IJSSurgery mJOA-BR]; do not mix."
        ),
        (
            "JOA 17-point (1994): fingers 0-4, shoulder/elbow -2..0, lower limb 0-4 with half points, "
            "sensation upper/lower/trunk 0-2 each with half points, bladder 0-3; total max 17 [verified: "
            "hindawi bn 5138234 Table 1]. Recovery rate (Hirabayashi) = (post - pre)/(17 - pre) x 100 "
            "(memory, high)."
        ),
        "Two reprints drop one upper-limb line, which gives 0-17 in error.",
    ),
)
