"""Every number that paper 002 prints of its own patients, computed again from records, beside the print.

The denominators are its own: 61 patients, 60 with known paraplegia, three different sets of 58, 47 treated, 37 with an
evaluated response (LV_FACTS XL1, XL2, XL9). The contrasts of Table 7 are Mantel–Haenszel hazard ratios as GraphPad
Prism forms them (DL9), not Cox.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from myelon.cohort.endpoints import Endpoint, outcomes, times
from myelon.cohort.event_table import EventTable, summarise
from myelon.cohort.kaplan_meier import KaplanMeier, kaplan_meier
from myelon.cohort.logrank import logrank
from myelon.cohort.proportion import proportion
from myelon.cohort.variables import column
from myelon.record.kinds import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from myelon.cohort.patient import CohortPatient
    from myelon.record.publication import Publication

    Test = Callable[[CohortPatient], object]

SURVIVAL = Endpoint(
    "paper-002", "Overall survival", "neoplasm where role = secondary and compartment has intramedullary",
    "vital where status = dead", lost="left out",
    says="From the diagnosis of the intramedullary metastasis to death of any cause.",
)  # fmt: skip
Agreement = Literal["exact", "rounds alike", "near", "differs"]


class Contrast(NamedTuple):
    """A row of Table 7: variable, its two groups in the order of the print, and the facts."""

    variable: str
    groups: tuple[str, str]
    medians: str
    ratio: str
    p_logrank: str
    p_gehan: str


CONTRASTS = (
    Contrast("sex", ("male", "female"), "L151", "L157", "L158", "L159"),
    Contrast("age_group", ("≤55", ">55"), "L152", "L160", "L161", "L162"),
    Contrast("ecog_group", ("0–2", "3–4"), "L153", "L163", "L164", "L165"),
    Contrast("site_group", ("1", "2–4"), "L154", "L166", "L167", "L168"),
    Contrast("region_group", ("1", "2–4"), "L155", "L169", "L170", "L171"),
    Contrast("treated", ("yes", "no"), "L156", "L172", "L173", "L174"),
)
_LUNG = (
    "small cell carcinoma", "adenocarcinoma", "squamous cell carcinoma", "large cell carcinoma",
    "poorly differentiated adenocarcinoma with neuroendocrine carcinoma", "non-small cell carcinoma", "not specified",
)  # fmt: skip
_OTHERS = ("breast", "prostate", "liver", "lymphoid tissue", "colon", "rectum", "ovary", "endometrium")
_REGIONS = ("cervical", "thoracic", "lumbar", "conus medullaris")
_SITES = (
    "lung", "liver", "bone", "brain", "leptomeninges", "adrenal gland", "kidney", "spleen", "marrow", "muscle",
    "non-regional lymph node",
)  # fmt: skip
_BETTER = {"complete remission", "improved"}
_CONTROLLED = {*_BETTER, "unchanged"}
_COMBINED = {"L144": "RT+CT", "L145": "RT+CT+nerve block", "L146": "RT+IT", "L147": "RT+targeted", "L148": "RT+S+CT"}


def _everyone(_: CohortPatient) -> bool:
    return True


def _treated(p: CohortPatient) -> bool:
    return p.treatment_status == "treated"


def _evaluated(p: CohortPatient) -> bool:
    return p.symptom_response is not None


def _alone(p: CohortPatient) -> bool:
    return p.combination == "RT"


def _rt_alone(p: CohortPatient) -> bool:
    return _evaluated(p) and _alone(p)


def _rt_combined(p: CohortPatient) -> bool:
    return _evaluated(p) and not _alone(p)


def _sites_known(p: CohortPatient) -> bool:
    return bool(p.sites)


def _course_of(p: CohortPatient, fractions: int | None) -> bool:
    return p.course is not None and p.course.fractions == fractions


def _is(read: Callable[[CohortPatient], object], value: object) -> Test:
    return lambda p: read(p) == value


def _in(read: Callable[[CohortPatient], Sequence[str]], value: str) -> Test:
    return lambda p: value in read(p)


COUNTED: dict[str, tuple[Test, Test]] = {
    "L53": (lambda p: p.metastasis, _everyone),
    "L54": (lambda p: p.vital_status == "lost", _everyone),
    "L55": (lambda p: p.sex == "male", _everyone),
    "L56": (lambda p: p.sex == "female", _everyone),
    "L60": (lambda p: p.primary_site == "lung", _everyone),
    **{f"L{61 + i}": (_is(lambda p: p.primary_histology, h), _everyone) for i, h in enumerate(_LUNG)},
    **{f"L{68 + i}": (_is(lambda p: p.primary_site, s), _everyone) for i, s in enumerate(_OTHERS)},
    "L76": (lambda p: p.seen_on_mri, _everyone),
    "L77": (lambda p: p.pathology, _everyone),
    "L78": (lambda p: not p.pathology, _everyone),
    "L79": (lambda p: p.first_sign, _everyone),
    **{f"L{82 + g}": (_is(lambda p: p.ecog, g), _everyone) for g in range(5)},
    "L87": (lambda p: p.ecog_group == "3–4", _everyone),
    "L88": (lambda p: p.paraplegia is True, lambda p: p.paraplegia is not None),
    "L89": (lambda p: p.paraplegia is False, lambda p: p.paraplegia is not None),
    **{
        f"L{91 + i}": (_is(lambda p: p.primary_control, c), lambda p: p.primary_control is not None)
        for i, c in enumerate(("PD", "SD", "PR", "complete resection"))
    },
    **{f"L{95 + i}": (_in(lambda p: p.regions, r), _everyone) for i, r in enumerate(_REGIONS)},
    **{f"L{98 + n}": (_is(lambda p: len(p.regions), n), _everyone) for n in range(1, 5)},
    "L103": (lambda p: p.region_group == "2–4", _everyone),
    "L104": (lambda p: bool(p.sites), _everyone),
    **{f"L{105 + i}": (_in(lambda p: p.sites, s), _sites_known) for i, s in enumerate(_SITES)},
    **{f"L{115 + n}": (_is(lambda p: len(p.sites), n), _sites_known) for n in range(1, 5)},
    "L120": (lambda p: p.site_group == "2–4", _sites_known),
    "L121": (lambda p: p.treatment_status == "refused", _everyone),
    "L122": (lambda p: p.treatment_status == "unknown", _everyone),
    "L123": (_treated, _everyone),
    "L124": (lambda p: p.surgery, _treated),
    "L125": (lambda p: not p.surgery, _treated),
    "L126": (lambda p: p.radiotherapy, _treated),
    "L127": (lambda p: not p.radiotherapy, _treated),
    "L128": (lambda p: p.chemotherapy, _treated),
    "L129": (lambda p: not p.chemotherapy, _treated),
    "L130": (lambda p: p.targeted, _treated),
    "L131": (lambda p: not p.targeted, _treated),
    "L132": (lambda p: _course_of(p, 1), _evaluated),
    "L133": (lambda p: _course_of(p, None), _evaluated),
    "L134": (_alone, _evaluated),
    **{
        f"L{135 + i}": (_is(lambda p: p.symptom_response, r), _rt_alone)
        for i, r in enumerate(("complete remission", "improved", "unchanged", "deteriorated"))
    },
    "L139": (lambda p: p.symptom_response in _BETTER, _rt_alone),
    "L140": (lambda p: p.symptom_response in _CONTROLLED, _rt_alone),
    "L141": (lambda p: not _alone(p), _evaluated),
    "L142": (lambda p: p.symptom_response in _BETTER, _rt_combined),
    "L143": (lambda p: p.symptom_response in _CONTROLLED, _rt_combined),
    **{fact: (_is(lambda p: p.combination, c), _rt_combined) for fact, c in _COMBINED.items()},
    "L149": (lambda p: p.vital_status != "lost", _everyone),
}
"""Fact → who is counted, and out of whom."""
_EXACT_LIMITS = {"L139", "L140", "L142", "L143"}


class Cell(NamedTuple):
    """A printed number and ours."""

    fact: str
    where: str
    what: str
    printed: str
    ours: str
    agreement: Agreement
    note: str = ""


@dataclass(frozen=True, eq=False)
class Recomputed:
    """The whole paper: its numbers, and the curves behind Figures 4 and 5."""

    cells: tuple[Cell, ...]
    everyone: KaplanMeier
    curves: tuple[tuple[Contrast, tuple[KaplanMeier, KaplanMeier]], ...]
    followed: int
    deaths: int

    def of(self, place: str) -> list[Cell]:
        """Numbers that stand in a table or figure, such as "T2"."""
        return [c for c in self.cells if place in c.where.replace(",", "").split()]

    def count(self, agreement: Agreement) -> int:
        """How many numbers agree so."""
        return sum(c.agreement == agreement for c in self.cells)


def recompute(paper: Publication, patients: Sequence[CohortPatient]) -> Recomputed:
    """Compute every printed number of the cohort again."""
    found = outcomes(SURVIVAL, patients)
    clock = times(found, "midpoint", unit="month")
    everyone = kaplan_meier(summarise(clock.days, clock.causes), interval="log")
    cells = [_counted(paper, fact, patients) for fact in COUNTED]
    cells += _means(paper, patients)
    cells.append(_plain(paper, "L150", everyone.median.estimate or float("nan")))
    curves = []
    for contrast in CONTRASTS:
        words = column(contrast.variable, patients).words
        rows = [k for k, who in enumerate(clock.patients) if words[who] in contrast.groups]
        table = summarise(
            [clock.days[k] for k in rows],
            [clock.causes[k] for k in rows],
            [str(contrast.groups.index(str(words[clock.patients[k]]))) for k in rows],
        )
        cells += _contrast(paper, contrast, table)
        pair = tuple(
            kaplan_meier(_named(table.group(str(k)), g), interval="log") for k, g in enumerate(contrast.groups)
        )
        curves.append((contrast, (pair[0], pair[1])))
    order = sorted(cells, key=lambda c: int(c.fact[1:]))
    return Recomputed(tuple(order), everyone, tuple(curves), len(clock.days), int(everyone.events.sum()))


def _named(table: EventTable, name: str) -> EventTable:
    return EventTable(table.times, table.events, table.censored, (name,))


def _evidence(paper: Publication, fact: str) -> Evidence:
    entry = paper.by_id[fact]
    if not isinstance(entry, Evidence):
        raise TypeError(fact)
    return entry


def _where(entry: Evidence) -> str:
    return entry.source[0].where if entry.source else ""


def _counted(paper: Publication, fact: str, patients: Sequence[CohortPatient]) -> Cell:
    test, among = COUNTED[fact]
    base = [p for p in patients if among(p)]
    count, n = sum(bool(test(p)) for p in base), len(base)
    entry = _evidence(paper, fact)
    figure = entry.figures[0]
    if fact in _COMBINED:
        parts = [f.numerator or 0 for f in entry.figures]
        same = count == sum(parts)
    elif figure.numerator is not None:
        same = (count, n) == (figure.numerator, figure.denominator or n)
    else:
        same = count == figure.value
    ours = f"{count} of {n}" + ("" if n == len(patients) and count == n else f" ({100 * count / n:.2f} %)")
    if fact in _EXACT_LIMITS:
        limits = proportion(count, n)
        ours += f"; exact limits {limits.lower:.1f}–{limits.upper:.1f} %"
    return Cell(fact, _where(entry), _what(entry), _print(entry), ours, "exact" if same else "differs")


def _what(entry: Evidence) -> str:
    return entry.claim.rsplit(": ", 1)[0]


def _print(entry: Evidence) -> str:
    return entry.claim.rsplit(": ", 1)[-1]


def _plain(paper: Publication, fact: str, value: float, digits: int = 2) -> Cell:
    entry = _evidence(paper, fact)
    printed = entry.figures[0].value
    same = printed is not None and round(value, digits) == printed
    return Cell(fact, _where(entry), _what(entry), _print(entry), f"{value:.4g}", "exact" if same else "differs")


def _means(paper: Publication, patients: Sequence[CohortPatient]) -> list[Cell]:
    ages = [p.age_years for p in patients if p.age_years is not None]
    intervals = [p.interval_months for p in patients if p.interval_months is not None]
    days = [p.days_to_paraplegia for p in patients if p.days_to_paraplegia is not None]
    men, women = (sum(p.sex == s for p in patients) for s in ("male", "female"))
    cells = [
        _plain(paper, "L57", men / women),
        _plain(paper, "L58", float(np.mean(ages))),
        _plain(paper, "L80", float(np.mean(np.round(intervals)))),
        _plain(paper, "L90", float(np.mean(days))),
    ]
    for fact, low, high, words in (
        ("L59", min(ages), max(ages), f"{min(ages):g}–{max(ages):g} years"),
        ("L81", min(intervals) / 12, round(max(intervals)) / 12, f"{min(intervals):g}–{max(intervals):.0f} months"),
    ):
        entry = _evidence(paper, fact)
        figure = entry.figures[0]
        same = (figure.value, figure.value_max) == (round(low, 2), round(high, 2))
        agreement: Agreement = "exact" if same else "differs"
        cells.append(Cell(fact, _where(entry), _what(entry), _print(entry), words, agreement))
    return cells


def _contrast(paper: Publication, contrast: Contrast, table: EventTable) -> list[Cell]:
    n = "n = " + " : ".join(str(int(k)) for k in table.n)
    medians = [kaplan_meier(table.group(g)).median.estimate for g in ("0", "1")]
    entry = _evidence(paper, contrast.medians)
    printed = [f.value for f in entry.figures[:2]]
    ours = " / ".join("not reached" if m is None else f"{m:.1f}" for m in medians) + " months"
    agreement: Agreement = "exact" if medians == printed else "differs"
    cells = [Cell(contrast.medians, _where(entry), _what(entry), _print(entry), ours, agreement, n)]
    test, gehan = logrank(table), logrank(table, method="gehan-breslow")
    ratio = test.hazard_ratios[0]
    entry = _evidence(paper, contrast.ratio)
    estimate, limits = entry.figures[0], entry.figures[1]
    found = (ratio.estimate, ratio.lower, ratio.upper)
    wanted = (estimate.value or 1.0, limits.value or 1.0, limits.value_max or 1.0)
    words = f"{found[0]:.4g} ({found[1]:.4g}–{found[2]:.4g})"
    apart = max(abs(f / w - 1) for f, w in zip(found, wanted, strict=True))
    alike = all(float(f"{f:.4g}") == w for f, w in zip(found, wanted, strict=True))
    cells.append(
        Cell(
            contrast.ratio, _where(entry), _what(entry), _print(entry), words,
            "rounds alike" if alike else "near" if apart <= 0.02 else "differs",
            f"ratio {100 * (found[0] / wanted[0] - 1):+.2f} %, limits within {100 * apart:.2f} %",
        )
    )  # fmt: skip
    for fact, p in ((contrast.p_logrank, test.p), (contrast.p_gehan, gehan.p)):
        entry = _evidence(paper, fact)
        value = entry.figures[0].value or 0.0
        agreement = "rounds alike" if round(p, 4) == value else "near" if abs(p - value) <= 0.003 else "differs"
        cells.append(Cell(fact, _where(entry), _what(entry), _print(entry), f"{p:.4f}", agreement, f"{p - value:+.4f}"))
    return cells
