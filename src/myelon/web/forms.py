"""Forms generated from the models of the record: what is shown, what a person may write, what is read back.

A form never loses what it cannot show: fields without a widget keep the value they had.
"""
# ruff: noqa: ANN401, PLR0911  # a form handles values of any type, and has one answer per shape

from __future__ import annotations

import enum
import re
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from myelon.errors import CaseError
from myelon.record.base import EntryId, Provenance
from myelon.record.say_when import say_period, say_when
from myelon.record.when import Period, When
from myelon.terms.levels import Level, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo

    from myelon.record.base import Entry
    from myelon.record.case import Case

_SOURCE_ROW = re.compile(r"source\.\d+")
_HIDDEN = {"id", "kind", "entered_by", "entered_at", "plausibility"}
_ROW_HIDDEN = _HIDDEN | {"source_of_category"}
_BRIEF_SOURCE = {"where", "facts", "quote"}
"""Left out of a source inside a row: the code is enough there."""
_FIRST, _LAST = ("when", "until"), ("duration", "for_phase", "assertion", "text", "source")
_OF_COURSES = {"until", "duration"}
"""Only a kind that lasts has an end and a length."""
_AREAS = {"text", "decision", "question", "quote", "morphology", "reason"}
_LABELS = {
    "mrc": "MRC", "nrs": "NRS", "dvh": "DVH", "ki67": "Ki-67", "total_gy": "Total (Gy)",
    "rtdose": "RTDOSE", "rtplan": "RTPLAN", "rtstruct": "RTSTRUCT", "ct": "CT", "registration": "Registration",
    "dose_per_fraction_gy": "Gy per fraction",
    "until": "Ends", "for_phase": "For phase", "wbb_zones": "WBB zones", "wbb_layers": "WBB layers", "text": "In words",
}  # fmt: skip
MRC_ROWS = ("", "C5", "C6", "C7", "C8", "T1", "", "L2", "L3", "L4", "L5", "S1")
"""Rows of the strength grid: the whole arm, its myotomes, the whole leg, its myotomes."""

Shape = Literal[
    "text", "area", "number", "select", "checks", "lines", "level", "when", "period", "entry", "group", "rows"
]


@dataclass
class Widget:
    """One thing on a form."""

    name: str
    label: str
    shape: Shape
    value: Any = None
    options: list[tuple[str, str]] = field(default_factory=list)
    help: str = ""
    required: bool = False
    blank: str = "–"
    problem: str = ""
    children: list[Widget] = field(default_factory=list)
    rows: list[list[Widget]] = field(default_factory=list)


class Form:
    """The form of one kind of entry in one case."""

    def __init__(self, kind: type[Entry], case: Case) -> None:
        self.kind, self.case = kind, case

    # ── shown ───────────────────────────────────────────────────────────────────────────────────────────

    def widgets(self, values: Mapping[str, Any], problems: Mapping[str, str]) -> list[Widget]:
        """The widgets with values and problems; what every entry has comes last."""
        fields = self.kind.model_fields
        own = [n for n in fields if n not in (*_HIDDEN, *_FIRST, *_LAST)]
        names = [n for n in (*_FIRST, *own, *_LAST) if n in fields and (n not in _OF_COURSES or self.kind.lasts)]
        found = (self._widget(name, name, fields[name], values.get(name), problems) for name in names)
        return [w for w in found if w is not None]

    def strength(self, values: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
        """Rows of the strength grid (limb, myotome, grade by side); none for kinds without one."""
        if "motor" not in self.kind.model_fields:
            return []
        held = {(d["limb"], d.get("myotome", "")): d.get("mrc") for d in values.get("motor") or [] if _in_grid(d)}
        rows, limb = [], ""
        for myotome in MRC_ROWS:
            limb = limb if myotome else ("leg" if limb else "arm")
            grades = {side: held.get((f"{side} {limb}", myotome)) for side in ("right", "left")}
            rows.append((limb, myotome, grades))
        return rows

    def _widget(
        self, path: str, name: str, info: FieldInfo, value: Any, problems: Mapping[str, str], *, row: bool = False
    ) -> Widget | None:
        shape, inner = _shape(info.annotation)
        if shape is None:
            return None
        widget = Widget(
            path, _LABELS.get(name, name.replace("_", " ").capitalize()), shape, value, help=info.description or "",
            required=info.is_required() and "." not in path, problem=problems.get(path, ""),
        )  # fmt: skip
        if shape == "text" and name in _AREAS and not row:
            widget.shape = "area"
        if shape in {"select", "checks"}:
            widget.options = [(str(v), str(v).replace("_", " ")) for v in inner]
            said = f"– ({info.default})" if isinstance(info.default, str) and info.default else "–"
            widget.blank = "choose" if widget.required else said
        elif shape == "entry":
            widget.options = [(e.id, f"{e.id} · {e.label[:60]}") for e in self.case.entries if _fits(name, e.kind)]
        elif shape == "group":
            widget.children = self._parts(path, inner, value or {}, problems, row=row)
        elif shape == "rows":
            held = [d for d in value or [] if not (name == "motor" and _in_grid(d))]
            blank: list[Mapping[str, Any]] = [{}]  # the page adds another as soon as this one is used
            widget.rows = [
                self._parts(f"{path}.{n}", inner, values, problems, row=True)
                for n, values in enumerate([*held, *blank])
            ]
        else:
            widget.value = _shown(shape, value, "; " if row else "\n")
        return widget

    def _parts(
        self, path: str, model: type[BaseModel], values: Mapping[str, Any], problems: Mapping[str, str], *, row: bool
    ) -> list[Widget]:
        hidden = _ROW_HIDDEN if row else _HIDDEN
        if model is Provenance and row and not _SOURCE_ROW.fullmatch(path):
            hidden = hidden | _BRIEF_SOURCE
        found = []
        for name, info in model.model_fields.items():
            if name in hidden:
                continue
            widget = self._widget(f"{path}.{name}", name, info, values.get(name), problems, row=row)
            if widget is None or (row and widget.shape == "rows"):
                continue
            if row and widget.shape == "group":  # a table has columns, not boxes
                for child in widget.children:
                    child.label = (
                        widget.label
                        if child.name.endswith((".value", ".source"))
                        else f"{widget.label} {child.label}".strip()
                    )
                found += widget.children
            else:
                found.append(widget)
        return found

    # ── read ────────────────────────────────────────────────────────────────────────────────────────────

    def read(
        self, posted: Mapping[str, list[str]], original: Mapping[str, Any], entry_id: str
    ) -> tuple[Entry | None, dict[str, Any], dict[str, str]]:
        """What was written.

        Returns:
            The entry, or None; the values as plain ones, to show again; problems by the name of their widget.
        """
        problems: dict[str, str] = {}
        values = self._read_model(self.kind, "", posted, dict(original), problems)
        if "motor" in self.kind.model_fields:
            motor = [d for d in values.get("motor") or [] if not _in_grid(d)] + _grid(posted)
            values["motor"] = motor
        default = (values.get("source") or [{"source": "entered here"}])[0]
        document = {**_sourced(values, default), "id": entry_id, "kind": self.kind.model_fields["kind"].default}
        try:
            entry = self.kind.model_validate(document)
        except ValidationError as error:
            for row in error.errors(include_url=False):
                name = ".".join(str(part) for part in row["loc"])
                problems.setdefault(name, row["msg"].removeprefix("Value error, "))
            return None, values, problems
        return (None if problems else entry), values, problems

    def _read_model(
        self,
        model: type[BaseModel],
        path: str,
        posted: Mapping[str, list[str]],
        values: dict[str, Any],
        problems: dict[str, str],
    ) -> dict[str, Any]:
        for name, info in model.model_fields.items():
            shape, inner = _shape(info.annotation)
            key = f"{path}{name}"
            if shape is None or name in _HIDDEN or not _was_shown(posted, key):
                continue
            value = self._read_value(shape, inner, key, posted, values.get(name), problems)
            if value is None or value in ("", [], {}):
                values.pop(name, None)
            else:
                values[name] = value
        return values

    def _read_value(
        self, shape: Shape, inner: Any, key: str, posted: Mapping[str, list[str]], held: Any, problems: dict[str, str]
    ) -> Any:
        words = [w.strip() for w in posted.get(key, [])]
        first = words[0] if words else ""
        match shape:
            case "checks":
                chosen = [w for w in words if w]
                return held if set(chosen) == set(held or []) else chosen
            case "lines":
                return [w.strip() for w in first.replace(";", "\n").split("\n") if w.strip()]
            case "level":
                return _level(posted, key)
            case "when" | "period":
                return self._said(shape, first, key, held, problems)
            case "group":
                return self._read_model(inner, f"{key}.", posted, dict(held or {}), problems)
            case "rows":
                return self._read_rows(inner, key, posted, list(held or []), problems)
            case _:
                return first or None

    def _read_rows(
        self,
        inner: type[BaseModel],
        key: str,
        posted: Mapping[str, list[str]],
        held: list[Any],
        problems: dict[str, str],
    ) -> list[Any]:
        rows = [d for d in held if not (key == "motor" and _in_grid(d))]
        numbers = sorted({int(k[len(key) + 1 :].split(".")[0]) for k in posted if _row_of(k, key)})
        found = []
        for n in numbers:
            before = dict(rows[n]) if n < len(rows) else {}
            shown = [v for k, v in posted.items() if k.startswith(f"{key}.{n}.") and not k.endswith(":shown")]
            if not any(w.strip() for words in shown for w in words):
                continue
            found.append(self._read_model(inner, f"{key}.{n}.", posted, before, problems))
        return found

    def _said(self, shape: Shape, words: str, key: str, held: Any, problems: dict[str, str]) -> Any:
        """A time or a period in words; the same words keep what they meant before."""
        if held and words == _words(held):
            return held
        if not words:
            return None
        try:
            if shape == "period":
                return say_period(words).model_dump(mode="json", exclude_defaults=True)
            return self.when(words).model_dump(mode="json", exclude_defaults=True)
        except (CaseError, ValidationError) as error:
            problems[key] = str(error) if isinstance(error, CaseError) else "is not a time that can be"
            return {"text": words, "kind": "unknown"} if shape == "when" else None

    def when(self, words: str) -> When:
        """The time that words mean in this case.

        Raises:
            CaseError: As `say_when`.
        """
        from myelon.record.anchors import anchors_of

        moments = {e.id for e in self.case.entries if not e.lasts}
        return say_when(words, anchors_of(self.case), moments)


def _shape(annotation: Any) -> tuple[Shape | None, Any]:
    """The widget for a type, and what it needs to know of it."""
    if annotation == EntryId:
        return "entry", None
    if get_origin(annotation) is Annotated:
        return _shape(get_args(annotation)[0])
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        inner = [a for a in arguments if a is not type(None)]
        return _shape(inner[0]) if len(inner) == 1 else (None, None)
    if origin is Literal:
        return "select", arguments
    if origin is tuple:
        shape, inner_type = _shape(arguments[0])
        plural: dict[str | None, Shape] = {
            "select": "checks", "text": "lines", "number": "lines", "entry": "lines", "group": "rows",
        }  # fmt: skip
        return (plural.get(shape), inner_type) if len(arguments) == 2 and arguments[1] is ... else (None, None)
    return _plain_shape(annotation)


def _plain_shape(annotation: Any) -> tuple[Shape | None, Any]:
    if annotation is Span:
        return "level", None
    if annotation is When:
        return "when", None
    if annotation is Period:
        return "period", None
    if not isinstance(annotation, type):
        return None, None
    if issubclass(annotation, enum.Enum):
        return "select", [e.value for e in annotation]
    if annotation is bool:
        return "select", ("true", "false")
    if issubclass(annotation, int | float):
        return "number", None
    if annotation is str:
        return "text", None
    return ("group", annotation) if issubclass(annotation, BaseModel) else (None, None)


def _fits(name: str, kind: str) -> bool:
    """Whether an entry can stand in a field."""
    wanted = {
        "for_phase": {"phase"}, "parent": {"phase", "neoplasm"}, "specimen": {"surgery"}, "study": {"imaging"},
        "baseline": {"imaging"}, "of_neoplasm": {"neoplasm"}, "target": {"neoplasm"}, "course": {"radiotherapy"},
        "compared_to": {"imaging", "pathology"}, "treatment": {"surgery", "radiotherapy", "systemic"},
        "concurrent_systemic": {"systemic"}, "during": {"surgery", "radiotherapy", "systemic"},
    }  # fmt: skip
    return kind in wanted.get(name, {kind})


def _in_grid(deficit: Mapping[str, Any]) -> bool:
    """Whether a deficit is a cell of the strength grid: a side and a grade, and nothing in words."""
    plain = not deficit.get("state") and not deficit.get("change")
    return plain and deficit.get("mrc") is not None and deficit["limb"].startswith(("right", "left"))


def _grid(posted: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    cells = []
    for key, words in posted.items():
        if key.startswith("mrc:") and words[0] != "":
            _, limb, myotome = key.split(":")
            cells.append({"limb": limb, "mrc": words[0]} | ({"myotome": myotome} if myotome else {}))
    return cells


def _level(posted: Mapping[str, list[str]], key: str) -> str | None:
    first, last = (posted.get(f"{key}.{end}", [""])[0] for end in ("from", "to"))
    if not first and not last:
        return None
    return first if not last or first == last else f"{first or last}–{last}"


def _was_shown(posted: Mapping[str, list[str]], key: str) -> bool:
    """Whether the form had a widget of that name: an unchecked group of boxes leaves only its mark."""
    return key in posted or f"{key}:shown" in posted or any(k.startswith(f"{key}.") for k in posted)


def _row_of(name: str, key: str) -> bool:
    rest = name.removeprefix(f"{key}.")
    return rest != name and re.match(r"[0-9]{1,4}(\.|$)", rest) is not None


def _shown(shape: Shape, value: Any, joint: str) -> Any:
    """A value as it stands in its field."""
    if shape in {"when", "period"}:
        return _words(value)
    return joint.join(str(v) for v in value or []) if shape == "lines" else value


def _words(value: Any) -> str:
    """A stored time or period as the words a person may have written."""
    if not value or isinstance(value, str):
        return value or ""
    if value.get("text"):
        return str(value["text"])
    model = Period if "n" in value else When
    return str(model.model_validate(value))


def _sourced(values: Any, default: Any, model_key: str = "") -> Any:
    """Statements without a source of their own have that of the entry; a stain without words is named by its marker."""
    if isinstance(values, dict):
        found = {k: _sourced(v, default, k) for k, v in values.items()}
        if "marker" in found:
            found.setdefault("wording", found["marker"])
            found.setdefault("source", default)
        if model_key in _STATED:
            found.setdefault("source", default)
        return found
    if isinstance(values, list):
        return [_sourced(v, default, model_key) for v in values]
    return values


_STATED = {
    "names",
    "basis",
    "behaviour",
    "technique",
    "organ_as_printed",
    "statements",
    "rationale",
    "relation",
    "objects",
}


def flat_problems(problems: Mapping[str, str], shown: list[Widget]) -> Iterator[str]:
    """Problems that no widget of the form bears."""
    names = set(_names(shown))
    return (f"{name.replace('.', ' ')}: {words}" for name, words in problems.items() if name not in names)


def _names(widgets: list[Widget]) -> Iterator[str]:
    for widget in widgets:
        yield widget.name
        yield from _names(widget.children)
        for row in widget.rows:
            yield from _names(row)


LEVELS = [level.name for level in Level]
"""Every level, for the pickers."""
