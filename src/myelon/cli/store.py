"""`myelon verify`: prove that nothing stored was changed."""

from __future__ import annotations

import typer

from myelon.cli.case import DATA, DataOption
from myelon.cli.output import Json, print_json


def verify(data: DataOption = DATA, json: Json = False) -> None:
    """Check the hash chain of the journal and every stored file; exit 1 when something was changed."""
    from myelon.errors import StoreError
    from myelon.store import Store

    if not data.is_dir():
        raise StoreError(f"no data folder {data}", todo="Give one with --data")
    found = Store.open(data).verify()
    if json:
        print_json({"journal_rows": found.journal_rows, "stored_files": found.stored_files, "whole": True})
        return
    typer.echo(f"{found.journal_rows} journal rows and {found.stored_files} files are as they were written.")
