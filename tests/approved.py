"""What the product says of known records, as text that a person approved: a change shows as a difference to be read.

`python tools/approve.py` writes the texts anew; read the difference before you commit it.
"""

import difflib
import json
import re
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pydicom

from myelon.assess import Patient, instrument, instruments
from myelon.assess.fields import Number
from myelon.assess.instrument import Sum
from myelon.assess.response_series import response_series
from myelon.assess.toxicity import toxicity
from myelon.board.differential import differential
from myelon.board.facts import FACTS, Situation, prognoses
from myelon.board.facts.scores import PROGNOSIS
from myelon.board.options import deliberate
from myelon.board.packet import prepare
from myelon.board.reporting import reporting_items
from myelon.board.schedules import schedules
from myelon.board.similar import answers, as_text
from myelon.board.standing import standing
from myelon.demo.hospital import CASES, demo_case, name_files
from myelon.demo.phantoms import PHANTOMS
from myelon.errors import InstrumentError, MyelonError
from myelon.exchange.dicom.courses import read_courses
from myelon.record.case import read_case
from myelon.record.kinds import Phase
from myelon.record.timeline import as_of, solve
from stories import BASES, DOSE_STORIES, RESPONSE_STORIES, STORIES, base, story

HERE = Path(__file__).parent
FOLDER = HERE / "data" / "approved"
WORD = {True: "yes", False: "no", None: "?"}


def read_facts(situation):
    found = {}
    for name in FACTS:
        known = situation.ask(name)
        entries = f" [{', '.join(known.entries)}]" if known.entries else ""
        found[name] = f"{WORD[known.value]}: {known.words}{entries}"
    return found


def read_options(situation):
    found = deliberate(situation)
    lines = {"urgent": found.urgent.words if found.urgent else "–"}
    for o in found.options:
        sides = (("+", o.speaks_for), ("-", o.against), ("&", o.goes_with), ("?", o.open))
        said = " ".join(f"{sign}{a.rule.id}" for sign, rows in sides for a in rows)
        evidence = " ".join(e.row.id for e in o.evidence)
        lines[f"option {o.kind.key}"] = f"{WORD[o.candidate.value]} {said} = {evidence}".rstrip(" =")
    lines |= {f"option {kind.key}": "no rule bears on it" for kind, _ in found.silent}
    lines["tasks"] = " ".join(a.rule.id for a in found.watch) or "–"
    lines["may follow"] = " ".join(a.rule.id for a in found.ask) or "–"
    if found.noms is not None:
        lines |= {f"NOMS {line.name}": f"{line.says or '?'}; asked: {len(line.asked)}" for line in found.noms.lines}
        lines["NOMS comes to"] = f"{WORD[found.noms.decided]}: {'; '.join(found.noms.outcomes)}"
    return lines


def read_results(patient):
    found = {}
    for chosen in instruments():
        r = chosen.from_case(patient)
        rests = ", ".join(f"{b.item} {b.option if b.option is not True else 'yes'} [{b.entry}]" for b in r.because)
        if r.not_applicable:
            said = f"not for it: {r.not_applicable}"
        elif r.missing:
            reach = "" if r.reachable is None else f" {r.reachable[0]:g} to {r.reachable[1]:g}"
            said = f"open{reach} {'/'.join(r.reachable_categories)}; missing {', '.join(r.missing)}"
        else:
            said = f"{r.value or 'nothing'}"
        more = "".join(
            f" | {name}: {'; '.join(rows)}"
            for name, rows in (("outside", r.outside), ("stale", r.stale), ("said", r.said), ("unread", r.unread))
            if rows
        )
        found[chosen.id] = f"{said} ({rests}){more}"
    return found


def read_prognosis(situation):
    rows = {f"prognosis {p.instrument}": f"{p.result}; {p.means}; {p.six_months}" for p in prognoses(situation)}
    for w in differential(situation):
        sides = (("+", w.speaks_for), ("-", w.against), ("?", w.unknown))
        rows[f"may be {w.candidate.name}"] = " ".join(f"{sign}{s.fact}" for sign, found in sides for s, _ in found)
    return rows


def board_of(case):
    situation = Situation(prepare(case))
    return read_facts(situation) | read_options(situation) | read_prognosis(situation)


def of_verdict(v):
    return f"{v.outcome}, {v.value_text} against {v.limit}, {v.says}{': ' + v.why if v.why else ''}"


def dose_of(case, reading=None):
    packet = prepare(case, reading)
    lines = {}
    for n, dose in enumerate(packet.doses, 1):
        at = f"dose {n}"
        sums = (dose.judged.dose.cumulative_eqd2, dose.judged.alternative.cumulative_eqd2)
        courses = ", ".join(c.id for c in dose.courses)
        lines[at] = (
            f"{courses}; {', '.join(dose.organ.organs)} at {dose.span}; EQD2 {sums[0]:.2f}, {sums[1]:.2f}; {dose.basis}"
        )
        lines[f"{at} known"] = (
            f"{dose.knowledge}; {dose.overlap or 'no overlap'}; {'; '.join(c.name for c in dose.classes) or 'no class'}"
        )
        lines[f"{at} open"] = dose.open_sum or dose.withheld or "no"
        for judged in (dose.judged, *dose.other_organs):
            lines |= {f"{at} {judged.organ} {v.limit.id}": of_verdict(v) for v in judged.verdicts}
            nieder = [s for s in (judged.nieder, judged.nieder_alternative) if s is not None]
            lines[f"{at} {judged.organ} Nieder"] = (
                "; ".join(re.sub(r"\d+\.\d{4,}", rounded, str(s)) for s in nieder) or "no score"
            )
            lines |= {f"{at} {judged.organ} warning {k}": w for k, w in enumerate(judged.warnings)}
        for course, by_organ in zip(dose.courses, dose.tolerances, strict=True):
            for one in by_organ:
                rows = [*one.verdicts, *one.beside]
                lines |= {f"{at} {course.id} alone, {one.organ} {v.limit.id}": of_verdict(v) for v in rows}
                lines |= {f"{at} {course.id} alone, {one.organ} risk {r.model}": str(r) for r in one.risks}
        lines |= by_voxel(at, dose)
        lines |= {f"{at} note {k}": note for k, note in enumerate(dose.notes)}
        lines |= {f"{at} {i.name}": " | ".join(i.lines) or "not recorded" for i in reporting_items(packet, dose)}
    lines |= {f"left out {c.id}": why for c, why in packet.left_out}
    for s in schedules(packet):
        lines[f"schedule {s.total_gy:g}/{s.fractions} {s.organ}"] = (
            f"{s.eqd2_gy:.2f}, {s.basis}; {len(s.exceeded)} exceeded; {s.outcomes}"
        )
    stands = standing(case, packet.timeline)
    for name in ("strength", "bladder", "bowel", "performance", "preference", "image", "growth"):
        lines[f"stands {name}"] = str(getattr(stands, name) or "–")
    lines |= {f"stands {limb}": str(said) for limb, said in stands.limbs}
    lines["like it"] = as_text(answers(case, packet.timeline))
    return lines


def rounded(number):
    return f"{float(number[0]):.3f}"


def by_voxel(at, dose):
    """What only files say: sums of each structure and how sure they are, vertebra by vertebra, what was left out."""
    lines = {}
    for name, sums in dose.sums.items():
        for alpha_beta, one in zip(("2", "other"), sums, strict=True):
            at_cc = one.total.dose_at_cc(0.03)
            lines[f"{at} {name} at α/β {alpha_beta}"] = (
                f"{one.total.max_gy:.2f}, D0.03cc {at_cc:.2f}, bound {one.bound('max'):.2f}"
            )
        for alpha_beta, one in zip(("2", "other"), dose.sure.get(name, ()), strict=False):
            said = f"{one.nominal('max'):.1f}, 95th percentile {one.p95('max'):.1f} of {one.count}"
            lines[f"{at} {name} sure at α/β {alpha_beta}"] = said
        lines[f"{at} {name} near an edge"] = f"{dose.near_edge[name]:.3f}"
    for row in dose.levels:
        lines[f"{at} cord at {row.level.name}"] = (
            f"{row.low_mm:g} to {row.high_mm:g} mm: {'–' if row.max_gy is None else f'{row.max_gy:.2f}'}"
        )
    if dose.roi_numbers:
        lines[f"{at} contours"] = " | ".join(
            ", ".join(f"{n} {r}" for n, r in sorted(some.items())) for some in dose.roi_numbers
        )
    lines |= {f"{at} file {n}": str(f) for n, f in enumerate(dose.findings)}
    return lines


def assess_of(case):
    return read_results(Patient(case))


def response_of(case):
    timeline = solve(case)
    found, lines = response_series(case, timeline), assess_of(case)
    if found is not None:
        lines["series"] = (
            f"{found.baseline}: {found.sum_mm:g} mm of {', '.join(found.targets)}; {'; '.join(found.doubts) or 'no doubt'}"
        )
        for p in found.points:
            sizes = ", ".join(f"{n} {s:g}" for n, s in p.sizes_mm.items())
            change = p.change_percent(found.sum_mm)
            lines[f"series {p.study}"] = (
                f"{p.overall}: target {p.target}, other {p.non_target}, new {', '.join(p.new) or '–'}; {sizes}; sum {p.sum_mm}, "
                f"least {p.nadir_mm}, {'–' if change is None else f'{change:+.1f} %'}; {'; '.join(p.steps)}"
            )
        lines["series best"] = f"{found.best(confirmed=True)} confirmed, {found.best(confirmed=False)} without"
    table = toxicity(case, timeline)
    for term, cells in table.rows:
        for treatment, cell in zip(table.treatments, cells, strict=True):
            by = ", ".join(f"{n}: {g}" for n, g in cell.by_cycle)
            lines[f"toxicity {term} {treatment.id}"] = f"{cell.words}; {', '.join(cell.entries)}; {by or 'no cycle'}"
    lines |= {f"toxicity left out {entry}": why for entry, why in table.unplaced}
    return lines


# ── rules of instruments, around their worked vignettes ─────────────────────────────────────────────────

_SHARES = (0.5, 0.65, 0.7, 0.75, 1.2, 1.25, 1.4)
_STEPS = (-5.0, -2.0, -1.0, 1.0, 2.0, 5.0)


def near(item, given):
    """Values of an item around one that a vignette gives."""
    if item.domain is not None:
        return [v for v in item.domain if v != given]
    if isinstance(item, Number) and isinstance(given, int | float):
        tried = {round(given * s, 6) for s in _SHARES} | {given + s for s in _STEPS} | {0.0}
        tried = {v for v in tried if item.low <= v <= item.high and v != given and (not item.whole or v == int(v))}
        return sorted(tried)
    return []


MOST_EDGES = 12
"""A rule that gives a number changes everywhere: its edges say nothing."""


def edges(chosen, given, item):
    """Where along a number the result changes, and what it is at the edge itself, as one line each."""
    if item.domain is not None or not isinstance(item, Number):
        return
    low, high = max(item.low, -1000.0), min(item.high, 1000.0)
    points = sorted(
        {low + (high - low) * n / 40 for n in range(41)} | {float(n) for n in range(-60, 61) if low <= n <= high}
    )
    points = sorted({round(x) for x in points}) if item.whole else points

    def said(x):
        result = result_of(chosen, given | {item.key: x})
        return "refused" if result.startswith("refused") else result

    for pair in pairwise(points):
        before, after = (said(x) for x in pair)
        if before == after:
            continue
        left, right = pair
        while right - left > (1 if item.whole else 1e-7):
            middle = (left + right) // 2 if item.whole else (left + right) / 2
            left, right = (middle, right) if said(middle) == before else (left, middle)
        if item.whole:
            yield f"up to {left:g}: {before}; from {right:g}: {after}"
        else:
            at = round((left + right) / 2, 4)
            yield f"below {at:g}: {before}; at it: {said(at)}; above: {after}"


def result_of(chosen, answers):
    try:
        r = chosen.evaluate(answers)
    except InstrumentError as error:
        return f"refused: {error}"
    if r.missing:
        return f"open {'/'.join(r.reachable_categories)}; missing {', '.join(r.missing)}"
    return f"{r.value or 'nothing'}{' !' if r.outside else ''}"


def text_of_rules():
    """Each rule around its vignettes: what changes when one answer does; and what each item alone leaves open."""
    parts = []
    table = json.loads((HERE / "reference" / "knowledge" / "instruments.json").read_text(encoding="utf-8"))
    vignettes = {row["id"]: row.get("vignettes", []) for row in table["instruments"]}
    for chosen in (i for i in instruments() if not isinstance(i, Sum)):
        alone = [f"  {item.key} {edge}" for item in chosen.items for edge in edges(chosen, {}, item)]
        if 0 < len(alone) <= MOST_EDGES:
            parts.append("\n".join([f"== {chosen.id}, one number and no more", *alone]))
        for n, vignette in enumerate(vignettes.get(chosen.id, [])):
            given = vignette["inputs"]
            whole = chosen.evaluate(given)
            lines = [
                f"== {chosen.id} {n}: {json.dumps(given, ensure_ascii=False)}",
                f"  {result_of(chosen, given)}; {'; '.join(whole.steps)}",
            ]
            for item in chosen.items:
                said = {}
                for value in near(item, given.get(item.key, 10.0)):
                    said.setdefault(result_of(chosen, given | {item.key: value}), []).append(value)
                lines += [f"  {item.key} {', '.join(map(str, values))}: {result}" for result, values in said.items()]
                found = list(edges(chosen, given, item))
                lines += [f"  {item.key} {edge}" for edge in found if len(found) <= MOST_EDGES]
            parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def records():
    """Whole records: the demonstration cases at their end and at each phase, and the seven patients of no paper."""
    for case_id in CASES:
        case = demo_case(case_id)
        if any(c.files and c.files.rtdose for c in case.entries if c.kind == "radiotherapy"):
            continue
        yield case_id, case
        for phase in case.given(Phase):
            try:
                yield f"{case_id} as of {phase.id}", as_of(case, phase.id)
            except MyelonError:
                continue
    for path in sorted((HERE / "data" / "vignettes").glob("*.yaml")):
        yield path.stem, read_case(path.read_text(encoding="utf-8"))


def changed(before, now):
    """Lines of one reading that another does not have."""
    return [f"  {k}: {words}" for k, words in now.items() if words != before.get(k)] + [
        f"  {k}: no more" for k in before if k not in now
    ]


def silent(words):
    return words.startswith("?: not recorded") or words == "not recorded"


def text_of_records(read):
    """Each record at its end, then what is otherwise as of each phase."""
    parts, whole = [], {}
    for name, case in records():
        now = read(case)
        if " as of " in name:
            lines = changed(whole, now)
        else:
            whole, lines = now, [f"  {key}: {said}" for key, said in now.items() if not silent(said)]
        parts.append("\n".join([f"== {name}", *lines]))
    return "\n\n".join(parts) + "\n"


def text_of_stories(read, stories, first=None):
    """Each base in full, or with the first story told, then of each story what it changes."""
    bases = {name: read(base(name)) for name in BASES}
    if first is not None:
        bases |= {name: read(story(first)) for name in {stories[first][0]}}
    parts = []
    for name, said in bases.items():
        lines = [f"  {key}: {words}" for key, words in said.items() if not silent(words)]
        parts.append("\n".join([f"== {name}", *lines]))
    for name, (of, _) in stories.items():
        lines = changed(bases[of] if first is None else bases[stories[first][0]], read(story(name)))
        parts.append("\n".join([f"-- {of}, {name}", *lines]))
    return "\n\n".join(parts) + "\n"


def with_files(phantom, objects, change=lambda case, _: case):
    """A phantom and its files in a folder, changed before they are read."""
    case = name_files(demo_case(phantom.identifier), {kind: len(contents) for kind, contents in objects.items()})
    with TemporaryDirectory() as folder:
        for kind, contents in objects.items():
            for n, content in enumerate(contents):
                (Path(folder) / f"{kind}.{n}").write_bytes(content)
        case = change(case, Path(folder))
        return dose_of(case, read_courses(case, Path(folder).joinpath))


def one_course(case, _files):
    return case.with_entries(tuple(e for e in case.entries if e.id != "rt-2"))


def fewer_vertebrae(case, files):
    """Two vertebrae of the last structure set lose their names."""
    for path in sorted(files.glob("rtstruct.*")):
        data = pydicom.dcmread(path)
        for roi in data.StructureSetROISequence:
            if roi.ROIName in {"VB_T07", "VB_T09"}:
                roi.ROIName = f"other {roi.ROIName[-1]}"
        data.save_as(path)
    return case


def text_of_files():
    """A phantom by voxel, and what one course, or fewer contours, change."""
    phantom = PHANTOMS[1]
    objects = {kind: contents for kind, contents in phantom.dicom().items() if kind.startswith(("rt", "ct"))}
    whole = with_files(phantom, objects)
    parts = ["\n".join([f"== {phantom.identifier}", *(f"  {k}: {words}" for k, words in whole.items())])]
    for change in (one_course, fewer_vertebrae):
        lines = changed(whole, with_files(phantom, objects, change))
        parts.append("\n".join([f"-- {phantom.identifier}, {change.__name__.replace('_', ' ')}", *lines]))
    return "\n\n".join(parts) + "\n"


def text_of_tables():
    """What each band of a prognostic instrument is taken to say of six months, beside what the band is called."""
    rows = []
    for name, bands in PROGNOSIS.items():
        for category in instrument(name).categories:
            said = {True: "six months or more", False: "less than six months"}.get(bands.get(category.key), "neither")
            rows.append(
                f"{name} {category.key} ({category.label}{'; ' + category.interpretation if category.interpretation else ''}): {said}"
            )
    return "\n".join(rows) + "\n"


TEXTS = {
    "board-dose-files.txt": text_of_files,
    "board-tables.txt": text_of_tables,
    "board-records.txt": lambda: text_of_records(board_of),
    "board-stories.txt": lambda: text_of_stories(board_of, STORIES),
    "board-dose-records.txt": lambda: text_of_records(dose_of),
    "board-dose-stories.txt": lambda: text_of_stories(dose_of, DOSE_STORIES, "two courses in the cord"),
    "assess-records.txt": lambda: text_of_records(assess_of),
    "assess-rules.txt": text_of_rules,
    "assess-response-stories.txt": lambda: text_of_stories(response_of, RESPONSE_STORIES),
    "assess-stories.txt": lambda: text_of_stories(assess_of, STORIES),
}
"""File of tests/data/approved → how it is made."""


def difference(name):
    """Lines that differ from what was approved; empty where none does."""
    kept = (FOLDER / name).read_text(encoding="utf-8").split("\n")
    return list(difflib.unified_diff(kept, TEXTS[name]().split("\n"), "approved", "now", lineterm="", n=2))
