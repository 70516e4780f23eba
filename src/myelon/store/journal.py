"""The append-only journal: each row is an entry's new version, chained to the row before by its hash."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from myelon.errors import ChainError
from myelon.store.database import journal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

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

    The connection must hold the write lock (`database.lock_writes`), so that two writers cannot take the same place
    in the chain.

    Returns:
        Number of rows added.
    """
    newest = (
        select(journal.c.entry_id, func.max(journal.c.version))
        .where(journal.c.case_id == case_id)
        .group_by(journal.c.entry_id)
    )
    versions = {row[0]: int(row[1]) for row in connection.execute(newest)}
    written = at.isoformat(timespec="seconds")
    actor, reason = actor.replace("\x00", ""), reason.replace("\x00", "")  # no database column holds one
    rows = [
        Row(0, case_id, entry, versions.get(entry, 0) + 1, canonical(body), actor, written, reason, "", "")
        for entry, body in bodies.items()
    ]
    return chain(connection, rows)


def chain(connection: Connection, rows: Iterable[Row]) -> int:
    """Add rows at the end of the chain: each gets its number, its predecessor and its hash.

    The connection must hold the write lock.

    Returns:
        Number of rows added.
    """
    seq, previous = last(connection)
    chained = []
    for seq, row in enumerate(rows, seq + 1):  # noqa: B020  # counts on from the last one
        numbered = row._replace(seq=seq, previous=previous)
        numbered = numbered._replace(hash=chain_hash(numbered))
        previous = numbered.hash
        chained.append(numbered._asdict())
    if chained:
        connection.execute(journal.insert(), chained)
    return len(chained)


def last(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last row."""
    query = select(journal.c.seq, journal.c.hash).order_by(journal.c.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def rows_of(connection: Connection, case_id: str | None = None) -> Iterator[Row]:
    """Rows in the order they were written."""
    query = select(journal).order_by(journal.c.seq)
    if case_id is not None:
        query = query.where(journal.c.case_id == case_id)
    else:
        query = query.execution_options(yield_per=2000)
    for row in connection.execute(query):
        yield Row(*row)


def fold(rows: Iterable[Row]) -> dict[str, Any]:
    """The last version of every entry that is not retracted, in order of first writing."""
    bodies = {row.entry_id: row.body for row in rows}
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
