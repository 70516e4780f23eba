"""Files by content hash: ``files/ab/abcdef…``; what is stored once is never written again."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from myelon.errors import ChainError, StoreError

_SHA256 = re.compile(r"^[0-9a-f]{64}$")


def put(folder: Path, content: bytes) -> str:
    """Store bytes durably and return their SHA-256.

    Raises:
        StoreError: They could not be written.
    """
    digest = hashlib.sha256(content).hexdigest()
    target = path_of(folder, digest)
    if target.exists():
        return digest
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        number, part = tempfile.mkstemp(prefix="part.", dir=folder / "files")
        with os.fdopen(number, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(part).replace(target)
    except OSError as error:
        raise StoreError("a file could not be stored", where=str(folder), todo="Check space and rights") from error
    return digest


def path_of(folder: Path, digest: str) -> Path:
    """Where a stored file lies.

    Raises:
        StoreError: Not a SHA-256 in hexadecimal.
    """
    if not _SHA256.match(digest):
        raise StoreError(f"{digest[:20]!r} is not a content hash", todo="Give the SHA-256 of a stored file")
    return folder / "files" / digest[:2] / digest


def verify_file(folder: Path, digest: str) -> None:
    """Check that a stored file is there and is what its name says.

    Raises:
        ChainError: It is missing or was changed.
    """
    path = path_of(folder, digest)
    where = f"file {digest[:12]}"
    if not path.is_file():
        raise ChainError("is missing", where=where, todo="Restore from a backup")
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise ChainError("was changed after it was stored", where=where, todo="Restore from a backup")
