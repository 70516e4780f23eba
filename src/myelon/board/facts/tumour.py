"""What the record says of the tumour: what it is, where it lies, what was stained, how it came again."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from myelon.board.facts.fact import UNKNOWN, Fact
from myelon.board.logic import Known, no, unknown, yes
from myelon.record.kinds import (
    Neoplasm,
    Pathology,
    Phase,
    Surgery,
)
from myelon.terms.markers import DEFINITIONS
from myelon.terms.mentions import mentions
from myelon.terms.tumours import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from myelon.board.facts.situation import Situation
    from myelon.record.base import Entry


_HALF = 0.5


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
        if s.patient.disputed:
            return unknown(s.patient.disputed, (named.id,))
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


def _nobody_wrote(_: Situation) -> Known:
    """Something that the record has no field for: a person says it at the board."""
    return UNKNOWN


FACTS: tuple[Fact, ...] = (
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
)
"""Every fact of these, with its question."""
