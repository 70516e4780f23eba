"""Words of bladder and bowel in five languages: disturbed, not disturbed, or not said; never one for another."""

import pytest

from myelon.record.kinds import Neurology
from myelon.terms.sphincters import disturbed, not_understood, of_sphincters, of_the_bowel

DISTURBED = [
    "retention", "Harnverhalt", "rétention urinaire", "尿閉", "incontinent", "Stuhlinkontinenz", "膀胱直腸障害",
    "膀胱直腸障害あり", "vessie neurologique", "incontinence urinaire", "urge incontinence",
    "Dauerkatheter seit gestern", "catheterised", "Blasenentleerungsstörung", "Blasenstörung", "globe vésical",
    "fécalome et incontinence anale", "尿失禁", "便失禁", "排尿障害", "重度の排尿障害", "overflow incontinence",
    "Überlaufblase", "not continent", "no longer continent", "nicht kontinent", "cannot void",
    "unable to pass urine", "loss of bladder control", "kann nicht mehr Wasser lassen",
    "saddle anaesthesia and retention", "no anal tone", "anal tone reduced", "neurogenic bladder",
    "neurogene Blase", "incontinence since yesterday, previously normal",
    "normal until yesterday, now retention", "continence lost", "troubles sphinctériens",
    "constipation and urinary hesitancy", "hesitancy", "not normal", "abnormal", "nicht normal", "異常あり",
    "impaired", "gestört", "no bladder control", "kein Gefühl beim Wasserlassen", "尿意なし", "小便困难",
    "reduced tone", "no sensation of filling", "progressed rapidly", "worse since yesterday",
    "complete dysfunction", "difficulty passing stool", "intestinal obstruction", "disturbed",
    "continent, retention", "retention or incontinence", "no retention, overflow", "no longer able to void",
    "incontinence not improved", "incontinence not resolved", "retention has not resolved",
    "retention persists without improvement", "incontinence without warning", "incontinent without sensation",
    "incontinent of urine without feeling it", "needs catheter without improvement",
    "retention without catheter", "no incontinence except urge incontinence", "Harnverhalt ohne Besserung",
    "Inkontinenz nicht gebessert", "Inkontinenz ohne Gefühl", "incontinence non améliorée",
    "incontinence sans amélioration", "尿閉が改善しない", "perte de contrôle", "ne contrôle plus ses urines",
    "miction impossible", "tonus anal aboli", "tonus anal diminué", "自排尿不可", "自排尿不能", "尿意消失", "便意消失", "尿意低下",
    "不正常", "trial of void failed", "failed trial without catheter", "straining to void",
    "has not passed urine", "no bowel movement for 5 days", "Foley", "wears pads", "TWOC failed",
    "saddle numbness", "Reithosenanästhesie", "Sphinktertonus herabgesetzt", "Analtonus vermindert",
    "perte des urines", "hypoesthésie périnéale", "バルーン留置中", "尿道カテーテル留置", "肛門括約筋弛緩", "留置尿管", "无法排尿", "不能自行排尿",
    "鞍区麻木",
]  # fmt: skip
NOT_DISTURBED = [
    "normal", "continent", "no incontinence", "keine Inkontinenz", "keine Blasenstörung", "unauffällig",
    "o. B.", "regelrecht", "sans particularité", "pas de troubles sphinctériens", "pas de rétention",
    "absence d’incontinence", "膀胱直腸障害なし", "異常なし", "正常", "尿失禁なし", "intact", "preserved", "continence preserved",
    "denies incontinence", "incontinence denied", "Inkontinenz verneint", "no retention or incontinence",
    "neither retention nor incontinence", "without incontinence", "Kontinenz erhalten", "kontinent", "RAS",
    "continence conservée", "unremarkable", "no urinary symptoms", "no bladder dysfunction",
    "free of incontinence", "never incontinent", "not incontinent", "nicht inkontinent", "kein Harnverhalt",
    "retention excluded", "Harnverhalt ausgeschlossen", "incontinence resolved", "normalised",
    "spontaneous voiding", "Spontanmiktion", "Miktion frei", "miction normale",
    "no bladder and bowel dysfunction", "keine Stuhl- und Harninkontinenz", "no loss of control",
    "keine Besonderheiten", "no urinary or bowel symptoms", "大小便正常", "无大小便失禁", "no problems", "tone normal",
    "normal; no complaints", "continent of urine and stool", "no retention or overflow dribbling",
    "no retention and continent", "not examined, continent", "retention, now resolved",
    "incontinent until surgery, now continent", "catheter removed, voids spontaneously", "ungestört",
    "Blasenentleerung ungestört", "rétention résolue", "rétention disparue", "plus de rétention",
    "sonde retirée, mictions spontanées", "Dauerkatheter entfernt, Spontanmiktion", "尿閉は改善した", "尿閉が消失",
    "膀胱直腸障害(-)", "膀胱直腸障害（－）", "膀胱直腸障害なく", "大小便无失禁", "大小便无异常", "未见尿潴留", "尿潴留已缓解", "不失禁", "未出现失禁", "括约肌功能无障碍",
    "ok", "fine", "good", "not affected", "sphincters spared", "bladder and bowel intact",
    "Blase und Mastdarm intakt", "intakt", "gut", "unauff.", "ohne Befund", "問題なし", "自行排尿", "二便如常",
    "sphincters respectés",
]  # fmt: skip
NOT_SAID = [
    "n/a", "not examined", "unknown", "nicht untersucht", "non évalué", "不明", "not reported", "?",
    "to be clarified", "possible retention", "fragliche Inkontinenz", "V. a. Harnverhalt", "未評価",
    "risk of retention", "at risk of incontinence", "pending", "BPH", "urodynamics planned",
    "stress incontinence since childbirth 1990", "long-term catheter since 2015 for stricture", "urostomy",
    "ileal conduit", "anuric on dialysis", "colostomy", "nothing written", "no worse", "not progressed",
    "improved", "stable", "same as before", "résidu post-mictionnel 400 ml", "膀胱直腸障害ははっきりしない",
    "post-void residual 30 ml", "Z. n. Harnverhalt", "Harnverhalt rückläufig", "drohender Harnverhalt",
    "antécédent de rétention", "ancienne rétention", "尿閉の既往", "残尿 20 ml", "既往尿潴留", "Restharn 20 ml",
    "constipation", "PVR 500 ml", "bladder scan 700 ml", "Restharn 450 ml", "post-void residual 600 mL",
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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("worse than before", True),
        ("was catheterised yesterday", None),
        ("has had retention since Monday", None),
        ("had retention", None),
    ],
)
def test_a_past_tense_is_asked_and_not_passed_over(words, said):
    assert disturbed(words) is said
    assert said or not_understood(words)


def test_a_symptom_counts_where_it_speaks_of_bladder_or_bowel():
    assert of_sphincters("urinary retention since yesterday")
    assert not of_sphincters("weight loss")
    assert Neurology(id="n", symptoms=("weight loss", "urinary retention since yesterday")).sphincters_disturbed is True
    assert Neurology(id="n", symptoms=("weight loss", "weakness")).sphincters_disturbed is None
    assert Neurology(id="n", symptoms=("keine Inkontinenz",)).sphincters_disturbed is False


@pytest.mark.parametrize(
    "words",
    ["cannot avoid pain", "CO2 retention", "fluid retention", "retention of dentures", "糖尿病による神経障害", "abnormal stool colour",
     "fecal occult blood abnormal", "urine dipstick abnormal", "Harnstoff gestört", "Blasenkrebs mit Beschwerden"],
)  # fmt: skip
def test_a_symptom_of_something_else_is_none_of_bladder_or_bowel(words):
    assert not of_sphincters(words)


@pytest.mark.parametrize(
    ("words", "bowel"), [("faecal incontinence", True), ("urinary retention", False), ("便失禁", True), ("尿閉", False)]
)
def test_a_symptom_is_of_the_bowel_or_of_the_bladder(words, bowel):
    assert of_sphincters(words)
    assert of_the_bowel(words) is bowel
