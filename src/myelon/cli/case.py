"""`myelon case` and `myelon schema`: check and show a record."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from myelon.cli import EXIT_FOUND
from myelon.cli.output import Json, heading, print_json, table

if TYPE_CHECKING:
    from myelon.board.packet import DosedPacket, Packet
    from myelon.exchange.import_map import Preview
    from myelon.record.case import Case
    from myelon.record.timeline import Window
    from myelon.store import Batch, Store

app = typer.Typer(help="Check, show, compare, move and take back cases.", no_args_is_help=True)
DataOption = Annotated[Path, typer.Option("--data", help="Data folder, for a case given by its id.")]
DATA = Path("data")


def load_case(name: str, data: Path) -> Case:
    """A case by file, or by id from a data folder."""
    from myelon.errors import CaseError
    from myelon.record.case import read_case

    path = Path(name)
    if path.is_file():
        try:
            return read_case(path.read_text(encoding="utf-8"), where=path.name)
        except UnicodeDecodeError as error:
            raise CaseError("not UTF-8 text", where=path.name, todo="A case is YAML or JSON") from error
    if path.suffix or "/" in name or not data.is_dir():
        raise CaseError("no such file", where=name, todo="Give a case file, or an id and --data")
    return stored(data).case(name)


def load_dosed(name: str, data: Path, on: str | None = None) -> DosedPacket:
    """A prepared case with its dose: the files that its courses name are read beside the document, or in the folder.

    Args:
        name: Case document, or id of a stored case.
        data: Data folder.
        on: Only what was certain by this day.
    """
    from myelon.board.cord_dose import NO_FILES
    from myelon.board.packet import has_dose_files, prepare_record, with_dose

    packet = prepare_record(load_case(name, data), on=on or "")
    case = packet.case
    if not has_dose_files(case):
        return with_dose(packet, NO_FILES)
    from myelon.exchange.dicom.courses import read_courses

    path = Path(name)
    find = (lambda file: path.parent / file) if path.is_file() else stored(data).file
    return with_dose(packet, read_courses(case, find))


@app.command("check")
def check(
    file: Annotated[str, typer.Argument(help="Case document (YAML or JSON), or the id of a stored case.")],
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """Print the windows, findings and gaps of a case; exit 1 when its times contradict each other."""
    from myelon.board.packet import prepare_record

    packet = prepare_record(load_case(file, data))
    if json:
        print_json(checked(packet))
    else:
        _print_windows(packet)
        _print_findings(packet)
    if packet.timeline.contradictions:
        raise typer.Exit(EXIT_FOUND)


@app.command("show")
def show(
    file: Annotated[str, typer.Argument(help="Case document, or the id of a stored case.")],
    data: DataOption = DATA,
    version: Annotated[int | None, typer.Option(min=1, help="Of a stored case: as it stood at this version.")] = None,
    at: Annotated[dt.datetime | None, typer.Option(help="Of a stored case: as it stood at this moment (UTC).")] = None,
    json: Json = False,
) -> None:
    """Print a case as it is recorded, or as it was."""
    from myelon.record.case import write_case

    if version is None and at is None:
        case = load_case(file, data)
    else:
        case = stored(data).case(file, version=version, at=at.replace(tzinfo=dt.UTC) if at else None)
    if json:
        print_json(case.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    else:
        typer.echo(write_case(case), nl=False)


@app.command("diff")
def diff(
    case_id: Annotated[str, typer.Argument(help="Id of a stored case.")],
    before: Annotated[int, typer.Option("--from", min=1, help="Earlier version.")],
    after: Annotated[
        int | None, typer.Option("--to", min=1, help="Later version; the present one when left out.")
    ] = None,
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """Say in words what changed between two versions of a stored case."""
    from myelon.record.difference import differences

    store = stored(data)
    changes = differences(store.case(case_id, version=before), store.case(case_id, version=after))
    if json:
        print_json([change._asdict() for change in changes])
        return
    for change in changes or ("nothing changed",):
        typer.echo(str(change))


@app.command("export")
def export(
    case_id: Annotated[str, typer.Argument(help="Id of a stored case.")],
    target: Annotated[Path, typer.Argument(help="ZIP file to write.")],
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """Write a case with its document, files and journal to one ZIP file."""
    from myelon.errors import InputError

    store = stored(data)
    store.case(case_id)
    try:
        with target.open("wb") as stream:
            missing = store.export(case_id, stream)
    except OSError as error:
        raise InputError("cannot be written", where=str(target), todo="Choose another place") from error
    size = target.stat().st_size
    if json:
        print_json({"case": case_id, "file": str(target), "bytes": size, "not_held": missing})
    else:
        absent = f"; not held here: {', '.join(missing)}" if missing else ""
        typer.echo(f"{case_id}: {target.name}, {size / 1e6:.1f} MB{absent}")


@app.command("receive")
def receive(
    source: Annotated[Path, typer.Argument(help="ZIP file that `myelon case export` wrote.")],
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """Take in an exported case with its journal; refused when it was changed or is here already."""
    from myelon.errors import InputError

    if not source.is_file():
        raise InputError("no such file", where=str(source), todo="Give the ZIP file of an export")
    from myelon.store import Store

    store = Store.open(data)
    with source.open("rb") as stream:
        case = store.receive_export(stream)
    if json:
        print_json({"case": case.id, "version": store.version(case.id)})
    else:
        typer.echo(f"{case.id}: {case.title}, version {store.version(case.id)}")


@app.command("delete")
def delete(
    case_id: Annotated[str, typer.Argument(help="Id of a stored case.")],
    reason: Annotated[str, typer.Option(help="Why; the journal keeps it.")],
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """Take a case out of sight; its journal stays, and `restore` brings it back."""
    stored(data).delete(case_id, reason=reason)
    if json:
        print_json({"case": case_id, "deleted": True})
    else:
        typer.echo(f"{case_id} is out of sight; `myelon case restore {case_id}` brings it back")


@app.command("restore")
def restore(
    case_id: Annotated[str, typer.Argument(help="Id of a deleted case.")],
    reason: Annotated[str, typer.Option(help="Why; the journal keeps it.")] = "restored",
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """Bring back a deleted case."""
    stored(data).restore(case_id, reason=reason)
    if json:
        print_json({"case": case_id, "deleted": False})
    else:
        typer.echo(f"{case_id} is back")


@app.command("import")
def import_table(
    file: Annotated[Path, typer.Argument(help="Table: CSV or XLSX, one row per patient or one per event.")],
    by: Annotated[str, typer.Option("--map", help="Map of columns (YAML), or the name of one that comes with Myelon.")],
    rename: Annotated[list[str] | None, typer.Option(help="Column of the map=column of the table; repeat.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
    only_good: Annotated[bool, typer.Option("--only-good", help="Write the good patients, leave the others.")] = False,
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """Import the patients of a table as one batch; exit 1 when a row cannot be imported."""
    from myelon.errors import InputError
    from myelon.exchange.import_map import bundled_map, preview, read_map
    from myelon.exchange.sheet import read_sheet
    from myelon.store import Store

    if not file.is_file():
        raise InputError("no such file", where=str(file), todo="Give a CSV or XLSX table")
    path = Path(by)
    columns = read_map(path.read_text(encoding="utf-8"), where=path.name) if path.is_file() else bundled_map(by)
    pairs = [pair.partition("=") for pair in rename or []]
    if not all(joint for _, joint, _ in pairs):
        raise InputError("a renamed column needs '='", where="--rename", todo="Write --rename sex=Geschlecht")
    seen = preview(read_sheet(file.read_bytes(), file.name), columns, {a: b for a, _, b in pairs})
    batch = None
    if seen.cases and not dry_run and (only_good or not seen.problems):
        batch = Store.open(data).import_cases(seen.cases, name=file.name)
    if json:
        print_json(_imported(seen, batch))
    else:
        _print_import(seen, batch)
    if seen.problems:
        raise typer.Exit(EXIT_FOUND)


@app.command("batches")
def batches(data: DataOption = DATA, json: Json = False) -> None:
    """List the imports."""
    rows = stored(data).batches()
    if json:
        print_json([row._asdict() for row in rows])
        return
    table(
        ("batch", "at", "from", "cases", "undone"),
        [(r.batch, r.at[:16], r.name, str(r.cases), r.undone_at[:16]) for r in rows],
    )


@app.command("undo")
def undo(
    batch: Annotated[str, typer.Argument(help="Import batch, as `myelon case batches` lists it.")],
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """Undo a whole import, unless one of its cases was written again since."""
    cases = stored(data).undo_batch(batch)
    if json:
        print_json({"batch": batch, "cases": cases})
    else:
        typer.echo(f"batch {batch} is undone: {cases} cases")


def _imported(seen: Preview, batch: Batch | None) -> dict[str, Any]:
    return {
        "patients": len(seen.patients),
        "cases": [case.id for case in seen.cases],
        "missing_columns": list(seen.missing),
        "unused_columns": list(seen.unused),
        "problems": [p._asdict() for p in seen.problems],
        "findings": {p.case.id: [f.name for f in p.findings] for p in seen.patients if p.case and p.findings},
        "batch": batch.batch if batch else None,
    }


def _print_import(seen: Preview, batch: Batch | None) -> None:
    typer.echo(f"{len(seen.patients)} patients, {len(seen.cases)} can be imported")
    for words, columns in (("not in the table, stay unknown", seen.missing), ("not imported", seen.unused)):
        if columns:
            typer.echo(f"columns {words}: {', '.join(columns)}")
    for problem in seen.problems:
        typer.echo(f"row {problem.row}{f', {problem.column}' if problem.column else ''}: {problem.what}")
    for patient in seen.patients:
        for finding in patient.findings:
            typer.echo(
                f"row {patient.rows[0]}, finding {finding.kind}: {'; '.join(s.text for s in finding.statements)}"
            )
    if batch is None:
        typer.echo("nothing was written")
    else:
        typer.echo(f"written as batch {batch.batch}; `myelon case undo {batch.batch}` takes all of it back")


def stored(data: Path) -> Store:
    """The store of a data folder that exists."""
    from myelon.errors import StoreError
    from myelon.store import Store

    if not data.is_dir():
        raise StoreError(f"no data folder {data}", todo="Give --data, or make one with `myelon demo`")
    return Store.open(data)


def schema(json: Json = False) -> None:  # noqa: ARG001  # the schema is JSON either way
    """Print the JSON Schema of a case document."""
    from myelon.record.case import case_schema

    print_json(case_schema())


def checked(packet: Packet) -> dict[str, Any]:
    """Windows, findings and gaps as plain values."""
    return {
        "case": packet.case.id,
        "zero": packet.timeline.zero,
        "windows": [
            {
                "entry": e.id,
                "kind": e.kind,
                "stated": str(e.when),
                "start_days": list(packet.timeline.window(e.id)),
                "end_days": list(packet.timeline.window(e.id, "end")) if e.lasts else None,
            }
            for e in packet.case.entries
            if e.when is not None
        ],
        "assumptions": list(packet.timeline.assumptions),
        "contradictions": [list(c) for c in packet.timeline.contradictions],
        "findings": [
            {
                "id": f.name,
                "key": f.key,
                "kind": f.kind,
                "severity": f.severity,
                "entries": list(f.entries),
                "statements": [{"text": s.text, "source": s.source} for s in f.statements],
                "rule": f.rule,
                "computed": f.computed,
                "resolution": f.resolution.model_dump() if f.resolution else None,
            }
            for f in packet.findings
        ],
        "gaps": [{"what": g.what, "entry": g.entry} for g in packet.gaps],
    }


def _print_windows(packet: Packet) -> None:
    timeline = packet.timeline
    heading(f"{packet.case.title}: windows in days from {timeline.zero}")
    table(
        ("entry", "what", "stated", "start", "end"),
        [
            (
                e.id,
                e.label[:48],
                str(e.when)[:44],
                span(timeline.window(e.id)),
                span(timeline.window(e.id, "end")) if e.lasts else "",
            )
            for e in packet.case.entries
            if e.when is not None
        ],
    )


def span(window: Window) -> str:
    """A window as text: "37 … 46", "… 0", "60"."""
    low, high = window
    if low is not None and high is not None and abs(high - low) < 0.5:
        return f"{low:.0f}"
    return f"{'' if low is None else format(low, '.0f')} … {'' if high is None else format(high, '.0f')}".strip()


def _print_findings(packet: Packet) -> None:
    heading(f"{len(packet.findings)} findings")
    for f in packet.findings:
        typer.echo(f"  {f.name}  {f.kind}  ({', '.join(f.entries)})")
        for s in f.statements:
            typer.echo(f"      “{s.text}”  {s.source}")
        for note in (
            f.rule,
            f.computed,
            f"read as: {f.resolution.reading} ({f.resolution.by})" if f.resolution else "",
        ):
            if note:
                typer.echo(f"      {note}")
    heading(f"{len(packet.gaps)} gaps")
    for g in packet.gaps:
        typer.echo(f"  {g.entry or 'case'}: {g.what}")
