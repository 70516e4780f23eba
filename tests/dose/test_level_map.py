"""Heights and vertebrae, there and back: half a vertebra beyond the known middles and no further."""

import pytest

from myelon.dose.level_map import LevelMap
from myelon.terms.levels import Level, Span

MAP = LevelMap.of([(Level.T8, 0.0), (Level.T10, -40.0), (Level.T12, -90.0)])
"""T8, T9 and T10 are 20 mm apart, T10, T11 and T12 25 mm."""


@pytest.mark.parametrize(
    ("place", "z_mm"),
    [(0.0, 0.0), (-0.5, 10.0), (0.5, -10.0), (1.0, -20.0), (2.0, -40.0), (2.5, -52.5), (4.0, -90.0), (4.5, -102.5)],
)
def test_a_place_and_its_height(place, z_mm):
    assert MAP.height(Level.T8 + place) == pytest.approx(z_mm)
    assert MAP.place(z_mm) == pytest.approx(Level.T8 + place)


@pytest.mark.parametrize(("place", "z_mm"), [(-0.51, 10.2), (4.51, -102.8), (-3.0, 60.0), (9.0, -200.0)])
def test_beyond_half_a_vertebra_nothing_is_known(place, z_mm):
    assert MAP.height(Level.T8 + place) is None
    assert MAP.place(z_mm) is None
    assert MAP.level(z_mm) is None


def test_one_vertebra_alone_says_nothing():
    alone = LevelMap.of([(Level.T8, 0.0)])
    assert alone.height(float(Level.T8)) is None
    assert alone.place(0.0) is None


@pytest.mark.parametrize(
    ("one_mm", "other_mm", "span"),
    [
        (0.0, -40.0, "T8-T10"), (-40.0, 0.0, "T8-T10"), (-9.0, -9.0, "T8"), (-11.0, -11.0, "T9"), (0.0, -300.0, None),
        (300.0, -40.0, None), (300.0, -300.0, None),
    ],
)  # fmt: skip
def test_the_vertebrae_between_two_heights(one_mm, other_mm, span):
    assert MAP.span(one_mm, other_mm) == (None if span is None else Span.parse(span))
