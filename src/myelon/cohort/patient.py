"""The variables of paper 002, each computed from one record: what a cohort of intramedullary metastases is counted by.

A property returns None where the record does not say; an empty tuple is "none", never "unknown".
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from myelon.record.base import Assertion, Entry
from myelon.record.kinds import (
    Choice,
    Encounter,
    Imaging,
    Neoplasm,
    Neurology,
    Observation,
    Pathology,
    Phase,
    Radiotherapy,
    Reported,
    Response,
    Subject,
    Support,
    Surgery,
    Systemic,
    Vital,
)
from myelon.record.timeline import Timeline, Window, solve
from myelon.record.when import DAYS_PER
from myelon.terms.drugs import drug_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from myelon.cohort.variables import Value
    from myelon.record.case import Case

E = TypeVar("E", bound=Entry)
_REGIONS = ("cervical", "thoracic", "lumbar", "conus medullaris")
_SYMPTOMS = {"complete remission", "improved", "unchanged", "deteriorated"}
_TARGETED = ("inhibitor", "antibody")


class CohortPatient:
    """One patient of a cohort of spinal metastases, read from the record."""

    def __init__(self, case: Case, *, treatments: Collection[str] | None = None) -> None:
        self.case: Case = case
        self._treatments = treatments

    @cached_property
    def timeline(self) -> Timeline:
        """The times of the record."""
        return solve(self.case)

    def of_treatments(self, ids: Collection[str]) -> CohortPatient:
        """The same patient, of whose treatments only some are looked at."""
        return CohortPatient(self.case, treatments=ids)

    def variable(self, name: str) -> Value:
        """A variable by its name (`myelon.cohort.variables`).

        Raises:
            TableError: There is none of that name.
        """
        from myelon.cohort.variables import variable  # noqa: PLC0415  # the list of variables reads this class

        return variable(name).read(self)

    @cached_property
    def metastasis(self) -> Neoplasm | None:
        """The intramedullary metastasis (L02)."""
        tumours = self.case.of(Neoplasm)
        return next((t for t in tumours if t.role == "secondary" and "intramedullary" in t.compartment), None)

    @cached_property
    def primary(self) -> Neoplasm | None:
        """The tumour it came from (L08)."""
        parent = self.metastasis.parent if self.metastasis else None
        found = self.case.by_id.get(parent or "")
        return found if isinstance(found, Neoplasm) else None

    def _of_metastasis(self, kind: type[E]) -> Iterator[E]:
        """Treatments given for a phase that is not the primary's."""
        phases = {p.id for p in self.case.of(Phase) if p.phase == "dissemination"}
        metastasis = self.metastasis.id if self.metastasis else ""
        return (
            e
            for e in self.case.given(kind)
            if (e.for_phase in phases or (e.for_phase is None and getattr(e, "target", "") in {"", None, metastasis}))
            and getattr(e, "status", "") != "proposed"
            and (self._treatments is None or e.id in self._treatments)
        )

    # ── who, and from what ──────────────────────────────────────────────────────────────────────────────

    @property
    def institution(self) -> str | None:
        """Where (L01)."""
        return next((e.site for e in self.case.of(Encounter) if e.site), None)

    @property
    def diagnosed(self) -> Window:
        """Window of the diagnosis of the metastasis, as day numbers of the calendar (L03)."""
        return self.timeline.date(self.metastasis.id) if self.metastasis else Window(None, None)

    @property
    def sex(self) -> str | None:
        """Sex (L05)."""
        subject = next(self.case.of(Subject), None)
        return subject.sex if subject and subject.sex != "unknown" else None

    @property
    def age_years(self) -> float | None:
        """Age at the diagnosis of the metastasis (L06)."""
        subject = next(self.case.of(Subject), None)
        return subject.age_at_index_years if subject else None

    @property
    def age_group(self) -> str | None:
        """At most 55, or older (L07)."""
        return None if self.age_years is None else ("≤55" if self.age_years <= 55 else ">55")

    @property
    def primary_site(self) -> str | None:
        """Organ or entity of the primary (L08)."""
        return (self.primary.site or self.primary.entity) if self.primary else None

    @property
    def primary_histology(self) -> str | None:
        """Subtype of the primary (L09)."""
        return (self.primary.histology or None) if self.primary else None

    @property
    def consent(self) -> str | None:
        """Consent (L48)."""
        subject = next(self.case.of(Subject), None)
        return subject.consent if subject and subject.consent != "not reported" else None

    @property
    def approval(self) -> str | None:
        """Ethics approval (L47)."""
        subject = next(self.case.of(Subject), None)
        return (subject.approval or None) if subject else None

    # ── the metastasis ──────────────────────────────────────────────────────────────────────────────────

    @property
    def seen_on_mri(self) -> bool:
        """Whether an MRI shows it (L04, L10)."""
        return any(i.modality == "MRI" and _regions(i) for i in self.case.of(Imaging))

    @property
    def pathology(self) -> bool:
        """Whether the metastasis was proven by pathology (L11)."""
        return any(p.specimen in {s.id for s in self._of_metastasis(Surgery)} for p in self.case.of(Pathology))

    @property
    def interval_months(self) -> float | None:
        """From the primary to the metastasis (L12); None when it is not a single number of days."""
        if self.primary is None or self.metastasis is None:
            return None
        (low, high), _ = self.timeline.interval(f"{self.primary.id}.start", f"{self.metastasis.id}.start")
        return low / DAYS_PER["month"] if low is not None and low == high else None

    @property
    def first_sign(self) -> bool | None:
        """Whether it was there when the primary was found (L13)."""
        return None if self.interval_months is None else self.interval_months <= 0

    @property
    def ecog(self) -> int | None:
        """ECOG performance status at the diagnosis (L14)."""
        return next((round(o.value.value) for o in self.case.of(Observation) if o.what == "ECOG"), None)

    @property
    def ecog_group(self) -> str | None:
        """0–2 or 3–4 (L15)."""
        return None if self.ecog is None else ("0–2" if self.ecog <= 2 else "3–4")

    @property
    def paraplegia(self) -> bool | None:
        """Complete paraplegia (L16); None is unknown, and is not no."""
        known = {Assertion.PRESENT: True, Assertion.ABSENT: False}
        stated = [n.paraplegia for n in self.case.of(Neurology) if n.paraplegia is not None]
        return known.get(stated[0]) if stated else None

    @property
    def days_to_paraplegia(self) -> float | None:
        """Interval to paraplegia; from what is not stated (L17, XL17)."""
        rows = (r for r in self.case.of(Reported) if r.name == "interval to paraplegia" and r.value)
        return next((r.value.value for r in rows if r.value), None)

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions of the cord that are involved (L20); counted as regions, not as lesions (XL27)."""
        found = {region for i in self.case.of(Imaging) for region in _regions(i)}
        return tuple(r for r in _REGIONS if r in found)

    @property
    def region_group(self) -> str | None:
        """One region, or two to four (L21, L22)."""
        return None if not self.regions else ("1" if len(self.regions) == 1 else "2–4")

    @property
    def whole_cord(self) -> bool:
        """All four regions (L23)."""
        return len(self.regions) == len(_REGIONS)

    @property
    def sites(self) -> tuple[str, ...]:
        """Other organs with metastases at the diagnosis (L24, L25)."""
        found = {s for p in self.case.of(Phase) if p.phase == "dissemination" for s in p.sites}
        return tuple(sorted(found - {"spinal cord"}))

    @property
    def site_group(self) -> str | None:
        """One other organ, or two to four (L26, L27); those without any are in neither group (XL23)."""
        return None if not self.sites else ("1" if len(self.sites) == 1 else "2–4")

    @property
    def primary_control(self) -> str | None:
        """Control of the primary at the diagnosis (L18, L19)."""
        primary = self.primary.id if self.primary else ""
        found = next((r for r in self.case.of(Response) if r.of_neoplasm == primary), None)
        if found is None or found.category == "not evaluated":
            return None
        resected = any(s.target == primary for s in self.case.given(Surgery))
        return "complete resection" if resected and found.category == "CR" else found.category

    # ── treatment ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def surgery(self) -> bool:
        """Surgery of the metastasis (L29)."""
        return any(True for _ in self._of_metastasis(Surgery))

    @property
    def course(self) -> Radiotherapy | None:
        """Radiotherapy of the metastasis (L30)."""
        return next(self._of_metastasis(Radiotherapy), None)

    @property
    def radiotherapy(self) -> bool:
        """Whether it was irradiated (L30)."""
        return self.course is not None

    @property
    def chemotherapy(self) -> bool:
        """Chemotherapy by vein or mouth: intrathecal drugs are apart (L34, XL8)."""
        return any(not _is_targeted(s) and not _is_intrathecal(s) for s in self._of_metastasis(Systemic))

    @property
    def targeted(self) -> bool:
        """Targeted therapy (L35)."""
        return any(_is_targeted(s) for s in self._of_metastasis(Systemic))

    @property
    def intrathecal(self) -> bool:
        """Intrathecal chemotherapy (L37)."""
        return any(_is_intrathecal(s) for s in self._of_metastasis(Systemic))

    @property
    def nerve_block(self) -> bool:
        """Nerve blocking (L38)."""
        return any(s.treatment == "nerve block" for s in self.case.of(Support))

    @property
    def alk_rearranged(self) -> bool | None:
        """ALK gene rearrangement (L36); None where it is not reported."""
        tests = [t for p in self.case.of(Pathology) for t in p.molecular if t.gene == "ALK"]
        return tests[0].result == "positive" if tests else None

    @property
    def treatment_status(self) -> str:
        """Treated, refused, or unknown (L28, L46)."""
        if self.surgery or self.radiotherapy or self.chemotherapy or self.targeted or self.intrathecal:
            return "treated"
        refused = any("any intervention" in c.what for c in self.case.of(Choice))
        return "refused" if refused else "unknown"

    @property
    def combination(self) -> str:
        """What the radiotherapy was combined with (L39); "" without radiotherapy."""
        if not self.radiotherapy:
            return ""
        parts = (
            ("S", self.surgery), ("CT", self.chemotherapy), ("IT", self.intrathecal), ("targeted", self.targeted),
            ("nerve block", self.nerve_block),
        )  # fmt: skip
        return "+".join(("RT", *(name for name, given in parts if given)))

    # ── outcome ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def symptom_response(self) -> str | None:
        """Response of symptoms to radiotherapy (L40); None where it was not evaluated."""
        course = self.course.id if self.course else ""
        found = (r.category for r in self.case.of(Response) if r.after and r.after == course)
        return next((category for category in found if category in _SYMPTOMS), None)

    @property
    def vital_status(self) -> str | None:
        """Dead, alive or lost (L43)."""
        known = [v for v in self.case.of(Vital) if v.assertion is Assertion.PRESENT]
        if any(v.status == "dead" for v in known):
            return "dead"
        return self.timeline.in_order(known)[-1].status if known else None

    @property
    def survival_months(self) -> float | None:
        """From the diagnosis of the metastasis to death or the last follow-up (L44)."""
        last = next(self.case.of(Vital), None)
        if last is None or self.metastasis is None:
            return None
        (low, high), _ = self.timeline.interval(f"{self.metastasis.id}.start", f"{last.id}.start")
        return low / DAYS_PER["month"] if low is not None and low == high else None


def _regions(study: Imaging) -> set[str]:
    return {r for lesion in study.lesions if lesion.assertion is Assertion.PRESENT for r in lesion.regions}


def _is_targeted(line: Systemic) -> bool:
    classes = [row.drug_class for a in line.agents if (row := drug_named(a.drug)) is not None]
    return bool(classes) and all(any(word in c for word in _TARGETED) for c in classes)


def _is_intrathecal(line: Systemic) -> bool:
    return all(a.route == "intrathecal" for a in line.agents)
