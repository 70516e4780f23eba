"""Many cases: each error its own, resumed where it stopped, the same lines on any workers."""

import json
import shutil

import pytest

from myelon.demo.hospital import demo_case, name_files
from myelon.demo.phantoms import PHANTOMS
from myelon.errors import InputError
from myelon.exchange import dose_batch
from myelon.exchange.dose_batch import documents, run
from myelon.record.case import write_case


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two cases of papers, one with DICOM, one whose dose file is broken, and one that is no case."""
    made = tmp_path_factory.mktemp("cases")
    for name in ("paper-000", "paper-003"):
        (made / f"{name}.yaml").write_text(write_case(demo_case(name)), encoding="utf-8")
    (made / "phantom").mkdir()
    objects = PHANTOMS[0].dicom()
    case = name_files(demo_case("phantom-1"), {kind: len(contents) for kind, contents in objects.items()})
    for kind, contents in objects.items():
        for n, content in enumerate(contents):
            (made / "phantom" / f"{kind}.{n}").write_bytes(content)
    (made / "phantom" / "case.yaml").write_text(write_case(case), encoding="utf-8")
    shutil.copytree(made / "phantom", made / "broken")
    (made / "broken" / "rtdose.1").write_bytes(b"no dose")
    (made / "not a case.yaml").write_text("a: [1", encoding="utf-8")
    return made


def lines_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_case_has_its_line_and_its_own_error(folder, tmp_path):
    seen = []
    found = run(documents([folder]), tmp_path / "out.jsonl", progress=seen.append)
    lines = lines_of(tmp_path / "out.jsonl")
    assert (found.done, found.of, found.failed, len(seen)) == (5, 5, 2, 5)
    by_case = {line["case"]: line for line in lines}
    assert "not a DICOM file" in by_case["case"]["error"]["what"]
    assert "error" in by_case["not a case"]
    phantom = by_case["phantom-1"]["groups"][0]
    assert (phantom["basis"], phantom["courses"]) == ("voxel sum", ["rt-1", "rt-2"])
    assert {v["verdict"] for v in phantom["verdicts"]} >= {"fail"}
    assert by_case["paper-003"]["groups"][0]["basis"] == "prescription"
    assert not (tmp_path / "out.jsonl.part").exists()


def test_a_second_run_computes_only_what_changed(folder, tmp_path, monkeypatch):
    mine = tmp_path / "cases"
    shutil.copytree(folder, mine)
    out = tmp_path / "out.jsonl"
    run(documents([mine]), out)
    first = out.read_bytes()
    assert run(documents([mine]), out).kept == 3  # the two errors are tried again
    assert out.read_bytes() == first
    document = mine / "paper-003.yaml"
    document.write_text(document.read_text(encoding="utf-8") + "# looked through\n", encoding="utf-8")
    assert run(documents([mine]), out).kept == 2
    stopped = out.read_text(encoding="utf-8").splitlines(keepends=True)
    out.unlink()
    (tmp_path / "out.jsonl.part").write_text("".join(stopped[:3]) + stopped[3][:40], encoding="utf-8")
    found = run(documents([mine]), out)
    assert found.kept == sum("error" not in json.loads(line) for line in stopped[:3])
    assert out.read_text(encoding="utf-8") == "".join(stopped)


def test_an_error_of_a_former_run_goes_when_its_cause_is_gone(folder, tmp_path):
    mine = tmp_path / "cases"
    shutil.copytree(folder, mine)
    out = tmp_path / "out.jsonl"
    assert run(documents([mine]), out).failed == 2
    shutil.copy(folder / "phantom" / "rtdose.1", mine / "broken" / "rtdose.1")
    (mine / "not a case.yaml").unlink()
    found = run(documents([mine]), out)
    assert (found.failed, found.of) == (0, 4)
    assert not any("error" in line for line in lines_of(out))


def test_a_defect_in_one_case_does_not_stop_the_others(folder, tmp_path, monkeypatch):
    def broken(case):
        if case.id == "paper-000":
            raise ZeroDivisionError
        return ()

    monkeypatch.setattr(dose_batch, "_named", broken)
    run(documents([folder / "paper-000.yaml", folder / "paper-003.yaml"]), tmp_path / "out.jsonl")
    first, second = lines_of(tmp_path / "out.jsonl")
    assert "stopped by a defect (ZeroDivisionError)" in first["error"]["what"]
    assert second["groups"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_dask_here_and_at_an_address_gives_the_same_bytes(folder, tmp_path):
    distributed = pytest.importorskip("distributed", reason="Dask is not here: the extra `cluster`")
    paths = documents([folder])
    run(paths, tmp_path / "one.jsonl")
    run(paths, tmp_path / "two.jsonl", workers=2)
    with distributed.LocalCluster(
        n_workers=1, processes=False, dashboard_address=None, protocol="tcp", silence_logs=40
    ) as there:
        run(paths, tmp_path / "far.jsonl", scheduler=there.scheduler_address)
    one = (tmp_path / "one.jsonl").read_bytes()
    assert (tmp_path / "two.jsonl").read_bytes() == one
    assert (tmp_path / "far.jsonl").read_bytes() == one


def test_what_is_not_there_is_said(tmp_path, folder, monkeypatch):
    with pytest.raises(InputError, match="no such file"):
        documents([tmp_path / "nothing"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no case document"):
        documents([tmp_path / "empty"])
    with pytest.raises(InputError, match="cannot be written"):
        run(documents([folder / "paper-000.yaml"]), tmp_path / "no folder" / "out.jsonl")
    monkeypatch.setattr(dose_batch, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"myelon\[cluster\]"):
        run(documents([folder / "paper-000.yaml"]), tmp_path / "out.jsonl", workers=2)
