"""A neurological examination or a symptom: motor, sensory, sphincters, pain."""

from typing import ClassVar, Literal

from myelon.record.base import Assertion, Entry, Part

Limb = Literal["right arm", "left arm", "arms", "right leg", "left leg", "legs"]
Change = Literal["first", "worse", "new", "unchanged", "better"]


class Deficit(Part):
    """A finding in a limb: the words as printed; MRC where it was given; how it changed."""

    limb: Limb
    state: str
    mrc: int | None = None
    change: Change | None = None


class Pain(Part):
    """Pain at a site; mechanical means relieved by lying or provoked by load (SINS)."""

    site: str = ""
    character: Literal["mechanical", "occasional", "none", "not reported"] = "not reported"


class Neurology(Entry):
    """Neurology as it was stated; what is not stated is null and drawn as not reported."""

    track: ClassVar[str] = "Neurology"
    kind: Literal["neurology"] = "neurology"
    motor: tuple[Deficit, ...] = ()
    sensory: tuple[Deficit, ...] = ()
    bladder: str | None = None
    bowel: str | None = None
    pain: Pain | None = None
    ambulation: str | None = None
    not_examined: tuple[str, ...] = ()
    sphincters: Assertion | None = None

    @property
    def label(self) -> str:
        """The words, or the deficits in one line."""
        if self.text:
            return self.text
        parts = [f"{d.limb}: {d.state}" for d in (*self.motor, *self.sensory)]
        parts += [f"{name}: {value}" for name, value in (("bladder", self.bladder), ("bowel", self.bowel)) if value]
        return "; ".join(parts)
