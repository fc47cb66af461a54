"""Listening: the port, the address that is announced, and a clean end."""

import asyncio
import errno
import ipaddress
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Self

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from qa.chat import Asking
from qa.errors import ServerError
from qa.server.application import DEFAULTS, Options, create_app

GRACE = 3
"""Seconds that a question in progress gets when the server ends."""

HOSTS_VARIABLE = "QA_HOSTS"
"""Names, separated by commas, that the server may be called by beside its own address."""


def serve(
    bot: Asking,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    options: Options = DEFAULTS,
) -> None:
    """Serve the chat page until Ctrl-C or SIGTERM; its address is said on stderr.

    Args:
        bot: answers the questions; stays the caller's to close.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
        open_browser: whether to open the page once it is there.
        options: of the application; its hosts get the address and `QA_HOSTS` added.

    Raises:
        ServerError: that address cannot be listened on.
    """
    listener = _listen(host, port)
    try:
        app = create_app(bot, for_host(options, host))
        address = address_of(host, listener.getsockname()[1], options.root_path)
        ready = partial(_announce, address, warning_for(options, host), open_browser=open_browser)
        # uvicorn ends cleanly at Ctrl-C and then raises it again.
        with _terminated_cleanly(), suppress(KeyboardInterrupt):
            asyncio.run(Server.of(app, ready).serve(sockets=[listener]))
    finally:
        listener.close()


class Server(uvicorn.Server):
    """A uvicorn server that says when it listens, and whose open pages do not hold up its end."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending: asyncio.Event = app.state.ending
        self._ready = ready

    @classmethod
    def of(cls, app: FastAPI, ready: Callable[[], None] = lambda: None) -> Self:
        """Return a server of an application made by `create_app`."""
        config = uvicorn.Config(
            app,
            root_path=app.state.root_path,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
        return cls(config, app, ready)

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending.set()
        await super().shutdown(sockets)


@contextmanager
def _terminated_cleanly() -> Iterator[None]:
    """Make SIGTERM end the server only: uvicorn hands it on afterwards, and that would kill."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound, so that a taken port is known before anything is loaded."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ServerError(
            f"{host!r} is no address of this machine; try --host 127.0.0.1"
        ) from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Not only bound: two listeners that both reuse the address would share the port.
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ServerError(_refused(host, port, error)) from error
    return listener


def _refused(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is taken; stop what listens there, "
            f"or choose another: --port {port + 1}"
        )
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights; choose one above 1023: --port 7860"
    return f"{host}:{port} cannot be listened on ({error.strerror}); try --host 127.0.0.1"


def _hosts(host: str) -> tuple[str, ...]:
    """Return the names a request may call the server by, beside the address it came in on."""
    named = os.environ.get(HOSTS_VARIABLE, "").split(",")
    return (host, *(name.strip() for name in named if name.strip()))


def for_host(options: Options, host: str) -> Options:
    """Return the options for listening at an address: strangers without a password only read."""
    open_to_all = options.login is None and not _is_local(host)
    shelf = None if open_to_all else options.shelf
    return replace(options, hosts=(*options.hosts, *_hosts(host)), shelf=shelf)


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(host: str, port: int, root_path: str) -> str:
    """Return the page's address."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}{root_path}/"


def warning_for(options: Options, host: str) -> str:
    """Return what is to be said when strangers can reach the page; a line or nothing."""
    if _is_local(host) or options.login is not None:
        return ""
    return f"qa: whoever reaches {host} can ask and read the texts; --auth asks for a password\n"


def _announce(address: str, warning: str, *, open_browser: bool) -> None:
    sys.stderr.write(f"qa: chat at {address} (Ctrl-C stops it)\n{warning}")
    sys.stderr.flush()
    if open_browser:
        webbrowser.open(address)
