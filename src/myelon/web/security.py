"""What every answer carries, and whom the service talks to.

Until there are accounts it serves loopback only: foreign Host names (DNS rebinding) and foreign origins are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "::1", "testserver"}
_SAFE = {"GET", "HEAD", "OPTIONS"}


async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse foreign hosts and origins; add the headers."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    origin = request.headers.get("origin")
    if host not in LOOPBACK_HOSTS:
        response: Response = PlainTextResponse("This service answers on loopback addresses only.", 421)
    elif request.method not in _SAFE and origin is not None and urlsplit(origin).netloc != request.headers["host"]:
        response = PlainTextResponse("A form of another site was refused.", 403)
    else:
        response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.url.path.startswith("/static/vendor/"):
        response.headers["Cache-Control"] = "max-age=31536000, immutable"
    return response
