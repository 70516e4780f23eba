"""How a re-irradiation assessment is printed: as plain values, and as tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import typer

from myelon.cli.output import heading, rounded, table

if TYPE_CHECKING:
    from myelon.dose.reirradiation import OrganDose, Reirradiation
    from myelon.dose.verdict import Verdict


def judged_as_dict(judged: Reirradiation) -> dict[str, Any]:
    """A re-irradiation assessment as plain values."""
    return {
        "organ": judged.organ,
        "basis": judged.dose.basis,
        "alpha_beta_gy": judged.dose.alpha_beta_gy,
        "courses": _courses(judged, judged.dose),
        "sum": {"bed": judged.dose.cumulative_bed, "eqd2": judged.dose.cumulative_eqd2},
        "alternative": {
            "alpha_beta_gy": judged.alternative.alpha_beta_gy,
            "courses": _courses(judged, judged.alternative),
            "sum": {"bed": judged.alternative.cumulative_bed, "eqd2": judged.alternative.cumulative_eqd2},
        },
        "interval_days": [list(i) for i in judged.intervals],
        "nieder": {"alpha_beta_gy": 2.0, **judged.nieder._asdict()} if judged.nieder else None,
        "nieder_alternative": {"alpha_beta_gy": _other_alpha_beta(judged), **judged.nieder_alternative._asdict()}
        if judged.nieder_alternative
        else None,
        "verdicts": [verdict_as_dict(v) for v in judged.verdicts],
        "warnings": list(judged.warnings),
    }


def verdict_as_dict(v: Verdict) -> dict[str, Any]:
    """One verdict as plain values."""
    return {
        "id": v.limit.id,
        "rule": v.limit.rule,
        "name": v.limit.name,
        "verdict": v.outcome,
        "says": v.says,
        "value": v.value,
        "limit": None if math.isnan(v.limit.value) else v.limit.value,
        "comparator": v.limit.comparator,
        "unit": v.limit.unit,
        "organ": v.organ,
        "limit_organ": v.limit.organ,
        "alpha_beta_gy": v.alpha_beta_gy,
        "alternative": v.alternative,
        "structure": v.structure,
        "metric": v.metric,
        "basis": v.basis,
        "risk": v.limit.risk,
        "status": v.limit.status,
        "source": v.limit.source,
        "margin": v.margin,
        "why": v.why,
    }


def _other_alpha_beta(judged: Reirradiation) -> float:
    """The α/β beside the rules' own 2."""
    main = judged.dose.alpha_beta_gy
    return judged.alternative.alpha_beta_gy if main == 2.0 else main


def _courses(judged: Reirradiation, dose: OrganDose) -> list[dict[str, Any]]:
    return [
        {
            "total_gy": c.total_gy,
            "fractions": c.fractions,
            "gy_per_fraction": c.gy_per_fraction,
            "bed": b,
            "eqd2": e,
        }
        for c, b, e in zip(judged.courses, dose.course_bed, dose.course_eqd2, strict=True)
    ]


def print_judged(judged: Reirradiation) -> None:
    """Tables of courses, scores and limits."""
    main, other = judged.dose, judged.alternative
    heading(f"{judged.organ}: basis {main.basis}, metric {main.metric}")
    names = [str(c) for c in judged.courses] + ["sum"]
    columns = [
        [*(rounded(x) for x in values), rounded(total)]
        for values, total in (
            (main.course_bed, main.cumulative_bed),
            (main.course_eqd2, main.cumulative_eqd2),
            (other.course_bed, other.cumulative_bed),
            (other.course_eqd2, other.cumulative_eqd2),
        )
    ]
    a, b = f"{main.alpha_beta_gy:g}", f"{other.alpha_beta_gy:g}"
    table(
        ("course", f"BED α/β {a}", f"EQD2 α/β {a}", f"BED α/β {b}", f"EQD2 α/β {b}"), zip(names, *columns, strict=True)
    )
    for score, alpha_beta_gy in ((judged.nieder, 2.0), (judged.nieder_alternative, _other_alpha_beta(judged))):
        if score is None:
            continue
        best = "" if score.best_total == score.total else f" (at best {score.best_total:g})"
        seen = f"{score.group} risk, myelopathy seen in {score.rate_2006:.0%}" if score.decided else score.group_words
        typer.echo(
            f"Nieder score at α/β {alpha_beta_gy:g}: {score.total:g}{best}, {seen} ({score.bed_points} dose + "
            f"{score.interval_points:g} interval + {score.course_points:g} course) [second-hand bands]"
        )
    if judged.verdicts:
        heading("limits (each at its own α/β; the sums are undiscounted)")
        table(
            ("rule", "value", "limit", "verdict", "other α/β", "status", "source"),
            [
                (
                    f"{v.limit.rule} {v.limit.name}",
                    v.value_text,
                    str(v.limit),
                    f"{v.says}{': ' + v.why if v.why else ''}",
                    v.alternative,
                    v.limit.status,
                    v.limit.source,
                )
                for v in judged.verdicts
            ],
        )
    for warning in judged.warnings:
        typer.echo(f"warning: {warning}")
    typer.echo("\nDose figures need a medical physicist's review.")
