"""Edges that a planted fault showed to be untested: bands without a gap, ages, cautions, windows of a day."""

import importlib
import itertools
import pkgutil

import pytest

import myelon.assess
from myelon.assess import Patient, instrument
from myelon.assess.wbb import eligibility
from myelon.record.case import case_from
from stories import BASES, HEAD, MAN, bone, day, exam, image, surgery, value

METASTASIS = BASES["metastasis T8"]


def read(name, *entries):
    rows = {e["id"]: e for e in (*METASTASIS, *entries)}
    return instrument(name).from_case(
        Patient(case_from(HEAD | {"id": "c", "zero": "spine", "entries": list(rows.values())}))
    )


def given(result, item):
    return next((b.option for b in result.because if b.item == item), None)


def tables():
    """Every table of bands that stands in a module of instruments."""
    for found in pkgutil.iter_modules(myelon.assess.__path__):
        module = importlib.import_module(f"myelon.assess.{found.name}")
        for name, held in vars(module).items():
            if isinstance(held, tuple) and held and all(
                isinstance(r, tuple) and len(r) == 3 and isinstance(r[0], str)
                and all(isinstance(x, int | float) for x in r[1:]) for r in held
            ):  # fmt: skip
                yield pytest.param(held, id=f"{found.name}.{name.strip('_')}")


TABLES = {p.id: p for p in tables()}


def test_the_tables_of_bands_are_found():
    assert len(TABLES) >= 8


@pytest.mark.parametrize("bands", TABLES.values())
def test_between_two_bands_no_value_of_the_scale_is_left_out(bands):
    """Steps of 1, of 10 for KPS, or less than a hundredth for a measured value."""
    rows = sorted(bands, key=lambda r: r[1])
    for (_, low, high), (_, above, _) in itertools.pairwise(rows):
        assert low <= high < above
        assert above - high in {1, 10} or above - high < 0.01, (high, above)


@pytest.mark.parametrize(("vertebrae", "option"), [(1, "1"), (2, "2"), (3, "ge3"), (9, "ge3")])
def test_vertebrae_of_tokuhashi(vertebrae, option):
    assert given(read("tokuhashi_2005", value("vertebral metastases", vertebrae)), "vertebral") == option


@pytest.mark.parametrize(("years", "said"), [(17, True), (18, False), (60, False)])
def test_an_adult_is_eighteen(years, said):
    found = read("mrc_strength", MAN | {"age_at_index_years": years}, exam(motor=[{"limb": "legs", "mrc": 3}]))
    assert any("years old" in words for words in found.outside) is said


def test_only_a_vertebrectomy_asks_for_a_free_pedicle():
    for zones, warned in (("456789", True), ("45678", False), ("56789", False)):
        found = {f.operation: f.warnings for f in eligibility(frozenset(zones), frozenset("BC"), "boriani1997")}
        assert [name for name, words in found.items() if any("pedicle" in w for w in words)] == [
            "vertebrectomy"
        ] * warned


@pytest.mark.parametrize(
    ("done", "counts"),
    [({"levels": "T8", "target": "lung"}, True), ({"levels": None, "target": "lung"}, False),
     ({"levels": None, "target": None}, True), ({"levels": None, "target": "spine"}, True)],
)  # fmt: skip
def test_an_operation_with_vertebrae_is_one_of_the_spine_whatever_its_target(done, counts):
    case = case_from(HEAD | {"id": "c", "zero": "spine", "entries": [*METASTASIS, surgery(**done)]})
    assert bool(Patient(case).spinal_operations) is counts


def test_a_score_that_is_open_within_one_band_answers_noms():
    """Fifteen points of eighteen: unstable, whatever the rest."""
    worst = bone(bone_quality="lytic", alignment="subluxation", collapse="gt50", levels="T12")
    found = [image("mri", worst), exam(pain={"character": "mechanical"})]
    score = read("sins_2010", *found)
    assert score.missing
    assert score.reachable_categories == ("unstable",)
    assert given(read("noms_2013", *found), "unstable") is True


@pytest.mark.parametrize(("earliest", "doubted"), [(day(4), False), (day(3, 31), True), (day(4, 2), False)])
def test_a_study_that_may_be_a_day_before_the_baseline_is_doubted(earliest, doubted):
    from myelon.assess.response_series import response_series
    from myelon.record.timeline import solve

    target = {"lesion": "a", "feature": "mass", "role": "target", "size": {"value": 30, "unit": "mm"}}
    when = {"kind": "range", "earliest": earliest["earliest"], "latest": "2023-06-01"}
    rows = [image("one", target, modality="CT", when=day(4)), image("two", target, modality="CT", when=when)]
    case = case_from(HEAD | {"id": "c", "zero": "spine", "entries": [*METASTASIS, *rows]})
    found = response_series(case, solve(case))
    assert any("is not decided" in d for d in found.doubts) is doubted
