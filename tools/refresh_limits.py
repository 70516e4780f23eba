"""Rewrite the tolerance table and its bibliography from the project's constraint table.

python tools/refresh_limits.py ../shared/knowledge/constraints.json
"""

import csv
import json
import re
import sys
from pathlib import Path
from typing import Any

from myelon.terms.verification import Verification

PACKAGE = Path(__file__).parent.parent / "src/myelon"
LIMITS, BIBLIOGRAPHY = PACKAGE / "dose/tolerance.csv", PACKAGE / "terms/dose_sources.csv"
RULES = {
    "quantec_2010": "QUANTEC 2010",
    "hytec_2021": "HyTEC 2021",
    "hytec_2021_rert": "HyTEC 2021",
    "sahgal_2012_table": "Sahgal 2012",
    "sahgal_2013_table": "Sahgal 2013",
    "nieder_2006_rule": "Nieder 2006",
    "tg101": "TG-101",
    "corsair": "CORSAIR",
    "uk_2017": "UK 2017",
    "uk_2022": "UK 2022",
    "nccn_nsclc_sabr": "NCCN lung",
    "rtog_0631": "RTOG 0631",
    "sc24": "SC.24",
    "portpy_mskcc": "MSKCC (PortPy)",
    "msk_2022_series": "MSK 2022",
    "matsumoto2024": "Paper 004",
    "sphic_rnpc": "SPHIC",
    "nieder_expert_2018": "Nieder 2018, experts",
}
NAMES = {
    "hytec.rert.cum": "Sum",
    "hytec.rert.new": "New course",
    "hytec.rert.ratio": "New / sum",
    "hytec.rert.interval": "Interval",
    "nieder.each": "Each course",
    "nieder.cum": "Sum",
    "nieder.int": "Interval",
}
FIELDS = (
    "id", "rule", "name", "organ", "context", "fractions", "metric", "comparator", "value", "unit", "alpha_beta",
    "risk", "previous_eqd2_gy", "source", "status", "note",
)  # fmt: skip


def status_of(words: str) -> Verification:
    """The badge for the words of the constraint table; what is not plainly verified is not."""
    if words == "verified" or words.startswith("verified: Maastricht"):
        return Verification.VERIFIED
    return Verification.MEMORY if words.startswith("memory") else Verification.SECOND_HAND


def limit_row(row: dict[str, Any]) -> dict[str, Any]:
    """A line of the tolerance table."""
    metric, count = row["metric"].replace("_", " "), row["fractions"]
    fallback = f"{metric} in {count} fraction{'s' if count != 1 else ''}" if isinstance(count, int) else metric
    words = "" if row["status"] in {"verified", "verified second-hand"} else row["status"]
    return {
        "id": row["id"],
        "rule": RULES[row["set"]],
        "name": NAMES.get(row["id"], fallback),
        "organ": row["organ"],
        "context": row["context"],
        "fractions": count,
        "metric": row["metric"],
        "comparator": row["comparator"],
        "value": "" if row["limit"] is None else f"{float(row['limit']):g}",
        "unit": row["unit"],
        "alpha_beta": row.get("alpha_beta", "2"),
        "risk": row["risk"],
        "previous_eqd2_gy": row.get("prior_EQD2_2_Gy", ""),
        "source": row["source"],
        "status": status_of(row["status"]),
        "note": "; ".join(w for w in (words, row.get("warning", "")) if w),
    }


def source_row(name: str, words: str) -> dict[str, str]:
    """A line of the bibliography: the citation, and in brackets what of it was seen."""
    found = re.search(r"\[([^\]]*)\]([^\[]*)$", words)
    seen = (found[1] + found[2]).strip() if found else "the paper itself"
    citation = words[: found.start()].strip() if found else words
    status = Verification.SECOND_HAND
    if found is None or seen.startswith(("verified:", "abstract verified")):
        status = Verification.VERIFIED
    elif seen.startswith(("memory", "citation memory")):
        status = Verification.MEMORY
    return {"id": name, "citation": citation.rstrip("."), "status": status, "seen": seen}


def write(target: Path, fields: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    """Write a CSV table with Unix line ends."""
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{target.name}: {len(rows)} rows")


def main(table: Path) -> None:
    """Write both tables."""
    held = json.loads(table.read_text(encoding="utf-8"))
    write(LIMITS, FIELDS, [limit_row(row) for row in held["constraints"]])
    sources = [source_row(name, words) for name, words in held["sources"].items()]
    write(BIBLIOGRAPHY, ("id", "citation", "status", "seen"), sources)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
