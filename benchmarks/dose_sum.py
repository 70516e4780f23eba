"""Times of sums of courses: whole grids against the memory and against SimpleITK, what-if on a cord, registration."""

import resource
from dataclasses import replace

import numba
import numpy as np

from clock import median_seconds

FRAMES, ROWS, COLUMNS = 200, 512, 512


@numba.njit(parallel=True)
def _bandwidth(one, other, out):
    for n in numba.prange(len(out)):
        out[n] = one[n] + other[n]


def whole_grids():
    """Two courses of 512 × 512 × 200 voxels, as they lie and with a rigid transform."""
    import SimpleITK as sitk  # noqa: N813  # its own name

    from myelon.dose.grid import DoseGrid
    from myelon.dose.sampling import eqd2_on

    rng = np.random.default_rng(1)
    x, y, z = np.eye(3)

    def course():
        values = rng.random((FRAMES, ROWS, COLUMNS), dtype=np.float32) * 50
        return DoseGrid(values, np.zeros(3), x, y, z, np.arange(float(FRAMES)), "frame", 25)

    one, last = course(), course()
    out = np.empty_like(last.values)
    flat = [g.ravel() for g in (one.values, last.values, out)]
    limit = median_seconds(lambda: _bandwidth(*flat))
    fused = median_seconds(lambda: eqd2_on(last, [one, last], 2.0, out))
    placed = np.eye(4)
    placed[:2, :2] = [[np.cos(0.05), -np.sin(0.05)], [np.sin(0.05), np.cos(0.05)]]
    placed[:3, 3] = (5.0, -3.0, 2.0)
    moved = one.moved(placed, "frame")
    rigid = median_seconds(lambda: eqd2_on(last, [moved, last], 2.0, out))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6

    image, reference = sitk.GetImageFromArray(one.values), sitk.GetImageFromArray(last.values)
    transform = sitk.Euler3DTransform()
    inverse = np.linalg.inv(placed)
    transform.SetMatrix(inverse[:3, :3].ravel().tolist())
    transform.SetTranslation(inverse[:3, 3].tolist())

    def peer():
        mapped = sitk.Resample(image, reference, transform, sitk.sitkLinear, 0.0)
        return sum((d + d * d / 50.0) / 2.0 for d in (sitk.GetArrayViewFromImage(mapped), last.values))

    library = median_seconds(peer, 3)
    return [
        ("EQD2 sum of two courses, the same voxels", fused, "≤ 1.5 × the memory limit",
         f"{fused / limit:.2f} × (limit {limit:.3f} s: two arrays read, one written)"),
        ("EQD2 sum of two courses, rigid transform, whole grid", rigid, "0.6",
         f"SimpleITK resample + numpy {library:.2f} s: {library / rigid:.1f} × (it maps, then converts)"),
        ("memory of it, GB", own, "1.5", "greatest resident size of the process up to there, both courses and the sum"),
    ]  # fmt: skip


def on_a_cord():
    """What a physicist waits for while a slider moves."""
    from myelon.board.schedules import PRINTED
    from myelon.dose.bed import Prescription
    from myelon.dose.interval import Interval
    from myelon.dose.what_if import Assumed, Computed, what_if
    from phantoms import cylinder, grid

    cord = {"SpinalCord": cylinder(5.0, 60.0, 2.0)}
    grids = [replace(grid([0, 1, 0], 2.5), fractions=10), replace(grid([1, 0, 0], 2.5), fractions=5)]
    given, gap = [Prescription(30.0, 10), Prescription(24.0, 5)], [Interval(400.0, 400.0)]
    steps, page = iter(range(1, 10**6)), Computed()
    """As a page keeps it for its case."""

    def shifted():
        shift = (0.001 * next(steps), 0.0, 0.0)
        return what_if(given, gap, Assumed(shift_mm=shift), grids=grids, structures=cord, sure=False, computed=page)

    def other_ratio():
        ratio = 2.5 + 0.001 * next(steps)
        return what_if(
            given, gap, Assumed(alpha_beta_gy=ratio), grids=grids, structures=cord, sure=False, computed=page
        )

    def sure():
        shift = (0.0, 0.001 * next(steps), 0.0)
        return what_if(given, gap, Assumed(shift_mm=shift), grids=grids, structures=cord, computed=page)

    def every_schedule():
        kept = Computed()
        return [
            what_if(
                given, gap, Assumed(planned=Prescription(p.total_gy, p.fractions)), grids=grids, structures=cord,
                computed=kept,
            )
            for p in PRINTED
        ]  # fmt: skip

    return [
        ("what-if on a cord (30 planes): earlier course shifted, both α/β", median_seconds(shifted), "0.06", ""),
        ("what-if on a cord: another α/β", median_seconds(other_ratio), "0.06", ""),
        ("the same shift with its 95th percentile of 100 readings", median_seconds(sure), "2", ""),
        (
            f"{len(PRINTED)} printed schedules as a further course, each with its percentile",
            median_seconds(every_schedule),
            "2",
            "nothing kept from before; even courses share one sum",
        ),
    ]


def registered():
    """The spine of a phantom at 256 × 256 × 128 voxels, moved by a known transform."""
    import time

    from myelon.demo import phantoms
    from myelon.dose.register import register
    from myelon.dose.uncertainty import _placed
    from myelon.dose.volume import Volume

    values, origin = phantoms.ct(phantoms.PHANTOMS[1])
    small = Volume(values, origin, (phantoms.PIXEL_MM, phantoms.PIXEL_MM, phantoms.SLICE_MM))
    size = (np.array(values.shape[::-1]) - 1) * np.array(small.spacing_mm)
    spacing = size / np.array([255, 255, 127])
    z, y, x = np.meshgrid(np.arange(128), np.arange(256), np.arange(256), indexing="ij")
    points = origin + np.stack([x, y, z], axis=-1) * spacing
    fixed = Volume(small.at(points).astype(np.int16), origin, tuple(float(s) for s in spacing))
    rng, seconds, errors = np.random.default_rng(2), [], []
    box = ([-35.0, -55.0, -125.0], [35.0, 35.0, -40.0])
    inner = np.array([[a, b, c] for a in (-15.0, 15.0) for b in (-40.0, 15.0) for c in (-110.0, -60.0)])
    for _ in range(5):
        truth = _placed(np.array([0.0, -10.0, -84.0]), rng.uniform(-12, 12, 3), rng.uniform(-6, 6, 3))
        there = points.reshape(-1, 3) @ truth[:3, :3].T + truth[:3, 3]
        noisy = fixed.at(there).reshape(fixed.values.shape) + rng.normal(0, 10, fixed.values.shape)
        moving = Volume(noisy.astype(np.int16), origin, fixed.spacing_mm)
        start = time.perf_counter()
        found = register(fixed, moving, box)
        seconds.append(time.perf_counter() - start)
        back = (inner - truth[:3, 3]) @ truth[:3, :3]
        errors += list(np.linalg.norm(back @ found.matrix[:3, :3].T + found.matrix[:3, 3] - inner, axis=1))
    words = f"target registration error: median {np.median(errors):.2f} mm (target 0.5), greatest {max(errors):.2f} mm, 5 transforms"
    return [("rigid registration by bone, 256 × 256 × 128, known truth", float(np.median(seconds)), "10", words)]


def report():
    """Lines of the performance page."""
    lines = ["| task | seconds | target | beside |", "| --- | ---: | ---: | --- |"]
    rows = [*whole_grids(), *on_a_cord(), *registered()]
    return lines + [f"| {task} | {found:.3f} | {target} | {words} |" for task, found, target, words in rows]


if __name__ == "__main__":
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    print("\n".join(report()))
