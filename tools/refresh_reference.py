"""Copy the project's own reference tables into tests/reference, so that the clinical proof runs in a plain clone.

python tools/refresh_reference.py ../shared
"""

import re
import sys
from pathlib import Path

TABLES = ("instruments.json", "checklists.json", "lv_checklist.json", "radiobiology_examples.json", "constraints.json")

SEARCH_ID = re.compile(r" ?\((?:find_string )?id \d+\)")
"""Identifiers of a search tool, which nobody can look up."""


def main(shared: Path) -> None:
    """Copy each table."""
    target = Path(__file__).parent.parent / "tests/reference/knowledge"
    target.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        text = (shared / "knowledge" / name).read_text(encoding="utf-8")
        (target / name).write_text(SEARCH_ID.sub("", text), encoding="utf-8")
        print(name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
