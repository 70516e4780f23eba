"""Endpoints as data: from which entry time runs, what ends it, what competes, and who is censored when.

Each rule is a list of conditions in the words of a query (`myelon.cohort.selection`), so a reader sees what counts. An
entry has a window of time, not a date; the time of a patient is therefore a window too: the first event comes at the
earliest no sooner than the least of all lower bounds and at the latest with the least of all upper bounds. An estimate
is made for the earliest, the middle and the latest time; what differs between them is shown, not averaged away.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Literal, NamedTuple

from myelon.cohort.query import Query, parse_query
from myelon.cohort.selection import Verdict, meets
from myelon.errors import TableError
from myelon.record.base import Assertion
from myelon.record.kinds import Neoplasm, Radiotherapy, Response, Surgery
from myelon.record.when import DAYS_PER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from myelon.cohort.patient import CohortPatient
    from myelon.record.base import Entry

Choice = Literal["earliest", "midpoint", "latest"]
CHOICES: tuple[Choice, ...] = ("earliest", "midpoint", "latest")


@dataclass(frozen=True)
class Endpoint:
    """What is counted.

    Attributes:
        name: In recipes and on the command line.
        title: On axes and in tables.
        zero: The first entry that meets one of these starts the clock.
        event: The first after it is the event.
        competing: The first of these, if sooner, is a competing event: after it the event cannot come, or means less.
        seen: Entries that show that the patient was observed and without event: the last one censors.
        lost: Whether those lost to follow-up are censored or left out.
        once: Who had the event before the start is not at risk of it (paraplegia).
        says: What is counted, in one sentence.
    """

    name: str
    title: str
    zero: str
    event: str
    competing: str = ""
    seen: str = ""
    lost: Literal["censored", "left out"] = "censored"
    once: bool = False
    says: str = ""


_SEEN = {
    "encounter", "neurology", "imaging", "pathology", "staging", "surgery", "radiotherapy", "systemic", "support",
    "adverse_event", "response", "observation", "vital", "phase",
}  # fmt: skip
_SPINAL = "neoplasm where spinal = true"
_DEATH = "vital where status = dead"
_RESECTION = "\n".join(
    (
        *(f"surgery where extent = {x}" for x in ("partial", "subtotal", "gross total", "en bloc", "extensive")),
        *(f"surgery where procedures has {x}" for x in ("resection", "vertebrectomy", "spondylectomy", "corpectomy")),
    )
)
"""A laminectomy takes bone away, not the tumour: no word that ends so is enough."""
_PROGRESSION = """
phase where phase = progression
phase where phase = recurrence
phase where phase = dissemination
response where category = PD
"""
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "overall-survival",
        "Overall survival",
        _SPINAL,
        _DEATH,
        says="From the diagnosis of the spinal tumour to death of any cause.",
    ),
    Endpoint(
        "progression-free",
        "Progression-free survival",
        _SPINAL,
        _PROGRESSION + _DEATH,
        says="From the diagnosis of the spinal tumour to progression, recurrence, new dissemination or death.",
    ),
    Endpoint(
        "progression",
        "Progression",
        _SPINAL,
        _PROGRESSION,
        _DEATH,
        says="From the diagnosis of the spinal tumour to progression or recurrence; death without it competes.",
    ),
    Endpoint(
        "local-failure",
        "Local failure after radiotherapy",
        "radiotherapy where status = delivered",
        "phase where local_recurrence = present",
        _DEATH,
        says="From the first course to local recurrence; death without it competes.",
    ),
    Endpoint(
        "disease-free",
        "Disease-free interval",
        _RESECTION,
        "phase where phase = recurrence\nphase where phase = progression",
        _DEATH,
        says="From the first resection to recurrence or progression; death without it competes.",
    ),
    Endpoint(
        "paraplegia",
        "Time to paraplegia",
        _SPINAL,
        "neurology where paraplegia = present",
        _DEATH,
        once=True,
        says="From the diagnosis of the spinal tumour to complete paraplegia; death without it competes.",
    ),
    Endpoint(
        "fracture-free",
        "Fracture-free survival",
        "radiotherapy where status = delivered",
        "adverse_event where term has fracture\n" + _DEATH,
        says="From the first course to a fracture or death.",
    ),
    Endpoint(
        "next-treatment",
        "Time to next treatment",
        "radiotherapy where status = delivered\nsurgery\nsystemic",
        "radiotherapy where status = delivered\nsurgery\nsystemic",
        _DEATH,
        says="From the start of the first treatment to the start of another; death without one competes.",
    ),
    Endpoint(
        "systemic-resumed",
        "Systemic therapy resumed after surgery",
        _RESECTION,
        "systemic",
        _DEATH,
        says="From the first resection to the next line of drugs; death without one competes.",
    ),
)
BY_NAME = {e.name: e for e in ENDPOINTS}


def endpoint(name: str) -> Endpoint:
    """An endpoint by its name.

    Raises:
        TableError: There is none of that name.
    """
    if name not in BY_NAME:
        raise TableError(f"no endpoint {name!r}", todo="Endpoints are: " + ", ".join(BY_NAME))
    return BY_NAME[name]


class Moment(NamedTuple):
    """When something happened, in days from the zero of the endpoint, and by which entry; None is open."""

    earliest: float
    latest: float | None
    entry: str
    label: str


@dataclass(frozen=True)
class Outcome:
    """One patient's answer.

    Attributes:
        case_id: Who.
        zero: Entry that starts the clock.
        event: The first event, if any.
        competing: The first competing event, if any.
        seen: The last time the patient was seen.
        why_out: Why the patient is not counted; "" when it is.
    """

    case_id: str
    zero: str = ""
    event: Moment | None = None
    competing: Moment | None = None
    seen: Moment | None = None
    why_out: str = ""

    def at(self, choice: Choice) -> tuple[float, int]:
        """Days, and what ended them: 0 censored, 1 the event, 2 a competing event."""
        ends = [
            (_day(moment, choice), rank)
            for rank, moment in ((1, self.event), (2, self.competing), (0, self.seen))
            if moment is not None
        ]
        events = [e for e in ends if e[1] != 0]
        return min(events, key=lambda e: (e[0], e[1])) if events else ends[0]

    @property
    def certain(self) -> bool:
        """Whether the time and what ended it are the same however the windows are read."""
        return self.at("earliest") == self.at("latest")


def _day(moment: Moment, choice: Choice) -> float:
    high = moment.earliest if moment.latest is None else moment.latest
    low = max(moment.earliest, 0.0)
    return {"earliest": low, "midpoint": (low + high) / 2.0, "latest": high}[choice]


class Times(NamedTuple):
    """A cohort's times for one choice: days, causes (0, 1, 2) and whom they belong to."""

    days: list[float]
    causes: list[int]
    patients: list[int]
    """Index of each among the outcomes."""


def times(outcomes: Sequence[Outcome], choice: Choice = "midpoint", *, unit: str = "month") -> Times:
    """Times of all who are counted, in a unit."""
    kept = [(k, *o.at(choice)) for k, o in enumerate(outcomes) if not o.why_out]
    factor = DAYS_PER["month" if unit == "month" else "year" if unit == "year" else "week" if unit == "week" else "day"]
    return Times([d / factor for _, d, _ in kept], [c for _, _, c in kept], [k for k, _, _ in kept])


def outcomes(endpoint: Endpoint, patients: Iterable[CohortPatient]) -> list[Outcome]:
    """The outcome of every patient."""
    rules = {name: parse_query(getattr(endpoint, name)) for name in ("zero", "event", "competing", "seen")}
    return [_outcome(endpoint, rules, patient) for patient in patients]


def _outcome(  # noqa: PLR0911  # one reason a return
    endpoint: Endpoint, rules: dict[str, Query], patient: CohortPatient
) -> Outcome:
    case_id = patient.case.id
    starts = _matching(rules["zero"], patient)
    if not starts:
        return Outcome(case_id, why_out="nothing in the record starts the clock")
    zero = patient.timeline.in_order(starts)[0]
    found: dict[str, Moment | None] = {}
    for name in ("event", "competing"):
        moments = _moments(_matching(rules[name], patient), zero, patient)
        before = next((m for m in moments if m.latest is not None and m.latest < 0), None)
        if before is not None and name == "event" and endpoint.once:
            return Outcome(case_id, zero.id, why_out=f"{before.entry} lies before the start: not at risk")
        later = [m for m in moments if m.latest is None or m.latest > 0]
        doubtful = next((m for m in later if m.earliest < 0), None)
        if doubtful is not None:
            why = (
                "the time of {} is open"
                if doubtful.earliest == -inf
                else "the time of {} is open: it may lie before the start"
            )
            return Outcome(case_id, zero.id, why_out=why.format(doubtful.entry))
        found[name] = _first(later)
    event, competing = _one_first(found["event"], found["competing"])
    for moment in (event, competing):
        if moment is not None and moment.latest is None:
            return Outcome(case_id, zero.id, why_out=f"the time of {moment.entry} is open")
    if event is None and endpoint.lost == "left out" and patient.vital_status == "lost":
        return Outcome(case_id, zero.id, why_out="lost to follow-up")
    shown = _matching(rules["seen"], patient) if rules["seen"].lines else _observed(patient)
    seen = _last(_moments(shown, zero, patient))
    if event is None and competing is None and seen is None:
        return Outcome(case_id, zero.id, why_out="no time after the start is known")
    return Outcome(case_id, zero.id, event, competing, seen)


def _matching(query: Query, patient: CohortPatient) -> list[Entry]:
    """Entries that certainly meet one of the lines and concern the spinal tumour."""
    return [
        e
        for e in patient.case.entries
        if any(meets(line, e) is Verdict.YES for line in query.lines if line.kind == e.kind) and _of_spine(e, patient)
    ]


def _of_spine(entry: Entry, patient: CohortPatient) -> bool:
    """Whether an entry is not said to be of another tumour or another region."""
    if isinstance(entry, Radiotherapy):
        return entry.region not in {"brain", "other"}
    named = entry.of_neoplasm if isinstance(entry, Response) else entry.target if isinstance(entry, Surgery) else None
    tumour = patient.case.by_id.get(named or "")
    return not isinstance(tumour, Neoplasm) or tumour.spinal


def _observed(patient: CohortPatient) -> list[Entry]:
    """Entries that show that somebody saw the patient: what was planned, supposed or printed elsewhere does not."""
    return [
        e
        for e in patient.case.entries
        if e.kind in _SEEN
        and e.when is not None
        and e.assertion is Assertion.PRESENT
        and not (isinstance(e, Radiotherapy) and e.status == "proposed")
    ]


def _moments(entries: Iterable[Entry], zero: Entry, patient: CohortPatient) -> list[Moment]:
    """When each lies from the start; the start itself and the phase it belongs to are no events after it."""
    found = []
    for entry in entries:
        if entry.id in {zero.id, zero.for_phase}:
            continue
        (low, high), _ = patient.timeline.interval(f"{zero.id}.start", f"{entry.id}.start")
        found.append(Moment(-inf if low is None else low, high, entry.id, entry.label))
    return found


def _one_first(event: Moment | None, competing: Moment | None) -> tuple[Moment | None, Moment | None]:
    """The event and what competes; where one certainly comes first, the time of the other need not be known."""
    if event is not None and competing is not None:
        if event.latest is not None and competing.earliest >= event.latest:
            return event, None
        if competing.latest is not None and event.earliest > competing.latest:
            return None, competing
    return event, competing


def _first(found: Sequence[Moment]) -> Moment | None:
    """The first of several: each bound is the least of theirs."""
    if not found:
        return None
    closed = [m for m in found if m.latest is not None]
    first = min(closed or found, key=lambda m: (inf if m.latest is None else m.latest, m.earliest))
    return first._replace(earliest=min(m.earliest for m in found))


def _last(found: Sequence[Moment]) -> Moment | None:
    """The last of several: each bound is the greatest of theirs; what has no bound shows nothing."""
    found = [m for m in found if m.earliest >= 0 and m.latest is not None]
    if not found:
        return None
    last = max(found, key=lambda m: (m.latest or 0.0, m.earliest))
    return last._replace(earliest=max(m.earliest for m in found))
