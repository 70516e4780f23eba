"""Write the publication document of paper 002 from the project's checked checklist of it.

python tools/refresh_publication.py ../shared

Source: knowledge/lv_checklist.json, which holds the quoted words of the paper for every row. Variables (L01 to L48) are
fields of a record and stand there; printed results, cited evidence, rules and contradictions become entries.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, Any]

TARGET = Path(__file__).parent.parent / "src/myelon/demo/publications/paper-002.yaml"
FIRST_ENTRY = 49
COUNT = re.compile(r"(\d+) \((\d+(?:\.(\d+))?) %\)")
RATIO = re.compile(r"([\d.]+) \(95 % CI ([\d.]+)–([\d.]+)\)")
PAIR = re.compile(r"([\d.]+) / ([\d.]+) (months)")
NUMBER = re.compile(r"([\d.]+)(?: (years|months|days))?$")
RANGE = re.compile(r"(\d+)–(\d+) (years)$")
GROUPED = re.compile(r"(complete remission|improved|unchanged|deteriorated) (\d+)")

# What a pattern cannot read: figures of single rows, as printed there.
BY_HAND: dict[str, list[Row]] = {
    "L76": [{"name": "MRI findings", "numerator": 61, "denominator": 61, "value": 100, "unit": "%"}],
    "L104": [{"name": "any synchronous metastasis", "numerator": 58, "denominator": 61}],
    "L175": [{"name": "own series", "value": 8, "unit": "patients"}],
    "L176": [{"name": "published cases", "value": 291, "unit": "patients"}],
    "L177": [{"name": "improved after surgery", "numerator": 36, "denominator": 89, "value": 40.45, "unit": "%"}],
    "L178": [{"name": "brain metastasis", "value": 61, "unit": "%"}],
    "L179": [{"name": "brain metastasis", "value": 77.8, "unit": "%"}],
    "L180": [{"name": "patients", "value": 49}],
    "L181": [{"name": "case series", "value": 10}],
    "L182": [{"name": "first presentation", "value": 18.75, "value_max": 25, "unit": "%"}],
    "L183": [{"name": "median overall survival", "value": 3, "value_max": 4, "unit": "months"}],
    "L184": [{"name": "median overall survival", "value": 104, "value_max": 348, "unit": "days"}],
    "L185": [
        {"name": "operated", "value": 22, "unit": "patients"},
        {"name": "median overall survival", "value": 348, "unit": "days"},
    ],
    "L186": [
        {"name": "median overall survival, surgery", "comparator": ">", "value": 9.4, "unit": "months"},
        {"name": "median overall survival, conservative", "value": 5, "unit": "months"},
    ],
    "L188": [
        {"name": "dose", "value": 15, "unit": "Gy"},
        {"name": "fractions", "value": 3},
        {"name": "overall survival", "value": 26, "unit": "months"},
    ],
    "L189": [{"name": "patients", "value": 9}, {"name": "lesions", "value": 11}],
    "L190": [
        {"name": "dose", "value": 14, "value_max": 27, "unit": "Gy"},
        {"name": "median dose", "value": 21, "unit": "Gy"},
        {"name": "fractions", "value": 1, "value_max": 5},
        {"name": "median fractions", "value": 3},
    ],
    "L191": [
        {"name": "improved, if of the patients", "value": 20, "unit": "%", "denominator": 9},
        {"name": "improved, if of the lesions", "value": 20, "unit": "%", "denominator": 11},
        {"name": "unchanged", "value": 80, "unit": "%"},
    ],
    "L192": [
        {"name": "dose", "value": 14, "unit": "Gy"},
        {"name": "fractions", "value": 1},
        {"name": "local control", "value": 37, "unit": "months"},
    ],
    "L193": [{"name": "survival", "value": 25, "unit": "months"}],
    "L194": [{"name": "lesion", "value": 4, "unit": "mm"}],
    "L195": [
        {"name": "dose", "value": 30, "unit": "Gy", "text": "in 10 fractions"},
        {"name": "dose", "value": 40, "unit": "Gy", "text": "in 20 fractions"},
    ],
    "L207": [{"name": "routes of spread", "value": 3}],
}
COMPUTED = {"XL14": "count:L191:0"}
NATURES = {
    "arithmetic": "arithmetic", "denominator": "definition", "missing": "completeness", "count": "arithmetic",
    "terminology": "terminology", "same": "definition", "internal": "internal", "evidence": "evidence",
    "definition": "definition", "unit": "unit", "anchor": "time", "not": "plausibility", "wording": "terminology",
    "analysis": "evidence", "cited": "evidence", "unsupported": "evidence", "caption": "caption against text",
    "extraction": "extraction", "plausible": "plausibility", "scope": "evidence", "claim": "evidence",
    "not_reported": "completeness", "inference": "evidence",
}  # fmt: skip


def figures(row: Row) -> list[Row]:  # noqa: PLR0911  # one return per pattern
    """The numbers of a row, read from its printed value."""
    if row["id"] in BY_HAND:
        return BY_HAND[row["id"]]
    value, name, whole = row["value"], row["fact"], re.match(r"\d+", row["denominator"])
    n = int(whole[0]) if whole else None
    if m := COUNT.match(value):
        found: Row = {"name": name, "numerator": int(m[1]), "denominator": n, "value": float(m[2]), "unit": "%"}
        return [found | ({"decimals": len(m[3])} if m[3] and m[2].endswith("0") else {})]
    if m := RATIO.match(value):
        return [{"name": name, "value": float(m[1])},
                {"name": "95 % CI", "value": float(m[2]), "value_max": float(m[3])}]  # fmt: skip
    if m := PAIR.match(value):
        return [{"name": f"{name}, group {g}", "value": float(m[g]), "unit": m[3]} for g in (1, 2)]
    if m := RANGE.match(value):
        return [{"name": name, "value": float(m[1]), "value_max": float(m[2]), "unit": m[3]}]
    if grouped := GROUPED.findall(value):
        total = int(value.split(":")[0])
        return [{"name": category, "numerator": int(k), "denominator": total} for category, k in grouped]
    if m := NUMBER.match(value):
        found = {"name": name, "value": float(m[1])} | ({"unit": m[2]} if m[2] else {})
        decimals = len(m[1].partition(".")[2])
        return [found | ({"decimals": decimals} if "." in m[1] and m[1].endswith("0") else {})]
    return []


def source(row: Row) -> list[Row]:
    """Where a row stands in the paper, with its quoted words."""
    held = {"source": "002", "where": row.get("where", ""), "facts": [row["id"]]}
    return [held | ({"quote": " ".join(row["quote"].split())} if row.get("quote") else {})]


def evidence(row: Row) -> Row:
    """A printed result, or a cited number or claim."""
    cited = row["kind"] == "evidence"
    found = figures(row)
    entry: Row = {
        "id": row["id"],
        "kind": "evidence",
        "nature": "number" if found else ("claim" if cited else "statement of knowledge"),
        "citation": row["fact"] if cited else "own cohort",
        "claim": f"{row['fact']}: {row['value']}",
        "population": row.get("population") or ("own cohort, n = " + row["denominator"]),
        "source": source(row),
    }
    return entry | ({"figures": found} if found else {})


def rule(row: Row) -> Row:
    """A rule or recommendation, with what a system that uses it must do."""
    return {
        "id": row["id"],
        "kind": "evidence",
        "nature": "rule",
        "citation": row["basis"],
        "claim": f"{row['item']}: {row['content']}",
        "requires": row["system"],
        "source": source(row),
    }


def discrepancy(row: Row) -> Row:
    """A contradiction or trap, with its statements and the reading."""
    first = re.split(r"[^\w]", row["note"], maxsplit=1)[0].lower()
    entry = {"id": row["id"], "kind": "discrepancy", "nature": NATURES[first]}
    if row["id"] in COMPUTED:
        entry["finding"] = COMPUTED[row["id"]]
        entry["about"] = [COMPUTED[row["id"]].split(":")[1]]
    said = [{"value": s, "source": {"source": "002", "facts": [row["id"]]}} for s in row["statements"]]
    return entry | {"statements": said, "rule": row["note"]}


def main(shared: Path) -> None:
    """Write the document."""
    rows = json.loads((shared / "knowledge/lv_checklist.json").read_text(encoding="utf-8"))
    facts = [f for f in rows["facts"] if int(f["id"][1:]) >= FIRST_ENTRY]
    document: Row = {
        "schema": "myelon.publication/1",
        "id": "paper-002",
        "title": "Intramedullary spinal cord metastases: 61 patients of one centre",
        "citation": "paper 002: retrospective cohort, First Hospital of Jilin University, 2010–2018",
        "patients": 61,
        "entries": [evidence(f) for f in facts] + [rule(r) for r in rows["rules"]]
        + [discrepancy(d) for d in rows["discrepancies"]],
    }  # fmt: skip
    head = "# Written by tools/refresh_publication.py from the checked checklist of paper 002; do not edit.\n"
    TARGET.write_text(
        head + yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=160, default_flow_style=None),
        encoding="utf-8",
    )
    print(f"{TARGET.name}: {len(document['entries'])} entries")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
