"""A condition of a query put together from what the records hold: kinds, fields, values, and names of other lines."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi import APIRouter, Request

from myelon.cohort.query import OPERATORS, fields_of, parse_query
from myelon.cohort.registry import FREE_TEXT
from myelon.cohort.variables import BY_NAME, VARIABLES
from myelon.errors import TableError
from myelon.record.kinds import KINDS
from myelon.web.analyses import analyses_of
from myelon.web.render import page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from myelon.cohort.coded import Coded
    from myelon.cohort.registry import Registry

router = APIRouter()
MOST_VALUES = 60
"""Values that are offered of a field."""
_KINDS = (("patient", "patient"), ("gain", "gain of strength"), *((k, k.replace("_", " ")) for k in sorted(KINDS)))


class Condition(NamedTuple):
    """A condition as it is put together on the page."""

    kind: str = "surgery"
    no: str = ""
    field: str = ""
    operator: str = "="
    value: str = ""
    direction: str = ""
    anchor: str = ""
    within: str = ""
    levels: str = ""
    name: str = ""

    @property
    def text(self) -> str:
        """As a line of a query."""
        if self.kind == "gain":
            parts = [f"gain mrc >= {self.value or 1}"]
        else:
            parts = [self.no, self.kind, f"where {self.field} {self.operator} {self.value}" if self.field else ""]
        if self.direction and self.anchor:
            within = f" within {self.within} days" if self.within and self.kind != "gain" else ""
            parts.append(f"{self.direction} {self.anchor}{within}")
        if self.levels and self.anchor:
            parts.append(f"on the levels of {self.anchor}")
        return " ".join([*filter(None, parts), *([f"as {self.name}"] if self.name else [])])


@router.get("/cohorts/records/condition")
def condition(request: Request, select: str = "", add: str = "") -> Response:
    """The query with the condition that is put together, or with what can be chosen next."""
    given = Condition(**{k: v.strip() for k, v in request.query_params.items() if k in Condition._fields})
    problem = None
    if add:
        text = f"{select.rstrip()}\n{given.text}".strip()
        try:
            parse_query(text)
            select, given = text, Condition(given.kind)
        except TableError as error:
            problem = error
    return page(request, "analysis_who.html", condition_parts(request, select, given) | {"problem": problem})


def condition_parts(request: Request, text: str, given: Condition | None = None) -> dict[str, Any]:
    """What a condition can be put together from: fields that records have, and the values they hold."""
    given = given or Condition()
    try:
        names = [line.name for line in parse_query(text).lines if line.binds]
    except TableError:
        names = []
    fields, values = _offered(request, given)
    return {
        "text_of_query": text.strip(), "condition": given, "fields": fields, "values": values, "kinds": _KINDS,
        "names": [(n, n) for n in dict.fromkeys(names)], "operators": [(o, o) for o in OPERATORS], "problem": None,
        "directions": [("after", "after"), ("before", "before")],
    }  # fmt: skip


def _offered(request: Request, given: Condition) -> tuple[list[tuple[str, str]], list[str]]:
    """Fields of the kind, and values of the field; where records have yet to be read, fields of the model only."""
    analyses = analyses_of(request)
    return analyses.over(partial(_held, given)) if analyses.at_hand else _held(given, None)


def _held(given: Condition, registry: Registry | None) -> tuple[list[tuple[str, str]], list[str]]:
    if given.kind == "patient":
        column = registry.column(given.field) if registry is not None and given.field in BY_NAME else None
        return [(v.name, v.title) for v in VARIABLES], _words(column.coded if column else None)
    if given.kind not in KINDS:
        return [], []
    coded = {} if registry is None else registry.part(f"kind/{given.kind}").coded
    names = sorted((fields_of(given.kind) - FREE_TEXT) | set(coded))
    return [(name, name.replace("_", " ").replace(".", ": ")) for name in names], _words(coded.get(given.field))


def _words(coded: Coded | None) -> list[str]:
    """The values of a column as they are written in a query."""

    def parts(value: Any) -> Iterable[Any]:  # noqa: ANN401  # a plain value of a registry
        return value if isinstance(value, tuple) else (value,)

    found = {part for value in (coded.used if coded is not None else ()) for part in parts(value)}
    words = {("yes" if v else "no") if isinstance(v, bool) else str(v) for v in found if v is not None}
    return sorted(words - {""})[:MOST_VALUES]
