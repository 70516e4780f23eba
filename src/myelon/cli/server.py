"""`myelon demo` and `myelon serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from myelon.cli.case import DATA, DataOption
from myelon.cli.output import Json, print_json, table

Host = Annotated[str, typer.Option("--host", help="Loopback address to serve on.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to serve on.")]


def demo(
    data: DataOption = DATA,
    port: Port = 8000,
    host: Host = "127.0.0.1",
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only load, then stop.")] = False,
    json: Json = False,
) -> None:
    """Load the demonstration hospital and serve it."""
    from rich.console import Console

    from myelon.demo.hospital import load
    from myelon.dose.dvh import warm_up
    from myelon.store import Store

    if not no_serve:
        _check_address(host, port)
    store = Store.open(data)
    console = Console(stderr=True, highlight=False)
    with console.status("opening the data folder") as status:
        loaded = load(store, status.update)
        if any(row.rows for row in loaded):
            status.update("compiling the dose kernels (once on a machine)")
            warm_up()
    if json:
        print_json([row._asdict() for row in loaded])
    else:
        table(
            ("case", "what it is", "journal rows", "DICOM files"),
            [(r.title, r.nature, r.rows or "there", r.dicom_files or "") for r in loaded],
        )
    store.close()
    if not no_serve:
        _serve(data, host, port)


def serve(data: DataOption = DATA, port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """Serve a data folder."""
    _check_address(host, port)
    _serve(data, host, port)


def _check_address(host: str, port: int) -> None:
    import ipaddress
    import socket

    from myelon.errors import InputError, StoreError

    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise InputError(
            f"host {host} is not a loopback address",
            todo="There are no accounts yet, so anybody who can reach it could read every record: use 127.0.0.1",
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StoreError(f"port {port} on {host} is in use", todo="Choose another with --port") from error


def _serve(data: Path, host: str, port: int) -> None:
    import os

    import uvicorn

    os.environ["MYELON_DATA"] = str(data)
    typer.echo(f"Myelon serves {data} on http://{host}:{port} (Ctrl-C stops it)")
    uvicorn.run(
        "myelon.web.app:from_environment", factory=True, host=host, port=port, log_level="warning", server_header=False
    )
