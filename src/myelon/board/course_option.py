"""A planned course as an option of the board: what it is, what it assumes, and what every rule says of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from myelon.dose.bed import gy_words
from myelon.dose.verdict import Outcome
from myelon.record.kinds import Board
from myelon.record.kinds.board import Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.board.cord_dose import CordDose
    from myelon.dose.what_if import WhatIf
    from myelon.record.case import Case

QUESTION = "Further radiotherapy over the same level?"


def option_of(dose: CordDose, found: Sequence[WhatIf]) -> Option:
    """The option in words that stay true when the record changes: each reason carries its own numbers.

    Args:
        dose: The dose as it stands.
        found: The assessment with the planned course, for every organ that may lie there.
    """
    first = found[0]
    planned, assumed = first.assumed.planned, first.assumed
    if planned is None:
        raise ValueError("no course is planned")
    gap = f", {assumed.interval} months after the last course" if assumed.interval else ", at a time not said"
    lies = "" if not first.curves else f", {assumed.shape} over the cord"
    text = f"Radiotherapy {planned.total_gy:g} Gy in {planned.fractions}{gap}{lies}, at {dose.span or 'unknown levels'}"
    reasons = [f"basis {first.judged.dose.basis}; sum {_sum(first)}"]
    for one in found:
        for v in one.judged.verdicts:
            if v.outcome is Outcome.NOT_APPLICABLE:
                continue
            why = f" ({v.why})" if v.why else ""
            reasons.append(
                f"{v.organ.replace('_', ' ')}, {v.limit.rule} {v.limit.name}: "
                f"{v.value_text}, limit {v.limit}, {v.says}{why}"
            )
    if first.recovered is not None and math.isfinite(first.recovered.discounted_eqd2):
        reasons.append(
            f"with recovery ({first.recovered.scheme.name}) {first.recovered.discounted_eqd2:.2f} Gy EQD2: "
            "compared with no limit"
        )
    if any(assumed.shift_mm):
        reasons.append(
            "with the earlier courses shifted by " + ", ".join(f"{s:g}" for s in assumed.shift_mm) + " mm (LPS)"
        )
    return Option(text=text, status="considered", reasons=tuple(reasons))


def _sum(found: WhatIf) -> str:
    at_two, other = found.judged.dose, found.judged.alternative
    return (
        f"EQD2 {gy_words(at_two.cumulative_eqd2)} at α/β {at_two.alpha_beta_gy:g}, "
        f"{gy_words(other.cumulative_eqd2)} at {other.alpha_beta_gy:g}"
    )


def with_option(case: Case, option: Option) -> Board:
    """The board entry that bears the option: one that asks for it and has not decided, or a new one."""
    asked = [b for b in case.of(Board) if not b.decision and b.question == QUESTION]
    if asked:
        return asked[-1].model_copy(update={"options": (*asked[-1].options, option)})
    number = 1
    while f"board-rt-{number}" in case.by_id:
        number += 1
    return Board(id=f"board-rt-{number}", question=QUESTION, options=(option,))
