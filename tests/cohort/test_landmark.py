"""Treatments at a landmark: begun, not yet, or not known."""

import pytest

from myelon.cohort.analysis import run
from myelon.cohort.endpoints import endpoint
from myelon.cohort.landmark import TREATMENTS, column_at
from myelon.cohort.patient import CohortPatient
from myelon.cohort.recipe import Recipe
from myelon.cohort.registry import Registry
from myelon.cohort.variables import BY_NAME
from myelon.demo.cohort_002 import synthetic_cohort
from myelon.record.case import case_from

COHORT = [CohortPatient(c) for c in synthetic_cohort()]


def after(n, n_max=None):
    offset = {"n": n, "unit": "day"} | ({"n_max": n_max} if n_max else {})
    return {"kind": "relative", "anchor": "met", "offset": offset}


def patient(name, *entries, death=300):
    base = [
        {"id": "lung", "kind": "neoplasm", "role": "primary", "entity": "lung cancer", "compartment": []},
        {"id": "met", "kind": "neoplasm", "role": "secondary", "entity": "metastasis", "parent": "lung",
         "compartment": ["intramedullary"]},
        {"id": "end", "kind": "vital", "status": "dead", "when": after(death)},
    ]  # fmt: skip
    head = {"schema": "myelon.case/1", "id": name, "title": "t", "about": {"nature": "synthetic"}, "zero": "met"}
    return CohortPatient(case_from(head | {"entries": [*base, *entries]}))


def course(when):
    return {
        "id": "rt",
        "kind": "radiotherapy",
        "ordinal": 1,
        "total_gy": 30,
        "fractions": 10,
        "target": "met",
        "when": when,
    }


REFUSED = {"id": "no", "kind": "choice", "what": "refused any intervention", "by": "patient"}


@pytest.mark.parametrize(
    ("when", "at_landmark"),
    [(after(30), "yes"), (after(60), "yes"), (after(100), "no"), (after(30, 100), None), ({"kind": "unknown"}, None)],
)
def test_a_course_has_begun_or_not_or_nobody_knows(when, at_landmark):
    found = [patient("a", course(when))]
    assert Registry.of(found).column("radiotherapy").words == ["yes"]
    assert column_at("radiotherapy", found, endpoint("overall-survival"), 60.0).words == [at_landmark]
    assert column_at("treated", found, endpoint("overall-survival"), 60.0).words == [at_landmark]


def test_who_was_never_treated_is_not_treated_at_the_landmark():
    found = [patient("a")]
    assert column_at("treated", found, endpoint("overall-survival"), 60.0).words == [None]  # nor refused: not known
    assert {BY_NAME[name].name for name in TREATMENTS} == TREATMENTS


def test_an_analysis_takes_the_groups_of_the_day():
    """A course on day 100 of 300: treated on the whole, not yet at a landmark of 60 days."""
    patients = [patient(f"e{n}", course(after(30)), death=200 + 30 * n) for n in range(3)]
    patients += [patient(f"l{n}", course(after(100)), death=215 + 30 * n) for n in range(3)]
    patients.append(patient("gone", course(after(10)), death=40))
    recipe = Recipe(title="t", by="radiotherapy", unit="day", table_one=("treated",))
    whole = run(recipe, Registry.of(patients))
    assert [(c.group, int(c.at_risk[0])) for c in whole.curves] == [("yes", 7)]
    assert "of the whole record" in whole.cautions[0]
    later = run(recipe.model_copy(update={"landmark": 60.0}), Registry.of(patients))
    assert [(c.group, int(c.at_risk[0])) for c in later.curves] == [("yes", 3), ("no", 3)]
    assert later.described.columns[2:4] == ("yes (n = 3)", "no (n = 3)")
    assert dict(later.left_out) == {"gone": "died or was last seen before the landmark"}
    assert "those of the day of the landmark" in later.cautions[0]
    model = run(
        recipe.model_copy(update={"landmark": 60.0, "by": "", "model": ("radiotherapy",)}), Registry.of(patients)
    )
    assert model.model.fit.n == 6


def test_groups_at_diagnosis_are_the_same_with_a_landmark():
    recipe = Recipe(title="t", by="region_group", lost="left out", landmark=3.0)
    found = run(recipe, Registry.of(COHORT))
    assert {c.group for c in found.curves} == {"1", "2–4"}
    assert found.cautions == ()
