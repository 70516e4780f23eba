"""A radiotherapy course: dose, fractions, target, levels, and why it was given."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple, Self

from pydantic import Field

from myelon.record.base import Assertion, Comparator, Entry, EntryId, LevelSpan, Part, Provenance, Stated

_ROUNDED_TO = 2
"""Printed doses per fraction are rounded to two decimals, or bear a third."""
_WHOLE = 0.02
"""How far total over dose per fraction may be from a whole number of fractions."""


class DoseFiles(Part):
    """DICOM objects of the course, by content hash or by path beside the case file."""

    rtdose: str | None = None
    rtdose_beams: tuple[str, ...] = Field(
        default=(), description="further RT Dose objects where each is of other beams of the plan: they are added"
    )
    rtplan: str | None = None
    rtstruct: str | None = None
    ct: tuple[str, ...] = ()
    registration: str | None = None


class Acceptance(Part):
    """A person who looked at something and takes it as it is."""

    by: str
    reason: str = ""
    of: str = Field(
        default="", description="SHA-256 of the file that was looked at; another in its place is not accepted"
    )
    despite_operation: bool = Field(
        default=False, description="it was looked at where an operation changed the anatomy, and holds there too"
    )


class StructureName(Part):
    """What a contour of the course's structure set is by its standard name, as a person confirmed."""

    name: str
    standard: str
    by: str


class PlanObject(Part):
    """A plan or picture that exists but was not received, such as an isodose figure."""

    what: str
    source: Provenance


class DvhPoint(Part):
    """A point of a DVH as printed: D95% = 42 Gy, V40Gy = 100 %."""

    structure: str
    metric: str = Field(pattern=r"^(D|V)[0-9.]+(%|cc|Gy)$|^(Dmax|Dmean|Dmin)$")
    comparator: Comparator = "="
    value: float = Field(ge=0)
    unit: Literal["Gy", "%", "cc"]
    source: Provenance | None = None


class IsodoseReading(Part):
    """What a person read off an isodose picture or plan report: how the cord lies to one line, at some levels.

    ``inside``: all of the cord there lies within the line and has at least its dose. ``outside``: none of it does, and
    it has at most that dose. A line that crosses the cord is neither.
    """

    gy: float = Field(gt=0, le=200, description="dose of the line, Gy of the whole course")
    cord: Literal["inside", "outside"]
    levels: LevelSpan | None = None
    source: Provenance | None = None


class Schedule(NamedTuple):
    """Total and fractions of a course, and which of them was computed from the dose per fraction ("" if none)."""

    total_gy: float
    fractions: int
    derived: str = ""

    def __str__(self) -> str:
        """Such as "50.4 Gy in 28"."""
        return f"{self.total_gy:g} Gy in {self.fractions}"


class Radiotherapy(Entry):
    """One course. Total dose is what was prescribed, never what the cord had.

    Total, fractions and dose per fraction are as printed, each may be unknown; `schedule` is what they come to.
    """

    lasts: ClassVar[bool] = True
    track: ClassVar[str] = "Radiotherapy"
    kind: Literal["radiotherapy"] = "radiotherapy"
    ordinal: int = Field(ge=1)
    status: Literal["delivered", "in progress", "proposed", "stopped"] = "delivered"
    intent: str = ""
    technique: tuple[Stated[str], ...] = ()
    modality: Literal["photon", "proton", "carbon", "electron", "not reported"] = "not reported"
    total_gy: float | None = Field(default=None, gt=0, le=200)
    fractions: int | None = Field(default=None, ge=1, le=200)
    dose_per_fraction_gy: float | None = Field(default=None, gt=0, le=200)
    prescribed_to: str = ""
    region: Literal["spine", "brain", "other", "not reported"] = "not reported"
    organ_as_printed: tuple[Stated[str], ...] = ()
    target: str = ""
    volumes: tuple[str, ...] = ()
    levels: LevelSpan | None = None
    dvh: tuple[DvhPoint, ...] = ()
    isodoses: tuple[IsodoseReading, ...] = ()
    files: DoseFiles | None = None
    registration_accepted: Acceptance | None = Field(
        default=None, description="who looked at the registration of this course onto the last one and accepts it"
    )
    structure_names: tuple[StructureName, ...] = Field(
        default=(), description="contours of the structure set under their TG-263 names, as a person confirmed them"
    )
    objects: tuple[PlanObject, ...] = ()
    statements: tuple[Stated[str], ...] = ()
    rationale: tuple[Stated[str], ...] = ()
    concurrent_systemic: EntryId | None = None

    @property
    def may_meet_the_spine(self) -> bool:
        """Not one of the brain alone: a field of the brain whose vertebrae are recorded lies over them."""
        return self.region != "brain" or self.levels is not None

    @property
    def schedule(self) -> Schedule | None:
        """Total and fractions, computed where two of the three are printed; None when the dose is not known.

        A total that is no whole number of printed fractions gives None: which of them is wrong is not ours to say.
        """
        total, number, each = self.total_gy, self.fractions, self.dose_per_fraction_gy
        if total is not None and number is not None:
            return Schedule(total, number)
        if total is not None and each is not None:
            count = total / each
            whole = count >= 1.0 - _WHOLE and abs(count - round(count)) < _WHOLE
            return Schedule(total, round(count), "fractions") if whole else None
        if number is not None and each is not None:
            return Schedule(number * each, number, "total")
        return None

    @property
    def adds_up(self) -> bool:
        """Whether fractions × dose per fraction is the total, within the digits printed."""
        total, number, stated = self.total_gy, self.fractions, self.dose_per_fraction_gy
        if total is None or stated is None:
            return True
        if number is None:
            return self.schedule is not None
        decimals = _ROUNDED_TO if round(stated, _ROUNDED_TO) == stated else _ROUNDED_TO + 1
        return abs(stated * number - total) <= 0.5 * 10.0**-decimals * number + 1e-9

    @property
    def gy_per_fraction(self) -> float | None:
        """Total over fractions, or as printed where only that is known."""
        schedule = self.schedule
        return self.dose_per_fraction_gy if schedule is None else schedule.total_gy / schedule.fractions

    @property
    def implied_days(self) -> tuple[float, float, str] | None:
        """Length of a course of one fraction a weekday, with at most a week of pauses."""
        schedule = self.schedule
        if schedule is None:
            return None
        shortest = (schedule.fractions - 1) + 2 * ((schedule.fractions - 1) // 5)
        longest = shortest + 2 + 7 if schedule.fractions > 1 else 0
        return float(shortest), float(longest), "one fraction a weekday, at most 7 days of pauses"

    @property
    def dose_words(self) -> str:
        """Total and fractions, or what is known of them."""
        if self.schedule is not None:
            return str(self.schedule)
        known = (
            f"{self.total_gy:g} Gy" if self.total_gy else "total not reported",
            f"{self.fractions} fractions" if self.fractions else "",
            f"{self.dose_per_fraction_gy:g} Gy per fraction" if self.dose_per_fraction_gy else "",
        )
        return ", ".join(k for k in known if k)

    @property
    def label(self) -> str:
        """Such as "RT 1: 50.4 Gy in 28"."""
        if self.assertion is not Assertion.PRESENT:
            return f"radiotherapy: {self.assertion}"
        return f"RT {self.ordinal}: {self.dose_words}"

    def before_its_end(self) -> Self:
        """In progress: what is prescribed is not given yet."""
        begun = super().before_its_end()
        return begun if self.status == "proposed" else begun.model_copy(update={"status": "in progress"})

    def references(self) -> tuple[str, ...]:
        """Adds the drug line given with it."""
        return super().references() + ((self.concurrent_systemic,) if self.concurrent_systemic else ())
