"""The DVH engine against solids with a closed form."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myelon.dose.dvh import dvh
from myelon.dose.grid import DoseGrid
from myelon.dose.structure import Structure
from myelon.errors import DoseError
from phantoms import ORIENTATIONS, cone, cylinder, grid, heights, rings, sphere, stack_above, stack_d_cc

SOLIDS = {
    "cord r=3": lambda spacing: cylinder(3.0, 60.0, spacing),
    "cord r=5": lambda spacing: cylinder(5.0, 60.0, spacing),
    "sphere r=12": lambda spacing: sphere(12.0, spacing),
    "cone r=10": lambda spacing: cone(10.0, 60.0, spacing),
}
TRUE_CC = {
    "cord r=3": np.pi * 9 * 60 / 1000,
    "cord r=5": np.pi * 25 * 60 / 1000,
    "sphere r=12": 4 / 3 * np.pi * 12**3 / 1000,
    "cone r=10": np.pi * 100 * 60 / 3000,
}
AXES = {"across": ([0, 1, 0], "y"), "along": ([0, 0, 1], "z")}


@pytest.mark.family("dvh: analytic")
@pytest.mark.parametrize("shift", [0.0, 0.25, 0.34, 0.47])
@pytest.mark.parametrize("spacing", [1.0, 2.0, 2.5, 3.0])
@pytest.mark.parametrize("contours", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("direction", AXES)
@pytest.mark.parametrize("solid", SOLIDS)
def test_d003cc_of_the_contoured_solid_is_within_005_gy(solid, direction, contours, spacing, shift):
    structure = SOLIDS[solid](contours)
    vector, axis = AXES[direction]
    found = dvh(structure, [grid(vector, spacing, shift)])
    assert found.metric("D0.03cc").value == pytest.approx(stack_d_cc(structure, "slab", 0.03, axis), abs=0.05)
    assert found.covered_share == pytest.approx(1.0)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("direction", AXES)
def test_every_patient_position_gives_the_same_dvh(orientation, direction):
    vector, axis = AXES[direction]
    structure = cylinder(3.0, 60.0, 2.0)
    found = dvh(structure, [grid(vector, 2.5, 0.34, orientation)])
    assert found.metric("D0.03cc").value == pytest.approx(stack_d_cc(structure, "slab", 0.03, axis), abs=0.02)
    assert found.mean_gy == pytest.approx(60.0, abs=1e-3)


@pytest.mark.parametrize("solid", SOLIDS)
@pytest.mark.parametrize("contours", [1.0, 3.0])
def test_the_whole_curve_follows_the_solid(solid, contours):
    structure = SOLIDS[solid](contours)
    found = dvh(structure, [grid([0, 1, 0], 2.5, 0.25)])
    truth = [stack_above(structure, "slab", level, "y") / 1000 for level in np.linspace(-11, 11, 45)]
    ours = [found.volume_at_gy(60 + level) for level in np.linspace(-11, 11, 45)]
    assert np.abs(np.subtract(ours, truth)).max() <= 0.002 * found.total_cc


@pytest.mark.parametrize("solid", SOLIDS)
def test_volumes_with_both_end_caps(solid):
    structure = SOLIDS[solid](2.0)
    flat = grid([0, 1, 0], 3.0)
    slab, none = (dvh(structure, [flat], end_caps=caps).total_cc for caps in ("slab", "none"))
    first, last = (structure.slabs("slab")[n].polygons[0] for n in (0, -1))
    caps = sum(
        0.5 * abs(np.sum(p[:, 0] * np.roll(p[:, 1], -1) - np.roll(p[:, 0], -1) * p[:, 1])) for p in (first, last)
    )
    assert slab - none == pytest.approx(caps / 1000, rel=1e-6)
    assert slab == pytest.approx(TRUE_CC[solid], rel=0.005)


def test_an_oblique_structure_under_an_oblique_gradient():
    angle = np.radians(25.0)
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    contours = [c @ turn.T for c in rings(lambda _: 4.0, heights(40.0, 2.0))]
    structure = Structure.from_contours("Tilted", contours)
    assert np.abs(structure.axes[2] @ (turn @ [0, 0, 1])) == pytest.approx(1.0)
    direction = turn @ np.array([0.0, 1.0, 0.0])
    found = dvh(structure, [grid(direction, 2.0, 0.3)])
    straight = cylinder(4.0, 40.0, 2.0)
    assert found.metric("D0.03cc").value == pytest.approx(stack_d_cc(straight, "slab", 0.03, "y"), abs=0.05)
    assert found.total_cc == pytest.approx(np.pi * 16 * 40 / 1000, rel=1e-4)


def square(side, z, centre=(0.0, 0.0)):
    h = side / 2
    return np.array([[x + centre[0], y + centre[1], z] for x, y in ((-h, -h), (h, -h), (h, h), (-h, h))])


def keyhole(z):
    """A 20 mm square with a 10 mm hole joined by a channel of no width."""
    outer = [(-10, -10), (10, -10), (10, 10), (-10, 10), (-10, -10)]
    inner = [(-5, -5), (-5, 5), (5, 5), (5, -5), (-5, -5)]
    return np.array([(x, y, z) for x, y in (*outer, *inner)], dtype=float)


PLANES = heights(30.0, 3.0)


@pytest.mark.parametrize(
    "contours",
    [
        [c for z in PLANES for c in (square(20, z), square(10, z))],
        [keyhole(z) for z in PLANES],
        [c for z in PLANES for c in (square(10, z), square(20, z)[::-1])],
    ],
    ids=["nested", "keyhole", "xor"],
)
def test_holes_are_holes_however_they_are_drawn(contours):
    found = dvh(Structure.from_contours("Ring", contours), [grid([1, 0, 0], 2.5)])
    assert found.total_cc == pytest.approx((400 - 100) * 30 / 1000, rel=1e-9)
    assert found.mean_gy == pytest.approx(60.0, abs=1e-3)


def test_two_parts_on_one_plane_are_both_counted():
    contours = [c for z in PLANES for c in (square(6, z, (-10, 0)), square(6, z, (10, 0)))]
    found = dvh(Structure.from_contours("Lungs", contours), [grid([1, 0, 0], 2.0)])
    assert found.total_cc == pytest.approx(2 * 36 * 30 / 1000, rel=1e-9)
    assert found.metric("D50%").value == pytest.approx(60.0, abs=7.1)
    assert found.volume_at_gy(60.0) == pytest.approx(found.total_cc / 2, rel=1e-3)


def test_a_missing_plane_is_filled_and_said():
    planes = [z for n, z in enumerate(PLANES) if n != 4]
    structure = Structure.from_contours("Gap", [square(10, z) for z in planes])
    assert "planes missing" in structure.warnings[0]
    assert dvh(structure, [grid([1, 0, 0], 2.5)]).total_cc == pytest.approx(100 * 30 / 1000, rel=1e-9)


def test_a_wide_gap_parts_the_structure():
    planes = [*PLANES[:3], *PLANES[8:]]
    structure = Structure.from_contours("Two", [square(10, z) for z in planes])
    assert "two parts" in structure.warnings[0]
    assert dvh(structure, [grid([1, 0, 0], 2.5)]).total_cc == pytest.approx(100 * 15 / 1000, rel=1e-9)


@pytest.mark.parametrize(("gap", "parts"), [(9.0, False), (9.009, False), (9.03, True), (12.0, True)])
def test_the_gap_that_parts_a_structure_is_the_one_that_is_said(gap, parts):
    """Planes 3 mm apart: up to three spacings, and the tolerance of one plane, are filled."""
    planes = [0.0, 3.0, 6.0, 6.0 + gap, 9.0 + gap, 12.0 + gap]
    structure = Structure.from_contours("Gap", [square(10, z) for z in planes])
    assert ("taken as two parts" in structure.warnings[0]) is parts
    low = -planes[-1] / 2
    shifted = Structure.from_contours("Gap", [square(10, z + low) for z in planes])
    filled = 0.0 if parts else gap - 3.0
    assert dvh(shifted, [grid([1, 0, 0], 2.5)]).total_cc == pytest.approx(100 * (18.0 + filled) / 1000, rel=1e-6)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("side", [-1.0, 1.0])
@pytest.mark.parametrize("count", [1, 2])
def test_a_grid_reaches_half_a_voxel_beyond_its_last_centre_and_no_more(axis, side, count):
    """A cube of 20 mm around the end of a grid, or of one of two: what lies beyond is not known."""
    whole = grid([0, 0, 0], 2.0)
    ends = [(-24.0, 24.0), (-24.0, 24.0), (-48.0, 48.0)]
    middle = np.zeros(3)
    middle[axis] = ends[axis][1] * side
    planes = np.arange(-9.0, 10.0, 2.0) + middle[2]
    cube = Structure.from_contours("Cube", [square(20, z, middle[:2]) for z in planes])
    grids = [whole] if count == 1 else [replace(whole, origin_mm=whole.origin_mm - 6.0 * side * np.eye(3)[axis]), whole]
    known = 11.0 if count == 1 else 5.0
    assert dvh(cube, grids).covered_share == pytest.approx(known / 20.0, abs=2e-3)


def test_a_single_plane_has_the_thickness_of_the_dose_frames_and_says_so():
    structure = Structure.from_contours("Plane", [square(10, 0.0)])
    assert "single plane" in structure.warnings[0]
    assert dvh(structure, [grid([1, 0, 0], 2.5)]).total_cc == pytest.approx(100 * 2.5 / 1000, rel=1e-9)
    with pytest.raises(DoseError, match="single plane has no volume"):
        dvh(structure, [grid([1, 0, 0], 2.5)], end_caps="none")


def test_what_lies_outside_the_grid_is_reported_and_not_counted_as_zero():
    structure = cylinder(5.0, 200.0, 2.0)
    found = dvh(structure, [grid([0, 1, 0], 2.0)])
    assert 0.4 < found.covered_share < 0.55
    assert any("inside the dose grid" in w for w in found.warnings)
    assert found.metric("D0.03cc").flag.startswith("of the ")
    assert found.min_gy > 50


def test_non_uniform_frames_are_followed():
    uniform = grid([0, 0, 1], 2.0)
    keep = np.array([n for n in range(len(uniform.frame_offsets_mm)) if n % 3 != 1])
    uneven = DoseGrid(
        uniform.values[keep], uniform.origin_mm, uniform.column_step_mm, uniform.row_step_mm,
        uniform.frame_normal, uniform.frame_offsets_mm[keep],
    )  # fmt: skip
    structure = cylinder(4.0, 40.0, 2.0)
    a, b = (dvh(structure, [g]) for g in (uniform, uneven))
    assert a.metric("D0.03cc").value == pytest.approx(b.metric("D0.03cc").value, abs=0.005)
    assert a.mean_gy == pytest.approx(b.mean_gy, abs=1e-3)


@pytest.mark.parametrize("way", [1.0, -1.0])
@pytest.mark.parametrize("axis", [0, 1])
def test_between_uneven_frames_the_dose_is_bent_where_a_frame_lies(axis, way):
    """Random doses at uneven sagittal or coronal frames: the mean over a disc is that of the bent line over its chords."""
    rng = np.random.default_rng(7)
    offsets = np.cumsum(rng.uniform(0.7, 5.0, 40))
    offsets -= offsets[20]
    values = np.repeat(rng.uniform(10, 60, len(offsets)), 9).reshape(-1, 3, 3).astype(np.float32)
    normal, column, row = np.zeros(3), np.zeros(3), np.array([0, 0, 30.0])
    normal[axis], column[1 - axis] = way, 30.0
    field = DoseGrid(values, -column - row, column, row, normal, offsets)
    heights, doses = (a[:: int(way)] for a in (way * offsets, values[:, 0, 0]))
    along = np.linspace(-20.0, 20.0, 400_001)
    line, chord = np.interp(along, heights, doses), np.sqrt(400.0 - along**2)
    mean = (line * chord).sum() / chord.sum()
    for grids in ([field], [field, field]):
        found = dvh(cylinder(20.0, 12.0, 2.0), grids)
        assert found.mean_gy == pytest.approx(len(grids) * mean, rel=2e-4)


@given(st.floats(-0.5, 0.5), st.floats(1.0, 3.0), st.floats(2.5, 9.0))
@settings(max_examples=25, deadline=None)
def test_a_shift_of_the_grid_does_not_move_the_metric(shift, spacing, radius):
    structure = cylinder(radius, 30.0, 1.5)
    one, other = (dvh(structure, [grid([0, 1, 0], spacing, s)]).metric("D0.03cc").value for s in (0.0, shift))
    assert one == pytest.approx(other, abs=0.05)


@given(st.floats(0.5, 12.0), st.floats(0.01, 0.9))
@settings(max_examples=25, deadline=None)
def test_the_curve_falls_and_its_metrics_invert_it(radius, share):
    found = dvh(cylinder(radius, 24.0, 2.0), [grid([0.6, 0.8, 0.0], 2.0)])
    assert np.all(np.diff(found.volume_cc) <= 1e-9)
    assert found.volume_cc[0] == pytest.approx(found.total_cc, rel=1e-6)
    dose = found.dose_at_cc(share * found.total_cc)
    assert found.volume_at_gy(dose) == pytest.approx(share * found.total_cc, rel=0.01, abs=1e-4)
    assert found.min_gy <= found.mean_gy <= found.max_gy


def test_metrics_know_their_names_and_their_limits():
    found = dvh(cylinder(3.0, 6.0, 2.0), [grid([0, 1, 0], 2.0)])
    assert found.metric("D5cc").value is None
    assert found.metric("D5cc").flag == "volume is larger than the structure"
    assert found.metric("V20Gy").value == pytest.approx(found.total_cc)
    assert found.metric("D100%").value == pytest.approx(57.0, abs=0.05)
    assert found.metric("volume").unit == "cc"
    for name in ("D", "DGy", "V5cc", "V20%", "D0.03", "dose", ""):
        with pytest.raises(DoseError, match="metric"):
            found.metric(name)


def test_a_structure_without_volume_is_refused():
    line = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]])
    with pytest.raises(DoseError, match="no volume"):
        Structure.from_contours("Line", [line])
    with pytest.raises(DoseError, match="no volume"):
        Structure.from_contours("Nothing", [])


def test_frames_of_reference_and_units_must_agree():
    structure = Structure.from_contours("S", [square(5, z) for z in PLANES], frame_of_reference="1.2")
    flat = grid([0, 1, 0], 2.0)
    other = DoseGrid(*(getattr(flat, f) for f in ("values", "origin_mm", "column_step_mm", "row_step_mm",
                                                  "frame_normal", "frame_offsets_mm")), frame_of_reference="1.3")  # fmt: skip
    with pytest.raises(DoseError, match="different frames of reference"):
        dvh(structure, [other])
    with pytest.raises(DoseError, match="fractions unknown"):
        flat.to_eqd2(2.0)


@pytest.mark.parametrize("planes", [1.0, 1.7, 2.5, 4.0])
@pytest.mark.parametrize("direction", [[0, 0, 1], [0, 1, 0], [1, 0, 0], [0.6, 0.0, 0.8]])
def test_least_and_greatest_reach_to_the_ends_of_the_solid(planes, direction):
    """A gradient of a Gray a millimetre, along the planes, across them and both."""
    solid = cylinder(6.0, 40.0, planes)
    found = dvh(solid, [grid(direction, 2.0, base=60.0)])
    points = solid.points()
    half = solid.spacing_mm / 2.0 * abs(direction[2])
    along = points @ np.array(direction, dtype=float)
    assert found.max_gy == pytest.approx(60.0 + along.max() + half, abs=0.12)
    assert found.min_gy == pytest.approx(60.0 + along.min() - half, abs=0.12)


@pytest.mark.parametrize(("columns", "rows"), [(1, 24), (24, 1), (1, 1)])
def test_a_grid_of_one_column_or_row_holds_its_own_dose(columns, rows):
    """Nothing lies between it and a neighbour that is not there."""
    values = np.full((20, rows, columns), 30.0) + np.arange(20.0)[:, None, None] + np.arange(float(rows))[None, :, None]
    start = np.array([-(columns - 1) / 2.0 * 12.0, -(rows - 1) / 2.0 * 12.0, -19.0])
    one = DoseGrid(
        values.astype(np.float32),
        start,
        np.array([12.0, 0, 0]),
        np.array([0, 12.0, 0]),
        np.array([0, 0, 1.0]),
        2.0 * np.arange(20.0),
    )
    found = dvh(cylinder(3.0, 20.0, 2.0), [one])
    assert found.covered_share == pytest.approx(1.0)
    assert found.mean_gy == pytest.approx(30.0 + 9.5 + (rows - 1) / 2.0, abs=0.05)


@pytest.mark.parametrize("planes", [1.7, 4.0])
@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("side", [-1, 1])
def test_what_lies_beyond_a_grid_is_counted_as_not_covered(planes, axis, side):
    """Half of a solid in a grid that ends in its middle, or half a voxel beyond its last centre."""
    solid, whole = cylinder(6.0, 40.0, planes), grid([0, 0, 0], 2.0, base=60.0)
    keep = [slice(None)] * 3
    centre = whole.values.shape[2 - axis] // 2
    keep[2 - axis] = slice(0, centre) if side < 0 else slice(centre, None)
    step = (whole.column_step_mm, whole.row_step_mm, whole.frame_normal * 2.0)[axis]
    first = 0 if side < 0 else centre
    values = whole.values[tuple(keep)]
    offsets = whole.frame_offsets_mm[: values.shape[0]]
    half = replace(whole, values=values, origin_mm=whole.origin_mm + first * step, frame_offsets_mm=offsets)
    edge = (half.origin_mm + (values.shape[2 - axis] - 0.5 if side < 0 else -0.5) * step)[axis]
    points = solid.points()[:, axis]
    low, high = points.min() - (planes / 2 if axis == 2 else 0), points.max() + (planes / 2 if axis == 2 else 0)
    found = dvh(solid, [half])
    if axis == 2:
        wanted = ((edge - low) if side < 0 else (high - edge)) / (high - low)
    else:
        cut = np.clip(edge / 6.0, -1, 1) * (1 if side < 0 else -1)
        wanted = 0.5 + (np.arcsin(cut) + cut * np.sqrt(1 - cut**2)) / np.pi
    assert found.covered_share == pytest.approx(wanted, abs=0.01)
    assert found.mean_gy == pytest.approx(60.0)
