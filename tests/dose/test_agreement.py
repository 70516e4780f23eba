"""Files and prescriptions that do not belong together are seen before anything is judged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from myelon.dose.agreement import (
    Named,
    PatientFacts,
    Prescribed,
    contours_apart,
    known_patient,
    named_files,
    prescription,
    same_contours,
    same_patient,
    stored_step,
    twice_daily,
)
from myelon.dose.structure import Structure
from myelon.dose.warp import Warp
from phantoms import heights, rings


def severities(found):
    return sorted(f.severity for f in found)


def near(total, fractions, greatest, **more):
    return list(prescription("RT 1", greatest, Prescribed(total, fractions, **more)))


@pytest.mark.parametrize("hot", [0.9, 1.0, 1.05, 1.3, 1.6, 2.0])
@pytest.mark.parametrize(("total", "n"), [(50.0, 25), (24.0, 1), (24.0, 2), (27.0, 3), (30.0, 5), (50.4, 28)])
def test_a_whole_plan_fits_its_prescription_hot_spots_and_all(total, n, hot):
    assert near(total, n, total * hot) == []


@pytest.mark.parametrize("hot", [1.0, 1.2, 1.65])
@pytest.mark.parametrize(("total", "n"), [(50.0, 25), (30.0, 10), (24.0, 3), (30.0, 5), (45.0, 30)])
def test_the_dose_of_one_fraction_is_refused(total, n, hot):
    (found,) = near(total, n, total / n * hot)
    assert found.severity == "refuse"
    assert f"one of {n} fractions" in found.text
    assert f"{total:g} Gy" in found.text


@pytest.mark.parametrize("hot", [1.0, 1.1, 1.6])
@pytest.mark.parametrize(("factor", "said"), [(100.0, "cGy"), (0.01, "100"), (25.0, "twice")])
def test_another_unit_is_refused(factor, hot, said):
    (found,) = near(50.0, 25, 50.0 * factor * hot) if factor != 0.01 else near(50.0, 3, 0.5 * hot)
    assert found.severity == "refuse"
    assert said in found.text


@pytest.mark.parametrize("share", [0.75, 0.3, 2.6])
def test_what_is_far_from_the_prescription_warns(share):
    (found,) = near(20.0, 1, 20.0 * share)
    assert found.severity == "warn"


def test_without_a_prescription_nothing_is_judged():
    (found,) = near(None, 25, 50.0)
    assert found.severity == "refuse"
    assert "no prescription is known" in found.text


@pytest.mark.parametrize(
    ("recorded", "planned", "expected"),
    [(50.0, 50.0, []), (50.0, 50.4, []), (50.0, 45.0, ["warn"]), (50.0, 2.0, ["refuse"]), (50.0, 5000.0, ["refuse"])],
)
def test_record_and_plan_are_compared(recorded, planned, expected):
    found = [f for f in near(recorded, 25, 52.0, plan_gy=planned) if "plan prescribes" in f.text]
    assert severities(found) == expected


@given(st.floats(1.0, 80.0), st.integers(1, 40), st.floats(0.001, 400.0))
def test_every_share_is_fitting_warned_or_refused_with_both_numbers(total, n, share):
    for found in near(total, n, total * share):
        assert f"{total:g} Gy" in found.text
        assert found.severity in {"refuse", "warn"}
    if share < 0.8 or share > 2.3:
        assert near(total, n, total * share)


@pytest.mark.parametrize(
    ("step", "total", "seen"),
    [
        (0.05, 50.0, False),
        (0.2, 50.0, True),
        (2.0, 50.0, True),
        (0.06, 8.0, True),
        (0.1, None, False),
        (0.3, None, True),
    ],
)
def test_coarse_integers_are_said(step, total, seen):
    assert bool(list(stored_step("RT 1", step, Prescribed(total, 5)))) is seen


@pytest.mark.parametrize(
    ("total", "n", "asked"), [(72.0, 60, True), (45.0, 30, True), (50.4, 28, False), (30.0, 10, False), (8.0, 1, False)]
)
def test_many_small_fractions_ask_for_the_gap(total, n, asked):
    assert bool(list(twice_daily("RT 1", n, total / n))) is asked


# ── patients and files ──────────────────────────────────────────────────────────────────────────────────


def file(kind, patient="P1", uid="", **more):
    return Named(kind, uid, PatientFacts(patient), **more)


@pytest.mark.parametrize("other", ["dose", "structure set", "plan", "registration"])
def test_one_file_of_another_patient_is_refused_unless_a_person_says_why(other):
    files = [file(k, "P2" if k == other else "P1") for k in ("dose", "structure set", "plan", "registration")]
    assert severities(same_patient("RT 1", files)) == ["refuse"]
    (said,) = same_patient("RT 1", files, but="the hospital changed its numbers")
    assert said.severity == "warn"
    assert "changed its numbers" in said.text
    assert "P2" not in said.text, "no identifier in a line"
    assert list(same_patient("RT 1", [file("dose"), file("plan", "")])) == []


def test_a_dose_that_names_another_plan_or_structure_set_warns():
    files = [
        file("dose", uid="d", plans=("p2",), structures=("s1",)), file("plan", uid="p1", structures=("s2",)),
        file("structure set", uid="s1"),
    ]  # fmt: skip
    assert len(list(named_files("RT 1", files))) == 2
    fitting = [file("dose", uid="d", plans=("p1",)), file("plan", uid="p1"), file("structure set", uid="s1")]
    assert list(named_files("RT 1", fitting)) == []


@pytest.mark.parametrize(
    ("courses", "listed", "refused"),
    [
        ({"rt-1": ["A"], "rt-2": ["A"]}, [], set()),
        ({"rt-1": ["A"], "rt-2": ["B"]}, [], {"rt-1", "rt-2"}),
        ({"rt-1": ["A"], "rt-2": ["B"]}, [("A", ""), ("B", "")], set()),
        ({"rt-1": ["A"], "rt-2": ["B"]}, [("A", "")], {"rt-2"}),
        ({"rt-1": ["A"]}, [("B", "")], {"rt-1"}),
        ({"rt-1": [""]}, [("B", "")], set()),
    ],
)
def test_an_identifier_that_the_record_does_not_list_is_a_question(courses, listed, refused):
    files = {c: [file("dose", p) for p in patients] for c, patients in courses.items()}
    found = list(known_patient(files, listed))
    assert {f.course for f in found} == refused
    assert all(f.severity == "refuse" and f.stranger for f in found)


def test_the_same_number_of_another_issuer_is_another_patient():
    files = {"rt-1": [Named("dose", "", PatientFacts("A", "HOSPITAL 2"))]}
    assert list(known_patient(files, [("A", "HOSPITAL 2")])) == []
    assert len(list(known_patient(files, [("A", "HOSPITAL 1")]))) == 1


# ── contours after a registration ───────────────────────────────────────────────────────────────────────


def cord(shift=(0.0, 0.0, 0.0), radius=5.0, length=60.0, name="SpinalCord"):
    contours = [c + np.array(shift) for c in rings(lambda _: radius, heights(length, 3.0))]
    return Structure.from_contours(name, contours)


def shifted(*by):
    matrix = np.eye(4)
    matrix[:3, 3] = by
    return Warp(after=matrix)


@pytest.mark.parametrize(
    ("off", "expected"),
    [((0, 0, 0), []), ((1, 1, 0), []), ((0, 0, 9), []), ((5, 0, 0), ["warn"]), ((20, 20, 0), ["refuse"]),
     ((0, -40, 0), ["refuse"]), ((0, 0, 200), ["warn"])],
)  # fmt: skip
def test_contours_of_one_name_lie_in_one_place_after_a_registration(off, expected):
    here, there = {"SpinalCord": cord()}, {"SpinalCord": cord((30.0, -12.0, 4.0))}
    right = (30.0, -12.0, 4.0)
    warp = shifted(*(a + b for a, b in zip(right, off, strict=True)))
    assert severities(same_contours("rt-1", here, there, warp)) == expected


def test_an_inverted_registration_doubles_the_distance():
    here, there = cord(), cord((20.0, 20.0, 0.0))
    assert contours_apart(here, there, shifted(20.0, 20.0, 0.0)).centres_mm == pytest.approx(0.0, abs=0.01)
    assert contours_apart(here, there, shifted(-20.0, -20.0, 0.0)).centres_mm == pytest.approx(56.6, abs=0.1)


def test_only_what_is_one_thing_in_every_course_is_compared():
    far = shifted(50.0, 0.0, 0.0)
    assert severities(same_contours("rt-1", {"GTV": cord(name="GTV")}, {"GTV": cord(name="GTV")}, far)) == []
    assert severities(same_contours("rt-1", {"VB_T08": cord(name="VB_T08")}, {"VB_T08": cord(name="VB_T08")}, far)) == [
        "refuse"
    ]
