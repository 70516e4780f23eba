"""What the rules ask of a case: each fact with its question, and how the record answers it, or that it does not.

A fact is true or false only where the record says so. What nobody wrote down is not known, and the words say what to
record. Facts read the record, the instruments and the verdicts of the dose; they compute no clinical number.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from myelon.assess import Patient
from myelon.assess.compression import HIGH, compressed
from myelon.board.logic import Known, no, unknown, yes
from myelon.dose.verdict import Outcome
from myelon.errors import InputError
from myelon.record.base import MAYBE, Assertion
from myelon.record.kinds import (
    AdverseEvent,
    Imaging,
    Neoplasm,
    Neurology,
    Pathology,
    Phase,
    Radiotherapy,
    Support,
    Surgery,
    Systemic,
)
from myelon.record.timeline import days_range
from myelon.record.when import DAYS_PER
from myelon.terms.drugs import drug_named
from myelon.terms.levels import Level, organ_at
from myelon.terms.markers import DEFINITIONS
from myelon.terms.mentions import mentions
from myelon.terms.tumours import fold
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from myelon.assess import Instrument, Result
    from myelon.assess.patient import Seen
    from myelon.board.cord_dose import CordDose
    from myelon.board.packet import DosedPacket
    from myelon.record.base import Entry

MOST_KYPHOPLASTY_BODIES = 3
LEAST_MONTHS = 6
_SEVERE_NRS = 7.0
"""NRS bands: mild 1–4, moderate 5–6, severe 7–10 (INSTRUMENTS.md, `pain_response`)."""
_HALF = 0.5


class Situation:
    """A prepared case as the rules read it."""

    def __init__(self, packet: DosedPacket) -> None:
        self.packet, self.case, self.timeline = packet, packet.case, packet.timeline
        self.patient = Patient(packet.case, packet.timeline)
        self._scores = {i.id: r for i, r in packet.scores}
        self.instruments = {i.id: i for i, _ in packet.scores}
        self.names = {i.id: i.name for i, _ in packet.scores}
        self._known: dict[str, Known] = {}

    def ask(self, name: str) -> Known:
        """The answer of a fact.

        Raises:
            InputError: There is no such fact.
        """
        if name not in self._known:
            if name not in FACTS:
                raise InputError(f"no fact {name!r}", where="rule", todo="Name one of board/facts.py")
            fact = FACTS[name]
            found = fact.find(self)
            if found.value is None:
                found = self._as_a_person_said(name) or found
            self._known[name] = found if found.words else found._replace(words=f"not recorded: {fact.question}")
        return self._known[name]

    def _as_a_person_said(self, name: str) -> Known | None:
        """An observation of that name: 1 is yes, 0 is no."""
        said = self.patient.person_said(name)
        if said is None:
            return None
        return Known(said.option == "yes", f"{name}: as {said.source} said", (said.entry,))

    def score(self, instrument_id: str) -> Result:
        """The result of an instrument."""
        return self._scores[instrument_id]

    @cached_property
    def tumour_ids(self) -> tuple[str, ...]:
        """Entries that the tumour is described in."""
        return tuple(t.id for t in (self.patient.tumour, self.patient.primary) if t is not None)


class Fact(NamedTuple):
    """A yes-or-no question about a case."""

    name: str
    question: str
    find: Callable[[Situation], Known]


UNKNOWN = Known(None, "")

# ── the tumour ──────────────────────────────────────────────────────────────────────────────────────────


def _role(wanted: str) -> Callable[[Situation], Known]:
    def find(s: Situation) -> Known:
        if s.patient.tumour is None:
            return UNKNOWN
        return Known(
            s.patient.tumour.role == wanted, f"{s.patient.tumour.entity}: {s.patient.tumour.role} tumour", s.tumour_ids
        )

    return find


def _compartment(*wanted: str) -> Callable[[Situation], Known]:
    def find(s: Situation) -> Known:
        where = s.patient.tumour.compartment if s.patient.tumour is not None else ()
        if not where:
            return UNKNOWN
        return Known(bool(set(wanted) & set(where)), f"the tumour is {', '.join(where)}", s.tumour_ids)

    return find


def _is_a(*ids: str) -> Callable[[Situation], Known]:
    """Whether the tumour, or what a metastasis came from, is one of some rows of the table of tumours."""

    def find(s: Situation) -> Known:
        named = s.patient.named
        if named is None:
            return UNKNOWN
        row = named.known_as
        if row is None:
            return unknown(f"{named.entity}: no name of the table of tumours; confirm which it is", (named.id,))
        said = f"entity: {named.entity}" if named.code is None else f"{row.name}, as {named.code.by} confirmed"
        value = row.is_one_of(*ids)
        return Known(value, said if value is not None else f"{said}: which kind is not recorded", (named.id,))

    return find


def _myeloma_or_metastasis(s: Situation) -> Known:
    metastasis, myeloma = _role("secondary")(s), _is_a("myeloma")(s)
    return metastasis if metastasis.value else myeloma


def _primary_known(s: Situation) -> Known:
    tumour = s.patient.tumour
    if tumour is None:
        return UNKNOWN
    if tumour.role == "primary":
        return yes("the tumour is its own primary", s.tumour_ids)
    if s.patient.primary is None:
        return no("a metastasis without a recorded primary", s.tumour_ids)
    return yes(f"primary: {s.patient.primary.entity}", s.tumour_ids)


def _malignant(s: Situation) -> Known:
    """A metastasis is; a primary tumour by its row. What may be either, or is uncertain, stays open."""
    tumour = s.patient.tumour
    if tumour is None:
        return UNKNOWN
    if tumour.role == "secondary":
        return yes(f"{tumour.entity}: a metastasis", (tumour.id,))
    row = tumour.known_as
    if row is None:
        return unknown(f"{tumour.entity}: no name of the table of tumours; confirm which it is", (tumour.id,))
    return Known(row.malignant, f"entity: {tumour.entity}", (tumour.id,))


def _pathology_recorded(s: Situation) -> Known:
    here = {s.patient.tumour.id} if s.patient.tumour is not None else set()
    reports = s.timeline.in_order(r for r in s.case.given(Pathology) if r.of_neoplasm is None or r.of_neoplasm in here)
    if reports:
        return yes(reports[-1].label, (reports[-1].id,))
    return no("the record holds no pathology of this tumour")


def _brain_metastases(s: Situation) -> Known:
    found = [
        t for t in s.case.given(Neoplasm) if t.role == "secondary" and "brain" in f"{t.site} {t.entity}".casefold()
    ]
    return yes(found[0].label, (found[0].id,)) if found else UNKNOWN


def _multiple(s: Situation) -> Known:
    counted = s.patient.measured("vertebral metastases")
    if counted is not None and isinstance(counted.option, int | float):
        return Known(counted.option > 1, f"{counted.option:g} vertebrae", (counted.entry,))
    tumour = s.patient.tumour
    if tumour is not None and _MULTIPLE.search(fold(f"{tumour.entity} {tumour.site}")):
        return yes(tumour.entity, (tumour.id,))
    return UNKNOWN


_MULTIPLE = re.compile(r"(?<!not )\bmultiple (?:\w+ ){0,3}(?:metasta|lesion|vertebra)")


_UNRESECTABLE = re.compile(
    r"(?<!not )\bunresectable|\b(?:not|never|no longer|hardly)(?: \w+)? resectable", re.IGNORECASE
)
_RESECTABLE_OR_NOT = re.compile(
    r"(?:whether|if|unclear|doubtful|borderline|potentially|possibly|probably|\?)[^.;]*resectable|resectable[^.;]*(?:unclear|\?)",
    re.IGNORECASE,
)
"""Words that leave open whether a tumour can be resected."""


def _unresectable(s: Situation) -> Known:
    """What was said last of whether it can be resected, at a phase or as the reason of an operation."""
    said: list[tuple[Entry, str]] = []
    for entry in s.timeline.in_order(e for e in s.case.entries if isinstance(e, Phase | Surgery)):
        words = entry.text if isinstance(entry, Phase) else " ".join(r.value for r in entry.rationale)
        if _RESECTABLE_OR_NOT.search(words):
            continue
        if _UNRESECTABLE.search(words):
            said.append((entry, "unresectable"))
        elif mentions(words, ("resectable",)):
            said.append((entry, "resectable"))
    last = s.patient.last_of(said, [e for e, _ in said], [w for _, w in said])
    return UNKNOWN if last is None else Known(last[1] == "unresectable", f"{last[0].label} ({last[1]})", (last[0].id,))


def _marker(marker: str, *wanted: str) -> Callable[[Situation], Known]:
    def find(s: Situation) -> Known:
        rows = [(r, x) for r in s.case.given(Pathology) for x in r.immunohistochemistry if x.marker == marker]
        rows = [(r, x) for r, x in rows if x.result in {"positive", "negative", "retained", "lost"}]
        if not rows:
            return UNKNOWN
        last = s.patient.last_of(rows, [r for r, _ in rows], [str(x.result in wanted) for _, x in rows])
        if last is None:
            said = ", ".join(f"{marker} {x.result}" for _, x in rows)
            return unknown(f"{said}: which is the later is not decided", tuple(r.id for r, _ in rows))
        report, stain = last
        return Known(stain.result in wanted, f"{marker} {stain.result}", (report.id,))

    return find


def _markers_contradict(s: Situation) -> Known:
    found = [f for f in s.packet.findings if f.key.split(":")[0] == "entity"]
    if found:
        return yes("; ".join(x.text for x in found[0].statements if "not reported" not in x.text), found[0].entries)
    entity = fold(s.patient.tumour.entity) if s.patient.tumour is not None else ""
    asked = {d.marker for d in DEFINITIONS if fold(d.entity) in entity}
    looked = [
        (r, x.marker) for r in s.case.given(Pathology) for x in r.immunohistochemistry
        if x.marker in asked and x.result not in {"not done", "not reported"}
    ]  # fmt: skip
    if not looked:
        return UNKNOWN
    return no(f"{', '.join(dict.fromkeys(m for _, m in looked))} as expected", (looked[0][0].id,))


def _grade_rose(s: Situation) -> Known:
    graded = [(p, g) for p in s.timeline.in_order(s.case.given(Pathology)) if (g := _grade(p.grade)) is not None]
    for (before, low), (after, high) in pairwise(graded):
        one_scheme = _scheme(before.grade) == _scheme(after.grade)
        if before.of_neoplasm != after.of_neoplasm or not one_scheme:
            return unknown("grades of two tumours or schemes are not compared", (before.id, after.id))
        if high > low:
            return yes(f"{before.grade} → {after.grade}", (before.id, after.id))
    return no("the grade did not rise", tuple(p.id for p, _ in graded)) if len(graded) > 1 else UNKNOWN


def _scheme(words: str) -> str:
    """Whose grade it is: the words before the last, such as "who"."""
    return " ".join(w for w in fold(words).split()[:-1] if w != "grade")


def _grade(words: str) -> int | None:
    last = words.replace("111", "III").split()[-1:] or [""]
    return {"I": 1, "II": 2, "III": 3, "IV": 4, "1": 1, "2": 2, "3": 3, "4": 4}.get(last[0])


def _interval_halved(s: Situation) -> Known:
    """The last interval between phases against the initial one, as paper 003 argues."""
    phases = [p for p in s.timeline.in_order(s.case.given(Phase)) if p.when is not None and p.phase != "terminal"]
    gaps = [s.timeline.interval(f"{a.id}.start", f"{b.id}.start")[0] for a, b in pairwise(phases)]
    if len(gaps) < 2:
        return UNKNOWN
    first, last = gaps[0], gaps[-1]
    ids = (phases[0].id, phases[1].id, phases[-2].id, phases[-1].id)
    if last.latest is not None and first.earliest is not None and last.latest < _HALF * first.earliest:
        return yes(
            f"{last.latest:.0f} days at most; initially {first.earliest:.0f} at least", tuple(dict.fromkeys(ids))
        )
    if last.earliest is not None and first.latest is not None and last.earliest >= _HALF * first.latest:
        return no(f"{last.earliest:.0f} days at least; initially {first.latest:.0f} at most", tuple(dict.fromkeys(ids)))
    return UNKNOWN


# ── instruments ─────────────────────────────────────────────────────────────────────────────────────────


def _category(instrument_id: str, yes: Iterable[str], name: str) -> Callable[[Situation], Known]:
    wanted = frozenset(yes)

    def find(s: Situation) -> Known:
        result = s.score(instrument_id)
        entries = tuple(dict.fromkeys(b.entry for b in result.because if b.entry))
        if result.not_applicable:
            return unknown(f"{name} does not apply: {result.not_applicable}", source=instrument_id)
        labels = {c.key: c.label for c in s.instruments[instrument_id].categories}
        if result.categories is not None:
            said = result.value.replace("_", " ") or "nothing fits"
            if instrument_id == "noms_2013":
                said = "; ".join(labels.get(c, c) for c in result.categories) or "nothing fits"
            said = f"{said} ({'; '.join(result.steps)})" if instrument_id == "wbb_1997" else said
            return Known(bool(wanted & set(result.categories)), f"{name}: {said}", entries, instrument_id)
        possible = set(result.reachable_categories)
        if possible and (possible <= wanted or not possible & wanted):
            said = f"{name}: {'; '.join(labels.get(c, c) for c in sorted(possible))}, whatever is missing"
            return Known(possible <= wanted, said, entries, instrument_id)
        return Known(
            None, f"{name} is open; missing: {', '.join(result.missing)}".replace("_", " "), entries, instrument_id
        )

    return find


def _unstable(s: Situation) -> Known:
    """SINS says stable or unstable; in between it is indeterminate, and stays open."""
    found = _category("sins_2010", ("unstable",), "SINS")(s)
    if found.value is False and "potentially unstable" in found.words:
        return unknown(f"{found.words}: indeterminate, a surgeon says", found.entries, found.source)
    return found


def _escc(*wanted: str) -> Callable[[Situation], Known]:
    """Any vertebra with the cord, over every lesion of every study."""

    def find(s: Situation) -> Known:
        found = compressed(s.patient, frozenset(wanted), cord=True)
        if found is not None:
            return Known(found.value, found.words, found.entries, "escc_2010")
        result = s.score("escc_2010")
        if result.not_applicable:
            return no(f"no cord there: {result.not_applicable}", source="escc_2010")
        levels = s.patient.tumour.levels if s.patient.tumour is not None else None
        if levels is not None and organ_at(levels).organs == ("cauda_equina",):
            return no(f"the tumour lies at {levels}, below the conus", s.tumour_ids[:1])
        return UNKNOWN

    return find


def _cauda(s: Situation) -> Known:
    """Compression of the roots below the conus is a fact of its own: the scale of the cord does not grade it."""
    found = compressed(s.patient, HIGH, cord=False)
    if found is not None:
        words = found.words.replace("ESCC", "epidural grade, as for the cord,")
        return Known(found.value, f"cauda equina: {words}", found.entries)
    levels = s.patient.tumour.levels if s.patient.tumour is not None else None
    if levels is not None and "cauda_equina" not in organ_at(levels).organs:
        return no(f"the tumour lies at {levels}, above the cauda equina", s.tumour_ids[:1])
    return UNKNOWN


PROGNOSIS: dict[str, dict[str, bool]] = {
    "tokuhashi_2005": {"lt6": False, "ge6": True, "ge12": True},
    "katagiri_2014": {"low": True, "high": False},
    "van_der_linden_2005": {"A": False, "B": True, "C": True},
    "bollen_2014": {"A": True, "B": True, "C": False, "D": False},
    "rades_os_2008": {"I": False, "III": True},
    "rades_bsc_2013": {"short_life": False},
}
"""Instrument → category → whether it speaks for six months or more. A band between them says neither."""


NOMS_OUTCOMES = {
    "cebrt": "conventional radiotherapy",
    "srs": "radiosurgery",
    "separation_srs": "separation surgery, then radiosurgery",
    "stabilise": "stabilisation",
}
"""Category of the framework → its words."""


class Prognosis(NamedTuple):
    """What one prognostic instrument says of six months."""

    instrument: str
    name: str
    result: str
    means: str
    six_months: str
    """``yes``, ``no``, ``open``, or that the instrument has no such limit."""


def prognoses(s: Situation) -> tuple[Prognosis, ...]:
    """Every prognostic instrument that the record answers in part, with what it says of six months, and what not."""
    found = []
    for chosen, result in s.packet.scores:
        if chosen.group != "prognosis" or result.not_applicable or not result.because:
            continue
        possible = result.categories or result.reachable_categories
        labels = "; ".join(c.label for c in chosen.categories if c.key in possible)
        sides = {PROGNOSIS.get(chosen.id, {}).get(c) for c in possible}
        if chosen.id not in PROGNOSIS:
            says = "states no limit of six months"
        elif why := _decides_nothing(chosen, result):
            says = f"decides nothing: {why}"
        elif len(sides) == 1 and None not in sides:
            says = "yes" if True in sides else "no"
        else:
            says = "open"
        span = "" if result.reachable is None else f"{result.reachable[0]:g} to {result.reachable[1]:g}"
        value = result.value.split(" · ")[0] if result.value else span
        found.append(Prognosis(chosen.id, chosen.name, value, labels, says))
    return tuple(found)


def _decides_nothing(instrument: Instrument, result: Result) -> str:
    """Why a score is shown and decides nothing: nobody saw its source, or the patient is not of its people."""
    if instrument.status is Verification.MEMORY:
        return "its source was not seen"
    return "; ".join(result.outside)


def _six_months(s: Situation) -> Known:
    """What every prognostic instrument says whose answer no missing item can turn; two that differ leave it open.

    A score outside its population, or whose source nobody saw, is named and decides nothing.

    SORG has no model of six months.
    """
    said, entries, aside = [], [], []
    for key, sides in PROGNOSIS.items():
        result = s.score(key)
        possible = result.categories or result.reachable_categories
        found = {sides.get(category) for category in possible}
        if len(found) == 1 and (side := found.pop()) is not None:
            value = result.value or " or ".join(possible)
            words = f"{s.names[key]} {value}: {'six months or more' if side else 'less than six months'}"
            if why := _decides_nothing(s.instruments[key], result):
                aside.append(f"{words} (decides nothing: {why})")
                continue
            said.append((side, words))
            entries += [b.entry for b in result.because if b.entry]
    words = "; ".join([w for _, w in said] + aside)
    sides_said = {side for side, _ in said}
    if len(sides_said) == 1:
        return Known(sides_said.pop(), words, tuple(dict.fromkeys(entries)))
    return unknown(f"the scores differ: {words}" if said else words, tuple(dict.fromkeys(entries)))


# ── neurology and pain ──────────────────────────────────────────────────────────────────────────────────


def _progressive_paralysis(s: Situation) -> Known:
    """Any limb that the last examination calls worse, or grades lower than before; else the grade on a scale.

    What is said to be unchanged soon after it grew worse leaves it open: a plateau of days is not the end of it.
    """
    rows = [n for n in s.timeline.in_order(s.patient.examinations) if n.motor or _scaled(n)]
    if not rows:
        return UNKNOWN
    last = rows[-1]
    if not all(s.patient.surely_later(last, n) for n in rows[:-1]):
        return unknown("the order of the examinations is not decided", tuple(n.id for n in rows))
    found = _change(last, rows[:-1])
    if found.value is not False or len(rows) == 1:
        return found
    earlier = _change(rows[-2], rows[:-2])
    recent = not s.patient.stale({"": rows[-2].id})
    if earlier.value and recent and not any(d.change in {"better", "resolved"} for d in last.motor):
        return unknown(f"{earlier.words}, then {found.words}", (*earlier.entries, *found.entries))
    return found


def _change(exam: Neurology, before: Sequence[Neurology]) -> Known:
    """What one examination says against those before it."""
    strength = [d for d in exam.motor if d.change in {"worse", "new"}]
    if strength:
        return yes(f"weakness of the {strength[0].limb}: {strength[0].change}", (exam.id,))
    for limb, grade in _grades(exam).items():
        old = next(((n, g) for n in reversed(before) if (g := _grades(n).get(limb)) is not None), None)
        if old is not None and grade < old[1]:
            return yes(f"{limb}, MRC {old[1]} → {grade}", (old[0].id, exam.id))
    scale = _scaled(exam)
    for n in reversed(before):
        earlier = _scaled(n)
        if scale is not None and earlier is not None and earlier[0] == scale[0]:
            if scale[1] < earlier[1]:
                return yes(f"{scale[0]} {earlier[1]} → {scale[1]}", (n.id, exam.id))
            break
    return _no_change(exam, before)


def _no_change(exam: Neurology, before: Sequence[Neurology]) -> Known:
    every = _grades(exam)
    legs = {limb: g for limb, g in every.items() if limb in _LEGS}
    said = [d.change for d in exam.motor if d.limb in _LEGS and d.change and d.change != "first"]
    normal = {"left leg", "right leg"} <= set(legs) and all(g == _NORMAL_MRC for g in every.values())
    seen = {limb for n in before for limb in _grades(n)}
    alone = [limb for limb, g in every.items() if g < _NORMAL_MRC and limb not in seen]
    if alone and not said:
        weak = ", ".join(f"{limb} MRC {every[limb]}" for limb in alone)
        return unknown(f"{weak}: one examination of it", (exam.id,))
    if said or normal or (legs and seen & set(legs)):
        words = said[-1] if said else ", ".join(f"{limb} MRC {g}" for limb, g in legs.items())
        return no(f"legs: {words}", (exam.id,))
    return unknown(f"{exam.label}, one examination" if legs else "", (exam.id,))


def _grades(exam: Neurology) -> dict[str, int]:
    """Least MRC grade of every limb; both legs, or both arms, said as one count for each."""
    found: dict[str, int] = {}
    for d in exam.motor:
        if d.mrc is None:
            continue
        both = {"legs": ("left leg", "right leg"), "arms": ("left arm", "right arm")}.get(d.limb, (d.limb,))
        for limb in both:
            found[limb] = min(found.get(limb, d.mrc), d.mrc)
    return found


def _scaled(exam: Neurology) -> tuple[str, str] | None:
    """A grade of Frankel or AIS, of which A is the worst."""
    return next(((g.name, g.value) for g in exam.scales if g.name in {"Frankel", "AIS"} and len(g.value) == 1), None)


_NORMAL_MRC = 5
_LEGS = frozenset({"legs", "left leg", "right leg"})


def _sphincters(s: Situation) -> Known:
    said = {True: "yes", False: "no"}
    found = s.patient.last_examined(
        {n.id: said[n.sphincters_disturbed] for n in s.patient.examinations if n.sphincters_disturbed is not None}
    )
    if found is None:
        return UNKNOWN
    disturbed = found.option == "yes"
    if old := s.patient.stale({"bladder or bowel": found.entry}):
        return unknown("; ".join(old), (found.entry,))
    return Known(disturbed, f"bladder or bowel {'' if disturbed else 'not '}disturbed", (found.entry,))


def _paralysed(s: Situation) -> Known:
    found = s.patient.paraplegia
    if found is not None:
        return Known(found.option == "yes", "paraplegia" if found.option == "yes" else "the legs move", (found.entry,))
    return UNKNOWN


def _weak_legs(s: Situation) -> Known:
    """Any weakness of the legs, which is what "paralysis" means where kyphoplasty and early surgery are discussed."""
    found = s.patient.weak_legs
    if found is None:
        return UNKNOWN
    return Known(
        found.option == "yes", "the legs are weak" if found.option == "yes" else "the legs, MRC 5", (found.entry,)
    )


def _asymmetric(s: Situation) -> Known:
    sides = {b.item: b for b in s.score("mrc_strength").because}
    if {"left", "right"} <= set(sides):
        left, right = sides["left"], sides["right"]
        return Known(left.option != right.option, f"MRC left {left.option}, right {right.option}", (left.entry,))
    return UNKNOWN


def _severe_pain(s: Situation) -> Known:
    for exam in reversed(s.timeline.in_order(s.patient.examinations)):
        if exam.pain is None:
            continue
        if exam.pain.nrs is not None and exam.pain.assertion is Assertion.PRESENT:
            return Known(exam.pain.nrs >= _SEVERE_NRS, f"NRS {exam.pain.nrs:g}", (exam.id,))
        if exam.pain.assertion is not Assertion.PRESENT:
            return Known(False if exam.pain.assertion is Assertion.ABSENT else None, "no pain", (exam.id,))
        if fold(exam.pain.severity) not in _UNSAID:
            return Known(_severity(exam.pain.severity), f"pain: {exam.pain.severity}", (exam.id,))
    return UNKNOWN


_UNSAID = {"", "not reported", "unknown", "not recorded", "not asked"}


def _severity(words: str) -> bool | None:
    """Whether words call pain severe; None where they do not say."""
    plain = fold(words)
    if re.search(r"\b(?:not|no|never|without)\b", plain):
        return False
    if re.search(r"\b(?:severe|unbearable|excruciating|intolerable|intense|very strong|stark\w*|worst)\b", plain):
        return True
    return (
        False
        if re.search(r"\b(?:mild|slight|moderate|little|none|absent|controlled|leicht|relieved|resolved|gone)\b", plain)
        else None
    )


# ── treatment so far ────────────────────────────────────────────────────────────────────────────────────


def _drug(*classes: str) -> Callable[[Situation], Known]:
    def find(s: Situation) -> Known:
        for line in s.case.given(Systemic):
            for agent in line.agents:
                row = drug_named(agent.drug)
                if agent.drug in classes or (row is not None and row.drug_class in classes):
                    return yes(f"{agent.drug} was given", (line.id,))
        agents = dict.fromkeys(a.drug for line in s.case.given(Systemic) for a in line.agents)
        foreign = [d for d in agents if drug_named(d) is None]
        if foreign:
            return unknown(f"of which class is not known to the table of drugs: {', '.join(foreign)}")
        return unknown("none is recorded among the drugs") if agents else UNKNOWN

    return find


def _opioids(s: Situation) -> Known:
    dose = s.patient.measured("OMED")
    if dose is not None and isinstance(dose.option, int | float):
        return Known(dose.option > 0, f"opioids {dose.option:g} mg a day", (dose.entry,))
    found = [x for x in s.case.given(Support) if mentions(x.treatment, _OPIOIDS)]
    return yes(found[-1].label, (found[-1].id,)) if found else UNKNOWN


_OPIOIDS = ("opioid", "morphine", "oxycodone", "fentanyl", "hydromorphone", "tramadol", "methadone", "buprenorphine")


def _pain_in_spite(s: Situation) -> Known:
    """Severe pain that was certainly later than radiotherapy and opioids."""
    pain, drugs, course = _severe_pain(s), _opioids(s), _irradiated(s)
    if pain.value is not True:
        return pain
    if not drugs.value or not course.value:
        return unknown("; ".join(k.words for k in (pain, drugs, course) if k.words), pain.entries)
    exam = s.case.by_id[pain.entries[0]]
    before = [s.case.by_id[e] for e in (*drugs.entries[-1:], *course.entries[-1:])]
    words = f"{pain.words}, after {' and '.join(b.label for b in before)}"
    if all(s.patient.surely_later(exam, b) for b in before):
        return yes(words, (exam.id, *(b.id for b in before)))
    return unknown(f"{pain.words}; whether that was after drugs and radiotherapy is not decided", (exam.id,))


def _irradiated(s: Situation) -> Known:
    courses = [c for c in s.case.given(Radiotherapy) if c.region != "brain" and c.status != "proposed"]
    doubtful = [c for c in s.case.of(Radiotherapy) if c.assertion in MAYBE and c.region != "brain"]
    if not courses and not doubtful:
        return unknown("no radiotherapy of the spine is recorded, and nobody wrote that there was none")
    tumour = s.patient.tumour
    levels = tumour.levels if tumour is not None else None
    ids = tuple(c.id for c in courses)
    meeting, every = s.patient.courses_over(levels)
    if meeting:
        return yes(f"{meeting[-1].label} over {meeting[-1].levels}", tuple(c.id for c in meeting))
    if every:
        return no(f"no course meets {levels}", ids)
    if doubtful:
        return unknown(f"whether {doubtful[0].id} was given is not certain", (*ids, *(c.id for c in doubtful)))
    if s.packet.dose is not None and s.packet.dose.overlap.startswith("assumed"):
        return yes(f"{courses[-1].label}; {s.packet.dose.overlap}", ids)
    return unknown(f"{courses[-1].label}: the levels of the field are not recorded", ids)


def _under_six_months_since(s: Situation) -> Known:
    """From the end of the last course over the level to the newest entry of the record."""
    met = s.ask("irradiated")
    courses = [c for e in met.entries if isinstance(c := s.case.by_id[e], Radiotherapy)]
    newest = s.timeline.in_order(e for e in s.case.entries if e.when is not None)[-1:]
    if not met.value:
        return unknown(met.words, met.entries)
    timed = s.timeline.in_order(c for c in courses if c.when is not None)
    timeless = [c for c in courses if c.when is None]
    if not timed or not newest:
        return unknown(f"when {timeless[0].label} was given is not recorded" if timeless else met.words, met.entries)
    limit = LEAST_MONTHS * DAYS_PER["month"]
    last = newest[0]
    since = [(c, s.timeline.interval(f"{c.id}.end", f"{last.id}.start")[0]) for c in timed]
    under = [(c, gap) for c, gap in since if gap.latest is not None and gap.latest < limit]
    maybe = [(c, gap) for c, gap in since if gap.earliest is None or gap.earliest < limit]
    course, gap = (under or maybe or since)[-1]
    ids = (course.id, last.id)
    words = f"{days_range(gap)} from the end of {course.label} to the newest entry"
    if gap.earliest is not None and gap.earliest < 0:
        words = f"{course.label} had not certainly ended at the newest entry"
    if under:
        return yes(words, ids)
    if timeless:
        return unknown(f"when {timeless[0].label} was given is not recorded", met.entries)
    return unknown(words, ids) if maybe else no(words, ids)


def _limit_exceeded(s: Situation) -> Known:
    """Of the courses that meet the tumour: the first group whose levels do, or are assumed to."""
    levels = s.patient.tumour.levels if s.patient.tumour is not None else None
    dose = next(
        (d for d in s.packet.doses if levels is None or d.span is None or d.span.overlap(levels) is not None), None
    )
    if dose is None:
        met = s.ask("irradiated")
        return unknown(met.words, met.entries) if met.value is None else no("no courses that meet the tumour add up")
    return _exceeded_by(dose)


def _exceeded_by(dose: CordDose) -> Known:
    verdicts = [v for v in dose.judged.verdicts if v.outcome is not Outcome.NOT_APPLICABLE]
    failed = [v for v in verdicts if v.outcome is Outcome.FAIL]
    ids = tuple(c.id for c in dose.courses)
    organ = " or ".join(o.replace("_", " ") for o in dose.organ.organs)
    assumed = f"; {dose.overlap}" if dose.overlap.startswith("assumed") else ""
    unsure = [c for c in dose.courses if c.status != "delivered"]
    if failed and unsure:
        why = ", ".join(f"{c.label} ({c.status})" for c in unsure)
        return unknown(f"{why}: what the cord had is not what is prescribed", ids)
    if failed:
        by_rule: dict[str, list[str]] = {}
        for v in failed:
            by_rule.setdefault(v.limit.rule, []).append(v.limit.name.lower())
        said = "; ".join(f"{rule}: {', '.join(names)}" for rule, names in by_rule.items())
        words = f"{len(failed)} of {len(verdicts)} limits, by {dose.basis}, organ {organ}: {said}{assumed}"
        return yes(words, ids, failed[0].limit.source)
    if dose.withheld:
        return unknown(f"nothing is judged: {dose.withheld}", ids)
    if not verdicts:
        return unknown(f"no rule of sums applies to {', '.join(c.label for c in dose.courses)}, organ {organ}", ids)
    if any(v.outcome is not Outcome.PASS for v in verdicts):
        open_ones = sum(v.outcome is not Outcome.PASS for v in verdicts)
        return unknown(
            f"{open_ones} of {len(verdicts)} limits cannot be judged, by {dose.basis}, organ {organ}{assumed}", ids
        )
    met = f"{len(verdicts)} of {len(verdicts)} limits: {verdicts[0].says}"
    return no(f"{met}, by {dose.basis}, organ {organ}{assumed}", ids)


def _carbon(s: Situation) -> Known:
    found = [c for c in s.case.given(Radiotherapy) if c.modality == "carbon" and c.status != "proposed"]
    return yes(found[-1].label, (found[-1].id,)) if found else unknown("no carbon ions are recorded as given")


def _implant(s: Situation) -> Known:
    operations = list(s.patient.spinal_operations)
    found = [x for x in operations if x.instrumentation]
    if found:
        return yes(f"{found[-1].label}: {', '.join(found[-1].instrumentation)}", (found[-1].id,))
    return unknown("no implant is recorded" if operations else "no operation is recorded")


def _operated(s: Situation) -> Known:
    found = [x for x in s.patient.spinal_operations if not x.is_biopsy]
    return yes(found[-1].label, tuple(x.id for x in found)) if found else unknown("no operation is recorded")


def _on_denosumab(s: Situation) -> Known:
    lines = [
        x for x in s.case.given(Systemic)
        if any((row := drug_named(a.drug)) is not None and row.name == "denosumab" for a in x.agents)
    ]  # fmt: skip
    if not lines:
        return unknown("denosumab is not recorded")
    running = [x for x in lines if x.until is None]
    last = s.timeline.in_order(running or lines)[-1]
    if not running:
        return no("denosumab has ended", (last.id,))
    now = s.timeline.in_order(e for e in s.case.entries if e.when is not None)[-1:]
    since = s.timeline.interval(f"{last.id}.start", f"{now[0].id}.start")[0] if now and last.when is not None else None
    clock = f", for {days_range(since)} at the last entry" if since is not None and since.earliest is not None else ""
    return yes(f"{last.label}; no end is recorded{clock}", (last.id,))


# ── images ──────────────────────────────────────────────────────────────────────────────────────────────


def _fracture(s: Situation) -> Known:
    broken = _collapsed(s)
    if broken:
        where = ", ".join(str(s.patient.levels_of(b) or b.lesion.lesion) for b in broken)
        return yes(f"the body has collapsed: {where}", tuple(dict.fromkeys(b.study.id for b in broken)))
    places = s.patient.places(("collapse",))
    last = [s.patient.last_in(rows, "collapse") for rows in places]
    if last and None not in last and not s.patient.silent_bones("collapse"):
        return no("no collapse", tuple(dict.fromkeys(b.study.id for b in last if b is not None)))
    words = ("spinal fracture", "vertebral", "compression fracture")
    events = [e for e in s.case.given(AdverseEvent) if mentions(e.term, words) and "fracture" in e.term.casefold()]
    return yes(events[-1].label, (events[-1].id,)) if events else UNKNOWN


def _collapsed(s: Situation) -> list[Seen]:
    """The last statement of every place whose body has collapsed."""
    last = [s.patient.last_in(rows, "collapse") for rows in s.patient.places(("collapse",))]
    return [b for b in last if b is not None and b.lesion.collapse in {"gt50", "lt50"}]


def _few_bodies(s: Situation) -> Known:
    """Of the collapsed or, where none is stated, the diseased vertebrae."""
    spans = [(span, b.study.id) for b in _collapsed(s) if (span := s.patient.levels_of(b)) is not None]
    tumour = s.patient.tumour
    if not spans and tumour is not None and tumour.levels is not None:
        spans = [(tumour.levels, tumour.id)]
    if not spans:
        return UNKNOWN
    count = len({level for span, _ in spans for level in span.levels})
    words = f"{', '.join(str(span) for span, _ in spans)}: {count} {'body' if count == 1 else 'bodies'}"
    return Known(count <= MOST_KYPHOPLASTY_BODIES, words, tuple(dict.fromkeys(entry for _, entry in spans)))


def _several_segments(s: Situation) -> Known:
    tumour = s.patient.tumour
    if tumour is None or tumour.levels is None:
        return UNKNOWN
    regions = list(dict.fromkeys(level.name[0] for level in tumour.levels.levels))
    return Known(len(regions) > 1, f"{tumour.levels}: {' and '.join(regions)}", (tumour.id,))


def _long_survival(s: Situation) -> Known:
    for key, category in (("tokuhashi_2005", "ge12"), ("katagiri_2014", "low"), ("van_der_linden_2005", "C")):
        result = s.score(key)
        if result.categories == (category,) and not _decides_nothing(s.instruments[key], result):
            return yes(f"{s.names[key]} {result.value}", tuple(b.entry for b in result.because if b.entry), key)
    return UNKNOWN


def _performance(s: Situation) -> Known:
    """ECOG 0 to 2, measured or by the common mapping from KPS, which is said."""
    result = s.score("ecog_kps")
    if result.score is None:
        return UNKNOWN
    words = f"ECOG {result.score:g}, {result.steps[0]}"
    return Known(result.score <= 2, words, tuple(b.entry for b in result.because if b.entry))


def _wall(s: Situation) -> Known:
    last = [s.patient.last_in(rows, "posterior_wall") for rows in s.patient.places(("posterior_wall",))]
    if not last:
        return UNKNOWN
    breached = [b for b in last if b is not None and b.lesion.posterior_wall == "breached"]
    if breached:
        return no("posterior wall breached", tuple(dict.fromkeys(b.study.id for b in breached)))
    known = [b for b in last if b is not None]
    whole = len(known) == len(last) and not s.patient.silent_bones("posterior_wall")
    return yes("posterior wall intact", tuple(b.study.id for b in known)) if whole else UNKNOWN


def _upper(s: Situation) -> Known:
    tumour = s.patient.tumour
    if tumour is None or tumour.levels is None:
        return UNKNOWN
    high = tumour.levels.upper <= Level.T4
    return Known(high, f"{tumour.levels}{' reaches T4 or higher' if high else ''}", (tumour.id,))


def _above_the_sacrum(s: Situation) -> Known:
    tumour = s.patient.tumour
    if tumour is None or tumour.levels is None:
        return UNKNOWN
    return Known(tumour.levels.upper <= Level.L5, f"the tumour lies at {tumour.levels}", (tumour.id,))


def _at_the_sacrum(s: Situation) -> Known:
    tumour = s.patient.tumour
    if tumour is None or tumour.levels is None:
        return UNKNOWN
    return Known(tumour.levels.lower > Level.L5, f"the tumour lies at {tumour.levels}", (tumour.id,))


def _growth(s: Situation) -> Known:
    rows = [
        (i, o) for i in s.case.given(Imaging) for o in i.lesions
        if o.lesion == "main" and o.change is not None and o.feature not in {"oedema", "haemorrhage", "enhancement"}
    ]  # fmt: skip
    last = s.patient.last_of(rows, [i for i, _ in rows], [str(o.change) for _, o in rows])
    if last is None:
        return UNKNOWN
    study, seen = last
    return Known(seen.change in {"larger", "new"}, f"{seen.feature}: {seen.change}", (study.id,))


def _lung_change(s: Situation) -> Known:
    """Any lung lesion that grew or came, in a study that is certainly later than the first checkpoint inhibitor."""
    given = s.ask("immunotherapy given")
    start = s.case.by_id[given.entries[0]] if given.value and given.entries else None
    for study in reversed(s.timeline.in_order(s.case.given(Imaging))):
        changes = [o.change for o in study.lesions if o.change and mentions(f"{o.site} {o.lesion}", ("lung", "pulmon"))]
        if changes and start is not None and s.patient.surely_later(study, start):
            grew = bool({"larger", "new"} & set(changes))
            return Known(grew, f"lung: {', '.join(dict.fromkeys(changes))}", (study.id,))
    return UNKNOWN


def _spinal_mri(s: Situation) -> Known:
    scans = [i for i in s.case.given(Imaging) if i.modality in {"MRI", "PET-MRI"}]
    found = [i for i in scans if _SPINE.search(fold(i.body_part))]
    if found:
        return yes(found[-1].label[:80], (found[-1].id,))
    elsewhere = [i for i in scans if not _NOT_THE_SPINE.search(fold(i.body_part))]
    if elsewhere:
        return unknown(f"an MRI of {elsewhere[-1].body_part or 'a part not recorded'}", (elsewhere[-1].id,))
    return no("no MRI of the spine is recorded")


_SPINE = re.compile(
    r"spin|cervical|thoracic|lumbar|sacr|vertebr|whole body|neuraxis|neuroaxis|wirbel|rachis|\b[ctls][0-9]"
)
_NOT_THE_SPINE = re.compile(
    r"brain|head|skull|cranial|liver|abdom|pelvi|chest|lung|breast|prostate|knee|hip|shoulder|limb"
)


def _nobody_wrote(_: Situation) -> Known:
    """Something that the record has no field for: a person says it at the board."""
    return UNKNOWN


_ROWS = (
    Fact("primary tumour", "is the tumour primary?", _role("primary")),
    Fact("malignant", "is the tumour malignant?", _malignant),
    Fact("metastasis", "is the tumour a metastasis?", _role("secondary")),
    Fact("dumbbell", "is it a dumbbell tumour?", _compartment("dumbbell")),
    Fact(
        "intradural extramedullary",
        "does it lie inside the dura, outside the cord?",
        _compartment("intradural extramedullary"),
    ),
    Fact("nerve sheath", "is it a tumour of the nerve sheath?", _is_a("mpnst")),
    Fact("intramedullary", "does it lie in the cord?", _compartment("intramedullary")),
    Fact(
        "vertebral",
        "does it lie in a vertebra, beside it or epidurally?",
        _compartment("vertebral", "epidural", "paraspinal", "dumbbell"),
    ),
    Fact(
        "giant cell tumour",
        "is it a giant cell tumour of bone?",
        _is_a("giant_cell_tumour_of_bone"),
    ),
    Fact(
        "chondrosarcoma",
        "is it a chondrosarcoma, other than mesenchymal or extraskeletal myxoid?",
        _is_a("chondrosarcoma"),
    ),
    Fact(
        "drug-sensitive sarcoma",
        "is it an osteosarcoma, an Ewing sarcoma or a myeloma?",
        _is_a("osteosarcoma", "ewing_sarcoma", "plasma_cell_neoplasm"),
    ),
    Fact(
        "drug-sensitive primary",
        "is the primary a small cell lung cancer or a haematological neoplasm?",
        _is_a("haematological", "small_cell_lung_cancer"),
    ),
    Fact(
        "radioresistant primary",
        "is the primary a renal cell carcinoma or a melanoma?",
        _is_a("renal_cell_carcinoma", "melanoma"),
    ),
    Fact(
        "radiosensitive primary",
        "is the primary a small cell lung cancer or a breast cancer?",
        _is_a("small_cell_lung_cancer", "breast_cancer"),
    ),
    Fact("Ewing sarcoma", "is it an Ewing sarcoma?", _is_a("ewing_sarcoma")),
    Fact("haematological", "is it a haematological malignancy?", _is_a("haematological")),
    Fact("round cell tumour", "is it a small round cell tumour, such as Ewing sarcoma?", _is_a("round_cell_tumour")),
    Fact("chordoma", "is it a chordoma?", _is_a("chordoma")),
    Fact("renal cell carcinoma", "is it a renal cell carcinoma?", _is_a("renal_cell_carcinoma")),
    Fact("lymphoma", "is the primary a lymphoma?", _is_a("lymphoma")),
    Fact(
        "haemangiopericytoma",
        "is it a haemangiopericytoma or a solitary fibrous tumour?",
        _is_a("solitary_fibrous_tumour"),
    ),
    Fact("midline glioma", "is it a diffuse midline glioma?", _is_a("diffuse_midline_glioma")),
    Fact(
        "myeloma or metastasis",
        "is it a myeloma or a metastasis?",
        _myeloma_or_metastasis,
    ),
    Fact("pathology recorded", "is a pathology recorded?", _pathology_recorded),
    Fact("primary known", "is the primary known?", _primary_known),
    Fact("brain metastases", "are there brain metastases?", _brain_metastases),
    Fact("several spinal lesions", "are there several spinal lesions?", _multiple),
    Fact("several segments", "does it reach several regions of the cord?", _several_segments),
    Fact("oligometastatic", "is the disease limited, oligometastatic?", _nobody_wrote),
    Fact("unresectable", "can it not be resected?", _unresectable),
    Fact("near vessels or gut", "does it lie close to vessels or intestine?", _nobody_wrote),
    Fact("G34W positive", "is H3.3 G34W positive?", _marker("H3.3 G34W", "positive")),
    Fact("K27M positive", "is H3K27M positive?", _marker("H3K27M", "positive")),
    Fact("K27me3 lost", "is K27me3 lost?", _marker("H3K27me3", "negative", "lost")),
    Fact("STAT6 positive", "is STAT6 positive?", _marker("STAT6", "positive")),
    Fact("STAT6 negative", "is STAT6 negative?", _marker("STAT6", "negative")),
    Fact("markers contradict", "do the markers contradict the entity?", _markers_contradict),
    Fact("grade rose", "is the grade higher than before?", _grade_rose),
    Fact("interval halved", "is the last interval under half of the initial one?", _interval_halved),
    Fact("DSS suspicious", "is the DSS 3 or more?", _category("dss_2016", ("at_or_above_cutoff",), "DSS")),
    Fact(
        "vertebrectomy fits", "do the WBB zones fit a vertebrectomy?", _category("wbb_1997", ("vertebrectomy",), "WBB")
    ),
    Fact("sagittal fits", "do the WBB zones fit a sagittal resection?", _category("wbb_1997", ("sagittal",), "WBB")),
    Fact("posterior fits", "do the WBB zones fit a posterior resection?", _category("wbb_1997", ("posterior",), "WBB")),
    Fact("unstable", "is the spine unstable (SINS 13 or more; between 7 and 12 a surgeon says)?", _unstable),
    Fact("not stable", "is SINS 7 or more?", _category("sins_2010", ("unstable", "potentially_unstable"), "SINS")),
    Fact(
        "Brown-Séquard",
        "is there a Brown-Séquard pattern?",
        _category("brown_sequard", ("complete", "partial"), "Brown-Séquard"),
    ),
    Fact("cord compressed", "is the cord compressed (ESCC 2 or 3)?", _escc("2", "3")),
    Fact("cauda compressed", "is the cauda equina compressed?", _cauda),
    Fact("cord touched", "does the tumour touch the cord (ESCC 1c or more)?", _escc("1c", "2", "3")),
    *(
        Fact(f"NOMS: {words}", f"does NOMS come to {words}?", _category("noms_2013", (key,), "NOMS"))
        for key, words in NOMS_OUTCOMES.items()
    ),
    Fact("six months", "is the prognosis six months or more?", _six_months),
    Fact("progressive paralysis", "does the paralysis progress?", _progressive_paralysis),
    Fact("sphincters disturbed", "are bladder or bowel disturbed?", _sphincters),
    Fact("paralysed", "are the legs paralysed?", _paralysed),
    Fact("weak legs", "are the legs weak?", _weak_legs),
    Fact("asymmetric", "is the weakness asymmetric?", _asymmetric),
    Fact("severe pain", "is the pain severe?", _severe_pain),
    Fact("pain in spite", "is the pain severe in spite of opioids and radiotherapy?", _pain_in_spite),
    Fact("good performance", "is the performance good (ECOG 0–2)?", _performance),
    Fact("long survival", "is survival expected to be long (a year or more)?", _long_survival),
    Fact("irradiated", "was the level irradiated before?", _irradiated),
    Fact(
        "under six months since radiotherapy",
        "did the last course over the level end under six months ago?",
        _under_six_months_since,
    ),
    Fact("limit exceeded", "is a published limit of the cord exceeded?", _limit_exceeded),
    Fact("carbon ions given", "were carbon ions given?", _carbon),
    Fact("implant", "is there an implant?", _implant),
    Fact("operated", "was the tumour operated on?", _operated),
    Fact("on denosumab", "is denosumab being given?", _on_denosumab),
    Fact(
        "immunotherapy given", "was a checkpoint inhibitor given?", _drug("anti-PD-L1 antibody", "anti-PD-1 antibody")
    ),
    Fact("fracture", "is a vertebral body fractured?", _fracture),
    Fact("three bodies at most", "are there three bodies at most?", _few_bodies),
    Fact("posterior wall intact", "is the posterior wall intact on CT?", _wall),
    Fact("at the sacrum", "does it reach the sacrum?", _at_the_sacrum),
    Fact("above the sacrum", "does it reach a vertebra above the sacrum?", _above_the_sacrum),
    Fact("high level", "does it reach T4 or higher?", _upper),
    Fact("growth", "is it growing?", _growth),
    Fact("lung change", "did a lung lesion grow or come?", _lung_change),
    Fact("spinal MRI", "was the spine seen by MRI?", _spinal_mri),
)


FACTS: dict[str, Fact] = {row.name: row for row in _ROWS}
"""Every fact by its name."""
