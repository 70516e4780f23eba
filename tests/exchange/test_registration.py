"""Spatial Registration objects: read, written, and a course of another frame brought to the last one by them."""

import datetime as dt
import io
import shutil

import numpy as np
import pydicom
import pytest

from myelon.board.packet import prepare
from myelon.errors import DicomError
from myelon.exchange.dicom.courses import read_courses
from myelon.exchange.dicom.registration import read_registration, write_registration
from myelon.record.kinds.radiotherapy import Acceptance
from myelon.store import Store

AT = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


def turned(degrees=7.0, shift=(3.0, -12.5, 40.25)):
    angle = np.radians(degrees)
    matrix = np.eye(4)
    matrix[:3, :3] = [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    matrix[:3, 3] = shift
    return matrix


@pytest.fixture
def store(hospital, tmp_path):
    shutil.copytree(hospital, tmp_path / "data")
    store = Store.open(tmp_path / "data", url="")
    yield store
    store.close()


def moved_away(store, back, tmp_path):
    """The first dose of phantom-1 in a frame of its own, from which ``back`` leads to the last one."""
    files = store.case("phantom-1").by_id["rt-1"].files
    data = pydicom.dcmread(store.file(files.rtdose))
    away = np.linalg.inv(back)
    data.FrameOfReferenceUID = "2.25.4711"
    data.ImagePositionPatient = [float(v) for v in (away @ [*map(float, data.ImagePositionPatient), 1.0])[:3]]
    axes = np.array(data.ImageOrientationPatient, dtype=float).reshape(2, 3) @ away[:3, :3].T
    data.ImageOrientationPatient = [float(v) for v in axes.ravel()]
    stream = io.BytesIO()
    data.save_as(stream, enforce_file_format=True)
    (tmp_path / "away.dcm").write_bytes(stream.getvalue())
    return tmp_path / "away.dcm"


def course(store, away, **more):
    case = store.case("phantom-1")
    first = case.by_id["rt-1"]
    files = first.files.model_copy(update={"rtdose": store.put_file(away.read_bytes()), **more.pop("files", {})})
    first = first.model_copy(update={"files": files, **more})
    return case.with_entries(tuple(first if e.id == "rt-1" else e for e in case.entries))


def test_a_registration_is_read_back_as_it_was_written(store, tmp_path):
    away = moved_away(store, turned(), tmp_path)
    fixed = store.file(store.case("phantom-1").by_id["rt-2"].files.rtdose)
    content = write_registration(turned(), away, fixed, label="bone", description="a test", at=AT)
    (tmp_path / "reg.dcm").write_bytes(content)
    found = read_registration(tmp_path / "reg.dcm")
    home = str(pydicom.dcmread(fixed).FrameOfReferenceUID)
    np.testing.assert_allclose(found.between("2.25.4711", home), turned(), atol=1e-8)
    np.testing.assert_allclose(found.between(home, "2.25.4711"), np.linalg.inv(turned()), atol=1e-8)
    with pytest.raises(DicomError, match="other frames"):
        found.between("1.2.3", home)
    data = pydicom.dcmread(tmp_path / "reg.dcm")
    assert (data.Modality, data.ContentLabel) == ("REG", "BONE")
    assert data.PatientComments == "Synthetic phantom: nobody's data"


def test_matrices_of_a_chain_are_applied_in_their_order(store, tmp_path):
    away = moved_away(store, turned(), tmp_path)
    fixed = store.file(store.case("phantom-1").by_id["rt-2"].files.rtdose)
    (tmp_path / "reg.dcm").write_bytes(write_registration(turned(), away, fixed, label="a", description="", at=AT))
    data = pydicom.dcmread(tmp_path / "reg.dcm")
    steps = data.RegistrationSequence[1].MatrixRegistrationSequence[0].MatrixSequence
    second = pydicom.dataset.Dataset()
    second.FrameOfReferenceTransformationMatrixType = "RIGID"
    second.FrameOfReferenceTransformationMatrix = [float(v) for v in turned(0.0, (10.0, 0.0, 0.0)).ravel()]
    steps.append(second)
    data.save_as(tmp_path / "chain.dcm")
    found = read_registration(tmp_path / "chain.dcm").between("2.25.4711", str(data.FrameOfReferenceUID))
    np.testing.assert_allclose(found, turned(0.0, (10.0, 0.0, 0.0)) @ turned(), atol=1e-8)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda step: setattr(step, "FrameOfReferenceTransformationMatrixType", "AFFINE"), "not RIGID"),
        (lambda step: setattr(step, "FrameOfReferenceTransformationMatrix", [2.0] + [0.0] * 15), "RIGID and is not"),
        (lambda step: setattr(step, "FrameOfReferenceTransformationMatrix", [1.0] * 7), "FrameOfReference"),
    ],
)
def test_what_is_no_rigid_transform_is_refused(store, tmp_path, change, said):
    away = moved_away(store, turned(), tmp_path)
    fixed = store.file(store.case("phantom-1").by_id["rt-2"].files.rtdose)
    (tmp_path / "reg.dcm").write_bytes(write_registration(turned(), away, fixed, label="a", description="", at=AT))
    data = pydicom.dcmread(tmp_path / "reg.dcm")
    change(data.RegistrationSequence[1].MatrixRegistrationSequence[0].MatrixSequence[0])
    data.save_as(tmp_path / "odd.dcm")
    with pytest.raises(DicomError, match=said):
        read_registration(tmp_path / "odd.dcm")


def test_a_course_of_another_frame_is_added_only_by_a_registration_that_a_person_accepted(store, tmp_path):
    at_home = prepare(store.case("phantom-1"), read_courses(store.case("phantom-1"), store.file)).dose
    away = moved_away(store, turned(), tmp_path)
    alone = course(store, away)
    dose = prepare(alone, read_courses(alone, store.file)).dose
    assert str(dose.basis) == "prescription"
    assert any("no registration is recorded" in note for note in dose.notes)
    fixed = store.file(store.case("phantom-1").by_id["rt-2"].files.rtdose)
    name = store.put_file(write_registration(turned(), away, fixed, label="a", description="", at=AT))
    unseen = course(store, away, files={"registration": name})
    dose = prepare(unseen, read_courses(unseen, store.file)).dose
    assert any("accepted by nobody" in note for note in dose.notes)
    assert str(dose.basis) == "prescription"
    accepted = course(store, away, files={"registration": name}, registration_accepted=Acceptance(by="Dr A"))
    dose = prepare(accepted, read_courses(accepted, store.file)).dose
    assert str(dose.basis) == "voxel sum"
    assert dose.judged.dose.cumulative_bed == pytest.approx(at_home.judged.dose.cumulative_bed, abs=0.05)
    assert dose.placed_by == (f"registration {name[:12]}, accepted by Dr A", "no transform: same frame")


def test_files_of_two_patients_are_refused(store, tmp_path):
    data = pydicom.dcmread(store.file(store.case("phantom-1").by_id["rt-1"].files.rtdose))
    data.PatientID = "somebody-else"
    data.save_as(tmp_path / "other.dcm")
    with pytest.raises(DicomError, match="another patient"):
        read_courses(course(store, tmp_path / "other.dcm"), store.file)
