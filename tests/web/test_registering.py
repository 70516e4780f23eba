"""From two CTs to a sum by voxel on the page: register, look, accept; and contours under other names confirmed."""

import io
import re
import time

import numpy as np
import pydicom
import pytest

from myelon.board.packet import prepare
from myelon.demo.phantoms import PHANTOMS
from myelon.errors import InputError
from myelon.exchange.dicom.courses import read_courses
from myelon.exchange.dicom.registration import read_registration
from myelon.record.kinds import Surgery
from myelon.terms.roi_names import suggest
from myelon.web.jobs import Jobs

PAGE = "/cases/phantom-3/register/rt-1"


@pytest.fixture
def client(own):
    return own


def registered(client, **sent):
    answer = client.post(PAGE, data={"around": ["VB_T08"], **sent}, follow_redirects=False)
    assert answer.status_code == 303
    mark = re.search(r"job=([0-9a-f]+)", answer.headers["location"])[1]
    for _ in range(600):
        text = client.get(f"{PAGE}/state?job={mark}").text
        if "hx-get" not in text:
            return mark, text
        time.sleep(0.1)
    raise AssertionError(text)


def accept(client, mark, **sent):
    version = client.app.state.store.entry_version("phantom-3", "rt-1")
    sent = {"job": mark, "expected": str(version), "by": "Dr A", **sent}
    return client.post(f"{PAGE}/accept", data=sent, follow_redirects=False)


def dose(client):
    store = client.app.state.store
    case = store.case("phantom-3")
    return prepare(case, read_courses(case, store.file)).dose


def test_a_registration_is_made_looked_at_and_accepted_and_the_sum_is_by_voxel(client):
    assert "Register RT 1" in client.get("/cases/phantom-3/dose").text
    assert str(dose(client).basis) == "prescription"
    assert 'value="VB_T08" checked' in client.get(PAGE).text
    mark, text = registered(client)
    assert "Look, then accept or not" in text
    assert "Dice of SpinalCord 0.9" in text
    assert client.get(f"{PAGE}/picture.png?job={mark}").content.startswith(b"\x89PNG")
    assert accept(client, mark, by=" ").status_code == 422
    assert accept(client, mark, expected="0").status_code == 409
    assert accept(client, mark).status_code == 303
    course = client.app.state.store.case("phantom-3").by_id["rt-1"]
    assert course.registration_accepted.by == "Dr A"
    found = dose(client)
    assert str(found.basis) == "voxel sum"
    store, phantom = client.app.state.store, PHANTOMS[2]
    file = read_registration(store.file(course.files.registration))
    frames = [str(phantom.patient.uid("frame", "first")), str(phantom.patient.uid("frame"))]
    near = np.array([[x, y, z] for x in (-10.0, 10.0) for y in (-30.0, 10.0) for z in (-90.0, -60.0)])
    true = near @ phantom.onto_first[:3, :3].T + phantom.onto_first[:3, 3]
    assert np.linalg.norm(file.between(*frames).apply(near) - true, axis=1).max() < 0.75
    same_frame = [c.grid("F") for c in phantom.courses]
    middle = np.array([[0.0, 8.0, -75.0]])
    placed = [g.at(middle)[0] for g in found.grids]
    assert placed == pytest.approx([g.at(middle)[0] for g in same_frame], abs=0.3)


def test_another_file_in_the_place_of_the_accepted_one_is_not_used_and_the_page_lives(client):
    store = client.app.state.store
    mark, _ = registered(client)
    assert accept(client, mark).status_code == 303

    def keep(**update):
        course = store.case("phantom-3").by_id["rt-1"]
        kept = course.model_copy(update=update)
        store.amend("phantom-3", kept, reason="test", expected=store.entry_version("phantom-3", "rt-1"))
        return course

    accepted = store.file(store.case("phantom-3").by_id["rt-1"].files.registration).read_bytes()
    data = pydicom.dcmread(io.BytesIO(accepted))
    data.FrameOfReferenceUID = "2.25.1"
    for row in data.RegistrationSequence:
        row.FrameOfReferenceUID = "2.25.2"
    stream = io.BytesIO()
    data.save_as(stream, enforce_file_format=True)
    other = store.put_file(stream.getvalue())
    course = store.case("phantom-3").by_id["rt-1"]
    keep(files=course.files.model_copy(update={"registration": other}))
    assert any("not the one that Dr A accepted" in note for note in dose(client).notes)
    keep(registration_accepted=course.registration_accepted.model_copy(update={"of": other}))
    assert str(dose(client).basis) == "prescription"
    assert client.get("/cases/phantom-3/dose").status_code == 200


def test_a_course_at_t10_offers_t10_and_not_t1(client):
    store = client.app.state.store
    course = store.case("phantom-3").by_id["rt-2"]
    for span, offered in (("T10", ["VB_T10"]), ("T1", ["VB_T01"])):
        kept = type(course).model_validate(course.model_dump() | {"levels": span})
        seen = store.entry_version("phantom-3", "rt-2")
        store.amend("phantom-3", kept, reason="test", expected=seen)
        assert re.findall(r'value="(VB_\w+)" checked', client.get(PAGE).text) == offered


def test_what_cannot_be_registered_is_said(client):
    mark, text = registered(client, around=["VB_T07", "VB_T08", "VB_T09", "VB_T10"])
    assert "4 vertebrae" in text
    assert accept(client, mark).status_code == 422
    assert "no ROI" in registered(client, around=["VB_L5"])[1]
    assert client.post(PAGE, data={"around": ["VB_T08"], "kind": "elastic"}).status_code == 422
    assert client.get("/cases/phantom-3/register/rt-2").status_code == 422
    assert client.get("/cases/paper-000/register/rt-1").status_code == 422
    assert client.get(f"{PAGE}/state?job=0123").status_code == 422


def test_an_affine_fit_through_an_operation_asks_whether_it_holds_there(client):
    operation = Surgery.model_validate(
        {"id": "op", "kind": "surgery", "procedures": ["laminectomy"], "levels": "T8", "when": {"kind": "unknown"}}
    )
    client.app.state.store.amend("phantom-3", operation, reason="test", expected=0)
    mark, text = registered(client, kind="affine")
    assert "it holds there too" in text
    assert "Jacobian" in text
    assert accept(client, mark).status_code == 303
    assert any("nobody accepted it there" in note for note in dose(client).notes)
    assert accept(client, mark, despite="true").status_code == 303
    assert str(dose(client).basis) == "voxel sum"


def test_a_job_stops_at_its_next_step_when_somebody_asks():
    jobs = Jobs()
    mark = jobs.start("work", lambda say: [(say(f"step {n}"), time.sleep(0.02)) for n in range(500)])
    while not jobs.get(mark, "work").lines:
        time.sleep(0.01)
    jobs.get(mark, "work").cancelled = True
    jobs.close()
    job = jobs.get(mark, "work")
    assert "stopped, as asked" in job.error
    assert len(job.lines) < 500
    with pytest.raises(InputError, match="no such job"):
        jobs.get(mark, "other work")


@pytest.mark.parametrize(
    ("name", "standard"),
    [
        ("SpinalCord", "SpinalCord"), ("Spinal_Cord", "SpinalCord"), ("CORD", "SpinalCord"), ("Myelon", "SpinalCord"),
        ("Rückenmark", "SpinalCord"), ("moelle épinière", "SpinalCord"), ("Médula espinal", "SpinalCord"),
        ("midollo", "SpinalCord"), ("脊髄", "SpinalCord"), ("척수", "SpinalCord"), ("rdzeń kręgowy", "SpinalCord"),
        ("Duralsack", "ThecalSac"), ("canal rachidien", "SpinalCanal"), ("Queue de cheval", "CaudaEquina"),
        ("BWK 8", "VB_T08"), ("Th8", "VB_T08"), ("LWK5", "VB_L5"), ("Vertebra_C7", "VB_C7"), ("vertebre L1", "VB_L1"),
        ("PTV_24", "PTV"), ("gtv1", "GTV"), ("T13", None), ("Cord PRV", None), ("Myelon+3mm", None), ("Heart", None),
        ("", None), ("cordoma", None),
    ],
)  # fmt: skip
def test_a_name_suggests_its_standard_name_and_a_margin_none(name, standard):
    assert suggest(name) == standard


def test_contours_of_another_language_count_after_a_person_confirmed_them(client):
    store = client.app.state.store
    case = store.case("phantom-2")
    words = {"SpinalCord": "Rückenmark", "ThecalSac": "Duralsack"}
    for course_id in ("rt-1", "rt-2"):
        course = case.by_id[course_id]
        data = pydicom.dcmread(store.file(course.files.rtstruct))
        for roi in data.StructureSetROISequence:
            roi.ROIName = words.get(str(roi.ROIName), str(roi.ROIName))
        stream = io.BytesIO()
        data.save_as(stream, enforce_file_format=True)
        files = course.files.model_copy(update={"rtstruct": store.put_file(stream.getvalue())})
        seen = store.entry_version("phantom-2", course_id)
        store.amend("phantom-2", course.model_copy(update={"files": files}), reason="test", expected=seen)
    assert "no structure is called SpinalCord" in client.get("/cases/phantom-2/dose").text
    page = client.get("/cases/phantom-2/structures/rt-2").text
    assert page.count(">suggested<") == 2
    rows = re.findall(r'name="name" value="([^"]+)".*?<option selected>(\w+)</option>', page, re.DOTALL)
    assert ("Rückenmark", "SpinalCord") in rows

    def confirm(**sent):
        version = store.entry_version("phantom-2", "rt-2")
        sent = {"name": ["Rückenmark", "Duralsack"], "standard": ["SpinalCord", "ThecalSac"], "by": "Dr A", **sent}
        address = "/cases/phantom-2/structures/rt-2"
        return client.post(address, data={"expected": str(version), **sent}, follow_redirects=False)

    assert confirm(by="").status_code == 422
    assert confirm(standard=["SpinalCord", "SpinalCord"]).status_code == 422
    assert confirm(standard=["SpinalCord", "Heart"]).status_code == 422
    taken = confirm(standard=["VB_T08", "ThecalSac"])
    assert taken.status_code == 422
    assert "the file itself has a contour VB_T08" in taken.text
    assert confirm(expected="0").status_code == 409
    assert confirm().status_code == 303
    text = client.get("/cases/phantom-2/dose").text
    assert "no structure is called SpinalCord" not in text
    assert "voxel sum" in text
