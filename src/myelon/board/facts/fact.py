"""A question that the rules ask of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.board.logic import Known

if TYPE_CHECKING:
    from collections.abc import Callable

    from myelon.board.facts.situation import Situation


class Fact(NamedTuple):
    """A yes-or-no question about a case."""

    name: str
    question: str
    find: Callable[[Situation], Known]


UNKNOWN = Known(None, "")
