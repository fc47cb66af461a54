"""What the page needs of a bot; `qa.bot.Bot` is one."""

from dataclasses import dataclass
from typing import Protocol

from qa.answer import Answer
from qa.bot import Status
from qa.documents import Document
from qa.index import DocumentInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The time that the texts are to be of: years, months or days (ISO 8601), both included."""

    after: str | None = None
    before: str | None = None

    def __bool__(self) -> bool:
        return self != ALWAYS


ALWAYS = Period()


class Ask(Protocol):
    """Answers a question, asked after a previous one, from the texts of a period."""

    async def __call__(
        self, question: str, previous: Answer | None = None, period: Period = ALWAYS
    ) -> Answer:
        """Return the answer; raise `QAError` if the question is bad or there are too many."""


class Asking(Protocol):
    """Answers questions about the texts and shows them; safe to call from several threads."""

    def ask(
        self,
        question: str,
        *,
        previous: Answer | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> Answer:
        """Return the answer to a question, asked after a previous one; raise `QAError` if bad.

        With a date, ISO 8601, only texts of that time or later, or earlier, are looked at.
        """

    def status(self) -> Status:
        """Return how much is indexed, and since when."""

    def document(self, path: str, /) -> Document:
        """Return a whole document as it was indexed; raise `QAError` when there is none."""

    def documents(self) -> tuple[DocumentInfo, ...]:
        """Return what is indexed, by path."""

    def suggestions(self) -> tuple[str, ...]:
        """Return things to ask, taken from the texts themselves."""
