"""Who the patient is: two entries about the person, or about the body, that cannot both hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.record.age import age_contradicted
from myelon.record.base import Assertion
from myelon.record.finding import Finding, Statement, codes
from myelon.record.kinds import Neoplasm, Subject
from myelon.terms.tumours import ORGANS_OF_ONE_SEX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from myelon.record.case import Case
    from myelon.record.timeline import Timeline


def subjects_disagree(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """Two entries about the patient that state another sex or another birth."""
    people = [s for s in case.of(Subject) if s.assertion is Assertion.PRESENT]
    told = {(s.sex, None if s.birth is None else (s.birth.earliest, s.birth.latest)) for s in people}
    if len(told) > 1:
        said = tuple(Statement(_who(s), codes(s.source)) for s in people)
        yield Finding("person:subject", "internal", tuple(s.id for s in people), said, severity="danger")


def _who(subject: Subject) -> str:
    return f"{subject.label}, {subject.sex}" + ("" if subject.birth is None else f", born {subject.birth}")


def age_is_not_that_of_the_birth(case: Case, timeline: Timeline) -> Iterator[Finding]:
    """A recorded age that the birth date does not give."""
    found, person = age_contradicted(case, timeline), case.subject
    if found is None or person is None:
        return
    low, high = found
    yield Finding(
        f"age:{person.id}",
        "arithmetic",
        (person.id,),
        (
            Statement(f"age {person.age_at_index_years:g} at the zero point", codes(person.source)),
            Statement(f"born {person.birth}: {low}" + ("" if low == high else f" to {high}") + " at the zero point"),
        ),
        computed="no score reads the age until one of them is corrected",
    )


def event_before_birth(case: Case, timeline: Timeline) -> Iterator[Finding]:
    """An entry that ends before the patient was born."""
    born = case.subject.birth if case.subject is not None else None
    if born is None or born.earliest is None or case.subject is None:
        return
    early = [
        e for e in case.entries
        if e.when is not None and (latest := timeline.date(e.id).latest) is not None
        and latest < born.earliest.toordinal()
    ]  # fmt: skip
    for entry in early:
        said = (Statement(entry.label, codes(entry.source)), Statement(f"born {born}", codes(case.subject.source)))
        yield Finding(f"before-birth:{entry.id}", "time", (case.subject.id, entry.id), said, severity="danger")


def sex_against_an_organ(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A tumour of an organ that the recorded sex does not have."""
    person = case.subject
    if person is None or person.sex not in {"male", "female"}:
        return
    for tumour in case.given(Neoplasm):
        row = tumour.known_as
        sex = ORGANS_OF_ONE_SEX.get(row.origin) if row is not None else None
        if row is not None and sex is not None and sex != person.sex:
            said = (
                Statement(f"sex: {person.sex}", codes(person.source)),
                Statement(f"{tumour.entity}: {row.origin}", codes(tumour.source)),
            )
            yield Finding(f"sex:{tumour.id}", "internal", (person.id, tumour.id), said)
