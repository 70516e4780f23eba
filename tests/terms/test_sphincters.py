"""Words of bladder and bowel in five languages: disturbed, not disturbed, or not said; never one for another."""

import pytest

from myelon.record.kinds import Neurology
from myelon.terms.sphincters import disturbed, not_understood, of_sphincters

DISTURBED = [
    "retention", "Harnverhalt", "rétention urinaire", "尿閉", "incontinent", "Stuhlinkontinenz", "膀胱直腸障害", "膀胱直腸障害あり",
    "vessie neurologique", "incontinence urinaire", "urge incontinence", "Dauerkatheter seit gestern",
    "catheterised", "Blasenentleerungsstörung", "Blasenstörung", "globe vésical", "fécalome et incontinence anale",
    "尿失禁", "便失禁", "排尿障害", "重度の排尿障害", "overflow incontinence", "Überlaufblase", "not continent",
    "no longer continent", "nicht kontinent", "cannot void", "unable to pass urine", "loss of bladder control",
    "kann nicht mehr Wasser lassen", "Restharn 450 ml", "post-void residual 600 mL",
    "saddle anaesthesia and retention", "no anal tone", "anal tone reduced", "neurogenic bladder", "neurogene Blase",
    "incontinence since yesterday, previously normal", "normal until yesterday, now retention", "continence lost",
    "troubles sphinctériens", "constipation and urinary hesitancy", "hesitancy", "not normal", "abnormal",
    "nicht normal", "異常あり", "impaired", "gestört", "no bladder control", "kein Gefühl beim Wasserlassen", "尿意なし",
    "小便困难", "reduced tone", "no sensation of filling", "progressed rapidly", "worse since yesterday",
    "complete dysfunction", "difficulty passing stool", "intestinal obstruction", "disturbed",
    "continent, retention", "retention or incontinence", "no retention, overflow", "no longer able to void",
]  # fmt: skip
NOT_DISTURBED = [
    "normal", "continent", "no incontinence", "keine Inkontinenz", "keine Blasenstörung", "unauffällig", "o. B.",
    "regelrecht", "sans particularité", "pas de troubles sphinctériens", "pas de rétention",
    "absence d’incontinence", "膀胱直腸障害なし", "異常なし", "正常", "尿失禁なし", "intact", "preserved", "continence preserved",
    "denies incontinence", "incontinence denied", "Inkontinenz verneint", "no retention or incontinence",
    "neither retention nor incontinence", "without incontinence", "Kontinenz erhalten", "kontinent", "RAS",
    "continence conservée", "unremarkable", "no urinary symptoms", "no bladder dysfunction", "free of incontinence",
    "never incontinent", "not incontinent", "nicht inkontinent", "kein Harnverhalt", "retention excluded",
    "Harnverhalt ausgeschlossen", "incontinence resolved", "normalised", "spontaneous voiding", "Spontanmiktion",
    "Miktion frei", "miction normale", "no bladder and bowel dysfunction", "keine Stuhl- und Harninkontinenz",
    "no loss of control", "keine Besonderheiten", "no urinary or bowel symptoms", "大小便正常", "无大小便失禁", "no problems",
    "tone normal", "normal; no complaints", "continent of urine and stool", "no retention or overflow dribbling",
    "no retention and continent", "not examined, continent",
]  # fmt: skip
NOT_SAID = [
    "n/a", "not examined", "unknown", "nicht untersucht", "non évalué", "不明", "not reported", "?", "to be clarified",
    "possible retention", "fragliche Inkontinenz", "V. a. Harnverhalt", "未評価", "risk of retention",
    "at risk of incontinence", "pending", "BPH", "urodynamics planned", "stress incontinence since childbirth 1990",
    "long-term catheter since 2015 for stricture", "urostomy", "ileal conduit", "anuric on dialysis", "colostomy",
    "nothing written", "no worse", "not progressed", "improved", "stable", "same as before",
]  # fmt: skip


@pytest.mark.parametrize("words", DISTURBED)
def test_a_disturbance_is_read_in_every_language(words):
    assert disturbed(words) is True
    assert disturbed(f"{words}; normal gait") is True
    assert Neurology(id="n", bladder=words).sphincters_disturbed is True
    assert Neurology(id="n", bowel=words, sphincters="absent").sphincters_disturbed is True
    assert Neurology(id="n", bowel=words, sphincters="absent").sphincters_contradicted


@pytest.mark.parametrize("words", NOT_DISTURBED)
def test_a_denial_is_no_disturbance(words):
    assert disturbed(words) is False
    assert disturbed(f"{words}, retention since noon") is True
    assert disturbed(f"{words}, possible retention") is None
    exam = Neurology(id="n", bladder=words)
    assert exam.sphincters_disturbed is False
    assert not exam.sphincters_open


@pytest.mark.parametrize("words", NOT_SAID)
def test_words_that_say_nothing_are_neither(words):
    assert disturbed(words) is None
    assert Neurology(id="n", bladder=words, sphincters="present").sphincters_disturbed is True
    assert Neurology(id="n", bladder=words).sphincters_disturbed is None
    assert Neurology(id="n", bladder=words, bowel="normal").sphincters_disturbed is (
        None if not_understood(words) else False
    )


def test_what_was_looked_at_and_not_understood_is_told_from_what_was_not():
    assert [w for w in ("BPH", "?", "possible retention", "pending") if not not_understood(w)] == []
    assert [w for w in ("n/a", "not examined", "unchanged", "normal", "retention") if not_understood(w)] == []


def test_a_symptom_counts_where_it_speaks_of_bladder_or_bowel():
    assert of_sphincters("urinary retention since yesterday")
    assert not of_sphincters("weight loss")
    assert Neurology(id="n", symptoms=("weight loss", "urinary retention since yesterday")).sphincters_disturbed is True
    assert Neurology(id="n", symptoms=("weight loss", "weakness")).sphincters_disturbed is None
    assert Neurology(id="n", symptoms=("keine Inkontinenz",)).sphincters_disturbed is False
