"""Write `src/myelon/terms/instrument_sources.csv`: what each instrument rests on, and what of it was seen.

Usage: python tools/refresh_instruments.py INSTRUMENTS.json

The table is the project's checked list of instruments; the status of a row is that of the weakest of its numbers.
"""

import csv
import json
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "src/myelon/terms/instrument_sources.csv"
WEAKEST = {
    "bollen_2014": "memory",
    "mda_bone": "memory",
    "nesms_2016": "memory",
    "noms_2013": "second-hand",
    "osri_2013": "memory",
    "pain_response": "memory",
    "rades_ambulatory_2008": "memory",
    "rades_bsc_2013": "second-hand",
    "rades_os_2008": "memory",
    "rano_2_0": "second-hand",
    "sorg_2016": "memory",
    "spino_2015": "memory",
    "tomita_classification": "memory",
    "van_der_linden_2005": "second-hand",
    "who_sft_hpc": "memory",
}
"""Where the badge is not "verified": read off the table's own verification lines."""


def main(table: Path) -> None:
    """Rewrite the table."""
    rows = json.loads(table.read_text(encoding="utf-8"))["instruments"]
    with OUT.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(("id", "citation", "status", "seen"))
        for row in rows:
            seen = "; ".join(f"{what}: {how}" for what, how in row["verification"])
            out.writerow((row["id"], " | ".join(row["citations"]), WEAKEST.get(row["id"], "verified"), seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
