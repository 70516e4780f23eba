"""What was given and done so far, and what the dose of the cord is against its limits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from myelon.board.facts.fact import UNKNOWN, Fact
from myelon.board.logic import Known, no, unknown, yes
from myelon.dose.bed import eqd2_of_bed
from myelon.dose.interval import Interval
from myelon.dose.verdict import Basis, Outcome, compare
from myelon.record.base import MAYBE, Assertion
from myelon.record.kinds import (
    Radiotherapy,
    Systemic,
)
from myelon.record.timeline import Window, days_range
from myelon.terms.drugs import drug_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from myelon.board.cord_dose import CordDose
    from myelon.board.facts.situation import Situation
    from myelon.dose.verdict import Verdict
    from myelon.record.base import Entry
    from myelon.terms.levels import Span


LEAST_MONTHS = 6


def _drug(*classes: str) -> Callable[[Situation], Known]:
    def find(s: Situation) -> Known:
        for line in s.case.given(Systemic):
            for agent in line.agents:
                row = drug_named(agent.drug)
                if agent.drug in classes or (row is not None and row.drug_class in classes):
                    return yes(f"{agent.drug} was given", (line.id,))
        agents = dict.fromkeys(a.drug for line in s.case.given(Systemic) for a in line.agents)
        foreign = [d for d in agents if drug_named(d) is None]
        if foreign:
            return unknown(f"of which class is not known to the table of drugs: {', '.join(foreign)}")
        return unknown("none is recorded among the drugs") if agents else UNKNOWN

    return find


def _irradiated(s: Situation) -> Known:
    recorded = [c for c in s.case.of(Radiotherapy) if c.may_meet_the_spine]
    courses = [c for c in recorded if c.assertion is Assertion.PRESENT and c.status != "proposed"]
    doubtful = [c for c in recorded if c.assertion in MAYBE]
    if not courses and not doubtful:
        denied = tuple(c.id for c in recorded if c.assertion is Assertion.ABSENT and c.schedule is None)
        if denied:
            return no("it is recorded that no radiotherapy was given", denied)
        later = [c for c in s.patient.perhaps if isinstance(c, Radiotherapy) and c.may_meet_the_spine]
        if later:
            return unknown(f"whether {later[0].label} ({later[0].id}) was before this day is not certain")
        return unknown("no radiotherapy of the spine is recorded, and nobody wrote that there was none")
    levels = s.patient.tumour.levels if s.patient.tumour is not None else None
    meeting, none_other = s.patient.courses_over(levels)
    if meeting:
        return yes(f"{meeting[-1].label} over {meeting[-1].levels}", tuple(c.id for c in meeting))
    if none_other:
        return no(f"no course meets {levels}", tuple(c.id for c in courses))
    return _perhaps_irradiated(s, levels, courses, doubtful)


def _perhaps_irradiated(
    s: Situation, levels: Span | None, courses: list[Radiotherapy], doubtful: list[Radiotherapy]
) -> Known:
    """Why it is open, or what the courses are assumed to meet."""
    ids = tuple(c.id for c in courses)
    if doubtful:
        return unknown(f"whether {doubtful[0].id} was given is not certain", (*ids, *(c.id for c in doubtful)))
    if running := [c for c in courses if c.status == "in progress"]:
        return unknown(f"{running[-1].label} has not ended yet", ids)
    if s.packet.dose is not None and s.packet.dose.overlap.startswith("assumed"):
        return yes(f"{courses[-1].label}; {s.packet.dose.overlap}", ids)
    silent = next((c for c in courses if c.levels is None), None)
    if levels is not None and silent is None:
        near = next(c for c in courses if c.levels is not None and c.levels.next_to(levels))
        return unknown(f"{near.label} over {near.levels}, next to {levels}: the edge of its field may reach over", ids)
    what = "the levels of the field are" if levels is not None else "the level of the tumour is"
    return unknown(f"{(silent or courses[-1]).label}: {what} not recorded", ids)


def _under_six_months_since(s: Situation) -> Known:
    """From the end of the last course over the level to the day asked, or else to the newest entry of the record."""
    met = s.ask("irradiated")
    courses = [c for e in met.entries if isinstance(c := s.case.by_id[e], Radiotherapy)]
    if not met.value:
        return unknown(met.words, met.entries)
    timed = s.timeline.in_order(c for c in courses if c.when is not None)
    timeless = [c for c in courses if c.when is None]
    if not timed:
        return unknown(f"when {timeless[0].label} was given is not recorded" if timeless else met.words, met.entries)
    since = [(c, _to_now(s, c)) for c in timed]
    under = [(c, gap) for c, gap in since if Interval(*gap).at_least_months(LEAST_MONTHS) is False]
    maybe = [(c, gap) for c, gap in since if not Interval(*gap).at_least_months(LEAST_MONTHS)]
    course, gap = (under or maybe or since)[-1]
    now = f"to {s.patient.on}" if s.patient.on is not None else "to the newest entry"
    words = f"{days_range(gap)} from the end of {course.label} {now}"
    if gap.earliest is None:
        words = f"how long ago {course.label} ended is not recorded"
    elif s.patient.on is None and _newest(s).id == course.id:
        words, under, maybe = f"nothing is recorded since {course.label}: choose the day of the table", [], since
    elif gap.earliest < 0:
        words = f"{course.label} had not certainly ended at the newest entry"
    if under:
        return yes(words, (course.id,))
    if timeless:
        return unknown(f"when {timeless[0].label} was given is not recorded", met.entries)
    return unknown(words, (course.id,)) if maybe else no(words, (course.id,))


def _newest(s: Situation) -> Entry:
    return s.timeline.in_order(e for e in s.case.entries if e.when is not None)[-1]


def _to_now(s: Situation, course: Radiotherapy) -> Window:
    """Days from the end of a course to the day asked, or else to the newest entry."""
    if s.patient.on is None:
        return s.timeline.interval(f"{course.id}.end", f"{_newest(s).id}.start")[0]
    (first, last), day = s.timeline.date(course.id, "end"), s.patient.on.toordinal()
    return Window(None if last is None else day - last, None if first is None else day - first)


def _limit_exceeded(s: Situation) -> Known:
    """Of the courses that meet the tumour: the first group whose levels do, or are assumed to."""
    levels = s.patient.tumour.levels if s.patient.tumour is not None else None
    dose = next(
        (d for d in s.packet.doses if levels is None or d.span is None or d.span.overlap(levels) is not None), None
    )
    if dose is None:
        met = s.ask("irradiated")
        return unknown(met.words, met.entries) if met.value is None else no("no courses that meet the tumour add up")
    return _exceeded_by(dose)


def _exceeded_by(dose: CordDose) -> Known:
    verdicts = [v for v in dose.judged.verdicts if v.outcome is not Outcome.NOT_APPLICABLE]
    failed = [v for v in verdicts if v.outcome is Outcome.FAIL]
    ids = tuple(c.id for c in dose.courses)
    organ = " or ".join(o.replace("_", " ") for o in dose.organ.organs)
    assumed = f"; {dose.overlap}" if dose.overlap.startswith("assumed") else ""
    unsure = dose.not_delivered
    if failed and unsure:
        return _exceeded_without(dose, organ)
    if failed:
        by_rule: dict[str, list[str]] = {}
        for v in failed:
            by_rule.setdefault(v.limit.rule, []).append(v.limit.name.lower())
        said = "; ".join(f"{rule}: {', '.join(names)}" for rule, names in by_rule.items())
        words = f"{len(failed)} of {len(verdicts)} limits, by {dose.basis}, organ {organ}: {said}{assumed}"
        return yes(words, ids, failed[0].limit.source)
    if dose.withheld:
        return unknown(f"nothing is judged: {dose.withheld}", ids)
    if not verdicts:
        return _exceeded_by_one(dose, organ)
    if any(v.outcome is not Outcome.PASS for v in verdicts):
        open_ones = sum(v.outcome is not Outcome.PASS for v in verdicts)
        return unknown(
            f"{open_ones} of {len(verdicts)} limits cannot be judged, by {dose.basis}, organ {organ}{assumed}", ids
        )
    met = f"{len(verdicts)} of {len(verdicts)} limits: {verdicts[0].says}"
    return no(f"{met}, by {dose.basis}, organ {organ}{assumed}", ids)


def _exceeded_without(dose: CordDose, organ: str) -> Known:
    """Where a course was not wholly given: by the others alone, or not known."""
    ids, unsure = tuple(c.id for c in dose.courses), ", ".join(f"{c.label} ({c.status})" for c in dose.not_delivered)
    if sure := _exceeded_by_the_given(dose):
        return yes(f"{sure}, organ {organ}, without {unsure}", ids)
    return unknown(f"{unsure}: what the cord had is not what is prescribed", ids)


def _exceeded_by_the_given(dose: CordDose) -> str:
    """Limits that the courses that were given exceed without the others; a dose only adds."""
    least = [
        b for c, b in zip(dose.courses, dose.judged.dose.course_least, strict=True)
        if c.status == "delivered" and math.isfinite(b)
    ]  # fmt: skip
    total = 0.0 if dose.basis is Basis.VOXEL_SUM else sum(least)  # maxima of two grids need not be of one place
    applicable = {v.limit.id: v.limit for v in dose.judged.verdicts if v.outcome is not Outcome.NOT_APPLICABLE}
    values = {
        "nieder.each": max(least, default=0.0),
        "nieder.cum": total,
        "hytec.rert.cum": eqd2_of_bed(total, dose.judged.dose.alpha_beta_gy),
    }
    rows = [
        f"{limit.rule}: {limit.name.lower()}" for key, limit in applicable.items()
        if key in values and compare(values[key], limit) is Outcome.FAIL
    ]  # fmt: skip
    single = [
        f"{v.limit.rule}, {v.limit.metric.replace('_', ' ')} {v.limit}"
        for c, organs in zip(dose.courses, dose.tolerances, strict=True) if c.status == "delivered"
        for tolerance in organs for v in tolerance.verdicts if _surely_exceeded(v)
    ]  # fmt: skip
    return "; ".join(dict.fromkeys([*rows, *single]))


def _surely_exceeded(verdict: Verdict) -> bool:
    """Whether a limit that somebody answers for is exceeded; a figure that nobody verified decides nothing."""
    return verdict.outcome is Outcome.FAIL and verdict.says.startswith("exceeded")


def _exceeded_by_one(dose: CordDose, organ: str) -> Known:
    """Of a single course, to which no rule of sums applies: by the limits of single courses."""
    ids, named = tuple(c.id for c in dose.courses), ", ".join(c.label for c in dose.courses)
    every = [v for organs in dose.tolerances for tolerance in organs for v in tolerance.verdicts]
    rows = [v for v in every if _surely_exceeded(v)]
    failed = dict.fromkeys(f"{v.limit.rule}, {v.limit.metric.replace('_', ' ')} {v.limit}: {v.says}" for v in rows)
    if not failed:
        return unknown(f"no rule of sums applies to {named}, organ {organ}", ids)
    words = f"limits of one course, by {dose.basis}, organ {organ}: {'; '.join(failed)}"
    if dose.not_delivered:
        return unknown(f"{dose.not_delivered[0].label} ({dose.not_delivered[0].status}): {words}", ids)
    return yes(words, ids, rows[0].limit.source)


def _carbon(s: Situation) -> Known:
    found = [c for c in s.case.given(Radiotherapy) if c.modality == "carbon" and c.status != "proposed"]
    return yes(found[-1].label, (found[-1].id,)) if found else unknown("no carbon ions are recorded as given")


def _implant(s: Situation) -> Known:
    operations = list(s.patient.spinal_operations)
    found = [x for x in operations if x.instrumentation]
    if found:
        return yes(f"{found[-1].label}: {', '.join(found[-1].instrumentation)}", (found[-1].id,))
    return unknown("no implant is recorded" if operations else "no operation is recorded")


def _operated(s: Situation) -> Known:
    found = [x for x in s.patient.spinal_operations if not x.is_biopsy]
    return yes(found[-1].label, tuple(x.id for x in found)) if found else unknown("no operation is recorded")


def _on_denosumab(s: Situation) -> Known:
    lines = [
        x for x in s.case.given(Systemic)
        if any((row := drug_named(a.drug)) is not None and row.name == "denosumab" for a in x.agents)
    ]  # fmt: skip
    if not lines:
        return unknown("denosumab is not recorded")
    running = [x for x in lines if x.until is None]
    last = s.timeline.in_order(running or lines)[-1]
    if not running:
        return no("denosumab has ended", (last.id,))
    now = s.timeline.in_order(e for e in s.case.entries if e.when is not None)[-1:]
    since = s.timeline.interval(f"{last.id}.start", f"{now[0].id}.start")[0] if now and last.when is not None else None
    clock = f", for {days_range(since)} at the last entry" if since is not None and since.earliest is not None else ""
    return yes(f"{last.label}; no end is recorded{clock}", (last.id,))


FACTS: tuple[Fact, ...] = (
    Fact("irradiated", "was the level irradiated before?", _irradiated),
    Fact(
        "under six months since radiotherapy",
        "did the last course over the level end under six months ago?",
        _under_six_months_since,
    ),
    Fact("limit exceeded", "is a published limit of the cord exceeded?", _limit_exceeded),
    Fact("carbon ions given", "were carbon ions given?", _carbon),
    Fact("implant", "is there an implant?", _implant),
    Fact("operated", "was the tumour operated on?", _operated),
    Fact("on denosumab", "is denosumab being given?", _on_denosumab),
    Fact(
        "immunotherapy given", "was a checkpoint inhibitor given?", _drug("anti-PD-L1 antibody", "anti-PD-1 antibody")
    ),
)
"""Every fact of these, with its question."""
