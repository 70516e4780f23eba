"""Every answer that a summary gives: curves, incidence, tests, Table 1 counts, and the next step of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from myelon.cohort.aalen_johansen import aalen_johansen
from myelon.cohort.cox_sums import next_step
from myelon.cohort.gray import gray_test
from myelon.cohort.kaplan_meier import kaplan_meier
from myelon.cohort.logrank import METHODS, logrank

if TYPE_CHECKING:
    from myelon.cohort.summary import Summary


def solve_summary(summary: Summary) -> dict[str, Any]:
    """Solve a summary, of one site or merged; plain values.

    Raises:
        TableError: A test without an event.
    """
    table = summary.table()
    events = table.of_cause("event")
    curves = []
    for group in events.groups:
        curve = kaplan_meier(events.group(group))
        curves.append(
            {
                "group": group, "n": int(curve.at_risk[0]), "events": int(curve.events.sum()),
                "median": curve.median._asdict(), "time": curve.times.tolist(), "at_risk": curve.at_risk.tolist(),
                "survival": curve.survival.tolist(), "lower": _finite(curve.lower), "upper": _finite(curve.upper),
            }
        )  # fmt: skip
    compete = bool(table.events[:, :, 1].any())
    several = len(events.groups) > 1 and bool(events.events.any())
    incidence = [
        {"group": c.group, "cause": c.cause, "time": c.times.tolist(), "incidence": c.incidence.tolist(),
         "standard_error": c.standard_error.tolist()}
        for group in (table.groups if compete else ())
        for c in aalen_johansen(table.group(group))
    ]  # fmt: skip
    tests = []
    for method in METHODS if several else ():
        found = logrank(events, method=method)
        tests.append({**found._asdict(), "hazard_ratios": [r._asdict() for r in found.hazard_ratios]})
    return {
        "schema": "myelon.solution/1",
        "sites": list(summary.sites),
        "question": summary.question,
        "curves": curves,
        "incidence": incidence,
        "tests": tests,
        "gray": gray_test(table)._asdict() if compete and several else None,
        "tables": summary.tables,
        "model": _model(summary),
        "withheld": list(summary.withheld),
    }


def _model(summary: Summary) -> dict[str, Any] | None:
    if summary.cox is None:
        return None
    step = next_step(summary.cox, summary.question.get("ties", "efron"))
    errors = np.sqrt(np.diag(step.covariance))
    return {
        "names": list(summary.cox.names), "at": list(summary.cox.at), "next": list(step.coefficients),
        "standard_error": errors.tolist(), "loglik_at": step.loglik, "settled": step.settled,
    }  # fmt: skip


def _finite(values: Any) -> list[float | None]:  # noqa: ANN401  # an array
    return [None if v != v else float(v) for v in values]  # noqa: PLR0124  # not a number
