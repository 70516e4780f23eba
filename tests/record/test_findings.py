"""Every rule that looks for findings: a case that offends it, and the same case mended."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myelon.record.age import age_at
from myelon.record.case import case_from
from myelon.record.exposure import days_of_a_cycle, exposures
from myelon.record.findings import findings_of, gaps_of
from myelon.record.rules import RULES
from myelon.record.timeline import extend, solve

PHASE = {"id": "p", "kind": "phase", "phase": "initial"}


def case(*entries):
    rows = [{"id": f"e{n}", **e} for n, e in enumerate(entries)]
    head = {"schema": "myelon.case/1", "id": "c", "title": "t", "about": {"nature": "synthetic"}, "zero": "p"}
    first = [] if any(r["id"] == PHASE["id"] for r in rows) else [PHASE]
    return case_from(head | {"entries": [*first, *rows]})


def found(*entries):
    record = case(*entries)
    return findings_of(record, solve(record))


def course(**more):
    return {"id": "rt", "kind": "radiotherapy", "ordinal": 1, "region": "spine", "for_phase": "p", **more}


def line(*agents, **more):
    return {"id": "line", "kind": "systemic", "regimen": "x", "for_phase": "p", "agents": list(agents), **more}


def drug(name, value, unit):
    return {"drug": name, "dose": {"value": value, "unit": unit}}


def stated(*values):
    return [{"value": v, "source": {"source": "s", "facts": [str(n)]}} for n, v in enumerate(values)]


def lesion(feature, levels, **more):
    return {"lesion": "l", "feature": feature, "levels": levels, **more}


def stain(wording, marker, result):
    return {"wording": wording, "marker": marker, "result": result, "source": {"source": "s"}}


def report(*stains, **more):
    return {"id": "path", "kind": "pathology", "immunohistochemistry": list(stains), **more}


def evidence(**figure):
    return {
        "id": "ev",
        "kind": "evidence",
        "citation": "Author 2020",
        "claim": "c",
        "figures": [{"name": "f", "unit": "%", **figure}],
    }


def study(*lesions, **more):
    return {"id": "mri", "kind": "imaging", "modality": "MRI", "lesions": list(lesions), **more}


EXACT = {"kind": "exact", "earliest": "2020-01-01", "latest": "2020-01-01"}
LATER = {"kind": "exact", "earliest": "2021-01-01", "latest": "2021-01-01"}
STAGE = {
    "id": "stage",
    "kind": "staging",
    "instrument": "TNM",
    "version": "8th edition",
    "t": "T1a",
    "n": "N0",
    "m": "M1a",
}
EVENT = {"kind": "adverse_event", "during": "line", "system": "blood"}
COURSE_AFTER = {"kind": "relative", "anchor": "rt", "anchor_point": "unknown", "offset": {"n": 60, "unit": "day"}}


def count(what, value, **more):
    unit = more.pop("unit", "")
    return {"id": f"o-{what[:4]}", "kind": "observation", "what": what, "value": {"value": value, "unit": unit}, **more}


def person(**more):
    return {"id": "subject", "kind": "subject", "sex": "male", **more}


def born(day):
    return {"kind": "exact", "earliest": day, "latest": day}


PHASE_OF_2020 = {"id": "p", "kind": "phase", "phase": "initial", "when": EXACT}
OFFENCES = {
    "two entries about one patient": (
        "person:subject", "internal", [person(), person(id="again", sex="female")], [person(), person(id="again")],
    ),
    "an age that the birth date does not give": (
        "age:subject", "arithmetic",
        [person(age_at_index_years=45, birth=born("1970-06-01")), PHASE_OF_2020],
        [person(age_at_index_years=49, birth=born("1970-06-01")), PHASE_OF_2020],
    ),
    "an operation before the birth": (
        "before-birth:mri", "time",
        [person(birth=born("2020-06-01"), when=LATER), study(when=EXACT)],
        [person(birth=born("2019-06-01"), when=LATER), study(when=EXACT)],
    ),
    "a man's cancer of the ovary": (
        "sex:t", "internal", *(
            [person(), {"id": "t", "kind": "neoplasm", "role": "primary", "entity": entity}]
            for entity in ("Ovarian cancer", "Prostate cancer")),
    ),
    "a laboratory value in another unit": (
        "unit:o-plat", "unit", [count("platelets", 80000, unit="10^9/L")], [count("platelets", 80, unit="10^9/L")],
    ),
    "calcium in mg/dL": (
        "unit:o-calc", "unit", [count("calcium", 9.2, unit="mmol/L")], [count("calcium", 2.3, unit="mmol/L")],
    ),
    "albumin in g/dL": ("unit:o-albu", "unit", [count("albumin", 4.1, unit="g/L")], [count("albumin", 41, unit="g/L")]),
    "albumin, said to be in g/dL": ("unit:o-albu", "unit", [count("albumin", 4.1, unit="g/dL")], [count("albumin", 41, unit="g/L")]),
    "a performance with a unit": ("unit:o-KPS", "unit", [count("KPS", 80, unit="%")], [count("KPS", 80)]),
    "a performance between its steps": ("unit:o-KPS", "unit", [count("KPS", 8)], [count("KPS", 80)]),
    "a diameter in mm": (
        "unit:i:0", "unit",
        [{"id": "i", "kind": "imaging", "modality": "CT", "lesions": [lesion("mass", "T8", max_diameter_cm=32)]}],
        [{"id": "i", "kind": "imaging", "modality": "CT", "lesions": [lesion("mass", "T8", max_diameter_cm=3.2)]}],
    ),
    "no visceral metastasis beside one": (
        "count:o-visc", "internal",
        [count("visceral metastases", 0), {"id": "n", "kind": "neoplasm", "role": "secondary", "entity": "Liver metastases"}],
        [count("visceral metastases", 1), {"id": "n", "kind": "neoplasm", "role": "secondary", "entity": "Liver metastases"}],
    ),
    "one vertebra counted, four recorded": (
        "count:o-vert", "internal",
        [count("vertebral metastases", 1),
         {"id": "i", "kind": "imaging", "modality": "MRI", "lesions": [lesion("bone lesion", "T6–T9")]}],
        [count("vertebral metastases", 4),
         {"id": "i", "kind": "imaging", "modality": "MRI", "lesions": [lesion("bone lesion", "T6–T9")]}],
    ),
    "a total that is no product": (
        "schedule:rt", "arithmetic", [course(total_gy=50, fractions=20, dose_per_fraction_gy=2)],
        [course(total_gy=40, fractions=20, dose_per_fraction_gy=2)]),
    "a total that is no whole number of fractions": (
        "schedule:rt", "arithmetic", [course(total_gy=50, dose_per_fraction_gy=3)],
        [course(total_gy=51, dose_per_fraction_gy=3)]),
    "a fraction above the total": (
        "schedule:rt", "arithmetic", [course(total_gy=0.5, dose_per_fraction_gy=90)], [course(total_gy=90, dose_per_fraction_gy=90)]),
    "a unit the drug is not labelled in": (
        "unit:line:bevacizumab", "unit", [line(drug("bevacizumab", 15, "mg/m²"))], [line(drug("bevacizumab", 15, "mg/kg"))]),
    "a number no drug is given in": (
        "unit:line:ifosfamide", "unit", [line(drug("ifosfamide", 0.75, "mg/m²"))], [line(drug("ifosfamide", 750, "mg/m²"))]),
    "a treatment without a phase": (
        "phase:rt", "completeness", [course(for_phase=None)], [course()]),
    "a drug whose sum is watched": (
        "cumulative:doxorubicin", "arithmetic", [line(drug("doxorubicin", 50, "mg/m2"), cycles=2)],
        [line(drug("vincristine", 2, "mg"), cycles=2)]),
    "a negative beside an event": (
        "negative:none", "internal",
        [line({"drug": "x"}), EVENT | {"id": "none", "assertion": "absent", "term": "any"}, EVENT | {"id": "yes", "term": "Anemia", "grade": 3}],
        [line({"drug": "x"}), EVENT | {"id": "none", "assertion": "absent", "term": "any"}, EVENT | {"id": "yes", "system": "eye", "term": "Cataract"}]),
    "a word that is no CTCAE term": (
        "ctcae:yes", "terminology", [line({"drug": "x"}), EVENT | {"id": "yes", "term": "feeling odd", "criteria": "CTCAE 5.0"}],
        [line({"drug": "x"}), EVENT | {"id": "yes", "term": "Anemia", "criteria": "CTCAE 5.0"}]),
    "a marker that is both": (
        "marker:path:GFAP", "terminology", [report(stain("GFAP (+)", "GFAP", "positive"), stain("GFAP (-)", "GFAP", "negative"))],
        [report(stain("GFAP (+)", "GFAP", "positive"), stain("S-100 (-)", "S-100", "negative"))]),
    "markers that contradict the entity": (
        "entity:path", "internal", [report(stain("STAT6 (-)", "STAT6", "negative"), diagnosis="Solitary fibrous tumour")],
        [report(stain("STAT6 (+)", "STAT6", "positive"), diagnosis="Solitary fibrous tumour")]),
    "images and pathology that differ": (
        "triangle:t", "internal", *(
            [{"id": "t", "kind": "neoplasm", "role": "primary", "entity": "Chordoma", "compartment": ["vertebral"]},
             study(impression=impression), report(diagnosis="Chordoma")]
            for impression in ("Giant cell tumour of bone", "Chordoma"))),
    "a tumour that came out of a study": (
        "parent:t", "internal", *(
            [{"id": "p", "kind": "neoplasm", "role": "primary", "entity": "Breast cancer"}, study(),
             {"id": "t", "kind": "neoplasm", "role": "secondary", "entity": "Metastasis", "parent": parent}]
            for parent in ("mri", "p"))),
    "a tumour that came out of itself": (
        "parent:t", "internal", *(
            [{"id": "p", "kind": "neoplasm", "role": "primary", "entity": "Breast cancer"},
             {"id": "t", "kind": "neoplasm", "role": "secondary", "entity": "Metastasis", "parent": parent}]
            for parent in ("t", "p"))),
    "two tumours that came out of each other": (
        "parent:t", "internal", *(
            [{"id": "p", "kind": "neoplasm", "role": "primary", "entity": "Breast cancer", **back},
             {"id": "t", "kind": "neoplasm", "role": "secondary", "entity": "Metastasis", "parent": "p"}]
            for back in ({"parent": "t"}, {}))),
    "a grade without edition": (
        "edition:path", "completeness", [report(diagnosis="d", grade="4")], [report(diagnosis="d", grade="4", edition="WHO CNS 5")]),
    "spans of one lesion that differ": (
        "extent:mri:l", "terminology", [study(lesion("enhancement", "T2–T4"), lesion("oedema", "T1–T6"))],
        [study(lesion("enhancement", "T2–T4"), lesion("oedema", "T2–T4"))]),
    "vertebrae near the end of the cord": (
        "segment:mri:l", "terminology", [study(lesion("mass", "T12–L1", compartment="intramedullary"))],
        [study(lesion("mass", "T4–T5", compartment="intramedullary"))]),
    "an organ that does not lie there": (
        "organ:rt", "terminology", [course(levels="L3–L5", organ_as_printed=stated("spinal cord"))],
        [course(levels="T3–T5", organ_as_printed=stated("spinal cord"))]),
    "a caption against the text": (
        "technique:rt", "caption against text", [course(technique=stated("SBRT", "IMRT"))], [course(technique=stated("IMRT", "IMRT"))]),
    "an onset stated twice": (
        "onset:n1:n2", "internal",
        [{"id": n, "kind": "neurology", "text": n, "motor": [{"limb": "legs", "state": "weakness", "change": "new"}]} for n in ("n1", "n2")],
        [{"id": n, "kind": "neurology", "text": n, "motor": [{"limb": limb, "state": "weakness", "change": "new"}]} for n, limb in (("n1", "legs"), ("n2", "arms"))]),
    "a disturbance that is denied and described": (
        "sphincters:n1", "internal", [{"id": "n1", "kind": "neurology", "bladder": "retention", "sphincters": "absent"}],
        [{"id": "n1", "kind": "neurology", "bladder": "continent", "sphincters": "absent"}]),
    "a percent that is not n/N": (
        "percent:ev:0", "arithmetic", [evidence(value=52, numerator=5, denominator=10)], [evidence(value=50, numerator=5, denominator=10)]),
    "a percent no count gives": (
        "count:ev:0", "arithmetic", [evidence(value=52, denominator=10)], [evidence(value=50, denominator=10)]),
    "a stage that its TNM does not give": (
        "stage:stage", "internal", [STAGE | {"value": "IIIB"}], [STAGE | {"value": "IVA"}]),
    "spread after a dated stage": (
        "stage-dated:stage", "terminology",
        [STAGE | {"value": "IVA", "when": EXACT}, study(lesion("metastasis", "T4", change="new"), when=LATER)],
        [STAGE | {"value": "IVA", "when": LATER}, study(lesion("metastasis", "T4", change="new"), when=EXACT)]),
    "an anchor of unknown point": (
        "anchor:mri", "time", [course(), study(when=COURSE_AFTER)], [course(), study(when=COURSE_AFTER | {"anchor_point": "end"})]),
    "a printed interval against the dates": (
        "interval:said", "time", *(
            [course(when=EXACT), study(when=LATER),
             {"id": "said", "kind": "reported", "name": "gap", "value": {"value": days, "unit": "days"}, "between": ["rt", "mri"], "constrains": False}]
            for days in (300, 366))),
    "an order in a circle": (
        "order:a", "time", *(
            [{"id": "a", "kind": "support", "treatment": "a", "for_phase": "p", "when": {"kind": "ordinal", "after": ["b"]}},
             {"id": "b", "kind": "support", "treatment": "b", "for_phase": "p", "when": {"kind": "ordinal", back: ["a"]}}]
            for back in ("after", "before"))),
    "times that cannot all hold": (
        "time:rt", "time", *(
            [course(when=EXACT), study(when=LATER),
             {"id": "n", "kind": "support", "treatment": "n", "for_phase": "p", "when": {"kind": "ordinal", "after": [a], "before": [b]}}]
            for a, b in (("mri", "rt"), ("rt", "mri")))),
}  # fmt: skip


@pytest.mark.parametrize("name", OFFENCES)
def test_an_offence_is_found_and_its_mended_twin_is_not(name):
    key, kind, offending, mended = OFFENCES[name]
    seen = {f.key: f for f in found(*offending)}
    stem = key.rsplit(":", 1)[0] if kind == "time" and key.startswith(("time", "order")) else key
    (finding,) = [f for k, f in seen.items() if k == key or (stem != key and k.startswith(stem + ":"))]
    assert finding.kind == kind
    assert len(finding.statements) >= 2 or (finding.statements and finding.rule)
    assert [f.key for f in found(*mended) if f.key.startswith(stem)] == []


def test_a_rule_that_nothing_tests_would_be_seen():
    """Every rule of the list gives a finding for some offence here (the last one in the papers' cases)."""
    silent = {
        rule.__name__
        for rule in RULES
        if not any(list(rule(c, solve(c))) for c in (case(*o) for _, _, o, _ in OFFENCES.values()))
    }
    assert silent == {"switched_off_assumption_cannot_hold"}


def test_no_adverse_event_record_is_unknown_and_not_none():
    unknown = "adverse events unknown: none recorded, none denied"
    assert unknown in [g.what for g in gaps_of(case(line({"drug": "x"})))]
    denied = EVENT | {"id": "none", "assertion": "absent", "term": "any"}
    assert unknown not in [g.what for g in gaps_of(case(line({"drug": "x"}), denied))]
    not_reported = denied | {"assertion": "not reported"}
    assert unknown in [g.what for g in gaps_of(case(line({"drug": "x"}), not_reported))]


@pytest.mark.parametrize(("recorded", "ages"), [(49, (49, 49)), (45, None), (None, (49, 49))])
def test_an_age_that_the_birth_date_contradicts_is_open_everywhere(recorded, ages):
    offending = case(person(age_at_index_years=recorded, birth=born("1970-06-01")), PHASE_OF_2020)
    assert age_at(offending, solve(offending), "p.start") == ages


# ── cumulative doses ────────────────────────────────────────────────────────────────────────────────────


def total(*entries):
    (row,) = exposures(case(*entries))
    return row.total_words


def test_cycles_as_given_are_summed():
    agent = drug("doxorubicin", 50, "mg/m2")
    assert total(line(agent, cycles=4)) == "200 mg/m²"
    assert total(line(agent, cycles=4, given=[{"n": 2, "deviation": "omitted"}])) == "150 mg/m²"
    assert total(line(agent, cycles=4, given=[{"n": 2, "deviation": "reduced", "percent_given": 75}])) == "187.5 mg/m²"
    assert (
        total(
            line(agent, cycles=4, given=[{"n": 2, "deviation": "reduced", "drug": "vincristine", "percent_given": 50}])
        )
        == "200 mg/m²"
    )
    assert total(line(agent, cycles=4), line(agent, cycles=2) | {"id": "line-2"}) == "300 mg/m²"


def test_what_is_not_known_is_not_summed():
    agent = drug("doxorubicin", 50, "mg/m2")
    assert total(line(agent)) == "number of cycles not reported"
    assert total(line({"drug": "doxorubicin"}, cycles=4)) == "dose not reported"
    assert (
        total(line(agent, cycles=4, given=[{"n": 2, "deviation": "reduced"}])) == "cycle 2 reduced by an unknown share"
    )
    assert total(line(agent, cycles=4), line(agent) | {"id": "line-2"}) == "number of cycles not reported"
    assert total(line(agent | {"dose": agent["dose"] | {"plausibility": "out_of_range"}}, cycles=4)).startswith(
        "unit suspect"
    )


def test_a_dose_of_several_days_is_never_silently_one_sum():
    each = drug("carboplatin", 75, "mg/m²") | {"days": "days 1–3"}
    said = total(line(each, cycles=13))
    assert "975 mg/m² if the dose is for a whole cycle" in said
    assert "2925 mg/m² if it is for each day" in said
    assert total(line(each | {"dose_per": "day"}, cycles=13)) == "2925 mg/m²"
    assert total(line(each | {"dose_per": "cycle"}, cycles=13)) == "975 mg/m²"
    assert total(line(each | {"days": "day 1"}, cycles=13)) == "975 mg/m²"
    assert total(line(each | {"days": "d1, d8"}, cycles=2)).startswith("the days of a cycle cannot be counted")
    assert total(line(each | {"days": "daily"}, cycles=2)).startswith("the days of a cycle cannot be counted")


@pytest.mark.parametrize(
    ("words", "days"),
    [("", 1), ("day 1", 1), ("days 1-3", 3), ("day 1 to 5", 5), ("on days 1, 8 and 15", 3), ("d1-5, 8", 6),
     ("days 1–3, 8–10", 6), ("continuous", None), ("daily for 21 days", None), ("days 3-1", None)],
)  # fmt: skip
def test_days_of_a_cycle_are_counted_or_not_known(words, days):
    assert days_of_a_cycle(words) == days


def test_cycles_that_a_source_counts_in_all_give_the_sum_where_every_line_has_one_dose():
    told = {
        "id": "told",
        "kind": "reported",
        "name": "cycles of atezolizumab in all",
        "value": {"value": 16, "unit": "cycles"},
    }
    one, other = (line(drug("atezolizumab", mg, "mg")) | {"id": f"line-{mg}"} for mg in (1200, 840))
    assert total(one, told) == "19200 mg"
    assert total(one, other, told) == "number of cycles not reported"
    assert total(one, told | {"name": "cycles of nivolumab in all"}) == "number of cycles not reported"


def test_a_suspect_unit_is_summed_only_as_a_person_read_it():
    given_ = line(drug("bevacizumab", 15, "mg/m²"), cycles=3)
    assert total(given_).startswith("unit suspect")
    reading = {"id": "d", "kind": "discrepancy", "nature": "unit", "finding": "unit:line:bevacizumab"}
    assert total(given_, reading).startswith("unit suspect")
    resolved = reading | {"resolution": {"reading": "15 mg/kg", "by": "pharmacist", "reason": "the label"}}
    assert total(given_, resolved) == "45 mg/kg"
    assert [f.resolution.reading for f in found(given_, resolved) if f.kind == "unit"] == ["15 mg/kg"]


# ── adding one entry ────────────────────────────────────────────────────────────────────────────────────

MOMENTS = st.one_of(
    st.none(),
    st.dates().map(lambda d: {"kind": "exact", "earliest": str(d), "latest": str(d)}),
    st.builds(
        lambda a, n, more, p, d: {"kind": "relative", "anchor": a, "anchor_point": p, "direction": d,
                                  "offset": {"n": n, "n_max": n + more, "unit": "day"}},
        st.integers(0, 40), st.integers(0, 60), st.integers(0, 30), st.sampled_from(["start", "end", "unknown"]),
        st.sampled_from(["after", "before"]),
    ),
    st.builds(lambda a, side: {"kind": "ordinal", side: [a]}, st.integers(0, 40), st.sampled_from(["after", "before"])),
)  # fmt: skip


def placed(rows):
    """Entries each of whose anchors is an earlier one."""
    made = []
    for n, (kind, said) in enumerate(rows):
        when = dict(said) if said and (n or said["kind"] == "exact") else None
        for side in ("after", "before"):
            if when and side in when:
                when[side] = [f"e{when[side][0] % n}"]
        if when and "anchor" in when:
            when["anchor"] = f"e{when['anchor'] % n}"
        body = {
            "imaging": {"modality": "MRI"}, "radiotherapy": {"ordinal": 1, "total_gy": 30, "fractions": 10, "for_phase": "p"},
            "vital": {"status": "dead"}, "support": {"treatment": "t", "duration": {"n": 9, "unit": "day"}},
        }[kind]  # fmt: skip
        made.append({"kind": kind, **body} | ({"when": when} if when else {}))
    return made


@given(
    st.lists(
        st.tuples(st.sampled_from(["imaging", "imaging", "radiotherapy", "support", "vital"]), MOMENTS),
        min_size=2,
        max_size=9,
    )
)
@settings(max_examples=300, deadline=None)
def test_adding_one_entry_is_solving_anew(rows):
    entries = placed(rows)
    before, after = case(*entries[:-1]), case(*entries)
    grown, anew = extend(solve(before), after, after.entries[-1]), solve(after)
    assert grown.contradictions == anew.contradictions
    assert grown.windows.keys() == anew.windows.keys()
    for point, window in anew.windows.items():
        for one, other in zip(grown.windows[point], window, strict=True):
            assert (one is None) == (other is None), point
            assert one is None or abs(one - other) < 1e-6, point
