"""The converter of OpenKBP: loops around pixels, and what is written is read back."""

import sys
from pathlib import Path

import numpy as np
import pytest

from myelon.dose.dvh import dvh
from myelon.exchange.dicom import read_images, read_rtdose, read_rtplan, read_rtstruct
from reference_data import data_folder

sys.path.append(str(Path(__file__).parents[2] / "tools"))
import openkbp_dicom


def area(loop):
    x, y = loop[:, 0], loop[:, 1]
    return 0.5 * float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))


def test_loops_go_around_pixels_and_holes_and_keep_corners_apart():
    ring = np.ones((5, 5), dtype=bool)
    ring[2, 2] = False
    outer, inner = sorted(openkbp_dicom.edges(ring), key=lambda loop: -abs(area(loop)))
    assert abs(area(outer)) == pytest.approx(25)
    assert abs(area(inner)) == pytest.approx(1)
    diagonal = np.array([[True, False], [False, True]])
    assert sorted(abs(area(loop)) for loop in openkbp_dicom.edges(diagonal)) == pytest.approx([1, 1])


def test_a_patient_is_written_and_read_back(tmp_path):
    patient = openkbp_dicom.read(data_folder("openkbp") / "pt_9")
    for name, content in openkbp_dicom.objects(patient).items():
        (tmp_path / name).write_bytes(content)
    ct = read_images(sorted(tmp_path.glob("ct.*.dcm")))
    np.testing.assert_array_equal(ct.values, patient.ct)
    plan = read_rtplan(tmp_path / "rtplan.dcm")
    assert (plan.fractions, plan.prescription_gy) == (35, 70.0)
    dose = read_rtdose(tmp_path / "rtdose.dcm", fractions=plan.fractions)
    frames = np.flatnonzero(patient.known.any(axis=(1, 2)))
    np.testing.assert_allclose(dose.values, patient.dose[frames[0] : frames[-1] + 1], atol=1e-5)
    structures = read_rtstruct(tmp_path / "rtstruct.dcm")
    cord = structures.get("SpinalCord")
    voxel_cc = float(np.prod(patient.spacing_mm)) / 1000
    assert dvh(cord, [dose]).total_cc == pytest.approx(patient.masks["SpinalCord"].sum() * voxel_cc, rel=1e-6)
    left, right = (structures.get(name).points().mean(axis=0) for name in ("LeftParotid", "RightParotid"))
    assert left[0] - right[0] > 50.0  # left is +x in LPS
