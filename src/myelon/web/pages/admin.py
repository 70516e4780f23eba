"""Admin: what this installation is."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter, Request
from starlette.responses import Response

from myelon.store.database import HEAD
from myelon.store.store import LOCAL_ACTOR
from myelon.web.packets import store_of
from myelon.web.render import page

router = APIRouter()
_DATABASE = {
    "SQLite": f"SQLite, revision {HEAD}, WAL, synchronous = FULL",
    "PostgreSQL": f"PostgreSQL, revision {HEAD}",
}


@router.get("/admin")
def admin(request: Request) -> Response:
    """Versions, data folder, actor."""
    store = store_of(request)
    rows, files, size = store.counts()
    facts = [
        ("Myelon", version("myelon")),
        ("Data folder", str(store.folder)),
        ("Database", _DATABASE[store.database]),
        ("Journal", f"{rows} rows"),
        ("Files", f"{files}, {size / 1e6:.1f} MB"),
        ("Entries are written by", LOCAL_ACTOR),
        ("Access", "loopback addresses only, until there are accounts"),
    ]
    return page(request, "admin.html", {"place": "Admin", "facts": facts})
