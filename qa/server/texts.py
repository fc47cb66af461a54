"""The routes that list the texts and, where there is a shelf, add, remove and put back."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.requests import ClientDisconnect

from qa import chat
from qa.documents import SUFFIXES
from qa.errors import DocumentError, QAError
from qa.shelf import MAX_UPLOAD, Shelf

_ADDING = chat.Adding(suffixes=tuple(sorted(SUFFIXES)), largest=MAX_UPLOAD)

Path = Annotated[str, Query(alias="document", max_length=4096)]


class ReadOnlyError(QAError):
    """Texts cannot be added or removed here."""


def routes(bot: chat.Asking, shelf: Shelf | None) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/texts")
    def listed(accept_language: Annotated[str, Header()] = "") -> HTMLResponse:
        words = chat.words_for(accept_language)
        adding = _ADDING if shelf else None
        return HTMLResponse(chat.list_page(bot.documents(), adding, words, chat.STYLE))

    @router.post("/api/texts")
    async def add(request: Request, name: Annotated[str, Query(max_length=1000)]) -> JSONResponse:
        editable = _editable(shelf)
        path = await run_in_threadpool(editable.add, name, await _body(name, request))
        return JSONResponse({"document": path})

    @router.delete("/api/texts")
    def remove(path: Path) -> JSONResponse:
        _editable(shelf).remove(path)
        return JSONResponse({"document": path})

    @router.post("/api/texts/restore")
    def restore(path: Path) -> JSONResponse:
        _editable(shelf).restore(path)
        return JSONResponse({"document": path})

    return router


def _editable(shelf: Shelf | None) -> Shelf:
    if shelf is None:
        raise ReadOnlyError("texts cannot be added or removed here: this page is read-only")
    return shelf


async def _body(name: str, request: Request) -> bytes:
    """Return the file that was sent, as it comes, so that too large a one is never held whole."""
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > MAX_UPLOAD:
                raise DocumentError("{}: is larger than {} MB", name, MAX_UPLOAD // 1_000_000)
            parts.append(part)
    except ClientDisconnect as error:  # nobody reads this
        raise DocumentError("{}: did not arrive", name) from error
    return b"".join(parts)
