"""Sums of products of perpendicular diameters over time, for RANO: baseline, smallest so far, now.

Targets are those of the first study that measures one in two directions; a target that was not measured in both leaves
the sum open.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from myelon.assess.instrument import Filled, FromRecord
from myelon.assess.new_lesions import Baseline, new_lesions
from myelon.record.base import Assertion
from myelon.record.kinds import Imaging, Radiotherapy

if TYPE_CHECKING:
    from myelon.assess.patient import Patient
    from myelon.record.kinds import Neoplasm
    from myelon.record.kinds.imaging import LesionObservation

_WEEK = 7.0


class Products(NamedTuple):
    """Sums in mm², and the studies that they are of."""

    baseline: str
    last: str
    base_mm2: float
    nadir_mm2: float
    """Smallest sum before the last one, the baseline included."""
    now_mm2: float | None
    """None where a target was not measured."""
    new: bool | None
    """None where it is not known."""


def product_mm2(lesion: LesionObservation) -> float | None:
    """Product of the two diameters; 0 for a lesion that is gone; None where one was not measured."""
    if lesion.change == "gone" or lesion.assertion is Assertion.ABSENT:
        return 0.0
    sizes = [q.mm for q in (lesion.size, lesion.across) if q is not None and q.comparator == "="]
    return None if len(sizes) < 2 or None in sizes else math.prod(s for s in sizes if s is not None)


def products(patient: Patient) -> Products | None:
    """The series of a record; None without two studies."""
    studies = patient.timeline.in_order(patient.case.given(Imaging))
    found: list[tuple[str, dict[str, float]]] = []
    news: list[bool | None] = []
    baseline = Baseline(frozenset(), frozenset())
    for study in studies:
        rows = {o.lesion: p for o in study.lesions if (p := product_mm2(o)) is not None}
        if not found:
            rows = {o.lesion: rows[o.lesion] for o in study.lesions if o.role == "target" and rows.get(o.lesion)}
            if rows:
                found.append((study.id, rows))
                baseline = Baseline(frozenset(o.lesion for o in study.lesions), frozenset(rows))
            continue
        new = new_lesions(study, baseline).answer
        if rows or new:
            found.append((study.id, rows))
            news.append(new)
    if len(found) < 2:
        return None
    targets = found[0][1]
    sums = [sum(rows[t] for t in targets) if targets.keys() <= rows.keys() else None for _, rows in found]
    known = [s for s in sums[:-1] if s is not None]
    new = True if True in news else news[-1]
    return Products(found[0][0], found[-1][0], sum(targets.values()), min(known), sums[-1], new)


def fill_hgg(patient: Patient) -> FromRecord:
    """What the record gives to the criteria of high-grade glioma."""
    why, series = _not_for(patient), products(patient)
    if why or series is None:
        return FromRecord({}, why)
    found = _sums(series, "base", "nadir", "cur")
    weeks = _weeks_after_radiotherapy(patient, series.last)
    if weeks is not None:
        found["weeks_post_rt"] = Filled(weeks, series.last, "dates")
    return FromRecord(found)


def fill_2(patient: Patient) -> FromRecord:
    """What the record gives to RANO 2.0: growth is judged from the smallest sum, shrinkage from the baseline."""
    why, series = _not_for(patient), products(patient)
    if why or series is None or series.now_mm2 is None:
        return FromRecord({}, why)
    grown = series.now_mm2 > series.nadir_mm2
    reference = series.nadir_mm2 if grown else series.base_mm2
    found = {"measure": Filled("2D", series.last, "measured lesions")}
    found["cur"] = Filled(series.now_mm2, series.last, "measured lesions")
    if _radiotherapy_between(patient, series):
        why = "radiotherapy lies between: in newly diagnosed disease the first MRI after it is the baseline (memory)"
        return FromRecord(found | _new(series), "", (why,))
    found["ref"] = Filled(reference, series.baseline, "measured lesions")
    return FromRecord(found | _new(series))


def _sums(series: Products, base: str, nadir: str, now: str) -> dict[str, Filled]:
    found = {base: Filled(series.base_mm2, series.baseline, "measured lesions")}
    found[nadir] = Filled(series.nadir_mm2, series.last, "measured lesions")
    found |= _new(series)
    if series.now_mm2 is not None:
        found[now] = Filled(series.now_mm2, series.last, "measured lesions")
    return found


def _new(series: Products) -> dict[str, Filled]:
    if series.new is None:
        return {}
    return {"new": Filled("yes" if series.new else "no", series.last, "measured lesions")}


def _not_for(patient: Patient) -> str:
    named = patient.named
    row = named.known_as if named is not None else None
    if named is None or row is None or row.is_one_of("glioma") is not False:
        return ""
    return f"made for gliomas; this is {named.entity}"


def _elsewhere(course: Radiotherapy, tumour: Neoplasm | None) -> bool:
    """Whether a course was certainly given to another place than the tumour."""
    at = tumour.levels if tumour is not None else None
    if course.levels is not None and at is not None:
        return course.levels.overlap(at) is None
    return tumour is not None and tumour.spinal and course.levels is None and course.region in {"brain", "other"}


def _radiotherapy_between(patient: Patient, series: Products) -> bool:
    """Whether a course that may have met the tumour may have ended between the baseline and the last study."""
    for course in patient.case.given(Radiotherapy):
        if course.status == "proposed" or _elsewhere(course, patient.tumour):
            continue
        before, _ = patient.timeline.interval(f"{series.baseline}.start", f"{course.id}.end")
        after, _ = patient.timeline.interval(f"{course.id}.end", f"{series.last}.start")
        if (before.latest is None or before.latest > 0) and (after.latest is None or after.latest >= 0):
            return True
    return False


def _weeks_after_radiotherapy(patient: Patient, study: str) -> float | None:
    """Whole weeks since the last course that may have met the tumour; None where the dates leave several numbers."""
    gaps = [
        patient.timeline.interval(f"{c.id}.end", f"{study}.start")[0]
        for c in patient.case.given(Radiotherapy)
        if c.status != "proposed" and not _elsewhere(c, patient.tumour)
    ]
    since = [(g.earliest, g.latest) for g in gaps if None not in g and (g.earliest or 0.0) >= 0]
    if len(since) < len(gaps) or not since:
        return None
    low, high = (min(ends) // _WEEK for ends in zip(*since, strict=True))
    return low if low == high else None
