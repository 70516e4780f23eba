"""What the contours of a case suggest, and how a person takes it into the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.record.base import Provenance, Quantity
from myelon.record.kinds import Imaging, Surgery
from myelon.record.kinds.imaging import LesionObservation
from myelon.record.when import When

if TYPE_CHECKING:
    from collections.abc import Iterable

    from myelon.dose.anatomy import Anatomy
    from myelon.record.case import Case
    from myelon.record.kinds import Radiotherapy
    from myelon.terms.levels import Span


def targets(names: Iterable[str]) -> tuple[str, ...]:
    """Structures that can be the tumour: gross volumes, never margins."""
    return tuple(n for n in names if n.upper().startswith("GTV"))


def altered(case: Case, span: Span | None) -> str:
    """The operations that may have changed the anatomy at some levels, in words; or ""."""
    done = [
        s
        for s in case.given(Surgery)
        if (s.extent != "biopsy" or s.instrumentation)
        and not (s.levels is not None and span is not None and not s.levels.overlap(span))
    ]
    return "operated before: " + "; ".join(s.label for s in done) if done else ""


def reading_of(
    case: Case, found: Anatomy, course: Radiotherapy, *, by: str, grade: str = "", zones: bool = False
) -> Imaging:
    """The measurements as an imaging entry, as a person accepts them.

    Args:
        case: The record.
        found: What was measured.
        course: The course whose structure set it is.
        by: Who accepts it.
        grade: ESCC grade that the person reads; "" leaves it out.
        zones: Whether the zones and layers are accepted.
    """
    number = 1
    while f"contours-{number}" in case.by_id:
        number += 1
    files = course.files
    source = Provenance(
        source="contours",
        where=f"RT {course.ordinal}, {found.target}, structure set {(files.rtstruct or '')[:12] if files else ''}",
        entered_by=by,
    )
    right, back, up = found.extent_mm
    words = (
        f"measured on the contours of RT {course.ordinal}: {right:.1f} × {back:.1f} × {up:.1f} mm, longest axial "
        f"diameter {found.longest_axial_mm:.1f} mm, {found.volume_cc:.1f} cc"
    )
    if found.cord_distance_mm is not None:
        words += f", {found.cord_distance_mm:.1f} mm from the cord" if found.cord_distance_mm else ", in the cord"
    main = LesionObservation(
        feature="mass",
        levels=found.levels,
        size=Quantity(value=round(found.volume_cc, 2), unit="cc"),
        max_diameter_cm=round(found.longest_axial_mm / 10.0, 2),
        epidural_grade=grade or None,
        text=words,
        source=source,
    )
    rows = [
        LesionObservation(
            feature="extension",
            levels=str(row.level.name),
            wbb_zones=row.zones,
            wbb_layers=row.layers,
            source=source,
        )
        for row in found.per_level
        if zones and row.zones
    ]
    return Imaging(
        id=f"contours-{number}",
        modality="CT",
        when=When(kind="ordinal", before=(course.id,)),
        text=words,
        lesions=(main, *rows),
        source=(source,),
    )
