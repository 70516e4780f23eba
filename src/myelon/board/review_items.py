"""Where each of the 73 items and 15 traps of the review (REVIEW.md) is held. A test follows every pointer."""

from typing import Literal, NamedTuple

Held = Literal["instrument", "rule", "evidence", "case", "field", "fact", "limit"]


class Place(NamedTuple):
    """Something that holds an item.

    ``name`` is an id (of an instrument, a rule, evidence, a demonstration case, a fact or a limit of the dose), or a
    field of the record: ``Class.field`` or ``Class.field=value``.
    """

    kind: Held
    name: str


def _rules(*names: str) -> tuple[Place, ...]:
    return tuple(Place("rule", n) for n in names)


def _evidence(*names: str) -> tuple[Place, ...]:
    return tuple(Place("evidence", n) for n in names)


_DSS = (Place("instrument", "dss_2016"),)
_WBB = (Place("instrument", "wbb_1997"),)

REVIEW_ITEMS: dict[str, tuple[Place, ...]] = {
    "R01": (Place("field", "Neoplasm.compartment=dumbbell"),),
    "R02": (Place("fact", "primary tumour"), Place("fact", "metastasis"), Place("fact", "dumbbell")),
    "R03": _DSS, "R04": _DSS, "R05": _DSS, "R06": _DSS, "R07": _DSS,
    "R08": (*_DSS, *_evidence("dss")), "R09": _evidence("dss"), "R10": _evidence("dss"),
    "R11": _rules("dss-biopsy", "dss-follow"), "R12": _rules("dss-caveat"), "R13": _rules("biopsy-caution"),
    "R14": _evidence("pet-mri"), "R15": _evidence("pet-mri"),
    "R16": (Place("field", "Imaging.modality=PET-MRI"), *_evidence("pet-mri")),
    "R17": _WBB, "R18": _rules("vertebrectomy", "vertebrectomy-not"), "R19": _rules("vertebrectomy-approach"),
    "R20": _rules("sagittal", "sagittal-not"), "R21": _rules("posterior", "posterior-not"), "R22": _rules("posterior"),
    "R23": (*_WBB, *_rules("vertebrectomy-not", "sagittal-not", "posterior-not")),
    "R24": _rules("vertebrectomy-team", "sagittal-team", "posterior-team"),
    "R25": _rules("resection-basic", "chondrosarcoma"),
    "R26": (Place("case", "paper-004-fig-3"),), "R27": (Place("case", "paper-004-fig-4"),),
    "R28": (Place("case", "paper-004-fig-5"),),
    "R29": _rules("cirt-when"),
    "R30": (Place("field", "Radiotherapy.modality=carbon"), *_evidence("nirs")),
    "R31": _evidence("nirs"), "R32": _rules("cirt-conflict"), "R33": _rules("cirt-conflict"),
    "R34": _rules("cirt-compressed"), "R35": _rules("cirt-ss"), "R36": _evidence("cirt-ss"),
    "R37": _evidence("fracture-srs"), "R38": _evidence("fracture-rt"),
    "R39": (*_evidence("fracture-cirt"), *_rules("cirt-fracture")), "R40": _rules("cirt-hardware", "cirt-fracture"),
    "R41": (Place("case", "paper-004-fig-6"),),
    "R42": _rules("drugs-sarcoma"), "R43": _evidence("gctb"), "R44": _rules("denosumab"),
    "R45": (*_evidence("gctb"), *_rules("denosumab")),
    "R46": (*_rules("denosumab-driver"), Place("fact", "G34W positive")),
    "R47": _rules("denosumab-exit"), "R48": (Place("case", "paper-004-fig-7"),),
    "R49": (Place("case", "paper-004-fig-8"),),
    "R50": (Place("field", "Board.sites"),), "R51": (Place("field", "Board.disciplines"),),
    "R52": (Place("field", "Board.decision"), Place("field", "Board.signed_by")),
    "R53": _evidence("bmcb"),
    "R54": (*_rules("mst-paralysis", "mst-instability", "mst-pain"), Place("instrument", "mst_surgery_indication")),
    "R55": (*_rules("mst-six-months", "mst-under-six"), Place("fact", "six months")),
    "R56": _rules("mist-era"), "R57": _rules("mist-era"), "R58": _rules("pps-advantages"),
    "R59": _rules("pps-long", "pps-high", "pps-decompression"), "R60": _rules("mist-era"), "R61": _rules("bkp"),
    "R62": (*_rules("bkp"), Place("fact", "three bodies at most")),
    "R63": _rules("bkp", "bkp-paralysis"), "R64": _rules("bkp-wall"), "R65": _evidence("cafe"),
    "R66": _evidence("bkp-own"), "R67": _evidence("bkp-own"),
    "R68": (Place("case", "paper-004-fig-9"),), "R69": (Place("case", "paper-004-fig-10"),),
    "R70": (*_rules("drugs-after"), *_evidence("survival-shift")), "R71": _rules("prophylactic"),
    "R72": (*_rules("goals"), Place("field", "Board.goals")), "R73": _evidence("survival-shift"),
}  # fmt: skip
"""Every item of the review by its number."""

TRAPS: dict[str, tuple[Place, ...]] = {
    "XR1": _DSS, "XR2": _DSS,
    "XR3": _WBB, "XR4": _WBB, "XR5": _WBB,
    "XR6": _evidence("cafe"),
    "XR7": (Place("case", "paper-004-fig-8"),), "XR8": (Place("case", "paper-004-fig-6"),),
    "XR9": (Place("fact", "metastasis"),),
    "XR10": _rules("cirt-compressed"),
    "XR11": _rules("bkp"), "XR12": (Place("fact", "primary tumour"),),
    "XR13": _evidence("fracture-srs", "fracture-rt", "fracture-cirt"),
    "XR14": (Place("limit", "cirt.cord.50"), *_rules("cirt-conflict")), "XR15": (Place("case", "paper-004-fig-7"),),
}  # fmt: skip
"""Every contradiction and trap of the review by its number."""
