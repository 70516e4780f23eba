"""Spinal Instability Neoplastic Score (SOSG 2010): how stable is the spine at a bone lesion?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.assess.instrument import Category, Filled, FromRecord, Item, Option, Sum
from myelon.terms.levels import Level, Span
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from myelon.assess.patient import Patient

_JUNCTIONAL = (Span(Level.C1, Level.C2), Span(Level.C7, Level.T2), Span(Level.T11, Level.L1), Span(Level.L5, Level.S1))
_MOBILE = (Span(Level.C3, Level.C6), Span(Level.L2, Level.L4))
_SEMIRIGID = (Span(Level.T3, Level.T10),)
_IN_BONE = ("bone lesion", "bone destruction")
_FIELDS = (
    ("bone_quality", "lesion"),
    ("alignment", "alignment"),
    ("collapse", "collapse"),
    ("posterolateral", "posterolateral"),
)


def location_of(span: Span) -> str:
    """The location item of a lesion, by its least stable level.

    >>> location_of(Span.parse("T9")), location_of(Span.parse("T10-T11"))
    ('semirigid', 'junctional')
    """
    for option, spans in (("junctional", _JUNCTIONAL), ("mobile", _MOBILE), ("semirigid", _SEMIRIGID)):
        if any(span.overlap(s) is not None for s in spans):
            return option
    return "rigid"


def _fill(patient: Patient) -> FromRecord:
    tumour = patient.tumour
    bone = patient.last_stated("bone_quality")
    where = set(tumour.compartment) if tumour is not None else set()
    in_bone = bone is not None or any(s.lesion.feature in _IN_BONE for s in patient.main_lesion)
    if tumour is not None and not in_bone and where and not {"vertebral", "epidural"} & where:
        return FromRecord({}, f"no bone lesion: the tumour is {', '.join(tumour.compartment)}")
    stated = {s.lesion.levels for s in patient.main_lesion if s.lesion.levels and s.lesion.bone_quality}
    if len(stated) > 1:  # one score per lesion: whose, a person says
        return FromRecord({"pain": patient.pain_character} if patient.pain_character is not None else {})
    levels = bone.lesion.levels if bone is not None else None
    found = patient.fill(_FIELDS, levels=levels)
    if bone is not None and levels is not None:
        found["location"] = Filled(location_of(levels), bone.study.id, bone.source)
    pain = patient.pain_character
    if pain is not None:
        found["pain"] = pain
    return FromRecord(found)


SINS = Sum(
    id="sins_2010",
    name="Spinal Instability Neoplastic Score (SINS)",
    version="SOSG 2010",
    purpose="Grades tumour-related spinal instability; 7 or more asks for a surgical consultation.",
    group="stability",
    items=(
        Item(
            "location",
            "Location",
            (
                Option("junctional", "Junctional: occiput-C2, C7-T2, T11-L1, L5-S1", 3),
                Option("mobile", "Mobile spine: C3-C6, L2-L4", 2),
                Option("semirigid", "Semirigid: T3-T10", 1),
                Option("rigid", "Rigid: S2-S5", 0),
            ),
        ),
        Item(
            "pain",
            "Pain (mechanical = relieved by recumbency and/or provoked by movement/loading)",
            (
                Option("mechanical", "Yes (mechanical)", 3),
                Option("occasional", "Occasional pain but not mechanical", 1),
                Option("none", "Pain-free lesion", 0),
            ),
        ),
        Item(
            "lesion",
            "Bone lesion",
            (Option("lytic", "Lytic", 2), Option("mixed", "Mixed (lytic/blastic)", 1), Option("blastic", "Blastic", 0)),
        ),
        Item(
            "alignment",
            "Radiographic spinal alignment",
            (
                Option("subluxation", "Subluxation/translation present", 4),
                Option("deformity", "De novo deformity (kyphosis/scoliosis)", 2),
                Option("normal", "Normal alignment", 0),
            ),
        ),
        Item(
            "collapse",
            "Vertebral body collapse",
            (
                Option("gt50", "> 50 % collapse", 3),
                Option("lt50", "< 50 % collapse", 2),
                Option("involved", "No collapse with > 50 % of body involved", 1),
                Option("none", "None of the above", 0),
            ),
            "Exactly 50 % is not assigned in the published table: the reader decides.",
        ),
        Item(
            "posterolateral",
            "Posterolateral involvement (facet, pedicle or costovertebral joint)",
            (
                Option("bilateral", "Bilateral", 3),
                Option("unilateral", "Unilateral", 1),
                Option("none", "None of the above", 0),
            ),
        ),
    ),
    categories=(
        Category("stable", "Stable", "", 0, 6),
        Category(
            "potentially_unstable", "Potentially unstable (indeterminate)", "surgical consultation recommended", 7, 12
        ),
        Category("unstable", "Unstable", "surgical consultation recommended", 13, 18),
    ),
    source="sins_2010",
    status=Verification.VERIFIED,
    population="neoplastic bone lesions of the spine; one score per lesion, never summed over levels",
    fill=_fill,
    direction="higher = less stable",
    validity=(
        (
            "30 cases, SOSG raters: κ between raters 0.790 location, 0.841 pain, 0.244 bone quality, 0.456 "
            "alignment, 0.462 collapse, 0.492 posterolateral; sensitivity 95.7 %, specificity 79.5 % for "
            "potentially unstable or unstable [verified: Fourney 2011 abstract]."
        ),
        (
            "Radiation oncologists, binary scale: κ 0.76 between, 0.80 within raters, 0.85 against consensus "
            "[verified: Fisher et al. abstract, moh-it.pure.elsevier.com; year not shown]."
        ),
        "Meta-analysis: intra-observer 0.815, inter-observer 0.673 [verified: Pennington 2019 abstract].",
    ),
    notes=(
        (
            "Erratum in the wild: one online table (neurosurgerynotes) prints pain 3/2/1 and stable '1-6'; "
            "both are wrong."
        ),
        (
            "SINS is per lesion/level, not summed over levels (memory, medium). With several lesions store "
            "one SINS per level and show the highest."
        ),
        "Sacral S1 belongs to the L5-S1 junction; no points are published for the coccyx.",
    ),
)
