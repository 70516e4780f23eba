"""Analytic phantoms: solids whose dose–volume content has a closed form, contoured and gridded as scanners do."""

import numpy as np

from myelon.dose.grid import DoseGrid
from myelon.dose.structure import Structure

ORIENTATIONS = {
    "HFS": ([1, 0, 0], [0, 1, 0]),
    "HFP": ([-1, 0, 0], [0, -1, 0]),
    "FFS": ([-1, 0, 0], [0, 1, 0]),
    "FFP": ([1, 0, 0], [0, -1, 0]),
    "HFDL": ([0, -1, 0], [1, 0, 0]),
    "HFDR": ([0, 1, 0], [-1, 0, 0]),
    "FFDL": ([0, 1, 0], [1, 0, 0]),
    "FFDR": ([0, -1, 0], [-1, 0, 0]),
}
"""Row and column direction of an axial image by patient position."""
GRADIENT = 1.0
POINTS = 360


def grid(direction, spacing, shift=0.0, orientation="HFS", reach=(24.0, 24.0, 48.0), base=60.0):
    """A dose of base + 1 Gy/mm along a direction, at voxel centres shifted by a share of a voxel."""
    columns, rows = (np.array(v, dtype=float) for v in ORIENTATIONS[orientation])
    normal = np.cross(columns, rows)
    start = -(np.array([abs(v) for v in reach]) // spacing) * spacing + shift * spacing
    counts = [int(2 * r // spacing) + 1 for r in reach]
    origin = start[0] * columns + start[1] * rows + start[2] * normal
    i, j, k = np.meshgrid(*(np.arange(n) * spacing for n in counts), indexing="ij")
    points = origin + i[..., None] * columns + j[..., None] * rows + k[..., None] * normal
    values = base + GRADIENT * points @ np.array(direction, dtype=float)
    return DoseGrid(
        np.ascontiguousarray(values.transpose(2, 1, 0).astype(np.float32)),
        origin, columns * spacing, rows * spacing, normal, np.arange(counts[2]) * spacing,
    )  # fmt: skip


def rotated(structure_points, rotation):
    return [np.asarray(c) @ rotation.T for c in structure_points]


def rings(radius_at, heights, points=POINTS):
    """Circles of the same area as the disc, so that the polygon does not shrink the volume."""
    angle = np.linspace(0.0, 2.0 * np.pi, points, endpoint=False)
    swell = np.sqrt(2.0 * np.pi / points / np.sin(2.0 * np.pi / points))
    return [
        np.column_stack(
            [swell * radius_at(z) * np.cos(angle), swell * radius_at(z) * np.sin(angle), np.full(points, z)]
        )
        for z in heights
    ]


def heights(length, spacing):
    """Planes in the middle of slabs that fill ±length/2."""
    return np.arange(-length / 2 + spacing / 2, length / 2, spacing)


def cylinder(radius, length, spacing):
    return Structure.from_contours("Cylinder", rings(lambda _: radius, heights(length, spacing)))


def sphere(radius, spacing):
    planes = [z for z in heights(2 * radius, spacing) if abs(z) < radius]
    return Structure.from_contours("Sphere", rings(lambda z: np.sqrt(radius**2 - z**2), planes))


def cone(radius, length, spacing):
    """Base at −length/2, apex at +length/2."""
    return Structure.from_contours("Cone", rings(lambda z: radius * (0.5 - z / length), heights(length, spacing)))


def segment_area(radius, height):
    """Area of a circular segment of a given height."""
    h = np.clip(height, 0.0, 2.0 * radius)
    return radius**2 * np.arccos((radius - h) / radius) - (radius - h) * np.sqrt(
        np.maximum(2 * radius * h - h * h, 0.0)
    )


def stack_above(structure, end_caps, level, axis):
    """Exact volume (mm³) of the contoured solid (a stack of discs) above a plane: across (y) or along (z)."""
    total = 0.0
    for slab in structure.slabs(end_caps):
        ring = slab.polygons[0]
        area = 0.5 * abs(np.sum(ring[:, 0] * np.roll(ring[:, 1], -1) - np.roll(ring[:, 0], -1) * ring[:, 1]))
        radius = np.sqrt(area / np.pi)
        if axis == "z":
            total += area * np.clip(slab.high_mm - max(level, slab.low_mm), 0.0, None)
        else:
            total += segment_area(radius, radius - level) * (slab.high_mm - slab.low_mm)
    return total


def stack_d_cc(structure, end_caps, volume_cc, axis, base=60.0):
    """Exact D_Vcc of the contoured solid under a gradient of 1 Gy/mm."""
    from scipy.optimize import brentq

    low, high = -60.0, 60.0
    wanted = volume_cc * 1000.0
    return base + brentq(lambda y: stack_above(structure, end_caps, y, axis) - wanted, low, high, xtol=1e-9)
