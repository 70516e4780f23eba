"""Write the CTCAE v5.0 table of `myelon.terms.ctcae` from NCI's workbook as transcribed in the shared data.

python tools/refresh_ctcae.py ../shared

The text of CTCAE is a work of the US Government. MedDRA codes are not shipped: they need a MedDRA licence.
"""

import csv
import sys
from pathlib import Path

COLUMNS = ("meddra_soc", "term", "grade_1", "grade_2", "grade_3", "grade_4", "grade_5", "definition")
TERMS = 837
"""Terms of version 5.0 (27 November 2017)."""


def main(shared: Path) -> None:
    """Copy the columns that Myelon shows, one line a term."""
    with (shared / "data/ctcae/ctcae_v5.csv").open(encoding="utf-8", newline="") as stream:
        rows = [[row[c].strip() for c in COLUMNS] for row in csv.DictReader(stream)]
    if len(rows) != TERMS:
        sys.exit(f"{len(rows)} terms, expected {TERMS}")
    target = Path(__file__).parent.parent / "src/myelon/terms/ctcae_v5.csv"
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("system", *COLUMNS[1:]))
        writer.writerows(rows)
    print(f"{target.name}: {len(rows)} terms")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
