"""Our DVHs against those of planning systems, for every data set of the reference folder."""

import csv
import re

import numpy as np
import pydicom
import pytest

from myelon.dose.dvh import dvh
from myelon.exchange.dicom import read_rtdose, read_rtstruct, scan
from reference_data import data_files, over

FOLDERS = [p for p in data_files("dicom_rt", "*") if p.is_dir()]
WITH_ECLIPSE = [f for f in FOLDERS if list(f.glob("*Eclipse.csv"))]


def usable(folder):
    found = scan(folder)
    try:
        grids = [read_rtdose(p) for p in found.rtdose]
        sets = [read_rtstruct(p) for p in found.rtstruct]
    except ValueError:
        return None
    same = [(s, g) for s in sets for g in grids if s.frame_of_reference == g.frame_of_reference and s.structures]
    return found, same


@pytest.mark.family("dvh: planning systems")
@over("folder", FOLDERS, "dicom_rt", ids=lambda p: getattr(p, "name", ""))
def test_volumes_and_metrics_are_sane_for_every_roi(folder):
    loaded = usable(folder)
    if loaded is None or not loaded[1]:
        pytest.skip(f"{folder.name} is not one patient with absolute dose")
    for structures, grid in loaded[1]:
        for structure in structures.structures.values():
            slab, none = (dvh(structure, [grid], end_caps=caps) for caps in ("slab", "none"))
            assert none.total_cc <= slab.total_cc
            assert slab.min_gy <= slab.mean_gy <= slab.max_gy <= grid.values.max() + 1e-3
            assert np.all(np.diff(slab.volume_cc) <= 1e-9)


def eclipse_tables(folder):
    for path in sorted(folder.glob("*Eclipse.csv")):
        with path.open(newline="") as stream:
            rows = list(csv.reader(stream))
        for column in range(0, len(rows[0]), 2):
            name = rows[0][column].removesuffix("_DvhArray Dose (Gy)")
            volume = float(re.search(r"% of ([\d.]+) cc", rows[0][column + 1])[1])
            cells = [(r[column], r[column + 1]) for r in rows[1:] if r[column] and r[column + 1]]
            yield name, volume, np.array(cells, dtype=float)


def plain(name):
    return re.sub(r"[^a-z0-9]", "", name.casefold())


@pytest.mark.family("dvh: planning systems")
@over("folder", WITH_ECLIPSE, "dicom_rt", ids=lambda p: getattr(p, "name", ""))
def test_against_eclipse_without_end_caps(folder):
    """Volume within 3 % or 0.15 cc, median dose within 2 % or 0.5 Gy, of Eclipse's own table (rounded to 0.1 cc)."""
    _, same = usable(folder)
    structures, grid = same[0]
    by_name = {plain(n): s for n, s in structures.structures.items()}
    compared = 0
    for name, volume, curve in eclipse_tables(folder):
        structure = by_name.get(plain(name))
        if structure is None:
            continue
        ours = dvh(structure, [grid], end_caps="none")
        assert ours.total_cc == pytest.approx(volume, rel=0.03, abs=0.15), name
        eclipse_median = np.interp(-50.0, -curve[:, 1], curve[:, 0])
        assert ours.metric("D50%").value == pytest.approx(eclipse_median, rel=0.02, abs=0.5), name
        compared += 1
    assert compared >= 10


@pytest.mark.family("dvh: planning systems")
@over("folder", FOLDERS, "dicom_rt", ids=lambda p: getattr(p, "name", ""))
def test_against_the_dvhs_embedded_in_the_dose(folder):
    """Mean dose within 2 % or 0.5 Gy of the planning system's own, where the file carries it."""
    found = scan(folder)
    embedded = []
    for path in found.rtdose:
        data = pydicom.dcmread(path, stop_before_pixels=True)
        for row in data.get("DVHSequence") or []:
            if row.get("DVHMeanDose") is not None:
                embedded.append((path, data, int(row.DVHReferencedROISequence[0].ReferencedROINumber), row))
    if not embedded or not found.rtstruct:
        pytest.skip(f"{folder.name} has no embedded DVH")
    grid, structures = read_rtdose(embedded[0][0]), read_rtstruct(found.rtstruct[0])
    names = {int(r.ROINumber): r.ROIName for r in pydicom.dcmread(found.rtstruct[0]).StructureSetROISequence}
    top = max(float(row.DVHMaximumDose) for *_, row in embedded)
    scale = float(grid.values.max()) / top if top > 1.5 * float(grid.values.max()) else 1.0
    for _, _, number, row in embedded:
        structure = structures.structures.get(names[number])
        if structure is None:
            continue
        ours = dvh(structure, [grid], end_caps="none")
        assert ours.mean_gy == pytest.approx(float(row.DVHMeanDose) * scale, rel=0.02, abs=0.5), names[number]
