"""From a table of a hospital to case documents, by a map of columns.

One row per patient, or several rows that share the key of a patient. An entry whose ``if`` column says no is recorded
as absent; an empty cell is never a no: the field stays unknown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from myelon.errors import CaseError, InputError, TableError
from myelon.record.anchors import anchors_of
from myelon.record.base import Part
from myelon.record.case import Case, case_from
from myelon.record.document import checked, read_document
from myelon.record.findings import findings_of
from myelon.record.kinds import KINDS
from myelon.record.say_when import say_when
from myelon.record.timeline import solve
from myelon.terms.tumours import coded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from myelon.exchange.sheet import Sheet
    from myelon.record.finding import Finding

YES, NO = ("yes", "y", "1", "true", "present", "x"), ("no", "n", "0", "false", "absent")


def _words(values: Any) -> Any:  # noqa: ANN401  # what a person wrote in YAML, where a bare yes is a boolean
    if not isinstance(values, dict):
        return values
    return {{True: "yes", False: "no"}.get(k, k) if isinstance(k, bool) else str(k): v for k, v in values.items()}


class ColumnValue(Part):
    """Where a field comes from: a column, the type of its cells, and what its words mean."""

    column: str
    type: Literal["text", "number", "integer", "when", "list", "yes/no", "tumour"] = "text"
    by: str = Field(default="", description="of type tumour: who answers for the codes of the column")
    values: Annotated[dict[str, Any], BeforeValidator(_words)] = Field(
        default_factory=dict, description="word in the table, in any case → value"
    )
    empty: Any = Field(default=None, description="value of an empty cell; the field stays unknown without it")
    words: str = Field(default="{cell}", description="words that the cell is put into: '{cell} months before iscm'")


class Condition(Part):
    """An entry is written for a row only where a column says so."""

    column: str
    record_no: bool = Field(default=True, description="whether a no is written as an entry that is absent")


class EntryMap(Part):
    """One entry of the record. ``{n}`` in its id counts the rows of a patient that give such an entry."""

    id: str
    kind: str
    when_column: Condition | None = Field(default=None, alias="if")
    set: dict[str, Any] = Field(default_factory=dict)
    fields: dict[str, ColumnValue] = Field(default_factory=dict)
    always: bool = Field(default=False, description="written even when all of its cells are empty")


class CaseMap(Part):
    """The head of each case; ``{key}`` stands for the patient's key."""

    key: str
    id: str = Field(default="import-{key}", pattern=r"^[^{}]*\{key\}[^{}]*$")
    title: str = "Patient {key}"
    nature: Literal["published", "synthetic", "local"] = "local"
    note: str = ""
    zero: str


class ImportMap(Part):
    """A map of columns, ``myelon.import/1``."""

    schema_: Literal["myelon.import/1"] = Field(alias="schema")
    name: str
    case: CaseMap
    entries: tuple[EntryMap, ...] = Field(min_length=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the map names, in its order."""
        named = [self.case.key]
        for entry in self.entries:
            named += [entry.when_column.column] if entry.when_column else []
            named += [value.column for value in entry.fields.values()]
        return tuple(dict.fromkeys(named))


class Problem(NamedTuple):
    """What cannot be imported: the row as a spreadsheet counts, the column, and what is wrong."""

    row: int
    column: str
    what: str


@dataclass
class Patient:
    """One patient of the table: the case it gives, its findings, or its problems."""

    key: str
    rows: list[int]
    case: Case | None = None
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """What an import would write; nothing is written yet."""

    patients: tuple[Patient, ...]
    missing: tuple[str, ...]
    """Columns that the map names and the table has not: their fields stay unknown."""
    unused: tuple[str, ...]
    """Columns of the table that the map does not name: they are not imported."""

    @property
    def cases(self) -> list[Case]:
        """The cases that can be written."""
        return [p.case for p in self.patients if p.case is not None and not p.problems]

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong, by row."""
        return sorted(problem for p in self.patients for problem in p.problems)


BUNDLED = ("paper-002", "courses")
"""Maps that come with Myelon: one row per patient, and one row per course."""


def read_map(text: str, *, where: str = "map") -> ImportMap:
    """Read a map in YAML or JSON.

    Raises:
        CaseError: Not such a map, or an entry of a kind that does not exist.
    """
    document = read_document(text, where=where, error=CaseError)
    if not isinstance(document, dict):
        raise CaseError("not an import map", where=where, todo="See docs/concepts/import.md")
    found = checked(ImportMap, document, where=where)
    for entry in found.entries:
        if entry.kind not in KINDS:
            raise CaseError(f"{entry.kind!r} is no kind of entry", where=where, todo="Kinds: " + ", ".join(KINDS))
    return found


def bundled_map(name: str) -> ImportMap:
    """A map that comes with Myelon.

    Raises:
        InputError: There is none of that name.
    """
    if name not in BUNDLED:
        raise InputError(f"no map {name!r}", todo="Give a file, or one of: " + ", ".join(BUNDLED))
    text = (files("myelon.exchange") / "maps" / f"{name}.yaml").read_text(encoding="utf-8")
    return read_map(text, where=f"{name}.yaml")


def preview(sheet: Sheet, by: ImportMap, renamed: Mapping[str, str] | None = None) -> Preview:
    """Read every patient of a table.

    Args:
        sheet: The table.
        by: The map.
        renamed: Column of the map → column of the table, where they differ; names that differ only in case,
            spaces and underscores are found without it.

    Raises:
        TableError: The table has no column for the key.
    """
    at = _columns(sheet, by, renamed or {})
    if by.case.key not in at:
        raise TableError(
            f"has no column {by.case.key!r}, which tells patients apart",
            where=sheet.name,
            todo="Its columns are: " + ", ".join(sheet.columns[:20]),
        )
    grouped: dict[str, list[tuple[int, dict[str, str]]]] = {}
    without_key = Patient("", [])
    for number, cells in enumerate(sheet.rows, sheet.first_row):
        row = {name: cells[index] for name, index in at.items()}
        if not any(cells):
            continue
        if not row[by.case.key]:
            without_key.problems.append(Problem(number, by.case.key, "the patient's key is empty"))
            without_key.rows.append(number)
            continue
        grouped.setdefault(row[by.case.key], []).append((number, row))
    patients = [_patient(key, rows, by) for key, rows in grouped.items()]
    _same_id_twice(patients)
    used = set(at.values())
    return Preview(
        tuple([*patients, without_key] if without_key.problems else patients),
        tuple(c for c in by.columns if c not in at),
        tuple(c for i, c in enumerate(sheet.columns) if i not in used),
    )


def _columns(sheet: Sheet, by: ImportMap, renamed: Mapping[str, str]) -> dict[str, int]:
    """Column of the map → index in the table."""
    plain = {_plain(c): i for i, c in enumerate(sheet.columns)}
    exact = {c: i for i, c in enumerate(sheet.columns)}
    found = {}
    for name in by.columns:
        index = exact.get(renamed[name]) if name in renamed else exact.get(name, plain.get(_plain(name)))
        if index is not None:
            found[name] = index
    return found


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _patient(key: str, rows: Sequence[tuple[int, dict[str, str]]], by: ImportMap) -> Patient:
    patient = Patient(key, [number for number, _ in rows])
    entries: dict[str, dict[str, Any]] = {}
    counts: Counter[str] = Counter()
    for number, row in rows:
        for template in by.entries:
            made = _Made(template, row, number, patient.problems)
            written = made.entry(counts[template.id] + 1)
            if written is None:
                continue
            counts[template.id] += 1
            _merge(entries, written, number, patient.problems)
    document = {
        "schema": "myelon.case/1",
        "id": by.case.id.format(key=_identifier(key)),
        "title": by.case.title.format(key=key),
        "about": {"nature": by.case.nature, "note": by.case.note},
        "zero": by.case.zero,
        "entries": list(entries.values()),
    }
    first = patient.rows[0]
    try:
        patient.case = _with_times(document, patient.problems, first)
    except CaseError as error:
        patient.problems.append(Problem(first, "", error.what))
    if patient.case is not None and not patient.problems:
        patient.findings = findings_of(patient.case, solve(patient.case))
    return patient


def _identifier(key: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in key)[:40]


def _same_id_twice(patients: Sequence[Patient]) -> None:
    ids = Counter(p.case.id for p in patients if p.case is not None)
    for p in patients:
        if p.case is not None and ids[p.case.id] > 1:
            p.problems.append(Problem(p.rows[0], "", f"two keys give the case id {p.case.id!r}"))


def _merge(entries: dict[str, Any], written: dict[str, Any], number: int, problems: list[Problem]) -> None:
    """Add an entry; where a patient has several rows, the same entry must say the same in each."""
    held = entries.setdefault(written["id"], {})
    for name, value in written.items():
        if name in held and held[name] != value:
            problems.append(Problem(number, name, f"{written['id']}: {value!r} here, {held[name]!r} in an earlier row"))
        else:
            held.setdefault(name, value)


def _with_times(document: dict[str, Any], problems: list[Problem], row: int) -> Case:
    """The case; times are read last, when every entry they may hang on is there."""
    said = {e["id"]: {f: e.pop(f) for f in ("when", "until") if isinstance(e.get(f), str)} for e in document["entries"]}
    case = case_from(document, where=document["id"])
    anchors = anchors_of(case)
    moments = {e.id for e in case.entries if not e.lasts}
    for entry in document["entries"]:
        for name, words in said[entry["id"]].items():
            try:
                entry[name] = say_when(words, anchors, moments)
            except CaseError as error:
                problems.append(Problem(row, name, f"{entry['id']}: {error}"))
    return case_from(document, where=document["id"])


class _Made:
    """One entry made from one row."""

    def __init__(self, template: EntryMap, row: Mapping[str, str], number: int, problems: list[Problem]) -> None:
        self._template, self._row, self._number, self._problems = template, row, number, problems

    def entry(self, n: int) -> dict[str, Any] | None:
        """The n-th entry of its template, or None when the row does not give it."""
        template = self._template
        head: dict[str, Any] = {"id": template.id.format(n=n), "kind": template.kind}
        condition = template.when_column
        if condition is not None:
            said = self._row.get(condition.column, "").casefold()
            if said in NO:
                return (
                    head | _nested(_numbered(template.set, n)) | {"assertion": "absent"}
                    if condition.record_no
                    else None
                )
            if said not in YES:
                if said:
                    self._wrong(condition.column, f"{said[:40]!r} is neither yes nor no")
                return None
        values = {name: v for name, v in self._values() if v is not None}
        if not values and not template.always and condition is None:
            return None
        return head | _nested(_numbered(template.set, n) | values)

    def _values(self) -> Iterator[tuple[str, Any]]:
        for name, source in self._template.fields.items():
            cell = self._row.get(source.column, "")
            yield name, self._value(source, cell) if cell else source.empty

    def _value(self, source: ColumnValue, cell: str) -> Any:  # noqa: ANN401  # a plain value
        if source.values:
            known = {str(word).casefold(): value for word, value in source.values.items()}
            words = [w.strip() for w in cell.split(";")] if source.type == "list" else [cell]
            unknown = [w for w in words if w.casefold() not in known]
            if unknown:
                self._wrong(source.column, f"{unknown[0][:40]!r} is none of: " + ", ".join(map(str, source.values)))
                return source.empty
            found = [known[w.casefold()] for w in words]
            return found if source.type == "list" else found[0]
        return self._typed(source, cell)

    def _typed(self, source: ColumnValue, cell: str) -> Any:  # noqa: ANN401  # a plain value
        match source.type:
            case "number" | "integer":
                return self._number_of(source, cell)
            case "list":
                return [w.strip() for w in cell.split(";") if w.strip()]
            case "yes/no":
                if cell.casefold() in (*YES, *NO):
                    return cell.casefold() in YES
                self._wrong(source.column, f"{cell[:40]!r} is neither yes nor no")
                return source.empty
            case "tumour":
                return self._tumour_of(source, cell)
            case _:
                return source.words.replace("{cell}", cell)

    def _tumour_of(self, source: ColumnValue, cell: str) -> Any:  # noqa: ANN401  # a code, or what an empty cell is
        row = coded(cell)
        if row is None:
            self._wrong(source.column, f"{cell[:40]!r} is no ICD-O-3 morphology or id of the table of tumours")
            return source.empty
        return {"id": row.id, "by": source.by or f"column {source.column}"}

    def _number_of(self, source: ColumnValue, cell: str) -> Any:  # noqa: ANN401  # a number, or what an empty cell is
        try:
            value = float(cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell)
        except ValueError:
            value = float("nan")
        if abs(value) > 1e9 or value != value or (source.type == "integer" and value != int(value)):  # noqa: PLR0124  # NaN
            self._wrong(source.column, f"{cell[:40]!r} is no {source.type}")
            return source.empty
        return int(value) if source.type == "integer" else value

    def _wrong(self, column: str, what: str) -> None:
        self._problems.append(Problem(self._number, column, what))


def _numbered(values: Mapping[str, Any], n: int) -> dict[str, Any]:
    return {name: n if value == "{n}" else value for name, value in values.items()}


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, value in values.items():
        _put(body, name.split("."), value)
    return body


def _put(body: dict[str, Any], path: Sequence[str], value: Any) -> None:  # noqa: ANN401  # a plain value
    """Set a value by its path: "value.unit", "lesions.0.regions"."""
    at: Any = body
    for step, following in pairwise(path):
        nested: Any = [] if following.isdigit() else {}
        if isinstance(at, list):
            while len(at) <= int(step):
                at.append(nested)
            at = at[int(step)]
        else:
            at = at.setdefault(step, nested)
    if isinstance(at, list):
        at.append(value)
    else:
        at[path[-1]] = value
