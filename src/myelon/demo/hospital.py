"""Load the demonstration hospital into a store; loading twice changes nothing."""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from myelon.board.traceability import TRACED, Trace, traced
from myelon.demo.cohort_002 import synthetic_cohort
from myelon.demo.phantoms import PHANTOMS
from myelon.record.case import Case, case_from, read_case
from myelon.record.kinds import Imaging, Radiotherapy
from myelon.record.publication import Publication, read_publication

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from myelon.report.document import Report
    from myelon.store import Store

CASES = (
    "paper-000", "paper-001", "paper-003",
    *(f"paper-004-fig-{n}" for n in range(3, 11)),
    "phantom-1", "phantom-2", "phantom-3", "synthetic-1",
)  # fmt: skip
"""Case documents of the demonstration hospital; the synthetic cohort of paper 002 comes beside them."""
_REASON = "demonstration hospital"
_ACTOR = "demonstration"


class Loaded(NamedTuple):
    """What a case brought in: journal rows added and DICOM files stored; zero when it was there."""

    case_id: str
    title: str
    nature: str
    rows: int
    dicom_files: int


def demo_case(case_id: str) -> Case:
    """A case document of the demonstration hospital, without dose files."""
    text = (files("myelon.demo") / "cases" / f"{case_id}.yaml").read_text(encoding="utf-8")
    return read_case(text, where=f"{case_id}.yaml")


def publication(name: str) -> Publication:
    """A publication that is no single patient."""
    text = (files("myelon.demo") / "publications" / f"{name}.yaml").read_text(encoding="utf-8")
    return read_publication(text, where=f"{name}.yaml")


def cohort_reports() -> list[tuple[str, Report]]:
    """The reports of papers 002 and 004, computed from their synthetic records."""
    from myelon.cohort.patient import CohortPatient
    from myelon.demo.report_002 import report_002
    from myelon.demo.report_004 import report_004

    patients = [CohortPatient(case) for case in synthetic_cohort()]
    return [("paper-002", report_002(publication("paper-002"), patients)), ("paper-004", report_004())]


def two_hospitals(folder: Path) -> list[Path]:
    """Write two hospitals that share the synthetic cohort between them, for summaries that are merged.

    Args:
        folder: Where the data folders "north" and "south" are made; what is there already stays.
    """
    from myelon.store import Store

    cohort = synthetic_cohort()
    made = []
    for name, cases in (("north", cohort[::2]), ("south", cohort[1::2])):
        store = Store.open(folder / name)
        try:
            store.save_many(cases, actor=_ACTOR, reason=_REASON)
        finally:
            store.close()
        made.append(folder / name)
    return made


def papers() -> list[Trace]:
    """Every part of the papers: where it stands, printed against ours."""
    return traced({p: demo_case(f"paper-{p}") for p in TRACED}, publication("paper-002"), _series())


@cache
def _series() -> tuple[Trace, ...]:
    """What is computed again from synthetic patients: the tables and figures of paper 002, two series of paper 004."""
    from myelon.cohort.paper_002 import recompute
    from myelon.cohort.patient import CohortPatient
    from myelon.demo.report_004 import dumbbell, pain_words, score_words

    found = recompute(publication("paper-002"), [CohortPatient(case) for case in synthetic_cohort()])
    command, test = "myelon cohort report demo --out out/report", "tests/cohort/test_paper_002_recomputed.py"
    rows = []
    for places, what in (
        (("T2", "F1"), "characteristics and primaries"), (("T3", "F2"), "involved regions"),
        (("T4", "F3"), "other organs"),
        (("T5",), "treatment"), (("T6",), "response of symptoms"), (("T7", "F4", "F5"), "survival by groups"),
    ):  # fmt: skip
        cells = {c.fact: c for place in places for c in found.of(place)}.values()
        counts = {a: sum(c.agreement == a for c in cells) for a in ("exact", "rounds alike", "near", "differs")}
        ours = ", ".join(f"{n} {a}" for a, n in counts.items() if n)
        where = ", ".join(p.replace("T", "Table ").replace("F", "Fig ") for p in places)
        rows.append(Trace("002", where, what, "61 synthetic records", command, test, f"{len(cells)} numbers", ours, ""))
    items, malignant = dumbbell()
    printed = "medians 0 and 5.5; sensitivity 90 %, specificity 84.6 %"
    rows.append(
        Trace("004", "section 3", "dumbbell score, as it was made", "demo/report_004.py, 59 synthetic tumours", command,
              "tests/cohort/test_paper_002_recomputed.py", printed, score_words(items, malignant), "")
    )  # fmt: skip
    rows.append(
        Trace("004", "kyphoplasty", "pain before and after", "demo/report_004.py, 17 synthetic patients", command,
              "tests/cohort/test_models.py", "NRS 7 ± 2.3, 2.2 ± 2.1, 1.8 ± 1.9", pain_words(), "")
    )  # fmt: skip
    return tuple(rows)


def load(store: Store, progress: Callable[[str], None] = lambda _: None) -> list[Loaded]:
    """Load every demonstration case that is not there yet.

    Args:
        store: Where to.
        progress: Called with a line before each step.
    """
    present = {summary.id for summary in store.cases()}
    phantoms = {p.identifier: p for p in PHANTOMS}
    loaded = []
    for case_id in CASES:
        case = store.case(case_id) if case_id in present else demo_case(case_id)
        rows = stored = 0
        if case_id not in present:
            objects: dict[str, list[bytes]] = {}
            if case_id in phantoms:
                progress(f"{case.title}: writing CT, structures, plans and doses")
                objects = phantoms[case_id].dicom()
                stored = sum(len(contents) for contents in objects.values())
                case = name_files(case, {kind: len(contents) for kind, contents in objects.items()})
            progress(f"{case.title}: writing the record")
            rows = store.receive(case, partial(_object, objects), actor=_ACTOR, reason=_REASON)
        loaded.append(Loaded(case_id, case.title, case.about.nature, rows, stored))
    return [*loaded, _cohort(store, present, progress)]


def _cohort(store: Store, present: Collection[str], progress: Callable[[str], None]) -> Loaded:
    cases = synthetic_cohort()
    rows = 0
    if cases[0].id not in present:
        progress(f"{len(cases)} synthetic patients: writing the records")
        before = store.counts()[0]
        store.import_cases(cases, name="the synthetic cohort of paper 002", actor=_ACTOR)
        rows = store.counts()[0] - before
    return Loaded("cohort-002", f"{len(cases)} synthetic patients of paper 002", "synthetic", rows, 0)


def _object(objects: dict[str, list[bytes]], name: str) -> bytes:
    kind, _, number = name.partition(".")
    return objects[kind][int(number)]


def name_files(case: Case, counts: dict[str, int]) -> Case:
    """Name the phantom's objects in the record, as a hospital's case file would.

    An imaging entry is called as its series is.
    """
    document = case.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for row, entry in zip(document["entries"], case.entries, strict=True):
        row["kind"] = entry.kind
        if isinstance(entry, Radiotherapy):
            n = entry.ordinal - 1
            image, contours = ("ct1", 1) if n == 0 and "ct1" in counts else ("ct", 0)
            row["files"] = {"rtdose": f"rtdose.{n}", "rtplan": f"rtplan.{n}", "rtstruct": f"rtstruct.{contours}"}
            row["files"]["ct"] = [f"{image}.{i}" for i in range(counts[image])]
        elif isinstance(entry, Imaging) and entry.id in counts:
            row["files"] = [f"{entry.id}.{i}" for i in range(counts[entry.id])]
    return case_from(document, where=case.id)
