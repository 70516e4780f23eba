"""Every fact by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myelon.board.facts import images, neurology, scores, treatment, tumour

if TYPE_CHECKING:
    from myelon.board.facts.fact import Fact

FACTS: dict[str, Fact] = {
    fact.name: fact for place in (tumour, scores, neurology, treatment, images) for fact in place.FACTS
}
