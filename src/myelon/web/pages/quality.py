"""Quality: the findings of all cases, and the proof that nothing stored was changed."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from myelon.errors import ChainError
from myelon.web.packets import store_of
from myelon.web.render import page

router = APIRouter()
_MOST_CASES = 200


@router.get("/quality")
def quality(request: Request) -> Response:
    """Findings by case, and the state of journal and files."""
    store = store_of(request)
    rows, total = store.find(limit=_MOST_CASES)
    broken, verified = None, None
    try:
        verified = store.verify()
    except ChainError as error:
        broken = error
    return page(
        request,
        "quality.html",
        {"place": "Quality", "rows": rows, "total": total, "verified": verified, "broken": broken},
    )
