"""What every instrument is: questions, categories, how it is filled from a record, and how it comes to a result."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from myelon.assess.fields import Field, Flag, Item, Number, Option, Several, Value, Words
from myelon.assess.result import Because, Result
from myelon.errors import InstrumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from myelon.assess.fields import Given
    from myelon.assess.patient import Patient
    from myelon.terms.verification import Verification

_ADULT_YEARS = 18
_A_NUMBER = 100.0
"""A possible answer to most questions for a number, to see what a rule asks next."""


class Category(NamedTuple):
    """A band of scores (``members`` None), a set of option keys, or a result of a rule (an empty set)."""

    key: str
    label: str
    interpretation: str = ""
    low: float = 0
    high: float = 0
    members: tuple[str, ...] | None = None


class Filled(NamedTuple):
    """An input with the entry and the source it came from."""

    option: Given
    entry: str = ""
    source: str = ""
    overridden: str = ""


class FromRecord(NamedTuple):
    """What a record gives an instrument: inputs per item, or the reason why it does not apply."""

    inputs: dict[str, Filled]
    not_applicable: str = ""
    said: tuple[str, ...] = ()
    """What else the record says of it, such as the other levels; or why an item stays open."""


def by_hand(_: Patient) -> FromRecord:
    """Nothing: the record has no field for what this instrument asks."""
    return FromRecord({})


class Found(NamedTuple):
    """What the answers come to."""

    categories: tuple[str, ...]
    score: float | None = None
    values: tuple[tuple[str, float], ...] = ()
    """Named numbers, where it gives more than one."""
    steps: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    """What it could be as well if somebody gave what it does without; it is asked while something else is missing."""


class Reach(NamedTuple):
    """What the missing answers could still make of it."""

    missing: tuple[str, ...]
    categories: tuple[str, ...]
    score: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Instrument(ABC):
    """What instruments share: a `Sum`, a `Grade` or a `Rule`.

    Attributes:
        id: As in the instrument table (``sins_2010``).
        group: What it is for, as the table groups them.
        status: Of the weakest of its numbers.
        population: Who it was made in.
        fill: Takes inputs from a patient's record; the entry it used stands with each input.
        several: Whether it can give more than one category.
        impossible: Says what is wrong with answers that contradict each other; empty where nothing is.
    """

    graded: ClassVar[bool] = False
    """Whether the answer is the result itself."""

    id: str
    name: str
    version: str
    purpose: str
    items: tuple[Field, ...]
    categories: tuple[Category, ...] = ()
    source: str
    status: Verification
    population: str
    group: str
    direction: str = ""
    fill: Callable[[Patient], FromRecord] = by_hand
    several: bool = False
    impossible: Callable[[Mapping[str, Value]], str] | None = None
    outside: Callable[[Patient], tuple[str, ...]] | None = None
    validity: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @abstractmethod
    def find(self, answers: Mapping[str, Value]) -> Found | None:
        """The result of answers; None while what is missing leaves it open."""

    @abstractmethod
    def reach(self, answers: Mapping[str, Value]) -> Reach:
        """What is missing, and what it could still make of the result."""

    def evaluate(self, inputs: Mapping[str, Given | Filled]) -> Result:
        """Score inputs (item key → answer); a missing or null item leaves the result open.

        Raises:
            InstrumentError: An item or answer that does not exist, or answers that contradict each other.
        """
        rows = self._checked(inputs)
        answers = {key: value for key, (value, _) in rows.items()}
        if self.impossible is not None and (wrong := self.impossible(answers)):
            raise InstrumentError(f"{self.id}: {wrong}", todo="Mend one of the two")
        because = tuple(
            Because(i.key, i.label, rows[i.key][0], i.words(rows[i.key][0]), i.points(rows[i.key][0]),
                    rows[i.key][1].entry, rows[i.key][1].source, overridden=rows[i.key][1].overridden)
            for i in self.items
            if i.key in rows
        )  # fmt: skip
        blank = Result(
            self.id, self.version, self.source, because=because, several=self.several, notes=self.notes,
            assumed=self.not_counted(answers),
        )  # fmt: skip
        found = self.find(answers)
        if found is None:
            open_now = self.reach(answers)
            return replace(
                blank, missing=open_now.missing, reachable=open_now.score, reachable_categories=open_now.categories
            )
        rows_found = [c for key in found.categories for c in self.categories if c.key == key]
        return replace(
            blank,
            score=found.score,
            values=dict(found.values),
            categories=found.categories,
            category_label="; ".join(c.label for c in rows_found),
            interpretation="; ".join(c.interpretation for c in rows_found if c.interpretation),
            steps=found.steps,
        )

    def not_counted(self, _: Mapping[str, Value]) -> tuple[str, ...]:
        """Items that were not given and are not needed."""
        return ()

    def from_case(self, patient: Patient, overrides: Mapping[str, Filled] | None = None) -> Result:
        """Fill from a record and score; ``not applicable`` with its reason is a result of its own.

        Args:
            patient: The record and its times.
            overrides: Inputs that a person puts in the place of those of the record.
        """
        filled = self.fill(patient)
        if filled.not_applicable and not overrides:
            return Result(self.id, self.version, self.source, not_applicable=filled.not_applicable)
        readable, unread = self._readable(filled.inputs)
        try:
            result = self.evaluate({**readable, **(overrides or {})})
        except InstrumentError as error:
            if overrides:
                raise
            result, unread = self.evaluate({}), (*unread, f"the record contradicts itself: {error.what}")
        entries = [b.entry for b in result.because if b.entry]
        return replace(
            result,
            because=tuple(replace(b, held=patient.held(b.entry)) if b.entry else b for b in result.because),
            stale=()
            if self.group == "response"
            else patient.stale({b.label: b.entry for b in result.because if b.entry}),
            outside=(*((filled.not_applicable,) if filled.not_applicable else ()), *self._outside(patient, entries)),
            unread=unread,
            said=filled.said,
        )

    def _readable(self, inputs: Mapping[str, Filled]) -> tuple[dict[str, Filled], tuple[str, ...]]:
        """Inputs of a record that are answers of this instrument, and words for those that are not."""
        known = {item.key: item for item in self.items}
        found, unread = {}, []
        for key, filled in inputs.items():
            try:
                known[key].check(filled.option)
                found[key] = filled
            except InstrumentError:
                unread.append(f"{known[key].label}: {filled.option!r} in {filled.entry} is none of its answers")
        return found, tuple(unread)

    def _outside(self, patient: Patient, entries: list[str]) -> tuple[str, ...]:
        found = self.outside(patient) if self.outside is not None else ()
        years = patient.age_years(entries)
        if years is not None and years[0] < _ADULT_YEARS:
            age = " to ".join(f"{y}" for y in dict.fromkeys(years))
            found = (*found, f"the ages it was made in are not in our text; this patient is {age} years old")
        return found

    def _checked(self, inputs: Mapping[str, Given | Filled]) -> dict[str, tuple[Value, Filled]]:
        known = {item.key: item for item in self.items}
        rows = {}
        for key, given in inputs.items():
            if key not in known:
                raise InstrumentError(f"{self.id} has no item {key!r}", todo="Its items are: " + ", ".join(known))
            filled = given if isinstance(given, Filled) else Filled(given)
            if filled.option is not None:
                rows[key] = (known[key].check(filled.option), filled)
        return rows


@dataclass(frozen=True, kw_only=True)
class Sum(Instrument):
    """A sum of points; categories are bands of it.

    ``banded`` names the items whose sum decides the band, where that is not all of them.
    """

    banded: tuple[str, ...] = ()

    def find(self, answers: Mapping[str, Value]) -> Found | None:
        """The sum and its band."""
        if any(i.key not in answers for i in self.items):
            return None
        counted = [(i, i.points(answers[i.key]) or 0.0) for i in self.items]
        score = sum(points for _, points in counted)
        band = sum(points for i, points in counted if not self.banded or i.key in self.banded)
        said = " + ".join(f"{points:g}" for _, points in counted)
        return Found(self._bands(band, band), score, steps=(f"{said} = {score:g}",))

    def reach(self, answers: Mapping[str, Value]) -> Reach:
        """Every sum that some completion has; where answers can contradict each other each completion is tried."""
        missing = [i for i in self.items if i.key not in answers]
        if self.impossible is not None:
            rows = (
                {**answers, **dict(zip((i.key for i in missing), row, strict=True))}
                for row in itertools.product(*(i.domain or () for i in missing))
            )
            sums = {(self._points(row), self._points(row, self.banded)) for row in rows if not self.impossible(row)}
        else:
            sums = self._sums(answers)
        scores, bands = [s for s, _ in sums], {b for _, b in sums}
        reached = {key for band in bands for key in self._bands(band, band)}
        keys = tuple(c.key for c in self.categories if c.key in reached)
        return Reach(tuple(i.key for i in missing), keys, (min(scores), max(scores)))

    def _points(self, answers: Mapping[str, Value], of: tuple[str, ...] = ()) -> float:
        return sum(i.points(answers[i.key]) or 0.0 for i in self.items if not of or i.key in of)

    def _sums(self, answers: Mapping[str, Value]) -> set[tuple[float, float]]:
        """Every score with the sum that its band goes by."""
        sums = {(0.0, 0.0)}
        for item in self.items:
            possible = (answers[item.key],) if item.key in answers else item.domain or ()
            points = {item.points(v) or 0.0 for v in possible}
            counts = not self.banded or item.key in self.banded
            sums = {(score + p, band + (p if counts else 0.0)) for score, band in sums for p in points}
        return sums

    def _bands(self, low: float, high: float) -> tuple[str, ...]:
        return tuple(c.key for c in self.categories if c.low <= high and low <= c.high)


@dataclass(frozen=True, kw_only=True)
class Grade(Instrument):
    """A grade of one item is the result itself; points only sort."""

    graded: ClassVar[bool] = True

    def find(self, answers: Mapping[str, Value]) -> Found | None:
        """The category that holds the grade."""
        grade = answers.get(self.items[0].key)
        if grade is None:
            return None
        return Found(tuple(c.key for c in self.categories if grade in (c.members or ())))

    def reach(self, _: Mapping[str, Value]) -> Reach:
        """Any grade."""
        return Reach((self.items[0].key,), tuple(c.key for c in self.categories))


class NotGivenError(LookupError):
    """A rule asks for an answer that nobody gave; ``could_be`` are the categories that it could then give."""

    def __init__(self, key: str, could_be: tuple[str, ...] | None = None) -> None:
        super().__init__(key)
        self.key, self.could_be = key, could_be


class Answers:
    """The answers as a rule reads them: what it asks and nobody gave stops it."""

    def __init__(self, given: Mapping[str, Value]) -> None:
        self.given = given
        self.left: list[str] = []
        """What was asked by `known` and not given: another way to say the same, or more detail."""
        self.open: list[str] = []
        """What was asked as ``_or`` and not given: it could turn the result, and every answer is tried."""

    def _of(self, key: str, could_be: tuple[str, ...] | None = None) -> Value:
        if key not in self.given:
            raise NotGivenError(key, could_be)
        return self.given[key]

    def known(self, key: str) -> bool:
        """Whether there is an answer to what the rule can do without; that there is none is said with the result."""
        if key not in self.given and key not in self.left:
            self.left.append(key)
        return key in self.given

    def flag(self, key: str) -> bool:
        """Yes or no."""
        return bool(self._of(key))

    def number(self, key: str, *, could_be: tuple[str, ...] | None = None) -> float:
        """A number; without it the rule could still give the categories of ``could_be``, or any."""
        value = self._of(key, could_be)
        return value if isinstance(value, float) else float(str(value))

    def choice(self, key: str) -> str:
        """A key of an option."""
        return str(self._of(key))

    def several(self, key: str) -> frozenset[str]:
        """Keys of options."""
        value = self._of(key)
        return frozenset(value if isinstance(value, tuple) else ())

    def flag_or(self, key: str, otherwise: bool) -> bool:  # reads as what it is
        """Yes or no; not given, it is read so while the other answer is tried as well."""
        return self.flag(key) if self._is_given(key) else otherwise

    def choice_or(self, key: str, otherwise: str) -> str:
        """A key of an option; as `flag_or`."""
        return self.choice(key) if self._is_given(key) else otherwise

    def _is_given(self, key: str) -> bool:
        if key not in self.given and key not in self.open:
            self.open.append(key)
        return key in self.given


@dataclass
class _Tried:
    """What was reached while the completions of some answers were tried."""

    missing: dict[str, None]
    reached: set[str]
    results: set[tuple[str, ...]]
    every: frozenset[str]
    by_item: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    """Open item → every result that came up below it."""

    def took(self, categories: tuple[str, ...]) -> None:
        """One completion's result."""
        self.results.add(categories)
        self.reached.update(categories)

    def took_each(self, categories: Iterable[str]) -> None:
        """Several completions, a category each."""
        for category in categories:
            self.took((category,))

    @property
    def settled(self) -> bool:
        """Whether every completion gives one result."""
        return len(self.results) == 1


@dataclass(frozen=True, kw_only=True)
class Rule(Instrument):
    """A rule over the answers. It asks only what it needs; a missing answer is tried in every way."""

    decide: Callable[[Answers], Found]

    def find(self, answers: Mapping[str, Value]) -> Found | None:
        """What the rule decides; None while what is missing could turn it: a missing answer is never a no."""
        reading = Answers(answers)
        try:
            found = self.decide(reading)
        except NotGivenError:
            return None
        return found if not reading.open or self._tried(answers).settled else None

    def not_counted(self, answers: Mapping[str, Value]) -> tuple[str, ...]:
        """Labels of what was asked, not given, and not needed; said too while something else is missing."""
        asked, labels = Answers(answers), {i.key: i.label for i in self.items}
        try:
            self.decide(asked)
        except NotGivenError:
            return tuple(labels[key] for key in asked.left)
        spared = asked.open if asked.open and self._tried(answers).settled else ()
        return tuple(labels[key] for key in (*asked.left, *spared))

    def reach(self, answers: Mapping[str, Value]) -> Reach:
        """Every result that some completion has; all of them once a missing answer cannot be listed."""
        tried = self._tried(answers)
        return Reach(tuple(tried.missing), tuple(c.key for c in self.categories if c.key in tried.reached))

    def _tried(self, answers: Mapping[str, Value]) -> _Tried:
        tried = _Tried({}, set(), set(), frozenset(c.key for c in self.categories))
        self._try(dict(answers), tried)
        for key in [k for k, results in tried.by_item.items() if len(results) > 1]:
            tried.missing.setdefault(key)
        return tried

    def _try(self, answers: dict[str, Value], tried: _Tried) -> None:
        """Results of every completion, of what the rule asks and of what it would only count if it were given.

        One open item is taken at a time, the others come up below it.
        """
        reading = Answers(answers)
        try:
            found = self.decide(reading)
            key = next(iter(reading.open), None)
            tried.reached.update(found.otherwise)
            if key is None:
                tried.took(found.categories)
                return
        except NotGivenError as asked:
            key = next(iter(reading.open), asked.key)
            if key == asked.key:
                tried.missing.setdefault(key)
                if asked.could_be is not None:
                    tried.took_each(asked.could_be)
                    return
        item = next(i for i in self.items if i.key == key)
        if item.domain is None:
            tried.took_each(tried.every)
            if isinstance(item, Number) and key in tried.missing:
                self._look_further(answers, item, tried.missing)
            return
        for value in item.domain:
            full = answers | {key: value}
            if self.impossible is None or not self.impossible(full):
                below = _Tried(tried.missing, set(), set(), tried.every, tried.by_item)
                self._try(full, below)
                tried.by_item.setdefault(key, set()).update(below.results)
                tried.reached |= below.reached
                tried.results |= below.results

    def _look_further(self, answers: dict[str, Value], item: Number, missing: dict[str, None]) -> None:
        """What else the rule would ask once a number were known: tried with one that is possible."""
        full = answers | {item.key: item.check(min(max(_A_NUMBER, item.low), item.high))}
        try:
            self.decide(Answers(full))
        except NotGivenError as asked:
            missing.setdefault(asked.key)
            further = next(i for i in self.items if i.key == asked.key)
            if isinstance(further, Number) and asked.key not in answers:
                self._look_further(full, further, missing)


__all__ = [
    "Answers",
    "Category",
    "Field",
    "Filled",
    "Flag",
    "Found",
    "FromRecord",
    "Grade",
    "Instrument",
    "Item",
    "NotGivenError",
    "Number",
    "Option",
    "Rule",
    "Several",
    "Sum",
    "Words",
    "by_hand",
]
