"""The variables a cohort is described and compared by: one visible list, each read from the record of a patient.

A number has a unit; a category its levels, in order; None is not known and is counted as missing, never as "no".
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from myelon.cohort.coded import Coded
from myelon.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from myelon.cohort.patient import CohortPatient

Value = float | str | bool | tuple[str, ...] | None


class Variable(NamedTuple):
    """Something a patient has, by its name in queries, recipes and tables.

    ``several``: a category of which one patient may have more than one.
    """

    name: str
    title: str
    read: Callable[[CohortPatient], Value]
    kind: Literal["number", "category"] = "category"
    levels: tuple[str, ...] = ()
    unit: str = ""
    several: bool = False
    facts: str = ""


@dataclass(frozen=True, eq=False)
class Column:
    """A variable of every patient of a cohort, in one order."""

    variable: Variable
    coded: Coded

    @classmethod
    def of(cls, found: Variable, values: Iterable[Value]) -> Column:
        """From a list of values."""
        return cls(found, Coded.of(values))

    def __len__(self) -> int:
        """Number of patients."""
        return len(self.coded)

    def __getitem__(self, rows: NDArray[Any]) -> Column:
        """Some of the patients."""
        return Column(self.variable, self.coded[rows])

    @property
    def levels(self) -> tuple[str, ...]:
        """Categories in order: as declared, then any other that occurs."""
        seen = {level for value in self.coded.used for level in _levels(value)}
        declared = tuple(level for level in self.variable.levels if level in seen)
        return declared + tuple(sorted(seen - set(declared)))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Who has a value, shape (n,)."""
        return self.coded.each(lambda v: v is not None, bool)

    def has(self, level: str) -> NDArray[np.bool_]:
        """Who is of a level, shape (n,); nobody of whom it is not known."""
        return self.coded.each(lambda v: level in _levels(v), bool)

    def group(self, levels: Sequence[str]) -> NDArray[np.intp]:
        """Which of some levels each is of, shape (n,); -1 where it is none, several, or not known."""
        at = {level: k for k, level in enumerate(levels)}
        return self.coded.each(lambda v: -1 if (word := _word(v)) is None else at.get(word, -1), np.intp)

    @property
    def words(self) -> list[str | None]:
        """Each value as a word, for grouping; None where it is not known or there are several."""
        return list(self.coded.each(_word, object))

    @property
    def numbers(self) -> NDArray[np.float64]:
        """Each value as a number, shape (n,); not a number where it is not known."""
        return self.coded.each(lambda v: float(v) if isinstance(v, int | float) else nan, np.float64)


def _word(value: Value) -> str | None:
    """A value as one word."""
    found = _levels(value)
    return found[0] if len(found) == 1 else None


def _levels(value: Value) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, tuple):
        return value
    return ("yes" if value else "no",) if isinstance(value, bool) else (str(value),)


def _given(patient: CohortPatient, *, given: bool) -> bool | None:
    """Whether a treatment was given; not known where nothing is recorded of any."""
    return given if patient.metastasis and patient.treatment_status != "unknown" else None


_YES_NO = ("yes", "no")
VARIABLES: tuple[Variable, ...] = (
    Variable("sex", "Sex", lambda p: p.sex, levels=("male", "female"), facts="L05"),
    Variable("age_years", "Age", lambda p: p.age_years, "number", unit="years", facts="L06"),
    Variable("age_group", "Age group", lambda p: p.age_group, levels=("≤55", ">55"), facts="L07"),
    Variable("primary_site", "Primary", lambda p: p.primary_site, facts="L08"),
    Variable("primary_histology", "Subtype of the primary", lambda p: p.primary_histology, facts="L09"),
    Variable("entity", "Tumour", lambda p: p.case.neoplasm.entity if p.case.neoplasm else None),
    Variable("pathology", "Proven by pathology", lambda p: p.pathology, levels=_YES_NO, facts="L11"),
    Variable(
        "interval_months",
        "From primary to metastasis",
        lambda p: p.interval_months,
        "number",
        unit="months",
        facts="L12",
    ),
    Variable("first_sign", "First sign of the cancer", lambda p: p.first_sign, levels=_YES_NO, facts="L13"),
    Variable(
        "ecog",
        "ECOG performance status",
        lambda p: None if p.ecog is None else str(p.ecog),
        levels=tuple("01234"),
        facts="L14",
    ),
    Variable("ecog_group", "ECOG group", lambda p: p.ecog_group, levels=("0–2", "3–4"), facts="L15"),
    Variable("paraplegia", "Complete paraplegia", lambda p: p.paraplegia, levels=_YES_NO, facts="L16"),
    Variable(
        "days_to_paraplegia",
        "Interval to paraplegia",
        lambda p: p.days_to_paraplegia,
        "number",
        unit="days",
        facts="L17",
    ),
    Variable(
        "primary_control",
        "Control of the primary",
        lambda p: p.primary_control,
        levels=("PD", "SD", "PR", "CR", "complete resection"),
        facts="L18, L19",
    ),
    Variable(
        "regions",
        "Involved regions of the cord",
        lambda p: p.regions or None,
        levels=("cervical", "thoracic", "lumbar", "conus medullaris"),
        several=True,
        facts="L20",
    ),
    Variable("region_count", "Number of regions", lambda p: str(len(p.regions)) if p.regions else None, facts="L21"),
    Variable("region_group", "Regions, grouped", lambda p: p.region_group, levels=("1", "2–4"), facts="L22"),
    Variable(
        "other_metastases",
        "Other metastases",
        lambda p: bool(p.sites) if p.metastasis else None,
        levels=_YES_NO,
        facts="L24",
    ),
    Variable("sites", "Organs with metastases", lambda p: p.sites if p.metastasis else None, several=True, facts="L25"),
    Variable(
        "site_count", "Number of other organs", lambda p: str(len(p.sites)) if p.metastasis else None, facts="L26"
    ),
    Variable("site_group", "Other organs, grouped", lambda p: p.site_group, levels=("1", "2–4"), facts="L27"),
    Variable(
        "treatment_status",
        "Treatment",
        lambda p: p.treatment_status if p.metastasis else None,
        levels=("treated", "refused", "unknown"),
        facts="L28",
    ),
    Variable(
        "treated",
        "Treated",
        lambda p: {"treated": True, "refused": False}.get(p.treatment_status),
        levels=_YES_NO,
        facts="L46",
    ),
    Variable("surgery", "Surgery", lambda p: _given(p, given=p.surgery), levels=_YES_NO, facts="L29"),
    Variable("radiotherapy", "Radiotherapy", lambda p: _given(p, given=p.radiotherapy), levels=_YES_NO, facts="L30"),
    Variable("chemotherapy", "Chemotherapy", lambda p: _given(p, given=p.chemotherapy), levels=_YES_NO, facts="L34"),
    Variable("targeted", "Targeted therapy", lambda p: _given(p, given=p.targeted), levels=_YES_NO, facts="L35"),
    Variable("combination", "Radiotherapy combined with", lambda p: p.combination or None, facts="L39"),
    Variable(
        "symptom_response",
        "Response of symptoms",
        lambda p: p.symptom_response,
        levels=("complete remission", "improved", "unchanged", "deteriorated"),
        facts="L40",
    ),
    Variable(
        "symptom_orr",
        "Symptom ORR (complete remission or improved)",
        lambda p: None if p.symptom_response is None else p.symptom_response in {"complete remission", "improved"},
        levels=_YES_NO,
        facts="L41",
    ),
    Variable(
        "symptom_lcr",
        "Symptom LCR (not deteriorated)",
        lambda p: None if p.symptom_response is None else p.symptom_response != "deteriorated",
        levels=_YES_NO,
        facts="L42",
    ),
    Variable("vital_status", "Vital status", lambda p: p.vital_status, levels=("dead", "alive", "lost"), facts="L43"),
)
BY_NAME = {v.name: v for v in VARIABLES}


def variable(name: str) -> Variable:
    """A variable by its name.

    Raises:
        TableError: There is none of that name.
    """
    if name not in BY_NAME:
        raise TableError(f"no variable {name!r}", todo="Variables are: " + ", ".join(sorted(BY_NAME)))
    return BY_NAME[name]


def column(name: str, patients: Sequence[CohortPatient]) -> Column:
    """A variable of every patient."""
    found = variable(name)
    return Column.of(found, (found.read(p) for p in patients))
