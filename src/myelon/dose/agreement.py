"""Do the files of a course belong together, and to its prescription? Compared before anything is judged.

A finding that refuses withholds every verdict of the sum; one that warns stands beside it. The bounds are Myelon's
conventions, stated here; they allow the hot spots of stereotactic treatment (a prescription to the 50 % line).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from myelon.dose.structure import Structure
    from myelon.dose.warp import Warp

Severity = Literal["refuse", "warn"]

HOTTEST_SHARE = 2.2
"""Greatest dose of a whole plan over its prescription: a prescription to the 50 % line, and a tenth more."""
COOLEST_SHARE = 0.85
"""A whole plan reaches at least this share of its prescription somewhere; else its grid is cropped."""
PART_SHARE = 0.7
"""Lower edge of "near": a grid of one fraction reaches 0.7 to 2.2 times the dose of a fraction."""
SAME_DOSE_SHARE = 0.02
"""Two prescriptions closer than this are the same."""
COARSEST_STEP_GY, COARSEST_STEP_SHARE = 0.1, 0.005
"""A stored integer may stand for so much dose, or so much of the prescription, before a warning."""
HIGHEST_WITHOUT_WORD_GY = 200.0
"""Above this a grid is likely in cGy (RADIOBIOLOGY §8.4)."""
LEAST_TWICE_DAILY, MOST_GY_TWICE_DAILY = 25, 1.6
"""So many fractions, so small: usually given twice a day."""
CENTRES_WARN_MM, CENTRES_REFUSE_MM = 4.0, 10.0
"""How far the middles of two contours of one name may lie apart after a registration."""
COMPARED = re.compile(r"^(SpinalCord|ThecalSac|SpinalCanal|VB_[A-Z0-9]+)$")
"""Contours that bear one name in several courses because they are one thing: cord, sac, canal, vertebrae."""


class FileFinding(NamedTuple):
    """Something about the files of a course that does not fit."""

    severity: Severity
    course: str
    """Entry id or label of the course."""
    text: str
    todo: str = ""
    shown: bool = False
    """Whether the sum may be shown all the same, unjudged: its numbers are those of the files, accepted by nobody."""
    stranger: str = ""
    """A patient ID that is asked about; shown only where a person answers."""

    def __str__(self) -> str:
        """What was found and what to do."""
        return f"{self.course}: {self.text}" + (f". {self.todo}" if self.todo else "")


class PatientFacts(NamedTuple):
    """Whom a file says that it is of. Never a name."""

    id: str = ""
    issuer: str = ""
    birth: str = ""
    """YYYYMMDD, or ""."""
    sex: str = ""

    @property
    def words(self) -> str:
        """What a person compares: born 1970-01-02, sex F."""
        born = (
            f"born {self.birth[:4]}-{self.birth[4:6]}-{self.birth[6:8]}" if len(self.birth) == 8 else "birth not said"
        )
        return f"{born}, sex {self.sex or 'not said'}"


class Named(NamedTuple):
    """A file of a course: what it is, its SOP Instance UID, whom it is of, and which others it names."""

    kind: str
    uid: str
    patient: PatientFacts
    plans: tuple[str, ...] = ()
    structures: tuple[str, ...] = ()


class Prescribed(NamedTuple):
    """What is known of how much a course gives: from the record (or by hand), and from its plan."""

    total_gy: float | None
    fractions: int | None
    plan_gy: float | None = None


# ── files of one course ─────────────────────────────────────────────────────────────────────────────────


def same_patient(course: str, files: Sequence[Named], *, but: str = "") -> Iterator[FileFinding]:
    """Files of one course are of one patient.

    Args:
        course: Its label.
        files: Its files.
        but: Why a person says that they are one patient all the same; the difference is then said only.
    """
    ids = {f.patient.id: f for f in files if f.patient.id}
    if len(ids) < 2:
        return
    said = "; ".join(f"{f.kind} {f.patient.words}" for f in ids.values())
    text = f"its files bear {len(ids)} patient IDs ({said})"
    if but:
        yield FileFinding("warn", course, f"{text}; taken as one patient: {but}")
    else:
        yield FileFinding("refuse", course, text, "Give the files of one patient, or say why they are one")


def named_files(course: str, files: Sequence[Named]) -> Iterator[FileFinding]:
    """A file that names a plan or a structure set names the one that is given."""
    given = {f.kind: f for f in files}
    for f in files:
        for kind, wanted in (("plan", f.plans), ("structure set", f.structures)):
            other = given.get(kind)
            if other is not None and other.uid and wanted and other.uid not in wanted:
                yield FileFinding(
                    "warn", course, f"its {f.kind} names another {kind} than the one given",
                    "Give the files of one plan, or have a physicist confirm that they belong together",
                )  # fmt: skip


def prescription(
    course: str, greatest_gy: float, known: Prescribed, *, whole: bool = True, proton_shares: bool = False
) -> Iterator[FileFinding]:
    """The greatest dose of a grid against what was prescribed, and both prescriptions against one another.

    Args:
        course: Its label.
        greatest_gy: Greatest dose of the grid, in the unit of the prescription.
        known: The prescription.
        whole: Whether the grid says that it is of a whole plan.
        proton_shares: Whether the narrower bounds of a proton plan hold.
    """
    stated = [d for d in (known.total_gy, known.plan_gy) if d]
    if not stated:
        yield FileFinding(
            "refuse", course, f"the greatest dose of its grid is {greatest_gy:.1f} Gy, and no prescription is known",
            "Give the total dose, or the RTPLAN",
        )  # fmt: skip
        return
    if len(stated) == 2 and abs(stated[0] - stated[1]) > SAME_DOSE_SHARE * max(stated):
        why = _times(stated[0] / stated[1], known.fractions)
        text = f"{stated[0]:g} Gy are recorded, the plan prescribes {stated[1]:g}"
        yield FileFinding(
            "refuse" if why else "warn", course, f"{text}{f': {why}' if why else ''}", "Correct the one that is wrong"
        )
    for total in dict.fromkeys(stated):
        share = greatest_gy / total
        said = f"the greatest dose of its grid is {greatest_gy:.1f} Gy, {share:.1%} of the prescribed {total:g} Gy"
        why = "" if COOLEST_SHARE <= share <= HOTTEST_SHARE else _times(share, known.fractions)
        if why:
            yield FileFinding("refuse", course, f"{said}: {why}", "Export the dose of the whole plan, in Gy")
            return
        if share > HOTTEST_SHARE or (proton_shares and share > 1.3):
            yield FileFinding("warn", course, f"{said}: more than a plan gives", "Have a physicist look at both")
        elif share < COOLEST_SHARE and whole:
            yield FileFinding(
                "warn", course, f"{said}: the grid is cropped, or not of the whole plan", "Export the whole grid"
            )


def _times(share: float, fractions: int | None) -> str:
    """What a share looks like, where it is far from 1."""
    n = fractions or 1

    def near(factor: float) -> bool:
        return PART_SHARE * factor <= share <= HOTTEST_SHARE * factor

    if n > 1 and near(1.0 / n) and share < COOLEST_SHARE:
        return f"the dose of one of {n} fractions?"
    if near(100.0):
        return "cGy taken as Gy?"
    if near(0.01):
        return "Gy divided by 100?"
    if n > 3 and near(float(n)) and share > HOTTEST_SHARE:
        return f"multiplied by the {n} fractions twice?"
    return ""


def stored_step(course: str, step_gy: float, known: Prescribed) -> Iterator[FileFinding]:
    """How much dose a stored integer stands for."""
    total = known.total_gy or known.plan_gy
    finest = min(COARSEST_STEP_GY, COARSEST_STEP_SHARE * total) if total else COARSEST_STEP_GY
    if step_gy > finest * (1 + 1e-9):
        yield FileFinding(
            "warn", course, f"its dose is stored in steps of {step_gy:.3g} Gy: a verdict may turn within a step",
            "Export it with a finer scaling",
        )  # fmt: skip


def twice_daily(course: str, fractions: int | None, gy_per_fraction: float | None) -> Iterator[FileFinding]:
    """Many small fractions are usually given twice a day, with incomplete repair between them."""
    if fractions and gy_per_fraction and fractions >= LEAST_TWICE_DAILY and gy_per_fraction <= MOST_GY_TWICE_DAILY:
        yield FileFinding(
            "warn", course,
            f"{fractions} fractions of {gy_per_fraction:.2g} Gy are usually given twice a day: with less than full "
            "repair between fractions the effect is higher than computed",
            "Ask how many hours lay between them: nothing here computes with that",
        )  # fmt: skip


# ── patients of a record ────────────────────────────────────────────────────────────────────────────────


def known_patient(courses: Mapping[str, Sequence[Named]], listed: Sequence[tuple[str, str]]) -> Iterator[FileFinding]:
    """Files against the patient IDs that the record lists; an ID that it does not list is a question.

    Args:
        courses: Course → its files.
        listed: IDs of the record with their issuer ("" where not said).
    """
    ids = {p for files in courses.values() for p in (f.patient for f in files) if p.id}
    strangers = {p for p in ids if not any(_same_id(p, known) for known in listed)} if listed else set()
    if not listed and len({p.id for p in ids}) > 1:
        strangers = ids
    for course, files in courses.items():
        found = {f.patient for f in files} & strangers
        for patient in sorted(found):
            why = "the record does not list it" if listed else "other courses bear another"
            yield FileFinding(
                "refuse", course, f"its files bear a patient ID ({patient.words}): {why}",
                "Say on the page Dose whether it is this patient", stranger=patient.id,
            )  # fmt: skip


def _same_id(patient: PatientFacts, known: tuple[str, str]) -> bool:
    value, issuer = known
    return patient.id == value and (not issuer or not patient.issuer or issuer == patient.issuer)


# ── contours of one name, after a registration ──────────────────────────────────────────────────────────


class Apart(NamedTuple):
    """How two contours of one name lie to one another."""

    name: str
    centres_mm: float | None
    """Median distance of their middles over the planes that both reach; None where they share none."""
    size_mm: float
    """Radius of a circle with the area of the first."""


def same_contours(
    course: str, here: Mapping[str, Structure], there: Mapping[str, Structure], warp: Warp
) -> Iterator[FileFinding]:
    """Contours of one name of two courses lie in one place once one of them is brought into the frame of the other.

    Args:
        course: The earlier course.
        here: Structures of the last course.
        there: Structures of the earlier one, in its own frame.
        warp: From the frame of the last course into that of the earlier one.
    """
    for name in sorted(n for n in here if n in there and COMPARED.match(n)):
        found = contours_apart(here[name], there[name], warp)
        if found.centres_mm is None:
            if not name.startswith("VB_"):
                yield FileFinding(
                    "warn", course, f"{name} of this course and of the last one reach no common level",
                    "Look at the registration: count the levels",
                )  # fmt: skip
            else:
                yield _apart(course, name, "lie in different places")
        elif found.centres_mm > max(CENTRES_REFUSE_MM, found.size_mm):
            yield _apart(course, name, f"lie {found.centres_mm:.0f} mm apart")
        elif found.centres_mm > CENTRES_WARN_MM:
            yield FileFinding(
                "warn", course, f"{name} of this course and of the last one lie {found.centres_mm:.0f} mm apart",
                "Look at the registration",
            )  # fmt: skip


def _apart(course: str, name: str, how: str) -> FileFinding:
    return FileFinding(
        "refuse", course, f"{name} of this course and of the last one {how}: the registration is doubted",
        "Register the images again, and look at the picture",
    )  # fmt: skip


def contours_apart(one: Structure, other: Structure, warp: Warp) -> Apart:
    """The middles of two structures, plane by plane along the first.

    Where a registration deforms, the middles of the first are brought to the second instead.
    """
    middles, size = _middles(one)
    if warp.offsets is None:
        back = np.linalg.inv(warp.after @ warp.before)
        others = _middles(other)[0] @ back[:3, :3].T + back[:3, 3]
        axes = one.axes
    else:
        middles = warp.apply(middles)
        middles = middles[np.isfinite(middles).all(axis=1)]
        others, axes = _middles(other)[0], other.axes
    if not len(middles):
        return Apart(one.name, None, size)
    a, b = middles @ axes.T, others @ axes.T
    b = b[np.argsort(b[:, 2], kind="stable")]
    shared = (a[:, 2] >= b[0, 2] - 1.5) & (a[:, 2] <= b[-1, 2] + 1.5)
    if not shared.any():
        return Apart(one.name, None, size)
    u, v = (np.interp(a[shared, 2], b[:, 2], b[:, n]) for n in (0, 1))
    return Apart(one.name, float(np.median(np.hypot(a[shared, 0] - u, a[shared, 1] - v))), size)


def _middles(structure: Structure) -> tuple[NDArray[np.float64], float]:
    """Middle of each plane in LPS mm, shape (n, 3), and the usual radius."""
    rows, areas = [], []
    for plane, polygons in zip(structure.planes_mm, structure.polygons, strict=True):
        widest = max(polygons, key=lambda p: float(np.ptp(p, axis=0).prod()))
        low, high = widest.min(axis=0), widest.max(axis=0)
        rows.append([*(0.5 * (low + high)), plane])
        areas.append(float((high - low).prod()))
    return np.asarray(np.array(rows) @ structure.axes), float(np.sqrt(np.median(areas) / np.pi))
