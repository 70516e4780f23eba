"""Two statements of one thing, and numbers that do not come to what is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.record.base import Assertion
from myelon.record.counts import counts_contradicted
from myelon.record.finding import Finding, Statement, codes
from myelon.record.kinds import Evidence, Imaging, Neurology, Observation, Radiotherapy, Response, Staging, Systemic
from myelon.terms.tnm import LUNG_8, lung_stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from myelon.record.base import Entry, Stated
    from myelon.record.case import Case
    from myelon.record.timeline import Timeline


WIDEST_CM = 30.0
"""A lesion of the spine of this diameter is a length in mm. Myelon's convention."""


_NOT_USED = "not used in any score until a person resolves it"


def _two(key: str, kind: str, entry: Entry, rows: Sequence[Stated[str]], computed: str = "") -> Iterator[Finding]:
    if len({s.value for s in rows}) > 1:
        said = tuple(Statement(s.text or s.value, s.source.code) for s in rows)
        yield Finding(f"{key}:{entry.id}", kind, (entry.id,), said, computed=computed)


def statements_disagree(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """Two sourced statements of one field with different values: technique, order of drug and radiation, response."""
    for course in case.given(Radiotherapy):
        each = course.gy_per_fraction
        given = f"given as {course.schedule.fractions} × {each:.1f} Gy" if course.schedule and each else ""
        yield from _two("technique", "caption against text", course, course.technique, given)
    for line in case.given(Systemic):
        if len({s.value.relation for s in line.relation}) > 1:
            rows = tuple(Statement(s.text or s.value.relation, s.source.code) for s in line.relation)
            yield Finding(f"relation:{line.id}", "internal", (line.id,), rows)
    for response in case.of(Response):
        yield from _two("response", "caption against text", response, response.statements)


def number_does_not_fit_its_unit(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A value outside what is plausible in its unit: platelets of 80000 × 10⁹/L, a KPS of 8, a diameter of 32 cm."""
    for o in case.given(Observation):
        if o.suspect:
            said = (Statement(o.label, codes(o.source)),)
            yield Finding(f"unit:{o.id}", "unit", (o.id,), said, rule=o.suspect, computed=_NOT_USED)
        elif o.observable is not None and o.value.unit != o.observable.unit:
            said = (Statement(o.label, codes(o.source)),)
            rule = f"scores read it in {o.observable.unit}" if o.observable.unit else "scores read it without a unit"
            yield Finding(f"unit:{o.id}", "unit", (o.id,), said, rule=rule, computed="not used in any score")
    for study in case.of(Imaging):
        for n, lesion in enumerate(study.lesions):
            size = lesion.max_diameter_cm
            if size is not None and size >= WIDEST_CM:
                said = (Statement(f"{lesion.lesion}: {size:g} cm", codes(study.source)),)
                yield Finding(
                    f"unit:{study.id}:{n}", "unit", (study.id,), said, rule=f"{size:g} cm: mm?", computed=_NOT_USED
                )


def count_is_exceeded(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A count of metastases that other entries exceed: two entries that cannot both hold."""
    for found in counts_contradicted(case):
        rows = tuple(Statement(case.by_id[e].label, codes(case.by_id[e].source)) for e in found.entries)
        yield Finding(f"count:{found.entries[0]}", "internal", found.entries, rows, computed=found.words)


def sphincters_denied_and_described(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """An examination that denies a disturbance of bladder and bowel, and describes one."""
    for exam in case.given(Neurology):
        if exam.sphincters_contradicted:
            rows = (Statement("sphincters: absent", codes(exam.source)), *(Statement(w) for w in exam.sphincter_words))
            yield Finding(
                f"sphincters:{exam.id}",
                "internal",
                (exam.id,),
                rows,
                computed="counted as disturbed until a person resolves it",
            )


def same_onset_twice(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """The same deficit stated as newly come at two times."""
    first: dict[tuple[str, str], Neurology] = {}
    for exam in case.of(Neurology):
        for deficit in exam.motor:
            if deficit.change not in {"new", "worse"} or not deficit.state:
                continue
            earlier = first.setdefault((deficit.limb, deficit.state), exam)
            if earlier is exam:
                continue
            rows = tuple(Statement(e.text, codes(e.source)) for e in (earlier, exam))
            yield Finding(
                f"onset:{earlier.id}:{exam.id}",
                "internal",
                (earlier.id, exam.id),
                rows,
                computed=f"{deficit.limb} {deficit.state} is stated as new twice",
            )


def percent_is_not_its_fraction(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A printed percent that is not what its numerator and denominator come to."""
    for item in case.of(Evidence):
        yield from disagreeing_percents(item)


def disagreeing_percents(item: Evidence) -> Iterator[Finding]:
    """The figures of one evidence item whose printed percent is not n/N."""
    for n, figure in enumerate(item.figures):
        if not figure.disagrees or figure.percent is None:
            continue
        yield Finding(
            f"percent:{item.id}:{n}",
            "arithmetic",
            (item.id,),
            (
                Statement(f"{figure.name}: {figure.value:g} %", codes(item.source)),
                Statement(f"{figure.numerator}/{figure.denominator} = {figure.percent:.1f} %"),
            ),
            rule="printed percent against numerator and denominator; both are kept",
            computed=f"{figure.percent:.1f} %",
        )


def percent_is_no_count(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A printed percent that no whole number of patients can give."""
    for item in case.of(Evidence):
        yield from impossible_percents(item)


def impossible_percents(item: Evidence) -> Iterator[Finding]:
    """The figures of one evidence item whose printed percent no numerator out of the denominator comes to."""
    for n, figure in enumerate(item.figures):
        if not figure.impossible or figure.value is None or figure.denominator is None:
            continue
        near = round(figure.value * figure.denominator / 100.0)
        yield Finding(
            f"count:{item.id}:{n}",
            "arithmetic",
            (item.id,),
            (Statement(f"{figure.name}: {figure.value:g} % of {figure.denominator}", codes(item.source)),),
            rule="a percent of patients is a whole number of them",
            computed=f"the nearest is {near}/{figure.denominator} = {100.0 * near / figure.denominator:.1f} %",
        )


def stage_against_tnm(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A stage group that its own T, N and M do not give, where the table holds the rows."""
    for row in case.of(Staging):
        if row.instrument != "TNM" or LUNG_8 not in row.version:
            continue
        expected = lung_stage(row.t, row.n, row.m)
        if expected is None or expected.group.casefold() == row.value.casefold():
            continue
        yield Finding(
            f"stage:{row.id}",
            "internal",
            (row.id,),
            (Statement(row.label, codes(row.source)),),
            rule=f"{expected.m} is stage {expected.group}: {expected.source}",
        )


def stage_is_dated(case: Case, timeline: Timeline) -> Iterator[Finding]:
    """Spread seen after a stage was given: the stage stays as it was on its day."""
    for row in case.of(Staging):
        if row.instrument != "TNM" or row.when is None:
            continue
        later = [
            study
            for study in case.of(Imaging)
            for seen in study.lesions
            if seen.feature in {"metastasis", "dissemination"}
            and seen.change == "new"
            and seen.assertion is Assertion.PRESENT
            and _surely_after(timeline, row, study)
        ]
        if later:
            yield Finding(
                f"stage-dated:{row.id}",
                "terminology",
                (row.id, *dict.fromkeys(s.id for s in later)),
                (
                    Statement(row.label, codes(row.source)),
                    *(Statement(s.label, codes(s.source)) for s in dict.fromkeys(later)),
                ),
                rule="a stage holds on its day; later spread is a new phase and does not rewrite it",
                severity="note",
            )


def _surely_after(timeline: Timeline, earlier: Entry, later: Entry) -> bool:
    gap, _ = timeline.interval(f"{earlier.id}.start", f"{later.id}.start")
    return gap.earliest is not None and gap.earliest > 0
