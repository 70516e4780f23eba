"""One case as a ZIP file: its document, its journal, the files it names, and a manifest that says what it is."""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import TYPE_CHECKING, NamedTuple

from myelon.errors import InputError, StoreError
from myelon.record.case import Case, read_case, write_case
from myelon.store.journal import Row, chain_hash

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import BinaryIO

SCHEMA = "myelon.export/1"
_MANIFEST, _DOCUMENT, _JOURNAL, _FILES = "manifest.json", "case.yaml", "journal.jsonl", "files/"
MOST_BYTES = 4 << 30
"""Unpacked size that is taken in at most."""


class Received(NamedTuple):
    """What an export holds."""

    case: Case
    rows: list[Row]
    files: dict[str, bytes]


def write(
    stream: BinaryIO, case: Case, rows: Sequence[Row], path_of: Callable[[str], Path], *, at: dt.datetime
) -> list[str]:
    """Write an export; returns the names of files that the case points to and that are not held here.

    Args:
        stream: Where to.
        case: The record as it stands.
        rows: Its journal.
        path_of: From a content hash to the stored file.
        at: When it is written.
    """
    named = _named_files(case)
    held = {digest: path for digest in sorted(named) if (path := _held(path_of, digest)) is not None}
    manifest = {
        "schema": SCHEMA,
        "case": case.id,
        "nature": case.about.nature,
        "journal_rows": len(rows),
        "files": sorted(held),
        "not_held": sorted(named - set(held)),
        "written_at": at.isoformat(timespec="seconds"),
        "intended_use": "research and decision support for professionals; not a medical device",
    }
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        archive.writestr(_DOCUMENT, write_case(case))
        archive.writestr(_JOURNAL, "".join(json.dumps(r._asdict(), ensure_ascii=False) + "\n" for r in rows))
        for digest, path in held.items():
            archive.write(path, _FILES + digest)
    return sorted(named - set(held))


def read(stream: BinaryIO) -> Received:
    """Read an export and check that it is what was written.

    Raises:
        InputError: Not an export, too large, or changed since.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            "is not an export of a case", where="export", todo="Give the ZIP file that `myelon case export` wrote"
        ) from error


def _read(archive: zipfile.ZipFile) -> Received:
    if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
        raise InputError(f"is larger than {MOST_BYTES >> 30} GB unpacked", where="export", todo="Export one case")
    manifest = json.loads(archive.read(_MANIFEST))
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise InputError(f"is not of schema {SCHEMA}", where="export", todo="Export it with this version of Myelon")
    case = read_case(archive.read(_DOCUMENT).decode("utf-8"), where=_DOCUMENT)
    rows = [Row(**json.loads(line)) for line in archive.read(_JOURNAL).decode("utf-8").split("\n") if line]
    versions: dict[str, int] = {}
    for row in rows:
        versions[row.entry_id] = versions.get(row.entry_id, 0) + 1
        if chain_hash(row) != row.hash or row.case_id != case.id or row.version != versions[row.entry_id]:
            raise _changed(f"journal row {row.seq}")
    if len(rows) != manifest["journal_rows"] or [r.seq for r in rows] != sorted({r.seq for r in rows}):
        raise _changed("journal")
    files = {digest: archive.read(_FILES + digest) for digest in manifest["files"]}
    for digest, content in files.items():
        if hashlib.sha256(content).hexdigest() != digest:
            raise _changed(f"file {str(digest)[:12]}")
    if _named_files(case) != set(files) | set(manifest["not_held"]):
        raise _changed("list of files")
    return Received(case, rows, files)


def _held(path_of: Callable[[str], Path], digest: str) -> Path | None:
    """The stored file of a name; None where it names a file that was never stored here."""
    try:
        return path_of(digest)
    except StoreError:
        return None


def _changed(where: str) -> InputError:
    return InputError("was changed after it was written", where=f"export, {where}", todo="Ask for the export again")


def _named_files(case: Case) -> set[str]:
    """Content hashes of every file that an entry of the case points to."""
    named: set[str] = set()
    for entry in case.entries:
        held = getattr(entry, "files", None)
        values = held if isinstance(held, tuple) else vars(held).values() if held is not None else ()
        for value in values:
            named |= {value} if isinstance(value, str) else set(value or ())
        named |= {o.measured.picture for o in getattr(entry, "lesions", ()) if o.measured and o.measured.picture}
    return named
