"""Ask a folder of news texts; get the sentence that answers, or be told that there is none.

>>> import qa
>>> answer = qa.ask("What did Rutte advise?")
>>> answer.outcome
'answered'
"""

from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from qa.answer import Answer, Citation, Outcome
from qa.bot import Bot, Status
from qa.build import Report
from qa.documents import Document
from qa.encoder import Encoder
from qa.errors import QAError
from qa.passages import Hit, Passage

__version__ = version("qa")

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


@lru_cache(maxsize=1)
def _bot(folder: Path) -> Bot:
    return Bot.open(folder)


def ask(question: str) -> Answer:
    """Return the answer to a question from the index in the folder `index`.

    The index is opened once; a later build shows in the next answer. For anything more, use `Bot`.

    Raises:
        QAError: the question, the index or the model is at fault; see `qa.errors`.
    """
    return _bot(Path("index").resolve()).ask(question)
