import pytest
from hypothesis import given
from hypothesis import strategies as st

from myelon.errors import CaseError
from myelon.terms.levels import Level, Span, organ_at, parse_level

levels = st.sampled_from(list(Level))
spans = st.builds(lambda a, b: Span(min(a, b), max(a, b)), levels, levels)


@given(spans)
def test_a_span_is_read_back_as_it_is_written(span):
    assert Span.parse(str(span)) == span
    assert span.count == len(span.levels)


@given(spans, spans)
def test_overlap_is_what_both_spans_hold(a, b):
    shared = a.overlap(b)
    assert set(shared.levels if shared else ()) == set(a.levels) & set(b.levels)
    assert a.overlap(b) == b.overlap(a)


@pytest.mark.parametrize(
    ("text", "written", "count"),
    [("C7-T6", "C7–T6", 7), ("T11/12", "T11–T12", 2), ("T12–L1", "T12–L1", 2), ("Th4", "T4", 1), ("T1-4", "T1–T4", 4)],
)
def test_the_ways_the_clinic_writes_spans(text, written, count):
    span = Span.parse(text)
    assert (str(span), span.count) == (written, count)


@pytest.mark.parametrize("text", ["T13", "C8", "L0", "X3", "", "T", "4"])
def test_a_level_that_does_not_exist_is_refused(text):
    with pytest.raises(CaseError, match="does not exist"):
        parse_level(text)


def test_a_span_from_tail_to_head_is_refused():
    with pytest.raises(CaseError, match="tail to head"):
        Span.parse("T6-C7")


def test_junctions_and_regions():
    assert Span.parse("C7-T6").junctions == ("C7/T1",)
    assert Span.parse("C5-S1").junctions == ("C7/T1", "T12/L1", "L5/S1")
    assert Span.parse("T12-L1").regions == ("thoracic", "lumbar")


@pytest.mark.parametrize(
    ("span", "organs"),
    [("C5-T10", ["spinal_cord"]), ("T12-L1", ["spinal_cord", "conus"]), ("L2", ["conus", "cauda_equina"]),
     ("L3-L5", ["cauda_equina"]), ("T9-L1", ["spinal_cord", "conus"])],
)  # fmt: skip
def test_the_organ_follows_the_level(span, organs):
    assert list(organ_at(Span.parse(span)).organs) == organs


def test_an_unknown_level_names_both_organs_and_is_not_certain():
    found = organ_at(None)
    assert found.organs == ("spinal_cord", "cauda_equina")
    assert not found.certain
