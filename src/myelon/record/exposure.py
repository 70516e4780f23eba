"""What was given of each drug over all lines: cycles × dose as printed. A sum of facts, never a dose to give.

A dose "on days 1–3" may be that of each day or of the whole cycle. Where nobody wrote which, both sums stand.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from myelon.record.base import Quantity
from myelon.record.kinds import Discrepancy, Reported, Systemic
from myelon.terms.drugs import drug_named, unit_suspicion

if TYPE_CHECKING:
    from myelon.record.case import Case
    from myelon.record.kinds.systemic import Agent

_DAY = r"\d{1,2}"
_DAYS = re.compile(rf"(?:on )?(?:days?|d) ?({_DAY}(?: ?[-–—,+&] ?{_DAY}| and {_DAY}| to {_DAY})*)", re.IGNORECASE)
_RUN = re.compile(rf"({_DAY}) ?(?:[-–—]|to) ?({_DAY})")
_IN_ALL = re.compile(r"cycles of (.+) in all", re.IGNORECASE)
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?) ?([a-zµ].*)", re.IGNORECASE)


class Exposure(NamedTuple):
    """The cumulative dose of one drug in one unit."""

    drug: str
    unit: str
    totals: tuple[float, ...]
    """One sum; two, by cycle and by day, where nobody wrote what the dose is for; none where it is not known."""
    entries: tuple[str, ...]
    statements: tuple[str, ...]
    why_unknown: str
    watched: str

    @property
    def total_words(self) -> str:
        """Such as "550 mg/m²", both sums with what each reads, or why there is none."""
        if not self.totals:
            return self.why_unknown
        said = [f"{total:g} {self.unit}" for total in self.totals]
        if len(said) == 1:
            return said[0]
        return f"{said[0]} if the dose is for a whole cycle, {said[1]} if it is for each day: not recorded which"


def days_of_a_cycle(words: str) -> int | None:
    """How many days of a cycle are named; 1 where none is, None where the words cannot be counted.

    >>> days_of_a_cycle("days 1–3"), days_of_a_cycle("days 1, 8 and 15"), days_of_a_cycle(""), days_of_a_cycle("daily")
    (3, 3, 1, None)
    """
    if not words.strip():
        return 1
    found = _DAYS.fullmatch(words.strip())
    if found is None:
        return None
    days: set[int] = set()
    for part in re.split(r",|\+|&| and ", found[1]):
        run = _RUN.fullmatch(part.strip())
        days |= set(range(int(run[1]), int(run[2]) + 1)) if run else {int(part)}
    return len(days) or None


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


class _Part(NamedTuple):
    """One drug of one line: its sum by cycle and by day, or why there is none."""

    line: str
    sums: tuple[float, float] | None
    words: str
    why: str


def exposures(case: Case) -> list[Exposure]:
    """Cumulative doses of every drug of a case, by drug and unit; a suspect unit is never summed.

    A cycle in which the drug was omitted is not counted; a reduced one counts by its share, and where that is not
    known there is no sum. Where the cycles of a line are not known, a reported "cycles of … in all" gives the sum.
    """
    rows: dict[tuple[str, str], list[_Part]] = {}
    each: dict[tuple[str, str], set[float | None]] = {}
    for line in case.given(Systemic):
        for agent in line.agents:
            read = dose_read(case, line, agent)
            unit = _unit(read or agent.dose)
            row = drug_named(agent.drug)
            name = row.name if row is not None else agent.drug
            rows.setdefault((name, unit), []).append(_part(line, agent, read))
            each.setdefault((name, unit), set()).add(read.value if read else None)
    found = []
    units = Counter(drug for drug, _ in rows)
    for (drug, unit), parts in rows.items():
        sums = [p.sums for p in parts if p.sums is not None]
        totals = tuple(dict.fromkeys(sum(s[n] for s in sums) for n in (0, 1))) if len(sums) == len(parts) else ()
        statements, entries = [p.words for p in parts], [p.line for p in parts]
        told, dose = _in_all(case, drug), next(iter(each[drug, unit])) if len(each[drug, unit]) == 1 else None
        countable = all(p.why == _NO_CYCLES or p.sums is not None for p in parts)
        if not totals and told is not None and told.value is not None and dose is not None and countable:
            totals = (told.value.value * dose,)
            statements.append(f"{told.label}: {told.value.value:g} × {dose:g} {unit} = {totals[0]:g} {unit}")
            entries.append(told.id)
        why = "; ".join(dict.fromkeys(p.why for p in parts if p.why))
        if units[drug] > 1:
            statements.append(f"{drug} is recorded in {units[drug]} units: what stands in another is not in this sum")
        row = drug_named(drug)
        watched = row.adds_up if row is not None else ""
        found.append(Exposure(drug, unit, totals, tuple(entries), tuple(statements), why, watched))
    return found


def _unit(dose: Quantity | None) -> str:
    """The unit in one spelling: mg/m2 and mg/m² are one."""
    return "" if dose is None else dose.unit.replace("m2", "m²")


_NO_CYCLES = "number of cycles not reported"


def _part(line: Systemic, agent: Agent, read: Quantity | None) -> _Part:
    """One drug of one line."""
    words = f"{line.label}: {agent.drug} {agent.dose or 'dose not reported'}"
    shares, why = _shares(line, agent.drug)
    days = 1 if agent.dose_per == "cycle" else days_of_a_cycle(agent.days)
    if agent.dose is None:
        why = "dose not reported"
    elif read is None:
        why = "unit suspect: not summed until a person resolves it"
    elif read.comparator not in {"=", "~"} or read.value <= 0:
        why = f"{read} is no dose that can be summed"
    elif not why and agent.dose_per == "day" and not agent.days.strip():
        why = "on how many days of a cycle is not recorded"
    elif not why and days is None:
        why = f"the days of a cycle cannot be counted: {agent.days!r}"
    if why or read is None or shares is None or days is None:
        return _Part(line.id, None, words, why)
    by_cycle, by_day = read.value * shares, read.value * shares * days
    if agent.dose_per == "day":
        by_cycle = by_day
    words = f"{line.label}: {shares:g} × {agent.drug} {read} = {by_cycle:g} {_unit(read)}"
    if days > 1:
        on = f"{line.label}: {agent.drug} {read}, {agent.days}, {shares:g} cycles"
        words = f"{on}: {shares:g} × {days} × {read.value:g} = {by_day:g} {_unit(read)}"
        if by_cycle != by_day:
            words += f" if it is for each day; {shares:g} × {read.value:g} = {by_cycle:g} {_unit(read)} if for a cycle"
    return _Part(line.id, (by_cycle, by_day), words, "")


def _in_all(case: Case, drug: str) -> Reported | None:
    """The cycles of a drug over all its lines, where a source counts them."""
    told = [
        r for r in case.given(Reported)
        if r.value is not None and r.value.unit == "cycles" and (m := _IN_ALL.fullmatch(r.name)) and m[1] == drug
    ]  # fmt: skip
    return told[-1] if told else None


def _shares(line: Systemic, drug: str) -> tuple[float | None, str]:
    """Cycles in which the drug was given, reduced ones by their share; None and why, where that is not known."""
    if line.cycles is None:
        return None, _NO_CYCLES
    shares = float(line.cycles)
    told = {c.n: c for c in line.given if c.drug in {"", drug}}
    if len(told) < sum(c.drug in {"", drug} for c in line.given):
        return None, "a cycle is told of twice"
    for cycle in told.values():
        if cycle.deviation == "omitted":
            shares -= 1.0
        elif cycle.percent_given is not None:
            shares -= 1.0 - cycle.percent_given / 100.0
        elif cycle.deviation == "reduced":
            return None, f"cycle {cycle.n} reduced by an unknown share"
    return shares, ""
