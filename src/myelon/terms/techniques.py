"""Techniques of radiotherapy: which spare the cord beside a target, and which spare nothing.

Words are folded and compared whole; what no row knows may have spared the cord.
"""

from __future__ import annotations

import re
from typing import Literal

Spares = Literal["nothing", "may spare"]

TECHNIQUES: dict[str, Spares] = {
    "conventional": "nothing",
    "conventional radiotherapy": "nothing",
    "two-dimensional": "nothing",
    "2d": "nothing",
    "single posterior field": "nothing",
    "posterior field": "nothing",
    "parallel opposed fields": "nothing",
    "opposed fields": "nothing",
    "ap/pa": "nothing",
    "ap-pa": "nothing",
    "3d conformal": "nothing",
    "3d-crt": "nothing",
    "3d crt": "nothing",
    "three-dimensional conformal": "nothing",
    "three-dimensional conformal radiotherapy": "nothing",
    "external irradiation by linear accelerator": "may spare",
    "imrt": "may spare",
    "vmat": "may spare",
    "sbrt": "may spare",
    "sabr": "may spare",
    "srs": "may spare",
    "radiosurgery": "may spare",
    "tomotherapy": "may spare",
    "proton": "may spare",
}
"""Name → what it spares. Fields of the conventional techniques hold the whole vertebra and its canal."""


def spares_nothing(words: str) -> bool:
    """Whether a technique is known to spare nothing in its field.

    >>> spares_nothing("AP/PA"), spares_nothing("SBRT, IMRT"), spares_nothing("as usual")
    (True, False, False)
    """
    parts = [re.sub(r"\s+", " ", p.strip().casefold()) for p in re.split(r"[,;+]|\band\b|\bthen\b", words)]
    known = [TECHNIQUES.get(p) for p in parts if p]
    return bool(known) and all(k == "nothing" for k in known)
