"""Jaffe's triangle: clinic, images and pathology agree, differ, are missing or cannot be compared; never by letters."""

import pytest

from myelon.record.case import case_from
from myelon.record.findings import findings_of
from myelon.record.timeline import solve
from myelon.record.triangle import triangles

SPINE = {"id": "spine", "kind": "neoplasm", "role": "primary", "entity": "Chordoma", "compartment": ["vertebral"]}
LUNG = {"id": "lung", "kind": "neoplasm", "role": "primary", "entity": "Lung adenocarcinoma", "site": "lung"}
META = {
    "id": "meta",
    "kind": "neoplasm",
    "role": "secondary",
    "entity": "Spinal metastasis",
    "parent": "lung",
    "levels": "T8",
}


def story(*entries):
    head = {
        "schema": "myelon.case/1",
        "id": "c",
        "title": "t",
        "about": {"nature": "synthetic"},
        "zero": entries[0]["id"],
    }
    case = case_from(head | {"entries": list(entries)})
    return case, {t.tumour.id: t for t in triangles(case, solve(case))}


def images(impression, **more):
    return {"id": "mri", "kind": "imaging", "modality": "MRI", "impression": impression, **more}


def report(diagnosis, ident="path", **more):
    return {"id": ident, "kind": "pathology", "diagnosis": diagnosis, **more}


@pytest.mark.parametrize(
    ("impression", "diagnosis", "verdict"),
    [
        ("Chordoma", "Chordoma", "agree"),
        ("chordome", "Chordoma of the sacrum", "agree"),
        ("Chondrosarcoma", "Chordoma", "differ"),
        ("Chordoma", "Chondrosarcoma", "differ"),
        ("spinal metastases", "Chordoma", "differ"),
        ("no metastases", "Chordoma", "not compared"),
        ("a lytic lesion", "Chordoma", "not compared"),
        ("Chordoma vs chondrosarcoma", "Chordoma", "not compared"),
        ("Chordoma", "spindle cell lesion", "not compared"),
        ("", "Chordoma", "missing"),
        ("Chordoma", "", "missing"),
        ("", "Osteosarcoma", "differ"),
        ("", "", "missing"),
    ],
)
def test_three_corners_are_compared_by_the_table(impression, diagnosis, verdict):
    case, found = story(SPINE, images(impression), report(diagnosis))
    assert found["spine"].verdict == verdict, found["spine"].words
    assert any(f.key == "triangle:spine" for f in findings_of(case, solve(case))) == (verdict == "differ")


def test_a_wider_name_does_not_differ_from_a_narrower_one():
    sarcoma = SPINE | {"entity": "Sarcoma"}
    _, found = story(sarcoma, images("Bone sarcoma"), report("Osteosarcoma"))
    assert found["spine"].verdict == "agree"


def test_a_report_of_the_primary_is_not_one_of_the_metastasis():
    _, found = story(LUNG, META, images("Spinal metastasis"), report("Lung adenocarcinoma"))
    assert [c.says for c in found["lung"].corners] == ["Lung adenocarcinoma", "", "Lung adenocarcinoma"]
    assert (found["meta"].verdict, found["meta"].corners[2].says) == ("missing", "")
    _, found = story(
        LUNG, META, images("Spinal metastasis"), report("Lung adenocarcinoma"),
        report("Renal cell carcinoma", "biopsy", of_neoplasm="meta"),
    )  # fmt: skip
    assert (found["lung"].verdict, found["meta"].verdict) == ("missing", "differ")
    assert "Renal cell carcinoma" in found["meta"].words


def test_the_last_report_is_the_one_that_counts():
    def dated(day):
        return {"kind": "exact", "earliest": day, "latest": day}

    first = report("Giant cell tumour of bone", "first", when=dated("2020-01-01"))
    later = report("Chordoma", "later", when=dated("2021-01-01"))
    for order in ((first, later), (later, first)):
        _, found = story(SPINE, images("Chordoma"), *order)
        assert found["spine"].verdict == "agree"
        assert found["spine"].corners[2].entries == ("later",)
