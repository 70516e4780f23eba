"""Immunohistochemical and molecular markers, with the wordings that mean them.

A wording that names one marker in words and another in a figure is the root of contradiction XA1:
the text of paper 000 prints "methionine 27 mutation in histone 3", which read literally is H3K27M.
"""

MARKERS: dict[str, tuple[str, ...]] = {
    "H3K27M": ("H3K27M", "H3p.K28 (K27)–mutant protein", "methionine 27 mutation in histone 3"),
    "H3K27me3": ("H3K27me3", "H3pK28me3 (K27me3)", "K27me3"),
    "ATRX": ("ATRX",),
    "GFAP": ("GFAP", "glial fibrillary acidic protein"),
    "MGMT": ("MGMT", "O-6-methylguanine-DNA methyltransferase"),
    "OLIG2": ("OLIG2", "oligodendrocyte transcription factor 2"),
    "EMA": ("EMA", "epithelial membrane antigen"),
    "MTAP": ("MTAP", "methylthioadenosine phosphorylase"),
    "IDH1 R132H": ("IDH1 R132H", "isocitrate dehydrogenase 1 R132H"),
    "NeuN": ("NeuN",),
}
"""Marker → wordings that mean it."""

_BY_WORDING = {wording.casefold(): marker for marker, words in MARKERS.items() for wording in words}


def marker_of(wording: str) -> str | None:
    """The marker that a wording means when read literally, or None.

    >>> marker_of("methionine 27 mutation in histone 3")
    'H3K27M'
    """
    return _BY_WORDING.get(wording.casefold())
