"""The SQLite database of a data folder: opened durably, migrated forwards, refused when it is newer."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from myelon.errors import StoreError

HEAD = "0001"
"""The newest revision under store/migrations."""
FILENAME = "myelon.sqlite3"

metadata = MetaData()
journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("case_id", String(64), nullable=False, index=True),
    Column("entry_id", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("at", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    UniqueConstraint("case_id", "entry_id", "version"),
    sqlite_autoincrement=True,
)
stored_file = Table(
    "stored_file",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(80), nullable=False),
    Column("added_at", String(40), nullable=False),
)


def open_database(folder: Path) -> Engine:
    """Open, create or migrate the database of a data folder.

    Raises:
        StoreError: The folder cannot be written, the file is not a Myelon database, or it is of a newer version.
    """
    path = folder / FILENAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise StoreError(
            f"data folder {folder} cannot be written", todo="Choose another with --data, or mend its rights"
        ) from error
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _durable)
    try:
        _bring_up_to_date(engine, path)
    except (DatabaseError, OperationalError) as error:
        raise StoreError(
            f"{path.name} cannot be opened as a database", where=str(folder), todo="Restore it from a backup"
        ) from error
    return engine


def _durable(connection: object, _record: object) -> None:
    """WAL with full synchronisation: an acknowledged entry survives a power cut."""
    cursor = connection.cursor()  # type: ignore[attr-defined]  # the DBAPI connection has no type here
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _bring_up_to_date(engine: Engine, path: Path) -> None:
    tables = inspect(engine).get_table_names()
    found = None
    if "alembic_version" in tables:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    elif tables:
        raise StoreError(f"{path.name} is not a Myelon database", todo="Choose an empty folder with --data")
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise StoreError(
            f"{path.name} is of a newer Myelon (revision {found}, this one knows {HEAD})", todo="Install that version"
        )
    _migrate(engine)


def _migrate(engine: Engine) -> None:
    from alembic import command  # noqa: PLC0415  # slow to import and needed once per version
    from alembic.config import Config  # noqa: PLC0415  # as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
