"""A hospital's own limits: a table that is read or refused by row and column, judged as the published rows are."""

import pytest

from myelon.dose.bed import Prescription
from myelon.dose.interval import Interval
from myelon.dose.limits import LIMITS
from myelon.dose.own_limits import of_course, of_sum, parse_own_limits, read_own_limits, why_silent
from myelon.dose.reirradiation import from_prescriptions
from myelon.dose.tolerance import Given, judge_course
from myelon.errors import TableError

HEAD = "organ,course,metric,limit_gy,source,author\n"


def rows(*lines):
    return parse_own_limits(HEAD + "\n".join(f"{line},Protocol 7,A. Physicist" for line in lines))


def says(course, *lines, organ="spinal_cord", **given):
    judged = judge_course(organ, Given(Prescription.parse(course), **given))
    return [(str(v.limit), str(v.outcome), v.says) for v in of_course(judged, rows(*lines))]


def test_a_row_is_compared_where_it_was_made():
    lines = ("spinal_cord,conventional,Dmax,45", "spinal_cord,5,Dmax,25")
    assert says("50/25", *lines, reached=True) == [("≤ 45 Gy", "fail", "exceeded if the cord had the prescription")]
    assert says("50/25", *lines) == [("≤ 45 Gy", "unknown", "unknown")]
    assert says("44/22", *lines)[0][1] == "pass"
    assert says("24/5", *lines) == [("≤ 25 Gy", "pass", "not exceeded if the cord had no more than the prescription")]
    assert says("36/6", *lines) == []
    carbon = says("50/25", *lines, reached=True, needs_model="carbon")
    assert {outcome for _, outcome, _ in carbon} == {"needs model"}
    assert says("50/25", *lines, reached=True, withheld="files contradict one another")[0][1] == "unknown"


@pytest.mark.parametrize(("limit", "outcome"), [(88.67, "fail"), (88.69, "pass")])
def test_a_row_of_sums_is_compared_with_the_eqd2_of_all_courses(limit, outcome):
    courses, gap = [Prescription(50.4, 28), Prescription(24.0, 5)], [Interval(60, 60)]
    table = rows(f"spinal_cord,sum,Dmax,{limit}", f"thecal_sac,sum,Dmax,{limit}")
    sure = from_prescriptions(courses, gap, reached=[True, True])
    cord, sac = of_sum(sure, table)
    assert (str(cord.outcome), cord.value_text) == (outcome, "88.68")
    assert str(sac.outcome) == ("fail" if outcome == "fail" else "unknown")  # the sac has at least what the cord has
    spared = from_prescriptions(courses, gap)
    assert {str(v.outcome) for v in of_sum(spared, table)} == (
        {"unknown"} if outcome == "fail" else {"pass", "unknown"}
    )
    assert {str(v.outcome) for v in of_sum(sure, table, withheld="files")} == {"unknown"}
    assert {str(v.outcome) for v in of_sum(sure, table, needs_model="carbon")} == {"needs model"}
    assert of_sum(from_prescriptions(courses[:1], []), table) == ()


def test_the_published_rows_stay_as_they_are():
    before = dict(LIMITS)
    judged = judge_course("spinal_cord", Given(Prescription(50.0, 25), reached=True))
    of_course(judged, rows("spinal_cord,conventional,Dmax,45"))
    assert before == LIMITS
    assert all(v.limit.status != "own" for v in judged.verdicts)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("organ,course,metric,limit_gy,source\nspinal_cord,5,Dmax,25,P", "no column author"),
        (HEAD + "spinal_cord,5,Dmax,25,,A", "source is 'nothing'"),
        (HEAD + "spinal_cord,5,Dmax,25,P,", "author is 'nothing'"),
        (HEAD + "brain,5,Dmax,25,P,A", "organ is 'brain'"),
        (HEAD + "spinal_cord,five,Dmax,25,P,A", "course is 'five'"),
        (HEAD + "spinal_cord,0,Dmax,25,P,A", "course is '0'"),
        (HEAD + "spinal_cord,61,Dmax,25,P,A", "course is '61'"),
        (HEAD + "spinal_cord,5,V20Gy,25,P,A", "metric is 'V20Gy'"),
        (HEAD + "spinal_cord,sum,D0.035cc,25,P,A", "metric is 'D0.035cc'"),
        (HEAD + "spinal_cord,5,Dmax,0,P,A", "limit_gy is '0'"),
        (HEAD + "spinal_cord,5,Dmax,201,P,A", "limit_gy is '201'"),
        (HEAD + "spinal_cord,5,Dmax,nan,P,A", "limit_gy is 'nan'"),
        (HEAD + "spinal_cord,5,Dmax,inf,P,A", "limit_gy is 'inf'"),
        (HEAD + 'spinal_cord,5,Dmax,"2,5",P,A', "limit_gy is '2,5'"),
        ("", "no column organ"),
    ],
)
def test_a_bad_table_is_refused_by_row_and_column(table, said):
    with pytest.raises(TableError, match=said):
        parse_own_limits(table)


def test_a_table_may_use_semicolons_and_a_byte_order_mark(tmp_path):
    path = tmp_path / "limits.csv"
    path.write_text("\ufeff" + HEAD.replace(",", ";") + "spinal_cord;60;Dmax;200;P;A\n;;;;;\n", encoding="utf-8")
    (row,) = read_own_limits(path)
    assert (row.value, row.fractions, row.risk) == (200.0, "60", "P, A")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TableError, match="cannot be read"):
        read_own_limits(path)
    path.write_bytes(b"a" * 100_001)
    with pytest.raises(TableError, match="100 kB"):
        read_own_limits(path)
    with pytest.raises(TableError, match="cannot be read"):
        read_own_limits(tmp_path / "none.csv")


def test_a_row_that_says_nothing_says_why():
    table = rows("spinal_cord,7,Dmax,30", "spinal_cord,sum,Dmax,90", "spinal_cord,5,Dmax,25")
    first = ("RT 1", judge_course("spinal_cord", Given(Prescription(50.4, 28))))
    second = ("RT 2", judge_course("spinal_cord", Given(Prescription(24.0, 5), previous_eqd2_gy=47.9)))
    alone = [why_silent(row, [first]) for row in table]
    assert all(why.startswith("RT 1: made for") for why in (alone[0], alone[2]))
    assert alone[1] == "made for a sum, and one course alone meets here"
    both = [why_silent(row, [first, second]) for row in table]
    assert both[1] == ""
    assert "RT 2: made for a first course" in both[2]
    fits = ("RT 1", judge_course("spinal_cord", Given(Prescription(24.0, 5))))
    assert why_silent(table[2], [fits, second]) == ""


@pytest.mark.parametrize(
    ("organ", "row", "outcome"),
    [
        ("spinal_cord", "spinal_canal", "fail"),
        ("conus", "spinal_cord", "fail"),
        ("cauda_equina", "thecal_sac", "fail"),
        ("conus", "cauda_equina", None),
        ("cauda_equina", "spinal_cord", None),
        ("spinal_cord", "sacral_plexus", None),
    ],
)
def test_a_row_of_sums_speaks_of_its_organ_and_of_what_lies_in_it_or_says_why_not(organ, row, outcome):
    (limit,) = rows(f"{row},sum,Dmax,50")
    courses = [Prescription(50.4, 28), Prescription(24.0, 5)]
    judged = from_prescriptions(courses, [Interval(60, 60)], organ=organ, reached=[True, True])
    said = [str(v.outcome) for v in of_sum(judged, [limit])]
    assert said == ([] if outcome is None else [outcome])
    named = [(f"RT {n}", judge_course(organ, Given(c))) for n, c in enumerate(courses, 1)]
    assert (why_silent(limit, named) == "") is (outcome is not None)
