"""What a recipe comes to over patients: who is in and why, curves, tests, a model; computed anew each time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.cohort.aalen_johansen import CumulativeIncidence, aalen_johansen
from myelon.cohort.cause_table import CauseTable, summarise_causes
from myelon.cohort.cox import Cox, cox
from myelon.cohort.cox_checks import Concordance, Proportionality, concordance, proportional_hazards
from myelon.cohort.endpoints import CHOICES, Choice, Endpoint, Outcome, endpoint, outcomes, times
from myelon.cohort.gray import GrayTest, gray_test
from myelon.cohort.kaplan_meier import KaplanMeier, kaplan_meier
from myelon.cohort.logrank import LogRank, Pair, logrank, pairwise
from myelon.cohort.rmst import MeanDifference, RestrictedMean, rmst, rmst_difference
from myelon.cohort.selection import Selected, Verdict, parse_query, select
from myelon.cohort.table_one import table_one
from myelon.cohort.variables import column
from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from myelon.cohort.event_table import EventTable
    from myelon.cohort.patient import CohortPatient
    from myelon.cohort.recipe import Recipe
    from myelon.cohort.table import Table

_DIGITS = 9
"""Decimals of times in the unit of a recipe: a month is 30.4375 days, which floats do not divide exactly."""
_TREATED = {"treated", "treatment_status", "surgery", "radiotherapy", "chemotherapy", "targeted", "combination"}
CAUTION = (
    "Treated and untreated are compared. Who lives long enough is treated, and who is fit is treated: the difference "
    "is of patients as much as of treatment (immortal time, indication). The groups are those of the whole record; a "
    "landmark leaves out who died before it, and no more."
)


@dataclass(frozen=True, eq=False)
class Analysis:
    """What a recipe comes to. Everything is computed from the records; nothing is stored.

    Attributes:
        recipe: What was asked.
        chosen: Who is in, and their times.
        left_out: Who is selected and not counted, and why.
        curves: Kaplan–Meier of each group, or of all.
        incidence: Where other events compete: the incidence of the event and of the competing one, by group.
        tests: Of the groups.
        pairs: Every two groups, where there are more than two.
        gray: The test of the incidence.
        sensitivity: The median of each group for the earliest, middle and latest reading of times.
        means: Restricted means, where a horizon is given.
        mean_difference: Of two groups.
        described: Table 1, where it is asked for.
        model: The Cox model, where it is asked for.
    """

    recipe: Recipe
    chosen: Chosen
    left_out: tuple[tuple[str, str], ...]
    curves: tuple[KaplanMeier, ...]
    incidence: tuple[tuple[CumulativeIncidence, ...], ...]
    tests: tuple[LogRank, ...]
    pairs: tuple[Pair, ...]
    gray: GrayTest | None
    sensitivity: tuple[tuple[str, tuple[float | None, ...]], ...]
    means: tuple[RestrictedMean, ...]
    mean_difference: MeanDifference | None
    described: Table | None
    model: Model | None

    @property
    def cautions(self) -> tuple[str, ...]:
        """What must be said before the numbers: treated against untreated, and events that could not be counted."""
        treated = self.recipe.by in _TREATED or bool(set(self.recipe.model) & _TREATED)
        open_ended = sum(why.startswith("the time of ") for _, why in self.left_out)
        lost = f"{open_ended} with an event whose time is open cannot be counted: what is shown is too good."
        return ((CAUTION,) if treated else ()) + ((lost,) if open_ended else ())

    @property
    def methods(self) -> str:
        """One paragraph for the methods section: estimators, options, version."""
        r = self.recipe
        parts = [f"{self.chosen.endpoint.title}: {self.chosen.endpoint.says} Times: the {r.times} of their windows"]
        parts[0] += f", in {r.unit}s; those lost to follow-up are {r.lost}."
        if r.landmark is not None:
            parts.append(f"Landmark at {r.landmark:g} {r.unit}s.")
        parts.append(f"Kaplan–Meier with {r.interval} {r.level:.0%} intervals (Greenwood); medians by inverting them.")
        if self.incidence:
            parts.append(
                "Competing events: Aalen–Johansen incidence, Gray's test. Kaplan–Meier, medians, restricted means and "
                "the Cox model take a competing event as censored: they are of the event alone, no share of patients."
            )
        if self.tests:
            named = ", ".join(t.method for t in self.tests)
            ratios = any(t.hazard_ratios for t in self.tests)
            by = "; hazard ratios by Mantel–Haenszel and log-rank (not Cox)" if ratios else ""
            parts.append(f"Tests: {named}{by}; none is adjusted.")
        if self.pairs:
            parts.append("Pairs with Holm's adjustment.")
        if self.means:
            parts.append(f"Restricted means to {r.horizon:g} {r.unit}s.")
        if self.model is not None:
            parts.append(
                f"Cox model, ties by {r.ties.title()}, complete cases"
                + ("; proportional hazards by the score test on the Kaplan–Meier scale." if self.model.checks else ".")
            )
        return " ".join([*parts, f"Myelon {version('myelon')}."])


@dataclass(frozen=True, eq=False)
class Model:
    """A Cox model with its checks, and how many patients lacked a covariate."""

    fit: Cox
    checks: tuple[Proportionality, ...]
    concordance: Concordance
    incomplete: int
    reference: tuple[tuple[str, str], ...]
    """Variable and the level that the others are compared with."""


@dataclass(frozen=True, eq=False)
class Chosen:
    """Who is in an analysis, with their times.

    Attributes:
        selected: Every patient, and why in or out.
        patients: Those who are in.
        outcomes: Theirs, in their order.
        endpoint: What is counted.
        words: Group of each, None where it is not known; None without groups.
        table: Counts by time and group.
        rows: Index of each counted patient.
        days: Their times, from the landmark where there is one.
        causes: 0 censored, 1 the event, 2 a competing event.
    """

    selected: tuple[Selected, ...]
    patients: tuple[CohortPatient, ...]
    outcomes: tuple[Outcome, ...]
    endpoint: Endpoint
    words: list[str | None] | None
    table: CauseTable
    rows: tuple[int, ...]
    days: tuple[float, ...]
    causes: tuple[int, ...]


def select_patients(
    recipe: Recipe, patients: Sequence[CohortPatient], *, progress: Callable[[float, str], None] = lambda *_: None
) -> Chosen:
    """Select patients and derive their times; arguments and errors as `run`."""
    query = parse_query(recipe.select)
    selected = []
    for k, found in enumerate(select(query, patients)):
        if k % 50 == 0:
            progress(0.6 * k / max(len(patients), 1), f"reading records: {k} of {len(patients)}")
        selected.append(found)
    least = Verdict.POSSIBLE if recipe.possible else Verdict.YES
    taken = tuple(p for p, s in zip(patients, selected, strict=True) if s.verdict >= least)
    if not taken:
        maybe = sum(s.verdict is Verdict.POSSIBLE for s in selected)
        hint = f"; {maybe} may meet it" if maybe else ""
        raise TableError(f"nobody is selected of {len(patients)}{hint}", todo="Ask for less, or take in the possible")
    progress(0.6, "times and events")
    target = replace(endpoint(recipe.endpoint), lost=recipe.lost)
    found_outcomes = tuple(outcomes(target, taken))
    groups = column(recipe.by, taken) if recipe.by else None
    words = groups.words if groups is not None else None
    table, rows, days, causes = _table(recipe, found_outcomes, words, recipe.times)
    if groups is not None:
        table = table.in_order(groups.levels)
    return Chosen(tuple(selected), taken, found_outcomes, target, words, table, rows, days, causes)


def run(
    recipe: Recipe, patients: Sequence[CohortPatient], *, progress: Callable[[float, str], None] = lambda *_: None
) -> Analysis:
    """Compute a recipe over patients.

    Args:
        recipe: What to compute.
        patients: Everybody who may be selected.
        progress: Called with a share and a word before each step; it may raise to stop.

    Raises:
        TableError: Nobody is selected, nobody has the endpoint, a group is empty or a model cannot be fitted.
    """
    chosen = select_patients(recipe, patients, progress=progress)
    progress(0.8, "estimates and tests")
    events = chosen.table.of_cause("event")
    names = events.groups
    curves = tuple(kaplan_meier(events.group(g), interval=recipe.interval, level=recipe.level) for g in names)
    compete = bool(chosen.table.events[:, :, 1].any())
    several = len(names) > 1 and bool(events.events.any())
    return Analysis(
        recipe, chosen, _left_out(recipe, chosen), curves,
        tuple(aalen_johansen(chosen.table.group(g), level=recipe.level) for g in names) if compete else (),
        tuple(logrank(events, method=m, level=recipe.level) for m in recipe.tests) if several else (),
        pairwise(events) if several and len(names) > 2 and all(_comparable(events)) else (),
        gray_test(chosen.table) if compete and several else None, _sensitivity(recipe, chosen),
        *_means(recipe, events), _described(recipe, chosen), _model(recipe, chosen),
    )  # fmt: skip


def _left_out(recipe: Recipe, chosen: Chosen) -> tuple[tuple[str, str], ...]:
    """Who is selected and not counted, and why."""
    out = [(o.case_id, o.why_out) for o in chosen.outcomes if o.why_out]
    inside = {chosen.outcomes[k].case_id for k in chosen.rows}
    named = {case for case, _ in out}
    for o, word in zip(chosen.outcomes, chosen.words or [""] * len(chosen.outcomes), strict=True):
        if o.case_id not in inside and o.case_id not in named:
            unknown = f"is in no group of {recipe.by}: none, several, or not known"
            out.append((o.case_id, unknown if word is None else "died or was last seen before the landmark"))
    return tuple(out)


def _sensitivity(recipe: Recipe, chosen: Chosen) -> tuple[tuple[str, tuple[float | None, ...]], ...]:
    """Median of each group for every reading of times."""
    tables = [_table(recipe, chosen.outcomes, chosen.words, choice)[0].of_cause("event") for choice in CHOICES]
    found = []
    for g in chosen.table.groups:
        medians = tuple(kaplan_meier(t.group(g)).median.estimate if g in t.groups else None for t in tables)
        found.append((g, medians))
    return tuple(found)


def _comparable(events: EventTable) -> list[bool]:
    """Whether each pair of groups has an event at all."""
    per_group = events.events.sum(axis=0)
    return [bool(a + b) for k, a in enumerate(per_group) for b in per_group[k + 1 :]]


def _table(
    recipe: Recipe, found: Sequence[Outcome], words: Sequence[str | None] | None, choice: Choice
) -> tuple[CauseTable, tuple[int, ...], tuple[float, ...], tuple[int, ...]]:
    """Counts of those who are counted and whose group is known; who they are, their times and what ended them."""
    t = times(found, choice, unit=recipe.unit)
    rows = [k for k, who in enumerate(t.patients) if words is None or words[who] is not None]
    if recipe.landmark is not None:
        rows = [k for k in rows if t.days[k] > recipe.landmark]
    if not rows:
        raise TableError("nobody is left to be counted", todo="See why each patient is out, or choose another endpoint")
    shift = recipe.landmark or 0.0
    days, causes = tuple(t.days[k] - shift for k in rows), tuple(t.causes[k] for k in rows)
    table = summarise_causes(
        np.round(days, _DIGITS),
        causes,
        None if words is None else [str(words[t.patients[k]]) for k in rows],
        names=("event", "competing event"),
    )
    return table, tuple(t.patients[k] for k in rows), days, causes


def _means(recipe: Recipe, events: EventTable) -> tuple[tuple[RestrictedMean, ...], MeanDifference | None]:
    if recipe.horizon is None:
        return (), None
    means = tuple(rmst(events.group(g), recipe.horizon, level=recipe.level) for g in events.groups)
    two = len(events.groups) == 2
    return means, rmst_difference(events, recipe.horizon, level=recipe.level) if two else None


def _described(recipe: Recipe, chosen: Chosen) -> Table | None:
    """Table 1 of those who are counted: the patients of the curves."""
    if not recipe.table_one:
        return None
    counted = [chosen.patients[k] for k in chosen.rows]
    groups = column(recipe.by, counted) if recipe.by else None
    return table_one([column(n, counted) for n in recipe.table_one], groups, summary=recipe.summary)


class Design(NamedTuple):
    """Complete cases of a model."""

    days: NDArray[np.float64]
    events: NDArray[np.float64]
    x: NDArray[np.float64]
    names: tuple[str, ...]
    reference: tuple[tuple[str, str], ...]
    incomplete: int


def design(recipe: Recipe, chosen: Chosen, *, declared: bool = False) -> Design:
    """Covariates of a recipe's model as columns; competing events are censored (a cause-specific hazard).

    Args:
        recipe: With a model.
        chosen: The patients.
        declared: Take the levels of a category from its declaration, so that every site has the same columns.

    Raises:
        TableError: No covariate varies, or a category without declared levels.
    """
    names: list[str] = []
    columns: list[list[float]] = []
    reference = []
    for name in recipe.model:
        values = column(name, [chosen.patients[k] for k in chosen.rows])
        if values.variable.kind == "number":
            names.append(values.variable.title)
            columns.append([float("nan") if v is None else v for v in values.numbers])
            continue
        if declared and not values.variable.levels:
            raise TableError(f"{name} has no declared levels", todo="Sites must agree on them: choose another variable")
        first, *others = (values.variable.levels if declared else values.levels) or ("",)
        reference.append((values.variable.title, first))
        for level in others:
            names.append(f"{values.variable.title}: {level}")
            known = {first, *others}
            columns.append([float(w == level) if w in known else float("nan") for w in values.words])
    x = np.array(columns, dtype=np.float64).T
    if x.size == 0:
        raise TableError("no covariate varies", todo="Choose a variable with two values or more")
    complete = ~np.isnan(x).any(axis=1)
    events = np.array([float(c == 1) for c in chosen.causes])
    days = np.round(np.array(chosen.days), _DIGITS)
    return Design(days[complete], events[complete], x[complete], tuple(names), tuple(reference), int((~complete).sum()))


def _model(recipe: Recipe, chosen: Chosen) -> Model | None:
    """A Cox model of the event."""
    if not recipe.model:
        return None
    frame = design(recipe, chosen)
    fit = cox(frame.days, frame.events, frame.x, names=frame.names, ties=recipe.ties, level=recipe.level)
    checks = () if recipe.ties == "exact" or len(fit.sets.times) <= len(fit.terms) else proportional_hazards(fit)
    return Model(fit, checks, concordance(fit), frame.incomplete, frame.reference)
