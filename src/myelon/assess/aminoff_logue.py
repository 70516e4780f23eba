"""Aminoff-Logue disability scale."""

from __future__ import annotations

from myelon.assess.instrument import Category, Item, Option, Sum
from myelon.terms.verification import Verification

AMINOFF_LOGUE = Sum(
    id="aminoff_logue_1974",
    name="Aminoff-Logue disability scale",
    version="1974",
    group="neurology",
    purpose="Gait and sphincter disability (spinal dural fistula; used in intramedullary disease).",
    items=(
        Item(
            "gait",
            "Gait",
            (
                Option("0", "Normal", 0),
                Option("1", "Leg weakness, abnormal stance or gait, no restriction of activity", 1),
                Option("2", "Restricted exercise tolerance", 2),
                Option("3", "Needs a stick or some support", 3),
                Option("4", "Needs crutches or two sticks", 4),
                Option("5", "Unable to stand, bed or wheelchair", 5),
            ),
        ),
        Item(
            "micturition",
            "Micturition",
            (
                Option("0", "Normal", 0),
                Option("1", "Mild: hesitancy, urgency, frequency", 1),
                Option("2", "Moderate: occasional incontinence or retention", 2),
                Option("3", "Severe: total incontinence or persistent retention", 3),
            ),
        ),
        Item(
            "defaecation",
            "Defaecation (optional)",
            (
                Option("0", "Normal", 0),
                Option("1", "Mild: constipation", 1),
                Option("2", "Moderate: occasional incontinence or severe constipation", 2),
                Option("3", "Persistent faecal incontinence", 3),
            ),
        ),
    ),
    categories=(
        Category("mild", "0-3 (of 8)", "78 % chance of substantial improvement in spinal dural AVF", 0, 3),
        Category("moderate", "4-5", "29 %", 4, 5),
        Category("severe", "6-8", "11 %", 6, 11),
    ),
    banded=("gait", "micturition"),
    source="aminoff_logue_1974",
    status=Verification.VERIFIED,
    population="spinal vascular malformations; its rates of improvement are not those of tumours",
    direction="higher = worse",
    validity=("Improvement rates apply to dural AV fistula, not to tumours [verified: neurocalcs page].",),
    notes=("Bands are defined on gait + micturition only.",),
)
