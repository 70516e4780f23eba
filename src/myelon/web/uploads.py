"""Uploaded files, held in a temporary folder under names of our own until the request ends."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

from myelon.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import UploadFile

MOST_BYTES = 600 * 1024 * 1024
_BLOCK = 1 << 20


class Received:
    """Files by the name they were sent under; that name never becomes a path."""

    def __init__(self, files: Sequence[UploadFile]) -> None:
        self._files = files
        self._paths: dict[str, Path] = {}
        self._all: list[Path] = []

    def __enter__(self) -> Self:
        """Copy the uploads.

        Raises:
            InputError: They are larger than 600 MB together.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="myelon-")
        total = 0
        for number, upload in enumerate(self._files):
            target = Path(self._folder.name) / f"{number}"
            with target.open("wb") as stream:
                while block := upload.file.read(_BLOCK):
                    total += len(block)
                    if total > MOST_BYTES:
                        raise InputError("the files are larger than 600 MB together", todo="Send one patient at a time")
                    stream.write(block)
            self._paths[Path(upload.filename or "").name] = target
            self._all.append(target)
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the copies."""
        self._folder.cleanup()

    @property
    def paths(self) -> list[Path]:
        """Every copy as it came; two of one name are both here."""
        return list(self._all)

    def path(self, name: str) -> Path:
        """Where a named file lies.

        Raises:
            InputError: It was not sent.
        """
        found = self._paths.get(Path(name).name)
        if found is None:
            raise InputError(f"the case names {name!r}, which was not sent", todo="Send every file that the case names")
        return found

    def read(self, name: str) -> bytes:
        """The bytes of a named file."""
        return self.path(name).read_bytes()
