"""One course of an organ against every published limit that was made for such a course, side by side.

A limit is evaluated only where it was made: its organ, a first or a repeat course, its number of fractions or dose
per fraction, its structure and metric. Otherwise it says why not. The rules for sums of courses are
`myelon.dose.reirradiation`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from myelon.dose.bed import eqd2
from myelon.dose.dvh import WHOLLY_COVERED
from myelon.dose.limits import LIMITS, Limit
from myelon.dose.ntcp import SCHULTHEISS_ALPHA_BETA_GY, Risk, sahgal_2013, schultheiss_2008
from myelon.dose.verdict import SLACK, Basis, Outcome, Verdict, compare, outcome_between

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from myelon.dose.bed import Prescription
    from myelon.dose.dvh import DVH

OF_SUMS = ("HyTEC 2021", "Nieder 2006")
"""Rules whose rows for repeat courses are of the sum."""
CONVENTIONAL_GY = (1.8, 2.0)
_PER_FRACTION_SLACK = 1e-6
MOST_STEREOTACTIC_FRACTIONS = 5
_CORD = {"spinal_cord", "conus"}
STRUCTURES = {
    "spinal_cord": "SpinalCord",
    "thecal_sac": "ThecalSac",
    "spinal_canal": "SpinalCanal",
    "cauda_equina": "CaudaEquina",
    "sacral_plexus": "SacralPlex",
}
"""Organ of a row → TG-263 name of its structure; rows of other volumes need a contour of their own."""
_ALSO_THE_CORD = {"thecal_sac", "spinal_canal"}
_CONUS = {"cauda_equina"}


class Given(NamedTuple):
    """What is known of the dose of one course in an organ."""

    prescription: Prescription
    previous_eqd2_gy: float | None = None
    """EQD2 at α/β 2 of what the same point had before; None for a first course."""
    previous_open: str = ""
    """Why the earlier dose is not known, or only from below (then `previous_eqd2_gy` is that bound); or ""."""
    curves: Mapping[str, DVH] = {}
    """Structure → its curve of this course, in physical Gy; empty where no dose file was read."""
    at_least_gy: float | None = None
    """Lower bound of the organ's maximum: the dose to 95 % of a target that contains it."""
    at_most_gy: float | None = None
    """Upper bound of the organ's maximum: an isodose that it lies outside of."""
    needs_model: str = ""
    """Why no photon limit can be applied, or ""."""
    reached: bool = False
    """Whether the organ is known to have had the prescription (see `OrganDose.from_prescriptions`)."""
    parts: Mapping[str, str] = {}
    """Structure → why its contours are a part of the organ only."""
    withheld: str = ""
    """Why nothing may be judged, or ""."""


@dataclass(frozen=True)
class CourseTolerance:
    """One course over one organ."""

    organ: str
    given: Given
    verdicts: tuple[Verdict, ...]
    """Every row that was made for such a course."""
    beside: tuple[Verdict, ...]
    """Where no row of a maximum was made for such fractions: its EQD2 beside the conventional rows, unjudged."""
    not_applicable: tuple[Verdict, ...]
    risks: tuple[Risk, ...]

    @property
    def disagreements(self) -> tuple[str, ...]:
        """Metrics for which every limit of one source is exceeded and none of another's.

        One source with several limits, each for its risk, does not disagree with itself.
        """
        said: dict[str, dict[str, list[Verdict]]] = {}
        for v in self.verdicts:
            kind = "the maximum" if _is_maximum(v.limit.metric) else v.limit.metric
            said.setdefault(kind, {}).setdefault(v.limit.rule, []).append(v)
        lines = []
        for kind, by_rule in said.items():
            over, within = (
                [f"{rule} ({', '.join(str(v.limit) for v in rows)})" for rule, rows in by_rule.items()
                 if {v.outcome for v in rows} == {outcome}]
                for outcome in (Outcome.FAIL, Outcome.PASS)
            )  # fmt: skip
            if over and within:
                lines.append(f"{kind}: over {', '.join(over)}; within {', '.join(within)}")
        return tuple(lines)


def judge_course(organ: str, given: Given) -> CourseTolerance:
    """Judge one course over an organ (``spinal_cord``, ``conus`` or ``cauda_equina``).

    From a prescription alone a limit that it passes is not exceeded yet: the organ may have had less.

    >>> from myelon.dose.bed import Prescription
    >>> judged = judge_course("spinal_cord", Given(Prescription(21.0, 3)))
    >>> {v.limit.id: str(v.outcome) for v in judged.verdicts if v.limit.id in {"hytec.3", "tg101.cord.3.max"}}
    {'hytec.3': 'unknown', 'tg101.cord.3.max': 'pass'}
    """
    verdicts, outside = [], []
    for limit in LIMITS.values():
        if limit.comparator == "info" or (limit.rule in OF_SUMS and "reirradiation" in limit.context):
            continue
        why = why_not(limit, organ, given)
        if why:
            outside.append(_verdict(limit, organ, Outcome.NOT_APPLICABLE, None, "–", why, given))
        else:
            verdicts.append(judge_row(limit, organ, given))
    beside = () if any(_is_maximum(v.limit.metric) for v in verdicts) else _beside(organ, given)
    return CourseTolerance(organ, given, tuple(verdicts), beside, tuple(outside), _risks(organ, given))


def _beside(organ: str, given: Given) -> tuple[Verdict, ...]:
    """The conventional rows with the course's EQD2 beside them: silence must not read as harmless."""
    if given.needs_model or given.previous_eqd2_gy is not None or given.previous_open:
        return ()
    course = given.prescription
    rows = []
    for limit in LIMITS.values():
        if limit.context != "de_novo_conventional" or limit.comparator == "info" or _other_organ(limit, organ, given):
            continue
        curve = given.curves.get(STRUCTURES.get(limit.organ, ""))
        physical = _highest(curve) if curve is not None else course.total_gy
        value = eqd2(physical, course.fractions, 2.0)
        why = (
            f"no row was made for {course.fractions} fractions of {course.gy_per_fraction:.3g} Gy; this one is for "
            f"{CONVENTIONAL_GY[0]:g} to {CONVENTIONAL_GY[1]:g} Gy a fraction: the EQD2 stands beside it, unjudged"
        )
        if value > limit.value + SLACK:
            why += f", and is above {limit.value:g}"
        rows.append(_verdict(limit, organ, Outcome.NOT_APPLICABLE, value, f"{value:.2f}", why, given, curve))
    return tuple(rows)


def _highest(curve: DVH) -> float:
    return curve.max_gy if curve.covered_cc > 0 else 0.0


def why_not(limit: Limit, organ: str, given: Given) -> str:
    """Why a row was not made for this course, or ""."""
    return _other_organ(limit, organ, given) or _other_course(limit, given)


def _other_organ(limit: Limit, organ: str, given: Given) -> str:
    made_for = limit.organ.replace("_", " ")
    here = {organ} | (_ALSO_THE_CORD if organ in _CORD else set())
    if organ == "conus":
        here |= {"spinal_cord"} | _CONUS
    if limit.organ in here:
        return ""
    structure = STRUCTURES.get(limit.organ)
    if structure is not None and structure in given.curves:
        return ""
    if limit.organ in STRUCTURES and limit.organ != "sacral_plexus":
        return f"made for the {made_for}"
    return f"needs a contour of the {made_for}"


def _other_course(limit: Limit, given: Given) -> str:
    carbon = limit.context.startswith("carbon")
    if carbon or given.needs_model:
        return "made for carbon ions" if carbon and not given.needs_model else ""
    if limit.context.startswith("de_novo") and given.previous_eqd2_gy is not None:
        return "made for a first course; this point was irradiated before"
    other = _other_schedule(limit, given.prescription)
    return other or (_other_previous(limit, given) if limit.context == "reirradiation_sbrt" else "")


def _other_schedule(limit: Limit, course: Prescription) -> str:
    low, high = CONVENTIONAL_GY
    if limit.context == "de_novo_conventional":
        within = low - _PER_FRACTION_SLACK <= course.gy_per_fraction <= high + _PER_FRACTION_SLACK
        return "" if within else f"made for {low:g} to {high:g} Gy a fraction; these are {course.gy_per_fraction:.3g}"
    if limit.fractions.isdigit() and int(limit.fractions) != course.fractions:
        return (
            f"made for {limit.fractions} fraction{'s' if limit.fractions != '1' else ''}; these are {course.fractions}"
        )
    return ""


def _other_previous(limit: Limit, given: Given) -> str:
    """The table of Sahgal 2012 goes by the earlier dose: its next higher row is the one that is read."""
    if given.previous_eqd2_gy is None and not given.previous_open:
        return "made for a repeat course"
    known = given.previous_eqd2_gy or 0.0
    if given.previous_open and limit.previous_eqd2_gy is not None and limit.previous_eqd2_gy >= known:
        return ""  # the earlier dose is known from below: it may be this row or one above
    rows = sorted(
        {r.previous_eqd2_gy for r in LIMITS.values() if r.rule == limit.rule and r.previous_eqd2_gy is not None}
    )
    row = next((p for p in rows if known <= p + SLACK), None)
    if row is None:
        return f"the table ends at an earlier EQD2 of {rows[-1]:g} Gy"
    return "" if limit.previous_eqd2_gy == row else f"the row for an earlier EQD2 of {limit.previous_eqd2_gy:g} Gy"


# ── a row that applies ──────────────────────────────────────────────────────────────────────────────────


def judge_row(limit: Limit, organ: str, given: Given) -> Verdict:
    """One row that was made for the course against what is known of its dose."""
    if given.needs_model:
        return _verdict(limit, organ, Outcome.NEEDS_MODEL, None, "–", given.needs_model, given)
    if given.withheld or given.previous_open:
        return _verdict(limit, organ, Outcome.UNKNOWN, None, "–", given.withheld or given.previous_open, given)
    if limit.comparator == "not_recommended":
        why = "the table leaves this cell empty: not recommended"
        return _verdict(limit, organ, Outcome.FAIL, None, "–", why, given)
    curve = given.curves.get(STRUCTURES.get(limit.organ, ""))
    if curve is not None:
        return _by_curve(limit, organ, given, curve)
    if given.curves:
        why = f"no contour of the {limit.organ.replace('_', ' ')}"
        return _verdict(limit, organ, Outcome.UNKNOWN, None, "–", why, given)
    physical = given.prescription.total_gy if given.at_most_gy is None else given.at_most_gy
    bounded = given.at_least_gy is not None and _is_maximum(limit.metric) and limit.organ in _CORD | _ALSO_THE_CORD
    if bounded and given.at_least_gy is not None:
        physical = max(physical, given.at_least_gy)
    value, why = _read(limit, given, physical)
    text, least = f"{value:.2f}", value if given.reached and given.at_most_gy is None else 0.0
    if bounded:
        least = max(least, _read(limit, given, given.at_least_gy or 0.0)[0])
        text = f"≥ {_read(limit, given, given.at_least_gy or 0.0)[0]:.2f}"
        why = f"it has at least {given.at_least_gy:g} Gy: a target that contains it, or an isodose around it"
    outcome = outcome_between(least, value, limit)
    if outcome is Outcome.UNKNOWN:
        why = (
            f"{value:.2f} is what its isodose allows at most: it may have had less"
            if given.at_most_gy is not None
            else "exceeded only if the cord had the prescription, which is not recorded"
        )
    return _verdict(limit, organ, outcome, value, text, _edge(limit, value) or why, given)


def _read(limit: Limit, given: Given, physical_gy: float) -> tuple[float, str]:
    """The value that a row is compared with: in conventional fractions the EQD2 (RADIOBIOLOGY §7), else physical."""
    if limit.context != "de_novo_conventional":
        return physical_gy, ""
    value = eqd2(physical_gy, given.prescription.fractions, 2.0)
    if compare(value, limit) is compare(physical_gy, limit):
        return value, ""
    return value, f"read as EQD2 at α/β 2; as physical dose, {physical_gy:.2f} Gy, it would be exceeded"


def _by_curve(limit: Limit, organ: str, given: Given, curve: DVH) -> Verdict:
    name = "max" if limit.metric.startswith("Dmax") else limit.metric
    metric = curve.metric(name)
    if metric.value is None or curve.covered_cc <= 0:
        return _verdict(
            limit, organ, Outcome.UNKNOWN, None, "–", metric.flag or "no dose in the structure", given, curve
        )
    part = given.parts.get(STRUCTURES.get(limit.organ, ""), "")
    if curve.covered_share <= WHOLLY_COVERED:
        part = f"{curve.covered_share:.1%} of the {curve.structure} lies in the dose grid"
    whole = not part
    value, why = _read(limit, given, metric.value)
    outcome = outcome_between(value, value if whole else None, limit)
    why = part if outcome is Outcome.UNKNOWN else _edge(limit, value) or why
    text = ("" if whole else "≥ ") + f"{value:.2f}"
    return _verdict(limit, organ, outcome, value, text, why, given, curve)


def _edge(limit: Limit, value: float) -> str:
    """At exactly the limit, ≤ and < are two versions of the same row."""
    if math.isnan(limit.value) or abs(value - limit.value) > SLACK or limit.comparator not in {"<=", "<"}:
        return ""
    printed = {"<=": "≤", "<": "<"}[limit.comparator]
    return f"exactly at the limit: read as ≤ it is met, as < it is exceeded; the row is printed with {printed}"


def _verdict(
    limit: Limit,
    organ: str,
    outcome: Outcome,
    value: float | None,
    text: str,
    why: str,
    given: Given,
    curve: DVH | None = None,
) -> Verdict:
    return Verdict(
        limit,
        outcome,
        value,
        text,
        organ,
        2.0 if limit.context == "de_novo_conventional" else None,
        curve.structure if curve is not None else "not contoured",
        limit.metric,
        Basis.DOSE_FILE if given.curves else Basis.PRESCRIPTION if given.at_most_gy is None else Basis.ISODOSES,
        why,
    )


def _is_maximum(metric: str) -> bool:
    return metric.startswith("Dmax") or metric in {"D0.03cc", "D0.035cc"}


# ── risk ────────────────────────────────────────────────────────────────────────────────────────────────


def _risks(organ: str, given: Given) -> tuple[Risk, ...]:
    """Risk of a first course by the model that was made for its fractionation; none for the cauda equina."""
    course = given.prescription
    if organ not in _CORD or given.previous_eqd2_gy is not None or given.previous_open or given.needs_model:
        return ()
    if given.withheld:
        return ()
    if course.fractions <= MOST_STEREOTACTIC_FRACTIONS:
        sac = _whole_maximum(given, "ThecalSac")
        return () if sac is None else (sahgal_2013(eqd2(sac, course.fractions, 2.0)),)
    low, high = CONVENTIONAL_GY
    if not low - _PER_FRACTION_SLACK <= course.gy_per_fraction <= high + _PER_FRACTION_SLACK:
        return ()  # the model was fitted in these fractions
    cord = _whole_maximum(given, "SpinalCord")
    return () if cord is None else (schultheiss_2008(eqd2(cord, course.fractions, SCHULTHEISS_ALPHA_BETA_GY)),)


def _whole_maximum(given: Given, structure: str) -> float | None:
    """Maximum of a structure, or without dose files the prescription; None where no grid holds all of it."""
    if not given.curves:
        most = given.prescription.total_gy if given.at_most_gy is None else given.at_most_gy
        return max(most, given.at_least_gy or 0.0)
    curve = given.curves.get(structure)
    whole = curve is not None and curve.covered_share > WHOLLY_COVERED and structure not in given.parts
    return float(curve.max_gy) if curve is not None and whole else None


def judge_courses(organs: Sequence[str], courses: Sequence[Given]) -> tuple[tuple[CourseTolerance, ...], ...]:
    """Every course over every organ that may lie there, in their order."""
    return tuple(tuple(judge_course(organ, given) for organ in organs) for given in courses)
