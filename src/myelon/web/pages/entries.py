"""Entry by people: the record as a list, a form per entry, undo as an amendment, findings resolved with a reason."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from myelon.errors import CaseError, ConflictError, InputError, StoreError
from myelon.record.case import case_from
from myelon.record.exposure import exposures, suspicion
from myelon.record.kinds import KINDS, TREATMENTS, Discrepancy, Systemic
from myelon.record.kinds.discrepancy import Resolution
from myelon.record.timeline import days_range, extend, solve
from myelon.store.journal import RETRACTED
from myelon.terms.ctcae import ctcae_terms, search_ctcae
from myelon.terms.markers import MARKERS
from myelon.terms.regimens import REGIMENS
from myelon.web.forms import LEVELS, flat_problems
from myelon.web.forms import Form as EntryForm
from myelon.web.packets import packet_of, store_of
from myelon.web.pages.cases import case_context
from myelon.web.render import page
from myelon.web.signed import version_seen

if TYPE_CHECKING:
    from myelon.record.base import Entry
    from myelon.record.case import Case

router = APIRouter()
_NOT_COPIED = ("when", "until", "duration", "source", "text")
_REASONS = ("", "entered from the record", "new finding", "correction")

_NEW_CASE = dict.fromkeys(("id", "title", "sex", "age", "entity"), "")


@router.get("/cases/new")
def new_case(request: Request) -> Response:
    """The head of a new case."""
    return page(request, "case_new.html", {"place": "Cases", "values": _NEW_CASE, "problem": ""})


@router.post("/cases/new")
def make_case(
    request: Request,
    case_id: Annotated[str, Form(alias="id")] = "",
    title: Annotated[str, Form()] = "",
    sex: Annotated[str, Form()] = "unknown",
    age: Annotated[str, Form()] = "",
    entity: Annotated[str, Form()] = "",
) -> Response:
    """Write a case with its patient and its tumour; time counts from the tumour."""
    subject = {"id": "subject", "kind": "subject", "sex": sex} | ({"age_at_index_years": age} if age else {})
    document = {
        "schema": "myelon.case/1",
        "id": case_id.strip(),
        "title": title.strip(),
        "about": {"nature": "local"},
        "zero": "tumour",
        "entries": [
            subject,
            {"id": "tumour", "kind": "neoplasm", "role": "primary", "entity": entity.strip() or "not known yet"},
        ],
    }
    try:
        case = case_from(document, where="new case")
        store_of(request).save(case, reason="new case", expected=0)
    except (CaseError, ConflictError) as error:
        values = {"id": case_id, "title": title, "sex": sex, "age": age, "entity": entity}
        return page(request, "case_new.html", {"place": "Cases", "values": values, "problem": str(error)}, status=422)
    return RedirectResponse(f"/cases/{case.id}/record", 303)


@router.get("/cases/{case_id}/record")
def record(request: Request, case_id: str, saved: str = "") -> Response:
    """Every entry of the record by track, and what can be added."""
    packet = packet_of(request, case_id)
    tracks: dict[str, list[Entry]] = {}
    for entry in packet.case.entries:
        tracks.setdefault(entry.track, []).append(entry)
    last = next((r for r in reversed(store_of(request).history(case_id)) if r.entry_id == saved), None)
    context = {"tracks": tracks, "kinds": KINDS, "saved": last, "exposures": exposures(packet.case)}
    return page(request, "record.html", case_context(request, packet, "Record") | context)


@router.get("/cases/{case_id}/entries/new")
def new_entry(request: Request, case_id: str, kind: str, like: str = "", regimen: str = "") -> Response:
    """An empty form, or one filled like an earlier entry or a regimen of the library."""
    case = packet_of(request, case_id).case
    form = _form(kind, case)
    values: dict[str, Any] = {}
    if like:
        values = _copied(case, like)
    elif regimen:
        values = _of_regimen(regimen)
    elif issubclass(form.kind, TREATMENTS) or "ordinal" in form.kind.model_fields:
        values = (
            {"ordinal": 1 + sum(e.kind == kind for e in case.entries)} if "ordinal" in form.kind.model_fields else {}
        )
    return _show(request, case, form, _free_id(case, kind), values, expected=0)


@router.get("/cases/{case_id}/entries/{entry_id}")
def entry_form(request: Request, case_id: str, entry_id: str) -> Response:
    """The form of an entry as it stands."""
    case = packet_of(request, case_id).case
    entry = _entry(case, entry_id)
    values = entry.model_dump(mode="json", exclude_defaults=True)
    expected = store_of(request).entry_version(case_id, entry_id)
    return _show(request, case, _form(entry.kind, case), entry_id, values, expected=expected)


@router.post("/cases/{case_id}/entries/{entry_id}")
async def write_entry(request: Request, case_id: str, entry_id: str) -> Response:
    """Write an entry: one journal row; problems stand beside their fields, and a conflict overwrites nothing."""
    store = store_of(request)
    async with request.form() as sent:
        posted: dict[str, list[str]] = {}
        for name, value in sent.multi_items():
            if isinstance(value, str):
                posted.setdefault(name, []).append(value)
    case = store.case(case_id)
    kind, expected = posted.get("_kind", [""])[0], version_seen(posted.get("_expected", ["0"])[0])
    reason = posted.get("_reason", [""])[0].strip() or ("new entry" if expected == 0 else "amended")
    name = posted.get("_id", [entry_id])[0].strip() if expected == 0 else entry_id
    form = _form(kind, case)
    held = case.by_id.get(name)
    original = held.model_dump(mode="json", exclude_defaults=True) if held is not None and held.kind == kind else {}
    entry, values, problems = form.read(posted, original, name)
    if entry is None:
        return _show(request, case, form, name, values, expected=expected, problems=problems, reason=reason)
    try:
        store.amend(case_id, entry, reason=reason, expected=expected)
    except ConflictError as error:
        now = store.entry_version(case_id, name)
        return _show(request, case, form, name, values, expected=now, conflict=str(error), reason=reason)
    except CaseError as error:
        return _show(request, case, form, name, values, expected=expected, problems={"": error.what}, reason=reason)
    return RedirectResponse(f"/cases/{case_id}/record?saved={name}#entry-{name}", 303)


@router.post("/cases/{case_id}/entries/{entry_id}/retract")
def retract(
    request: Request, case_id: str, entry_id: str, expected: Annotated[int, Form()], reason: Annotated[str, Form()] = ""
) -> Response:
    """Take an entry back, with a reason."""
    store_of(request).retract(case_id, entry_id, reason=reason, expected=expected)
    return RedirectResponse(f"/cases/{case_id}/record?saved={entry_id}", 303)


@router.post("/cases/{case_id}/entries/{entry_id}/undo")
def undo(request: Request, case_id: str, entry_id: str, expected: Annotated[int, Form()]) -> Response:
    """Undo a change of an entry: its version before is written again, or it is taken back if it was new.

    Only the change that the person saw is undone: what was written since is not touched.
    """
    store = store_of(request)
    rows = [r for r in store.history(case_id) if r.entry_id == entry_id]
    if not rows:
        raise StoreError(f"no entry {entry_id!r}", where=case_id, todo="See the record")
    before = rows[expected - 2] if 1 < expected <= len(rows) else None
    reason = f"version {expected} of {entry_id} was undone"
    if before is None or before.body == RETRACTED:
        store.retract(case_id, entry_id, reason=reason, expected=expected)
    else:
        body = json.loads(before.body)
        entry = KINDS[body["kind"]].model_validate(body)
        store.amend(case_id, entry, reason=reason, expected=expected)
    return RedirectResponse(f"/cases/{case_id}/record?saved={entry_id}#entry-{entry_id}", 303)


@router.post("/cases/{case_id}/findings/resolve")
def resolve(
    request: Request,
    case_id: str,
    key: Annotated[str, Form()],
    seen: Annotated[int, Form()],
    reading: Annotated[str, Form()] = "",
    by: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Write how a person reads a finding; both statements stay.

    ``seen`` is the version of the case that the person looked at: where another one read the finding since, nothing
    is overwritten.
    """
    if not (reading.strip() and by.strip() and reason.strip()):
        raise InputError("a resolution needs reading, name and reason", where="finding", todo="Fill all three")
    packet = packet_of(request, case_id)
    finding = next((f for f in packet.findings if f.key == key), None)
    if finding is None:
        raise InputError("there is no such finding any more", where=case_id, todo="Look at the findings again")
    resolution = Resolution(reading=reading.strip(), by=by.strip(), reason=reason.strip())
    held = packet.case.by_id.get(finding.number)
    store, expected = store_of(request), 0
    if isinstance(held, Discrepancy):
        expected = sum(r.entry_id == held.id for r in store.history(case_id)[:seen])
        row = held.model_copy(update={"resolution": resolution})
    else:
        row = Discrepancy.model_validate(
            {
                "id": _free_id(packet.case, "resolution"),
                "nature": finding.kind,
                "about": finding.entries,
                "finding": finding.key,
                "resolution": resolution,
            }
        )
    store.amend(case_id, row, reason=f"finding resolved by {resolution.by}: {resolution.reason}", expected=expected)
    return RedirectResponse(f"/cases/{case_id}/findings#{row.id}", 303)


# ── help while typing ───────────────────────────────────────────────────────────────────────────────────


@router.get("/cases/{case_id}/when")
def read_when(request: Request, case_id: str, words: str = "", entry: str = "", kind: str = "") -> Response:
    """How words for a time are read in a case, and the window that they give."""
    case = packet_of(request, case_id).case
    form = _form(kind or "support", case)
    try:
        when = form.when(words)
    except CaseError as error:
        return JSONResponse({"problem": str(error)})
    body = {"id": entry or "new-entry", "when": when}
    probe = KINDS["encounter"].model_validate({**body, "setting": "out-patient"})
    others = tuple(e for e in case.entries if e.id != probe.id)
    if any(anchor not in {e.id for e in others} for anchor in when.anchors):
        return JSONResponse({"problem": "an entry cannot hang on itself"})
    without = case.with_entries(others)
    if case.zero.split(".")[0] == probe.id:
        return JSONResponse({"reading": _reading(when, "")})
    timeline = extend(solve(without), without.with_entries((*others, probe)), probe)
    window = days_range(timeline.window(probe.id))
    if timeline.contradictions:
        return JSONResponse({"problem": "cannot hold together with: " + "; ".join(timeline.contradictions[0])})
    return JSONResponse({"reading": _reading(when, f"{window} from {timeline.zero}")})


@router.get("/ctcae.json")
def ctcae(q: str = "") -> Response:
    """Terms for a search as you type, with what their grades mean."""
    return JSONResponse([{"name": t.name, "system": t.system, "grades": t.grades} for t in search_ctcae(q)])


def _reading(when: Any, window: str) -> str:  # noqa: ANN401  # a When
    said = {"relative": "counted from another entry", "ordinal": "an order only", "unknown": "not known"}
    about = said.get(
        when.kind, f"{when.earliest} to {when.latest}" if when.earliest != when.latest else str(when.earliest)
    )
    point = (
        ", start or end not said: both are kept" if when.kind == "relative" and when.anchor_point == "unknown" else ""
    )
    return f"{about}{point}" + (f"; {window}" if window else "")


# ── what the form is given ──────────────────────────────────────────────────────────────────────────────


def _form(kind: str, case: Case) -> EntryForm:
    if kind not in KINDS:
        raise InputError(f"{kind[:40]!r} is no kind of entry", where="record", todo="Choose one of the list")
    return EntryForm(KINDS[kind], case)


def _entry(case: Case, entry_id: str) -> Entry:
    if entry_id not in case.by_id:
        raise StoreError(f"no entry {entry_id[:40]!r}", where=case.id, todo="See the record")
    return case.by_id[entry_id]


def _free_id(case: Case, kind: str) -> str:
    stem = kind.replace("_", "-")
    numbers = [int(m[1]) for e in case.entries if (m := re.fullmatch(rf"{stem}-(\d+)", e.id))]
    return f"{stem}-{max(numbers, default=0) + 1}"


def _copied(case: Case, like: str) -> dict[str, Any]:
    """The values of an earlier entry without its time and source.

    Raises:
        InputError: It bears a dose whose unit is suspect and not resolved: that is not copied.
    """
    entry = _entry(case, like)
    if isinstance(entry, Systemic) and (suspect := _suspect(case, entry)):
        raise InputError(
            f"{suspect}: cannot be copied", where=like, todo="Resolve the finding of its unit first, or write it anew"
        )
    values = entry.model_dump(mode="json", exclude_defaults=True)
    return {k: v for k, v in values.items() if k not in (*_NOT_COPIED, "id", "kind")}


def _suspect(case: Case, line: Systemic) -> str:
    """A drug of a line whose unit is suspect and that no person has resolved."""
    found = ((a.drug, suspicion(case, line, a)) for a in line.agents)
    return next((f"{drug} is {why}" for drug, why in found if why), "")


def _of_regimen(name: str) -> dict[str, Any]:
    """A row of the regimen library as a template.

    Raises:
        InputError: No such row, or its unit is suspect.
    """
    row = REGIMENS.get(name)
    if row is None:
        raise InputError(f"no regimen {name[:40]!r}", where="library", todo="Choose one of the list")
    if row.suspicions:
        raise InputError(
            row.suspicions[0], where=row.name, todo="It cannot be a template until a person resolves the unit"
        )
    agents = [
        {"drug": d.drug, "days": d.days} | ({"dose": {"value": d.value, "unit": d.unit}} if d.value is not None else {})
        for d in row.doses
    ]
    low, high = row.interval_weeks or (None, None)
    interval = {"interval": {"n": low, "n_max": high if high != low else None, "unit": "week"}} if low else {}
    return {"regimen": row.name, "template": row.id, "agents": agents, **interval}


def _show(  # what a form is shown with
    request: Request,
    case: Case,
    form: EntryForm,
    entry_id: str,
    values: dict[str, Any],
    *,
    expected: int,
    problems: dict[str, str] | None = None,
    conflict: str = "",
    reason: str = "",
) -> Response:
    packet = packet_of(request, case.id)
    problems = problems or {}
    widgets = form.widgets(values, problems)
    kind = form.kind.model_fields["kind"].default
    context = {
        "entry_id": entry_id,
        "kind": kind,
        "doc": (form.kind.__doc__ or "").strip().split("\n")[0],
        "widgets": widgets,
        "strength": form.strength(values),
        "expected": expected,
        "others": list(flat_problems(problems, widgets)),
        "conflict": conflict,
        "reason": reason,
        "reasons": _REASONS,
        "levels": LEVELS,
        "markers": list(MARKERS),
        "terms": [t.name for t in ctcae_terms().values()] if kind == "adverse_event" else [],
        "regimens": REGIMENS.values() if kind == "systemic" and expected == 0 else [],
        "alike": [e for e in case.entries if e.kind == kind][-1:] if expected == 0 else [],
    }
    status = 409 if conflict else (422 if problems else 200)
    return page(request, "entry.html", case_context(request, packet, "Record") | context, status=status)
