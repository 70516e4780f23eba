"""What was given of each drug over all lines: cycles × dose as printed. A sum of facts, never a dose to give."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.record.kinds import Systemic
from myelon.terms.drugs import DRUGS, unit_suspicion

if TYPE_CHECKING:
    from myelon.record.case import Case


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


def exposures(case: Case) -> list[Exposure]:
    """Cumulative doses of every drug of a case, by drug and unit; a suspect unit is never summed.

    A cycle in which the drug was omitted is not counted; a reduced one counts by its share.
    """
    rows: dict[tuple[str, str], list[tuple[Systemic, float | None, str, str]]] = {}
    for line in case.given(Systemic):
        for agent in line.agents:
            unit = agent.dose.unit if agent.dose else ""
            total, words, why = None, f"{line.label}: {agent.drug} {agent.dose or 'dose not reported'}", ""
            if agent.dose is None:
                why = "dose not reported"
            elif agent.dose.plausibility != "ok" or unit_suspicion(agent.drug, agent.dose.value, unit):
                why = "unit suspect: not summed until a person resolves it"
            elif line.cycles is None:
                why = "number of cycles not reported"
            else:
                shares = _shares(line, agent.drug)
                total = agent.dose.value * shares
                words = f"{line.label}: {shares:g} × {agent.drug} {agent.dose} = {total:g} {unit}"
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


def _shares(line: Systemic, drug: str) -> float:
    """Cycles in which the drug was given, reduced ones by their share."""
    shares = float(line.cycles or 0)
    for cycle in line.given:
        if cycle.drug not in {"", drug}:
            continue
        if cycle.deviation == "omitted":
            shares -= 1.0
        elif cycle.percent_given is not None:
            shares -= 1.0 - cycle.percent_given / 100.0
    return shares
