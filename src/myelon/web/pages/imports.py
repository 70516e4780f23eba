"""Import of tables: mapping of columns, preview with problems and findings, writing as one batch, undo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from myelon.errors import InputError
from myelon.exchange.import_map import BUNDLED, ImportMap, bundled_map, preview, read_map
from myelon.exchange.sheet import MOST_BYTES, Sheet, read_sheet
from myelon.web import drafts
from myelon.web.packets import store_of
from myelon.web.render import page

router = APIRouter()
_SHOWN = 200


@router.get("/cases/import")
def start(request: Request) -> Response:
    """What can be imported, and the imports there were."""
    maps = [(name, bundled_map(name)) for name in BUNDLED]
    context = {"place": "Cases", "maps": maps, "batches": store_of(request).batches()}
    return page(request, "import.html", context)


@router.post("/cases/import")
def receive(
    request: Request,
    table: Annotated[UploadFile, File()],
    bundled: Annotated[str, Form()] = BUNDLED[0],
    own: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Take a table and a map and show what they would give; nothing is written."""
    store = store_of(request)
    content = table.file.read(MOST_BYTES + 1)
    sheet = read_sheet(content, Path(table.filename or "table").name)
    text = own.file.read(MOST_BYTES + 1) if own is not None and own.filename else b""
    by = _map(text, bundled)
    token, map_token = drafts.keep(store, content), drafts.keep(store, text) if text else ""
    return _preview(request, sheet, by, {"token": token, "map_token": map_token, "bundled": bundled}, {})


@router.post("/cases/import/check")
async def check(request: Request) -> Response:
    """The preview again, with columns named otherwise."""
    sheet, by, tokens, renamed = await _posted(request)
    return _preview(request, sheet, by, tokens, renamed)


@router.post("/cases/import/write")
async def write(request: Request) -> Response:
    """Write the good patients of the preview as one batch."""
    sheet, by, tokens, renamed = await _posted(request)
    store = store_of(request)
    seen = preview(sheet, by, renamed)
    if not seen.cases:
        raise InputError(
            "no patient of the table can be imported", where=sheet.name, todo="Mend the rows that are named"
        )
    batch = store.import_cases(seen.cases, name=sheet.name)
    for token in (tokens["token"], tokens["map_token"]):
        if token:
            drafts.drop(store, token)
    return RedirectResponse(f"/cases/import?written={batch.batch}", 303)


@router.post("/cases/import/{batch}/undo")
def undo(request: Request, batch: str) -> Response:
    """Undo a whole import."""
    store_of(request).undo_batch(batch)
    return RedirectResponse("/cases/import", 303)


async def _posted(request: Request) -> tuple[Sheet, ImportMap, dict[str, str], dict[str, str]]:
    """The table and map that were kept, and the columns that a person chose."""
    store = store_of(request)
    async with request.form() as form:
        said = {name: value for name, value in form.items() if isinstance(value, str)}
    tokens = {name: said.get(name, "") for name in ("token", "map_token", "bundled", "name")}
    table = drafts.kept(store, tokens["token"])
    text = drafts.kept(store, tokens["map_token"]) if tokens["map_token"] else b""
    renamed = {name.removeprefix("column-"): value for name, value in said.items() if name.startswith("column-")}
    return read_sheet(table, tokens["name"]), _map(text, tokens["bundled"]), tokens, renamed


def _map(text: bytes, bundled: str) -> ImportMap:
    if not text:
        return bundled_map(bundled)
    try:
        return read_map(text.decode("utf-8"), where="map")
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text", where="map", todo="A map is YAML or JSON") from error


def _preview(
    request: Request, sheet: Sheet, by: ImportMap, tokens: dict[str, str], renamed: dict[str, str]
) -> Response:
    seen = preview(sheet, by, renamed)
    chosen = {name: renamed.get(name, _found(sheet, name)) for name in by.columns}
    context: dict[str, Any] = {
        "place": "Cases",
        "sheet": sheet,
        "map": by,
        "seen": seen,
        "shown": seen.patients[:_SHOWN],
        "problems": seen.problems[:_SHOWN],
        "chosen": chosen,
        "tokens": {**tokens, "name": sheet.name},
    }
    return page(request, "import_preview.html", context)


def _found(sheet: Sheet, name: str) -> str:
    """The column of the table that a column of the map is found in."""
    plain = {"".join(c for c in column.casefold() if c.isalnum()): column for column in sheet.columns}
    return plain.get("".join(c for c in name.casefold() if c.isalnum()), "")
