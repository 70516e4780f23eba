"""The registry of a data folder: columns of every case, kept in files and brought up to date by what has changed.

A segment is a folder with one file a part (`myelon.cohort.registry`), for the cases that were written up to a row of
the journal; a newer segment stands for its cases instead of the older. Nothing is held here alone: columns are computed
from the records, and all of them anew when the code that computes them has changed. Building stops and goes on between
segments.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

import myelon
from myelon.cohort.coded import Coded
from myelon.cohort.patient import CohortPatient
from myelon.cohort.registry import ENTRIES, PATIENTS, Part, Registry, part_of
from myelon.errors import StoreError
from myelon.terms.levels import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from myelon.store.store import ChangedCase, Store

FOLDER = "registry"
SEGMENT = 1000
"""Cases of a segment while a registry is built."""
_MOST_SEGMENTS, _STEP = 12, 20
_HEAD, _REPLACED_FOR = "head.json", 3600.0
_RECORDS_KEPT = 500
T = TypeVar("T")
Progress = Callable[[float, str], None]


class _Head(NamedTuple):
    """What a segment is of: its folder, the last row of the journal it has seen, its cases and those deleted."""

    folder: Path
    digest: str
    upto: int
    hash: str
    """Of that row, so that another journal is not taken for this one."""
    ids: list[str]
    gone: list[str]
    replaces: list[str]


@cache
def _digest() -> str:
    """Changes with the code that answers for a record."""
    root = Path(myelon.__file__).parent
    found = hashlib.sha256(Path(__file__).read_bytes())
    for package in ("cohort", "record", "terms"):
        for path in sorted((root / package).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:32]


_digest()  # of the code that runs: its files may be replaced under a service


def pending(store: Store) -> int:
    """How many cases have changed since the registry was brought up to date."""
    with _usable(store):
        heads = _heads(store)
        return len(store.changed_since(max((h.upto for h in heads), default=0)))


def open_registry(store: Store, *, progress: Progress = lambda *_: None) -> Registry:
    """The registry of a data folder, brought up to date first.

    Args:
        store: The data folder.
        progress: Called with a share and a word as cases are read; it may raise to stop, and what was read stays.

    Raises:
        StoreError: The folder cannot be written.
    """
    with _usable(store):
        heads = _heads(store)
        changed = store.changed_since(max((h.upto for h in heads), default=0))
        for begin in range(0, len(changed), SEGMENT):
            _add_segment(store, changed, begin, progress)
        heads = _heads(store) if changed else heads
        if len(heads) > _MOST_SEGMENTS:
            progress(1.0, "joining")
            whole = _Joined(heads)
            _write(
                store, whole.ids, heads[-1].upto, whole.part,
                gone=whole.gone, replaces=[h.folder.name for h in heads],
            )  # fmt: skip
            heads = _heads(store)
        joined = _Joined(heads)
    record = lru_cache(_RECORDS_KEPT)(lambda case_id: CohortPatient(store.case(case_id)))
    return Registry(joined.ids, joined.part, record)


@contextmanager
def _usable(store: Store) -> Iterator[None]:
    folder = store.folder / FOLDER
    try:
        yield
    except OSError as error:
        raise StoreError(
            "the registry's files cannot be read or written", where=str(folder), todo="Make room, or delete the folder"
        ) from error


def _add_segment(store: Store, changed: Sequence[ChangedCase], begin: int, progress: Progress) -> None:
    """Read some of the cases that have changed; one that is deleted meanwhile comes again as deleted."""
    cases, patients = changed[begin : begin + SEGMENT], []
    for n, case in enumerate(cases, start=begin):
        if n % _STEP == 0:
            progress(n / len(changed), f"reading records: {n} of {len(changed)}")
        if case.removed:
            continue
        try:
            patients.append(CohortPatient(store.case(case.case_id)))
        except StoreError:
            if not any(c.removed and c.case_id == case.case_id for c in store.changed_since(case.last_seq)):
                raise
    gone = [case.case_id for case in cases if case.removed]
    _write(store, [p.case.id for p in patients], cases[-1].last_seq, partial(part_of, patients), gone=gone)


def _heads(store: Store) -> list[_Head]:
    """The segments that stand, the oldest first; those of other code, another journal, or long replaced are deleted."""
    folder, now, found = store.folder / FOLDER, time.time(), []
    for path in folder.glob(".writing-*"):
        if now - path.stat().st_mtime > _REPLACED_FOR:
            shutil.rmtree(path, ignore_errors=True)  # of a process that was killed
    for path in sorted(p for p in folder.glob(f"*/{_HEAD}") if not p.parent.name.startswith(".")):
        head = _head(path)
        if head is not None and head.digest == _digest() and head.hash == store.journal_hash(head.upto):
            found.append(head)
        else:
            shutil.rmtree(path.parent, ignore_errors=True)
    replaced = {name: head for head in found for name in head.replaces}
    for head in found:
        by = replaced.get(head.folder.name)
        if by is not None and now - (by.folder / _HEAD).stat().st_mtime > _REPLACED_FOR:
            shutil.rmtree(head.folder, ignore_errors=True)  # nobody reads it any more
    return sorted((h for h in found if h.folder.name not in replaced), key=lambda h: (h.upto, h.folder.name))


def _head(path: Path) -> _Head | None:
    """What a segment says of itself; None where it cannot be read, or says it otherwise."""
    try:
        return _Head(path.parent, **json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        return None


def _write(
    store: Store,
    ids: Sequence[str],
    upto: int,
    part: Callable[[str], Part],
    *,
    gone: Sequence[str] = (),
    replaces: Sequence[str] = (),
) -> None:
    """Write a segment whole or not at all."""
    folder = store.folder / FOLDER
    folder.mkdir(exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        for name in (*PATIENTS, *ENTRIES):
            found = part(name)
            arrays = {f"number.{k}": v for k, v in found.numbers.items()}
            for k, v in found.coded.items():
                arrays[f"codes.{k}"] = v.codes
                text = json.dumps([_as_json(x) for x in v.values], ensure_ascii=False)
                arrays[f"values.{k}"] = np.frombuffer(text.encode(), dtype=np.uint8)
            np.savez(made / _file(name), allow_pickle=False, **arrays)
        head = {"digest": _digest(), "upto": upto, "hash": store.journal_hash(upto), "ids": list(ids),
                "gone": list(gone), "replaces": list(replaces)}  # fmt: skip
        (made / _HEAD).write_text(json.dumps(head), encoding="utf-8")
        made.rename(folder / f"{upto:012d}-{secrets.token_hex(4)}")
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _file(name: str) -> str:
    return name.replace("/", ".") + ".npz"


def _as_json(value: Any) -> Any:  # noqa: ANN401  # a plain value of a registry
    return {"levels": str(value)} if isinstance(value, Span) else value


def _from_json(value: Any) -> Any:  # noqa: ANN401  # as above
    if isinstance(value, dict):
        return Span.parse(value["levels"])
    return tuple(value) if isinstance(value, list) else value


class _Lazy(Mapping[str, T]):
    """Columns by name, each read when it is asked for and kept."""

    def __init__(self, names: Sequence[str], read: Callable[[str], T]) -> None:
        self._names, self._read = names, read
        self._held: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._held:
            if name not in self._names:
                raise KeyError(name)
            self._held[name] = self._read(name)
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _read_part(path: Path) -> Part:
    """A part of one segment."""

    def coded(name: str) -> Coded:
        values = json.loads(_array(path, f"values.{name}").tobytes())
        return Coded(_array(path, f"codes.{name}"), tuple(_from_json(v) for v in values))

    names = [n.split(".", 1) for n in _opened(path, lambda file: list(file.files))]
    return Part(
        _Lazy([n for kind, n in names if kind == "number"], lambda n: _array(path, f"number.{n}")),
        _Lazy([n for kind, n in names if kind == "codes"], coded),
    )


def _array(path: Path, name: str) -> NDArray[Any]:
    return _opened(path, lambda file: np.asarray(file[name]))


def _opened(path: Path, read: Callable[[Any], T]) -> T:
    try:
        with np.load(path) as file:
            return read(file)
    except (OSError, zipfile.BadZipFile, ValueError, EOFError) as error:
        raise StoreError(
            "a file of the registry cannot be read", where=str(path), todo="Delete its folder: it is made anew"
        ) from error


class _Joined:
    """Several segments as one: of each case the newest."""

    def __init__(self, heads: Sequence[_Head]) -> None:
        self._heads = heads
        later: set[str] = set()
        self.gone: list[str] = []
        keep: list[NDArray[np.bool_]] = []
        for head in reversed(heads):
            fresh = [i not in later for i in head.ids] if later else [True] * len(head.ids)
            keep.append(np.array(fresh, dtype=bool))
            self.gone += [i for i in head.gone if i not in later]
            later |= {*head.ids, *head.gone} if head is not heads[0] else set()
        self._keep = keep[::-1]
        self.ids = [
            i for head, kept in zip(heads, self._keep, strict=True) for i, k in zip(head.ids, kept, strict=True) if k
        ]

    def part(self, name: str) -> Part:
        """A part of all of them, its columns joined when they are asked for."""
        if not self._heads:
            return part_of((), name)
        parts = [_read_part(head.folder / _file(name)) for head in self._heads]
        if len(parts) == 1:
            return parts[0]
        of_entries = name in ENTRIES
        rows = [
            kept[part.numbers["patient"]] if of_entries else kept for part, kept in zip(parts, self._keep, strict=True)
        ]

        def number(column: str) -> NDArray[Any]:
            if of_entries and column == "patient":
                return np.concatenate(self._renumbered(parts, rows))
            return np.concatenate([p.numbers[column][r] for p, r in zip(parts, rows, strict=True)])

        def coded(column: str) -> Coded:
            return Coded.joined([
                p.coded[column][r] if column in p.coded else Coded(np.zeros(int(r.sum()), dtype=np.int32), (None,))
                for p, r in zip(parts, rows, strict=True)
            ])  # fmt: skip

        names = list(dict.fromkeys(n for p in parts for n in p.coded))
        return Part(_Lazy(list(parts[0].numbers), number), _Lazy(names, coded))

    def _renumbered(self, parts: Sequence[Part], rows: Sequence[NDArray[Any]]) -> list[NDArray[np.int32]]:
        found, before = [], 0
        for part, kept, mine in zip(parts, self._keep, rows, strict=True):
            number = before + np.cumsum(kept) - 1
            found.append(number[part.numbers["patient"][mine]].astype(np.int32))
            before += int(kept.sum())
        return found
