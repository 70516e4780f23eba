"""How far a lesion reached, per feature, over the studies of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.record.kinds import Imaging

if TYPE_CHECKING:
    from myelon.record.base import Assertion
    from myelon.record.case import Case
    from myelon.record.kinds.imaging import LesionObservation
    from myelon.terms.levels import Span

_OEDEMA = {"T2 high signal", "oedema"}


class Extent(NamedTuple):
    """One observation of a feature: its span, or why there is none."""

    study: str
    levels: Span | None
    assertion: Assertion
    change: str | None
    text: str


def extents(case: Case, *, oedema: bool = False) -> list[Extent]:
    """The series of extents of the enhancing lesion, or of the oedema, in document order.

    The lesion is the one called main, or where none is the first that has levels.
    What only says that the feature was there, without levels or change, says nothing of its extent.
    """
    wanted = _OEDEMA if oedema else {"enhancement", "mass", "bone lesion"}
    seen_all = [seen for study in case.of(Imaging) for seen in study.lesions if seen.feature in wanted]
    named = [seen.lesion for seen in seen_all if seen.levels is not None]
    chosen = "main" if "main" in named or not named else named[0]
    return [
        Extent(study.id, seen.levels, seen.assertion, seen.change, seen.text)
        for study in case.of(Imaging)
        for seen in study.lesions
        if seen.feature in wanted and seen.lesion == chosen and _says_an_extent(seen)
    ]


def _says_an_extent(seen: LesionObservation) -> bool:
    return seen.levels is not None or seen.assertion == "absent" or seen.change is not None
