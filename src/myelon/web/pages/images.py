"""The images of a study, beside an earlier one of the same levels; what is measured on them goes into the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import FileResponse, RedirectResponse, Response

from myelon.dose.level_map import LevelMap
from myelon.errors import DicomError, InputError
from myelon.record.base import Provenance, Quantity
from myelon.record.kinds import Imaging
from myelon.record.kinds.imaging import Feature, LesionObservation, LevelMark, Measured
from myelon.report.image_figure import image_figure, measured_png, plane_through, windows_of
from myelon.report.isodose_figure import View
from myelon.terms.levels import Level, Span
from myelon.web.figure_file import figure_file
from myelon.web.packets import Packets, packet_of, store_of
from myelon.web.pages.cases import case_context
from myelon.web.pages.viewer import Axes, Point, point_of, words_of
from myelon.web.render import page
from myelon.web.signed import signed
from myelon.web.uploads import Received

if TYPE_CHECKING:
    from myelon.board.packet import Packet
    from myelon.dose.volume import Volume
    from myelon.report.image_figure import Window
    from myelon.report.svg import Svg

router = APIRouter()
SHOWN: tuple[View, ...] = ("sagittal", "axial")
TOOLS = ("calliper", "level span")
USES = ("size", "greatest diameter")
_SAME_PATIENT = "Give the images of this patient"


class Study(NamedTuple):
    """One imaging entry as it is shown."""

    entry: Imaging
    series: str
    """Series Instance UID."""
    volume: Volume
    marks: tuple[LevelMark, ...]
    """Those set in the frame of reference of this series."""
    levels: LevelMap
    all_series: tuple[tuple[str, str], ...]
    """Every series with its words."""

    def axis_at(self, place: float) -> np.ndarray:
        """The marked line through the vertebrae at a number of vertebrae, LPS mm."""
        marks = sorted((m.level.upper, m.at_mm) for m in self.marks)
        numbers = [float(level) for level, _ in marks]
        points = np.array([at for _, at in marks], dtype=float)
        x, y = (float(np.interp(place, numbers, points[:, n])) for n in (0, 1))
        return np.array([x, y, self.levels.height(place)])


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────


def _study(request: Request, packet: Packet, entry_id: str, series: str = "") -> Study | None:
    """A study with images; None without.

    Raises:
        InputError: No such imaging entry, or no such series.
        DicomError: Its files cannot be shown together.
    """
    entry = packet.case.by_id.get(entry_id)
    if not isinstance(entry, Imaging):
        raise InputError(f"no imaging entry {entry_id[:40]!r}", where=packet.case.id, todo="Choose one of the record")
    if not entry.files:
        return None
    packets: Packets = request.app.state.packets
    read = packets.images(entry.files)
    if series and series not in read:
        raise InputError("no such series", where=entry.id, todo="Choose one of the study")
    chosen = series or next(iter(read))
    volume = read[chosen][0]
    marks = tuple(m for m in entry.level_marks if m.frame_of_reference in {"", volume.frame_of_reference})
    levels = LevelMap.of([(m.level.upper, m.at_mm[2]) for m in marks])
    listed = tuple(
        (uid, f"{n}: {v.modality}, {v.values.shape[0]} slices") for n, (uid, (v, _)) in enumerate(read.items(), start=1)
    )
    return Study(entry, chosen, volume, marks, levels, listed)


def _prior_of(packet: Packet, entry: Imaging, asked: str) -> str:
    """The study that is shown beside: the one asked for, the one it was compared to, or the last before it."""
    if asked:
        return "" if asked == "none" else asked
    if entry.compared_to:
        held = packet.case.by_id.get(entry.compared_to)
        return entry.compared_to if isinstance(held, Imaging) and held.files else ""
    earlier = [
        other.id
        for other in packet.case.given(Imaging)
        if other.files and other.id != entry.id and _before(packet, other, entry)
    ]
    return earlier[-1] if earlier else ""


def _before(packet: Packet, one: Imaging, other: Imaging) -> bool:
    gap, _ = packet.timeline.interval(f"{one.id}.start", f"{other.id}.start")
    return gap.earliest is not None and gap.earliest > 0


def linked(current: Study, prior: Study, point: Point) -> tuple[Point | None, str]:
    """Where a point of one study lies in another, and what that rests on; None where it is not known.

    The same frame of reference is the same place. Otherwise both are led by their marked vertebrae: the same number of
    vertebrae down, as far from the marked line. That is no registration, and is said.
    """
    if current.volume.frame_of_reference and current.volume.frame_of_reference == prior.volume.frame_of_reference:
        return point, "same frame of reference"
    place = current.levels.place(point[2])
    height = prior.levels.height(place) if place is not None else None
    if place is None or height is None:
        return None, "not linked: no vertebra is marked there in both"
    moved = prior.axis_at(place) + np.array(point) - current.axis_at(place)
    x, y, _ = (float(v) for v in moved)
    return (x, y, height), "linked by level; the studies are not registered"


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/cases/{case_id}/images/{entry_id}")
def images(  # the point, the series, what it is compared to and how it looks are parts of the address
    request: Request,
    case_id: str,
    entry_id: str,
    x: str = "",
    y: str = "",
    z: str = "",
    series: str = "",
    prior: str = "",
    window: int = 0,
    saved: str = "",
) -> Response:
    """A study, beside the earlier one, with the tools that measure on it."""
    packet = packet_of(request, case_id)
    study = _study(request, packet, entry_id, series)
    entry = packet.case.by_id[entry_id]
    expected = store_of(request).entry_version(case_id, entry_id)
    context = case_context(request, packet, "Record") | {"entry": entry, "study": study, "saved": saved}
    context["expected"] = expected
    if study is not None:
        point = point_of(x, y, z) if x or y or z else _middle(study)
        other_id = _prior_of(packet, study.entry, prior)
        other = _study(request, packet, other_id) if other_id else None
        there, words = linked(study, other, point) if other is not None else (None, "")
        windows = windows_of(study.volume)
        low, high = study.volume.corners_mm.min(axis=0), study.volume.corners_mm.max(axis=0)
        context |= {
            "point": point,
            "low": low,
            "high": high,
            "prior": other,
            "prior_asked": prior,
            "words": words,
            "windows": windows,
            "window": min(max(window, 0), len(windows) - 1),
            "level": study.levels.level(point[2]),
            "place_words": words_of(point),
            "panes": [(v, _axes(study.volume, v), _drawn(study, v, point, window)) for v in SHOWN],
            "prior_panes": [(v, _drawn(other, v, there or _middle(other), window)) for v in SHOWN] if other else [],
            "others": [i for i in packet.case.given(Imaging) if i.files and i.id != entry_id],
            "features": get_args(Feature),
            "lesions": sorted({o.lesion for i in packet.case.given(Imaging) for o in i.lesions} | {"main"}),
            "levels_named": [level.name for level in Level],
            "uses": USES,
        }
    return page(request, "images.html", context)


@router.get("/cases/{case_id}/images/{entry_id}/plane/{view}.svg")
def plane(
    request: Request,
    case_id: str,
    entry_id: str,
    view: View,
    x: str,
    y: str,
    z: str,
    series: str = "",
    window: int = 0,
    of: str = "",
    alone: bool = False,
) -> Response:
    """One plane of a study; with ``of`` at the place that a point of that other study is linked to.

    ``alone`` gives it with its styles, what it is and what it is not, as a file of its own.
    """
    packet = packet_of(request, case_id)
    study, point = _with_images(request, packet, entry_id, "" if of else series), point_of(x, y, z)
    if of:
        found, _ = linked(_with_images(request, packet, of, series), study, point)
        point = found or _middle(study)
    drawn = _figure(study, view, point, window)
    if alone:
        return figure_file(drawn, f"{case_id}-{entry_id}-{view}", packet.case.about.nature)
    return Response(str(drawn), media_type="image/svg+xml")


@router.get("/cases/{case_id}/images/{entry_id}/at")
def where(request: Request, case_id: str, entry_id: str, x: str, y: str, z: str, series: str = "") -> Response:
    """What lies at a point, as a piece of the page."""
    packet = packet_of(request, case_id)
    study, point = _with_images(request, packet, entry_id, series), point_of(x, y, z)
    value = float(study.volume.at(np.array(point)))
    context = {"study": study, "place_words": words_of(point), "level": study.levels.level(point[2]), "value": value}
    return page(request, "image_at.html", context)


@router.get("/cases/{case_id}/images/{entry_id}/proof/{digest}.png")
def proof(request: Request, case_id: str, entry_id: str, digest: str) -> Response:
    """The picture of a measurement."""
    entry = packet_of(request, case_id).case.by_id.get(entry_id)
    held = {o.measured.picture for o in entry.lesions if o.measured} if isinstance(entry, Imaging) else set()
    if digest not in held:
        raise InputError("no such picture", where=entry_id, todo="Open it from the record")
    return FileResponse(store_of(request).file(digest), media_type="image/png")


# ── what a person adds ──────────────────────────────────────────────────────────────────────────────────


@router.post("/cases/{case_id}/images/{entry_id}/files")
def add_files(
    request: Request,
    case_id: str,
    entry_id: str,
    slices: Annotated[list[UploadFile], File()],
    expected: Annotated[int, Form()],
) -> Response:
    """Add the DICOM slices of one or more series to an imaging entry."""
    from myelon.exchange.dicom.images import read_series

    packet, store = packet_of(request, case_id), store_of(request)
    entry = packet.case.by_id.get(entry_id)
    if not isinstance(entry, Imaging):
        raise InputError(f"no imaging entry {entry_id[:40]!r}", where=case_id, todo="Choose one of the record")
    with Received(slices) as received:
        packets: Packets = request.app.state.packets
        before = [store.file(digest) for digest in entry.files]
        patients = {patient for _, patient in read_series([*before, *received.paths]).values() if patient}
        for other in packet.case.given(Imaging):
            patients |= (
                {p for _, p in packets.images(other.files).values() if p}
                if other.files and other.id != entry_id
                else set()
            )
        if len(patients) > 1:
            raise DicomError("slices of another patient", where=entry_id, todo=_SAME_PATIENT)
        added = tuple(store.put_file(path.read_bytes()) for path in received.paths)
    kept = entry.model_copy(update={"files": tuple(dict.fromkeys((*entry.files, *added)))})
    store.amend(case_id, kept, reason=f"{len(added)} slices added", expected=expected)
    return RedirectResponse(f"/cases/{case_id}/images/{entry_id}", 303)


@router.post("/cases/{case_id}/images/{entry_id}/mark")
def mark(
    request: Request,
    case_id: str,
    entry_id: str,
    level: Annotated[str, Form()],
    start: Annotated[str, Form()],
    expected: Annotated[int, Form()],
    by: Annotated[str, Form()] = "",
    series: Annotated[str, Form()] = "",
    window: Annotated[int, Form()] = 0,
) -> Response:
    """Say where the middle of a vertebra lies; a second mark of it in the same frame replaces the first."""
    packet = packet_of(request, case_id)
    study = _with_images(request, packet, entry_id, series)
    span, frame = Span.parse(level), study.volume.frame_of_reference
    by = signed(by, where=entry_id, todo="Say who marked it")
    here = [m for m in study.marks if m.level != span]
    here.append(LevelMark(level=span, at_mm=_point(start), frame_of_reference=frame, by=by))
    if not LevelMap.of(sorted((m.level.upper, m.at_mm[2]) for m in here)).heights:
        raise InputError(f"{span} would lie above or below its neighbours", where=entry_id, todo="Count the levels")
    marks = [*(m for m in study.entry.level_marks if m not in study.marks), *here]
    entry = study.entry.model_copy(update={"level_marks": tuple(sorted(marks, key=lambda m: m.level.upper))})
    store_of(request).amend(case_id, entry, reason=f"{span} marked by {by}", expected=expected)
    return _shown(case_id, study, _point(start), window)


@router.post("/cases/{case_id}/images/{entry_id}/measure")
def measure(  # what the tool drew, and what it is of
    request: Request,
    case_id: str,
    entry_id: str,
    tool: Annotated[str, Form()],
    view: Annotated[str, Form()],
    start: Annotated[str, Form()],
    end: Annotated[str, Form()],
    by: Annotated[str, Form()],
    expected: Annotated[int, Form()],
    feature: Annotated[str, Form()],
    use: Annotated[str, Form()] = USES[0],
    lesion: Annotated[str, Form()] = "main",
    series: Annotated[str, Form()] = "",
    window: Annotated[int, Form()] = 0,
) -> Response:
    """Keep a length or a span of levels as an observation of a lesion, with the picture that shows it."""
    packet, store = packet_of(request, case_id), store_of(request)
    study = _with_images(request, packet, entry_id, series)
    shown: View | None = next((v for v in SHOWN if v == view), None)
    if tool not in TOOLS or shown is None or use not in USES:
        raise InputError("no such tool, plane or use", where=entry_id, todo="Use the page")
    one, other = _point(start), _point(end)
    measured = Measured(
        series=study.series, from_mm=one, to_mm=other, by=signed(by, where=entry_id, todo="Say who measured")
    )
    if measured.length_mm < 0.5:
        raise InputError("the two points are one", where=entry_id, todo="Draw from one end to the other")
    observation, words = _observation(study, measured, tool, feature, use, lesion.strip() or "main")
    nature = " (synthetic)" if packet.case.about.nature == "synthetic" else ""
    said = f"{case_id}{nature} {entry_id}: {words}"
    picture = measured_png(study.volume, shown, _window(study, window), one, other, said)
    digest = store.put_file(picture, "image/png")
    kept = observation.model_copy(update={"measured": measured.model_copy(update={"picture": digest})})
    entry = study.entry.model_copy(update={"lesions": (*study.entry.lesions, kept)})
    store.amend(case_id, entry, reason=f"{words}, measured by {measured.by}", expected=expected)
    x, y, z = ((a + b) / 2 for a, b in zip(one, other, strict=True))
    return _shown(case_id, study, (x, y, z), window, saved="1")


def _observation(
    study: Study, measured: Measured, tool: str, feature: str, use: str, lesion: str
) -> tuple[LesionObservation, str]:
    """What was measured, as the record holds it."""
    source = Provenance(source="image", where=f"{study.entry.id}, series {study.series[-12:]}", entered_by=measured.by)
    base: dict[str, Any] = {"lesion": lesion, "feature": feature, "measured": measured, "source": source}
    span = study.levels.span(measured.from_mm[2], measured.to_mm[2])
    if tool == "level span":
        if span is None:
            raise InputError("no vertebrae are marked there", where=study.entry.id, todo="Mark two levels first")
        return LesionObservation.model_validate(base | {"levels": str(span)}), f"{feature} {span}"
    length = measured.length_mm
    base |= {"levels": str(span)} if span is not None else {}
    if use == USES[1]:
        base["max_diameter_cm"] = round(length / 10.0, 2)
    else:
        base["size"] = Quantity(value=round(length, 1), unit="mm")
    return LesionObservation.model_validate(base), f"{feature} {length:.1f} mm"


def _point(text: str) -> Point:
    """Three numbers with commas between."""
    parts = text.split(",")
    return point_of(*parts) if len(parts) == 3 else point_of(text, "", "")


def _shown(case_id: str, study: Study, point: Point, window: int, **more: str) -> RedirectResponse:
    """Back to the study as it was looked at."""
    at = {axis: f"{value:.3f}" for axis, value in zip("xyz", point, strict=True)}
    asked = urlencode(at | {"series": study.series, "window": str(window)} | more)
    return RedirectResponse(f"/cases/{case_id}/images/{study.entry.id}?{asked}{'#observations' if more else ''}", 303)


def _with_images(request: Request, packet: Packet, entry_id: str, series: str) -> Study:
    study = _study(request, packet, entry_id, series)
    if study is None:
        raise InputError("no images", where=entry_id, todo="Add its DICOM slices")
    return study


def _middle(study: Study) -> Point:
    x, y, z = (float(v) for v in study.volume.corners_mm.mean(axis=0))
    spans = [o.levels for o in study.entry.lesions if o.levels is not None]
    if spans:
        height = study.levels.height((spans[0].upper + spans[0].lower) / 2.0)
        if height is not None:
            x, y, z = (float(v) for v in study.axis_at((spans[0].upper + spans[0].lower) / 2.0))
    return x, y, z


def _window(study: Study, number: int) -> Window:
    windows = windows_of(study.volume)
    return windows[min(max(number, 0), len(windows) - 1)]


def _drawn(study: Study, view: View, point: Point, window: int) -> str:
    return str(_figure(study, view, point, window))


def _figure(study: Study, view: View, point: Point, window: int) -> Svg:
    plane = plane_through(study.volume, view, point)
    title = f"{view} plane of {study.entry.id}"
    return image_figure(
        study.volume, view, plane, _window(study, window), levels=study.levels, cross_mm=point, title=title
    )


def _axes(volume: Volume, view: View) -> Axes:
    plane = plane_through(volume, view, volume.corners_mm.mean(axis=0))
    x, y, z = (float(v) for v in plane.corner_mm)
    return {
        "sagittal": Axes("y", "z", "x", y, z, plane.width_mm, -1),
        "coronal": Axes("x", "z", "y", x, z, plane.width_mm, -1),
        "axial": Axes("x", "y", "z", x, y, plane.width_mm, 1),
    }[view]
