"""Which row of the table of tumours each tumour of a case is: what its words propose, and what a person confirmed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from myelon.errors import InputError
from myelon.record.kinds import Neoplasm
from myelon.record.kinds.neoplasm import TumourCode
from myelon.terms.tumours import TUMOURS, tumour
from myelon.web.packets import packet_of, store_of
from myelon.web.pages.cases import case_context
from myelon.web.render import page
from myelon.web.signed import signed

router = APIRouter()


@router.get("/cases/{case_id}/tumours")
def tumours(request: Request, case_id: str) -> Response:
    """Every tumour of the case, and a form to say what it is."""
    packet = packet_of(request, case_id)
    context = case_context(request, packet, "Tumours") | {
        "rows": [(t, t.known_as) for t in packet.case.of(Neoplasm)],
        "table": sorted(TUMOURS.values(), key=lambda t: t.name.casefold()),
    }
    return page(request, "tumours.html", context)


@router.post("/cases/{case_id}/tumours")
def confirm(
    request: Request,
    case_id: str,
    entry: Annotated[str, Form()],
    code: Annotated[str, Form()] = "",
    by: Annotated[str, Form()] = "",
) -> Response:
    """A person says which row a tumour is; without one, that nobody has confirmed it."""
    by = signed(by, where=case_id, todo="Say who confirms what the tumour is")
    store = store_of(request)
    case = packet_of(request, case_id).case
    found = case.by_id.get(entry)
    if not isinstance(found, Neoplasm) or found.role != "primary":
        raise InputError(
            f"no primary tumour {entry[:40]!r} in this case", where=case_id, todo="Use the form of the page Tumours"
        )
    seen = store.entry_version(case_id, entry)
    chosen = TumourCode(id=tumour(code).id, by=by) if code else None
    said = f"{TUMOURS[code].name}, says {by}" if code else f"no longer confirmed, says {by}"
    store.amend(case_id, found.model_copy(update={"code": chosen}), reason=f"tumour: {said}", expected=seen)
    return RedirectResponse(f"/cases/{case_id}/tumours", 303)
