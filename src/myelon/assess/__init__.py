"""Instruments: from the record to an explained result. One instrument one file; `INSTRUMENTS` is the list."""

from functools import cache
from importlib.metadata import entry_points

from myelon.assess.aminoff_logue import AMINOFF_LOGUE
from myelon.assess.asia import ASIA
from myelon.assess.bauer import BAUER
from myelon.assess.bollen import BOLLEN
from myelon.assess.brown_sequard import BROWN_SEQUARD
from myelon.assess.ctcae_grade import CTCAE_GRADE
from myelon.assess.dss import DSS
from myelon.assess.ecog_kps import ECOG_KPS
from myelon.assess.enneking import ENNEKING
from myelon.assess.escc import ESCC
from myelon.assess.frankel import FRANKEL
from myelon.assess.instrument import Filled, Grade, Instrument
from myelon.assess.irecist import IRECIST
from myelon.assess.iscm_response import ISCM_RESPONSE
from myelon.assess.joa import JOA
from myelon.assess.katagiri import KATAGIRI
from myelon.assess.lmnop import LMNOP
from myelon.assess.mccormick import MCCORMICK
from myelon.assess.mda_bone import MDA_BONE
from myelon.assess.mjoa import MJOA
from myelon.assess.mrc import MRC
from myelon.assess.mst_indication import MST_INDICATION
from myelon.assess.nesms import NESMS
from myelon.assess.noms import NOMS
from myelon.assess.nurick import NURICK
from myelon.assess.osri import OSRI
from myelon.assess.pain_response import PAIN_RESPONSE
from myelon.assess.patient import Patient
from myelon.assess.rades_ambulatory import RADES_AMBULATORY
from myelon.assess.rades_short_life import RADES_SHORT_LIFE
from myelon.assess.rades_survival import RADES_SURVIVAL
from myelon.assess.rano_2 import RANO_2
from myelon.assess.rano_hgg import RANO_HGG
from myelon.assess.recist import RECIST
from myelon.assess.result import Because, Result
from myelon.assess.sins import SINS
from myelon.assess.sorg import SORG
from myelon.assess.spino import SPINO
from myelon.assess.tokuhashi import TOKUHASHI
from myelon.assess.tomita import TOMITA
from myelon.assess.tomita_type import TOMITA_TYPE
from myelon.assess.van_der_linden import VAN_DER_LINDEN
from myelon.assess.wbb import WBB
from myelon.assess.who_dmg import WHO_DMG
from myelon.assess.who_sft import WHO_SFT
from myelon.errors import InstrumentError

INSTRUMENTS: tuple[Instrument, ...] = (
    # what the papers use
    DSS, WBB, SINS, ESCC, MRC, FRANKEL, ASIA, ECOG_KPS, RECIST, IRECIST, RANO_HGG, RANO_2, ISCM_RESPONSE,
    CTCAE_GRADE, WHO_DMG, WHO_SFT, MST_INDICATION, PAIN_RESPONSE,
    # prognosis of metastases
    TOKUHASHI, TOMITA, BAUER, KATAGIRI, VAN_DER_LINDEN, OSRI, RADES_SURVIVAL, RADES_AMBULATORY,
    RADES_SHORT_LIFE, BOLLEN, NESMS, SORG,
    # frameworks, staging, the rest
    NOMS, LMNOP, ENNEKING, TOMITA_TYPE, SPINO, MDA_BONE, BROWN_SEQUARD, MCCORMICK, AMINOFF_LOGUE, NURICK,
    MJOA, JOA,
)  # fmt: skip
"""Every instrument of Myelon, in the order it is shown."""

GROUP = "myelon.instruments"
"""Entry points of instruments that other packages bring."""


@cache
def instruments() -> tuple[Instrument, ...]:
    """Every instrument: those of Myelon, then those of other packages.

    Raises:
        InstrumentError: An entry point gives something else, or an id that is taken.
    """
    found = list(INSTRUMENTS)
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        brought = point.load()
        if not isinstance(brought, Instrument):
            raise InstrumentError(f"{point.value} is no instrument", where=GROUP, todo="Give a Sum, a Grade or a Rule")
        if brought.id in {i.id for i in found}:
            raise InstrumentError(f"the id {brought.id} is taken", where=point.value, todo="Give it another")
        found.append(brought)
    return tuple(found)


def instrument(instrument_id: str) -> Instrument:
    """An instrument by its id.

    Raises:
        InstrumentError: There is none of that name.
    """
    for row in instruments():
        if row.id == instrument_id:
            return row
    raise InstrumentError(
        f"no instrument {instrument_id!r}", todo="There are: " + ", ".join(row.id for row in instruments())
    )


__all__ = ["INSTRUMENTS", "Because", "Filled", "Grade", "Instrument", "Patient", "Result", "instrument", "instruments"]
