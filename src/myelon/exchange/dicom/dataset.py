"""Open one DICOM file as the object that is needed, or say what it is instead."""

from __future__ import annotations

import struct
import warnings
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np
import pydicom
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID, CTImageStorage, RTDoseStorage, RTPlanStorage, RTStructureSetStorage

from myelon.dose.agreement import PatientFacts
from myelon.errors import DicomError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

CT, RTDOSE, RTPLAN, RTSTRUCT = CTImageStorage, RTDoseStorage, RTPlanStorage, RTStructureSetStorage
BROKEN = (
    InvalidDicomError, EOFError, OSError, ValueError, KeyError, AttributeError, TypeError,
    NotImplementedError, struct.error, RecursionError, MemoryError, OverflowError, IndexError,
)  # fmt: skip
"""What pydicom may raise on a file that is not what it claims (seen on hostile files)."""


def open_dataset(path: Path, sop_class: UID) -> Dataset:
    """Read a file and check that it is the object that is needed.

    Raises:
        DicomError: Missing, not DICOM, truncated, or another kind of object.
    """
    dataset = open_any(path)
    found = UID(str(dataset.get("SOPClassUID", "")))
    if found != sop_class:
        name = found.name if found else "an object without SOP Class UID"
        raise DicomError(f"is {name}, not {sop_class.name}", where=path.name, todo=f"Give the {sop_class.name} file")
    return dataset


def open_any(path: Path) -> Dataset:
    """Read a file, whatever object it is.

    Raises:
        DicomError: Missing, not DICOM, or truncated.
    """
    if not path.is_file():
        raise DicomError("no such file", where=path.name, todo="Check the path")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset: Dataset = pydicom.dcmread(path)
            str(dataset.get("SOPClassUID", ""))
    except InvalidDicomError as error:
        forced = _without_preamble(path)
        if forced is None:
            raise DicomError("not a DICOM file", where=path.name, todo="Export the object again as DICOM") from error
        dataset = forced
    except BROKEN as error:
        raise DicomError(
            f"cannot be read as DICOM ({type(error).__name__})", where=path.name, todo="It may be cut off: export again"
        ) from error
    return dataset


def _without_preamble(path: Path) -> Dataset | None:
    """A file that begins with its elements instead of 128 bytes and "DICM", where it is plausible; else None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(path, force=True)
            found = UID(str(dataset.get("SOPClassUID", "")))
    except BROKEN:
        return None
    return dataset if found.is_valid and found.name != str(found) else None


def note_of(dataset: Dataset) -> str:
    """What is odd about the file itself; or ""."""
    whole = getattr(dataset, "preamble", None) is not None
    return "" if whole else "the file has no DICOM preamble: read all the same"


def patient_of(dataset: Dataset) -> PatientFacts:
    """Whom an object says that it is of; what cannot be read is not said."""
    text = partial(text_of, dataset)
    return PatientFacts(
        text("PatientID"), text("IssuerOfPatientID"), text("PatientBirthDate"), text("PatientSex").upper()[:1]
    )


def text_of(dataset: Dataset, keyword: str) -> str:
    """A value as text; "" where it is absent or cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = dataset.get(keyword)
    except BROKEN:
        return ""
    return str(value).strip() if value is not None else ""


def named_uids(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """SOP Instance UIDs that a sequence of references names; none where it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return tuple(str(row.ReferencedSOPInstanceUID) for row in dataset.get(keyword) or [])
    except BROKEN:
        return ()


def required(dataset: Dataset, keyword: str, where: str) -> object:
    """A value that must be there.

    Raises:
        DicomError: It is absent, empty or unreadable.
    """
    try:
        value = dataset.get(keyword)
    except BROKEN as error:
        raise DicomError(f"{keyword} cannot be read", where=where, todo="Export the object again") from error
    if value is None or value == "":
        raise DicomError(f"{keyword} is missing", where=where, todo="Export the object again with it")
    return value


def numbers(value: object, count: int, keyword: str, where: str) -> NDArray[np.float64]:
    """A list of numbers of known length.

    Raises:
        DicomError: Not numbers, not finite, or not as many.
    """
    try:
        array = np.array([float(v) for v in cast("Iterable[str]", value)], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DicomError(f"{keyword} does not hold numbers", where=where, todo="Export the object again") from error
    if len(array) != count or not np.isfinite(array).all():
        raise DicomError(f"{keyword} holds {len(array)} values, not {count}", where=where, todo="Export again")
    return array


def pixels(dataset: Dataset, where: str) -> NDArray[np.generic]:
    """The pixel array.

    Raises:
        DicomError: There is none, it is cut off, or its compression cannot be decoded here.
    """
    if "PixelData" not in dataset:
        raise DicomError("PixelData is missing", where=where, todo="Export the object with its pixels")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(dataset.pixel_array)
    except (*BROKEN, RuntimeError) as error:
        raise DicomError(
            f"PixelData cannot be read ({type(error).__name__})",
            where=where,
            todo="It may be cut off, or compressed in a way that is not supported: export uncompressed",
        ) from error
