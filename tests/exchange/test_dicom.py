"""DICOM in and out: what is written is read back, what is wrong is refused with its reason."""

import io

import numpy as np
import pydicom
import pytest

from myelon.demo.phantoms import PHANTOMS
from myelon.dose.dvh import dvh
from myelon.dose.grid import DoseGrid
from myelon.errors import DicomError
from myelon.exchange.dicom import read_images, read_rtdose, read_rtplan, read_rtstruct, scan
from myelon.exchange.dicom.write import Patient, write_rtdose, write_rtplan, write_rtstruct
from phantoms import ORIENTATIONS, cylinder, grid, stack_d_cc

PATIENT = Patient("test-1", "Test^Nobody", "20260101")


@pytest.fixture(scope="module")
def phantom_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("phantom")
    for kind, objects in PHANTOMS[0].dicom().items():
        for n, content in enumerate(objects):
            (folder / f"{kind}.{n}.dcm").write_bytes(content)
    (folder / "notes.txt").write_text("not DICOM")
    return folder


def dose_file(path, flat, change=lambda _: None):
    data = pydicom.dcmread(io.BytesIO(write_rtdose(PATIENT, "RT", flat)))
    change(data)
    data.save_as(path)
    return path


def test_a_folder_is_sorted_by_what_its_files_are(phantom_folder):
    found = scan(phantom_folder)
    assert (len(found.ct), len(found.rtdose), len(found.rtplan), len(found.rtstruct)) == (86, 2, 2, 1)
    assert list(found.others.values()) == ["not DICOM"]
    with pytest.raises(DicomError, match="not a folder"):
        scan(phantom_folder / "notes.txt")


def test_the_phantom_is_read_back_as_it_was_made(phantom_folder):
    phantom = PHANTOMS[0]
    plan = read_rtplan(phantom_folder / "rtplan.0.dcm")
    assert (plan.fractions, plan.prescription_gy) == (28, 50.4)
    read = read_rtdose(phantom_folder / "rtdose.0.dcm", fractions=28)
    made = phantom.courses[0].grid(str(phantom.patient.uid("frame")))
    assert np.abs(read.values - made.values).max() < 1e-5
    assert read.origin_mm == pytest.approx(made.origin_mm)
    structures = read_rtstruct(phantom_folder / "rtstruct.0.dcm")
    assert {"SpinalCord", "ThecalSac", "SpinalCanal", "GTV", "PTV", "VB_T01", "VB_C7"} <= set(structures.structures)
    assert structures.frame_of_reference == read.frame_of_reference
    ct = read_images(sorted(phantom_folder.glob("ct.*.dcm")))
    assert ct.spacing_mm == pytest.approx((1.5, 1.5, 3.0))
    assert ct.values.shape[0] == 86


def test_writing_twice_gives_the_same_bytes():
    assert write_rtplan(PATIENT, "RT 1", 24.0, 5) == write_rtplan(PATIENT, "RT 1", 24.0, 5)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("offsets", ["relative", "absolute", "descending"])
def test_orientation_and_frame_offsets_survive(tmp_path, orientation, offsets):
    flat = grid([0.3, 0.8, 0.5], 2.5, 0.34, orientation)

    def change(data):
        z = float(data.ImagePositionPatient[2])
        relative = np.array(data.GridFrameOffsetVector, dtype=float)
        if offsets == "absolute":
            down = flat.frame_normal[2] < 0
            data.GridFrameOffsetVector = list(z + (-relative if down else relative))
        if offsets == "descending":
            frames = data.pixel_array[::-1]
            data.PixelData = frames.tobytes()
            last = np.array(data.ImagePositionPatient, dtype=float) + flat.frame_normal * relative[-1]
            data.ImagePositionPatient = list(last)
            data.GridFrameOffsetVector = list(-relative)

    read = read_rtdose(dose_file(tmp_path / "d.dcm", flat, change))
    structure = cylinder(4.0, 40.0, 2.0)
    there, back = (dvh(structure, [g]) for g in (flat, DoseGrid(**{**vars(read), "frame_of_reference": ""})))
    assert back.metric("D0.03cc").value == pytest.approx(there.metric("D0.03cc").value, abs=1e-3)
    assert back.mean_gy == pytest.approx(there.mean_gy, abs=1e-4)


BAD_DOSES = {
    "relative units": (lambda d: setattr(d, "DoseUnits", "RELATIVE"), "DoseUnits is RELATIVE"),
    "unknown summation": (lambda d: setattr(d, "DoseSummationType", "GUESS"), "DoseSummationType 'GUESS' is unknown"),
    "beam dose": (lambda d: setattr(d, "DoseSummationType", "BEAM"), "a part of a plan"),
    "no pixels": (lambda d: d.__delattr__("PixelData"), "PixelData is missing"),
    "cut pixels": (lambda d: setattr(d, "PixelData", d.PixelData[:1000]), "PixelData cannot be read"),
    "no scaling": (lambda d: d.__delattr__("DoseGridScaling"), "DoseGridScaling is missing"),
    "no position": (lambda d: d.__delattr__("ImagePositionPatient"), "ImagePositionPatient is missing"),
    "offsets too few": (lambda d: setattr(d, "GridFrameOffsetVector", [0.0, 2.0]), "GridFrameOffsetVector holds 2"),
    "offsets in disorder": (
        lambda d: setattr(d, "GridFrameOffsetVector", [0.0, *d.GridFrameOffsetVector[:0:-1]]),
        "one direction",
    ),
    "no frame": (lambda d: d.__delattr__("FrameOfReferenceUID"), "FrameOfReferenceUID is missing"),
    "huge": (lambda d: (setattr(d, "Rows", 65535), setattr(d, "Columns", 65535)), "voxels"),
}


@pytest.mark.parametrize("name", BAD_DOSES)
def test_a_dose_that_does_not_mean_what_is_needed_is_refused(tmp_path, name):
    change, words = BAD_DOSES[name]
    path = dose_file(tmp_path / "d.dcm", grid([0, 1, 0], 3.0), change)
    with pytest.raises(DicomError, match=words) as caught:
        read_rtdose(path)
    assert caught.value.todo
    assert caught.value.where == "d.dcm"


def test_files_that_are_not_the_object(tmp_path, phantom_folder):
    for content, words in ((b"", "not a DICOM"), (b"hello", "not a DICOM"), (b"\0" * 200, "not a DICOM")):
        (tmp_path / "x.dcm").write_bytes(content)
        with pytest.raises(DicomError, match=words):
            read_rtdose(tmp_path / "x.dcm")
    whole = (phantom_folder / "rtdose.0.dcm").read_bytes()
    for cut in (140, 300, 900, 5000, len(whole) - 7):
        (tmp_path / "cut.dcm").write_bytes(whole[:cut])
        with pytest.raises(DicomError):
            read_rtdose(tmp_path / "cut.dcm")
    with pytest.raises(DicomError, match="is RT Plan Storage, not RT Dose Storage"):
        read_rtdose(phantom_folder / "rtplan.0.dcm")
    with pytest.raises(DicomError, match="no such file"):
        read_rtdose(tmp_path / "none.dcm")


def structure_file(path, rois, change=lambda _: None):
    data = pydicom.dcmread(io.BytesIO(write_rtstruct(PATIENT, rois)))
    change(data)
    data.save_as(path)
    return path


def ring(z, radius=5.0):
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), np.full(24, z)])


def test_rois_that_enclose_nothing_are_named_with_the_reason(tmp_path):
    rois = {"SpinalCord": [ring(z) for z in range(0, 30, 3)], "Empty": [], "Line": [ring(0.0)[:, [0, 0, 2]]]}

    def change(data):
        point = data.ROIContourSequence[1]
        contour = pydicom.Dataset()
        contour.ContourGeometricType, contour.NumberOfContourPoints, contour.ContourData = "POINT", 1, [1, 2, 3]
        point.ContourSequence = [contour]
        data.ROIContourSequence[0].ContourSequence[0].ContourGeometricType = "OPEN_PLANAR"

    read = read_rtstruct(structure_file(tmp_path / "s.dcm", rois, change))
    assert read.unusable == {"Empty": "1 open or point contours only", "Line": "structure has no volume"}
    assert "1 open or point contours left out" in read.structures["SpinalCord"].warnings
    with pytest.raises(DicomError, match="open or point contours only"):
        read.get("Empty")
    with pytest.raises(DicomError, match=r"no ROI 'Cord'.*SpinalCord"):
        read.get("Cord")


def test_contour_data_that_is_no_list_of_points_is_refused(tmp_path):
    rois = {"A": [ring(z) for z in (0, 3, 6)]}
    for value in ([1.0, 2.0], [1.0, 2.0, 3.0, 4.0]):
        path = structure_file(
            tmp_path / "s.dcm",
            rois,
            lambda d, v=value: setattr(d.ROIContourSequence[0].ContourSequence[1], "ContourData", v),
        )
        assert "not a list of points" in read_rtstruct(path).unusable["A"]


def test_a_plan_without_fractions_is_refused(tmp_path):
    data = pydicom.dcmread(io.BytesIO(write_rtplan(PATIENT, "RT", 24.0, 5)))
    del data.FractionGroupSequence
    data.save_as(tmp_path / "p.dcm")
    with pytest.raises(DicomError, match="NumberOfFractionsPlanned is missing"):
        read_rtplan(tmp_path / "p.dcm")


def test_a_dvh_through_files_is_the_dvh_of_the_solid(tmp_path):
    structure = cylinder(3.0, 60.0, 2.0)
    contours = [
        np.column_stack([p, np.full(len(p), z)])
        for z, (p,) in zip(structure.planes_mm, structure.polygons, strict=True)
    ]
    path = structure_file(tmp_path / "s.dcm", {"SpinalCord": contours})
    dose = dose_file(tmp_path / "d.dcm", grid([0, 1, 0], 2.5, 0.47))
    found = dvh(read_rtstruct(path).get("SpinalCord"), [read_rtdose(dose)])
    assert found.metric("D0.03cc").value == pytest.approx(stack_d_cc(structure, "slab", 0.03, "y"), abs=0.05)


def test_rois_of_one_name_are_kept_apart(tmp_path):
    rois = {"SpinalCord": [ring(z) for z in (0, 3, 6)], "Other": [ring(z, 9.0) for z in (0, 3, 6)]}

    def change(data):
        data.StructureSetROISequence[1].ROIName = "SpinalCord"

    read = read_rtstruct(structure_file(tmp_path / "s.dcm", rois, change))
    assert set(read.structures) == {"SpinalCord (ROI 1)", "SpinalCord (ROI 2)"}
    with pytest.raises(DicomError, match="several ROIs bear this name"):
        read.get("SpinalCord")


def test_a_single_frame_reaches_as_far_as_its_thickness(tmp_path):
    def change(data):
        frame = data.pixel_array[len(data.pixel_array) // 2]
        data.NumberOfFrames, data.PixelData, data.SliceThickness = 1, frame.tobytes(), 4.0
        data.ImagePositionPatient = [*data.ImagePositionPatient[:2], 0.0]

    read = read_rtdose(dose_file(tmp_path / "d.dcm", grid([0, 1, 0], 2.0), change))
    found = dvh(cylinder(4.0, 40.0, 2.0), [DoseGrid(**{**vars(read), "frame_of_reference": ""})])
    assert found.covered_share == pytest.approx(0.1, abs=0.01)


def test_effective_dose_keeps_its_unit(tmp_path):
    path = dose_file(tmp_path / "d.dcm", grid([0, 1, 0], 3.0), lambda d: setattr(d, "DoseType", "EFFECTIVE"))
    assert read_rtdose(path).unit == "Gy (effective)"


@pytest.mark.parametrize(
    "matrix", [np.full((4, 4), np.nan), np.eye(3), np.diag([1.0, 1, 1, 7]), np.diag([2.0, 1, 1, 1])]
)
def test_impossible_transforms_are_refused(matrix):
    from myelon.errors import DoseError

    with pytest.raises(DoseError, match="transform"):
        grid([0, 1, 0], 3.0).moved(matrix, "1.2")
