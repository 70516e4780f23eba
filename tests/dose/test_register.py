"""Registration: a spine moved by a known transform, or bent by a known bend, is brought back."""

from dataclasses import replace

import numpy as np
import pytest

from myelon.demo import phantoms
from myelon.dose.register import LEAST_SHOWN, Registered, _along_the_spine, _box, between_named, register
from myelon.dose.uncertainty import _placed
from myelon.dose.volume import Volume
from myelon.dose.warp import Stretch, Warp
from myelon.errors import DoseError
from myelon.report.registration_figure import registration_png

BOX = ([-35.0, -55.0, -125.0], [35.0, 35.0, -40.0])
INNER = np.array([[x, y, z] for x in (-15.0, 15.0) for y in (-40.0, 15.0) for z in (-110.0, -60.0)])


@pytest.fixture(scope="module")
def spine():
    values, origin = phantoms.ct(phantoms.PHANTOMS[1])
    return Volume(values, origin, (phantoms.PIXEL_MM, phantoms.PIXEL_MM, phantoms.SLICE_MM))


def moved(spine, truth, seed=4):
    """The image whose transform onto the spine is ``truth``, with other noise."""
    z, y, x = np.meshgrid(*(np.arange(n) for n in spine.values.shape), indexing="ij")
    points = spine.origin_mm + np.stack([x, y, z], axis=-1) * np.array(spine.spacing_mm)
    values = spine.at(points @ truth[:3, :3].T + truth[:3, 3])
    noise = np.random.default_rng(seed).normal(0, 10, values.shape)
    return Volume((values + noise).astype(np.int16), spine.origin_mm, spine.spacing_mm)


def errors(found, truth):
    there = (INNER - truth[:3, 3]) @ truth[:3, :3]
    return np.linalg.norm(there @ found.matrix[:3, :3].T + found.matrix[:3, 3] - INNER, axis=1)


@pytest.mark.parametrize(
    ("shift", "degrees"),
    [((0, 0, 0), (0, 0, 0)), ((8.0, -11.0, 6.0), (5.0, -4.0, 6.0)), ((-12.0, 4.0, -9.0), (-6, 3, -2))],
)
def test_a_known_transform_is_found_to_a_fraction_of_a_voxel(spine, shift, degrees):
    truth = _placed(np.array([0.0, -10.0, -84.0]), np.array(shift, dtype=float), np.array(degrees, dtype=float))
    found = register(spine, moved(spine, truth), BOX)
    found_errors = errors(found, truth)
    assert np.median(found_errors) <= 0.5
    assert found_errors.max() <= 0.75
    assert found.correlation > 0.8
    assert found.correlation >= found.correlation_before - 0.01
    assert found.inconsistency_mm < 1.0
    assert found.doubts == ()
    rotation = found.matrix[:3, :3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)


def test_the_box_of_a_volume_ends_at_the_centres_of_its_last_voxels():
    """The part of a fit is told by its corners."""
    volume = Volume(np.zeros((4, 5, 6), dtype=np.int16), np.array([1.0, 20.0, 300.0]), (2.0, 3.0, 7.0))
    wanted = [[x, y, z] for x in (1.0, 11.0) for y in (20.0, 32.0) for z in (300.0, 321.0)]
    np.testing.assert_allclose(_box(volume), wanted)


CLEAR = Registered(
    "rigid", Warp(after=np.eye(4)), 0.5, 0.9, 0.95, 0.90, 1.0, 0.5, Stretch(1.0, 1.0, 0.0), (np.zeros(3), np.ones(3))
)


@pytest.mark.parametrize(
    ("more", "doubt"),
    [
        ({}, ""), ({"runner_up": None}, ""), ({"runner_up": 0.93}, "another fit is as good"), ({"runner_up": 0.96}, "another fit is as good"),
        ({"runner_up": 0.919}, ""), ({"likeness": -0.1, "runner_up": None}, "share too little"), ({"shown": 0.79}, "shows only 79%"),
        ({"shown": 0.8}, ""), ({"inconsistency_mm": 3.1}, "there and back differ by 3.1 mm"), ({"inconsistency_mm": 3.0}, ""),
        ({"correlation": 0.59}, "bone agrees little"), ({"correlation": 0.6}, ""),
        ({"stretch": Stretch(-0.1, 1.0, 0.01)}, "folds over itself"), ({"likeness": 0.0, "runner_up": None}, ""),
    ],
)  # fmt: skip
def test_each_doubt_has_its_reason_and_no_other(more, doubt):
    found = replace(CLEAR, **more).doubts
    assert len(found) == (1 if doubt else 0)
    assert not doubt or doubt in found[0]


@pytest.mark.parametrize("shape", [(40, 10, 20), (10, 40, 20), (12, 20, 60)])
def test_a_search_without_a_start_looks_at_the_whole_length_and_no_farther(shape):
    """A step of a centimetre from the place where the box lies on the last slice to where it lies on the first."""
    part = Volume(np.zeros((5, 5, 5), dtype=np.int16), np.array([0.0, 0.0, 100.0]), (2.0, 2.0, 5.0))
    moving = Volume(np.zeros(shape, dtype=np.int16), np.array([0.0, 0.0, -50.0]), (2.0, 2.0, 5.0))
    found = np.array(_along_the_spine(part, moving, np.eye(4)))
    low, high = -50.0, -50.0 + (shape[0] - 1) * 5.0
    np.testing.assert_allclose(np.diff(found), 10.0)
    assert 110.0 - high - 10.0 < found[0] <= 110.0 - high
    assert 110.0 - low <= found[-1] < 110.0 - low + 10.0


def slices(volume, first, last):
    start = volume.origin_mm + np.array([0.0, 0.0, first * volume.spacing_mm[2]])
    return replace(volume, values=volume.values[first:last], origin_mm=start)


@pytest.mark.parametrize(("first", "last"), [(0, 30), (0, 12), (30, 50), (56, 86)])
def test_a_ct_of_part_of_the_spine_is_placed_rightly_or_doubted(spine, first, last):
    """The middles of the images say little then, and vertebrae look alike: the neighbour must not pass unsaid."""
    truth = _placed(np.array([0.0, -10.0, -84.0]), np.array([8.0, -11.0, 6.0]), np.array([5.0, -4.0, 6.0]))
    found = register(spine, slices(moved(spine, truth), first, last), BOX)
    assert errors(found, truth).max() <= 0.75 or found.doubts
    assert (found.shown < LEAST_SHOWN) == any("shows only" in doubt for doubt in found.doubts)
    if last <= 30:  # it shows what the box shows, or the lower part of it
        assert errors(found, truth).max() <= 0.75


def test_images_that_do_not_overlap_where_the_search_starts_are_said_so(spine):
    away = np.eye(4)
    away[2, 3] = -264.0  # the box then lies beyond the last slice, and the search sees some slices and no more
    with pytest.raises(DoseError, match="do not overlap around these vertebrae"):
        register(spine, spine, BOX, start=away)
    away[2, 3] = -900.0
    with pytest.raises(DoseError, match="moving CT shows too little"):
        register(spine, spine, BOX, start=away)


def test_the_same_images_give_the_same_transform(spine):
    truth = _placed(np.array([0.0, -10.0, -84.0]), np.array([3.0, 2.0, -4.0]), np.array([2.0, 1.0, -1.0]))
    other = moved(spine, truth)
    one, two = (register(spine, other, BOX) for _ in range(2))
    np.testing.assert_allclose(errors(one, truth), errors(two, truth), atol=0.01)
    assert registration_png(spine, other, one).startswith(b"\x89PNG")


def test_a_box_without_bone_or_outside_is_refused(spine):
    with pytest.raises(DoseError, match="fixed CT shows too little"):
        register(spine, spine, ([500.0, 500, 500], [600.0, 600, 600]))
    air = Volume(np.full(spine.values.shape, -900, dtype=np.int16), spine.origin_mm, spine.spacing_mm)
    with pytest.raises(DoseError, match="no bone"):
        register(air, spine, BOX)


def bend(points):
    """A bend of the spine that no rigid transform undoes: 4 mm to and fro over 157 mm of length."""
    bent, z = points.copy(), points[:, 2] + 84.0
    bent[:, 1] += 4.0 * np.sin(z / 25.0)
    bent[:, 0] += 2.0 * np.cos(z / 30.0)
    return bent


def test_a_bent_spine_is_brought_back_by_a_deformable_fit_better_than_by_a_rigid_one(spine):
    truth = _placed(np.array([0.0, -10.0, -84.0]), np.array([8.0, -11.0, 6.0]), np.array([5.0, -4.0, 6.0]))
    z, y, x = np.meshgrid(*(np.arange(n) for n in spine.values.shape), indexing="ij")
    points = (spine.origin_mm + np.stack([x, y, z], axis=-1) * np.array(spine.spacing_mm)).reshape(-1, 3)
    values = spine.at(bend(points @ truth[:3, :3].T + truth[:3, 3])).reshape(spine.values.shape)
    noise = np.random.default_rng(4).normal(0, 10, values.shape)
    other = Volume((values + noise).astype(np.int16), spine.origin_mm, spine.spacing_mm)
    said, median, folded = [], {}, {}
    for kind in ("rigid", "affine", "deformable"):
        found = register(spine, other, BOX, kind=kind, start=truth, progress=said.append)
        errors = np.linalg.norm(bend(found.warp.apply(INNER) @ truth[:3, :3].T + truth[:3, 3]) - INNER, axis=1)
        median[kind], folded[kind] = float(np.median(errors)), found.stretch.folded_share
    assert median["deformable"] < 1.5
    assert median["affine"] < median["rigid"]
    assert median["deformable"] < 0.75 * median["rigid"]
    held = found.warp.offsets  # of the deformable one: known all over the box, and no farther
    reach = (np.array(held.vectors_mm.shape[2::-1]) - 1) * np.array(held.spacing_mm)
    assert np.isfinite(held.vectors_mm).all()
    np.testing.assert_allclose(held.origin_mm, BOX[0], atol=max(spine.spacing_mm))
    np.testing.assert_allclose(held.origin_mm + reach, BOX[1], atol=max(spine.spacing_mm))
    assert set(folded.values()) == {0.0}
    assert any("B-spline" in line for line in said)


def test_vertebrae_of_the_same_name_lead_the_start():
    one = {"VB_T07": np.array([[0.0, 0, 0], [10, 10, 20]]), "VB_T08": np.array([[0.0, 0, -22], [10, 10, -2]])}
    other = {"VB_T08": one["VB_T08"] + [3.0, -4.0, 17.0], "VB_T09": one["VB_T07"]}
    np.testing.assert_allclose(between_named(one, other)[:3, 3], [-3.0, 4.0, -17.0])
    with pytest.raises(DoseError, match="contoured in both"):
        between_named(one, {"VB_L1": one["VB_T07"]})


def test_a_fit_of_things_that_do_not_belong_together_is_doubted(spine):
    upside_down = Volume(np.ascontiguousarray(spine.values[::-1, ::-1]), spine.origin_mm, spine.spacing_mm)
    assert register(spine, upside_down, BOX).doubts


def test_an_oblique_image_is_read_at_its_own_points_and_set_upright(spine):
    turn = _placed(np.zeros(3), np.zeros(3), np.array([20.0, 0.0, 0.0]))[:3, :3]
    oblique = Volume(spine.values, turn @ spine.origin_mm, spine.spacing_mm, axes=turn.T)
    points = np.random.default_rng(2).uniform(-60, 60, (300, 3))
    np.testing.assert_allclose(oblique.at(points @ turn.T), spine.at(points), atol=1e-6)
    upright = oblique.upright()
    np.testing.assert_allclose(upright.axes, np.eye(3))
    inner = points * 0.5
    smooth = np.abs(upright.at(inner) - oblique.at(inner))
    assert np.median(smooth) < 15.0  # the phantom's noise is 9 HU: what remains is interpolation
