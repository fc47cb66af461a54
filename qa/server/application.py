"""The web application: its routes, and the page mounted at `/`."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel

from qa import chat
from qa.errors import DocumentError, QAError, QuestionError
from qa.server import feedback, texts
from qa.server.ending import Ending
from qa.server.gate import BusyError, Gate
from qa.server.guard import LOCAL_HOSTS, Guard
from qa.server.login import Door, Login
from qa.shelf import Shelf

AT_ONCE = os.cpu_count() or 1
"""Questions answered at the same time: a model on the processor gains nothing from more."""

WAITING = 64
"""Questions that may wait for that; the next one is told to come back."""


class Question(BaseModel):
    """The body of `POST /api/ask`; `after` and `before` are years, months or days (ISO 8601)."""

    question: str
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the application is served."""

    hosts: tuple[str, ...] = LOCAL_HOSTS
    """The names it may be called by, without port, beside the address a request came in on."""
    root_path: str = ""
    """Where a proxy shows it, such as `/news`."""
    shelf: Shelf | None = None
    """Where texts are added and removed; without one the page is read-only."""
    feedback: Path | None = None
    """The folder where readers' judgements are kept; without one they cannot judge."""
    login: Login | None = None
    """Who may come in; without one, everybody who reaches the address."""
    at_once: int = AT_ONCE
    waiting: int = WAITING
    policy: bool = True
    """Whether to send the content security policy; only tests do without."""


DEFAULTS = Options()


def create_app(bot: chat.Asking, options: Options = DEFAULTS) -> FastAPI:
    """Return the web application over a bot, which stays the caller's to close.

    Its state is for its server: setting `ending` closes the streams of the pages that are open;
    `root_path` is to be the server's.
    """
    gate = Gate(bot, at_once=options.at_once, waiting=options.waiting)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        gate.close()

    # No /docs: Swagger's page comes from another host.
    app = FastAPI(
        title="qa",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.add_exception_handler(QAError, _error_response)
    app.add_exception_handler(RequestValidationError, _invalid_response)
    _add_routes(app, bot, gate)
    app.include_router(texts.routes(bot, options.shelf))
    app.include_router(feedback.routes(bot, options.feedback))
    chat.mount(
        app, bot, gate.ask, root_path=options.root_path, feedback=options.feedback is not None
    )
    app.state.ending = asyncio.Event()
    app.state.root_path = options.root_path
    app.add_middleware(Ending, event=app.state.ending)
    if options.login is not None:
        app.add_middleware(Door, login=options.login)
    app.add_middleware(Guard, hosts=options.hosts, policy=options.policy)
    return app


def _add_routes(app: FastAPI, bot: chat.Asking, gate: Gate) -> None:
    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        return {"status": "ok", **asdict(bot.status())}

    @app.post("/api/ask")
    async def ask(body: Question) -> JSONResponse:
        period = chat.Period(after=body.after, before=body.before)
        return JSONResponse((await gate.ask(body.question, period=period)).as_dict())

    @app.get("/text")
    def text(
        document: str,
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int, Query(ge=0)] = 0,
        accept_language: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        words = chat.words_for(accept_language)
        try:
            whole = bot.document(document)
        except QAError as error:
            said = chat.message(error, words)
            return HTMLResponse(chat.missing_text(said, words, chat.STYLE), status_code=404)
        return HTMLResponse(chat.whole_text(whole, start, end, words, chat.STYLE))


_STATUSES: tuple[tuple[type[QAError], int], ...] = (
    (QuestionError, 400),
    (texts.ReadOnlyError, 403),
    (feedback.NoFeedbackError, 403),
    (DocumentError, 422),
    (BusyError, 503),
)


async def _invalid_response(_request: Request, error: Exception) -> JSONResponse:
    """Return what is wrong with a request, without what was sent: that may be no text at all."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for these only
    wrong = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return JSONResponse({"error": "; ".join(wrong)}, status_code=422)


async def _error_response(request: Request, error: Exception) -> JSONResponse:
    """Return a `QAError` as `{"error": …}` with the status that says whose it is."""
    assert isinstance(error, QAError)  # noqa: S101 - it is registered for these only
    words = chat.words_for(request.headers.get("accept-language", ""))
    status = next((code for kind, code in _STATUSES if isinstance(error, kind)), 500)
    headers = {"Retry-After": "2"} if isinstance(error, BusyError) else {}
    return JSONResponse({"error": chat.message(error, words)}, status_code=status, headers=headers)
