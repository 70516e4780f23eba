"""One data folder: cases, their history, and files."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from sqlalchemy import func, select

from myelon.errors import ChainError, StoreError
from myelon.record.case import Case, case_from
from myelon.record.kinds import Radiotherapy
from myelon.store import files, journal
from myelon.store.database import journal as journal_table
from myelon.store.database import open_database, stored_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

HEADER = "case"
"""Entry id under which the head of a case (title, nature, zero) is kept."""
LOCAL_ACTOR = "local user"
"""Who writes until there are accounts."""


class CaseSummary(NamedTuple):
    """A line of the case list."""

    id: str
    title: str
    nature: str
    version: int
    changed_at: str


class Verified(NamedTuple):
    """What `Store.verify` looked at and found whole."""

    journal_rows: int
    stored_files: int


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Store:
    """Cases and files of one data folder."""

    def __init__(self, folder: Path, engine: Engine, clock: Callable[[], dt.datetime] = _now) -> None:
        self.folder = folder
        self._engine = engine
        self._clock = clock

    @classmethod
    def open(cls, folder: Path, *, clock: Callable[[], dt.datetime] = _now) -> Self:
        """Open a data folder, and make it if need be.

        Raises:
            StoreError: As `myelon.store.database.open_database`.
        """
        return cls(folder, open_database(folder), clock)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    # ── cases ───────────────────────────────────────────────────────────────────────────────────────────

    def save(self, case: Case, *, actor: str = LOCAL_ACTOR, reason: str) -> int:
        """Write what is new or changed in a case; entries that are gone are retracted, never removed.

        Returns:
            Number of journal rows added; 0 when nothing changed.
        """
        wanted = _bodies(case)
        with self._engine.connect() as connection:
            journal.lock(connection)
            held = journal.latest(connection, case.id)
            changed: dict[str, Any] = {k: v for k, v in wanted.items() if held.get(k) != v}
            changed |= dict.fromkeys(k for k in held if k not in wanted)
            added = journal.append(connection, case.id, changed, actor=actor, reason=reason, at=self._clock())
            head = self._last(connection)
            connection.commit()
        if added:
            self._keep_head(head)
        return added

    def case(self, case_id: str) -> Case:
        """The record as it stands.

        Raises:
            StoreError: No such case.
        """
        with self._engine.connect() as connection:
            bodies = journal.latest(connection, case_id)
        if HEADER not in bodies:
            raise StoreError(f"no case {case_id!r}", todo="See the case list")
        header = bodies.pop(HEADER)
        order = header.pop("order")
        entries = sorted(bodies.values(), key=lambda e: order.index(e["id"]))
        return case_from({**header, "entries": entries}, where=case_id)

    def cases(self) -> list[CaseSummary]:
        """Every case, in the order they were first written."""
        with self._engine.connect() as connection:
            query = (
                select(
                    journal_table.c.case_id,
                    func.count(journal_table.c.seq),
                    func.max(journal_table.c.at),
                )
                .group_by(journal_table.c.case_id)
                .order_by(func.min(journal_table.c.seq))
            )
            rows = connection.execute(query).all()
            heads = {case_id: journal.latest(connection, case_id).get(HEADER) for case_id, _, _ in rows}
        return [
            CaseSummary(case_id, head["title"], head["about"]["nature"], version, at)
            for case_id, version, at in rows
            if (head := heads[case_id]) is not None
        ]

    def version(self, case_id: str) -> int:
        """Number of journal rows of a case: its record version.

        Raises:
            StoreError: No such case.
        """
        query = select(func.count(journal_table.c.seq)).where(journal_table.c.case_id == case_id)
        with self._engine.connect() as connection:
            count = int(connection.execute(query).scalar_one())
        if count == 0:
            raise StoreError(f"no case {case_id!r}", todo="See the case list")
        return count

    def receive(self, case: Case, read: Callable[[str], bytes], *, actor: str = LOCAL_ACTOR, reason: str) -> int:
        """Save a case with the DICOM files its courses name: each is stored and pointed to by its content hash.

        Args:
            case: The record as it came.
            read: From the name of a file in it to its bytes.
            actor: Who brings it.
            reason: Why.

        Returns:
            Number of journal rows added.
        """
        document = json.loads(case.model_dump_json(by_alias=True, exclude_defaults=True))
        for row, entry in zip(document["entries"], case.entries, strict=True):
            row["kind"] = entry.kind
            for key, value in (row.get("files") or {}).items() if isinstance(entry, Radiotherapy) else ():
                names = value if isinstance(value, list) else [value]
                hashes = [self.put_file(read(name)) for name in names]
                row["files"][key] = hashes if isinstance(value, list) else hashes[0]
        return self.save(case_from(document, where=case.id), actor=actor, reason=reason)

    def counts(self) -> tuple[int, int, int]:
        """Journal rows, stored files, and their bytes."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(func.count(journal_table.c.seq))).scalar_one()
            query = select(func.count(stored_file.c.sha256), func.coalesce(func.sum(stored_file.c.size), 0))
            number, size = connection.execute(query).one()
        return int(rows), int(number), int(size)

    def history(self, case_id: str) -> list[journal.Row]:
        """Every version of every entry of a case, oldest first."""
        with self._engine.connect() as connection:
            return list(journal.rows_of(connection, case_id))

    # ── files ───────────────────────────────────────────────────────────────────────────────────────────

    def put_file(self, content: bytes, media_type: str = "application/dicom") -> str:
        """Keep a file by its content and return its SHA-256."""
        digest = files.put(self.folder, content)
        with self._engine.begin() as connection:
            known = connection.execute(select(stored_file.c.sha256).where(stored_file.c.sha256 == digest)).first()
            if known is None:
                row = {"sha256": digest, "size": len(content), "media_type": media_type}
                row["added_at"] = self._clock().isoformat(timespec="seconds")
                connection.execute(stored_file.insert(), row)
        return digest

    def file(self, digest: str) -> Path:
        """Where a stored file lies.

        Raises:
            StoreError: No such file.
        """
        path = files.path_of(self.folder, digest)
        if not path.is_file():
            raise StoreError(f"no stored file {digest[:12]}", todo="Receive it again")
        return path

    # ── proof ───────────────────────────────────────────────────────────────────────────────────────────

    def verify(self) -> Verified:
        """Check the whole journal and every stored file.

        Raises:
            ChainError: Something is not what was written.
        """
        with self._engine.connect() as connection:
            rows = journal.verify_chain(connection, self._head())
            digests = [row.sha256 for row in connection.execute(select(stored_file.c.sha256))]
        for digest in digests:
            files.verify_file(self.folder, digest)
        return Verified(rows, len(digests))

    def _last(self, connection: Connection) -> tuple[int, str]:
        query = select(journal_table.c.seq, journal_table.c.hash).order_by(journal_table.c.seq.desc()).limit(1)
        last = connection.execute(query).first()
        return (last.seq, last.hash) if last else (0, journal.GENESIS)

    def _keep_head(self, head: tuple[int, str]) -> None:
        """Write the end of the chain beside the database, so that a cut end is seen.

        It may lag behind (a crash, a second writer): `verify` asks only that the journal still holds this row.
        """
        number, part = tempfile.mkstemp(prefix="journal.head.", dir=self.folder)
        with os.fdopen(number, "w", encoding="ascii") as stream:
            json.dump({"seq": head[0], "hash": head[1]}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        Path(part).replace(self.folder / "journal.head")

    def _head(self) -> tuple[int, str] | None:
        path = self.folder / "journal.head"
        if not path.is_file():
            return None
        try:
            kept = json.loads(path.read_text(encoding="ascii"))
            return int(kept["seq"]), str(kept["hash"])
        except (ValueError, KeyError, TypeError) as error:
            raise ChainError("journal.head cannot be read", todo="Restore from a backup") from error


def _bodies(case: Case) -> dict[str, Any]:
    """The head and every entry as plain JSON values."""
    document = json.loads(case.model_dump_json(by_alias=True, exclude_defaults=True))
    entries = {
        entry.id: {**row, "kind": entry.kind} for row, entry in zip(document.pop("entries"), case.entries, strict=True)
    }
    document["schema"] = case.schema_
    return {HEADER: {**document, "order": list(entries)}, **entries}
