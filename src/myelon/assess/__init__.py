"""Instruments: from the record to an explained result. One instrument one file; `INSTRUMENTS` is the list."""

from myelon.assess.dss import DSS
from myelon.assess.escc import ESCC
from myelon.assess.instrument import Instrument
from myelon.assess.result import Because, Result
from myelon.assess.sins import SINS
from myelon.errors import InstrumentError

INSTRUMENTS: tuple[Instrument, ...] = (DSS, SINS, ESCC)
"""Every instrument, in the order it is shown."""


def instrument(instrument_id: str) -> Instrument:
    """An instrument by its id.

    Raises:
        InstrumentError: There is none of that name.
    """
    for row in INSTRUMENTS:
        if row.id == instrument_id:
            return row
    raise InstrumentError(
        f"no instrument {instrument_id!r}", todo="There are: " + ", ".join(row.id for row in INSTRUMENTS)
    )


__all__ = ["INSTRUMENTS", "Because", "Instrument", "Result", "instrument"]
