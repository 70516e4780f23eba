"""The reporting items of re-irradiation (ESTRO/EORTC 2022), each filled from the record or said to be missing.

The list is RADIOBIOLOGY §3.4: types second-hand, items from memory; every item is stored or said not to be recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.board.standing import standing
from myelon.dose.bed import gy_words
from myelon.dose.verdict import Basis, Outcome
from myelon.record.base import Assertion
from myelon.record.kinds import AdverseEvent, Response, Staging

if TYPE_CHECKING:
    from collections.abc import Iterable

    from myelon.board.cord_dose import CordDose
    from myelon.board.packet import DosedPacket
    from myelon.record.base import Entry
    from myelon.record.kinds import Radiotherapy

SURVIVAL = ("survival", "prognosis", "Tokuhashi", "Tomita", "Katagiri", "SORG", "PathFx", "Bartels")


class Item(NamedTuple):
    """One reporting item: what is on record, and the codes of where it stands; no line means not recorded."""

    name: str
    lines: tuple[str, ...]
    codes: tuple[str, ...] = ()


def reporting_items(packet: DosedPacket, dose: CordDose) -> tuple[Item, ...]:
    """Every item for the courses of one group.

    Args:
        packet: The prepared case.
        dose: The courses that meet.
    """
    case, stands = packet.case, standing(packet.case, packet.timeline)
    neurology = [f"{limb}: {said.words}" for limb, said in stands.limbs]
    neurology += [
        f"{name}: {said.words}"
        for name, said in (("MRC, least", stands.strength), ("bladder", stands.bladder), ("bowel", stands.bowel))
        if said
    ]
    tumour = case.neoplasm
    ids = {c.id for c in dose.courses}
    responses = [r for r in case.of(Response) if r.after in ids]
    events = [e for e in case.of(AdverseEvent) if _of(e, ids)]
    estimates = [s for s in case.of(Staging) if any(word.lower() in s.instrument.lower() for word in SURVIVAL)]
    return (
        Item(
            "Indication and intent",
            tuple(_intent(c) for c in dose.courses if c.intent or c.rationale),
            _codes(dose.courses),
        ),
        Item("Performance (ECOG)", (stands.performance.words,) if stands.performance else ()),
        Item("Neurological status", tuple(neurology)),
        Item("Histology", (tumour.label,) if tumour else (), _codes([tumour] if tumour else [])),
        Item("Courses", tuple(_course(c) for c in dose.courses), _codes(dose.courses)),
        Item("Intervals, end to start", _intervals(dose)),
        Item("Response to earlier courses", tuple(_response(r) for r in responses), _codes(responses)),
        Item("Overlap", _overlap(dose)),
        Item("Accumulation", (_accumulation(dose),)),
        Item("Registration", (_registration(dose),)),
        Item("α/β and recovery", _model(dose)),
        Item("Cumulative dose of the organ", _cumulative(dose)),
        Item("Limits", tuple(_limits(dose))),
        Item("Concurrent systemic therapy", tuple(_concurrent(packet, dose))),
        Item("Survival estimate", tuple(s.label for s in estimates), _codes(estimates)),
        Item("Toxicity since (CTCAE)", tuple(e.label for e in events), _codes(events)),
    )


def _of(event: AdverseEvent, courses: set[str]) -> bool:
    return event.during in courses or any(a.treatment in courses for a in event.attribution)


def _codes(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s.code for e in entries for s in e.source))


def _intent(course: Radiotherapy) -> str:
    why = "; ".join(s.value for s in course.rationale)
    return f"RT {course.ordinal}: " + "; ".join(x for x in (course.intent, why) if x)


def _course(course: Radiotherapy) -> str:
    technique = ", ".join(s.value for s in course.technique) or "technique not recorded"
    volumes = ", ".join(course.volumes) or course.target or "volumes not recorded"
    return (
        f"RT {course.ordinal}: {course.dose_words}, {course.when or 'time not recorded'}; {technique}; "
        f"modality {course.modality}; {volumes}; levels {course.levels or 'not recorded'}"
    )


def _intervals(dose: CordDose) -> tuple[str, ...]:
    found = [
        f"RT {a.ordinal} to RT {b.ordinal}: {gap} months"
        for a, b, gap in zip(dose.courses, dose.courses[1:], dose.judged.intervals, strict=False)
    ]
    return tuple(found)


def _response(response: Response) -> str:
    return f"{response.label} ({response.criteria})"


def _overlap(dose: CordDose) -> tuple[str, ...]:
    classes = [f"{c.name}: {c.why}" for c in dict.fromkeys(dose.classes)]
    if dose.overlaps:
        volumes = ", ".join(f"{o.share:.0%} in {o.volume_cc:.1f} cc" for o in dose.overlaps)
        classes.append(f"every course gives at least this share of its prescription: {volumes}")
    return tuple(classes)


def _accumulation(dose: CordDose) -> str:
    if dose.basis is Basis.VOXEL_SUM:
        return "by voxel: each course converted to EQD2 with its own fractions, then added at the same point"
    if dose.basis is Basis.ISODOSES:
        return f"sum of isodoses as read, at most; level of knowledge {dose.knowledge}: {dose.knowledge.words}"
    return f"sum of prescriptions, not cord dose; level of knowledge {dose.knowledge}: {dose.knowledge.words}"


def _registration(dose: CordDose) -> str:
    if dose.basis is not Basis.VOXEL_SUM:
        return "none: no dose was mapped"
    if not dose.sure:
        return "none: one course"
    sure = next(iter(dose.sure.values()))[0]
    placed = "; ".join(f"RT {c.ordinal}: {words}" for c, words in zip(dose.courses, dose.placed_by, strict=True))
    return (
        f"{placed}; limits judged at the 95th percentile of {sure.count} shifts "
        f"({sure.shift_mm:g} mm) and turns ({sure.turn_degrees:g}°)"
    )


def _model(dose: CordDose) -> tuple[str, ...]:
    ab, other = dose.judged.dose.alpha_beta_gy, dose.judged.alternative.alpha_beta_gy
    return (f"linear-quadratic, α/β {ab:g} Gy, with {other:g} Gy beside", "no recovery is credited")


def _cumulative(dose: CordDose) -> tuple[str, ...]:
    judged = dose.judged
    lines = [
        f"{judged.dose.structure}, {judged.dose.metric}: EQD2 {gy_words(d.cumulative_eqd2)}, "
        f"BED {gy_words(d.cumulative_bed)} at α/β {d.alpha_beta_gy:g}"
        for d in (judged.dose, judged.alternative)
    ]
    for name, (sums, _) in dose.sums.items():
        values = [(m, sums.total.metric(m).value) for m in ("D0.03cc", "D0.1cc")]
        lines += [f"{name}, {m}: EQD2 {v:.2f} Gy at α/β {sums.alpha_beta_gy:g}" for m, v in values if v is not None]
    return tuple(lines)


def _limits(dose: CordDose) -> Iterable[str]:
    for v in dose.judged.verdicts:
        if v.outcome is not Outcome.NOT_APPLICABLE:
            yield f"{v.limit.rule}, {v.limit.name.lower()}: {v.value_text} against {v.limit}, {v.says}"


def _concurrent(packet: DosedPacket, dose: CordDose) -> Iterable[str]:
    for course in dose.courses:
        if course.concurrent_systemic:
            line = packet.case.by_id[course.concurrent_systemic]
            given = "" if line.assertion is Assertion.PRESENT else f" ({line.assertion})"
            yield f"RT {course.ordinal}: {line.label}{given}"
