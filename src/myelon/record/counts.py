"""Counts of metastases against what the rest of the record holds: a number that a later entry contradicts is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.record.base import Assertion
from myelon.record.kinds import Imaging, Neoplasm, Observation
from myelon.terms.mentions import mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from myelon.record.case import Case
    from myelon.terms.levels import Level

INTERNAL_ORGANS = (
    "liver", "hepat", "lung", "pulmon", "brain", "cerebr", "cerebell", "mening", "kidney", "renal", "adrenal", "spleen",
    "splen", "pancrea", "pleura", "peritone", "visceral",
)  # fmt: skip
"""Words for internal organs, the brain among them."""
_IN_BONE = frozenset({"bone lesion", "bone destruction", "metastasis"})


class Contradicted(NamedTuple):
    """A count, and the entries that hold more than it."""

    entries: tuple[str, ...]
    """The count first."""
    words: str


def counts_contradicted(case: Case) -> Iterator[Contradicted]:
    """Every count of metastases that another entry of the record exceeds."""
    for count in case.given(Observation):
        value = count.value.value
        if count.what == "visceral metastases" and (organs := visceral(case)) and _distinct(organs) > value:
            yield Contradicted(
                (count.id, *organs), f"visceral metastases {value:g}, and recorded: {', '.join(organs.values())}"
            )
        if count.what in {"vertebral metastases", "bone metastases"}:
            levels, studies = _vertebrae(case)
            if levels > value:
                yield Contradicted((count.id, *studies), f"{count.what} {value:g}, and {levels} vertebrae are recorded")
    bone, spine, beside = (
        max((o.value.value, o.id) for o in rows)
        if (rows := [o for o in case.given(Observation) if o.what == what])
        else None
        for what in ("bone metastases", "vertebral metastases", "extraspinal bone metastases")
    )
    if bone and (more := (spine or (0, ""))[0] + (beside or (0, ""))[0]) > bone[0]:
        ids = tuple(i for _, i in (bone, spine or (0, ""), beside or (0, "")) if i)
        yield Contradicted(ids, f"bone metastases {bone[0]:g}, and {more:g} in and beside the spine")


def visceral(case: Case) -> dict[str, str]:
    """Entries that hold a metastasis of an internal organ, with their words."""
    found = {
        t.id: t.label
        for t in case.given(Neoplasm)
        if t.role == "secondary" and mentions(f"{t.site} {t.entity}", INTERNAL_ORGANS) and not _spinal(t)
    }
    for study in case.of(Imaging):
        if study.assertion is not Assertion.PRESENT:
            continue
        for lesion in study.lesions:
            where = f"{lesion.site} {lesion.lesion}"
            if (
                lesion.feature == "metastasis"
                and lesion.assertion is Assertion.PRESENT
                and mentions(where, INTERNAL_ORGANS)
            ):
                found[study.id] = f"{lesion.site or lesion.lesion} ({study.id})"
    return found


def _distinct(organs: dict[str, str]) -> int:
    """At least how many organs some words name; two words of one organ are one, and what is no one organ is one."""
    named = {next((n for n, names in enumerate(_ONE_ORGAN) if mentions(words, names)), -1) for words in organs.values()}
    return len(named)


_ONE_ORGAN = (
    ("liver", "hepat"), ("lung", "pulmon", "pleura"), ("brain", "cerebr", "cerebell", "mening"), ("kidney", "renal"),
    ("adrenal",), ("spleen", "splen"), ("pancrea",), ("peritone",),
)  # fmt: skip


def _spinal(tumour: Neoplasm) -> bool:
    return tumour.levels is not None or any(c != "extraspinal" for c in tumour.compartment)


def _vertebrae(case: Case) -> tuple[int, tuple[str, ...]]:
    """Distinct vertebrae with a lesion of bone in any study, each lesion at least one, and the studies."""
    tumours = [t for t in case.given(Neoplasm) if t.role == "secondary" and "vertebral" in t.compartment and t.levels]
    studies = [t.id for t in tumours]
    levels: set[Level] = {t.levels.levels[0] for t in tumours if t.levels is not None}
    for study in case.of(Imaging):
        for lesion in study.lesions:
            if (
                lesion.feature in _IN_BONE
                and lesion.compartment != "intramedullary"
                and lesion.levels is not None
                and Assertion.PRESENT == study.assertion == lesion.assertion
                and lesion.change != "gone"
            ):
                levels |= set(lesion.levels.levels)
                studies.append(study.id)
    return len(levels), tuple(dict.fromkeys(studies))
