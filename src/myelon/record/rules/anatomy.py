"""Levels, extents and the organ in the canal."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from myelon.record.finding import Finding, Statement, codes
from myelon.record.kinds import Imaging, Radiotherapy
from myelon.terms.levels import Level, organ_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from myelon.record.case import Case
    from myelon.record.timeline import Timeline


def extent_differs_by_feature(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """Features of one lesion in one study with different spans: not a contradiction, but never one extent."""
    for study in case.of(Imaging):
        spans: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for seen in study.lesions:
            if seen.levels is not None:
                spans[seen.lesion].append((seen.feature, str(seen.levels), codes([seen.source])))
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


def vertebra_is_no_cord_segment(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A lesion inside the cord, given by vertebra near its end: the segment it lies in is another."""
    for study in case.of(Imaging):
        for seen in study.lesions:
            levels = seen.levels
            if seen.compartment != "intramedullary" or levels is None or seen.cord_segments is not None:
                continue
            if levels.lower < Level.T12 or levels.upper > Level.L2:
                continue
            yield Finding(
                f"segment:{study.id}:{seen.lesion}",
                "terminology",
                (study.id,),
                (Statement(f"{seen.feature} {levels}, intramedullary", codes([seen.source])),),
                rule=f"{levels} are vertebrae, not cord segments: {organ_at(levels).why}",
                computed="the organ there may be: " + ", ".join(o.replace("_", " ") for o in organ_at(levels).organs),
                severity="note",
            )


def organ_by_level(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """Words for the organ in the field of a course that differ, or differ from what lies at that level."""
    for course in case.given(Radiotherapy):
        named = course.organ_as_printed
        if not named:
            continue
        there = organ_at(course.levels)
        words = {s.value for s in named}
        if len(words) < 2 and words <= {o.replace("_", " ") for o in there.organs}:
            continue
        where = str(course.levels) if course.levels is not None else "levels not reported"
        yield Finding(
            f"organ:{course.id}",
            "terminology",
            (course.id,),
            tuple(Statement(s.text or s.value, s.source.code) for s in named),
            rule=f"organ by level ({where}): {' or '.join(o.replace('_', ' ') for o in there.organs)}; {there.why}",
        )
