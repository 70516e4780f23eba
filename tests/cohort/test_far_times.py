"""Numbers that no whole number can hold: named with their row, never counted as something else."""

import numpy as np
import pytest

from myelon.cohort.cause_table import summarise_causes
from myelon.cohort.counting import count
from myelon.cohort.cox import cox
from myelon.cohort.event_table import summarise
from myelon.errors import TableError

SIZES = (7, 60_000)
"""Below and above the size from which patients are counted by compiled loops."""
NO_TIME = (np.inf, -np.inf, np.nan, -1e30, -1.0, -(2.0**32))
FAR = (1e30, 2.0**32, 2.0**31, 2.0**63, 1.7e308)


def patients(n, odd, at=3):
    times = np.arange(1.0, n + 1.0)
    times[at] = odd
    return times, np.ones(n)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("odd", NO_TIME)
def test_what_is_no_time_is_refused_with_its_row(n, odd):
    with pytest.raises(TableError) as error:
        summarise(*patients(n, odd))
    assert error.value.where == "row 4"


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("far", FAR)
def test_a_far_time_is_the_last_and_nobody_dies_on_day_0(n, far):
    table = summarise(*patients(n, far))
    assert table.times[-1] == far
    assert table.times[0] == 1.0
    assert table.events.sum() == n


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("odd", [np.inf, np.nan, -1e30, 2.0**32, 2.0**32 + 1, -(2.0**32), 0.5, 2.0])
def test_what_is_no_event_is_refused_with_its_row(n, odd):
    times, events = patients(n, 5.0)
    events[3] = odd
    with pytest.raises(TableError) as error:
        summarise(times, events)
    assert error.value.where == "row 4"


@pytest.mark.parametrize("odd", [*NO_TIME, *FAR, 0.5, 1e5 + 0.25])
def test_the_kernel_counts_no_time_it_cannot_hold(odd):
    counts = np.zeros((1 << 10, 2, 2), dtype=np.int64)
    times, events, codes = np.array([1.0, odd]), np.ones(2), np.zeros(2, dtype=np.int64)
    assert not count(times, events, codes, True, counts)
    assert counts.sum() <= 1


@pytest.mark.parametrize("code", [2, -1, 2**32])
def test_the_kernel_counts_no_group_that_is_not_there(code):
    counts = np.zeros((1 << 10, 2, 2), dtype=np.int64)
    assert not count(np.array([1.0]), np.ones(1), np.array([code], dtype=np.int64), True, counts)


@pytest.mark.parametrize("odd", [np.inf, np.nan, -1e30, 1e30, 2.0**32])
def test_causes_and_models_refuse_what_is_no_cause_or_time(odd):
    times, causes = np.arange(1.0, 40.0), np.tile([0.0, 1.0, 2.0], 13)
    causes[3] = odd
    with pytest.raises(TableError):
        summarise_causes(times, causes)
    if not 0 <= odd < np.inf:
        times[3] = odd
        with pytest.raises(TableError):
            cox(times, causes[: len(times)] == 1, np.arange(39.0), names=["x"])
