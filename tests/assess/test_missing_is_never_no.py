"""A contract over every instrument: what is missing leaves the result the same for every answer, or open, and says how."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myelon.assess import INSTRUMENTS, instrument
from myelon.assess.fields import Flag, Item, Number, Several
from myelon.assess.instrument import Sum
from myelon.errors import InstrumentError
from reference_data import tables

VIGNETTES = [
    pytest.param(row["id"], v["inputs"], id=f"{row['id']}-{n}")
    for _, table in tables("instruments.json")[:1]
    for row in table["instruments"]
    for n, v in enumerate(row.get("vignettes", []))
]


OTHER_WAYS = {
    "asia_ais": {"grade"}, "ctcae_v5": {"text"}, "who_sft_hpc": {"grade_2016", "mitoses_mm2", "mitoses_10hpf"}, "recist_1_1": {"target"},
    "mrc_strength": {"grade"},
}  # fmt: skip
"""Items that say the whole by another way, such as a grade that somebody gave: left out, the details decide."""


def values(item):
    if isinstance(item, Item | Flag):
        return st.sampled_from(item.domain)
    if isinstance(item, Number):
        high = min(item.high, 400.0)
        low = max(item.low, -100.0)
        return st.integers(int(low), int(high)) if item.whole else st.floats(low, high).map(lambda x: round(x, 2))
    if isinstance(item, Several):
        return st.lists(st.sampled_from([o.key for o in item.options]), unique=True)
    return st.just("words")


def outcome(chosen, answers):
    """The categories of a result, "open", or None where the answers contradict each other."""
    try:
        found = chosen.evaluate(answers)
    except InstrumentError:
        return None
    return found


def key(result):
    return (result.categories, result.score if result.categories is None else None)


def check(chosen, answers):
    whole = outcome(chosen, answers)
    if whole is None:
        return
    for left_out in answers:
        if left_out in OTHER_WAYS.get(chosen.id, ()):
            continue
        less = {k: v for k, v in answers.items() if k != left_out}
        open_now = chosen.evaluate(less)
        item = next(i for i in chosen.items if i.key == left_out)
        others = [answers[left_out]] if item.domain is None else item.domain
        came = [r for v in others if (r := outcome(chosen, less | {left_out: v})) is not None]
        complete = [r for r in came if r.categories is not None or (r.score is not None and not r.missing)]
        if not open_now.missing:
            for r in complete:
                assert key(r) == key(open_now) or _said_apart(open_now, item), (chosen.id, left_out, less)
            continue
        if _said_apart(open_now, item):
            continue
        reached = {c for r in complete for c in r.categories or ()}
        assert reached <= set(open_now.reachable_categories), (chosen.id, left_out, less)
        if open_now.reachable is not None:
            low, high = open_now.reachable
            assert all(low - 1e-9 <= r.score <= high + 1e-9 for r in complete if r.score is not None)
        if item.domain is not None and len(complete) == len(others) and open_now.missing == (left_out,):
            assert set(open_now.reachable_categories) == reached, ("exactly what is possible", chosen.id, less)


def _said_apart(result, item):
    """Another way to say the same, or more detail: left out it does not turn the result, and is said with it."""
    return item.label in result.assumed


@pytest.mark.family("missing is never no")
@pytest.mark.parametrize(("instrument_id", "inputs"), VIGNETTES)
def test_every_answer_of_a_vignette_left_out(instrument_id, inputs):
    check(instrument(instrument_id), inputs)


@pytest.mark.family("missing is never no")
@pytest.mark.parametrize("chosen", INSTRUMENTS, ids=lambda i: i.id)
@settings(max_examples=12)  # times 42 instruments: 504 sets of answers
@given(data=st.data())
def test_every_answer_left_out_of_generated_ones(chosen, data):
    kept = [i for i in chosen.items if isinstance(chosen, Sum) or data.draw(st.integers(0, 4))]
    check(chosen, {i.key: data.draw(values(i)) for i in kept})


@pytest.mark.parametrize(
    ("instrument_id", "inputs", "possible"),
    [
        ("rano_2_0", {"measure": "2D", "ref": 400, "cur": 180}, {"PR", "PD", "preliminary PD"}),
        ("irecist", {"prior_iUPD": True, "recist": "PR", "further_mm": 0}, {"iPR", "iCPD"}),
        ("irecist", {"prior_iUPD": True, "recist": "SD", "further_mm": 0, "new_worse": False}, {"iSD", "iCPD"}),
        ("mda_bone", {"lytic": "complete_fill"}, {"CR", "PD"}),
        ("mda_bone", {"signal": "larger", "new": False}, {"SD", "PD"}),
        ("recist_1_1", {"baseline": 100, "nadir": 100, "current": 60, "nontarget": "none"}, {"PR", "PD"}),
        ("asia_ais", {"s45_sensory": True, "vac": True}, {"C", "D", "E"}),
        ("asia_ais", {"prior_deficit": True}, {"A", "B", "C", "D", "E"}),
        ("asia_ais", {"s45_sensory": False, "vac": False}, {"A", "C", "D"}),
    ],
)
def test_what_is_missing_is_said_with_what_is_still_possible(instrument_id, inputs, possible):
    found = instrument(instrument_id).evaluate(inputs)
    assert found.missing
    assert set(found.reachable_categories) <= possible
    assert len(found.reachable_categories) > 1 or instrument_id == "asia_ais"
