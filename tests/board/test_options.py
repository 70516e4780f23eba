"""Rules of the papers, three-valued; options with arguments that name the entries they rest on; evidence; likeness."""

import datetime as dt
import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myelon.assess import INSTRUMENTS
from myelon.board.differential import CANDIDATES, differential
from myelon.board.evidence_base import EVIDENCE
from myelon.board.facts import FACTS, PROGNOSIS, Situation, prognoses
from myelon.board.logic import All, Is, Known, Not, Some, facts_of, judge
from myelon.board.options import OPTIONS, SURVEILLANCE, deliberate
from myelon.board.packet import prepare
from myelon.board.review_items import REVIEW_ITEMS, TRAPS
from myelon.board.rules import RULES
from myelon.board.similar import FEATURES, Other, answers, as_text, from_text, similar
from myelon.demo.hospital import CASES, demo_case
from myelon.dose.limits import LIMITS
from myelon.errors import InputError
from myelon.record import kinds
from myelon.record.case import case_from
from myelon.record.kinds import Neurology
from myelon.record.timeline import as_of

DECIDING = re.compile(r"\b(should|must|recommend|best option|preferred|choose)\b", re.IGNORECASE)


def table(case_id, on=None):
    case = demo_case(case_id)
    return deliberate(Situation(prepare(as_of(case, on) if on else case)))


def option(found, key):
    return next(o for o in found.options if o.kind.key == key)


def rules(arguments):
    return {a.rule.id for a in arguments}


# ── logic ───────────────────────────────────────────────────────────────────────────────────────────────


def conditions(names):
    leaves = st.builds(Is, st.sampled_from(names))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.lists(inner, min_size=1, max_size=3).map(lambda x: All(*x)),
            st.lists(inner, min_size=1, max_size=3).map(lambda x: Some(*x)),
        ),
        max_leaves=8,
    )


@given(conditions(["a", "b", "c"]), st.fixed_dictionaries(dict.fromkeys("abc", st.sampled_from([True, False, None]))))
def test_an_unknown_answer_never_decides_what_its_two_completions_would_decide_differently(condition, values):
    def ask(name):
        return Known(values[name], name)

    found = judge(condition, ask).value
    if found is None:
        return
    open_now = [n for n, v in values.items() if v is None]
    for bits in range(2 ** len(open_now)):
        full = values | {n: bool(bits >> k & 1) for k, n in enumerate(open_now)}
        assert judge(condition, lambda name, full=full: Known(full[name], name)).value is found


def test_what_decides_is_named_and_nothing_else():
    known = {"a": Known(value=False, words="a"), "b": Known(value=None, words="b"), "c": Known(value=True, words="c")}
    assert judge(All(Is("a"), Is("b")), known.__getitem__).because == (known["a"],)
    assert judge(All(Is("c"), Is("b")), known.__getitem__).because == (known["b"],)
    assert judge(Some(Is("c"), Is("b")), known.__getitem__).because == (known["c"],)


# ── data ────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_rule_asks_known_facts_and_bears_upon_known_options():
    keys = {o.key for o in OPTIONS} | {SURVEILLANCE}
    assert len({r.id for r in RULES}) == len(RULES)
    for rule in RULES:
        assert facts_of(rule.when) <= set(FACTS), rule.id
        assert {key for key, _ in rule.bears} <= keys, rule.id
        assert rule.ids
        assert rule.level
    for row in EVIDENCE:
        assert facts_of(row.applies) <= set(FACTS), row.id
        assert set(row.options) <= keys, row.id
    for candidate in CANDIDATES:
        assert {s.fact for s in candidate.signs} <= set(FACTS)
    known = {i.id: {c.key for c in i.categories} for i in INSTRUMENTS}
    for key, sides in PROGNOSIS.items():
        assert set(sides) <= known[key]


def test_no_sentence_decides():
    words = [r.says for r in RULES] + [o.name for o in OPTIONS] + [e.claim for e in EVIDENCE]
    assert [w for w in words if DECIDING.search(w)] == []


def test_every_rule_of_the_cohort_paper_and_the_cases_is_held_or_named():
    held = {i for r in RULES for i in r.ids}
    assert {f"RL{n}" for n in range(1, 14)} <= held  # RL14 asks for more data, of no patient
    assert {"A95", "B83", "B84", "B85", "C81", "C82"} <= held


def named(place):
    """The thing that a place names; an error where there is none."""
    if place.kind == "instrument":
        return next(i for i in INSTRUMENTS if i.id == place.name)
    if place.kind == "rule":
        return next(r for r in RULES if r.id == place.name)
    if place.kind == "evidence":
        return next(e for e in EVIDENCE if e.id == place.name)
    if place.kind == "fact":
        return FACTS[place.name]
    if place.kind == "limit":
        return LIMITS[place.name]
    if place.kind == "case":
        assert place.name in CASES
        return demo_case(place.name)
    path, _, value = place.name.partition("=")
    model, field = path.split(".")
    found = getattr(kinds, model).model_fields[field]
    if value:
        allowed = str(found.annotation)
        assert value in allowed
    return found


@pytest.mark.parametrize("item", sorted(REVIEW_ITEMS | TRAPS))
def test_every_item_of_the_review_is_held_where_it_is_said(item):
    for place in (REVIEW_ITEMS | TRAPS)[item]:
        found = named(place)
        if place.kind in {"rule", "evidence"} and item.startswith("R"):
            assert item in found.ids, place
        if place.kind == "case":
            assert item in found.facts()


def test_the_review_has_73_items_and_15_traps():
    assert sorted(REVIEW_ITEMS) == [f"R{n:02}" for n in range(1, 74)]
    assert sorted(TRAPS, key=lambda t: int(t[2:])) == [f"XR{n}" for n in range(1, 16)]
    claimed = {i for r in RULES for i in r.ids if re.fullmatch(r"R\d\d", i)}
    assert claimed <= set(REVIEW_ITEMS)


# ── cases ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("case_id", CASES)
def test_every_argument_that_holds_names_entries_of_the_case(case_id):
    found = table(case_id)
    case = demo_case(case_id)
    assert found.options
    for o in found.options:
        for argument in (*o.speaks_for, *o.against, *o.goes_with):
            assert all(e in case.by_id for e in argument.entries)
            assert argument.entries or any("not recorded" not in k.words for k in argument.judged.because)
            assert all(k.words for k in argument.judged.because)
        for argument in o.open:
            assert argument.judged.value is None
        assert all(k.value is None for k in o.would_settle)
    for _, judged in found.silent:
        assert judged.because
    groups = [o.kind.group for o in found.options]
    assert groups == sorted(groups, key=["diagnosis", "surgery", "radiotherapy", "drugs", "care"].index)


def test_the_girl_of_paper_003_at_her_third_recurrence():
    found = table("paper-003")
    assert rules(option(found, "resection").against) == {"resect-not"}
    assert rules(option(found, "chemotherapy").speaks_for) == {"hpc-chemo"}
    assert all(a.from_this("paper-003") for a in option(found, "chemotherapy").speaks_for)
    limit = option(found, "conventional_rt").against[0]
    assert limit.entries == ("rt-1", "rt-2")
    assert "by prescription" in limit.judged.because[0].words
    assert "conus or cauda equina" in limit.judged.because[0].words
    again = option(found, "reirradiation")
    assert "assumed" in again.candidate.because[0].words  # the levels of the fields are not printed
    assert rules(again.against) == {"reirradiation-limit"}
    assert rules(option(found, "targeted").against) == {"hpc-targeted-cost"}
    assert {"grade-watch", "interval-watch", "entity-check"} <= rules(found.watch)
    assert {k.key for k, _ in found.silent} >= {"bkp", "pps", "iscm_resection", "denosumab", "cirt"}


def test_on_a_day_only_what_was_certain_then_counts():
    before = table("paper-003", dt.date(2016, 12, 31))
    assert "steroid-bridge" in rules(option(before, "steroid").speaks_for)
    assert rules(option(before, "resection").against) == {"resect-not"}


def test_paper_000_accepts_a_risk_only_where_the_deficit_is_complete():
    found = table("paper-000")
    again = option(found, "reirradiation")
    assert rules(again.against) == {"reirradiation-limit"}
    assert rules(again.speaks_for) == {"accepted-risk"}
    assert {"dmg-survival", "dmg-wolff"} <= {e.row.id for e in again.evidence}


def test_paper_001_has_the_rules_of_intramedullary_metastases():
    found = table("paper-001")
    assert "iscm-rt" in rules(option(found, "conventional_rt").speaks_for)
    assert "chemo-not-sensitive" in rules(option(found, "chemotherapy").against)
    evidence = option(found, "conventional_rt").evidence
    shares = {f.what: f for e in evidence for f in e.row.figures}
    interval = shares["objective response, radiotherapy alone"].interval
    assert (interval.percent, interval.lower, interval.upper) == pytest.approx((61.90, 38.44, 81.89), abs=0.01)


def test_the_figures_of_the_review_get_their_own_operation():
    four, five = table("paper-004-fig-4"), table("paper-004-fig-5")
    assert "sagittal" in rules(option(four, "sagittal").speaks_for)
    assert "vertebrectomy-not" in rules(option(four, "vertebrectomy").against)
    assert "posterior" in rules(option(five, "posterior").speaks_for)
    assert "chondrosarcoma" in rules(option(four, "conventional_rt").against)


def test_a_giant_cell_tumour_under_denosumab_has_an_exit_to_plan():
    found = table("paper-004-fig-7")
    assert "denosumab" in rules(option(found, "denosumab").speaks_for)
    eight = option(table("paper-004-fig-8"), "denosumab")
    assert "denosumab-driver" in rules(eight.goes_with)


def test_kyphoplasty_asks_what_the_figure_does_not_print():
    bkp = option(table("paper-004-fig-10"), "bkp")
    assert rules(bkp.open) == {"bkp", "bkp-paralysis", "bkp-not-eligible", "mst-pain"}
    assert rules(bkp.speaks_for) == {"bkp-wall-intact"}
    assert any("legs weak" in k.words for k in bkp.would_settle)
    assert {e.row.id for e in bkp.evidence} == {"cafe", "bkp-own"}
    assert any("134 randomised" in e.row.primary for e in bkp.evidence)


def test_classic_and_later_rules_stand_side_by_side():
    assert {r.version for r in RULES if r.version} == {
        "classic, as general practice", "MISt era, 2024", "Japan, December 2011",
    }  # fmt: skip


@pytest.mark.parametrize(("kps", "six_months"), [(50, None), (80, True)])
def test_scores_that_differ_leave_the_prognosis_open(kps, six_months):
    """Lung, one vertebra, nothing else: at KPS 50 Tokuhashi says six months or more (9), van der Linden 3 (A)."""
    measured = {"KPS": kps, "extraspinal bone metastases": 0, "vertebral metastases": 1, "visceral metastases": 0}
    rows = [
        {"id": f"o-{n}", "kind": "observation", "what": what, "value": {"value": value}}
        for n, (what, value) in enumerate(measured.items())
    ]
    intact = exam(1, "2021-01-01", scales=[{"name": "Frankel", "value": "E"}])
    rows.append(LESION | {"lesions": [{"feature": "mass", "epidural_grade": "0"}]})
    found = situation(*rows, intact, primary={"entity": "Lung cancer"}).ask("six months")
    assert found.value is six_months
    assert ("the scores differ" in found.words) == (six_months is None)


def test_an_unknown_fact_is_an_error():
    with pytest.raises(InputError, match="no fact"):
        Situation(prepare(demo_case("paper-000"))).ask("luck")


def test_the_differential_names_findings_for_and_against():
    weighed = {w.candidate.name: w for w in differential(Situation(prepare(demo_case("paper-000"))))}
    glioma = weighed["diffuse midline glioma, H3K27-altered"]
    assert {s.fact for s, _ in glioma.speaks_for} == {"K27M positive", "K27me3 lost", "intramedullary"}
    assert not glioma.against
    hpc = {w.candidate.name: w for w in differential(Situation(prepare(demo_case("paper-003"))))}
    assert {s.fact for s, _ in hpc["solitary fibrous tumour, haemangiopericytoma"].against} >= {"STAT6 negative"}


def test_cases_like_it_are_explained_and_unknown_is_left_out():
    cases = [demo_case(c) for c in CASES]
    rows = [Other(c.id, c.title, c.about.nature, from_text(as_text(answers(c)))) for c in cases]
    case = demo_case("paper-004-fig-4")
    found = similar(case, answers(case), rows)
    assert found[0].case_id == "paper-004-fig-3"  # the other chondrosarcoma
    assert all(r.case_id != case.id for r in found)
    for r in found:
        known = [(c.feature.weight, c.distance) for c in r.compared if c.distance is not None]
        assert r.distance == pytest.approx(sum(w * d for w, d in known) / sum(w for w, _ in known), abs=1e-12)
        assert r.shared == len(known) >= 3
        assert len(r.compared) == len(FEATURES)
    assert [r.distance for r in found] == sorted(r.distance for r in found)


def test_sides_are_those_of_the_type():
    from myelon.board.rules import Side

    assert {side for r in RULES for _, side in r.bears} <= set(get_args(Side))


# ── facts that were read wrongly once ───────────────────────────────────────────────────────────────────


def situation(*entries, tumour=None, primary=None):
    spine = {"id": "t", "kind": "neoplasm", "role": "secondary", "entity": "Spinal metastasis", "compartment": ["vertebral"],
             "levels": "L4", **(tumour or {})}  # fmt: skip
    parent = [{"id": "p", "kind": "neoplasm", "role": "primary", **primary}] if primary else []
    spine |= {"parent": "p"} if primary else {}
    head = {"schema": "myelon.case/1", "id": "c", "title": "T", "about": {"nature": "synthetic"}, "zero": "t"}
    return Situation(prepare(case_from(head | {"entries": [spine, *parent, *entries]})))


def exam(number, day, **more):
    when = {"kind": "exact", "earliest": day, "latest": day}
    return {"id": f"n-{number}", "kind": "neurology", "when": when, "text": "x", **more}


def legs(mrc=None, change=None, limb="legs", state=""):
    return {"limb": limb, "mrc": mrc, "change": change, "state": state}


@pytest.mark.parametrize(
    ("entity", "fact", "value"),
    [
        ("Non-small cell lung cancer", "drug-sensitive primary", False),
        ("Small cell lung cancer", "drug-sensitive primary", True),
        ("DLBCL", "lymphoma", True),
        ("Giant cell carcinoma of the lung", "giant cell tumour", None),
        ("Adrenal cortical carcinoma", "radioresistant primary", None),
        ("Renal cell carcinoma", "radioresistant primary", True),
        ("Breast cancer", "radiosensitive primary", True),
    ],
)
def test_a_primary_is_named_by_whole_words(entity, fact, value):
    assert situation(primary={"entity": entity}).ask(fact).value is value


def test_a_metastasis_without_a_recorded_primary_says_nothing_of_it():
    bare = situation()
    for fact in ("drug-sensitive primary", "lymphoma", "radioresistant primary"):
        assert bare.ask(fact).value is None
    assert bare.ask("primary known").value is False


def test_paralysis_is_read_off_the_legs():
    assert situation(exam(1, "2021-01-01", motor=[legs(0)])).ask("paralysed").value is True
    weak = situation(exam(1, "2021-01-01", motor=[legs(2)]))
    assert weak.ask("paralysed").value is False
    assert weak.ask("weak legs").value is True
    arm = situation(exam(1, "2021-01-01", motor=[legs(3, limb="left arm")]))
    assert arm.ask("paralysed").value is None
    assert arm.ask("weak legs").value is None
    assert situation(exam(1, "2021-01-01", motor=[legs(state="no paraplegia")])).ask("paralysed").value is None


def test_the_last_examination_of_the_legs_says_whether_paralysis_progresses():
    first = exam(1, "2021-01-01", motor=[legs(4)])
    assert situation(first, exam(2, "2021-02-01", motor=[legs(2)])).ask("progressive paralysis").value is True
    arm = exam(2, "2021-02-01", motor=[legs(2, limb="left arm")])
    assert situation(first, arm).ask("progressive paralysis").value is None
    better = exam(3, "2021-03-01", motor=[legs(change="resolved")])
    found = situation(first, exam(2, "2021-02-01", motor=[legs(2)]), better)
    assert found.ask("progressive paralysis").value is False


@pytest.mark.parametrize(
    ("earlier", "later", "worse"),
    [
        (("L2", 5), ("L5", 3), None), (("L2", 5), ("L2", 3), True), (("", 5), ("L5", 3), True), (("L5", 5), ("", 3), None),
        (("L2", 3), ("L5", 3), None), (("L2", 3), ("L2", 3), False), (("L2", 3), ("L2", 4), False),
    ],
)  # fmt: skip
def test_one_myotome_is_held_against_itself_and_the_whole_limb(earlier, later, worse):
    rows = [
        exam(n, f"2021-01-0{n}", motor=[{"limb": "legs", "myotome": myotome, "mrc": mrc}])
        for n, (myotome, mrc) in enumerate((earlier, later), 1)
    ]
    found = situation(*rows).ask("progressive paralysis")
    assert found.value is worse
    assert worse is not True or f"MRC {earlier[1]} → {later[1]}" in found.words


@pytest.mark.parametrize(
    ("fields", "decided"),
    [
        ({"bladder": "retention, catheter", "sphincters": "absent"}, True), ({"symptoms": ["urinary retention"]}, True),
        ({"bladder": "BPH"}, False), ({"bladder": "keine Inkontinenz"}, None), ({"sphincters": "absent"}, None),
    ],
)  # fmt: skip
def test_what_is_said_of_bladder_and_bowel_makes_it_urgent_open_or_not(fields, decided):
    seen = LESION | {"lesions": [{"feature": "mass", "levels": "T8", "epidural_grade": "3"}]}
    before = exam(1, "2021-03-01", motor=[{"limb": "legs", "mrc": 5}])
    legs = exam(2, "2021-03-02", motor=[{"limb": "legs", "mrc": 5}], **fields)
    urgent = deliberate(situation(seen, before, legs, tumour={"levels": "T8"})).urgent
    assert (None if urgent is None else urgent.decided) is decided


@pytest.mark.parametrize(
    ("first", "second", "worse"),
    [
        ({"ambulation": "walks independently"}, {"ambulation": "unable to walk"}, True),
        ({"ambulation": "walks with a cane"}, {"ambulation": "歩行不能"}, True),
        ({"ambulation": "unable to walk"}, {"ambulation": "bedridden"}, None),
        ({"paraplegia": "absent"}, {"paraplegia": "present"}, True), ({"paraplegia": "present"}, {"paraplegia": "present"}, None),
        ({"motor": [{"limb": "legs", "mrc": 4}]}, {"paraplegia": "present"}, True),
    ],
)  # fmt: skip
def test_lost_walking_and_lost_legs_are_progress(first, second, worse):
    found = situation(exam(1, "2021-01-01", **first), exam(2, "2021-01-05", **second)).ask("progressive paralysis")
    assert found.value is worse


@pytest.mark.parametrize(
    ("first", "second", "disturbed"),
    [
        ({"bladder": "retention"}, {"bowel": "normal"}, True), ({"bladder": "retention"}, {"bladder": "normal"}, False),
        ({"bladder": "retention"}, {"symptoms": ["no faecal incontinence"]}, True), ({"bladder": "normal"}, {"bowel": "incontinent"}, True),
        ({"sphincters": "present"}, {"bladder": "normal"}, True), ({"sphincters": "present"}, {"sphincters": "absent"}, False),
        ({"sphincters": "present"}, {"bladder": "normal", "bowel": "normal"}, False), ({"bladder": "normal"}, {"bladder": "BPH"}, None),
        ({"bladder": "normal"}, {"bowel": "normal"}, False),
    ],
)  # fmt: skip
def test_one_organ_says_nothing_of_the_other(first, second, disturbed):
    found = situation(exam(1, "2021-01-01", **first), exam(2, "2021-01-05", **second)).ask("sphincters disturbed")
    assert found.value is disturbed


def given_course(number, **more):
    day = {"kind": "exact", "earliest": f"202{number}-01-01", "latest": f"202{number}-01-01"}
    return {"id": f"rt-{number}", "kind": "radiotherapy", "ordinal": number, "total_gy": 50, "fractions": 25, "levels": "T8", "target": "T8",
            "region": "spine", "technique": [{"value": "AP/PA", "source": {"source": "003"}}], "when": day} | more  # fmt: skip


@pytest.mark.parametrize("more", [{"status": "proposed"}, {"status": "stopped"}, {"fractions": None}])
def test_what_is_exceeded_stays_so_whatever_a_further_course_adds(more):
    here = {"levels": "T8"}
    two = [given_course(1), given_course(2)]
    assert situation(*two, tumour=here).ask("limit exceeded").value is True
    third = given_course(3, total_gy=20, fractions=5) | more
    assert situation(*two, third, tumour=here).ask("limit exceeded").value is True
    one = given_course(1, total_gy=70, fractions=35)
    assert situation(one, third, tumour=here).ask("limit exceeded").value is True
    small = given_course(1, total_gy=8, fractions=1)
    assert situation(small, third, tumour=here).ask("limit exceeded").value is not True


def test_a_proposed_course_was_not_given():
    course = {"id": "rt-1", "kind": "radiotherapy", "ordinal": 1, "total_gy": 64, "fractions": 16, "modality": "carbon",
              "target": "L4", "levels": "L4", "status": "proposed"}  # fmt: skip
    found = situation(course)
    assert found.ask("carbon ions given").value is None  # nobody wrote that none were
    assert found.ask("irradiated").value is None


def test_courses_elsewhere_exceed_no_limit_here():
    rows = [
        {"id": f"rt-{n}", "kind": "radiotherapy", "ordinal": n, "total_gy": 50, "fractions": 25, "levels": "C4-C6",
         "target": "C5", "region": "spine", "technique": [{"value": "AP/PA", "source": {"source": "003"}}], "when": {"kind": "exact", "earliest": f"202{n}-01-01", "latest": f"202{n}-01-01"}}
        for n in (1, 2)
    ]  # fmt: skip
    assert situation(*rows).ask("limit exceeded").value is False
    here = situation(*rows, tumour={"levels": "C5"})
    assert here.ask("limit exceeded").value is True
    assert "spinal cord" in here.ask("limit exceeded").words


def test_what_is_gone_does_not_grow_and_a_hip_is_no_vertebra():
    def scan(number, day, **lesion):
        when = {"kind": "exact", "earliest": day, "latest": day}
        return {
            "id": f"m-{number}",
            "kind": "imaging",
            "modality": "MRI",
            "when": when,
            "lesions": [{"feature": "mass", **lesion}],
        }

    grown = scan(1, "2021-01-01", change="larger")
    assert situation(grown).ask("growth").value is True
    gone = scan(2, "2021-02-01", change="gone", assertion="absent")
    assert situation(grown, gone).ask("growth").value is False
    hip = {"id": "ae", "kind": "adverse_event", "term": "hip fracture"}
    assert situation(hip).ask("fracture").value is None


def test_a_person_answers_what_the_record_has_no_field_for():
    said = {
        "id": "o",
        "kind": "observation",
        "what": "oligometastatic",
        "value": {"value": 1, "unit": ""},
        "by": "Dr A",
    }
    found = situation(said).ask("oligometastatic")
    assert (found.value, found.entries) == (True, ("o",))
    assert "as Dr A said" in found.words


def test_a_day_after_the_death_or_no_date_is_refused():
    from myelon.assess import Patient
    from myelon.errors import InstrumentError

    death = {"id": "v", "kind": "vital", "status": "dead",
             "when": {"kind": "exact", "earliest": "2021-05-01", "latest": "2021-05-01"}}  # fmt: skip
    died = situation(exam(1, "2021-01-01"), death).case
    with pytest.raises(InstrumentError, match="is after the death"):
        Patient.at(died.model_copy(update={"zero": "n-1"}), "2099-01-01")
    with pytest.raises(InstrumentError, match="is no date"):
        Patient.at(demo_case("paper-003"), "soon")


def test_the_schedules_of_the_papers_stand_beside_their_verdicts():
    """24 Gy in 5 after both courses of paper 000; alone where nothing was given; nothing where no level is known."""
    from myelon.board.schedules import PRINTED, schedules

    rows = schedules(prepare(demo_case("paper-000")))
    assert [(r.total_gy, r.fractions) for r in rows] == [(p.total_gy, p.fractions) for p in PRINTED]
    again = next(r for r in rows if r.total_gy == 24)
    assert again.eqd2_gy == pytest.approx(88.68 + 40.80, abs=1e-6)
    assert again.basis == "sum with 2 before, by prescription"
    assert any(e.startswith("HyTEC 2021 sum") for e in again.exceeded)
    first = schedules(prepare(demo_case("paper-004-fig-3")))
    assert {r.basis for r in first} == {"first course here"}
    assert next(r for r in first if r.total_gy == 30).eqd2_gy == pytest.approx(37.5)
    both = {r.organ for r in schedules(prepare(demo_case("paper-003")))}
    assert both == {"conus", "cauda_equina"}
    assert schedules(prepare(demo_case("paper-004-fig-7"))) == ()


def test_every_prognostic_instrument_says_what_it_can_of_six_months():
    from myelon.board.facts import prognoses

    rows = {p.instrument: p for p in prognoses(Situation(prepare(demo_case("synthetic-1"))))}
    assert (rows["tokuhashi_2005"].six_months, rows["tokuhashi_2005"].result) == ("yes", "10 to 12")
    assert rows["osri_2013"].six_months == "states no limit of six months"
    assert rows["katagiri_2014"].six_months == "open"
    assert not prognoses(Situation(prepare(demo_case("paper-003"))))


# ── any patient: blood, round cells, silence, urgency ───────────────────────────────────────────────────

LESION = {
    "id": "mri",
    "kind": "imaging",
    "modality": "MRI",
    "when": {"kind": "exact", "earliest": "2021-03-01", "latest": "2021-03-01"},
}
BLOOD = (
    "Multiple myeloma",
    "Plasmacytoma",
    "Diffuse large B-cell lymphoma",
    "Follikuläres Lymphom",
    "Hodgkin lymphoma",
)
ROUND = ("Ewing sarcoma", "Neuroblastoma", "Rhabdomyosarcoma", "Mesenchymal chondrosarcoma")
RESISTANT = ("Chordoma", "Chondrosarcoma", "Leiomyosarcoma", "MPNST", "脊索腫")
OF_RESISTANT = {"resection-basic", "conventional-insufficient", "cirt-ss", "cirt-when", "chondrosarcoma"}


def primary_at_the_spine(entity, *entries, grade="3"):
    seen = LESION | {"lesions": [{"feature": "mass", "levels": "T8", "epidural_grade": grade}]}
    tumour = {"role": "primary", "entity": entity, "levels": "T8", "compartment": ["vertebral", "epidural"]}
    return situation(seen, *entries, tumour=tumour)


def fired(found):
    return {a.rule.id for o in found.options for a in (*o.speaks_for, *o.against)}


@pytest.mark.parametrize("entity", BLOOD + ROUND)
def test_blood_and_round_cell_tumours_get_no_argument_of_a_resistant_sarcoma(entity):
    found = deliberate(primary_at_the_spine(entity))
    assert not fired(found) & OF_RESISTANT
    assert not {a.rule.id for o in found.options for a in o.open} & OF_RESISTANT


@pytest.mark.parametrize("entity", RESISTANT)
def test_a_resistant_tumour_gets_them(entity):
    found = deliberate(primary_at_the_spine(entity))
    assert {"resection-basic", "conventional-insufficient", "cirt-ss"} <= fired(found)
    assert ("chondrosarcoma" in fired(found)) == (entity == "Chondrosarcoma")


@pytest.mark.parametrize("entity", ["spindle cell lesion", "Chordoma vs chondrosarcoma", "Sarcoma", "no lymphoma"])
def test_a_tumour_that_no_row_decides_leaves_every_argument_of_an_entity_open(entity):
    s = primary_at_the_spine(entity)
    found = deliberate(s)
    assert not fired(found) & {"resection-basic", "conventional-insufficient", "cirt-ss", "chondrosarcoma"}
    assert "resection-basic" in {a.rule.id for o in found.options for a in o.open}
    for fact in ("chondrosarcoma", "drug-sensitive sarcoma", "round cell tumour"):
        assert s.ask(fact).value is None


def test_nothing_is_called_not_for_this_patient_because_the_rules_do_not_know_it():
    for entity in (*BLOOD, *ROUND, *RESISTANT):
        found = deliberate(primary_at_the_spine(entity))
        keys = {o.kind.key for o in found.options} | {k.key for k, _ in found.silent}
        assert keys == {k.key for k in OPTIONS}
        assert not {o.kind.key for o in found.options} & {k.key for k, _ in found.silent}
        assert "not_for_this_patient" not in found.as_dict()


def test_a_biopsy_is_a_candidate_while_no_pathology_is_recorded():
    asked = next(k for k in OPTIONS if k.key == "biopsy").candidate
    bare = primary_at_the_spine("Chordoma")
    assert judge(asked, bare.ask).value is True
    report = {"id": "p-1", "kind": "pathology", "diagnosis": "chordoma"}
    assert judge(asked, primary_at_the_spine("Chordoma", report).ask).value is False


@pytest.mark.parametrize(
    ("levels", "grade", "exams", "urgent"),
    [
        ("T8", "3", [{"motor": [{"limb": "legs", "change": "worse"}]}], True),
        ("T8", "2", [{"bladder": "retention"}], True),
        ("L4", "3", [{"bowel": "incontinent"}], True),
        ("T8", "1c", [{"motor": [{"limb": "legs", "change": "worse"}]}], False),
        ("T8", "3", [{"motor": [{"limb": "legs", "mrc": 5}]}], None),
        ("T8", "3", [{"motor": [{"limb": "legs", "mrc": 5}], "bladder": "normal"}], False),
        ("T8", "3", [], None),
        ("C5", "3", [{"motor": [{"limb": "left arm", "change": "worse"}]}], True),
        (
            "T8",
            "3",
            [{"motor": [{"limb": "left leg", "change": "worse"}, {"limb": "right leg", "change": "unchanged"}]}],
            True,
        ),
    ],
)
def test_a_growing_deficit_with_compression_is_said_first_with_its_day(levels, grade, exams, urgent):
    seen = LESION | {"lesions": [{"feature": "mass", "levels": levels, "epidural_grade": grade}]}
    rows = [exam(n, "2021-03-02", **e) for n, e in enumerate(exams)]
    found = deliberate(situation(seen, *rows, tumour={"levels": levels}, primary={"entity": "Lung cancer"}))
    if urgent is False:
        assert found.urgent is None
        return
    assert found.urgent.decided == (urgent is True)
    assert "2021-03-01" in found.urgent.words
    assert ("2021-03-02" in found.urgent.words) or not exams or not urgent


@pytest.mark.parametrize(
    ("course", "newest", "against"),
    [
        ("2021-01-01", "2021-05-01", True),
        ("2021-01-01", "2021-06-20", True),
        ("2021-01-01", "2021-07-20", False),
        ("2021-01-01", "2023-01-01", False),
    ],
)
def test_a_course_within_six_months_of_the_last_speaks_against_another(course, newest, against):
    when = {"kind": "exact", "earliest": course, "latest": course}
    given = {"id": "rt-1", "kind": "radiotherapy", "ordinal": 1, "total_gy": 20, "fractions": 4, "levels": "T6-T10", "target": "T8",
             "region": "spine", "when": when, "until": when}  # fmt: skip
    found = deliberate(
        situation(given, exam(1, newest, motor=[legs(5)]), tumour={"levels": "T8"}, primary={"entity": "Lung cancer"})
    )
    assert ("reirradiation-interval" in rules(option(found, "reirradiation").against)) == against


@pytest.mark.parametrize(("levels", "offered"), [("S2-S4", False), ("S1", False), ("L5-S2", True), ("T8", True)])
def test_operations_on_a_vertebra_are_not_offered_at_the_sacrum(levels, offered):
    tumour = {"role": "primary", "entity": "Chordoma", "levels": levels, "compartment": ["vertebral"]}
    found = deliberate(situation(tumour=tumour))
    keys = {o.kind.key for o in found.options}
    assert bool(keys & {"vertebrectomy", "sagittal", "posterior"}) == offered
    assert "resection-basic" in rules(option(found, "resection").speaks_for)


def two(first, then, on="2021-03-03"):
    rows = [exam(1, "2021-03-01", **first), exam(2, on, **then)]
    return situation(*rows).ask("progressive paralysis").value


def test_paralysis_progresses_limb_by_limb_and_on_a_scale():
    def motor(left, right):
        return {"motor": [{"limb": "left leg", "mrc": left}, {"limb": "right leg", "mrc": right}]}

    assert two(motor(5, 2), motor(3, 2)) is True
    assert two(motor(3, 2), motor(3, 2)) is False
    assert two(motor(3, 2), motor(4, 2)) is False
    assert two({"scales": [{"name": "Frankel", "value": "E"}]}, {"scales": [{"name": "Frankel", "value": "C"}]}) is True
    assert (
        two({"scales": [{"name": "Frankel", "value": "C"}]}, {"scales": [{"name": "Frankel", "value": "D"}]})
        is not True
    )
    worse, same = [{"limb": "legs", "mrc": 2, "change": "worse"}], [{"limb": "legs", "mrc": 2, "change": "unchanged"}]
    assert two({"motor": worse}, {"motor": same}) is None  # a plateau of days
    assert two({"motor": worse}, {"motor": same}, on="2022-03-03") is False
    better = [{"limb": "legs", "mrc": 4, "change": "better"}]
    assert two({"motor": worse}, {"motor": better}) is False


def test_a_bladder_that_was_disturbed_long_before_is_no_emergency():
    seen = LESION | {"lesions": [{"feature": "mass", "levels": "T8", "epidural_grade": "3"}]}
    old = exam(1, "2014-01-01", bladder="incontinence")
    legs_normal = exam(2, "2021-03-02", motor=[{"limb": "legs", "mrc": 5}])
    found = deliberate(situation(seen, old, legs_normal, tumour={"levels": "T8"}))
    assert found.urgent is not None
    assert not found.urgent.decided


def test_a_score_outside_its_patients_is_named_and_decides_nothing():
    measured = {"KPS": 90, "visceral metastases": 0}
    rows = [
        {"id": f"o-{n}", "kind": "observation", "what": what, "value": {"value": value}}
        for n, (what, value) in enumerate(measured.items())
    ]
    free = LESION | {"lesions": [{"feature": "mass", "levels": "T8", "epidural_grade": "0"}]}
    inside = situation(free, *rows, tumour={"levels": "T8"}, primary={"entity": "Breast cancer"})
    assert inside.ask("six months").value is True
    seen = LESION | {"lesions": [{"feature": "mass", "levels": "T8", "epidural_grade": "3"}]}
    assert (
        "whether there is one is not recorded"
        in situation(*rows, primary={"entity": "Breast cancer"}).ask("six months").words
    )
    outside = situation(seen, *rows, tumour={"levels": "T8"}, primary={"entity": "Breast cancer"})
    said = outside.ask("six months")
    assert "excluded cord compression" in said.words
    van_der_linden = next(p for p in prognoses(outside) if p.instrument == "van_der_linden_2005")
    assert van_der_linden.six_months.startswith("decides nothing")
    without = "; ".join(w for w in said.words.split("; ") if "decides nothing" not in w)
    assert "van der Linden" not in without


@pytest.mark.parametrize(
    ("words", "disturbed"),
    [("no retention, continent", False), ("normal; no complaints", False), ("no retention and continent", False),
     ("n/a", None), ("N/A", None), ("no incontinence or retention", False), ("no retention or overflow dribbling", False),
     ("continent, retention", True), ("retention or incontinence", True), ("no retention, overflow", True), ("not examined, continent", False), ("not examined", None)],
)  # fmt: skip
def test_words_of_bladder_and_bowel_are_read_part_by_part(words, disturbed):
    assert Neurology(id="n", bladder=words).sphincters_disturbed is disturbed
