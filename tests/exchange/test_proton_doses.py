"""The greatest dose of a proton plan against its prescription: weighted once, and asked where it may be already."""

from types import SimpleNamespace

import pytest

from myelon.exchange.dicom.courses import PROTON_SHARES, _greatest


def greatest(reached, *, total=50.0, plan=None, modality="proton", unit="Gy"):
    dose = SimpleNamespace(greatest_gy=reached, grid=SimpleNamespace(unit=unit))
    known = SimpleNamespace(total_gy=total, plan_gy=plan)
    return _greatest(SimpleNamespace(label="RT 1", dose=dose, modality=modality, known=known))


@pytest.mark.parametrize("share", [0.87, 0.9, 0.949, 1.017])
def test_physical_dose_that_fits_once_weighted_is_weighted(share):
    found, asked = greatest(50.0 * share)
    assert found == pytest.approx(55.0 * share)
    assert asked == []


@pytest.mark.parametrize("share", [1.02, 1.1, 1.119])
@pytest.mark.parametrize("where", [{"total": 50.0}, {"total": None, "plan": 50.0}])
def test_what_fits_only_without_the_factor_is_asked_and_not_weighted(share, where):
    found, (asked,) = greatest(50.0 * share, **where)
    assert found == 50.0 * share
    assert asked.severity == "refuse"
    assert f"{50.0 * share:.1f} Gy" in asked.text
    assert f"{55.0 * share:.1f}" in asked.text


def test_what_fits_neither_way_is_weighted_and_left_to_the_comparison():
    low, high = PROTON_SHARES
    assert greatest(50.0 * high * 1.01)[1] == []
    assert greatest(50.0 * low * 0.5)[1] == []
    assert greatest(50.0, total=None)[1] == []


@pytest.mark.parametrize("other", [{"modality": "photon"}, {"unit": "Gy(RBE)"}])
def test_only_the_physical_dose_of_protons_is_weighted(other):
    assert greatest(52.0, **other) == (52.0, [])
