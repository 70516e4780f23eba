"""Which courses meet, in which organ, and what can be said when a dose is known only in part."""

from dataclasses import replace

import numpy as np
import pytest

from myelon.board.cord_dose import CourseFiles, groups_of
from myelon.board.packet import prepare
from myelon.dose.accumulate import accumulate
from myelon.dose.bed import Prescription
from myelon.dose.grid import DoseGrid
from myelon.dose.interval import Interval
from myelon.dose.overlap import isodose_overlaps, near_edge
from myelon.dose.reirradiation import OrganDose, evaluate, organ_dose
from myelon.dose.verdict import Basis
from myelon.errors import DoseError
from myelon.record.case import case_from
from myelon.record.kinds import Radiotherapy
from phantoms import cylinder, grid


def case(*courses, compartment="intramedullary", levels="T1-T4"):
    rows = [
        {"kind": "radiotherapy", "id": f"rt-{n}", "ordinal": n, **c,
         "when": {"kind": "exact", "earliest": c.get("day", f"20{18 + n}-01-01"), "latest": c.get("day", f"20{18 + n}-01-01")}}
        for n, c in enumerate(courses, start=1)
    ]  # fmt: skip
    for row in rows:
        row.pop("day", None)
    tumour = {"id": "t", "kind": "neoplasm", "role": "primary", "entity": "x", "compartment": [compartment]}
    tumour |= {"levels": levels} if levels else {}
    head = {"schema": "myelon.case/1", "id": "c", "title": "T", "about": {"nature": "synthetic"}, "zero": "rt-1"}
    return case_from(head | {"entries": [tumour, *rows]})


def course(total, fractions, levels=None, **more):
    return {"total_gy": total, "fractions": fractions, **({"levels": levels} if levels else {}), **more}


def outcomes(dose):
    return {v.limit.id: str(v.outcome) for v in dose.judged.verdicts}


def test_a_brain_course_is_never_added_to_the_spine():
    packet = prepare(case(course(30, 10, region="brain"), course(42, 21, "T9-L1"), levels="T9-L1"))
    assert [c.id for c in packet.dose.courses] == ["rt-2"]
    assert packet.dose.judged.dose.cumulative_bed == pytest.approx(84)
    assert packet.dose.judged.verdicts == ()
    assert "brain" in packet.left_out[0][1]


def test_a_course_that_was_not_given_is_not_added():
    packet = prepare(case(course(50, 25, "T1-T4"), course(30, 5, "T1-T4", assertion="absent")))
    assert packet.dose.judged.dose.cumulative_bed == pytest.approx(100)
    proposed = prepare(case(course(50, 25, "T1-T4"), course(30, 5, "T1-T4", status="proposed")))
    assert any("proposed" in note for note in proposed.dose.notes)


def test_a_later_course_elsewhere_does_not_hide_a_reirradiation():
    packet = prepare(case(course(50, 25, "T1-T4"), course(30, 5, "T1-T4"), course(8, 1, "L3-L4")))
    assert [[c.id for c in d.courses] for d in packet.doses] == [["rt-1", "rt-2"], ["rt-3"]]
    assert outcomes(packet.dose)["nieder.cum"] == "fail"


def test_courses_are_added_only_where_they_share_a_vertebra():
    packet = prepare(case(course(50, 25, "T1-T4"), course(30, 10, "T8-T10"), course(20, 5, "T3-T9")))
    groups = {tuple(c.id for c in d.courses): str(d.span) for d in packet.doses}
    assert groups == {("rt-1", "rt-3"): "T3–T4", ("rt-2", "rt-3"): "T8–T9"}


def test_groups_hold_every_course_and_none_is_part_of_another():
    record = case(course(10, 5, "C3-T2"), course(10, 5, "T1-T6"), course(10, 5, "T5-L2"), course(10, 5, "T6"))
    groups = groups_of(list(record.of(Radiotherapy)))
    members = [{c.id for c in g.courses} for g in groups]
    assert set().union(*members) == {"rt-1", "rt-2", "rt-3", "rt-4"}
    assert not any(a < b for a in members for b in members)


def test_courses_out_of_order_are_taken_by_time_and_said():
    packet = prepare(case(course(50, 25, "T1-T4", day="2022-01-01"), course(30, 5, "T1-T4", day="2020-01-01")))
    assert [c.id for c in packet.dose.courses] == ["rt-2", "rt-1"]
    assert any("order of time" in note for note in packet.dose.notes)
    assert packet.dose.judged.intervals[0].least_days > 600


def test_an_unknown_level_is_judged_as_each_organ_that_may_lie_there():
    packet = prepare(case(course(50, 25), course(30, 5), levels=None))
    assert packet.dose.organ.organs == ("spinal_cord", "cauda_equina")
    assert [o.organ for o in packet.dose.other_organs] == ["cauda_equina"]
    assert {str(v.outcome) for v in packet.dose.other_organs[0].verdicts} == {"not applicable"}


def test_carbon_ions_need_their_model():
    packet = prepare(case(course(64, 16, "T1-T4", modality="carbon"), course(8, 1, "T1-T4")))
    found = outcomes(packet.dose)
    assert found.pop("nieder.int") == found.pop("hytec.rert.interval") == "pass"
    assert set(found.values()) == {"needs model"}
    assert packet.dose.judged.nieder is None


def part(values, low, high, fractions):
    """A uniform grid that reaches from low to high along z only."""
    flat = grid([0, 1, 0], 2.0)
    heights = flat.origin_mm[2] + flat.frame_offsets_mm
    keep = (heights >= low) & (heights <= high)
    return DoseGrid(
        np.full_like(flat.values[keep], values), flat.origin_mm + np.array([0.0, 0.0, heights[keep][0] - flat.origin_mm[2]]),
        flat.column_step_mm, flat.row_step_mm, flat.frame_normal, heights[keep] - heights[keep][0], fractions=fractions,
    )  # fmt: skip


def judged(first, second):
    structure = cylinder(5.0, 60.0, 2.0)
    sums = [accumulate(structure, [first, second], ab) for ab in (2.0, 3.0)]
    dose, other = (organ_dose(s) for s in sums)
    two = [Prescription(70, 25), Prescription(10, 5)]
    return evaluate(two, [Interval(900, 900)], dose=dose, alternative=other)


def test_a_cord_outside_one_grid_is_never_met_and_never_below_a_single_course():
    result = judged(part(70, -40, 0, 25), part(10, -40, 40, 5))
    assert result.dose.covered_share < 0.99
    assert result.dose.cumulative_eqd2 >= 84 - 1e-6
    found = {v.limit.id: v for v in result.verdicts}
    assert found["hytec.rert.cum"].outcome == "fail"
    assert found["hytec.rert.new"].outcome == "unknown"
    assert found["hytec.rert.ratio"].outcome == "unknown"
    assert found["hytec.rert.new"].value_text.startswith("≥")
    assert any("lower bounds" in w for w in result.warnings)


def test_grids_that_share_nothing_leave_the_sum_unknown_unless_one_exceeds_alone():
    result = judged(part(20, -40, -4, 25), part(10, 4, 40, 5))
    assert {str(v.outcome) for v in result.verdicts if v.basis != "dates"} == {"unknown"}
    assert all(v.value is None or np.isfinite(v.value) for v in result.verdicts)


def test_the_alternative_is_of_the_same_structure(hospital):
    from myelon.exchange.dicom.courses import read_courses
    from myelon.store import Store

    store = Store.open(hospital)
    record = store.case("phantom-2")
    packet = prepare(record, read_courses(record, store.file))
    verdict = next(v for v in packet.dose.judged.verdicts if v.limit.id == "hytec.rert.cum")
    sac = packet.dose.sums["ThecalSac"][1].total.max_gy
    assert verdict.alternative.startswith(f"α/β 3: {sac:.2f}")
    assert packet.dose.judged.nieder.cumulative_bed == pytest.approx(packet.dose.judged.dose.decisive_bed)


def test_rules_are_never_judged_at_another_alpha_beta():
    three = OrganDose((50.0, 20.0), 70.0, 3.0, "SpinalCord", "point maximum", Basis.VOXEL_SUM)
    four = OrganDose((50.0, 20.0), 70.0, 4.0, "SpinalCord", "point maximum", Basis.VOXEL_SUM)
    with pytest.raises(DoseError, match="no dose at α/β 2"):
        evaluate([Prescription(30, 10), Prescription(20, 5)], [Interval(1, 1)], dose=three, alternative=four)


def test_effective_dose_is_not_converted():
    flat = grid([0, 1, 0], 2.0)
    effective = DoseGrid(**{**vars(flat), "unit": "Gy (effective)", "fractions": 10})
    with pytest.raises(DoseError, match="not physical Gy"):
        effective.to_eqd2(2.0)
    assert CourseFiles(effective, {}).structures == {}


def test_what_came_before_a_course_is_open_where_it_is_not_known():
    unknown = {"levels": "T1-T4"}
    carbon = course(48, 16, "T1-T4", modality="carbon")
    known = course(24, 3, "T1-T4")
    for first in (unknown, carbon):
        given = [row[0].given for row in prepare(case(first, known)).dose.tolerances]
        assert given[-1].previous_open
        assert {str(v.outcome) for v in prepare(case(first, known)).dose.tolerances[-1][0].verdicts} == {"unknown"}
        assert prepare(case(first, known)).dose.tolerances[-1][0].risks == ()
    later = prepare(case(known, unknown)).dose.tolerances[0][0]
    assert later.given.previous_open == ""
    assert {str(v.outcome) for v in later.verdicts} == {"fail"}


@pytest.mark.parametrize(
    ("point", "bound"),
    [
        ({"structure": "SpinalCord", "metric": "Dmax", "value": 12.0, "unit": "Gy"}, 12.0),
        ({"structure": "spinal cord", "metric": "Dmax", "value": 12.0, "unit": "Gy"}, 12.0),
        ({"structure": "SpinalCord", "metric": "Dmax", "value": 12.0, "unit": "Gy", "comparator": ">"}, None),
        ({"structure": "SpinalCord", "metric": "Dmax", "value": 12.0, "unit": "%"}, None),
        ({"structure": "SpinalCord", "metric": "D2%", "value": 12.0, "unit": "Gy"}, None),
        ({"structure": "PTV", "metric": "Dmax", "value": 12.0, "unit": "Gy"}, None),
    ],
)
def test_only_a_printed_maximum_of_the_cord_itself_bounds_it(point, bound):
    given = prepare(case(course(50, 25, "T1-T4", dvh=[point]))).dose.tolerances[0][0].given
    assert given.at_most_gy == bound


def test_an_isodose_that_the_cord_lies_outside_of_bounds_its_dose():
    read = [{"gy": 30.0, "cord": "outside", "levels": "T1-T4"}, {"gy": 20.0, "cord": "inside"}]
    first, last = course(50, 25, "T1-T4", isodoses=read), course(20, 5, "T1-T4")
    dose = prepare(case(first, last)).dose
    assert dose.judged.dose.course_bed[0] == pytest.approx(30.0 * (1 + 30.0 / 25 / 2))
    assert (str(dose.basis), str(dose.knowledge)) == ("isodoses of a report", "C")  # the last course has levels only
    given = dose.tolerances[0][0].given
    assert (given.at_most_gy, given.at_least_gy) == (30.0, 20.0)
    said = {v.limit.id: v for v in dose.judged.verdicts}
    assert said["nieder.each"].says == "not exceeded as the isodoses were read"
    assert said["nieder.each"].structure == "read off isodoses"
    plain = prepare(case(course(50, 25, "T1-T4"), last)).dose
    assert plain.judged.dose.cumulative_bed > dose.judged.dose.cumulative_bed
    assert (str(plain.basis), str(plain.knowledge)) == ("prescription", "C")


def test_a_reading_for_other_levels_bounds_nothing():
    read = [{"gy": 10.0, "cord": "outside", "levels": "T1-T2"}]
    dose = prepare(case(course(50, 25, "T1-T4", isodoses=read), course(20, 5, "T1-T4"))).dose
    assert dose.judged.dose.course_bed[0] == pytest.approx(100.0)
    assert str(dose.basis) == "prescription"
    both = [{**read[0], "levels": "T1-T4"}]
    known = prepare(case(course(50, 25, "T1-T4", isodoses=both), course(20, 5, "T1-T4", isodoses=both))).dose
    assert str(known.knowledge) == "B"


def test_overlap_by_isodose_and_nearness_to_an_edge_are_counted():
    flat = replace(grid([0, 0, 0], 2.0, base=40.0), fractions=20)
    half = replace(flat, values=np.where(np.arange(flat.values.shape[2]) < flat.values.shape[2] // 2, 40.0, 10.0).astype(
        np.float32) * np.ones_like(flat.values))  # fmt: skip
    rows = {o.share: o.volume_cc for o in isodose_overlaps([half, flat], [40.0, 40.0])}
    whole = float(np.prod([s - 1 for s in flat.values.shape])) * 8.0 / 1000.0
    assert rows[0.2] == pytest.approx(whole, rel=0.02)
    assert rows[0.5] == pytest.approx(whole / 2, rel=0.06)
    assert rows[0.95] <= rows[0.8] <= rows[0.5]
    cord = cylinder(5.0, 30.0, 2.0)
    assert near_edge(cord, [flat]) == 0.0
    tight = flat.around(cord.points(), 0.0)
    cut = replace(
        tight, values=np.ascontiguousarray(tight.values[:, :, 2:]), origin_mm=tight.origin_mm + 2 * tight.column_step_mm
    )
    assert 0.0 < near_edge(cord, [cut]) < 1.0


def printed(metric, value, structure="SpinalCord"):
    return {"structure": structure, "metric": metric, "value": value, "unit": "Gy"}


def alone(*points):
    dose = prepare(case(course(24, 3, "T8", dvh=list(points)), levels="T8", compartment="vertebral")).dose
    return dose.withheld, {str(v.outcome) for v in dose.tolerances[0][0].verdicts if v.limit.metric == "Dmax_point"}


def test_every_printed_dose_of_the_cord_bounds_its_maximum_from_below_and_two_that_cannot_be_withhold():
    assert alone(printed("Dmax", 12.0))[0] == ""
    for metric in ("D0.03cc", "D1.2cc", "D2%", "Dmean"):
        withheld, found = alone(printed(metric, 25.0))
        assert (withheld, found) == ("", {"fail"}), metric
        withheld, found = alone(printed(metric, 25.0), printed("Dmax", 12.0))
        assert "cannot both be" in withheld
        assert found == {"unknown"}
        assert "cannot both be" not in alone(printed(metric, 10.0), printed("Dmax", 12.0))[0]


def test_a_course_of_the_brain_with_vertebrae_lies_over_them():
    over = prepare(case(course(54, 27, "C1-C3", region="brain"), course(20, 5, "C2"), levels="C2"))
    assert [[c.id for c in d.courses] for d in over.doses] == [["rt-1", "rt-2"]]
    without = prepare(case(course(54, 27, region="brain"), course(20, 5, "C2"), levels="C2"))
    assert [[c.id for c in d.courses] for d in without.doses] == [["rt-2"]]
