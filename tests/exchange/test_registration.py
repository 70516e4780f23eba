"""Spatial Registration objects: read, written, and a course of another frame brought to the last one by them."""

import datetime as dt
import io
import shutil

import numpy as np
import pydicom
import pytest

from myelon.board.packet import prepare
from myelon.dose.warp import Field, Warp
from myelon.errors import DicomError
from myelon.exchange.dicom.courses import read_courses
from myelon.exchange.dicom.registration import read_registration, write_registration
from myelon.record.kinds import Surgery
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


def onto(back):
    """From the last frame into the one that ``back`` leads from."""
    return Warp(after=np.linalg.inv(back))


def make_affine(step, values):
    step.FrameOfReferenceTransformationMatrixType = "AFFINE"
    step.FrameOfReferenceTransformationMatrix = values


def bent(back, depth=6.0):
    """The same after a bend of the first frame: offsets along y that grow towards the head."""
    z = np.arange(-160.0, 161, 8)
    vectors = np.zeros((len(z), 31, 27, 3), dtype=np.float32)
    vectors[..., 1] = depth * (z[:, None, None] / 160.0) ** 2
    return Warp(offsets=Field(vectors, np.array([-104.0, -120.0, -160.0]), (8.0, 8.0, 8.0)), after=np.linalg.inv(back))


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
    content = write_registration(onto(turned()), away, fixed, label="bone", description="a test", at=AT)
    (tmp_path / "reg.dcm").write_bytes(content)
    found = read_registration(tmp_path / "reg.dcm")
    home = str(pydicom.dcmread(fixed).FrameOfReferenceUID)
    np.testing.assert_allclose(found.between("2.25.4711", home).rigid, np.linalg.inv(turned()), atol=1e-8)
    np.testing.assert_allclose(found.between(home, "2.25.4711").rigid, turned(), atol=1e-8)
    with pytest.raises(DicomError, match="other frames"):
        found.between("1.2.3", home)
    data = pydicom.dcmread(tmp_path / "reg.dcm")
    assert (data.Modality, data.ContentLabel) == ("REG", "BONE")
    assert data.PatientComments == "Synthetic phantom: nobody's data"


def test_matrices_of_a_chain_are_applied_in_their_order(store, tmp_path):
    away = moved_away(store, turned(), tmp_path)
    fixed = store.file(store.case("phantom-1").by_id["rt-2"].files.rtdose)
    (tmp_path / "reg.dcm").write_bytes(
        write_registration(onto(turned()), away, fixed, label="a", description="", at=AT)
    )
    data = pydicom.dcmread(tmp_path / "reg.dcm")
    steps = data.RegistrationSequence[1].MatrixRegistrationSequence[0].MatrixSequence
    second = pydicom.dataset.Dataset()
    second.FrameOfReferenceTransformationMatrixType = "RIGID"
    second.FrameOfReferenceTransformationMatrix = [float(v) for v in turned(0.0, (10.0, 0.0, 0.0)).ravel()]
    steps.append(second)
    data.save_as(tmp_path / "chain.dcm")
    found = read_registration(tmp_path / "chain.dcm").between("2.25.4711", str(data.FrameOfReferenceUID))
    wanted = turned(0.0, (10.0, 0.0, 0.0)) @ turned()
    np.testing.assert_allclose(found.rigid, np.linalg.inv(wanted), atol=1e-8)


def scaled(factor):
    return np.diag([factor, factor, factor, 1.0]).ravel().tolist()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda step: setattr(step, "FrameOfReferenceTransformationMatrixType", "PROJECTIVE"), "transform is PROJ"),
        (lambda step: make_affine(step, [0.0] * 15 + [1.0]), "flattens or mirrors"),
        (lambda step: make_affine(step, [1.0] * 16), "not 4 × 4"),
        (lambda step: setattr(step, "FrameOfReferenceTransformationMatrix", [2.0] + [0.0] * 15), "not 4 × 4"),
        (lambda step: setattr(step, "FrameOfReferenceTransformationMatrix", scaled(2.0)), "RIGID and is not"),
        (lambda step: setattr(step, "FrameOfReferenceTransformationMatrix", turned().T.ravel().tolist()), "not 4 × 4"),
        (lambda step: setattr(step, "FrameOfReferenceTransformationMatrix", [1.0] * 7), "FrameOfReference"),
    ],
)
def test_what_is_no_transform_is_refused(store, tmp_path, change, said):
    away = moved_away(store, turned(), tmp_path)
    fixed = store.file(store.case("phantom-1").by_id["rt-2"].files.rtdose)
    (tmp_path / "reg.dcm").write_bytes(
        write_registration(onto(turned()), away, fixed, label="a", description="", at=AT)
    )
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
    name = store.put_file(write_registration(onto(turned()), away, fixed, label="a", description="", at=AT))
    unseen = course(store, away, files={"registration": name})
    dose = prepare(unseen, read_courses(unseen, store.file)).dose
    assert any("accepted by nobody" in note for note in dose.notes)
    assert str(dose.basis) == "prescription"
    accepted = course(store, away, files={"registration": name}, registration_accepted=Acceptance(by="Dr A", of=name))
    dose = prepare(accepted, read_courses(accepted, store.file)).dose
    assert str(dose.basis) == "voxel sum"
    assert not dose.withheld
    assert dose.judged.dose.cumulative_bed == pytest.approx(at_home.judged.dose.cumulative_bed, abs=0.05)
    assert dose.placed_by == (f"registration {name[:12]}, accepted by Dr A", "no transform: same frame")


def test_files_of_two_patients_are_refused(store, tmp_path):
    data = pydicom.dcmread(store.file(store.case("phantom-1").by_id["rt-1"].files.rtdose))
    data.PatientID = "somebody-else"
    data.save_as(tmp_path / "other.dcm")
    record = course(store, tmp_path / "other.dcm")
    reading = read_courses(record, store.file)
    assert {f.severity for f in reading.findings} == {"refuse"}
    dose = prepare(record, reading).dose
    assert "patient ID" in dose.withheld
    assert {str(v.outcome) for v in dose.judged.verdicts} == {"unknown"}
    assert dose.judged.nieder is None


def test_a_deformable_registration_is_read_back_as_it_was_written_whatever_its_grid(store, tmp_path):
    away = moved_away(store, turned(), tmp_path)
    fixed = store.file(store.case("phantom-1").by_id["rt-2"].files.rtdose)
    warp = bent(turned())
    (tmp_path / "reg.dcm").write_bytes(write_registration(warp, away, fixed, label="a", description="", at=AT))
    data = pydicom.dcmread(tmp_path / "reg.dcm")
    assert data.SOPClassUID == pydicom.uid.DeformableSpatialRegistrationStorage
    home = str(data.FrameOfReferenceUID)
    points = np.random.default_rng(3).uniform(-90, 90, (50, 3))
    found = read_registration(tmp_path / "reg.dcm").between("2.25.4711", home)
    assert found.kind == "deformable"
    np.testing.assert_allclose(found.apply(points), warp.apply(points), atol=1e-4)
    assert np.isnan(found.apply(np.array([[0.0, 0.0, 400.0]]))).all()
    with pytest.raises(DicomError, match="leads the other way"):
        read_registration(tmp_path / "reg.dcm").between(home, "2.25.4711")
    grid = data.DeformableRegistrationSequence[0].DeformableRegistrationGridSequence[0]
    vectors = np.frombuffer(grid.VectorGridData, "<f4").reshape(*grid.GridDimensions[::-1], 3)
    turned_round = vectors[::-1, :, ::-1]  # the same grid, begun at another corner and along other axes
    grid.VectorGridData = np.ascontiguousarray(turned_round).tobytes()
    columns, _, planes = grid.GridDimensions
    grid.ImagePositionPatient = [-104.0 + 8.0 * (columns - 1), -120.0, -160.0 + 8.0 * (planes - 1)]
    grid.ImageOrientationPatient = [-1, 0, 0, 0, 1, 0]
    data.save_as(tmp_path / "round.dcm")
    again = read_registration(tmp_path / "round.dcm").between("2.25.4711", home)
    np.testing.assert_allclose(again.apply(points), warp.apply(points), atol=1e-4)
    grid.VectorGridData = grid.VectorGridData[:-40]
    data.save_as(tmp_path / "cut.dcm")
    with pytest.raises(DicomError, match="cut off"):
        read_registration(tmp_path / "cut.dcm")


def test_an_affine_registration_is_written_and_read_as_one(store, tmp_path):
    away = moved_away(store, turned(), tmp_path)
    fixed = store.file(store.case("phantom-1").by_id["rt-2"].files.rtdose)
    warp = Warp(after=np.diag([1.05, 0.97, 1.0, 1.0]))
    (tmp_path / "reg.dcm").write_bytes(write_registration(warp, away, fixed, label="a", description="", at=AT))
    home = str(pydicom.dcmread(fixed).FrameOfReferenceUID)
    found = read_registration(tmp_path / "reg.dcm").between("2.25.4711", home)
    assert found.kind == "affine"
    np.testing.assert_allclose(found.after @ found.before, warp.after, atol=1e-8)


def test_a_deformation_goes_through_an_operation_only_when_a_person_says_so(store, tmp_path):
    away = moved_away(store, turned(), tmp_path)
    fixed = store.file(store.case("phantom-1").by_id["rt-2"].files.rtdose)
    name = store.put_file(write_registration(bent(turned()), away, fixed, label="a", description="", at=AT))
    files = {"registration": name}
    accepted = course(store, away, files=files, registration_accepted=Acceptance(by="Dr A", of=name))
    plain = prepare(accepted, read_courses(accepted, store.file)).dose
    assert str(plain.basis) == "voxel sum"
    assert plain.placed_by[0].startswith("deformable registration")
    surgery = Surgery.model_validate(
        {"id": "op", "kind": "surgery", "procedures": ["laminectomy"], "levels": "T2–T3", "when": {"kind": "unknown"}}
    )
    operated = accepted.with_entries((*accepted.entries, surgery))
    dose = prepare(operated, read_courses(operated, store.file)).dose
    assert str(dose.basis) == "prescription"
    assert any("goes through a place operated before" in note for note in dose.notes)
    told = course(
        store,
        away,
        files=files,
        registration_accepted=Acceptance(by="Dr A", of=name, reason="seen", despite_operation=True),
    )
    told = told.with_entries((*told.entries, surgery))
    assert str(prepare(told, read_courses(told, store.file)).dose.basis) == "voxel sum"


def test_a_frame_without_a_matrix_is_not_registered(store, tmp_path):
    away = moved_away(store, turned(), tmp_path)
    fixed = store.file(store.case("phantom-1").by_id["rt-2"].files.rtdose)
    (tmp_path / "reg.dcm").write_bytes(
        write_registration(onto(turned()), away, fixed, label="a", description="", at=AT)
    )
    data = pydicom.dcmread(tmp_path / "reg.dcm")
    data.RegistrationSequence[1].MatrixRegistrationSequence[0].MatrixSequence = []
    data.save_as(tmp_path / "empty.dcm")
    with pytest.raises(DicomError, match="without a matrix"):
        read_registration(tmp_path / "empty.dcm")
    name = store.put_file((tmp_path / "empty.dcm").read_bytes())
    record = course(store, away, files={"registration": name}, registration_accepted=Acceptance(by="Dr A", of=name))
    dose = prepare(record, read_courses(record, store.file)).dose
    assert "without a matrix" in dose.withheld
    assert {str(v.outcome) for v in dose.judged.verdicts} == {"unknown"}


@pytest.mark.parametrize(
    "acceptance",
    [Acceptance(by=""), Acceptance(by="  "), Acceptance(by="Dr A"), Acceptance(by="Dr A", of="0" * 64)],
    ids=["by nobody", "by spaces", "of no file", "of another file"],
)
def test_there_is_no_way_round_acceptance(store, tmp_path, acceptance):
    away = moved_away(store, turned(), tmp_path)
    fixed = store.file(store.case("phantom-1").by_id["rt-2"].files.rtdose)
    name = store.put_file(write_registration(onto(turned()), away, fixed, label="a", description="", at=AT))
    record = course(store, away, files={"registration": name}, registration_accepted=acceptance)
    dose = prepare(record, read_courses(record, store.file)).dose
    by_voxel = [v for v in dose.judged.verdicts if str(v.basis) == "voxel sum"]
    assert all(str(v.outcome) in {"unknown", "not applicable"} for v in by_voxel)
    assert dose.judged.nieder is None or str(dose.basis) == "prescription"
