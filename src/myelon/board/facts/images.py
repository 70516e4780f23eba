"""What the studies say of fracture, levels, growth and the lung."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from myelon.board.facts.fact import UNKNOWN, Fact
from myelon.board.logic import Known, no, unknown, yes
from myelon.record.kinds import (
    AdverseEvent,
    Imaging,
)
from myelon.terms.levels import Level
from myelon.terms.mentions import mentions
from myelon.terms.tumours import fold

if TYPE_CHECKING:
    from myelon.assess.patient import Seen
    from myelon.board.facts.situation import Situation


MOST_KYPHOPLASTY_BODIES = 3


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


FACTS: tuple[Fact, ...] = (
    Fact("several segments", "does it reach several regions of the cord?", _several_segments),
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
"""Every fact of these, with its question."""
