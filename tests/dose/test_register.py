"""Rigid registration: a spine moved by a known transform is brought back."""

import numpy as np
import pytest

from myelon.demo import phantoms
from myelon.dose.register import register_rigid
from myelon.dose.uncertainty import _placed
from myelon.dose.volume import Volume
from myelon.errors import DoseError
from myelon.report.registration_figure import checkerboard_png

BOX = ([-35.0, -55.0, -125.0], [35.0, 35.0, -40.0])
INNER = np.array([[x, y, z] for x in (-15.0, 15.0) for y in (-40.0, 15.0) for z in (-110.0, -60.0)])


@pytest.fixture(scope="module")
def spine():
    values, origin = phantoms._ct(phantoms.PHANTOMS[1])
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
    found = register_rigid(spine, moved(spine, truth), BOX)
    found_errors = errors(found, truth)
    assert np.median(found_errors) <= 0.5
    assert found_errors.max() <= 0.75
    assert found.correlation > 0.8
    assert found.correlation >= found.correlation_before - 0.01
    assert found.inconsistency_mm < 1.0
    assert found.clear
    rotation = found.matrix[:3, :3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)


def test_the_same_images_give_the_same_transform(spine):
    truth = _placed(np.array([0.0, -10.0, -84.0]), np.array([3.0, 2.0, -4.0]), np.array([2.0, 1.0, -1.0]))
    other = moved(spine, truth)
    one, two = (register_rigid(spine, other, BOX) for _ in range(2))
    np.testing.assert_allclose(errors(one, truth), errors(two, truth), atol=0.01)
    assert checkerboard_png(spine, other, one).startswith(b"\x89PNG")


def test_a_box_without_bone_or_outside_is_refused(spine):
    with pytest.raises(DoseError, match="too little of the image"):
        register_rigid(spine, spine, ([500.0, 500, 500], [600.0, 600, 600]))
    air = Volume(np.full(spine.values.shape, -900, dtype=np.int16), spine.origin_mm, spine.spacing_mm)
    with pytest.raises(DoseError, match="no bone"):
        register_rigid(air, spine, BOX)
