"""Findings: where two statements disagree, or one offends a rule. Kept, computed, and left to a person.

`RULES` is a visible list: each rule is a function from case and timeline to findings.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Literal

from myelon.record.kinds import (
    AdverseEvent,
    Discrepancy,
    Imaging,
    Neurology,
    Pathology,
    Radiotherapy,
    Systemic,
)
from myelon.record.when import split_reference
from myelon.terms.drugs import DRUGS
from myelon.terms.markers import marker_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from myelon.record.base import Provenance
    from myelon.record.case import Case
    from myelon.record.kinds.discrepancy import Resolution
    from myelon.record.timeline import Timeline, Window

Severity = Literal["note", "question", "danger"]
_OPPOSITE = {("positive", "negative"), ("retained", "lost"), ("positive", "lost")}


@dataclass(frozen=True)
class Statement:
    """Words and where they stand."""

    text: str
    source: str = ""


@dataclass(frozen=True)
class Finding:
    """One disagreement, with at least two statements, or one statement and the rule or reading it meets."""

    key: str
    kind: str
    entries: tuple[str, ...]
    statements: tuple[Statement, ...]
    rule: str = ""
    computed: str = ""
    severity: Severity = "question"
    number: str = ""
    resolution: Resolution | None = None

    @property
    def name(self) -> str:
        """The number it was given (XA4), or its key."""
        return self.number or self.key


def findings_of(case: Case, timeline: Timeline) -> list[Finding]:
    """Every finding of a case: computed ones first given their number and resolution, then entered ones."""
    computed = {f.key: f for rule in RULES for f in rule(case, timeline)}
    entered = []
    for row in case.of(Discrepancy):
        if row.finding is not None and row.finding in computed:
            computed[row.finding] = replace(computed[row.finding], number=row.id, resolution=row.resolution)
        else:
            entered.append(_entered(row))
    return sorted([*computed.values(), *entered], key=_order)


def _order(finding: Finding) -> tuple[bool, str, int, str]:
    letters = finding.number.rstrip("0123456789")
    digits = finding.number[len(letters) :]
    return not finding.number, letters, int(digits or 0), finding.key


def _entered(row: Discrepancy) -> Finding:
    return Finding(
        key=f"entered:{row.id}",
        kind=row.nature,
        entries=row.about,
        statements=tuple(Statement(s.text or s.value, s.source.code) for s in row.statements),
        rule=row.rule or (f"expected computed finding {row.finding!r}, which no rule gives" if row.finding else ""),
        computed=row.text,
        number=row.id,
        resolution=row.resolution,
    )


def _codes(sources: tuple[Provenance, ...]) -> str:
    return "; ".join(dict.fromkeys(s.code for s in sources))


# ── rules ───────────────────────────────────────────────────────────────────────────────────────────────


def time_contradicts_itself(_case: Case, timeline: Timeline) -> Iterator[Finding]:
    """Statements about time that cannot hold together: an irreducible set, named."""
    for cycle in timeline.contradictions:
        yield Finding(
            f"time:{cycle[0]}",
            "time",
            tuple(dict.fromkeys(s.split(" ")[0] for s in cycle)),
            tuple(Statement(s) for s in cycle),
            rule="these statements about time cannot all hold",
            severity="danger",
        )


def order_runs_in_a_circle(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """Entries of which each is said to come after the next: only at one moment could all of it be true."""
    waits: dict[tuple[str, str], set[tuple[str, str]]] = {(e.id, "end"): {(e.id, "start")} for e in case.entries}
    for entry in case.entries:
        if entry.when is None:
            continue
        point = (entry.id, "start")
        waits.setdefault(point, set()).update(split_reference(r, "end") for r in entry.when.after)
        for reference in entry.when.before:
            waits.setdefault(split_reference(reference), set()).add(point)
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        names = tuple(dict.fromkeys(name for name, _ in reversed(error.args[1])))
        said = [case.by_id[n] for n in names if case.by_id[n].when is not None]
        yield Finding(
            f"order:{names[0]}",
            "time",
            names,
            tuple(Statement(f"{e.id}: {e.when}", _codes(e.source)) for e in said),
            rule="their order runs in a circle: " + " after ".join((*names, names[0])),
            severity="danger",
        )


def anchor_point_not_said(case: Case, timeline: Timeline) -> Iterator[Finding]:
    """A time counted from an event that lasts, without saying from its start or its end."""
    for entry in case.entries:
        when = entry.when
        if when is None or when.anchor is None or when.anchor_point != "unknown":
            continue
        _, readings = timeline.interval(f"{when.anchor}.end", f"{entry.id}.start")
        gaps = "; ".join(f"{name}: {days_range(gap)} after its end" for name, gap in readings.items())
        dropped = [r for r in timeline.readings if r.dropped_because]
        yield Finding(
            f"anchor:{entry.id}",
            "time",
            (entry.id, when.anchor),
            (Statement(when.text, _codes(entry.source)),),
            rule=f"start or end of {when.anchor} is not said: both readings are kept",
            computed=gaps + (f"; {len(dropped)} reading(s) dropped: {dropped[0].dropped_because}" if dropped else ""),
        )


def days_range(window: Window) -> str:
    """A window in words: "14 to 23 days", "60 days", "at least 3 days"."""
    low, high = window
    if low is None and high is None:
        return "any time"
    if low is None or high is None:
        bound = high if low is None else low
        return f"{'at most' if low is None else 'at least'} {bound:.0f} days"
    return f"{low:.0f} days" if abs(high - low) < 0.5 else f"{low:.0f} to {high:.0f} days"


def unit_is_suspect(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A dose whose printed unit is not the labelled one, or whose number is implausible in it."""
    for line in case.of(Systemic):
        for agent in line.agents:
            drug = DRUGS.get(agent.drug)
            if drug is None or agent.dose is None:
                continue
            unit = agent.dose.unit.replace("²", "2")
            wrong_unit = drug.labelled_unit is not None and unit != drug.labelled_unit
            low, low_unit = drug.implausible_below or (0.0, unit)
            too_small = unit == low_unit and agent.dose.value < low
            if not (wrong_unit or too_small):
                continue
            yield Finding(
                f"unit:{line.id}:{agent.drug}",
                "unit",
                (line.id,),
                (Statement(f"{agent.drug} {agent.dose}", agent.source.code if agent.source else ""),),
                rule=drug.source,
                computed="not converted, not summed, not offered until a person resolves it",
                severity="danger",
            )


def marker_is_both(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """Wordings that, read literally, name the same marker with opposite results."""
    for report in case.of(Pathology):
        by_marker = defaultdict(list)
        for stain in report.immunohistochemistry:
            by_marker[marker_of(stain.wording) or stain.marker].append(stain)
        for marker, stains in by_marker.items():
            results = {s.result for s in stains}
            if not any(a in results and b in results for a, b in _OPPOSITE):
                continue
            yield Finding(
                f"marker:{report.id}:{marker}",
                "terminology",
                (report.id,),
                tuple(Statement(f"{s.wording}: {s.result}", s.source.code) for s in stains),
                rule=f"read literally, {marker} is both positive and negative",
            )


def statements_disagree(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """Two sourced statements of one field with different values: technique, order of drug and radiation."""
    for course in case.of(Radiotherapy):
        if len({s.value for s in course.technique}) > 1:
            rows = tuple(Statement(s.text or s.value, s.source.code) for s in course.technique)
            fraction = f"{course.fractions} × {course.gy_per_fraction:.1f} Gy"
            yield Finding(
                f"technique:{course.id}",
                "caption against text",
                (course.id,),
                rows,
                computed=f"given as {fraction}",
            )
    for line in case.of(Systemic):
        if len({s.value.relation for s in line.relation}) > 1:
            rows = tuple(Statement(s.text or s.value.relation, s.source.code) for s in line.relation)
            yield Finding(f"relation:{line.id}", "internal", (line.id,), rows)


def same_onset_twice(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """The same deficit stated as newly come at two times."""
    first: dict[tuple[str, str], Neurology] = {}
    for exam in case.of(Neurology):
        for deficit in exam.motor:
            if deficit.change not in {"new", "worse"}:
                continue
            earlier = first.setdefault((deficit.limb, deficit.state), exam)
            if earlier is exam:
                continue
            rows = tuple(Statement(e.text, _codes(e.source)) for e in (earlier, exam))
            yield Finding(
                f"onset:{earlier.id}:{exam.id}",
                "internal",
                (earlier.id, exam.id),
                rows,
                computed=f"{deficit.limb} {deficit.state} is stated as new twice",
            )


def negative_is_contradicted(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """An explicit "none" beside events of the same system during the same treatment."""
    events = list(case.of(AdverseEvent))
    for none in events:
        if none.assertion != "absent":
            continue
        against = [
            e for e in events if e.assertion == "present" and e.during == none.during and e.system == none.system
        ]
        if not against:
            continue
        grades = [e.grade for e in against if e.grade]
        yield Finding(
            f"negative:{none.id}",
            "internal",
            (none.id, *(e.id for e in against)),
            (
                Statement(none.text, _codes(none.source)),
                *(Statement(e.label, _codes(e.source)) for e in against),
            ),
            computed=f"highest grade {max(grades)}" if grades else "",
        )


def extent_differs_by_feature(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """Features of one lesion in one study with different spans: not a contradiction, but never one extent."""
    for study in case.of(Imaging):
        spans: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for seen in study.lesions:
            if seen.levels is not None:
                code = seen.source.code if seen.source else ""
                spans[seen.lesion].append((seen.feature, str(seen.levels), code))
        for lesion, rows in spans.items():
            if len({span for _, span, _ in rows}) > 1:
                yield Finding(
                    f"extent:{study.id}:{lesion}",
                    "terminology",
                    (study.id,),
                    tuple(Statement(f"{feature} {span}", code) for feature, span, code in rows),
                    rule="extent is kept per feature; the two do not contradict each other",
                    severity="note",
                )


RULES: tuple[Callable[[Case, Timeline], Iterator[Finding]], ...] = (
    time_contradicts_itself,
    order_runs_in_a_circle,
    anchor_point_not_said,
    unit_is_suspect,
    marker_is_both,
    statements_disagree,
    same_onset_twice,
    negative_is_contradicted,
    extent_differs_by_feature,
)


# ── gaps ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Gap:
    """Something the table will ask for and the record does not say."""

    what: str
    entry: str = ""


def gaps_of(case: Case) -> list[Gap]:
    """What is asked at every board and is not recorded."""
    gaps = []
    for course in case.of(Radiotherapy):
        if course.levels is None:
            gaps.append(Gap("levels irradiated not reported", course.id))
        if course.files is None or course.files.rtdose is None:
            gaps.append(Gap("no RTDOSE received: dose basis is the prescription", course.id))
    gaps += [
        Gap("treatment without the phase it was given for", e.id)
        for e in case.entries
        if e.track in {"Radiotherapy", "Systemic", "Surgery"} and e.for_phase is None
    ]
    exams = list(case.of(Neurology))
    if not any(d.mrc is not None for e in exams for d in e.motor):
        gaps.append(Gap("muscle strength (MRC) not reported"))
    gaps.append(Gap("performance status (ECOG, KPS) not reported"))
    treatments = {e.id for e in case.entries if e.track in {"Radiotherapy", "Systemic", "Surgery"}}
    with_events = {e.during for e in case.of(AdverseEvent)}
    gaps += [Gap("adverse events unknown: none recorded, none denied", t) for t in sorted(treatments - with_events)]
    return gaps
