"""Immunohistochemical and molecular markers, the wordings that mean them, and which of them define an entity.

A wording that names one marker in words and another in a figure is the root of contradiction XA1:
the text of paper 000 prints "methionine 27 mutation in histone 3", which read literally is H3K27M.
"""

from typing import NamedTuple

MARKERS: dict[str, tuple[str, ...]] = {
    "H3K27M": ("H3K27M", "H3p.K28 (K27)–mutant protein", "methionine 27 mutation in histone 3"),
    "H3K27me3": ("H3K27me3", "H3pK28me3 (K27me3)", "K27me3"),
    "H3.3 G34W": ("H3.3 G34W", "H3F3A G34W", "G34W"),
    "ATRX": ("ATRX",),
    "GFAP": ("GFAP", "glial fibrillary acidic protein"),
    "MGMT": ("MGMT", "O-6-methylguanine-DNA methyltransferase"),
    "OLIG2": ("OLIG2", "oligodendrocyte transcription factor 2"),
    "EMA": ("EMA", "epithelial membrane antigen"),
    "MTAP": ("MTAP", "methylthioadenosine phosphorylase"),
    "IDH1 R132H": ("IDH1 R132H", "isocitrate dehydrogenase 1 R132H"),
    "NeuN": ("NeuN",),
    "Ki-67": ("Ki-67", "Ki67", "MIB", "MIB-1"),
    "STAT6": ("STAT6", "STAT-6"),
    "CD34": ("CD34",),
    "CD99": ("CD99",),
    "BCL2": ("BCL2", "BCL-2", "Bcl-2"),
    "TLE1": ("TLE1", "TLE-1", "TLE"),
    "vimentin": ("vimentin", "Vim"),
    "pan-cytokeratin": ("pan-cytokeratin", "PCK"),
    "SMA": ("SMA",),
    "CD57": ("CD57",),
    "desmin": ("desmin", "Des"),
    "S-100": ("S-100",),
    "TTF-1": ("TTF-1",),
    "CK7": ("CK7", "CK-7"),
    "chromogranin A": ("chromogranin A", "Cg-A"),
    "synaptophysin": ("synaptophysin", "syn"),
    "p40": ("p40",),
}
"""Marker → wordings that mean it. MIB-1 is a clone against Ki-67 (CASES XC3)."""

_BY_WORDING = {wording.casefold(): marker for marker, words in MARKERS.items() for wording in words}


def marker_of(wording: str) -> str | None:
    """The marker that a wording means when read literally, or None.

    >>> marker_of("methionine 27 mutation in histone 3")
    'H3K27M'
    >>> marker_of("MIB")
    'Ki-67'
    """
    return _BY_WORDING.get(wording.casefold())


class Definition(NamedTuple):
    """A marker that a diagnosis rests on, what is expected of it, and who says so."""

    entity: str
    """Words that the diagnosis must hold, in lower case."""
    marker: str
    expected: str
    source: str


DEFINITIONS = (
    Definition("hemangiopericytoma", "CD34", "positive", "003, Discussion"),
    Definition("hemangiopericytoma", "CD99", "positive", "003, Discussion"),
    Definition("hemangiopericytoma", "BCL2", "positive", "003, Discussion"),
    Definition("hemangiopericytoma", "STAT6", "positive", "INSTRUMENTS who_sft_hpc (Fritchie 2019: 132 of 133)"),
    Definition("solitary fibrous", "STAT6", "positive", "INSTRUMENTS who_sft_hpc (Fritchie 2019: 132 of 133)"),
    Definition("h3k27-altered", "H3K27me3", "negative", "INSTRUMENTS who_cns5_dmg"),
)
"""Which stains a diagnosis is said to rest on."""
