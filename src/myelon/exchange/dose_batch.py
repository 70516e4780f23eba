"""The dose of many cases at once: resumed where it stopped, each case's error its own, the same result on any workers.

A case is a document with its DICOM beside it. What is written is a line of JSON a case, in the order of the cases. With
the extra `cluster` the cases run on Dask, here or on a scheduler elsewhere that sees the same files.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from myelon.dose.reirradiation import CORD_ALPHA_BETA_GY
from myelon.errors import InputError, MyelonError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from myelon.board.cord_dose import CordDose
    from myelon.dose.tolerance import CourseTolerance

DOCUMENTS = (".yaml", ".yml", ".json")
_DIGITS = 6
"""Decimals that are written: what a sum in another order would change lies far below."""


class Progress(NamedTuple):
    """How far a batch is."""

    done: int
    of: int
    kept: int
    """Of those done, how many were known from before."""
    failed: int
    case: str


def documents(sources: Iterable[Path]) -> list[Path]:
    """Case documents: files as they are, folders searched.

    Raises:
        InputError: A source that does not exist, or no document in any.
    """
    found: list[Path] = []
    for source in sources:
        if not source.exists():
            raise InputError("no such file or folder", where=source.name, todo="Check the path")
        if source.is_dir():
            found += sorted(p for p in source.rglob("*") if p.suffix.lower() in DOCUMENTS and p.is_file())
        else:
            found.append(source)
    if not found:
        raise InputError("no case document", todo="Give case documents (YAML or JSON) or folders of them")
    return list(dict.fromkeys(path.resolve() for path in found))


def run(
    sources: Sequence[Path],
    out: Path,
    *,
    workers: int = 1,
    scheduler: str = "",
    progress: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Judge the dose of every case and write a line each; lines of an earlier run are kept where nothing changed.

    Args:
        sources: Case documents.
        out: Where the lines go; beside it the lines done so far lie until the batch is whole.
        workers: Processes on this machine; 1 runs in this one.
        scheduler: Address of a Dask scheduler, instead of this machine.
        progress: Called after every case.

    Raises:
        InputError: The result cannot be written, or more than one worker without Dask.
    """
    partial_file = out.with_name(out.name + ".part")
    known = _known(out) | _known(partial_file)
    lines: dict[Path, dict[str, Any]] = {}
    try:
        stream = partial_file.open("a", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out.name!r} cannot be written", todo="Choose a folder that exists") from error
    kept = failed = 0
    with stream, _mapped(workers, scheduler) as each:
        for path, (mark, new) in each(partial(case_line, known=frozenset(known)), sources):
            line = lines[path] = known[mark] if new is None else new
            kept, failed = kept + (new is None), failed + ("error" in line)
            if new is not None:
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")
                stream.flush()
            progress(Progress(len(lines), len(sources), kept, failed, str(line["case"])))
    whole = "".join(json.dumps(lines[path], ensure_ascii=False) + "\n" for path in sources)
    temporary = out.with_name(out.name + ".new")
    temporary.write_text(whole, encoding="utf-8")
    temporary.replace(out)
    partial_file.unlink(missing_ok=True)
    return Progress(len(lines), len(sources), kept, failed, "")


def _known(path: Path) -> dict[str, dict[str, Any]]:
    """Lines by the mark of what they were computed from; one that is cut off, or says an error, is computed again."""
    found = {}
    for text in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            line = json.loads(text)
            if "error" not in line:
                found[str(line["computed_from"])] = line
        except (ValueError, KeyError, TypeError):
            continue
    return found


class Done(NamedTuple):
    """A case that is done: what it was computed from, and its line; None where it is known from before."""

    mark: str
    line: dict[str, Any] | None


@contextmanager
def _mapped(workers: int, scheduler: str) -> Iterator[Any]:
    """A way to apply a function to every path, in the order in which they get done."""
    if workers <= 1 and not scheduler:
        yield _here
        return
    if find_spec("distributed") is None:
        raise InputError("Dask is not installed", todo="Install myelon[cluster], or use one worker")
    distributed: Any = import_module("distributed")  # a heavy library; only where it is asked for
    with ExitStack() as open_now:
        there: Any = scheduler
        if not scheduler:
            there = distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=40
            )
            open_now.enter_context(there)
        try:
            client = open_now.enter_context(distributed.Client(there, timeout="10s"))
        except (OSError, ValueError) as error:
            raise InputError(f"no scheduler at {scheduler!r}", todo="Start dask scheduler, or leave it out") from error

        def on_workers(work: Callable[[Path], Done], paths: Sequence[Path]) -> Iterator[tuple[Path, Done]]:
            futures = {client.submit(work, path, pure=False): path for path in paths}
            for future in distributed.as_completed(futures):
                path = futures[future]
                try:
                    yield path, future.result()
                except distributed.KilledWorker:
                    yield path, _wrong(path, "its worker died, perhaps of memory", path.name, "Give workers more")

        yield on_workers


def _here(work: Callable[[Path], Done], paths: Sequence[Path]) -> Iterator[tuple[Path, Done]]:
    for path in paths:
        yield path, work(path)


# ── one case ────────────────────────────────────────────────────────────────────────────────────────────


def case_line(path: Path, known: frozenset[str]) -> Done:
    """The line of one case; what is wrong with a case is its line, so that the others go on."""
    try:
        return _line(path, known)
    except MyelonError as error:
        return _wrong(path, error.what, error.where, error.todo)
    except Exception as error:  # noqa: BLE001  # a defect in one case must not stop the others; it is said
        return _wrong(path, f"stopped by a defect ({type(error).__name__})", path.name, "Report it")


def _wrong(path: Path, what: str, where: str, todo: str) -> Done:
    mark = _mark(path, ())
    line = {"case": path.stem, "computed_from": mark, "error": {"what": what, "where": where, "todo": todo}}
    return Done(mark, line)


def _line(path: Path, known: frozenset[str]) -> Done:
    from numba import set_num_threads  # noqa: PLC0415  # numba loads only where dose is sampled

    from myelon.board.packet import prepare  # noqa: PLC0415  # as above
    from myelon.exchange.dicom.courses import read_courses  # noqa: PLC0415  # as above
    from myelon.record.case import read_case  # noqa: PLC0415  # as above

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("cannot be read as text", where=path.name, todo="Give a case document") from error
    case = read_case(text, where=path.name)
    mark = _mark(path, _named(case))
    if mark in known:
        return Done(mark, None)
    set_num_threads(1)  # one case a worker; the order of a sum does not depend on the machine
    packet = prepare(case, read_courses(case, lambda name: path.parent / name))
    return Done(
        mark,
        {
            "case": case.id,
            "nature": case.about.nature,
            "computed_from": mark,
            "groups": [_group(d) for d in packet.doses],
            "left_out": [{"course": c.id, "why": why} for c, why in packet.left_out],
        },
    )


def _named(case: Any) -> tuple[str, ...]:  # noqa: ANN401  # a case
    from myelon.record.kinds import Radiotherapy  # noqa: PLC0415  # as above

    names: list[str] = []
    for course in case.given(Radiotherapy):
        files = course.files
        if files is not None:
            names += [
                n for n in (files.rtdose, *files.rtdose_beams, files.rtplan, files.rtstruct, files.registration) if n
            ]
    return tuple(names)


def _mark(path: Path, names: Sequence[str]) -> str:
    """Of the document, its dose files, this version and its limits: a line is kept while they are the same."""
    seen = hashlib.sha256(_rules().encode())
    for one in (path, *(path.parent / name for name in names)):
        seen.update(one.read_bytes() if one.is_file() else b"absent")
    return seen.hexdigest()


@cache
def _rules() -> str:
    from myelon.dose.limits import LIMITS  # noqa: PLC0415  # as above

    return f"{version('myelon')} {sorted(LIMITS.items())!r}"


def _group(dose: CordDose) -> dict[str, Any]:
    at_two = dose.judged.dose if dose.judged.dose.alpha_beta_gy == CORD_ALPHA_BETA_GY else dose.judged.alternative
    return {
        "courses": [c.id for c in dose.courses],
        "organ": dose.judged.organ,
        "levels": str(dose.span) if dose.span else None,
        "basis": str(dose.basis),
        "level_of_knowledge": str(dose.knowledge),
        "sum": {"bed_2": _plain(at_two.cumulative_bed), "eqd2_2": _plain(at_two.cumulative_eqd2)},
        "sum_is_open": dose.open_sum,
        "withheld": dose.withheld,
        "findings": [f._asdict() for f in dose.findings],
        "nieder": dose.judged.nieder.total if dose.judged.nieder else None,
        "nieder_at_least": dose.judged.nieder.best_total if dose.judged.nieder else None,
        "verdicts": [
            {
                "id": v.limit.id,
                "rule": f"{v.limit.rule} {v.limit.name}",
                "metric": v.metric,
                "value": _plain(v.value),
                "limit": str(v.limit),
                "verdict": v.outcome,
                "says": v.says,
                "why": v.why,
                "status": v.limit.status,
            }
            for v in dose.judged.verdicts
        ],
        "courses_alone": [_alone(one) for by_organ in dose.tolerances for one in by_organ],
        "notes": [*dose.notes, *dose.judged.warnings],
    }


def _alone(one: CourseTolerance) -> dict[str, Any]:
    """One course over one organ: how many rows say what, and what stands beside rows that were not made for it."""
    return {
        "organ": one.organ,
        "outcomes": {str(o): n for o, n in Counter(v.outcome for v in one.verdicts).items()},
        "beside": [{"id": v.limit.id, "eqd2_2": _plain(v.value), "why": v.why} for v in one.beside],
    }


def _plain(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, _DIGITS)
