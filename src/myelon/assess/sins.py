"""Spinal Instability Neoplastic Score (SOSG 2010): how stable is the spine at a bone lesion?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.assess.instrument import Category, Filled, FromRecord, Item, Option, Sum
from myelon.terms.levels import Level, Span
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from myelon.assess.patient import Patient, Seen

_JUNCTIONAL = (Span(Level.C1, Level.C2), Span(Level.C7, Level.T2), Span(Level.T11, Level.L1), Span(Level.L5, Level.S1))
_MOBILE = (Span(Level.C3, Level.C6), Span(Level.L2, Level.L4))
_SEMIRIGID = (Span(Level.T3, Level.T10),)
_IN_BONE = ("bone lesion", "bone destruction")
_FIELDS = (
    ("bone_quality", "lesion"),
    ("alignment", "alignment"),
    ("collapse", "collapse"),
    ("posterolateral", "posterolateral"),
)


def location_of(span: Span) -> str:
    """The location item of a lesion, by its least stable level.

    >>> location_of(Span.parse("T9")), location_of(Span.parse("T10-T11"))
    ('semirigid', 'junctional')
    """
    for option, spans in (("junctional", _JUNCTIONAL), ("mobile", _MOBILE), ("semirigid", _SEMIRIGID)):
        if any(span.overlap(s) is not None for s in spans):
            return option
    return "rigid"


def _fill(patient: Patient) -> FromRecord:
    tumour = patient.tumour
    where = set(tumour.compartment) if tumour is not None else set()
    in_bone = any(s.lesion.bone_quality is not None or s.lesion.feature in _IN_BONE for s in patient.lesions)
    if tumour is not None and not in_bone and where and not {"vertebral", "epidural"} & where:
        return FromRecord({}, f"no bone lesion: the tumour is {', '.join(tumour.compartment)}")
    rows = by_place(patient)
    if not rows:
        here = [tumour.levels] if tumour is not None and tumour.levels is not None else []
        return FromRecord(_with_location(patient, _pain_at(patient, here), ()))
    worst = max(rows, key=lambda r: (r.most, r.least))
    sure = max(rows, key=lambda r: (r.least, -r.most))
    known = sure.least == sure.most and _band(sure.least) == _band(worst.most)  # nothing open can turn the worst band
    shown = sure if known or all(r.most <= sure.least for r in rows if r is not sure) else worst
    said = tuple(r.words for r in rows if len(rows) > 1 or r.why)
    return FromRecord(shown.inputs, "", said)


def _band(score: float) -> str:
    return next(c.key for c in SINS.categories if c.low <= score <= c.high)


class AtPlace(NamedTuple):
    """The score of one lesion: least and most that its items leave possible."""

    levels: str
    inputs: dict[str, Filled]
    least: float
    most: float
    why: str = ""
    """Why it is open, though it was read."""

    @property
    def words(self) -> str:
        """Such as "T7: 13", or "L3: 3 to 9"."""
        score = f"{self.least:g}" if self.least == self.most else f"{self.least:g} to {self.most:g}"
        return f"{self.levels}: {score}" + (f", {self.why}" if self.why else "")


def by_place(patient: Patient) -> tuple[AtPlace, ...]:
    """The score of every bone lesion of the spine, each with the items that were stated of it."""
    found = []
    places = patient.places([field for field, _ in _FIELDS])
    for rows in places:
        before = [(s, x) for s in rows if (x := patient.operated_since(s.study, patient.levels_of(s))) is not None]
        after = [s for s in rows if all(s is not b for b, _ in before)]
        inputs = _with_location(patient, patient.fill(_FIELDS, after), rows)
        inputs |= _pain_at(patient, [s for r in rows if (s := patient.levels_of(r)) is not None])
        result = SINS.evaluate(inputs)
        least, most = (result.score, result.score) if result.score is not None else result.reachable or (0.0, 18.0)
        spans = dict.fromkeys(str(s) for r in rows if (s := patient.levels_of(r)) is not None)
        where, why = ", ".join(spans) or "level not recorded", ""
        if before and result.score is None:
            was = SINS.evaluate(_with_location(patient, patient.fill(_FIELDS, rows), rows) | _pain(patient))
            score = f"as {was.score:g} " if was.score is not None else ""
            why = f"read {score}before {before[0][1].id}, and not again since"
        found.append(AtPlace(where, inputs, least, most, why))
    return (*found, *_unread(patient, places)) if found else ()


def _unread(patient: Patient, places: Sequence[Sequence[Seen]]) -> Iterator[AtPlace]:
    """Tumours at levels of which no image says anything: each may be the worst."""
    spans = [s for rows in places for r in rows if (s := patient.levels_of(r)) is not None]
    if len(spans) < sum(map(len, places)):  # one without a level may be of any of them
        return
    for tumour in patient.at_the_spine:
        if tumour.levels is None and tumour is not patient.tumour:
            yield AtPlace("level not recorded", _pain(patient), 0.0, 18.0, f"{tumour.id} is on no image that was read")
        if tumour.levels is not None and not any(tumour.levels.overlap(s) for s in spans):
            location = Filled(location_of(tumour.levels), tumour.id, "; ".join(s.code for s in tumour.source))
            inputs = {"location": location} | _pain(patient)
            least, most = SINS.evaluate(inputs).reachable or (0.0, 18.0)
            yield AtPlace(str(tumour.levels), inputs, least, most, f"{tumour.id} is on no image that was read")


def _pain_at(patient: Patient, spans: Sequence[Span]) -> dict[str, Filled]:
    """The pain, unless it is of another vertebra, or an operation there may have come after it."""
    pain = patient.pain_character
    if pain is None:
        return {}
    exam = patient.case.by_id[pain.entry]
    site = patient.pain_levels(pain.entry)
    elsewhere = site is not None and bool(spans) and not any(site.overlap(span) or site.next_to(span) for span in spans)
    places: list[Span | None] = [*spans] or [None]
    operated = any(patient.operated_since(exam, span) for span in places)
    return {} if elsewhere or operated else {"pain": pain}


def _pain(patient: Patient) -> dict[str, Filled]:
    return {} if patient.pain_character is None else {"pain": patient.pain_character}


def _with_location(patient: Patient, inputs: dict[str, Filled], rows: Sequence[Seen]) -> dict[str, Filled]:
    """The location by the levels of the lesion, or of the tumour: the least stable vertebra of them."""
    spans = [(s, r.study.id, r.source) for r in rows if (s := patient.levels_of(r)) is not None]
    tumour = patient.tumour
    if (
        not spans
        and tumour is not None
        and tumour.levels is not None
        and {"vertebral", "epidural"} & set(tumour.compartment)
    ):
        spans = [(tumour.levels, tumour.id, "; ".join(s.code for s in tumour.source))]
    if not spans:
        return inputs
    order = ("rigid", "semirigid", "mobile", "junctional")
    span, entry, source = max(spans, key=lambda row: order.index(location_of(row[0])))
    return {**inputs, "location": Filled(location_of(span), entry, source)}


SINS = Sum(
    id="sins_2010",
    name="Spinal Instability Neoplastic Score (SINS)",
    version="SOSG 2010",
    purpose="Grades tumour-related spinal instability; 7 or more asks for a surgical consultation.",
    group="stability",
    items=(
        Item(
            "location",
            "Location",
            (
                Option("junctional", "Junctional: occiput-C2, C7-T2, T11-L1, L5-S1", 3),
                Option("mobile", "Mobile spine: C3-C6, L2-L4", 2),
                Option("semirigid", "Semirigid: T3-T10", 1),
                Option("rigid", "Rigid: S2-S5", 0),
            ),
        ),
        Item(
            "pain",
            "Pain (mechanical = relieved by recumbency and/or provoked by movement/loading)",
            (
                Option("mechanical", "Yes (mechanical)", 3),
                Option("occasional", "Occasional pain but not mechanical", 1),
                Option("none", "Pain-free lesion", 0),
            ),
        ),
        Item(
            "lesion",
            "Bone lesion",
            (Option("lytic", "Lytic", 2), Option("mixed", "Mixed (lytic/blastic)", 1), Option("blastic", "Blastic", 0)),
        ),
        Item(
            "alignment",
            "Radiographic spinal alignment",
            (
                Option("subluxation", "Subluxation/translation present", 4),
                Option("deformity", "De novo deformity (kyphosis/scoliosis)", 2),
                Option("normal", "Normal alignment", 0),
            ),
        ),
        Item(
            "collapse",
            "Vertebral body collapse",
            (
                Option("gt50", "> 50 % collapse", 3),
                Option("lt50", "< 50 % collapse", 2),
                Option("involved", "No collapse with > 50 % of body involved", 1),
                Option("none", "None of the above", 0),
            ),
            "Exactly 50 % is not assigned in the published table: the reader decides.",
        ),
        Item(
            "posterolateral",
            "Posterolateral involvement (facet, pedicle or costovertebral joint)",
            (
                Option("bilateral", "Bilateral", 3),
                Option("unilateral", "Unilateral", 1),
                Option("none", "None of the above", 0),
            ),
        ),
    ),
    categories=(
        Category("stable", "Stable", "", 0, 6),
        Category(
            "potentially_unstable", "Potentially unstable (indeterminate)", "surgical consultation recommended", 7, 12
        ),
        Category("unstable", "Unstable", "surgical consultation recommended", 13, 18),
    ),
    source="sins_2010",
    status=Verification.VERIFIED,
    population="neoplastic bone lesions of the spine; one score per lesion, never summed over levels",
    fill=_fill,
    direction="higher = less stable",
    validity=(
        (
            "30 cases, SOSG raters: κ between raters 0.790 location, 0.841 pain, 0.244 bone quality, 0.456 "
            "alignment, 0.462 collapse, 0.492 posterolateral; sensitivity 95.7 %, specificity 79.5 % for "
            "potentially unstable or unstable [verified: Fourney 2011 abstract]."
        ),
        (
            "Radiation oncologists, binary scale: κ 0.76 between, 0.80 within raters, 0.85 against consensus "
            "[verified: Fisher et al. abstract, moh-it.pure.elsevier.com; year not shown]."
        ),
        "Meta-analysis: intra-observer 0.815, inter-observer 0.673 [verified: Pennington 2019 abstract].",
    ),
    notes=(
        (
            "Erratum in the wild: one online table (neurosurgerynotes) prints pain 3/2/1 and stable '1-6'; "
            "both are wrong."
        ),
        (
            "SINS is per lesion/level, not summed over levels (memory, medium). With several lesions store "
            "one SINS per level and show the highest."
        ),
        "Sacral S1 belongs to the L5-S1 junction; no points are published for the coccyx.",
    ),
)
