"""What was given of each drug over all lines: cycles × dose as printed. A sum of facts, never a dose to give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from myelon.record.base import Quantity
from myelon.record.kinds import Discrepancy, Systemic
from myelon.terms.drugs import DRUGS, unit_suspicion

if TYPE_CHECKING:
    from myelon.record.case import Case
    from myelon.record.kinds.systemic import Agent

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?) ?([a-zµ].*)", re.IGNORECASE)


class Exposure(NamedTuple):
    """The cumulative dose of one drug in one unit; None where a cycle count, a dose or its unit is not known."""

    drug: str
    unit: str
    total: float | None
    entries: tuple[str, ...]
    statements: tuple[str, ...]
    why_unknown: str
    watched: str

    @property
    def total_words(self) -> str:
        """Such as "550 mg/m²", or why there is no sum."""
        return self.why_unknown if self.total is None else f"{self.total:g} {self.unit}"


def suspicion(case: Case, line: Systemic, agent: Agent) -> str:
    """Why the printed unit of a dose is suspect; "" when it is not, or when a person has resolved it."""
    if agent.dose is None or _resolution(case, line, agent) is not None:
        return ""
    why = unit_suspicion(agent.drug, agent.dose.value, agent.dose.unit)
    return why or ("" if agent.dose.plausibility == "ok" else f"marked {agent.dose.plausibility.replace('_', ' ')}")


def dose_read(case: Case, line: Systemic, agent: Agent) -> Quantity | None:
    """The dose as printed, or as a person read it: a resolution such as "15 mg/kg"; None while it is suspect."""
    if agent.dose is None or suspicion(case, line, agent):
        return None
    reading = _QUANTITY.fullmatch(_resolution(case, line, agent) or "")
    return Quantity(value=float(reading[1]), unit=reading[2]) if reading else agent.dose


def _resolution(case: Case, line: Systemic, agent: Agent) -> str | None:
    """What a person read, where the finding of this unit is resolved."""
    name = f"unit:{line.id}:{agent.drug}"
    found = (d.resolution.reading for d in case.of(Discrepancy) if d.finding == name and d.resolution is not None)
    return next(found, None)


def exposures(case: Case) -> list[Exposure]:
    """Cumulative doses of every drug of a case, by drug and unit; a suspect unit is never summed.

    A cycle in which the drug was omitted is not counted; a reduced one counts by its share, and where that is not
    known there is no sum.
    """
    rows: dict[tuple[str, str], list[tuple[Systemic, float | None, str, str]]] = {}
    for line in case.given(Systemic):
        for agent in line.agents:
            read = dose_read(case, line, agent)
            unit = read.unit if read else agent.dose.unit if agent.dose else ""
            total, words = None, f"{line.label}: {agent.drug} {agent.dose or 'dose not reported'}"
            shares, why = _shares(line, agent.drug)
            if agent.dose is None:
                why = "dose not reported"
            elif read is None:
                why = "unit suspect: not summed until a person resolves it"
            elif shares is not None:
                total = read.value * shares
                words = f"{line.label}: {shares:g} × {agent.drug} {read} = {total:g} {unit}"
            rows.setdefault((agent.drug, unit), []).append((line, total, words, why))
    return [
        Exposure(
            drug,
            unit,
            None if any(t is None for _, t, _, _ in parts) else sum(t for _, t, _, _ in parts if t is not None),
            tuple(line.id for line, _, _, _ in parts),
            tuple(words for _, _, words, _ in parts),
            "; ".join(dict.fromkeys(why for _, _, _, why in parts if why)),
            DRUGS[drug].adds_up if drug in DRUGS else "",
        )
        for (drug, unit), parts in rows.items()
    ]


def _shares(line: Systemic, drug: str) -> tuple[float | None, str]:
    """Cycles in which the drug was given, reduced ones by their share; None and why, where that is not known."""
    if line.cycles is None:
        return None, "number of cycles not reported"
    shares = float(line.cycles)
    for cycle in line.given:
        if cycle.drug not in {"", drug}:
            continue
        if cycle.deviation == "omitted":
            shares -= 1.0
        elif cycle.percent_given is not None:
            shares -= 1.0 - cycle.percent_given / 100.0
        elif cycle.deviation == "reduced":
            return None, f"cycle {cycle.n} reduced by an unknown share"
    return shares, ""
