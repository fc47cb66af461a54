"""Ask a folder of news texts; get the sentence that answers, or be told that there is none.

>>> import qa
>>> answer = qa.ask("What did Rutte advise?")
>>> answer.outcome
'answered'
"""

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.answer import Answer, Citation, Outcome
    from qa.bot import Bot, Status
    from qa.build import Report
    from qa.documents import Document
    from qa.encoder import Encoder
    from qa.errors import QAError
    from qa.passages import Hit, Passage

    __version__: str

__all__ = [
    "Answer",
    "Bot",
    "Citation",
    "Document",
    "Encoder",
    "Hit",
    "Outcome",
    "Passage",
    "QAError",
    "Report",
    "Status",
    "ask",
]


_ROOMS = {
    "answer": ("Answer", "Citation", "Outcome"),
    "bot": ("Bot", "Status"),
    "build": ("Report",),
    "documents": ("Document",),
    "encoder": ("Encoder",),
    "errors": ("QAError",),
    "passages": ("Hit", "Passage"),
}

if not TYPE_CHECKING:  # else every name would be known to be one of ours

    def __getattr__(name: str) -> object:
        """Import a room when one of its names is first asked for; `qa --help` needs none."""
        if name == "__version__":
            return import_module("importlib.metadata").version("qa")
        for room, names in _ROOMS.items():
            if name in names:
                return getattr(import_module(f"qa.{room}"), name)
        raise AttributeError(f"module 'qa' has no attribute {name!r}")


@lru_cache(maxsize=1)
def _bot(folder: Path) -> "Bot":
    from qa.bot import Bot

    return Bot.open(folder)


def ask(question: str) -> "Answer":
    """Return the answer to a question from the index in the folder `index`.

    The index is opened once; a later build shows in the next answer. For anything more, use `Bot`.

    Raises:
        QAError: the question, the index or the model is at fault; see `qa.errors`.
    """
    return _bot(Path("index").resolve()).ask(question)
