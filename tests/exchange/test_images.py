"""Image series of CT, MR and PET in any orientation: read as they lie, or refused with the reason."""

import io

import numpy as np
import pydicom
import pytest

from myelon.dose.volume import Volume
from myelon.errors import DicomError
from myelon.exchange.dicom.images import read_images, read_series
from myelon.exchange.dicom.write import Patient, write_images

PATIENT = Patient("images", "Synthetic^Images", "20260101")
SAGITTAL = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 0.0, 0.0]])


def volume(modality="MR", axes=SAGITTAL, unit=""):
    values = np.random.default_rng(1).integers(0, 900, (7, 12, 10)).astype(np.float32)
    return Volume(values, np.array([11.0, -20.0, 33.5]), (1.5, 2.0, 4.0), axes, modality, unit, "2.25.9", 0.0)


def written(tmp_path, made, change=lambda _data, _n: None):
    paths = []
    for n, content in enumerate(write_images(PATIENT, made, "series")):
        data = pydicom.dcmread(io.BytesIO(content))
        change(data, n)
        path = tmp_path / f"{(n * 5) % 7}.dcm"  # in no order
        data.save_as(path)
        paths.append(path)
    return sorted(paths)


def tilted():
    from myelon.dose.uncertainty import _placed

    return SAGITTAL @ _placed(np.zeros(3), np.zeros(3), np.array([12.0, -7.0, 20.0]))[:3, :3]


@pytest.mark.parametrize(("modality", "unit"), [("MR", ""), ("PT", "BQML"), ("CT", "HU")])
@pytest.mark.parametrize("axes", [np.eye(3), SAGITTAL, np.diag([-1.0, -1.0, 1.0]), tilted()])
def test_a_series_is_read_where_it_lies(tmp_path, modality, unit, axes):
    made = volume(modality, axes, unit)
    read = read_images(written(tmp_path, made))
    np.testing.assert_array_equal(read.values, made.values)
    np.testing.assert_allclose(read.axes, made.axes, atol=1e-6)
    np.testing.assert_allclose(read.origin_mm, made.origin_mm, atol=1e-6)
    assert (read.modality, read.unit, read.frame_of_reference) == (modality, unit, "2.25.9")
    assert read.spacing_mm == pytest.approx(made.spacing_mm)
    middle = read.corners_mm.mean(axis=0)
    assert read.at(middle) == pytest.approx(made.at(middle))


def test_two_series_of_one_study_stay_apart(tmp_path):
    paths = []
    for label in ("one", "two"):
        for n, content in enumerate(write_images(PATIENT, volume(), label)):
            paths.append(tmp_path / f"{label}{n}.dcm")
            paths[-1].write_bytes(content)
    assert [v.values.shape for v, _ in read_series(paths).values()] == [(7, 12, 10), (7, 12, 10)]
    with pytest.raises(DicomError, match="2 series"):
        read_images(paths)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d, _: setattr(d, "ImagePositionPatient", [0, 0, 0]), "size or spacing"),
        (lambda d, _: setattr(d, "PixelSpacing", [0, 1]), "not positive"),
        (lambda d, _: setattr(d, "ImageOrientationPatient", [1, 0, 0, 1, 0, 0]), "right angles"),
        (lambda d, n: n == 3 and setattr(d, "ImageOrientationPatient", [1, 0, 0, 0, 1, 0]), "orientations"),
        (lambda d, n: n == 3 and setattr(d, "PatientID", "other"), "different patients"),
        (lambda d, _: delattr(d, "PixelSpacing"), "PixelSpacing is missing"),
        (lambda d, _: setattr(d, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"), "not an image"),
    ],
)
def test_slices_that_are_no_stack_are_refused(tmp_path, change, said):
    with pytest.raises(DicomError, match=said):
        read_images(written(tmp_path, volume(), change))


def test_a_stack_with_a_gap_is_refused(tmp_path):
    paths = written(tmp_path, volume())
    with pytest.raises(DicomError, match="without gaps"):
        read_images(paths[:3] + paths[4:])
    with pytest.raises(DicomError, match="no image slice"):
        read_images([])
