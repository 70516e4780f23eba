"""What the rules ask of a case: each fact with its question, and how the record answers it, or that it does not.

A fact is true or false only where the record says so. What nobody wrote down is not known, and the words say what to
record. Facts read the record, the instruments and the verdicts of the dose; they compute no clinical number.
"""

from myelon.board.facts.scores import PROGNOSIS, Prognosis, prognoses
from myelon.board.facts.situation import Situation
from myelon.board.facts.table import FACTS

__all__ = ["FACTS", "PROGNOSIS", "Prognosis", "Situation", "prognoses"]
