"""Response of measured lesions over time by RECIST 1.1: sums, nadir, the category of every time point, the best.

A lesion is followed by its name. Targets are those of the first study that names any; what is not measured later
makes the time point not evaluable, never smaller. Rules and limits: INSTRUMENTS.md, `recist_1_1`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from myelon.assess.new_lesions import Baseline, NewLesions, found_since, known_before, new_lesions
from myelon.assess.recist_table import overall, target_response
from myelon.assess.study_order import undecided
from myelon.record.base import Assertion
from myelon.record.kinds import Imaging, Radiotherapy, Response
from myelon.terms.tumours import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from myelon.record.case import Case
    from myelon.record.kinds.imaging import LesionObservation
    from myelon.record.timeline import Timeline, Window

MOST_TARGETS, MOST_PER_ORGAN = 5, 2
LEAST_MM, LEAST_NODE_MM, NORMAL_NODE_MM, SLICES = 10.0, 15.0, 10.0, 2.0
TOO_SMALL_MM = 5.0
"""Recorded where a lesion is there and too small to measure (memory, high)."""
NOBODY_SAID = "nobody said whether a lesion is new"
WEEK_DAYS = 7.0
"""Studies of different lesions that lie no further apart are one time point. Myelon's convention."""
CONFIRM_DAYS, STABLE_DAYS = 28.0, 42.0
"""Confirmation after four weeks; stable disease counts from six weeks on. The second is a protocol's value (memory)."""


class TimePoint(NamedTuple):
    """One study: the sum of its targets and what it comes to."""

    study: str
    since_baseline: Window
    sizes_mm: dict[str, float]
    """Target → diameter; a lesion that is gone is 0."""
    sum_mm: float | None
    """None where a target was not measured."""
    nadir_mm: float | None
    """Smallest sum before it, the baseline included."""
    target: str
    non_target: str
    new: tuple[str, ...]
    perhaps_new: tuple[str, ...]
    """Disease that the baseline does not name, and of which nobody said whether it is new: PD is still possible."""
    new_is_open: bool
    """Whether nobody said that no lesion is new, or disease is there that may be."""
    category: str
    """By the table of RECIST; where a new lesion is open, as if there were none."""
    steps: tuple[str, ...]

    @property
    def possible(self) -> tuple[str, ...]:
        """What it still can be."""
        return tuple(dict.fromkeys((self.category, "PD"))) if self.new_is_open else (self.category,)

    @property
    def overall(self) -> str:
        """The same in words: one category, or two."""
        return " or ".join(self.possible)

    def change_percent(self, baseline_mm: float) -> float | None:
        """Change of the sum from the baseline."""
        return None if self.sum_mm is None or baseline_mm == 0 else 100.0 * (self.sum_mm / baseline_mm - 1.0)


class ResponseSeries(NamedTuple):
    """The whole course."""

    baseline: str
    targets: tuple[str, ...]
    baseline_mm: dict[str, float]
    points: tuple[TimePoint, ...]
    """Studies after the baseline."""
    doubts: tuple[str, ...]
    """What speaks against the choice or the measuring, by the rules of RECIST."""
    open_order: tuple[tuple[str, str], ...]
    """Pairs of studies of which it is not decided which came later."""
    later: tuple[str, ...]
    """What the record says of the response after the last study of the series."""

    @property
    def sum_mm(self) -> float:
        """Sum at the baseline."""
        return sum(self.baseline_mm.values())

    def best(self, *, confirmed: bool) -> str:
        """Best overall response; with confirmation as a non-randomised trial of response asks it.

        Where a new lesion is open, every response that is still possible: "PR or SD"; "open" where it is not decided
        in which order the studies were made.
        """
        if self.open_order:
            return "open"
        without = [(p.category, p.since_baseline) for p in self.points]
        courses = [without]
        courses += [[*without[:n], ("PD", p.since_baseline)] for n, p in enumerate(self.points) if p.new_is_open]
        return " or ".join(dict.fromkeys(best_response(c, confirmed=confirmed) for c in courses))


def response_series(case: Case, timeline: Timeline) -> ResponseSeries | None:
    """The series of a case; None where no study says what is followed."""
    every = timeline.in_order(case.given(Imaging))
    studies = list(_by_day(timeline, every))
    stands_for = _standing_for(every, studies)
    roles = ({"target"}, {"non-target"})  # without a target the response is that of the other disease
    first = next((s for role in roles for s in studies if any(o.role in role for o in s.lesions)), None)
    if first is None:
        return None
    named = [o for o in first.lesions if o.role == "target" and _there(o)]
    unsized = tuple(o.lesion for o in named if not _size(o))
    sizes = {o.lesion: size for o in named if (size := _size(o))}
    nodes = {o.lesion for o in named if o.node}
    followed = {o.lesion for o in first.lesions if _is_non_target(o) and _there(o)}
    silent = tuple(known_before(case, timeline, first))
    seen = Baseline(frozenset(o.lesion for o in first.lesions), frozenset({*sizes, *unsized, *followed}))
    baseline = _Followed(sizes, unsized, nodes, followed, silent)
    order = _open_order(timeline, seen, first, studies)
    doubts = [
        *_of_choice(case, timeline, first, named),
        *(f"which came later, {a} or {b}, is not decided" for a, b in order),
    ]
    points: list[TimePoint] = []
    for study in studies[studies.index(first) + 1 :]:
        new = new_lesions(study, seen)
        if new.named or new.perhaps or any(o.role is not None or o.lesion in seen.followed for o in study.lesions):
            since = tuple(found_since(case, timeline, first, study))
            points.append(_point(timeline, first, study, baseline, points, new._replace(perhaps=new.perhaps + since)))
            if new.contradicted:
                doubts.append(f"{study.id}: says that no lesion is new, and names {', '.join(new.contradicted)}")
            late = [o.lesion for o in study.lesions if o.role == "target" and o.lesion not in sizes]
            doubts += [f"{study.id}: {name} is called a target after the baseline" for name in late]
            twice = [n for n, k in Counter(o.lesion for o in study.lesions if o.size is not None).items() if k > 1]
            doubts += [f"{study.id}: {name} is measured twice" for name in twice]
    doubts += _of_statements(case, timeline, points, stands_for)
    return ResponseSeries(
        first.id,
        tuple(sizes),
        sizes,
        tuple(points),
        tuple(doubts),
        order,
        tuple(_later(case, timeline, first, points, stands_for)),
    )


def _by_day(timeline: Timeline, studies: Sequence[Imaging]) -> Iterator[Imaging]:
    """Studies of one day, or of one week where they measure different lesions, as one time point.

    Such as CT of the chest and of the abdomen. No lesion is new then only where each of them says so.
    """
    held: Imaging | None = None
    for study in studies:
        gap = timeline.interval(f"{held.id}.start", f"{study.id}.start")[0] if held is not None else None
        if held is not None and gap is not None and _together(held, study, gap):
            named = {(o.lesion, o.feature) for o in held.lesions}
            further = tuple(o for o in study.lesions if (o.lesion, o.feature) not in named)
            said = {held.new_lesions, study.new_lesions}
            new = "yes" if "yes" in said else held.new_lesions if len(said) == 1 else None
            held = held.model_copy(update={"lesions": held.lesions + further, "new_lesions": new})
            continue
        if held is not None:
            yield held
        held = study
    if held is not None:
        yield held


def _standing_for(every: Sequence[Imaging], points: Sequence[Imaging]) -> dict[str, str]:
    """Each study → the one that its time point is called by."""
    called, found, held = {p.id for p in points}, {}, ""
    for study in every:
        held = study.id if study.id in called else held
        found[study.id] = held
    return found


def _together(one: Imaging, other: Imaging, gap: Window) -> bool:
    """Whether two studies are one time point."""
    if gap == (0.0, 0.0):
        return not _differ(one, other)
    soon = gap.earliest is not None and gap.earliest >= 0 and gap.latest is not None and gap.latest <= WEEK_DAYS
    here, there = ({o.lesion for o in s.lesions} for s in (one, other))
    return soon and bool(here) and bool(there) and not here & there


def _differ(one: Imaging, other: Imaging) -> bool:
    """Whether two studies measure a lesion differently."""
    here, there = (_measured(s) for s in (one, other))
    return any(_size(here[n]) != _size(there[n]) for n in here.keys() & there.keys())


def _there(lesion: LesionObservation) -> bool:
    return lesion.assertion is Assertion.PRESENT


def _size(lesion: LesionObservation) -> float | None:
    """Diameter in mm: 0 for a lesion that is gone, 5 for one too small to measure; None where it was not measured."""
    if lesion.change == "gone" or lesion.assertion is Assertion.ABSENT:
        return 0.0
    size = lesion.size
    value = size.mm if size is not None else None
    if size is None or value is None:
        return None
    if size.comparator in {"<", "≤"} and value <= TOO_SMALL_MM:
        return TOO_SMALL_MM
    return value if size.comparator in {"=", "~"} else None


class _Followed(NamedTuple):
    """What the baseline says is to be followed."""

    sizes_mm: dict[str, float]
    unsized: tuple[str, ...]
    """Targets that were not measured at the baseline: with one of them no sum is known."""
    nodes: set[str]
    others: set[str]
    silent: tuple[str, ...]
    """Disease of the record that the baseline does not name: it is non-target disease that nobody looks at."""


def _is_non_target(o: LesionObservation) -> bool:
    """Disease that is no target: as it is called, or a metastasis that nobody called a target."""
    return o.role == "non-target" or (o.role is None and o.feature == "metastasis")


def _measured(study: Imaging) -> dict[str, LesionObservation]:
    """The one row of each lesion that says how large it is: a size, a role or a mass; oedema beside it does not count.

    Two rows of one lesion that disagree leave it out.
    """
    found: dict[str, LesionObservation] = {}
    doubled = set()
    for o in study.lesions:
        if o.size is None and o.role is None and o.feature not in _BODIES:
            continue
        if o.lesion in found and _size(found[o.lesion]) != _size(o):
            doubled.add(o.lesion)
        found[o.lesion] = o
    return {name: o for name, o in found.items() if name not in doubled}


_BODIES = frozenset({"mass", "metastasis", "lymph node", "bone lesion", "residual", "effusion", "other"})


def _point(
    timeline: Timeline,
    first: Imaging,
    study: Imaging,
    followed: _Followed,
    before: Sequence[TimePoint],
    new: NewLesions,
) -> TimePoint:
    """One study against all that was before."""
    seen, baseline = _measured(study), followed.sizes_mm
    sizes = {n: s for n in baseline if n in seen and (s := _size(seen[n])) is not None}
    missing = [*(n for n in baseline if n not in sizes), *followed.unsized]
    total = None if missing or not baseline else sum(sizes.values())
    sums = [sum(baseline.values()), *(p.sum_mm for p in before if p.sum_mm is not None)]
    nadir, start = min(sums), sums[0]
    if total is None:
        target = "NE" if missing else "none"
        steps: tuple[str, ...] = (f"not measured: {', '.join(missing)}",) if missing else ()
    else:
        cleared_now = all(size < NORMAL_NODE_MM if n in followed.nodes else size == 0 for n, size in sizes.items())
        target = target_response(start, nadir, total, gone=cleared_now)
        change, least = (f"{100.0 * (total / x - 1.0):+.1f} %" if x else "–" for x in (start, nadir))
        steps = (
            f"sum {total:g} mm: {change} from {start:g}, {least} and {total - nadir:+g} mm from the nadir {nadir:g}",
        )
        cleared = {n for p in before if p.target == "CR" for n in p.sizes_mm if n not in followed.nodes}
        if back := [n for n in cleared if sizes[n] > 0]:
            target, steps = "PD", (*steps, f"after a complete response there again: {', '.join(sorted(back))}")
    non_target, why = _non_target(seen, followed.others)
    if followed.silent and non_target in {"none", "CR"}:
        non_target, why = "NE", f"the baseline does not name what was known: {', '.join(followed.silent)}"
    if any(p.overall == "CR" for p in before) and (again := _there_again(seen, followed.others)):
        non_target, why = "PD", f"after a complete response there again: {', '.join(again)}"
    gone = {n for n, o in seen.items() if _size(o) == 0.0}
    carried = [n for p in before for n in p.new if n not in gone]
    named = tuple(dict.fromkeys((*carried, *new.named)))
    perhaps = () if named else tuple(dict.fromkeys((*(n for p in before for n in p.perhaps_new), *new.perhaps)))
    perhaps = tuple(n for n in perhaps if n not in gone)
    is_open = not named and (bool(perhaps) or not new.none_said)
    since, _ = timeline.interval(f"{first.id}.start", f"{study.id}.start")
    steps += ((f"non-target: {why}",) if why else ()) + tuple(f"new since the baseline: {name}" for name in named)
    steps += tuple(f"perhaps new since the baseline, which does not name it: {name}" for name in perhaps)
    steps += (NOBODY_SAID,) if is_open and not perhaps else ()
    result = overall(target, non_target, new=bool(named))
    return TimePoint(study.id, since, sizes, total, nadir, target, non_target, named, perhaps, is_open, result, steps)


def _there_again(seen: dict[str, LesionObservation], followed: set[str]) -> list[str]:
    """Non-target disease that a study holds: new or larger, or of a size; a node below 10 mm is none."""
    return [
        name for name in sorted(followed & seen.keys())
        if _there(o := seen[name]) and o.change != "gone"
        and (o.change in {"new", "larger"} or (_size(o) or 0.0) >= (NORMAL_NODE_MM if o.node else TOO_SMALL_MM))
    ]  # fmt: skip


def _non_target(seen: dict[str, LesionObservation], followed: set[str]) -> tuple[str, str]:
    """Status of the non-target disease, and what it rests on."""
    if not followed:
        return "none", ""
    looked = [seen[name] for name in sorted(followed) if name in seen]
    if any(o.unequivocal_progression for o in looked):
        return "PD", "unequivocal progression, as it was judged"
    if len(looked) < len(followed):
        return "NE", "not all were looked at"
    sizes = [(o, _size(o)) for o in looked]
    if all(size is not None and (size < NORMAL_NODE_MM if o.node else size == 0.0) for o, size in sizes):
        return "CR", "all gone, nodes below 10 mm; tumour markers are not in the record"
    larger = [o.lesion for o in looked if o.change == "larger" and o.unequivocal_progression is None]
    if larger:
        return "NE", f"{', '.join(larger)} larger: whether that is unequivocal progression is for a person"
    return "non-CR/non-PD", "still there"


def _of_choice(case: Case, timeline: Timeline, first: Imaging, named: Sequence[LesionObservation]) -> Iterator[str]:
    """What speaks against the targets, by RECIST 1.1."""
    if len(named) > MOST_TARGETS:
        yield f"{len(named)} targets, at most {MOST_TARGETS}"
    for organ, count in Counter(o.site for o in named if o.site).items():
        if count > MOST_PER_ORGAN:
            yield f"{count} targets in {organ}, at most {MOST_PER_ORGAN}"
    least = max(LEAST_MM, SLICES * first.slice_mm if first.slice_mm and first.slice_mm > LEAST_MM / SLICES else 0.0)
    before = [
        c for c in case.given(Radiotherapy)
        if (gap := timeline.interval(f"{c.id}.start", f"{first.id}.start")[0]).earliest is not None and gap.earliest > 0
    ]  # fmt: skip
    for o in named:
        size, limit = _size(o), LEAST_NODE_MM if o.node else least
        if size is None:
            yield f"{o.lesion} has no size at the baseline: it is not in the sum"
        elif size < limit:
            yield f"{o.lesion}: {size:g} mm, measurable from {limit:g} mm{' (short axis of a node)' if o.node else ''}"
        if o.feature in {"bone lesion", "bone destruction"}:
            yield f"{o.lesion}: bone is measurable only by a soft-tissue part"
        if o.levels is not None and any(c.levels is not None and c.levels.overlap(o.levels) for c in before):
            yield f"{o.lesion}: irradiated before; measurable only if it progressed since"


def _of_statements(
    case: Case, timeline: Timeline, points: Sequence[TimePoint], stands_for: Mapping[str, str]
) -> Iterator[str]:
    """Responses by RECIST that the record holds, and that the sizes do not come to."""
    for response in case.given(Response):
        said = {response.category, *(s.value for s in response.statements)} & {"CR", "PR", "SD", "PD"}
        if not fold(response.criteria).startswith("recist") or not said:
            continue
        point = _point_of(response, timeline, points, stands_for)
        if point is not None and not said & {*point.possible}:
            yield (
                f"{response.id}: the record says {' or '.join(sorted(said))} by {response.criteria}; "
                f"the lesions of {point.study} come to {point.overall}"
            )


def _later(
    case: Case, timeline: Timeline, first: Imaging, points: Sequence[TimePoint], stands_for: Mapping[str, str]
) -> Iterator[str]:
    """Responses by RECIST, and metastases, that certainly came after the last study of the series."""
    if not points:
        return
    known = {p.study for p in points} | {first.id}
    for response in case.given(Response):
        said = {response.category, *(s.value for s in response.statements)} & {"CR", "PR", "SD", "PD"}
        at = stands_for.get(response.study or "", response.study or response.id)
        gap = timeline.interval(f"{points[-1].study}.start", f"{at}.start")[0].earliest
        least = 0.0 if response.study is not None else CONFIRM_DAYS
        if (
            said
            and fold(response.criteria).startswith("recist")
            and at not in known
            and gap is not None
            and gap > least
        ):
            words = " or ".join(sorted(said))
            yield f"{response.id}: the record says {words} after {points[-1].study}, the last study with sizes"
    sooner = set(found_since(case, timeline, first, case.by_id[points[-1].study]))
    for label in found_since(case, timeline, first, None):
        if label not in sooner:
            yield f"{label} was found after {points[-1].study}, the last study with sizes"


def _point_of(
    response: Response, timeline: Timeline, points: Sequence[TimePoint], stands_for: Mapping[str, str]
) -> TimePoint | None:
    """The study that a response rests on: the one it names, or the last one certainly not after it."""
    if response.study is not None:
        return next((p for p in points if p.study == stands_for.get(response.study, "")), None)
    gaps = [(p, timeline.interval(f"{p.study}.start", f"{response.id}.start")[0].earliest) for p in points]
    return next((p for p, gap in reversed(gaps) if gap is not None and gap >= 0), None)


def _open_order(
    timeline: Timeline, seen: Baseline, first: Imaging, studies: Sequence[Imaging]
) -> tuple[tuple[str, str], ...]:
    """Pairs of studies with lesions of the series whose order is not decided."""
    of_series = [
        s for s in studies
        if s is first or new_lesions(s, seen).named
        or any(o.role is not None or o.lesion in seen.followed for o in s.lesions)
    ]  # fmt: skip

    return tuple((a.id, b.id) for a, b in undecided(timeline, of_series, _differ))


def best_response(points: Sequence[tuple[str, Window]], *, confirmed: bool) -> str:
    """Best overall response of time points (category, days since the baseline), as far as RECIST 1.1 goes.

    Confirmation asks the same or a better category at least four weeks later; without it CR and PR count as stable
    disease, which itself counts only from six weeks after the baseline.

    >>> from myelon.record.timeline import Window
    >>> day = lambda n: Window(n, n)
    >>> best_response([("PR", day(60)), ("PR", day(120)), ("PD", day(180))], confirmed=True)
    'PR'
    >>> best_response([("PR", day(60)), ("PD", day(120))], confirmed=True)
    'SD'
    """
    best, order = "NE", ("NE", "PD", "non-CR/non-PD", "SD", "PR", "CR")
    until = next((n for n, (category, _) in enumerate(points) if category == "PD"), len(points))
    for n, (category, when) in enumerate(points[: until + 1]):
        found = category
        if confirmed and category in {"CR", "PR"}:
            later = [(c, w) for c, w in points[n + 1 : until] if _apart(when, w) >= CONFIRM_DAYS]
            holds = any(order.index(c) >= order.index(category) for c, _ in later)
            partly = category == "CR" and any(c == "PR" for c, _ in later)
            found = category if holds else "PR" if partly else "SD"
        if found == "SD" and (when.earliest is None or when.earliest < STABLE_DAYS):
            found = "PD" if until < len(points) else "NE"
        best = max(best, found, key=order.index)
    return best


def _apart(one: Window, other: Window) -> float:
    """Days that certainly lie between two times."""
    return -1.0 if one.latest is None or other.earliest is None else other.earliest - one.latest
