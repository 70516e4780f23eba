"""A prepared case as the rules read it: it asks a fact once and keeps the answer."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from myelon.board.facts.table import FACTS
from myelon.board.logic import Known
from myelon.errors import InputError

if TYPE_CHECKING:
    from myelon.assess import Result
    from myelon.board.packet import DosedPacket


class Situation:
    """A prepared case as the rules read it."""

    def __init__(self, packet: DosedPacket) -> None:
        self.packet, self.case, self.timeline = packet, packet.case, packet.timeline
        self.patient = packet.patient
        self._scores = {i.id: r for i, r in packet.scores}
        self.instruments = {i.id: i for i, _ in packet.scores}
        self.names = {i.id: i.name for i, _ in packet.scores}
        self._known: dict[str, Known] = {}

    def ask(self, name: str) -> Known:
        """The answer of a fact.

        Raises:
            InputError: There is no such fact.
        """
        if name not in self._known:
            if name not in FACTS:
                raise InputError(f"no fact {name!r}", where="rule", todo="Name one of board/facts")
            fact = FACTS[name]
            found = fact.find(self)
            if found.value is None:
                found = self._as_a_person_said(name) or found
            self._known[name] = found if found.words else found._replace(words=f"not recorded: {fact.question}")
        return self._known[name]

    def _as_a_person_said(self, name: str) -> Known | None:
        """An observation of that name: 1 is yes, 0 is no."""
        said = self.patient.person_said(name)
        if said is None:
            return None
        return Known(said.option == "yes", f"{name}: as {said.source} said", (said.entry,))

    def score(self, instrument_id: str) -> Result:
        """The result of an instrument."""
        return self._scores[instrument_id]

    @cached_property
    def tumour_ids(self) -> tuple[str, ...]:
        """Entries that the tumour is described in."""
        return tuple(t.id for t in (self.patient.tumour, self.patient.primary) if t is not None)
