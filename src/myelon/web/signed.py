"""What every form that takes something into the record asks: who, and over which version of the entry."""

import re

from myelon.errors import InputError


def signed(by: str, *, where: str, todo: str) -> str:
    """Who does it.

    Raises:
        InputError: Nobody is named.
    """
    if not by.strip():
        raise InputError("nobody is named", where=where, todo=todo)
    return by.strip()


def version_seen(text: str) -> int:
    """The version of an entry that the person saw.

    Raises:
        InputError: No version.
    """
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise InputError(f"{text[:20]!r} is no version", where="form", todo="Open the form again")
    return int(text)
