"""What happens on the page: it is opened, a question is asked, the index changes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import Any

import gradio as gr

from qa.answer import Answer
from qa.chat.asking import Asking
from qa.chat.replies import failure, stream
from qa.chat.surroundings import header, no_sources, status_line, welcome
from qa.chat.words import Words, script_words, words_for
from qa.errors import QAError

Ask = Callable[[str, Answer | None], Awaitable[Answer]]
"""Answers a question, asked after a previous one."""


class Events:
    """What the page's events do; one for all who have the page open, so it keeps nothing."""

    def __init__(self, bot: Asking, ask: Ask, *, feedback: bool) -> None:
        self._bot = bot
        self._ask = ask
        self._feedback = feedback

    def opened(self, request: gr.Request) -> tuple[Any, ...]:
        """Return header, status line, index version, welcome, sources, box, and script's words."""
        words = _words(request)
        status = self._bot.status()
        return (
            header(words),
            status_line(status, words),
            status.index_version,
            welcome(self._bot.suggestions(), words),
            no_sources(words),
            gr.Textbox(label=words.ask, placeholder=words.ask),
            {"words": script_words(words), "feedback": self._feedback},
        )

    def looked(self, seen: int, request: gr.Request) -> tuple[Any, Any]:
        """Return the status line and its index version, or nothing where that was seen."""
        status = self._bot.status()
        if status.index_version == seen:
            return gr.skip(), gr.skip()
        return status_line(status, _words(request)), status.index_version

    async def answer(
        self, previous: Answer | None, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[tuple[Any, Any]]:
        """Yield the replies to the question that the script sent, each whole so far.

        With them goes the answer, for the next question to be `previous`. An error that is nobody's
        input ends the event; the page then says that it failed, and the traceback is in the log.
        """
        turn, question = getattr(event, "turn", None), getattr(event, "question", None)
        if not isinstance(turn, int) or not isinstance(question, str):
            return
        words = _words(request)
        alone = getattr(event, "alone", False) is True
        try:
            answer = await self._ask(question, None if alone else previous)
        except QAError as error:
            yield {"reply": asdict(failure(turn, str(error), words))}, gr.skip()
            return
        suggestions = () if answer.citations else self._bot.suggestions()
        for reply in stream(turn, answer, words, suggestions):
            yield {"reply": asdict(reply)}, answer

    async def public_ask(self, question: str) -> dict[str, Any]:
        """Answer a question about the texts with sentences quoted from them, word for word.

        Args:
            question: in any language, at most 1000 characters.

        Returns:
            The answer: its outcome, the quotes with where they stand, and the passages found.
        """
        try:
            return (await self._ask(question, None)).as_dict()
        except QAError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def public_status(self) -> dict[str, Any]:
        """Return how many texts and passages are indexed, since when, and by which model."""
        return asdict(self._bot.status())


def _words(request: gr.Request) -> Words:
    return words_for(request.headers.get("accept-language", ""))
