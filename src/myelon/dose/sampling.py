"""The numba kernels: trilinear dose, and the exact dose–volume content of polygons under it.

A structure is cut into slabs (one per contour plane), layers of a slab, and strips of its polygons. Strips end
at every vertex, so that a strip's mid-line times its height is its exact area; along the mid-line the dose is
taken between grid lines, where trilinear interpolation is linear, and the volume of each piece is spread evenly
over the dose it spans, widened by the gradient across strip and layer. No voxel is ever in or out as a whole.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import get_num_threads, njit, prange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from myelon.dose.grid import DoseGrid
    from myelon.dose.structure import Slab

MOST_GRIDS = 8
_FARTHEST_COLUMN = 1e7
"""What lies farther from the grid is outside it, and is not walked to column by column."""


class Histogram(NamedTuple):
    """Volume per dose and what was met on the way; volumes in mm³."""

    below: NDArray[np.float64]
    """Volume with dose below each bin edge."""
    covered_mm3: float
    outside_mm3: float
    dose_volume: float
    low: float
    high: float


def sample_sum(
    grids: Sequence[DoseGrid], points_mm: NDArray[np.float64], moves: Sequence[NDArray[np.float64] | None] = ()
) -> NDArray[np.float64]:
    """Sum of grids at LPS points, shape (n,); NaN where a point lies outside one of them.

    Args:
        grids: Doses to add.
        points_mm: Shape (n, 3).
        moves: For each grid a rigid 4 × 4 transform that it is moved by, or None; none at all leaves all in place.
    """
    points = np.ascontiguousarray(points_mm, dtype=np.float64)
    result = np.zeros(len(points))
    for n, grid in enumerate(grids):
        mapped = np.zeros((3, 4))
        back = moves[n] if moves else None
        if grid.warp is not None:
            still = points if back is None else (points - back[:3, 3]) @ back[:3, :3]
            own = np.ascontiguousarray(grid.own(still))
            for a, axis in enumerate(grid.axes):
                mapped[a, :3], mapped[a, 3] = axis, -grid.origin_mm @ axis
            _add_sampled(np.ascontiguousarray(grid.values), grid.frame_offsets_mm, mapped, own, result)
            continue
        rotation, shift = (np.eye(3), np.zeros(3)) if back is None else (back[:3, :3].T, back[:3, 3])
        for a, axis in enumerate(grid.axes):
            mapped[a, :3] = axis @ rotation
            mapped[a, 3] = -(axis @ rotation @ shift) - grid.origin_mm @ axis
        _add_sampled(np.ascontiguousarray(grid.values), grid.frame_offsets_mm, mapped, points, result)
    return result


def eqd2_on(
    target: DoseGrid, grids: Sequence[DoseGrid], alpha_beta_gy: float, out: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Sum of physical grids in EQD2 at the voxel centres of a target grid; NaN where one of them is not known.

    Each grid is converted at its own voxels while it is read: no converted copy is made. Where a grid lies on the
    voxels of the target nothing is interpolated.

    Args:
        target: Whose voxel centres.
        grids: Physical dose of each course, with its fractions.
        alpha_beta_gy: α/β.
        out: Where to write, float32 of the target's shape; a new array when None.

    Raises:
        DoseError: A grid lacks its fractions, or is not of physical dose.
    """
    out = np.empty(target.values.shape, dtype=np.float32) if out is None else out
    scale = 1.0 / (1.0 + 2.0 / alpha_beta_gy)
    per_gy = [1.0 / (g.physical_fractions() * alpha_beta_gy) for g in grids]
    same = [g for g in grids if _on_the_voxels(g, target)]
    if len(same) == 2 == len(grids):
        one, other = (np.ascontiguousarray(g.values).ravel() for g in grids)
        _two_as_they_lie(one, other, per_gy[0], per_gy[1], scale, out.ravel())
        return out
    out.fill(0.0)
    for grid, each in zip(grids, per_gy, strict=True):
        values = np.ascontiguousarray(grid.values)
        if grid.warp is not None:
            _warped(grid.to_eqd2(alpha_beta_gy), target, out)
            continue
        if grid in same:
            _as_it_lies(values.ravel(), each, scale, out.ravel())
            continue
        steps = np.array([[a @ s for s in (target.column_step_mm, target.row_step_mm)] for a in grid.axes])
        first = np.array([a @ (target.origin_mm - grid.origin_mm) for a in grid.axes])
        along = np.array([a @ target.frame_normal for a in grid.axes])
        offsets = grid.frame_offsets_mm
        uniform = len(offsets) > 1 and np.allclose(np.diff(offsets), offsets[1], rtol=1e-9)
        if uniform:  # the frame index is then linear as well
            first[2], steps[2], along[2] = (v / offsets[1] for v in (first[2], steps[2], along[2]))
        _mapped(values, offsets, uniform, each, scale, first, steps, along, target.frame_offsets_mm, out)
    return out


def _warped(converted: DoseGrid, target: DoseGrid, out: NDArray[np.float32]) -> None:
    """A warped grid added at the voxel centres of the target, frame by frame."""
    _, rows, columns = target.values.shape
    plane = (
        target.origin_mm
        + np.arange(rows)[:, None, None] * target.row_step_mm
        + np.arange(columns)[None, :, None] * target.column_step_mm
    ).reshape(-1, 3)
    for n, height in enumerate(target.frame_offsets_mm):
        out[n] += sample_sum([converted], plane + height * target.frame_normal).reshape(rows, columns)


def _on_the_voxels(grid: DoseGrid, target: DoseGrid) -> bool:
    """Whether two grids have the same voxels."""
    return (
        grid.warp is None
        and grid.values.shape == target.values.shape
        and all(
            np.allclose(getattr(grid, name), getattr(target, name), atol=1e-6)
            for name in ("origin_mm", "column_step_mm", "row_step_mm", "frame_normal", "frame_offsets_mm")
        )
    )


def histogram(
    slabs: Sequence[Slab],
    axes: NDArray[np.float64],
    grids: Sequence[DoseGrid],
    *,
    strip_mm: float,
    layer_mm: float,
    bin_gy: float,
    bins: int,
) -> Histogram:
    """Dose–volume content of slabs under the sum of grids (each sampled where it lies, none resampled).

    Args:
        slabs: From `Structure.slabs`.
        axes: Rows u, v, w of the structure in LPS.
        grids: Grids to add, at most eight.
        strip_mm: Greatest height of a strip.
        layer_mm: Greatest thickness of a layer.
        bin_gy: Width of a bin.
        bins: Number of bins; dose above falls into the last.
    """
    edges, edge_start, vertices, vertex_start = _flatten(slabs)
    bounds = np.array([(s.low_mm, s.high_mm) for s in slabs], dtype=np.float64).reshape(-1, 2)
    maps = np.zeros((len(grids), 3, 4))
    for g, grid in enumerate(grids):
        for a, axis in enumerate(grid.axes):
            maps[g, a, :3] = axes @ axis
            maps[g, a, 3] = -grid.origin_mm @ axis
    values = [np.ascontiguousarray(g.values, dtype=np.float32) for g in grids]
    shapes = np.array([v.shape for v in values], dtype=np.int64)
    flat = np.concatenate([v.ravel() for v in values]) if len(values) > 1 else values[0].ravel()
    starts = np.concatenate([[0], np.cumsum([v.size for v in values])]).astype(np.int64)
    frames = np.concatenate([g.frame_offsets_mm for g in grids]).astype(np.float64)
    frame_start = np.concatenate([[0], np.cumsum([len(g.frame_offsets_mm) for g in grids])]).astype(np.int64)
    parts = max(1, min(get_num_threads(), len(slabs)))
    step, ramp, totals = _sweep(
        edges, edge_start, vertices, vertex_start, bounds, maps, flat, starts, shapes, frames, frame_start,
        strip_mm, layer_mm, bin_gy, bins, parts,
    )  # fmt: skip
    steps, ramps = step.sum(axis=0), ramp.sum(axis=0)
    below = np.concatenate([[0.0], np.cumsum(steps)[:-1]]) + bin_gy * np.concatenate(
        [[0.0], np.cumsum(np.cumsum(ramps))[:-1]]
    )
    covered = float(totals[:, 0].sum())
    return Histogram(
        np.clip(below, 0.0, covered),
        covered,
        float(totals[:, 1].sum()),
        float(totals[:, 2].sum()),
        float(totals[:, 3].min()) if covered > 0 else math.nan,
        float(totals[:, 4].max()) if covered > 0 else math.nan,
    )


def _flatten(
    slabs: Sequence[Slab],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Edges (u0, v0, u1, v1) of every slab, and the sorted distinct v of its vertices."""
    edges, edge_start, heights, height_start = [], [0], [], [0]
    for slab in slabs:
        for polygon in slab.polygons:
            edges += [np.hstack([polygon, np.roll(polygon, -1, axis=0)])]
        edge_start.append(edge_start[-1] + sum(len(p) for p in slab.polygons))
        v = np.unique(np.concatenate([p[:, 1] for p in slab.polygons]))
        heights.append(v[np.concatenate([[True], np.diff(v) > 1e-6])])
        height_start.append(height_start[-1] + len(heights[-1]))
    return (
        np.vstack(edges),
        np.array(edge_start, dtype=np.int64),
        np.concatenate(heights),
        np.array(height_start, dtype=np.int64),
    )


# ── kernels ─────────────────────────────────────────────────────────────────────────────────────────────


@njit(cache=True, inline="always")
def _frame_of(distance, frames, lo, hi):
    """Fractional frame index of a distance; uniform grids by division, others by bisection."""
    count = hi - lo
    if count == 1:
        return 0.0
    first, last = frames[lo], frames[hi - 1]
    guess = (distance - first) / (last - first) * (count - 1)
    k = 0
    if guess >= count - 2:  # before the conversion: a far distance, or none, is no whole number
        k = count - 2
    elif guess > 0:
        k = int(guess)
    while k > 0 and distance < frames[lo + k]:
        k -= 1
    while k < count - 2 and distance >= frames[lo + k + 1]:
        k += 1
    return k + (distance - frames[lo + k]) / (frames[lo + k + 1] - frames[lo + k])


@njit(cache=True, inline="always")
def _trilinear(flat, start, nz, ny, nx, x, y, z):
    """Dose and its derivatives along column, row and frame index; the outer half voxel is held constant."""
    i = int(min(max(x, 0.0), max(nx - 2.0, 0.0)))
    j = int(min(max(y, 0.0), max(ny - 2.0, 0.0)))
    k = int(min(max(z, 0.0), max(nz - 2.0, 0.0)))
    fx, fy, fz = x - i, y - j, z - k
    fx = 0.0 if fx < 0 else (1.0 if fx > 1 else fx)
    fy = 0.0 if fy < 0 else (1.0 if fy > 1 else fy)
    fz = 0.0 if fz < 0 else (1.0 if fz > 1 else fz)
    dx = 1 if nx > 1 else 0
    dy = nx if ny > 1 else 0
    dz = nx * ny if nz > 1 else 0
    p = start + (k * ny + j) * nx + i
    c000, c100 = flat[p], flat[p + dx]
    c010, c110 = flat[p + dy], flat[p + dy + dx]
    c001, c101 = flat[p + dz], flat[p + dz + dx]
    c011, c111 = flat[p + dz + dy], flat[p + dz + dy + dx]
    gx, gy, gz = 1.0 - fx, 1.0 - fy, 1.0 - fz
    a00, a10 = c000 * gx + c100 * fx, c010 * gx + c110 * fx
    a01, a11 = c001 * gx + c101 * fx, c011 * gx + c111 * fx
    b0, b1 = a00 * gy + a10 * fy, a01 * gy + a11 * fy
    along_x = ((c100 - c000) * gy + (c110 - c010) * fy) * gz + ((c101 - c001) * gy + (c111 - c011) * fy) * fz
    along_y = (a10 - a00) * gz + (a11 - a01) * fz
    return b0 * gz + b1 * fz, along_x, along_y, b1 - b0


@njit(cache=True)
def _add_sampled(values, frames, mapped, points, result):
    """Trilinear dose of one grid added to the result; ``mapped`` takes LPS mm to column, row and frame distance."""
    nz, ny, nx = values.shape
    flat = values.ravel()
    for n in range(len(points)):
        p, q, r = points[n, 0], points[n, 1], points[n, 2]
        x = mapped[0, 0] * p + mapped[0, 1] * q + mapped[0, 2] * r + mapped[0, 3]
        y = mapped[1, 0] * p + mapped[1, 1] * q + mapped[1, 2] * r + mapped[1, 3]
        z = _frame_of(mapped[2, 0] * p + mapped[2, 1] * q + mapped[2, 2] * r + mapped[2, 3], frames, 0, nz)
        if not (x >= -0.5 and y >= -0.5 and z >= -0.5 and x <= nx - 0.5 and y <= ny - 0.5 and z <= nz - 0.5):
            result[n] = np.nan  # outside, or a place that is not known
            continue
        x, y, z = min(max(x, 0.0), nx - 1.0), min(max(y, 0.0), ny - 1.0), min(max(z, 0.0), nz - 1.0)
        i, j, k = np.uint32(x), np.uint32(y), np.uint32(z)  # unsigned: no check for negative places
        fx, fy, fz = x - i, y - j, z - k
        dx = np.uint32(1 if i + 1 < nx else 0)
        dy = np.uint32(nx if j + 1 < ny else 0)
        here = (k * np.uint32(ny) + j) * np.uint32(nx) + i
        above = here + np.uint32(nx * ny if k + 1 < nz else 0)
        c00 = flat[here] + (flat[here + dx] - flat[here]) * fx
        c10 = flat[here + dy] + (flat[here + dy + dx] - flat[here + dy]) * fx
        c01 = flat[above] + (flat[above + dx] - flat[above]) * fx
        c11 = flat[above + dy] + (flat[above + dy + dx] - flat[above + dy]) * fx
        low, high = c00 + (c10 - c00) * fy, c01 + (c11 - c01) * fy
        result[n] += low + (high - low) * fz


@njit(cache=True, parallel=True)
def _two_as_they_lie(one, other, per_one, per_other, scale, out):
    a, b, s = np.float32(per_one), np.float32(per_other), np.float32(scale)
    for n in prange(len(out)):
        p, q = one[n], other[n]
        out[n] = (p + a * p * p + q + b * q * q) * s


@njit(cache=True, parallel=True)
def _as_it_lies(values, per_gy, scale, out):
    a, s = np.float32(per_gy), np.float32(scale)
    for n in prange(len(out)):
        out[n] += (values[n] + a * values[n] * values[n]) * s


@njit(cache=True, parallel=True)
def _mapped(values, frames, uniform, per_gy, scale, first, steps, along, heights, out):
    """One grid on the voxels of another: converted at its corners, then taken between them (convert, then map)."""
    nz, ny, nx = values.shape
    flat = values.ravel()
    a, s = np.float32(per_gy), np.float32(scale)
    one, zero = np.uint32(1), np.uint32(0)
    row, frame = np.uint32(nx), np.uint32(nx * ny)
    for k_out in prange(out.shape[0]):
        x_in, y_in, z_in = steps[0, 0], steps[1, 0], steps[2, 0]
        for j_out in range(out.shape[1]):
            x0 = first[0] + along[0] * heights[k_out] + steps[0, 1] * j_out
            y0 = first[1] + along[1] * heights[k_out] + steps[1, 1] * j_out
            z0 = first[2] + along[2] * heights[k_out] + steps[2, 1] * j_out
            low, high = 0.0, float(out.shape[2])
            if uniform:  # the stretch of the row that lies well inside: nothing is clamped or asked there
                low, high = _inner(x0, x_in, nx, low, high)
                low, high = _inner(y0, y_in, ny, low, high)
                low, high = _inner(z0, z_in, nz, low, high)
            else:
                high = 0.0
            low, high = min(low, float(out.shape[2])), max(high, 0.0)
            inner_from, inner_to = int(math.ceil(low)), max(int(math.floor(high)), int(math.ceil(low)))
            for i_out in range(out.shape[2]):
                x, y, z = x0 + x_in * i_out, y0 + y_in * i_out, z0 + z_in * i_out
                dx, dy, dz = one, row, frame
                if i_out < inner_from or i_out >= inner_to:
                    if not uniform:
                        z = _frame_of(z, frames, 0, nz)
                    if not (
                        x >= -0.5 and y >= -0.5 and z >= -0.5 and x <= nx - 0.5 and y <= ny - 0.5 and z <= nz - 0.5
                    ):
                        out[k_out, j_out, i_out] = np.nan
                        continue
                    x, y, z = min(max(x, 0.0), nx - 1.0), min(max(y, 0.0), ny - 1.0), min(max(z, 0.0), nz - 1.0)
                    dx = one if int(x) + 1 < nx else zero
                    dy = row if int(y) + 1 < ny else zero
                    dz = frame if int(z) + 1 < nz else zero
                i, j, k = np.uint32(x), np.uint32(y), np.uint32(z)
                fx, fy, fz = np.float32(x - i), np.float32(y - j), np.float32(z - k)
                here = k * frame + j * row + i
                above = here + dz
                c0, c1, c2, c3 = flat[here], flat[here + dx], flat[here + dy], flat[here + dy + dx]
                c4, c5, c6, c7 = flat[above], flat[above + dx], flat[above + dy], flat[above + dy + dx]
                c0, c1, c2, c3 = c0 + a * c0 * c0, c1 + a * c1 * c1, c2 + a * c2 * c2, c3 + a * c3 * c3
                c4, c5, c6, c7 = c4 + a * c4 * c4, c5 + a * c5 * c5, c6 + a * c6 * c6, c7 + a * c7 * c7
                c0, c2, c4, c6 = c0 + (c1 - c0) * fx, c2 + (c3 - c2) * fx, c4 + (c5 - c4) * fx, c6 + (c7 - c6) * fx
                c0, c4 = c0 + (c2 - c0) * fy, c4 + (c6 - c4) * fy
                out[k_out, j_out, i_out] += (c0 + (c4 - c0) * fz) * s


@njit(cache=True, inline="always")
def _inner(start, step, size, low, high):
    """The part of a stretch of steps on which ``start + step · n`` lies between the first and the last voxel."""
    if not (abs(start) < _FARTHEST_COLUMN and abs(step) < _FARTHEST_COLUMN):  # far away, or no number
        return high, high
    if abs(step) < 1e-12:
        return (low, high) if 0.0 <= start < size - 1.0 else (high, high)
    one, other = -start / step, (size - 1.0 - start) / step
    return max(low, min(one, other) + 1e-6), min(high, max(one, other) - 1e-6)


@njit(cache=True)
def _crossings(edges, lo, hi, v, found):
    """Sorted u where the polygons cross the line v; pairs of them are inside (even-odd)."""
    count = 0
    for e in range(lo, hi):
        v0, v1 = edges[e, 1], edges[e, 3]
        if (v0 <= v) != (v1 <= v):
            u = edges[e, 0] + (v - v0) / (v1 - v0) * (edges[e, 2] - edges[e, 0])
            at = count
            while at > 0 and found[at - 1] > u:
                found[at] = found[at - 1]
                at -= 1
            found[at] = u
            count += 1
    return count


@njit(cache=True, inline="always")
def _deposit(step, ramp, dose, width, volume, bin_gy, bins):
    """Spread a volume evenly over ``dose ± width / 2``, narrower near 0: a ramp of the curve, or a step if narrow."""
    top = bins - 2.0
    position = min(max(dose / bin_gy, 0.0), top)
    width = min(bins * bin_gy, width)  # neither endless nor a number that is none
    half = min(0.5 * width / bin_gy, position, top - position)
    if half < 0.5:
        k = int(position)
        f = position - k
        step[k] += volume * (1.0 - f)
        step[k + 1] += volume * f
        return
    density = volume / (2.0 * half * bin_gy)
    for side in range(2):
        place = position - half if side == 0 else position + half
        k = int(place)
        f = place - k
        signed = density if side == 0 else -density
        ramp[k] += signed * (1.0 - f)
        ramp[k + 1] += signed * f


@njit(cache=True, parallel=True, error_model="numpy")
def _sweep(
    edges, edge_start, vertices, vertex_start, bounds, maps, flat, starts, shapes, frames, frame_start,
    strip_mm, layer_mm, bin_gy, bins, parts,
):  # fmt: skip
    """All slabs; ``parts`` workers each with their own histogram."""
    slabs, grids = len(bounds), len(maps)
    step, ramp = np.zeros((parts, bins + 1)), np.zeros((parts, bins + 1))
    totals = np.zeros((parts, 16))  # a cache line each and more: workers do not wait for each other
    totals[:, 3], totals[:, 4] = np.inf, -np.inf
    aligned = grids == 1 and abs(maps[0, 1, 0]) < 1e-9 and abs(maps[0, 2, 0]) < 1e-9 and abs(maps[0, 0, 0]) > 1e-9
    for part in prange(parts):
        base, slope = np.empty((grids, 3)), maps[:, :, 0]
        for s in range(part, slabs, parts):
            lo, hi = edge_start[s], edge_start[s + 1]
            found = np.empty(hi - lo + 2)
            low, high = bounds[s, 0], bounds[s, 1]
            layers = max(1, int(math.ceil((high - low) / layer_mm - 1e-9)))
            thick = (high - low) / layers
            if thick <= 0:
                continue
            for r in range(vertex_start[s], vertex_start[s + 1] - 1):
                gap = vertices[r + 1] - vertices[r]
                strips = max(1, int(math.ceil(gap / strip_mm - 1e-9)))
                height = gap / strips
                for t in range(strips):
                    v = vertices[r] + (t + 0.5) * height
                    count = _crossings(edges, lo, hi, v, found)
                    for layer in range(layers):
                        w = low + (layer + 0.5) * thick
                        for g in range(grids):
                            for a in range(3):
                                base[g, a] = maps[g, a, 1] * v + maps[g, a, 2] * w + maps[g, a, 3]
                        for c in range(0, count - 1, 2):
                            if aligned:
                                _along_columns(
                                    found[c], found[c + 1], height, thick, base, slope, maps, flat, shapes, frames,
                                    bin_gy, bins, step[part], ramp[part], totals[part],
                                )  # fmt: skip
                                continue
                            _along(
                                found[c], found[c + 1], height, thick, base, slope, maps, flat, starts, shapes,
                                frames, frame_start, bin_gy, bins, step[part], ramp[part], totals[part],
                            )  # fmt: skip
    return step, ramp, totals


@njit(cache=True, error_model="numpy")
def _along_columns(
    first, last, height, thick, base, slope, maps, flat, shapes, frames, bin_gy, bins, step, ramp, totals
):
    """As `_along`, for one grid whose columns follow the mid-line: its row and frame stay the same along it."""
    nz, ny, nx = shapes[0, 0], shapes[0, 1], shapes[0, 2]
    y, z, k = base[0, 1], _frame_of(base[0, 2], frames, 0, nz), slope[0, 0]
    if not (y >= -0.5 and z >= -0.5 and y <= ny - 0.5 and z <= nz - 0.5):
        totals[1] += (last - first) * height * thick
        return
    row, frame = max(min(int(y), ny - 2), 0), max(min(int(z), nz - 2), 0)
    fy, fz = min(max(y - row, 0.0), 1.0), min(max(z - frame, 0.0), 1.0)
    gy, gz = 1.0 - fy, 1.0 - fz
    p00 = (frame * ny + row) * nx
    p10 = p00 + (nx if ny > 1 else 0)
    p01 = p00 + (nx * ny if nz > 1 else 0)
    p11 = p01 + p10 - p00
    k0 = min(max(int(z), 0), nz - 2)
    per_mm = 1.0 / (frames[k0 + 1] - frames[k0]) if nz > 1 else 1.0
    one, other = base[0, 0] + k * first, base[0, 0] + k * last
    at, end = min(one, other), max(one, other)
    if not (at > -_FARTHEST_COLUMN and end < _FARTHEST_COLUMN):
        totals[1] += (last - first) * height * thick
        return
    column, last_column = int(math.floor(at + 1e-7)), -2
    per_index = height * thick / abs(k)
    v1, y1, z1 = 0.0, 0.0, 0.0
    while at < end - 1e-9:
        until = min(column + 1.0, end)
        if (column == -1 or column == nx - 1) and at < column + 0.5 - 1e-9:  # half a voxel further nothing is known
            until = min(until, column + 0.5)
        middle, volume = 0.5 * (at + until), (until - at) * per_index
        here = max(min(column, nx - 2), 0)
        if here == last_column + 1:
            v0, y0, z0 = v1, y1, z1
        else:
            low, high = flat[p00 + here] * gy + flat[p10 + here] * fy, flat[p01 + here] * gy + flat[p11 + here] * fy
            v0, z0 = low * gz + high * fz, high - low
            y0 = (flat[p10 + here] - flat[p00 + here]) * gz + (flat[p11 + here] - flat[p01 + here]) * fz
        if here != last_column:
            n = here + (1 if nx > 1 else 0)
            low, high = flat[p00 + n] * gy + flat[p10 + n] * fy, flat[p01 + n] * gy + flat[p11 + n] * fy
            v1, z1 = low * gz + high * fz, high - low
            y1 = (flat[p10 + n] - flat[p00 + n]) * gz + (flat[p11 + n] - flat[p01 + n]) * fz
        last_column = here
        share = min(max(middle - here, 0.0), 1.0)
        dose, along_x = v0 + (v1 - v0) * share, v1 - v0
        if middle < -0.5 or middle > nx - 0.5 or math.isnan(dose):
            totals[1] += volume
        else:
            along_y, along_z = y0 + (y1 - y0) * share, (z0 + (z1 - z0) * share) * per_mm
            run = along_x * (until - at)
            strip = (along_x * maps[0, 0, 1] + along_y * maps[0, 1, 1] + along_z * maps[0, 2, 1]) * height
            layer = (along_x * maps[0, 0, 2] + along_y * maps[0, 1, 2] + along_z * maps[0, 2, 2]) * thick
            width = math.sqrt(run * run + strip * strip + layer * layer)
            _deposit(step, ramp, dose, width, volume, bin_gy, bins)
            reach = 0.5 * (abs(run) + abs(strip) + abs(layer))
            totals[0] += volume
            totals[2] += volume * dose
            totals[3] = min(totals[3], max(0.0, dose - reach))
            totals[4] = max(totals[4], dose + reach)
        at = until
        if until >= column + 1.0:
            column += 1


@njit(cache=True, inline="always")
def _last_known(line, index, k, count):
    """The next line at the end of a grid: what is known ends half a voxel beyond the last centre."""
    for edge in (-0.5, count - 0.5):
        ahead = edge > index + 1e-7 if k > 0 else edge < index - 1e-7
        if ahead and (edge < line if k > 0 else edge > line):
            line = edge
    return line


@njit(cache=True, error_model="numpy")
def _along(
    first, last, height, thick, base, slope, maps, flat, starts, shapes, frames, frame_start,
    bin_gy, bins, step, ramp, totals,
):  # fmt: skip
    """One stretch of one strip's mid-line, piece by piece between the grid lines of every grid."""
    grids = len(base)
    at = first
    while at < last - 1e-9:
        until = last
        for g in range(grids):
            for a in range(3):
                k = slope[g, a]
                if abs(k) < 1e-9:
                    continue
                index = base[g, a] + k * at
                if a == 2:
                    lo, hi = frame_start[g], frame_start[g + 1]
                    if hi - lo == 1:
                        continue
                    index = _frame_of(index, frames, lo, hi)
                    place = np.floor(index + 1e-7) if k > 0 else np.ceil(index - 1e-7) - 1.0
                    n = int(min(max(place, 0.0), hi - lo - 2.0))
                    k = k / (frames[lo + n + 1] - frames[lo + n])
                line = np.floor(index + 1e-7) + 1.0 if k > 0 else np.ceil(index - 1e-7) - 1.0
                if line < 1.0 or line > shapes[g, 2 - a] - 2.0:
                    line = _last_known(line, index, k, shapes[g, 2 - a])
                reach = at + (line - index) / k
                if at + 1e-7 < reach < until:
                    until = reach
        middle = 0.5 * (at + until)
        volume = (until - at) * height * thick
        dose, start_dose, end_dose, across_v, across_w = 0.0, 0.0, 0.0, 0.0, 0.0
        inside = True
        for g in range(grids):
            nz, ny, nx = shapes[g, 0], shapes[g, 1], shapes[g, 2]
            lo, hi = frame_start[g], frame_start[g + 1]
            x, y = base[g, 0] + slope[g, 0] * middle, base[g, 1] + slope[g, 1] * middle
            z = _frame_of(base[g, 2] + slope[g, 2] * middle, frames, lo, hi)
            if not (x >= -0.5 and y >= -0.5 and z >= -0.5 and x <= nx - 0.5 and y <= ny - 0.5 and z <= nz - 0.5):
                inside = False
                break
            value, along_x, along_y, along_z = _trilinear(flat, starts[g], nz, ny, nx, x, y, z)
            if math.isnan(value):  # not known: where a registration says nothing
                inside = False
                break
            per_mm = 1.0
            if nz > 1:
                k0 = min(max(int(z), 0), nz - 2)
                per_mm = 1.0 / (frames[lo + k0 + 1] - frames[lo + k0])
            half = 0.5 * (until - at)
            along_u = along_x * slope[g, 0] + along_y * slope[g, 1] + along_z * slope[g, 2] * per_mm
            dose += value
            start_dose += value - along_u * half
            end_dose += value + along_u * half
            across_v += along_x * maps[g, 0, 1] + along_y * maps[g, 1, 1] + along_z * maps[g, 2, 1] * per_mm
            across_w += along_x * maps[g, 0, 2] + along_y * maps[g, 1, 2] + along_z * maps[g, 2, 2] * per_mm
        if not inside:
            totals[1] += volume
        else:
            run = end_dose - start_dose
            strip, layer = across_v * height, across_w * thick
            width = math.sqrt(run * run + strip * strip + layer * layer)
            _deposit(step, ramp, dose, width, volume, bin_gy, bins)
            reach = 0.5 * (abs(run) + abs(strip) + abs(layer))
            totals[0] += volume
            totals[2] += volume * dose
            totals[3] = min(totals[3], max(0.0, dose - reach))
            totals[4] = max(totals[4], dose + reach)
        at = until
