"""`myelon assess`: instruments."""

from __future__ import annotations

import json as jsonlib
from typing import TYPE_CHECKING, Annotated

import typer

from myelon.cli.case import DATA, DataOption, load_case
from myelon.cli.output import Json, heading, print_json, table

if TYPE_CHECKING:
    from myelon.record.case import Case

app = typer.Typer(help="Instruments: list them, run one.", no_args_is_help=True)


@app.command("list")
def list_instruments(json: Json = False) -> None:
    """List every instrument with its items."""
    from myelon.assess import INSTRUMENTS

    if json:
        print_json(
            [
                {
                    "id": i.id,
                    "name": i.name,
                    "version": i.version,
                    "status": i.status,
                    "source": i.source,
                    "items": {item.key: [o.key for o in item.options] for item in i.items},
                }
                for i in INSTRUMENTS
            ]
        )
        return
    table(
        ("id", "name", "version", "status", "items"),
        [(i.id, i.name, i.version, i.status, ", ".join(item.key for item in i.items)) for i in INSTRUMENTS],
    )


@app.command("run")
def run(
    instrument: Annotated[str, typer.Argument(help="Id of the instrument, such as sins_2010.")],
    inputs: Annotated[str | None, typer.Option("--inputs", help='JSON of item and option: \'{"grade": "2"}\'.')] = None,
    case: Annotated[str | None, typer.Option("--case", help="Case document or id to fill it from.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="Use only what is certain by this date (YYYY-MM-DD).")] = None,
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """Run an instrument on inputs, or on a case."""
    from myelon.assess import instrument as find
    from myelon.errors import InstrumentError

    chosen = find(instrument)
    if on is not None and case is None:
        raise InstrumentError("--on goes with --case", todo="Inputs have no date")
    if (inputs is None) == (case is None):
        raise InstrumentError("give either --inputs or --case", todo="See myelon assess run --help")
    if case is not None:
        record = load_case(case, data)
        result = chosen.from_case(_as_of(record, on) if on else record)
    else:
        try:
            given = jsonlib.loads(inputs or "")
        except ValueError as error:
            raise InstrumentError("--inputs is not JSON", todo='Write {"item": "option"}') from error
        if not isinstance(given, dict) or not all(isinstance(v, str | None) for v in given.values()):
            raise InstrumentError("--inputs is not a mapping of item to option", todo='Write {"item": "option"}')
        result = chosen.evaluate(given)
    if json:
        print_json(result.as_dict())
        return
    typer.echo(f"{chosen.name}, {chosen.version} [{chosen.status}: {chosen.source}]")
    if result.not_applicable:
        typer.echo(f"not applicable: {result.not_applicable}")
        return
    value = "" if result.score is None else f"{result.score:g}  "
    typer.echo(f"{value}{result.category_label or result.status}")
    if result.reachable:
        low, high = result.reachable
        typer.echo(f"still possible: {low:g} to {high:g} ({', '.join(result.reachable_categories)})")
    if result.missing:
        typer.echo(f"missing: {', '.join(result.missing)}")
    heading("because")
    table(
        ("item", "is", "points", "entry", "source"),
        [(b.label, b.option_label, b.points, b.entry, b.source) for b in result.because],
    )
    typer.echo(f"Made in: {chosen.population}")


def _as_of(case: Case, on: str) -> Case:
    """The record as it certainly stood on a date."""
    import datetime as dt

    from myelon.errors import CaseError
    from myelon.record.timeline import as_of

    try:
        day = dt.date.fromisoformat(on)
    except ValueError as error:
        raise CaseError(f"date {on!r}", todo="Write YYYY-MM-DD") from error
    return as_of(case, day)
