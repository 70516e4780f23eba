"""Real images: courses whose true transform is known, registered, and what that costs the cord's cumulative dose."""

import sys
import time
from pathlib import Path

import numpy as np

from myelon.dose.accumulate import accumulate
from myelon.dose.register import register
from myelon.dose.structure import Structure
from myelon.dose.uncertainty import _placed
from myelon.dose.volume import Volume
from reference_data import MORE

sys.path.append(str(Path(__file__).parent.parent / "tools"))

ALPHA_BETA_GY, NOISE_HU = 2.0, 10.0
HALF_MM, ALONG_MM, BELOW_MM = 35.0, 30.0, 40.0
"""The box: around the cord, three vertebrae long, its middle so far below the cord's top."""


def moved(fixed, truth, seed):
    """The image whose transform onto the fixed one is ``truth``, with other noise."""
    from scipy.ndimage import map_coordinates

    z, y, x = np.meshgrid(*(np.arange(n) for n in fixed.values.shape), indexing="ij")
    points = fixed.origin_mm + np.stack([x, y, z], axis=-1).reshape(-1, 3) * np.array(fixed.spacing_mm)
    places = ((points @ truth[:3, :3].T + truth[:3, 3] - fixed.origin_mm) / np.array(fixed.spacing_mm))[:, ::-1].T
    values = map_coordinates(fixed.values.astype(np.float32), places, order=3, cval=-1024.0)
    values = values.reshape(fixed.values.shape) + np.random.default_rng(seed).normal(0, NOISE_HU, fixed.values.shape)
    return Volume(np.clip(values, -1024, 3071).astype(np.int16), fixed.origin_mm, fixed.spacing_mm)


def truths(middle, seed, count):
    """Turns up to 4° about each axis and shifts up to 8 mm."""
    rng = np.random.default_rng(seed)
    return [_placed(middle, rng.uniform(-8, 8, 3), rng.uniform(-4, 4, 3)) for _ in range(count)]


def registered(fixed, truth, box, seed):
    """The fit, its seconds, and its errors at a lattice in the box, mm."""
    moving = moved(fixed, truth, seed)
    start = time.perf_counter()
    found = register(fixed, moving, box)
    seconds = time.perf_counter() - start
    axes = [np.arange(a, b, 10.0) for a, b in zip(*box, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    there = found.warp.apply(points)
    return found, seconds, np.linalg.norm(there @ truth[:3, :3].T + truth[:3, 3] - points, axis=1)


def openkbp():
    """First course as given, the second the same dose where a moved CT has it: the truth is twice the first."""
    import openkbp_dicom

    folder = MORE / "data/openkbp"
    lines = [
        "The six patients of OpenKBP: the first course as given (35 fractions), the second the same dose on a CT moved by "
        "a known transform, two transforms a patient; registered by bone in a box of about three cervical vertebrae. "
        f"EQD2 of the sum in the cord at α/β {ALPHA_BETA_GY:g}. A voxel is 0.04–0.07 cc: how a mask is contoured moves "
        "D0.03cc by more than the registration does.",
        "",
        "| patient | target registration error, median / max mm | doubts | D0.03cc true | as registered | not registered | mean true | as registered | cord with dose | s |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for path in sorted(folder.glob("pt_*"), key=lambda p: int(p.name[3:])):
        patient = openkbp_dicom.read(path)
        fixed = Volume(patient.ct, patient.origin_mm, patient.spacing_mm)
        cord = Structure.from_contours("SpinalCord", patient.contours("SpinalCord"), frame_of_reference="F")
        points = cord.points()
        middle = points[np.abs(points[:, 2] - (points[:, 2].max() - BELOW_MM)) < ALONG_MM].mean(axis=0)
        half = np.array([HALF_MM, HALF_MM, ALONG_MM])
        box = (middle - half, middle + half)
        first = patient.grid("F")
        for seed, truth in enumerate(truths(middle, int(path.name[3:]), 2)):
            found, seconds, errors = registered(fixed, truth, box, seed)
            second = first.moved(np.linalg.inv(truth), "M")
            sums = [accumulate(cord, [first, second.moved(m, "F")], ALPHA_BETA_GY).total
                    for m in (truth, found.matrix, np.eye(4))]  # fmt: skip
            hot = [s.metric("D0.03cc").value for s in sums]
            lines.append(
                f"| {path.name} | {np.median(errors):.2f} / {errors.max():.2f} | {'; '.join(found.doubts) or '–'} | {hot[0]:.1f} | "
                f"{hot[1] - hot[0]:+.2f} | {hot[2] - hot[0]:+.1f} | {sums[0].mean_gy:.1f} | {sums[1].mean_gy - sums[0].mean_gy:+.2f} | "
                f"{sums[0].covered_share:.0%} | {seconds:.1f} |"
            )
    return lines


def abdomen():
    """The CT of data/ct_chest, which shows an abdomen and pelvis."""
    import SimpleITK as sitk  # noqa: N813  # its own name

    image = sitk.ReadImage(str(MORE / "data/ct_chest/example_ct.nii.gz"))
    flipped = sitk.DICOMOrient(image, "LPS")
    values = np.clip(sitk.GetArrayFromImage(flipped), -1024, 3071).astype(np.int16)
    fixed = Volume(values, np.array(flipped.GetOrigin()), flipped.GetSpacing())
    lines = [
        "",
        "The CT of `data/ct_chest` (it shows an abdomen and pelvis, 3 mm voxels), moved by five known transforms at each of two heights; box by bone.",
        "",
        "| height | target registration error, median / max mm | s |",
        "| --- | ---: | ---: |",
    ]
    for plane in (55, 90):
        bone = np.argwhere(values[plane - 10 : plane + 11] > 180)[:, ::-1] + [0, 0, plane - 10]
        middle = fixed.origin_mm + np.median(bone, axis=0) * np.array(fixed.spacing_mm)
        half = np.array([HALF_MM, HALF_MM, ALONG_MM])
        results = [
            registered(fixed, t, (middle - half, middle + half), n) for n, t in enumerate(truths(middle, plane, 5))
        ]
        errors = np.concatenate([e for _, _, e in results])
        doubted = [d for f, _, _ in results for d in f.doubts]
        words = f"slice {plane}" + (f" (doubted: {len(doubted)})" if doubted else "")
        lines.append(
            f"| {words} | {np.median(errors):.2f} / {errors.max():.2f} | {np.median([s for _, s, _ in results]):.1f} |"
        )
    return lines


def report():
    """All tables."""
    if not (MORE / "data/openkbp").is_dir():
        return ["The data sets are not here: set MYELON_REFERENCE."]
    return [*openkbp(), *abdomen()]


if __name__ == "__main__":
    print("\n".join(report()))
