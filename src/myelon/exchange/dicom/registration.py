"""Spatial Registration and Deformable Spatial Registration objects, read and written.

A Spatial Registration names a registered frame and, for each frame that it knows, a chain of matrices into it (PS3.3
C.20.2). A deformable one says for each point of the registered frame where it lies in the source: a matrix, offsets of
a grid, a matrix (C.20.3.1.1); it leads one way only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    DeformableSpatialRegistrationStorage,
    ExplicitVRLittleEndian,
    SpatialRegistrationStorage,
)
from pydicom.valuerep import format_number_as_ds

from myelon.dose.agreement import Named
from myelon.dose.warp import Field, Warp
from myelon.errors import DicomError, DoseError
from myelon.exchange.dicom.dataset import BROKEN, numbers, open_any, patient_of, required, text_of
from myelon.exchange.dicom.write import to_bytes

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

REGISTRATION, DEFORMABLE = SpatialRegistrationStorage, DeformableSpatialRegistrationStorage
RIGID, RIGID_SCALE, AFFINE = "RIGID", "RIGID_SCALE", "AFFINE"
_RIGID_WITHIN = 1e-3
_MOST_OFFSETS = 512 * 512 * 200
_COPIED = (
    "SpecificCharacterSet", "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientComments",
    "StudyInstanceUID", "StudyID", "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Registration:
    """What leads between frames of reference.

    Attributes:
        frame_of_reference: The registered frame.
        into: Frame → 4 × 4 matrix in LPS mm that takes its points into the registered frame.
        deformed: Frame → what takes points of the registered frame to it, of a deformable registration.
        label: Content label and description.
        named: The object and its patient.
    """

    frame_of_reference: str
    into: dict[str, NDArray[np.float64]]
    deformed: dict[str, Warp]
    label: str
    named: Named

    def between(self, source: str, target: str) -> Warp:
        """What takes points of the target frame to where they lie in the source, whose dose is brought here.

        Raises:
            DicomError: The object does not know one of the frames, or deforms the other way.
        """
        if source in self.deformed and target == self.frame_of_reference:
            return self.deformed[source]
        if target in self.deformed:
            raise DicomError(
                "the deformable registration leads the other way", where=self.label or "registration",
                todo="Give the one whose registered frame is that of the last course",
            )  # fmt: skip
        known = self.into | ({self.frame_of_reference: np.eye(4)} if self.frame_of_reference not in self.into else {})
        for frame in (source, target):
            if frame not in known:
                raise DicomError(
                    "the registration is of other frames of reference", where=self.label or "registration",
                    todo="Give the registration between the CT of this course and that of the last one",
                )  # fmt: skip
        return Warp(after=np.asarray(np.linalg.inv(known[source]) @ known[target]))


def read_registration(path: Path) -> Registration:
    """Read a Spatial Registration or Deformable Spatial Registration object.

    Raises:
        DicomError: Not such an object, no registration in it, or one that is not what it says.
    """
    data, where = open_any(path), path.name
    found = UID(str(data.get("SOPClassUID", "")))
    if found not in {REGISTRATION, DEFORMABLE}:
        name = found.name if found else "an object without SOP Class UID"
        raise DicomError(f"is {name}, not {REGISTRATION.name}", where=where, todo="Give the registration")
    frame = str(required(data, "FrameOfReferenceUID", where))
    into: dict[str, NDArray[np.float64]] = {}
    deformed: dict[str, Warp] = {}
    try:
        if found == DEFORMABLE:
            for item in data.get("DeformableRegistrationSequence") or []:
                deformed[str(required(item, "SourceFrameOfReferenceUID", where))] = _deformation(item, where)
        for item in data.get("RegistrationSequence") or []:
            into[str(required(item, "FrameOfReferenceUID", where))] = _chain(item, where)
    except DoseError as error:
        raise DicomError(error.what, where=where, todo="Export the registration again") from error
    except BROKEN as error:
        if isinstance(error, DicomError):
            raise
        raise DicomError("its matrices cannot be read", where=where, todo="Export the registration again") from error
    if not into and not deformed:
        raise DicomError("holds no registration", where=where, todo="Export the registration again")
    words = " ".join(str(data.get(k, "")) for k in ("ContentLabel", "ContentDescription")).strip()
    named = Named("registration", text_of(data, "SOPInstanceUID"), patient_of(data))
    return Registration(frame, into, deformed, words, named)


def _chain(item: Dataset, where: str) -> NDArray[np.float64]:
    total, steps = np.eye(4), 0
    for chain in item.get("MatrixRegistrationSequence") or []:
        for step in chain.get("MatrixSequence") or []:
            total, steps = _matrix(step, where) @ total, steps + 1
    if not steps:
        raise DicomError(
            "a frame of reference without a matrix: it is not registered",
            where=where,
            todo="Export the registration again",
        )
    return total


def _deformation(item: Dataset, where: str) -> Warp:
    before, after = (
        _matrix(steps[0], where) if (steps := item.get(keyword)) else np.eye(4)  # each is optional: C.20.3.1
        for keyword in ("PreDeformationMatrixRegistrationSequence", "PostDeformationMatrixRegistrationSequence")
    )
    grids = item.get("DeformableRegistrationGridSequence") or []
    if not grids:
        return Warp(before, None, after)
    grid = grids[0]
    columns, rows, planes = (int(n) for n in numbers(grid.GridDimensions, 3, "GridDimensions", where))
    if not 0 < columns * rows * planes <= _MOST_OFFSETS or min(columns, rows, planes) < 2:
        raise DicomError(f"a grid of {columns} × {rows} × {planes} offsets", where=where, todo="Export it again")
    spacing = numbers(grid.GridResolution, 3, "GridResolution", where)
    if spacing.min() <= 0:
        raise DicomError("GridResolution is not positive", where=where, todo="Export the registration again")
    raw = required(grid, "VectorGridData", where)
    little = getattr(item, "original_encoding", (False, True))[1] is not False
    if not isinstance(raw, bytes) or len(raw) < 12 * columns * rows * planes:
        raise DicomError("VectorGridData is cut off", where=where, todo="Export the registration again")
    values = np.frombuffer(raw, dtype="<f4" if little else ">f4", count=3 * columns * rows * planes)
    vectors = values.reshape(planes, rows, columns, 3).astype(np.float32)
    across, down = numbers(grid.ImageOrientationPatient, 6, "ImageOrientationPatient", where).reshape(2, 3)
    axes = np.stack([across, down, np.cross(across, down)])
    if not np.allclose(axes @ axes.T, np.eye(3), atol=_RIGID_WITHIN):
        raise DicomError("the axes of its grid are not at right angles", where=where, todo="Export it again")
    origin = numbers(grid.ImagePositionPatient, 3, "ImagePositionPatient", where)
    turn, back = np.eye(4), np.eye(4)
    turn[:3, :3], back[:3, :3] = axes, axes.T  # the lattice lies along LPS once everything is turned
    x, y, z = (float(v) for v in spacing)
    field = Field((vectors @ axes.T).astype(np.float32), axes @ origin, (x, y, z))
    return Warp(turn @ before, field, after @ back)


def _matrix(step: Dataset, where: str) -> NDArray[np.float64]:
    kind = str(required(step, "FrameOfReferenceTransformationMatrixType", where)).upper()
    if kind not in {RIGID, RIGID_SCALE, AFFINE}:
        raise DicomError(f"transform is {kind[:20]}", where=where, todo=f"Use {RIGID}, {RIGID_SCALE} or {AFFINE}")
    values = required(step, "FrameOfReferenceTransformationMatrix", where)
    matrix = numbers(values, 16, "FrameOfReferenceTransformationMatrix", where).reshape(4, 4)
    Warp(matrix)  # says what is wrong with it: the last row is 0 0 0 1, nothing is flattened or mirrored
    if kind != RIGID:
        return matrix
    left, stretch, right = np.linalg.svd(matrix[:3, :3])
    rotation = left @ right
    if np.abs(stretch - 1.0).max() > _RIGID_WITHIN or np.linalg.det(rotation) < 0:
        raise DicomError("transform is called RIGID and is not", where=where, todo="Export the registration again")
    placed = np.eye(4)
    placed[:3, :3], placed[:3, 3] = rotation, matrix[:3, 3]  # the nearest rotation: written digits are few
    return placed


def write_registration(warp: Warp, moving: Path, fixed: Path, *, label: str, description: str, at: datetime) -> bytes:
    """A registration of one image series onto another: Spatial Registration, or Deformable where there are offsets.

    Args:
        warp: From a point of the fixed frame to the point of the moving one that lies there.
        moving: Any object in the moving frame.
        fixed: Any object in the fixed frame, of the same patient; it lends patient and study.
        label: Content label, at most 16 characters.
        description: How it was made and how good it is.
        at: When it is made.

    Raises:
        DicomError: Different patients, or objects without a frame of reference.
    """
    here, there = open_any(fixed), open_any(moving)
    if str(here.get("PatientID", "")) != str(there.get("PatientID", "")):
        raise DicomError("images of different patients", where=moving.name, todo="Give two series of one patient")
    frames = [str(required(d, "FrameOfReferenceUID", p.name)) for d, p in ((here, fixed), (there, moving))]
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = REGISTRATION if warp.offsets is None else DEFORMABLE
    for name in _COPIED:
        setattr(data, name, here.get(name, "ISO_IR 192" if name == "SpecificCharacterSet" else ""))
    bytes_of = b"".join(m.astype("<f8").tobytes() for m in (warp.before, warp.after))
    bytes_of += warp.offsets.vectors_mm.astype("<f4").tobytes() if warp.offsets is not None else b""
    seed = hashlib.sha256(bytes_of + "".join(frames).encode()).digest()
    data.SOPInstanceUID = UID(f"2.25.{int.from_bytes(seed[:16], 'big')}")
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.SeriesInstanceUID = UID(f"2.25.{int.from_bytes(seed[16:], 'big')}")
    data.SeriesNumber, data.InstanceNumber = 1, 1
    data.Modality, data.Manufacturer = "REG", "Myelon"
    data.ContentLabel, data.ContentDescription, data.ContentCreatorName = label[:16].upper(), description[:64], ""
    data.ContentDate = data.SeriesDate = f"{at:%Y%m%d}"
    data.ContentTime = data.SeriesTime = f"{at:%H%M%S}"
    data.FrameOfReferenceUID, data.PositionReferenceIndicator = frames[0], ""
    if warp.offsets is None:
        into = np.asarray(np.linalg.inv(warp.after @ warp.before))
        data.RegistrationSequence = [_item(frames[0], np.eye(4)), _item(frames[1], into)]
    else:
        data.DeformableRegistrationSequence = [_deformable_item(frames[1], warp, warp.offsets)]
    return to_bytes(data)


def _step(matrix: NDArray[np.float64]) -> Dataset:
    step = Dataset()
    step.FrameOfReferenceTransformationMatrixType = RIGID if Warp(matrix).rigid is not None else AFFINE
    step.FrameOfReferenceTransformationMatrix = [format_number_as_ds(float(v)) for v in matrix.ravel()]
    return step


def _deformable_item(source: str, warp: Warp, offsets: Field) -> Dataset:
    grid = Dataset()
    grid.ImagePositionPatient = [format_number_as_ds(float(v)) for v in offsets.origin_mm]
    grid.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    grid.GridDimensions = list(offsets.vectors_mm.shape[2::-1])
    grid.GridResolution = list(offsets.spacing_mm)
    grid.VectorGridData = offsets.vectors_mm.astype("<f4").tobytes()
    item = Dataset()
    item.SourceFrameOfReferenceUID, item.RegistrationTypeCodeSequence = source, []
    item.PreDeformationMatrixRegistrationSequence = [_step(warp.before)]
    item.PostDeformationMatrixRegistrationSequence = [_step(warp.after)]
    item.DeformableRegistrationGridSequence = [grid]
    return item


def _item(frame: str, matrix: NDArray[np.float64]) -> Dataset:
    chain = Dataset()
    chain.MatrixSequence, chain.RegistrationTypeCodeSequence = [_step(matrix)], []
    item = Dataset()
    item.FrameOfReferenceUID, item.MatrixRegistrationSequence = frame, [chain]
    return item
