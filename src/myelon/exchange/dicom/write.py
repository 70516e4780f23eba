"""Write CT, RT Structure Set, RT Plan and RT Dose: valid, deterministic, marked synthetic."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage, PositronEmissionTomographyImageStorage
from pydicom.valuerep import format_number_as_ds

from myelon.dose.volume import Volume
from myelon.exchange.dicom.dataset import CT, RTDOSE, RTPLAN, RTSTRUCT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from myelon.dose.grid import DoseGrid

_DOSE_SCALING = 1e-5
"""Gy per stored 32-bit unit: far below any dose that matters, up to 42,949 Gy."""


@dataclass(frozen=True)
class Patient:
    """Who the objects are of. ``identifier`` also seeds every UID, so that writing twice gives the same bytes."""

    identifier: str
    name: str
    date: str
    """DICOM date of study and series, YYYYMMDD."""
    comment: str = "Synthetic phantom: nobody's data"

    def uid(self, *parts: object) -> UID:
        """A UID that depends only on the patient and the parts."""
        seed = "\0".join([self.identifier, *(str(p) for p in parts)])
        return UID(f"2.25.{int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16], 'big')}")


def _base(patient: Patient, sop_class: UID, modality: str, *parts: object) -> Dataset:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = sop_class
    data.SOPClassUID = sop_class
    data.SOPInstanceUID = patient.uid("instance", modality, *parts)
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.SpecificCharacterSet = "ISO_IR 192"
    data.PatientName, data.PatientID = patient.name, patient.identifier
    data.PatientBirthDate, data.PatientSex = "", "O"
    data.PatientComments = patient.comment
    data.StudyInstanceUID, data.StudyID = patient.uid("study"), "1"
    data.StudyDate = data.SeriesDate = data.ContentDate = patient.date
    data.StudyTime = data.SeriesTime = data.ContentTime = "120000"
    data.AccessionNumber = data.ReferringPhysicianName = ""
    data.SeriesInstanceUID = patient.uid("series", modality, *(parts[:1] if modality != "CT" else ()))
    data.SeriesNumber, data.InstanceNumber = 1, 1
    data.Modality, data.Manufacturer = modality, "Myelon phantom generator"
    data.FrameOfReferenceUID = patient.uid("frame")
    data.PositionReferenceIndicator = ""
    return data


def _ds(values: Iterable[float]) -> list[str]:
    """Decimal strings of at most 16 characters (PS3.5 6.2)."""
    return [format_number_as_ds(float(v)) for v in values]


def to_bytes(data: Dataset) -> bytes:
    """A dataset as a file."""
    stream = io.BytesIO()
    data.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def write_ct(
    patient: Patient, values: NDArray[np.int16], origin_mm: NDArray[np.float64], spacing_mm: Sequence[float]
) -> list[bytes]:
    """An axial supine series, one file a slice. ``values`` in HU, shape (slices, rows, columns)."""
    across, down, up = (float(s) for s in spacing_mm)
    volume = Volume(values, origin_mm, (across, down, up), frame_of_reference=str(patient.uid("frame")))
    return write_images(patient, volume)


def write_images(patient: Patient, volume: Volume, *label: object) -> list[bytes]:
    """A series of CT, MR or PET in any orientation, one file a slice; whole numbers are kept, others rounded.

    Args:
        patient: Who it is of.
        volume: Values of −32,768 to 32,767, and where they lie.
        label: Parts that tell its series from others of the modality.
    """
    kinds = {"CT": CT, "MR": MRImageStorage, "PT": PositronEmissionTomographyImageStorage}
    slices = []
    for k, image in enumerate(volume.values):
        data = _base(patient, kinds[volume.modality], volume.modality, *label, k)
        data.SeriesInstanceUID = patient.uid("series", volume.modality, *label)
        data.FrameOfReferenceUID = volume.frame_of_reference
        data.ImageType = ["DERIVED", "SECONDARY", *(["AXIAL"] if volume.modality == "CT" else ["OTHER"])]
        data.InstanceNumber = k + 1
        data.ImagePositionPatient = _ds(volume.origin_mm + k * volume.spacing_mm[2] * volume.axes[2])
        data.ImageOrientationPatient = _ds(volume.axes[:2].ravel())
        data.PixelSpacing = _ds([volume.spacing_mm[1], volume.spacing_mm[0]])
        data.SliceThickness = _ds(volume.spacing_mm[2:])[0]
        data.PatientPosition, data.AcquisitionNumber = "HFS", 1
        if volume.modality == "CT":
            data.KVP = "120"
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.Rows, data.Columns = image.shape
        data.BitsAllocated = data.BitsStored = 16
        data.HighBit, data.PixelRepresentation = 15, 1
        data.RescaleSlope, data.RescaleIntercept = 1, 0
        if volume.modality == "CT":
            data.RescaleType = "HU"
        elif volume.modality == "PT":
            data.Units = volume.unit
        data.PixelData = np.rint(image).astype("<i2").tobytes()
        slices.append(to_bytes(data))
    return slices


def write_rtstruct(
    patient: Patient, rois: Mapping[str, Sequence[NDArray[np.float64]]], *, frame_of_reference: str = ""
) -> bytes:
    """ROI name → closed planar contours of shape (n, 3) in LPS mm; in the patient's first frame when none is given."""
    data = _base(patient, RTSTRUCT, "RTSTRUCT", *([frame_of_reference] if frame_of_reference else ()))
    data.FrameOfReferenceUID = frame_of_reference or data.FrameOfReferenceUID
    data.StructureSetLabel, data.StructureSetDate, data.StructureSetTime = "Phantom", patient.date, "120000"
    frame = Dataset()
    frame.FrameOfReferenceUID = data.FrameOfReferenceUID
    data.ReferencedFrameOfReferenceSequence = [frame]
    roi_rows, contour_rows, observations = [], [], []
    for number, (name, contours) in enumerate(rois.items(), start=1):
        roi = Dataset()
        roi.ROINumber, roi.ROIName, roi.ROIGenerationAlgorithm = number, name, "AUTOMATIC"
        roi.ReferencedFrameOfReferenceUID = data.FrameOfReferenceUID
        roi_rows.append(roi)
        row = Dataset()
        row.ReferencedROINumber, row.ROIDisplayColor = number, [11, 95, 115]
        row.ContourSequence = [_contour(points) for points in contours]
        contour_rows.append(row)
        seen = Dataset()
        seen.ObservationNumber = seen.ReferencedROINumber = number
        seen.RTROIInterpretedType = name[:3] if name[:3] in {"GTV", "CTV", "PTV"} else "ORGAN"
        seen.ROIInterpreter = ""
        observations.append(seen)
    data.StructureSetROISequence, data.ROIContourSequence = roi_rows, contour_rows
    data.RTROIObservationsSequence = observations
    return to_bytes(data)


def _contour(points: NDArray[np.float64]) -> Dataset:
    contour = Dataset()
    contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", len(points)
    contour.ContourData = [f"{x:.4f}" for x in np.asarray(points).ravel()]
    return contour


def write_rtplan(patient: Patient, label: str, total_gy: float, fractions: int) -> bytes:
    """A plan with its prescription and fractions; no beams, which are not needed to add doses."""
    data = _base(patient, RTPLAN, "RTPLAN", label)
    data.RTPlanLabel, data.RTPlanDate, data.RTPlanTime = label, patient.date, "120000"
    data.RTPlanGeometry = "PATIENT"
    structures = Dataset()
    structures.ReferencedSOPClassUID, structures.ReferencedSOPInstanceUID = (
        RTSTRUCT,
        patient.uid("instance", "RTSTRUCT"),
    )
    data.ReferencedStructureSetSequence = [structures]
    dose = Dataset()
    dose.DoseReferenceNumber, dose.DoseReferenceStructureType, dose.DoseReferenceType = 1, "SITE", "TARGET"
    dose.TargetPrescriptionDose = total_gy
    data.DoseReferenceSequence = [dose]
    group = Dataset()
    group.FractionGroupNumber, group.NumberOfFractionsPlanned = 1, fractions
    group.NumberOfBeams = group.NumberOfBrachyApplicationSetups = 0
    data.FractionGroupSequence = [group]
    return to_bytes(data)


def write_rtdose(patient: Patient, label: str, grid: DoseGrid) -> bytes:
    """Total physical dose of a plan, in the frame of its grid."""
    data = _base(patient, RTDOSE, "RTDOSE", label)
    data.FrameOfReferenceUID = grid.frame_of_reference or data.FrameOfReferenceUID
    fill_grid(data, grid)
    data.DoseType, data.DoseSummationType = "PHYSICAL", "PLAN"
    plan = Dataset()
    plan.ReferencedSOPClassUID, plan.ReferencedSOPInstanceUID = RTPLAN, patient.uid("instance", "RTPLAN", label)
    data.ReferencedRTPlanSequence = [plan]
    return to_bytes(data)


def fill_grid(data: Dataset, grid: DoseGrid) -> None:
    """Geometry, scaling and pixels of a dose in Gy; what kind of dose it is is the caller's to say."""
    columns, rows = grid.spacing_mm[0], grid.spacing_mm[1]
    data.ImagePositionPatient = _ds(grid.origin_mm)
    data.ImageOrientationPatient = _ds([*(grid.column_step_mm / columns), *(grid.row_step_mm / rows)])
    data.PixelSpacing, data.SliceThickness = _ds([rows, columns]), _ds([grid.spacing_mm[2]])[0]
    data.NumberOfFrames, data.Rows, data.Columns = grid.values.shape
    data.FrameIncrementPointer = 0x3004000C
    data.GridFrameOffsetVector = _ds(grid.frame_offsets_mm)
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 32
    data.HighBit, data.PixelRepresentation = 31, 0
    data.DoseUnits, data.DoseGridScaling = "GY", _DOSE_SCALING
    data.PixelData = np.round(grid.values.astype(np.float64) / _DOSE_SCALING).astype("<u4").tobytes()
