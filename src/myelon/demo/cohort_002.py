"""61 synthetic patients with the margins that paper 002 prints. Nobody's data: no record of a patient was used.

Counts of every variable are those of the paper, sums of ages and intervals those that its means allow (DL2 to DL4), and
the allocation of treatments the one that its tables force (DL18). Times of death and the groups of Table 7 come from
`cohort_002_survival.csv`, which `tools/search_cohort_002.py` searched: medians as printed, hazard ratios within 0.5 %
and p within 0.003 of the print. Which patient has which other value is drawn with a fixed seed.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from importlib.resources import files
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from myelon.record.case import Case, case_from
from myelon.record.when import DAYS_PER
from myelon.terms.tumours import proposed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATIENTS = 61
NOTE = (
    "Synthetic: made to have the counts and the survival by groups that paper 002 prints. Who has which value is drawn"
)
_FIRST, _LAST, _CLOSED = dt.date(2010, 6, 1), dt.date(2018, 3, 31), dt.date(2018, 7, 8)
_AGE_SUM, _INTERVAL_SUM, _PARAPLEGIA_SUM = 3532, 1145, 594
_LUNG = (
    ("small cell carcinoma", 24), ("adenocarcinoma", 8), ("squamous cell carcinoma", 1), ("large cell carcinoma", 1),
    ("poorly differentiated adenocarcinoma with neuroendocrine carcinoma", 1), ("non-small cell carcinoma", 1),
    ("not specified", 5),
)  # fmt: skip
_OTHER = (
    ("breast", "Breast cancer", 9), ("prostate", "Prostate cancer", 3), ("liver", "Liver cancer", 2),
    ("lymphoid tissue", "Diffuse large B-cell lymphoma", 2), ("colon", "Colon cancer", 1),
    ("rectum", "Rectal cancer", 1), ("ovary", "Ovarian cancer", 1), ("endometrium", "Endometrial carcinoma", 1),
)  # fmt: skip
_FEMALE, _MALE = {"breast", "ovary", "endometrium"}, {"prostate"}
_ECOG = ((0, 1), (1, 13), (2, 13), (3, 21), (4, 13))
_CONTROL = (("PD", 20), ("SD", 28), ("PR", 2), ("CR", 8), ("not evaluated", 3))
_REGIONS = (("cervical", 24), ("thoracic", 47), ("lumbar", 21), ("conus medullaris", 4))
_PER_PATIENT = ((4, 1), (3, 6), (2, 20), (1, 34))
_SITES = (
    ("lung", 3), ("liver", 10), ("bone", 44), ("brain", 36), ("leptomeninges", 14), ("adrenal gland", 7), ("kidney", 2),
    ("spleen", 1), ("marrow", 2), ("muscle", 2), ("non-regional lymph node", 2),
)  # fmt: skip
_ORGANS = ((4, 5), (3, 13), (2, 24), (1, 16), (0, 3))
_GIVEN = (
    # treatments, response of symptoms to radiotherapy, how many
    ("RT", "complete remission", 2), ("RT", "improved", 11), ("RT", "unchanged", 6), ("RT", "deteriorated", 2),
    ("RT", "not evaluated", 2), ("RT+CT", "improved", 6), ("RT+CT", "unchanged", 2), ("RT+CT+block", "improved", 1),
    ("RT+IT", "improved", 2), ("RT+IT", "unchanged", 1), ("RT+IT", "deteriorated", 1),
    ("RT+crizotinib", "unchanged", 1), ("RT+S+CT", "improved", 1), ("RT+S+CT", "deteriorated", 1), ("CT", "", 6),
    ("S", "", 2), ("refused", "", 13), ("unknown", "", 1),
)  # fmt: skip
_PER_FRACTION = (1.8, 2.0, 2.5, 3.0)


class _Drawn(NamedTuple):
    """What is drawn for one patient."""

    sex: str
    age: int
    site: str
    entity: str
    histology: str
    interval_months: int
    ecog: int
    control: str
    paraplegia: str
    days_to_paraplegia: int
    regions: tuple[str, ...]
    organs: tuple[str, ...]
    given: str
    response: str
    per_fraction: float
    diagnosed: dt.date
    status: str
    months: float


def synthetic_cohort() -> list[Case]:
    """The 61 records, the same each time."""
    return [case_from(_document(n, drawn), where=f"synthetic patient {n}") for n, drawn in enumerate(_draw(), 1)]


def _spread(counts: Sequence[tuple[Any, int]]) -> list[Any]:
    return [value for value, count in counts for _ in range(count)]


def _with_sum(rng: random.Random, count: int, low: int, high: int, total: int) -> list[int]:
    """Whole numbers between two bounds, both reached, that come to a sum."""
    values = [low, high, *(rng.randint(low, high) for _ in range(count - 2))]
    while (rest := total - sum(values)) != 0:
        at = rng.randrange(2, count)
        values[at] = min(high, max(low, values[at] + (1 if rest > 0 else -1)))
    return values


def _memberships(sizes: Sequence[int], groups: Sequence[tuple[str, int]]) -> list[tuple[str, ...]]:
    """For each size as many groups, so that each group is used as often as it says (Gale–Ryser, greedily)."""
    left = dict(groups)
    chosen: list[tuple[str, ...]] = [()] * len(sizes)
    for at in sorted(range(len(sizes)), key=lambda i: -sizes[i]):
        fullest = sorted(left, key=lambda g: -left[g])[: sizes[at]]
        for group in fullest:
            left[group] -= 1
        chosen[at] = tuple(g for g, _ in groups if g in fullest)
    return chosen


def _swap(values: list[Any], one: int, other: int) -> None:
    values[one], values[other] = values[other], values[one]


class _Contrasts(NamedTuple):
    """Months, status and the groups of Table 7 of one patient; "a" is the group that the paper names first."""

    months: float
    status: str
    sex: str
    age: str
    performance: str
    organs: str
    regions: str
    treatment: str


_SIZES = {"sex": (31, 30, 0), "performance": (27, 34, 0), "organs": (16, 42, 3), "regions": (34, 27, 0),
          "treatment": (47, 13, 1)}  # fmt: skip
_LOST_AFTER = (0.5, 1.0, 1.5)
"""Months after which the three were lost: invented, they are in no curve."""


def _contrasts(rng: random.Random) -> list[_Contrasts]:
    """The 58 that were followed, as searched, and the three lost, who make the groups of the 61 up; in random order."""
    text = (files("myelon.demo") / "cohort_002_survival.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    found = [
        _Contrasts(
            float(r["months"]), "dead" if r["death"] == "1" else "alive", *(r[k] for k in _Contrasts._fields[2:])
        )
        for r in rows
    ]
    missing = {
        name: [label for label, size in zip("ab-", sizes, strict=True)
               for _ in range(size - sum(r[name] == label for r in rows))]
        for name, sizes in _SIZES.items()
    }  # fmt: skip
    for k, months in enumerate(_LOST_AFTER):
        lost = {name: labels[k] for name, labels in missing.items()}
        found.append(_Contrasts(months, "lost", age="ab"[k % 2], **lost))
    rng.shuffle(found)
    return found


def _dealt(rng: random.Random, labels: Sequence[str], hands: Mapping[str, Sequence[Any]]) -> list[Any]:
    """A value for each patient, from the hand of its group, shuffled."""
    decks = {label: rng.sample(list(cards), len(cards)) for label, cards in hands.items()}
    return [decks[label].pop() for label in labels]


def _ages(rng: random.Random, labels: Sequence[str]) -> list[int]:
    """Ages of the two groups, at most 55 and above, that come to the printed sum and range."""
    young, old = labels.count("a"), labels.count("b")
    sum_of_young = min(max(_AGE_SUM - 67 * old, 46 * young), 54 * young)
    hands = {
        "a": _with_sum(rng, young, 35, 55, sum_of_young),
        "b": _with_sum(rng, old, 56, 78, _AGE_SUM - sum_of_young),
    }
    return _dealt(rng, labels, hands)


def _primaries(rng: random.Random, sexes: Sequence[str]) -> list[tuple[str, str, str]]:
    """Site, entity and histology of each primary: those of one sex go to that sex."""
    every = [("lung", "Lung cancer", histology) for histology in _spread(_LUNG)]
    every += [(site, entity, "") for site, entity, count in _OTHER for _ in range(count)]
    of_sex = {"female": [e for e in every if e[0] in _FEMALE], "male": [e for e in every if e[0] in _MALE]}
    free = [e for e in every if e[0] not in _FEMALE | _MALE]
    rng.shuffle(free)
    hands = {}
    for sex, own in of_sex.items():
        need = sexes.count(sex) - len(own)
        hands[sex], free = own + free[:need], free[need:]
    return _dealt(rng, sexes, hands)


def _draw() -> list[_Drawn]:
    rng = random.Random(2)  # noqa: S311  # not a secret: the cohort must be the same each time
    patients = _contrasts(rng)

    def shuffled(values: list[Any]) -> list[Any]:
        rng.shuffle(values)
        return values

    def labels(name: str) -> list[str]:
        return [str(getattr(p, name)) for p in patients]

    sexes = [{"a": "male", "b": "female"}[label] for label in labels("sex")]
    primaries = _primaries(rng, sexes)
    ages = _ages(rng, labels("age"))
    levels = _spread(_ECOG)
    ecog = _dealt(rng, labels("performance"), {"a": [e for e in levels if e <= 2], "b": [e for e in levels if e > 2]})
    regions = _memberships(_spread(_PER_PATIENT), _REGIONS)
    regions = _dealt(rng, labels("regions"), {"a": [r for r in regions if len(r) == 1],
                                              "b": [r for r in regions if len(r) > 1]})  # fmt: skip
    organs = _memberships(_spread(_ORGANS), _SITES)
    organs = _dealt(rng, labels("organs"), {"-": [o for o in organs if not o], "a": [o for o in organs if len(o) == 1],
                                            "b": [o for o in organs if len(o) > 1]})  # fmt: skip
    every = [(what, response) for what, response, count in _GIVEN for _ in range(count)]
    apart = {"refused": "b", "unknown": "-"}
    given = _dealt(
        rng, labels("treatment"), {k: [g for g in every if apart.get(g[0], "a") == k] for k in ("a", "b", "-")}
    )
    _to_adenocarcinoma(given, primaries)
    intervals = shuffled([0] * 6 + _with_sum(rng, PATIENTS - 6, 1, 120, _INTERVAL_SUM))
    paraplegia = shuffled(["present"] * 26 + ["absent"] * 34 + ["unknown"])
    days = iter(_with_sum(rng, 26, 3, 60, _PARAPLEGIA_SUM))
    control = shuffled(_spread(_CONTROL))
    conventional = shuffled([_PER_FRACTION[i % 4] for i in range(36)] + [5.0])
    drawn = []
    for i, patient in enumerate(patients):
        site, entity, histology = primaries[i]
        what, response = given[i]
        evaluated = what.startswith("RT") and response != "not evaluated"
        drawn.append(
            _Drawn(
                sexes[i], ages[i], site, entity, histology, intervals[i], ecog[i], control[i], paraplegia[i],
                next(days) if paraplegia[i] == "present" else 0, regions[i], organs[i], what, response,
                conventional.pop() if evaluated else 0.0, _diagnosed(rng, patient), patient.status, patient.months,
            )
        )  # fmt: skip
    return drawn


def _to_adenocarcinoma(given: list[Any], primaries: Sequence[tuple[str, str, str]]) -> None:
    """Crizotinib goes to an adenocarcinoma of the lung: it changes places with the treatment of one who was treated."""
    at = next(i for i, (what, _) in enumerate(given) if what == "RT+crizotinib")
    treated = (i for i, (what, _) in enumerate(given) if what not in {"refused", "unknown"})
    _swap(given, at, next(i for i in treated if primaries[i][2] == "adenocarcinoma"))


def _diagnosed(rng: random.Random, patient: _Contrasts) -> dt.date:
    """A day in the paper's window; who is alive was followed to its end, who died did so before."""
    lived = dt.timedelta(days=ceil(patient.months * DAYS_PER["month"]))
    last = min(_LAST, _CLOSED - lived)
    return last if patient.status == "alive" else _FIRST + dt.timedelta(days=rng.randrange((last - _FIRST).days + 1))


# ── one record ──────────────────────────────────────────────────────────────────────────────────────────


def _document(number: int, p: _Drawn) -> dict[str, Any]:
    primary_on = p.diagnosed - dt.timedelta(days=round(p.interval_months * DAYS_PER["month"]))
    at_diagnosis = {"kind": "relative", "anchor": "iscm", "offset": {"n": 0, "unit": "day"}}
    row = proposed(p.entity, p.histology, p.site)
    if row is None:
        raise ValueError(f"no row of the table of tumours is {p.entity!r}")
    entries: list[dict[str, Any]] = [
        {"id": "subject", "kind": "subject", "sex": p.sex, "age_at_index_years": p.age, "consent": "waived",
         "approval": "none: nobody's data"},
        {"id": "encounter", "kind": "encounter", "setting": "in-patient", "site": "synthetic centre",
         "when": at_diagnosis},
        {"id": "primary", "kind": "neoplasm", "role": "primary", "entity": p.entity, "site": p.site,
         "code": {"id": row.id, "by": "the maker of this synthetic series"},
         "histology": p.histology, "when": _on(primary_on)},
        {"id": "iscm", "kind": "neoplasm", "role": "secondary", "entity": "Intramedullary spinal cord metastasis",
         "site": "spinal cord", "compartment": ["intramedullary"], "parent": "primary", "when": _on(p.diagnosed)},
        {"id": "initial", "kind": "phase", "phase": "initial", "when": _on(primary_on)},
        {"id": "phase", "kind": "phase", "phase": "dissemination", "ordinal": 1, "sites": ["spinal cord", *p.organs],
         "when": at_diagnosis},
        {"id": "mri", "kind": "imaging", "modality": "MRI", "when": at_diagnosis,
         "lesions": [{"feature": "mass", "compartment": "intramedullary", "regions": list(p.regions)}]},
        {"id": "ecog", "kind": "observation", "what": "ECOG", "value": {"value": p.ecog, "unit": ""},
         "when": at_diagnosis},
        {"id": "neurology", "kind": "neurology", "paraplegia": p.paraplegia, "when": {"kind": "unknown"}},
        {"id": "control", "kind": "response", "category": p.control, "of_neoplasm": "primary", "modality": "not stated",
         "when": at_diagnosis},
        *_treatments(p),
        {"id": "vital", "kind": "vital", "status": p.status,
         "when": {"kind": "relative", "anchor": "iscm", "offset": {"n": p.months, "unit": "month"}}},
    ]  # fmt: skip
    if p.days_to_paraplegia:
        value = {"value": p.days_to_paraplegia, "unit": "days"}
        entries.append({"id": "to-paraplegia", "kind": "reported", "name": "interval to paraplegia", "value": value,
                        "text": "from what is not stated"})  # fmt: skip
    if p.control == "CR":
        entries.append({"id": "resection", "kind": "surgery", "procedures": ["complete resection of the primary"],
                        "target": "primary", "for_phase": "initial",
                        "when": {"kind": "ordinal", "before": ["iscm"]}})  # fmt: skip
    return {
        "schema": "myelon.case/1",
        "id": f"cohort-002-{number:02}",
        "title": f"Synthetic patient {number} of 61: {p.entity.lower()}",
        "about": {"nature": "synthetic", "note": NOTE},
        "zero": "iscm",
        "entries": entries,
    }


def _on(day: dt.date) -> dict[str, str]:
    return {"kind": "exact", "earliest": day.isoformat(), "latest": day.isoformat()}


def _treatments(p: _Drawn) -> list[dict[str, Any]]:
    after = {"kind": "ordinal", "after": ["iscm"]}
    given = p.given.split("+")
    rows: list[dict[str, Any]] = []
    if p.given == "refused":
        rows.append(
            {"id": "refusal", "kind": "choice", "what": "refused any intervention", "who": ["patient"], "when": after}
        )
    if "S" in given:
        rows.append(
            {
                "id": "surgery",
                "kind": "surgery",
                "procedures": ["local resection"],
                "target": "iscm",
                "for_phase": "phase",
                "when": after,
            }
        )
        rows.append(
            {"id": "pathology", "kind": "pathology", "specimen": "surgery", "diagnosis": "metastasis", "when": after}
        )
    if "RT" in given:
        course: dict[str, Any] = {
            "id": "rt",
            "kind": "radiotherapy",
            "ordinal": 1,
            "region": "spine",
            "target": "iscm",
            "for_phase": "phase",
            "when": after,
        }
        if p.per_fraction:
            course["dose_per_fraction_gy"] = p.per_fraction
        if p.per_fraction == 5.0:
            course |= {"fractions": 1, "text": "single fraction"}
        rows.append(course)
        rows.append(
            {
                "id": "response",
                "kind": "response",
                "category": p.response,
                "after": "rt",
                "modality": "clinical",
                "criteria": "symptoms; definition not printed",
                "when": after,
            }
        )
    if "CT" in given:
        rows.append(_line("chemotherapy", "chemotherapy", "drug not reported") | {"when": after})
    if "IT" in given:
        rows.append(
            _line("intrathecal", "intrathecal chemotherapy", "drug not reported", "intrathecal") | {"when": after}
        )
    if "crizotinib" in given:
        rows.append(_line("targeted", "crizotinib", "crizotinib") | {"when": after})
        rows.append(
            {
                "id": "alk",
                "kind": "pathology",
                "diagnosis": p.entity,
                "when": {"kind": "ordinal", "after": ["primary"]},
                "molecular": [{"gene": "ALK", "alteration": "rearrangement", "result": "positive"}],
            }
        )
    if "block" in given:
        rows.append({"id": "block", "kind": "support", "treatment": "nerve block", "when": after})
    return rows  # fmt: skip


def _line(name: str, regimen: str, drug: str, route: str = "") -> dict[str, Any]:
    return {
        "id": name,
        "kind": "systemic",
        "regimen": regimen,
        "for_phase": "phase",
        "agents": [{"drug": drug, "route": route}],
    }
