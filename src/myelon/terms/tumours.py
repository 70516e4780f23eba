"""Tumours as a table: what each entity is, what it is part of, and by which names it goes.

Names stand in English, German, French, Japanese and Chinese. Words reach a row only as a whole name: spelling, dashes
and accents are folded, and nothing is read out of the middle of a sentence. A clause that denies, doubts, compares,
remembers or speaks of metastases reaches no row. What no row knows is unknown for every question.

The table has no code of ICD-O: none was looked up.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from myelon.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DASHES = "‐‑‒–—―−﹘﹣－"
_SPELLING = (
    ("tumour", "tumor"), ("haem", "hem"), ("oesoph", "esoph"), ("leukaem", "leukem"), ("neurinoma", "schwannoma"),
    ("carcinomas", "carcinoma"), ("cancers", "cancer"),
)  # fmt: skip
_DOUBT = re.compile(
    r"\?|\b(?:no|not|non|nor|never|without|exclu\w*|absen\w*|den(?:y|ies|ied)|negativ\w*|rule[sd]? out|unlikely|"
    r"metasta\w*|secondar\w*|deposits?|filia\w*|meta|mets?|"
    r"history|histories|previous\w*|prior|former\w*|past|after|status post|s p|h o|hx|mother|father|sister|brother|"
    r"family|familial|"
    r"vs|versus|or|dd|ddx|differential|rather|suspect\w*|suspicio\w*|possib\w*|probab\w*|likely|presum\w*|cannot|"
    r"mimic\w*|simulat\w*|like|resembl\w*|"
    r"kein\w*|ohne|nicht|ausgeschlossen\w*|ausschluss|verneint|zustand nach|z n|anamnes\w*|fruher\w*|fraglich\w*|"
    r"verdacht\w*|v a|oder|moglich\w*|wahrscheinlich\w*|"
    r"sans|pas|aucun\w*|exclus?|antecedents?|ancien\w*|suspicion|ou|probable|"
    r"e g|cf)\b|転移|转移|轉移|なし|ない|否定|除外|排除|疑|既往|病史|可能|または|或|無し|无|非"
)
"""Words that deny, doubt, compare, remember, or speak of another place."""
_METASTASIS = re.compile(r"\b(?:metasta\w*|secondar\w*)\b")
_PART_OF_A_NAME = re.compile(
    r"\b(?:non small|not small cell|non hodgkin\w*|non a petites|nicht kleinzell\w*|triple negative|sarcoma family)\b"
    r"|非ホジキン|非小|非霍奇金"
)
"""Words of names that would deny or doubt elsewhere."""
_LEADING = re.compile(
    r"^(?:recurrent|recurring|relapsed|residual|primary|advanced|locally advanced|known|newly diagnosed|spinal|sacral|"
    r"intraspinal|vertebral|intramedullary|extradural|epidural|left|right|(?:stage|stadium) [ivx0-9]+[abc]?) "
)
_TRAILING = re.compile(
    r" (?:(?:who|cns|who cns|cns who) )?(?:grade|grad|gradus|stage|stadium|fuhrman|isup|gleason)"
    r"(?: (?:[0-9]+|[ivx]+)[abc]?)+$"
    r"| who (?:[0-9]+|[ivx]+)$"
    r"| (?:in|with|bei) (?:neurofibromatosis|neurofibromatose|nf)(?: (?:type|typ))?(?: ?[12])?$"
    r"| (?:of|in|at) (?:the )?(?:(?:cervical|thoracic|lumbar|sacral|thoracolumbar|lumbosacral) )?"
    r"(?:spine|spinal canal|spinal cord|cord|vertebra|vertebrae|vertebral body|vertebral column|sacrum|coccyx|clivus)$"
    r"| (?:of|at) [ctls][0-9]+(?: (?:to )?[ctls]?[0-9]+)?$"
)
_UNSAID = {"not specified", "not otherwise specified", "nos", "not reported", "not known", "not done", "not available"}
"""Words that leave the histology out, and deny nothing."""
_SIGNS = re.compile(r"[≠¬!~✗✘×±]|\s[-\u2010-\u2015\u2212]\s*$|\(\s*[-\u2010-\u2015\u2212]\s*\)")
"""Signs that deny and that folding would lose."""
_SPINE = re.compile(r"spin|vertebr|medull|dural|cord|sacr|cocc|cliv|\b[ctls][0-9]")
_HIGH_GRADE = re.compile(r"\b(?:grade|grad|who)\b.*\b(?:[234]|iii?|iv)\b")
_TAIL = re.compile(
    r"(?:"
    + _TRAILING.pattern.replace("$", "")
    + r"| (?:left|right|bilateral|recurrent|primary|nos|disease|not otherwise specified|high grade|low grade)"
    r"| ig[agdm]| kappa| lambda| (?:her2|er|pr|hormone receptor|egfr|alk)(?: (?:positive|mutated|mutant))?"
    r"| idh wildtype| h3 ?k27(?:m)?(?: (?:altered|mutant|mutated))?| [ctls][0-9]+(?: (?:to )?[ctls]?[0-9]+)?)+"
)
"""What may follow a name after a comma or in brackets: everything else may change what it means."""
_OF_ORGAN = re.compile(
    r"^(.+?) (?:of|in) (?:the )?"
    r"(?:(?:(?:upper|lower|middle|inner|outer) )+(?:quadrant|lobe|third) of (?:the )?)?"
    r"(?:(?:left|right|female|male) )*(.+)$"
)
_SEMANTIC_TAG = re.compile(r"\s*\((?:disorder|morphologic abnormality)\)\s*$", re.IGNORECASE)
"""What SNOMED CT writes behind the full name of a disease or a morphology."""

ORGANS: dict[str, tuple[str, ...]] = {
    "lung": ("lung", "pulmonary", "bronchus", "bronchial", "lunge", "poumon", "肺"),
    "breast": ("breast", "mammary", "mamma", "brust", "sein", "乳腺", "乳房"),
    "prostate": ("prostate", "prostatic", "prostate gland", "prostata", "前立腺", "前列腺"),
    "kidney": ("kidney", "renal", "niere", "rein", "腎", "腎臓", "肾", "肾脏"),
    "thyroid": ("thyroid", "thyroid gland", "schilddruse", "thyroide", "甲状腺"),
    "colorectum": ("colorectal", "colorectum", "large bowel", "大腸"),
    "colon": ("colon", "colonic", "sigmoid colon", "sigmoid", "ascending colon", "descending colon", "caecum", "結腸"),
    "rectum": ("rectum", "rectal", "rektum", "直腸", "直肠"),
    "stomach": ("stomach", "gastric", "magen", "estomac", "胃"),
    "oesophagus": ("oesophagus", "oesophageal", "oesophage", "食道", "食管"),
    "pancreas": ("pancreas", "pancreatic", "pankreas", "膵", "膵臓", "胰腺"),
    "liver": ("liver", "hepatic", "leber", "foie", "肝", "肝臓", "肝脏"),
    "bile duct": ("bile duct", "biliary tract", "胆管"),
    "gallbladder": ("gallbladder", "gall bladder", "gallenblase", "胆嚢", "胆囊"),
    "bladder": ("bladder", "urinary bladder", "harnblase", "vessie", "膀胱"),
    "uterus": ("uterus", "uterine", "子宮", "子宫"),
    "endometrium": ("endometrium", "endometrial", "uterine corpus", "endometre"),
    "cervix": ("cervix", "uterine cervix", "cervix uteri", "子宮頸部", "宫颈"),
    "ovary": ("ovary", "ovarian", "ovar", "ovaire", "卵巣", "卵巢"),
    "head and neck": ("head and neck", "larynx", "laryngeal", "oropharynx", "oral cavity", "tongue", "hypopharynx"),
    "nasopharynx": ("nasopharynx", "nasopharyngeal"),
}
"""Organ → its names and adjectives. Only organs that a row has its origin in."""
ORGANS_OF_ONE_SEX = {
    "prostate": "male",
    "uterus": "female",
    "endometrium": "female",
    "cervix": "female",
    "ovary": "female",
}
_MORPHOLOGY = (
    "cancer",
    "carcinoma",
    "adenocarcinoma",
    "adenocarcinome",
    "malignancy",
    "malignant neoplasm",
    "malignant tumor",
    "ca",
)


class Tumour(NamedTuple):
    """One entity."""

    id: str
    within: tuple[str, ...]
    """Wider entities that it is one of."""
    behaviour: str
    """benign, uncertain or malignant; empty where it may be either."""
    origin: str
    """Organ that it comes from; empty where it comes from several."""
    icdo_morphology: str
    """ICD-O-3 morphology with its behaviour, such as 9370/3; empty where the source (`ICDO_SOURCE`) has no one code."""
    icdo_topography: str
    """ICD-O-3 topography of the origin, such as C34.9."""
    radiosensitivity: str
    """sensitive or resistant to conventional radiotherapy, as a source says; empty where none was seen."""
    sensitivity_source: str
    name: str
    names: tuple[str, ...]

    @property
    def wider(self) -> tuple[Tumour, ...]:
        """Every wider entity, the nearest first."""
        return _wider(self.id)

    @property
    def lineage(self) -> set[str]:
        """Its id, and those of every wider entity."""
        return {self.id, *(w.id for w in self.wider)}

    @property
    def narrower(self) -> tuple[Tumour, ...]:
        """Every entity that is one of it."""
        return _narrower(self.id)

    @property
    def words(self) -> str:
        """Its name, and those of the wider entities: what tables of groups are read by."""
        return "; ".join((self.name, *(w.name for w in self.wider)))

    def is_one_of(self, *ids: str) -> bool | None:
        """Whether it is one of some entities: None where it is wider than one, and may be it.

        >>> TUMOURS["small_cell_lung_cancer"].is_one_of("lung_cancer"), TUMOURS["chordoma"].is_one_of("lymphoma")
        (True, False)
        >>> TUMOURS["lung_cancer"].is_one_of("small_cell_lung_cancer") is None
        True
        """
        if self.lineage & set(ids):
            return True
        if self.id == "unknown_primary" or any(n.lineage & set(ids) for n in self.narrower):
            return None
        return False

    @property
    def sensitivity(self) -> Tumour | None:
        """The row whose word on radiosensitivity holds for it: its own, or that of the nearest wider entity.

        >>> TUMOURS["myeloma"].sensitivity.radiosensitivity, TUMOURS["lung_cancer"].sensitivity
        ('sensitive', None)
        """
        return next((row for row in (self, *self.wider) if row.radiosensitivity), None)

    @property
    def malignant(self) -> bool | None:
        """Whether it is malignant; None where it may be either, or is uncertain."""
        kinds = {self.behaviour, *(n.behaviour for n in self.narrower)}
        return {"malignant": True, "benign": False}.get(kinds.pop()) if len(kinds) == 1 else None


def _read() -> dict[str, Tumour]:
    text = resources.files("myelon.terms").joinpath("tumours.csv").read_text(encoding="utf-8")
    return {
        r["id"]: Tumour(
            r["id"], tuple(r["within"].split()), r["behaviour"], r["origin"],
            r["icdo_morphology"], r["icdo_topography"], r["radiosensitivity"], r["sensitivity_source"], r["name"],
            (r["name"], *(n.strip() for n in r["names"].split(";") if n.strip())),
        )
        for r in csv.DictReader(text.splitlines())
    }  # fmt: skip


TUMOURS: dict[str, Tumour] = _read()
"""Every entity by its id."""
ICDO_SOURCE = "oncotree_icdo"
"""Where the codes of ICD-O-3 were seen: a map of 2018, so that entities and codes that are newer are not in it."""


@cache
def _wider(key: str) -> tuple[Tumour, ...]:
    found: dict[str, Tumour] = {}
    for within in TUMOURS[key].within:
        for row in (TUMOURS[within], *_wider(within)):
            found.setdefault(row.id, row)
    return tuple(found.values())


@cache
def _narrower(key: str) -> tuple[Tumour, ...]:
    return tuple(t for t in TUMOURS.values() if any(w.id == key for w in t.wider))


def fold(text: str) -> str:
    """Words without case, accents, kinds of dash, punctuation and national spelling; a question mark stays.

    >>> fold("Non–Small Cell Lung Cancer"), fold("Follikuläres Lymphom")
    ('non small cell lung cancer', 'follikulares lymphom')
    >>> fold("Haemangiopericytoma (WHO III)")
    'hemangiopericytoma who iii'
    """
    known = unicodedata.normalize("NFKC", text).casefold()
    known = "".join("-" if c in _DASHES else c for c in known)
    letters = unicodedata.normalize("NFD", known)
    plain = "".join(c for c in letters if not unicodedata.combining(c) or c in "\u3099\u309a")
    plain = re.sub(r"['\u2019]s\b", "", unicodedata.normalize("NFC", plain).replace("œ", "oe"))
    for long, short in _SPELLING:
        plain = plain.replace(long, short)
    return " ".join(re.sub(r"[^\w?]+", " ", plain.replace("_", " ")).split())


@cache
def _by_name() -> dict[str, str]:
    """Folded name → id; names of an organ with a word for cancer come from the row of the organ."""
    found: dict[str, str] = {}
    for row in TUMOURS.values():
        for name in row.names:
            found.setdefault(fold(name), row.id)
    for organ, words in ORGANS.items():
        row = next(t for t in TUMOURS.values() if t.origin == organ and "cancer" in t.name.casefold())
        for word in words:
            for kind in _MORPHOLOGY:
                for name in (f"{word} {kind}", f"{kind} of {word}", f"{kind} of the {word}"):
                    found.setdefault(fold(name), row.id)
    return found


@cache
def _by_organ() -> dict[str, str]:
    return {fold(word): organ for organ, words in ORGANS.items() for word in words}


def organ_named(site: str) -> str:
    """The organ that a site names, or its part before the first comma; empty where no row has it.

    >>> organ_named("Breast, left"), organ_named("sacrum"), organ_named("renal pelvis")
    ('breast', '', '')
    """
    if _DOUBT.search(fold(site)):
        return ""
    head = fold(re.split(r"[,;(]", site)[0])
    for words in (fold(site), head, re.sub(r"^(?:left|right) ", "", head)):
        if words in _by_organ():
            return _by_organ()[words]
    return ""


def named(words: str, organ: str = "") -> Tumour | None:
    """The entity whose whole name some words are, in any of the five languages; None where they are none, or in doubt.

    Args:
        words: As written; a grade, a stage, a side and the part of the spine may stand beside the name.
        organ: Organ of `organ_named` that a kind of cancer without its organ belongs to.

    >>> named("Non–small cell lung cancer").id, named("Mammakarzinom").id, named("Chordoma of the sacrum").id
    ('non_small_cell_lung_cancer', 'breast_cancer', 'chordoma')
    >>> named("Malignant neoplasm of upper-inner quadrant of right female breast (disorder)").id
    'breast_cancer'
    >>> named("Breast cancer excluded"), named("Lymphoma vs metastasis"), named("spindle cell lesion")
    (None, None, None)
    """
    words = _SEMANTIC_TAG.sub("", words)
    whole = fold(words)
    if not whole or _SIGNS.search(words):
        return None
    found = _exact(whole, organ)
    if found is not None or _DOUBT.search(_PART_OF_A_NAME.sub(" ", whole)):
        return found
    found = _beside(whole, organ)
    if found is not None:
        return found
    head, *tail = re.split(r"[,;(:]", words, maxsplit=1)
    found = _beside(fold(head), organ)
    said = fold(" ".join(tail))
    if found is None or not said or _TAIL.fullmatch(f" {said}"):
        return None if found is not None and said and _grade_of_another(found, said) else found
    other = _exact(said, "")
    if other is None or (other.is_one_of(found.id) is False and found.is_one_of(other.id) is False):
        return None
    return other if other.is_one_of(found.id) else found


def _beside(words: str, organ: str) -> Tumour | None:
    """The entity of a name with what may stand beside it; a cancer of an organ *at the spine* is a metastasis."""
    for shorter in _shorter(words):
        found = _exact(shorter, organ)
        if found is not None:
            rest = words.replace(shorter, " ", 1)
            elsewhere = found.is_one_of("cancer") and _SPINE.search(rest)
            return None if elsewhere or _grade_of_another(found, rest) else found
    return None


def _grade_of_another(found: Tumour, beside: str) -> bool:
    """Whether a grade that no benign tumour has stands beside a benign name."""
    return found.behaviour == "benign" and _HIGH_GRADE.search(beside) is not None


def _shorter(words: str) -> Iterator[str]:
    """A name without what may stand beside it: first what follows, then what goes before, one piece after another."""
    yield words
    while (rest := _TRAILING.sub("", words)) != words:
        yield (words := rest)
    while (rest := _LEADING.sub("", words)) != words:
        yield (words := rest)


def _exact(words: str, organ: str) -> Tumour | None:
    names = _by_name()
    of_organ = _OF_ORGAN.match(words)
    tries = [words]
    if of_organ is not None and (other := _by_organ().get(of_organ[2])):
        tries.insert(0, f"{other} {of_organ[1]}")
    if organ:
        tries.insert(0, f"{organ} {words}")
    return next((TUMOURS[names[t]] for t in map(fold, tries) if t in names), None)


def proposed(entity: str, histology: str = "", site: str = "") -> Tumour | None:
    """The entity that the words of a tumour name together; None where they name none, or differ.

    >>> proposed("Lung cancer", "small cell carcinoma").id, proposed("Adenocarcinoma", site="lung").id
    ('small_cell_lung_cancer', 'lung_adenocarcinoma')
    >>> proposed("Breast cancer", "renal cell carcinoma")
    """
    organ = organ_named(site)
    row = named(entity, organ)
    if row is not None and organ and row.origin and not _one_organ(row, organ):
        return None
    said = "" if fold(histology) in _UNSAID else histology
    finer = named(said, (row.origin if row is not None else "") or organ)
    if finer is None and (_DOUBT.search(_PART_OF_A_NAME.sub(" ", fold(said))) or _SIGNS.search(said)):
        return None  # what denies or doubts may deny the entity itself
    if finer is None or row is None:
        return row if row is not None else finer if not entity.strip() or fold(entity) in _by_organ() else None
    if row.is_one_of(finer.id) is not False:
        return row if row.is_one_of(finer.id) else finer
    return finer if finer.is_one_of(row.id) else None


def _one_organ(row: Tumour, organ: str) -> bool:
    origins = {row.origin, *(w.origin for w in row.wider), *(n.origin for n in row.narrower)}
    return organ in origins or row.origin not in ORGANS


def coded(code: str) -> Tumour | None:
    """The row of an id of the table, or of an ICD-O-3 morphology with its behaviour; None where no one row has it.

    >>> coded("9370/3").id, coded("chordoma").id, coded("9999/9")
    ('chordoma', 'chordoma', None)
    """
    words = code.strip().casefold()
    if words in TUMOURS:
        return TUMOURS[words]
    found = [t for t in TUMOURS.values() if t.icdo_morphology and t.icdo_morphology == words.removeprefix("m")]
    return found[0] if len(found) == 1 else None


def denies_or_doubts(words: str) -> bool:
    """Whether words deny, doubt, compare or remember something; that a metastasis is meant is no doubt.

    >>> denies_or_doubts("metastasis of a melanoma"), denies_or_doubts("negative for metastasis")
    (False, True)
    """
    plain = _METASTASIS.sub(" ", _PART_OF_A_NAME.sub(" ", fold(words)))
    return _DOUBT.search(plain) is not None or _SIGNS.search(words) is not None


def tumour(key: str) -> Tumour:
    """The row of an id.

    Raises:
        InputError: There is none.
    """
    if key not in TUMOURS:
        raise InputError(
            f"no tumour {key[:60]!r}", where="code", todo="Take an id of `myelon tumours`, such as chordoma"
        )
    return TUMOURS[key]
