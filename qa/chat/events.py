"""What happens on the page: it is opened, a question is asked, the index changes."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

import gradio as gr
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ValidationError

from qa.answer import Answer
from qa.chat.asking import Ask, Asking, Period
from qa.chat.messages import message
from qa.chat.replies import failure, stream
from qa.chat.surroundings import header, no_sources, period_form, status_line, welcome
from qa.chat.words import Words, script_words, words_for
from qa.errors import QAError


class Sent(BaseModel, strict=True):
    """What the script sends with a question."""

    turn: int
    question: str
    alone: bool = False
    after: str = ""
    before: str = ""


class Events:
    """What the page's events do; one for all who have the page open, so it keeps nothing."""

    def __init__(self, bot: Asking, ask: Ask, *, feedback: bool) -> None:
        self._bot = bot
        self._ask = ask
        self._feedback = feedback

    def opened(self, request: gr.Request) -> tuple[Any, ...]:
        """Return header, status, index version, welcome, sources, box, period, script's words."""
        words = _words(request)
        status = self._bot.status()
        return (
            header(words),
            status_line(status, words),
            status.index_version,
            welcome(self._bot.suggestions(), words),
            no_sources(words),
            gr.Textbox(label=words.ask, placeholder=words.ask),
            period_form(words),
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
        try:
            sent = Sent.model_validate(event, from_attributes=True)
        except ValidationError:
            return
        words = _words(request)
        period = Period(after=sent.after or None, before=sent.before or None)
        try:
            answer = await self._ask(sent.question, None if sent.alone else previous, period)
        except QAError as error:
            yield {"reply": asdict(failure(sent.turn, message(error, words), words))}, gr.skip()
            return
        # Suggested is what all the texts answer, not those of a period.
        suggest = not answer.citations and not period
        suggestions = await run_in_threadpool(self._bot.suggestions) if suggest else ()
        for reply in stream(sent.turn, answer, words, suggestions, period):
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
