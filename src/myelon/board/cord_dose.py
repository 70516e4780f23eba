"""The dose question of a case: which courses meet in which organ, what they add to, and what each limit says.

With dose files of every course the sum is by voxel; without, it is of prescriptions and says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from myelon.dose.accumulate import Accumulation, accumulate
from myelon.dose.agreement import FileFinding, twice_daily
from myelon.dose.bed import Prescription
from myelon.dose.dvh import DVH, dvh
from myelon.dose.ends import cut_off
from myelon.dose.interval import Interval
from myelon.dose.overlap import IsodoseOverlap, isodose_overlaps, near_edge
from myelon.dose.reirradiation import (
    CORD_ALPHA_BETA_GY,
    OrganDose,
    Reirradiation,
    alternative_alpha_beta,
    evaluate,
    from_prescriptions,
    organ_dose,
)
from myelon.dose.reirradiation_class import Knowledge, ReirradiationClass, knowledge, reirradiation_class, worst
from myelon.dose.tolerance import CourseTolerance, Given, judge_courses
from myelon.record.base import Assertion
from myelon.record.kinds import Neoplasm, Radiotherapy
from myelon.terms.levels import Level, Span, organ_at
from myelon.terms.techniques import spares_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from myelon.dose.grid import DoseGrid
    from myelon.dose.structure import Structure
    from myelon.dose.uncertainty import Uncertainty
    from myelon.dose.verdict import Basis
    from myelon.record.case import Case
    from myelon.record.kinds.radiotherapy import DvhPoint
    from myelon.record.timeline import Timeline
    from myelon.terms.levels import OrganAtLevel

IN_THE_CANAL = {"intramedullary", "intradural extramedullary", "extramedullary"}
"""Compartments of a tumour whose target contains the cord or the cauda equina."""
CORD, SAC = "SpinalCord", "ThecalSac"
"""TG-263 names of the structures that limits are judged on."""


@dataclass(frozen=True)
class CourseFiles:
    """What was read for one course: its dose in physical Gy and the structures in the same frame of reference."""

    dose: DoseGrid
    structures: dict[str, Structure]
    placed_by: str = "no transform: same frame"
    """How the dose came into the frame of the structures of the last course."""
    not_placed: str = ""
    """Why it could not be brought there, so that it is not added by voxel; or ""."""
    own_structures: dict[str, Structure] = field(default_factory=dict)
    """Its structures in its own frame of reference."""
    roi_numbers: dict[int, str] = field(default_factory=dict)
    """Number → name of the ROIs of its structure set."""
    note: str = ""
    """What was done to the dose, such as a factor for protons; or ""."""


class Reading(NamedTuple):
    """What was read of the dose files of a case, and what about them does not fit together."""

    files: dict[str, CourseFiles]
    """Course id → what was read."""
    findings: tuple[FileFinding, ...] = ()


NO_FILES = Reading({})
"""Of a case whose courses point to no dose files."""


@dataclass(frozen=True)
class LevelDose:
    """Greatest summed dose in the cord at one vertebra."""

    level: Level
    low_mm: float
    high_mm: float
    max_gy: float | None


@dataclass(frozen=True)
class CordDose:
    """Everything the dose panel shows of one group of courses that meet at a level."""

    courses: tuple[Radiotherapy, ...]
    organ: OrganAtLevel
    span: Span | None
    judged: Reirradiation
    other_organs: tuple[Reirradiation, ...]
    """The same for every other organ that may lie there."""
    interval_readings: dict[str, Interval]
    overlap: str
    basis: Basis
    sums: dict[str, tuple[Accumulation, Accumulation]]
    """Structure → accumulation at α/β 2 and at the alternative; empty without dose files."""
    physical: dict[str, tuple[DVH, ...]]
    levels: tuple[LevelDose, ...]
    grids: tuple[DoseGrid, ...]
    tolerances: tuple[tuple[CourseTolerance, ...], ...]
    """For each course, each organ that may lie there: the limits for a single course."""
    structures: dict[str, Structure]
    """Structures that the sum was made in, in the frame of the last course; empty without dose files."""
    contours: dict[str, Structure]
    """Every structure of the last course, in the same frame; empty without dose files."""
    sure: dict[str, tuple[Uncertainty, Uncertainty]]
    """Structure → how sure its sum is, at both α/β; empty without two dose files."""
    classes: tuple[ReirradiationClass, ...]
    """Each later course against those before it (ESTRO/EORTC)."""
    knowledge: Knowledge
    """That of the course that is known worst."""
    open_sum: str
    """Why the sum is not known, or not of photons; or ""."""
    placed_by: tuple[str, ...]
    """How each course came into the frame of the last one; empty without dose files."""
    at_most_gy: tuple[float | None, ...]
    """For each course an isodose that the cord lies outside of, where a person read one."""
    at_least_gy: tuple[float | None, ...]
    """For each course an isodose that the cord lies inside of, or the dose of a target that contains it."""
    findings: tuple[FileFinding, ...]
    """What about the files of its courses does not fit together."""
    withheld: str
    """Why nothing of it is judged: findings that refuse; or ""."""
    in_the_canal: bool
    """Whether the target of a further course contains the organ: the tumour lies inside the canal there."""
    roi_numbers: tuple[dict[int, str], ...]
    """For each course, number → name of the ROIs of its own structure set; empty without dose files."""
    overlaps: tuple[IsodoseOverlap, ...] = ()
    """Where every course gives at least a share of its prescription; empty without two dose files."""
    near_edge: dict[str, float] = field(default_factory=dict)
    """Structure → share of its contour points within a voxel of the edge of a dose grid, or outside."""
    notes: tuple[str, ...] = ()

    @property
    def not_delivered(self) -> list[Radiotherapy]:
        """Courses that were not, or not wholly, given: what is judged of them is the prescription."""
        return [c for c in self.courses if c.status != "delivered"]


@dataclass(frozen=True)
class Group:
    """Courses that share at least one vertebra, in time order, and what that rests on."""

    courses: tuple[Radiotherapy, ...]
    shared: tuple[Level, ...]
    assumed: bool


def cord_doses(
    case: Case, timeline: Timeline, reading: Reading
) -> tuple[tuple[CordDose, ...], tuple[tuple[Radiotherapy, str], ...]]:
    """Assess the radiotherapy of a case, group by group, the heaviest first.

    Args:
        case: The record.
        timeline: Its solved times.
        reading: What was read of its files; a sum is by voxel only when every course of the group has them.

    Returns:
        The groups, and the courses that are in none, each with the reason.
    """
    given, left_out = _given(case)
    known = [c for c in given if c.schedule is not None and c.adds_up and c.assertion is Assertion.PRESENT]
    unknown = [c for c in given if c not in known]
    ordered, late = _in_time_order(known, timeline)
    groups = groups_of(ordered)
    doses = [_assess(case, timeline, group, reading, [*late, *_abutting(group, groups)], unknown) for group in groups]
    doses.sort(key=lambda d: (len(d.courses), _known_sum(d)), reverse=True)
    return tuple(doses), left_out + tuple((c, f"{_why_open(c)}: nothing can be added") for c in unknown)


def _why_open(course: Radiotherapy) -> str:
    """Why the dose of a course is not known."""
    if course.assertion is not Assertion.PRESENT:
        return f"whether it was given is {course.assertion}"
    if course.schedule is None:
        return course.dose_words
    each = course.dose_per_fraction_gy
    return f"{course.dose_words} and {each:g} Gy per fraction do not add up" if each else course.dose_words


def _known_sum(dose: CordDose) -> float:
    """BED of the courses that are converted."""
    return sum(b for b in dose.judged.dose.course_bed if math.isfinite(b))


def _abutting(group: Group, groups: Sequence[Group]) -> list[str]:
    """Courses of other groups on the vertebra next to one of this group's: their field edges may overlap."""
    inside = {c.id for c in group.courses}
    others = {c.id: c for g in groups for c in g.courses if c.id not in inside}
    return [
        f"RT {one.ordinal} and RT {other.ordinal} lie on adjacent vertebrae ({one.levels}, {other.levels}): their "
        "field edges may overlap, and nothing is added for it; dose files or isodoses would show it"
        for one in group.courses
        for other in others.values()
        if one.levels is not None and other.levels is not None and one.levels.next_to(other.levels)
    ]


def _given(case: Case) -> tuple[list[Radiotherapy], tuple[tuple[Radiotherapy, str], ...]]:
    """Courses over the spine that were given or are proposed; the rest with the reason."""
    given, left_out = [], []
    for course in case.of(Radiotherapy):
        if course.assertion in {Assertion.ABSENT, Assertion.NOT_DONE}:
            left_out.append((course, f"stated as {course.assertion}"))
        elif not course.may_meet_the_spine or (course.region == "other" and course.levels is None):
            kind = reirradiation_class(overlap=False, same_organ=None if course.region == "brain" else False)
            where = f"given to another region ({course.region}): never added to the spine"
            left_out.append((course, f"{where}; beside a course of the spine {kind.name.split(', or')[0]}"))
        else:
            given.append(course)
    return given, tuple(left_out)


def _in_time_order(courses: list[Radiotherapy], timeline: Timeline) -> tuple[list[Radiotherapy], list[str]]:
    """By number, unless their times say otherwise for sure."""
    by_number = sorted(courses, key=lambda c: c.ordinal)
    by_time = list(by_number)
    for _ in by_time:
        for n, (a, b) in enumerate(pairwise(by_time)):
            gap, _ = timeline.interval(f"{a.id}.start", f"{b.id}.start")
            if gap.latest is not None and gap.latest < 0:
                by_time[n], by_time[n + 1] = b, a
    if by_time == by_number:
        return by_time, []
    return by_time, ["the courses' numbers and their times disagree: they are taken in the order of time"]


def groups_of(courses: Sequence[Radiotherapy]) -> list[Group]:
    """Every greatest set of courses with a common vertebra; a course without levels may be in each of them."""
    placed = [c for c in courses if c.levels is not None]
    unplaced = [c for c in courses if c.levels is None]
    if not placed:
        return [Group(tuple(courses), (), assumed=True)] if courses else []
    by_members: dict[tuple[str, ...], list[Level]] = {}
    for level in Level:
        here = tuple(c.id for c in placed if c.levels is not None and c.levels.upper <= level <= c.levels.lower)
        if here:
            by_members.setdefault(here, []).append(level)
    kept = [m for m in by_members if not any(set(m) < set(other) for other in by_members)]
    extra = {c.id for c in unplaced}
    return [
        Group(tuple(c for c in courses if c.id in set(m) | extra), tuple(by_members[m]), assumed=bool(unplaced))
        for m in kept
    ]


def _assess(
    case: Case,
    timeline: Timeline,
    group: Group,
    reading: Reading,
    said: Sequence[str],
    unknown: Sequence[Radiotherapy],
) -> CordDose:
    """Judge a group; ``unknown`` are courses without a dose, which leave open every sum they may belong to."""
    courses, files = group.courses, reading.files
    findings = tuple(f for f in reading.findings if f.course in {c.id for c in courses})
    refused = [f for f in findings if f.severity == "refuse"]
    withheld = "; ".join(f"{case.by_id[f.course].label.split(':')[0]}: {f.text}" for f in refused)
    span = (
        Span(group.shared[0], group.shared[-1]) if group.shared else (case.neoplasm.levels if case.neoplasm else None)
    )
    organ = organ_at(span)
    intervals, readings = _intervals(courses, timeline)
    prescriptions = tuple(Prescription(s.total_gy, s.fractions) for s in (c.schedule for c in courses) if s)
    at_most = [_at_most(c, span) for c in courses]
    at_least = [_at_least(case, c, group.shared) for c in courses]
    crossed = [
        f"RT {c.ordinal}: the cord has at least {low:g} Gy and at most {high:g} Gy as read, which cannot both be"
        for c, low, high in zip(courses, at_least, at_most, strict=True)
        if low is not None and high is not None and low > high
    ]
    withheld = "; ".join(x for x in (withheld, *crossed) if x)
    overlapping = [c for c in unknown if not (span and c.levels) or c.levels.overlap(span)]
    needs_model = _open_sum(courses, overlapping)
    read = [files[c.id] for c in courses if c.id in files and not files[c.id].not_placed]
    sums: dict[str, tuple[Accumulation, Accumulation]] = {}
    sure: dict[str, tuple[Uncertainty, Uncertainty]] = {}
    notes = [*said, *(note for c, p in zip(courses, prescriptions, strict=True) for note in _notes(c, p, files))]
    whole = len(read) == len(courses)
    if whole and read and not _one_frame(read):
        whole = False
        notes.append("the courses lie in different frames of reference: not added by voxel")
    reached = [_reached(case, c, group) for c in courses]
    converted = [c.modality != "carbon" for c in courses]
    if whole and not needs_model and all(f.shown for f in refused):
        other = alternative_alpha_beta(CORD_ALPHA_BETA_GY, span)
        structures, grids = read[-1].structures, tuple(r.dose for r in read)
        for name in (CORD, SAC):
            if name in structures:
                at_two, at_other = (accumulate(structures[name], grids, ab) for ab in (CORD_ALPHA_BETA_GY, other))
                sums[name] = (at_two, at_other)
                if len(grids) > 1:
                    sure[name] = _uncertainty(structures[name], grids, sums[name])
        if CORD not in sums:
            notes.append(f"no structure is called {CORD}: the sum is of prescriptions")

    ends = {
        name: cut_off(read[-1].structures[name], [r.dose.to_eqd2(CORD_ALPHA_BETA_GY) for r in read]) for name in sums
    }

    def judge(name: str) -> Reirradiation:
        if CORD not in sums:
            return from_prescriptions(
                prescriptions, intervals, organ=name, span=span, needs_model=needs_model, at_most_gy=at_most,
                reached=reached, converted=converted, at_least_gy=at_least, withheld=withheld,
            )  # fmt: skip
        dose, alternative = _organ_doses(sums[CORD], sure.get(CORD), ends[CORD])
        sac = _organ_doses(sums[SAC], sure.get(SAC), ends[SAC]) if SAC in sums else None
        return evaluate(
            prescriptions, intervals, organ=name, dose=dose, alternative=alternative, thecal_sac=sac, withheld=withheld
        )

    by_voxel = CORD in sums
    structures = read[-1].structures if whole else {}
    grids = tuple(r.dose for r in read) if whole else ()
    shown = [n for n in (CORD, SAC, "SpinalCanal", "CaudaEquina", "SacralPlex", "GTV", "PTV") if n in structures]
    physical = {n: tuple(dvh(structures[n], [g]) for g in grids) for n in shown}
    shared = "assumed: levels irradiated not reported" if group.assumed else (str(span) if len(courses) > 1 else "")
    judged = judge(organ.organs[0])
    return CordDose(
        courses,
        organ,
        span,
        judged,
        tuple(judge(name) for name in organ.organs[1:]),
        readings,
        shared,
        judged.dose.basis,
        sums,
        physical,
        _by_level(structures, grids) if by_voxel else (),
        grids if by_voxel else (),
        judge_courses(
            organ.organs,
            _given_doses(
                case,
                timeline,
                group,
                overlapping,
                prescriptions,
                [_at_most(c, c.levels or span) for c in courses],
                judged,
                physical if by_voxel else {},
                reached,
                ends,
                withheld,
            ),
        ),
        {name: structures[name] for name in sums},
        structures if by_voxel else {},
        sure,
        tuple(_class_of(group, span) for _ in courses[1:]),
        worst([_knowledge(c, files) for c in courses]),
        needs_model,
        tuple(r.placed_by for r in read) if by_voxel else (),
        tuple(at_most),
        tuple(at_least),
        findings,
        withheld,
        _in_the_canal(case, group),
        tuple(r.roi_numbers for r in read) if by_voxel else (),
        isodose_overlaps(grids, [p.total_gy for p in prescriptions]) if by_voxel and len(grids) > 1 else (),
        {n: near_edge(structures[n], grids) for n in sums},
        tuple(notes),
    )


def _open_sum(courses: Sequence[Radiotherapy], overlapping: Sequence[Radiotherapy]) -> str:
    """Why the sum of courses is not known, or not of photons; or ""."""
    if overlapping:
        said = "; ".join(f"RT {c.ordinal}: {_why_open(c)}" for c in overlapping)
        return f"{said}, so that the sum is not known"
    carbon = [f"RT {c.ordinal}" for c in courses if c.modality == "carbon"]
    return f"{', '.join(carbon)}: GyE of carbon ions is not converted without its model" if carbon else ""


def _notes(course: Radiotherapy, prescription: Prescription, files: dict[str, CourseFiles]) -> Iterator[str]:
    """What is to be said of one course."""
    name, own = f"RT {course.ordinal}", files.get(course.id)
    if course.status == "proposed":
        yield f"{name} is proposed, not given"
    if course.status == "stopped":
        yield f"{name} was stopped: prescribed dose, not given dose"
    if course.status == "in progress":
        yield f"{name} has not ended yet: prescribed dose, not given dose"
    if course.modality == "proton" and own is None:
        yield f"{name} is of protons: its prescription is taken as Gy(RBE)"
    if own is not None:
        yield from (f"{name}: {words}" for words in (own.note, own.not_placed) if words)
    for found in twice_daily(course.id, prescription.fractions, prescription.gy_per_fraction):
        yield f"{name}: {found.text}. {found.todo}"


def _class_of(group: Group, span: Span | None) -> ReirradiationClass:
    """Courses of a group meet at a level, or are taken to, where a level is not reported."""
    if group.assumed:
        return reirradiation_class(overlap=None, same_organ=None, why="the levels of a course are not reported")
    return reirradiation_class(overlap=True, same_organ=True, why=f"the courses share {span}")


def _given_doses(
    case: Case,
    timeline: Timeline,
    group: Group,
    unknown: Sequence[Radiotherapy],
    prescriptions: Sequence[Prescription],
    at_most: Sequence[float | None],
    judged: Reirradiation,
    physical: dict[str, tuple[DVH, ...]],
    reached: Sequence[bool],
    ends: dict[str, str],
    withheld: str,
) -> list[Given]:
    """What is known of each course: its curves, what came before, what its target bounds from below."""
    at_two = judged.dose if judged.dose.alpha_beta_gy == CORD_ALPHA_BETA_GY else judged.alternative
    found = []
    for n, (course, prescription) in enumerate(zip(group.courses, prescriptions, strict=True)):
        carbon = "GyE of carbon ions is not converted without its model" if course.modality == "carbon" else ""
        before = list(zip(group.courses[:n], at_two.course_eqd2[:n], strict=True))
        found.append(
            Given(
                prescription,
                sum(dose for _, dose in before if math.isfinite(dose)) if before else None,
                _previous_open(timeline, group.courses[:n], course, unknown, whole=at_two.complete),
                {name: curves[n] for name, curves in physical.items()},
                _at_least(case, course, group.shared),
                at_most[n],
                carbon,
                reached[n],
                {name: why for name, why in ends.items() if why},
                withheld,
            )
        )
    return found


def _previous_open(
    timeline: Timeline,
    before: Sequence[Radiotherapy],
    course: Radiotherapy,
    unknown: Sequence[Radiotherapy],
    *,
    whole: bool,
) -> str:
    """Why the dose before a course is not known as a photon dose, or only from below; or ""."""
    reasons = []
    for other in unknown:
        gap, _ = timeline.interval(f"{course.id}.start", f"{other.id}.start")
        if gap.earliest is None or gap.earliest <= 0:
            reasons.append(f"RT {other.ordinal} may have been before: {_why_open(other)}")
    reasons += [
        f"RT {c.ordinal} was of carbon ions: its GyE is not converted without its model"
        for c in before
        if c.modality == "carbon"
    ]
    if before and not whole:
        reasons.append("the earlier dose is known only in part of the structure")
    return "; ".join(reasons)


def _one_frame(read: Sequence[CourseFiles]) -> bool:
    frames = {r.dose.frame_of_reference for r in read} | {s.frame_of_reference for s in read[-1].structures.values()}
    return len(frames - {""}) <= 1


def _knowledge(course: Radiotherapy, files: dict[str, CourseFiles]) -> Knowledge:
    placed = course.id in files and not files[course.id].not_placed
    return knowledge(dose_objects=placed, isodoses=bool(course.isodoses), levels=course.levels is not None)


def _at_most(course: Radiotherapy, span: Span | None) -> float | None:
    """The least isodose that all of the cord at these levels lies outside of, as a person read it.

    A reading for other levels says nothing here, and one without levels is taken for the course.
    """
    read = [p.value for p in course.dvh if _is_cord_maximum(p)] + [
        r.gy
        for r in course.isodoses
        if r.cord == "outside"
        and (r.levels is None or (span is not None and r.levels.upper <= span.upper and span.lower <= r.levels.lower))
    ]
    return min(read, default=None)


def _is_cord_maximum(point: DvhPoint) -> bool:
    """A printed maximum of the cord itself."""
    return _is_of_cord(point) and point.metric == "Dmax" and point.comparator == "="


def _is_below_the_maximum(point: DvhPoint) -> bool:
    """A printed dose of the cord, of some volume or on average: its maximum is not below it."""
    return _is_of_cord(point) and point.metric.startswith("D") and point.comparator in {"=", ">", "≥"}


def _is_of_cord(point: DvhPoint) -> bool:
    named = point.structure.casefold().replace(" ", "").replace("_", "")
    return named in {"spinalcord", "cord"} and point.unit == "Gy"


def _at_least(case: Case, course: Radiotherapy, shared: Sequence[Level]) -> float | None:
    """Dose to at least 95 % of a target in the cord itself, or an isodose around it: its maximum is not below it."""
    around = [p.value for p in course.dvh if _is_below_the_maximum(p)] + [
        r.gy
        for r in course.isodoses
        if r.cord == "inside" and (r.levels is None or any(r.levels.upper <= v <= r.levels.lower for v in shared))
    ]
    tumour = case.neoplasm
    if tumour is None or "intramedullary" not in tumour.compartment:
        return max(around, default=None)
    stated = around + [
        p.value
        for p in course.dvh
        if p.structure.upper().startswith(("PTV", "CTV", "GTV")) and p.unit == "Gy" and p.metric.upper() == "D95%"
    ]
    return max(stated, default=None)


def _intervals(courses: Sequence[Radiotherapy], timeline: Timeline) -> tuple[list[Interval], dict[str, Interval]]:
    intervals: list[Interval] = []
    readings: dict[str, Interval] = {}
    for earlier, later in pairwise(courses):
        hull, each = timeline.interval(f"{earlier.id}.end", f"{later.id}.start")
        intervals.append(Interval(*hull))
        if len(each) > 1:
            readings |= {name: Interval(*window) for name, window in each.items()}
    return intervals, readings


def _uncertainty(
    structure: Structure, grids: Sequence[DoseGrid], sums: tuple[Accumulation, Accumulation]
) -> tuple[Uncertainty, Uncertainty]:
    from myelon.dose.uncertainty import uncertainty  # noqa: PLC0415  # scipy loads only where doses are summed

    one, other = (uncertainty(structure, grids, s.alpha_beta_gy, nominal=s.total) for s in sums)
    return one, other


def _organ_doses(
    sums: tuple[Accumulation, Accumulation], sure: tuple[Uncertainty, Uncertainty] | None, part_why: str
) -> tuple[OrganDose, OrganDose]:
    one, other = (organ_dose(s, sure=u, part_why=part_why) for s, u in zip(sums, sure or (None, None), strict=True))
    return one, other


def _reached(case: Case, course: Radiotherapy, group: Group) -> bool:
    """Whether the cord is known to have had the prescription: the target contains it, or the technique spares nothing.

    A target contains the cord where the tumour lies in it, or inside the canal, and the course was given over the
    tumour's levels with photons or electrons.
    """
    if course.modality in {"proton", "carbon"} or course.status in {"stopped", "in progress"}:
        return False
    if course.technique and all(spares_nothing(t.value) for t in course.technique):
        return True
    return _in_the_canal(case, group, course)


def _in_the_canal(case: Case, group: Group, course: Radiotherapy | None = None) -> bool:
    """Whether a tumour lies inside the canal at the levels of a group (and of a course)."""
    tumours = [t for t in case.given(Neoplasm) if set(t.compartment) & IN_THE_CANAL]
    levels = course.levels if course is not None else None
    return any(
        (levels is None or tumour.levels is None or levels.overlap(tumour.levels) is not None)
        and (
            tumour.levels is None
            or not group.shared
            or any(tumour.levels.upper <= v <= tumour.levels.lower for v in group.shared)
        )
        for tumour in tumours
    )


def _by_level(structures: dict[str, Structure], grids: Sequence[DoseGrid]) -> tuple[LevelDose, ...]:
    """Greatest summed EQD2 in the cord at each contoured vertebra."""
    converted = [g.to_eqd2(CORD_ALPHA_BETA_GY) for g in grids]
    cord, rows = structures[CORD], []
    for level in Level:
        names = (f"VB_{level.name}", f"VB_{level.name[0]}{int(level.name[1:]):02d}")
        body = next((structures[n] for n in names if n in structures), None)
        if body is None:
            continue
        half = body.spacing_mm / 2.0
        low, high = float(body.planes_mm[0] - half), float(body.planes_mm[-1] + half)
        part = cord.between(low, high, f"{CORD} {level.name}")
        most = dvh(part, converted).max_gy if part is not None else None
        rows.append(LevelDose(level, low, high, most))
    return tuple(rows)
