"""Whether words say that bladder or bowel are disturbed: yes, no, or not said.

Words are read part by part, and one part that is disturbed suffices. A part that is not understood says nothing: it
is neither a disturbance nor a denial, and a person is asked. English, German, French, Japanese and Chinese.
"""

import re
from functools import cache

from myelon.terms.tumours import fold

_DISTURBANCE = re.compile(
    r"retention|incontinen|inkontinen|storung|gestort|katheter|verhalt|verlust|lahm|dysfun[kc]"
    r"|尿閉|失禁|障害|異常|残尿|導尿|便秘|潴留|障碍|异常|导尿|残余尿|麻痺|困難|困难|症状"
    r"|\b(?:disturb|catheter|impair|abnormal|overflow|neurogen|loss\b|lost\b|reduc|decreas|diminish|weak|hesitan"
    r"|urgency|leak|dribbl"
    r"|soil|constipat|paraly|unable|cannot|residual|anaesthe|anesthe|disorder|difficult|problem|symptom|complain"
    r"|issue|flaccid"
    r"|atonic|insufficien|deficit|restharn|uberlauf|obstipation|beschwerd|besonderheit|auffallig|trouble|fuite"
    r"|sonde|globe|fecalome"
    r"|atteinte|vessie neurolog|particularit|plainte|obstruct|compromis)"
)
_WORSE = re.compile(r"\b(?:worse|worsen|progress|deteriorat|verschlecht|schlechter|aggrav|empir)|増悪|悪化|恶化|加重")
"""What grew worse is there; what did not grow worse may be, or not."""
_FUNCTION = re.compile(
    r"正常|保たれ|良好|尿意|便意|自尿|自排尿|感覚"
    r"|\b(?:normal|intact|continen|kontinen|preserv|conserv|erhalten|unremarkable|regular|regelrecht|unauffallig"
    r"|control|spontan"
    r"|void|miktion|miction|tone|tonus|sensation|feeling|function|funktion|frei|undisturb|asymptomat|wasser"
    r"|pass(?:es|ing)? urine)"
)
"""A function that is there, unless it is denied: "no tone", "not normal"."""
_DENIED = re.compile(
    r"\b(?:no|not|non|nor|none|neither|nothing|never|without|denie[sd]|denying|denied|free of|absence|absent"
    r"|negative|excluded"
    r"|resolved|kein\w*|nicht|nie|ohne|weder|verneint\w*|ausgeschlossen|pas|aucun\w*|sans|ni)\b"
    r"|なし|無し|ない|認めず|否定|^[無无]|没有|否认"
)
_FUNCTION_AS_A_WHOLE = frozenset(
    {
        "o b",
        "ob",
        "ras",
        "wnl",
        "nad",
        "rien a signaler",
        "beschwerdefrei",
        "特記事項なし",
        "no symptoms",
        "same as normal",
    }
)
_NOT_SAID = frozenset(
    {"n a", "unchanged", "no change", "stable", "same", "as before", "same as before", "idem", "unverandert", "unknown",
     "inconnu", "unbekannt", "不明", "未評価", "不详", "未查"}
)  # fmt: skip
"""Whole words that say nothing of their own: not looked at, or as it was before."""
_NOT_LOOKED_AT = re.compile(
    r"\b(?:not|nicht|non|un|pas) ?(?:examined|reported|tested|assessed|recorded|known|asked|stated|available"
    r"|documented|done|evalu\w*"
    r"|untersucht|gepruft|bekannt|erhoben|dokumentiert|beurteil\w*|examine\w*|teste\w*|precise\w*)\b"
)
_UNCERTAIN = re.compile(
    r"\?|疑|\b(?:risk|possib\w*|probabl\w*|suspect\w*|questionab\w*|unclear|unsicher|pending|planned|to be"
    r"|fraglich\w*|v a|verdacht|may|might|maybe"
    r"|perhaps|previous\w*|former\w*|history|since (?:19|20)\d\d|seit (?:19|20)\d\d|depuis (?:19|20)\d\d|before"
    r"|child\w*|fruher\w*|ausserhalb)\b"
)
"""It is not certain, or of another time."""
_BETWEEN = re.compile(r"[,;:/、。，；]|\b(?:and|und|et|but|aber|mais|now|jetzt)\b")
_OF_SPHINCTERS = re.compile(
    r"bladder|bowel|sphincter|urin|stool|f[ae]+cal|void|retention|inkontinen|incontinen|blase|harn|stuhl|miktion"
    r"|vessie|vesical|anal\b"
    r"|selles|尿|便|膀胱|直腸"
)

_ORGANS = frozenset(
    {"bladder", "bowel", "bowels", "urine", "stool", "stools", "faeces", "feces", "harn", "urin", "stuhl"}
)


def _said(part: str) -> bool | None:
    """What one folded part says; None where it says nothing, or is not understood."""
    if part in _FUNCTION_AS_A_WHOLE:
        return False
    if part in _NOT_SAID or _NOT_LOOKED_AT.search(part) or _UNCERTAIN.search(part):
        return None
    denied = _DENIED.search(part) is not None
    if _WORSE.search(part):
        return None if denied else True
    if _DISTURBANCE.search(part):
        return not denied
    return denied if _FUNCTION.search(part) else None


def _silent(part: str) -> bool:
    """Whether a part says that nobody looked, or that nothing changed."""
    return part in _NOT_SAID or _NOT_LOOKED_AT.search(part) is not None


def _parts(words: str) -> list[str]:
    """The parts, folded: whole where it is known so ("n/a"); a bare "no bladder" goes with what follows it."""
    if fold(words) in _FUNCTION_AS_A_WHOLE | _NOT_SAID:
        return [fold(words)]
    found: list[str] = []
    for part in filter(None, map(fold, _BETWEEN.split(words.casefold()))):
        begun = found[-1] if found else ""
        open_denial = _DENIED.search(begun) and not (
            _DISTURBANCE.search(begun) or _FUNCTION.search(begun) or _silent(begun)
        )
        if open_denial or (begun and part in _ORGANS):
            found[-1] = f"{begun} {part}"
        else:
            found.append(part)
    return found


@cache
def disturbed(words: str) -> bool | None:
    """Whether words say that bladder or bowel are disturbed; None where they do not say.

    >>> disturbed("continent, retention since yesterday"), disturbed("keine Inkontinenz"), disturbed("膀胱直腸障害なし")
    (True, False, False)
    >>> disturbed("no retention or incontinence"), disturbed("not continent"), disturbed("BPH"), disturbed("n/a")
    (False, True, None, None)
    """
    read = {part: _said(part) for part in _parts(words)}
    if True in read.values():
        return True
    open_parts = any(said is None and not _silent(part) for part, said in read.items())
    return False if False in read.values() and not open_parts else None


def not_understood(words: str) -> bool:
    """Whether somebody said something of them, and nothing follows from it: no yes, no no, no "not examined"."""
    return disturbed(words) is None and any(not _silent(part) for part in _parts(words))


def of_sphincters(words: str) -> bool:
    """Whether words speak of bladder or bowel at all."""
    return _OF_SPHINCTERS.search(fold(words)) is not None
