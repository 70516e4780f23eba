import pytest

from myelon.errors import TableError
from myelon.exchange.table import parse_survival_csv, read_survival_csv

GOOD = "time,event,arm\n5,1,A\n6,0,A\n7,1,B\n8,,B\n"


def test_an_empty_cell_is_left_out_and_listed():
    read = parse_survival_csv(GOOD, time="time", event="event", group="arm")
    assert (read.rows, read.used, read.left_out) == (4, 3, ((4, "event"),))
    assert read.table.groups == ("A", "B")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_seen(delimiter):
    read = parse_survival_csv(GOOD.replace(",", delimiter), time="time", event="event", group="arm")
    assert read.used == 3


def test_numeric_groups_are_in_the_order_of_numbers():
    text = "t,e,g\n1,1,10\n2,1,9\n3,1,2\n"
    assert parse_survival_csv(text, time="t", event="e", group="g").table.groups == ("2", "9", "10")


BAD = {
    "missing column": (GOOD, {"time": "days"}, "no column 'days'.*time, event, arm"),
    "event not 0 or 1": ("time,event\n1,2\n", {}, "row 1: event is 2, not 0 or 1"),
    "negative time": ("time,event\n1,1\n-4,1\n", {}, "row 2: time is -4"),
    "word for a time": ("time,event\nlong,1\n", {}, "time is 'long', not a number"),
    "infinite time": ("time,event\ninf,1\n", {}, "time is inf"),
    "empty group": ("time,event,arm\n1,1,A\n,1,B\n", {"group": "arm"}, "group 'B' is empty"),
    "nothing": ("time,event\n", {}, "no patient"),
    "empty file": ("", {}, "no column"),
    "too many groups": ("time,event,id\n" + "\n".join(f"1,1,p{n}" for n in range(60)), {"group": "id"}, "60 groups"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_tables_say_what_and_where(name):
    text, columns, words = BAD[name]
    with pytest.raises(TableError, match=words) as caught:
        parse_survival_csv(text, **{"time": "time", "event": "event", **columns})
    assert caught.value.todo


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(TableError, match="no such file"):
        read_survival_csv(tmp_path / "none.csv", time="t", event="e")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00time")
    with pytest.raises(TableError, match="not UTF-8"):
        read_survival_csv(tmp_path / "bytes.csv", time="t", event="e")
