"""Paper 002: every fact has a home, every contradiction a finding, every derived value is computed."""

import datetime as dt
from collections import Counter

import pytest

from myelon.cohort.patient import CohortPatient
from myelon.cohort.proportion import fisher_p, proportion
from myelon.cohort.published import counts_of_percent, least_deaths, recovered_logrank, sums_of_mean
from myelon.demo.cohort_002 import synthetic_cohort
from myelon.demo.hospital import publication
from myelon.dose.bed import bed, eqd2
from myelon.record.findings import findings_of
from myelon.record.kinds import Observation
from myelon.record.when import DAYS_PER
from reference_data import tables

CHECKLIST = [content for _, content in tables("lv_checklist.json")]
FACTS = sorted({f["id"] for t in CHECKLIST for f in t["facts"]}, key=lambda i: int(i[1:]))
FINDINGS = sorted({d["id"] for t in CHECKLIST for d in t["discrepancies"]}, key=lambda i: int(i[2:]))
RULES = sorted({r["id"] for t in CHECKLIST for r in t["rules"]}, key=lambda i: int(i[2:]))
PAPER = publication("paper-002")
PATIENTS = [CohortPatient(c) for c in synthetic_cohort()]

# L01 to L48: the variable it is, the values it may take, and for how many of the 61 it is known.
VARIABLES = {
    "L01": ("institution", None, 61), "L02": ("metastasis", None, 61), "L03": ("diagnosed", None, 61),
    "L04": ("seen_on_mri", {True}, 61), "L05": ("sex", {"male", "female"}, 61), "L06": ("age_years", range(35, 79), 61),
    "L07": ("age_group", {"≤55", ">55"}, 61),
    "L08": ("primary_site", {"lung", "breast", "prostate", "liver", "lymphoid tissue", "colon", "rectum", "ovary",
                             "endometrium"}, 61),
    "L09": ("primary_histology", None, 41), "L10": ("seen_on_mri", {True}, 61), "L11": ("pathology", {True, False}, 61),
    "L12": ("interval_months", None, 61), "L13": ("first_sign", {True, False}, 61), "L14": ("ecog", range(5), 61),
    "L15": ("ecog_group", {"0–2", "3–4"}, 61), "L16": ("paraplegia", {True, False}, 60),
    "L17": ("days_to_paraplegia", None, 26), "L18": ("primary_control", {"PD", "SD", "PR", "complete resection"}, 58),
    "L19": ("primary_control", {"PD", "SD", "PR", "complete resection"}, 58), "L20": ("regions", None, 61),
    "L21": ("regions", None, 61), "L22": ("region_group", {"1", "2–4"}, 61), "L23": ("whole_cord", {True, False}, 61),
    "L24": ("sites", None, 61), "L25": ("sites", None, 61), "L26": ("site_group", {"1", "2–4"}, 58),
    "L27": ("site_group", {"1", "2–4"}, 58), "L28": ("treatment_status", {"treated", "refused", "unknown"}, 61),
    "L29": ("surgery", {True, False}, 61), "L30": ("radiotherapy", {True, False}, 61), "L31": ("course", None, 39),
    "L32": ("course", None, 39), "L33": ("course", None, 39), "L34": ("chemotherapy", {True, False}, 61),
    "L35": ("targeted", {True, False}, 61), "L36": ("alk_rearranged", {True}, 1), "L37": ("intrathecal", {True, False}, 61),
    "L38": ("nerve_block", {True, False}, 61), "L39": ("combination", None, 61),
    "L40": ("symptom_response", {"complete remission", "improved", "unchanged", "deteriorated"}, 37),
    "L41": ("symptom_response", None, 37), "L42": ("symptom_response", None, 37),
    "L43": ("vital_status", {"dead", "alive", "lost"}, 61), "L44": ("survival_months", None, 61),
    "L45": ("survival_months", None, 61), "L46": ("treatment_status", {"treated", "refused", "unknown"}, 61),
    "L47": ("approval", None, 61), "L48": ("consent", {"waived"}, 61),
}  # fmt: skip

# Printed counts: what is counted in the 61 records.
COUNTS = {
    "L55": lambda p: p.sex == "male", "L56": lambda p: p.sex == "female",
    **{f"L{60 + i}": (lambda p, h=h: p.primary_histology == h) for i, h in enumerate((
        "small cell carcinoma", "adenocarcinoma", "squamous cell carcinoma", "large cell carcinoma",
        "poorly differentiated adenocarcinoma with neuroendocrine carcinoma", "non-small cell carcinoma",
        "not specified"), 1)},
    "L60": lambda p: p.primary_site == "lung",
    **{f"L{68 + i}": (lambda p, s=s: p.primary_site == s) for i, s in enumerate((
        "breast", "prostate", "liver", "lymphoid tissue", "colon", "rectum", "ovary", "endometrium"))},
    "L76": lambda p: p.seen_on_mri, "L77": lambda p: p.pathology, "L78": lambda p: not p.pathology,
    "L79": lambda p: p.first_sign,
    **{f"L{82 + g}": (lambda p, g=g: p.ecog == g) for g in range(5)}, "L87": lambda p: p.ecog_group == "3–4",
    "L88": lambda p: p.paraplegia is True, "L89": lambda p: p.paraplegia is False,
    **{f"L{91 + i}": (lambda p, c=c: p.primary_control == c) for i, c in enumerate((
        "PD", "SD", "PR", "complete resection"))},
    **{f"L{95 + i}": (lambda p, r=r: r in p.regions) for i, r in enumerate((
        "cervical", "thoracic", "lumbar", "conus medullaris"))},
    **{f"L{98 + n}": (lambda p, n=n: len(p.regions) == n) for n in range(1, 5)},
    "L103": lambda p: p.region_group == "2–4", "L104": lambda p: bool(p.sites),
    **{f"L{105 + i}": (lambda p, s=s: s in p.sites) for i, s in enumerate((
        "lung", "liver", "bone", "brain", "leptomeninges", "adrenal gland", "kidney", "spleen", "marrow", "muscle",
        "non-regional lymph node"))},
    **{f"L{115 + n}": (lambda p, n=n: len(p.sites) == n) for n in range(1, 5)},
    "L120": lambda p: p.site_group == "2–4",
    "L124": lambda p: p.surgery, "L126": lambda p: p.radiotherapy, "L128": lambda p: p.chemotherapy,
    "L130": lambda p: p.targeted,
    "L125": lambda p: treated(p) and not p.surgery, "L127": lambda p: treated(p) and not p.radiotherapy,
    "L129": lambda p: treated(p) and not p.chemotherapy, "L131": lambda p: treated(p) and not p.targeted,
    "L139": lambda p: alone(p) and p.symptom_response in ORR, "L140": lambda p: alone(p) and p.symptom_response in LCR,
    "L142": lambda p: not alone(p) and p.symptom_response in ORR,
    "L143": lambda p: not alone(p) and p.symptom_response in LCR,
}  # fmt: skip
# Counts printed without a percent: value of the figure.
PLAIN = {
    "L53": lambda p: p.metastasis, "L54": lambda p: p.vital_status == "lost",
    "L121": lambda p: p.treatment_status == "refused", "L122": lambda p: p.treatment_status == "unknown",
    "L123": lambda p: treated(p),  # noqa: PLW0108  # defined below
     "L132": lambda p: evaluated(p) and p.course.fractions == 1,
    "L133": lambda p: evaluated(p) and p.course.fractions is None,
    "L134": lambda p: evaluated(p) and alone(p), "L141": lambda p: evaluated(p) and not alone(p),
    **{f"L{135 + i}": (lambda p, r=r: alone(p) and p.symptom_response == r) for i, r in enumerate((
        "complete remission", "improved", "unchanged", "deteriorated"))},
    "L149": lambda p: p.vital_status != "lost",
}  # fmt: skip
# Rows of table 6: combination and how its symptoms responded.
COMBINED = {"L144": "RT+CT", "L145": "RT+CT+nerve block", "L146": "RT+IT", "L147": "RT+targeted", "L148": "RT+S+CT"}
ORR = {"complete remission", "improved"}
LCR = {*ORR, "unchanged"}


def treated(p):
    return p.treatment_status == "treated"


def evaluated(p):
    return p.symptom_response is not None


def alone(p):
    return p.combination == "RT"


def count(test, among=PATIENTS):
    return sum(bool(test(p)) for p in among)


def figure(fact, at=0):
    return PAPER.by_id[fact].figures[at]


# ── homes ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_checklist_is_whole():
    assert (len(FACTS), len(FINDINGS), len(RULES)) == (207, 38, 14)


@pytest.mark.family("paper 002: facts")
@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_is_a_variable_of_a_record_or_an_entry(fact):
    if fact not in VARIABLES:
        entry = PAPER.by_id[fact]
        assert entry.source[0].facts == (fact,)
        assert entry.source[0].quote
        return
    name, allowed, known = VARIABLES[fact]
    values = [getattr(p, name) for p in PATIENTS]
    stated = [v for v in values if v is not None]
    assert len(stated) == known
    if allowed is not None:
        assert set(stated) <= set(allowed)
        assert len(set(stated)) > 1 or len(allowed) == 1


@pytest.mark.family("paper 002: facts")
@pytest.mark.parametrize("fact", COUNTS)
def test_the_synthetic_records_have_the_printed_counts(fact):
    assert count(COUNTS[fact]) == figure(fact).numerator


@pytest.mark.family("paper 002: facts")
@pytest.mark.parametrize("fact", PLAIN)
def test_the_synthetic_records_have_the_plain_counts(fact):
    assert count(PLAIN[fact]) == figure(fact).value


@pytest.mark.family("paper 002: facts")
@pytest.mark.parametrize("fact", COMBINED)
def test_the_synthetic_records_have_the_rows_of_table_6(fact):
    found = Counter(p.symptom_response for p in PATIENTS if p.combination == COMBINED[fact])
    assert found == {f.name: f.numerator for f in PAPER.by_id[fact].figures}
    assert sum(found.values()) == figure(fact).denominator


@pytest.mark.family("paper 002: contradictions")
@pytest.mark.parametrize("number", FINDINGS)
def test_every_contradiction_is_a_finding(number):
    finding = next(f for f in PAPER.findings() if f.number == number)
    assert len(finding.statements) >= 2 or (finding.statements and finding.rule)
    assert all(s.text for s in finding.statements)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_says_what_it_rests_on_and_asks_of_a_system(rule):
    entry = PAPER.by_id[rule]
    assert (entry.nature, bool(entry.citation), bool(entry.requires)) == ("rule", True, True)


def test_the_records_are_synthetic_and_say_so():
    assert len(PATIENTS) == 61
    for p in PATIENTS:
        assert p.case.about.nature == "synthetic"
        assert "Synthetic" in p.case.title
        assert findings_of(p.case, p.timeline) == []
    assert synthetic_cohort() == [p.case for p in PATIENTS]


def test_the_administrative_end_and_the_window_of_diagnosis():
    days = [round(p.diagnosed.earliest) for p in PATIENTS]
    assert dt.date(2010, 6, 1) <= dt.date.fromordinal(min(days))
    assert dt.date.fromordinal(max(days)) <= dt.date(2018, 3, 31)
    ends = [d + p.survival_months * DAYS_PER["month"] for d, p in zip(days, PATIENTS, strict=True)]
    assert max(ends) <= dt.date(2018, 7, 8).toordinal()
    alive = [e for e, p in zip(ends, PATIENTS, strict=True) if p.vital_status == "alive"]
    assert alive
    assert all(0 <= dt.date(2018, 7, 8).toordinal() - e < 1 for e in alive)


def test_every_course_has_a_printed_dose_per_fraction_or_none():
    doses = Counter(p.course.dose_per_fraction_gy for p in PATIENTS if p.course)
    assert set(doses) == {1.8, 2.0, 2.5, 3.0, 5.0, None}
    assert (doses[5.0], doses[None]) == (1, 2)
    assert all(p.course.total_gy is None for p in PATIENTS if p.course)


def test_performance_is_an_observation_with_its_code():
    row = next(PATIENTS[0].case.of(Observation))
    assert row.observable.loinc == "89247-1"


# ── derived, DL1 to DL28 ────────────────────────────────────────────────────────────────────────────────

derived = pytest.mark.family("paper 002: derived")


@derived
def test_dl1_every_printed_percent_is_its_fraction():
    own = [
        f
        for e in PAPER.evidence
        if e.id.startswith("L") and int(e.id[1:]) < 175 and e.id != "L76"
        for f in e.figures
        if f.unit == "%"
    ]
    assert len(own) == 70
    assert not any(f.disagrees for f in own)
    assert {f.digits for f in own} == {2}


@derived
@pytest.mark.parametrize(
    ("mean", "n", "total"), [("L58", 61, 3532), ("L80", 61, 1145), ("L90", 26, 594)], ids=["dl2", "dl3", "dl4"]
)
def test_dl2_dl3_dl4_grim(mean, n, total):
    assert sums_of_mean(figure(mean).value, n, 2) == [total]


@derived
def test_dl2_dl3_dl4_in_the_records():
    assert sum(p.age_years for p in PATIENTS) == 3532
    months = [round(p.interval_months) for p in PATIENTS]
    assert sum(months) == 1145
    assert sum(months) / (61 - months.count(0)) == pytest.approx(20.82, abs=0.005)
    assert sum(p.days_to_paraplegia or 0 for p in PATIENTS) == 594
    assert (min(months), max(months) / 12) == (figure("L81").value, figure("L81").value_max)
    ages = [p.age_years for p in PATIENTS]
    assert (min(ages), max(ages)) == (figure("L59").value, figure("L59").value_max)
    assert figure("L57").value == pytest.approx(31 / 30, abs=0.005)


@derived
def test_dl5_dl6_cross_sums():
    printed = [figure(f"L{n}").numerator for n in range(95, 99)]
    assert sum(printed) == sum(len(p.regions) for p in PATIENTS) == 96
    assert pytest.approx(1.57, abs=0.005) == 96 / 61
    sites = [figure(f"L{n}").numerator for n in range(105, 116)]
    assert sum(sites) == sum(len(p.sites) for p in PATIENTS) == 123
    assert pytest.approx(2.12, abs=0.005) == 123 / 58


@derived
@pytest.mark.parametrize(
    ("facts", "total"),
    [
        ((55, 56), 61), ((60, *range(68, 76)), 61), (range(61, 68), 41), (range(82, 87), 61), ((77, 78), 61),
        ((88, 89), 60), (range(91, 95), 58), (range(99, 103), 61), (range(116, 120), 58),
    ],
)  # fmt: skip
def test_dl7_partitions(facts, total):
    assert sum(figure(f"L{n}").numerator for n in facts) == total


@derived
def test_dl7_partitions_of_plain_counts():
    plain = {n: figure(f"L{n}").value for n in (121, 122, 123, 132, 133, 134, 141)}
    assert plain[121] + plain[122] + plain[123] == 61
    assert plain[132] + plain[133] == plain[134] + plain[141] == 37
    assert sum(figure(f).denominator for f in COMBINED) == 16


@derived
@pytest.mark.parametrize(
    ("k", "n", "percent", "low", "high"),
    [
        (13, 21, 61.90, 38.4, 81.9), (19, 21, 90.48, 69.6, 98.8), (10, 16, 62.50, 35.4, 84.8), (14, 16, 87.50, 61.7, 98.4),
        (23, 37, 62.16, 44.8, 77.5), (33, 37, 89.19, 74.6, 97.0),
    ],
)  # fmt: skip
def test_dl8_symptom_rates(k, n, percent, low, high):
    found = proportion(k, n)
    assert found.percent == pytest.approx(percent, abs=0.005)
    assert (found.lower, found.upper) == pytest.approx((low, high), abs=0.051)


@derived
def test_dl8_no_difference():
    assert fisher_p((13, 21), (10, 16)) == pytest.approx(1.0)
    assert fisher_p((19, 21), (14, 16)) == pytest.approx(1.0)


RECOVERED = {
    # hazard ratio: direct p, V, O − E, z
    "L157": (0.4338, 11.631, 2.670, 0.783), "L160": (0.8659, 9.952, 0.533, 0.169), "L163": (0.7789, 11.546, -0.954, -0.281),
    "L166": (0.1556, 10.215, -4.538, -1.420), "L169": (0.0063, 9.923, -8.611, -2.734),
    "L172": (0.0026, 3.463, -5.596, -3.007),
}  # fmt: skip


def recovered(fact):
    ratio, limits = PAPER.by_id[fact].figures
    return recovered_logrank(ratio.value, limits.value, limits.value_max)


@derived
@pytest.mark.parametrize("fact", RECOVERED)
def test_dl9_to_dl15_the_test_behind_each_hazard_ratio(fact):
    p, variance, difference, z = RECOVERED[fact]
    found = recovered(fact)
    assert found.p == pytest.approx(p, abs=5e-5)
    assert found.variance == pytest.approx(variance, abs=5e-4)
    assert found.observed_minus_expected == pytest.approx(difference, abs=5e-4)
    assert found.z == pytest.approx(z, abs=5e-4)
    printed = figure(f"L{int(fact[1:]) + 1}").value
    assert found.p == pytest.approx(printed, abs=6e-4)


@derived
@pytest.mark.parametrize(
    ("fact", "z"), [(159, 1.163), (162, 0.060), (165, 1.546), (168, 0.906), (171, 2.732), (174, 3.036)]
)
def test_dl10_to_dl15_the_z_of_the_second_test(fact, z):
    from scipy.stats import norm

    assert norm.isf(figure(f"L{fact}").value / 2) == pytest.approx(z, abs=5e-4)


@derived
def test_dl16_dl17_deaths():
    assert least_deaths(recovered("L157").variance) == 47
    assert recovered("L172").observed_minus_expected == pytest.approx(-5.596, abs=5e-4)
    untreated = count(lambda p: p.treatment_status == "refused" and p.vital_status == "dead")
    assert 10 <= untreated <= 13, "about 10 deaths: an inference of the paper's numbers, not forced"


@derived
def test_dl18_dl19_dl20_groups_of_the_records():
    assert count(lambda p: treated(p) and not p.radiotherapy and p.chemotherapy and not p.surgery) == 6
    assert count(lambda p: treated(p) and not p.radiotherapy and p.surgery and not p.chemotherapy) == 2
    assert count(lambda p: p.radiotherapy and p.symptom_response is None and alone(p)) == 2
    groups = [Counter(getattr(p, v) for p in PATIENTS) for v in ("ecog_group", "region_group", "sex", "site_group")]
    assert [tuple(sorted(g.values(), reverse=True)) for g in groups] == [(34, 27), (34, 27), (31, 30), (42, 16, 3)]
    assert count(lambda p: p.primary_site == "prostate" and p.sex != "male") == 0
    assert count(lambda p: p.primary_site in {"ovary", "endometrium"} and p.sex != "female") == 0
    assert (count(lambda p: p.whole_cord), count(lambda p: p.first_sign)) == (1, 6)


@derived
def test_dl21_dl22_follow_up_and_accrual():
    closed = dt.date(2018, 7, 8)
    assert (closed - dt.date(2018, 3, 31)).days == 99
    assert (closed - dt.date(2010, 6, 1)).days == 2959
    assert 2959 / DAYS_PER["year"] == pytest.approx(8.1, abs=0.05)
    months = (2018 - 2010) * 12 + (3 - 6) + 1
    assert months == 94
    assert 61 / months == pytest.approx(0.65, abs=0.005)


@derived
def test_dl23_shares_that_are_not_printed():
    counts = {
        "SCLC": 24 / 41,
        "adenocarcinoma": 8 / 41,
        "organs": 42 / 61,
        "any": 58 / 61,
        "para": 26 / 61,
        "refused": 13 / 61,
    }
    lung = [p for p in PATIENTS if p.primary_site == "lung"]
    found = {
        "SCLC": count(COUNTS["L61"], lung) / len(lung), "adenocarcinoma": count(COUNTS["L62"], lung) / len(lung),
        "organs": count(COUNTS["L120"]) / 61, "any": count(COUNTS["L104"]) / 61, "para": count(COUNTS["L88"]) / 61,
        "refused": count(PLAIN["L121"]) / 61,
    }  # fmt: skip
    assert found == pytest.approx(counts)
    expected = (58.54, 19.51, 68.85, 95.08, 42.62, 21.31)
    assert [100 * x for x in found.values()] == pytest.approx(expected, abs=0.005)


@derived
def test_dl24_dl25_dl26_cited_percents():
    assert not figure("L177").disagrees
    assert figure("L177").percent == pytest.approx(40.45, abs=0.005)
    assert figure("L191", 0).impossible
    assert figure("L191", 1).impossible
    both = {n for _, n in counts_of_percent(20, 0, 12)} & {n for _, n in counts_of_percent(80, 0, 12)}
    assert {9, 11}.isdisjoint({n for n in both if 100 * round(0.2 * n) / n == 20})
    exact = [n for n in range(1, 20) if (20 * n) % 100 == 0]
    assert exact[:2] == [5, 10]
    assert {(7, 9), (14, 18)} <= set(counts_of_percent(77.8, 1, 20))
    assert {(3, 16), (6, 32), (9, 48)} <= set(counts_of_percent(18.75, 2, 50))


@derived
@pytest.mark.parametrize(
    ("total", "n", "expected"),
    [
        (30, 10, (75, 37.5, 39, 32.5)), (40, 20, (80, 40, 48, 40)), (5, 1, (17.5, 8.75, 7.5, 6.25)),
        (15, 3, (52.5, 26.25, 22.5, 18.75)), (21, 3, (94.5, 47.25, 35.7, 29.75)), (27, 5, (99.9, 49.95, 41.58, 34.65)),
        (14, 1, (112, 56, 33.6, 28)),
    ],
)  # fmt: skip
def test_dl27_schedules(total, n, expected):
    found = (bed(total, n, 2), eqd2(total, n, 2), bed(total, n, 10), eqd2(total, n, 10))
    assert found == pytest.approx(expected, abs=1e-9)


@derived
def test_dl28_days_and_months():
    month = DAYS_PER["month"]
    assert [104 / month, 348 / month, 9.4 * month] == pytest.approx([3.4, 11.4, 286], abs=0.15)
