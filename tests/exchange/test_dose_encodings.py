"""One dose in every encoding that a planning system may choose: read the same, or refused."""

import io

import numpy as np
import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

from myelon.errors import DicomError
from myelon.exchange.dicom import read_rtdose, read_rtplan
from myelon.exchange.dicom.write import Patient, write_rtdose, write_rtplan
from phantoms import grid

PATIENT = Patient("encodings", "Synthetic^Encodings", "20260101")
FLAT = grid([0.2, 0.9, 0.4], 3.0)


def dataset():
    return pydicom.dcmread(io.BytesIO(write_rtdose(PATIENT, "RT 1", FLAT)))


def saved(tmp_path, data):
    data.save_as(tmp_path / "d.dcm", enforce_file_format=True)
    return tmp_path / "d.dcm"


def sixteen_bit(data):
    scaling = float(FLAT.values.max()) / 65535
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.DoseGridScaling = 15, f"{scaling:.10g}"
    data.PixelData = np.rint(FLAT.values / float(data.DoseGridScaling)).astype("<u2").tobytes()


def other_syntax(uid):
    def change(data):
        data.file_meta.TransferSyntaxUID = uid

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        sixteen_bit,
        lambda data: (sixteen_bit(data), data.compress(RLELossless)),
        other_syntax(ImplicitVRLittleEndian),
        other_syntax(DeflatedExplicitVRLittleEndian),
    ],
    ids=["32 bit", "16 bit", "16 bit RLE", "implicit VR", "deflated"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_dose_is_the_same_in_every_encoding(tmp_path, change):
    data = dataset()
    change(data)
    read = read_rtdose(saved(tmp_path, data))
    np.testing.assert_allclose(read.values, FLAT.values, atol=float(FLAT.values.max()) / 65535)


def test_big_endian_is_read_as_it_was_written(tmp_path):
    data = dataset()
    values = data.pixel_array
    data.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    data.PixelData = values.astype(">u4").tobytes()
    data["PixelData"].VR = "OW"
    pydicom.dcmwrite(tmp_path / "d.dcm", data, implicit_vr=False, little_endian=False, force_encoding=True)
    np.testing.assert_allclose(read_rtdose(tmp_path / "d.dcm").values, FLAT.values, atol=1e-4)


def test_a_dose_that_ran_over_its_integers_is_refused(tmp_path):
    data = dataset()
    data.PixelRepresentation = 1
    values = data.pixel_array.astype(np.int64)
    values[0, 0, 0] = 2**31 + 5  # as unsigned it is 42,949 units of a hundred-thousandth Gy; as signed it is negative
    data.PixelData = values.astype(np.uint32).tobytes()
    with pytest.raises(DicomError, match="below 0"):
        read_rtdose(saved(tmp_path, data))


@pytest.mark.parametrize("part", ["BEAM", "FRACTION", "BEAM_SESSION", "CONTROL_POINT"])
def test_doses_of_parts_of_a_plan_are_refused(tmp_path, part):
    data = dataset()
    data.DoseSummationType = part
    with pytest.raises(DicomError, match="a part of a plan"):
        read_rtdose(saved(tmp_path, data))


def test_a_sum_of_plans_is_a_whole_dose(tmp_path):
    data = dataset()
    data.DoseSummationType = "MULTI_PLAN"
    assert read_rtdose(saved(tmp_path, data)).unit == "Gy"


def test_fractions_of_two_groups_are_never_added(tmp_path):
    data = pydicom.dcmread(io.BytesIO(write_rtplan(PATIENT, "RT 1", 50.0, 20)))
    second = pydicom.Dataset()
    second.update(data.FractionGroupSequence[0])
    second.FractionGroupNumber, second.NumberOfFractionsPlanned = 2, 5
    data.FractionGroupSequence.append(second)
    data.save_as(tmp_path / "p.dcm")
    plan = read_rtplan(tmp_path / "p.dcm")
    assert plan.groups == (20, 5)
    with pytest.raises(DicomError, match="2 fraction groups: 20 and 5"):
        plan.fractions  # noqa: B018  # asking is what is tested
