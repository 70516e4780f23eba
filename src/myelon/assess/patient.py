"""Where the instruments look in a record: what certainly held last, in time and not in the document.

A value is taken only when it is certainly the last: where two entries say different things and their order in time
is not decided, the item stays open. What was not present, and other lesions, do not count.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from myelon.assess.instrument import Filled
from myelon.errors import CaseError, InstrumentError
from myelon.record.age import age_at
from myelon.record.base import MAYBE, Assertion
from myelon.record.counts import counts_contradicted
from myelon.record.kinds import Imaging, Neoplasm, Neurology, Observation, Radiotherapy, Surgery, Systemic, Vital
from myelon.record.timeline import as_of, days_range, perhaps_by, solve
from myelon.record.triangle import origin_disputed
from myelon.terms.drugs import drug_named
from myelon.terms.levels import Span
from myelon.terms.mentions import mentions
from myelon.terms.operations import leaves_the_spine
from myelon.terms.performance import fit
from myelon.terms.tumours import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from myelon.record.base import Entry
    from myelon.record.case import Case
    from myelon.record.kinds.imaging import LesionObservation
    from myelon.record.kinds.neurology import Pain
    from myelon.record.timeline import Timeline
    from myelon.terms.tumours import Tumour

T = TypeVar("T")
HOLDS_DAYS = 90.0
"""Inputs that certainly lie further apart, or before the day asked, are flagged. Myelon's convention."""
_LEGS = frozenset({"legs", "left leg", "right leg"})
_PARALYSED = frozenset({"paraplegia", "paraplegic", "complete paraplegia"})
_NORMAL = 5
_SPINE = ("back", "neck", "spin", "lumb", "thora", "cervic", "sacr", "vertebra")
_LASTING = frozenset({"Patient", "Diagnosis", "Pathology", "Radiotherapy", "Surgery", "Systemic"})
"""What does not grow old: who the patient is, what the tumour is, and what was done."""
CYTOTOXIC = frozenset(
    {"alkylating agent", "anthracycline", "platinum agent", "taxane", "topoisomerase inhibitor", "vinca alkaloid"}
)
"""Drug classes that count as chemotherapy."""


class Seen(NamedTuple):
    """An observation and the study it was made in."""

    study: Imaging
    lesion: LesionObservation

    @property
    def source(self) -> str:
        """Short code of where it stands."""
        rows = (self.lesion.source,) if self.lesion.source is not None else self.study.source
        return "; ".join(s.code for s in rows)


class Patient:
    """A record as the instruments read it.

    Args:
        case: The record.
        timeline: Its solved times; solved here when None.
        on: The day that results are for; None is the end of the record.
        perhaps: Entries that may have been by then, and are not read.
    """

    def __init__(
        self,
        case: Case,
        timeline: Timeline | None = None,
        on: dt.date | None = None,
        perhaps: tuple[Entry, ...] = (),
    ) -> None:
        self.case = case
        self.timeline = timeline if timeline is not None else solve(case)
        self.on = on
        self.perhaps = perhaps
        self._days_old: dict[str, float] = {}

    @classmethod
    def at(cls, case: Case, day: str) -> Patient:
        """The record as it certainly stood on a day.

        Args:
            case: The record.
            day: YYYY-MM-DD, or the id of an entry: what had certainly begun when that did.

        Raises:
            InstrumentError: No date, a day after the death or before the birth of the patient.
            CaseError: The case has no calendar date.
        """
        if day in case.by_id:
            return cls(as_of(case, day), perhaps=perhaps_by(case, day))
        try:
            on = dt.date.fromisoformat(day)
        except ValueError as error:
            raise InstrumentError(
                f"{day[:20]!r} is no date and no entry", where="as of", todo="Write YYYY-MM-DD, or the id of an entry"
            ) from error
        whole = solve(case)
        for entry in case.given(Vital):
            if entry.status == "dead" and (died := whole.date(entry.id).latest) is not None and on.toordinal() > died:
                raise InstrumentError(f"{day} is after the death", where=case.id, todo="Choose an earlier day")
        born = case.subject.birth if case.subject is not None else None
        if born is not None and born.earliest is not None and on < born.earliest:
            raise InstrumentError(f"{day} is before the birth", where=case.id, todo="Choose a later day")
        return cls(as_of(case, on), on=on, perhaps=perhaps_by(case, on))

    # ── time ────────────────────────────────────────────────────────────────────────────────────────────

    def last_of(self, rows: Sequence[T], entries: Sequence[Entry], values: Sequence[str]) -> T | None:
        """The row whose entry is certainly not before any other, or any row when all say the same."""
        if not rows:
            return None
        if len(set(values)) == 1:
            return rows[-1]
        for n, entry in enumerate(entries):
            others = [e for e, v in zip(entries, values, strict=True) if v != values[n]]
            if all(self.surely_later(entry, other) for other in others):
                return rows[n]
        return None

    def surely_later(self, entry: Entry, other: Entry) -> bool:
        """Whether an entry certainly did not begin before another, and may have begun after it."""
        if entry.when is None or other.when is None:
            return False
        gap, _ = self.timeline.interval(f"{other.id}.start", f"{entry.id}.start")
        return gap.earliest is not None and gap.earliest >= 0 and (gap.latest is None or gap.latest > 0)

    def surely_after(self, entry: Entry, other: Entry) -> bool:
        """Whether an entry certainly began after another had ended."""
        if entry.when is None:
            return False
        gap, _ = self.timeline.interval(f"{other.id}.end", f"{entry.id}.start")
        return gap.earliest is not None and gap.earliest >= 0 and (gap.latest is None or gap.latest > 0)

    def held(self, entry_id: str) -> str:
        """When an entry held, in words: its calendar days, or days from the zero point."""
        low, high = self.timeline.date(entry_id)
        if low is not None and high is not None:
            first, last = (dt.date.fromordinal(round(x)).isoformat() for x in (low, high))
            return first if first == last else f"{first} to {last}"
        window = self.timeline.window(entry_id)
        return "not dated" if window == (None, None) else f"{days_range(window)} from the zero point"

    def stale(self, entries: Mapping[str, str]) -> tuple[str, ...]:
        """Inputs (label → entry) that are certainly older than `HOLDS_DAYS`: than the newest, or than the day asked."""
        found = []
        for label, entry_id in entries.items():
            if self.case.by_id[entry_id].track in _LASTING:
                continue
            if entry_id not in self._days_old:
                self._days_old[entry_id] = self._least_age(entry_id)
            if (days := self._days_old[entry_id]) > HOLDS_DAYS:
                than = "the newest entry" if self.on is None else self.on.isoformat()
                found.append(f"{label}: at least {days:.0f} days before {than}")
        return tuple(found)

    def _least_age(self, entry_id: str) -> float:
        """Days that an entry is certainly older than the newest one, or than the day asked."""
        if self.on is not None:
            latest = self.timeline.date(entry_id).latest
            return self.on.toordinal() - latest if latest is not None else 0.0
        gaps = [self.timeline.interval(f"{entry_id}.start", f"{e}.start")[0] for e in self._happened]
        return max((g.earliest for g in gaps if g.earliest is not None), default=0.0)

    @cached_property
    def _happened(self) -> tuple[str, ...]:
        """Entries with a time, other than who the patient is and what the record argues of itself."""
        told = {"discrepancy", "assumption", "evidence"}
        return tuple(e.id for e in self.case.entries if e.when is not None and e.kind not in told)

    def age_years(self, entries: Iterable[str]) -> tuple[int, int] | None:
        """Least and greatest age in whole years at the last of some entries; None where it is not known."""
        dated = [e for key in dict.fromkeys(entries) if (e := self.case.by_id[key]).when is not None]
        last = self.timeline.in_order(dated)[-1:]
        return age_at(self.case, self.timeline, f"{last[0].id}.start") if last else None

    # ── the lesion ──────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def lesions(self) -> tuple[Seen, ...]:
        """Every observation of a lesion that was present, of every study, whatever the lesion is called."""
        return tuple(
            Seen(study, lesion)
            for study in self.case.of(Imaging)
            for lesion in study.lesions
            if Assertion.PRESENT == study.assertion == lesion.assertion
        )

    def levels_of(self, seen: Seen) -> Span | None:
        """Vertebrae of an observation: its own, or the main one those of the tumour; None where not written."""
        if seen.lesion.levels is not None or seen.lesion.lesion != "main":
            return seen.lesion.levels
        return self.tumour.levels if self.tumour is not None else None

    def places(self, fields: Sequence[str]) -> tuple[tuple[Seen, ...], ...]:
        """Observations that state one of some fields, by place: those whose levels overlap, or that bear one name."""
        rows = [s for s in self.lesions if any(getattr(s.lesion, f) not in {None, ()} for f in fields)]
        groups: list[list[Seen]] = []
        for seen in rows:
            meeting = [g for g in groups if any(self._one_place(seen, other) for other in g)]
            groups = [g for g in groups if g not in meeting]
            groups.append([*(s for g in meeting for s in g), seen])
        return tuple(tuple(g) for g in groups)

    def silent_bones(self, field: str) -> list[Seen]:
        """Lesions of bone at levels where nobody stated a field: what holds elsewhere does not hold of them."""
        stated = [span for rows in self.places((field,)) for s in rows if (span := self.levels_of(s)) is not None]
        if not stated:
            return []
        return [
            s for s in self.lesions
            if s.lesion.feature in {"bone lesion", "bone destruction"} and s.lesion.change != "gone"
            and s.lesion.levels is not None and not any(s.lesion.levels.overlap(span) for span in stated)
        ]  # fmt: skip

    def _one_place(self, one: Seen, other: Seen) -> bool:
        a, b = self.levels_of(one), self.levels_of(other)
        if a is not None and b is not None:
            return a.overlap(b) is not None
        return one.lesion.lesion == other.lesion.lesion

    def last_in(self, rows: Sequence[Seen], field: str) -> Seen | None:
        """The observation among some that certainly states a field last; None where that is not decided."""
        stated = [s for s in rows if getattr(s.lesion, field) not in {None, ()}]
        return self.last_of(stated, [s.study for s in stated], [str(getattr(s.lesion, field)) for s in stated])

    def last_stated(self, field: str, *, levels: Span | None = None) -> Seen | None:
        """The observation that certainly states a field last; None where there is none, or the order is not decided.

        Args:
            field: Field of the observation; an empty tuple is not stated.
            levels: Only observations of these levels, or of none.
        """
        rows = [s for s in self.lesions if levels is None or s.lesion.levels in {None, levels}]
        return self.last_in(rows, field)

    def fill(self, fields: Iterable[tuple[str, str]], rows: Sequence[Seen] | None = None) -> dict[str, Filled]:
        """Items (field of the observation, item of the instrument) that the record decides.

        Args:
            fields: Field and item.
            rows: Observations to read; all of the patient when None.
        """
        found = {}
        for field, item in fields:
            seen = self.last_in(self.lesions if rows is None else rows, field)
            if seen is not None:
                found[item] = Filled(getattr(seen.lesion, field), seen.study.id, seen.source)
        return found

    # ── neurology ───────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def examinations(self) -> tuple[Neurology, ...]:
        """Neurology that was present."""
        return tuple(self.case.given(Neurology))

    def last_examined(self, values: Mapping[str, str]) -> Filled | None:
        """The value (entry id → value) of the examination that is certainly the last."""
        rows = [n for n in self.examinations if n.id in values]
        last = self.last_of(rows, rows, [values[n.id] for n in rows])
        return None if last is None else Filled(values[last.id], last.id, _codes(last))

    @cached_property
    def pain_character(self) -> Filled | None:
        """The character of spinal pain; None where the last word only denies one, or speaks of one place."""
        found = self.last_examined({n.id: said for n in self.examinations if n.pain and (said := _character(n.pain))})
        return None if found is None or found.option == _OPEN else found

    def pain_levels(self, entry: str) -> Span | None:
        """The vertebrae that the site of a pain names; None where it names none."""
        exam = self.case.by_id[entry]
        site = exam.pain.site if isinstance(exam, Neurology) and exam.pain is not None else ""
        try:
            return Span.parse(site) if site else None
        except CaseError:
            return None

    def scale(self, name: str) -> Filled | None:
        """Grade on a neurological scale."""
        return self.last_examined({n.id: s.value for n in self.examinations for s in n.scales if s.name == name})

    @cached_property
    def worst_mrc(self) -> Filled | None:
        """The lowest MRC grade of the last examination that gave one."""
        return self.last_examined({n.id: str(n.worst_mrc) for n in self.examinations if n.worst_mrc is not None})

    @cached_property
    def paraplegia(self) -> Filled | None:
        """Whether the legs were paralysed when that was last said; "no" means that they move."""
        said = {n.id: n.legs_paralysed for n in self.examinations}
        found = {entry: "yes" if paralysed else "no" for entry, paralysed in said.items() if paralysed is not None}
        return self.last_examined(found)

    @cached_property
    def weak_legs(self) -> Filled | None:
        """Whether any weakness of the legs was there when their strength was last stated."""
        found = {}
        for exam in self.examinations:
            legs = [d for d in exam.motor if d.limb in _LEGS]
            grades = [d.mrc for d in legs if d.mrc is not None]
            if (
                exam.paraplegia is Assertion.PRESENT
                or any(d.state.strip().casefold() in _PARALYSED for d in legs)
                or (grades and min(grades) < _NORMAL)
            ):
                found[exam.id] = "yes"
            elif {"left leg", "right leg"} <= (sides := {d.limb for d in legs if d.mrc is not None}) or "legs" in sides:
                found[exam.id] = "no"
        return self.last_examined(found)

    # ── measurements, tumour, treatment ─────────────────────────────────────────────────────────────────

    def measured(self, what: str) -> Filled | None:
        """As `last_measured`; None too where the other scale of performance says something else, and not before it."""
        found = self.last_measured(what)
        other = self.last_measured({"KPS": "ECOG", "ECOG": "KPS"}[what]) if what in {"KPS", "ECOG"} else None
        if found is None or other is None:
            return found
        kps, ecog = (float(str(f.option)) for f in ((found, other) if what == "KPS" else (other, found)))
        mine, its = self.case.by_id[found.entry], self.case.by_id[other.entry]
        return found if fit(kps, ecog) or self.surely_later(mine, its) else None

    def last_measured(self, what: str) -> Filled | None:
        """The last value of an observable, in its own unit; None where the unit is another, or in doubt."""
        rows = [o for o in self.case.given(Observation) if o.what == what]
        known = [o for o in rows if o.observable and o.value.unit == o.observable.unit and o.value.comparator == "="]
        if len(known) < len(rows) or any(o.value.plausibility != "ok" or o.suspect for o in known):
            return None
        last = self.last_of(known, known, [f"{o.value.value:g}" for o in known])
        if last is None or any(last.id in contradiction.entries for contradiction in counts_contradicted(self.case)):
            return None
        return Filled(last.value.value, last.id, _codes(last))

    def person_said(self, question: str) -> Filled | None:
        """The last answer of a person to a question that no field holds: an observation of its name, 1 yes and 0 no."""
        answers = [o for o in self.case.given(Observation) if o.what == question and o.value.value in {0.0, 1.0}]
        last = self.last_of(answers, answers, [f"{o.value.value:g}" for o in answers])
        return None if last is None else Filled("yes" if last.value.value else "no", last.id, last.by or "somebody")

    @cached_property
    def spinal_operations(self) -> tuple[Surgery, ...]:
        """Operations that were done, but for those on a tumour elsewhere: a mastectomy changes nothing at the spine."""
        tumours = {t.id: t for t in self.case.of(Neoplasm)}
        return tuple(
            s for s in self.case.given(Surgery)
            if s.levels is not None or s.target is None or s.target not in tumours or tumours[s.target].spinal
        )  # fmt: skip

    def operated_since(self, study: Entry, levels: Span | None) -> Surgery | None:
        """An operation that may have changed some vertebrae after an entry; None where the entry is certainly later.

        A biopsy without implants, an embolisation and an operation elsewhere change nothing; an operation or an entry
        without levels meets every one.
        """
        for surgery in self.spinal_operations:
            span = surgery.levels
            meets = span is None or levels is None or span.overlap(levels) is not None
            sample = surgery.is_biopsy and not surgery.instrumentation
            spared = sample or leaves_the_spine(surgery.procedures)
            if meets and not spared and not self.surely_later(study, surgery):
                return surgery
        return None

    def courses_over(self, levels: Span | None) -> tuple[tuple[Radiotherapy, ...], bool]:
        """Courses that were given over some vertebrae, and whether no other may have been.

        None was where a person wrote so: a course that is absent, without a dose, of these vertebrae or of all. No
        other may have been where the levels of every course are recorded, and no course ends at the next vertebra:
        the edge of its field may reach over. A course in progress is not one of before.
        """
        recorded = [c for c in self.case.of(Radiotherapy) if c.may_meet_the_spine and c.status != "proposed"]
        courses = [c for c in recorded if c.assertion is Assertion.PRESENT]
        if levels is None:
            return (), False
        meeting = tuple(
            c for c in courses
            if c.levels is not None and c.levels.overlap(levels) is not None and c.status != "in progress"
        )  # fmt: skip
        doubtful = [
            c for c in recorded
            if (c.assertion in MAYBE or (c in courses and c.status == "in progress"))
            and (c.levels is None or c.levels.overlap(levels) is not None)
        ]  # fmt: skip
        apart = all(c.levels is not None and not c.levels.next_to(levels) for c in courses)
        denied = any(
            c.assertion is Assertion.ABSENT and c.schedule is None
            and (c.levels is None or (c.levels.upper <= levels.upper and levels.lower <= c.levels.lower))
            for c in recorded
        )  # fmt: skip
        return meeting, (bool(courses) or denied) and not doubtful and apart

    @cached_property
    def at_the_spine(self) -> tuple[Neoplasm, ...]:
        """Every tumour that lies, or may lie, in bone or epidural space of the spine: by its levels or compartment."""
        kept = {"vertebral", "epidural"}
        return tuple(
            t for t in self.case.given(Neoplasm)
            if (t.levels is not None and (not t.compartment or kept & set(t.compartment)))
            or (t.role == "secondary" and kept & set(t.compartment))
        )  # fmt: skip

    @property
    def died(self) -> Vital | None:
        """The entry that records the death."""
        return next((e for e in self.case.given(Vital) if e.status == "dead"), None)

    @cached_property
    def tumour(self) -> Neoplasm | None:
        """The tumour at the spine."""
        return self.case.neoplasm

    @cached_property
    def primary(self) -> Neoplasm | None:
        """Where a metastasis came from."""
        held: Entry | None = self.tumour
        for _ in range(len(self.case.entries)):
            held = self.case.by_id.get(held.parent or "") if isinstance(held, Neoplasm) else None
            if isinstance(held, Neoplasm) and held.role == "primary":
                return held if held.assertion is Assertion.PRESENT else None
        return None

    @property
    def named(self) -> Neoplasm | None:
        """The entry that says what the tumour is: of a metastasis its primary, where that is recorded."""
        return self.primary if self.tumour is not None and self.tumour.role == "secondary" else self.tumour

    @cached_property
    def disputed(self) -> str:
        """Why it is not settled what the tumour is, or came from; empty where nothing speaks against it."""
        tumours = [t for t in (self.tumour, self.named) if t is not None]
        return next((said for t in tumours if (said := origin_disputed(self.case, self.timeline, t))), "")

    @property
    def known_as(self) -> Tumour | None:
        """The row of the table of tumours that `named` is; None where it is disputed, or no row is known."""
        return self.named.known_as if self.named is not None and not self.disputed else None

    def no_metastasis(self) -> str:
        """Why a score of metastases does not apply; empty where it does, or may."""
        if self.tumour is None or self.tumour.role == "secondary":
            return ""
        return f"made for metastases; {self.tumour.entity} is a primary tumour"

    def primary_as(self, groups: Iterable[tuple[str, Sequence[str]]], others: str = "") -> Filled | None:
        """The group that the primary belongs to, by its row in the table of tumours and never by its bare words.

        None where no row is known, and where the entity is wider than a group and may belong to another.

        Args:
            groups: Key and words that name what belongs there.
            others: Key of what no group names; empty where the instrument has none.
        """
        row = self.known_as
        if self.primary is None or row is None:
            return None
        rest = "" if row.id == "unknown_primary" or row.is_one_of("haematological") is not False else others
        keys = {_group(entity.words, groups, rest) for entity in (row, *row.narrower)}
        key = keys.pop() if len(keys) == 1 else ""
        return Filled(key, self.primary.id, _codes(self.primary)) if key else None

    @cached_property
    def chemotherapy(self) -> Filled | None:
        """A cytotoxic drug that was given; None where none is recorded, which is not the same as none."""
        for line in self.case.given(Systemic):
            if any((row := drug_named(a.drug)) is not None and row.drug_class in CYTOTOXIC for a in line.agents):
                return Filled("yes", line.id, _codes(line))
        return None


def _group(words: str, groups: Iterable[tuple[str, Sequence[str]]], others: str) -> str:
    """The one group that some words belong to; the rest where none does, empty where several do."""
    found = [key for key, names in groups if mentions(words, tuple(names))]
    return found[0] if len(found) == 1 else "" if found else others


_OPEN = "open"


def _character(pain: Pain) -> str:
    """What an examination says of spinal pain: a character, that it is open, or nothing.

    None at one place is not none at the lesion, and none beside a number is no answer; a character that is denied
    leaves the others open.
    """
    if pain.character == "not reported" or not _of_the_spine(pain.site):
        return ""
    if pain.assertion is Assertion.ABSENT:
        return _OPEN
    if pain.assertion is not Assertion.PRESENT:
        return ""
    elsewhere = bool(pain.site) and _WHOLE.search(fold(pain.site)) is None
    return _OPEN if pain.character == "none" and (elsewhere or (pain.nrs or 0.0) > 0) else pain.character


_WHOLE = re.compile(r"spin|back|wirbels|rucken|lesion|local")
"""Words for the spine as a whole, or for the lesion itself."""


def _of_the_spine(site: str) -> bool:
    return not site or mentions(site, _SPINE) or re.match(r"[CTLS]\d", site) is not None


def _codes(entry: Entry) -> str:
    return "; ".join(s.code for s in entry.source)
