"""Schedules of radiotherapy that the papers print, against the limits of the cord: after what was given, or alone.

By prescription: what the cord itself would get is not known before a plan. Nothing is offered; the page *What if* takes
any other schedule, and dose files where there are some.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from myelon.board.considered import under
from myelon.board.cord_dose import IN_THE_CANAL
from myelon.dose.bed import Prescription, eqd2
from myelon.dose.tolerance import Given, judge_course
from myelon.dose.verdict import Outcome
from myelon.dose.what_if import Assumed
from myelon.terms.levels import organ_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from myelon.board.packet import DosedPacket
    from myelon.dose.verdict import Verdict

PRINTED: tuple[tuple[float, int, str], ...] = (
    (30.0, 10, "002"),
    (40.0, 20, "002"),
    (24.0, 5, "000"),
    (60.0, 30, "003"),
)
"""Total in Gy, fractions, and the paper that prints it."""


class Judged(NamedTuple):
    """One schedule over one organ that may lie there."""

    total_gy: float
    fractions: int
    paper: str
    organ: str
    eqd2_gy: float
    """Of the sum with what was given before, at α/β 2; of the schedule alone without."""
    basis: str
    exceeded: tuple[str, ...]
    """Limits that it exceeds, with the metric and its value."""
    outcomes: dict[str, int]
    """How many limits say what."""


def schedules(packet: DosedPacket) -> tuple[Judged, ...]:
    """Every printed schedule; empty where the levels of the tumour are not recorded and nothing was given before."""
    return tuple(row for total, count, paper in PRINTED for row in _judged(packet, total, count, paper))


def _judged(packet: DosedPacket, total: float, count: int, paper: str) -> Iterable[Judged]:
    planned, dose = Prescription(total, count), packet.dose
    if dose is not None and not dose.open_sum:
        for found in under(dose, Assumed(planned=planned), packet.computed, planned_reached=dose.in_the_canal):
            sums, how = found.judged.dose.cumulative_eqd2, "by voxel" if found.curves else "by prescription"
            basis = f"sum with {len(dose.courses)} before, {how}"
            yield _row(planned, paper, found.judged.organ, sums, basis, found.judged.verdicts)
        return
    tumour = packet.case.neoplasm
    if dose is None and tumour is not None and tumour.levels is not None:
        inside = bool(set(tumour.compartment) & IN_THE_CANAL)
        for organ in organ_at(tumour.levels).organs:
            alone = judge_course(organ, Given(planned, reached=inside))
            yield _row(planned, paper, organ, eqd2(total, count, 2.0), "first course here", alone.verdicts)


def _row(
    planned: Prescription, paper: str, organ: str, eqd2_gy: float, basis: str, verdicts: Iterable[Verdict]
) -> Judged:
    rows = [v for v in verdicts if v.outcome is not Outcome.NOT_APPLICABLE]
    exceeded = tuple(
        f"{v.limit.rule} {v.limit.name.lower()} {v.value_text}, limit {v.limit}"
        for v in rows
        if v.outcome is Outcome.FAIL
    )
    counts = {str(outcome): n for outcome, n in Counter(v.outcome for v in rows).items()}
    return Judged(planned.total_gy, planned.fractions, paper, organ, eqd2_gy, basis, exceeded, counts)
