"""Whether a study shows a lesion that the baseline does not: named, perhaps, none, or nobody said.

A study that lists some lesions says nothing of others: no new lesion is known only where somebody said so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.record.base import Assertion
from myelon.record.kinds import Neoplasm
from myelon.terms.tumours import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from myelon.record.base import Entry
    from myelon.record.case import Case
    from myelon.record.kinds import Imaging
    from myelon.record.kinds.imaging import LesionObservation
    from myelon.record.timeline import Timeline

UNNAMED = "a lesion without a name"
"""Stands for a new lesion that a study reports and does not describe."""


class Baseline(NamedTuple):
    """What the first study says of lesions."""

    there: frozenset[str]
    """Every lesion that it names, of whatever feature."""
    followed: frozenset[str]
    """Those that the response is read from: a later study that calls one of them new means something else."""


class NewLesions(NamedTuple):
    """What one study says."""

    named: tuple[str, ...]
    perhaps: tuple[str, ...]
    """Disease that the baseline does not name, and of which nobody said whether it is new."""
    none_said: bool
    """Whether somebody said that no lesion is new."""
    contradicted: tuple[str, ...]
    """Lesions that the study names as new, or that the baseline does not, though it says that none is new."""

    @property
    def answer(self) -> bool | None:
        """Whether a lesion is new; None where it is not known."""
        return True if self.named else False if self.none_said and not self.perhaps else None


def new_lesions(study: Imaging, baseline: Baseline) -> NewLesions:
    """What a study says of lesions that the baseline does not show."""
    named = [o.lesion for o in study.lesions if is_new(o, baseline)]
    denied = study.new_lesions == "no" or any(
        o.role == "new" and o.assertion is Assertion.ABSENT for o in study.lesions
    )
    if study.new_lesions == "yes" and not named:
        named = [UNNAMED]
    unnamed = tuple(dict.fromkeys(o.lesion for o in study.lesions if is_perhaps_new(o, baseline)))
    against = (*dict.fromkeys(named), *unnamed) if denied else ()
    return NewLesions(tuple(named), () if denied else unnamed, denied, against)


def is_new(o: LesionObservation, baseline: Baseline) -> bool:
    """Whether a lesion is called new, and is not one that the baseline follows."""
    there = o.assertion is Assertion.PRESENT
    return there and (o.role == "new" or (o.change == "new" and o.lesion not in baseline.followed))


def is_perhaps_new(o: LesionObservation, baseline: Baseline) -> bool:
    """Whether it is a metastasis that the baseline does not name, and that nobody called new."""
    unnamed = o.assertion is Assertion.PRESENT and o.lesion not in baseline.there
    return unnamed and o.feature == "metastasis" and not is_new(o, baseline)


def found_since(case: Case, timeline: Timeline, first: Imaging, study: Entry | None) -> Iterator[str]:
    """Metastases of the record that were found certainly after the baseline, and may have been before a study.

    Without a study, whenever they were found after the baseline.
    """
    for tumour in case.given(Neoplasm):
        if tumour.role == "secondary" and tumour.when is not None and not _shown(case, tumour, first):
            after = timeline.interval(f"{first.id}.end", f"{tumour.id}.start")[0].earliest
            before = timeline.interval(f"{tumour.id}.start", f"{study.id}.end")[0].latest if study is not None else 0.0
            if after is not None and after > 0 and (before is None or before >= 0):
                yield tumour.label


def known_before(case: Case, timeline: Timeline, first: Imaging) -> Iterator[str]:
    """Metastases of the record that the baseline does not show, and that were not found certainly after it."""
    for tumour in case.given(Neoplasm):
        if tumour.role == "secondary" and not _shown(case, tumour, first):
            after = timeline.interval(f"{first.id}.end", f"{tumour.id}.start")[0].earliest if tumour.when else None
            if after is None or after <= 0:
                yield tumour.label


def _shown(case: Case, tumour: Neoplasm, first: Imaging) -> bool:
    """Whether the baseline shows a lesion where the tumour lies: by its levels, its site, or as the main lesion."""
    here = [o for o in first.lesions if o.assertion is Assertion.PRESENT]
    if tumour is case.neoplasm and any(o.lesion == "main" for o in here):
        return True
    if any(o.levels is not None and tumour.levels is not None and o.levels.overlap(tumour.levels) for o in here):
        return True
    site = fold(tumour.site)
    said = [words for o in here for words in (fold(o.site), fold(o.lesion)) if words]
    return bool(site) and any(site in words or words in site for words in said)
