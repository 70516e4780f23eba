"""A PostgreSQL server of our own for the tests: Debian's, in a temporary folder, on a free loopback port."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

GIVEN = "MYELON_TEST_DATABASE_URL"
"""A server to use instead: its databases are made and dropped by the tests."""


def programs():
    """The folder of initdb and postgres, or None."""
    folders = [Path(p).parent for p in (shutil.which("initdb"),) if p]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in folders if (f / "initdb").is_file() and (f / "postgres").is_file()), None)


def as_owner(owner):
    """PostgreSQL refuses to run as root: its programs run as Debian's user for it."""
    return ["runuser", "-u", owner, "--"] if owner else []


@contextlib.contextmanager
def server():
    """Start a server and give the URL of its maintenance database; skip with a reason where there is none."""
    if os.environ.get(GIVEN):
        yield os.environ[GIVEN]
        return
    folder = programs()
    if folder is None:
        pytest.skip(f"no PostgreSQL on this machine: apt-get install postgresql, or set {GIVEN}")
    owner = ""
    if os.getuid() == 0:
        try:
            owner = pwd.getpwnam("postgres").pw_name
        except KeyError:
            pytest.skip("PostgreSQL cannot run as root and there is no user postgres")
    with tempfile.TemporaryDirectory(prefix="myelon-pg-") as base:
        data = Path(base) / "data"
        if owner:
            shutil.chown(base, owner)
        run = as_owner(owner)
        subprocess.run(
            [*run, folder / "initdb", "-D", data, "-U", "myelon", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True, capture_output=True, cwd=base,
        )  # fmt: skip
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [
            *run,
            folder / "postgres",
            "-D",
            data,
            "-p",
            str(port),
            "-k",
            base,
            "-c",
            "listen_addresses=127.0.0.1",
        ]
        with (Path(base) / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=base)
        try:
            wait(port, process, Path(base) / "log")
            yield f"postgresql://myelon@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*run, folder / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=False,
                           capture_output=True, cwd=base)  # fmt: skip
            process.wait(timeout=20)


def wait(port, process, log):
    for _ in range(100):
        with contextlib.suppress(Exception):
            connect(f"postgresql://myelon@127.0.0.1:{port}/postgres").close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(log.read_text())


def connect(url):
    """A plain connection that commits each statement."""
    driven = make_url(url).set(drivername="postgresql+pg8000")
    return create_engine(driven, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()


@contextlib.contextmanager
def database(maintenance):
    """A fresh database on a server; gives its URL."""
    name = f"t{uuid.uuid4().hex[:12]}"
    connection = connect(maintenance)
    connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(maintenance).set(database=name).render_as_string(hide_password=False)
    finally:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        connection.close()
