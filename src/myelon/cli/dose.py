"""`myelon dose`: radiobiology of prescriptions, DVH of files, sum of courses."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from myelon.cli.judged import judged_as_dict, print_judged, verdict_as_dict
from myelon.cli.output import Json, heading, print_json, rounded, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myelon.dose.accumulate import Accumulation
    from myelon.dose.agreement import FileFinding
    from myelon.dose.dvh import DVH
    from myelon.dose.grid import DoseGrid
    from myelon.dose.reirradiation import Reirradiation
    from myelon.dose.structure import EndCaps
    from myelon.exchange.dicom import StructureSet
    from myelon.exchange.dicom.embedded_dvh import ComparedDvh
    from myelon.exchange.sum_plan import LoadedPlan

app = typer.Typer(help="BED and EQD2, DVH, sum of courses.", no_args_is_help=True)
_ORGANS = {"cord": "spinal_cord", "cauda": "cauda_equina", "sac": "thecal_sac"}
ReachedOption = Annotated[
    bool,
    typer.Option(
        "--reached", help="The organ had the prescription: the target contains it, or the technique spares nothing."
    ),
]
SamePatientOption = Annotated[
    str, typer.Option("--same-patient", help="Why files that bear different patient IDs are of one patient.")
]
_METRICS = "volume,mean,max,D0.03cc,D0.1cc,D2%,D50%,D98%"


@app.command("bed")
def bed(
    course: Annotated[list[str], typer.Option("--course", help="Total Gy / fractions, in time order; repeat it.")],
    interval_days: Annotated[
        list[str] | None, typer.Option("--interval-days", help="End to start: 60, or 22..60; one between two courses.")
    ] = None,
    alpha_beta: Annotated[float, typer.Option("--alpha-beta", help="α/β in Gy.")] = 2.0,
    organ: Annotated[str, typer.Option("--organ", help="cord, conus, cauda or sac.")] = "cord",
    level: Annotated[str | None, typer.Option("--level", help="Vertebrae, such as T1-T4 or L2-L5.")] = None,
    reached: ReachedOption = False,
    json: Json = False,
) -> None:
    """BED and EQD2 of courses, the Nieder score, and the re-irradiation limits.

    From prescriptions a limit is only called exceeded where the organ is known to have had them: --reached.
    """
    from dataclasses import replace

    from myelon.dose.agreement import twice_daily
    from myelon.dose.bed import Prescription, check_alpha_beta
    from myelon.dose.interval import Interval
    from myelon.dose.reirradiation import from_prescriptions
    from myelon.errors import DoseError
    from myelon.terms.levels import Span, organ_at

    check_alpha_beta(alpha_beta)
    courses = [Prescription.parse(c) for c in course]
    texts = interval_days or []
    if texts and len(texts) != len(courses) - 1:
        raise DoseError(f"{len(texts)} intervals for {len(courses)} courses", todo="Give one between each two courses")
    intervals = [Interval.parse(t) for t in texts] or [Interval(None, None)] * (len(courses) - 1)
    judged = from_prescriptions(
        courses,
        intervals,
        organ=_ORGANS.get(organ, organ),
        alpha_beta_gy=alpha_beta,
        span=Span.parse(level) if level else None,
        reached=[reached] * len(courses),
    )
    at_level = organ_at(Span.parse(level)) if level else None
    said = [f"{c}: {f.text}. {f.todo}" for c in courses for f in twice_daily(str(c), c.fractions, c.gy_per_fraction)]
    if at_level is not None and judged.organ not in at_level.organs:
        said.append(f"at {level} lies {', '.join(at_level.organs)}: {at_level.why}")
    judged = replace(judged, warnings=(*judged.warnings, *said))
    if json:
        print_json(judged_as_dict(judged))
        return
    print_judged(judged)


@app.command("limits")
def limits(
    course: Annotated[str, typer.Option("--course", help="Total Gy / fractions.")],
    organ: Annotated[str, typer.Option("--organ", help="cord, conus or cauda.")] = "cord",
    previous_eqd2: Annotated[
        float | None, typer.Option("--previous-eqd2", min=0.0, help="EQD2 (α/β 2) of what the same point had before.")
    ] = None,
    reached: ReachedOption = False,
    every: Annotated[bool, typer.Option("--all", help="Also the rows that were made for something else.")] = False,
    own: Annotated[
        Path | None, typer.Option("--own", help="Also a hospital's own limits: a CSV file with source and author.")
    ] = None,
    json: Json = False,
) -> None:
    """One course against every published limit that was made for such a course, and beside them a hospital's own."""
    from myelon.dose.agreement import twice_daily
    from myelon.dose.bed import Prescription
    from myelon.dose.own_limits import of_course, read_own_limits, why_silent
    from myelon.dose.tolerance import Given, judge_course
    from myelon.errors import DoseError

    if previous_eqd2 is not None and not math.isfinite(previous_eqd2):
        raise DoseError(f"previous EQD2 {previous_eqd2}", todo="Give Gy as a number")
    if _ORGANS.get(organ, organ) not in {"spinal_cord", "conus", "cauda_equina"}:
        raise DoseError(f"organ {organ!r}", todo="Use cord, conus or cauda")
    judged = judge_course(_ORGANS.get(organ, organ), Given(Prescription.parse(course), previous_eqd2, reached=reached))
    shown = judged.verdicts + judged.beside + (judged.not_applicable if every else ())
    table_of_own = read_own_limits(own) if own is not None else ()
    shown += of_course(judged, table_of_own)
    silent = [(row, why) for row in table_of_own if (why := why_silent(row, [("this course", judged)]))]
    if json:
        risks = [{"model": r.model, "risk": str(r), "status": r.status, "note": r.note} for r in judged.risks]
        rows = [verdict_as_dict(v) for v in shown]
        said = [{"limit": f"{row.organ} {row.metric} {row}", "why": why} for row, why in silent]
        disagreements = list(judged.disagreements)
        print_json({"verdicts": rows, "risks": risks, "disagreements": disagreements, "own_made_for_others": said})
        return
    heading(f"{judged.organ}: {course}, basis prescription")
    table(
        ("rule", "made for", "metric", "value", "limit", "verdict", "risk", "status"),
        [
            (v.limit.rule, v.limit.organ, v.metric, v.value_text, str(v.limit),
             f"{v.says}{': ' + v.why if v.why else ''}", v.limit.risk, v.limit.status)
            for v in shown
        ],
    )  # fmt: skip
    if not judged.verdicts:
        given = judged.given.prescription
        first = (
            ""
            if previous_eqd2 is None
            else " at a point that was irradiated before (rows of a first course are set aside)"
        )
        typer.echo(
            f"No row was made for {given.fractions} fractions of {given.gy_per_fraction:.3g} Gy{first}: that says "
            "nothing of harm or of none."
        )
    for line in judged.disagreements:
        typer.echo(f"sources disagree on {line}")
    for r in judged.risks:
        typer.echo(
            f"risk of myelopathy, if the cord had the prescription: {r} ({r.model}{', ' + r.note if r.note else ''})"
        )
    for warned in twice_daily(course, judged.given.prescription.fractions, judged.given.prescription.gy_per_fraction):
        typer.echo(f"warning: {warned.text}. {warned.todo}")
    for row, why in silent:
        typer.echo(f"own limit of the {row.organ.replace('_', ' ')}, {row.metric} {row}: {why}")
    typer.echo(f"{len(judged.not_applicable)} rows were made for something else (--all shows them)")
    typer.echo("\nDose figures need a medical physicist's review.")


@app.command("dvh")
def dvh(  # noqa: C901  # one branch an output
    structures: Annotated[Path, typer.Option("--structures", help="RT Structure Set.")],
    dose: Annotated[Path, typer.Option("--dose", help="RT Dose.")],
    roi: Annotated[list[str] | None, typer.Option("--roi", help="ROI name; repeat it; all when left out.")] = None,
    end_caps: Annotated[str, typer.Option("--end-caps", help="slab or none; moves small volumes.")] = "slab",
    metrics: Annotated[str, typer.Option("--metrics", help="Comma-separated: D0.03cc,D2%,V20Gy,mean.")] = _METRICS,
    prescribed: Annotated[
        str | None, typer.Option("--prescription", help="Total Gy / fractions: the grid is compared with it.")
    ] = None,
    plan: Annotated[Path | None, typer.Option("--plan", help="RTPLAN of the dose: compared with it.")] = None,
    modality: Annotated[str, typer.Option("--modality", help="photon, proton or electron.")] = "photon",
    same_patient: SamePatientOption = "",
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the curves.")] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw the curves (svg, pdf, png).")] = None,
    json: Json = False,
) -> None:
    """DVH and metrics of structures under a dose."""
    from myelon.errors import DoseError

    if end_caps not in {"slab", "none"}:
        raise DoseError(f"end caps {end_caps!r}", todo="Use slab or none")
    names = [m.strip() for m in metrics.split(",") if m.strip()]
    read = _dvh_files(structures, dose, plan, prescribed, modality, same_patient, roi)
    curves, unusable = _curves(structures, read, roi, "slab" if end_caps == "slab" else "none")
    rows = [{"roi": c.structure, **dvh_as_dict(c, names)} for c in curves]
    if csv is not None:
        _write_curves(csv, curves)
    if plot is not None:
        from myelon.report.charts import dvh_chart

        dvh_chart([(c.structure, c) for c in curves]).save(plot)
    if json:
        print_json(
            {
                "rois": rows,
                "unusable": unusable,
                "findings": [f._asdict() for f in read.findings],
                "planning_system": [r._asdict() for r in _embedded(dose, read, curves)],
            }
        )
        return
    table(
        ("ROI", *names, "inside grid", "end caps"),
        [
            (c.structure, *(rounded(c.metric(m).value, 3 if m == "volume" else 2) for m in names),
             f"{c.covered_share:.1%}", c.end_caps)
            for c in curves
        ],
    )  # fmt: skip
    for c in curves:
        for warning in c.warnings:
            typer.echo(f"warning: {c.structure}: {warning}")
    for name, reason in unusable.items():
        typer.echo(f"left out: {name}: {reason}")
    for finding in read.findings:
        typer.echo(f"warning: {finding.text}{'. ' + finding.todo if finding.todo else ''}")
    for row in _embedded(dose, read, curves):
        if row.differs:
            typer.echo(
                f"warning: {row.structure}: the planning system wrote {row.metric} {row.file:.2f} {row.unit}, "
                f"computed here {row.ours:.2f}"
            )


class _DvhFiles(NamedTuple):
    """What `dose dvh` reads."""

    structures: StructureSet
    grid: DoseGrid
    findings: tuple[FileFinding, ...]


def _dvh_files(
    structures: Path,
    dose: Path,
    plan: Path | None,
    prescribed: str | None,
    modality: str,
    same_patient: str,
    rois: list[str] | None,
) -> _DvhFiles:
    """Structures and dose, compared with one another and with the prescription; what refuses is an error here."""
    from dataclasses import replace

    from myelon.dose.agreement import HIGHEST_WITHOUT_WORD_GY, FileFinding, Prescribed
    from myelon.dose.bed import Prescription
    from myelon.dose.particles import in_photon_gy
    from myelon.errors import DoseError
    from myelon.exchange.dicom import one_of, read_rtplan, read_rtstruct
    from myelon.exchange.dicom.courses import CourseObjects, compared
    from myelon.exchange.dicom.rtdose import read_dose_object

    if modality not in {"photon", "proton", "electron"}:
        raise DoseError(f"modality {modality!r}", todo="Use photon, proton or electron")
    found = read_rtstruct(one_of(structures, "rtstruct"), rois=rois)
    for name in rois or []:
        found.get(name)
    read = read_dose_object(one_of(dose, "rtdose"))
    summary = read_rtplan(one_of(plan, "rtplan")) if plan else None
    stated = Prescription.parse(prescribed) if prescribed else None
    known = Prescribed(
        stated.total_gy if stated else None,
        stated.fractions if stated else summary.groups[0] if summary else None,
        summary.prescription_gy if summary else None,
    )
    findings = compared(CourseObjects(dose.name, read, found, summary, modality, known), but=same_patient)
    nothing_known = known.total_gy is None and known.plan_gy is None
    if nothing_known:  # a curve needs no prescription; what it is of is then not known
        high = " (cGy taken as Gy?)" if read.greatest_gy > HIGHEST_WITHOUT_WORD_GY else ""
        findings = [f for f in findings if "no prescription is known" not in f.text]
        findings.append(
            FileFinding(
                "warn",
                dose.name,
                f"the greatest dose of the grid is {read.greatest_gy:.1f} Gy{high}; no prescription to compare it with",
                "Give --prescription or --plan",
            )
        )
    refused = next((f for f in findings if f.severity == "refuse"), None)
    if refused is not None:
        todo = "Give files of one patient, or say why: --same-patient REASON" if "patient ID" in refused.text else ""
        raise DoseError(refused.text, where=refused.course, todo=todo or refused.todo)
    grid, note = in_photon_gy(read.grid, modality) if modality == "proton" else (read.grid, "")
    if note:
        findings.append(FileFinding("warn", dose.name, note))
    return _DvhFiles(found, replace(grid, patient="") if same_patient else grid, tuple(findings))


def _embedded(dose: Path, read: _DvhFiles, curves: Sequence[DVH]) -> tuple[ComparedDvh, ...]:
    """DVHs of the planning system in the RT Dose beside ours; none where the dose was weighted here."""
    from myelon.exchange.dicom import one_of
    from myelon.exchange.dicom.embedded_dvh import compare_dvhs, read_embedded_dvhs

    embedded = read_embedded_dvhs(one_of(dose, "rtdose"))
    return compare_dvhs(embedded, read.structures.numbers, {c.structure: c for c in curves})


def _curves(
    structures: Path, read: _DvhFiles, rois: list[str] | None, end_caps: EndCaps
) -> tuple[list[DVH], dict[str, str]]:
    """The DVHs of the wanted ROIs, and those that have none with the reason; one that was named must have one."""
    from myelon.dose.dvh import dvh as compute
    from myelon.errors import DoseError

    curves, unusable = [], dict(read.structures.unusable)
    for name, structure in read.structures.structures.items():
        try:
            curves.append(compute(structure, [read.grid], end_caps=end_caps))
        except DoseError as error:
            if rois:
                raise
            unusable[name] = error.what
    if not curves:
        raise DoseError(
            "no ROI has a DVH", where=structures.name, todo="; ".join(f"{n}: {r}" for n, r in unusable.items())
        )
    return curves, unusable


def dvh_as_dict(curve: DVH, names: Sequence[str]) -> dict[str, Any]:
    """Metrics of a DVH as plain values."""
    metrics = {name: curve.metric(name) for name in names}
    return {
        "volume_cc": curve.total_cc,
        "covered_share": curve.covered_share,
        "end_caps": curve.end_caps,
        "unit": curve.unit,
        "metrics": {name: m.value for name, m in metrics.items()},
        "flags": {name: m.flag for name, m in metrics.items() if m.flag},
        "warnings": list(curve.warnings),
    }


def _write_curves(path: Path, curves: Sequence[DVH]) -> None:
    import csv as csvlib

    from myelon.errors import InputError

    try:
        stream = path.open("w", newline="", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path.name!r} cannot be written", todo="Choose a folder that exists") from error
    with stream:
        writer = csvlib.writer(stream)
        writer.writerow(["roi", "dose_gy", "volume_cc", "volume_percent", "end_caps"])
        for c in curves:
            step = max(1, round(0.1 / (c.edges_gy[1] - c.edges_gy[0])))
            for d, v in zip(c.edges_gy[::step], c.volume_cc[::step], strict=True):
                writer.writerow([c.structure, f"{d:.2f}", f"{v:.6f}", f"{100 * v / c.covered_cc:.4f}", c.end_caps])


@app.command("sum")
def add(
    plan: Annotated[Path, typer.Argument(help="PLAN.yaml: courses, structures, outputs.")],
    same_patient: SamePatientOption = "",
    json: Json = False,
) -> None:
    """Add courses voxel by voxel in EQD2, with the no-registration bound beside the sum."""
    from myelon.dose.accumulate import accumulate
    from myelon.dose.reirradiation import alternative_alpha_beta
    from myelon.exchange.sum_plan import read_sum_plan

    loaded = read_sum_plan(plan, same_patient_because=same_patient)
    stated = loaded.plan
    other = alternative_alpha_beta(stated.alpha_beta, None)
    pairs = [
        tuple(accumulate(s, loaded.grids, ab, end_caps=stated.end_caps) for ab in (stated.alpha_beta, other))
        for s in loaded.structures.structures.values()
    ]
    judged, reason = _judge(loaded, pairs)
    if stated.outputs.csv:
        _write_curves(plan.parent / stated.outputs.csv, [p[0].total for p in pairs])
    if stated.outputs.plot:
        from myelon.report.charts import dvh_chart

        curves = [(f"{p[0].structure}, sum", p[0].total) for p in pairs]
        dvh_chart(curves, unit=f"EQD2, Gy (α/β {stated.alpha_beta:g})").save(plan.parent / stated.outputs.plot)
    labels = [c.label for c in stated.courses]
    if json:
        print_json(
            {
                "structures": [sum_as_dict(a, b, labels) for a, b in pairs],
                "reirradiation": judged_as_dict(judged) if judged else None,
                "not_judged": reason,
                "findings": [f._asdict() for f in loaded.findings],
                "notes": list(loaded.notes),
                "unusable": loaded.structures.unusable,
            }
        )
        return
    heading(f"EQD2 at α/β {stated.alpha_beta:g} Gy (and {other:g}); end caps {stated.end_caps}")
    table(
        ("ROI", "metric", *labels, "sum", "no registration", f"sum, α/β {other:g}", "inside grids"),
        [
            (
                a.structure,
                m,
                *(rounded(c.metric(m).value) for c in a.courses),
                rounded(a.total.metric(m).value),
                rounded(a.bound(m)),
                rounded(b.total.metric(m).value),
                f"{a.total.covered_share:.1%}",
            )
            for a, b in pairs
            for m in ("D0.03cc", "max", "mean")
        ],
    )
    for a, _ in pairs:
        for warning in a.total.warnings:
            typer.echo(f"warning: {a.structure}: {warning}")
    for note in loaded.notes:
        typer.echo(note)
    for finding in loaded.findings:
        typer.echo(f"{'not judged' if finding.severity == 'refuse' else 'warning'}: {finding}")
    if judged is not None:
        print_judged(judged)
    else:
        typer.echo(f"limits not judged: {reason}")


@app.command("register")
def register(
    fixed: Annotated[Path, typer.Argument(help="CT of the last course: a folder of slices.")],
    moving: Annotated[Path, typer.Argument(help="CT of the earlier course: a folder of slices.")],
    structures: Annotated[Path, typer.Option("--structures", help="RTSTRUCT in the frame of the fixed CT.")],
    around: Annotated[list[str], typer.Option("--around", help="Vertebra that must fit, such as VB_T08; repeat it.")],
    out: Annotated[Path, typer.Option("--out", help="Registration to write (.dcm).")],
    picture: Annotated[Path, typer.Option("--picture", help="Checkerboard and overlay to look at (.png).")],
    kind: Annotated[str, typer.Option("--kind", help="rigid, affine or deformable.")] = "rigid",
    moving_structures: Annotated[
        Path | None,
        typer.Option("--moving-structures", help="RTSTRUCT of the moving CT: vertebrae of the same name lead the fit."),
    ] = None,
    margin: Annotated[float, typer.Option("--margin", min=0.0, help="Around the vertebrae, mm.")] = 15.0,
    json: Json = False,
) -> None:
    """Register two CTs by the bone of some vertebrae, and write the registration and a picture of it."""
    import datetime as dt

    from myelon.dose.register import KINDS
    from myelon.errors import DoseError
    from myelon.exchange.dicom import one_of, read_rtstruct, scan
    from myelon.exchange.dicom.registering import register_courses
    from myelon.report.registration_figure import registration_png

    if kind not in KINDS:
        raise DoseError(f"kind {kind!r}", todo="Use " + ", ".join(KINDS))
    chosen = next(k for k in KINDS if k == kind)
    contours = read_rtstruct(one_of(structures, "rtstruct"))
    for name in around:
        contours.get(name)
    other = read_rtstruct(one_of(moving_structures, "rtstruct")) if moving_structures else None
    made, images = register_courses(
        scan(fixed).ct, scan(moving).ct, contours, other, around=around, kind=chosen, margin_mm=margin,
        at=dt.datetime.now(dt.UTC),
    )  # fmt: skip
    found = made.found
    try:
        out.write_bytes(made.object)
        picture.write_bytes(registration_png(*images, found))
    except OSError as error:
        raise DoseError(f"{out.name!r} cannot be written", todo="Choose a folder that exists") from error
    if json:
        print_json(
            {
                "kind": found.kind,
                "matrix": found.matrix.tolist(),
                "turn_degrees": made.turn_degrees,
                "correlation_before": found.correlation_before,
                "correlation": found.correlation,
                "likeness": found.likeness,
                "runner_up": found.runner_up,
                "inconsistency_mm": found.inconsistency_mm,
                "jacobian": list(found.stretch),
                "dice": made.dice,
                "doubts": list(found.doubts),
                "registration": out.name,
                "picture": picture.name,
            }
        )
        return
    heading(f"{found.kind} registration by bone around {', '.join(around)}")
    rows = [tuple(f"{v:.5f}" for v in row) for row in found.matrix]
    table(("from the moving CT into the fixed one, LPS mm", "", "", ""), rows)
    for line in made.lines:
        typer.echo(line)
    for doubt in found.doubts:
        typer.echo(f"warning: {doubt}; count the levels")
    typer.echo(f"Look at {picture.name}. The sum takes {out.name} only after a person accepted it in the record.")


@app.command("batch")
def batch(
    sources: Annotated[list[Path], typer.Argument(help="Case documents with their DICOM beside them, or folders.")],
    out: Annotated[Path, typer.Option("--out", help="One line of JSON a case; an earlier run is resumed from it.")],
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes; more than one needs Dask.")] = 1,
    scheduler: Annotated[str, typer.Option("--scheduler", help="Address of a Dask scheduler.")] = "",
    json: Json = False,
) -> None:
    """Judge the dose of many cases; what is wrong with one is its line, and the others go on."""
    import sys

    from myelon.exchange.dose_batch import Progress, documents, run

    def say(so_far: Progress) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\r{so_far.done} of {so_far.of}, {so_far.failed} with an error", err=True, nl=False)

    found = run(documents(sources), out, workers=workers, scheduler=scheduler, progress=say)
    if sys.stderr.isatty():
        typer.echo("", err=True)
    if json:
        print_json({"cases": found.of, "known_from_before": found.kept, "errors": found.failed, "out": out.name})
    else:
        typer.echo(f"{found.of} cases in {out.name}: {found.kept} known from before, {found.failed} with an error")
    if found.failed:
        raise typer.Exit(1)


def _judge(loaded: LoadedPlan, pairs: Sequence[Sequence[Accumulation]]) -> tuple[Reirradiation | None, str]:
    """Limits on the cord (and sac) of the plan, or the reason why they cannot be judged."""
    from myelon.dose.ends import cut_off
    from myelon.dose.interval import Interval
    from myelon.dose.reirradiation import CORD_ALPHA_BETA_GY, OrganDose, evaluate, organ_dose
    from myelon.dose.uncertainty import uncertainty

    plan, by_name = loaded.plan, {p[0].structure: p for p in pairs}
    refused = [f for f in loaded.findings if f.severity == "refuse"]
    if refused:
        return None, "; ".join(f"{f.course}: {f.text}" for f in refused)
    if len(plan.courses) < 2:
        return None, "one course only"
    if plan.cord not in by_name:
        return None, f"no ROI {plan.cord!r} among those summed: name the cord with `cord:`"
    prescriptions = [p for p in loaded.prescriptions if p is not None]
    if len(prescriptions) < len(plan.courses):
        return None, "a course without total_gy or a prescription in its plan"

    def doses(name: str) -> tuple[OrganDose, OrganDose]:
        structure = loaded.structures.structures[name]
        spread = (
            uncertainty(structure, loaded.grids, a.alpha_beta_gy, nominal=a.total, search=False) for a in by_name[name]
        )
        part = cut_off(structure, [g.to_eqd2(CORD_ALPHA_BETA_GY) for g in loaded.grids])
        one, other = (organ_dose(a, sure=u, part_why=part) for a, u in zip(by_name[name], spread, strict=True))
        return one, other

    dose, alternative = doses(plan.cord)
    judged = evaluate(
        prescriptions,
        list(loaded.intervals or [Interval(None, None)] * (len(prescriptions) - 1)),
        organ=_ORGANS.get(plan.organ, plan.organ),
        dose=dose,
        alternative=alternative,
        thecal_sac=doses(plan.sac) if plan.sac in by_name else None,
    )
    return judged, ""


def sum_as_dict(main: Accumulation, other: Accumulation, labels: Sequence[str]) -> dict[str, Any]:
    """An accumulation as plain values."""
    from myelon.dose.accumulate import CORD_METRICS

    def values(sums: Accumulation) -> dict[str, Any]:
        return {
            "alpha_beta_gy": sums.alpha_beta_gy,
            "courses": {
                label: {m: c.metric(m).value for m in CORD_METRICS}
                for label, c in zip(labels, sums.courses, strict=True)
            },
            "sum": {m: sums.total.metric(m).value for m in CORD_METRICS},
            "no_registration_bound": {m: sums.bound(m) for m in CORD_METRICS},
        }

    return {
        "structure": main.structure,
        "volume_cc": main.total.total_cc,
        "covered_share": main.total.covered_share,
        "end_caps": main.total.end_caps,
        **values(main),
        "alternative": values(other),
        "warnings": list(main.total.warnings),
    }
