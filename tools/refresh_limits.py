"""Rewrite the rows of src/myelon/dose/limits.py from the project's constraint table.

python tools/refresh_limits.py ../shared/knowledge/constraints.json
"""

import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src/myelon/dose/limits.py"
RULES = {"hytec_2021_rert": "HyTEC 2021", "nieder_2006_rule": "Nieder 2006"}
NAMES = {
    "hytec.rert.cum": "Sum",
    "hytec.rert.new": "New course",
    "hytec.rert.ratio": "New / sum",
    "hytec.rert.interval": "Interval",
    "nieder.each": "Each course",
    "nieder.cum": "Sum",
    "nieder.int": "Interval",
}
BEGIN, END = "# ── rows written by the script", "# ── end of the rows"
COMPARATORS = {"<=": "<=", ">=": ">="}


def main(table: Path) -> None:
    """Write one Limit row per constraint of the two re-irradiation rules."""
    lines = ["_ROWS = ("]
    for row in json.loads(table.read_text(encoding="utf-8"))["constraints"]:
        if row["set"] not in RULES or row["comparator"] not in COMPARATORS:
            continue
        if row["status"] != "verified":
            raise SystemExit(f"{row['id']} is {row['status']}: only verified rows may be evaluated here")
        alpha_beta = str(row.get("alpha_beta", "2"))
        values = (
            row["id"],
            RULES[row["set"]],
            NAMES[row["id"]],
            row["organ"],
            row["metric"],
            row["comparator"],
            float(row["limit"]),
            row["unit"],
            alpha_beta,
            row["source"],
        )
        lines.append("    Limit(" + ", ".join(repr(v) for v in values) + ", Verification.VERIFIED),")
    lines.append(")")
    text = TARGET.read_text(encoding="utf-8")
    block = BEGIN + "\n" + "\n".join(lines) + "\n" + END
    TARGET.write_text(re.sub(f"{BEGIN}\n.*?{END}", lambda _: block, text, flags=re.DOTALL), encoding="utf-8")
    print(f"{len(lines) - 2} limits written")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
