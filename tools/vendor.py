"""Fetch the third-party browser files that the product ships, and write their lock.

    python tools/vendor.py

Needs npm. Every file is named here with its package and version; the lock records what was found.
"""

import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src/myelon/web/static/vendor"
PACKAGES = {
    "htmx.org@2.0.11": ("0BSD", {"dist/htmx.min.js": "htmx.min.js"}),
    "@ibm/plex-sans@1.1.0": (
        "OFL-1.1",
        {
            f"fonts/complete/woff2/IBMPlexSans-{weight}.woff2": f"IBMPlexSans-{weight}.woff2"
            for weight in ("Regular", "Medium", "SemiBold")
        }
        | {"LICENSE.txt": "IBMPlexSans-LICENSE.txt"},
    ),
    "@ibm/plex-sans-condensed@2.0.0": (
        "OFL-1.1",
        {
            f"fonts/complete/woff2/IBMPlexSansCondensed-{weight}.woff2": f"IBMPlexSansCondensed-{weight}.woff2"
            for weight in ("Regular", "Medium", "SemiBold")
        },
    ),
}


def main() -> None:
    """Download, unpack, hash."""
    TARGET.mkdir(parents=True, exist_ok=True)
    lock = []
    for package, (licence, wanted) in PACKAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True)  # noqa: S607  # npm from the path
            archive = next(Path(folder).glob("*.tgz")).read_bytes()
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for inside, name in wanted.items():
                stream = tar.extractfile(f"package/{inside}")
                if stream is None:
                    raise SystemExit(f"{package} has no {inside}")
                content = stream.read()
                (TARGET / name).write_bytes(content)
                digest = hashlib.sha256(content).hexdigest()
                lock.append({"file": name, "package": package, "licence": licence, "sha256": digest})
    (TARGET / "vendor.lock.json").write_text(json.dumps(lock, indent=1) + "\n", encoding="utf-8")
    print(f"{len(lock)} files from {len(PACKAGES)} packages")


if __name__ == "__main__":
    main()
