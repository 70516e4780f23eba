"""One data folder: cases, their history, and files."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from sqlalchemy import func, select, union_all, update
from sqlalchemy.exc import DBAPIError

from myelon.errors import ChainError, ConflictError, InputError, StoreError
from myelon.record.case import Case, case_from
from myelon.record.kinds import Radiotherapy
from myelon.store import bundle, files, index, journal
from myelon.store.database import (
    case_index,
    import_batch,
    import_batch_case,
    lock_writes,
    open_database,
    saved_recipe,
    stored_file,
)
from myelon.store.database import journal as journal_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from sqlalchemy import Connection, Engine

    from myelon.record.base import Entry
    from myelon.store.index import CaseSummary

HEADER = "case"
"""Entry id under which the head of a case (title, nature, zero) is kept."""
LOCAL_ACTOR = "local user"
"""Who writes until there are accounts."""


class Verified(NamedTuple):
    """What `Store.verify` looked at and found whole."""

    journal_rows: int
    stored_files: int


class ChangedCase(NamedTuple):
    """A case, the last row of the journal that is of it, and whether it is deleted."""

    case_id: str
    last_seq: int
    removed: bool


class SavedRecipe(NamedTuple):
    """An analysis that was saved: its name, version, YAML, by whom and when."""

    name: str
    version: int
    body: str
    actor: str
    at: str


class Batch(NamedTuple):
    """An import of many cases at once, which can be undone at once."""

    batch: str
    at: str
    actor: str
    name: str
    cases: int
    undone_at: str


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Store:
    """Cases and files of one data folder."""

    def __init__(self, folder: Path, engine: Engine, clock: Callable[[], dt.datetime] = _now) -> None:
        self.folder = folder
        self._engine = engine
        self._clock = clock

    @classmethod
    def open(cls, folder: Path, *, url: str | None = None, clock: Callable[[], dt.datetime] = _now) -> Self:
        """Open a data folder, and make it if need be.

        Args:
            folder: Where files lie, and the database unless a URL is given.
            url: Of a PostgreSQL database; default is what MYELON_DATABASE_URL says.
            clock: What time it is.

        Raises:
            StoreError: As `myelon.store.database.open_database`.
        """
        engine, older = open_database(folder, url)
        store = cls(folder, engine, clock)
        if older:
            store._index_all()
        return store

    @property
    def database(self) -> str:
        """What keeps the journal: "SQLite" or "PostgreSQL"."""
        return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[self._engine.dialect.name]

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    # ── writing cases ───────────────────────────────────────────────────────────────────────────────────

    def save(self, case: Case, *, actor: str = LOCAL_ACTOR, reason: str, expected: int | None = None) -> int:
        """Write what is new or changed in a case; entries that are gone are retracted, never removed.

        Args:
            case: The whole record.
            actor: Who writes.
            reason: Why.
            expected: Version of the case that the writer saw; 0 for a new one. None writes over any version.

        Returns:
            Number of journal rows added; 0 when nothing changed.

        Raises:
            ConflictError: The case is of another version by now.
        """
        return self.save_many([case], actor=actor, reason=reason, expected=expected)

    def save_many(
        self, cases: Iterable[Case], *, actor: str = LOCAL_ACTOR, reason: str, expected: int | None = None
    ) -> int:
        """Write several cases in one transaction: all of them or none.

        Raises:
            ConflictError: A case is not of the expected version.
        """
        with self._writing() as connection:
            added = 0
            for case in cases:
                if expected is not None:
                    self._expect(connection, case.id, expected)
                added += self._put(connection, case, actor=actor, reason=reason)
        return added

    def amend(
        self, case_id: str, entry: Entry, *, actor: str = LOCAL_ACTOR, reason: str, expected: int | None = None
    ) -> int:
        """Write one entry of a case: a new one, or a new version of one.

        Args:
            case_id: The case.
            entry: As it shall stand.
            actor: Who writes.
            reason: Why.
            expected: Version of the entry that the writer saw; 0 for a new one. None writes over any version.

        Returns:
            Number of journal rows added.

        Raises:
            ConflictError: Somebody wrote the entry meanwhile.
            CaseError: The case would no longer hold together.
        """
        with self._writing() as connection:
            case = self._read(connection, case_id)
            if expected is not None:
                self._expect(connection, case_id, expected, entry.id)
            known = entry.id in case.by_id
            entries = [entry if e.id == entry.id else e for e in case.entries] + ([] if known else [entry])
            return self._put(connection, _whole(case, entries), actor=actor, reason=reason)

    def retract(
        self, case_id: str, entry_id: str, *, actor: str = LOCAL_ACTOR, reason: str, expected: int | None = None
    ) -> int:
        """Take an entry back; its versions stay in the journal.

        Args:
            case_id: The case.
            entry_id: The entry.
            actor: Who takes it back.
            reason: Why.
            expected: Version of the entry that the person saw. None takes back any version.

        Returns:
            Number of journal rows added.

        Raises:
            ConflictError: Somebody wrote the entry meanwhile.
            InputError: No reason is given.
            CaseError: Other entries point to it.
            StoreError: No such case, or no such entry.
        """
        _reasoned(reason)
        with self._writing() as connection:
            case = self._read(connection, case_id)
            if entry_id not in case.by_id:
                raise StoreError(f"no entry {entry_id!r}", where=case_id, todo="See the record")
            if expected is not None:
                self._expect(connection, case_id, expected, entry_id)
            entries = [e for e in case.entries if e.id != entry_id]
            return self._put(connection, _whole(case, entries), actor=actor, reason=reason)

    def delete(self, case_id: str, *, actor: str = LOCAL_ACTOR, reason: str) -> None:
        """Take a whole case out of sight; its journal stays, and `restore` brings it back.

        Raises:
            InputError: No reason is given.
            StoreError: No such case.
        """
        _reasoned(reason)
        with self._writing() as connection:
            self._read(connection, case_id)
            self._remove(connection, case_id, actor=actor, reason=reason)

    def restore(self, case_id: str, *, actor: str = LOCAL_ACTOR, reason: str) -> None:
        """Bring back a case that was deleted.

        Raises:
            StoreError: There was never such a case.
        """
        with self._writing() as connection:
            heads = [r for r in journal.rows_of(connection, case_id) if r.entry_id == HEADER]
            written = [r for r in heads if r.body != journal.RETRACTED]
            if not written:
                raise StoreError(f"no case {case_id!r}", todo="See the case list")
            if heads[-1] is not written[-1]:
                body = json.loads(written[-1].body)
                journal.append(connection, case_id, {HEADER: body}, actor=actor, reason=reason, at=self._clock())
            index.write(connection, self._read(connection, case_id))

    def receive(self, case: Case, read: Callable[[str], bytes], *, actor: str = LOCAL_ACTOR, reason: str) -> int:
        """Save a case with the DICOM files its courses and images name: each is stored and pointed to by its hash.

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
            if isinstance(row.get("files"), list):
                row["files"] = [self.put_file(read(name)) for name in row["files"]]
            for key, value in (row.get("files") or {}).items() if isinstance(entry, Radiotherapy) else ():
                names = value if isinstance(value, list) else [value]
                hashes = [self.put_file(read(name)) for name in names]
                row["files"][key] = hashes if isinstance(value, list) else hashes[0]
        return self.save(case_from(document, where=case.id), actor=actor, reason=reason)

    # ── reading cases ───────────────────────────────────────────────────────────────────────────────────

    def case(self, case_id: str, *, version: int | None = None, at: dt.datetime | None = None) -> Case:
        """The record as it stands, or as it stood.

        Args:
            case_id: The case.
            version: Number of journal rows to read; all when None.
            at: Only what was written up to this moment.

        Raises:
            StoreError: No such case, or none at that version or moment.
        """
        with self._engine.connect() as connection:
            return self._read(connection, case_id, version, at)

    def case_and_version(self, case_id: str) -> tuple[Case, int]:
        """The record as it stands and its version, of one reading: no write comes between the two.

        Raises:
            StoreError: No such case.
        """
        with self._engine.connect() as connection:
            rows = list(journal.rows_of(connection, case_id))
        return _folded(rows, case_id), len(rows)

    def cases(
        self, search: str = "", *, newest_first: bool = False, limit: int | None = None, offset: int = 0
    ) -> list[CaseSummary]:
        """Lines of the case list, in the order the cases were first written or last changed."""
        return self.find(search, newest_first=newest_first, limit=limit, offset=offset)[0]

    def find(
        self, search: str = "", *, newest_first: bool = True, limit: int | None = 50, offset: int = 0
    ) -> tuple[list[CaseSummary], int]:
        """Lines of the case list that hold every word of a search, and how many there are in all."""
        with self._engine.connect() as connection:
            rows, total, stale = index.found(
                connection, search, newest_first=newest_first, limit=limit, offset=offset
            )  # fmt: skip
        if not stale:
            return rows, total
        with self._writing() as connection:
            for case_id in stale:
                index.refresh(connection, self._read(connection, case_id))
        return self.find(search, newest_first=newest_first, limit=limit, offset=offset)

    def deleted(self) -> list[tuple[str, str, str]]:
        """Cases that were taken out of sight: id, title, and why."""
        query = select(case_index.c.case_id, case_index.c.title, journal_table.c.reason).where(
            case_index.c.removed.is_(True), journal_table.c.seq == case_index.c.last_seq
        )
        with self._engine.connect() as connection:
            return [(r.case_id, r.title, r.reason) for r in connection.execute(query.order_by(case_index.c.first_seq))]

    def neighbours(self, case_id: str) -> tuple[int, int, str, str]:
        """Place of a case in the list, how many there are, and the ids before and after it ("" at the ends)."""
        with self._engine.connect() as connection:
            return index.neighbours(connection, case_id)

    def version(self, case_id: str) -> int:
        """Number of journal rows of a case: its record version.

        Raises:
            StoreError: No such case.
        """
        with self._engine.connect() as connection:
            count = _version(connection, case_id)
        if count == 0:
            raise StoreError(f"no case {case_id!r}", todo="See the case list")
        return count

    def entry_version(self, case_id: str, entry_id: str) -> int:
        """Number of versions of an entry; 0 when it was never written."""
        with self._engine.connect() as connection:
            return _version(connection, case_id, entry_id)

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

    # ── batches ─────────────────────────────────────────────────────────────────────────────────────────

    def import_cases(self, cases: Iterable[Case], *, name: str, actor: str = LOCAL_ACTOR) -> Batch:
        """Write new and changed cases in one transaction, as a batch that can be undone.

        Args:
            cases: The records.
            name: What they came from, such as a file name.
            actor: Who brings them.
        """
        batch, at = secrets.token_hex(4), self._clock().isoformat(timespec="seconds")
        touched = []
        with self._writing() as connection:
            for case in cases:
                before = _version(connection, case.id)
                if self._put(connection, case, actor=actor, reason=f"imported from {name}, batch {batch}"):
                    after = _version(connection, case.id)
                    touched.append({"batch": batch, "case_id": case.id, "before": before, "after": after})
            row = {"batch": batch, "at": at, "actor": actor, "name": name, "undone_at": ""}
            connection.execute(import_batch.insert(), row)
            if touched:
                connection.execute(import_batch_case.insert(), touched)
        return Batch(batch, at, actor, name, len(touched), "")

    def changed_since(self, seq: int) -> list[ChangedCase]:
        """Cases that were written or deleted after a row of the journal, the earliest first."""
        columns = (case_index.c.case_id, case_index.c.last_seq, case_index.c.removed)
        parts = (  # apart, for the index of the lines begins with it; one statement, so that no case moves between them
            select(*columns).where(case_index.c.removed.is_(removed), case_index.c.last_seq > seq)
            for removed in (False, True)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(union_all(*parts)).all()
        return sorted(
            (ChangedCase(r.case_id, int(r.last_seq), bool(r.removed)) for r in rows), key=lambda c: c.last_seq
        )

    def journal_hash(self, seq: int) -> str:
        """The hash of a row of the journal; "" where there is no such row."""
        query = select(journal_table.c.hash).where(journal_table.c.seq == seq)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar() or ""

    def save_recipe(self, name: str, body: str, *, actor: str = LOCAL_ACTOR) -> int:
        """Keep an analysis under a name; a body that is the same as the last makes no new version.

        Returns:
            Its version, from 1.
        """
        with self._writing() as connection:
            newest = select(saved_recipe).where(saved_recipe.c.name == name).order_by(saved_recipe.c.version.desc())
            last = connection.execute(newest.limit(1)).first()
            if last is not None and last.body == body:
                return int(last.version)
            version = 1 if last is None else int(last.version) + 1
            at = self._clock().isoformat(timespec="seconds")
            row = {"name": name, "version": version, "body": body, "actor": actor, "at": at}
            connection.execute(saved_recipe.insert(), row)
        return version

    def recipes(self) -> list[SavedRecipe]:
        """Every saved analysis in all its versions, by name, the newest first."""
        query = select(saved_recipe).order_by(saved_recipe.c.name, saved_recipe.c.version.desc())
        with self._engine.connect() as connection:
            return [SavedRecipe(r.name, int(r.version), r.body, r.actor, r.at) for r in connection.execute(query)]

    def batches(self) -> list[Batch]:
        """Every import, newest first."""
        cases = (
            select(func.count())
            .select_from(import_batch_case)
            .where(import_batch_case.c.batch == import_batch.c.batch)
            .scalar_subquery()
        )
        query = select(import_batch, cases.label("cases")).order_by(import_batch.c.at.desc())
        with self._engine.connect() as connection:
            return [Batch(r.batch, r.at, r.actor, r.name, int(r.cases), r.undone_at) for r in connection.execute(query)]

    def undo_batch(self, batch: str, *, actor: str = LOCAL_ACTOR) -> int:
        """Undo an import: new cases are deleted, changed ones set back; every step is journalled.

        Returns:
            Number of cases.

        Raises:
            ConflictError: A case was written again since; nothing is undone.
            StoreError: No such batch, or it was undone before.
        """
        reason = f"import batch {batch} was undone"
        with self._writing() as connection:
            found = connection.execute(select(import_batch).where(import_batch.c.batch == batch)).first()
            if found is None or found.undone_at:
                what = "was undone before" if found else "does not exist"
                raise StoreError(f"import batch {batch!r} {what}", todo="See the list of imports")
            mine = import_batch_case.c.batch == batch
            rows = connection.execute(select(import_batch_case).where(mine)).all()
            for row in rows:
                self._expect(connection, row.case_id, row.after)
                if row.before == 0:
                    self._remove(connection, row.case_id, actor=actor, reason=reason)
                else:
                    earlier = self._read(connection, row.case_id, row.before)
                    self._put(connection, earlier, actor=actor, reason=reason)
            at = self._clock().isoformat(timespec="seconds")
            connection.execute(update(import_batch).where(import_batch.c.batch == batch).values(undone_at=at))
        return len(rows)

    # ── one case as a file ──────────────────────────────────────────────────────────────────────────────

    def export(self, case_id: str, stream: BinaryIO) -> list[str]:
        """Write a case with its document, its files and its journal as a ZIP file.

        Returns:
            Names of files that the case points to and that are not held here; the manifest says so too.

        Raises:
            StoreError: No such case.
        """
        case = self.case(case_id)
        return bundle.write(stream, case, self.history(case_id), self.file, at=self._clock())

    def receive_export(self, stream: BinaryIO, *, actor: str = LOCAL_ACTOR) -> Case:
        """Take in a case that `export` wrote: its record, its files, and its journal with authors, times and reasons.

        The chain of this data folder goes on; the rows keep who wrote them, when and why.

        Raises:
            InputError: Not such a file, or it was changed since it was written.
            StoreError: There is such a case already.
        """
        received = bundle.read(stream)
        bodies = journal.fold(received.rows)
        case = _case(bodies, received.case.id)
        if case != received.case:
            raise InputError(
                "document and journal do not agree", where="export", todo="Ask for it again: it was changed on the way"
            )
        for content in received.files.values():
            self.put_file(content)
        with self._writing() as connection:
            if _version(connection, case.id):
                raise StoreError(
                    f"there is a case {case.id!r} already", todo="An export is only taken in as a new case"
                )
            journal.chain(connection, received.rows)
            reason = f"received with {len(received.rows)} journal rows from an export"
            journal.append(
                connection, case.id, {HEADER: bodies[HEADER]}, actor=actor, reason=reason, at=self._clock()
            )  # fmt: skip
            index.write(connection, case)
        return case

    # ── files ───────────────────────────────────────────────────────────────────────────────────────────

    def put_file(self, content: bytes, media_type: str = "application/dicom") -> str:
        """Keep a file by its content and return its SHA-256.

        Raises:
            StoreError: It could not be written.
        """
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

    # ── one transaction ─────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock; the head of the chain is kept once it is committed.

        Raises:
            StoreError: The database could not be written; nothing of the transaction is stored.
        """
        try:
            with self._engine.connect() as connection:
                lock_writes(connection)
                before = journal.last(connection)
                yield connection
                head = journal.last(connection)
                connection.commit()
            if head != before:
                self._keep_head(head)
        except (DBAPIError, OSError) as error:
            raise _unwritten(error) from error

    def _put(self, connection: Connection, case: Case, *, actor: str, reason: str) -> int:
        wanted = _bodies(case)
        held = journal.fold(journal.rows_of(connection, case.id))
        changed: dict[str, Any] = {k: v for k, v in wanted.items() if held.get(k) != v}
        changed |= dict.fromkeys(k for k in held if k not in wanted)
        added = journal.append(connection, case.id, changed, actor=actor, reason=reason, at=self._clock())
        if added:
            index.write(connection, case)
        return added

    def _remove(self, connection: Connection, case_id: str, *, actor: str, reason: str) -> None:
        journal.append(connection, case_id, {HEADER: None}, actor=actor, reason=reason, at=self._clock())
        index.remove(connection, case_id)

    def _read(
        self, connection: Connection, case_id: str, version: int | None = None, at: dt.datetime | None = None
    ) -> Case:
        rows = list(journal.rows_of(connection, case_id))
        if version is not None and rows:
            if not 0 < version <= len(rows):
                raise StoreError(f"no version {version}", where=case_id, todo=f"There are versions 1 to {len(rows)}")
            rows = rows[:version]
        if at is not None and rows:
            rows = [r for r in rows if dt.datetime.fromisoformat(r.at) <= at]
            if not rows:
                raise StoreError("was not written yet at that moment", where=case_id, todo="Name a later one")
        return _folded(rows, case_id, version)

    def _expect(self, connection: Connection, case_id: str, expected: int, entry_id: str | None = None) -> None:
        found = _version(connection, case_id, entry_id)
        if found == expected:
            return
        rows = [r for r in journal.rows_of(connection, case_id) if entry_id in {None, r.entry_id}]
        last = rows[-1] if rows else None
        by = f" by {last.actor} at {last.at} ({last.reason})" if last else ""
        raise ConflictError(
            f"{entry_id or 'the case'} was written meanwhile{by}: version {found}, not {expected}",
            where=case_id,
            todo="Look at what stands now and write again; nothing was overwritten",
        )

    def _index_all(self) -> None:
        """Fill the case index from the journal."""
        with self._writing() as connection:
            for case_id in list(connection.scalars(select(journal_table.c.case_id).distinct())):
                bodies = journal.fold(journal.rows_of(connection, case_id))
                if HEADER in bodies:
                    index.write(connection, _case(bodies, case_id))

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


def _folded(rows: Sequence[journal.Row], case_id: str, version: int | None = None) -> Case:
    """The record that rows of the journal come to.

    Raises:
        StoreError: None, a deleted case, or a version inside one change.
    """
    if not rows:
        raise StoreError(f"no case {case_id!r}", todo="See the case list")
    bodies = journal.fold(rows)
    if HEADER not in bodies:
        raise StoreError(
            f"case {case_id!r} was deleted: {rows[-1].reason}", todo="Restore it, or read an earlier version"
        )
    if version is not None and not set(bodies[HEADER]["order"]) <= set(bodies):
        raise StoreError(f"version {version} lies inside one change", where=case_id, todo="Name a later version")
    return _case(bodies, case_id)


def _version(connection: Connection, case_id: str, entry_id: str | None = None) -> int:
    query = select(func.count(journal_table.c.seq)).where(journal_table.c.case_id == case_id)
    if entry_id is not None:
        query = query.where(journal_table.c.entry_id == entry_id)
    return int(connection.execute(query).scalar_one())


def _bodies(case: Case) -> dict[str, Any]:
    """The head and every entry as plain JSON values."""
    document = json.loads(case.model_dump_json(by_alias=True, exclude_defaults=True))
    entries = {
        entry.id: {**row, "kind": entry.kind} for row, entry in zip(document.pop("entries"), case.entries, strict=True)
    }
    document["schema"] = case.schema_
    return {HEADER: {**document, "order": list(entries)}, **entries}


def _case(bodies: dict[str, Any], case_id: str) -> Case:
    """The inverse of `_bodies`."""
    header = dict(bodies[HEADER])
    entries = [bodies[entry] for entry in header.pop("order")]
    return case_from({**header, "entries": entries}, where=case_id)


def _whole(case: Case, entries: Sequence[Entry]) -> Case:
    """The case with other entries, checked as a whole."""
    return case_from({**_head_of(case), "entries": entries}, where=case.id)


def _head_of(case: Case) -> dict[str, Any]:
    return {"schema": case.schema_, "id": case.id, "title": case.title, "about": case.about, "zero": case.zero}


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise InputError("no reason is given", todo="Say why: the journal keeps it")


def _unwritten(error: Exception) -> StoreError:
    """The disk or the database refused a write."""
    cause = str(getattr(error, "orig", error))
    full = "full" in cause or "No space" in cause
    what = "the disk is full" if full else "the data folder or its database cannot be written"
    return StoreError(f"{what}; nothing of this was stored", todo="Make room or mend its rights, and try again")
