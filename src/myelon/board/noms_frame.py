"""NOMS as the table reads it: neurologic, oncologic, mechanical, systemic; what each rests on, and what is asked.

It says what the instrument of the same name says, and no more: the lines are its items, the outcomes its categories.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from myelon.assess.noms import FIT, HIGH_GRADE, MYELOPATHY

if TYPE_CHECKING:
    from myelon.assess import Result
    from myelon.assess.result import Because
    from myelon.board.facts import Situation

_LINES = (
    ("N", "Neurologic", ("escc", "myelopathy")),
    ("O", "Oncologic", ("histology", "prior_rt")),
    ("M", "Mechanical", ("unstable",)),
    ("S", "Systemic", ("fit",)),
)
_ASKED = {
    "escc": "the epidural grade (ESCC) of every level",
    "myelopathy": f"whether there is myelopathy (observation {MYELOPATHY!r}, 1 or 0)",
    "histology": "whether the histology is sensitive to conventional radiotherapy",
    "prior_rt": "whether the level was irradiated before",
    "unstable": "whether the spine is unstable (SINS, or a surgeon)",
    "fit": f"whether the patient can tolerate the treatment (observation {FIT!r}, 1 or 0)",
}


class Line(NamedTuple):
    """One letter of the framework."""

    letter: str
    name: str
    says: str
    """Empty while it is open."""
    because: tuple[Because, ...]
    asked: tuple[str, ...]


class Frame(NamedTuple):
    """The four lines and the treatments that they come to."""

    lines: tuple[Line, ...]
    outcomes: tuple[str, ...]
    decided: bool
    """Whether every missing answer leaves the same treatments."""
    said: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "lines": [
                {
                    "line": line.name,
                    "says": line.says,
                    "because": [f"{b.label}: {b.option_label or b.option}" for b in line.because],
                    "entries": [b.entry for b in line.because if b.entry],
                    "asked": list(line.asked),
                }
                for line in self.lines
            ],
            "outcomes": list(self.outcomes),
            "decided": self.decided,
            "said": list(self.said),
        }


def noms_frame(situation: Situation) -> Frame | None:
    """The frame of a case; None where the tumour is no metastasis."""
    result, instrument = situation.score("noms_2013"), situation.instruments["noms_2013"]
    if result.not_applicable or situation.patient.tumour is None:
        return None
    given = {b.item: b for b in result.because}
    lines = tuple(_line(letter, name, items, given, result) for letter, name, items in _LINES)
    possible = result.categories if result.categories is not None else result.reachable_categories
    labels = tuple(c.label for c in instrument.categories if c.key in possible)
    return Frame(lines, labels, result.categories is not None, (*result.said, *result.stale))


def _line(letter: str, name: str, items: tuple[str, ...], given: dict[str, Because], result: Result) -> Line:
    unstable, fit = _flag(given, "unstable"), _flag(given, "fit")
    said = {
        "N": _neurologic(given),
        "O": _oncologic(given),
        "M": "" if unstable is None else "unstable" if unstable else "stable",
        "S": "" if fit is None else "can be treated" if fit else "cannot tolerate more than radiotherapy or palliation",
    }[letter]
    asked = tuple(_ASKED[i] for i in items if i not in given and i in result.missing)
    return Line(letter, name, said, tuple(given[i] for i in items if i in given), asked)


def _flag(given: dict[str, Because], item: str) -> bool | None:
    """The answer of a yes-or-no item; None where it is not given."""
    return bool(given[item].option) if item in given else None


def _neurologic(given: dict[str, Because]) -> str:
    if "escc" not in given:
        return ""
    grade, myelopathy = str(given["escc"].option), _flag(given, "myelopathy")
    if grade in HIGH_GRADE:
        return "high grade"
    if grade == "1c" and myelopathy is not False:
        return "" if myelopathy is None else "1c with myelopathy: neither low nor high grade"
    return "low grade"


def _oncologic(given: dict[str, Because]) -> str:
    if _flag(given, "prior_rt"):
        return "counts as radioresistant: irradiated before"
    if "histology" not in given:
        return ""
    if given["histology"].option == "resistant":
        return "radioresistant"
    return "radiosensitive" if _flag(given, "prior_rt") is False else ""
