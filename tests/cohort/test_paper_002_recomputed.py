"""Every number that paper 002 prints of its own patients, from the records."""

import csv
from importlib.resources import files

import pytest

from myelon.cohort.paper_002 import CONTRASTS, recompute
from myelon.cohort.patient import CohortPatient
from myelon.demo.cohort_002 import synthetic_cohort
from myelon.demo.hospital import cohort_reports, publication
from myelon.report.document import report_html, report_pdf

PATIENTS = [CohortPatient(c) for c in synthetic_cohort()]
FOUND = recompute(publication("paper-002"), PATIENTS)
CELLS = {c.fact: c for c in FOUND.cells}


@pytest.mark.family("paper 002: recomputed")
@pytest.mark.parametrize("fact", [f"L{k}" for k in range(53, 175)])
def test_every_printed_number_comes_out(fact):
    assert CELLS[fact].agreement != "differs", CELLS[fact]


def test_every_median_and_count_is_exact():
    inexact = {c.fact for c in FOUND.cells if c.agreement != "exact"}
    assert inexact <= {f for c in CONTRASTS for f in (c.ratio, c.p_logrank, c.p_gehan)}
    assert FOUND.count("exact") == 104
    assert FOUND.followed == 58


@pytest.mark.parametrize("contrast", CONTRASTS, ids=lambda c: c.variable)
def test_hazard_ratios_are_within_half_a_percent_and_p_within_three_thousandths(contrast):
    printed = publication("paper-002").by_id
    ratio = float(CELLS[contrast.ratio].ours.split()[0])
    assert ratio == pytest.approx(printed[contrast.ratio].figures[0].value, rel=5e-3)
    for fact in (contrast.p_logrank, contrast.p_gehan):
        assert float(CELLS[fact].ours) == pytest.approx(printed[fact].figures[0].value, abs=3e-3)


def test_the_numbers_stand_in_the_records_not_in_a_side_file():
    """A record without its death is counted otherwise."""
    first = PATIENTS[0].case
    fewer = [CohortPatient(first.with_entries(tuple(e for e in first.entries if e.kind != "vital"))), *PATIENTS[1:]]
    changed = recompute(publication("paper-002"), fewer)
    assert changed.followed + changed.deaths != FOUND.followed + FOUND.deaths


def test_the_searched_groups_leave_only_what_the_margins_allow():
    text = (files("myelon.demo") / "cohort_002_survival.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    treatment = [sum(r["treatment"] == k for r in rows) for k in "ab-"]
    assert len(rows) == 58
    assert tuple(treatment) in {
        (44, 13, 1),
        (45, 12, 1),
        (46, 11, 1),
        (47, 10, 1),
        (45, 13, 0),
        (46, 12, 0),
        (47, 11, 0),
    }
    assert all(float(r["months"]) * 2 == int(float(r["months"]) * 2) for r in rows)


def test_the_reports_are_whole_and_say_what_they_are():
    for name, report in cohort_reports():
        page = report_html(report)
        assert "Nobody&#x27;s data" in page
        assert "Not a medical device" in page
        assert "<script" not in page
        assert report_pdf(report)[:5] == b"%PDF-"
        assert name in {"paper-002", "paper-004"}
    assert "18/20 (90.0 %)" in page
    assert "33/39 (84.6 %)" in page
    assert "2.2 ± 2.1" in page
