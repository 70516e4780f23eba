"""How well a number is known: the badge beside every limit and instrument."""

from enum import StrEnum


class Verification(StrEnum):
    """Verification status of a number taken from the literature."""

    VERIFIED = "verified"
    """The primary's text or abstract, or the authors' own code, was seen."""
    SECOND_HAND = "second-hand"
    """Seen in a public repository or application, not in the primary."""
    MEMORY = "memory"
    """Not seen by us."""
    DERIVED = "derived"
    """Computed here from verified numbers."""
    OWN = "own"
    """A hospital's own number, which its named author answers for."""
