"""Cases that Hypothesis makes from the models: every kind, every field, any value that its type allows."""

import enum
import types
from typing import Annotated, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

from myelon.errors import CaseError
from myelon.record.base import EntryId
from myelon.record.case import case_from
from myelon.record.kinds import KINDS
from myelon.record.when import Period, When
from myelon.terms.levels import Level, Span

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
IDS = tuple(f"e{n}" for n in range(6))
PERIODS = st.builds(
    lambda n, more, unit: {"n": n, "unit": unit} | ({"n_max": n + more} if more else {}),
    st.integers(0, 400), st.integers(0, 30), st.sampled_from(["day", "week", "month", "year"]),
)  # fmt: skip
WHENS = st.one_of(
    st.just({"kind": "unknown"}),
    st.dates().map(lambda d: {"kind": "exact", "earliest": d.isoformat(), "latest": d.isoformat()}),
    st.builds(
        lambda a, p, o, d: {"kind": "relative", "anchor": a, "anchor_point": p, "offset": o, "direction": d},
        st.sampled_from(IDS), st.sampled_from(["start", "end", "unknown"]), PERIODS, st.sampled_from(["after", "before"]),
    ),
    st.sampled_from(IDS).map(lambda a: {"kind": "ordinal", "after": [a]}),
)  # fmt: skip


def values(annotation, *, depth=0):
    """Plain values for a type; some of them are refused by the constraints of the field."""
    if annotation == EntryId:
        return st.sampled_from(IDS)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return values(arguments[0], depth=depth)
    if origin in {Union, types.UnionType}:
        return st.one_of([values(a, depth=depth) for a in arguments])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is ...:
            return st.lists(values(arguments[0], depth=depth), max_size=2)
        return st.tuples(*(values(a, depth=depth) for a in arguments)).map(list)
    if origin is dict:
        return st.dictionaries(WORDS, WORDS, max_size=2)
    return plain(annotation, depth)


def plain(annotation, depth):
    if annotation is type(None):
        return st.none()
    if annotation is Span:
        return st.sampled_from([f"{a.name}–{b.name}" for a in Level for b in Level if a <= b])
    if annotation is When:
        return WHENS
    if annotation is Period:
        return PERIODS
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return st.sampled_from([e.value for e in annotation])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return parts(annotation, depth=depth + 1)
    return {
        bool: st.booleans(), int: st.integers(0, 12), float: st.floats(0.125, 90, width=32), str: WORDS,
    }.get(annotation, st.none())  # fmt: skip


@st.composite
def parts(draw, model, depth=0):
    """The fields of a model: all that are needed, and some of the others."""
    found = {}
    for name, info in model.model_fields.items():
        if name in {"id", "kind", "entered_at"}:
            continue
        if info.is_required() or draw(st.integers(0, 3 + depth)) == 0:
            found[name] = draw(values(info.annotation))
    return found


@st.composite
def documents(draw):
    """Case documents; not every one of them is a good case."""
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=len(IDS), max_size=len(IDS)))
    entries = [{**draw(parts(KINDS[kind])), "id": name, "kind": kind} for name, kind in zip(IDS, kinds, strict=True)]
    about = {"nature": draw(st.sampled_from(["synthetic", "local"])), "note": draw(WORDS)}
    return {
        "schema": "myelon.case/1",
        "id": "made",
        "title": draw(WORDS),
        "about": about,
        "zero": "e0",
        "entries": entries,
    }


@st.composite
def made_cases(draw):
    """Good cases: entries that do not fit are left out, until what is left holds together."""
    document = draw(documents())
    good = []
    for entry in document["entries"]:
        body = {k: v for k, v in entry.items() if k not in {"when", "until"}}
        try:
            KINDS[entry["kind"]].model_validate(entry)
            good.append(entry)
        except ValueError:
            try:
                KINDS[entry["kind"]].model_validate(body)
                good.append(body)
            except ValueError:
                good.append({"id": entry["id"], "kind": "support", "treatment": "x"})
    try:
        return case_from(document | {"entries": good})
    except CaseError:
        bare = [{k: v for k, v in e.items() if k not in {"when", "until", "holds"}} for e in good]
        kept = [e if e["kind"] != "assumption" else {"id": e["id"], "kind": "support", "treatment": "x"} for e in bare]
        return whole(document, kept)


def whole(document, entries):
    """A case of as many of the entries as point only to what is there."""
    plain = [{"id": e["id"], "kind": "support", "treatment": "x"} for e in entries]
    for n in range(len(entries) + 1):
        try:
            return case_from(document | {"entries": [*plain[:n], *entries[n:]]})
        except CaseError:
            continue
    raise AssertionError("support entries alone are no case")
