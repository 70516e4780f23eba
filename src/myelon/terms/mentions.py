"""Whether words name something: at the start of a word, and not behind "non-"."""

import re
from functools import cache


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern of several names; a name may go on ("oesophag" finds "oesophageal"), and must begin a word."""
    return re.compile(r"(?<!\w)(?<!non-)(?<!non )(?:" + "|".join(re.escape(n) for n in names) + ")", re.IGNORECASE)


def mentions(text: str, names: tuple[str, ...]) -> bool:
    """Whether a text names one of some things.

    >>> mentions("Renal cell carcinoma", ("renal",)), mentions("adrenal metastasis", ("renal",))
    (True, False)
    >>> mentions("Non-small cell lung cancer", ("small cell",)), mentions("small cell lung cancer", ("small cell",))
    (False, True)
    """
    return _pattern(names).search(text) is not None
