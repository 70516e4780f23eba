"""Whether words say that a patient walks, with or without help; None where they do not say."""

import re

from myelon.terms.tumours import fold

_CANNOT = re.compile(
    r"\b(?:(?:un|not) ?able to (?:walk|ambulate|stand)|cannot (?:walk|ambulate)|can no longer walk"
    r"|no longer (?:walks|ambulatory)|(?:non|not) ambulat\w*"
    r"|does not walk|bedridden|bedbound|bed bound|bettlagerig|wheelchair\w*|rollstuhl\w*|nicht (?:mehr )?gehfahig"
    r"|gehunfahig|kann nicht (?:mehr )?"
    r"(?:gehen|laufen)|ne marche (?:plus|pas)|marche impossible|grabataire|fauteuil)\b"
    r"|歩行不能|歩行不可|寝たきり|车椅子|車椅子"
    r"|不能行走|无法行走|卧床"
)
_CAN = re.compile(
    r"\b(?:walks?|walking|ambulatory|ambulates|independent\w*|with (?:an |one |two )?(?:aids?|cane|canes|stick"
    r"|sticks|crutch\w*|walker|frame)|gehfahig|lauft|geht"
    r"|marche)\b|歩行可能|独歩|可行走|独立行走"
)
_OPEN = re.compile(
    r"\b(?:difficult\w*|unsteady|disturb\w*|not (?:tested|examined|assessed|known|reported)|was|before|until"
    r"|previous\w*|goal|hopes?)\b|\?"
)


def walks(words: str) -> bool | None:
    """Whether a patient walks.

    >>> walks("walks with a cane"), walks("unable to walk"), walks("gait disturbance"), walks("歩行不能")
    (True, False, None, False)
    """
    plain = fold(words)
    if _CANNOT.search(plain):
        return None if _OPEN.search(plain) else False
    return True if _CAN.search(plain) and not _OPEN.search(plain) else None
