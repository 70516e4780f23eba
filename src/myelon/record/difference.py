"""What changed between two versions of a record, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from myelon.record.case import Case

_NOTHING = object()


class Change(NamedTuple):
    """One field that is new, gone or different; ``field`` is empty when a whole entry came or went."""

    entry: str
    kind: str
    field: str
    before: str
    after: str

    def __str__(self) -> str:
        """Such as "line-1 (systemic): cycles was 9, is 11"."""
        name = f"{self.entry} ({self.kind})" if self.kind else self.entry
        if not self.field:
            return f"{name}: {'added' if self.after else 'taken back'}: {self.after or self.before}"
        if not self.before:
            return f"{name}: {self.field} is now {self.after}"
        if not self.after:
            return f"{name}: {self.field} was {self.before}, is no longer stated"
        return f"{name}: {self.field} was {self.before}, is {self.after}"


def differences(before: Case, after: Case) -> list[Change]:
    """Every change from one version of a case to another, in the order of the later document."""
    changes = [
        Change("case", "", name, old, new)
        for name in ("title", "zero", "about")
        for old, new in [(_head(before, name), _head(after, name))]
        if old != new
    ]
    for entry in after.entries:
        earlier = before.by_id.get(entry.id)
        if earlier is None:
            changes.append(Change(entry.id, entry.kind, "", "", entry.label))
        elif earlier != entry:
            one, other = (e.model_dump(mode="json", exclude_defaults=True) for e in (earlier, entry))
            if earlier.kind != entry.kind:
                changes.append(Change(entry.id, entry.kind, "kind", earlier.kind, entry.kind))
            changes += [Change(entry.id, entry.kind, *row) for row in _fields(one, other, ())]
    gone = [e for e in before.entries if e.id not in after.by_id]
    return changes + [Change(e.id, e.kind, "", e.label, "") for e in gone]


def _head(case: Case, name: str) -> str:
    value = getattr(case, name)
    return value if isinstance(value, str) else ", ".join(str(v) for v in value.model_dump().values() if v)


def _fields(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401  # plain values
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from _fields(before.get(key, _NOTHING), after.get(key, _NOTHING), (*path, key.replace("_", " ")))
    elif isinstance(before, list) and isinstance(after, list):
        for n in range(max(len(before), len(after))):
            one, other = (rows[n] if n < len(rows) else _NOTHING for rows in (before, after))
            yield from _fields(one, other, (*path, str(n + 1)))
    else:
        yield " › ".join(path), _plain(before), _plain(after)


def _plain(value: Any) -> str:  # noqa: ANN401  # plain values
    """A value as a person reads it: "1.2 mg/m²" rather than braces."""
    if value is _NOTHING or value is None:
        return ""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str) and value["text"]:
            return f"“{value['text']}”"
        return ", ".join(f"{k.replace('_', ' ')} {_plain(v)}" for k, v in value.items() if k != "source")
    if isinstance(value, list):
        return "; ".join(_plain(v) for v in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
