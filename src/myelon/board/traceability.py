"""For each paper: every part of it → where Myelon holds it, what recomputes it, printed against ours.

A row is data; `ours` is computed from the record each time, so that a difference cannot hide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.board.packet import Packet, prepare
from myelon.errors import CaseError
from myelon.record.extent import extents
from myelon.record.kinds import AdverseEvent, Evidence, Pathology, Radiotherapy, Systemic
from myelon.record.when import DAYS_PER

if TYPE_CHECKING:
    from collections.abc import Callable

    from myelon.dose.reirradiation import Reirradiation
    from myelon.record.case import Case


class Trace(NamedTuple):
    """One part of a paper."""

    paper: str
    place: str
    what: str
    held: str
    command: str
    test: str
    printed: str
    ours: str
    difference: str


class _Row(NamedTuple):
    paper: str
    place: str
    what: str
    held: str
    command: str
    test: str
    printed: str
    ours: Callable[[Packet], str] | None
    absent: str = ""


_CASE = "myelon case check src/myelon/demo/cases/paper-000.yaml"
_DOSE = "myelon dose bed --course 50.4/28 --course 24/5 --interval-days 14..60"
_RECORD = "tests/record/test_paper_000.py"
_BED = "tests/dose/test_reirradiation.py"


def _extents(packet: Packet, *, oedema: bool) -> str:
    parts = []
    for e in extents(packet.case, oedema=oedema):
        if e.levels is not None:
            parts.append(str(e.levels))
        elif e.assertion == "absent":
            parts.append("none")
        elif e.change is not None:
            parts.append(e.change)
    return " → ".join(parts)


def _stain(packet: Packet, marker: str) -> str:
    report = next(packet.case.of(Pathology))
    return ", ".join(dict.fromkeys(s.result for s in report.immunohistochemistry if s.marker == marker))


def _courses(packet: Packet) -> str:
    return "; ".join(f"{c.total_gy:g} Gy/{c.fractions}" for c in packet.case.of(Radiotherapy))


def _judged(packet: Packet) -> Reirradiation:
    if packet.dose is None:
        raise CaseError("has no radiotherapy", where=packet.case.id, todo="Trace a case that was irradiated")
    return packet.dose.judged


def _verdicts(packet: Packet) -> str:
    verdicts = _judged(packet).verdicts
    failed = [v for v in verdicts if v.outcome == "fail"]
    return f"{len(failed)} of {len(verdicts)} limits exceeded (EQD2 sum {_sum(packet)} Gy)"


def _sum(packet: Packet) -> str:
    return f"{_judged(packet).dose.cumulative_eqd2:.2f}"


def _nieder(packet: Packet) -> str:
    score = _judged(packet).nieder
    return f"{score.total:g}, {score.group}" if score else "not scored"


def _line_2(packet: Packet) -> str:
    line = next(s for s in packet.case.of(Systemic) if s.line == 2)
    low, high, why = line.implied_days or (0.0, 0.0, "")
    return f"{line.cycles} courses, {why}: {low / 7:.0f}–{high / 7:.0f} weeks"


def _survival(packet: Packet) -> str:
    window, _ = packet.timeline.interval("tumour.start", "death.start")
    low, high = (None if b is None else b / DAYS_PER["month"] for b in window)
    return f"{low:.0f}–{high:.0f} months"


def _highest(packet: Packet) -> str:
    grades = [e.grade for e in packet.case.of(AdverseEvent) if e.during == "line-2" and e.grade and "Blood" in e.system]
    return f"highest haematological grade {max(grades)}"


def _share(entry: str) -> Callable[[Packet], str]:
    def ours(packet: Packet) -> str:
        item = next(e for e in packet.case.of(Evidence) if e.id == entry)
        return "; ".join(
            f"{f.numerator}/{f.denominator} = {f.percent:.1f} %" for f in item.figures if f.percent is not None
        )

    return ours


_ROWS: tuple[_Row, ...] = (
    _Row("000", "Abstract, Case", "patient", "subject", _CASE, _RECORD, "45-year-old man", lambda p: p.case.subject.label if p.case.subject else ""),
    _Row("000", "Case, Fig 1", "extent of the enhancing mass over time", "imaging-* lesions", _CASE, _RECORD, "T1–4 → C7–T5 → no enhancement → C7–T9", lambda p: _extents(p, oedema=False)),
    _Row("000", "Fig 1, Fig 4B", "extent of the oedema over time", "imaging-* lesions", _CASE, _RECORD, "C7–T6 → C7–T7 → decreased markedly → increased", lambda p: _extents(p, oedema=True)),
    _Row("000", "Case, Fig 2", "H3K27M stain", "pathology.immunohistochemistry", _CASE, _RECORD, "positive", lambda p: _stain(p, "H3K27M")),
    _Row("000", "Case, Fig 2D", "H3K27me3 stain", "pathology.immunohistochemistry, finding XA1", _CASE, _RECORD, "negative", lambda p: _stain(p, "H3K27me3")),
    _Row("000", "Case, Fig 2E", "Ki-67", "pathology.ki67", _CASE, _RECORD, "70 %", lambda p: str(next(p.case.of(Pathology)).ki67)),
    _Row("000", "Case", "radiotherapy courses", "rt-1, rt-2", _DOSE, _BED, "50.4 Gy/28 fractions; 24 Gy/5 fractions", _courses),
    _Row("000", "Case", "re-irradiation against tolerance", "computed: dose panel", _DOSE, _BED, "exceeded the tolerable dose", _verdicts),
    _Row("000", "–", "Nieder 2005 score", "computed: dose panel", _DOSE, _BED, "not printed", _nieder),
    _Row("000", "Case", "second-line chemotherapy", "line-2", _CASE, _RECORD, "13 courses every 4–6 weeks", _line_2),
    _Row("000", "Case", "haematological toxicity of line 2", "ae-*, finding XA7", _CASE, _RECORD, "“No hematological problems” and grade 2 anaemia", _highest),
    _Row("000", "Abstract, Case", "survival from diagnosis", "death", _CASE, _RECORD, "approximately 21 months", _survival),
    _Row("000", "Discussion", "Wolff et al.: shrinkage with and without repeat radiation", "evidence-wolff", _CASE, _RECORD, "4 of 7; 5 of 52", _share("evidence-wolff")),
    _Row("000", "Discussion", "BEV + ICE: haematological toxicity", "evidence-bev-ice", _CASE, _RECORD, "7 of 8", _share("evidence-bev-ice")),
    _Row("000", "Introduction, Discussion", "14 evidence items as printed", "evidence-*", _CASE, _RECORD, "facts A83–A96", lambda p: f"{sum(1 for _ in p.case.of(Evidence))} entries (A84 stands at the tumour)"),
    _Row("000", "Fig 3", "isodose plots", "", "", "", "two pictures", None, "the dose objects are not published; a picture is no dose"),
    _Row("001", "whole paper", "intramedullary metastases of a lung carcinoma", "", "", "", "", None, "its record is not entered yet"),
    _Row("002", "whole paper", "cohort of 61 patients", "", "", "", "", None, "its records are not entered yet; Kaplan–Meier, log-rank and both hazard ratios stand"),
    _Row("003", "whole paper", "recurrent lumbar haemangiopericytoma, third recurrence", "", "", "", "", None, "its record is not entered yet"),
    _Row("004", "Tables 1–2", "Dumbbell Scoring System", "assess/dss.py", "myelon assess run dss_2016 --inputs '{\"size\": \"ge5\", \"boundary\": \"indistinguishable\", \"lobulated\": \"yes\", \"osteolysis\": \"yes\"}'", "tests/assess/test_instruments.py", "0–6, cut-off 3", lambda _: _dss()),
    _Row("004", "rest of the paper", "rules, WBB, outcomes, figure cases", "", "", "", "", None, "not built yet"),
)  # fmt: skip


def _dss() -> str:
    from myelon.assess import instrument  # noqa: PLC0415  # one row needs it

    dss = instrument("dss_2016")
    most = sum(max(o.points for o in item.options) for item in dss.items)
    return f"0–{most:g}, cut-off {dss.categories[1].low:g}"


def traced(case: Case) -> list[Trace]:
    """Every row with its value computed from the record of paper 000."""
    packet = prepare(case)
    rows = []
    for row in _ROWS:
        if row.ours is None:
            rows.append(Trace(*row[:7], "", f"not in Myelon: {row.absent}"))
            continue
        ours = row.ours(packet)
        rows.append(Trace(*row[:7], ours, ""))
    return rows


def as_markdown(rows: list[Trace]) -> str:
    """The table of docs/papers.md."""
    lines = [
        "| paper | where | what | Myelon holds it in | printed | ours | command | test |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for r in rows:
        ours = r.ours or r.difference
        command = f"`{r.command}`" if r.command else ""
        cells = (r.paper, r.place, r.what, r.held, r.printed, ours, command, f"`{r.test}`" if r.test else "")
        lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(lines) + "\n"
