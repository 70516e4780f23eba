"""One course against the published limits: each where it was made, and nowhere else."""

import math
from dataclasses import replace

import pytest

from myelon.dose.bed import Prescription, eqd2
from myelon.dose.dvh import dvh
from myelon.dose.limits import LIMITS
from myelon.dose.ntcp import schultheiss_2008
from myelon.dose.tolerance import Given, judge_course, judge_courses
from myelon.terms.sources import SOURCES
from myelon.terms.verification import Verification
from phantoms import cylinder, grid
from reference_data import tables


def judged(course, organ="spinal_cord", **more):
    return judge_course(organ, Given(Prescription.parse(course), **{"reached": True} | more))


def outcomes(found):
    return {v.limit.id: str(v.outcome) for v in found.verdicts}


def test_the_table_is_that_of_the_project_row_by_row():
    rows = [r for _, table in tables("constraints.json") for r in table["constraints"]]
    assert len(LIMITS) == 128
    for row in rows:
        held = LIMITS[row["id"]]
        wanted = math.nan if row["limit"] is None else float(row["limit"])
        assert held.value == wanted or (math.isnan(held.value) and math.isnan(wanted)), row["id"]
        assert (held.organ, held.metric, held.comparator, held.source, held.risk) == (
            row["organ"], row["metric"], row["comparator"], row["source"], row["risk"],
        )  # fmt: skip
        assert held.fractions == str(row["fractions"])
        if held.status is Verification.VERIFIED:
            assert row["status"].startswith("verified")
            assert "second-hand" not in row["status"]
            assert "seed" not in row["status"]


def test_every_row_names_a_source_of_the_bibliography():
    assert {row.source for row in LIMITS.values()} <= set(SOURCES)
    assert {"ang1992", "schultheiss2008", "burman1991", "park2008"} <= set(SOURCES)


@pytest.mark.parametrize(
    ("course", "met", "exceeded"),
    [
        ("50.4/28", ["quantec.conv.50", "quantec.conv.54", "quantec.conv.61"], []),
        ("42/21", ["quantec.conv.50", "quantec.conv.54", "quantec.conv.61"], []),
        ("14/1", ["hytec.1.high", "tg101.cord.1.max"], ["quantec.srs.1", "hytec.1.low", "sahgal2013.1fx.5pct", "tg101.cord.1.0.35cc"]),
        ("21/3", ["tg101.cord.3.max", "msk2022.3"], ["hytec.3", "quantec.srs.3", "nccn.cord.3"]),
        ("27/5", ["tg101.cord.5.max", "nccn.cord.5"], ["hytec.5", "tg101.cord.5.0.35cc"]),
        ("15/3", ["hytec.3", "quantec.srs.3", "tg101.cord.3.max", "nccn.cord.3"], ["sahgal2013.3fx.1pct"]),
    ],
)  # fmt: skip
def test_the_courses_of_the_papers_sit_where_the_knowledge_says(course, met, exceeded):
    found = outcomes(judged(course))
    assert {found[i] for i in met} == {"pass"}
    assert {found[i] for i in exceeded} <= {"fail"}


def test_a_limit_is_silent_where_it_was_not_made():
    ten = judged("30/10")
    assert outcomes(ten) == {}
    why = {v.limit.id: v.why for v in ten.not_applicable}
    assert why["quantec.conv.50"] == "made for 1.8 to 2 Gy a fraction; these are 3"
    assert why["hytec.3"] == "made for 3 fractions; these are 10"
    assert why["tg101.cauda.5.max"] == "made for the cauda equina"
    assert why["sc24.prv"].startswith("needs a contour")
    assert why["cirt.cord.50"] == "made for carbon ions"
    repeat = {v.limit.id: v.why for v in judged("24/5", previous_eqd2_gy=47.88).not_applicable}
    assert "irradiated before" in repeat["hytec.5"]


def test_the_cauda_has_its_own_rows_and_the_conus_both():
    cauda = outcomes(judged("25/5", "cauda_equina"))
    assert cauda == {"tg101.cauda.5.5cc": "pass", "tg101.cauda.5.max": "pass"}
    conus = outcomes(judged("25/5", "conus"))
    assert {"hytec.5", "tg101.cord.5.max", "tg101.cauda.5.max"} <= set(conus)


def test_the_table_of_earlier_doses_is_read_at_its_next_higher_row():
    found = judged("24/5", previous_eqd2_gy=47.88)
    assert outcomes(found) == {"sahgal2012.prior50.5": "fail"}
    assert found.verdicts[0].says == "above an unverified figure"
    assert outcomes(judged("15/5", previous_eqd2_gy=40.0)) == {"sahgal2012.prior40.5": "pass"}
    single = judged("8/1", previous_eqd2_gy=45.0)
    assert outcomes(single) == {"sahgal2012.prior45.1": "fail"}
    assert single.verdicts[0].says == "not recommended by an unverified table"
    beyond = judged("15/5", previous_eqd2_gy=60.0)
    assert outcomes(beyond) == {}
    assert any("ends at an earlier EQD2 of 50" in v.why for v in beyond.not_applicable)


def test_conventional_rows_are_read_as_eqd2_and_say_when_that_decides():
    (row,) = [v for v in judged("50.4/28").verdicts if v.limit.id == "quantec.conv.50"]
    assert (row.value_text, row.alpha_beta_gy) == ("47.88", 2.0)
    assert "50.40 Gy, it would be exceeded" in row.why
    (row,) = [v for v in judged("42/21").verdicts if v.limit.id == "quantec.conv.50"]
    assert (row.value_text, row.why) == ("42.00", "")
    assert judged("54/30").disagreements == ()


def test_a_prescription_says_no_more_than_it_can():
    says = {v.limit.id: v.says for v in judged("21/3").verdicts}
    assert says["hytec.3"] == "exceeded if the cord had the prescription"
    assert says["msk2022.3"] == "not exceeded if the cord had no more than the prescription"
    assert says["tg101.cord.3.max"] == "within an unverified figure"


def test_a_target_that_contains_the_cord_bounds_its_maximum_from_below():
    found = {v.limit.id: v for v in judged("42/21", at_least_gy=42.0).verdicts}
    assert found["quantec.conv.50"].value_text == "≥ 42.00"
    assert "it has at least 42 Gy" in found["quantec.conv.50"].why
    over = {v.limit.id: v for v in judged("42/21", at_least_gy=51.0).verdicts}
    assert (over["quantec.conv.50"].outcome, over["quantec.conv.50"].says) == ("fail", "exceeded")


def test_exactly_at_a_limit_both_versions_are_said():
    fourteen = {v.limit.id: v for v in judged("14/1").verdicts}
    assert fourteen["tg101.cord.1.max"].outcome == "pass"
    assert fourteen["msk2022.1"].outcome == "fail"
    for name in ("tg101.cord.1.max", "msk2022.1"):
        assert "read as ≤ it is met, as < it is exceeded" in fourteen[name].why


def test_sources_that_disagree_are_put_side_by_side():
    (line,) = [d for d in judged("21/3").disagreements if d.startswith("the maximum")]
    assert "HyTEC 2021 (≤ 20.3 Gy)" in line.split("within")[0]
    assert "TG-101 (≤ 21.9 Gy)" in line.split("within")[1]
    assert judged("42/21").disagreements == ()


def test_carbon_ions_need_their_model():
    found = judged("64/16", needs_model="GyE of carbon ions")
    assert {str(v.outcome) for v in found.verdicts} == {"needs model"}
    assert "cirt.cord.50" in outcomes(found)
    assert found.risks == ()


def test_the_model_of_a_risk_is_that_of_the_fractionation():
    assert [r.model for r in judged("50.4/28").risks] == ["Schultheiss 2008, log-logistic"]
    assert [str(r) for r in judged("14/1").risks] == ["> 10 %, extrapolated"]
    assert judged("14/1", "cauda_equina").risks == ()
    assert judged("24/5", previous_eqd2_gy=47.88).risks == ()


def test_a_dose_file_is_judged_by_its_own_metric_and_structure():
    cord = cylinder(5.0, 60.0, 2.0)
    curve = dvh(cord, [grid([0, 1, 0], 2.5)])
    found = {
        v.limit.id: v
        for v in judge_course("spinal_cord", Given(Prescription(24.0, 1), curves={"SpinalCord": curve})).verdicts
    }
    value = found["tg101.cord.1.0.35cc"]
    assert value.value == pytest.approx(curve.metric("D0.35cc").value)
    assert (value.basis, value.structure) == ("dose file", curve.structure)
    assert found["hytec.1.high"].value == pytest.approx(curve.max_gy)
    sac = found["sahgal2013.1fx.5pct"]
    assert (sac.outcome, sac.why) == ("unknown", "no contour of the thecal sac")


def test_every_course_is_judged_over_every_organ():
    found = judge_courses(
        ("spinal_cord", "cauda_equina"), [Given(Prescription(20.0, 5)), Given(Prescription(8.0, 1), 30.0)]
    )
    assert [[t.organ for t in row] for row in found] == [["spinal_cord", "cauda_equina"]] * 2


def test_an_earlier_dose_that_is_not_known_leaves_every_row_open():
    found = judged("24/3", previous_open="RT 1, of a dose not reported, may have been before")
    assert {str(v.outcome) for v in found.verdicts} == {"unknown"}
    assert {"hytec.3", "tg101.cord.3.max"} <= set(outcomes(found))
    assert found.risks == ()
    later = judged("12/3", "spinal_cord", previous_eqd2_gy=40.0, previous_open="known only in part")
    assert {str(v.outcome) for v in later.verdicts} == {"unknown"}
    rows = {r.previous_eqd2_gy for r in LIMITS.values() if r.context == "reirradiation_sbrt" and r.previous_eqd2_gy}
    found = {v.limit.previous_eqd2_gy for v in later.verdicts if v.limit.previous_eqd2_gy}
    assert found == {p for p in rows if p >= 40.0}


def test_a_curve_that_is_known_in_part_gives_no_risk():
    curve = dvh(cylinder(5.0, 60.0, 2.0), [grid([0, 1, 0], 2.5)])
    whole = Given(Prescription(50.0, 25), curves={"SpinalCord": curve})
    assert len(judge_course("spinal_cord", whole).risks) == 1
    part = replace(curve, outside_cc=curve.total_cc)
    assert judge_course("spinal_cord", whole._replace(curves={"SpinalCord": part})).risks == ()


def test_a_target_that_holds_the_cord_bounds_the_cord_and_not_the_cauda():
    found = {v.limit.id: v for v in judged("40/20", "conus", at_least_gy=42.0).verdicts}
    assert found["quantec.conv.50"].value_text == "≥ 43.05"
    cauda = [v for v in found.values() if v.limit.organ == "cauda_equina"]
    assert all("≥" not in v.value_text and "target" not in v.why for v in cauda)
    assert str(judged("40/20", at_least_gy=42.0).risks[0]) == str(schultheiss_2008(eqd2(42.0, 20, 0.87)))
