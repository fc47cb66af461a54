"""What the page needs of a bot; `qa.bot.Bot` is one."""

from typing import Protocol

from qa.answer import Answer
from qa.bot import Status
from qa.documents import Document
from qa.index import DocumentInfo


class Asking(Protocol):
    """Answers questions about the texts and shows them; safe to call from several threads."""

    def ask(self, question: str, *, previous: Answer | None = None) -> Answer:
        """Return the answer to a question, asked after a previous one; raise `QAError` if bad."""

    def status(self) -> Status:
        """Return how much is indexed, and since when."""

    def document(self, path: str, /) -> Document:
        """Return a whole document as it was indexed; raise `QAError` when there is none."""

    def documents(self) -> tuple[DocumentInfo, ...]:
        """Return what is indexed, by path."""

    def suggestions(self) -> tuple[str, ...]:
        """Return things to ask, taken from the texts themselves."""
