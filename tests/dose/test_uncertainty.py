"""How sure a sum is: shifts whose effect is known, and a search that finds what lies in reach."""

from dataclasses import replace

import numpy as np
import pytest

from myelon.dose.accumulate import accumulate
from myelon.dose.uncertainty import COUNT, _hottest, lattice, uncertainty
from myelon.errors import DoseError
from phantoms import cylinder, grid

PHYSICAL = 1e9
"""At this α/β an EQD2 is the physical dose, so that a gradient stays a gradient."""
RADIUS = 5.0


def course(direction, base=30.0, spacing=2.5):
    return replace(grid(direction, spacing, base=base), fractions=10)


def cord():
    return cylinder(RADIUS, 40.0, 2.0)


def by_metric(rows):
    return {row.metric: row for row in rows}


def test_a_flat_dose_does_not_care_where_it_lies():
    found = uncertainty(cord(), [course([0, 0, 0]), course([0, 0, 0])], 2.0, count=10)
    for row in found.spreads:
        assert row.nominal == pytest.approx(75.0, abs=0.02)  # 30 Gy in 10 twice
        assert row.p95 == pytest.approx(row.nominal, abs=0.02)
        assert row.worst_axis == pytest.approx(row.nominal, abs=0.02)
    for row in found.searches:
        assert row.in_structure == pytest.approx(75.0, abs=0.02)


def test_the_nominal_value_is_that_of_the_sum():
    grids = [course([0, 1, 0]), course([1, 0, 0])]
    found = uncertainty(cord(), grids, 2.0, count=3)
    total = accumulate(cord(), grids, 2.0).total
    for row in found.spreads:
        assert row.nominal == pytest.approx(total.metric(row.metric).value)


def test_a_shift_of_a_gradient_moves_the_maximum_by_as_much():
    found = uncertainty(cord(), [course([0, 1, 0]), course([0, 0, 0])], PHYSICAL, count=600, turn_degrees=0.0)
    row = by_metric(found.spreads)["max"]
    assert row.nominal == pytest.approx(60.0 + RADIUS, abs=0.05)
    assert row.worst_axis == pytest.approx(row.nominal + 2.0, abs=0.05)
    assert row.p95 == pytest.approx(row.nominal + 1.645 * 2.0, abs=0.4)  # 600 readings: ± 0.2 is one standard error


def test_turns_alone_move_the_ends_of_a_long_structure():
    dose = course([0, 1, 0])
    turned = uncertainty(cord(), [dose, course([0, 0, 0])], PHYSICAL, count=200, shift_mm=0.0, turn_degrees=3.0)
    row = by_metric(turned.spreads)["max"]
    assert row.worst_axis == pytest.approx(row.nominal, abs=1e-6)
    assert 0.3 < row.p95 - row.nominal < 20.0 * np.sin(np.radians(9.0))


def test_readings_are_the_same_tomorrow_and_none_is_no_spread():
    grids = [course([0, 1, 0]), course([1, 0, 0])]
    one, other = (uncertainty(cord(), grids, 2.0, count=5, seed=7) for _ in range(2))
    assert one == other
    assert uncertainty(cord(), grids, 2.0, count=5, seed=8).spreads != one.spreads
    still = uncertainty(cord(), grids, 2.0, count=3, shift_mm=0.0, turn_degrees=0.0)
    for row in still.spreads:
        assert row.p95 == pytest.approx(row.nominal, abs=1e-9)


def test_only_the_earlier_courses_move():
    last_steep = uncertainty(cord(), [course([0, 0, 0]), course([0, 1, 0])], PHYSICAL, count=20)
    row = by_metric(last_steep.spreads)["max"]
    assert row.p95 == pytest.approx(row.nominal, abs=0.01)


def test_a_search_finds_what_lies_in_reach():
    """One course is hot in front, the other behind: anywhere the earlier one may be 3 mm hotter."""
    found = uncertainty(cord(), [course([0, 1, 0]), course([0, -1, 0])], PHYSICAL, count=1, search_mm=3.0)
    row = by_metric(found.searches)["max"]
    assert row.in_structure == pytest.approx(60.0 + 3.0, abs=0.1)
    assert row.unrestricted == pytest.approx(60.0 + 3.0, abs=0.1)


@pytest.mark.parametrize("way", [[1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]])
def test_a_search_reaches_as_far_along_a_diagonal_as_along_an_axis(way):
    way = np.array(way) / np.linalg.norm(way)
    flat = course([0, 0, 0])
    found = uncertainty(cord(), [course(way), flat], PHYSICAL, count=1, search_mm=4.0)
    nominal = by_metric(found.spreads)["max"].nominal
    gained = by_metric(found.searches)["max"].unrestricted - nominal
    assert 3.0 <= gained <= 4.1  # the lattice has a step of up to a millimetre


def test_a_search_kept_in_the_structure_finds_less_than_one_that_leaves_it():
    found = uncertainty(cord(), [course([0, 1, 0]), course([0, 1, 0])], PHYSICAL, count=1, search_mm=3.0)
    row = by_metric(found.searches)["max"]
    nominal = by_metric(found.spreads)["max"].nominal
    assert row.in_structure <= nominal + 0.05
    assert row.unrestricted == pytest.approx(nominal + 3.0, abs=0.1)


def test_the_lattice_has_the_volume_of_the_structure():
    points, within = lattice(cord(), "slab", 1.0, margin_mm=3.0, single_plane_mm=2.0)
    assert points.shape == (within.size, 3)
    assert within.sum() / 1000.0 == pytest.approx(np.pi * 25 * 40 / 1000, rel=0.02)
    assert np.hypot(*points[within.ravel()][:, :2].T).max() <= RADIUS + 0.02


@pytest.mark.parametrize("more", [{"shift_mm": -1.0}, {"turn_degrees": -1.0}, {"search_mm": 0.0}, {"count": 0}])
def test_settings_that_cannot_be_are_refused(more):
    with pytest.raises(DoseError, match="Give numbers"):
        uncertainty(cord(), [course([0, 0, 0])] * 2, 2.0, **more)


def test_one_course_has_no_registration():
    with pytest.raises(DoseError, match="no registration"):
        uncertainty(cord(), [course([0, 0, 0])], 2.0)


def test_a_hundred_readings_are_interactive():
    import time

    grids = [course([0, 1, 0]), course([1, 0, 0])]
    uncertainty(cord(), grids, 2.0, count=2)
    start = time.perf_counter()
    found = uncertainty(cord(), grids, 2.0)
    assert found.count == COUNT == 100
    assert time.perf_counter() - start < 10.0  # the bench says how long: this only guards against a blunder


def test_the_hottest_volume_is_as_many_voxels_as_it_holds():
    """Voxels of 2 mm: 0.008 cc each. A volume of whole voxels takes no further one."""
    doses = np.array([5.0, 9.0, np.nan, 7.0, 8.0, 6.0])
    found = {cc: _hottest(doses, f"D{cc}cc", 2.0) for cc in ("0.008", "0.016", "0.017", "0.024", "0.032")}
    assert found == {"0.008": 9.0, "0.016": 8.0, "0.017": 7.0, "0.024": 7.0, "0.032": 6.0}
    assert _hottest(doses, "max", 2.0) == 9.0
    assert _hottest(doses, "D0.048cc", 2.0) == 0.0  # what is not known counts as none
