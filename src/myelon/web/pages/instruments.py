"""The instruments of a case: what each says, what it rests on, other answers tried, a result kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from myelon.assess import Filled, Instrument, Patient, Result, instrument, instruments
from myelon.assess.fields import Several
from myelon.assess.response_series import response_series
from myelon.assess.toxicity import toxicity
from myelon.assess.wbb import WBB, by_level
from myelon.errors import InputError, InstrumentError
from myelon.record.kinds import Staging
from myelon.record.when import When
from myelon.web.packets import packet_of, store_of
from myelon.web.pages.cases import case_context
from myelon.web.render import page
from myelon.web.signed import signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData, QueryParams

    from myelon.assess.fields import Field, Given, Value
    from myelon.assess.response_series import ResponseSeries
    from myelon.board.packet import Packet
    from myelon.report.wbb_figure import Direction

router = APIRouter()
_ITEM = "item."
"""Answers are named so in forms and addresses, apart from what else is asked."""


class Group(NamedTuple):
    """Instruments of one purpose, those that say something first."""

    name: str
    rows: tuple[tuple[Instrument, Result], ...]


@router.get("/cases/{case_id}/instruments")
def overview(request: Request, case_id: str, on: str = "") -> Response:
    """Every instrument that applies, what it says or could still say, and those that do not apply, with the reason."""
    packet = packet_of(request, case_id)
    patient = _patient(packet, on)
    found = [(i, i.from_case(patient)) for i in instruments()] if on else list(packet.scores)
    groups: dict[str, list[tuple[Instrument, Result]]] = {}
    for chosen, result in found:
        if not result.not_applicable:
            groups.setdefault(chosen.group, []).append((chosen, result))
    said = [Group(name, tuple(r for r in rows if r[1].because)) for name, rows in groups.items()]
    silent = [Group(name, tuple(r for r in rows if not r[1].because)) for name, rows in groups.items()]
    context = case_context(request, packet, "Instruments") | {
        "on": on,
        "said_rows": [g for g in said if g.rows],
        "silent": [g for g in silent if g.rows],
        "not_for": _by_reason([(i, r) for i, r in found if r.not_applicable]),
        "kept": [e for e in packet.case.of(Staging) if e.rests_on or e.inputs],
        "toxicity": toxicity(patient.case, patient.timeline),
    }
    series = response_series(patient.case, patient.timeline)
    return page(request, "instruments.html", context | {"series": series} | (_drawn(series) if series else {}))


def _drawn(series: ResponseSeries) -> dict[str, str]:
    """The spider and the waterfall of a series; empty before the second study with a sum."""
    from myelon.report.charts import spider_chart, waterfall_chart

    summed = [p for p in series.points if p.sum_mm is not None and p.since_baseline.earliest is not None]
    if not summed:
        return {"spider": "", "waterfall": ""}
    lines = [
        (
            "sum",
            [(0.0, 0.0), *((p.since_baseline.earliest or 0.0, p.change_percent(series.sum_mm) or 0.0) for p in summed)],
        )
    ]
    best = []
    for name, first in series.baseline_mm.items():
        changes = [
            (p.since_baseline.earliest or 0.0, 100.0 * (p.sizes_mm[name] / first - 1.0)) for p in summed if first
        ]
        lines.append((name, [(0.0, 0.0), *changes]))
        best += [(name, min(c for _, c in changes))] if changes else []
    return {"spider": spider_chart(lines).svg(), "waterfall": waterfall_chart(best).svg() if best else ""}


@router.get("/cases/{case_id}/instruments/{instrument_id}")
def one(request: Request, case_id: str, instrument_id: str, on: str = "") -> Response:
    """One instrument: its answers as the record gives them or as they are tried here, and what they come to."""
    packet, chosen = packet_of(request, case_id), instrument(instrument_id)
    patient = _patient(packet, on)
    recorded = chosen.fill(patient)
    asked, problem = _answers(request.query_params, chosen), ""
    try:
        result = chosen.from_case(patient, _overrides(chosen, recorded.inputs, asked, "tried here"))
    except InstrumentError as error:
        problem, result = str(error), chosen.from_case(patient)
    answers = {b.item: b.option for b in result.because}
    context = case_context(request, packet, "Instruments") | {
        "on": on,
        "chosen": chosen,
        "result": result,
        "problem": problem,
        "not_for": recorded.not_applicable,
        "disc": _disc(answers) if chosen is WBB else None,
        "levels": _by_level(patient) if chosen is WBB else [],
        "rows": [(i, type(i).__name__.lower(), answers.get(i.key), i.key in recorded.inputs) for i in chosen.items],
        "kept": [e for e in packet.case.of(Staging) if e.instrument == chosen.id],
    }
    return page(request, "instrument.html", context)


@router.post("/cases/{case_id}/instruments/{instrument_id}")
async def keep(
    request: Request,
    case_id: str,
    instrument_id: str,
    by: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    on: Annotated[str, Form()] = "",
) -> Response:
    """Keep a result in the record, with its inputs, the entries they came from, and who put in what instead."""
    by = signed(by, where=instrument_id, todo="Say who assessed")
    packet, chosen = packet_of(request, case_id), instrument(instrument_id)
    patient = _patient(packet, on)
    recorded = chosen.fill(patient)
    asked = _answers(await request.form(), chosen)
    overrides = _overrides(chosen, recorded.inputs, asked, f"{by}: {reason.strip()}")
    replaced = [key for key in overrides if key in recorded.inputs]
    if (replaced or recorded.not_applicable) and not reason.strip():
        what = ", ".join(replaced) or chosen.name
        raise InputError(f"{what} is not what the record says", where=chosen.id, todo="Give a reason")
    result = chosen.from_case(patient, overrides)
    if not result.because:
        raise InputError("nothing was answered", where=chosen.id, todo="Answer at least one question")
    entry = _staging(packet, chosen, result, by, on, replaced, reason.strip())
    store_of(request).amend(case_id, entry, reason=f"{chosen.name} assessed by {by}", expected=0)
    return RedirectResponse(f"/cases/{case_id}/instruments/{instrument_id}#kept", 303)


def _by_level(patient: Patient) -> list[tuple[str, str, str]]:
    """Level, entry and disc of each, where a record tells several levels apart."""
    rows = by_level(patient)
    discs = [_disc({"zones": tuple(r.zones), "layers": tuple(r.layers)}) for r in rows]
    return [(r.levels, r.seen.study.id, d) for r, d in zip(rows, discs, strict=True)] if len(rows) > 1 else []


def _disc(answers: Mapping[str, Value]) -> str:
    """The disc of zones and layers as they are answered."""
    from myelon.report.wbb_figure import wbb_figure

    zones, layers = (
        frozenset(v) if isinstance(v := answers.get(k), tuple) else frozenset() for k in ("zones", "layers")
    )
    clockwise = answers.get("convention") == "original_clockwise"
    direction: Direction = "original_clockwise" if clockwise else "sosg_counterclockwise"
    return str(wbb_figure(zones, layers, direction, "WBB zones and layers"))


def _staging(
    packet: Packet, chosen: Instrument, result: Result, by: str, on: str, replaced: list[str], reason: str
) -> Staging:
    taken = {e.id for e in packet.case.entries}
    number = next(n for n in range(1, len(taken) + 2) if f"{chosen.id}-{n}" not in taken)
    rests_on = tuple(dict.fromkeys(b.entry for b in result.because if b.entry))
    held = {"kind": "exact", "earliest": on, "latest": on} if on else {"kind": "ordinal", "after": list(rests_on)}
    dated = [e for e in rests_on if packet.case.by_id[e].when is not None]
    when = When.model_validate(held if on or dated else {"kind": "unknown"})
    low_high = "to".join(f" {x:g} " for x in result.reachable).strip() if result.reachable else ""
    possible = f"{low_high} ({', '.join(result.reachable_categories)})".strip()
    return Staging(
        id=f"{chosen.id}-{number}",
        instrument=chosen.id,
        version=chosen.version,
        inputs={b.item: b.option_label for b in result.because},
        rests_on=rests_on,
        overrides=dict.fromkeys(replaced, reason),
        missing=result.missing,
        value=result.value if result.status == "complete" else f"open: {possible}",
        by=by,
        when=when,
        of_neoplasm=packet.case.neoplasm.id if packet.case.neoplasm is not None else None,
    )


def _patient(packet: Packet, on: str) -> Patient:
    """The record, or what was certain of it by a day."""
    return Patient.at(packet.case, on) if on else Patient(packet.case, packet.timeline)


def _answers(given: QueryParams | FormData, chosen: Instrument) -> dict[str, Given]:
    """What a form says of each item; an empty answer is "not known", several come one by one."""
    found: dict[str, Given] = {}
    for item in chosen.items:
        sent = [v for v in given.getlist(_ITEM + item.key) if isinstance(v, str)]
        if isinstance(item, Several) and sent:
            found[item.key] = [v for v in sent if v]
        elif sent:
            found[item.key] = sent[-1].strip() or None
    return found


def _overrides(
    chosen: Instrument, recorded: Mapping[str, Filled], asked: Mapping[str, Given], words: str
) -> dict[str, Filled]:
    """Answers that differ from those of the record."""
    found = {}
    for item in chosen.items:
        if item.key in asked and not _same(item, recorded.get(item.key), asked[item.key]):
            found[item.key] = Filled(asked[item.key], overridden=words)
    return found


def _same(item: Field, recorded: Filled | None, asked: Given) -> bool:
    if recorded is None or recorded.option is None:
        return asked in (None, [])
    return asked is not None and item.check(asked) == item.check(recorded.option)


def _by_reason(rows: list[tuple[Instrument, Result]]) -> list[tuple[str, list[Instrument]]]:
    found: dict[str, list[Any]] = {}
    for chosen, result in rows:
        found.setdefault(result.not_applicable, []).append(chosen)
    return list(found.items())
