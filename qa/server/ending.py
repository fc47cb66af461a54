"""A server's end that nobody has to wait for: open pages hold streams that would never end."""

import asyncio
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What an open page listens to for as long as it is open.
_STREAM = re.compile(r".*/gradio_api/(heartbeat/.*|queue/data)")


class Ending:
    """Tells the streams, once `event` is set, that their reader is gone, and closes them."""

    def __init__(self, app: ASGIApp, *, event: asyncio.Event) -> None:
        self._app = app
        self._event = event

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a stream ends with the server."""
        if scope["type"] != "http" or _STREAM.fullmatch(scope["path"]) is None:
            await self._app(scope, receive, send)
            return

        async def receive_until_the_end() -> Message:
            ending = asyncio.ensure_future(self._event.wait())
            receiving = asyncio.ensure_future(receive())
            try:
                await asyncio.wait((ending, receiving), return_when=asyncio.FIRST_COMPLETED)
                return receiving.result() if receiving.done() else {"type": "http.disconnect"}
            finally:
                ending.cancel()
                receiving.cancel()

        incomplete = False

        async def send_and_remember(message: Message) -> None:
            nonlocal incomplete
            incomplete = message["type"] == "http.response.start" or message.get("more_body", False)
            await send(message)

        await self._app(scope, receive_until_the_end, send_and_remember)
        if incomplete and self._event.is_set():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
