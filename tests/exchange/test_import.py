"""Tables of a hospital: what is read, what stays unknown, what is refused, and how an import is undone."""

import io

import pytest
from openpyxl import Workbook

from myelon.cohort.patient import CohortPatient
from myelon.demo.cohort_002 import synthetic_cohort
from myelon.errors import CaseError, InputError, TableError
from myelon.exchange.import_map import BUNDLED, bundled_map, preview, read_map
from myelon.exchange.sheet import read_sheet
from myelon.record.kinds import Radiotherapy, Surgery
from myelon.record.when import DAYS_PER

COHORT = bundled_map("paper-002")
COURSES = bundled_map("courses")


def sheet(text, name="table.csv"):
    return read_sheet(text.encode(), name)


def yes(value):
    return "yes" if value else "no"


def row_of(n, p):
    """One patient as a hospital's row, from the variables of the paper."""
    treated = p.treatment_status == "treated"
    course = p.course
    return {
        "patient": str(n), "sex": p.sex[0].upper(), "age": f"{p.age_years:g}", "primary": p.primary_site,
        "histology": p.primary_histology or "", "interval_months": f"{round(p.interval_months)}",
        "iscm_date": p.metastasis.when.earliest.isoformat(), "metastases": "; ".join(p.sites),
        "segments": ";".join({"conus medullaris": "conus"}.get(r, r[0].upper()) for r in p.regions), "ecog": str(p.ecog),
        "paraplegia": "" if p.paraplegia is None else yes(p.paraplegia),
        "days_to_paraplegia": f"{p.days_to_paraplegia:g}" if p.days_to_paraplegia else "",
        "primary_control": {"complete resection": "CR"}.get(p.primary_control, p.primary_control) or "",
        "primary_resected": yes(p.primary_control == "complete resection"),
        "surgery": yes(p.surgery) if treated else "", "pathology": "yes" if p.pathology else "",
        "radiotherapy": yes(p.radiotherapy) if treated else "",
        "dose_per_fraction_gy": f"{course.dose_per_fraction_gy:g}" if course and course.dose_per_fraction_gy else "",
        "fractions": str(course.fractions or "") if course else "",
        "symptom_response": p.symptom_response or "", "chemotherapy": yes(p.chemotherapy) if treated else "",
        "intrathecal": "yes" if p.intrathecal else "", "targeted_drug": "crizotinib" if p.targeted else "",
        "alk": "yes" if p.alk_rearranged else "", "nerve_block": "yes" if p.nerve_block else "",
        "refused": yes(p.treatment_status == "refused"), "vital_status": p.vital_status,
        "survival_months": f"{p.survival_months!r}",
    }  # fmt: skip


def as_csv(rows, delimiter=","):
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row.values()] for row in rows]
    return "\n".join(delimiter.join(line) for line in [list(rows[0]), *quoted])


def as_xlsx(rows):
    book = Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append([float(c) if c.replace(".", "", 1).isdigit() else (c or None) for c in row.values()])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


PATIENTS = [CohortPatient(c) for c in synthetic_cohort()]
ROWS = [row_of(n, p) for n, p in enumerate(PATIENTS, 1)]
VARIABLES = (
    "sex", "age_years", "age_group", "primary_site", "primary_histology", "ecog", "paraplegia", "days_to_paraplegia",
    "regions", "sites", "primary_control", "surgery", "radiotherapy", "chemotherapy", "intrathecal", "targeted",
    "nerve_block", "combination", "symptom_response", "treatment_status", "vital_status", "pathology", "alk_rearranged",
)  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [as_csv(ROWS).encode(), as_csv(ROWS, "\t").encode(), b"\xef\xbb\xbf" + as_csv(ROWS).encode(), as_xlsx(ROWS)],
    ids=["comma", "tab", "byte order mark", "xlsx"],
)
def test_the_columns_of_paper_002_map_out_of_the_box(content):
    seen = preview(read_sheet(content, "cohort"), COHORT)
    assert seen.problems == []
    assert seen.unused == ()
    assert set(seen.missing) == {"consent", "institution", "primary_date", "total_gy", "vital_date"}
    assert len(seen.cases) == 61
    for case, original in zip(seen.cases, PATIENTS, strict=True):
        imported = CohortPatient(case)
        for name in VARIABLES:
            assert getattr(imported, name) == getattr(original, name), (case.id, name)
        assert imported.survival_months == pytest.approx(original.survival_months, abs=1 / DAYS_PER["month"])
        assert imported.interval_months == pytest.approx(original.interval_months, abs=1 / DAYS_PER["month"])


# ── empty is unknown, never no ──────────────────────────────────────────────────────────────────────────


def one(text, by=COHORT, **renamed):
    seen = preview(sheet(text), by, renamed)
    assert seen.problems == [], seen.problems
    (case,) = seen.cases
    return case


def test_an_empty_cell_is_unknown_and_a_no_is_an_explicit_negative():
    empty = one("patient,iscm_date,paraplegia,radiotherapy,surgery\n1,2020-05-01,,,\n")
    assert empty.by_id["neurology"].paraplegia == "unknown"
    assert not {"rt", "surgery"} & set(empty.by_id)
    no = one("patient,iscm_date,paraplegia,radiotherapy,surgery\n1,2020-05-01,no,no,NO\n")
    assert no.by_id["neurology"].paraplegia == "absent"
    assert (no.by_id["rt"].assertion, no.by_id["surgery"].assertion) == ("absent", "absent")
    assert list(no.given(Radiotherapy)) == list(no.given(Surgery)) == []
    assert "absent" in no.by_id["rt"].label


def test_sex_age_and_ecog_that_are_not_there_stay_unknown():
    case = one("patient,iscm_date,sex,age,ecog\nx,2020-05-01,,,\n")
    assert (case.subject.sex, case.subject.age_at_index_years) == ("unknown", None)
    assert "ecog" not in case.by_id


# ── several rows per patient ────────────────────────────────────────────────────────────────────────────

EVENTS = """Patient;Sex;Diagnosis;start;total_gy;fractions;levels
A;f;Chordoma;2019-03-01;50,4;28;T10-L1
A;f;Chordoma;≈ 14 months after RT 1;30;10;T12
B;m;Ependymoma;June 2021;54;30;
"""


def test_several_rows_of_a_patient_become_one_record():
    seen = preview(sheet(EVENTS), COURSES)
    assert seen.problems == []
    first, second = seen.cases
    assert [c.dose_words for c in first.of(Radiotherapy)] == ["50.4 Gy in 28", "30 Gy in 10"]
    assert [str(c.levels) for c in first.of(Radiotherapy)] == ["T10–L1", "T12"]
    assert (first.by_id["rt-2"].when.anchor, first.by_id["rt-2"].when.anchor_point) == ("rt-1", "unknown")
    assert first.neoplasm.entity == "Chordoma"
    assert second.by_id["rt-1"].when.kind == "month"
    assert set(seen.missing) == {"age", "tumour_levels", "diagnosis_date", "end", "region"}


def test_rows_of_a_patient_that_disagree_are_told():
    text = EVENTS.replace("A;f;Chordoma;≈", "A;m;Chordoma;≈")
    (problem,) = preview(sheet(text), COURSES).problems
    assert problem.row == 3
    assert "'male' here, 'female' in an earlier row" in problem.what


# ── what is wrong is said, by row and column ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("sex", "hermaphrodite?", "is none of"),
        ("age", "fifty", "is no number"),
        ("age", "nan", "is no number"),
        ("age", "1e400", "is no number"),
        ("age", "212", "less than or equal to 130"),
        ("ecog", "2.5", "is no integer"),
        ("radiotherapy", "perhaps", "is neither yes nor no"),
        ("segments", "T;X", "'X' is none of"),
        ("iscm_date", "03/04/2020", "may be day/month or month/day"),
        ("iscm_date", "the day after", "not a time that can be read"),
        ("survival_months", "-3", "not a time that can be read"),
    ],
)
def test_a_wrong_cell_is_a_problem_of_its_row(column, cell, words):
    good = {"patient": "1", "iscm_date": "2020-05-01", "vital_status": "dead"}
    text = as_csv([good | {column: ""}, good | {"patient": "2", column: cell}])
    seen = preview(sheet(text), COHORT)
    assert [p.row for p in seen.problems] == [3]
    assert words in seen.problems[0].what
    assert [c.id for c in seen.cases] == ["import-1"]


def test_findings_of_a_row_are_shown_before_anything_is_written():
    text = "patient,start,total_gy,fractions\nA,2020-01-01,50,25\n"
    by = read_map(
        """
schema: myelon.import/1
name: x
case: {key: patient, zero: rt}
entries:
- id: rt
  kind: radiotherapy
  set: {ordinal: 1, dose_per_fraction_gy: 3}
  fields: {when: {column: start}, total_gy: {column: total_gy, type: number}, fractions: {column: fractions, type: integer}}
"""
    )
    (patient,) = preview(sheet(text), by).patients
    assert "schedule:rt" in [f.key for f in patient.findings]


def test_a_key_that_is_empty_and_two_keys_of_one_id():
    seen = preview(sheet("patient,iscm_date\n,2020-05-01\na b,2020-05-01\na.b,2020-05-01\n"), COHORT)
    assert [(p.row, p.what[:20]) for p in seen.problems] == [
        (2, "the patient's key is"), (3, "two keys give the ca"), (4, "two keys give the ca"),
    ]  # fmt: skip
    assert seen.cases == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no header"),
        (b"a,a\n1,2\n", "two columns 'a'"),
        (b"a,,b\n1,2,3\n", "column without a name"),
        (b"patient\n1,2\n", "more cells than the header"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"patient\n\x00", "zero bytes"),
        (b'patient\n"1', "no CSV"),
        (b"PK\x03\x04rubbish", "no XLSX"),
        (b"sex\nf\n", "no column 'patient'"),
        (b"patient\n" + b"x" * 30_000, "more than 20000 characters"),
    ],
)
def test_what_is_no_table_is_refused(content, words):
    with pytest.raises(TableError, match=words):
        preview(read_sheet(content, "t"), COHORT)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "not an import map"),
        (
            "schema: myelon.import/1\nname: x\ncase: {key: p, zero: a}\nentries: [{id: a, kind: nonsense}]",
            "no kind of entry",
        ),
        (
            "schema: myelon.import/1\nname: x\ncase: {key: p, zero: a, id: fixed}\nentries: [{id: a, kind: subject}]",
            "id",
        ),
    ],
)
def test_a_map_that_is_none_is_refused(text, words):
    with pytest.raises(CaseError, match=words):
        read_map(text)


def test_bundled_maps():
    assert [bundled_map(name).schema_ for name in BUNDLED] == ["myelon.import/1"] * len(BUNDLED)
    with pytest.raises(InputError, match="no map 'x'"):
        bundled_map("x")


def test_a_renamed_column_and_bare_yes_in_a_map():
    case = one("patient,iscm_date,Geschlecht\n1,2020-05-01,f\n", sex="Geschlecht")
    assert case.subject.sex == "female"
    by = read_map(
        "schema: myelon.import/1\nname: x\ncase: {key: p, zero: n}\nentries:\n- id: n\n  kind: neurology\n  always: true\n"
        "  fields: {paraplegia: {column: q, values: {yes: present, no: absent}}}\n"
    )
    assert preview(sheet("p,q\n1,No\n"), by).cases[0].by_id["n"].paraplegia == "absent"


def test_an_import_is_written_and_undone(store):
    seen = preview(sheet(as_csv(ROWS)), COHORT)
    batch = store.import_cases(seen.cases, name="cohort.csv")
    assert batch.cases == 61
    assert store.import_cases(seen.cases, name="cohort.csv").cases == 0
    assert len(store.cases()) == 61
    assert store.undo_batch(batch.batch) == 61
    assert store.cases() == []
    assert store.verify().journal_rows > 61 * 12


def test_a_workbook_of_too_many_cells_is_refused_and_the_way_out_is_said():
    book = Workbook(write_only=True)
    table = book.create_sheet()
    for _ in range(2100):
        table.append([1] * 50)
    content = io.BytesIO()
    book.save(content)
    with pytest.raises(TableError, match=r"more than 100000 cells. Save it as CSV"):
        read_sheet(content.getvalue(), "wide.xlsx")


def test_a_column_of_codes_confirms_which_row_a_tumour_is():
    coded_map = read_map(
        """
schema: myelon.import/1
name: registry
case: {key: patient, zero: tumour}
entries:
- id: tumour
  kind: neoplasm
  always: true
  set: {role: primary}
  fields:
    entity: {column: diagnosis, empty: tumour not reported}
    code: {column: morphology, type: tumour, by: pathology department}
"""
    )
    table = "patient,diagnosis,morphology\nA,Lump,9370/3\nB,Lump,chordoma\nC,Lump,\nD,Lump,9999/9\n"
    seen = preview(read_sheet(table.encode(), "t.csv"), coded_map)
    codes = {p.key: p.case.by_id["tumour"].code for p in seen.patients}
    assert (codes["A"].id, codes["A"].by) == ("chordoma", "pathology department")
    assert codes["B"].id == "chordoma"
    assert codes["C"] is None
    assert codes["D"] is None
    assert [(p.row, p.column) for p in seen.problems] == [(5, "morphology")]
    assert "no ICD-O-3 morphology" in seen.problems[0].what
