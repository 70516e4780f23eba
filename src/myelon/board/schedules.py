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


class Printed(NamedTuple):
    """A schedule of photons, and whom it was printed for."""

    total_gy: float
    fractions: int
    paper: str
    printed_for: str


_POOR_IN_RESISTANT = (
    "conventional radiotherapy; in renal cell carcinoma and melanoma poor control, the paper says (no rate)"
)
PRINTED: tuple[Printed, ...] = (
    Printed(50.4, 28, "000", "first course of a spinal diffuse midline glioma"),
    Printed(24.0, 5, "000", "re-irradiation of a spinal diffuse midline glioma"),
    Printed(54.0, 30, "000", "first course before re-irradiation (Wolff, as cited)"),
    Printed(20.0, 10, "000", "re-irradiation of a primary tumour (Wolff, as cited)"),
    Printed(35.0, 10, "000", "re-irradiation of a recurrent glioblastoma (RTOG 1205, as cited)"),
    Printed(42.0, 21, "001", "intramedullary metastases of a lung adenocarcinoma, with atezolizumab"),
    Printed(30.0, 10, "002", _POOR_IN_RESISTANT),
    Printed(40.0, 20, "002", _POOR_IN_RESISTANT),
    Printed(5.0, 1, "002", "one intramedullary metastasis of the cohort"),
    Printed(15.0, 3, "002", "radiosurgery of one intramedullary metastasis of a renal cell carcinoma (as cited)"),
    Printed(14.0, 1, "002", "radiosurgery of one intramedullary metastasis of a breast cancer (as cited)"),
    Printed(50.0, 25, "003", "first course of a haemangiopericytoma"),
    Printed(60.0, 30, "003", "re-irradiation of a haemangiopericytoma"),
)  # fmt: skip
"""Every schedule of photons that a paper prints as total and fractions. 64 GyE in 16 (paper 004) is carbon: no limit of
photons applies to it."""


class Judged(NamedTuple):
    """One schedule over one organ that may lie there."""

    total_gy: float
    fractions: int
    paper: str
    printed_for: str
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
    return tuple(row for printed in PRINTED for row in _judged(packet, printed))


def _judged(packet: DosedPacket, printed: Printed) -> Iterable[Judged]:
    planned, dose = Prescription(printed.total_gy, printed.fractions), packet.dose
    if dose is not None and not dose.open_sum:
        for found in under(dose, Assumed(planned=planned), packet.computed, planned_reached=dose.in_the_canal):
            sums, how = found.judged.dose.cumulative_eqd2, "by voxel" if found.curves else "by prescription"
            basis = f"sum with {len(dose.courses)} before, {how}"
            yield _row(printed, found.judged.organ, sums, basis, found.judged.verdicts)
        return
    tumour = packet.case.neoplasm
    if dose is None and tumour is not None and tumour.levels is not None:
        inside = bool(set(tumour.compartment) & IN_THE_CANAL)
        for organ in organ_at(tumour.levels).organs:
            alone = judge_course(organ, Given(planned, reached=inside))
            yield _row(
                printed, organ, eqd2(planned.total_gy, planned.fractions, 2.0), "first course here", alone.verdicts
            )


def _row(printed: Printed, organ: str, eqd2_gy: float, basis: str, verdicts: Iterable[Verdict]) -> Judged:
    rows = [v for v in verdicts if v.outcome is not Outcome.NOT_APPLICABLE]
    exceeded = tuple(
        f"{v.limit.rule} {v.limit.name.lower()} {v.value_text}, limit {v.limit}"
        for v in rows
        if v.outcome is Outcome.FAIL
    )
    counts = {str(outcome): n for outcome, n in Counter(v.outcome for v in rows).items()}
    return Judged(
        printed.total_gy, printed.fractions, printed.paper, printed.printed_for, organ, eqd2_gy, basis, exceeded, counts
    )
