"""Studies whose order in time is not decided: which of them is the last is then not known."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from myelon.record.kinds import Imaging
    from myelon.record.timeline import Timeline


def undecided(
    timeline: Timeline, studies: Sequence[Imaging], differ: Callable[[Imaging, Imaging], bool]
) -> Iterator[tuple[Imaging, Imaging]]:
    """Pairs of studies that may each be the later one, and say different things.

    Args:
        timeline: Solved times.
        studies: Studies of one series.
        differ: Whether two studies of one day say different things of one lesion; else their order does not matter.
    """
    for one, other in combinations(studies, 2):
        gap, _ = timeline.interval(f"{one.id}.start", f"{other.id}.start")
        if gap.earliest == gap.latest == 0.0:
            if differ(one, other):
                yield one, other
        elif not (gap.earliest is not None and gap.earliest >= 0) and not (gap.latest is not None and gap.latest <= 0):
            yield one, other
