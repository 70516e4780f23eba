"""Names of contoured structures: TG-263 standard names, and what planning systems call them in several languages.

A match is a suggestion: a person confirms it before anything rests on it. The words are dictionary words; the standard
names are of AAPM TG-263 (Int J Radiat Oncol Biol Phys 2018;100:1057).
"""

from __future__ import annotations

import re
import unicodedata

from myelon.terms.levels import Level

WORDS: dict[str, tuple[str, ...]] = {
    "SpinalCord": (
        "spinal cord", "cord", "myelon", "myelum", "rueckenmark", "ruckenmark", "moelle", "moelle epiniere",
        "medula", "medula espinal", "medulla espinal", "midollo", "midollo spinale", "medulla spinalis", "ruggenmerg",
        "rdzen", "rdzen kregowy", "ryggmarg", "rygmarv", "ryggmarv", "selkaydin", "micha", "gerincvelo", "omurilik",
        "spinnoi mozg", "спинной мозг", "脊髄", "脊髓", "척수", "nuoro sungai", "tuy song", "sc",
    ),
    "ThecalSac": (
        "thecal sac", "dural sac", "duralsack", "durasack", "sac dural", "fourreau dural", "saco dural", "saco tecal",
        "sacco durale", "sacco tecale", "durazak", "duraalzak", "worek oponowy", "дуральный мешок", "硬膜嚢",
        "硬膜囊", "硬脊膜囊",
    ),
    "SpinalCanal": (
        "spinal canal", "canal", "spinalkanal", "wirbelkanal", "canal rachidien", "canal medullaire", "canal vertebral",
        "canal medular", "canal espinal", "canale spinale", "canale midollare", "canale vertebrale", "spinaal kanaal",
        "wervelkanaal", "kanal kregowy", "spinalkanalen", "позвоночный канал", "脊柱管", "椎管", "척추관",
    ),
    "CaudaEquina": (
        "cauda equina", "cauda", "queue de cheval", "cola de caballo", "paardenstaart", "конский хвост",
        "馬尾", "马尾", "마미",
    ),
    "SacralPlex": ("sacral plexus", "plexus sacralis", "plexus sacre", "plexo sacro", "plesso sacrale"),
}  # fmt: skip
_MARGIN = re.compile(r"(prv|\+|\d\s*mm|margin|saum|marge|margen|expan)")
_VERTEBRA = re.compile(
    r"^(?:vb|vertebra|vertebral body|wirbel|wirbelkoerper|wk|vertebre|vertebra|vert|corps vertebral|corpus)?\s*"
    r"([ctdls]|th|hwk|bwk|lwk|dorsal|lendenwirbel|brustwirbel|halswirbel)\s*0?(\d{1,2})$"
)
_REGION = {"d": "T", "th": "T", "hwk": "C", "bwk": "T", "lwk": "L", "dorsal": "T", "halswirbel": "C",
           "brustwirbel": "T", "lendenwirbel": "L"}  # fmt: skip
_TARGET = re.compile(r"^(gtv|ctv|ptv|itv)[\s\d._-]*(.*)$")


def vertebra_name(level: Level) -> str:
    """TG-263 name of a vertebral body: VB_C5, VB_T08, VB_L1."""
    region, number = level.name[0], int(level.name[1:])
    return f"VB_{region}{number:02d}" if region == "T" else f"VB_{region}{number}"


def plain(name: str) -> str:
    """Lower case, without accents, signs between words as one space."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    for letter, written in (("ü", "ue"), ("ö", "oe"), ("ä", "ae"), ("ł", "l")):
        words = words.replace(letter, written)
    bare = "".join(c for c in unicodedata.normalize("NFKD", words) if not unicodedata.combining(c))
    letters = unicodedata.normalize("NFC", bare)
    return re.sub(r"[\s_\-.,;:/()\[\]]+", " ", letters.casefold()).strip()


def suggest(name: str) -> str | None:
    """The standard name that a structure may have; None where nothing is near, or it is a margin around one.

    >>> suggest("Rückenmark"), suggest("moelle épinière"), suggest("BWK 8"), suggest("Cord PRV 3mm")
    ('SpinalCord', 'SpinalCord', 'VB_T08', None)
    """
    words = plain(name)
    if _MARGIN.search(words):
        return None
    target = _TARGET.match(words)
    if target is not None:
        return target[1].upper()
    vertebra = _VERTEBRA.match(words)
    if vertebra is not None:
        region = _REGION.get(vertebra[1], vertebra[1].upper())
        code = f"{region}{int(vertebra[2])}"
        return vertebra_name(Level[code]) if code in Level.__members__ else None
    for standard, known in WORDS.items():
        if words == plain(standard) or words in {plain(w) for w in known}:
            return standard
    return None
