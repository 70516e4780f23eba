"""DVH beside dicompyler-core and plastimatch: the 16 ROI of ent_two_days with the reading, and a cord in closed form."""

import json
import shutil
import statistics
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from clock import median_seconds
from myelon.dose.dvh import dvh
from myelon.dose.grid import DoseGrid
from myelon.exchange.dicom import read_rtdose, read_rtstruct
from myelon.exchange.dicom.write import Patient, write_rtdose, write_rtstruct
from phantoms import cylinder, grid, stack_d_cc
from reference_data import MORE

HERE = Path(__file__).parent
FOLDER = MORE / "data/dicom_rt/ent_two_days"
PEER = HERE.parent / ".tools/peers/dicompyler"
PINS = ("dicompyler-core==0.5.6", "pydicom<3", "matplotlib", "scikit-image")
"""With pydicom 3 every ROI fails: it asks for the module `dicom`."""
SHIFTS, RUNS = (0.0, 0.25, 0.34, 0.47), 3
PLASTIMATCH_BINS = ["--bin-width", "0.01", "--num-bins", "6400", "--normalization", "vox"]


def dicompyler():
    """The Python of its environment, made once; None where it cannot be."""
    python = PEER / "bin/python"
    if not python.exists():
        uv = HERE.parent / ".tools/bin/uv"
        made = [[uv, "venv", "-q", "-p", "3.11", PEER], [uv, "pip", "install", "-q", "-p", python, *PINS]]
        if any(subprocess.run(step, check=False).returncode for step in made):
            shutil.rmtree(PEER, ignore_errors=True)
            return None
    return python


def _ask(python, structures, dose):
    script = HERE / "peers/dicompyler_dvh.py"
    done = subprocess.run([python, script, structures, dose], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _plastimatch(structures, dose, folder, lattice=()):
    """Whole processes: rasterise on the dose grid or on a lattice, then the DVHs."""
    given = folder / "in"
    given.mkdir(exist_ok=True)
    for path in (structures, dose):
        (given / path.name).unlink(missing_ok=True)
        (given / path.name).symlink_to(path)
    names = [str(folder / n) for n in ("d.mha", "s.mha", "s.txt", "out.csv")]
    outputs = ["--output-dose-img", names[0], "--output-ss-img", names[1], "--output-ss-list", names[2]]
    convert = ["plastimatch", "convert", "--input", str(given), "--xor-contours", *lattice, *outputs]
    curves = ["plastimatch", "dvh", "--input-dose", names[0], "--input-ss-img", names[1], "--input-ss-list", names[2]]
    subprocess.run(convert, capture_output=True, check=True)
    subprocess.run([*curves, *PLASTIMATCH_BINS, "--output-csv", names[3]], capture_output=True, check=True)


def _ours(structures, dose, spacing_mm=None):
    grids = [read_rtdose(dose)]
    if spacing_mm is not None:
        grids = [finer(grids[0], spacing_mm)]
    return {name: dvh(s, grids) for name, s in read_rtstruct(structures).structures.items()}


def finer(coarse, step):
    """The same dose at a finer lattice, linear between its voxels."""
    size = np.array(coarse.values.shape[::-1]) - 1
    ends = [size[0] * coarse.spacing_mm[0], size[1] * coarse.spacing_mm[1], coarse.frame_offsets_mm[-1]]
    x, y, z = (np.arange(0, e + 1e-6, step) for e in ends)
    along, down = (v / np.linalg.norm(v) for v in (coarse.column_step_mm, coarse.row_step_mm))
    plane = (y[:, None, None] * down + x[None, :, None] * along).reshape(-1, 3)
    values = np.stack(
        [coarse.at(coarse.origin_mm + plane + h * coarse.frame_normal).reshape(len(y), len(x)) for h in z]
    )
    return DoseGrid(
        values.astype(np.float32), coarse.origin_mm, along * step, down * step, coarse.frame_normal, z,
        coarse.frame_of_reference,
    )  # fmt: skip


def speed():
    """Times of all ROI, reading included."""
    structures, dose = FOLDER / "rtstruct.dcm", FOLDER / "rtdose_day1.dcm"
    rows = [("Myelon, in process", median_seconds(lambda: _ours(structures, dose)))]
    fine = finer(read_rtdose(dose), 1.0)
    read = read_rtstruct(structures).structures
    one_mm = median_seconds(lambda: [dvh(s, [fine]) for s in read.values()], RUNS)
    rows.append(
        (f"Myelon, dose grid of 1 mm ({fine.values.size / 1e6:.0f} million voxels), reading not counted", one_mm)
    )
    python = dicompyler()
    if python is not None:
        times = [_ask(python, structures, dose)["seconds"] for _ in range(RUNS)]
        rows.append(("dicompyler-core 0.5.6, its imports not counted", statistics.median(times)))
    if shutil.which("plastimatch"):
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            rows.append(("plastimatch, whole processes, on the dose grid of 2.5 mm",
                         median_seconds(lambda: _plastimatch(structures, dose, work), RUNS)))  # fmt: skip
            lattice = ["--origin", "-219.9717 -113.0534 -100.5", "--spacing", "1 1 2.5", "--dim", "438 218 136"]
            rows.append(("plastimatch, on 1 × 1 × 2.5 mm",
                         median_seconds(lambda: _plastimatch(structures, dose, work, lattice), RUNS)))  # fmt: skip
    ours = rows[0][1]
    return [
        "All 16 ROI of ent_two_days (8 l of body, a 2.5 mm dose grid), the files read each time; target 1 s, at 1 mm 4 s.",
        "",
        "| program | seconds | over Myelon |",
        "| --- | ---: | ---: |",
        *(f"| {name} | {seconds:.2f} | {seconds / ours:.1f} × |" for name, seconds in rows),
    ]


def errors():
    """D0.03cc of a cord in a gradient of 1 Gy/mm: greatest error over shifts of the dose grid."""
    python = dicompyler()
    lines = [
        f"A cord in 1 Gy/mm, contours every 3 mm, dose grid shifted by {SHIFTS} voxel: greatest error of D0.03cc "
        "against the exact content of the contours, Gy. dicompyler-core's curve is read linearly; its own statistic, "
        "which takes the nearest bin, is worse.",
        "",
        "| cord | dose grid, mm | gradient | Myelon | dicompyler-core | ratio |",
        "| --- | ---: | --- | ---: | ---: | ---: |",
    ]
    for radius in (3.0, 5.0):
        for spacing in (2.5, 3.0):
            for words, vector, axis in (("across", [0, 1, 0], "y"), ("along", [0, 0, 1], "z")):
                cord = cylinder(radius, 60.0, 3.0)
                exact = stack_d_cc(cord, "slab", 0.03, axis)
                ours, theirs = 0.0, 0.0
                for shift in SHIFTS:
                    flat = replace(grid(vector, spacing, shift), fractions=1)
                    ours = max(ours, abs(dvh(cord, [flat]).metric("D0.03cc").value - exact))
                    if python is not None:
                        theirs = max(theirs, abs(_written(python, cord, flat) - exact))
                ratio = f"{theirs / max(ours, 1e-4):,.0f}" if python is not None else "–"
                lines.append(f"| r = {radius:g} mm | {spacing:g} | {words} | {ours:.4f} | {theirs:.2f} | {ratio} |")
    return lines


def _written(python, cord, flat):
    patient = Patient("bench", "Synthetic^Cord", "20260101")
    contours = [
        np.column_stack([p, np.full(len(p), plane)]) @ cord.axes
        for plane, group in zip(cord.planes_mm, cord.polygons, strict=True)
        for p in group
    ]
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder) / "s.dcm", Path(folder) / "d.dcm"
        paths[0].write_bytes(write_rtstruct(patient, {"SpinalCord": contours}))
        paths[1].write_bytes(write_rtdose(patient, "one", flat))
        return _ask(python, *paths)["d003"]["SpinalCord"]


def report():
    """Both tables."""
    if not FOLDER.is_dir():
        return ["The data sets are not here: set MYELON_REFERENCE."]
    return [*speed(), "", *errors()]


if __name__ == "__main__":
    print("\n".join(report()))
