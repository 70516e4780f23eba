"""The options of a case: candidates of every kind, each with arguments for, against and unknown, and its evidence.

Options stand in the order of their kinds. Nothing is ranked and nothing is chosen: the board does that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from myelon.board.evidence_base import Applied, evidence_for
from myelon.board.logic import All, Condition, Is, Judged, Not, Some, judge
from myelon.board.noms_frame import noms_frame
from myelon.board.rules import RESISTANT, RULES
from myelon.record.base import Assertion
from myelon.record.kinds import Neoplasm
from myelon.record.triangle import triangles

if TYPE_CHECKING:
    from myelon.board.facts import Situation
    from myelon.board.logic import Known
    from myelon.board.noms_frame import Frame
    from myelon.board.rules import Rule, Side
    from myelon.record.triangle import Triangle


class OptionKind(NamedTuple):
    """Something that can be done."""

    key: str
    name: str
    group: str
    candidate: Condition
    """When the rules held are of it: false puts it among those that no rule bears on, with what that rests on."""


_ANY = Some(Is("primary tumour"), Is("metastasis"))
_BONE = All(Is("primary tumour"), Is("vertebral"), Is("above the sacrum"))
_AT_SPINE = All(_ANY, Is("vertebral"))
_IN_CORD = All(Is("metastasis"), Is("intramedullary"))

OPTIONS: tuple[OptionKind, ...] = (
    OptionKind(
        "biopsy",
        "Biopsy",
        "diagnosis",
        Some(Is("dumbbell"), Not(Is("primary known")), Not(Is("pathology recorded"))),
    ),
    OptionKind("pathology_review", "Second look at the pathology", "diagnosis", Is("pathology recorded")),
    OptionKind("observation", "Observation, follow-up", "diagnosis", _ANY),
    OptionKind("vertebrectomy", "Vertebrectomy (en bloc)", "surgery", _BONE),
    OptionKind("sagittal", "Sagittal resection (en bloc)", "surgery", _BONE),
    OptionKind("posterior", "Posterior resection, COPPER", "surgery", _BONE),
    OptionKind("resection", "Resection, or resection again", "surgery", Is("primary tumour")),
    OptionKind("iscm_resection", "Resection of the intramedullary metastasis", "surgery", _IN_CORD),
    OptionKind("open_decompression", "Conventional (open) surgery", "surgery", _AT_SPINE),
    OptionKind("sacrectomy", "Sacrectomy", "surgery", All(Is("primary tumour"), Is("at the sacrum"))),
    OptionKind("embolisation", "Embolisation before the operation", "surgery", _AT_SPINE),
    OptionKind("stabilisation", "Stabilisation, open or with cement", "surgery", _AT_SPINE),
    OptionKind("pps", "Percutaneous pedicle screws (MISt)", "surgery", _AT_SPINE),
    OptionKind("bkp", "Balloon kyphoplasty", "surgery", All(Is("myeloma or metastasis"), Is("vertebral"))),
    OptionKind("conventional_rt", "Radiotherapy, conventional", "radiotherapy", _ANY),
    OptionKind("srs", "Radiosurgery, SBRT", "radiotherapy", Is("metastasis")),
    OptionKind("separation_srs", "Separation surgery, then radiosurgery", "radiotherapy", Is("metastasis")),
    OptionKind("reirradiation", "Re-irradiation of the level", "radiotherapy", Is("irradiated")),
    OptionKind("cirt", "Carbon ions", "radiotherapy", All(*RESISTANT)),
    OptionKind("cirt_ss", "Separation surgery, then carbon ions", "radiotherapy", All(*RESISTANT)),
    OptionKind("chemotherapy", "Chemotherapy", "drugs", _ANY),
    OptionKind("targeted", "Targeted drugs", "drugs", _ANY),
    OptionKind("bevacizumab", "Bevacizumab", "drugs", Is("midline glioma")),
    OptionKind("immunotherapy", "Checkpoint inhibitor", "drugs", Is("metastasis")),
    OptionKind("denosumab", "Denosumab", "drugs", Is("giant cell tumour")),
    OptionKind("bone_modifying", "Bone-modifying drug", "drugs", All(Is("metastasis"), Is("vertebral"))),
    OptionKind("steroid", "Steroid", "drugs", _ANY),
    OptionKind("supportive", "Best supportive care", "care", _ANY),
)
"""Every kind of option, by group."""

SURVEILLANCE = "surveillance"
"""Rules that bear upon this are tasks, not options."""


class Argument(NamedTuple):
    """A rule that bears upon an option, and what it rests on in this case."""

    rule: Rule
    side: Side
    judged: Judged

    def from_this(self, case_id: str) -> bool:
        """Whether the rule was printed for this very case: it cannot support itself."""
        return case_id == f"paper-{self.rule.paper}"

    @property
    def entries(self) -> tuple[str, ...]:
        """Entries it rests on."""
        return tuple(dict.fromkeys(e for known in self.judged.because for e in known.entries))


class Considered(NamedTuple):
    """An option with everything that is said of it."""

    kind: OptionKind
    candidate: Judged
    speaks_for: tuple[Argument, ...]
    against: tuple[Argument, ...]
    goes_with: tuple[Argument, ...]
    open: tuple[Argument, ...]
    """Arguments whose condition is not known, with the side they would be on."""
    evidence: tuple[Applied, ...]

    @property
    def would_settle(self) -> tuple[Known, ...]:
        """Answers that are missing."""
        rows = (known for a in self.open for known in a.judged.because if known.value is None)
        return tuple(dict.fromkeys(rows))


_COMPRESSION = Some(Is("cord compressed"), Is("cauda compressed"))
_DEFICIT = Some(Is("progressive paralysis"), Is("sphincters disturbed"))


class Urgency(NamedTuple):
    """What is said first: what it rests on, and when each was recorded."""

    because: tuple[Known, ...]
    recorded: tuple[tuple[str, str], ...]
    """Entry and its day."""
    asked: str
    """What would decide it, where one of the two is known and the other is not; or ""."""

    @property
    def decided(self) -> bool:
        """Whether both are known."""
        return not self.asked

    @property
    def words(self) -> str:
        """In one sentence."""
        days = ", ".join(f"{entry}: {day}" for entry, day in self.recorded)
        asked = f". Whether it is urgent is not decided: {self.asked}" if self.asked else ""
        return f"{'; '.join(k.words for k in self.because)} (recorded {days}){asked}"


class Deliberation(NamedTuple):
    """What the table has before it."""

    options: tuple[Considered, ...]
    silent: tuple[tuple[OptionKind, Judged], ...]
    """Options that no rule or evidence held bears on here. Nothing speaks against them: the rules do not know them."""
    watch: tuple[Argument, ...]
    """Tasks of surveillance that hold."""
    ask: tuple[Argument, ...]
    """Tasks that may hold: what would settle them is asked."""
    urgent: Urgency | None
    noms: Frame | None
    """The framework of metastases; None where the tumour is none."""
    triangles: tuple[Triangle, ...]
    """What clinic, images and pathology call each tumour."""
    beside: tuple[Neoplasm, ...]
    """Further tumours in or at the spine, which nothing of this speaks of: it is of the first of the record."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "options": [
                {
                    "option": o.kind.key,
                    "name": o.kind.name,
                    "group": o.kind.group,
                    "for": [_plain(a) for a in o.speaks_for],
                    "against": [_plain(a) for a in o.against],
                    "goes_with": [_plain(a) for a in o.goes_with],
                    "unknown": [_plain(a) | {"would_be": a.side} for a in o.open],
                    "would_settle": [k.words for k in o.would_settle],
                    "evidence": [
                        {
                            "id": e.row.id,
                            "claim": e.row.claim,
                            "population": e.row.population,
                            "figures": [f.words for f in e.row.figures],
                            "primary_source": e.row.primary,
                            "paper": e.row.paper,
                            "level": e.row.level,
                        }
                        for e in o.evidence
                    ],
                }
                for o in self.options
            ],
            "no_rule_bears": {k.key: [b.words for b in j.because] for k, j in self.silent},
            "urgent": self.urgent.words if self.urgent is not None else None,
            "noms": self.noms.as_dict() if self.noms is not None else None,
            "triangles": [
                {
                    "tumour": t.tumour.id,
                    "verdict": t.verdict,
                    "words": t.words,
                    "says": {c.name: c.says for c in t.corners},
                }
                for t in self.triangles
            ],
            "not_spoken_of": [t.id for t in self.beside],
            "tasks": [_plain(a) for a in self.watch],
            "tasks_that_may_follow": [_plain(a) for a in self.ask],
        }


def _plain(argument: Argument) -> dict[str, Any]:
    rule = argument.rule
    return {
        "rule": rule.id,
        "says": rule.says,
        "because": [k.words for k in argument.judged.because],
        "entries": list(argument.entries),
        "paper": rule.paper,
        "level": rule.level,
        "version": rule.version,
    }


def deliberate(situation: Situation) -> Deliberation:
    """Options, arguments, evidence and tasks of a prepared case."""
    judged = [(rule, judge(rule.when, situation.ask)) for rule in RULES]
    evidence = evidence_for(situation)
    options, silent = [], []
    for kind in OPTIONS:
        candidate = judge(kind.candidate, situation.ask)
        if candidate.value is False:
            silent.append((kind, candidate))
            continue
        borne = [Argument(rule, side, j) for rule, j in judged for key, side in rule.bears if key == kind.key]
        true = [a for a in borne if a.judged.value]
        shown = tuple(e for e in evidence if kind.key in e.row.options)
        if not shown and all(a.judged.value is False for a in borne):
            silent.append((kind, candidate))
            continue
        options.append(
            Considered(
                kind,
                candidate,
                tuple(a for a in true if a.side == "for"),
                tuple(a for a in true if a.side == "against"),
                tuple(a for a in true if a.side == "needs"),
                tuple(a for a in borne if a.judged.value is None and a.side != "needs"),
                shown,
            )
        )
    tasks = [Argument(rule, side, j) for rule, j in judged for key, side in rule.bears if key == SURVEILLANCE]
    return Deliberation(
        tuple(options),
        tuple(silent),
        tuple(t for t in tasks if t.judged.value),
        tuple(t for t in tasks if t.judged.value is None),
        _urgency(situation),
        noms_frame(situation),
        triangles(situation.case, situation.timeline),
        tuple(t for t in situation.case.of(Neoplasm) if _may_be_beside(t, situation.case.neoplasm)),
    )


def _may_be_beside(tumour: Neoplasm, asked: Neoplasm | None) -> bool:
    """Whether a tumour is, or may be, one of the spine other than the one that is asked about."""
    denied = tumour.assertion in {Assertion.ABSENT, Assertion.NOT_DONE}
    return asked is not None and tumour is not asked and tumour.spinal and not denied


def _urgency(situation: Situation) -> Urgency | None:
    """What is said first; where only one of compression and deficit is known, with the question that is left."""
    compression, deficit = judge(_COMPRESSION, situation.ask), judge(_DEFICIT, situation.ask)
    if False in {compression.value, deficit.value} or not (compression.value or deficit.value):
        return None
    asked = ""
    if deficit.value is None:
        asked = "examine, and write it down"
    elif compression.value is None:
        asked = "grade the compression of every level by MRI, and write it down"
    because = tuple(dict.fromkeys((*compression.because, *deficit.because)))
    entries = dict.fromkeys(e for k in because for e in k.entries)
    return Urgency(because, tuple((e, situation.patient.held(e)) for e in entries), asked)
