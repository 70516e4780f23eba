"""Every worked example of the functions that exist, from our tables and any further folder of the same layout."""

import numpy as np
import pytest

from myelon.cohort.proportion import proportion
from myelon.dose.bed import Prescription, bed, eqd2, eqd2_of_bed, single_fraction_equivalent, withers
from myelon.dose.distance import distance
from myelon.dose.dvh import discrete_dose_at_cc, discrete_volume_at_gy
from myelon.dose.high_dose import SurvivalCurve, lql_bed, tumour_usc_bed
from myelon.dose.indices import homogeneity_icru83
from myelon.dose.interval import DAYS_PER_MONTH, Interval
from myelon.dose.limits import LIMITS
from myelon.dose.nieder import nieder_score
from myelon.dose.ntcp import LYMAN, geud, lkb, sahgal_2013, schultheiss_2008
from myelon.dose.particles import PROTON_RBE, CarbonCourse, proton_rbe_dose
from myelon.dose.recovery import SCHEMES
from myelon.dose.reirradiation import from_prescriptions
from myelon.dose.repair import Kinetics, bed_protracted, bed_several_a_day, lea_catcheside, one_rate, thames_h
from myelon.dose.verdict import compare
from myelon.errors import DoseError
from myelon.terms.levels import Span
from reference_data import close, tables


def given_to_the_cord(courses, *rest, **more):
    """Courses whose targets contain the cord."""
    return from_prescriptions(courses, *rest, reached=[True] * len(courses), **more)


EXAMPLES = [(origin, e) for origin, table in tables("radiobiology_examples.json") for e in table["examples"]]


def bed_eqd2(total_dose_Gy, fractions, alpha_beta_Gy):
    return {"BED": bed(total_dose_Gy, fractions, alpha_beta_Gy), "EQD2": eqd2(total_dose_Gy, fractions, alpha_beta_Gy)}


def withers_d2(D1, d1, d2, alpha_beta_Gy):
    return {"D2": withers(D1, d1, d2, alpha_beta_Gy)}


def sfed_lq(total_dose_Gy, fractions, alpha_beta_Gy):
    return {"SFED": single_fraction_equivalent(total_dose_Gy, fractions, alpha_beta_Gy)}


def nieder(course_BED_Gy2, intervals_months):
    score = nieder_score(course_BED_Gy2, [Interval(*([m * DAYS_PER_MONTH] * 2)) for m in intervals_months])
    return score._asdict()


def hytec(prior_EQD2, new_EQD2, interval_months):
    total = prior_EQD2 + new_EQD2
    days = interval_months * DAYS_PER_MONTH
    return {
        "cum_eqd2": total,
        "cum_ok": compare(total, LIMITS["hytec.rert.cum"]) == "pass",
        "new_ok": compare(new_EQD2, LIMITS["hytec.rert.new"]) == "pass",
        "ratio": new_EQD2 / total,
        "ratio_ok": compare(new_EQD2 / total, LIMITS["hytec.rert.ratio"]) == "pass",
        "interval_ok": Interval(days, days).at_least_months(LIMITS["hytec.rert.interval"].value),
    }


def doses_of(text):
    assert text.startswith("0.1"), text
    return np.arange(1, 101) / 10.0


def dvh_cc(doses, voxel_cc, V_cc):
    metric = discrete_dose_at_cc(doses_of(doses), voxel_cc, V_cc)
    return {"D": metric.value, "flag": metric.flag or None}


def dvh_percent(doses, pct):
    values = doses_of(doses)
    return {"D": discrete_dose_at_cc(values, 1.0, pct / 100.0 * len(values)).value}


def dvh_v(doses, threshold_Gy, voxel_cc):
    cc, percent = discrete_volume_at_gy(doses_of(doses), voxel_cc, threshold_Gy)
    return {"V_cc": cc, "V_pct": percent}


def voxelwise(course1_total_Gy, n1, course2_total_Gy, n2, alpha_beta_Gy):
    first, second = (np.array(c) for c in (course1_total_Gy, course2_total_Gy))
    total = eqd2(first, n1, alpha_beta_Gy) + eqd2(second, n2, alpha_beta_Gy)
    bound = eqd2(first, n1, alpha_beta_Gy).max() + eqd2(second, n2, alpha_beta_Gy).max()
    return {"EQD2_sum": list(total), "Dmax_cum": total.max(), "sum_of_separate_maxima": bound}


def pooled_is_wrong(course1_total_Gy, n1, course2_total_Gy, n2, alpha_beta_Gy):
    right = eqd2(course1_total_Gy, n1, alpha_beta_Gy) + eqd2(course2_total_Gy, n2, alpha_beta_Gy)
    return {"right": right, "wrong_pooled": eqd2(course1_total_Gy + course2_total_Gy, n1 + n2, alpha_beta_Gy)}


def interp_order(physical_neighbours_Gy, weight, fractions, alpha_beta_Gy):
    a, b = physical_neighbours_Gy
    between = eqd2((1 - weight) * a + weight * b, fractions, alpha_beta_Gy)
    after = (1 - weight) * eqd2(a, fractions, alpha_beta_Gy) + weight * eqd2(b, fractions, alpha_beta_Gy)
    return {"interpolate_then_convert": between, "convert_then_interpolate": after}


def tri(value, months):
    answer = value.at_least_months(months)
    return {True: "false", False: "true", None: "unknown"}[answer]


def interval_months(end1, start2):
    import datetime as dt

    days = (dt.date.fromisoformat(start2) - dt.date.fromisoformat(end1)).days
    value = Interval(days, days)
    return {"days": days, "months": value.months[0], "lt6": tri(value, 6), "lt5": tri(value, 5)}


def interval_bounds(end1, start2):
    import datetime as dt

    (e0, e1), (s0, s1) = ([dt.date.fromisoformat(x) for x in pair] for pair in (end1, start2))
    value = Interval((s0 - e1).days, (s1 - e0).days)
    return {"min_days": value.least_days, "max_days": value.most_days, "lt6": tri(value, 6)}


def paper_case(courses, intervals_months, level, overlap, assumption):
    given = [Prescription(c["total_Gy"], c["fractions"]) for c in courses]
    rows = [
        {
            **c,
            "BED2": bed(p.total_gy, p.fractions, 2),
            "EQD2_2": eqd2(p.total_gy, p.fractions, 2),
            "BED10": bed(p.total_gy, p.fractions, 10),
            "EQD2_10": eqd2(p.total_gy, p.fractions, 10),
        }
        for c, p in zip(courses, given, strict=True)
    ]
    found = {"courses": rows}
    few = len(given) == 1 and given[0].fractions <= 5
    found["sahgal13_p"] = sahgal_2013(eqd2(given[0].total_gy, given[0].fractions, 2)).probability if few else None
    if overlap and len(given) > 1:
        days = [Interval(*([m * DAYS_PER_MONTH] * 2)) for m in intervals_months]
        span = Span.parse("L2-L5") if level == "lumbar" else None
        judged = given_to_the_cord(given, days, span=span)
        rule = {v.limit.id: v for v in judged.verdicts}
        at_two = {k: rule[k].outcome == "pass" for k in ("nieder.each", "nieder.cum", "nieder.int")}
        named = dict(zip(("each_le_98", "cum_le_135_5", "interval_ge_6"), at_two.values(), strict=True))
        at_other = {
            k: rule[k].alternative.endswith(("pass", "not exceeded if it had no more"))
            for k in ("nieder.each", "nieder.cum")
        }
        found |= {
            "cumulative_BED2": judged.dose.cumulative_bed,
            "cumulative_EQD2_2": judged.dose.cumulative_eqd2,
            "nieder_ab2": judged.nieder._asdict(),
            "nieder_ab4": judged.nieder_alternative._asdict() if judged.nieder_alternative else None,
            "nieder_rule": named,
            "nieder_rule_ab2": named,
            "nieder_rule_ab4": {
                "each_le_98": at_other["nieder.each"],
                "cum_le_135_5": at_other["nieder.cum"],
                "interval_ge_6": named["interval_ge_6"],
            },
            "hytec": {
                "cum_ok": rule["hytec.rert.cum"].outcome == "pass",
                "new_ok": rule["hytec.rert.new"].outcome == "pass",
                "ratio": rule["hytec.rert.ratio"].value,
                "ratio_ok": rule["hytec.rert.ratio"].outcome == "pass",
                "interval_ok": rule["hytec.rert.interval"].outcome == "pass",
            },
        }
    return found


def kinetics_of(components):
    return Kinetics(tuple((share, half_time) for share, half_time in components), "example")


def several_a_day(total_dose_Gy, fractions, fractions_per_day, interval_h, half_time_h, alpha_beta_Gy):
    found = bed_several_a_day(
        total_dose_Gy, fractions, alpha_beta_Gy,
        per_day=fractions_per_day, gap_hours=interval_h, kinetics=one_rate(half_time_h),
    )  # fmt: skip
    return {"BED": found, "EQD2": eqd2_of_bed(found, alpha_beta_Gy)}


def protracted(total_dose_Gy, fractions, delivery_h, components, alpha_beta_Gy):
    kinetics = kinetics_of(components)
    found = bed_protracted(total_dose_Gy, fractions, alpha_beta_Gy, duration_hours=delivery_h, kinetics=kinetics)
    return {"G": lea_catcheside(delivery_h, kinetics), "BED": found}


def lql(total_dose_Gy, fractions, alpha_beta_Gy, dT_Gy, gamma_over_alpha):
    found = lql_bed(total_dose_Gy, fractions, alpha_beta_Gy, transition_gy=dT_Gy, slope=gamma_over_alpha)
    return {"BED": found}


def usc(total_dose_Gy, fractions, alpha, alpha_beta_Gy, D0, Dq, DT):
    curve = SurvivalCurve(alpha, alpha_beta_Gy, D0, Dq, DT, "example")
    return {"BED": tumour_usc_bed(total_dose_Gy, fractions, curve)}


def proton(physical_dose_per_fraction_Gy, fractions, RBE, alpha_beta_Gy):
    assert RBE == PROTON_RBE
    weighted = proton_rbe_dose(physical_dose_per_fraction_Gy * fractions, "PHYSICAL")
    return {"D_RBE": weighted, "EQD2": eqd2(weighted, fractions, alpha_beta_Gy)}


def carbon(total_GyE, fractions, alpha_beta_Gy):
    found = CarbonCourse(total_GyE, fractions).indicative_eqd2(alpha_beta_Gy)
    flag = "carbon_rbe_model_unknown" if "model is not reported" in found.why else ""
    return {"d_GyE": total_GyE / fractions, "EQD2_indicative": found.value, "must_flag": flag}


def sahgal(total_dose_Gy, fractions):
    at = eqd2(total_dose_Gy, fractions, 2)
    return {"EQD2": at, "p": sahgal_2013(at).probability}


def lkb_of(gEUD_Gy, TD50, m):
    row = LYMAN["spinal_cord"]
    assert (row.td50_gy, row.m) == (TD50, m)
    return {"p": lkb(gEUD_Gy).probability}


def remaining(prior_BED, limit_BED, fractions, alpha_beta_Gy, recovery_fraction, new_course_cap_BED):
    found = distance(
        prior_BED, limit_BED, fractions, alpha_beta_Gy, discount=recovery_fraction, cap_bed=new_course_cap_BED
    )
    return {
        "available_BED": found.available_bed,
        "available_EQD2": found.available_eqd2,
        "dose_per_fraction_Gy": found.gy_per_fraction,
        "total_Gy": found.total_gy,
    }


FUNCTIONS = {
    "thames_h": lambda m, interval_h, half_time_h: {"h": thames_h(m, interval_h, one_rate(half_time_h))},
    "thames_h_biexp": lambda m, interval_h, components: {"h": thames_h(m, interval_h, kinetics_of(components))},
    "bed_incomplete_repair": several_a_day,
    "lea_catcheside_G": lambda duration_h, half_time_h: {"G": lea_catcheside(duration_h, one_rate(half_time_h))},
    "bed_protracted_biexp": protracted,
    "lql_bed": lql,
    "usc_bed": usc,
    "proton_rbe": proton,
    "carbon_indicative_eqd2": carbon,
    "schultheiss_ntcp": lambda dose_2Gy_fractions_Gy: {"p": schultheiss_2008(dose_2Gy_fractions_Gy).probability},
    "sahgal2013_risk_reconstructed": sahgal,
    "lkb_ntcp": lkb_of,
    "geud": lambda doses, volumes, a: {"gEUD": geud(doses, volumes, a)},
    "recovery_fraction": lambda scheme, months: {"fraction": SCHEMES[scheme].share(months)},
    "remaining_dose": remaining,
    "icru83_hi": lambda D2, D50, D98: {"HI": homogeneity_icru83(D2, D98, D50)},
    "crude_rate": lambda events, n: {"rate": proportion(events, n).percent / 100.0},
    "bed_eqd2": bed_eqd2,
    "withers": withers_d2,
    "sfed_lq": sfed_lq,
    "nieder_score": nieder,
    "hytec_rert_check": hytec,
    "dvh_metrics_discrete": dvh_cc,
    "dvh_metrics_discrete_pct": dvh_percent,
    "dvh_V": dvh_v,
    "eqd2_accumulate_voxelwise": voxelwise,
    "eqd2_of_summed_physical_dose_is_wrong": pooled_is_wrong,
    "interp_order": interp_order,
    "interval_months": interval_months,
    "interval_bounds": interval_bounds,
    "paper_case": paper_case,
}
PROSE = {"reirradiation_type", "note", "flag", "interval_hard_bounds_months", "quantec_50_exceeded"}
"""Keys of a paper case that name models of a later version or are words."""


def agree(found, expected, tolerance, where):
    if isinstance(expected, dict):
        for key, value in expected.items():
            if key in PROSE:
                continue
            assert key in found, f"{where}.{key}"
            agree(found[key], value, tolerance, f"{where}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for n, value in enumerate(expected):
            agree(found[n], value, tolerance, f"{where}[{n}]")
    elif isinstance(expected, bool | str) or expected is None:
        assert found == expected, where
    else:
        assert close(found, expected, tolerance), f"{where}: {found} is not {expected}"


@pytest.mark.family("radiobiology examples")
@pytest.mark.parametrize(("origin", "example"), EXAMPLES, ids=[f"{o}-{e['id']}" for o, e in EXAMPLES])
def test_worked_example(origin, example):
    function = FUNCTIONS.get(example["fn"])
    if function is None:
        pytest.skip(f"{example['fn']} is not in this version")
    agree(function(**example["input"]), example["expected"], example["tol"], example["id"])


def test_the_functions_of_this_version_have_examples():
    named = {e["fn"] for _, e in EXAMPLES}
    assert set(FUNCTIONS) <= named


@pytest.mark.parametrize(
    ("course", "words"),
    [("50.4", "course '50.4'"), ("a/3", "course 'a/3'"), ("50/0", "0 fractions"), ("50/2.5", "course"),
     ("-3/3", "total dose -3"), ("5040/28", "Give Gy, not cGy"), ("nan/3", "total dose")],
)  # fmt: skip
def test_what_cannot_be_a_course_is_refused(course, words):
    with pytest.raises(DoseError, match=words):
        Prescription.parse(course)


@pytest.mark.parametrize("alpha_beta", [0, -2, float("nan"), float("inf")])
def test_an_impossible_alpha_beta_is_refused(alpha_beta):
    with pytest.raises(DoseError, match="α/β"):
        bed(30.0, 10, alpha_beta)


def test_parameters_of_lyman_are_those_of_the_text():
    """RADIOBIOLOGY 2.2; the plexus has those of the cauda equina."""
    assert {organ: row[:3] for organ, row in LYMAN.items()} == {
        "spinal_cord": (66.5, 0.05, 0.175), "cauda_equina": (75.0, 0.03, 0.12), "brachial_plexus": (75.0, 0.03, 0.12),
    }  # fmt: skip


@pytest.mark.parametrize(("doses", "a"), [([0.0, 0.0], 2.0), ([0.0, 10.0], -2.0), ([0.0, 0.0], -1.0)])
def test_an_equivalent_dose_of_nothing_is_nothing(doses, a):
    assert geud(doses, [0.5, 0.5], a) == 0.0
