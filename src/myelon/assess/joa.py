"""JOA score for cervical myelopathy (17 points)."""

from __future__ import annotations

from myelon.assess.instrument import Category, Item, Option, Sum
from myelon.terms.verification import Verification

JOA = Sum(
    id="joa_1994",
    name="JOA score for cervical myelopathy (17 points)",
    version="1994 (half points, with shoulder/elbow item)",
    group="neurology",
    purpose="Japanese standard myelopathy score (paper 004 comes from this tradition).",
    items=(
        Item(
            "fingers",
            "Fingers",
            (
                Option("0", "Unable to feed oneself with any tableware and/or fasten buttons of any size", 0),
                Option("1", "Spoon and/or fork but not chopsticks", 1),
                Option("2", "Chopsticks or writing possible but not practical, and/or large buttons", 2),
                Option("3", "Chopsticks or writing clumsy but practical, and/or cuff buttons", 3),
                Option("4", "Normal", 4),
            ),
        ),
        Item(
            "shoulder",
            "Shoulder and elbow (MMT of deltoid or biceps, the weaker)",
            (
                Option("le2", "MMT 2 or less", -2),
                Option("3", "MMT 3", -1),
                Option("4", "MMT 4", -0.5),
                Option("5", "MMT 5", 0),
            ),
        ),
        Item(
            "leg",
            "Lower extremity",
            (
                Option("0", "Unable to stand up and walk by any means", 0),
                Option("0.5", "Able to stand up, unable to walk", 0.5),
                Option("1", "Unable to walk without cane or support on a level", 1),
                Option("1.5", "Walks without support, clumsy gait", 1.5),
                Option("2", "Walks on a level, needs support on stairs", 2),
                Option("2.5", "Upstairs independently, support downstairs", 2.5),
                Option("3", "Capable of fast walking but clumsily", 3),
                Option("4", "Normal", 4),
            ),
        ),
        Item(
            "s_upper",
            "Sensation, upper extremity",
            (
                Option("0", "Complete loss of touch and pain sensation", 0),
                Option("0.5", "50 % or below of normal and/or severe pain or numbness", 0.5),
                Option("1", "Over 60 % of normal and/or moderate pain or numbness", 1),
                Option("1.5", "Subjective numbness of slight degree, no objective deficit", 1.5),
                Option("2", "Normal", 2),
            ),
        ),
        Item(
            "s_trunk",
            "Sensation, trunk",
            (
                Option("0", "Complete loss of touch and pain sensation", 0),
                Option("0.5", "50 % or below of normal and/or severe pain or numbness", 0.5),
                Option("1", "Over 60 % of normal and/or moderate pain or numbness", 1),
                Option("1.5", "Subjective numbness of slight degree, no objective deficit", 1.5),
                Option("2", "Normal", 2),
            ),
        ),
        Item(
            "s_lower",
            "Sensation, lower extremity",
            (
                Option("0", "Complete loss of touch and pain sensation", 0),
                Option("0.5", "50 % or below of normal and/or severe pain or numbness", 0.5),
                Option("1", "Over 60 % of normal and/or moderate pain or numbness", 1),
                Option("1.5", "Subjective numbness of slight degree, no objective deficit", 1.5),
                Option("2", "Normal", 2),
            ),
        ),
        Item(
            "bladder",
            "Bladder",
            (
                Option("0", "Urinary retention and/or incontinence", 0),
                Option("1", "Sense of retention and/or dribbling and/or thin stream and/or incomplete continence", 1),
                Option("2", "Urinary retardation and/or pollakisuria", 2),
                Option("3", "Normal", 3),
            ),
        ),
    ),
    categories=(Category("total", "JOA total", "no official severity bands; use the recovery rate", -2, 17),),
    source="joa_1994",
    status=Verification.VERIFIED,
    population="cervical compression myelopathy; in oncology a descriptor",
    direction="higher = better",
    validity=(
        "Recovery rate (Hirabayashi) % = (post - pre) / (17 - pre) x 100; undefined when pre = 17 (memory, high).",
    ),
    notes=("Older JOA (1975) has no shoulder/elbow item and whole points; same maximum 17.",),
)
