"""What was sent and only looked at so far: kept by its content until it is written."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from myelon.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from myelon.store import Store

_TOKEN = re.compile(r"[0-9a-f]{64}")


def keep(store: Store, content: bytes) -> str:
    """Keep bytes; returns the mark they are found by."""
    token = hashlib.sha256(content).hexdigest()
    path = _path(store, token)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return token


def kept(store: Store, token: str) -> bytes:
    """The bytes of a mark.

    Raises:
        InputError: Not a mark, or no longer kept.
    """
    path = _path(store, token)
    if not path.is_file():
        raise InputError("what was sent is no longer kept", where="draft", todo="Send it again")
    return path.read_bytes()


def drop(store: Store, token: str) -> None:
    """Keep it no longer."""
    _path(store, token).unlink(missing_ok=True)


def _path(store: Store, token: str) -> Path:
    if not _TOKEN.fullmatch(token):
        raise InputError("is not the mark of something sent", where="draft", todo="Send it again")
    return store.folder / "drafts" / token
