"""The rules of the five papers as data: when each holds, what it bears upon, and how much stands behind it.

A rule gives an argument, never a choice. ``ids`` are those of REVIEW.md (R…), CASES.md (A…, B…, C…) and LV_FACTS.md
(RL…). A rule that was replaced stands beside the newer one, each with its date.
"""

from myelon.board.rules.beside import BESIDE_RULES
from myelon.board.rules.cases import CASE_RULES
from myelon.board.rules.intramedullary import INTRAMEDULLARY_RULES
from myelon.board.rules.review import REVIEW_RULES
from myelon.board.rules.rule import RESISTANT, Rule, Side

RULES: tuple[Rule, ...] = (*REVIEW_RULES, *INTRAMEDULLARY_RULES, *CASE_RULES, *BESIDE_RULES)
"""Every rule. The order is that of the papers and says nothing of weight."""

__all__ = ["RESISTANT", "RULES", "Rule", "Side"]
