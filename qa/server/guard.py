"""What is let in before any route sees it, and the headers that go with every response.

Gradio itself answers to any `Host`, runs a POST from any site, and fetches files for anybody
(`/gradio_api/file=https://…`); a page on the internet could so read what a reader's own machine
serves. So: known hosts only, no writing from other sites, and only those of Gradio's routes that
the page and the public functions need.
"""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; "
    # Gradio's configuration is an inline script, and its HTML component compiles its template.
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; script-src-attr 'none'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; media-src 'self' blob:; object-src 'none'; "
    "frame-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")

_READING = {"GET", "HEAD"}

# Everything of Gradio's that the page in a browser and a client of the public functions ask for.
_GRADIO = re.compile(
    r"/(config|theme\.css|static/.*|assets/.*|manifest\.json|favicon\.ico)"
    r"|/gradio_api/(info|openapi\.json|app_id|cancel|startup-events"
    r"|call/(v2/)?(ask|status)(/\w+)?|heartbeat/\w+|queue/(join|data|status)|run/\w+)/?"
)
_OWN = {
    "/",
    "/healthz",
    "/text",
    "/texts",
    "/api/ask",
    "/api/feedback",
    "/api/texts",
    "/api/texts/restore",
}


class Guard:
    """Refuses foreign hosts, foreign writers and unneeded routes; adds the headers."""

    def __init__(self, app: ASGIApp, *, hosts: tuple[str, ...], policy: bool) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._headers = {
            name: value
            for name, value in HEADERS.items()
            if policy or name != "Content-Security-Policy"
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with one line of JSON."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _host_name(host) not in {*self._hosts, _arrived_at(scope)}:
            return _refused(421, f"the host {host!r} is not served here")
        if scope["method"] not in _READING and not _same_site(headers):
            return _refused(403, f"the site {headers.get('origin')!r} may not write here")
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        if path not in _OWN and _GRADIO.fullmatch(path) is None:
            return _refused(404, f"there is nothing at {path!r}")
        return None


def _arrived_at(scope: Scope) -> str:
    """Return the address of this machine that the request came in on: a name for it is no name.

    What a foreign page can point at this machine is a host name of its own, never a bare address.
    """
    server = scope.get("server")
    address = str(server[0]) if server else ""
    return f"[{address}]" if ":" in address else address


def _host_name(host: str) -> str:
    """Return a Host header without its port."""
    return re.sub(r":[0-9]*$", "", host).lower()


def _same_site(headers: Headers) -> bool:
    """Return whether a request comes from our own page, or from no browser at all."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def _refused(status: int, error: str) -> JSONResponse:
    return JSONResponse({"error": error}, status_code=status)
