"""Two series of paper 004, from synthetic patients: the dumbbell score as it was made, and pain after kyphoplasty."""

from __future__ import annotations

from importlib.metadata import version

from myelon.cohort.paired import Moment, paired
from myelon.cohort.roc import roc
from myelon.cohort.score import develop, score_tables
from myelon.cohort.table import Row, Table, number_words, p_words
from myelon.report.cohort_charts import bar_chart, roc_chart
from myelon.report.document import Report, Section

NATURE = "Synthetic: 59 invented tumours and 17 invented patients with the printed margins. Nobody's data."
POINTS = {"size ≥ 5 cm": 2.0, "boundary indistinguishable": 2.0, "irregularly lobulated": 1.0, "osteolysis": 1.0}
_ITEMS = {
    0: (0, 0, 0, 0),
    1: (0, 0, 1, 0),
    2: (1, 0, 0, 0),
    3: (1, 0, 1, 0),
    4: (1, 1, 0, 0),
    5: (1, 1, 1, 0),
    6: (1, 1, 1, 1),
}
"""One way to each score; the paper prints no items of its patients."""
_MALIGNANT = (1, 2, 3, 3, 4, 4, 5, 5, 5, 5, *([6] * 10))
_BENIGN = (*([0] * 22), *([1] * 6), *([2] * 5), 3, 3, 3, 4, 4, 5)
HISTOLOGIES = (
    ("neurinoma", 37), ("ganglioneuroma", 1), ("haemangioma", 1), ("MPNST", 11), ("lymphoma", 3),
    ("extraskeletal Ewing sarcoma", 1), ("haemangiopericytoma", 1), ("haemangioendothelioma", 1),
    ("malignant myoepithelioma", 1), ("neuroblastoma", 1), ("plasmacytoma", 1),
)  # fmt: skip
"""Table 1 of paper 004 (REVIEW R09)."""
NRS = (
    ("before", (10, 10, 9, 9, 9, 8, 8, 8, 7, 7, 6, 6, 6, 6, 5, 3, 2)),
    ("after 1 month", (7, 6, 5, 3, 3, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0)),
    ("at the end", (7, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0)),
)
"""Pain of 17 (REVIEW R66: 7 ± 2.3, 2.2 ± 2.1, 1.8 ± 1.9). Who had which value is invented."""


def dumbbell() -> tuple[dict[str, list[int]], list[int]]:
    """Items and malignancy of 59 synthetic tumours."""
    scores = [*_BENIGN, *_MALIGNANT]
    items = {name: [_ITEMS[s][k] for s in scores] for k, name in enumerate(POINTS)}
    return items, [0] * len(_BENIGN) + [1] * len(_MALIGNANT)


def report_004() -> Report:
    """Both series beside the print."""
    items, malignant = dumbbell()
    score = develop(items, malignant, POINTS, cut_off=3)
    scores = [sum(POINTS[name] * values[k] for name, values in items.items()) for k in range(len(malignant))]
    sections = (
        Section(
            "Dumbbell score",
            (
                (
                    "Printed: medians 0 (benign) and 5.5 (malignant); at a cut-off of 3 a sensitivity of 90 % and a "
                    "specificity of 84.6 % in 59 tumours (REVIEW R09, R10)."
                ),
                "Judged on the patients it was made from: retrospective, one centre, no external validation (R12).",
            ),
            tuple(score_tables(score, "malignant")),
            (roc_chart(roc(scores, malignant), label="dumbbell score"), bar_chart("Histologies", HISTOLOGIES, 59)),
        ),
        Section(
            "Pain after kyphoplasty", ("Printed: 7 ± 2.3, 2.2 ± 2.1, 1.8 ± 1.9; n = 17 (REVIEW R66).",), (pain_table(),)
        ),
    )
    lead = "Two series of the review, rebuilt from synthetic patients with its printed margins."
    return Report("Paper 004, computed again", lead, NATURE, sections)


def pain_table() -> Table:
    """Pain before and after, paired."""
    rows = tuple(Row(_cells(m)) for m in paired(NRS))
    methods = "Change from the first time in those who have both: paired t test, Wilcoxon signed rank. Myelon "
    methods += f"{version('myelon')}."
    heads = ("NRS", "n", "mean ± SD", "change (95 %)", "p (t)", "p (signed rank)")
    return Table("pain", "Pain, numerical rating scale 0–10", heads, rows, (), methods)


def _cells(m: Moment) -> tuple[str, ...]:
    base = (m.name, f"{m.n}", f"{m.mean:.1f} ± {m.sd:.1f}")
    if m.change is None:
        return (*base, "", "", "")
    change = f"{number_words(m.change)} ({number_words(m.lower)} to {number_words(m.upper)})"
    return (*base, change, p_words(m.p_t), p_words(m.p_signed_rank))


def score_words(items: dict[str, list[int]], malignant: list[int]) -> str:
    """What the dumbbell score comes to, in one line."""
    found = develop(items, malignant, POINTS, cut_off=3).performance
    return (
        f"medians {found.median_others:g} and {found.median_cases:g}; sensitivity {found.sensitivity.percent:.0f} %, "
        f"specificity {found.specificity.percent:.1f} %"
    )


def pain_words() -> str:
    """Pain at each time, in one line."""
    return "NRS " + ", ".join(f"{m.mean:.1f} ± {m.sd:.1f}" for m in paired(NRS))
