"""Templates with the words and marks they share."""

from __future__ import annotations

import re
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from myelon.record.exposure import suspicion
from myelon.record.when import DAYS_PER
from myelon.report.intended_use import INTENDED_USE
from myelon.report.svg import Svg
from myelon.terms.sources import SOURCES

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.responses import Response

    from myelon.record.timeline import Window

NAVIGATION = (
    ("Cases", "/cases"),
    ("Board", "/board"),
    ("Cohorts", "/cohorts"),
    ("Library", "/library"),
    ("Quality", "/quality"),
    ("Admin", "/admin"),
)
_MARKS = {
    "pass": "met",
    "fail": "exceeded",
    "not applicable": "not-applicable",
    "needs model": "unknown",
    "unknown": "unknown",
}


def window_words(window: Window, unit: str = "day") -> str:
    """A window as the tables print it: "37–46", "≤ 0", "≥ 400", "open"."""
    per = DAYS_PER[unit]
    digits = 0 if unit == "day" else 1
    low, high = (None if b is None else b / per for b in window)
    if low is None and high is None:
        return "open"
    if low is None or high is None:
        bound = high if low is None else low
        return _minus(f"{'≤' if low is None else '≥'} {bound:.{digits}f}")
    if abs(high - low) < 0.05:
        return _minus(f"{low:.{digits}f}")
    joint = " to " if low < 0 else "–"
    return _minus(f"{low:.{digits}f}{joint}{high:.{digits}f}")


def _minus(text: str) -> str:
    """A minus sign for a hyphen; a rounded-off minus zero is zero."""
    return re.sub(r"-(?=0(?:\.0+)?(?:$|\D))", "", text).replace("-", "−")


def _number(value: float | None, digits: int = 2) -> str:
    if value is None:
        return "–"
    return _minus(f"{value:.{digits}f}") if isfinite(value) else "not known"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["window"] = window_words
    environment.filters["number"] = _number
    environment.filters["minus"] = _minus
    environment.tests["finite"] = isfinite
    environment.tests["svg"] = lambda value: isinstance(value, Svg)
    environment.globals.update(
        dose_suspicion=suspicion,
        navigation=NAVIGATION,
        intended_use=INTENDED_USE,
        marks=_MARKS,
        sources=SOURCES,
        zip=zip,
        str=str,
    )
    return environment


_TEMPLATES = Jinja2Templates(env=_environment())


def page(request: Request, name: str, context: dict[str, Any], *, status: int = 200) -> Response:
    """Render a template."""
    return _TEMPLATES.TemplateResponse(request, name, context, status_code=status)
