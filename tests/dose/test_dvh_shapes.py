"""Shapes that test a DVH engine: shells, bifurcations, few planes, edges, steps of contours, curves and bands."""

from dataclasses import replace

import numpy as np
import pytest

from myelon.dose.band import band
from myelon.dose.bed import eqd2
from myelon.dose.dvh import dvh
from myelon.dose.grid import DoseGrid
from myelon.dose.interpolation import signed_distance
from myelon.dose.structure import Structure
from myelon.errors import DoseError
from phantoms import cone, cylinder, grid, heights, rings, sphere

ALONG, ACROSS, FLAT = [0, 0, 1], [0, 1, 0], [0, 0, 0]


def disc(radius, z, x=0.0, y=0.0):
    (ring,) = rings(lambda _: radius, [z])
    return ring + np.array([x, y, 0.0])


@pytest.mark.parametrize("spacing", [1.0, 2.0, 3.0])
def test_a_shell_holds_what_lies_between_its_walls(spacing):
    contours = [c for z in heights(30.0, spacing) for c in (disc(8.0, z), disc(6.0, z))]
    shell = dvh(Structure.from_contours("shell", contours), [grid(ACROSS, 2.5, 0.3)])
    outer, inner = (dvh(cylinder(r, 30.0, spacing), [grid(ACROSS, 2.5, 0.3)]) for r in (8.0, 6.0))
    assert shell.total_cc == pytest.approx(np.pi * (64 - 36) * 30 / 1000, rel=1e-3)
    for level in np.linspace(-7.5, 7.5, 11):
        between = outer.volume_at_gy(60 + level) - inner.volume_at_gy(60 + level)
        assert shell.volume_at_gy(60 + level) == pytest.approx(between, abs=0.004 * shell.total_cc)


def test_a_structure_that_parts_in_two_keeps_both_branches():
    trunk = [disc(6.0, z) for z in heights(20.0, 2.0)]
    branches = [disc(3.0, z + 20.0, x) for z in heights(20.0, 2.0) for x in (-8.0, 8.0)]
    whole = dvh(Structure.from_contours("fork", trunk + branches), [grid(ALONG, 2.5, 0.2)])
    assert whole.total_cc == pytest.approx(np.pi * (36 * 20 + 2 * 9 * 20) / 1000, rel=1e-3)
    assert whole.volume_at_gy(60 + 10.0) == pytest.approx(2 * np.pi * 9 * 20 / 1000, rel=0.01)
    assert whole.volume_at_gy(60 + 20.0) == pytest.approx(np.pi * 9 * 20 / 1000, rel=0.01)


@pytest.mark.parametrize("planes", [1, 2, 3])
@pytest.mark.parametrize("spacing", [2.0, 3.0])
def test_a_structure_of_few_planes_has_the_volume_of_its_end_caps(planes, spacing):
    structure = Structure.from_contours("small", [disc(4.0, spacing * n) for n in range(planes)])
    dose = grid(ACROSS, 2.5, 0.2)
    with_caps = dvh(structure, [dose])
    thick = 2.5 if planes == 1 else spacing
    assert with_caps.total_cc == pytest.approx(np.pi * 16 * thick * planes / 1000, rel=1e-3)
    assert with_caps.mean_gy == pytest.approx(60.0, abs=0.01)
    if planes == 1:
        with pytest.raises(DoseError, match="no volume without end caps"):
            dvh(structure, [dose], end_caps="none")
    else:
        without = dvh(structure, [dose], end_caps="none")
        assert without.total_cc == pytest.approx(np.pi * 16 * spacing * (planes - 1) / 1000, rel=1e-3)


@pytest.mark.parametrize("cut", [0.25, 0.5, 0.75])
def test_a_structure_across_the_edge_of_the_grid_knows_its_share(cut):
    dose = grid(FLAT, 2.0, reach=(24.0, 24.0, 20.0))
    edge = float(dose.frame_offsets_mm[-1] + dose.origin_mm[2]) + 1.0
    length = 40.0
    low = edge - (1.0 - cut) * length
    contours = [disc(5.0, low + 1.0 + 2.0 * n) for n in range(20)]
    found = dvh(Structure.from_contours("across", contours), [dose])
    assert found.total_cc == pytest.approx(np.pi * 25 * length / 1000, rel=1e-3)
    assert found.covered_share == pytest.approx(1.0 - cut, abs=0.01)
    assert found.mean_gy == pytest.approx(60.0, abs=1e-3)
    assert "inside the dose grid" in found.metric("D0.03cc").flag


def test_contours_at_uneven_steps_keep_their_volume():
    at = np.array([-10.0, -8.0, -7.0, -4.0, -2.0, 0.0, 2.0, 3.0, 6.0, 8.0, 10.0])
    found = dvh(Structure.from_contours("uneven", [disc(5.0, z) for z in at]), [grid(ALONG, 2.0)])
    assert found.total_cc == pytest.approx(np.pi * 25 * 22.0 / 1000, rel=0.01)


# ── interpolation between planes ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [1.0, 7.0])
def test_the_signed_distance_of_a_square_with_a_point_written_twice(size):
    """Its sides may be a millimetre long, or nothing."""
    square = size * np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    at = size * np.array([-0.5, 0.25, 0.5, 1.5])
    found = signed_distance([square], at, size * np.array([0.5]))[0]
    np.testing.assert_allclose(found, size * np.array([-0.5, 0.25, 0.5, -0.5]), atol=1e-9)
    level = signed_distance([square], size * np.array([-0.5, 1.5, 3.0]), np.array([0.0]))[0]  # on the line of a side
    np.testing.assert_allclose(level, size * np.array([-0.5, -0.5, -2.0]), atol=1e-9)


def test_the_signed_distance_of_a_disc_is_its_radius_less_the_distance():
    (ring,) = rings(lambda _: 5.0, [0.0])
    u = v = np.linspace(-8, 8, 33)
    found = signed_distance([ring[:, :2]], u, v)
    truth = 5.0 - np.hypot(*np.meshgrid(u, v))
    assert np.abs(found - truth).max() < 0.01


@pytest.mark.parametrize(
    ("solid", "true_cc", "of_stack", "of_volume"),
    [
        (cone(10.0, 60.0, 6.0), np.pi * 100 * 60 / 3000, 0.5, 0.01),
        (sphere(12.0, 4.0), 4 / 3 * np.pi * 12**3 / 1000, 1.0, 0.02),
    ],
)
def test_interpolated_planes_follow_the_solid_more_closely(solid, true_cc, of_stack, of_volume):
    """Along the axis a stack of slabs is a staircase. A cone is met, a sphere only nearer: chords lie inside it."""
    dose = grid(ALONG, 2.0, 0.2)
    stack, smooth = dvh(solid, [dose], end_caps="none"), dvh(solid.interpolated(0.5), [dose], end_caps="none")
    apart = np.linspace(62, 70, 17)

    def truth(level):
        if solid.name == "Cone":
            top = 30.0 - (level - 60.0)
            return np.pi * (10.0 * top / 60.0) ** 2 * top / 3000
        h = 12.0 - (level - 60.0)
        return np.pi * h * h * (36.0 - h) / 3000

    kept = solid.planes_mm[-1]  # without end caps the solid ends at its last plane
    end = truth(60.0 + kept)
    errors = [max(abs(found.volume_at_gy(x) - (truth(x) - end)) for x in apart) for found in (stack, smooth)]
    assert errors[1] < of_stack * errors[0]
    assert errors[1] < of_volume * true_cc


def test_interpolation_keeps_what_it_does_not_change():
    cord = cylinder(4.0, 60.0, 3.0)
    fine = cord.interpolated(1.0)
    assert fine.spacing_mm == pytest.approx(1.0)
    assert "40 planes" not in fine.warnings[-1]
    assert fine.warnings[-1] == "38 planes interpolated between 20 contoured ones"
    dose = grid(ACROSS, 2.5, 0.3)
    for caps in ("slab", "none"):
        one, other = dvh(cord, [dose], end_caps=caps), dvh(fine, [dose], end_caps=caps)
        assert other.total_cc == pytest.approx(one.total_cc, rel=2e-3)
        assert other.metric("D0.03cc").value == pytest.approx(one.metric("D0.03cc").value, abs=0.05)
    assert cord.interpolated(5.0).warnings == cord.warnings
    with pytest.raises(DoseError, match="step"):
        cord.interpolated(0.0)


def test_interpolation_leaves_a_wide_gap_and_lets_a_shape_part():
    two = Structure.from_contours("two", [disc(4.0, z) for z in (0.0, 2.0, 4.0, 40.0, 42.0, 44.0)]).interpolated(1.0)
    assert not [z for z in two.planes_mm if 4.0 < z < 40.0]
    fork = Structure.from_contours("fork", [disc(6.0, 0.0), disc(6.0, 4.0), disc(3.0, 8.0, -6.0), disc(3.0, 8.0, 6.0)])
    parts = [len(p) for p in fork.interpolated(1.0).polygons]
    assert parts[0] == 1
    assert parts[-1] == 2
    assert set(parts) == {1, 2}


# ── curves ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("bin_gy", [0.1, 0.37, 1.0])
def test_the_differential_curve_adds_up_to_the_cumulative_one(bin_gy):
    found = dvh(cylinder(5.0, 40.0, 2.0), [grid(ACROSS, 2.5)])
    edges, volumes = found.differential(bin_gy)
    assert len(edges) == len(volumes) + 1
    assert volumes.min() >= -1e-12
    assert volumes.sum() == pytest.approx(found.covered_cc, rel=1e-9)
    above = volumes[::-1].cumsum()[::-1]
    for n in range(1, len(volumes), 7):
        assert above[n] == pytest.approx(found.volume_at_gy(edges[n]), abs=1e-9)
    assert found.relative()[0] == pytest.approx(100.0)
    with pytest.raises(DoseError, match="width above 0"):
        found.differential(0.0)


def test_a_band_holds_every_curve_that_made_it():
    cord = cylinder(4.0, 40.0, 2.0)
    curves = [dvh(cord, [grid(ACROSS, 2.5, base=b)]) for b in (60.0, 58.0, 63.0)]
    found = band(curves[0], curves[1:])
    assert (found.low_percent <= found.nominal_percent + 1e-12).all()
    assert (found.nominal_percent <= found.high_percent + 1e-12).all()
    middle = int(np.searchsorted(found.edges_gy, 60.0))
    assert found.low_percent[middle] < 30 < found.nominal_percent[middle] < 55 < found.high_percent[middle]
    with pytest.raises(DoseError, match="different units"):
        band(curves[0], [dvh(cord, [replace(grid(ACROSS, 2.5), fractions=30).to_eqd2(2.0)])])


def test_a_dose_without_fractions_cannot_be_converted_unseen():
    dose = grid(FLAT, 2.5)
    assert isinstance(dose, DoseGrid)
    with pytest.raises(DoseError):
        dose.to_eqd2(2.0)
    assert eqd2(60.0, 30, 2.0) == pytest.approx(60.0)


def test_a_curve_ends_at_zero_where_a_steep_dose_falls_to_nothing():
    """A body around a hot field: the dose falls faster than its strips are high, and no dose lies below 0."""
    x, y, z = np.eye(3)
    values = np.zeros((9, 41, 41), dtype=np.float32)
    values[:, 18:23, 18:23] = 60.0
    hot = DoseGrid(values, np.array([-50.0, -50.0, -10.0]), x * 2.5, y * 2.5, z, np.arange(9) * 2.5)
    body = Structure.from_contours(
        "BODY", [np.array([[-45.0, -45, h], [45, -45, h], [45, 45, h], [-45, 45, h]]) for h in np.arange(-7.5, 8, 2.5)]
    )
    curve = dvh(body, [hot])
    assert curve.volume_cc[-1] == pytest.approx(0.0, abs=1e-6)
    inner = dvh(
        Structure.from_contours(
            "GTV", [np.array([[-9.0, -9, h], [9, -9, h], [9, 9, h], [-9, 9, h]]) for h in np.arange(-7.5, 8, 2.5)]
        ),
        [hot],
    )
    assert curve.metric("D0.1cc").value == pytest.approx(inner.metric("D0.1cc").value, abs=0.05)
    width = curve.edges_gy[1]
    assert curve.mean_gy == pytest.approx(np.trapezoid(curve.volume_cc, curve.edges_gy) / curve.covered_cc, abs=width)
