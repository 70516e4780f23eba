"""Contours of one plane: repeated ones count once, nested ones are holes, overlapping ones are one area."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from myelon.dose.contours import area_mm2, combine, planes_of
from myelon.dose.dvh import dvh
from myelon.dose.structure import Structure
from phantoms import grid

UP = (0.0, 0.0, 1.0)


def ring(radius, *, at=(0.0, 0.0), points=64, start=0.0, way=1):
    angle = start + way * np.linspace(0.0, 2.0 * np.pi, points, endpoint=False)
    return np.column_stack([at[0] + radius * np.cos(angle), at[1] + radius * np.sin(angle)])


def area(*polygons, xor=False):
    return area_mm2(combine([(p, xor) for p in polygons]).polygons)


def disc(radius, points=64):
    return 0.5 * points * radius**2 * math.sin(2.0 * math.pi / points)


TWICE = {
    "the same": ring(5.0),
    "another first point": ring(5.0, start=2.0 * np.pi * 7 / 64),
    "the other way round": ring(5.0, way=-1),
    "another number of points": ring(5.0, points=60),
    "closed by its first point": np.vstack([ring(5.0), ring(5.0)[:1]]),
    "rounded": ring(5.0).round(1),
    "a little inside": ring(4.95),
}


@pytest.mark.parametrize("again", TWICE.values(), ids=TWICE)
def test_a_contour_written_twice_counts_once(again):
    found = combine([(ring(5.0), False), (again, False)])
    assert (found.repeated, found.united, len(found.polygons)) == (1, 0, 1)
    greater = max(area_mm2([ring(5.0)]), area_mm2([again]))  # in whatever order they were written
    assert area_mm2(found.polygons) == pytest.approx(greater)
    assert combine([(again, False), (ring(5.0), False)]).polygons[0] == pytest.approx(found.polygons[0])


def test_nesting_is_a_hole_and_an_island_in_it_is_solid():
    assert area(ring(5.0), ring(3.0)) == pytest.approx(disc(5.0) - disc(3.0))
    assert area(ring(3.0), ring(1.0), ring(5.0)) == pytest.approx(disc(5.0) - disc(3.0) + disc(1.0))


def test_a_thin_wall_is_a_hole_and_is_said():
    found = combine([(ring(5.0), False), (ring(4.5), False)])
    assert found.repeated == 0
    assert found.hollow == pytest.approx(0.81, abs=0.01)


def test_overlap_is_the_union():
    lens = 2 * 25.0 * math.acos(0.3) - 1.5 * math.sqrt(100 - 9)
    found = combine([(ring(5.0, points=720), False), (ring(5.0, at=(3.0, 0.0), points=720), False)])
    assert found.united == 2
    assert area_mm2(found.polygons) == pytest.approx(50.0 * math.pi - lens, rel=1e-3)


def test_a_longer_contour_of_one_outline_is_no_repetition():
    """Its extent is the same, and one corner lies elsewhere: the distance counts from the outline, not its lengthening."""
    square = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])
    notched = np.array(
        [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [6.0, 10.0], [6.0, 9.0], [5.0, 9.0], [5.0, 10.0], [0.0, 10.0]]
    )
    assert combine([(square, False), (square.copy(), False)]).repeated == 1
    assert combine([(square, False), (notched, False)]).repeated == 0


def test_a_hole_in_an_overlap_stays_a_hole():
    whole = area(ring(5.0), ring(5.0, at=(3.0, 0.0)))
    assert area(ring(5.0), ring(5.0, at=(3.0, 0.0)), ring(1.0, at=(1.5, 0.0))) == pytest.approx(whole)
    one_sided = area(ring(5.0), ring(5.0, at=(8.0, 0.0)), ring(1.0, at=(-2.0, 0.0)))
    assert one_sided == pytest.approx(area(ring(5.0), ring(5.0, at=(8.0, 0.0))) - disc(1.0), abs=0.01)


def test_only_exclusive_or_contours_cancel():
    assert len(combine([(ring(5.0), True), (ring(5.0), True)]).polygons) == 2
    assert area(ring(5.0), ring(3.0), xor=True) == pytest.approx(disc(5.0) - disc(3.0))


def test_contours_apart_are_left_alone():
    found = combine([(ring(2.0), False), (ring(2.0, at=(9.0, 0.0)), False)])
    assert (found.repeated, found.united, found.hollow) == (0, 0, 0.0)
    assert area_mm2(found.polygons) == pytest.approx(2 * disc(2.0))


circles = st.builds(
    lambda r, x, y, p: ring(r, at=(x, y), points=p),
    st.floats(1.0, 8.0), st.floats(-6.0, 6.0), st.floats(-6.0, 6.0), st.integers(12, 80),
)  # fmt: skip


@given(st.lists(circles, min_size=1, max_size=5), st.data())
def test_writing_contours_again_in_any_order_changes_no_area(contours, data):
    once = area(*contours)
    twice = [*contours, *data.draw(st.lists(st.sampled_from(contours), max_size=3))]
    again = area(*data.draw(st.permutations(twice)))
    assert again == pytest.approx(once, rel=1e-9)


@given(st.lists(circles, min_size=2, max_size=4))
def test_overlapping_contours_never_cover_less_than_the_greatest_that_holds_no_other(contours):
    found = combine([(c, False) for c in contours])
    if found.united == len(contours):
        assert area_mm2(found.polygons) >= max(area_mm2([c]) for c in contours) - 1e-3


# ── planes ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", [0.5, 1.0, 2.0, 3.0, 5.0])
@pytest.mark.parametrize("off", [0.0, 0.009, 0.05, 0.09])
def test_rounding_parts_no_plane(step, off):
    heights = [n * step + side * off for n in range(12) for side in (0, 1)]
    assert [len(m) for m in planes_of(heights).members] == [2] * 12


@pytest.mark.parametrize("step", [0.15, 0.3, 1.0, 3.0])
def test_planes_of_a_fine_scan_stay_apart(step):
    assert len(planes_of([n * step for n in range(20)]).members) == 20


def test_two_parts_far_from_each_other_stay_as_they_are():
    assert len(planes_of([0.0, 3.0, 6.0, 300.0, 303.0]).members) == 5


def solid(shift=0.0, decimals=None, tilt=0.0):
    """A box of two halves side by side, each with contours of its own, 12 planes of 3 mm."""
    halves = [np.array([[0, 0], [5, 0], [5, 10], [0, 10.0]]), np.array([[5, 0], [10, 0], [10, 10], [5, 10.0]])]
    turn = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    contours = []
    for n in range(12):
        for side, half in enumerate(halves):
            points = np.column_stack([half - 5.0, np.full(4, -16.5 + 3.0 * n + side * shift)]) @ turn.T
            contours.append(points if decimals is None else points.round(decimals))
    return Structure.from_contours("Box", contours)


@pytest.mark.parametrize("decimals", [None, 3, 2, 1])
@pytest.mark.parametrize("tilt", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("shift", [0.0, 0.02])
def test_the_volume_of_a_tilted_structure_does_not_hang_on_its_decimals(decimals, tilt, shift):
    found = dvh(solid(shift, decimals, tilt), [grid(UP, 3.0)])
    assert found.total_cc == pytest.approx(3.6, rel=0.02)


def test_a_contour_that_crosses_itself_is_said():
    bow = np.array([[-5.0, -5.0], [5.0, 5.0], [5.0, -5.0], [-5.0, 6.0]])
    found = dvh(
        Structure.from_contours("Bow", [np.column_stack([bow, np.full(4, z)]) for z in (0.0, 3.0, 6.0)]),
        [grid(UP, 3.0)],
    )
    assert any("crosses itself" in w for w in found.warnings)
