"""What the instruments come to, as far as a rule asks for it, and what the prognostic ones say of six months."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from myelon.assess.compression import HIGH, compressed
from myelon.board.facts.fact import UNKNOWN, Fact
from myelon.board.logic import Known, no, unknown, yes
from myelon.terms.levels import organ_at
from myelon.terms.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from myelon.assess import Instrument, Result
    from myelon.board.facts.situation import Situation


def _category(instrument_id: str, yes: Iterable[str], name: str) -> Callable[[Situation], Known]:
    wanted = frozenset(yes)

    def find(s: Situation) -> Known:
        result = s.score(instrument_id)
        entries = tuple(dict.fromkeys(b.entry for b in result.because if b.entry))
        if result.not_applicable:
            return unknown(f"{name} does not apply: {result.not_applicable}", source=instrument_id)
        labels = {c.key: c.label for c in s.instruments[instrument_id].categories}
        if result.categories is not None:
            said = result.value.replace("_", " ") or "nothing fits"
            if instrument_id == "noms_2013":
                said = "; ".join(labels.get(c, c) for c in result.categories) or "nothing fits"
            said = f"{said} ({'; '.join(result.steps)})" if instrument_id == "wbb_1997" else said
            return Known(bool(wanted & set(result.categories)), f"{name}: {said}", entries, instrument_id)
        possible = set(result.reachable_categories)
        if possible and (possible <= wanted or not possible & wanted):
            said = f"{name}: {'; '.join(labels.get(c, c) for c in sorted(possible))}, whatever is missing"
            return Known(possible <= wanted, said, entries, instrument_id)
        return Known(
            None, f"{name} is open; missing: {', '.join(result.missing)}".replace("_", " "), entries, instrument_id
        )

    return find


def _unstable(s: Situation) -> Known:
    """SINS says stable or unstable; in between it is indeterminate, and stays open."""
    found = _category("sins_2010", ("unstable",), "SINS")(s)
    if found.value is False and "potentially unstable" in found.words:
        return unknown(f"{found.words}: indeterminate, a surgeon says", found.entries, found.source)
    return found


def _escc(*wanted: str) -> Callable[[Situation], Known]:
    """Any vertebra with the cord, over every lesion of every study."""

    def find(s: Situation) -> Known:
        found = compressed(s.patient, frozenset(wanted), cord=True)
        if found is not None:
            return Known(found.value, found.words, found.entries, "escc_2010")
        result = s.score("escc_2010")
        if result.not_applicable:
            return no(f"no cord there: {result.not_applicable}", source="escc_2010")
        levels = s.patient.tumour.levels if s.patient.tumour is not None else None
        if levels is not None and organ_at(levels).organs == ("cauda_equina",):
            return no(f"the tumour lies at {levels}, below the conus", s.tumour_ids[:1])
        return UNKNOWN

    return find


def _cauda(s: Situation) -> Known:
    """Compression of the roots below the conus is a fact of its own: the scale of the cord does not grade it."""
    found = compressed(s.patient, HIGH, cord=False)
    if found is not None:
        words = found.words.replace("ESCC", "epidural grade, as for the cord,")
        return Known(found.value, f"cauda equina: {words}", found.entries)
    levels = s.patient.tumour.levels if s.patient.tumour is not None else None
    if levels is not None and "cauda_equina" not in organ_at(levels).organs:
        return no(f"the tumour lies at {levels}, above the cauda equina", s.tumour_ids[:1])
    return UNKNOWN


PROGNOSIS: dict[str, dict[str, bool]] = {
    "tokuhashi_2005": {"lt6": False, "ge6": True, "ge12": True},
    "katagiri_2014": {"low": True, "high": False},
    "van_der_linden_2005": {"A": False, "B": True, "C": True},
    "bollen_2014": {"A": True, "B": True, "C": False, "D": False},
    "rades_os_2008": {"I": False, "III": True},
    "rades_bsc_2013": {"short_life": False},
}
"""Instrument → category → whether it speaks for six months or more. A band between them says neither."""


NOMS_OUTCOMES = {
    "cebrt": "conventional radiotherapy",
    "srs": "radiosurgery",
    "separation_srs": "separation surgery, then radiosurgery",
    "stabilise": "stabilisation",
}
"""Category of the framework → its words."""


class Prognosis(NamedTuple):
    """What one prognostic instrument says of six months."""

    instrument: str
    name: str
    result: str
    means: str
    six_months: str
    """``yes``, ``no``, ``open``, or that the instrument has no such limit."""


def prognoses(s: Situation) -> tuple[Prognosis, ...]:
    """Every prognostic instrument that the record answers in part, with what it says of six months, and what not."""
    found = []
    for chosen, result in s.packet.scores:
        if chosen.group != "prognosis" or result.not_applicable or not result.because:
            continue
        possible = result.categories or result.reachable_categories
        labels = "; ".join(c.label for c in chosen.categories if c.key in possible)
        sides = {PROGNOSIS.get(chosen.id, {}).get(c) for c in possible}
        if chosen.id not in PROGNOSIS:
            says = "states no limit of six months"
        elif why := _decides_nothing(chosen, result):
            says = f"decides nothing: {why}"
        elif len(sides) == 1 and None not in sides:
            says = "yes" if True in sides else "no"
        else:
            says = "open"
        span = "" if result.reachable is None else f"{result.reachable[0]:g} to {result.reachable[1]:g}"
        value = result.value.split(" · ")[0] if result.value else span
        found.append(Prognosis(chosen.id, chosen.name, value, labels, says))
    return tuple(found)


def _decides_nothing(instrument: Instrument, result: Result) -> str:
    """Why a score is shown and decides nothing: nobody saw its source, or the patient is not of its people."""
    if instrument.status is Verification.MEMORY:
        return "its source was not seen"
    return "; ".join(result.outside)


def _six_months(s: Situation) -> Known:
    """What every prognostic instrument says whose answer no missing item can turn; two that differ leave it open.

    A score outside its population, or whose source nobody saw, is named and decides nothing.

    SORG has no model of six months.
    """
    said, entries, aside = [], [], []
    for key, sides in PROGNOSIS.items():
        result = s.score(key)
        possible = result.categories or result.reachable_categories
        found = {sides.get(category) for category in possible}
        if len(found) == 1 and (side := found.pop()) is not None:
            value = result.value or " or ".join(possible)
            words = f"{s.names[key]} {value}: {'six months or more' if side else 'less than six months'}"
            if why := _decides_nothing(s.instruments[key], result):
                aside.append(f"{words} (decides nothing: {why})")
                continue
            said.append((side, words))
            entries += [b.entry for b in result.because if b.entry]
    words = "; ".join([w for _, w in said] + aside)
    sides_said = {side for side, _ in said}
    if len(sides_said) == 1:
        return Known(sides_said.pop(), words, tuple(dict.fromkeys(entries)))
    return unknown(f"the scores differ: {words}" if said else words, tuple(dict.fromkeys(entries)))


def _long_survival(s: Situation) -> Known:
    for key, category in (("tokuhashi_2005", "ge12"), ("katagiri_2014", "low"), ("van_der_linden_2005", "C")):
        result = s.score(key)
        if result.categories == (category,) and not _decides_nothing(s.instruments[key], result):
            return yes(f"{s.names[key]} {result.value}", tuple(b.entry for b in result.because if b.entry), key)
    return UNKNOWN


def _performance(s: Situation) -> Known:
    """ECOG 0 to 2, measured or by the common mapping from KPS, which is said."""
    result = s.score("ecog_kps")
    if result.score is None:
        return UNKNOWN
    words = f"ECOG {result.score:g}, {result.steps[0]}"
    return Known(result.score <= 2, words, tuple(b.entry for b in result.because if b.entry))


FACTS: tuple[Fact, ...] = (
    Fact("DSS suspicious", "is the DSS 3 or more?", _category("dss_2016", ("at_or_above_cutoff",), "DSS")),
    Fact(
        "vertebrectomy fits", "do the WBB zones fit a vertebrectomy?", _category("wbb_1997", ("vertebrectomy",), "WBB")
    ),
    Fact("sagittal fits", "do the WBB zones fit a sagittal resection?", _category("wbb_1997", ("sagittal",), "WBB")),
    Fact("posterior fits", "do the WBB zones fit a posterior resection?", _category("wbb_1997", ("posterior",), "WBB")),
    Fact("unstable", "is the spine unstable (SINS 13 or more; between 7 and 12 a surgeon says)?", _unstable),
    Fact("not stable", "is SINS 7 or more?", _category("sins_2010", ("unstable", "potentially_unstable"), "SINS")),
    Fact(
        "Brown-Séquard",
        "is there a Brown-Séquard pattern?",
        _category("brown_sequard", ("complete", "partial"), "Brown-Séquard"),
    ),
    Fact("cord compressed", "is the cord compressed (ESCC 2 or 3)?", _escc("2", "3")),
    Fact("cauda compressed", "is the cauda equina compressed?", _cauda),
    Fact("cord touched", "does the tumour touch the cord (ESCC 1c or more)?", _escc("1c", "2", "3")),
    *(
        Fact(f"NOMS: {words}", f"does NOMS come to {words}?", _category("noms_2013", (key,), "NOMS"))
        for key, words in NOMS_OUTCOMES.items()
    ),
    Fact("six months", "is the prognosis six months or more?", _six_months),
    Fact("good performance", "is the performance good (ECOG 0–2)?", _performance),
    Fact("long survival", "is survival expected to be long (a year or more)?", _long_survival),
)
"""Every fact of these, with its question."""
