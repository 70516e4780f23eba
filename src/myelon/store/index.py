"""One line per case, kept beside the journal so that lists and searches do not fold a hundred thousand records.

Nothing is stored here alone: a line is computed from the record, at each write, and again when the rules changed.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, select, update

from myelon.board.similar import answers, as_text
from myelon.record.findings import findings_of, gaps_of
from myelon.record.kinds import Board, Neoplasm, Radiotherapy, Subject, Systemic
from myelon.record.timeline import solve
from myelon.store.database import case_index, journal

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from myelon.record.case import Case


class CaseSummary(NamedTuple):
    """A line of the case list."""

    id: str
    title: str
    nature: str
    version: int
    changed_at: str
    patient: str
    tumour: str
    levels: str
    courses: str
    basis: str
    findings: int
    unresolved: int
    dangers: tuple[str, ...]
    gaps: int
    question: str
    features: str
    """What it answers to the features that cases are compared by (`myelon.board.similar.from_text`)."""


@cache
def rules_digest() -> str:
    """Of the source of everything that a line is computed by: a corrected body makes older lines be computed again."""
    found = hashlib.sha256()
    for package in ("myelon.record", "myelon.record.rules", "myelon.record.kinds", "myelon.terms", "myelon.assess"):
        for path in sorted(files(package).iterdir(), key=lambda p: p.name):
            if path.name.endswith((".py", ".csv")):
                found.update(path.name.encode() + path.read_bytes())
    for module in ("index.py", "../board/similar.py"):
        found.update((Path(__file__).parent / module).read_bytes())
    return found.hexdigest()[:16]


rules_digest()  # of the code that runs: its files may be replaced under a service


def write(connection: Connection, case: Case) -> None:
    """Compute the line of a case that was just written, and keep it."""
    counted = _counted(connection, case.id)
    connection.execute(delete(case_index).where(case_index.c.case_id == case.id))
    connection.execute(case_index.insert(), {**counted, "case_id": case.id, "removed": False, **line(case)})


def remove(connection: Connection, case_id: str) -> None:
    """Take a case out of every list; its line stays."""
    values = {**_counted(connection, case_id), "removed": True}
    connection.execute(update(case_index).where(case_index.c.case_id == case_id).values(values))


def refresh(connection: Connection, case: Case) -> None:
    """Compute the line anew where only the rules changed."""
    connection.execute(update(case_index).where(case_index.c.case_id == case.id).values(line(case)))


def line(case: Case) -> dict[str, Any]:
    """What the list shows of a case, and the words it is found by."""
    timeline = solve(case)
    findings = findings_of(case, timeline)
    subject = next(case.of(Subject), None)
    courses = list(case.given(Radiotherapy))
    tumours = list(case.of(Neoplasm))
    drugs = {a.drug for line in case.given(Systemic) for a in line.agents}
    with_files = sum(c.files is not None for c in courses)
    tumour = case.neoplasm
    words = {
        case.id, case.title, case.about.citation, case.about.note, subject.label if subject else "",
        *(t.entity for t in tumours), *(t.site for t in tumours), *(t.histology for t in tumours), *drugs,
        *(str(t.levels) for t in tumours if t.levels), *(line.regimen for line in case.given(Systemic)),
    }  # fmt: skip
    shown = {
        "title": case.title,
        "nature": case.about.nature,
        "patient": subject.label if subject and subject.sex != "unknown" else "",
        "tumour": tumour.entity if tumour else "",
        "levels": str(tumour.levels) if tumour and tumour.levels else "",
        "courses": ", ".join(c.dose_words.replace(" in ", "/") for c in courses),
        "basis": ("dose files" if with_files == len(courses) else "prescription") if courses else "",
        "findings": len(findings),
        "unresolved": sum(f.resolution is None for f in findings),
        "dangers": "\n".join(f.name for f in findings if f.severity == "danger"),
        "gaps": len(gaps_of(case)),
        "question": next((b.question for b in case.of(Board)), ""),
        "words": " \n".join(sorted(w.casefold() for w in words if w)),
        "rules": rules_digest(),
        "features": as_text(answers(case, timeline)),
    }
    return {k: v.replace("\x00", "") if isinstance(v, str) else v for k, v in shown.items()}


def found(
    connection: Connection, search: str, *, newest_first: bool, limit: int | None, offset: int
) -> tuple[list[CaseSummary], int, list[str]]:
    """Lines that hold every word of a search.

    Returns:
        The lines asked for, how many there are in all, and the ids of lines that other rules computed.
    """
    conditions: list[ColumnElement[bool]] = [case_index.c.removed.is_(False)]
    conditions += [case_index.c.words.contains(word, autoescape=True) for word in search.casefold().split()]
    order = case_index.c.last_seq.desc() if newest_first else case_index.c.first_seq
    rows = connection.execute(select(case_index).where(*conditions).order_by(order).limit(limit).offset(offset)).all()
    whole = limit is None or (offset == 0 and len(rows) < limit)
    total = len(rows) if whole else connection.execute(
        select(func.count()).select_from(case_index).where(*conditions)
    ).scalar_one()  # fmt: skip
    stale = [row.case_id for row in rows if row.rules != rules_digest()]
    return [_summary(row) for row in rows], int(total), stale


def neighbours(connection: Connection, case_id: str) -> tuple[int, int, str, str]:
    """Place of a case in the order of first writing, how many there are, and the ids before and after it."""
    kept = case_index.c.removed.is_(False)
    here = select(case_index.c.first_seq).where(case_index.c.case_id == case_id).scalar_subquery()
    earlier, later = case_index.c.first_seq < here, case_index.c.first_seq > here
    count = select(func.count()).select_from(case_index).where(kept)
    place = connection.execute(count.where(earlier)).scalar_one()
    total = connection.execute(count).scalar_one()
    ids = select(case_index.c.case_id).where(kept)
    before = connection.execute(ids.where(earlier).order_by(case_index.c.first_seq.desc()).limit(1)).scalar()
    after = connection.execute(ids.where(later).order_by(case_index.c.first_seq).limit(1)).scalar()
    return int(place) + 1, int(total), before or "", after or ""


def _counted(connection: Connection, case_id: str) -> dict[str, Any]:
    query = select(
        func.min(journal.c.seq).label("first_seq"),
        func.max(journal.c.seq).label("last_seq"),
        func.count().label("version"),
    ).where(journal.c.case_id == case_id)
    counted = dict(connection.execute(query).one()._mapping)  # noqa: SLF001  # SQLAlchemy's public name for it
    at = select(journal.c.at).where(journal.c.seq == counted["last_seq"])
    return {**counted, "changed_at": connection.execute(at).scalar_one()}


def _summary(row: Any) -> CaseSummary:  # noqa: ANN401  # a row of the table
    return CaseSummary(
        row.case_id, row.title, row.nature, row.version, row.changed_at, row.patient, row.tumour, row.levels,
        row.courses, row.basis, row.findings, row.unresolved, tuple(filter(None, row.dangers.split("\n"))), row.gaps,
        row.question, row.features,
    )  # fmt: skip
