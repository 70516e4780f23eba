"""Develop a score as the Dumbbell Scoring System was made, and validate one on other patients.

Each item alone (Fisher's exact test, odds ratio), the sum, its ROC curve, a cut-off, what the cut-off comes to with
exact limits, predictive values at a stated prevalence, and how the share of cases rises with the score.
A score that is judged on the patients it was made from is flattered; `validate` is for others. Sources: matsumoto2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from myelon.cohort.compare import fisher_exact
from myelon.cohort.proportion import Proportion, proportion
from myelon.cohort.roc import Roc, roc
from myelon.cohort.table import Row, Table, number_words, p_words
from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


class ItemTest(NamedTuple):
    """An item alone: how many cases and others have it."""

    name: str
    points: float
    cases: Proportion
    others: Proportion
    odds_ratio: float | None
    """None where a cell is empty."""
    p: float


class AtScore(NamedTuple):
    """Patients of one score: how many, and the share of cases among them."""

    score: float
    share: Proportion


@dataclass(frozen=True, eq=False)
class Performance:
    """What a cut-off comes to (a case is at or above it)."""

    cut_off: float
    sensitivity: Proportion
    specificity: Proportion
    positive: Proportion | None
    """Predictive value among these patients; None where nobody is above (below) the cut-off."""
    negative: Proportion | None
    prevalence: float
    positive_at: float
    """Predictive values at the stated prevalence."""
    negative_at: float
    roc: Roc
    median_cases: float
    median_others: float
    calibration: tuple[AtScore, ...]


@dataclass(frozen=True, eq=False)
class Score:
    """A score as it was developed."""

    items: tuple[ItemTest, ...]
    performance: Performance


def develop(
    items: Mapping[str, Sequence[int]],
    cases: Sequence[int],
    points: Mapping[str, float],
    *,
    cut_off: float | None = None,
    prevalence: float | None = None,
) -> Score:
    """Judge items and their sum on the patients they come from.

    Args:
        items: 0 or 1 for each patient, by item.
        cases: 1 case, 0 not.
        points: Of each item.
        cut_off: Least score of a suspected case; by Youden when None.
        prevalence: For predictive values; that of these patients when None.

    Raises:
        TableError: An item without points, of another length, or not 0 or 1.
    """
    ill = np.asarray(cases)
    total = np.zeros(len(ill))
    tests = []
    for name, values in items.items():
        has = np.asarray(values)
        if name not in points or has.shape != ill.shape or not np.isin(has, (0, 1)).all():
            raise TableError(f"item {name!r}", todo="Give it points, and 0 or 1 for each patient")
        total += points[name] * has
        counts = np.array([[int(((ill == c) & (has == h)).sum()) for h in (1, 0)] for c in (1, 0)])
        ratio = None if (counts == 0).any() else float(counts[0, 0] * counts[1, 1] / (counts[0, 1] * counts[1, 0]))
        p = fisher_exact(counts)
        tests.append(
            ItemTest(
                name, points[name], proportion(int(counts[0, 0]), int(counts[0].sum())),
                proportion(int(counts[1, 0]), int(counts[1].sum())), ratio, 1.0 if p is None else p,
            )
        )  # fmt: skip
    return Score(tuple(tests), validate(total.tolist(), cases, cut_off=cut_off, prevalence=prevalence))


def validate(
    scores: Sequence[float], cases: Sequence[float], *, cut_off: float | None = None, prevalence: float | None = None
) -> Performance:
    """What a score comes to in some patients; arguments as `develop`.

    Raises:
        TableError: Fewer than two cases or others, or a prevalence that is no share.

    >>> validate([0, 0, 1, 3, 2, 4], [0, 0, 0, 1, 1, 1], cut_off=2).sensitivity.percent
    100.0
    """
    curve = roc(scores, cases)
    value, ill = np.asarray(scores, dtype=np.float64), np.asarray(cases) == 1
    cut = float(value[value >= curve.youden.threshold].min(initial=np.inf)) if cut_off is None else cut_off
    above = value >= cut
    share = float(ill.mean()) if prevalence is None else prevalence
    if not 0 < share < 1:
        raise TableError(f"prevalence {share:g}", todo="Give a share between 0 and 1")
    sensitivity, specificity = (
        proportion(int((above & ill).sum()), int(ill.sum())),
        proportion(int((~above & ~ill).sum()), int((~ill).sum())),
    )
    positive = proportion(int((above & ill).sum()), int(above.sum())) if above.any() else None
    negative = proportion(int((~above & ~ill).sum()), int((~above).sum())) if (~above).any() else None
    se, sp = sensitivity.percent / 100, specificity.percent / 100
    hit, false = se * share, (1 - sp) * (1 - share)
    miss, right = (1 - se) * share, sp * (1 - share)
    return Performance(
        cut, sensitivity, specificity, positive, negative, share,
        hit / (hit + false) if hit + false else float("nan"), right / (right + miss) if right + miss else float("nan"),
        curve, float(np.median(value[ill])), float(np.median(value[~ill])),
        tuple(_at(float(s), ill[value == s]) for s in np.unique(value)),
    )  # fmt: skip


def judge_score(
    columns: Mapping[str, Sequence[float]],
    case: str,
    *,
    points: Mapping[str, float] | None = None,
    value: str = "",
    cut_off: float | None = None,
    prevalence: float | None = None,
) -> Score | Performance:
    """A score of a table: developed from the points of its items, or validated by a column that holds it.

    Args:
        columns: Numbers by name, one per patient.
        case: Column of the cases.
        points: Points by column of the items, 0 or 1.
        value: Column of the score, where it is there already.
        cut_off: As `develop`.
        prevalence: As `develop`.

    Raises:
        TableError: Both or neither of points and a value; as `develop` and `validate`.
    """
    if bool(points) == bool(value):
        raise TableError("a score is a column or points of items", todo="Give one of the two")
    if not points:
        return validate(columns[value], columns[case], cut_off=cut_off, prevalence=prevalence)
    items = {name: [int(v) if v in {0, 1} else -1 for v in columns[name]] for name in points}
    cases = [int(v) if v in {0, 1} else -1 for v in columns[case]]
    if -1 in cases:
        raise TableError(f"{case} is not 0 or 1 in all", todo="1 is a case, 0 not")
    return develop(items, cases, points, cut_off=cut_off, prevalence=prevalence)


def _at(score: float, ill: NDArray[np.bool_]) -> AtScore:
    return AtScore(score, proportion(int(ill.sum()), len(ill)))


def score_tables(score: Score | Performance, case: str = "case") -> list[Table]:
    """Tables of a score: its items, its performance, and the share of cases by score."""
    performance = score.performance if isinstance(score, Score) else score
    tables = []
    if isinstance(score, Score):
        rows = tuple(
            Row((t.name, f"{t.points:g}", _of(t.cases), _of(t.others), number_words(t.odds_ratio), p_words(t.p)))
            for t in score.items
        )
        heads = ("", "points", case, f"not {case}", "odds ratio", "p (Fisher)")
        notes = ("Judged on the patients it was made from, which flatters a score: validate it on others.",)
        tables.append(Table("score-items", "Items, each alone", heads, rows, notes))
    p = performance
    rows = (
        Row((f"Median, {case}", f"{p.median_cases:g}", "")),
        Row((f"Median, not {case}", f"{p.median_others:g}", "")),
        Row(("Area under the ROC curve", f"{p.roc.area:.3f}", f"{p.roc.lower:.3f} to {p.roc.upper:.3f} (DeLong)")),
        Row((f"Sensitivity at ≥ {p.cut_off:g}", _of(p.sensitivity), _limits(p.sensitivity))),
        Row((f"Specificity at ≥ {p.cut_off:g}", _of(p.specificity), _limits(p.specificity))),
        Row(("Positive predictive value, in these", _of(p.positive), _limits(p.positive))),
        Row(("Negative predictive value, in these", _of(p.negative), _limits(p.negative))),
        Row((f"Positive predictive value at a prevalence of {p.prevalence:.0%}", f"{100 * p.positive_at:.1f} %", "")),
        Row((f"Negative predictive value at a prevalence of {p.prevalence:.0%}", f"{100 * p.negative_at:.1f} %", "")),
    )
    methods = "Exact limits by Clopper and Pearson, 95 %."
    tables.append(Table("score-performance", "What the score comes to", ("", "", "95 %"), rows, (), methods))
    rows = tuple(Row((f"{c.score:g}", f"{c.share.n}", _of(c.share), _limits(c.share))) for c in p.calibration)
    tables.append(Table("score-calibration", f"Share of {case} by score", ("score", "n", case, "95 %"), rows))
    return tables


def _of(share: Proportion | None) -> str:
    return "–" if share is None else f"{share.events}/{share.n} ({share.percent:.1f} %)"


def _limits(share: Proportion | None) -> str:
    return "–" if share is None else f"{share.lower:.1f} to {share.upper:.1f} %"
