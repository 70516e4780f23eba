"""A neurological examination or a symptom: motor, sensory, reflexes, sphincters, gait, pain."""

from typing import ClassVar, Literal

from pydantic import Field

from myelon.record.base import Assertion, Entry, Part
from myelon.record.when import Period
from myelon.terms.sphincters import disturbed, not_understood, of_sphincters, of_the_bowel
from myelon.terms.walking import walks

Limb = Literal["right arm", "left arm", "arms", "right leg", "left leg", "legs"]
_LEGS = frozenset({"legs", "left leg", "right leg"})
_PARALYSED = frozenset({"paraplegia", "paraplegic", "complete paraplegia"})
Change = Literal["first", "worse", "new", "unchanged", "better", "resolved"]


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
    sphincters: Assertion | None = Field(default=None, description="whether bladder or bowel are disturbed")
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
        """Whether bladder or bowel were disturbed; None where that is not stated, or not understood.

        A disturbance in words stands beside a denial in `sphincters`: the worse of two statements counts.
        """
        said = [disturbed(words) for words in self.sphincter_words]
        if self.sphincters is Assertion.PRESENT or True in said:
            return True
        if self.sphincters is Assertion.ABSENT:
            return False
        return False if False in said and not self.sphincters_open else None

    @property
    def by_organ(self) -> dict[str, str]:
        """Bladder, bowel, or "sphincters" where nobody says which → "yes", "no", or the words that are not understood.

        What is not spoken of is left out: an examination of the bowel says nothing of the bladder.
        """
        found: dict[str, str] = {}
        for organ, every in self._words_of.items():
            said = [disturbed(words) for words in every]
            opened = [words for words in every if not_understood(words)]
            if True in said:
                found[organ] = "yes"
            elif self.sphincters is Assertion.ABSENT or (False in said and not opened):
                found[organ] = "no"
            elif opened:
                found[organ] = "; ".join(opened)
        if self.sphincters is Assertion.PRESENT and "yes" not in found.values():
            found["sphincters"] = "yes"
        elif found.get("bladder") == found.get("bowel") == "no":
            found["sphincters"] = "no"
        return found

    @property
    def _words_of(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {"bladder": [], "bowel": []}
        for organ, words in (("bladder", self.bladder), ("bowel", self.bowel)):
            found[organ] += [words] if words else []
        for words in filter(of_sphincters, self.symptoms):
            found["bowel" if of_the_bowel(words) else "bladder"].append(words)
        return found

    @property
    def sphincter_words(self) -> tuple[str, ...]:
        """Everything that was said of bladder and bowel in words, the symptoms among them."""
        return tuple(words for every in self._words_of.values() for words in every)

    @property
    def sphincters_open(self) -> tuple[str, ...]:
        """Words of bladder and bowel from which neither yes nor no follows."""
        return tuple(words for words in self.sphincter_words if not_understood(words))

    @property
    def sphincters_contradicted(self) -> bool:
        """Whether `sphincters` denies what the words say."""
        return self.sphincters is Assertion.ABSENT and any(disturbed(words) for words in self.sphincter_words)

    @property
    def legs_paralysed(self) -> bool | None:
        """Whether the legs were paralysed; False means that they move, None that it is not stated."""
        legs = [d for d in self.motor if d.limb in _LEGS]
        grades = [d.mrc for d in legs if d.mrc is not None]
        sides = {d.limb for d in legs if d.mrc is not None}
        if self.paraplegia in {Assertion.PRESENT, Assertion.ABSENT}:
            return self.paraplegia is Assertion.PRESENT
        if any(d.state.strip().casefold() in _PARALYSED for d in legs):
            return True
        if any(grades):
            return False
        return True if grades and ("legs" in sides or len(sides) > 1) else None

    @property
    def walks(self) -> bool | None:
        """Whether the patient walked, with or without help; None where the words do not say."""
        return walks(self.ambulation) if self.ambulation else None

    @property
    def worst_mrc(self) -> int | None:
        """The lowest MRC grade that was given; None where none was."""
        return min((d.mrc for d in self.motor if d.mrc is not None), default=None)
