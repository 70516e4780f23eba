"""From contours to anatomy: solids whose sizes, distances, zones and grades are known."""

from dataclasses import replace

import numpy as np
import pytest

from myelon.dose.anatomy import CONTACT_MM, anatomy
from myelon.dose.structure import Structure
from myelon.errors import DoseError
from myelon.terms.levels import Level, Span

SPACING = 3.0


def tube(name, centre, half_axes, low=-30.0, high=30.0, points=180):
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    ring = np.column_stack([centre[0] + half_axes[0] * np.cos(angle), centre[1] + half_axes[1] * np.sin(angle)])
    heights = np.arange(low + SPACING / 2, high, SPACING)
    return Structure.from_contours(name, [np.column_stack([ring, np.full(points, z)]) for z in heights])


def spine(target, **more):
    """Canal around the origin, the body 22 mm in front of it; T7 from −30 to 0, T6 from 0 to 30."""
    shapes = [
        tube("SpinalCord", (0, 0), (5, 5)), tube("ThecalSac", (0, 0), (8, 8)), tube("SpinalCanal", (0, 0), (11, 11)),
        tube("VB_T07", (0, -24), (18, 13), -30, 0), tube("VB_T06", (0, -24), (18, 13), 0, 30), target,
    ]  # fmt: skip
    return {s.name: s for s in shapes} | more


def test_a_tube_has_its_sizes_levels_and_distance():
    found = anatomy(spine(tube("GTV", (0, -24), (10, 6), -27, -3)))
    assert found.volume_cc == pytest.approx(np.pi * 10 * 6 * 24 / 1000, rel=1e-3)
    assert found.extent_mm == pytest.approx((20, 12, 24), abs=0.05)
    assert found.longest_axial_mm == pytest.approx(20, abs=0.05)
    assert found.longest_mm == pytest.approx(np.hypot(20, 24), abs=0.1)
    assert found.levels == Span(Level.T7, Level.T7)
    assert found.cord_distance_mm == pytest.approx(24 - 6 - 5, abs=0.1)
    assert found.touches_cord is False
    assert found.cord_share == 0.0


def test_a_target_over_two_vertebrae_spans_both_and_says_where_it_goes_on():
    assert anatomy(spine(tube("GTV", (0, -24), (8, 6), -12, 12))).levels == Span(Level.T6, Level.T7)
    beyond = anatomy(spine(tube("GTV", (0, -24), (8, 6), -45, 12)))
    assert beyond.levels == Span(Level.T6, Level.T7)
    assert "goes on where none is contoured" in beyond.levels_why
    bare = {"GTV": tube("GTV", (0, -24), (8, 6), -12, 12)}
    assert (anatomy(bare).levels, anatomy(bare).levels_why) == (None, "no vertebra is contoured")
    assert anatomy(bare).cord_distance_mm is None


@pytest.mark.parametrize(
    ("degrees_to_the_left", "zones"),
    [(15, {1}), (45, {2}), (105, {4}), (165, {6}), (195, {7}), (255, {9}), (345, {12})],
)
def test_zones_run_counter_clockwise_from_the_left_half_of_the_spinous_process(degrees_to_the_left, zones):
    """Seen from the feet the patient's left is on the right of the image: LPS x grows to the left, y to the back."""
    at = np.radians(degrees_to_the_left)
    centre = (26 * np.sin(at), 26 * np.cos(at))
    found = anatomy(spine(tube("GTV", centre, (4, 4), -24, -6)))
    (row,) = found.per_level
    assert set(row.zones) == zones


def test_layers_are_told_as_far_as_they_are_contoured():
    deep = anatomy(spine(tube("GTV", (0, -15), (3, 2.5), -24, -6))).per_level[0]
    assert (deep.layers, deep.open_layers) == (("C",), "")
    shallow = anatomy(spine(tube("GTV", (0, -33), (4, 2.5), -24, -6))).per_level[0]
    assert shallow.layers == ("B",)
    before = anatomy(spine(tube("GTV", (0, -44), (5, 4), -24, -6))).per_level[0]
    assert before.layers == ("A",)
    epidural = anatomy(spine(tube("GTV", (9.5, 0), (1.4, 4), -24, -6))).per_level[0]
    assert (epidural.layers, epidural.zones) == (("D",), ())
    behind = anatomy(spine(tube("GTV", (0, 22), (6, 5), -24, -6))).per_level[0]
    assert behind.layers == ()
    assert "the arch is not contoured" in behind.open_layers
    assert behind.zones == (1, 12)


@pytest.mark.parametrize(
    ("centre", "half_axes", "grades"),
    [
        ((0, -24), (10, 6), ("0",)),
        ((0, -10), (4, 0.8), ("1a",)),
        ((0, -9.5), (5, 2.0), ("1b",)),
        ((0, -8.0), (6, 3.2), ("1c", "2")),
    ],
)
def test_a_grade_is_suggested_only_as_far_as_contours_can_tell(centre, half_axes, grades):
    found = anatomy(spine(tube("GTV", centre, half_axes, -24, -6)))
    assert found.escc.grades == grades
    assert found.escc.why


def test_a_sac_that_is_filled_is_the_highest_grade():
    found = anatomy(spine(tube("GTV", (0, 0), (11, 11), -24, -6), SpinalCord=tube("SpinalCord", (0, 0), (4, 4))))
    assert found.escc.grades == ("3",)
    assert found.per_level[0].canal_share == pytest.approx(1.0)
    assert found.cord_distance_mm == 0.0


def test_how_much_of_the_canal_is_taken():
    found = anatomy(spine(tube("GTV", (0, 0), (11 / np.sqrt(2), 11 / np.sqrt(2)), -24, -6)))
    assert found.per_level[0].canal_share == pytest.approx(0.5, abs=0.01)
    half = spine(tube("GTV", (0, -24), (8, 6), -24, -6))
    del half["SpinalCanal"]
    row = anatomy(half).per_level[0]
    assert (row.canal_share, row.zones, row.open_layers) == (None, (), "the canal is not contoured")
    assert anatomy(half).escc.why == "SpinalCanal not contoured"


def test_nothing_is_suggested_in_the_cord_or_after_an_operation():
    inside = anatomy(spine(tube("GTV", (0, 0), (3, 3), -24, -6)))
    assert inside.escc is None
    assert "100% of the target lies in the cord" in inside.withheld
    after = anatomy(spine(tube("GTV", (0, -24), (8, 6), -24, -6)), altered="laminectomy T7")
    assert (after.escc, after.withheld, after.per_level[0].zones) == (None, "laminectomy T7", ())
    assert after.volume_cc > 0


def test_touching_is_nearer_than_a_line_is_wide():
    near = anatomy(spine(tube("GTV", (0, -11.5), (4, 6), -24, -6)))
    assert near.cord_distance_mm == pytest.approx(0.5, abs=0.15)
    assert near.touches_cord is True
    assert anatomy(spine(tube("GTV", (0, -12.5), (4, 6), -24, -6))).touches_cord is (CONTACT_MM >= 1.5)


def test_contours_upside_down_give_the_same():
    shapes = spine(tube("GTV", (26, 0), (4, 4), -24, -6))
    turned = {}
    for name, s in shapes.items():
        contours = [
            np.column_stack([p, np.full(len(p), z)]) @ s.axes
            for z, g in zip(s.planes_mm, s.polygons, strict=True)
            for p in g
        ]
        turned[name] = Structure.from_contours(name, [c[::-1] for c in contours[::-1]])
    one, other = anatomy(shapes), anatomy(turned)
    assert (one.levels, one.per_level, one.escc.grades) == (other.levels, other.per_level, other.escc.grades)


def test_what_cannot_be_read_is_said():
    with pytest.raises(DoseError, match="no structure"):
        anatomy({}, "GTV")
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    sagittal = [np.column_stack([np.full(40, x), 5 * np.cos(angle), 5 * np.sin(angle)]) for x in (0.0, 3.0)]
    with pytest.raises(DoseError, match="not axial"):
        anatomy({"GTV": Structure.from_contours("GTV", sagittal)})


@pytest.mark.parametrize("by", [(0.0, 0.0, 0.0), (35.0, -60.0, 0.0), (-12.0, 140.0, 0.0)])
def test_where_the_patient_lies_on_the_table_changes_nothing(by):
    """Zones and layers are told from the middle of the canal, wherever that is."""
    shapes = spine(tube("GTV", (14, -18), (9, 7), -24, -6))
    placed = {
        name: replace(s, polygons=tuple(tuple(p + s.axes[:2] @ np.array(by) for p in group) for group in s.polygons))
        for name, s in shapes.items()
    }
    here, there = anatomy(shapes), anatomy(placed)
    assert [row.zones for row in there.per_level] == [row.zones for row in here.per_level]
    assert [row.layers for row in there.per_level] == [row.layers for row in here.per_level]
    assert there.cord_distance_mm == pytest.approx(here.cord_distance_mm, abs=0.05)
