"""Cases that resemble one: Gower's distance over declared features, each with its weight; unknown is left out.

A distance is over the features that both records answer. It is a way to find a record again, no forecast.
Gower JC. A general coefficient of similarity and some of its properties. Biometrics 1971;27:857–871.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from myelon.assess import Patient
from myelon.record.kinds import Radiotherapy, Surgery, Systemic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from myelon.record.case import Case
    from myelon.record.timeline import Timeline

Answer = float | str | frozenset[str] | None
LEAST_SHARED = 3
"""Cases that share fewer answers are not compared. Myelon's convention."""


class Feature(NamedTuple):
    """Something that two cases may share. ``span`` is the range of a number; None compares words or sets."""

    name: str
    weight: float
    read: Callable[[Patient], Answer]
    span: float | None = None


class Compared(NamedTuple):
    """One feature of two cases: 0 is alike, 1 as different as can be; None where one of them does not say."""

    feature: Feature
    ours: Answer
    theirs: Answer
    distance: float | None


class Resembling(NamedTuple):
    """A case, how far it is, and why."""

    case_id: str
    title: str
    nature: str
    distance: float
    compared: tuple[Compared, ...]

    @property
    def shared(self) -> int:
        """Features that both cases answer."""
        return sum(c.distance is not None for c in self.compared)


def _age(p: Patient) -> Answer:
    return p.case.subject.age_at_index_years if p.case.subject is not None else None


def _sex(p: Patient) -> Answer:
    sex = p.case.subject.sex if p.case.subject is not None else "unknown"
    return None if sex == "unknown" else sex


def _role(p: Patient) -> Answer:
    return p.tumour.role if p.tumour is not None else None


def _entity(p: Patient) -> Answer:
    named = p.primary or p.tumour
    return frozenset(named.entity.casefold().replace(",", "").split()) if named is not None else None


def _compartments(p: Patient) -> Answer:
    return frozenset(p.tumour.compartment) or None if p.tumour is not None else None


def _region(p: Patient) -> Answer:
    levels = p.tumour.levels if p.tumour is not None else None
    return None if levels is None else frozenset(level.name[0] for level in levels.levels)


def _mrc(p: Patient) -> Answer:
    return float(str(p.worst_mrc.option)) if p.worst_mrc is not None else None


def _paralysed(p: Patient) -> Answer:
    return str(p.paraplegia.option) if p.paraplegia is not None else None


def _courses(p: Patient) -> Answer:
    return float(min(sum(1 for _ in p.case.given(Radiotherapy)), 3))


def _operations(p: Patient) -> Answer:
    return float(min(sum(1 for _ in p.case.given(Surgery)), 3))


def _drugs(p: Patient) -> Answer:
    return float(min(sum(1 for _ in p.case.given(Systemic)), 3))


FEATURES: tuple[Feature, ...] = (
    Feature("primary or metastasis", 2.0, _role),
    Feature("words of the entity", 2.0, _entity),
    Feature("compartment", 2.0, _compartments),
    Feature("region of the spine", 1.0, _region),
    Feature("age", 1.0, _age, 100.0),
    Feature("sex", 0.5, _sex),
    Feature("weakest muscle (MRC)", 1.0, _mrc, 5.0),
    Feature("paraplegia", 1.0, _paralysed),
    Feature("courses of radiotherapy", 1.0, _courses, 3.0),
    Feature("operations", 1.0, _operations, 3.0),
    Feature("lines of drugs", 0.5, _drugs, 3.0),
)
"""Weights are Myelon's convention: what a tumour is and where it lies counts twice."""


def distance(ours: Answer, theirs: Answer, span: float | None) -> float | None:
    """Difference of one feature, 0 to 1; None where one side is unknown.

    >>> distance(10.0, 60.0, 100.0), distance("a", "b", None), distance(None, 3.0, 5.0)
    (0.5, 1.0, None)
    >>> distance(frozenset({"a", "b"}), frozenset({"a"}), None)
    0.5
    """
    if ours is None or theirs is None:
        return None
    if span is not None and isinstance(ours, float | int) and isinstance(theirs, float | int):
        return min(abs(ours - theirs) / span, 1.0)
    if isinstance(ours, frozenset) and isinstance(theirs, frozenset):
        return 1.0 - len(ours & theirs) / len(ours | theirs)
    return float(ours != theirs)


def answers(case: Case, timeline: Timeline | None = None) -> tuple[Answer, ...]:
    """What a record says of each feature."""
    patient = Patient(case, timeline)
    return tuple(f.read(patient) for f in FEATURES)


def as_text(given: Sequence[Answer]) -> str:
    """Answers as JSON, to be kept beside a case.

    >>> as_text((1.0, "M", None, frozenset({"b", "a"})))
    '[1.0, "M", null, ["a", "b"]]'
    """
    return json.dumps([sorted(a) if isinstance(a, frozenset) else a for a in given], ensure_ascii=False)


def from_text(text: str) -> tuple[Answer, ...]:
    """The inverse of `as_text`."""
    return tuple(frozenset(a) if isinstance(a, list) else a for a in json.loads(text))


class Other(NamedTuple):
    """A case that is compared: its id, title and nature, and its answers."""

    case_id: str
    title: str
    nature: str
    answers: tuple[Answer, ...]


def similar(case: Case, own: tuple[Answer, ...], others: Iterable[Other], most: int = 5) -> list[Resembling]:
    """The nearest cases, each with the reason per feature.

    Args:
        case: The case that is asked about.
        own: Its answers.
        others: Other cases.
        most: How many are given.
    """
    found = []
    for other in others:
        if other.case_id == case.id or (other.nature == "synthetic") is not (case.about.nature == "synthetic"):
            continue  # phantoms resemble phantoms
        pairs = zip(FEATURES, own, other.answers, strict=True)
        rows = tuple(Compared(f, a, b, distance(a, b, f.span)) for f, a, b in pairs)
        known = [(r.feature.weight, r.distance) for r in rows if r.distance is not None]
        if len(known) < LEAST_SHARED:
            continue
        total = sum(w * d for w, d in known) / sum(w for w, _ in known)
        found.append(Resembling(other.case_id, other.title, other.nature, total, rows))
    return sorted(found, key=lambda r: (r.distance, -r.shared, r.case_id))[:most]
