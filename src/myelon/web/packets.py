"""Prepared cases, computed once per record version and kept in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from myelon.board.packet import DosedPacket, Packet, prepare_record, with_dose
from myelon.errors import InputError
from myelon.web.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from myelon.board.cord_dose import CordDose, Reading
    from myelon.dose.volume import Volume
    from myelon.record.case import Case
    from myelon.record.kinds import Imaging
    from myelon.store import Store

_KEPT, _DOSED_KEPT, _CT_KEPT = 64, 16, 4
T = TypeVar("T")


class Packets:
    """The prepared cases of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._records = Kept[Packet](_KEPT)
        self._dosed = Kept[DosedPacket](_DOSED_KEPT)
        self._reading = Kept["Reading"](_DOSED_KEPT)
        self._other = Kept[Any](_KEPT)
        self._ct = Kept["Volume"](_CT_KEPT)
        self._series = Kept[dict[str, "tuple[Volume, str]"]](_CT_KEPT)

    def record(self, case_id: str, *, zero: str | None = None, on: str = "") -> Packet:
        """A prepared case without its dose: no file is read.

        Args:
            case_id: The case.
            zero: Point to count time from; the case's own when None.
            on: Only what was certain by this day (YYYY-MM-DD).

        Raises:
            StoreError: No such case.
            CaseError: The zero point does not exist.
        """
        return self._prepared(case_id, zero, on)[0]

    def dosed(self, case_id: str, *, zero: str | None = None, on: str = "") -> DosedPacket:
        """A prepared case with its dose; its files are read once per version of the record.

        Raises:
            StoreError: No such case.
            CaseError: The zero point does not exist.
            DicomError: A file is not what it should be.
        """
        packet, key = self._prepared(case_id, zero, on)
        return self._dosed.get(key, lambda: with_dose(packet, self._read(packet.case, (*key[:2], on))))

    def _prepared(self, case_id: str, zero: str | None, on: str) -> tuple[Packet, tuple[str, int, str, str]]:
        """A prepared record, and the key of exactly what was read."""
        version = self._store.version(case_id)
        key = (case_id, version, zero or "", on)
        newest = [version]

        def make() -> Packet:
            case, newest[0] = self._store.case_and_version(case_id)
            return prepare_record(case, zero=zero, on=on)

        packet = self._records.get(key, make)
        if newest[0] != version:  # somebody wrote between the two: keep it under what it is
            key = (case_id, newest[0], zero or "", on)
            packet = self._records.get(key, lambda: packet)
        return packet, key

    def _read(self, case: Case, key: tuple[str, int, str]) -> Reading:
        from myelon.exchange.dicom.courses import read_courses

        return self._reading.get(key, lambda: read_courses(case, self._store.file))

    def once(self, case_id: str, what: tuple[str, ...], make: Callable[[], T]) -> T:
        """Something computed of a case, once per record version."""
        return cast("T", self._other.get((case_id, self._store.version(case_id), *what), make))

    def ct(self, dose: CordDose) -> Volume | None:
        """The CT of the last course that has one, read once.

        Raises:
            DicomError: A slice is not what it should be.
        """
        from myelon.exchange.dicom import read_images

        names = next((tuple(c.files.ct) for c in reversed(dose.courses) if c.files is not None and c.files.ct), ())
        if not names:
            return None
        return self._ct.get(names, lambda: read_images([self._store.file(name) for name in names]))

    def images(self, names: tuple[str, ...]) -> dict[str, tuple[Volume, str]]:
        """The series of some files with their patient's identifier, read once.

        Raises:
            DicomError: A file is no slice, or slices do not fit together.
        """
        from myelon.exchange.dicom.images import read_series

        return self._series.get(names, lambda: read_series([self._store.file(name) for name in names]))

    def in_frame(self, case: Case, frame_of_reference: str) -> list[Imaging]:
        """Studies with a series in a frame of reference: what a dose of that frame can be drawn over."""
        from myelon.exchange.dicom.images import frames_of
        from myelon.record.kinds import Imaging as Study

        def look() -> list[Imaging]:
            studies = [i for i in case.given(Study) if i.files]
            return [i for i in studies if frame_of_reference in frames_of([self._store.file(n) for n in i.files])]

        return self.once(case.id, ("in frame", frame_of_reference), look)


def store_of(request: Request) -> Store:
    """The store of the application."""
    store: Store = request.app.state.store
    return store


def packet_of(request: Request, case_id: str, *, zero: str | None = None) -> Packet:
    """A prepared case, for pages that do not speak of its dose."""
    packets: Packets = request.app.state.packets
    return packets.record(case_id, zero=zero)


def dosed_of(request: Request, case_id: str, *, on: str = "") -> DosedPacket:
    """A prepared case with its dose, as it stands or as it was certain by a day."""
    packets: Packets = request.app.state.packets
    return packets.dosed(case_id, on=on)


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
