"""61 synthetic patients with the margins that paper 002 prints. Nobody's data: no record of a patient was used.

Counts of every variable are those of the paper, sums of ages and intervals those that its means allow (DL2 to DL4), and
the allocation of treatments the one that its tables force (DL18). Which patient has which value is drawn with a fixed
seed. Survival is only drawn to the printed median of all; the medians of the groups are not reproduced.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, Any, NamedTuple

from myelon.record.case import Case, case_from
from myelon.record.when import DAYS_PER

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENTS = 61
NOTE = (
    "Synthetic: made to have the counts that paper 002 prints. Who has which value is drawn; survival of groups is not "
    "reproduced"
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
    survival_days: int


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


def _draw() -> list[_Drawn]:
    rng = random.Random(2)  # noqa: S311  # not a secret: the cohort must be the same each time
    primaries = [("lung", "Lung cancer", histology) for histology in _spread(_LUNG)]
    primaries += [(site, entity, "") for site, entity, count in _OTHER for _ in range(count)]
    free = [i for i, (site, _, _) in enumerate(primaries) if site not in _FEMALE | _MALE]
    females = sum(site in _FEMALE for site, _, _ in primaries)
    more = set(rng.sample(free, 30 - females))
    sexes = ["female" if site in _FEMALE or i in more else "male" for i, (site, _, _) in enumerate(primaries)]

    def shuffled(values: list[Any]) -> list[Any]:
        rng.shuffle(values)
        return values

    ages = shuffled(_with_sum(rng, PATIENTS, 35, 78, _AGE_SUM))
    intervals = shuffled([0] * 6 + _with_sum(rng, PATIENTS - 6, 1, 120, _INTERVAL_SUM))
    paraplegia = shuffled(["present"] * 26 + ["absent"] * 34 + ["unknown"])
    days = iter(_with_sum(rng, 26, 3, 60, _PARAPLEGIA_SUM))
    regions = shuffled(_memberships(_spread(_PER_PATIENT), _REGIONS))
    organs = shuffled(_memberships(_spread(_ORGANS), _SITES))
    given = shuffled([(what, response) for what, response, count in _GIVEN for _ in range(count)])
    _swap(given, [w for w, _ in given].index("RT+crizotinib"), [h for _, _, h in primaries].index("adenocarcinoma"))
    ecog, control = shuffled(_spread(_ECOG)), shuffled(_spread(_CONTROL))
    conventional = shuffled([_PER_FRACTION[i % 4] for i in range(36)] + [5.0])
    span = (_LAST - _FIRST).days
    dates = [_FIRST + dt.timedelta(days=d) for d in sorted(rng.sample(range(span), PATIENTS))]
    lost = set(rng.sample([i for i, (what, _) in enumerate(given) if what == "refused"], 3))
    drawn = []
    for i, (site, entity, histology) in enumerate(primaries):
        what, response = given[i]
        evaluated = what.startswith("RT") and response != "not evaluated"
        survival = round(rng.expovariate(0.1733) * DAYS_PER["month"]) + 14
        known = (_CLOSED - dates[i]).days
        status = "lost" if i in lost else ("alive" if survival > known else "dead")
        drawn.append(
            _Drawn(
                sexes[i], ages[i], site, entity, histology, intervals[i], ecog[i], control[i], paraplegia[i],
                next(days) if paraplegia[i] == "present" else 0, regions[i], organs[i], what, response,
                conventional.pop() if evaluated else 0.0, dates[i], status, min(survival, known),
            )
        )  # fmt: skip
    return drawn


# ── one record ──────────────────────────────────────────────────────────────────────────────────────────


def _document(number: int, p: _Drawn) -> dict[str, Any]:
    primary_on = p.diagnosed - dt.timedelta(days=round(p.interval_months * DAYS_PER["month"]))
    at_diagnosis = {"kind": "relative", "anchor": "iscm", "offset": {"n": 0, "unit": "day"}}
    entries: list[dict[str, Any]] = [
        {"id": "subject", "kind": "subject", "sex": p.sex, "age_at_index_years": p.age, "consent": "waived",
         "approval": "none: nobody's data"},
        {"id": "encounter", "kind": "encounter", "setting": "in-patient", "site": "synthetic centre",
         "when": at_diagnosis},
        {"id": "primary", "kind": "neoplasm", "role": "primary", "entity": p.entity, "site": p.site,
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
         "when": _on(p.diagnosed + dt.timedelta(days=p.survival_days))},
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
