"""The append-only journal: each row is an entry's new version, chained to the row before by its hash."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select, text

from myelon.errors import ChainError
from myelon.store.database import journal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

GENESIS = "0" * 64
RETRACTED = "null"
"""Body of a version that takes an entry back; its earlier versions stay."""


class Row(NamedTuple):
    """One version of one entry, and who wrote it, when and why."""

    seq: int
    case_id: str
    entry_id: str
    version: int
    body: str
    actor: str
    at: str
    reason: str
    previous: str
    hash: str


def canonical(body: Mapping[str, Any] | None) -> str:
    """JSON with sorted keys: the text that is hashed."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def chain_hash(row: Row) -> str:
    """SHA-256 over every field of a row and the hash of the row before."""
    fields = (row.seq, row.case_id, row.entry_id, row.version, row.body, row.actor, row.at, row.reason, row.previous)
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


def append(
    connection: Connection,
    case_id: str,
    bodies: Mapping[str, Mapping[str, Any] | None],
    *,
    actor: str,
    reason: str,
    at: dt.datetime,
) -> int:
    """Add a version of each entry, in one transaction.

    The connection must hold the write lock (`lock`), so that two writers cannot take the same place in the chain.

    Returns:
        Number of rows added.
    """
    last = connection.execute(select(journal.c.seq, journal.c.hash).order_by(journal.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq, last.hash) if last else (0, GENESIS)
    newest = (
        select(journal.c.entry_id, func.max(journal.c.version))
        .where(journal.c.case_id == case_id)
        .group_by(journal.c.entry_id)
    )
    versions = {row[0]: int(row[1]) for row in connection.execute(newest)}
    rows = []
    for entry_id, body in bodies.items():
        seq += 1
        row = Row(
            seq,
            case_id,
            entry_id,
            versions.get(entry_id, 0) + 1,
            canonical(body),
            actor,
            at.isoformat(timespec="seconds"),
            reason,
            previous,
            "",
        )
        row = row._replace(hash=chain_hash(row))
        previous = row.hash
        rows.append(row._asdict())
    if rows:
        connection.execute(journal.insert(), rows)
    return len(rows)


def lock(connection: Connection) -> None:
    """Take SQLite's write lock at once."""
    connection.execute(text("BEGIN IMMEDIATE"))


def rows_of(connection: Connection, case_id: str | None = None) -> Iterator[Row]:
    """Rows in the order they were written."""
    query = select(journal).order_by(journal.c.seq)
    if case_id is not None:
        query = query.where(journal.c.case_id == case_id)
    for row in connection.execute(query):
        yield Row(*row)


def latest(connection: Connection, case_id: str) -> dict[str, Any]:
    """The fold: the last version of every entry that is not retracted, in order of first writing."""
    bodies: dict[str, str] = {}
    for row in rows_of(connection, case_id):
        bodies[row.entry_id] = row.body
    return {entry: json.loads(body) for entry, body in bodies.items() if body != RETRACTED}


def verify_chain(connection: Connection, head: tuple[int, str] | None) -> int:
    """Check every row against its hash and its predecessor, and the end against the kept head.

    Returns:
        Number of rows.

    Raises:
        ChainError: A row was changed, removed, added or moved, or the end was cut off.
    """
    previous, count = GENESIS, 0
    kept_at, kept_hash = head or (0, GENESIS)
    for row in rows_of(connection):
        count += 1
        where = f"journal row {row.seq}"
        if row.seq != count:
            raise ChainError("a row is missing before this one", where=where, todo="Restore from a backup")
        if row.previous != previous:
            raise ChainError("does not follow the row before", where=where, todo="Restore from a backup")
        if chain_hash(row) != row.hash:
            raise ChainError("was changed after it was written", where=where, todo="Restore from a backup")
        if row.seq == kept_at and row.hash != kept_hash:
            raise ChainError("is not the row that was kept as head", where=where, todo="Restore from a backup")
        previous = row.hash
    if count < kept_at:
        raise ChainError(
            f"journal ends at row {count}, but row {kept_at} was written", where="journal", todo="Restore from a backup"
        )
    return count
