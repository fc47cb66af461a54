"""The password in front of everything: one user, HTTP Basic, guesses slowed down."""

import base64
import binascii
import hmac
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from qa import chat
from qa.errors import ServerError

FREE_GUESSES = 5
"""Wrong passwords from one address before it must wait; each one more doubles the waiting."""

LONGEST_WAIT = 300.0
"""Seconds that an address waits at the most."""

_ADDRESSES = 10_000
"""Addresses whose wrong guesses are remembered; the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user name and password, kept only as a keyed hash."""

    _key: bytes = field(repr=False)
    _digest: bytes = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the login written as `USER:PASSWORD`.

        Raises:
            ServerError: there is no colon, or nothing before or after it.
        """
        user, _, password = text.partition(":")
        if not user or not password:
            raise ServerError("a login is written USER:PASSWORD, with something on both sides")
        key = secrets.token_bytes(32)
        return cls(key, hmac.digest(key, text.encode(errors="replace"), "sha256"))

    def opens(self, credentials: bytes) -> bool:
        """Return whether these are user and password, in a time that tells nothing."""
        return hmac.compare_digest(hmac.digest(self._key, credentials, "sha256"), self._digest)


class Door:
    """Lets in who has the password."""

    def __init__(
        self, app: ASGIApp, *, login: Login, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._login = login
        self._clock = clock
        self._wrong: dict[str, tuple[int, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or ask for the password, or ask to wait."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        given = headers.get("authorization")
        if given is None:
            return _refused(headers, 401, ServerError("user name and password, please"))
        address = str((scope.get("client") or ("",))[0])
        count, until = self._wrong.get(address, (0, 0.0))
        wait = until - self._clock()
        if wait > 0:
            seconds = str(math.ceil(wait))
            error = ServerError("too many wrong passwords; wait {} s", seconds)
            return _refused(headers, 429, error, {"Retry-After": seconds})
        if self._login.opens(_credentials(given)):
            self._wrong.pop(address, None)
            return None
        self._remember(address, count + 1)
        return _refused(headers, 401, ServerError("wrong user name or password"))

    def _remember(self, address: str, count: int) -> None:
        doublings = min(count - FREE_GUESSES, 20)
        wait = min(LONGEST_WAIT, 2.0**doublings) if doublings >= 0 else 0.0
        self._wrong.pop(address, None)
        self._wrong[address] = (count, self._clock() + wait)
        if len(self._wrong) > _ADDRESSES:
            del self._wrong[next(iter(self._wrong))]


_CHALLENGE = {"WWW-Authenticate": 'Basic realm="qa", charset="UTF-8"'}


def _credentials(header: str) -> bytes:
    """Return `user:password` of an Authorization header; another kind of header is no password."""
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return b""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _refused(
    asked: Headers, status: int, error: ServerError, said: dict[str, str] = _CHALLENGE
) -> Response:
    """Return why somebody is not let in; a browser shows it to who gives up, so it gets a page."""
    words = chat.words_for(asked.get("accept-language", ""))
    why = chat.message(error, words)
    if "text/html" in asked.get("accept", ""):
        page = chat.refused_page(why, words, chat.STYLE)
        return HTMLResponse(page, status_code=status, headers=said)
    return JSONResponse({"error": why}, status_code=status, headers=said)
