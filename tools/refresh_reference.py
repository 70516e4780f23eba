"""Copy the project's own reference tables into tests/reference, so that the clinical proof runs in a plain clone.

python tools/refresh_reference.py ../shared
"""

import shutil
import sys
from pathlib import Path

TABLES = ("instruments.json", "checklists.json", "lv_checklist.json", "radiobiology_examples.json", "constraints.json")


def main(shared: Path) -> None:
    """Copy each table."""
    target = Path(__file__).parent.parent / "tests/reference/knowledge"
    target.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        shutil.copyfile(shared / "knowledge" / name, target / name)
        print(name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
