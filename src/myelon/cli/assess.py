"""`myelon assess`: instruments."""

from __future__ import annotations

import json as jsonlib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from myelon.cli.case import DATA, DataOption, load_case, load_dosed
from myelon.cli.output import Json, heading, print_json, table

if TYPE_CHECKING:
    from pathlib import Path

    from myelon.assess import Instrument, Patient, Result
    from myelon.board.options import Considered, Deliberation
    from myelon.record.case import Case

app = typer.Typer(help="Instruments: list, run and explain them.", no_args_is_help=True)

InputsOption = Annotated[str | None, typer.Option("--inputs", help='JSON of item and answer: \'{"grade": "2"}\'.')]
CaseOption = Annotated[str | None, typer.Option("--case", help="Case document or id to fill it from.")]
OnOption = Annotated[str | None, typer.Option("--on", help="Use only what is certain by this date (YYYY-MM-DD).")]


@app.command("list")
def list_instruments(json: Json = False) -> None:
    """List every instrument with its items."""
    from myelon.assess import instruments

    if json:
        print_json([_described(i) for i in instruments()])
        return
    table(
        ("id", "name", "version", "group", "status", "items"),
        [(i.id, i.name, i.version, i.group, i.status, ", ".join(item.key for item in i.items)) for i in instruments()],
    )


@app.command("run")
def run(
    instrument: Annotated[
        str | None, typer.Argument(help="Id of the instrument, such as sins_2010; none with --case runs all.")
    ] = None,
    inputs: InputsOption = None,
    case: CaseOption = None,
    on: OnOption = None,
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """Run an instrument on inputs or on a case, or every instrument on a case."""
    from myelon.assess import instrument as find
    from myelon.assess import instruments
    from myelon.errors import InstrumentError

    if instrument is None:
        if case is None or inputs is not None:
            raise InstrumentError("no instrument is named", todo="Name one, or give --case alone to run all")
        patient = _patient(case, on, data)
        rows = [(i, i.from_case(patient)) for i in instruments()]
        if json:
            print_json([r.as_dict() for _, r in rows])
            return
        table(
            ("id", "status", "result", "still possible, missing, or why not"),
            [(i.id, r.status, r.value, r.not_applicable or _open_words(r)) for i, r in rows],
        )
        return
    chosen = find(instrument)
    result = _result(chosen, inputs, case, on, data)
    if json:
        print_json(result.as_dict())
        return
    typer.echo(f"{chosen.name}, {chosen.version} [{chosen.status}: {chosen.source}]")
    _say(chosen, result)


@app.command("explain")
def explain(
    instrument: Annotated[str, typer.Argument(help="Id of the instrument.")],
    inputs: InputsOption = None,
    case: CaseOption = None,
    on: OnOption = None,
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """Print what an instrument asks, what each answer counts, what is known of it, and where it comes from."""
    from myelon.assess import instrument as find
    from myelon.terms.sources import SOURCES

    chosen = find(instrument)
    result = _result(chosen, inputs, case, on, data) if inputs is not None or case is not None else None
    source = SOURCES[chosen.source]
    if json:
        more = {"citation": source.citation, "seen": source.seen, "result": result.as_dict() if result else None}
        print_json(_described(chosen) | more)
        return
    typer.echo(f"{chosen.name}, {chosen.version} [{chosen.status}]")
    typer.echo(chosen.purpose)
    typer.echo(f"made in: {chosen.population}")
    for item in chosen.items:
        heading(f"{item.key}: {item.label}")
        if item.note:
            typer.echo(item.note)
        answers = item.domain
        if answers is None:
            typer.echo(f"  {type(item).__name__.lower()}")
        else:
            table(("answer", "in words", "points"), [(str(v), item.words(v), item.points(v)) for v in answers])
    if chosen.categories:
        heading("categories")
        table(("category", "means", "then"), [(c.key, c.label, c.interpretation) for c in chosen.categories])
    for title, rows in (("validity", chosen.validity), ("versions and errors", chosen.notes)):
        if rows:
            heading(title)
            for row in rows:
                typer.echo(f"- {row}")
    heading("source")
    typer.echo(f"{source.citation}\nseen: {source.seen}")
    if result is not None:
        heading("result")
        _say(chosen, result)


@app.command("options")
def options(
    case: Annotated[str, typer.Option("--case", help="Case document or id.")],
    on: OnOption = None,
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """List the options of a case with arguments for, against and unknown; nothing is ranked."""
    from myelon.board.differential import differential
    from myelon.board.facts import Situation
    from myelon.board.options import deliberate

    situation = Situation(load_dosed(case, data, on))
    found = deliberate(situation)
    if json:
        print_json(found.as_dict())
        return
    if (died := situation.patient.died) is not None:
        typer.echo(f"the patient has died ({died.id}): what follows is of the record to its end")
    if found.urgent is not None:
        typer.echo(f"{'urgent' if found.urgent.decided else 'urgent?'}: {found.urgent.words}")
    if situation.patient.perhaps:
        typer.echo(
            f"perhaps before {on}, and not read: {', '.join(f'{e.label} ({e.id})' for e in situation.patient.perhaps)}"
        )
    if found.beside:
        others = ", ".join(f"{t.label} ({t.id})" for t in found.beside)
        typer.echo(f"of these only compression, stability and neurology are read: {others}")
    _print_frames(found)
    for option in found.options:
        _print_option(option, situation.ask("limit exceeded").words)
    heading("tasks")
    for row in found.watch:
        typer.echo(f"  ! {row.rule.says}: {'; '.join(k.words for k in row.judged.because)} [{row.rule.paper}]")
    heading("findings point to")
    for weighed in differential(situation):
        words = [f"+ {s.words}" for s, _ in weighed.speaks_for] + [f"- {s.words}" for s, _ in weighed.against]
        typer.echo(f"  {weighed.candidate.name}: {'; '.join(words)}")
    heading("no rule held bears on it")
    for kind, judged in found.silent:
        typer.echo(f"  {kind.name}: {'; '.join(k.words for k in judged.because)}")


def _print_frames(found: Deliberation) -> None:
    """The four lines of NOMS, and what clinic, images and pathology call each tumour."""
    if found.noms is not None:
        heading("NOMS")
        for line in found.noms.lines:
            rests = "; ".join(f"{b.label}: {b.option_label or b.option}" for b in line.because)
            asked = f" asked: {'; '.join(line.asked)}" if line.asked else ""
            typer.echo(f"  {line.name}: {line.says or 'open'}{f' ({rests})' if rests else ''}{asked}")
        outcomes = "; ".join(found.noms.outcomes) or "nothing that the framework names"
        typer.echo(f"  {'comes to' if found.noms.decided else 'open, still possible'}: {outcomes}")
        for words in found.noms.said:
            typer.echo(f"  {words}")
    heading("clinic, images, pathology")
    for triangle in found.triangles:
        typer.echo(f"  {triangle.tumour.label}: {triangle.verdict}; {triangle.words}")


def _print_option(option: Considered, limits: str) -> None:
    """One option: its arguments on every side, and its evidence."""
    heading(f"{option.kind.name} ({option.kind.group})")
    if option.kind.key == "reirradiation":
        typer.echo(f"  limits of the cord: {limits}")
    for sign, rows in (
        ("+", option.speaks_for),
        ("-", option.against),
        ("&", option.goes_with),
        ("?", option.open),
    ):
        for row in rows:
            rests = "; ".join(k.words for k in row.judged.because)
            side = f" [{row.side}]" if sign == "?" else ""
            typer.echo(f"  {sign}{side} {row.rule.says}: {rests} [{row.rule.paper}, {row.rule.level}]")
    for item in option.evidence:
        figures = "".join(f"; {f.words}" for f in item.row.figures)
        primary = f"; primary source: {item.row.primary}" if item.row.primary else ""
        typer.echo(
            f"  = {item.row.claim}; {item.row.population}{figures}{primary} [{item.row.paper}, {item.row.level}]"
        )


def _described(chosen: Instrument) -> dict[str, Any]:
    """An instrument as plain values."""
    return {
        "id": chosen.id,
        "name": chosen.name,
        "version": chosen.version,
        "group": chosen.group,
        "purpose": chosen.purpose,
        "population": chosen.population,
        "direction": chosen.direction,
        "status": chosen.status,
        "source": chosen.source,
        "items": {
            item.key: {
                "label": item.label,
                "asks": type(item).__name__.lower(),
                "answers": [{"key": v, "label": item.words(v), "points": item.points(v)} for v in item.domain or ()],
                "note": item.note,
            }
            for item in chosen.items
        },
        "categories": [
            {"key": c.key, "label": c.label, "then": c.interpretation, "low": c.low, "high": c.high}
            if c.low or c.high
            else {"key": c.key, "label": c.label, "then": c.interpretation}
            for c in chosen.categories
        ],
        "validity": list(chosen.validity),
        "notes": list(chosen.notes),
    }


def _result(chosen: Instrument, inputs: str | None, case: str | None, on: str | None, data: Path) -> Result:
    from myelon.errors import InstrumentError

    if on is not None and case is None:
        raise InstrumentError("--on goes with --case", todo="Inputs have no date")
    if (inputs is None) == (case is None):
        raise InstrumentError("give either --inputs or --case", todo="See myelon assess run --help")
    if case is not None:
        return chosen.from_case(_patient(case, on, data))
    try:
        given = jsonlib.loads(inputs or "")
    except ValueError as error:
        raise InstrumentError("--inputs is not JSON", todo='Write {"item": "answer"}') from error
    if not isinstance(given, dict):
        raise InstrumentError("--inputs is not a mapping of item to answer", todo='Write {"item": "answer"}')
    return chosen.evaluate(given)


def _say(chosen: Instrument, result: Result) -> None:
    """A result in words."""
    if result.not_applicable:
        typer.echo(f"not applicable: {result.not_applicable}")
        return
    words = result.category_label or result.value or ("nothing fits" if result.status == "complete" else result.status)
    typer.echo(f"{'' if result.score is None else f'{result.score:g}  '}{words}")
    for words in filter(None, (_open_words(result), result.interpretation, *result.steps)):
        typer.echo(words)
    for words in result.assumed:
        typer.echo(f"not given, and not counted: {words}")
    for words in (*result.said, *result.outside, *result.stale, *result.unread):
        typer.echo(f"note: {words}")
    heading("because")
    table(
        ("item", "is", "points", "entry", "held", "source"),
        [(b.label, b.option_label, b.points, b.entry, b.held, b.source) for b in result.because],
    )
    typer.echo(f"Made in: {chosen.population}")


def _open_words(result: Result) -> str:
    """What is missing and what could still come of it; empty for a complete result."""
    if not result.missing:
        return ""
    low_high = f"{result.reachable[0]:g} to {result.reachable[1]:g} " if result.reachable else ""
    possible = (
        f"still possible: {low_high}({', '.join(result.reachable_categories)}); " if result.categories is None else ""
    )
    return f"{possible}missing: {', '.join(result.missing)}"


def _patient(reference: str, on: str | None, data: Path) -> Patient:
    """The record of a case, as it certainly stood on a date where one is given."""
    from myelon.assess import Patient

    case: Case = load_case(reference, data)
    return Patient(case) if on is None else Patient.at(case, on)
