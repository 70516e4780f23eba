"""Files and plans that others made, as a user runs them: what contradicts itself is never judged.

The inputs lie beside the project (cases/dose, cases/library); each is one example of a kind, and each kind has tests of its
own in tests/dose and tests/exchange.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reference_data import outside

MYELON = Path(sys.executable).with_name("myelon")


def run(folder, *arguments):
    return subprocess.run([MYELON, *arguments], capture_output=True, text=True, cwd=folder, check=False)


def answer(folder, *arguments, code=0):
    done = run(folder, *arguments, "--json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def one_line(done, *words):
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr
    return True


def dvh(case, structures, dose, *more):
    folder = outside("dose", case)
    (row,) = answer(folder, "dose", "dvh", "--structures", structures, "--dose", dose, *more)["rois"]
    return row | row["metrics"]


def batch(case, document, tmp_path, pillar="dose"):
    out = tmp_path / "out.jsonl"
    done = run(outside(pillar, case), "dose", "batch", document, "--out", str(out))
    line = json.loads(out.read_text())
    assert done.returncode == (1 if "error" in line else 0)
    return line


def verdicts(judged):
    return {v["id"]: v["verdict"] for v in judged["verdicts"]}


@pytest.mark.parametrize("name", ["hot_ref", "hot_dup", "neardup"])
def test_a_cord_contoured_twice_is_the_cord(name):
    row = dvh("contours-twice-cancel", f"{name}.dcm", "dose_hot.dcm")
    assert row["volume"] == pytest.approx(2.352, abs=0.002)
    assert row["max"] == pytest.approx(69.99, abs=0.02)
    assert row["D0.03cc"] == pytest.approx(62.19, abs=0.05)
    assert bool(row["warnings"]) is (name != "hot_ref")


def test_overlapping_contours_are_their_union():
    row = dvh("contours-twice-cancel", "overlap.dcm", "dose_hot.dcm")
    assert row["volume"] == pytest.approx(3.24, abs=0.01)
    assert any("overlap" in w for w in row["warnings"])


@pytest.mark.parametrize(
    ("structures", "dose", "volume"),
    [("sig1.dcm", "sigdose.dcm", 34.879), ("sig2.dcm", "sigdose.dcm", 34.877), ("jit_two.dcm", "dose.dcm", 5.400)],
)
def test_rounded_coordinates_lose_no_volume(structures, dose, volume):
    assert dvh("same-plane-tolerance", structures, dose)["volume"] == pytest.approx(volume, rel=0.002)


def test_the_dose_of_one_fraction_is_not_judged(tmp_path):
    folder = outside("dose", "dose-against-prescription")
    good, bad = (answer(folder, "dose", "sum", f"{name}.yaml") for name in ("q_ok", "q_fx"))
    assert verdicts(good["reirradiation"])["nieder.cum"] == "fail"
    assert bad["reirradiation"] is None
    assert "one of 25 fractions" in bad["not_judged"]
    line = batch("dose-against-prescription", "f_fx.yaml", tmp_path)
    assert all(set(verdicts(g).values()) <= {"unknown", "not applicable"} for g in line["groups"])
    assert any("one of" in g["withheld"] for g in line["groups"])
    assert one_line(
        run(folder, "dose", "dvh", "--structures", "hot_ref.dcm", "--dose", "dose_cgy.dcm"), "greatest dose"
    )
    assert one_line(
        run(folder, "dose", "dvh", "--structures", "c_only.dcm", "--dose", "d_trunc.dcm"), "DoseGridScaling"
    )


def test_files_of_two_patients_are_refused_everywhere(tmp_path):
    folder = outside("dose", "files-of-two-patients")
    other = ("dose", "dvh", "--structures", "rs_o.dcm", "--dose", "p50.dcm")
    assert one_line(run(folder, *other), "patient ID", "--same-patient")
    assert answer(folder, *other, "--same-patient", "renumbered")["findings"]
    for plan in ("q_rso.yaml", "q_plano.yaml"):
        assert one_line(run(folder, "dose", "sum", plan), "patient ID")
    named = answer(folder, "dose", "sum", "q_planref.yaml")
    assert any("names another plan" in f["text"] for f in named["findings"])
    line = batch("files-of-two-patients", "f_otherplan.yaml", tmp_path)
    assert all("patient ID" in g["withheld"] for g in line["groups"])


def test_a_plan_of_two_fraction_groups_is_not_one_course():
    folder = outside("dose", "two-fraction-groups")
    assert one_line(run(folder, "dose", "sum", "q_2g.yaml"), "2 fraction groups: 25 and 5")


def test_protons_are_weighted_once(tmp_path):
    physical, effective = (
        batch("proton-dose-type", f"f_proton_{k}.yaml", tmp_path)["groups"][0] for k in ("phys", "eff")
    )
    assert any("multiplied by 1.1" in n for n in physical["notes"])
    assert any("taken as Gy(RBE)" in n for n in effective["notes"])
    assert physical["sum"]["bed_2"] > effective["sum"]["bed_2"]


def test_a_registration_that_says_nothing_moves_nothing(tmp_path):
    good = batch("registration-without-matrix", "g_ok.yaml", tmp_path)["groups"][0]
    assert good["sum"]["eqd2_2"] == pytest.approx(53.98, abs=0.01)
    for name, said in (("g_T", "4 × 4"), ("g_empty", "without a matrix"), ("g_inv", "57 mm apart")):
        group = batch("registration-without-matrix", f"{name}.yaml", tmp_path)["groups"][0]
        assert said in group["withheld"]
        assert set(verdicts(group).values()) <= {"unknown", "not applicable"}


def test_the_cord_never_meets_the_limit_of_the_sac():
    folder = outside("dose", "sac-limit-met-by-cord")
    cord, sac = (verdicts(answer(folder, "dose", "sum", f"q_{k}.yaml")["reirradiation"]) for k in ("c", "s"))
    assert sac["hytec.rert.cum"] == "fail"
    assert cord["hytec.rert.cum"] == "unknown"
    assert {cord[k] for k in ("hytec.rert.new", "hytec.rert.ratio")} == {"unknown"}
    assert sac["hytec.rert.new"] == "pass"


def test_a_broken_number_costs_its_roi_alone():
    folder = outside("dose", "traceback-on-broken-number")
    for name in ("tok_mid", "tok_comma"):
        done = run(folder, "dose", "dvh", "--structures", f"{name}.dcm", "--dose", "dose_hot.dcm")
        assert one_line(done, "SpinalCord", "(3006,0050)", "not a number")


def test_courses_on_adjacent_vertebrae_ask_about_their_edges(tmp_path):
    line = batch("abutting-levels", "adjacent.yaml", tmp_path)
    assert all(any("adjacent vertebrae" in n for n in g["notes"]) for g in line["groups"])


def test_carbon_ions_get_no_sum(tmp_path):
    line = batch("words-and-json", "carbon.yaml", tmp_path)
    (group,) = line["groups"]
    assert group["sum"] == {"bed_2": None, "eqd2_2": None}
    assert {v["rule"] for v in group["verdicts"]} >= {"HyTEC 2021 Sum", "Nieder 2006 Sum"}


def test_names_of_rois_are_told_whatever_was_asked():
    folder = outside("dose", "words-and-json")
    done = run(folder, "dose", "dvh", "--structures", "rs.dcm", "--dose", "p50.dcm", "--roi", "spinalcord")
    assert one_line(done, "Its ROIs are: SpinalCord")
