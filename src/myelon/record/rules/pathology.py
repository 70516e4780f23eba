"""Markers, entities and grades of pathology reports."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from myelon.record.finding import Finding, Statement, codes
from myelon.record.kinds import Neoplasm, Pathology
from myelon.record.triangle import triangles
from myelon.terms.markers import DEFINITIONS, marker_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from myelon.record.case import Case
    from myelon.record.timeline import Timeline

_OPPOSITE = {("positive", "negative"), ("retained", "lost"), ("positive", "lost")}


def _by_marker(report: Pathology) -> dict[str, list[tuple[str, Statement]]]:
    """Marker → its results in this report, each with the words; a Ki-67 index above zero is a positive stain."""
    found: dict[str, list[tuple[str, Statement]]] = defaultdict(list)
    for stain in report.immunohistochemistry:
        words = Statement(f"{stain.wording}: {stain.result}", stain.source.code)
        found[marker_of(stain.wording) or stain.marker].append((stain.result, words))
    if report.ki67 is not None and report.ki67.value > 0:
        found["Ki-67"].append(("positive", Statement(f"Ki-67 {report.ki67}", codes(report.source))))
    return found


def marker_is_both(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """Wordings that, read literally, name the same marker with opposite results."""
    for report in case.of(Pathology):
        for marker, rows in _by_marker(report).items():
            results = {result for result, _ in rows}
            if any(a in results and b in results for a, b in _OPPOSITE):
                yield Finding(
                    f"marker:{report.id}:{marker}",
                    "terminology",
                    (report.id,),
                    tuple(words for _, words in rows),
                    rule=f"read literally, {marker} is both positive and negative",
                )


def entity_is_not_supported(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A diagnosis whose defining markers are negative or not reported in the same report."""
    for report in case.of(Pathology):
        diagnosis = report.diagnosis.casefold().replace("haem", "hem")
        wanted = {d.marker: d for d in DEFINITIONS if d.entity in diagnosis}.values()
        found = _by_marker(report)
        if not found or not wanted:
            continue
        against: list[Statement] = []
        for definition in wanted:
            results = {result for result, _ in found[definition.marker]}
            source = f"expected {definition.expected}: {definition.source}"
            if not results - {"not reported", "not done"}:
                against.append(Statement(f"{definition.marker}: not reported", source))
            elif definition.expected not in results:
                against.append(Statement(f"{definition.marker}: {', '.join(sorted(results))}", source))
        if any("not reported" not in s.text for s in against):
            yield Finding(
                f"entity:{report.id}",
                "internal",
                (report.id,),
                (Statement(f"diagnosis: {report.diagnosis}", codes(report.source)), *against),
                rule="the markers that the diagnosis rests on do not support it: ask for a review of the pathology",
            )


def parent_is_no_tumour(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A tumour that came out of an entry that is no tumour, or by some steps out of itself."""
    tumours = {t.id: t for t in case.of(Neoplasm)}
    for tumour in tumours.values():
        if tumour.parent is None or (tumour.parent in tumours and tumour.id not in _ancestors(tumour, tumours)):
            continue
        source = case.by_id[tumour.parent]
        what = "which is no tumour" if tumour.parent not in tumours else "and that came out of it"
        said = (Statement(f"{tumour.label}: came out of {source.label}, {what}", codes(tumour.source)),)
        yield Finding(
            f"parent:{tumour.id}", "internal", tuple(dict.fromkeys((tumour.id, tumour.parent))), said,
            rule="a tumour comes out of another tumour, and never out of itself",
            computed="where it came from is open until that is corrected",
        )  # fmt: skip


def _ancestors(tumour: Neoplasm, tumours: Mapping[str, Neoplasm]) -> set[str]:
    """The tumours it came out of, step by step; in a loop, itself too."""
    found: set[str] = set()
    held = tumours.get(tumour.parent or "")
    while held is not None and held.id not in found:
        found.add(held.id)
        held = tumours.get(held.parent or "")
    return found


def corners_differ(case: Case, timeline: Timeline) -> Iterator[Finding]:
    """Clinic, images and pathology that call one tumour by names that cannot be one (Jaffe's triangle)."""
    for found in triangles(case, timeline):
        if found.verdict == "differ":
            said = [c for c in found.corners if c.says]
            yield Finding(
                f"triangle:{found.tumour.id}",
                "internal",
                tuple(e for c in said for e in c.entries),
                tuple(
                    Statement(f"{c.name}: {c.says}", codes(x for e in c.entries for x in case.by_id[e].source))
                    for c in said
                ),
                rule="clinic, images and pathology are to say the same before a treatment is chosen (paper 004)",
            )


def grade_without_edition(case: Case, _timeline: Timeline) -> Iterator[Finding]:
    """A grade that does not say by which edition of the classification."""
    for report in case.of(Pathology):
        if report.grade and not report.edition:
            yield Finding(
                f"edition:{report.id}",
                "completeness",
                (report.id,),
                (Statement(f"{report.diagnosis}, {report.grade}", codes(report.source)),),
                rule="a grade means something only within an edition of the classification; none is named",
            )
