"""Write anew what the product says of known records; read the difference before you commit it.

python tools/approve.py [FILE ...]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from approved import FOLDER, TEXTS  # type: ignore[import-not-found]  # of the tests, found at run time

for name in sys.argv[1:] or TEXTS:
    (FOLDER / name).write_text(TEXTS[name](), encoding="utf-8")
    print(f"wrote {name}")
