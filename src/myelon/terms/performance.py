"""KPS and ECOG: two published ways from one to the other. No formal mapping exists (INSTRUMENTS.md, `ecog_kps`)."""

MAPPINGS: dict[str, dict[str, int]] = {
    "common": {"100": 0, "90": 0, "80": 1, "70": 1, "60": 2, "50": 2, "40": 3, "30": 3, "20": 4, "10": 4, "0": 5},
    "prasad_2018": {"100": 0, "90": 1, "80": 1, "70": 2, "60": 3, "50": 3, "40": 4, "30": 4, "20": 4, "10": 4},
}
"""KPS → ECOG."""


def fit(kps: float, ecog: float) -> bool:
    """Whether the two can be said of one person at one time: by some mapping they lie no more than a step apart.

    >>> fit(90, 1), fit(90, 4), fit(75, 1)
    (True, False, True)
    """
    steps = [mapping[key] for mapping in MAPPINGS.values() if (key := f"{kps:g}") in mapping]
    return not steps or any(abs(step - ecog) <= 1 for step in steps)
