"""What a rule is: its words, when it holds, what it bears upon, and how much stands behind it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from myelon.board.logic import Condition, Is, Not

Side = Literal["for", "against", "needs", "watch"]
"""For or against an option; "needs": holds only together with the option; "watch": a task of surveillance."""

REVIEW, COHORT, CASE, PRACTICE = "review", "cohort of 61, univariate", "single case report", "authors' suggestion"
FRAMEWORK, LOOKED_UP = "framework, no randomised comparison", "public page, looked up"


class Rule(NamedTuple):
    """One printed rule."""

    id: str
    ids: tuple[str, ...]
    paper: str
    """One of the five papers, or a source of `myelon.terms.sources`."""
    where: str
    says: str
    when: Condition
    bears: tuple[tuple[str, Side], ...]
    """Options it bears upon, and on which side."""
    level: str
    version: str = ""


RESISTANT = (
    Is("primary tumour"), Is("malignant"), Is("vertebral"), Not(Is("haematological")), Not(Is("round cell tumour")),
)  # fmt: skip
"""Whom section 2 and 3 of paper 004 mean: it names myeloma and Ewing sarcoma among the tumours that drugs reach (R42);
blood and round-cell tumours are no resistant sarcoma."""
