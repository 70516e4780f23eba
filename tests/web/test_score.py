"""A score of a table on its page: developed from items, or validated by a column."""

import csv
import io

from myelon.demo.report_004 import POINTS, dumbbell


def uploaded(client, text):
    answer = client.post("/cohorts", files={"table": ("t.csv", text, "text/csv")}, follow_redirects=False)
    return answer.headers["location"]


def dumbbells():
    items, malignant = dumbbell()
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";")
    rows.writerow([*items, "score", "malignant"])
    for k, case in enumerate(malignant):
        values = [v[k] for v in items.values()]
        rows.writerow([*values, sum(p * v for p, v in zip(POINTS.values(), values, strict=True)), case])
    return out.getvalue()


def test_the_dumbbell_score_is_developed_and_validated(own):
    where = uploaded(own, dumbbells())
    start = own.get(where + "/score").text
    assert "osteolysis" in start
    assert "<option selected>malignant</option>" in start
    points = {f"points-{k}": str(p) for k, p in enumerate(POINTS.values())}
    text = own.get(where + "/score", params={"case": "malignant", "cut_off": "3", **points}).text
    for words in ("59 patients", "18/20 (90.0 %)", "33/39 (84.6 %)", "5.5", "Items, each alone", "flatters a score"):
        assert words in text
    other = own.get(where + "/score", params={"case": "malignant", "value": "score", "cut_off": "3"}).text
    assert "18/20 (90.0 %)" in other
    assert "Items, each alone" not in other
    assert "A score of this table" in own.get(where).text


def test_what_is_no_score_is_said_and_the_form_stays(own):
    where = uploaded(own, "a,b,ill\n0,5,0\n1,2,1\n1,1,1\n0,3,0\n,1,1\n")
    for given, words in (
        ({"points-0": "x"}, "no number"), ({"points-1": "1"}, "item &#39;b&#39;"), ({"value": "z"}, "no column"),
        ({"points-0": "1", "case": "b"}, "not 0 or 1"), ({"value": "b", "prevalence": "2"}, "prevalence"),
    ):  # fmt: skip
        text = own.get(where + "/score", params={"case": "ill", **given}).text
        assert words in text, given
        assert "Points of each item" in text
    text = own.get(where + "/score", params={"case": "ill", "points-0": "1"}).text
    assert "4 patients; 1 rows left out" in text
