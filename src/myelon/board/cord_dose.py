"""The dose question of a case: which courses meet in which organ, what they add to, and what each limit says.

With dose files of every course the sum is by voxel; without, it is of prescriptions and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from myelon.dose.accumulate import Accumulation, accumulate
from myelon.dose.bed import Prescription
from myelon.dose.dvh import DVH, dvh
from myelon.dose.interval import Interval
from myelon.dose.reirradiation import (
    CORD_ALPHA_BETA_GY,
    OrganDose,
    Reirradiation,
    alternative_alpha_beta,
    evaluate,
    from_prescriptions,
)
from myelon.dose.verdict import Basis
from myelon.record.kinds import Radiotherapy
from myelon.terms.levels import Level, Span, organ_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.dose.grid import DoseGrid
    from myelon.dose.structure import Structure
    from myelon.record.case import Case
    from myelon.record.timeline import Timeline
    from myelon.terms.levels import OrganAtLevel

CORD, SAC = "SpinalCord", "ThecalSac"
"""TG-263 names of the structures that limits are judged on."""


@dataclass(frozen=True)
class CourseFiles:
    """What was read for one course: its dose in physical Gy and the structures in the same frame of reference."""

    dose: DoseGrid
    structures: dict[str, Structure]


@dataclass(frozen=True)
class LevelDose:
    """Greatest summed dose in the cord at one vertebra."""

    level: Level
    low_mm: float
    high_mm: float
    max_gy: float | None


@dataclass(frozen=True)
class CordDose:
    """Everything the dose panel shows."""

    courses: tuple[Radiotherapy, ...]
    left_out: tuple[tuple[Radiotherapy, str], ...]
    organ: OrganAtLevel
    span: Span | None
    judged: Reirradiation
    interval_readings: dict[str, Interval]
    overlap: str
    basis: Basis
    sums: dict[str, tuple[Accumulation, Accumulation]]
    """Structure → accumulation at α/β 2 and at the alternative; empty without dose files."""
    physical: dict[str, tuple[DVH, ...]]
    levels: tuple[LevelDose, ...]
    grids: tuple[DoseGrid, ...]


def cord_dose(
    case: Case, timeline: Timeline, files: dict[str, CourseFiles] | None = None, *, organ: str | None = None
) -> CordDose | None:
    """Assess the radiotherapy of a case.

    Args:
        case: The record.
        timeline: Its solved times.
        files: Course id → what was read; the sum is by voxel only when every summed course has them.
        organ: Override of the organ at level.

    Returns:
        None when the case has no course.
    """
    courses, left_out, overlap = overlapping_courses(case)
    if not courses:
        return None
    span = case.neoplasm.levels if case.neoplasm and case.neoplasm.levels else courses[-1].levels
    at_level = organ_at(span)
    chosen = organ or at_level.organs[0]
    prescriptions = [Prescription(c.total_gy, c.fractions) for c in courses]
    intervals, readings = _intervals(courses, timeline)
    read = [(files or {}).get(c.id) for c in courses]
    if all(r is not None for r in read):
        return _by_voxel(case, courses, left_out, overlap, span, chosen, intervals, readings, [r for r in read if r])
    judged = from_prescriptions(prescriptions, intervals, organ=chosen, span=span)
    return CordDose(courses, left_out, at_level, span, judged, readings, overlap, Basis.PRESCRIPTION, {}, {}, (), ())


def overlapping_courses(case: Case) -> tuple[tuple[Radiotherapy, ...], tuple[tuple[Radiotherapy, str], ...], str]:
    """The courses that meet the last one's levels, those that do not, and what that rests on."""
    courses = sorted(case.of(Radiotherapy), key=lambda c: c.ordinal)
    if not courses:
        return (), (), ""
    last = courses[-1]
    kept, left_out = [], []
    for course in courses:
        apart = course.levels is not None and last.levels is not None and course.levels.overlap(last.levels) is None
        if apart:
            left_out.append((course, f"{course.levels} does not meet {last.levels}: not added"))
        else:
            kept.append(course)
    if any(c.levels is None for c in kept):
        return tuple(kept), tuple(left_out), "assumed: levels irradiated not reported"
    spans = [c.levels for c in kept if c.levels is not None]
    shared = spans[0]
    for span in spans[1:]:
        shared = shared.overlap(span) or shared
    return tuple(kept), tuple(left_out), f"{shared}" if len(kept) > 1 else ""


def _intervals(courses: Sequence[Radiotherapy], timeline: Timeline) -> tuple[list[Interval], dict[str, Interval]]:
    intervals: list[Interval] = []
    readings: dict[str, Interval] = {}
    for earlier, later in pairwise(courses):
        hull, each = timeline.interval(f"{earlier.id}.end", f"{later.id}.start")
        intervals.append(Interval(*hull))
        if len(each) > 1:
            readings |= {name: Interval(*window) for name, window in each.items()}
    return intervals, readings


def _by_voxel(
    case: Case,
    courses: tuple[Radiotherapy, ...],
    left_out: tuple[tuple[Radiotherapy, str], ...],
    overlap: str,
    span: Span | None,
    organ: str,
    intervals: list[Interval],
    readings: dict[str, Interval],
    read: list[CourseFiles],
) -> CordDose:
    structures = read[-1].structures
    grids = tuple(r.dose for r in read)
    other = alternative_alpha_beta(CORD_ALPHA_BETA_GY, span)
    sums = {
        name: (accumulate(structures[name], grids, CORD_ALPHA_BETA_GY), accumulate(structures[name], grids, other))
        for name in (CORD, SAC)
        if name in structures
    }
    prescriptions = tuple(Prescription(c.total_gy, c.fractions) for c in courses)
    if CORD in sums:
        dose, alternative = (organ_dose(a) for a in sums[CORD])
        sac = organ_dose(sums[SAC][0]) if SAC in sums else None
        judged = evaluate(prescriptions, intervals, organ=organ, dose=dose, alternative=alternative, thecal_sac=sac)
        basis = Basis.VOXEL_SUM
    else:
        judged = from_prescriptions(prescriptions, intervals, organ=organ, span=span)
        basis = Basis.PRESCRIPTION
    physical = {
        name: tuple(dvh(structures[name], [g]) for g in grids)
        for name in (CORD, SAC, "GTV", "PTV")
        if name in structures
    }
    levels = _by_level(structures, grids) if CORD in structures else ()
    at_level = organ_at(case.neoplasm.levels if case.neoplasm and case.neoplasm.levels else span)
    return CordDose(courses, left_out, at_level, span, judged, readings, overlap, basis, sums, physical, levels, grids)


def organ_dose(sums: Accumulation, metric: str = "max") -> OrganDose:
    """A metric of an accumulation as BED, for the rules: they are for a point maximum."""
    back = 1.0 + 2.0 / sums.alpha_beta_gy
    courses = tuple((c.metric(metric).value or 0.0) * back for c in sums.courses)
    total = (sums.total.metric(metric).value or 0.0) * back
    return OrganDose(courses, total, sums.alpha_beta_gy, sums.structure, "point maximum", Basis.VOXEL_SUM)


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
