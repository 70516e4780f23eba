"""The database of a data folder, SQLite or PostgreSQL: opened durably, migrated forwards, refused when it is newer."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError

from myelon.errors import StoreError

HEAD = "0004"
"""The newest revision under store/migrations."""
FILENAME = "myelon.sqlite3"
URL_VARIABLE = "MYELON_DATABASE_URL"
"""Environment variable that names a PostgreSQL database; without it a data folder holds a SQLite file."""
_WRITE_LOCK = 0x4D59454C
"""Key of PostgreSQL's advisory lock that orders the writers of the journal."""

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
case_index = Table(
    "case_index",
    metadata,
    Column("case_id", String(64), primary_key=True),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", String(40), nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("nature", String(20), nullable=False),
    Column("patient", Text, nullable=False),
    Column("tumour", Text, nullable=False),
    Column("levels", Text, nullable=False),
    Column("courses", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("unresolved", Integer, nullable=False),
    Column("dangers", Text, nullable=False),
    Column("gaps", Integer, nullable=False),
    Column("question", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("rules", String(16), nullable=False),
    Column("features", Text, nullable=False, server_default="[]"),
    Index("ix_case_index_removed_first_seq", "removed", "first_seq"),
    Index("ix_case_index_removed_last_seq", "removed", "last_seq"),
)
import_batch = Table(
    "import_batch",
    metadata,
    Column("batch", String(16), primary_key=True),
    Column("at", String(40), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("name", Text, nullable=False),
    Column("undone_at", String(40), nullable=False),
)
import_batch_case = Table(
    "import_batch_case",
    metadata,
    Column("batch", String(16), primary_key=True),
    Column("case_id", String(64), primary_key=True),
    Column("before", Integer, nullable=False),
    Column("after", Integer, nullable=False),
)
saved_recipe = Table(
    "saved_recipe",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("at", String(40), nullable=False),
)


def open_database(folder: Path, url: str | None = None) -> tuple[Engine, bool]:
    """Open, create or migrate the database of a data folder.

    Args:
        folder: Holds the files, and the SQLite database unless a URL is given.
        url: ``postgresql://user:password@host:port/database``; default is the environment variable.

    Returns:
        The engine, and whether an older database was brought up to date.

    Raises:
        StoreError: The folder cannot be written, the database is not Myelon's or cannot be reached, or it is newer.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise StoreError(
            f"data folder {folder} cannot be written", todo="Choose another with --data, or mend its rights"
        ) from error
    engine, name = _engine(folder, url if url is not None else os.environ.get(URL_VARIABLE, ""))
    try:
        return engine, _bring_up_to_date(engine, name)
    except StoreError:
        engine.dispose()
        raise
    except DBAPIError as error:
        engine.dispose()
        if engine.dialect.name == "sqlite":
            where, todo = str(folder), "Restore it from a backup"
        else:
            where, todo = URL_VARIABLE, "Check that the server runs, its address, and your rights"
        raise StoreError(f"{name} cannot be opened as a database", where=where, todo=todo) from error


def _engine(folder: Path, url: str) -> tuple[Engine, str]:
    if not url:
        engine = create_engine(f"sqlite:///{folder / FILENAME}")
        event.listen(engine, "connect", _durable)
        return engine, FILENAME
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            "is not a database URL", where=URL_VARIABLE, todo="Write postgresql://user:password@host:port/database"
        ) from error
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise StoreError(
            f"{parsed.get_backend_name()!r} databases are not supported", where=URL_VARIABLE, todo="Use PostgreSQL"
        )
    engine = create_engine(parsed.set(drivername="postgresql+pg8000"), pool_pre_ping=True)
    return engine, f"PostgreSQL database {parsed.database!r}"


def lock_writes(connection: Connection) -> None:
    """Let one writer of the journal in at a time, until its transaction ends."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("BEGIN IMMEDIATE"))
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})


def _durable(connection: object, _record: object) -> None:
    """WAL with full synchronisation: an acknowledged entry survives a power cut."""
    cursor = connection.cursor()  # type: ignore[attr-defined]  # the DBAPI connection has no type here
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _bring_up_to_date(engine: Engine, name: str) -> bool:
    tables = inspect(engine).get_table_names()
    found = None
    if "alembic_version" in tables:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    elif tables:
        raise StoreError(f"{name} is not a Myelon database", todo="Choose an empty one")
    if found == HEAD:
        return False
    if found is not None and found > HEAD:
        raise StoreError(
            f"{name} is of a newer Myelon (revision {found}, this one knows {HEAD})", todo="Install that version"
        )
    migrate(engine)
    return found is not None


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run the revisions up to one of them."""
    from alembic import command  # noqa: PLC0415  # slow to import and needed once per version
    from alembic.config import Config  # noqa: PLC0415  # as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
