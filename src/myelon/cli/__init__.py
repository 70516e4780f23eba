"""The command line.

Exit codes: 0 done whatever the verdict, 1 a check found something wrong, 2 bad input, 3 the machine refuses
(data folder, port, database).
"""

from __future__ import annotations

import json
import sys

EXIT_FOUND, EXIT_BAD_INPUT, EXIT_REFUSED = 1, 2, 3


def main() -> None:
    """Run a command; a known error is one line on standard error, never a traceback."""
    from myelon.cli.app import app
    from myelon.errors import ChainError, MyelonError, StoreError

    try:
        app()
    except MyelonError as error:
        if "--json" in sys.argv:
            found = {
                "error": {"kind": type(error).__name__, "what": error.what, "where": error.where, "todo": error.todo}
            }
            print(json.dumps(found, ensure_ascii=False))  # noqa: T201  # the answer of --json
        print(f"myelon: {error}", file=sys.stderr)  # noqa: T201  # the command line speaks here
        if isinstance(error, ChainError):
            sys.exit(EXIT_FOUND)
        sys.exit(EXIT_REFUSED if isinstance(error, StoreError) else EXIT_BAD_INPUT)
    except BrokenPipeError:
        sys.exit(0)
