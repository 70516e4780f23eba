"""Prepared cases, computed once per record version and kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from myelon.board.packet import Packet, prepare
from myelon.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from myelon.board.cord_dose import CordDose, CourseFiles
    from myelon.dose.volume import Volume
    from myelon.record.case import Case
    from myelon.record.kinds import Imaging
    from myelon.store import Store

_KEPT, _CT_KEPT = 32, 4
T = TypeVar("T")


class Packets:
    """The packets of a store's cases."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, int, str, bool], Packet] = OrderedDict()
        self._files: OrderedDict[tuple[str, int], dict[str, CourseFiles]] = OrderedDict()
        self._other: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._ct: OrderedDict[tuple[str, ...], Volume] = OrderedDict()
        self._series: OrderedDict[tuple[str, ...], dict[str, tuple[Volume, str]]] = OrderedDict()
        self._lock = Lock()

    def get(self, case_id: str, *, zero: str | None = None, dose: bool = True) -> Packet:
        """A case with everything computed from it.

        Without ``dose`` its files are not read: a page that does not show them must not wait for a DVH.

        Raises:
            StoreError: No such case.
            CaseError: The zero point does not exist.
        """
        version = self._store.version(case_id)
        key = (case_id, version, zero or "", dose)
        with self._lock:
            if key not in self._kept:
                case = self._store.case(case_id)
                self._kept[key] = prepare(case, self._read(case, version) if dose else None, zero=zero)
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]

    def once(self, case_id: str, what: tuple[str, ...], make: Callable[[], T]) -> T:
        """Something computed of a case, once per record version."""
        key = (case_id, str(self._store.version(case_id)), *what)
        with self._lock:
            if key in self._other:
                self._other.move_to_end(key)
                found: T = self._other[key]
                return found
        made = make()
        with self._lock:
            self._other[key] = made
            while len(self._other) > _KEPT:
                self._other.popitem(last=False)
        return made

    def ct(self, dose: CordDose) -> Volume | None:
        """The CT of the last course that has one, read once.

        Raises:
            DicomError: A slice is not what it should be.
        """
        from myelon.exchange.dicom import read_images

        names = next((tuple(c.files.ct) for c in reversed(dose.courses) if c.files is not None and c.files.ct), ())
        if not names:
            return None
        with self._lock:
            if names not in self._ct:
                self._ct[names] = read_images([self._store.file(name) for name in names])
            self._ct.move_to_end(names)
            while len(self._ct) > _CT_KEPT:
                self._ct.popitem(last=False)
            return self._ct[names]

    def images(self, names: tuple[str, ...]) -> dict[str, tuple[Volume, str]]:
        """The series of some files with their patient's identifier, read once.

        Raises:
            DicomError: A file is no slice, or slices do not fit together.
        """
        from myelon.exchange.dicom.images import read_series

        with self._lock:
            if names not in self._series:
                self._series[names] = read_series([self._store.file(name) for name in names])
            self._series.move_to_end(names)
            while len(self._series) > _CT_KEPT:
                self._series.popitem(last=False)
            return self._series[names]

    def in_frame(self, case: Case, frame_of_reference: str) -> list[Imaging]:
        """Studies with a series in a frame of reference: what a dose of that frame can be drawn over."""
        from myelon.exchange.dicom.images import frames_of
        from myelon.record.kinds import Imaging as Study

        def look() -> list[Imaging]:
            studies = [i for i in case.given(Study) if i.files]
            return [i for i in studies if frame_of_reference in frames_of([self._store.file(n) for n in i.files])]

        return self.once(case.id, ("in frame", frame_of_reference), look)

    def _read(self, case: Case, version: int) -> dict[str, CourseFiles]:
        key = (case.id, version)
        from myelon.exchange.dicom.courses import read_courses

        if key not in self._files:
            self._files[key] = read_courses(case, self._store.file)
            while len(self._files) > _KEPT // 4:
                self._files.popitem(last=False)
        return self._files[key]


def store_of(request: Request) -> Store:
    """The store of the application."""
    store: Store = request.app.state.store
    return store


def packet_of(request: Request, case_id: str, *, zero: str | None = None, dose: bool = False) -> Packet:
    """A prepared case, with its dose files only where they are shown."""
    packets: Packets = request.app.state.packets
    return packets.get(case_id, zero=zero, dose=dose)


def ct_of(request: Request, dose: CordDose) -> Volume | None:
    """The CT that lies under the isodoses of a case."""
    packets: Packets = request.app.state.packets
    return packets.ct(dose)


def ground_of(request: Request, packet: Packet, dose: CordDose, under: str) -> Volume | None:
    """What lies under the isodoses: the CT, or a study of the same frame of reference by its entry.

    Raises:
        InputError: No such study, or it lies in another frame: without a registration nothing is drawn over it.
    """
    if not under:
        return ct_of(request, dose)
    packets: Packets = request.app.state.packets
    frame = dose.grids[-1].frame_of_reference
    study = next((i for i in packets.in_frame(packet.case, frame) if i.id == under), None)
    if study is None:
        raise InputError("no study in the frame of the dose", where=under[:40], todo="Choose one of the page")
    return next(v for v, _ in packets.images(study.files).values() if v.frame_of_reference == frame)
