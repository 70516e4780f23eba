"""What kind of re-irradiation two courses are, and how good the knowledge of a course is.

Classes of ESTRO/EORTC 2022 (andratschke2022: the two types second-hand, the wording of the other two from memory;
RADIOBIOLOGY §3.4). Whether there is concern about cumulative toxicity is a person's judgement, and is left to one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class ReirradiationClass(NamedTuple):
    """A class and what it rests on."""

    name: str
    why: str


def reirradiation_class(*, overlap: bool | None, same_organ: bool | None, why: str = "") -> ReirradiationClass:
    """Classify a later course by an earlier one.

    Args:
        overlap: Whether the irradiated volumes overlap; None when that is not known.
        same_organ: Whether they lie in the same organ; None when that is not known.
        why: What the answer about the overlap rests on.

    >>> reirradiation_class(overlap=True, same_organ=True, why="both hold T8").name
    'type I'
    >>> reirradiation_class(overlap=False, same_organ=False).name
    'repeat irradiation, or type II where cumulative toxicity is a concern'
    """
    if overlap:
        return ReirradiationClass("type I", why or "the irradiated volumes overlap")
    if overlap is None:
        return ReirradiationClass("type I assumed", why or "whether the irradiated volumes overlap is not known")
    concern = "or type II where cumulative toxicity is a concern"
    if same_organ:
        return ReirradiationClass(f"repeat organ irradiation, {concern}", why or "the same organ, no overlap")
    if same_organ is None:
        return ReirradiationClass(
            f"repeat irradiation or repeat organ irradiation, {concern}", why or "no overlap, the organ is not known"
        )
    return ReirradiationClass(f"repeat irradiation, {concern}", why or "another organ, no overlap")


class Knowledge(StrEnum):
    """How the dose of a course is known, the best first; a sum is as good as its worst course (RADIOBIOLOGY §6)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"

    @property
    def words(self) -> str:
        """What the letter stands for."""
        return {
            "A": "dose objects (DICOM)",
            "B": "isodoses of a plan report",
            "C": "prescription to the levels irradiated",
            "D": "prescription, levels not reported",
        }[self.value]


def knowledge(*, dose_objects: bool, isodoses: bool, levels: bool) -> Knowledge:
    """The letter for what was received of a course.

    >>> knowledge(dose_objects=False, isodoses=False, levels=True).words
    'prescription to the levels irradiated'
    """
    if dose_objects:
        return Knowledge.A
    if isodoses:
        return Knowledge.B
    return Knowledge.C if levels else Knowledge.D


def worst(letters: list[Knowledge]) -> Knowledge:
    """The letter of a sum."""
    return max(letters, key=lambda k: k.value)
