"""The tables of an analysis: survival by group, tests, a model; each with its notes and its methods."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from myelon.cohort.endpoints import CHOICES
from myelon.cohort.table import Row, Table, number_words, p_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.cohort.analysis import Analysis, Model
    from myelon.cohort.cox import Term

_MOST_NAMED = 60
_ENOUGH_EVENTS = 10
"""Events per covariate below which a model is said to be thin (peduzzi1995)."""


def survival_table(analysis: Analysis) -> Table:
    """Patients, events, medians with limits, tests and hazard ratios."""
    unit = f"{analysis.recipe.unit}s"
    heads = ("", *(c.group for c in analysis.curves))
    rows = [
        Row(("Patients", *(f"{int(c.at_risk[0])}" for c in analysis.curves))),
        Row(("Events", *(f"{int(c.events.sum())}" for c in analysis.curves))),
        Row((f"Median, {unit}", *(_reached(c.median.estimate) for c in analysis.curves))),
        Row(
            (
                f"{analysis.recipe.level:.0%} limits",
                *(f"{_reached(c.median.lower)} to {_reached(c.median.upper)}" for c in analysis.curves),
            ),
            indented=True,
        ),
    ]
    if any(len(set(m)) > 1 for _, m in analysis.sensitivity):
        for k, choice in enumerate(CHOICES):
            cells = (_reached(m[k]) for _, m in analysis.sensitivity)
            rows.append(Row((f"with the {choice} reading of times", *cells), indented=True))
    if analysis.means:
        cells = (f"{m.estimate:.2f} ({m.lower:.2f} to {m.upper:.2f})" for m in analysis.means)
        rows.append(Row((f"Mean up to {analysis.recipe.horizon:g} {unit}", *cells)))
    notes = [*analysis.cautions, *_left_out(analysis.left_out)]
    return Table("survival", analysis.chosen.endpoint.title, heads, tuple(rows), tuple(notes), analysis.methods)


def _left_out(found: Sequence[tuple[str, str]]) -> list[str]:
    """Who is not counted and why, by name; where they are many, how many for each reason."""
    if len(found) <= _MOST_NAMED:
        return [f"{case}: {why}." for case, why in found]
    reasons = Counter(why for _, why in found).most_common()
    rest = sum(n for _, n in reasons[_MOST_NAMED:])
    others = [f"{rest} patients: {len(reasons) - _MOST_NAMED} other reasons."] if rest else []
    return [*(f"{n} patients: {why}." for why, n in reasons[:_MOST_NAMED]), *others]


def tests_table(analysis: Analysis) -> Table:
    """Every test by its name, and the hazard ratios by theirs."""
    rows = [
        Row((t.method, number_words(t.statistic, 3), str(t.degrees_of_freedom), p_words(t.p))) for t in analysis.tests
    ]
    if analysis.gray is not None:
        g = analysis.gray
        rows.append(Row(("Gray (incidence)", number_words(g.statistic, 3), str(g.degrees_of_freedom), p_words(g.p))))
    for pair in analysis.pairs:
        words = f"{p_words(pair.p)} (Holm {p_words(pair.p_holm)})"
        rows.append(
            Row((f"{pair.groups[0]} : {pair.groups[1]}, log-rank", number_words(pair.statistic, 3), "1", words))
        )
    if analysis.mean_difference is not None:
        d = analysis.mean_difference
        words = f"{number_words(d.estimate, 2)} ({number_words(d.lower, 2)} to {number_words(d.upper, 2)})"
        which = " less ".join(m.group for m in analysis.means)
        rows.append(Row((f"Difference of restricted means, {which}", words, "", p_words(d.p))))
    notes = tuple(
        f"Hazard ratio {t.groups[0]} : {t.groups[1]} by {h.method}: {h.estimate:.4g} ({h.lower:.4g} to {h.upper:.4g})."
        for t in analysis.tests
        for h in t.hazard_ratios
    )
    return Table("tests", "Tests", ("", "Statistic", "df", "p"), tuple(rows), notes)


def model_table(model: Model) -> Table:
    """Hazard ratios of a Cox model, of each variable alone beside it, and the test of proportional hazards."""
    rows, fit, several = [], model.fit, any(model.alone)
    for k, (term, alone) in enumerate(zip(fit.terms, model.alone, strict=True)):
        check = p_words(model.checks[k].p) if model.checks else "–"
        rows.append(Row((term.name, *(_ratio(alone) if several else ()), *_ratio(term), check)))
    notes = [f"{name}: compared with {level}." for name, level in model.reference]
    notes.append(f"{fit.n} patients, {fit.events} events; {model.incomplete} left out for a missing covariate.")
    notes.append(
        f"Likelihood ratio {fit.likelihood_ratio.statistic:.3f} on {fit.likelihood_ratio.degrees_of_freedom} df, p "
        f"{p_words(fit.likelihood_ratio.p)}; concordance {model.concordance.estimate:.3f} "
        f"(SE {model.concordance.standard_error:.3f})"
        + (f"; proportional hazards, all terms: p {p_words(model.checks[-1].p)}." if model.checks else ".")
    )
    if fit.events < _ENOUGH_EVENTS * len(fit.terms):
        notes.append(f"{fit.events / len(fit.terms):.1f} events per covariate: fewer than ten, the model may overfit.")
    ratio = f"azard ratio ({fit.level:.0%})"
    heads = (f"Alone: h{ratio}", "p", f"Together: h{ratio}", "p") if several else (f"H{ratio}", "p")
    if several:
        notes.append("Alone: on all who have that variable; not adjusted, and no ground to choose a variable by.")
    return Table("model", "Cox model", ("", *heads, "p of proportional hazards"), tuple(rows), tuple(notes))


def _ratio(term: Term | None) -> tuple[str, str]:
    """A hazard ratio with its limits, and its p."""
    if term is None:
        return "–", "–"
    return f"{term.hazard_ratio:.3f} ({term.lower:.3f} to {term.upper:.3f})", p_words(term.p)


def _reached(value: float | None) -> str:
    return "not reached" if value is None else f"{value:.4g}"


def tables(analysis: Analysis) -> list[Table]:
    """Every table of an analysis, in order."""
    found = [survival_table(analysis)]
    if analysis.tests:
        found.append(tests_table(analysis))
    if analysis.described is not None:
        found.insert(0, analysis.described)
    if analysis.rates is not None:
        found.append(analysis.rates)
    if analysis.model is not None:
        found.append(model_table(analysis.model))
    return found
