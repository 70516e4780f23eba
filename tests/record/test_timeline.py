import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myelon.errors import CaseError
from myelon.record.case import case_from
from myelon.record.timeline import EPOCH, as_of, solve


def case(*entries, zero="a"):
    rows = [e if "kind" in e else {"kind": "support", "treatment": e["id"], **e} for e in entries]
    head = {"schema": "myelon.case/1", "id": "c", "title": "t", "about": {"nature": "synthetic"}, "zero": zero}
    return case_from(head | {"entries": rows})


def relative(anchor, n, n_max=None, **more):
    offset = {"n": n, "unit": "day"} | ({"n_max": n_max} if n_max is not None else {})
    return {"kind": "relative", "anchor": anchor, "offset": offset, **more}


def course(entry_id, **more):
    return {"id": entry_id, "kind": "radiotherapy", "ordinal": 1, "total_gy": 50.4, "fractions": 28, **more}


def test_offsets_add_up_along_a_chain():
    solved = solve(case({"id": "a"}, {"id": "b", "when": relative("a", 10, 12)}, {"id": "c", "when": relative("b", 5)}))
    assert solved.window("c") == (15.0, 17.0)


def test_an_order_alone_bounds_one_side():
    solved = solve(case({"id": "a"}, {"id": "b", "when": {"kind": "ordinal", "after": ["a"]}}))
    assert solved.window("b") == (0.0, None)


def test_a_later_statement_narrows_an_earlier_window():
    solved = solve(
        case(
            {"id": "a"},
            {"id": "b", "when": relative("a", 0, 100)},
            {"id": "c", "when": {"kind": "ordinal", "after": ["b"]}},
            {"id": "d", "when": relative("a", 40)},
            {"id": "e", "when": {"kind": "ordinal", "after": ["d"], "before": ["b"]}},
        )
    )
    assert solved.window("b") == (40.0, 100.0)


def test_a_contradiction_is_named_by_its_statements_and_only_by_them():
    solved = solve(
        case(
            {"id": "a"},
            {"id": "b", "when": relative("a", 10)},
            {"id": "c", "when": {"kind": "ordinal", "before": ["a"], "after": ["b"]}},
            {"id": "bystander", "when": relative("a", 3)},
        )
    )
    assert len(solved.contradictions) == 1
    assert {s.split(" ")[0] for s in solved.contradictions[0]} == {"b", "c"}
    assert solved.window("bystander") == (3.0, 3.0)


def test_an_anchor_of_unknown_point_keeps_both_readings():
    solved = solve(
        case(
            course("a", duration={"n": 40, "unit": "day"}),
            {"id": "b", "when": relative("a", 60, anchor_point="unknown")},
        )
    )
    assert solved.window("b") == (60.0, 100.0)
    hull, readings = solved.interval("a.end", "b.start")
    assert hull == (20.0, 60.0)
    assert readings == {"b from the start": (20.0, 20.0), "b from the end": (60.0, 60.0)}


def test_a_reading_that_cannot_be_is_dropped_with_its_reason():
    solved = solve(
        case(
            course("a", duration={"n": 40, "unit": "day"}),
            {"id": "b", "when": relative("a", 10, anchor_point="unknown")},
            {"id": "c", "when": {"kind": "ordinal", "after": ["a.end"], "before": ["b"]}},
        )
    )
    dropped = [r for r in solved.readings if r.dropped_because]
    assert [r.points for r in dropped] == [{"b": "start"}]
    assert solved.window("b") == (50.0, 50.0)


def test_assumptions_can_be_switched_off():
    entries = ({"id": "a"}, {"id": "b", "when": relative("a", 2, 12, assumed="several is 2 to 12")})
    assert solve(case(*entries)).window("b") == (2.0, 12.0)
    assert solve(case(*entries), assumptions=False).window("b") == (None, None)
    assert solve(case(*entries)).assumptions == ("b",)


def test_a_course_of_weekday_fractions_lasts_five_to_seven_weeks():
    assert solve(case(course("a"))).window("a", "end") == (37.0, 46.0)


def test_nothing_comes_after_death():
    document = {
        "schema": "myelon.case/1", "id": "c", "title": "t", "about": {"nature": "synthetic"}, "zero": "a",
        "entries": [
            {"id": "a", "kind": "support", "treatment": "x"},
            {"id": "b", "kind": "support", "treatment": "y", "when": {"kind": "ordinal", "after": ["a"]}},
            {"id": "end", "kind": "vital", "status": "dead", "when": relative("a", 100)},
        ],
    }  # fmt: skip
    assert solve(case_from(document)).window("b") == (0.0, 100.0)


def test_the_zero_point_can_be_chosen():
    entries = ({"id": "a"}, {"id": "b", "when": relative("a", 10)})
    assert solve(case(*entries), zero="b").window("a") == (-10.0, -10.0)
    with pytest.raises(CaseError, match="zero point"):
        solve(case(*entries), zero="nowhere")


def test_calendar_dates_place_a_case_and_a_day_cuts_it():
    day = {"kind": "exact", "earliest": "2026-01-10", "latest": "2026-01-10"}
    month = {"kind": "month", "earliest": "2026-03-01", "latest": "2026-03-31"}
    record = case({"id": "a", "when": day}, {"id": "b", "when": month})
    assert solve(record).window("b") == (50.0, 80.0)
    import datetime as dt

    assert [e.id for e in as_of(record, dt.date(2026, 3, 15)).entries] == ["a"]
    assert [e.id for e in as_of(record, dt.date(2026, 3, 31)).entries] == ["a", "b"]
    with pytest.raises(CaseError, match="no calendar date"):
        as_of(case({"id": "a"}), dt.date(2026, 1, 1))
    assert EPOCH not in solve(record).windows


@given(st.lists(st.integers(0, 400), min_size=2, max_size=12), st.data())
@settings(max_examples=60)
def test_true_times_always_lie_in_their_windows(times, data):
    """Statements made from true times are never contradictory, and every window holds its truth."""
    entries = [{"id": "e0"}]
    for n, moment in enumerate(times[1:], start=1):
        anchor = data.draw(st.integers(0, n - 1))
        gap, slack = moment - times[anchor], data.draw(st.integers(0, 30))
        when = relative(f"e{anchor}", max(abs(gap) - slack, 0), abs(gap) + slack)
        entries.append({"id": f"e{n}", "when": when | {"direction": "after" if gap >= 0 else "before"}})
    solved = solve(case(*entries, zero="e0"))
    assert solved.contradictions == ()
    for n, moment in enumerate(times):
        low, high = solved.window(f"e{n}")
        assert low - 1e-6 <= moment - times[0] <= high + 1e-6


def test_a_thousand_entries_are_solved_at_once():
    entries = [{"id": "e0"}] + [{"id": f"e{n}", "when": relative(f"e{n // 2}", 1, 3)} for n in range(1, 1000)]
    record = case(*entries, zero="e0")
    start = time.perf_counter()
    solved = solve(record)
    assert solved.window("e999") == (10.0, 30.0)
    assert time.perf_counter() - start < 5.0


def test_an_order_that_runs_in_a_circle_is_a_finding():
    from myelon.record.findings import findings_of

    record = case(
        {"id": "a", "when": {"kind": "ordinal", "after": ["b"]}},
        {"id": "b", "when": {"kind": "ordinal", "after": ["a"]}},
    )
    found = findings_of(record, solve(record))
    assert [(f.kind, f.severity) for f in found] == [("time", "danger")]
    assert "circle" in found[0].rule
