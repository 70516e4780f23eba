"""Doses, units, phases and adverse events of treatments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.record.base import Assertion
from myelon.record.exposure import exposures
from myelon.record.finding import Finding, Statement, codes
from myelon.record.kinds import TREATMENTS, AdverseEvent, Radiotherapy, Systemic
from myelon.terms.ctcae import VERSION, candidates
from myelon.terms.drugs import unit_suspicion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from myelon.record.case import Case
    from myelon.record.timeline import Timeline


def unit_is_suspect(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A dose whose printed unit is not the labelled one, or whose number is implausible in it."""
    for line in case.given(Systemic):
        for agent in line.agents:
            why = unit_suspicion(agent.drug, agent.dose.value, agent.dose.unit) if agent.dose else ""
            if why:
                yield Finding(
                    f"unit:{line.id}:{agent.drug}",
                    "unit",
                    (line.id,),
                    (Statement(f"{agent.drug} {agent.dose}", codes([agent.source])),),
                    rule=why,
                    computed="not converted, not summed, not offered until a person resolves it",
                    severity="danger",
                )


def schedule_does_not_add_up(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """Total, fractions and dose per fraction of a course that are not each other's product."""
    for course in case.given(Radiotherapy):
        if course.adds_up:
            continue
        each, number = course.dose_per_fraction_gy or 0.0, course.fractions
        product = (
            f"{number} fractions × {each:g} Gy = {number * each:g} Gy"
            if number is not None
            else f"{course.total_gy:g} Gy in fractions of {each:g} Gy is no whole number of fractions"
        )
        yield Finding(
            f"schedule:{course.id}",
            "arithmetic",
            (course.id,),
            (Statement(f"total {course.total_gy:g} Gy", codes(course.source)), Statement(product)),
            rule="total = fractions × dose per fraction",
            severity="danger",
        )


def given_without_a_phase(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A treatment that does not say for which phase of the disease it was given."""
    for entry in case.entries:
        if isinstance(entry, TREATMENTS) and entry.for_phase is None and entry.assertion is Assertion.PRESENT:
            yield Finding(
                f"phase:{entry.id}",
                "completeness",
                (entry.id,),
                (Statement(entry.label, codes(entry.source)),),
                rule="every treatment points to the phase of the disease it was given for",
                severity="note",
            )


def cumulative_dose_is_watched(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """The sum of a drug whose cumulative dose is watched; no published limit is held, and that is said."""
    told: set[str] = set()
    for row in exposures(case):
        if not row.watched:
            continue
        key = f"cumulative:{row.drug}" if row.drug not in told else f"cumulative:{row.drug}:{row.unit}"
        told.add(row.drug)
        total = row.total_words
        yield Finding(
            key,
            "arithmetic",
            row.entries,
            tuple(Statement(s) for s in row.statements),
            rule=f"cumulative dose is watched for {row.watched}; Myelon holds no source for a threshold",
            computed=f"{row.drug} {total}",
            severity="danger",
        )


def negative_is_contradicted(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """An explicit "none" beside events of the same system during the same treatment."""
    events = list(case.of(AdverseEvent))
    for none in events:
        if none.assertion is not Assertion.ABSENT:
            continue
        against = [
            e
            for e in events
            if e.assertion is Assertion.PRESENT and e.during == none.during and e.organ_class == none.organ_class
        ]
        if not against:
            continue
        grades = [e.grade for e in against if e.grade]
        yield Finding(
            f"negative:{none.id}",
            "internal",
            (none.id, *(e.id for e in against)),
            (
                Statement(none.text, codes(none.source)),
                *(Statement(e.label, codes(e.source)) for e in against),
            ),
            computed=f"highest grade {max(grades)}" if grades else "",
        )


def event_is_no_ctcae_term(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A graded event whose words are no term of the version it names, and do not mean exactly one."""
    for event in case.of(AdverseEvent):
        if not event.criteria.startswith("CTCAE") or event.assertion is not Assertion.PRESENT or event.ctcae:
            continue
        may_be = ", ".join(t.name for t in candidates(event.term))
        yield Finding(
            f"ctcae:{event.id}",
            "terminology",
            (event.id,),
            (Statement(event.label, codes(event.source)),),
            rule=f"“{event.term}” is no term of {VERSION}" + (f"; it may mean {may_be}" if may_be else ""),
            severity="note",
        )
