"""Read YAML (or JSON) that came from outside: bounded in size and depth, and never a traceback."""

from __future__ import annotations

from typing import Any

import yaml

from myelon.errors import InputError

MOST_BYTES = 20 * 1024 * 1024
MOST_DEPTH = 40
"""A case is five levels deep; the compiled YAML composer recurses and would end the process far above this."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_document(text: str, *, where: str, error: type[InputError]) -> Any:  # noqa: ANN401  # any plain value
    """Parse a document.

    Args:
        text: YAML or JSON.
        where: Named in the error.
        error: Type of the error to raise.

    Raises:
        InputError: Of the given type: too large, nested too deeply, or not YAML.
    """
    if len(text) > MOST_BYTES:
        raise error(f"larger than {MOST_BYTES >> 20} MB", where=where, todo="Give one document")
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH:
                raise error("nested too deeply", where=where, todo=f"{MOST_DEPTH} levels are read at most")
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  # a safe loader either way
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        place = f"{where}, line {mark.line + 1}" if mark else where
        raise error("not valid YAML or JSON", where=place, todo="Mend the syntax there") from failure
    except (ValueError, RecursionError, OverflowError) as failure:
        if isinstance(failure, InputError):
            raise
        raise error("holds a value that cannot be", where=where, todo="Check dates and numbers") from failure
