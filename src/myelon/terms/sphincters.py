"""Whether words say that bladder or bowel are disturbed: yes, no, or not said.

Words are read part by part, and one part that is disturbed suffices. A part that is not understood says nothing: it
is neither a disturbance nor a denial, and a person is asked. English, German, French, Japanese and Chinese.
"""

import re
from functools import cache

from myelon.terms.tumours import fold

_DISTURBANCE = re.compile(
    r"retention|incontinen|inkontinen|(?<!un)storung|(?<!un)gestort|katheter|verhalt|verlust|lahm|dysfun[kc]"
    r"|anasthesie"
    r"|尿閉|失禁|障害|異常|導尿|潴留|障碍|异常|导尿|麻痺|困難|困难|症状|カテーテル|バルーン|弛緩|麻木|尿管"
    r"|\b(?:disturb|catheter|impair|abnormal|overflow|neurogen|loss\b|lost\b|reduc|decreas|diminish|diminu|aboli"
    r"|weak|hesitan|urgency"
    r"|leak|dribbl|soil|paraly|unable|cannot|impossible|anaesthe|anesthe|hypoesthes|numb|disorder|difficult"
    r"|problem|symptom|complain"
    r"|issue|flaccid|atonic|insufficien|deficit|uberlauf|beschwerd|besonderheit|auffallig|trouble|fuite|perte"
    r"|sonde|globe|fecalome"
    r"|atteinte|vessie neurolog|particularit|plainte|obstruct|compromis|fail|strain|affected|foley|pads?\b"
    r"|herabgesetzt|vermindert|befund)"
)
_FUNCTION = re.compile(
    r"正常|保たれ|良好|尿意|便意|自尿|自排尿|自行排尿|感覚|排尿|如常|問題"
    r"|\b(?:normal|intact|intakt|continen|kontinen|preserv|spared|conserv|erhalten|unremarkable|regular|regelrecht"
    r"|control|spontan|voids?\b|voided|voiding|miktion|miction|tone|tonus|sensation|feeling|function|funktion"
    r"|frei|undisturb|ungestort"
    r"|asymptomat|wasser|pass(?:es|ed|ing)? (?:urine|stool)|bowel movement|ok|okay|fine|good|gut)\b|\b(?:continen"
    r"|kontinen|normal"
    r"|preserv|spontan|miktion|conserv|respect|unauff|funktion|function|controle|gefuhl|wasserlass)"
)
"""A function that is there, unless it is denied or lost: "no tone", "not normal", "自排尿不可"."""
_WORSE = re.compile(r"\b(?:worse|worsen|progress|deteriorat|verschlecht|schlechter|aggrav|empir)|増悪|悪化|恶化|加重")
"""What grew worse is there; what did not grow worse may be, or not."""
_DENIES_WHAT_FOLLOWS = re.compile(
    r"\b(?:no|not|non|nor|none|neither|nothing|never|without|denie[sd]|denying|free of|free from|absence|kein\w*"
    r"|nicht|nie|ohne|weder|ne|n"
    r"|pas|aucun\w*|sans|ni|plus d|plus de)\b|没有|否认|未见|未出现|未诉|[無无不]"
)
_DENIES_WHAT_STANDS_BEFORE = re.compile(
    r"\b(?:denied|excluded|absent|negative|resolved|gone|removed|verneint\w*|ausgeschlossen|verschwunden|entfernt"
    r"|resolue?s?|disparue?s?"
    r"|retiree?s?|absente?s?)\b|なし|無し|なく|ない|認めず|否定|消失|改善した|軽快|缓解|已缓解|抜去"
)
_UNDONE = re.compile(
    r"\b(?:not|never|non|nicht|nie|pas|ohne|without|sans|no)\b[\w ]{0,12}\b(?:resolv\w*|resolue?s?|improv\w*"
    r"|better|gone|gebessert|besserung"
    r"|amelior\w*|disparue?s?|verschwunden|warning|removed|change)\b|(?:改善|軽快|消失)(?:し|せ|が|は|も)?(?:ない|ず|なし|ていない|られない)"
    r"|未缓解|没有缓解|无缓解"
)
"""What did not get better is still there: this denies nothing."""
_LOST = re.compile(r"不可|不能|消失|低下|減弱|减弱|无法|無法")
"""Behind a function: it is gone."""
_FUNCTION_AS_A_WHOLE = frozenset(
    {"o b", "ob", "ras", "wnl", "nad", "rien a signaler", "beschwerdefrei", "特記事項なし", "問題なし"}
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
_PAST = re.compile(r"\b(?:previous\w*|former\w*|history|until|z n|fruher\w*|ancien\w*|antecedents?)\b|既往")
"""It speaks of another time: that says nothing of now."""
_UNCERTAIN = re.compile(
    r"\?|疑|はっきりし|不明|未確定|可疑|\b(?:risk|possib\w*|probabl\w*|suspect\w*|suspic\w*|questionab\w*|unclear|unsicher"
    r"|pending|planned"
    r"|to be|fraglich\w*|v a|verdacht|may|might|maybe|perhaps|was|had|before|impending|threaten\w*|imminent|drohend\w*"
    r"|rucklaufig\w*|(?:since|seit|depuis)"
    r" (?:19|20)\d\d|child\w*|ausserhalb|constipat\w*|obstipation\w*)\b|便秘|\b(?:residual|restharn|residu\w*|pvr"
    r"|bladder scan)\b|残尿|残余尿"
)
"""It is not certain, of long ago, or a number that nobody judged."""
_BETWEEN = re.compile(r"[,;:/、。，；]|\b(?:and|und|et|but|aber|mais|now|jetzt|except|ausser|sauf|except for)\b")
_ORGANS = frozenset(
    {
        "bladder",
        "bowel",
        "bowels",
        "urine",
        "stool",
        "stools",
        "faeces",
        "feces",
        "harn",
        "urin",
        "stuhl",
        "blase",
        "darm",
        "mastdarm",
        "vessie",
        "rectum",
        "膀胱",
        "直腸",
        "直肠",
    }
)
_OF_SPHINCTERS = re.compile(
    r"incontinen|inkontinen|urinary retention|retention of urine|retention urinaire|harnverhalt|sphin[ck]ter"
    r"|saddle|reithosen"
    r"|\b(?:bladder|bowel|vesical|urinary) (?:and \w+ )?(?:dys|dist|incont|weak|paral|disorder|symptom|problem"
    r"|loss|function)"
    r"|blasen(?:st|l|entleer|mast)|mastdarm|(?:pass|void)(?:es|ed|ing)? (?:urine|stool|water)|unable to (?:void"
    r"|urinate)|cannot void"
    r"|vessie neuro|perineal|尿閉|失禁|膀胱直腸|排尿障害|排尿困難|尿潴留|大小便|鞍区"
)
_OF_THE_BOWEL = re.compile(r"bowel|f[ae]+cal|stool|anal|stuhl|selles|darm|便失禁|大便")


def _said(part: str) -> bool | None:
    """What one folded part says; None where it says nothing, or is not understood."""
    if part in _FUNCTION_AS_A_WHOLE:
        return False
    plain = _UNDONE.sub(" ", part)
    worse, found, able = _WORSE.search(plain), _DISTURBANCE.search(plain), _FUNCTION.search(plain)
    if _silent(part) or (_UNCERTAIN.search(plain) and not worse):
        return None
    if worse:
        return None if _denied(plain, worse) else True
    if found:
        return not _denied(plain, found)
    return (_denied(plain, able) or _LOST.search(plain) is not None) if able else None


def _denied(part: str, found: re.Match[str]) -> bool:
    """Whether a denial stands before something, or one of its own kind behind it."""
    before, behind = part[: found.start()], part[found.end() :]
    return bool(_DENIES_WHAT_FOLLOWS.search(before) or _DENIES_WHAT_STANDS_BEFORE.search(behind))


def _silent(part: str) -> bool:
    """Whether a part says that nobody looked, that nothing changed, or speaks of another time."""
    return part in _NOT_SAID or (_NOT_LOOKED_AT.search(part) or _PAST.search(part)) is not None


def _parts(words: str) -> list[str]:
    """The parts, folded: whole where it is known so ("n/a"); a bare "no bladder" goes with what follows it."""
    if fold(words) in _FUNCTION_AS_A_WHOLE | _NOT_SAID:
        return [fold(words)]
    found: list[str] = []
    for part in filter(None, map(fold, _BETWEEN.split(_MINUS.sub(" なし", words.casefold())))):
        begun = found[-1] if found else ""
        of_something = _DISTURBANCE.search(begun) or _FUNCTION.search(begun) or _silent(begun)
        bare = begun and not of_something and (begun in _ORGANS or _DENIES_WHAT_FOLLOWS.search(begun))
        if bare or (begun and (part in _ORGANS or _DENIES_WHAT_STANDS_BEFORE.fullmatch(part))):
            found[-1] = f"{begun} {part}"
        else:
            found.append(part)
    return found


_MINUS = re.compile(r"[(（][-−–－][)）]")
"""A sign of absence, as Japanese records write it."""


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
    """Whether words of a symptom speak of how bladder or bowel work."""
    return _OF_SPHINCTERS.search(fold(words)) is not None


def of_the_bowel(words: str) -> bool:
    """Whether words of a symptom speak of the bowel, and not of the bladder."""
    return _OF_THE_BOWEL.search(fold(words)) is not None
