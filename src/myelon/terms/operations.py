"""What the words of a procedure say that it was: a sample only, one elsewhere in the body, one that moves no bone.

A procedure that no word is known of may have changed the spine.
"""

import re

from myelon.terms.tumours import fold

_SAMPLE = re.compile(r"biops|生検|生检|活检|活組織|\bfna\b|needle|core sampl|punktion|ponction|trocar|punch")
_OF_THE_SPINE = re.compile(
    r"fusion|fixation|stabili|instrument|screw|\brods?\b|laminect|laminoplast|kyphoplast|vertebroplast|\bcement"
    r"|decompress|dekompress"
    r"|debulk|separation|resect|resekt|corpect|korporekt|spondylect|vertebrect|curett|excis|exstirp|cage"
    r"|spondylodese|arthrodes|除圧"
    r"|固定|切除|椎体|减压|内固定"
)
_ELSEWHERE = re.compile(
    r"\bports?\b|port a cath|port catheter|central (?:line|venous)|mastect|lumpect|quadrantect|hip\b|arthroplast"
    r"|femur|femoral|humer|tibia"
    r"|craniot|cranioto|trepan|tracheo|\bpeg\b|gastro|colect|colosto|ileosto|nephrect|prostatect|cystect|cystosc"
    r"|hysterect|oophorect"
    r"|thyroidect|lobect|pneumonect|thoracoscop|pleurodes|appendect|cholecyst|splenect|hepatect|whipple|stent"
    r"|pacemaker|cataract"
    r"|orchiect|tooth|dental|amputat|hernia|catheteri|shunt|sentinel"
)
_CHANGES_NOTHING = re.compile(
    r"emboli[sz]|wound|wund|drain|suture|haematoma of the skin|dressing|myelogra|lumbar puncture"
)


def samples_only(procedures: tuple[str, ...]) -> bool:
    """Whether every procedure took a sample and none of them did more.

    >>> samples_only(("CT-guided biopsy",)), samples_only(("posterior fusion and biopsy",)), samples_only(("椎体生検",))
    (True, False, True)
    """
    words = [fold(p) for p in procedures]
    return all(_SAMPLE.search(w) and not _more_than_a_sample(w) for w in words)


def _more_than_a_sample(words: str) -> bool:
    rest = re.sub(r"(?:excision\w*|椎体) ?(?=biops|生検|活检)|(?:biops\w*|生検|活检) \w*excision\w*", "", words)
    return _OF_THE_SPINE.search(rest) is not None


def changes_the_spine(procedures: tuple[str, ...]) -> bool:
    """Whether a procedure is one that changes bone or canal of the spine, by its name."""
    return any(_more_than_a_sample(fold(p)) for p in procedures)


def leaves_the_spine(procedures: tuple[str, ...]) -> bool:
    """Whether every procedure certainly changes neither bone nor canal of the spine: elsewhere, or of another kind.

    >>> leaves_the_spine(("port catheter",)), leaves_the_spine(("embolisation",)), leaves_the_spine(("operation",))
    (True, True, False)
    >>> leaves_the_spine(("embolisation", "laminectomy"))
    False
    """
    words = [fold(p) for p in procedures]
    return all((_ELSEWHERE.search(w) or _CHANGES_NOTHING.search(w)) and not _OF_THE_SPINE.search(w) for w in words)
