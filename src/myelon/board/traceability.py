"""For each paper: every part of it → where Myelon holds it, what recomputes it, printed against ours.

A row is data; `ours` is computed from the record each time, so that a difference cannot hide.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from myelon.assess import instrument
from myelon.assess.wbb import eligibility
from myelon.board.evidence_base import EVIDENCE
from myelon.board.packet import DosedPacket, prepare
from myelon.board.rules import RULES
from myelon.cohort.proportion import proportion
from myelon.cohort.published import recovered_logrank, sums_of_mean
from myelon.dose.bed import Prescription, eqd2
from myelon.dose.particles import CarbonCourse
from myelon.dose.tolerance import Given, judge_course
from myelon.dose.verdict import Outcome
from myelon.errors import CaseError
from myelon.record.exposure import exposures
from myelon.record.extent import extents
from myelon.record.kinds import AdverseEvent, Evidence, Neurology, Pathology, Radiotherapy, Systemic
from myelon.record.when import DAYS_PER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from myelon.dose.reirradiation import Reirradiation
    from myelon.record.case import Case
    from myelon.record.kinds.evidence import Figure
    from myelon.record.publication import Publication


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
    ours: Callable[[DosedPacket], str] | None
    absent: str = ""


_CASE = "myelon case check src/myelon/demo/cases/paper-000.yaml"
_CASE_1 = "myelon case check src/myelon/demo/cases/paper-001.yaml"
_CASE_3 = "myelon case check src/myelon/demo/cases/paper-003.yaml"
_DOSE = "myelon dose bed --course 50.4/28 --course 24/5 --interval-days 14..60 --reached"
_RECORD = "tests/record/test_paper_000.py"
_RECORD_1 = "tests/record/test_paper_001.py"
_RECORD_3 = "tests/record/test_paper_003.py"
_FACTS = "tests/record/test_papers.py"
_BED = "tests/dose/test_reirradiation.py"


def _extents(packet: DosedPacket, *, oedema: bool) -> str:
    parts = []
    for e in extents(packet.case, oedema=oedema):
        if e.levels is not None:
            parts.append(str(e.levels))
        elif e.assertion == "absent":
            parts.append("none")
        elif e.change is not None:
            parts.append(e.change)
    return " → ".join(parts)


def _stain(packet: DosedPacket, marker: str) -> str:
    report = next(packet.case.of(Pathology))
    return ", ".join(dict.fromkeys(s.result for s in report.immunohistochemistry if s.marker == marker))


def _courses(packet: DosedPacket) -> str:
    return "; ".join(str(c.schedule).replace(" in ", "/") for c in packet.case.given(Radiotherapy))


def _judged(packet: DosedPacket) -> Reirradiation:
    if packet.dose is None:
        raise CaseError("has no radiotherapy", where=packet.case.id, todo="Trace a case that was irradiated")
    return packet.dose.judged


def _verdicts(packet: DosedPacket) -> str:
    verdicts = _judged(packet).verdicts
    failed = [v for v in verdicts if v.outcome == "fail"]
    return f"{len(failed)} of {len(verdicts)} limits exceeded (EQD2 sum {_sum(packet)} Gy)"


def _sum(packet: DosedPacket) -> str:
    return f"{_judged(packet).dose.cumulative_eqd2:.2f}"


def _nieder(packet: DosedPacket) -> str:
    score = _judged(packet).nieder
    return f"{score.total:g}, {score.group}" if score else "not scored"


def _line_2(packet: DosedPacket) -> str:
    line = next(s for s in packet.case.given(Systemic) if s.line == 2)
    low, high, why = line.implied_days or (0.0, 0.0, "")
    return f"{line.cycles} courses, {why}: {low / 7:.0f}–{high / 7:.0f} weeks"


def _counted(packet: DosedPacket) -> str:
    numbered = sum(1 for f in packet.findings if f.number)
    letter = {"paper-001": "B", "paper-003": "C"}[packet.case.id]
    facts = sum(fact.startswith(letter) for fact in packet.case.facts())
    return f"{facts} facts at {len(packet.case.entries)} entries, {numbered} contradictions"


def _dates(packet: DosedPacket, entry: str) -> str:
    low, high = packet.timeline.date(entry)
    return " … ".join("open" if d is None else str(dt.date.fromordinal(round(d))) for d in (low, high))


def _months(packet: DosedPacket, before: str, after: str) -> str:
    (low, high), _ = packet.timeline.interval(before, after)
    lower = "open" if low is None else f"{low / DAYS_PER['month']:.0f}"
    return f"at least {lower} months" if high is None else f"{lower}–{high / DAYS_PER['month']:.0f} months"


def _doxorubicin(packet: DosedPacket) -> str:
    return next(e.total_words for e in exposures(packet.case) if e.drug == "doxorubicin")


def _survival(packet: DosedPacket) -> str:
    window, _ = packet.timeline.interval("tumour.start", "death.start")
    low, high = (None if b is None else b / DAYS_PER["month"] for b in window)
    return f"{low:.0f}–{high:.0f} months"


def _highest(packet: DosedPacket) -> str:
    grades = [
        e.grade for e in packet.case.of(AdverseEvent) if e.during == "line-2" and e.grade and "Blood" in e.organ_class
    ]
    return f"highest haematological grade {max(grades)}"


def _share(entry: str) -> Callable[[DosedPacket], str]:
    def ours(packet: DosedPacket) -> str:
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
    _Row("000", "–", "the first course by itself", "computed: dose panel", "myelon dose limits --course 50.4/28", "tests/dose/test_tolerance.py", "not printed", lambda p: _by_itself(p, 0, "quantec.conv.50")),
    _Row("000", "–", "Nieder 2005 score", "computed: dose panel", _DOSE, _BED, "not printed", _nieder),
    _Row("000", "Case", "second-line chemotherapy", "line-2", _CASE, _RECORD, "13 courses every 4–6 weeks", _line_2),
    _Row("000", "Case", "haematological toxicity of line 2", "ae-*, finding XA7", _CASE, _RECORD, "“No hematological problems” and grade 2 anaemia", _highest),
    _Row("000", "Abstract, Case", "survival from diagnosis", "death", _CASE, _RECORD, "approximately 21 months", _survival),
    _Row("000", "Discussion", "Wolff et al.: shrinkage with and without repeat radiation", "evidence-wolff", _CASE, _RECORD, "4 of 7; 5 of 52", _share("evidence-wolff")),
    _Row("000", "Discussion", "BEV + ICE: haematological toxicity", "evidence-bev-ice", _CASE, _RECORD, "7 of 8", _share("evidence-bev-ice")),
    _Row("000", "Introduction, Discussion", "14 evidence items as printed", "evidence-*", _CASE, _RECORD, "facts A83–A96", lambda p: f"{sum(1 for _ in p.case.of(Evidence))} entries (A84 stands at the tumour)"),
    _Row("000", "Fig 3", "isodose plots", "", "", "", "two pictures", None, "the dose objects are not published; a picture is no dose"),
    _Row("001", "whole paper", "86 facts and 12 contradictions", "paper-001.yaml", _CASE_1, _FACTS, "facts B01–B86, XB1–XB12", _counted),
    _Row("001", "Case", "patient", "subject", _CASE_1, _RECORD_1, "65-year-old man", lambda p: p.case.subject.label if p.case.subject else ""),
    _Row("001", "Abstract, Case", "date of the diagnosis of the lung carcinoma", "lung, finding XB2", _CASE_1, _RECORD_1, "June 2021 (the CT)", lambda p: _dates(p, "lung")),
    _Row("001", "Case", "date of the diagnosis of the cord metastases", "iscm, finding XB3", _CASE_1, _RECORD_1, "not printed", lambda p: _dates(p, "iscm")),
    _Row("001", "Case", "date of death", "death", _CASE_1, _RECORD_1, "not printed", lambda p: _dates(p, "death")),
    _Row("001", "Case", "radiotherapy courses", "rt-1, rt-2", _CASE_1, _RECORD_1, "30 Gy/10 fractions (brain); 42 Gy/21 fractions (cord)", _courses),
    _Row("001", "–", "courses that are added", "computed: dose panel", _CASE_1, _RECORD_1, "not printed", lambda p: "; ".join(f"{c.id} is added to nothing: {why}" for c, why in p.left_out)),
    _Row("001", "Case, Fig 1B", "the course of the cord by itself", "computed: dose panel", "myelon dose limits --course 42/21", "tests/dose/test_tolerance.py", "42 Gy to 95 % of the PTV", lambda p: _by_itself(p, 0, "quantec.conv.50")),
    _Row("001", "Fig 1B", "isodose section and DVH", "", "", "", "a picture and a plot", None, "the dose objects are not published; a picture is no dose"),
    _Row("002", "Table 1", "case series of the literature", "", "", "", "", None, "the table is not in the text at hand (XL3)"),
    _Row("003", "whole paper", "84 facts and 15 contradictions", "paper-003.yaml", _CASE_3, _FACTS, "facts C01–C84, XC1–XC15", _counted),
    _Row("003", "Case", "patient", "subject", _CASE_3, _RECORD_3, "14-year-old girl", lambda p: p.case.subject.label if p.case.subject else ""),
    _Row("003", "Case, Fig 1", "extent of the tumour over time", "imaging-* lesions", _CASE_3, _RECORD_3, "L2–4 … L3–5", lambda p: _extents(p, oedema=False)),
    _Row("003", "Case", "radiotherapy courses", "rt-1, rt-2", _CASE_3, _RECORD_3, "50 Gy at 2 Gy; 60 Gy/30 fractions", _courses),
    _Row("003", "Discussion", "re-irradiation against the rule it quotes", "computed: dose panel", _CASE_3, _RECORD_3, "BED below 98 Gy each, 135.5 Gy in sum, interval of 6 months", _verdicts),
    _Row("003", "Case", "second course by itself, as cauda equina", "computed: dose panel", _CASE_3, "tests/dose/test_tolerance.py", "60 Gy at the cauda equina", lambda p: _by_itself(p, 1, "")),
    _Row("003", "Case", "muscle strength (MRC) over time", "neurology-*", _CASE_3, _RECORD_3, "4 → resolved → 2 → 3", lambda p: " → ".join(str(e.worst_mrc) for e in p.case.of(Neurology) if e.worst_mrc is not None)),
    _Row("003", "Case", "doxorubicin over eleven cycles", "line-1, finding", _CASE_3, _RECORD_3, "50 mg/m² each", _doxorubicin),
    _Row("003", "Case", "survival from the first admission", "death", _CASE_3, _RECORD_3, "not printed", lambda p: _months(p, "admission-1.start", "death.start")),
    _Row("004", "Tables 1–2", "Dumbbell Scoring System", "assess/dss.py", "myelon assess run dss_2016 --inputs '{\"size\": \"ge5\", \"boundary\": \"indistinguishable\", \"lobulated\": \"yes\", \"osteolysis\": \"yes\"}'", "tests/assess/test_instruments.py", "0–6, cut-off 3", lambda _: _dss()),
    _Row("004", "Fig 3–10", "eight figure cases", "paper-004-fig-*.yaml", "myelon case check src/myelon/demo/cases/paper-004-fig-4.yaml", "tests/record/test_review_figures.py", "legends of eight figures", lambda _: "8 case documents with what the legends print"),
    _Row("004", "Carbon ions", "cord limit of about 50 GyE, 64 GyE in 16", "dose/particles.py", "", "tests/dose/test_tolerance.py", "about 50 GyE", lambda _: _carbon()),
    _Row("004", "section 2, Figs 4 and 5", "WBB zones and the operation that fits", "assess/wbb.py", "myelon assess run wbb_1997 --inputs '{\"zones\": [2, 3, 4], \"rule_set\": \"matsumoto2024\"}'", "tests/assess/test_instruments.py", "2–4: sagittal; 1–3: posterior", lambda _: _wbb()),
    _Row("004", "Figs 1, 2, and the photographs", "drawings and photographs", "", "", "", "pictures", None, "a picture is no datum; the WBB disc is drawn anew"),
)  # fmt: skip


TRACED = ("000", "001", "003")
"""Papers whose case stands in the record."""


def _by_itself(packet: DosedPacket, course: int, limit: str) -> str:
    """What one row says of one course, or that none was made for it."""
    found = packet.doses[0].tolerances[course]
    verdict = next((v for t in found for v in t.verdicts if v.limit.id == limit), None)
    if verdict is not None:
        return f"{verdict.value_text} Gy EQD2 against {verdict.limit.rule} {verdict.limit}: {verdict.says}"
    return "; ".join(
        f"{t.organ.replace('_', ' ')}: {len(t.verdicts)} of 128 rows were made for such a course" for t in found
    )


def _carbon() -> str:
    course = CarbonCourse(64.0, 16)
    judged = judge_course("spinal_cord", Given(Prescription(64.0, 16), needs_model="the RBE model is not reported"))
    said = next(v for v in judged.verdicts if v.limit.id == "cirt.cord.50")
    return f"EQD2 {course.indicative_eqd2(2.0).value:g} Gy, indicative only; against {said.limit}: {said.outcome}"


def _schedules() -> str:
    """The schedules of the cohort as a cord maximum; those of few fractions against HyTEC and TG-101."""
    words = [f"{total:g}/{count}: EQD2 {eqd2(total, count, 2.0):.4g}" for total, count in ((30.0, 10), (40.0, 20))]
    for total, count in ((5.0, 1), (15.0, 3), (21.0, 3), (27.0, 5), (14.0, 1)):
        judged = judge_course("spinal_cord", Given(Prescription(total, count), reached=True))  # targets in the cord
        rows = [v for v in judged.verdicts if v.limit.metric in {"Dmax_point", "D0.035cc"}]
        over = [
            rule
            for rule in ("HyTEC 2021", "TG-101")
            if {v.outcome for v in rows if v.limit.rule == rule} == {Outcome.FAIL}
        ]
        named = ", ".join(over) or "none of the two"
        words.append(f"{total:g}/{count}: EQD2 {eqd2(total, count, 2.0):.4g}, over {named}")
    return "; ".join(words)


def _dss() -> str:
    dss = instrument("dss_2016")
    low, high = dss.evaluate({}).reachable or (0.0, 0.0)
    return f"{low:g}–{high:g}, cut-off {dss.categories[1].low:g}"


def _wbb() -> str:
    rows = {"2–4": frozenset("234"), "1–3": frozenset("123")}
    fits = {
        name: [f.operation for f in eligibility(z, frozenset("ABC"), "matsumoto2024") if f.fits]
        for name, z in rows.items()
    }
    return "; ".join(f"{name}: {', '.join(found)}" for name, found in fits.items())


def _agreeing(paper: Publication) -> str:
    printed = [f for e in paper.evidence for f in e.figures if f.percent is not None and f.value is not None]
    return f"{sum(not f.disagrees for f in printed)} of {len(printed)} agree with n/N"


def _recovered(paper: Publication) -> str:
    found = []
    for row in ("L157", "L160", "L163", "L166", "L169", "L172"):
        ratio, limits = _figures(paper, row)
        printed = [x for x in (ratio.value, limits.value, limits.value_max) if x is not None]
        found.append(f"{recovered_logrank(*printed).p:.4f}")
    return "; ".join(found) + " (from each hazard ratio and its limits)"


def _rate(paper: Publication, row: str) -> str:
    figure = _figures(paper, row)[0]
    rate = proportion(figure.numerator or 0, figure.denominator or 0)
    return f"{rate.percent:.2f} % ({rate.lower:.1f}–{rate.upper:.1f})"


def _figures(paper: Publication, row: str) -> tuple[Figure, ...]:
    return next(e.figures for e in paper.evidence if e.id == row)


class _PublicationRow(NamedTuple):
    place: str
    what: str
    held: str
    printed: str
    ours: Callable[[Publication], str]


_COHORT = "tests/cohort/test_paper_002.py"
_PUBLICATION_ROWS = (
    _PublicationRow("whole paper", "207 facts, 14 rules, 38 contradictions", "paper-002.yaml, cohort/patient.py", "facts L01–L207, RL1–RL14, XL1–XL38", lambda p: f"{len(p.entries)} entries; 48 variables of 61 synthetic records"),
    _PublicationRow("tables 2–6", "percents from their counts", "paper-002.yaml", "72 percents", _agreeing),
    _PublicationRow("Table 2", "mean age", "paper-002.yaml", "57.90 years", lambda p: f"{sums_of_mean(57.90, p.patients, 2)[0]}/{p.patients}: the only sum of whole years"),
    _PublicationRow("Methods, Discussion", "schedules as cord maxima against HyTEC and TG-101 (1 to 5 fractions)", "dose/tolerance.csv", "30/10; 40/20; 5x1; 15/3; 14x1; 21/3 and 27/5 pair printed limits and medians", lambda _: _schedules()),
    _PublicationRow("Table 6", "symptom response to radiotherapy alone", "paper-002.yaml", "61.90 %", lambda p: _rate(p, "L139")),
    _PublicationRow("Table 7", "log-rank p of six contrasts", "paper-002.yaml", "0.4338; 0.8664; 0.7789; 0.1557; 0.0063; 0.0026", _recovered),
)  # fmt: skip


def traced(cases: Mapping[str, Case], paper_002: Publication, series: Sequence[Trace] = ()) -> list[Trace]:
    """Every row with its value computed from the records of the papers.

    Args:
        cases: Paper number → its case.
        paper_002: The cohort paper.
        series: What was computed again from series of synthetic patients.
    """
    packets = {paper: prepare(case) for paper, case in cases.items()}
    rows = []
    for row in _ROWS:
        if row.ours is None:
            rows.append(Trace(*row[:7], "", f"not in Myelon: {row.absent}"))
            continue
        ours = row.ours(packets.get(row.paper, packets[TRACED[0]]))
        rows.append(Trace(*row[:7], ours, ""))
    at = next(i for i, r in enumerate(rows) if r.paper == "002")
    rows[at:at] = [
        Trace("002", r.place, r.what, r.held, "", _COHORT, r.printed, r.ours(paper_002), "") for r in _PUBLICATION_ROWS
    ]
    for trace in series:
        rows.insert(next(k for k, r in reversed(list(enumerate(rows))) if r.paper == trace.paper) + 1, trace)
    return rows + _rules_and_evidence()


def _rules_and_evidence() -> list[Trace]:
    """Every rule and every item of evidence that the options hold."""
    test = "tests/board/test_options.py"
    rules = [
        Trace(
            r.paper,
            r.where,
            f"rule: {', '.join(r.ids)}",
            f"board/rules {r.id}",
            "",
            test,
            r.says,
            f"held; {r.level}",
            "",
        )
        for r in RULES
        if r.paper.isdigit()
    ]
    for row in EVIDENCE:
        computed = [
            f"{f.what}: {f.interval.percent:.1f} % ({f.interval.lower:.1f}–{f.interval.upper:.1f})"
            for f in row.figures
            if f.interval is not None
        ]
        printed = "; ".join(f"{f.what} {f.printed}" for f in row.figures) or row.claim
        held = f"board/evidence_base.py {row.id}"
        ours = "; ".join(computed) or "held; no count is printed"
        rules.append(
            Trace(row.paper, "evidence", f"{', '.join(row.ids)}: {row.claim}", held, "", test, printed, ours, "")
        )
    return sorted(rules, key=lambda t: t.paper)


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
