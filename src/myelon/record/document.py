"""Read YAML (or JSON) that came from outside: bounded in size and depth, checked against a model, never a traceback."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from myelon.errors import CaseError, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 10 << 20
MOST_YAML_BYTES = 1 << 20
"""A case of a thousand entries has half of this; YAML is read at 1 MB a second, JSON at 9."""
MOST_DEPTH = 40
"""A case is five levels deep; the compiled YAML composer recurses and would end the process far above this."""

_MOST_PROBLEMS = 12
_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SAFE):  # type: ignore[misc]  # the compiled loader where there is one
    """A safe loader to whom a key that stands twice is an error: one of the two values would be lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # as yaml's
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key.value[:40]!r} stands twice", key.start_mark
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found


class _Dumper(yaml.SafeDumper):
    """A safe dumper that escapes the line breaks which a reader would fold, and writes lines as lines."""


_FOLDED = frozenset("\r\x85\u2028\u2029\ufeff")


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = '"' if _FOLDED & set(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def dump_document(document: Mapping[str, Any]) -> str:
    """A document as YAML that `read_document` reads back to the same values."""
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def _read_json(text: str) -> Any:  # noqa: ANN401  # any plain value
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = next(k for n, (k, _) in enumerate(pairs) if k in {a for a, _ in pairs[:n]})
            message = f"key {twice[:40]!r} stands twice"
            raise yaml.constructor.ConstructorError(None, None, message)
        return found

    return json.loads(text, object_pairs_hook=once)


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
        if text.lstrip().startswith("{"):
            with contextlib.suppress(json.JSONDecodeError):  # then it may be YAML in braces
                return _read_json(text)
        if len(text) > MOST_YAML_BYTES:
            raise error(
                f"larger than {MOST_YAML_BYTES >> 20} MB", where=where, todo="Give one document, or the same as JSON"
            )
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                raise error("uses an alias (*name)", where=where, todo="Write out what it stands for")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH:
                raise error("nested too deeply", where=where, todo=f"{MOST_DEPTH} levels are read at most")
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a safe loader either way
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        place = f"{where}, line {mark.line + 1}" if mark else where
        twice = str(getattr(failure, "problem", "") or "")
        what = twice if twice.endswith("stands twice") else "not valid YAML or JSON"
        raise error(what, where=place, todo="Mend the syntax there") from failure
    except (ValueError, RecursionError, OverflowError) as failure:
        if isinstance(failure, InputError):
            raise
        raise error("holds a value that cannot be", where=where, todo="Check dates and numbers") from failure


M = TypeVar("M", bound=BaseModel)


def checked(model: type[M], document: Mapping[str, Any], *, where: str) -> M:
    """Build a model from plain values.

    Raises:
        CaseError: They do not fit; every problem is named with its place, at most twelve of them.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        problems = [_problem(document, e) for e in error.errors(include_url=False, include_context=False)]
        more = f" (and {len(problems) - _MOST_PROBLEMS} more)" if len(problems) > _MOST_PROBLEMS else ""
        raise CaseError(
            "; ".join(problems[:_MOST_PROBLEMS]) + more,
            where=where,
            todo="See `myelon schema` for every field",
        ) from error
    except CaseError as error:
        raise CaseError(error.what, where=where, todo=error.todo) from error


def _problem(document: Mapping[str, Any], error: Mapping[str, Any]) -> str:
    """One problem in words: entry 'rt-1' total_gy: Input should be greater than 0."""
    place, location = [], list(error["loc"])
    if len(location) > 1 and location[0] == "entries" and isinstance(location[1], int):
        entries = document.get("entries")
        row = entries[location[1]] if isinstance(entries, list | tuple) else None
        name = row.get("id", "?") if isinstance(row, dict) else getattr(row, "id", "?")
        place.append(f"entry {name!r}")
        location = location[3:] if len(location) > 2 else []  # the discriminator repeats the kind
    place += [str(part) for part in location]
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = "unknown field"
    return f"{' '.join(place)}: {message}" if place else str(message)
