"""A neurological examination or a symptom: motor, sensory, reflexes, sphincters, gait, pain."""

import re
from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Assertion, Entry, Part
from myelon.record.when import Period
from myelon.terms.tumours import fold

Limb = Literal["right arm", "left arm", "arms", "right leg", "left leg", "legs"]
_UNDISTURBED = {
    "normal", "intact", "not disturbed", "undisturbed", "no disturbance", "continent", "no retention",
    "no incontinence", "no urinary retention", "no urinary incontinence", "no symptoms", "no complaints",
    "unremarkable", "regular", "controlled", "under control", "o b", "ob", "unauffallig", "normal function",
    "preserved", "fully continent",
}  # fmt: skip
_NOT_SAID = {
    "not examined", "not reported", "not tested", "not assessed", "not recorded", "not known", "not asked", "unknown",
    "n a", "unchanged", "no change", "stable", "same", "as before", "same as before", "idem", "unverandert",
}  # fmt: skip
"""Words that say nothing of their own: not looked at, or as it was before."""
_BETWEEN = re.compile(r"[,;/]|\band\b")
"""Between the parts of what was said: one that is disturbed suffices."""
_NOR = re.compile(r"^(no|without) (?P<one>[^,;/]+?) or (?P<other>[^,;/]+)$")
Change = Literal["first", "worse", "new", "unchanged", "better", "resolved"]


def _parts(words: str) -> list[str]:
    """What was said, folded: whole where it is known so ("n/a"), else part by part; "no X or Y" denies both."""
    if fold(words) in _UNDISTURBED | _NOT_SAID:
        return [fold(words)]
    found: list[str] = []
    for part in _BETWEEN.split(words.casefold()):
        nor = _NOR.match(part.strip())
        found += [f"no {nor['one']}", f"no {nor['other']}"] if nor is not None else [part]
    return [said for part in found if (said := fold(part))]


class Deficit(Part):
    """A finding in a limb or a myotome: the words as printed; MRC where it was given; how it changed."""

    limb: Limb
    myotome: str = Field(default="", pattern=r"^([CTLS][0-9]{1,2})?$")
    state: str = ""
    mrc: int | None = Field(default=None, ge=0, le=5)
    change: Change | None = None

    @property
    def words(self) -> str:
        """As printed, or the grade, or what changed."""
        return self.state or (f"MRC {self.mrc}" if self.mrc is not None else str(self.change or "noted"))


class SensoryLevel(Part):
    """Below what sensation is changed, in the words of the examiner, and on which side."""

    below: str
    side: Literal["left", "right", "both"]
    worse: Literal["left", "right"] | None = None
    quality: str = ""


class Reflex(Part):
    """A reflex and how it was."""

    name: str
    side: Literal["left", "right", "both", "not reported"] = "not reported"
    state: str


class Pain(Part):
    """Pain at a site; mechanical means relieved by lying or provoked by load (SINS)."""

    site: str = ""
    character: Literal["mechanical", "occasional", "none", "not reported"] = "not reported"
    severity: str = ""
    nrs: float | None = Field(default=None, ge=0, le=10)
    lasting: Period | None = None
    change: Change | None = None
    assertion: Assertion = Assertion.PRESENT


class Scale(Part):
    """A grade on a neurological scale, as it was stated."""

    name: Literal["Frankel", "AIS", "mJOA", "JOA", "Nurick", "McCormick", "other"]
    value: str
    edition: str = ""


class Neurology(Entry):
    """Neurology as it was stated; what is not stated is null and drawn as not reported."""

    track: ClassVar[str] = "Neurology"
    kind: Literal["neurology"] = "neurology"
    motor: tuple[Deficit, ...] = ()
    sensory: tuple[Deficit, ...] = ()
    sensory_level: SensoryLevel | None = None
    reflexes: tuple[Reflex, ...] = ()
    bladder: str | None = None
    bowel: str | None = None
    pain: Pain | None = None
    ambulation: str | None = None
    walking_aid: str | None = None
    scales: tuple[Scale, ...] = ()
    symptoms: tuple[str, ...] = ()
    not_examined: tuple[str, ...] = ()
    sphincters: Assertion | None = None
    paraplegia: Assertion | None = None

    @property
    def label(self) -> str:
        """The words, or the deficits in one line."""
        if self.text:
            return self.text
        parts = [f"{d.limb}: {d.words}" for d in (*self.motor, *self.sensory)]
        parts += [f"{name}: {value}" for name, value in (("bladder", self.bladder), ("bowel", self.bowel)) if value]
        return "; ".join(parts) or "; ".join(self.symptoms) or "neurology"

    @property
    def sphincters_disturbed(self) -> bool | None:
        """Whether bladder or bowel were disturbed; None where neither is stated."""
        if self.sphincters in {Assertion.PRESENT, Assertion.ABSENT}:
            return self.sphincters is Assertion.PRESENT
        parts = [part for words in (self.bladder, self.bowel) if words for part in _parts(words)]
        stated = [said for said in parts if said not in _NOT_SAID]
        return any(words not in _UNDISTURBED for words in stated) if stated else None

    @property
    def worst_mrc(self) -> int | None:
        """The lowest MRC grade that was given; None where none was."""
        return min((d.mrc for d in self.motor if d.mrc is not None), default=None)
