"""Weinstein-Boriani-Biagini (WBB) surgical staging."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.assess.instrument import Answers, Category, Filled, Found, FromRecord, Item, Option, Rule, Several
from myelon.terms.levels import Level
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from myelon.assess.fields import Value
    from myelon.assess.patient import Patient, Seen


def _zones(first: int, last: int) -> frozenset[str]:
    return frozenset(str(n) for n in range(first, last + 1))


RULE_SETS: dict[str, dict[str, tuple[frozenset[str], ...]]] = {
    "matsumoto2024": {
        "vertebrectomy": (_zones(4, 8), _zones(5, 9)),
        "sagittal": (_zones(2, 5), _zones(8, 11)),
        "posterior": (_zones(10, 12) | _zones(1, 3),),
    },
    "boriani1997": {
        "vertebrectomy": (_zones(4, 8), _zones(5, 9)),
        "sagittal": (_zones(3, 5), _zones(8, 10)),
        "posterior": (_zones(10, 12) | _zones(1, 3),),
    },
}
"""Rule set → operation → sets of zones that may be involved. 1997 differs in the sagittal range only (memory)."""
PEDICLES = frozenset({"4", "9"})


class Fit(NamedTuple):
    """Whether an operation fits a tumour, and what stands against it."""

    operation: str
    fits: bool
    violating: tuple[str, ...]
    """Zones that lie outside the nearest range of the operation."""
    warnings: tuple[str, ...]


def eligibility(zones: frozenset[str], layers: frozenset[str], rule_set: str) -> tuple[Fit, ...]:
    """Every operation of a rule set, with the zones that violate it.

    >>> [(f.operation, f.fits, f.violating) for f in eligibility(frozenset("234"), frozenset("ABC"), "boriani1997")]
    [('vertebrectomy', False, ('2', '3')), ('sagittal', False, ('2',)), ('posterior', False, ('4',))]
    """
    found = []
    for operation, ranges in RULE_SETS[rule_set].items():
        violating = min((zones - allowed for allowed in ranges), key=len)
        warnings = []
        if "D" in layers:
            warnings.append("layer D: the margin towards the dura is at risk of being intralesional")
        if "E" in layers:
            warnings.append("layer E: a margin free of tumour asks for resection of the dura")
        if operation == "vertebrectomy" and zones >= PEDICLES:
            warnings.append("no pedicle is free (zones 4 and 9)")
        fits = not violating and bool(zones)
        found.append(Fit(operation, fits, tuple(sorted(violating, key=int)), tuple(warnings)))
    return tuple(found)


def mirrored(zones: frozenset[str]) -> frozenset[str]:
    """The same zones counted in the other direction: z becomes 13 − z. Eligibility does not change, the side does.

    >>> sorted(mirrored(frozenset({"2", "4"})), key=int)
    ['9', '11']
    """
    return frozenset(str(13 - int(z)) for z in zones)


class AtLevel(NamedTuple):
    """What was last seen at one vertebra, or at vertebrae that were not told apart."""

    levels: str
    zones: frozenset[str]
    layers: frozenset[str]
    seen: Seen


def by_level(patient: Patient) -> tuple[AtLevel, ...]:
    """The zones of every level, from above; empty where the last statement of one of them is not decided."""
    rows = [s for s in patient.lesions if s.lesion.wbb_zones]
    found = []
    for levels in dict.fromkeys(s.lesion.levels for s in rows):
        here = [s for s in rows if s.lesion.levels == levels]
        said = [f"{s.lesion.wbb_zones} {s.lesion.wbb_layers}" for s in here]
        last = patient.last_of(here, [s.study for s in here], said)
        if last is None:
            return ()
        zones, layers = frozenset(str(z) for z in last.lesion.wbb_zones), frozenset(last.lesion.wbb_layers)
        found.append(AtLevel(str(levels or "level not recorded"), zones, layers, last))
    return tuple(sorted(found, key=lambda a: a.seen.lesion.levels.upper if a.seen.lesion.levels else 0))


def _fill(patient: Patient) -> FromRecord:
    if patient.tumour is not None and patient.tumour.role == "secondary":
        return FromRecord({}, f"made for primary tumours; {patient.tumour.entity} is a metastasis")
    where = set(patient.tumour.compartment) if patient.tumour is not None else set()
    if where and not {"vertebral", "paraspinal", "dumbbell", "epidural"} & where:
        return FromRecord({}, f"made for tumours of a vertebra; this one is {', '.join(sorted(where))}")
    levels = patient.tumour.levels if patient.tumour is not None else None
    if levels is not None and levels.upper >= Level.S1:
        return FromRecord({}, f"made for C1 to L5; the sacrum ({levels}) has other operations")
    rows = by_level(patient)
    if not rows:
        return FromRecord({})
    entry, source = rows[-1].seen.study.id, rows[-1].seen.source
    found = {  # one specimen over several levels: its range must hold the zones of all of them
        "zones": Filled(sorted(frozenset().union(*(r.zones for r in rows)), key=int), entry, source),
        "rule_set": Filled("matsumoto2024", entry, "004"),
        "convention": Filled("sosg_counterclockwise", entry, "004 Fig 2"),
    }
    if layers := frozenset[str]().union(*(r.layers for r in rows)):
        found["layers"] = Filled(sorted(layers), entry, source)
    return FromRecord(found)


def _impossible(answers: Mapping[str, Value]) -> str:
    return "no zone is involved" if answers.get("zones") == () else ""


def _decide(answers: Answers) -> Found:
    zones, rule_set = answers.several("zones"), answers.choice("rule_set")
    answers.known("convention")
    layers = answers.several("layers") if answers.known("layers") else frozenset[str]()
    rows = eligibility(zones, layers, rule_set)
    steps = []
    for fit in rows:
        outside = f"zone {', '.join(fit.violating)} lies outside" if fit.violating else "every zone lies inside"
        steps.append(f"{fit.operation}: {outside}" + "".join(f"; {w}" for w in fit.warnings if fit.fits))
    fitting = tuple(sorted(f.operation for f in rows if f.fits))
    if not fitting:
        steps.append("no standardised en bloc method fits")
    return Found(fitting, steps=tuple(steps))


WBB = Rule(
    id="wbb_1997",
    name="Weinstein-Boriani-Biagini (WBB) surgical staging",
    version="1997; SOSG numbering 2009",
    group="staging",
    purpose=(
        "Describes axial tumour extent (12 zones, layers A-E, vertebrae involved) to plan the en bloc "
        "resection of primary spinal tumours."
    ),
    items=(
        Several(
            "zones",
            "Zones involved",
            tuple(Option(str(n), f"zone {n}") for n in range(1, 13)),
            "1 and 12 are the halves of the spinous process, 4 and 9 the pedicles, 5 to 8 the body.",
        ),
        Several(
            "layers",
            "Layers involved",
            (
                Option("A", "Extraosseous soft tissues"),
                Option("B", "Intraosseous (superficial)"),
                Option("C", "Intraosseous (deep)"),
                Option("D", "Extraosseous (extradural/epidural)"),
                Option("E", "Extraosseous (intradural)"),
            ),
        ),
        Item(
            "convention",
            "Direction in which the zones are counted",
            (
                Option("sosg_counterclockwise", "Counter-clockwise from the left half of the spinous process (SOSG)"),
                Option("original_clockwise", "Clockwise from the right half (1997)"),
            ),
            "It decides the side and not the operation: every range is its own mirror.",
        ),
        Item(
            "rule_set",
            "Rule set",
            (
                Option("matsumoto2024", "Paper 004, also Boriani 1998: sagittal 2–5 or 8–11"),
                Option("boriani1997", "Boriani 1997: sagittal 3–5 or 8–10 (memory)"),
            ),
        ),
    ),
    population="primary tumours of a vertebra",
    fill=_fill,
    several=True,
    impossible=_impossible,
    categories=(
        Category("vertebrectomy", "vertebrectomy (similar to TES; arch may be removed piecemeal)"),
        Category("sagittal", "sagittal resection (combined anterior and posterior approach)"),
        Category("posterior", "posterior (arch) resection; COPPER if slightly eccentric"),
    ),
    source="wbb_1997",
    status=Verification.VERIFIED,
    decide=_decide,
    validity=(
        (
            "Reliability of Enneking and WBB among SOSG raters: Chan 2009 (Spine 34:384-391) is cited by "
            "paper 004; κ values were not read, so none are given."
        ),
    ),
    notes=(
        (
            "Direction: original 1997 numbering is clockwise [verified: musculoskeletalkey chapter 8 Fig. "
            "8.1; online-elib A]; the Spine Oncology Study Group changed it to counter-clockwise starting at "
            "the left half of the spinous process, to match axial images [verified: online-elib B]; paper 004"
            " Fig. 2 draws counter-clockwise."
        ),
        (
            "Store laterality physically (patient left/right and o'clock) plus the convention; convert for "
            "display. If the convention is unknown, mirror symmetry (z -> 13 - z) leaves the eligibility "
            "unchanged: every rule set above is symmetric under that map. Only the side changes."
        ),
        "Mirror check: 4-8 <-> 5-9, 2-5 <-> 8-11, 10-3 <-> 10-3, 3-5 <-> 8-10.",
    ),
)
