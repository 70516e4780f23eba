"""Jaffe's triangle (paper 004): what the clinic, the images and the pathology each call a tumour, side by side.

The clinic's word is the entity of the tumour, the images' the impression of their last study, the pathology's the last
diagnosis. They are compared by the table of tumours, never by their letters; what the table does not know is not
compared. Where they differ somebody has to look again: nothing is decided here.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from myelon.record.kinds import Imaging, Neoplasm, Pathology, Surgery
from myelon.terms.tumours import denies_or_doubts, fold, named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from myelon.record.base import Entry
    from myelon.record.case import Case
    from myelon.record.timeline import Timeline
    from myelon.terms.tumours import Tumour

E = TypeVar("E", bound="Entry")
Verdict = Literal["agree", "differ", "missing", "not compared"]
_SECONDARY = re.compile(r"\bmetasta(?:sis|ses|tic)\b")
_OF_WHAT = re.compile(r"\bmetasta(?:sis|ses)\b(?: \w+)*? (?:of|from) (?:an? |the )?(.+)$|\bmetastatic (.+)$")
_PLACE = re.compile(
    r"\b(?:multiple|solitary|single|spinal|bone|bony|osseous|vertebral|epidural|intramedullary|intradural|"
    r"leptomeningeal|cord|spine|cervical|thoracic|lumbar|sacral|disease|lesions?|tumou?rs?|[ctls][0-9]+|at|in|the|of)\b"
)
"""Words beside "metastasis" that name no entity."""


class Corner(NamedTuple):
    """What one of the three says; no words where it says nothing."""

    name: str
    says: str
    row: Tumour | None
    """The row of the table that the words are, of the primary where a metastasis is meant."""
    secondary: bool | None
    """Whether it is called a metastasis; None where the words do not say."""
    entries: tuple[str, ...]


class Triangle(NamedTuple):
    """One tumour."""

    tumour: Neoplasm
    corners: tuple[Corner, Corner, Corner]
    verdict: Verdict
    words: str


def triangles(case: Case, timeline: Timeline) -> tuple[Triangle, ...]:
    """Every tumour of the record, in its order."""
    return tuple(_triangle(case, timeline, tumour) for tumour in case.given(Neoplasm))


def _triangle(case: Case, timeline: Timeline, tumour: Neoplasm) -> Triangle:
    primary = case.by_id.get(tumour.parent or "")
    row = primary.known_as if isinstance(primary, Neoplasm) else tumour.known_as
    clinic = Corner("clinic", tumour.entity, row, tumour.role == "secondary", (tumour.id,))
    studies = {i: i.impression for i in case.given(Imaging) if i.impression and _is_of(case, tumour, i)}
    reports = {p: p.diagnosis for p in case.given(Pathology) if p.diagnosis and _is_of(case, tumour, p)}
    corners = (clinic, _last("images", timeline, studies), _last("pathology", timeline, reports))
    if disputed := _own_words_against(tumour, primary):
        return Triangle(tumour, corners, "differ", disputed)
    return Triangle(tumour, corners, *_compared(corners))


def origin_disputed(case: Case, timeline: Timeline, tumour: Neoplasm) -> str:
    """Why it is not settled what a tumour is, or came from; empty where nothing speaks against its entry.

    Pathology against the entry, or the words of a metastasis against its parent. Images alone settle nothing.
    """
    found = _triangle(case, timeline, tumour)
    clinic, _, pathology = found.corners
    if disputed := _own_words_against(tumour, case.by_id.get(tumour.parent or "")):
        return disputed
    verdict, words = _compared((clinic, pathology))
    return words if verdict == "differ" else ""


def _own_words_against(tumour: Neoplasm, parent: Entry | None) -> str:
    """That a metastasis is called one of another tumour than its parent; empty where it is not.

    By what it is "of", by its words without those of a metastasis and its place, or by its histology.
    """
    if tumour.role != "secondary" or not isinstance(parent, Neoplasm) or tumour.code is not None:
        return ""
    for said in filter(None, (tumour.entity, tumour.histology)):
        behind, rest = _OF_WHAT.search(fold(said)), _BESIDE.sub(" ", fold(said)).strip()
        plain = (behind[1] or behind[2]) if behind is not None else rest
        if not denies_or_doubts(rest) and _apart(named(plain), parent.known_as):
            return f"{said}, and its parent is {parent.entity}"
    return ""


_BESIDE = re.compile(
    r"\b(?:(?:spinal|bone|bony|osseous|vertebral|epidural|knochen|ossee?s?) )?metasta\w*"
    r"(?: (?:of|from|de|du|des|d|un|une|an?|the|von|eines|einer))*|骨?転移|骨?转移"
)
"""Words of a metastasis beside the name of what it came from."""


def _is_of(case: Case, tumour: Neoplasm, entry: Imaging | Pathology) -> bool:
    """As it says; else a study is of the tumour at the spine, a report of the one operated on, or of the only one.

    A report that calls it a metastasis is of the tumour at the spine where that is one; else of the only primary.
    """
    if entry.of_neoplasm is not None:
        return entry.of_neoplasm == tumour.id
    operation = case.by_id.get(entry.specimen or "") if isinstance(entry, Pathology) else None
    if isinstance(operation, Surgery) and operation.target is not None:
        return operation.target == tumour.id
    if isinstance(entry, Pathology) and _SECONDARY.search(fold(entry.diagnosis)):
        return case.neoplasm is not None and tumour.id == case.neoplasm.id
    if isinstance(entry, Imaging):
        return case.neoplasm is not None and tumour.id == case.neoplasm.id
    tumours = list(case.given(Neoplasm))
    return len(tumours) == 1 or [t.id for t in tumours if t.role == "primary"] == [tumour.id]


def _last(name: str, timeline: Timeline, words: Mapping[E, str]) -> Corner:
    ordered = timeline.in_order(words)
    if not ordered:
        return Corner(name, "", None, None, ())
    said = words[ordered[-1]]
    plain, entries = fold(said), (ordered[-1].id,)
    if denies_or_doubts(said):
        return Corner(name, said, None, None, entries)
    if not _SECONDARY.search(plain):
        return Corner(name, said, named(said), None, entries)
    behind = _OF_WHAT.search(plain)
    row = named(behind[1] or behind[2]) if behind is not None else None
    bare = not _PLACE.sub(" ", _SECONDARY.sub(" ", plain)).strip()
    return Corner(name, said, row, True if bare or row is not None else None, entries)


def _compared(corners: Sequence[Corner]) -> tuple[Verdict, str]:
    said = [c for c in corners if c.says]
    for one, other in combinations(said, 2):
        if _apart(one.row, other.row) or (one.secondary is False and other.secondary):
            return "differ", f"{one.name} and {other.name} differ: {one.says} against {other.says}"
    unread = [c for c in said if c.row is None and not c.secondary]
    if unread and (len(said) > 1 or unread[0].name != "clinic"):
        words = " and ".join(f"the word of {c.name} ({c.says})" for c in unread)
        return "not compared", f"{words} is no name of the table of tumours"
    silent = [c.name for c in corners if not c.says]
    if silent:
        return "missing", f"not recorded: what {' and '.join(silent)} say{'s' if silent == ['pathology'] else ''}"
    return "agree", "all three agree"


def _apart(one: Tumour | None, other: Tumour | None) -> bool:
    """Whether two rows are certainly not one tumour: neither is, or may be, the other."""
    if one is None or other is None:
        return False
    return one.is_one_of(other.id) is False and other.is_one_of(one.id) is False
