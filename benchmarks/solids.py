"""Accuracy of the DVH engine on solids with a closed form."""

import statistics
import time

import numpy as np

from myelon.dose.dvh import dvh
from phantoms import cone, cylinder, grid, sphere, stack_above, stack_d_cc

SOLIDS = {
    "cord r = 3 mm": (lambda s: cylinder(3.0, 60.0, s), np.pi * 9 * 60 / 1000, None),
    "cord r = 5 mm": (lambda s: cylinder(5.0, 60.0, s), np.pi * 25 * 60 / 1000, None),
    "sphere r = 12 mm": (lambda s: sphere(12.0, s), 4 / 3 * np.pi * 12**3 / 1000, "sphere"),
    "cone r = 10 mm": (lambda s: cone(10.0, 60.0, s), np.pi * 100 * 60 / 3000, "cone"),
}
AXES = {"across": ([0, 1, 0], "y"), "along": ([0, 0, 1], "z")}
GRIDS, CONTOURS, SHIFTS = (1.0, 2.0, 2.5, 3.0), (1.0, 2.0, 3.0), (0.0, 0.25, 0.34, 0.47)


def accuracy():
    """A row per solid and direction: worst errors over grids, contour spacings and shifts."""
    lines = [
        f"1 Gy/mm; dose grids {GRIDS} mm, contours every {CONTOURS} mm, dose grid shifted by {SHIFTS} voxel: "
        f"{len(GRIDS) * len(CONTOURS) * len(SHIFTS)} cases a row. *Contoured*: against the exact content of the "
        "contours as a stack of slabs, which is what a DVH can know. *Smooth*: against the solid before it was "
        "contoured; along the axis of a sphere or cone what is left is the contour spacing, not the engine. "
        "Curve: greatest difference of the cumulative curve, in percent of the volume.",
        "",
        "| solid | gradient | D0.03cc contoured, max Gy | D0.03cc smooth, max Gy | volume, max % | curve, max % | median ms |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, (make, true_cc, shape) in SOLIDS.items():
        for direction, (vector, axis) in AXES.items():
            lines.append(_row(name, make, true_cc, shape, direction, vector, axis))
    return lines


def _row(name, make, true_cc, shape, direction, vector, axis):
    contoured, smooth, volumes, curves, times = [], [], [], [], []
    finest = stack_d_cc(make(0.02), "slab", 0.03, axis) if shape else None
    for contours in CONTOURS:
        structure = make(contours)
        truth = stack_d_cc(structure, "slab", 0.03, axis)
        levels = np.linspace(-11, 11, 23)
        content = np.array([stack_above(structure, "slab", level, axis) for level in levels]) / 1000
        for spacing in GRIDS:
            for shift in SHIFTS:
                flat = grid(vector, spacing, shift)
                start = time.perf_counter()
                found = dvh(structure, [flat])
                times.append(time.perf_counter() - start)
                value = found.metric("D0.03cc").value
                contoured.append(abs(value - truth))
                smooth.append(abs(value - (finest or truth)))
                volumes.append(abs(found.total_cc / true_cc - 1))
                ours = np.array([found.volume_at_gy(60 + level) for level in levels])
                curves.append(np.abs(ours - content).max() / found.total_cc)
    return (
        f"| {name} | {direction} | {max(contoured):.4f} | {max(smooth):.3f} | {100 * max(volumes):.2f} | "
        f"{100 * max(curves):.3f} | {1000 * statistics.median(times):.1f} |"
    )
