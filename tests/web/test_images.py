"""Images of a study: shown beside an earlier one of the same levels, measured, and kept with a picture."""

import re

import numpy as np
import pytest
from PIL import Image

from myelon.demo import phantom_mr
from myelon.dose.level_map import LevelMap
from myelon.dose.volume import Volume
from myelon.exchange.dicom.write import Patient, write_images
from myelon.store import Store
from myelon.terms.levels import Level

PAGE = "/cases/phantom-2/images/mr-2"


@pytest.fixture
def client(own):
    return own


def expected(client, entry="mr-2"):
    return client.app.state.store.entry_version("phantom-2", entry)


def measured(client, **changes):
    sent = {"tool": "calliper", "view": "axial", "start": "-10,-13.4,-91", "end": "10,-13.4,-91", "by": "Dr A"}
    sent |= {"feature": "mass", "expected": str(expected(client)), **changes}
    return client.post(f"{PAGE}/measure", data=sent, follow_redirects=False)


def test_a_study_stands_beside_the_one_it_was_compared_to_linked_by_its_marks(client):
    text = client.get(PAGE).text
    assert text.count("<svg") >= 4
    assert "linked by level; the studies are not registered" in text
    assert "Open mr-1 to measure on it" in text
    assert "<b>T8</b>" in text
    alone = client.get(f"{PAGE}?prior=none").text
    assert "linked by level" not in alone


def test_a_point_leads_to_the_same_place_of_the_other_study(client):
    """Both studies are of one phantom: the true place of the other is known."""
    from myelon.web.packets import Packets
    from myelon.web.pages.images import Study, linked

    store = client.app.state.store
    studies = []
    for study in phantom_mr.STUDIES:
        entry = store.case("phantom-2").by_id[study.label]
        ((_, (volume, _)),) = Packets(store).images(entry.files).items()
        levels = LevelMap.of((m.level.upper, m.at_mm[2]) for m in entry.level_marks)
        studies.append(Study(entry, "", volume, entry.level_marks, levels, ()))
    prior, current = studies
    for level in (Level.T6, Level.T8):
        here = phantom_mr.mark(phantom_mr.STUDIES[1], level)
        there, words = linked(current, prior, tuple(here))
        assert "not registered" in words
        true = phantom_mr.mark(phantom_mr.STUDIES[0], level)
        assert np.linalg.norm(np.array(there) - true) < 3.0  # the marks are joined by straight lines, the spine is bent
    nowhere, words = linked(current, prior, (0.0, 0.0, 500.0))
    assert nowhere is None
    assert "not linked" in words


def test_a_calliper_becomes_an_observation_with_its_picture(client):
    answer = measured(client, use="greatest diameter")
    assert answer.status_code == 303
    entry = client.app.state.store.case("phantom-2").by_id["mr-2"]
    kept = entry.lesions[-1]
    assert (kept.max_diameter_cm, str(kept.levels), kept.measured.by) == (2.0, "T8", "Dr A")
    assert kept.measured.length_mm == pytest.approx(20.0)
    page = client.get(PAGE).text
    (address,) = re.findall(r"/cases/phantom-2/images/mr-2/proof/[0-9a-f]{64}\.png", page)
    picture = client.get(address)
    assert picture.headers["content-type"] == "image/png"
    path = client.app.state.store.file(kept.measured.picture)
    yellow = (np.asarray(Image.open(path).convert("RGB")) == [255, 210, 60]).all(axis=2)
    assert 55 <= np.ptp(np.nonzero(yellow)[1]) <= 72  # 20 mm at 3 pixels a millimetre, and the rings at the ends
    assert client.get(PAGE + "/proof/" + "0" * 64 + ".png").status_code == 422


def test_a_size_and_a_span_of_levels_are_kept(client):
    measured(client, lesion="left", use="size")
    kept = client.app.state.store.case("phantom-2").by_id["mr-2"].lesions[-1]
    assert (kept.lesion, str(kept.size)) == ("left", "20 mm")
    measured(client, tool="level span", feature="oedema", start="0,-10,-75", end="0,-10,-130", view="sagittal")
    kept = client.app.state.store.case("phantom-2").by_id["mr-2"].lesions[-1]
    assert (kept.feature, str(kept.levels), kept.size) == ("oedema", "T7–T10", None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"by": " "}, "nobody is named"),
        ({"end": "-10,-13.4,-91"}, "two points are one"),
        ({"start": "a,b,c"}, "point"),
        ({"start": "1,2"}, "point"),
        ({"tool": "ruler"}, "no such tool"),
        ({"view": "coronal"}, "no such tool, plane"),
        ({"series": "1.2.3"}, "no such series"),
        ({"tool": "level span", "start": "0,0,300", "end": "0,0,320"}, "no vertebrae are marked there"),
    ],
)
def test_what_cannot_be_measured_is_said(client, changes, said):
    answer = measured(client, **changes)
    assert answer.status_code == 422
    assert said in answer.text


def test_an_observation_over_an_older_version_is_a_conflict(client):
    assert measured(client).status_code == 303
    assert measured(client, expected="1").status_code == 409


def test_a_mark_replaces_that_of_the_same_vertebra_and_keeps_the_order(client):
    def mark(level, at):
        sent = {"level": level, "start": at, "by": "Dr A", "expected": str(expected(client))}
        return client.post(f"{PAGE}/mark", data=sent, follow_redirects=False)

    assert mark("T8", "0,-13.4,-90").status_code == 303
    assert mark("T6", "0,-9,-49").status_code == 303
    marks = client.app.state.store.case("phantom-2").by_id["mr-2"].level_marks
    assert [(str(m.level), m.at_mm[2]) for m in marks] == [("T4", -7.2), ("T6", -49.0), ("T8", -90.0), ("T10", -132.8)]
    assert {m.frame_of_reference for m in marks if str(m.level) in {"T6", "T8"}} != {""}
    wrong = mark("T7", "0,-9,-20")
    assert wrong.status_code == 422
    assert "above or below its neighbours" in wrong.text


def test_marks_of_another_frame_of_reference_are_not_used_and_not_lost(client):
    store = client.app.state.store
    entry = store.case("phantom-2").by_id["mr-2"]
    moved = [m.model_copy(update={"frame_of_reference": "2.25.9"}) for m in entry.level_marks]
    kept = entry.model_copy(update={"level_marks": tuple(moved)})
    store.amend("phantom-2", kept, reason="test", expected=expected(client))
    assert "not linked: no vertebra is marked there in both" in client.get(PAGE).text
    sent = {"level": "T8", "start": "0,-13.4,-90", "by": "Dr A", "expected": str(expected(client))}
    assert client.post(f"{PAGE}/mark", data=sent).status_code == 200
    marks = store.case("phantom-2").by_id["mr-2"].level_marks
    assert len(marks) == len(moved) + 1


def test_two_uploads_of_one_name_are_both_kept_and_must_fit_what_is_there(client):
    own = phantom_mr.phantoms.PHANTOMS[1].patient

    def volume(first):
        values = np.full((4, 8, 8), 50, dtype=np.float32)
        return Volume(values, np.array([0.0, 0, first]), (4.0, 4.0, 4.0), np.eye(3), "MR", "", "2.25.5", 0.0)

    def send(contents):
        files = [("slices", ("slice.dcm", content, "application/dicom")) for content in contents]
        sent = {"expected": str(expected(client, "imaging-planning"))}
        address = "/cases/phantom-2/images/imaging-planning/files"
        return client.post(address, files=files, data=sent, follow_redirects=False)

    assert send(write_images(own, volume(0.0), "one")).status_code == 303
    assert len(client.app.state.store.case("phantom-2").by_id["imaging-planning"].files) == 4
    assert send(write_images(own, volume(40.0), "one")).status_code == 422  # a gap between the old and the new slices


def test_slices_are_added_to_a_study_and_those_of_another_patient_are_refused(client):
    def send(contents, entry="imaging-planning"):
        files = [("slices", (f"{n}.dcm", content, "application/dicom")) for n, content in enumerate(contents)]
        sent = {"expected": str(expected(client, entry))}
        return client.post(f"/cases/phantom-2/images/{entry}/files", files=files, data=sent, follow_redirects=False)

    bare = client.get("/cases/phantom-2/images/imaging-planning").text
    assert "no images" in bare
    own = phantom_mr.phantoms.PHANTOMS[1].patient
    pet = Volume(
        np.full((6, 20, 20), 900, dtype=np.float32), np.array([-40.0, -40, -100]), (4.0, 4.0, 4.0), np.eye(3), "PT", "BQML",
        "2.25.77", 0.0,
    )  # fmt: skip
    assert send(write_images(own, pet, "pet")).status_code == 303
    shown = client.get("/cases/phantom-2/images/imaging-planning").text
    assert "BQML" in client.get("/cases/phantom-2/images/imaging-planning/at?x=0&y=0&z=-90").text
    assert "not linked" in shown or "no images" not in shown
    other = send(write_images(Patient("somebody", "Some^Body", "20260101"), pet, "pet"))
    assert other.status_code == 422
    assert "different patients" in other.text
    assert "cannot be read" in send([b"no dicom"]).text or "not a DICOM" in send([b"no dicom"]).text


def test_a_study_travels_with_its_pictures(client, tmp_path):
    measured(client)
    store = client.app.state.store
    with (tmp_path / "case.zip").open("wb") as stream:
        assert store.export("phantom-2", stream) == []
    other = Store.open(tmp_path / "elsewhere", url="")
    with (tmp_path / "case.zip").open("rb") as stream:
        case = other.receive_export(stream)
    kept = case.by_id["mr-2"].lesions[-1].measured
    assert other.file(kept.picture).read_bytes().startswith(b"\x89PNG")
    other.close()


def test_levels_between_marks_are_counted_and_nothing_is_said_beyond():
    found = LevelMap.of([(Level.T10, -40.0), (Level.T8, 0.0)])
    assert [(h.level.name, h.z_mm, h.stated) for h in found.heights] == [
        ("T8", 0.0, True), ("T9", -20.0, False), ("T10", -40.0, True),
    ]  # fmt: skip
    assert found.level(-27.0) is Level.T9
    assert found.level(9.0) is Level.T8
    assert found.level(11.0) is None
    assert found.height(found.place(-33.0)) == pytest.approx(-33.0)
    assert LevelMap.of([(Level.T8, 0.0)]).level(0.0) is None
    assert LevelMap.of([(Level.T8, 0.0), (Level.T9, 5.0)]).heights == ()


@pytest.mark.parametrize(
    "address",
    [
        "/cases/phantom-2/slice/sagittal.svg?x=0&y=0&z=-84",
        "/cases/phantom-2/images/mr-2/plane/axial.svg?x=0&y=-13&z=-91",
    ],
)
def test_a_plane_is_a_file_of_its_own_that_says_what_it_is(client, address):
    alone = client.get(address + "&alone=true")
    assert alone.headers["content-disposition"].endswith('.svg"')
    assert alone.text.startswith("<?xml")
    assert "Synthetic, nobody's data" in alone.text.replace("&#x27;", "'")
    assert "<style>" in alone.text
    assert "<style>" not in client.get(address).text


def test_the_spine_map_bears_the_profile_of_the_cord(client):
    text = client.get("/cases/phantom-2/spine").text
    assert "greatest EQD2, Gy, α/β 2" in text
    assert ">43.2</text>" in text
    assert "greatest EQD2" not in client.get("/cases/paper-000/spine").text


def test_isodoses_are_drawn_over_an_mr_of_the_same_frame_and_over_no_other(client):
    store = client.app.state.store
    assert 'name="under"' not in client.get("/cases/phantom-2/view").text  # both MR lie in frames of their own
    entry = store.case("phantom-2").by_id["imaging-planning"]
    phantom = phantom_mr.phantoms.PHANTOMS[1]
    study = phantom_mr.volume(phantom_mr.Study("planning", 1.0, (0.0, 0.0, 0.0), 0.0))
    here = Volume(
        study.values, study.origin_mm, study.spacing_mm, study.axes, "MR", "", str(phantom.patient.uid("frame")), 0.0
    )
    names = tuple(store.put_file(content) for content in write_images(phantom.patient, here, "planning"))
    seen = store.entry_version("phantom-2", "imaging-planning")
    store.amend("phantom-2", entry.model_copy(update={"files": names}), reason="test", expected=seen)
    page = client.get("/cases/phantom-2/view?under=imaging-planning").text
    assert 'value="imaging-planning" selected' in page
    plane = "/cases/phantom-2/slice/sagittal.svg?x=0&y=0&z=-84"
    over_ct, over_mr = (client.get(plane + more).text for more in ("", "&under=imaging-planning"))
    images = [re.search(r'href="data:image/png;base64,([^"]+)"', text)[1] for text in (over_ct, over_mr)]
    assert images[0] != images[1]
    lines = [re.findall(r"<polyline[^>]+>", text) for text in (over_ct, over_mr)]
    assert lines[0] == lines[1]
    assert client.get(plane + "&under=mr-1").status_code == 422
