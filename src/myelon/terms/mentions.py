"""Whether words name something: at the start of a word, and not behind "non-" or "not ", with whatever dash."""

import re
from functools import cache

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
"""Hyphens and dashes of every length, and the minus sign."""


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern of several names; a name may go on ("oesophag" finds "oesophageal"), and must begin a word."""
    listed = "|".join(re.escape(n) for n in names)
    return re.compile(rf"(?<!\w)(?<!non-)(?<!non )(?<!not )(?:{listed})", re.IGNORECASE)


def mentions(text: str, names: tuple[str, ...]) -> bool:
    """Whether a text names one of some things.

    >>> mentions("Renal cell carcinoma", ("renal",)), mentions("adrenal metastasis", ("renal",))
    (True, False)
    >>> mentions("Non-small cell lung cancer", ("small cell",)), mentions("small cell lung cancer", ("small cell",))
    (False, True)
    >>> mentions("Non\u2013small cell lung cancer", ("small cell",)), mentions("not small cell", ("small cell",))
    (False, False)
    """
    return _pattern(names).search(_DASHES.sub("-", text)) is not None
