"""How many questions are answered at once, how many may wait, and what the others are told."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from threading import BoundedSemaphore

from qa.answer import Answer
from qa.chat import ALWAYS, Asking, Period
from qa.errors import ServerError


class BusyError(ServerError):
    """Too many questions are waiting."""


class Gate:
    """Lets a fixed number of questions through at once, whichever way they came."""

    def __init__(self, bot: Asking, *, at_once: int, waiting: int) -> None:
        self._bot = bot
        self._waiting = waiting
        self._places = BoundedSemaphore(at_once + waiting)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="qa-ask")

    async def ask(
        self, question: str, previous: Answer | None = None, period: Period = ALWAYS
    ) -> Answer:
        """Return the answer, after those who came before.

        Raises:
            BusyError: all places are taken; nothing was done.
            QAError: what the bot's `ask` raises.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError(
                "{} questions are waiting already; ask again in a few seconds", self._waiting
            )
        answering = self._threads.submit(
            self._bot.ask, question, previous=previous, **asdict(period)
        )
        # Whether answered, failed, or given up by the asker before its turn came.
        answering.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(answering)

    def close(self) -> None:
        """Drop the questions that wait; those being answered end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)
