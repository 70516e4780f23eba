"""What a recipe comes to over patients: who is in and why, curves, tests, a model; computed anew each time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from math import nan
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.cohort.aalen_johansen import CumulativeIncidence, aalen_johansen
from myelon.cohort.cause_table import CauseTable, summarise_causes
from myelon.cohort.coded import Coded
from myelon.cohort.cox import Cox, Term, cox
from myelon.cohort.cox_checks import Concordance, Proportionality, concordance, proportional_hazards
from myelon.cohort.endpoints import CHOICES, Choice, Endpoint, Outcome, endpoint, outcomes
from myelon.cohort.gray import GrayTest, gray_test
from myelon.cohort.kaplan_meier import KaplanMeier, kaplan_meier
from myelon.cohort.landmark import TREATMENTS, column_at
from myelon.cohort.logrank import LogRank, Pair, logrank, pairwise
from myelon.cohort.query import parse_query
from myelon.cohort.rates import rates_table
from myelon.cohort.rmst import MeanDifference, RestrictedMean, rmst, rmst_difference
from myelon.cohort.selection import Selected, Verdict, select
from myelon.cohort.selection_columns import judge_all
from myelon.cohort.table_one import table_one
from myelon.cohort.variables import Column, variable
from myelon.errors import TableError
from myelon.record.when import DAYS_PER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from myelon.cohort.event_table import EventTable
    from myelon.cohort.patient import CohortPatient
    from myelon.cohort.query import Query
    from myelon.cohort.recipe import Recipe
    from myelon.cohort.registry import Outcomes, Registry
    from myelon.cohort.table import Table

_DIGITS = 9
"""Decimals of times in the unit of a recipe: a month is 30.4375 days, which floats do not divide exactly."""
CAUTION = (
    "Treated and untreated are compared. Who lives long enough is treated, and who is fit is treated: the difference "
    "is of patients as much as of treatment (immortal time, indication). "
)
_WHOLE = "The groups are those of the whole record; with a landmark they are those of its day."
_AT_LANDMARK = (
    "The groups are those of the day of the landmark, and who died before it is left out; indication remains."
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
        rates: Shares with exact limits, where they are asked for.
        model: The Cox model, where it is asked for.
        no_model: Why there is none, where it is asked for and cannot be had.
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
    rates: Table | None
    model: Model | None
    no_model: str

    @property
    def cautions(self) -> tuple[str, ...]:
        """What must be said before the numbers: treated against untreated, and events that could not be counted."""
        treated = bool({self.recipe.by, *self.recipe.model} & TREATMENTS)
        caution = CAUTION + (_WHOLE if self.recipe.landmark is None else _AT_LANDMARK)
        open_ended = sum(why.startswith("the time of ") for _, why in self.left_out)
        lost = f"{open_ended} with an event whose time is open cannot be counted: what is shown is too good."
        said = (caution if treated else "", lost if open_ended else "", self.no_model)
        return tuple(words for words in said if words)

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
    alone: tuple[Term | None, ...]
    """Each term in a model of its variable only, on all who have that variable; None where it cannot be had."""


@dataclass(frozen=True, eq=False)
class Chosen:
    """Who is in an analysis, with their times.

    Attributes:
        registry: Everybody who might have been selected.
        query: What was asked of them.
        verdicts: Of everybody, as numbers of `Verdict`, shape (n,).
        taken: Who is in, shape (k,).
        came: What came of each of them, by columns.
        endpoint: What is counted.
        levels: Names of the groups; none without groups.
        member: Group of each who is in, -1 where it is not known; all 0 without groups, shape (k,).
        table: Counts by time and group.
        rows: Which of those who are in are counted.
        days: Their times, from the landmark where there is one.
        causes: 0 censored, 1 the event, 2 a competing event.
    """

    registry: Registry
    query: Query
    verdicts: NDArray[np.int8]
    taken: NDArray[np.intp]
    came: Outcomes
    endpoint: Endpoint
    levels: tuple[str, ...]
    member: NDArray[np.intp]
    table: CauseTable
    rows: NDArray[np.intp]
    days: NDArray[np.float64]
    causes: NDArray[np.int64]

    @property
    def counted(self) -> NDArray[np.intp]:
        """Who is counted, of everybody."""
        return self.taken[self.rows]

    @property
    def natures(self) -> set[str]:
        """Whether the records of those who are in are a paper's, synthetic, or of patients."""
        return set(self.registry.natures[self.taken].used)

    @cached_property
    def selected(self) -> tuple[Selected, ...]:
        """Everybody, and why in or out, with the entries: from the records themselves."""
        return tuple(select(self.query, self.registry.patients(range(len(self.registry)))))

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What came of each who is in, with the entries: from the records themselves."""
        return tuple(outcomes(self.endpoint, self.registry.patients(self.taken)))


def select_patients(
    recipe: Recipe, registry: Registry, *, progress: Callable[[float, str], None] = lambda *_: None
) -> Chosen:
    """Select patients and derive their times; arguments and errors as `run`."""
    query = parse_query(recipe.select)
    verdicts = judge_all(query, registry, progress=lambda share, words: progress(0.6 * share, words))
    taken = np.flatnonzero(verdicts >= (Verdict.POSSIBLE if recipe.possible else Verdict.YES))
    if not len(taken):
        maybe = int((verdicts == Verdict.POSSIBLE).sum())
        hint = f"; {maybe} may meet it" if maybe else ""
        raise TableError(f"nobody is selected of {len(registry)}{hint}", todo="Ask for less, or take in the possible")
    progress(0.6, "times and events")
    target = replace(endpoint(recipe.endpoint), lost=recipe.lost)
    came = registry.outcomes(target, taken)
    levels: tuple[str, ...] = ()
    member = np.zeros(len(taken), dtype=np.intp)
    if recipe.by:
        groups = _column(recipe, registry, target, taken, recipe.by, progress)
        levels, member = groups.levels, groups.group(groups.levels)
    table, rows, days, causes = _table(recipe, came, levels, member, recipe.times)
    return Chosen(registry, query, verdicts, taken, came, target, levels, member, table, rows, days, causes)


def run(recipe: Recipe, registry: Registry, *, progress: Callable[[float, str], None] = lambda *_: None) -> Analysis:
    """Compute a recipe over patients.

    Args:
        recipe: What to compute.
        registry: Everybody who may be selected.
        progress: Called with a share and a word before each step; it may raise to stop.

    Raises:
        TableError: Nobody is selected, nobody has the endpoint, a group is empty or a model cannot be fitted.
    """
    chosen = select_patients(recipe, registry, progress=progress)
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
        *_means(recipe, events), _described(recipe, chosen), _rates(recipe, chosen), *_model(recipe, chosen),
    )  # fmt: skip


def _column(
    recipe: Recipe,
    registry: Registry,
    target: Endpoint,
    rows: NDArray[np.intp],
    name: str,
    progress: Callable[[float, str], None] = lambda *_: None,
) -> Column:
    """A variable of some patients: treatments as they stood at the landmark, where there is one."""
    if not of_records(recipe, name):
        return registry.column(name, rows)

    def told() -> Iterator[CohortPatient]:
        for done, patient in enumerate(registry.patients(rows)):
            if done % 50 == 0:
                progress(0.6 + 0.2 * done / len(rows), f"treatments at the landmark: {done} of {len(rows)}")
            yield patient

    return column_at(name, told(), target, (recipe.landmark or 0.0) * DAYS_PER[recipe.unit])


def of_records(recipe: Recipe, *names: str) -> bool:
    """Whether variables must be read from records: treatments at a landmark."""
    return recipe.landmark is not None and bool({*names} & TREATMENTS)


def _left_out(recipe: Recipe, chosen: Chosen) -> tuple[tuple[str, str], ...]:
    """Who is selected and not counted, and why."""
    out = np.setdiff1d(np.arange(len(chosen.taken)), chosen.rows)
    found = []
    for k in out:
        why = chosen.came.why_out.values[chosen.came.why_out.codes[k]]
        if not why and chosen.member[k] < 0:
            why = f"is in no group of {recipe.by}: none, several, or not known"
        found.append((chosen.registry.ids[chosen.taken[k]], why or "died or was last seen before the landmark"))
    return tuple(found)


def _sensitivity(recipe: Recipe, chosen: Chosen) -> tuple[tuple[str, tuple[float | None, ...]], ...]:
    """Median of each group for every reading of times."""
    tables = [
        _table(recipe, chosen.came, chosen.levels, chosen.member, choice)[0].of_cause("event") for choice in CHOICES
    ]
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
    recipe: Recipe, came: Outcomes, levels: tuple[str, ...], member: NDArray[np.intp], choice: Choice
) -> tuple[CauseTable, NDArray[np.intp], NDArray[np.float64], NDArray[np.int64]]:
    """Counts of those who are counted and whose group is known; who they are, their times and what ended them."""
    days, causes = came.at(choice)
    days = days / DAYS_PER[recipe.unit]
    counted = came.why_out.each(lambda why: not why, bool) & (member >= 0)
    if recipe.landmark is not None:
        counted &= days > recipe.landmark
    rows = np.flatnonzero(counted)
    if not len(rows):
        raise TableError("nobody is left to be counted", todo="See why each patient is out, or choose another endpoint")
    days, causes = days[rows] - (recipe.landmark or 0.0), causes[rows]
    there = np.unique(member[rows])  # groups that have somebody, numbered without gaps
    groups = np.searchsorted(there, member[rows]) if levels else None
    table = summarise_causes(np.round(days, _DIGITS), causes, groups, names=("event", "competing event"))
    if levels:
        table = replace(table, groups=tuple(levels[there[int(g)]] for g in table.groups)).in_order(levels)
    return table, rows, days, causes


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
    columns = [chosen.registry.column(n, chosen.counted) for n in recipe.table_one]
    return table_one(columns, _groups(recipe, chosen, chosen.rows), summary=recipe.summary)


def _rates(recipe: Recipe, chosen: Chosen) -> Table | None:
    """Shares with exact limits: of all who are selected, for a response needs no follow-up."""
    if not recipe.rates:
        return None
    rows = np.arange(len(chosen.taken)) if recipe.landmark is None else chosen.rows
    columns = [chosen.registry.column(n, chosen.taken[rows]) for n in recipe.rates]
    whom = f"all {len(rows)} who are selected" if recipe.landmark is None else f"the {len(rows)} who are counted"
    return rates_table(columns, _groups(recipe, chosen, rows), level=recipe.level, whom=whom)


def _groups(recipe: Recipe, chosen: Chosen, rows: NDArray[np.intp]) -> Column | None:
    """The group of some who are in."""
    if not recipe.by:
        return None
    member = chosen.member[rows]
    codes = np.where(member < 0, len(chosen.levels), member).astype(np.int32)
    return Column(variable(recipe.by), Coded(codes, (*chosen.levels, None)))


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
    columns: list[NDArray[np.float64]] = []
    reference = []
    for name in recipe.model:
        values = _column(recipe, chosen.registry, chosen.endpoint, chosen.counted, name)
        if values.variable.kind == "number":
            names.append(values.variable.title)
            columns.append(values.numbers)
            continue
        if declared and not values.variable.levels:
            raise TableError(f"{name} has no declared levels", todo="Sites must agree on them: choose another variable")
        first, *others = (values.variable.levels if declared else values.levels) or ("",)
        reference.append((values.variable.title, first))
        member = values.group((first, *others))
        for k, level in enumerate(others, start=1):
            names.append(f"{values.variable.title}: {level}")
            columns.append(np.where(member < 0, nan, member == k))
    x = np.array(columns, dtype=np.float64).T
    if x.size == 0:
        raise TableError("no covariate varies", todo="Choose a variable with two values or more")
    complete = ~np.isnan(x).any(axis=1)
    events = (chosen.causes == 1).astype(np.float64)
    days = np.round(chosen.days, _DIGITS)
    return Design(days[complete], events[complete], x[complete], tuple(names), tuple(reference), int((~complete).sum()))


def _model(recipe: Recipe, chosen: Chosen) -> tuple[Model | None, str]:
    """A Cox model of the event; or why there is none, which leaves the rest of an analysis as it is."""
    if not recipe.model:
        return None, ""
    try:
        frame = design(recipe, chosen)
        fit = cox(frame.days, frame.events, frame.x, names=frame.names, ties=recipe.ties, level=recipe.level)
        checks = () if recipe.ties == "exact" or len(fit.sets.times) <= len(fit.terms) else proportional_hazards(fit)
    except TableError as error:
        return None, f"No model: {error.what}. {error.todo}."
    alone = _alone(recipe, chosen) if len(recipe.model) > 1 else {}
    by_name = tuple(alone.get(t.name) for t in fit.terms)
    return Model(fit, checks, concordance(fit), frame.incomplete, frame.reference, by_name), ""


def _alone(recipe: Recipe, chosen: Chosen) -> dict[str, Term]:
    """Every term in a model of its variable only."""
    found: dict[str, Term] = {}
    for name in recipe.model:
        try:
            one = design(recipe.model_copy(update={"model": (name,)}), chosen)
            fit = cox(one.days, one.events, one.x, names=one.names, ties=recipe.ties, level=recipe.level)
        except TableError:
            continue  # its cell says so by a dash
        found |= {term.name: term for term in fit.terms}
    return found
