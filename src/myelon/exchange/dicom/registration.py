"""Spatial Registration objects: the rigid transform between two frames of reference, read and written.

A registration names a registered frame and, for each frame that it knows, a chain of matrices into it (PS3.3 C.20.2).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, SpatialRegistrationStorage
from pydicom.valuerep import format_number_as_ds

from myelon.errors import DicomError
from myelon.exchange.dicom.dataset import BROKEN, numbers, open_dataset, required
from myelon.exchange.dicom.write import to_bytes

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

REGISTRATION = SpatialRegistrationStorage
RIGID = "RIGID"
_RIGID_WITHIN = 1e-3
_COPIED = (
    "SpecificCharacterSet", "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientComments",
    "StudyInstanceUID", "StudyID", "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Registration:
    """Rigid transforms into one registered frame.

    Attributes:
        frame_of_reference: The registered frame.
        into: Frame → 4 × 4 matrix in LPS mm that takes its points into the registered frame.
        label: Content label and description.
        patient: Identifier; only compared, never shown.
    """

    frame_of_reference: str
    into: dict[str, NDArray[np.float64]]
    label: str
    patient: str

    def between(self, source: str, target: str) -> NDArray[np.float64]:
        """The matrix that takes points of one frame into another.

        Raises:
            DicomError: The object does not know one of the frames.
        """
        known = self.into | ({self.frame_of_reference: np.eye(4)} if self.frame_of_reference not in self.into else {})
        for frame in (source, target):
            if frame not in known:
                raise DicomError(
                    "the registration is of other frames of reference", where=self.label or "registration",
                    todo="Give the registration between the CT of this course and that of the last one",
                )  # fmt: skip
        return np.asarray(np.linalg.inv(known[target]) @ known[source])


def read_registration(path: Path) -> Registration:
    """Read a Spatial Registration object.

    Raises:
        DicomError: Not such an object, no matrix, or a transform that is not rigid.
    """
    data = open_dataset(path, REGISTRATION)
    where = path.name
    frame = str(required(data, "FrameOfReferenceUID", where))
    into: dict[str, NDArray[np.float64]] = {}
    try:
        for item in data.get("RegistrationSequence") or []:
            name = str(required(item, "FrameOfReferenceUID", where))
            total = np.eye(4)
            for chain in item.get("MatrixRegistrationSequence") or []:
                for step in chain.get("MatrixSequence") or []:
                    total = _matrix(step, where) @ total
            into[name] = total
    except BROKEN as error:
        if isinstance(error, DicomError):
            raise
        raise DicomError("its matrices cannot be read", where=where, todo="Export the registration again") from error
    if not into:
        raise DicomError("holds no registration", where=where, todo="Export the registration again")
    words = " ".join(str(data.get(k, "")) for k in ("ContentLabel", "ContentDescription")).strip()
    return Registration(frame, into, words, str(data.get("PatientID", "")))


def _matrix(step: Dataset, where: str) -> NDArray[np.float64]:
    kind = str(required(step, "FrameOfReferenceTransformationMatrixType", where)).upper()
    if kind != RIGID:
        raise DicomError(
            f"transform is {kind}, not RIGID", where=where, todo="A dose is moved by rigid transforms only"
        )
    values = required(step, "FrameOfReferenceTransformationMatrix", where)
    matrix = numbers(values, 16, "FrameOfReferenceTransformationMatrix", where).reshape(4, 4)
    left, stretch, right = np.linalg.svd(matrix[:3, :3])
    rotation = left @ right
    if np.abs(stretch - 1.0).max() > _RIGID_WITHIN or np.linalg.det(rotation) < 0:
        raise DicomError("transform is called RIGID and is not", where=where, todo="Export the registration again")
    placed = np.eye(4)
    placed[:3, :3], placed[:3, 3] = rotation, matrix[:3, 3]  # the nearest rotation: written digits are few
    return placed


def write_registration(
    matrix: NDArray[np.float64], moving: Path, fixed: Path, *, label: str, description: str, at: datetime
) -> bytes:
    """A rigid registration of one image series onto another.

    Args:
        matrix: 4 × 4, LPS mm, from the moving frame into the fixed one.
        moving: Any object in the moving frame.
        fixed: Any object in the fixed frame, of the same patient; it lends patient and study.
        label: Content label, at most 16 characters.
        description: How it was made and how good it is.
        at: When it is made.

    Raises:
        DicomError: Different patients, or objects without a frame of reference.
    """
    from myelon.exchange.dicom.dataset import open_any  # noqa: PLC0415  # beside its only use

    here, there = open_any(fixed), open_any(moving)
    if str(here.get("PatientID", "")) != str(there.get("PatientID", "")):
        raise DicomError("images of different patients", where=moving.name, todo="Give two series of one patient")
    frames = [str(required(d, "FrameOfReferenceUID", p.name)) for d, p in ((here, fixed), (there, moving))]
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = REGISTRATION
    for name in _COPIED:
        setattr(data, name, here.get(name, "ISO_IR 192" if name == "SpecificCharacterSet" else ""))
    seed = hashlib.sha256(matrix.astype("<f8").tobytes() + "".join(frames).encode()).digest()
    data.SOPInstanceUID = UID(f"2.25.{int.from_bytes(seed[:16], 'big')}")
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.SeriesInstanceUID = UID(f"2.25.{int.from_bytes(seed[16:], 'big')}")
    data.SeriesNumber, data.InstanceNumber = 1, 1
    data.Modality, data.Manufacturer = "REG", "Myelon"
    data.ContentLabel, data.ContentDescription, data.ContentCreatorName = label[:16].upper(), description[:64], ""
    data.ContentDate = data.SeriesDate = f"{at:%Y%m%d}"
    data.ContentTime = data.SeriesTime = f"{at:%H%M%S}"
    data.FrameOfReferenceUID, data.PositionReferenceIndicator = frames[0], ""
    data.RegistrationSequence = [_item(frames[0], np.eye(4)), _item(frames[1], matrix)]
    return to_bytes(data)


def _item(frame: str, matrix: NDArray[np.float64]) -> Dataset:
    step = Dataset()
    step.FrameOfReferenceTransformationMatrixType = RIGID
    step.FrameOfReferenceTransformationMatrix = [format_number_as_ds(float(v)) for v in matrix.ravel()]
    chain = Dataset()
    chain.MatrixSequence, chain.RegistrationTypeCodeSequence = [step], []
    item = Dataset()
    item.FrameOfReferenceUID, item.MatrixRegistrationSequence = frame, [chain]
    return item
