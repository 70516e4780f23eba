"""`myelon tumours`: the table of tumours, and what words or the entries of a case are read as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from myelon.cli.case import DATA, DataOption, load_case
from myelon.cli.output import Json, print_json, table

if TYPE_CHECKING:
    from myelon.terms.tumours import Tumour


def tumours(
    words: Annotated[
        str | None, typer.Argument(help="Name of a tumour in any of the five languages, or its ICD-O-3 morphology.")
    ] = None,
    case: Annotated[str | None, typer.Option("--case", help="Case document or id: each of its tumours.")] = None,
    data: DataOption = DATA,
    json: Json = False,
) -> None:
    """List the table of tumours, or say which row some words or the tumours of a case are read as."""
    from myelon.record.kinds import Neoplasm
    from myelon.terms.tumours import TUMOURS, coded, named

    read: list[tuple[str, Tumour | None, str]]
    if case is not None:
        entries = load_case(case, data).of(Neoplasm)
        read = [
            (t.label, t.known_as, f"confirmed by {t.code.by}" if t.code else "proposed")
            for t in entries
            if t.role == "primary"
        ]
    elif words is not None:
        read = [(words, named(words) or coded(words), "proposed")]
    else:
        read = [(t.id, t, f"{len(t.names)} names") for t in TUMOURS.values()]
    rows = [_row(said, found, how) for said, found, how in read]
    if json:
        print_json(rows)
        return
    shown = ("words", "is", "behaviour", "ICD-O-3", "one of", "how")
    table(shown, [tuple(str(r[key]) for key in shown) for r in rows])
    if case is None and words is None:
        typer.echo(f"{len(TUMOURS)} rows, {sum(len(t.names) for t in TUMOURS.values())} names")


def _row(words: str, found: Tumour | None, how: str) -> dict[str, str]:
    if found is None:
        return {
            "words": words,
            "id": "",
            "is": "not known",
            "behaviour": "",
            "ICD-O-3": "",
            "one of": "",
            "how": "confirm it",
        }
    return {
        "words": words,
        "id": found.id,
        "is": found.name,
        "behaviour": found.behaviour or "not decided by the name",
        "ICD-O-3": " ".join(x for x in (found.icdo_morphology, found.icdo_topography) if x),
        "one of": ", ".join(w.name for w in found.wider),
        "how": how,
    }
