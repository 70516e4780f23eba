"""Findings of a case: what the rules compute, what people entered, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from myelon.record.base import Assertion
from myelon.record.finding import Finding, Statement
from myelon.record.kinds import (
    TREATMENTS,
    AdverseEvent,
    Discrepancy,
    Neurology,
    Observation,
    Pathology,
    Radiotherapy,
    Surgery,
)
from myelon.record.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from myelon.record.base import Entry
    from myelon.record.case import Case
    from myelon.record.timeline import Timeline


def findings_of(case: Case, timeline: Timeline) -> list[Finding]:
    """Every finding of a case: computed ones first given their number and resolution, then entered ones."""
    return numbered({f.key: f for rule in RULES for f in rule(case, timeline)}, case.of(Discrepancy))


def numbered(computed: dict[str, Finding], rows: Iterable[Discrepancy]) -> list[Finding]:
    """Computed findings with the number and resolution that people gave them, and those that were entered."""
    entered = []
    for row in rows:
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


# ── gaps ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Gap:
    """Something the table will ask for and the record does not say."""

    what: str
    entry: str = ""


def gaps_of(case: Case) -> list[Gap]:
    """What is asked at every board and is not recorded."""
    gaps = []
    for course in case.given(Radiotherapy):
        if course.region in {"brain", "other"}:
            continue
        if course.levels is None:
            gaps.append(Gap("levels irradiated not reported", course.id))
        if course.files is None or course.files.rtdose is None:
            gaps.append(Gap("no RTDOSE received: dose basis is the prescription", course.id))
    exams = list(case.of(Neurology))
    if not any(d.mrc is not None for e in exams for d in e.motor):
        gaps.append(Gap("muscle strength (MRC) not reported"))
    if not any(o.what in {"ECOG", "KPS"} for o in case.of(Observation)):
        gaps.append(Gap("performance status (ECOG, KPS) not reported"))
    gaps += [
        Gap(f"{stain.marker} not reported", report.id)
        for report in case.of(Pathology)
        for stain in report.immunohistochemistry
        if stain.result == "not reported"
    ]
    gaps += [
        Gap(f"{test.gene} not reported", report.id)
        for report in case.of(Pathology)
        for test in report.molecular
        if test.result == "not reported"
    ]
    treatments = {
        e.id
        for e in case.entries
        if isinstance(e, TREATMENTS) and e.assertion is Assertion.PRESENT and not _complications_stated(e)
    }
    reported = [e for e in case.of(AdverseEvent) if e.assertion is not Assertion.NOT_REPORTED]
    with_events = {e.during for e in reported} | {a.treatment for e in reported for a in e.attribution}
    gaps += [Gap("adverse events unknown: none recorded, none denied", t) for t in sorted(treatments - with_events)]
    return gaps


def _complications_stated(entry: Entry) -> bool:
    return isinstance(entry, Surgery) and entry.complication is not None
